package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/factor"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// Libraries are the repository's own libraries that a component names, and those
// that these name, in the order in which they are met.
func (c *Component) Libraries() []*Component {
	if len(c.Imports) == 0 {
		return nil
	}
	return libraries(c, c.Repo.librariesByPath(), func(c *Component) []string { return c.Imports })
}

func (r *Repository) librariesByPath() map[string]*Component {
	at := map[string]*Component{}
	for _, c := range r.Components {
		if c.Class == Library {
			at[c.Path] = c
		}
	}
	return at
}

// libraries follows what components name among the libraries at their paths.
func libraries(c *Component, at map[string]*Component, names func(*Component) []string) []*Component {
	var list []*Component
	met := map[string]bool{c.Path: true}
	for next := []*Component{c}; len(next) > 0; next = next[1:] {
		for _, name := range names(next[0]) {
			if l := at[name]; l != nil && !met[name] {
				met[name] = true
				list, next = append(list, l), append(next, l)
			}
		}
	}
	return list
}

// joinLibraries makes programs of components: a program is a component as it
// runs, with the code of the repository's libraries in it. What a program does
// is judged there, whichever of its projects the code lies in; what a library
// says of itself stays the library's.
func (r *Repository) joinLibraries() {
	at := r.librariesByPath()
	for _, c := range r.Components {
		if c.Class == Library || c.Class == Infra {
			continue
		}
		var files []*File
		given := libraries(c, at, func(c *Component) []string { return c.runs })
		packages := c.packages()
		if packages != nil {
			packages = reachAcross(r, packages, given)
		}
		for _, l := range given {
			l.inside = true
			for _, f := range l.Files {
				if takesOver(l, f, packages) {
					files = append(files, f)
				}
			}
		}
		if len(files) > 0 {
			c.asRun = c.with(files)
		}
	}
}

// with is the component with files of its libraries.
func (c *Component) with(files []*File) *Component {
	p := &Component{
		Path: c.Path, Name: c.Name, Class: c.Class, Why: c.Why, Languages: c.Languages, Frameworks: c.Frameworks, Manifest: c.Manifest,
		Files: slices.Concat(c.Files, files), Image: c.Image, Processes: c.Processes, Imports: c.Imports, Repo: c.Repo,
		anchor: c.anchor, unreached: c.unreached, runs: c.runs, taken: make(map[string]bool, len(files)),
	}
	for _, f := range files {
		p.taken[f.Path] = c.File(f.Path) == nil
	}
	byPath := func(a, b *File) int { return strings.Compare(a.Path, b.Path) }
	slices.SortStableFunc(p.Files, byPath)
	p.Files = slices.CompactFunc(p.Files, func(a, b *File) bool { return a == b })
	return p
}

// takesOver reports whether a file of a library is in the programs that run with
// it: its code and, of what is built into one, what it depends on. A Go program
// has only the packages that it imports.
func takesOver(l *Component, f *File, packages map[string]bool) bool {
	switch {
	case f.Role != source.Prod || !l.Reaches(f.Path):
		return false
	case f.Format == inspect.Go && packages != nil:
		return packages[path.Dir(f.Path)]
	case packages != nil && isCode(f):
		return false
	}
	return isCode(f) || slices.Contains(builtIn, f.Format)
}

// builtIn are manifests of libraries that become part of what is built of a
// program, with all that they depend on.
var builtIn = []inspect.Format{inspect.MSBuild, inspect.MavenPOM, inspect.Gradle, inspect.GradleKotlin, inspect.GoModFile}

// judgedAs is what rules of a factor look at: the program but where a component
// speaks for itself, of its place in the repository and of its dependencies.
func (c *Component) judgedAs(key factor.Key) *Component {
	if key == factor.Codebase || key == factor.Dependencies {
		return c
	}
	return c.whole()
}

// whole is the component as it runs.
func (c *Component) whole() *Component {
	if c.asRun == nil {
		return c
	}
	return c.asRun
}

// Is reports whether two are one component, with its libraries or without.
func (c *Component) Is(other *Component) bool {
	return other != nil && c.Path == other.Path && c.Repo == other.Repo
}

// Borrowed reports whether a file is that of a library which the component runs with.
func (c *Component) Borrowed(f *File) bool { return c.taken[f.Path] }
