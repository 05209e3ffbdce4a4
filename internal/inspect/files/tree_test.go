package files

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// recorder inspects nothing and remembers what it was given.
type recorder struct {
	mu    sync.Mutex
	paths []string
	lost  bool
}

func (r *recorder) Inspect(_ context.Context, path string, _ inspect.Format, content []byte) []inspect.Signal {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.paths = append(r.paths, path)
	if r.lost || strings.Contains(string(content), "hostile") {
		return lost("the parser crashed")
	}
	return []inspect.Signal{{Line: 1, EndLine: 1, Fact: inspect.Package{Name: string(content)}}}
}

// memory is a cache that counts.
type memory struct {
	kept    map[inspect.CacheKey][]inspect.Signal
	lookups int
	stores  int
	err     error
}

func (m *memory) Lookup(_ context.Context, keys []inspect.CacheKey) (map[inspect.CacheKey][]inspect.Signal, error) {
	m.lookups++
	found := map[inspect.CacheKey][]inspect.Signal{}
	for _, k := range keys {
		if s, ok := m.kept[k]; ok {
			found[k] = s
		}
	}
	return found, m.err
}

func (m *memory) Store(_ context.Context, signals map[inspect.CacheKey][]inspect.Signal) error {
	m.stores++
	for k, s := range signals {
		m.kept[k] = s
	}
	return m.err
}

// snapshotOf makes a snapshot from path → content; "!…" content can't be read.
func snapshotOf(files map[string]string, change func(*source.File)) *source.Snapshot {
	var list []source.File
	for path, content := range files {
		f := source.File{Path: path, Mode: source.Regular, Blob: fmt.Sprintf("%x", sha1.Sum([]byte(content))), Size: int64(len(content)), Role: source.Prod}
		if change != nil {
			change(&f)
		}
		list = append(list, f)
	}
	return source.New("o/r", "", list, func(_ context.Context, f source.File) ([]byte, error) {
		if reason, bad := strings.CutPrefix(files[f.Path], "!"); bad {
			return nil, errors.New(reason)
		}
		return []byte(files[f.Path]), nil
	}, nil)
}

func TestAllInspectsEachContentOnce(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.go": "a", "copy/a.go": "a", "b.go": "b", "README.md": "a", "gone.go": "!left out: its content is absent from the object store"}
	inspector, cache := &recorder{}, &memory{kept: map[inspect.CacheKey][]inspect.Signal{}}
	var progress []int
	result, err := All(context.Background(), snapshotOf(files, nil), Options{
		Inspector: inspector, Cache: cache,
		Progress: func(done, total int) { progress = append(progress, done) },
	})
	if err != nil {
		t.Fatal(err)
	}
	a, b := lines("a"), lines("b")
	want := Result{
		Signals:  map[string][]inspect.Signal{"a.go": a, "copy/a.go": a, "b.go": b},
		Stats:    Stats{Files: 5, Candidates: 4, Texts: 1, Inspected: 2, Bytes: 2},
		Warnings: []source.Warning{{Path: "gone.go", Message: "left out: its content is absent from the object store"}},
		Unread:   []Unread{{"gone.go", fmt.Sprintf("%x", sha1.Sum([]byte(files["gone.go"]))), "its content is absent from the object store"}},
	}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{0, 1, 2, 3, 4}, progress); diff != "" {
		t.Error(diff)
	}

	files["b.go"] = "b2"
	inspector.paths = nil
	again, err := All(context.Background(), snapshotOf(files, nil), Options{Inspector: inspector, Cache: cache})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"b.go"}, inspector.paths); diff != "" {
		t.Error(diff)
	}
	if again.Stats.Cached != 1 || again.Stats.Inspected != 1 {
		t.Errorf("%+v", again.Stats)
	}
}

