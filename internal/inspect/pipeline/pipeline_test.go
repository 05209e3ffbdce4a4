package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// told is what a pipeline states: a line for each step with what is set of it,
// and for each service.
func told(t *testing.T, format inspect.Format, text string) string {
	t.Helper()
	var lines []string
	for _, s := range files.File(format, []byte(text)) {
		switch f := s.Fact.(type) {
		case inspect.WorkflowStep:
			line := fmt.Sprintf("%d-%d %s", s.Line, s.EndLine, f.Job)
			for _, field := range []struct {
				name string
				list []string
			}{
				{"name", []string{f.Name}}, {"uses", []string{f.Uses}}, {"image", []string{f.Image}}, {"env", names(f.Env)}, {"with", names(f.With)}, {"on", f.Events}, {"branches", f.Branches}, {"not", f.BranchesIgnore},
				{"tags", f.Tags}, {"environment", []string{f.Environment}}, {"needs", f.Needs}, {"dir", []string{f.Dir}},
			} {
				if said := strings.Join(field.list, ","); said != "" {
					line += " " + field.name + "=" + said
				}
			}
			if f.Manual {
				line += " manual"
			}
			for _, c := range f.Commands {
				line += fmt.Sprintf(" | %d:%s", c.Line, strings.Join(c.Argv, " "))
			}
			lines = append(lines, line)
		case inspect.ServiceContainer:
			lines = append(lines, fmt.Sprintf("%d %s service %s=%s", s.Line, f.Job, f.Name, f.Image))
		case inspect.ParseFailed:
			t.Errorf("%s: %s", format, f.Reason)
		}
	}
	return strings.Join(lines, "\n")
}

func names(entries []inspect.EnvEntry) []string {
	var list []string
	for _, e := range entries {
		list = append(list, e.Name+":"+e.Value.Text)
	}
	return list
}

func check(t *testing.T, name, text, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimSpace(want), told(t, inspect.FormatOf(name), text)); diff != "" {
		t.Errorf("%s\n%s", text, diff)
	}
}

func TestGitLab(t *testing.T) {
	t.Parallel()
	check(t, ".gitlab-ci.yml", `image: python:3.12
variables:
  MODE: ci
  DB_PASSWORD: hunter2hunter2
stages: [test, deploy]
default:
  before_script: [echo hello]
.base: &base
  services:
    - postgres:15
    - {name: redis:7, alias: cache}
test:
  <<: *base
  stage: test
  script:
    - pip install .
    - |
      pytest
      echo done
.deploy:
  script: ./deploy $CI_ENVIRONMENT_NAME
  when: manual
production:
  extends: .deploy
  stage: deploy
  image: {name: alpine:3}
  environment: {name: production}
  needs: [{job: test}]
  variables: {MODE: prod}
  before_script: []
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
    - if: $CI_COMMIT_TAG =~ /^v/
    - if: '$CI_COMMIT_BRANCH == "wip"'
      when: never
old:
  script: !reference [.deploy, script]
  only: [master, tags, merge_requests]
  except: [legacy]
`, `
10 test service postgres=postgres:15
11 test service cache=redis:7
12-19 test name=test image=python:3.12 env=MODE:ci,DB_PASSWORD:hun… on=push | 7:echo hello | 16:pip install . | 18:pytest | 19:echo done
23-35 production name=deploy image=alpine:3 env=MODE:prod,DB_PASSWORD:hun… on=push branches=main not=wip tags=/^v/ environment=production needs=test manual | 21:./deploy $CI_ENVIRONMENT_NAME
36-39 old image=python:3.12 env=MODE:ci,DB_PASSWORD:hun… on=push,pull_request branches=master not=legacy tags=* | 7:echo hello | 21:./deploy $CI_ENVIRONMENT_NAME`)
}

func TestCircleCI(t *testing.T) {
	t.Parallel()
	check(t, ".circleci/config.yml", `version: 2.1
orbs: {aws: circleci/aws-ecr@9}
executors:
  py: {docker: [{image: cimg/python:3.12}]}
commands:
  install:
    steps:
      - run: pip install .
jobs:
  test:
    docker:
      - image: cimg/python:3.11
        environment: {MODE: test}
      - image: cimg/postgres:15.2
    steps:
      - checkout
      - install
      - run:
          name: Test
          command: |
            pytest
            echo done
  deploy:
    executor: py
    steps:
      - run: ./deploy
      - aws/push: {tag: latest}
workflows:
  all:
    jobs:
      - test
      - deploy:
          requires: [test]
          context: [prod]
          filters: {branches: {only: main}}
      - aws/build-and-push-image:
          tag: latest
          filters: {tags: {only: /v.*/}}
`, `
8-8 test image=cimg/python:3.11 env=MODE:test on=push | 8:pip install .
14 test service postgres=cimg/postgres:15.2
16-16 test uses=checkout image=cimg/python:3.11 env=MODE:test on=push
18-22 test name=Test image=cimg/python:3.11 env=MODE:test on=push | 21:pytest | 22:echo done
26-26 deploy image=cimg/python:3.12 on=push branches=main environment=prod needs=test | 26:./deploy
27-27 deploy uses=aws/push image=cimg/python:3.12 with=tag:latest on=push branches=main environment=prod needs=test
36-38 aws/build-and-push-image uses=aws/build-and-push-image with=tag:latest on=push tags=/v.*/`)
}

