package inspect

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// compose reads a Compose file.
func compose(e *emitter, content []byte) error {
	documents, err := yamlDocuments(plainText(content), func([]byte) bool { return true })
	for _, d := range documents {
		composeDocument(e, d)
		if err == nil {
			err = d.spent()
		}
	}
	return err
}

// composeDocument emits the services of one document, which may have none.
func composeDocument(e *emitter, d *yamlDocument) {
	c := &composeReader{yamlDocument: d, services: d.mapping(d.mapping(d.root).get("services")), done: map[string]*ComposeService{}}
	for _, pair := range c.services {
		if strings.HasPrefix(pair.key.Value, "x-") || pair.value.Kind != yaml.MappingNode {
			continue
		}
		if service := c.service(pair.key.Value, 0); service != nil {
			e.emit(pair.key.Line, max(pair.key.Line, yamlLastLine(pair.value)), *service)
		}
	}
}

type composeReader struct {
	*yamlDocument
	services yamlMap
	done     map[string]*ComposeService
}

// maxExtends bounds a chain of services that extend each other; a circle ends
// there too.
const maxExtends = 8

// service reads a service with what it extends in the same file.
func (c *composeReader) service(name string, depth int) *ComposeService {
	if s, ok := c.done[name]; ok {
		return s
	}
	node := c.services.get(name)
	if node == nil || depth > maxExtends {
		return nil
	}
	m := c.mapping(node)
	s := &ComposeService{}
	if base := c.extended(m.get("extends")); base != "" && base != name {
		if parent := c.service(base, depth+1); parent != nil && c.visit(len(parent.Environment)+len(parent.Volumes)+len(parent.Ports)) {
			*s = *parent
			s.Environment = append([]EnvEntry{}, parent.Environment...)
		}
	}
	s.Name = name
	c.fill(s, m)
	c.done[name] = s
	return s
}

// extended is the service of this file that another builds on.
func (c *composeReader) extended(n *yaml.Node) string {
	if name := yamlText(n); name != "" {
		return name
	}
	m := c.mapping(n)
	if m.get("file") != nil {
		return ""
	}
	return yamlText(m.get("service"))
}

func (c *composeReader) fill(s *ComposeService, m yamlMap) {
	for _, p := range m {
		switch p.key.Value {
		case "image":
			s.Image, s.ImageLine, s.ImageDefault = yamlText(p.value), p.value.Line, ""
			if in := interpolate(s.Image); len(in.env) > 0 && in.folded != s.Image {
				s.ImageDefault = in.folded
			}
		case "build":
			c.build(s, p.value)
		case "command":
			s.Command = c.start(p.value)
		case "entrypoint":
			s.Entrypoint = c.start(p.value)
		case "environment":
			s.Environment = mergeEntries(s.Environment, c.environment(p.value))
		case "env_file":
			s.EnvFiles = append(s.EnvFiles[:len(s.EnvFiles):len(s.EnvFiles)], c.envFiles(p.value)...)
		case "ports":
			s.Ports = append(s.Ports[:len(s.Ports):len(s.Ports)], c.ports(p.value)...)
		case "volumes":
			s.Volumes = append(s.Volumes[:len(s.Volumes):len(s.Volumes)], c.volumes(p.value)...)
		case "tmpfs":
			for _, target := range c.texts(p.value) {
				s.Volumes = append(s.Volumes[:len(s.Volumes):len(s.Volumes)], Volume{Type: "tmpfs", Target: target, Line: p.value.Line})
			}
		case "profiles":
			s.Profiles = c.texts(p.value)
		case "depends_on":
			s.DependsOn = c.names(p.value)
		case "stop_signal":
			s.StopSignal = yamlText(p.value)
		case "stop_grace_period":
			s.GracePeriod = yamlText(p.value)
		case "init":
			s.Init = isTrue(p.value)
		case "scale":
			s.Replicas = number(p.value, s.Replicas)
		case "deploy":
			s.Replicas = number(c.mapping(p.value).get("replicas"), s.Replicas)
			s.Sticky = append(s.Sticky[:len(s.Sticky):len(s.Sticky)], c.sticky(c.mapping(p.value).get("labels"))...)
		case "labels":
			s.Sticky = append(s.Sticky[:len(s.Sticky):len(s.Sticky)], c.sticky(p.value)...)
		case "healthcheck":
			check := c.mapping(p.value)
			s.Healthcheck = !isTrue(check.get("disable")) && (len(check) > 0)
		}
	}
}

// sticky are Traefik's labels for sessions that stay with one instance.
func (c *composeReader) sticky(n *yaml.Node) []EnvEntry {
	var list []EnvEntry
	for _, entry := range c.environment(n) {
		name := strings.ToLower(entry.Name)
		if on := !entry.Value.HasText || !strings.EqualFold(entry.Value.Text, "false"); on && strings.HasPrefix(name, "traefik.") && strings.Contains(name, ".sticky") {
			list = append(list, entry)
		}
	}
	return list
}

func (c *composeReader) build(s *ComposeService, n *yaml.Node) {
	s.Build = true
	if context := yamlText(n); context != "" {
		s.Context = context
		return
	}
	m := c.mapping(n)
	s.Context, s.Dockerfile, s.Target = yamlText(m.get("context")), yamlText(m.get("dockerfile")), yamlText(m.get("target"))
	if s.Dockerfile == "" && m.get("dockerfile_inline") != nil {
		s.Dockerfile = "-"
	}
}