func TestAllLeavesOutWhatCanNotMatter(t *testing.T) {
	t.Parallel()
	roles := map[string]source.Role{
		"vendor/a.go": source.Vendored, "a_test.go": source.Test, "docs/a.py": source.Docs, "x.min.js": source.Minified,
		"gen.go": source.Generated, "example/package.json": source.Example, "main.go": source.Prod, "link.go": source.Prod,
		"migrations/1.go": source.Migration,
	}
	files := map[string]string{}
	for path := range roles {
		files[path] = path
	}
	result, err := All(context.Background(), snapshotOf(files, func(f *source.File) {
		f.Role = roles[f.Path]
		if f.Path == "link.go" {
			f.Mode = source.Symlink
		}
	}), Options{Inspector: &recorder{}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]inspect.Signal{"main.go": lines("main.go"), "migrations/1.go": lines("migrations/1.go")}
	if diff := cmp.Diff(want, result.Signals); diff != "" {
		t.Error(diff)
	}
}

// A token counts wherever it stands, but for what others wrote; nothing else is
// read of a test, a page of the manual or a file of no known format.
func TestAllLooksForTokensEverywhere(t *testing.T) {
	t.Parallel()
	const token = "ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"
	roles := map[string]source.Role{
		"vendor/a.go": source.Vendored, "a_test.go": source.Test, "docs/a.md": source.Docs, "x.min.js": source.Minified, "notes": source.Prod,
		"logo.png": source.Prod, "package-lock.json": source.Prod,
	}
	files := map[string]string{}
	for path := range roles {
		files[path] = path + " " + token
	}
	files["huge.csv"] = "!left out: larger than the limit"
	result, err := All(context.Background(), snapshotOf(files, func(f *source.File) {
		if role := roles[f.Path]; role != "" {
			f.Role = role
		}
	}), Options{Inspector: InProcess()})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for path, signals := range result.Signals {
		for _, s := range signals {
			if _, ok := s.Fact.(inspect.ProviderToken); ok {
				found = append(found, path)
			}
		}
	}
	sort.Strings(found)
	if diff := cmp.Diff([]string{"a_test.go", "docs/a.md", "notes", "x.min.js"}, found); diff != "" {
		t.Error(diff)
	}
	if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0].Message, "1 file of other formats: no tokens were looked for in it, since it is too large") {
		t.Errorf("%+v", result.Warnings)
	}
}

// What the machine caused is said and never kept for the next audit.
func TestLostFilesAreNotCached(t *testing.T) {
	t.Parallel()
	cache := &memory{kept: map[inspect.CacheKey][]inspect.Signal{}}
	files := map[string]string{"bad.go": "hostile", "good.go": "good"}
	result, err := All(context.Background(), snapshotOf(files, nil), Options{Inspector: &recorder{}, Cache: cache})
	if err != nil {
		t.Fatal(err)
	}
	if len(cache.kept) != 1 {
		t.Errorf("cached: %v", cache.kept)
	}
	if diff := cmp.Diff([]source.Warning{{Path: "bad.go", Message: "left out: the parser crashed"}}, result.Warnings); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(lost("the parser crashed"), result.Signals["bad.go"]); diff != "" {
		t.Error(diff)
	}
}

func TestRepositoryOfHostileFilesIsCutShort(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 200 {
		files[fmt.Sprintf("f%03d.go", i)] = fmt.Sprint("hostile", i)
	}
	inspector := &recorder{}
	result, err := All(context.Background(), snapshotOf(files, nil), Options{Inspector: inspector, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(inspector.paths) != maxLost {
		t.Errorf("%d files were parsed", len(inspector.paths))
	}
	want := source.Warning{Message: "left out 150 files: the parser was lost on 50 others"}
	if diff := cmp.Diff(want, result.Warnings[0]); diff != "" {
		t.Error(diff)
	}
}

func TestAllWorksInBatches(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 2*batch + 1 {
		files[fmt.Sprintf("f%04d.go", i)] = fmt.Sprint(i)
	}
	cache := &memory{kept: map[inspect.CacheKey][]inspect.Signal{}}
	if _, err := All(context.Background(), snapshotOf(files, nil), Options{Inspector: &recorder{}, Cache: cache}); err != nil {
		t.Fatal(err)
	}
	if cache.lookups != 1 || cache.stores != 3 || len(cache.kept) != 2*batch+1 {
		t.Errorf("%d lookups, %d stores, %d kept", cache.lookups, cache.stores, len(cache.kept))
	}
}

func TestAllStopsWithItsContextAndItsCache(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.go": "a"}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := All(ctx, snapshotOf(files, nil), Options{Inspector: &recorder{}}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	broken := errors.New("connection refused")
	if _, err := All(context.Background(), snapshotOf(files, nil), Options{Inspector: &recorder{}, Cache: &memory{err: broken}}); !errors.Is(err, broken) {
		t.Error(err)
	}
}