func TestCloudBuild(t *testing.T) {
	t.Parallel()
	check(t, "cloudbuild.yaml", `steps:
  - name: gcr.io/cloud-builders/docker
    args: [build, -t, gcr.io/$PROJECT_ID/web, .]
  - id: migrate
    name: python:3.12
    entrypoint: bash
    args:
      - -c
      - |
        pip install .
        ./manage.py migrate
    env: [MODE=prod]
    secretEnv: [DB_PASSWORD]
  - name: gcr.io/google.com/cloudsdktool/cloud-sdk:slim
    script: gcloud run deploy
    waitFor: [migrate]
  - {name: "gcr.io/k8s-skaffold/skaffold:v2", args: [skaffold, build]}
  - {name: "python:3.12", args: [pip, install, .]}
images: [gcr.io/$PROJECT_ID/web]
`, `
2-3  image=gcr.io/cloud-builders/docker | 3:docker build -t gcr.io/$PROJECT_ID/web .
4-13  name=migrate image=python:3.12 env=MODE:prod,DB_PASSWORD: | 10:pip install . | 11:./manage.py migrate
14-16  image=gcr.io/google.com/cloudsdktool/cloud-sdk:slim needs=migrate | 15:gcloud run deploy
17-17  image=gcr.io/k8s-skaffold/skaffold:v2 | 17:skaffold build
18-18  image=python:3.12 | 18:pip install .
19-19 images | 19:docker push gcr.io/$PROJECT_ID/web`)
}

func TestAzure(t *testing.T) {
	t.Parallel()
	check(t, "azure-pipelines.yml", `trigger:
  branches: {include: [main], exclude: [wip/*]}
resources:
  containers:
    - {container: pg, image: "postgres:15"}
variables:
  - {name: MODE, value: ci}
stages:
  - stage: build
    jobs:
      - job: test
        services: {db: pg}
        steps:
          - script: npm ci
          - bash: npm test
            displayName: Test
            env: {TOKEN: $(token)}
          - pwsh: Get-Item
          - task: Docker@2
            inputs: {command: push, tags: latest}
  - stage: release
    jobs:
      - deployment: web
        environment: production
        strategy: {runOnce: {deploy: {steps: [{script: ./deploy}]}}}
`, `
5 test service db=postgres:15
14-14 test env=MODE:ci on=push branches=main not=wip/* | 14:npm ci
15-17 test name=Test env=MODE:ci,TOKEN: on=push branches=main not=wip/* | 15:npm test
18-18 test env=MODE:ci on=push branches=main not=wip/*
19-20 test uses=Docker@2 env=MODE:ci with=command:push,tags:latest on=push branches=main not=wip/*
25-25 web env=MODE:ci on=push branches=main not=wip/* environment=production | 25:./deploy`)
}

func TestBitbucket(t *testing.T) {
	t.Parallel()
	check(t, "bitbucket-pipelines.yml", `image: node:22
definitions:
  services:
    db: {image: "postgres:15"}
pipelines:
  default:
    - parallel:
        - step:
            name: Test
            services: [db, docker]
            script: [npm ci, npm test]
  branches:
    main:
      - step:
          deployment: production
          trigger: manual
          image: alpine
          script:
            - pipe: atlassian/ssh-run:0.8
              variables: {COMMAND: restart}
            - ./deploy
`, `
4 Test service db=postgres:15
8-11 Test name=Test image=node:22 on=push | 11:npm ci | 11:npm test
14-21  image=alpine on=push branches=main environment=production manual | 21:./deploy
19-20  uses=atlassian/ssh-run:0.8 image=alpine with=COMMAND:restart on=push branches=main environment=production manual`)
}

