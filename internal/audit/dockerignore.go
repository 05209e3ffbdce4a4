package audit

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// DockerIgnores reports whether the patterns of a .dockerignore leave a path of
// the build's context out: the last one that matches it, or a directory that it
// is in, decides. The rules are those of docs.docker.com: names as in Go's
// filepath.Match, with "**" for any number of directories, always from the
// context's root. A pattern that Docker refuses matches nothing.
func DockerIgnores(patterns []string, name string) bool {
	return ignoringPattern(patterns, name) != ""
}

// ignoringPattern is the pattern that leaves a path out, "" for none.
func ignoringPattern(patterns []string, name string) string {
	by := ""
	for _, written := range patterns {
		pattern, again := strings.CutPrefix(strings.TrimSpace(written), "!")
		if pattern = strings.TrimSpace(pattern); pattern == "" {
			continue
		}
		pattern = strings.TrimPrefix(path.Clean(pattern), "/")
		if _, err := path.Match(pattern, "."); err != nil {
			continue
		}
		matches := func(at string) bool { return at == pattern }
		if strings.ContainsAny(pattern, `*?[\`) {
			expression, err := regexp.Compile(dockerExpression(pattern))
			if err != nil {
				continue
			}
			matches = expression.MatchString
		}
		for at := path.Clean(name); at != "." && at != "/"; at = path.Dir(at) {
			if matches(at) {
				if by = written; again {
					by = ""
				}
				break
			}
		}
	}
	return by
}

// dockerExpression is the regular expression that Docker makes of a pattern.
func dockerExpression(pattern string) string {
	expression := strings.Builder{}
	expression.WriteString(`^`)
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**"):
			i++
			if strings.HasPrefix(pattern[i+1:], "/") {
				i++
			}
			if i+1 == len(pattern) {
				expression.WriteString(`.*`)
			} else {
				expression.WriteString(`(.*/)?`)
			}
		case c == '*':
			expression.WriteString(`[^/]*`)
		case c == '?':
			expression.WriteString(`[^/]`)
		case c == '\\' && i+1 < len(pattern):
			i++
			expression.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		case c == '[':
			end := i + strings.IndexByte(pattern[i:], ']')
			if end <= i {
				return `\z.` // never closed
			}
			expression.WriteString(pattern[i : end+1])
			i = end
		default:
			end := i + 1
			for end < len(pattern) && pattern[end] >= 0x80 {
				end++
			}
			expression.WriteString(regexp.QuoteMeta(pattern[i:end]))
			i = end - 1
		}
	}
	expression.WriteString(`$`)
	return expression.String()
}

// Ignores is the pattern of a .dockerignore that leaves a path of the build's
// context out, "" when none does.
func (f *File) Ignores(name string) string {
	for ignore := range FactsIn[inspect.IgnoreFile]([]*File{f}, f.Role) {
		if pattern := ignoringPattern(ignore.Fact.Patterns, name); pattern != "" {
			return pattern
		}
	}
	return ""
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
		if pattern := f.Ignores(rel); pattern != "" {
			return f, pattern
		}
		return nil, "" // a Dockerfile's own ignore file stands for the context's
	}
	return nil, ""
}
