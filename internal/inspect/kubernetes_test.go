package inspect

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func numberOf(n int) *int { return &n }

const kubernetesManifests = `apiVersion: apps/v1
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

func TestKubernetesWorkloads(t *testing.T) {
	t.Parallel()
	got, failed := factsOf[Workload](YAML, kubernetesManifests)
	token := NewSecret("a1b2c3d4e5f6")
	web := Workload{
		Type: "Deployment", Name: "web", Replicas: numberOf(2), Grace: numberOf(30), Hook: "PreSync",
		Labels: map[string]string{"app": "web", "tier": "front"},
		Containers: []Container{
			{Name: "migrate", Image: "app:1.2.3", Line: 16, Init: true, Command: []string{"./manage.py", "migrate"}, Args: []string{}},
			{
				Name: "web", Image: "app:1.2.3", Line: 20, Command: []string{}, Args: []string{"gunicorn", "app"}, Readiness: true, Ports: []int{8000, 9090},
				EnvFrom: []string{"configmap", "secret"}, EnvRefs: []string{"web-config", "web-secret"},
				Env: []EnvEntry{
					{Name: "PORT", Value: Lit("8000"), Line: 27},
					{Name: "DB_PASSWORD", Value: Value{Source: Input}, From: "secret", Ref: "db/password", Secret: true, Line: 29},
					{Name: "MODE", Value: Value{Source: Input}, From: "configmap", Ref: "web-config/mode", Line: 31},
					{Name: "POD", Value: Value{Source: Input}, From: "field", Ref: "metadata.name", Line: 34},
					{Name: "API_TOKEN", Value: Value{Source: Literal, Text: "a1b…", HasText: true, Secret: &token}, Secret: true, Line: 36},
					{Name: "REGION", Value: Value{Source: Input}, Line: 38},
				},
				Mounts: []Volume{
					{Type: "pvc", Source: "web-data", Target: "/data", Line: 42},
					{Type: "configMap", Source: "web-config", Target: "/etc/app", ReadOnly: true, Line: 43},
					{Type: "emptyDir", Source: "scratch", Target: "/tmp", Line: 44},
				},
			},
		},
	}
	clean := Workload{Type: "CronJob", Name: "clean", Containers: []Container{{Name: "clean", Image: "app:1", Line: 82, Command: []string{"./clean"}, Args: []string{}}}}
	function := Workload{Type: "KnativeService", Name: "fn", Containers: []Container{{Image: "fn:1", Line: 94, Command: []string{}, Args: []string{}}}}
	want := []found[Workload]{{1, 51, web}, {74, 82, clean}, {91, 94, function}}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
}

func TestKubernetesObjects(t *testing.T) {
	t.Parallel()
	got, _ := factsOf[KubeObject](YAML, kubernetesManifests)
	real, placeholder, password := NewSecret("hunter2hunter2"), NewSecret("changeme"), NewSecret("hunter2x")
	want := []found[KubeObject]{
		{56, 59, KubeObject{Type: "Service", Name: "web", Affinity: "ClientIP", AffinityAt: 59}},
		{60, 63, KubeObject{Type: "HorizontalPodAutoscaler", Name: "web", MinReplicas: numberOf(2), Target: "web"}},
		{65, 72, KubeObject{Type: "Secret", Name: "db", Data: []EnvEntry{
			{Name: "password", Value: Value{Source: Literal, Text: "hun…", HasText: true, Secret: &real}, Secret: true, Line: 69},
			{Name: "other", Value: Value{Source: Literal, Text: "ch…", HasText: true, Secret: &placeholder}, Line: 70},
			{Name: "url", Value: Value{Source: Literal, Text: "postgres://app:…@db/app", HasText: true, Secret: &password}, Line: 72},
		}}},
		{84, 89, KubeObject{Type: "Ingress", Name: "web", Annotations: []EnvEntry{
			{Name: "nginx.ingress.kubernetes.io/affinity", Value: Lit("cookie"), Line: 89}}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

const helmTemplate = `{{- if .Values.web.enabled }}
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

func TestHelmTemplate(t *testing.T) {
	t.Parallel()
	got, failed := factsOf[Workload](YAML, helmTemplate)
	input := Value{Source: Input}
	want := []found[Workload]{{2, 27, Workload{
		Type: "Deployment", Name: `{{ include "app.fullname" . }}`,
		Containers: []Container{{
			Name: "{{ .Chart.Name }}", Image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}", Line: 16,
			Command: []string{}, Args: []string{},
			Env: []EnvEntry{
				{Name: "{{ $name }}", Value: input, Line: 19}, {Name: "DB_PASSWORD", Value: input, Secret: true, Line: 22},
				{Name: "LOG_LEVEL", Value: Lit("info"), Line: 24},
			},
		}},
	}}}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	services, _ := factsOf[KubeObject](YAML, helmTemplate)
	if len(services) != 1 || services[0].Line != 34 || services[0].Fact.Affinity != "ClientIP" {
		t.Errorf("services %v", services)
	}
}

func TestKubernetesTraps(t *testing.T) {
	t.Parallel()
	first := "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: x}]}\n---\n"
	tests := []struct {
		name, text string
		workloads  int
		failed     int
	}{
		{"a broken document costs itself alone", first + "apiVersion: v1\nkind: [\n---\n" + first, 2, 1},
		{"a template that never closes", first + "apiVersion: v1\nkind: Pod\nmetadata: {{ .x\n", 1, 1},
		{"actions in a block text", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a.tpl: |\n    {{ if }}\n    x\n", 0, 0},
		{"no object", "openapi: 3\npaths: {}\n", 0, 0},
		{"a values file", "image:\n  repository: x\nservices: []\n", 0, 0},
		{"scalars where mappings belong", "apiVersion: v1\nkind: Deployment\nmetadata: x\nspec: [1]\n", 1, 0},
		{"containers of scalars", "apiVersion: v1\nkind: Pod\nspec: {containers: [a, [b], {env: x, ports: {a: b}}]}\n", 1, 0},
		{"a list of itself", "apiVersion: v1\nkind: List\nitems: &a\n  - {apiVersion: v1, kind: List, items: *a}\n", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, failed := factsOf[Workload](YAML, tt.text)
			if len(got) != tt.workloads || len(failed) != tt.failed {
				t.Errorf("%d workloads %v, failed %q", len(got), got, failed)
			}
		})
	}
}
