package engine_test

import (
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzAudit goes the whole way over a fixture with any file beside it: neither
// components nor rules break down, and the score stays within its bounds.
func FuzzAudit(f *testing.F) {
	all := corpus(f)
	names := slices.Sorted(maps.Keys(all))
	for i, name := range names {
		for _, p := range slices.Sorted(maps.Keys(all[name].files)) {
			f.Add(uint(i), p, all[name].files[p])
			break
		}
	}
	f.Fuzz(func(t *testing.T, which uint, p, content string) {
		if !fs.ValidPath(p) || p == "." || strings.ContainsRune(p, 0) {
			return
		}
		m := all[names[which%uint(len(names))]].clone()
		m.files[p] = content
		survives(t, m)
	})
}

// TestMutatedRepositories audits what someone is still writing: fixtures whose
// files are cut, mixed, doubled and moved.
func TestMutatedRepositories(t *testing.T) {
	t.Parallel()
	all := corpus(t)
	names := slices.Sorted(maps.Keys(all))
	random := rand.New(rand.NewPCG(3, 4))
	for _, name := range names {
		m := all[name].clone()
		other := all[names[random.IntN(len(names))]]
		for _, p := range slices.Sorted(maps.Keys(m.files)) {
			content := m.files[p]
			lines := strings.SplitAfter(content, "\n")
			i, j := random.IntN(len(lines)), random.IntN(len(lines))
			switch random.IntN(8) {
			case 0:
				m.files[p] = content[:random.IntN(len(content)+1)]
			case 1:
				lines[i], lines[j] = lines[j], lines[i]
				m.files[p] = strings.Join(lines, "")
			case 2:
				m.files[p] = strings.Join(slices.Delete(lines, i, i+1), "")
			case 3:
				m.files[p] = content + content
			case 4:
				m.files["zzmoved/"+p] = content
				delete(m.files, p)
			}
		}
		for _, p := range slices.Sorted(maps.Keys(other.files)) {
			if random.IntN(3) == 0 {
				m.files[p] = other.files[p]
			}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			survives(t, m)
		})
	}
}

func survives(t *testing.T, m mini) {
	t.Helper()
	a := m.audit(t, nil)
	for _, w := range a.Warnings {
		if strings.HasPrefix(w.Message, "rule ") {
			t.Errorf("%s: %s\n%s", w.Path, w.Message, archived(m))
		}
	}
	for _, c := range a.Scorecards {
		if c.Score != nil && (*c.Score < 0 || *c.Score > 100) || c.Coverage < 0 || c.Coverage > 1 {
			t.Errorf("%s has score %s with coverage %v", c.Path, points(c.Score), c.Coverage)
		}
	}
}

func archived(m mini) []byte {
	var archive txtar.Archive
	for _, p := range slices.Sorted(maps.Keys(m.files)) {
		if m.symlinks[p] {
			archive.Comment = append(archive.Comment, "symlink "+p+"\n"...)
		}
		archive.Files = append(archive.Files, txtar.File{Name: p, Data: []byte(m.files[p])})
	}
	return txtar.Format(&archive)
}
