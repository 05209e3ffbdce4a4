package helm_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/inspect/helm"
)

// TestFillsInAsHelmDoes compares with testdata/helm.yaml, which is what Helm 3.16
// made of testdata/chart.
func TestFillsInAsHelmDoes(t *testing.T) {
	t.Parallel()
	open := []string{
		"a28", "a34", "a54", "a87", // empty: for the operator to give
		"a64", "a79", "a80", "a81", "a82", "a90", // asks the cluster, and functions that are not followed
	}
	var paths []string
	for _, pattern := range []string{"*", "templates/*", "files/*", "files/conf/*"} {
		found, err := filepath.Glob(filepath.Join("testdata/chart", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
				rel, _ := filepath.Rel("testdata", name)
				paths = append(paths, filepath.ToSlash(rel))
			}
		}
	}
	charts := helm.Charts(paths, func(name string) []byte {
		content, _ := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
		return content
	})
	ways := charts.Templates(nil)["chart/templates/all.yaml"]
	if len(ways) != 1 {
		t.Fatalf("%d ways, want 1", len(ways))
	}
	made, err := os.ReadFile("testdata/helm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(ways[0].Text)), "\n")
	want := strings.Split(strings.TrimSpace(string(made)), "\n")
	if len(got) != len(want) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		key, _, _ := strings.Cut(strings.TrimSpace(want[i]), ":")
		if slices.Contains(open, key) {
			if !strings.Contains(got[i], "{{") {
				t.Errorf("%s is stated, and is to stay open", got[i])
			}
			continue
		}
		if got[i] != want[i] {
			t.Errorf("%q, want %q", got[i], want[i])
		}
	}
}
