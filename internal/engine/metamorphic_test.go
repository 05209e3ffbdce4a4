package engine_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

// mini is a repository in memory.
type mini struct {
	name     string
	files    map[string]string
	symlinks map[string]bool
	branches []string
}

// ownName is the name of every repository of the corpus.
const ownName = "shop"

// namesake is an image of that name.
var namesake = regexp.MustCompile(`(?m)\bimage:\s*["']?([\w./-]*/)?` + ownName + `\b`)

// corpus is every fixture of the tree and every example of a rule: small
// repositories of all languages and descriptors, right and wrong ones.
func corpus(t testing.TB) map[string]mini {
	t.Helper()
	all := map[string]mini{}
	for _, glob := range []string{"testdata/*.txtar", "../audit/testdata/components/*.txtar", "../rules/*/testdata/*/*.txtar"} {
		paths, err := filepath.Glob(glob)
		if err != nil || len(paths) < 5 {
			t.Fatalf("%s: %d fixtures, error %v", glob, len(paths), err)
		}
		for _, p := range paths {
			content, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			all[strings.TrimSuffix(filepath.ToSlash(p), ".txtar")] = miniOf(content)
		}
	}
	for _, r := range rules.All() {
		all[r.ID+" bad"], all[r.ID+" good"] = miniOf([]byte(r.Bad)), miniOf([]byte(r.Good))
	}
	return all
}

// miniOf reads an archive; its comment may name links and branches.
func miniOf(content []byte) mini {
	archive := txtar.Parse(content)
	m := mini{name: "acme/" + ownName, files: map[string]string{}, symlinks: map[string]bool{}}
	for _, f := range archive.Files {
		m.files[f.Name] = string(f.Data)
	}
	for line := range strings.Lines(string(archive.Comment)) {
		switch words := strings.Fields(line); {
		case len(words) == 2 && words[0] == "symlink":
			m.symlinks[words[1]] = true
		case len(words) == 2 && words[0] == "branch":
			m.branches = append(m.branches, words[1])
		}
	}
	return m
}

func (m mini) clone() mini {
	m.files, m.symlinks = maps.Clone(m.files), maps.Clone(m.symlinks)
	return m
}

