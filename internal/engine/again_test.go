package engine_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/report"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

// twice audits a repository with a memory and without one, which must come to
// the same: to the byte in the document, to the field in the audit.
func (m mini) twice(t *testing.T, memory *audit.Memory, cache files.Cache) (same bool) {
	t.Helper()
	options := files.Options{Inspector: files.InProcess(), Workers: 1, Cache: cache}
	cold, _, err := engine.Audit(t.Context(), m.snapshot(), rules.All(), engine.Options{Options: options})
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := engine.Again(t.Context(), m.snapshot(), memory, engine.Options{Options: options})
	if err != nil {
		t.Fatal(err)
	}
	return sameAudit(t, cold, again)
}

func sameAudit(t *testing.T, cold, again *audit.Audit) bool {
	t.Helper()
	want, got := document(t, cold), document(t, again)
	if want != got {
		t.Errorf("by memory (-without, +with it):\n%s", cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		return false
	}
	if !reflect.DeepEqual(cold, again) {
		t.Error("the documents are the same, the audits are not")
		return false
	}
	return true
}

func document(t *testing.T, a *audit.Audit) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.JSON(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// editor changes repositories at random, as people do and as they don't.
type editor struct {
	*rand.Rand
	names []string // of the corpus
	all   map[string]mini
	byExt map[string][]string // contents of its files
}

// editors makes editors of a corpus, by their seeds.
func editors(t *testing.T) func(seed, stream uint64) *editor {
	all := corpus(t)
	names, byExt := slices.Sorted(maps.Keys(all)), map[string][]string{}
	for _, name := range names {
		for _, file := range slices.Sorted(maps.Keys(all[name].files)) {
			byExt[path.Ext(file)] = append(byExt[path.Ext(file)], all[name].files[file])
		}
	}
	return func(seed, stream uint64) *editor {
		return &editor{rand.New(rand.NewPCG(seed, stream)), names, all, byExt}
	}
}

func pick[T any](r *editor, list []T) T { return list[r.IntN(len(list))] }

// other is any file of any repository of the corpus.
func (r *editor) other() (name, content string) {
	m := r.all[pick(r, r.names)]
	name = pick(r, slices.Sorted(maps.Keys(m.files)))
	return name, m.files[name]
}

// settings are files that people write for Twelvefold, right and wrong ones.
var settings = []string{
	"ignore: [\"**/*.py\"]\n", "ignore: [\"src/**\", Dockerfile]\n", "roles:\n  - path: \"**\"\n    role: test\n",
	"roles:\n  - path: \"*.yml\"\n    role: deploy-prod\n", "components:\n  - path: .\n    class: web-service\n", "components:\n  - path: .\n    class: library\n",
	"components:\n  - path: nowhere\n    class: worker\n", "components: 7\n", ": [",
}

// edit changes one thing and says what.
func (r *editor) edit(m *mini) string {
	names := slices.Sorted(maps.Keys(m.files))
	if len(names) == 0 {
		name, content := r.other()
		m.files[name] = content
		return "add " + name
	}
	name := pick(r, names)
	lines := strings.SplitAfter(m.files[name], "\n")
	at := r.IntN(len(lines))
	set := func(lines ...[]string) { m.files[name] = strings.Join(slices.Concat(lines...), "") }
	switch r.IntN(16) {
	case 0, 1:
		set(lines[:at], []string{"\n"}, lines[at:])
		return fmt.Sprintf("an empty line %d of %s", at+1, name)
	case 2:
		set(lines, []string{"\n"})
		return "an empty line at the end of " + name
	case 3, 4:
		set(lines[:at], lines[at+1:])
		return fmt.Sprintf("no line %d of %s", at+1, name)
	case 5:
		set(lines[:at], lines[at:at+1], lines[at:])
		return fmt.Sprintf("line %d of %s twice", at+1, name)
	case 6, 7:
		_, content := r.other()
		if alike := r.byExt[path.Ext(name)]; len(alike) > 0 { // what is of the same sort changes more than noise
			content = pick(r, alike)
		}
		set(lines[:at], []string{content}, lines[at:])
		return fmt.Sprintf("another file in line %d of %s", at+1, name)
	case 8:
		delete(m.files, name)
		return "no " + name
	case 9, 10:
		to := path.Join(pick(r, []string{".", "src", "tests", "deploy", "app", "docs", path.Dir(pick(r, names))}), path.Base(name))
		m.files[to] = m.files[name]
		if to != name {
			delete(m.files, name)
		}
		return name + " is now " + to
	case 11, 12:
		to, content := r.other()
		if r.IntN(3) == 0 {
			to = path.Join(pick(r, []string{"src", "web", "api"}), to)
		}
		m.files[to] = content
		return "with " + to
	case 13:
		to := path.Join("copy", name)
		m.files[to] = m.files[name]
		return "a copy of " + name
	case 14:
		m.files[audit.SettingsFile] = pick(r, settings)
		return "settings " + m.files[audit.SettingsFile]
	default:
		m.branches = pick(r, [][]string{nil, {"main"}, {"main", "production", "staging"}})
		return fmt.Sprint("branches ", m.branches)
	}
}

// TestAgainIsAsCold changes repositories at random and audits each step with a
// memory of the steps before. WALKS is how many repositories it takes so far.
func TestAgainIsAsCold(t *testing.T) {
	t.Parallel()
	editor := editors(t)
	const steps = 20
	walks := 24
	if n, err := strconv.Atoi(os.Getenv("WALKS")); err == nil {
		walks = n
	}
	for walk := range walks {
		t.Run(fmt.Sprint(walk), func(t *testing.T) {
			t.Parallel()
			r := editor(uint64(walk), 12)
			m := r.all[pick(r, r.names)].clone()
			for _, dir := range []string{"api", "web"} {
				for name, content := range r.all[pick(r, r.names)].files {
					m.files[path.Join(dir, name)] = content
				}
			}
			memory, cache := audit.NewMemory(rules.All(), 10_000), remembered{}
			states, said := []mini{m.clone()}, []string{}
			for range steps {
				if r.IntN(8) == 0 {
					m = pick(r, states).clone()
					said = append(said, "back to an older state")
				} else {
					said = append(said, r.edit(&m))
				}
				if !m.twice(t, memory, cache) {
					t.Fatalf("after\n%s", strings.Join(said, "\n"))
				}
				states = append(states, m.clone())
			}
		})
	}
}

// TestMemoryIsSharedAndBounded audits several commits of several repositories
// at a time, with room for some of them.
func TestMemoryIsSharedAndBounded(t *testing.T) {
	t.Parallel()
	editor := editors(t)
	memory := audit.NewMemory(rules.All(), 30)
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			r := editor(uint64(worker), 13)
			cache := remembered{}
			for i := range 12 {
				m := r.all[r.names[i%6*len(r.names)/6]].clone()
				m.name = fmt.Sprintf("acme/%d", i%6)
				r.edit(&m)
				m.twice(t, memory, cache)
			}
		})
	}
	group.Wait()
}

// snapshot is the repository as an audit gets it.
func (m mini) snapshot() *source.Snapshot {
	var list []source.File
	for _, p := range slices.Sorted(maps.Keys(m.files)) {
		mode := source.Regular
		if m.symlinks[p] {
			mode = source.Symlink
		}
		data := m.files[p]
		list = append(list, source.File{Path: p, Mode: mode, Role: source.RoleOf(p), Size: int64(len(data)),
			Blob: fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(data), data)))})
	}
	s := source.New(m.name, "", list, func(_ context.Context, f source.File) ([]byte, error) { return []byte(m.files[f.Path]), nil }, nil)
	s.Branches = m.branches
	return s
}
