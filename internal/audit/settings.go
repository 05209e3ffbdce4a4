package audit

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/source"
)

// SettingsFile is the path of a repository's own configuration.
const SettingsFile = ".twelvefold.yml"

// Settings is what .twelvefold.yml says about components, roles and ignored
// paths; docs/repository.md describes it for people.
type Settings struct {
	Components []ComponentSetting
	Roles      []RoleSetting
	Ignore     []string // globs, ** spans directories

	ignoreLines map[string]int // of Ignore's globs
}

// RoleSetting gives the files that a glob matches a role of their own.
type RoleSetting struct {
	Path string // glob, ** spans directories
	Role source.Role
	Line int
}

// ComponentSetting declares a component's root, or changes its class.
type ComponentSetting struct {
	Path  string // directory, "." for the root
	Class Class  // "" leaves the class to detection
	Line  int
}

// ParseSettings reads .twelvefold.yml. What it cannot use is left out and said
// in a warning that names the line; nil content is no settings.
func ParseSettings(content []byte) (Settings, []source.Warning) {
	p := &settingsParser{}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		p.warn(yamlLine(err), "is not valid YAML, so nothing of the file counts: %s", yamlReason(err))
		return p.settings, p.warnings
	}
	if len(document.Content) == 0 {
		return p.settings, p.warnings
	}
	p.document(document.Content[0])
	return p.settings, p.warnings
}

type settingsParser struct {
	settings Settings
	warnings []source.Warning
}

func (p *settingsParser) warn(line int, format string, args ...any) {
	p.warnings = append(p.warnings, source.Warning{Path: SettingsFile,
		Message: fmt.Sprintf("line %d: %s", line, fmt.Sprintf(format, args...))})
}

func (p *settingsParser) document(root *yaml.Node) {
	p.each(root, "the file", func(key, value *yaml.Node) {
		switch key.Value {
		case "components":
			p.list(value, key.Value, p.component)
		case "roles":
			p.list(value, key.Value, p.role)
		case "ignore":
			p.list(value, key.Value, p.ignore)
		default:
			p.warn(key.Line, "unknown key %q: known are components, roles and ignore", key.Value)
		}
	})
}

func (p *settingsParser) component(node *yaml.Node) {
	c := ComponentSetting{Line: node.Line}
	known := p.each(node, "a component", func(key, value *yaml.Node) {
		switch {
		case value.Kind != yaml.ScalarNode:
			p.warn(value.Line, "%s must be a text", key.Value)
		case key.Value == "path":
			c.Path = clean(value.Value)
		case key.Value == "class":
			c.Class = Class(value.Value)
			if !c.Class.known() {
				p.warn(value.Line, "unknown class %q: use %s", value.Value, oneOf(Classes()))
				c.Class = ""
			}
		default:
			p.warn(key.Line, "unknown key %q of a component: known are path and class", key.Value)
		}
	})
	switch earlier := slices.IndexFunc(p.settings.Components, func(e ComponentSetting) bool { return e.Path == c.Path }); {
	case !known: // said already
		return
	case c.Path == "" || c.Path == ".." || strings.HasPrefix(c.Path, "../"):
		p.warn(node.Line, "a component needs a path inside the repository")
		return
	case strings.ContainsAny(c.Path, "*?["):
		p.warn(node.Line, "a component's path is one directory, and %q is a glob: name each directory", c.Path)
		return
	case earlier >= 0:
		p.warn(node.Line, "the component %q is declared in line %d already, which counts: remove one of them", c.Path, p.settings.Components[earlier].Line)
		return
	}
	p.settings.Components = append(p.settings.Components, c)
}