// audit goes the whole way with every rule. Files are handed over in the
// given order.
func (m mini) audit(t *testing.T, order func([]source.File)) *audit.Audit {
	t.Helper()
	snapshot := m.snapshot()
	if order != nil {
		order(snapshot.Files)
	}
	a, _, err := engine.Audit(t.Context(), snapshot, rules.All(), engine.Options{Options: files.Options{Inspector: files.InProcess(), Workers: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// essence is what must not change: components with their classes, process
// types and scores; findings and passes by what they say and point at. Lines
// are told by their text, so that they may move.
func (m mini) essence(a *audit.Audit) []string {
	var list []string
	add := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	add("repository: score %s grade %q coverage %v worst %q", points(a.Score), a.Grade, a.Coverage, a.Worst)
	for _, c := range a.Scorecards {
		add("component %s: %s %v score %s grade %q coverage %v image %v datastore %v imports %v", c.Path, c.Class, c.Languages, points(c.Score), c.Grade, c.Coverage,
			c.Explained.Image != "", c.Explained.Datastore != "", c.Explained.Imports)
		for _, p := range c.Explained.Processes {
			add("process of %s: %s %s dev=%v %s", c.Path, p.Name, p.Kind, p.Dev, words(p.Start))
		}
		for _, f := range c.Factors {
			add("factor of %s: %s %s %s coverage %v", c.Path, f.Factor, f.Status, points(f.Score), f.Coverage)
		}
	}
	for _, f := range a.Findings {
		add("finding %s of %s: %s %s %s gain %v", f.Rule, f.Component, words(f.Subject), f.Severity, f.Confidence, f.Gain)
		for _, at := range append([]audit.Place{f.Place}, f.Related...) {
			if wholeFile[f.Rule] {
				at.Line = 0
			}
			add("place of %s in %s: %s", f.Rule, f.Component, m.pointed(at))
		}
	}
	for _, p := range a.Passes {
		add("pass %s of %s: %v", p.Rule, p.Component, p.Strength) // it may stand in any of several places
	}
	slices.Sort(list)
	return list
}

// wholeFile are the rules whose findings point at a file as such.
var wholeFile = map[string]bool{"codebase/artifacts-committed": true, "codebase/duplicated-code": true, "config/env-file-committed": true}

func points(score *float64) string {
	if score == nil {
		return "none"
	}
	return fmt.Sprint(*score)
}

func words(text string) string { return strings.Join(strings.Fields(text), " ") }

// pointed is the text of a place's first line without its indentation.
func (m mini) pointed(at audit.Place) string {
	if at.Line == 0 || ext(at.Path) == ".json" { // an object that is written anew has other lines
		return at.Path
	}
	lines := strings.Split(strings.TrimPrefix(m.files[at.Path], "\ufeff"), "\n")
	if at.Line > len(lines) {
		return fmt.Sprintf("%s beyond its end", at.Path)
	}
	return fmt.Sprintf("%s %q", at.Path, words(lines[at.Line-1]))
}

// transformation changes a repository so that nothing may change. It returns
// false where it does not apply.
type transformation struct {
	name   string
	change func(*mini) bool
	order  func([]source.File)
	back   func(string) string // of a line of the essence, to what it was
}

// transformations come in groups that can be tried together.
func transformations() [][]transformation {
	return [][]transformation{{
		{name: "other order of files", change: always, order: func(list []source.File) {
			random := rand.New(rand.NewPCG(1, 2))
			random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}},
		{name: "renamed repository", change: func(m *mini) bool {
			for _, text := range m.files {
				if namesake.MatchString(text) {
					return false // an image of the repository's name is its own, by nothing but that
				}
			}
			m.name = "zebra/other-name"
			return true
		}},
		{name: "unrelated files", change: withUnrelated},
		{name: "no line end at the end", change: eachText(func(_, s string) string { return strings.TrimRight(s, "\n") })},
	}, {
		{name: "comments", change: eachText(commented)},
		{name: "leading blank line", change: eachText(leadingLine)},
		{name: "re-indented", change: eachText(reindented)},
		{name: "trailing blank lines", change: eachText(func(_, s string) string { return s + "\n\n\n" })},
		{name: "CRLF", change: eachText(func(_, s string) string { return strings.ReplaceAll(s, "\n", "\r\n") })},
		{name: "byte order mark", change: eachText(func(_, s string) string {
			if strings.HasPrefix(s, "#!") {
				return s // no longer a script
			}
			return "\ufeff" + s
		})},
	}, {
		{name: "other keys first", change: eachText(reordered)},
		{name: "other imports first", change: eachText(importsReversed)},
		{name: "other functions first", change: eachText(functionsReversed)},
	}, {
		{name: "YAML documents apart", change: documentsApart, back: func(line string) string { return apart.ReplaceAllString(line, "$1") }},
	}, {
		{name: "renamed", change: func(m *mini) bool { return rename(m, "zz", "aq") }, back: strings.NewReplacer("aq", "zz", "Aq", "Zz", "AQ", "ZZ").Replace},
	}}
}

func always(*mini) bool { return true }

// eachText changes every text file, and applies where that changes something.
func eachText(change func(path, content string) string) func(*mini) bool {
	return func(m *mini) bool {
		changed := false
		for p, content := range m.files {
			if m.symlinks[p] || strings.ContainsRune(content, 0) || content == "" {
				continue
			}
			m.files[p] = change(p, strings.TrimPrefix(content, "\ufeff"))
			changed = changed || m.files[p] != content
		}
		return changed
	}
}

// TestMetamorphic transforms every repository of the corpus in every way that
// leaves what it says: the audit must say the same. Transformations are tried
// together, and one by one where together they change something.
func TestMetamorphic(t *testing.T) {
	t.Parallel()
	all := corpus(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := all[name]
			want := m.essence(m.audit(t, nil))
			for _, group := range transformations() {
				if m.same(t, want, group...) {
					continue
				}
				for _, one := range group {
					m.same(t, want, one)
				}
				if !t.Failed() {
					t.Errorf("%s: only together they change something", group[0].name)
				}
			}
		})
	}
}

// TestTransformationsApply: one that applies to nothing proves nothing.
func TestTransformationsApply(t *testing.T) {
	t.Parallel()
	all := corpus(t)
	for _, change := range slices.Concat(transformations()...) {
		applied := 0
		for _, m := range all {
			other := m.clone()
			if change.change(&other) {
				applied++
			}
		}
		if applied < 9 {
			t.Errorf("%q applies to %d repositories only", change.name, applied)
		}
	}
}

// same transforms a repository and compares its essence. Of one transformation
// alone it reports what differs.
func (m mini) same(t *testing.T, want []string, changes ...transformation) bool {
	t.Helper()
	other, applied := m.clone(), false
	var order func([]source.File)
	back := func(line string) string { return line }
	for _, change := range changes {
		applied = change.change(&other) || applied
		if change.order != nil {
			order = change.order
		}
		if change.back != nil {
			back = change.back
		}
	}
	if !applied {
		return true
	}
	got := other.essence(other.audit(t, order))
	for i, line := range got {
		got[i] = back(line)
	}
	missing, extra := differences(want, got)
	if len(missing)+len(extra) == 0 {
		return true
	}
	if len(changes) == 1 {
		t.Errorf("%s:\n  was: %s\n  is:  %s", changes[0].name, strings.Join(missing, "\n       "), strings.Join(extra, "\n       "))
	}
	return false
}

// differences compares two sorted lists.
func differences(want, got []string) (missing, extra []string) {
	count := map[string]int{}
	for _, line := range want {
		count[line]++
	}
	for _, line := range got {
		count[line]--
	}
	for _, line := range slices.Sorted(maps.Keys(count)) {
		switch {
		case count[line] > 0:
			missing = append(missing, line)
		case count[line] < 0:
			extra = append(extra, line)
		}
	}
	return missing, extra
}

func ext(p string) string { return strings.ToLower(path.Ext(p)) }
