package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// settingsEndings are the endings of files that only hold settings.
var settingsEndings = []string{".yml", ".yaml", ".toml", ".ini", ".json", ".conf"}

// IgnoredSettings is the settings file that a load names, where it is none of the
// repository's because git ignores it; else "".
func (c *Component) IgnoredSettings(l Located[inspect.ConfigLoad]) string {
	if strings.Contains(l.Fact.Name, "*") || path.IsAbs(l.Fact.Name) || !slices.Contains(settingsEndings, path.Ext(l.Fact.Name)) {
		return ""
	}
	found := ""
	for _, dir := range []string{c.BuildContext(), c.Path, l.File.Dir(), "."} {
		name := path.Join(dir, l.Fact.Name)
		if c.Repo.Has(name) {
			return ""
		}
		if found == "" && !strings.HasPrefix(name, "..") && source.Ignored(OfRepository(c.Repo, GitIgnores), name) {
			found = name
		}
	}
	return found
}

// Mounts reports whether a descriptor gives a container of the component this file,
// or its directory, when it starts.
func (c *Component) Mounts(name string) bool {
	brings := func(dir string, v inspect.Volume) bool {
		switch {
		case v.Type == "configMap" || v.Type == "secret":
			return true
		case path.Base(v.Target) == path.Base(name) || path.Base(v.Target) == path.Base(path.Dir(name)):
			return true
		}
		return strings.HasPrefix(v.Source, ".") && Under(name, path.Join(dir, v.Source)) || strings.Contains(v.Source, "PWD")
	}
	for s := range Facts[inspect.ComposeService](c) {
		if slices.ContainsFunc(s.Fact.Volumes, func(v inspect.Volume) bool { return brings(s.File.Dir(), v) }) && (s.Fact.Build || c.OwnsImage(s.Fact.Image)) || len(s.Fact.Configs) > 0 {
			return true
		}
	}
	for w := range Facts[inspect.Workload](c) {
		for _, k := range w.Fact.Containers {
			if slices.ContainsFunc(k.Mounts, func(v inspect.Volume) bool { return brings(w.File.Dir(), v) }) {
				return true
			}
		}
	}
	return false
}