func (p *settingsParser) role(node *yaml.Node) {
	r, stated := RoleSetting{Line: node.Line}, false
	known := p.each(node, "a role", func(key, value *yaml.Node) {
		switch {
		case value.Kind != yaml.ScalarNode:
			p.warn(value.Line, "%s must be a text", key.Value)
		case key.Value == "path":
			r.Path = value.Value
		case key.Value == "role":
			r.Role, stated = source.Role(value.Value), true
			if !slices.Contains(source.Roles(), r.Role) {
				p.warn(value.Line, "unknown role %q: use %s", value.Value, oneOf(source.Roles()))
				r.Role = ""
			}
		default:
			p.warn(key.Line, "unknown key %q of a role: known are path and role", key.Value)
		}
	})
	switch earlier := slices.IndexFunc(p.settings.Roles, func(e RoleSetting) bool { return e.Path == r.Path }); {
	case !known: // said already
	case r.Path == "":
		p.warn(node.Line, "a role needs a path, a glob such as \"scripts/**\"")
	case r.Role == "" && !stated:
		p.warn(node.Line, "%q is given no role: use %s", r.Path, oneOf(source.Roles()))
	case r.Role != "":
		if earlier >= 0 {
			p.warn(p.settings.Roles[earlier].Line, "line %d gives %q a role too, which decides: remove one of them", r.Line, r.Path)
		}
		p.settings.Roles = append(p.settings.Roles, r)
	}
}

func (p *settingsParser) ignore(node *yaml.Node) {
	if node.Kind != yaml.ScalarNode || node.Value == "" {
		p.warn(node.Line, "an ignored path must be a glob such as \"examples/**\"")
		return
	}
	p.settings.Ignore = append(p.settings.Ignore, node.Value)
	if p.settings.ignoreLines == nil {
		p.settings.ignoreLines = map[string]int{}
	}
	p.settings.ignoreLines[node.Value] = node.Line
}

// each visits the keys of a mapping; known is false for anything else.
func (p *settingsParser) each(node *yaml.Node, what string, visit func(key, value *yaml.Node)) (known bool) {
	if node.Kind != yaml.MappingNode {
		p.warn(node.Line, "%s must be keys with values", what)
		return false
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		visit(node.Content[i], node.Content[i+1])
	}
	return true
}

func (p *settingsParser) list(node *yaml.Node, what string, visit func(*yaml.Node)) {
	if node.Kind != yaml.SequenceNode {
		p.warn(node.Line, "%s must be a list", what)
		return
	}
	for _, item := range node.Content {
		visit(item)
	}
}

func (c Class) known() bool {
	for _, class := range Classes() {
		if c == class {
			return true
		}
	}
	return false
}

var yamlLineNumber = regexp.MustCompile(`line (\d+)`)

// yamlReason is what is wrong, without the line that a warning begins with.
func yamlReason(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if _, reason, found := strings.Cut(text, ": "); found && yamlLineNumber.MatchString(text) {
		return reason
	}
	return text
}

// oneOf words a choice: "a, b or c".
func oneOf[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, word := range list {
		words[i] = string(word)
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func yamlLine(err error) int {
	line := 1
	var typed *yaml.TypeError
	if m := yamlLineNumber.FindStringSubmatch(err.Error()); m != nil && !errors.As(err, &typed) {
		fmt.Sscan(m[1], &line)
	}
	return line
}

// Ignores reports whether the path is left out of the audit.
func (s Settings) Ignores(name string) bool {
	for _, glob := range s.Ignore {
		if matchGlob(glob, name) {
			return true
		}
	}
	return false
}

// RoleOf is the role that the settings give a path; the last glob that matches
// decides. ok is false when none does.
func (s Settings) RoleOf(name string) (role source.Role, ok bool) {
	for _, r := range s.Roles {
		if matchGlob(r.Path, name) {
			role, ok = r.Role, true
		}
	}
	return role, ok
}

// WithRoles is the files with the roles that the settings give them. The list
// itself is left as it is.
func (s Settings) WithRoles(files []source.File) []source.File {
	if len(s.Roles) == 0 {
		return files
	}
	files = slices.Clone(files)
	for i := range files {
		if role, ok := s.RoleOf(files[i].Path); ok {
			files[i].Role = role
		}
	}
	return files
}

// clean is a repository path without "./" and trailing slashes; "" stays "".
func clean(name string) string {
	if name == "" {
		return ""
	}
	return strings.TrimPrefix(path.Clean(strings.ReplaceAll(name, "\\", "/")), "/")
}
