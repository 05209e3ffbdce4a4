package audit

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestOwnContainers(t *testing.T) {
	t.Parallel()
	two := 2
	start := &inspect.Start{Text: "gunicorn shop.wsgi", Commands: []inspect.Command{{Argv: []string{"gunicorn", "shop.wsgi"}}}}
	tree := treeOf(map[string][]inspect.Fact{
		"Dockerfile": {inspect.Stage{Base: "python:3.12", Final: true}, inspect.Instruction{Final: true, Name: "CMD", Start: start}},
		"k8s/thing.yaml": {
			inspect.Workload{Type: "Deployment", Name: "thing", Replicas: &two, Containers: []inspect.Container{
				{Name: "web", Image: "acme/thing:1", Line: 1}, {Name: "proxy", Image: "envoyproxy/envoy:v1", Line: 1},
			}},
			inspect.Workload{Type: "Deployment", Name: "redis", Containers: []inspect.Container{{Name: "redis", Image: "redis:7", Line: 2}}},
			inspect.Workload{Type: "Deployment", Name: "jobs", Containers: []inspect.Container{{Name: "jobs", Image: "acme/thing:1", Line: 3, Command: []string{"celery", "-A", "shop", "worker"}}}},
			inspect.Workload{Type: "Job", Name: "migrate", Containers: []inspect.Container{{Name: "migrate", Image: "acme/thing:1", Line: 4}}},
		},
	})
	var got []string
	rule := Rule{ID: "concurrency/probe", Aspect: "a", Type: Positive, Title: "t", Why: "w", Judge: func(c *Component, _ *Report) {
		for _, k := range c.OwnContainers() {
			got = append(got, k.Title+" "+string(k.Kind))
		}
	}}
	run(t, tree, rule)
	if want := []string{"thing web", "jobs worker"}; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("containers %v, want %v", got, want)
	}
}
