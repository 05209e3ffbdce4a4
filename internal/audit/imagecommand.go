package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// commandsOwn reports whether a Compose service runs the component's image by what
// it is told to do there: its command starts a program that this component alone
// has, in an image that somebody pushed under another name.
func commandsOwn(c *Component, f *File, s inspect.ComposeService) bool {
	if s.Build || c.Image == nil || s.Command == nil || !strings.Contains(s.Image, "/") || unresolved(s.Image) {
		return false
	}
	for _, v := range s.Volumes {
		if from := path.Clean(v.Source); from == "." || from == "${PWD}" || path.Join(f.Dir(), from) == c.Path {
			return false // the source is mounted over whatever the image holds
		}
	}
	for _, step := range c.Steps(*s.Command, f) {
		for _, word := range Unwrap(step.Argv) {
			if ownPrograms[path.Base(word)] && c.Repo.Has(path.Join(c.Path, word)) {
				return !slices.ContainsFunc(c.Repo.Components, func(other *Component) bool { return other != c && c.Repo.Has(path.Join(other.Path, word)) })
			}
		}
	}
	return false
}

// ownPrograms are programs that frameworks put into each project, by the file's
// name: no image brings one but the project's.
var ownPrograms = map[string]bool{"artisan": true, "manage.py": true, "rails": true, "spark": true, "yii": true, "console": true}
