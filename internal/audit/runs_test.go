package audit

import (
	"maps"
	"slices"
	"testing"

	"twelvefold/internal/inspect"
)

// TestRuns tells which services and containers are the component itself: not
// its database, a proxy, a migration or an init container.
func TestRuns(t *testing.T) {
	t.Parallel()
	service := func(name, image string) inspect.Fact { return inspect.ComposeService{Name: name, Image: image} }
	workload := func(kind, name, image string) inspect.Fact {
		return inspect.Workload{Type: kind, Name: name, Containers: []inspect.Container{{Name: name, Image: image}, {Name: "wait", Image: image, Init: true}}}
	}
	tree := treeOf(map[string][]inspect.Fact{
		"main.go":         {inspect.Package{Name: "main"}, inspect.EntryPoint{Via: "func main"}, inspect.Listen{Via: "net/http.ListenAndServe"}},
		"go.mod":          {inspect.Manifest{Name: "example.com/thing"}},
		"compose.yaml":    {service("web", "acme/thing:1"), service("db", "postgres:16"), service("proxy", "nginx:1"), service("migrate", "acme/thing:1")},
		"k8s/web.yaml":    {workload("Deployment", "web", "acme/thing:1")},
		"k8s/import.yaml": {workload("CronJob", "import", "acme/thing:1")},
		"k8s/cache.yaml":  {workload("Deployment", "cache", "redis:7")},
	})
	got := map[string]bool{}
	run(t, tree, Rule{ID: "processes/probe", Aspect: "b", Type: Positive, Judge: func(c *Component, _ *Report) {
		for s := range Facts[inspect.ComposeService](c) {
			if c.RunsService(s) {
				got["service "+s.Fact.Name] = true
			}
		}
		for w := range Facts[inspect.Workload](c) {
			for _, k := range w.Fact.Containers {
				if c.RunsContainer(w, k) {
					got["container "+k.Name] = true
				}
			}
		}
	}})
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, []string{"container web", "service web"}) {
		t.Errorf("runs %v", names)
	}
}
