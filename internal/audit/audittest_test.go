package audit

import (
	"context"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// withDependency adds a manifest that declares a dependency.
func withDependency(c *Component, name string) *Component {
	c.add(&File{File: source.File{Path: "requirements.txt", Role: source.Prod}, Format: inspect.Requirements, signals: []inspect.Signal{
		{Line: 1, EndLine: 1, Fact: inspect.Dependency{Ecosystem: inspect.PyPI, Name: name, Group: inspect.Runtime}},
	}})
	return c
}

// treeOf makes a tree of signals by path, as inspection would give them.
func treeOf(signals map[string][]inspect.Fact) Tree {
	var files []source.File
	tree := Tree{Signals: map[string][]inspect.Signal{}}
	for name, facts := range signals {
		files = append(files, source.File{Path: name, Role: source.RoleOf(name), Mode: source.Regular})
		for i, fact := range facts {
			tree.Signals[name] = append(tree.Signals[name], inspect.Signal{Line: i + 1, EndLine: i + 1, Fact: fact})
		}
	}
	tree.Snapshot = source.New("someone/thing", "", files, func(context.Context, source.File) ([]byte, error) { return nil, nil }, nil)
	return tree
}

func run(t *testing.T, tree Tree, rules ...Rule) *Audit {
	t.Helper()
	a, err := Run(context.Background(), tree, rules)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