// start reads a command in string or list form. Compose starts neither through
// a shell; null and "" reset what the image has.
func (c *composeReader) start(n *yaml.Node) *Start {
	if line := yamlText(n); line != "" {
		start := Start{Text: maskText(strings.TrimSpace(strings.ReplaceAll(line, "$$", "$"))), Line: n.Line, Commands: c.commandsOf(n)}
		if len(start.Commands) > 0 {
			start.Line = start.Commands[0].Line
		}
		for i, command := range start.Commands {
			for j, word := range command.Argv {
				start.Commands[i].Argv[j] = strings.ReplaceAll(word, "$$", "$")
			}
		}
		return &start
	}
	items := c.sequence(n)
	if len(items) == 0 {
		return nil
	}
	argv := make([]string, len(items))
	for i, item := range items {
		argv[i] = strings.ReplaceAll(item.Value, "$$", "$")
	}
	start := execOf(argv, items[0].Line)
	return &start
}

// environment reads the list form (NAME=value, NAME) and the map form. A name
// without a value passes the deployer's variable on.
func (c *composeReader) environment(n *yaml.Node) []EnvEntry {
	var entries []EnvEntry
	add := func(name string, value *string, line int) {
		entry := EnvEntry{Name: name, Secret: IsSecretName(name), Line: line, Value: Value{Source: Env, Env: []string{name}}}
		if value != nil {
			entry.Value = composeValue(name, *value)
		}
		if name != "" && name != "<<" {
			entries = append(entries, entry)
		}
	}
	for _, item := range c.sequence(n) {
		name, value, ok := strings.Cut(yamlText(item), "=")
		if ok {
			add(strings.TrimSpace(name), &value, item.Line)
		} else {
			add(strings.TrimSpace(name), nil, item.Line)
		}
	}
	for _, p := range c.mapping(n) {
		if yamlIsNull(p.value) {
			add(p.key.Value, nil, p.key.Line)
		} else if p.value.Kind == yaml.ScalarNode {
			add(p.key.Value, &p.value.Value, p.key.Line)
		}
	}
	return entries
}

// mergeEntries lets later entries replace earlier ones of the same name.
func mergeEntries(base, own []EnvEntry) []EnvEntry {
	if len(base) == 0 {
		return own
	}
	at := make(map[string]int, len(base))
	for i, e := range base {
		at[e.Name] = i
	}
	for _, e := range own {
		if i, ok := at[e.Name]; ok {
			base[i] = e
		} else {
			base = append(base, e)
		}
	}
	return base
}

func (c *composeReader) envFiles(n *yaml.Node) []string {
	if file := yamlText(n); file != "" {
		return []string{file}
	}
	var files []string
	for _, item := range append(c.sequence(n), oneMapping(n)...) {
		if file := yamlText(item); file != "" {
			files = append(files, file)
		} else if file := yamlText(c.mapping(item).get("path")); file != "" {
			files = append(files, file)
		}
	}
	return files
}

func oneMapping(n *yaml.Node) []*yaml.Node {
	if n = dealias(n); n != nil && n.Kind == yaml.MappingNode {
		return []*yaml.Node{n}
	}
	return nil
}

// ports are written the short way: "8080:80", "127.0.0.1:5432:5432", "3000".
func (c *composeReader) ports(n *yaml.Node) []string {
	var ports []string
	for _, item := range c.sequence(n) {
		if item.Kind == yaml.ScalarNode {
			ports = append(ports, item.Value)
			continue
		}
		m := c.mapping(item)
		port := yamlText(m.get("target"))
		if published := yamlText(m.get("published")); published != "" {
			port = published + ":" + port
			if ip := yamlText(m.get("host_ip")); ip != "" {
				port = ip + ":" + port
			}
		}
		if protocol := yamlText(m.get("protocol")); protocol != "" && protocol != "tcp" {
			port += "/" + protocol
		}
		if port != "" {
			ports = append(ports, port)
		}
	}
	return ports
}

func (c *composeReader) volumes(n *yaml.Node) []Volume {
	var volumes []Volume
	for _, item := range c.sequence(n) {
		if short := yamlText(item); short != "" {
			volumes = append(volumes, shortVolume(short, item.Line))
			continue
		}
		m := c.mapping(item)
		v := Volume{Type: yamlText(m.get("type")), Source: yamlText(m.get("source")), Target: yamlText(m.get("target")), ReadOnly: isTrue(m.get("read_only")), Line: item.Line}
		if v.Source == "" {
			v.Source = yamlText(m.get("src"))
		}
		if v.Target == "" {
			v.Target = yamlText(m.get("destination")) + yamlText(m.get("dst"))
		}
		if v.Target != "" {
			volumes = append(volumes, v)
		}
	}
	return volumes
}

// shortVolume reads [source:]target[:mode]. A source that is a path is a bind
// mount, also when it comes from a variable's default; a name is a volume.
func shortVolume(short string, line int) Volume {
	folded := interpolate(short).folded
	v := Volume{Type: "volume", Line: line}
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

// names are a list's items or a map's keys.
func (c *composeReader) names(n *yaml.Node) []string {
	names := c.texts(n)
	for _, p := range c.mapping(n) {
		names = append(names, p.key.Value)
	}
	return names
}

func isTrue(n *yaml.Node) bool {
	switch strings.ToLower(yamlText(n)) {
	case "true", "yes", "on":
		return true
	}
	return false
}

// number is a whole number, or otherwise when n is none; ${VAR:-2} counts as
// its default.
func number(n *yaml.Node, otherwise int) int {
	if v, err := strconv.Atoi(interpolate(yamlText(n)).folded); err == nil {
		return v
	}
	return otherwise
}
