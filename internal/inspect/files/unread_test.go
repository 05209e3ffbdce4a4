package files

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/source"
)

// TestUnreadIsWhatRulesWouldHaveRead: neither locks, nor texts, nor what others
// wrote or only tests.
func TestUnreadIsWhatRulesWouldHaveRead(t *testing.T) {
	t.Parallel()
	roles := map[string]source.Role{"vendor/a.go": source.Vendored, "a_test.go": source.Test, "x.min.js": source.Minified, "tool.go": source.DevTool, "ci.sh": source.CI}
	files := map[string]string{"lost.go": "hostile", "read.go": "package a"}
	for _, name := range []string{"big.go", "ci.sh", "big.csv", "package-lock.json", "vendor/a.go", "a_test.go", "x.min.js", "tool.go"} {
		files[name] = "!left out: larger than the limit of " + name
	}
	result, err := All(t.Context(), snapshotOf(files, func(f *source.File) {
		if role := roles[f.Path]; role != "" {
			f.Role = role
		}
	}), Options{Inspector: &recorder{}})
	if err != nil {
		t.Fatal(err)
	}
	blob := map[string]string{}
	for _, f := range snapshotOf(files, nil).Files {
		blob[f.Path] = f.Blob
	}
	want := []Unread{
		{"big.go", blob["big.go"], "larger than the limit of big.go"}, {"ci.sh", blob["ci.sh"], "larger than the limit of ci.sh"},
		{"lost.go", blob["lost.go"], "the parser crashed"},
	}
	if diff := cmp.Diff(want, result.Unread); diff != "" {
		t.Error(diff)
	}
	older := []Unread{{"elsewhere.go", blob["big.go"], ""}, {"ci.sh", "another content", ""}}
	if diff := cmp.Diff(want[1:], Since(want, older)); diff != "" {
		t.Error(diff)
	}
}

// TestFilesBehindLostParsersAreUnread: none of them is told apart from one without
// anything in it otherwise.
func TestFilesBehindLostParsersAreUnread(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range maxLost + 7 {
		files[fmt.Sprintf("f%03d.go", i)] = fmt.Sprint("hostile", i)
	}
	result, err := All(t.Context(), snapshotOf(files, nil), Options{Inspector: &recorder{}, Workers: 1})
	if err != nil || len(result.Unread) != len(files) {
		t.Fatal(len(result.Unread), err)
	}
	worn := 0
	for _, u := range result.Unread {
		if u.Why == wornOut {
			worn++
		}
	}
	if worn != 7 {
		t.Errorf("%d are left for others' sake", worn)
	}
}
