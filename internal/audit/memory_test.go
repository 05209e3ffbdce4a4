package audit

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var asking sync.Mutex

// curious is a rule that reads something, and says whom it was asked about.
func curious(name string, asked *[]string, read func(*Component)) Rule {
	return Rule{ID: "config/" + name, Aspect: "a", Type: Positive, Judge: func(c *Component, report *Report) {
		asking.Lock() // a cold audit asks side by side
		*asked = append(*asked, name+" "+c.Path)
		asking.Unlock()
		read(c)
	}}
}

// shopTree is two web services.
func shopTree() map[string][]inspect.Fact {
	tree := map[string][]inspect.Fact{"README.md": nil}
	for _, dir := range []string{"api", "web"} {
		tree[dir+"/package.json"] = []inspect.Fact{inspect.Manifest{Ecosystem: inspect.NPM, Name: dir, Private: true}}
		tree[dir+"/server.js"] = []inspect.Fact{inspect.Listen{Via: "http"}, inspect.EnvRead{Name: "A_KEY", Via: "process.env"}, inspect.LogSink{Via: "winston"}}
	}
	return tree
}

func envNames(c *Component) (names []string) {
	for e := range Facts[inspect.EnvRead](c) {
		names = append(names, e.Fact.Name)
	}
	return names
}

func allSinks(r *Repository) (n int) {
	for range AllFacts[inspect.LogSink](r) {
		n++
	}
	return n
}

// TestMemoryAsksWhatMayDiffer changes one thing at a time: the rules that read
// it are asked again, of the components where it counts, and no others.
func TestMemoryAsksWhatMayDiffer(t *testing.T) {
	t.Parallel()
	var asked []string
	rules := []Rule{
		curious("nothing", &asked, func(*Component) {}),
		curious("own", &asked, func(c *Component) { OfComponent(c, envNames) }),
		curious("sinks", &asked, func(c *Component) { OfRepository(c.Repo, allSinks) }),
		curious("others", &asked, func(c *Component) {
			for _, other := range c.Repo.Components {
				OfComponent(other, envNames)
			}
		}),
		curious("contents", &asked, func(c *Component) { _ = c.Files[0].Blob() }),
		curious("file", &asked, func(c *Component) { _ = c.Repo.File("web/server.js").Signals() }),
		curious("kind", &asked, func(c *Component) { _ = c.Repo.File("README.md").Failed() }),
		curious("some", &asked, func(c *Component) {
			for range c.Repo.File("web/server.js").Of(inspect.LogSink{}, inspect.Session{}) {
			}
		}),
		curious("everything", &asked, func(c *Component) {
			for range AllFacts[inspect.Fact](c.Repo) {
			}
		}),
		curious("breaks", &asked, func(c *Component) { _ = envNames(c); panic("broken") }),
	}
	memory := NewMemory(rules, 1000)
	audit := func(tree Tree) []string {
		asked = nil
		got, err := memory.Run(context.Background(), tree)
		if err != nil {
			t.Fatal(err)
		}
		calls := slices.Clone(asked)
		if diff := cmp.Diff(run(t, tree, rules...), got); diff != "" {
			t.Errorf("by memory (-without, +with it):\n%s", diff)
		}
		return calls
	}
	plain := func() Tree { return treeOf(shopTree()) }
	with := func(name string, fact inspect.Fact) func() Tree {
		return func() Tree {
			tree := shopTree()
			tree[name] = append(tree[name], fact)
			return treeOf(tree)
		}
	}
	for _, c := range []struct {
		name string
		tree func() Tree
		want string
	}{
		{"nothing", plain, ""},
		{"the commit", func() Tree { tree := plain(); tree.Snapshot.Commit = "1"; return tree }, ""},
		{"a variable of one", with("web/server.js", inspect.EnvRead{Name: "B_KEY", Via: "process.env"}), "breaks web, everything api, everything web, file api, file web, others api, others web, own web"},
		{"a fact that nobody reads", with("api/server.js", inspect.Session{}), "everything api, everything web, some api, some web"},
		{"another sink", with("web/server.js", inspect.LogSink{Via: "pino"}), "everything api, everything web, file api, file web, sinks api, sinks web, some api, some web"},
		{"a text", with("README.md", inspect.Sketch{}), "everything api, everything web"},
		{"a file that fails", with("README.md", inspect.ParseFailed{Reason: "odd"}), "everything api, everything web, kind api, kind web"},
		{"a new branch", func() Tree { tree := plain(); tree.Snapshot.Branches = []string{"main"}; return tree }, "all"},
		{"a new file", with("api/more.js", inspect.Session{}), "all"},
		{"settings", func() Tree { tree := plain(); tree.Settings = []byte("ignore: [api/server.js]"); return tree }, "all"},
		{"a role", func() Tree { tree := plain(); tree.Snapshot.Files[0].Role = source.Test; return tree }, "all"},
		{"contents apart", func() Tree { return withBlobs(plain(), "a", "b", "c", "d", "e") }, "contents api, contents web, everything api, everything web"},
	} {
		audit(plain())
		calls := audit(c.tree())
		slices.Sort(calls)
		if c.want == "all" {
			if len(calls) < len(rules) {
				t.Errorf("%s: asked again were only %s", c.name, strings.Join(calls, ", "))
			}
			continue
		}
		if got := strings.Join(calls, ", "); got != c.want {
			t.Errorf("%s: asked again were\n%s, want\n%s", c.name, got, c.want)
		}
	}
	audit(withBlobs(plain(), "a", "b", "c", "d", "e"))
	if calls := audit(withBlobs(plain(), "a", "b", "new", "d", "e")); len(calls) > 0 {
		t.Errorf("a content of which there is one is another one: asked again were %v", calls)
	}
	if calls := audit(withBlobs(plain(), "a", "b", "a", "d", "e")); len(calls) != 4 {
		t.Errorf("a file is now a copy: asked again were %v", calls)
	}
}

