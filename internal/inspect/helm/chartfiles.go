package helm

import (
	"encoding/base64"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// fileSet is .Files, or what its Glob leaves: files of a chart that are neither
// templates nor part of its description, by path from the chart's directory.
type fileSet struct {
	content map[string]any // text; unknown of what is too large
}

// maxFiles bounds the bytes of a chart's files that its templates can ask for.
const maxFiles = 2 << 20

// files are what the templates of a chart can read. Of what is too large
// only the name is known.
func (r *Repository) files(c *chart) any {
	if c.files == nil {
		content, total := map[string]any{}, 0
		for _, name := range r.paths {
			rest, ok := strings.CutPrefix(name, c.dir+"/")
			if c.dir == "." {
				rest, ok = name, true
			}
			first, _, _ := strings.Cut(rest, "/")
			if !ok || slices.Contains([]string{"templates", "charts", "Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json", ".helmignore"}, first) || c.dir == "." && strings.HasPrefix(first, ".") {
				continue
			}
			content[rest] = unknown{}
			if total > maxFiles {
				continue
			}
			if text := r.read(name); text != nil {
				total += len(text)
				content[rest] = string(text)
			}
		}
		c.files = fileSet{content: content}
	}
	return c.files
}

func (s fileSet) names() []string { return slices.Sorted(maps.Keys(s.content)) }

// field is AsConfig or AsSecrets: all files as entries of a ConfigMap or Secret.
func (s fileSet) field(name string) any {
	if name != "AsConfig" && name != "AsSecrets" {
		return unknown{}
	}
	out := map[string]any{}
	for _, file := range s.names() {
		out[path.Base(file)] = s.content[file]
		if text, ok := s.content[file].(string); ok && name == "AsSecrets" {
			out[path.Base(file)] = base64.StdEncoding.EncodeToString([]byte(text))
		}
	}
	return (&machine{}).written(out)
}

// method is what a template asks the files for.
func (s fileSet) method(name, argument string) any {
	switch name {
	case "Get":
		if text, has := s.content[argument]; has {
			return text
		}
		return ""
	case "Lines":
		list := []any{}
		text, ok := s.content[argument].(string)
		if !ok {
			return unknown{}
		}
		text = strings.TrimSuffix(text, "\n")
		for _, line := range strings.Split(text, "\n") {
			list = append(list, line)
		}
		return list
	case "Glob":
		pattern, err := regexp.Compile(globPattern(argument))
		if err != nil || len(argument) > 200 {
			return unknown{}
		}
		found := map[string]any{}
		for file, text := range s.content {
			if pattern.MatchString(file) {
				found[file] = text
			}
		}
		return fileSet{content: found}
	}
	return unknown{}
}

// globPattern is a glob of Helm's as a regular expression: a star stays within a
// directory, two don't.
func globPattern(glob string) string {
	out, depth := "^", 0
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case strings.HasPrefix(glob[i:], "**"):
			out += ".*"
			i++
		case c == '*':
			out += "[^/]*"
		case c == '?':
			out += "[^/]"
		case c == '{':
			out, depth = out+"(?:", depth+1
		case c == '}' && depth > 0:
			out, depth = out+")", depth-1
		case c == ',' && depth > 0:
			out += "|"
		case c == '[' || c == ']' || c == '-':
			out += string(c)
		case c == '!' && strings.HasSuffix(out, "["):
			out += "^"
		default:
			out += regexp.QuoteMeta(string(c))
		}
	}
	return out + "$"
}
