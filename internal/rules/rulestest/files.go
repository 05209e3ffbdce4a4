package rulestest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twelvefold/internal/audit"
)

// checkFiles holds files and rules to each other. A file that adds a rule must
// be named for one that is registered: Go leaves out files with names such as
// x_js.go or x_windows.go in silence, and their rules with them.
func checkFiles(t *testing.T, rules []audit.Rule) {
	t.Helper()
	registered := map[string]bool{}
	for _, rule := range rules {
		if registered[rule.Name()] {
			t.Errorf("rule %s is registered twice", rule.ID)
		}
		registered[rule.Name()] = true
		if name := fileName(rule.Name()); !addsRule(t, name) {
			t.Errorf("rule %s must stand in %s", rule.ID, name)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if rule := strings.ReplaceAll(strings.TrimSuffix(name, ".go"), "_", "-"); addsRule(t, name) && !registered[rule] {
			t.Errorf("%s adds a rule, but none named %s is registered", name, rule)
		}
	}
	dirs, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		if !registered[filepath.Base(dir)] {
			t.Errorf("%s holds fixtures of no registered rule", dir)
		}
	}
}

func fileName(rule string) string { return strings.ReplaceAll(rule, "-", "_") + ".go" }

func addsRule(t *testing.T, name string) bool {
	t.Helper()
	if strings.HasSuffix(name, "_test.go") && name != "_test.go" {
		return false
	}
	content, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(content), "set.Add(")
}
