package audit

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"twelvefold/internal/inspect"
)

// TestEffectiveValues compares each repository of testdata/values with what the
// tools themselves make of it. The head of a file says what is expected, a line
// for each value:
//
//	of PATH                 the component that the next lines ask; else the first
//	env NAME = value        a variable in production
//	dev NAME = value        the same in development
//	setting KEY = value     a setting in production
//	images WORKLOAD = a, b  of its containers, for each way to deploy it
//	replicas WORKLOAD = 1   likewise
//
// with "?" for a value that can't be told, "-" for none, "<secret>" for a
// secret. Other lines are explanation.
func TestEffectiveValues(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/values/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(content)
			if !slices.ContainsFunc(archive.Files, func(f txtar.File) bool {
				return slices.Contains([]string{"requirements.txt", "pom.xml", "package.json"}, filepath.Base(f.Name))
			}) {
				archive.Files = append(archive.Files, txtar.Parse([]byte(flaskApp)).Files...)
			}
			repo := inspected(t, archive)
			if len(repo.Components) == 0 {
				t.Fatal("no component")
			}
			c := repo.Components[0]
			for lines := bufio.NewScanner(bytes.NewReader(archive.Comment)); lines.Scan(); {
				kind, rest, _ := strings.Cut(lines.Text(), " ")
				key, want, _ := strings.Cut(rest, " ")
				if kind == "of" { // the component that the next lines ask
					c = repo.Components[slices.IndexFunc(repo.Components, func(c *Component) bool { return c.Path == rest })]
				}
				ask, ok := questions[kind]
				if !ok {
					continue
				}
				if got := ask(c, key); got != strings.TrimPrefix(want, "= ") {
					t.Errorf("%s %s is %s, want %s", kind, key, got, want)
				}
			}
		})
	}
}

var questions = map[string]func(c *Component, key string) string{
	"env": func(c *Component, key string) string { return providedText(c, Production, key) },
	"dev": func(c *Component, key string) string { return providedText(c, Development, key) },
	"setting": func(c *Component, key string) string {
		s, ok := c.EffectiveSetting(key)
		if !ok {
			return "-"
		}
		return valueText(s.Value)
	},
	"images": func(c *Component, key string) string {
		var list []string
		for w := range Facts[inspect.Workload](c) {
			for _, k := range w.Fact.Containers {
				for _, image := range c.Repo.Images(w.File, k) {
					if w.Fact.Name == key && !c.Repo.isPatch(w.File) {
						list = append(list, image.Image)
					}
				}
			}
		}
		return strings.Join(list, ", ")
	},
	"replicas": func(c *Component, key string) string {
		var list []string
		for w := range Facts[inspect.Workload](c) {
			for _, n := range c.Replicas(w) {
				if w.Fact.Name == key && !c.Repo.isPatch(w.File) {
					list = append(list, fmt.Sprint(n.Count))
				}
			}
		}
		return strings.Join(list, ", ")
	},
}

func providedText(c *Component, environment Environment, name string) string {
	if p, ok := c.ProvidedIn(environment, name); ok {
		return valueText(p.Value)
	}
	if slices.ContainsFunc(c.Provided(), func(p Provided) bool { return p.Name == name && p.Environment == environment }) {
		return "?"
	}
	return "-"
}

func valueText(v inspect.Value) string {
	switch {
	case !v.IsLiteral():
		return "?"
	case v.Secret != nil:
		return "<secret>"
	}
	return v.Text
}
