package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/source"
)

// Bounds on what one settings file may cost: every glob is tried on every
// path. The largest such files of other tools have some fifty entries.
const (
	maxSettings        = 200 // entries of one list
	maxSettingWarnings = 100
)

// ParseSettings reads .twelvefold.yml. What it cannot use is left out and said
// in a warning that names the line; nil content is no settings.
func ParseSettings(content []byte) (Settings, []source.Warning) {
	p := &settingsParser{}
	if at := invalidText(content); at >= 0 {
		p.warn(1+bytes.Count(content[:at], []byte("\n")), "is not UTF-8, so nothing of the file counts: save it as UTF-8")
		return p.settings, p.warnings
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return p.settings, p.warnings
	case err != nil:
		p.warn(yamlLine(err), "is not valid YAML, so nothing of the file counts: %s", yamlReason(err))
		return p.settings, p.warnings
	}
	p.document(document.Content[0])
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) && !isNull(&second) {
		p.warn(secondDocument(content), "a second YAML document begins here, and only the first counts: put everything into one")
	}
	if p.unsaid > 0 {
		p.warnings = append(p.warnings, source.Warning{Path: SettingsFile, Message: fmt.Sprintf("%d more mistakes are not listed", p.unsaid)})
	}
	return p.settings, p.warnings
}

// invalidText is where a text stops being UTF-8, or -1. UTF-16 with its mark is
// YAML's to read.
func invalidText(content []byte) int {
	if bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return -1
	}
	for i := 0; i < len(content); {
		r, width := utf8.DecodeRune(content[i:])
		if r == utf8.RuneError && width == 1 {
			return i
		}
		i += width
	}
	return -1
}

var documentMarker = regexp.MustCompile(`(?m)^---([ \t\r\n]|$)`)

// secondDocument is the line of the marker that begins it: the first marker
// that something but comments stands above.
func secondDocument(content []byte) int {
	for _, at := range documentMarker.FindAllIndex(content, -1) {
		for line := range bytes.Lines(content[:at[0]]) {
			if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' && line[0] != '%' && !bytes.HasPrefix(line, []byte("---")) {
				return 1 + bytes.Count(content[:at[0]], []byte("\n"))
			}
		}
	}
	return 1
}

type settingsParser struct {
	settings Settings
	warnings []source.Warning
	unsaid   int // mistakes beyond maxSettingWarnings
}

func (p *settingsParser) warn(line int, format string, args ...any) {
	if len(p.warnings) == maxSettingWarnings {
		p.unsaid++
		return
	}
	p.warnings = append(p.warnings, source.Warning{Path: SettingsFile,
		Message: fmt.Sprintf("line %d: %s", line, fmt.Sprintf(format, args...))})
}

func (p *settingsParser) document(root *yaml.Node) {
	if isNull(root) {
		return
	}
	p.each(root, "the file", "ignore: [legacy/**]", func(key, value *yaml.Node) {
		switch key.Value {
		case "components":
			p.list(value, key.Value, p.component)
		case "roles":
			p.list(value, key.Value, p.role)
		case "ignore":
			p.list(value, key.Value, p.ignore)
		case "gate":
			p.gate(value)
		case "waivers":
			p.list(value, key.Value, p.waiver)
		case "waived":
			p.waived(value)
		default:
			p.warn(key.Line, "unknown key %q: known are components, roles, ignore, gate, waivers and waived", key.Value)
		}
	})
}

func (p *settingsParser) component(node *yaml.Node) {
	c := ComponentSetting{Line: node.Line}
	written := ""
	known := p.each(node, "a component", "{path: services/api, class: worker}", func(key, value *yaml.Node) {
		switch {
		case value.Kind != yaml.ScalarNode:
			p.warn(value.Line, "%s must be a text", key.Value)
		case key.Value == "path":
			written = text(value)
			c.Path = clean(written)
		case key.Value == "class":
			c.Class = Class(text(value))
			if c.Class == "" {
				p.warn(value.Line, "a class is missing: use %s, or leave the key out", oneOf(Classes()))
			} else if !slices.Contains(Classes(), c.Class) {
				p.warn(value.Line, "unknown class %q: use %s", c.Class, oneOf(Classes()))
				c.Class = ""
			}
		default:
			p.warn(key.Line, "unknown key %q of a component: known are path and class", key.Value)
		}
	})
	switch earlier := slices.IndexFunc(p.settings.Components, func(e ComponentSetting) bool { return e.Path == c.Path }); {
	case !known: // said already
		return
	case c.Path == "":
		p.warn(node.Line, "a component needs a path inside the repository")
		return
	case c.Path == ".." || strings.HasPrefix(c.Path, "../"):
		p.warn(node.Line, "a component needs a path inside the repository, and %q leads out of it", written)
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
	known := p.each(node, "a role", "{path: scripts/**, role: dev-tool}", func(key, value *yaml.Node) {
		switch {
		case value.Kind != yaml.ScalarNode:
			p.warn(value.Line, "%s must be a text", key.Value)
		case key.Value == "path":
			r.Path = text(value)
		case key.Value == "role":
			r.Role = source.Role(text(value))
			stated = r.Role != ""
			if stated && !slices.Contains(source.Roles(), r.Role) {
				p.warn(value.Line, "unknown role %q: use %s", r.Role, oneOf(source.Roles()))
				r.Role = ""
			}
		default:
			p.warn(key.Line, "unknown key %q of a role: known are path and role", key.Value)
		}
	})
	if known && r.Path == "" {
		p.warn(node.Line, "a role needs a path, a glob such as \"scripts/**\"")
		return
	}
	if !known || !p.glob(node.Line, &r.Path) {
		return
	}
	switch earlier := slices.IndexFunc(p.settings.Roles, func(e RoleSetting) bool { return e.Path == r.Path }); {
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
	glob := text(node)
	if glob == "" {
		p.warn(node.Line, "an ignored path must be a glob such as \"examples/**\"")
		return
	}
	if !p.glob(node.Line, &glob) {
		return
	}
	p.settings.Ignore = append(p.settings.Ignore, glob)
	if p.settings.ignoreLines == nil {
		p.settings.ignoreLines = map[string]int{}
	}
	p.settings.ignoreLines[glob] = node.Line
}

// glob makes a glob start at the root, and says what is wrong with it.
func (p *settingsParser) glob(line int, glob *string) (ok bool) {
	cleaned, wrong := cleanGlob(*glob)
	if wrong != "" {
		p.warn(line, "%s", wrong)
		return false
	}
	*glob = cleaned
	return true
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