func TestJenkins(t *testing.T) {
	t.Parallel()
	check(t, "Jenkinsfile", `pipeline {
  agent any
  // sh 'not this'
  stages {
    stage('Build') {
      steps {
        sh 'npm ci'
        echo "sh 'nor this'"
        sh(script: "docker build -t ${IMAGE} .", returnStdout: true)
      }
    }
    stage("Deploy") {
      when { branch 'main' }
      steps {
        sh """
          ./migrate
          kubectl apply -f k8s
        """
        sh label: 'x', script: './last'
        shell.sh 'no step'
        sh script
      }
    }
  }
  post { always { sh "rm -rf tmp" } }
}
`, `
7-7 Build | 7:npm ci
9-9 Build | 9:docker build -t ${IMAGE} .
15-18 Deploy | 16:./migrate | 17:kubectl apply -f k8s
19-19 Deploy | 19:./last
25-25  | 25:rm -rf tmp`)
}

func TestTravis(t *testing.T) {
	t.Parallel()
	check(t, ".travis.yml", `
language: node_js
node_js: 12
branches: {only: [main]}
addons:
  postgresql: "9.6"
install: npm ci
script:
  - npm test
  - npm run build
jobs:
  include:
    - stage: release
      script: ./release.sh
deploy:
  - provider: heroku
    on: {branch: production}
  - provider: script
    script: docker push acme/shop
    on: {tags: true}
`, `
6 build service postgresql=postgres:9.6
7-7 build name=install on=push,pull_request branches=main | 7:npm ci
8-10 build name=script on=push,pull_request branches=main | 9:npm test | 10:npm run build
14-14 release name=script on=push,pull_request branches=main | 14:./release.sh
16-17 build name=deploy uses=heroku on=push branches=production
18-20 build name=deploy on=push branches=main tags=* | 19:docker push acme/shop`)
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]inspect.Format{
		".gitlab-ci.yml": inspect.GitLabCI, "ci/build.gitlab-ci.yml": inspect.GitLabCI, ".circleci/config.yml": inspect.CircleCI, "deploy/cloudbuild.staging.yaml": inspect.CloudBuild, "azure-pipelines.release.yml": inspect.AzurePipelines,
		"Jenkinsfile.release": inspect.Jenkinsfile, "bitbucket-pipelines.yml": inspect.BitbucketPipelines, ".travis.yml": inspect.Travis, "action.yml": inspect.Action, ".github/actions/x/action.yaml": inspect.Action, "src/action.ts": inspect.TypeScript,
		"docs/circleci/config.yml": inspect.ConfigYAML, "jenkinsfile.md": "", "config.yml": inspect.ConfigYAML,
	} {
		if got := inspect.FormatOf(name); got != want {
			t.Errorf("FormatOf(%q) is %q, want %q", name, got, want)
		}
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	chain := ""
	for i := range 200 {
		chain += fmt.Sprintf("j%d: {extends: [j%d, j%d], script: ls}\n", i, i+1, i+2)
	}
	texts := []string{"", "\x00", "[]", "null", repeat("[", 100_000), repeat("- ", 100_000), chain, "a: {extends: a, script: [a]}\n", "jobs: {a: {steps: [b]}}\ncommands: {b: {steps: [b, b, b, b, b, b, b, b]}}\n",
		"a: &a [x, *a]\nb: {script: *a}\n", "steps: [a, [b], {name: x, args: {a: b}}]\n", "pipelines: {default: [a, {step: b}, {parallel: [c]}]}\n", "stages: [{jobs: [{steps: [x], strategy: x}]}]\n", "x: &e {A: b}\nvariables: *e\nj: {variables: *e, script: [" + repeat("ls,", 20_000) + "]}\n",
		repeat("sh '", 50_000), repeat("sh \"\"\"", 50_000), repeat("{", 100_000), repeat("}", 100_000), repeat("/*", 100_000), repeat("stage('a') {", 20_000), repeat("sh(script: 'a', ", 20_000), "sh '\\", "sh '''a\\\n\\\nb'''", "'"}
	for _, name := range []string{".gitlab-ci.yml", ".circleci/config.yml", "cloudbuild.yaml", "azure-pipelines.yml", "bitbucket-pipelines.yml", ".travis.yml", "Jenkinsfile"} {
		for i, text := range texts {
			t.Run(fmt.Sprintf("%s %d", name, i), func(t *testing.T) {
				t.Parallel()
				lines := strings.Count(text, "\n") + 1
				for _, s := range files.File(inspect.FormatOf(name), []byte(text)) {
					if s.Line < 1 || s.EndLine < s.Line || s.EndLine > lines {
						t.Fatalf("lines %d to %d of %d in %.60q", s.Line, s.EndLine, lines, text)
					}
				}
			})
		}
	}
}
