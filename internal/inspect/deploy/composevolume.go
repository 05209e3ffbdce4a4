package deploy

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

func (c *composeReader) volumes(n *yaml.Node) []inspect.Volume {
	var volumes []inspect.Volume
	for _, item := range c.Sequence(n) {
		if short := document.Text(item); short != "" {
			volumes = append(volumes, ShortVolume(short, item.Line))
			continue
		}
		m := c.Mapping(item)
		v := inspect.Volume{Type: document.Text(m.Get("type")), Source: document.Text(m.Get("source")), Target: document.Text(m.Get("target")), ReadOnly: isTrue(m.Get("read_only")), Line: item.Line}
		if v.Source == "" {
			v.Source = document.Text(m.Get("src"))
		}
		if v.Target == "" {
			v.Target = document.Text(m.Get("destination")) + document.Text(m.Get("dst"))
		}
		if v.Target != "" {
			volumes = append(volumes, v)
		}
	}
	return volumes
}

// ShortVolume reads [source:]target[:mode]. A source that is a path is a bind
// mount, also when it comes from a variable's default; a name is a volume.
func ShortVolume(short string, line int) inspect.Volume {
	folded := interpolate(short).folded
	v := inspect.Volume{Type: "volume", Line: line}
	parts := splitVolume(folded)
	if len(parts) > 1 && (strings.Contains(parts[len(parts)-1], "ro") && len(parts) == 3 || isMountMode(parts[len(parts)-1])) {
		mode := "," + parts[len(parts)-1] + ","
		v.ReadOnly = strings.Contains(mode, ",ro,")
		parts = parts[:len(parts)-1]
	}
	if len(parts) == 1 {
		v.Target = parts[0]
		return v
	}
	v.Source, v.Target = parts[0], parts[1]
	if isPath(v.Source) {
		v.Type = "bind"
	}
	return v
}

// isPath reports whether a volume's source is a path of the host: names hold
// no slash and start with no dot, tilde or (unresolved) variable of a folder.
func isPath(source string) bool {
	return strings.HasPrefix(source, ".") || strings.HasPrefix(source, "~") || strings.ContainsAny(source, `/\`) || strings.HasPrefix(source, "${PWD") || source == "$PWD"
}

func isMountMode(s string) bool {
	for _, option := range strings.Split(s, ",") {
		switch option {
		case "ro", "rw", "z", "Z", "cached", "delegated", "consistent", "nocopy", "shared", "slave", "private", "rshared", "rslave", "rprivate":
		default:
			return false
		}
	}
	return true
}

// splitVolume splits at colons, but neither behind a Windows drive letter nor
// inside ${…}.
func splitVolume(s string) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			depth--
		case ':':
			drive := i == start+1 && i+1 < len(s) && (s[i+1] == '\\' || s[i+1] == '/') && len(parts) == 0 && s[start] != '.' && s[start] != '~' && s[start] != '/'
			if depth <= 0 && !drive {
				parts = append(parts, s[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, s[start:])
}