// TestDifferingSeesTheOrder has the same facts of a line in another order.
func TestDifferingSeesTheOrder(t *testing.T) {
	t.Parallel()
	a, b := inspect.Signal{Line: 1, Fact: inspect.Session{}}, inspect.Signal{Line: 1, Fact: inspect.LogSink{}}
	if got := differing([]inspect.Signal{a, b}, []inspect.Signal{b, a}); len(got) != 2 {
		t.Errorf("%v differ, want both types", got)
	}
}

func withBlobs(tree Tree, blobs ...string) Tree {
	for i, blob := range blobs {
		tree.Snapshot.Files[i].Blob, tree.Snapshot.Files[i].Size = blob, 10
	}
	return tree
}

// TestMemoryForgetsWhatWaitsLongest has room for two repositories.
func TestMemoryForgetsWhatWaitsLongest(t *testing.T) {
	t.Parallel()
	var asked []string
	memory := NewMemory([]Rule{curious("x", &asked, func(*Component) {})}, 2*len(shopTree()))
	audit := func(name string) bool {
		asked = nil
		tree := treeOf(shopTree())
		tree.Snapshot.Repository = name
		if _, err := memory.Run(context.Background(), tree); err != nil {
			t.Fatal(err)
		}
		return len(asked) == 0
	}
	var known []string
	for _, name := range []string{"a", "b", "a", "c", "a", "b", "c"} {
		known = append(known, fmt.Sprint(name, " ", audit(name)))
	}
	want := "a false, b false, a true, c false, a true, b false, c false"
	if got := strings.Join(known, ", "); got != want {
		t.Errorf("known were %s, want %s", got, want)
	}
	if n := len(slices.Collect(maps.Keys(memory.kept))); n != 2 || memory.files > 2*len(shopTree()) {
		t.Errorf("%d repositories of %d files are kept", n, memory.files)
	}
}

// TestFactsAreReadThroughQueries looks through the package's own source: who
// takes signals past the queries is not seen by the watcher.
func TestFactsAreReadThroughQueries(t *testing.T) {
	t.Parallel()
	allowed := map[string]string{
		"component.go": "the queries", "factindex.go": "the queries", "difference.go": "compares them",
		"repository.go": "puts files together", "attach.go": "makes views", "configload.go": "drops what nothing reads", "envjoin.go": "joins variables", "envfiles.go": "joins variables",
		"bake.go": "joins what bake builds", "workflowcall.go": "joins workflows; what is asked of them later is noted",
	}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if allowed[name] != "" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains([]string{"signals", "stated", "blob", "size"}, s.Sel.Name) {
				t.Errorf("%s takes a file's %s: only Facts, FactsIn, Of and their like write down that it was read", name, s.Sel.Name)
			}
			return true
		})
	}
}
