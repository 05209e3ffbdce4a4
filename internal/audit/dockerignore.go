package audit

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
)

// DockerIgnores applies the patterns of a .dockerignore to a path below the
// context: the last one that matches it, or a directory that it is in, decides.
func DockerIgnores(patterns []string, name string) bool {
	return ignoringPattern(patterns, name) != ""
}

// ignoringPattern is the pattern that leaves a path out, "" for none.
func ignoringPattern(patterns []string, name string) string {
	segments := strings.Split(name, "/")
	by := ""
	for _, written := range patterns {
		pattern, again := strings.CutPrefix(written, "!")
		pattern = strings.TrimPrefix(path.Clean("/"+pattern), "/")
		anywhere := strings.HasPrefix(pattern, "**")
		pattern = strings.TrimPrefix(strings.TrimPrefix(pattern, "**"), "/")
		for i := range segments {
			whole, _ := path.Match(pattern, strings.Join(segments[:i+1], "/"))
			last, _ := path.Match(pattern, segments[i])
			if whole || anywhere && (last || pattern == "") {
				by = written
				if again {
					by = ""
				}
			}
		}
	}
	return by
}

// BuildContext is the directory that the component's image is built in: what
// something says of it, else where the Dockerfile lies.
func (c *Component) BuildContext() string {
	if c.Image == nil {
		return c.Path
	}
	if context := c.Repo.contexts[c.Image.File.Path]; context != "" {
		return context
	}
	return c.Image.File.Dir()
}

// LeftOut says which line of a .dockerignore keeps a file of the repository out
// of the component's image: the ignore file and the pattern; nil when none does.
func (c *Component) LeftOut(name string) (by *File, pattern string) {
	if c.Image == nil {
		return nil, ""
	}
	context := c.BuildContext()
	rel := name
	if context != "." {
		var below bool
		if rel, below = strings.CutPrefix(name, context+"/"); !below {
			return nil, ""
		}
	}
	for _, candidate := range []string{c.Image.File.Path + ".dockerignore", path.Join(context, ".dockerignore")} {
		f := c.Repo.File(candidate)
		if f == nil {
			continue
		}
		for ignore := range FactsIn[inspect.IgnoreFile]([]*File{f}, f.Role) {
			if pattern := ignoringPattern(ignore.Fact.Patterns, rel); pattern != "" {
				return f, pattern
			}
		}
		return nil, "" // a Dockerfile's own ignore file stands for the context's
	}
	return nil, ""
}
