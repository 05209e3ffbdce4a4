package audit

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
)

// marketTree is a web service with a library of the same workspace, which has a
// library of its own, and a page that has none.
func marketTree() map[string][]inspect.Fact {
	needs := func(name string, group inspect.Group) inspect.Dependency {
		return inspect.Dependency{Ecosystem: inspect.NPM, Name: name, Constraint: "workspace:*", Group: group, Origin: "workspace"}
	}
	named := func(name string) inspect.Manifest {
		return inspect.Manifest{Ecosystem: inspect.NPM, Name: name, Private: true}
	}
	return map[string][]inspect.Fact{
		"api/package.json":   {named("api"), needs("store", inspect.Runtime)},
		"api/server.js":      {inspect.Listen{Via: "http"}, inspect.Import{Path: "store"}},
		"store/package.json": {named("store"), needs("keys", inspect.Runtime)},
		"store/index.js":     {inspect.Import{Path: "keys"}, inspect.EnvRead{Name: "STORE_KEY", Via: "process.env"}},
		"keys/package.json":  {named("keys")},
		"keys/index.js":      {inspect.EnvRead{Name: "KEYS_KEY", Via: "process.env"}},
		"web/package.json":   {named("web"), needs("store", inspect.Dev)},
		"web/server.js":      {inspect.Listen{Via: "http"}},
	}
}

// TestProgramsHaveTheirLibraries audits the services of a workspace.
func TestProgramsHaveTheirLibraries(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	look := func(id string) Rule {
		return Rule{ID: id, Aspect: "a", Type: Positive, Judge: func(c *Component, _ *Report) {
			asking.Lock()
			defer asking.Unlock()
			seen[id+" "+c.Path] = strings.Join(envNames(c), " ")
		}}
	}
	run(t, treeOf(marketTree()), look("config/a"), look("processes/a"), look("dependencies/a"))
	want := map[string]string{
		"config/a api": "KEYS_KEY STORE_KEY", "processes/a api": "KEYS_KEY STORE_KEY", "dependencies/a api": "",
		"config/a web": "", "processes/a web": "", "dependencies/a web": "",
		"dependencies/a store": "STORE_KEY", "dependencies/a keys": "KEYS_KEY", // what is inside a program speaks for no other factor
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("variables that rules saw (-want, +got):\n%s", diff)
	}
}

// TestMemoryAsksProgramsOfTheirLibraries changes a library: the rules that read
// its code are asked again of the programs that run with it.
func TestMemoryAsksProgramsOfTheirLibraries(t *testing.T) {
	t.Parallel()
	var asked []string
	rule := curious("own", &asked, func(c *Component) { OfComponent(c, envNames) })
	memory := NewMemory([]Rule{rule}, 1000)
	for _, c := range []struct {
		file string
		want string
	}{
		{"keys/index.js", "own api"},
		{"store/index.js", "own api"},
		{"web/server.js", "own web"},
	} {
		if _, err := memory.Run(context.Background(), treeOf(marketTree())); err != nil {
			t.Fatal(err)
		}
		asked = nil
		changed := marketTree()
		changed[c.file] = append(changed[c.file], inspect.EnvRead{Name: "NEW_KEY", Via: "process.env"})
		got, err := memory.Run(context.Background(), treeOf(changed))
		if err != nil {
			t.Fatal(err)
		}
		calls := slices.Sorted(slices.Values(asked))
		if diff := cmp.Diff(run(t, treeOf(changed), rule), got); diff != "" {
			t.Errorf("%s, by memory (-without, +with it):\n%s", c.file, diff)
		}
		if strings.Join(calls, ", ") != c.want {
			t.Errorf("%s: asked again were %v, want %s", c.file, calls, c.want)
		}
	}
}
