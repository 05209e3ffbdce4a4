package inspecttest

const NodeDockerfile = `# syntax=docker/dockerfile:1
ARG NODE_VERSION=22
ARG VARIANT=${NODE_VERSION}-slim
FROM node:${VARIANT} AS base
ENV PORT=3000 \
    NODE_ENV=production

FROM base AS dev
CMD ["npm", "run", "dev"]

FROM base AS build
WORKDIR /app
COPY package*.json ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=cache,target=/root/.npm \
    npm ci \
    # the build needs the dev dependencies

    && npm run build
COPY . .

FROM base AS final
ARG RELEASE
ENV RELEASE=$RELEASE SESSION_SECRET=9f8a7b6c5d4e3f2a
COPY --from=build --chown=node:node /app/dist ./dist
EXPOSE $PORT
USER node
VOLUME ["/data", "/logs"]
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=5s CMD curl -f http://localhost:$PORT/healthz || exit 1
ENTRYPOINT ["tini", "--"]
CMD node dist/server.js
`

const WebCompose = `x-env: &env
  REDIS_URL: redis://cache:6379/0
  DATABASE_URL: postgres://app:${DB_PASSWORD:-changeme}@db:5432/app
  LOG_LEVEL:

x-app: &app
  image: registry.example.org/app:${TAG:-latest}
  restart: always
  environment:
    <<: *env
    SECRET_KEY: ${SECRET_KEY:?set it}

services:
  web:
    <<: *app
    command: gunicorn app:app --bind 0.0.0.0:${PORT:-8000}
    ports:
      - "8000:8000"
      - target: 9090
        published: 19090
        host_ip: 127.0.0.1
    volumes:
      - .:/code
      - media:/media:ro
      - ${DATA_DIR:-./data}:/data
      - type: tmpfs
        target: /tmp
      - /var/cache
    depends_on:
      db: {condition: service_healthy}
    deploy:
      replicas: 3
    stop_grace_period: 30s
    stop_signal: SIGINT
    init: true
    profiles: [prod]
    env_file:
      - .env
      - path: ./prod.env
        required: false
  worker:
    extends: web
    command: ["celery", "-A", "app", "worker"]
    environment:
      - LOG_LEVEL=debug
      - API_TOKEN=a1b2c3d4e5f6
      - PASSED
    env_file: worker.env
  db:
    image: postgres:16
    build:
      context: ./db
      dockerfile: Dockerfile.db
      target: dev
    entrypoint: bash -c "./migrate && exec postgres"
    command:
    volumes: ["C:\\data:/data"]
    healthcheck:
      test: pg_isready
`

const DeployWorkflow = `name: deploy
on:
  push:
    branches: [main]
    tags: ["v*"]
  workflow_dispatch:
env:
  REGISTRY: ghcr.io
  MODE: ci
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        pg: [14, 16]
        include:
          - {pg: 17, extra: true}
    services:
      db:
        image: postgres:${{ matrix.pg }}
        env: {POSTGRES_PASSWORD: postgres}
      cache: redis:7
    env:
      MODE: test
    steps:
      - uses: actions/checkout@v4
      - name: Test
        run: |
          # comment
          make test TAG=${{ github.sha }}

          ./report || true
        env:
          TOKEN: ${{ secrets.CI_TOKEN }}
          REGION: ${{ vars.REGION }}
          API_TOKEN: a1b2c3d4e5f6
      - run: >-
          echo a &&
          echo b
      - run: npm ci
        if: github.ref == 'refs/heads/main'
      - shell: pwsh
        run: Get-ChildItem | % { $_ }
  release:
    environment: {name: production}
    uses: ./.github/workflows/release.yml
    with: {tag: "${{ github.ref_name }}"}
    secrets: {KEY: "${{ secrets.DEPLOY_KEY }}"}
`

const KubernetesManifests = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    argocd.argoproj.io/hook: PreSync
spec:
  replicas: 2
  template:
    metadata:
      labels: {app: web, tier: front}
    spec:
      terminationGracePeriodSeconds: 30
      initContainers:
        - name: migrate
          image: app:1.2.3
          command: ["./manage.py", "migrate"]
      containers:
        - name: web
          image: app:1.2.3
          args: [gunicorn, app]
          ports: [{containerPort: 8000}, {containerPort: 9090, name: metrics}]
          envFrom:
            - configMapRef: {name: web-config}
            - secretRef: {name: web-secret}
          env:
            - name: PORT
              value: "8000"
            - name: DB_PASSWORD
              valueFrom: {secretKeyRef: {name: db, key: password}}
            - name: MODE
              valueFrom:
                configMapKeyRef: {name: web-config, key: mode}
            - name: POD
              valueFrom: {fieldRef: {fieldPath: metadata.name}}
            - name: API_TOKEN
              value: a1b2c3d4e5f6
            - name: REGION
              value: ${REGION}
          readinessProbe: {httpGet: {path: /, port: 8000}}
          volumeMounts:
            - {name: data, mountPath: /data}
            - {name: config, mountPath: /etc/app, readOnly: true}
            - {name: scratch, mountPath: /tmp}
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: web-data}
        - name: config
          configMap: {name: web-config}
        - name: scratch
          emptyDir: {}
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {sessionAffinity: ClientIP}
  - apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec: {minReplicas: 2, scaleTargetRef: {kind: Deployment, name: web}}
