package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// asideWords are words of a Dockerfile's name that say that it holds what works
// on the program, not the program: its tests, its linters, its documentation.
var asideWords = map[string]bool{
	"playwright": true, "cypress": true, "selenium": true, "test": true, "tests": true, "testing": true, "e2e": true, "ci": true, "lint": true, "linter": true,
	"docs": true, "bench": true, "benchmark": true, "storybook": true, "devcontainer": true, "gitpod": true,
}

// asideBases are parts of the names of images that tests and workspaces run in.
var asideBases = []string{"/playwright", "cypress/", "selenium/", "/devcontainers/", "gitpod/", "vscode/devcontainers"}

// forAside reports whether a Dockerfile is not what the program is deployed
// with: by its role, by its name, or, unless a descriptor names it, by its base.
func forAside(f *File, image *Image, named bool) bool {
	if f.Role == source.DeployDev || f.Role == source.CI && !named || namedDev(f.Path) {
		return true
	}
	for _, word := range strings.FieldsFunc(strings.ToLower(path.Base(f.Path)), func(r rune) bool { return r == '.' || r == '-' || r == '_' }) {
		if asideWords[word] {
			return true
		}
	}
	for _, part := range asideBases {
		if !named && strings.Contains("/"+strings.ToLower(image.Base), part) {
			return true
		}
	}
	return false
}

// inherit gives an image that states no start of its own that of its base, where
// the repository builds that, too.
func (i *Image) inherit(repo *Repository, depth int) {
	if i.Entrypoint != nil || i.Cmd != nil || depth > maxDepth || i.Base == "" {
		return
	}
	f := repo.File(OfRepository(repo, builtImages)[imageBase(i.Base)])
	if f == nil || f == i.File || !hasFact[inspect.Stage](f) {
		return
	}
	base := readImage(f, imagePlan{})
	base.inherit(repo, depth+1)
	i.Entrypoint, i.Cmd, i.inherited = atLine(base.Entrypoint, i.BaseLine), atLine(base.Cmd, i.BaseLine), true
}

// groundwork are, of several Dockerfiles, those that start nothing and that
// another one, which is no developers' image, is built FROM.
func groundwork(repo *Repository, files []*File) map[string]bool {
	below := map[string]bool{}
	for _, f := range files {
		if f.Role == source.DeployDev || namedDev(f.Path) {
			continue
		}
		for s := range FactsIn[inspect.Stage]([]*File{f}, f.Role) {
			if s.Fact.Own || s.Fact.Base == "" {
				continue
			}
			base := imageBase(s.Fact.Base)
			for _, other := range files {
				built, known := OfRepository(repo, builtImages)[base]
				called := !known && strings.Contains(s.Fact.Base, "/") && slices.Contains(dockerfileNames(other.Path), base)
				if other != f && (built == other.Path || called) && readImage(other, imagePlan{}).Start() == nil {
					below[other.Path] = true
				}
			}
		}
	}
	return below
}

// atLine is a start that another file states, at the line that takes it on.
func atLine(start *inspect.Start, line int) *inspect.Start {
	if start == nil {
		return nil
	}
	moved := *start
	moved.Line, moved.Commands = line, slices.Clone(start.Commands)
	for i := range moved.Commands {
		moved.Commands[i].Line = line
	}
	return &moved
}
