package codebase

import (
	"path"
	"regexp"
	"sort"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// lookAlike is a directory that repeats a sibling of a similar name.
type lookAlike struct {
	dir, of string      // the copy, and what it is a copy of
	files   int         // of the smaller of both
	shared  int         // paths that both have
	equal   int         // of these, with the same content
	at      audit.Place // the copy's entry point
}

// variant are the ends of a name that tell copies of one app apart: versions,
// ages, deploys and customers.
var variant = regexp.MustCompile(`(?i)^(.*[a-z0-9])[-_.]?(?:[-_.](?:v?\d+(?:\.\d+)*|old|new|legacy|backup|bak|copy|orig|original|previous|prev|prod|production|live|dev|devel|development|stage|staging|qa|uat|demo|(?:customer|client|tenant|cust)[-_.]?[a-z0-9_-]+)|v\d+)$`)

// stemOf is a directory's name without what tells copies apart, and whether
// there was such an end: "shop", true of "shop-v2".
func stemOf(name string) (string, bool) {
	if !strings.ContainsAny(name, "-_.0123456789") {
		return strings.ToLower(name), false // no end that variant tells
	}
	if m := variant.FindStringSubmatch(name); m != nil {
		return strings.ToLower(strings.TrimRight(m[1], "-_.")), true
	}
	return strings.ToLower(name), false
}

// minShare is the share of equal relative paths, of the smaller directory's
// code, from which two directories are called copies. Signals hold no content:
// equal paths and equal blob ids stand for the overlap of their text.
const minShare = 0.6

// minFiles is the least code that can be told to be a copy.
const minFiles = 2

// copiesOf lists the repository's look-alikes whose copy this component owns.
func copiesOf(c *audit.Component) []lookAlike {
	var list []lookAlike
	for _, l := range audit.OfRepository(c.Repo, copies) {
		if c.File(l.at.Path) != nil {
			list = append(list, l)
		}
	}
	return list
}

// copies lists the look-alikes of a repository, by directory. The original is
// the directory without a variant in its name, else the first.
func copies(repo *audit.Repository) []lookAlike {
	var list []lookAlike
	for _, dirs := range variantGroups(repo) {
		first := codeUnder(repo, dirs[0])
		if first.entry == nil {
			continue
		}
		for _, dir := range dirs[1:] {
			second := codeUnder(repo, dir)
			if second.entry == nil {
				continue
			}
			if l, ok := compare(dirs[0], dir, first, second); ok {
				list = append(list, l)
			}
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].dir < list[j].dir })
	return list
}

// variantGroups lists sibling directories with one stem, at least one of them
// with a variant in its name, the original first.
func variantGroups(repo *audit.Repository) [][]string {
	groups := map[string][]string{}
	varied := map[string]bool{}
	seen := map[string]bool{}
	for _, f := range repo.Files {
		if f.Role != source.Prod {
			continue
		}
		for dir := f.Dir(); dir != "." && !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			stem, ok := stemOf(path.Base(dir))
			key := path.Join(path.Dir(dir), stem)
			groups[key] = append(groups[key], dir)
			varied[key] = varied[key] || ok
		}
	}
	var keys []string
	for key, dirs := range groups {
		if len(dirs) > 1 && varied[key] {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	var list [][]string
	for _, key := range keys {
		dirs := groups[key]
		sort.Slice(dirs, func(i, j int) bool {
			_, a := stemOf(path.Base(dirs[i]))
			_, b := stemOf(path.Base(dirs[j]))
			if a != b {
				return !a
			}
			return dirs[i] < dirs[j]
		})
		list = append(list, dirs)
	}
	return list
}

// code is the program text under a directory.
type code struct {
	blobs map[string]string // relative path → blob id
	entry *audit.File       // what makes it an app of its own, or nil
	line  int
}

func codeUnder(repo *audit.Repository, dir string) code {
	result := code{blobs: map[string]string{}}
	for _, f := range repo.Files {
		rest, inside := strings.CutPrefix(f.Path, dir+"/")
		if !inside || f.Role != source.Prod && f.Role != source.DeployProd && f.Role != source.DeployDev {
			continue
		}
		if line := startLine(f); line > 0 && result.entry == nil {
			result.entry, result.line = f, line
		}
		if isCode(f) && !f.Empty() {
			result.blobs[rest] = f.Blob()
		}
	}
	return result
}

// startLine is the line that makes a file one that is started, or 0.
func startLine(f *audit.File) int {
	for _, s := range f.Signals() {
		switch fact := s.Fact.(type) {
		case inspect.EntryPoint, inspect.Listen, inspect.Process:
			return s.Line
		case inspect.Script:
			if fact.Name == "start" {
				return s.Line
			}
		case inspect.Instruction:
			if fact.Final && (fact.Name == "CMD" || fact.Name == "ENTRYPOINT") {
				return s.Line
			}
		}
	}
	return 0
}

func isCode(f *audit.File) bool {
	switch f.Format {
	case inspect.Python, inspect.JavaScript, inspect.TypeScript, inspect.TSX, inspect.Go, inspect.Shell:
		return true
	}
	switch strings.ToLower(path.Ext(f.Path)) {
	case ".rb", ".php", ".java", ".kt", ".cs", ".rs", ".scala", ".ex", ".exs", ".vue", ".svelte", ".astro":
		return true
	}
	return false
}

func compare(original, dir string, a, b code) (lookAlike, bool) {
	smaller := min(len(a.blobs), len(b.blobs))
	if smaller < minFiles {
		return lookAlike{}, false
	}
	l := lookAlike{dir: dir, of: original, files: smaller, at: audit.Place{Path: b.entry.Path, Line: b.line, EndLine: b.line}}
	for name, blob := range b.blobs {
		other, ok := a.blobs[name]
		if !ok {
			continue
		}
		l.shared++
		if blob != "" && blob == other {
			l.equal++
		}
	}
	larger := max(len(a.blobs), len(b.blobs))
	enough := float64(l.shared) >= minShare*float64(smaller) && float64(l.shared) >= minShare/2*float64(larger)
	return l, enough && l.shared >= minFiles
}