---
apiVersion: v1
kind: Secret
metadata: {name: db}
data:
  password: aHVudGVyMmh1bnRlcjI=
  other: Y2hhbmdlbWU=
stringData:
  url: postgres://app:hunter2x@db/app
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: clean}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers: [{name: clean, image: "app:1", command: [./clean]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/affinity: cookie
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: fn}
spec: {template: {spec: {containers: [{image: fn:1}]}}}
`

const HelmTemplate = `{{- if .Values.web.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "app.fullname" . }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  template:
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          env:
            {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ $value | quote }}
            {{- end }}
            - name: DB_PASSWORD
              value: {{ .Values.password }}
            - name: LOG_LEVEL
              value: info
          {{- with .Values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
{{- end }}
---
{{/* a comment
   over two lines */}}
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  sessionAffinity: ClientIP
`

const Entrypoint = `#!/usr/bin/env bash
set -eo pipefail
: "${DATABASE_URL:?is required}"
PORT="${PORT:-8000}"
export SECRET_KEY=${SECRET_KEY:-$(openssl rand -hex 32)}
start() {
  echo "$PORT $GREETING $NAME $1"
}
NAME=x
for i in 1 2; do echo "$i"; done
read -r ANSWER
echo "$PORT $NAME $ANSWER ${LOG_LEVEL:-${LEVEL:-info}} $HOME $# $? ${ARR[0]}"
DB_PASSWORD='hunter2hunter2'
MODE=$MODE run
cat <<EOF
$FROM_HEREDOC
EOF
cat <<'EOF'
$NOT_READ
EOF
exec "$@"
`

const FlyToml = `# app
app = "demo"
kill_signal = "SIGINT"
kill_timeout = "30s"

[build]
  dockerfile = "deploy/Dockerfile"

[deploy]
  release_command = "bin/app migrate"

[env]
  PORT = "8080"
  "SECRET_KEY" = "a1b2c3d4e5f6"
  WORKERS = 4

[processes]
web = "bin/app web"
worker = '''
bin/app worker'''

[http_service]
  internal_port = 8080
  min_machines_running = 1
  [[http_service.checks]]
    path = "/healthz"

[[mounts]]
  source = "data"
  destination = "/data"
[[mounts]]
  source = "more"
  destination = "/more"
`

const DatabaseYAML = `default: &default
  adapter: postgresql
  pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>
development:
  <<: *default
  database: shop_development
production:
<% if ENV["DATABASE_URL"] %>
  <<: *default
  url: <%= ENV["DATABASE_URL"] %>
<% else %>
  adapter: sqlite3
  database: <%= Rails.root.join("db", "shop.sqlite3") %>
<% end %>
`

const SinatraApp = `require "sinatra"
require_relative "lib/cart"

$redis = Redis.new(url: ENV.fetch("REDIS_URL") { "redis://localhost:6379" })
set :port, Integer(ENV["PORT"] || 4567)
enable :sessions
CARTS = {}

trap("TERM") { $redis.close; exit }

post("/carts/:id") do
  CARTS[params[:id]] ||= []
  CARTS[params[:id]] << JSON.parse(request.body.read)
  File.open("log/carts.log", "a") { |f| f.puts <<~LINE }
    #{params[:id]} #{Time.now}
  LINE
  %x(convert #{params[:image]} thumb.png) unless settings.production?
end
`

const RubyGemfile = `source "https://rubygems.org"
ruby "~> 3.3"
gem "rails", "~> 7.1", ">= 7.1.2"
gem "pg" if ENV["DATABASE"] != "sqlite"
gem "mail_room", git: "https://user:s3cr3t@git.example.org/mail_room.git", ref: "abc123"
group :development, :test do
  %w[rspec-rails byebug].each { |name| gem name, require: false }
end
eval_gemfile "Gemfile.local"
`
