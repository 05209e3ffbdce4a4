package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// faraway are contents by path.
type faraway struct {
	contents map[string]string
	fails    error
	prepared []string
	closed   bool
}

func (f *faraway) Prepare(_ context.Context, files []File) error {
	for _, file := range files {
		f.prepared = append(f.prepared, file.Path)
	}
	return f.fails
}

func (f *faraway) Read(_ context.Context, file File) ([]byte, error) {
	if f.fails != nil {
		return nil, f.fails
	}
	content, ok := f.contents[file.Path]
	if !ok {
		return nil, ErrAbsent
	}
	return []byte(content), nil
}

func (f *faraway) Close() error { f.closed = true; return nil }

// entries lists a tree of contents as git ls-tree -t does.
func (f *faraway) entries() (list []Entry) {
	seen := map[string]bool{}
	names := make([]string, 0, len(f.contents))
	for name := range f.contents {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for at := range name {
			if dir := name[:at]; name[at] == '/' && !seen[dir] {
				seen[dir] = true
				list = append(list, Entry{Path: dir, Mode: "040000", ID: strings.Repeat("d", 40)})
			}
		}
		list = append(list, Entry{Path: name, Mode: "100644", ID: blobID([]byte(f.contents[name])), Size: int64(len(f.contents[name]))})
	}
	return list
}

func afar(t *testing.T, f *faraway, limits Limits, more ...Entry) *Snapshot {
	t.Helper()
	s, err := OpenAfar(t.Context(), Afar{
		Repository: "acme/shop", Commit: strings.Repeat("c", 40), Branch: "main", Branches: []string{"main", "b", "a"}, Tags: []string{"v1"},
		Entries: append(f.entries(), more...), Contents: f,
	}, limits)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func listedPaths(s *Snapshot) (list []string) {
	for _, f := range s.Files {
		list = append(list, f.Path)
	}
	return list
}

func TestAfarListsAsGitDoes(t *testing.T) {
	t.Parallel()
	f := &faraway{contents: map[string]string{"a/b/c/main.go": "package main\n", "a/b/z": "z", "m": "mm"}}
	s := afar(t, f, DefaultLimits,
		Entry{Path: "x.sh", Mode: "100755", ID: strings.Repeat("1", 40), Size: 3}, Entry{Path: "y", Mode: "120000", ID: strings.Repeat("2", 40), Size: 1},
		Entry{Path: "z", Mode: "160000", ID: strings.Repeat("3", 40)}, Entry{Path: "zz/.git", Mode: "040000", ID: strings.Repeat("4", 40)},
		Entry{Path: "zz/.git/config", Mode: "100644", ID: strings.Repeat("5", 40)})
	want := []File{
		{"a/b/c/main.go", Regular, blobID([]byte("package main\n")), 13, RoleOf("a/b/c/main.go")}, {"a/b/z", Regular, blobID([]byte("z")), 1, RoleOf("a/b/z")},
		{"m", Regular, blobID([]byte("mm")), 2, RoleOf("m")}, {"x.sh", Executable, strings.Repeat("1", 40), 3, RoleOf("x.sh")},
		{"y", Symlink, strings.Repeat("2", 40), 1, RoleOf("y")}, {"z", Submodule, strings.Repeat("3", 40), 0, RoleOf("z")},
	}
	if diff := cmp.Diff(want, s.Files); diff != "" {
		t.Error(diff)
	}
	warnings := []Warning{{"z", "left out: a submodule is a git repository of its own; audit it by itself"}, {"zz/.git", "left out: git does not allow this name"}}
	if diff := cmp.Diff(warnings, s.Warnings); diff != "" {
		t.Error(diff)
	}
	if s.Branch != "main" || !slices.Equal(s.Branches, []string{"a", "b", "main"}) || !slices.Equal(s.Tags, []string{"v1"}) {
		t.Errorf("%v %v %v", s.Branch, s.Branches, s.Tags)
	}
	if s.Close() != nil || !f.closed {
		t.Error("not closed")
	}
}

func TestAfarKeepsToLimits(t *testing.T) {
	t.Parallel()
	f := &faraway{contents: map[string]string{"a/b/c": "1", "a/d": "2", "big": strings.Repeat("x", 100), "lfs": "version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "z": "3"}}
	s := afar(t, f, Limits{Depth: 2, FileSize: 60}, Entry{Path: "zz", Mode: "160000", ID: strings.Repeat("3", 40)})
	if got := listedPaths(s); !slices.Equal(got, []string{"a/d", "big", "lfs", "z", "zz"}) {
		t.Errorf("files %v", got)
	}
	for at, want := range map[int]error{1: ErrTooLarge, 2: ErrPointer, 4: ErrNoFile} {
		if _, err := s.Read(t.Context(), s.Files[at]); !errors.Is(err, want) {
			t.Errorf("%s: %v", s.Files[at].Path, err)
		}
	}
	if err := s.Prepare(t.Context(), s.Files); err != nil || !slices.Equal(f.prepared, []string{"a/d", "lfs", "z"}) {
		t.Errorf("prepared %v: %v", f.prepared, err)
	}
	if s.Err() != nil {
		t.Errorf("what is about a file is no trouble: %v", s.Err())
	}
	cut := afar(t, f, Limits{Files: 3})
	if got := listedPaths(cut); !slices.Equal(got, []string{"a/b/c"}) || cut.Warnings[0].Message != "left out: everything after the first 3 entries" {
		t.Errorf("files %v, %v", got, cut.Warnings)
	}
	total := afar(t, f, Limits{Total: 2})
	if _, err := total.Read(t.Context(), total.Files[4]); !errors.Is(err, ErrTooLarge) {
		t.Errorf("beyond the total: %v", err)
	}
}

func TestTroubleOfWhatIsAfarIsKept(t *testing.T) {
	t.Parallel()
	f := &faraway{contents: map[string]string{"a": "1"}}
	s := afar(t, f, DefaultLimits)
	away := errors.New("away")
	f.fails = fmt.Errorf("read: %w", away)
	copied := *s // as the engine does
	if _, err := copied.Read(t.Context(), s.Files[0]); !errors.Is(err, away) {
		t.Error(err)
	}
	f.fails = nil
	if !errors.Is(s.Err(), away) || !errors.Is(copied.Err(), away) {
		t.Errorf("forgotten: %v", s.Err())
	}
	s = afar(t, f, DefaultLimits)
	f.fails = away
	if err := s.Prepare(t.Context(), s.Files); !errors.Is(err, away) || !errors.Is(s.Err(), away) {
		t.Errorf("prepare: %v, %v", err, s.Err())
	}
}

func TestOnlyWhatIsAfarIsPrepared(t *testing.T) {
	t.Parallel()
	s := New("here", "", []File{{Path: "a"}}, nil, nil)
	if s.Prepare(t.Context(), s.Files) != nil || s.Err() != nil {
		t.Error("there is nothing to prepare")
	}
	if _, err := OpenAfar(t.Context(), Afar{Repository: "acme/shop", Commit: "c", Contents: &faraway{}}, DefaultLimits); err == nil || !strings.Contains(err.Error(), "nothing to audit") {
		t.Error(err)
	}
	if _, err := OpenAfar(t.Context(), Afar{Entries: []Entry{{Path: "a", Mode: "?"}}, Contents: &faraway{}}, DefaultLimits); err == nil {
		t.Error("an unknown mode")
	}
}
