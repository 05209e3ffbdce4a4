package deploy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

func numberOf(n int) *int { return &n }

func TestKubernetesWorkloads(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.Workload](inspect.YAML, inspecttest.KubernetesManifests)
	token := inspect.NewSecret("a1b2c3d4e5f6")
	web := inspect.Workload{
		Type: "Deployment", Name: "web", Replicas: numberOf(2), Grace: numberOf(30), GraceLine: 13, Hook: "PreSync",
		Labels: map[string]string{"app": "web", "tier": "front"},
		Containers: []inspect.Container{
			{Name: "migrate", Image: "app:1.2.3", Line: 16, Init: true, Command: []string{"./manage.py", "migrate"}, Args: []string{}},
			{
				Name: "web", Image: "app:1.2.3", Line: 20, Command: []string{}, Args: []string{"gunicorn", "app"}, Readiness: true, Ports: []int{8000, 9090}, PortNames: []string{"", "metrics"},
				EnvFrom: []string{"configmap", "secret"}, EnvRefs: []string{"web-config", "web-secret"},
				Env: []inspect.EnvEntry{
					{Name: "PORT", Value: inspect.Lit("8000"), Line: 27},
					{Name: "DB_PASSWORD", Value: inspect.Value{Source: inspect.Input}, From: "secret", Ref: "db/password", Secret: true, Line: 29},
					{Name: "MODE", Value: inspect.Value{Source: inspect.Input}, From: "configmap", Ref: "web-config/mode", Line: 31},
					{Name: "POD", Value: inspect.Value{Source: inspect.Input}, From: "field", Ref: "metadata.name", Line: 34},
					{Name: "API_TOKEN", Value: inspect.Value{Source: inspect.Literal, Text: "a1b…", HasText: true, Secret: &token}, Secret: true, Line: 36},
					{Name: "REGION", Value: inspect.Value{Source: inspect.Input}, Line: 38},
				},
				Mounts: []inspect.Volume{
					{Type: "pvc", Source: "web-data", Target: "/data", Line: 42},
					{Type: "configMap", Source: "web-config", Target: "/etc/app", ReadOnly: true, Line: 43},
					{Type: "emptyDir", Source: "scratch", Target: "/tmp", Line: 44},
				},
			},
		},
	}
	clean := inspect.Workload{Type: "CronJob", Name: "clean", Containers: []inspect.Container{{Name: "clean", Image: "app:1", Line: 82, Command: []string{"./clean"}, Args: []string{}}}}
	function := inspect.Workload{Type: "KnativeService", Name: "fn", Containers: []inspect.Container{{Image: "fn:1", Line: 94, Command: []string{}, Args: []string{}}}}
	want := []inspecttest.Found[inspect.Workload]{{Line: 1, End: 51, Fact: web}, {Line: 74, End: 82, Fact: clean}, {Line: 91, End: 94, Fact: function}}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
}

func TestKubernetesObjects(t *testing.T) {
	t.Parallel()
	got, _ := inspecttest.FactsOf[inspect.KubeObject](inspect.YAML, inspecttest.KubernetesManifests)
	real, placeholder, password := inspect.NewSecret("hunter2hunter2"), inspect.NewSecret("changeme"), inspect.NewSecret("hunter2x")
	want := []inspecttest.Found[inspect.KubeObject]{
		{Line: 56, End: 59, Fact: inspect.KubeObject{Type: "Service", Name: "web", Affinity: "ClientIP", AffinityAt: 59}},
		{Line: 60, End: 63, Fact: inspect.KubeObject{Type: "HorizontalPodAutoscaler", Name: "web", MinReplicas: numberOf(2), Target: "web"}},
		{Line: 65, End: 72, Fact: inspect.KubeObject{Type: "Secret", Name: "db", Data: []inspect.EnvEntry{
			{Name: "password", Value: inspect.Value{Source: inspect.Literal, Text: "hun…", HasText: true, Secret: &real}, Secret: true, Line: 69},
			{Name: "other", Value: inspect.Value{Source: inspect.Literal, Text: "ch…", HasText: true, Secret: &placeholder}, Line: 70},
			{Name: "url", Value: inspect.Value{Source: inspect.Literal, Text: "postgres://app:…@db/app", HasText: true, Secret: &password}, Line: 72},
		}}},
		{Line: 84, End: 89, Fact: inspect.KubeObject{Type: "Ingress", Name: "web", Annotations: []inspect.EnvEntry{
			{Name: "nginx.ingress.kubernetes.io/affinity", Value: inspect.Lit("cookie"), Line: 89}}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHelmTemplate(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.Workload](inspect.YAML, inspecttest.HelmTemplate)
	input := inspect.Value{Source: inspect.Input}
	replicas := inspect.Value{Source: inspect.Input, Text: "{{ .Values.replicas }}", Refs: []string{".Values.replicas"}}
	want := []inspecttest.Found[inspect.Workload]{{Line: 2, End: 27, Fact: inspect.Workload{
		Type: "Deployment", Name: `{{ include "app.fullname" . }}`, ReplicasOf: replicas,
		Containers: []inspect.Container{{
			Name: "{{ .Chart.Name }}", Image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}", Line: 16,
			Command: []string{}, Args: []string{},
			Env: []inspect.EnvEntry{
				{Name: "{{ $name }}", Value: input, Line: 19}, {Name: "DB_PASSWORD", Value: inspect.Value{Source: inspect.Input, Refs: []string{".Values.password"}}, Secret: true, Line: 22},
				{Name: "LOG_LEVEL", Value: inspect.Lit("info"), Line: 24},
			},
			ImageRefs: []string{".Values.image.repository", ".Values.image.tag", ".Chart.AppVersion"}, EnvValues: []string{".Values.env"},
		}},
	}}}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
	services, _ := inspecttest.FactsOf[inspect.KubeObject](inspect.YAML, inspecttest.HelmTemplate)
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
			got, failed := inspecttest.FactsOf[inspect.Workload](inspect.YAML, tt.text)
			if len(got) != tt.workloads || len(failed) != tt.failed {
				t.Errorf("%d workloads %v, failed %q", len(got), got, failed)
			}
		})
	}
}
