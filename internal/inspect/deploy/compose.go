package deploy

import (
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// Compose reads a Compose file.
func Compose(e *inspect.Emitter, content []byte) error {
	documents, err := document.Documents(shell.PlainText(content), func([]byte) bool { return true })
	for _, d := range documents {
		composeDocument(e, d)
		if err == nil {
			err = d.Spent()
		}
	}
	return err
}

// composeDocument emits the services of one document, which may have none.
func composeDocument(e *inspect.Emitter, d *document.YAML) {
	root := d.Mapping(d.Root)
	c := &composeReader{YAML: d, services: d.Mapping(root.Get("services")), done: map[string]*inspect.ComposeService{}}
	if first := c.firstVersion(root); first != nil {
		c.services = first
	} else {
		c.file(e, root)
	}
	for _, pair := range c.services {
		if strings.HasPrefix(pair.Key.Value, "x-") || pair.Value.Kind != yaml.MappingNode {
			continue
		}
		if service := c.service(pair.Key.Value, 0); service != nil {
			e.Emit(pair.Key.Line, max(pair.Key.Line, document.LastLine(pair.Value)), *service)
		}
	}
}

// firstVersion is the services of a file in the format before version 2, where
// they stand at the top: each is a mapping, and one has an image or a build.
func (c *composeReader) firstVersion(root document.Mapping) document.Mapping {
	runs := false
	for _, p := range root {
		switch p.Key.Value {
		case "services", "version", "include":
			return nil
		}
		m := c.Mapping(p.Value)
		if m == nil {
			return nil
		}
		for _, key := range []string{"image", "build"} {
			runs = runs || document.Text(m.Get(key)) != ""
		}
	}
	if !runs {
		return nil
	}
	return root
}

type composeReader struct {
	*document.YAML
	services document.Mapping
	done     map[string]*inspect.ComposeService
}

// maxExtends bounds a chain of services that extend each other; a circle ends
// there too.
const maxExtends = 8

// service reads a service with what it extends in the same file.
func (c *composeReader) service(name string, depth int) *inspect.ComposeService {
	if s, ok := c.done[name]; ok {
		return s
	}
	node := c.services.Get(name)
	if node == nil || depth > maxExtends {
		return nil
	}
	m := c.Mapping(node)
	s := &inspect.ComposeService{}
	if base := c.extended(m.Get("extends")); base != "" && base != name {
		if parent := c.service(base, depth+1); parent != nil && c.Visit(len(parent.Environment)+len(parent.Volumes)+len(parent.Ports)) {
			*s = *parent
			s.Environment = append([]inspect.EnvEntry{}, parent.Environment...)
			s.BuildArgs = append([]inspect.EnvEntry(nil), parent.BuildArgs...)
		}
	}
	s.Name, s.Stated, s.Reset = name, nil, nil
	c.outside(s, m.Get("extends"))
	c.fill(s, m)
	c.done[name] = s
	return s
}

// extended is the service of this file that another builds on.
func (c *composeReader) extended(n *yaml.Node) string {
	if name := document.Text(n); name != "" {
		return name
	}
	m := c.Mapping(n)
	if m.Get("file") != nil {
		return ""
	}
	return document.Text(m.Get("service"))
}

func (c *composeReader) fill(s *inspect.ComposeService, m document.Mapping) {
	var links []string // "db", "db:database": a service that is linked is started first
	for _, p := range m {
		s.Stated = append(s.Stated, p.Key.Value)
		if p.Value.Tag == "!reset" || p.Value.Tag == "!override" {
			s.Reset = append(s.Reset, p.Key.Value)
			if p.Value.Tag == "!reset" {
				continue
			}
		}
		switch p.Key.Value {
		case "image":
			s.Image, s.ImageLine, s.ImageDefault = document.Text(p.Value), p.Value.Line, ""
			if in := interpolate(s.Image); len(in.env) > 0 && in.folded != s.Image {
				s.ImageDefault = in.folded
			}
		case "build":
			c.build(s, p.Value)
		case "command":
			s.Command = c.start(p.Value)
		case "entrypoint":
			s.Entrypoint = c.start(p.Value)
		case "environment":
			s.Environment = mergeEntries(s.Environment, c.environment(p.Value))
		case "env_file":
			s.EnvFiles = append(s.EnvFiles[:len(s.EnvFiles):len(s.EnvFiles)], c.envFiles(p.Value)...)
		case "ports":
			s.Ports = append(s.Ports[:len(s.Ports):len(s.Ports)], c.ports(p.Value)...)
		case "volumes":
			s.Volumes = append(s.Volumes[:len(s.Volumes):len(s.Volumes)], c.volumes(p.Value)...)
		case "tmpfs":
			for _, target := range c.Texts(p.Value) {
				s.Volumes = append(s.Volumes[:len(s.Volumes):len(s.Volumes)], inspect.Volume{Type: "tmpfs", Target: target, Line: p.Value.Line})
			}
		case "profiles":
			s.Profiles = c.Texts(p.Value)
		case "depends_on":
			s.DependsOn, s.Awaits = c.names(p.Value), c.awaited(p.Value)
		case "links":
			links = c.Texts(p.Value)
		case "restart":
			s.Restart = document.Text(p.Value)
		case "stop_signal":
			s.StopSignal = document.Text(p.Value)
		case "stop_grace_period":
			s.GracePeriod = document.Text(p.Value)
		case "init":
			s.Init = isTrue(p.Value)
		case "scale":
			replicas(s, p.Value)
		case "deploy":
			c.deploy(s, c.Mapping(p.Value))
		case "mem_limit":
			s.Memory = document.Text(p.Value)
		case "secrets":
			s.Secrets = append(s.Secrets[:len(s.Secrets):len(s.Secrets)], c.sources(p.Value)...)
		case "configs":
			s.Configs = append(s.Configs[:len(s.Configs):len(s.Configs)], c.sources(p.Value)...)
		case "develop":
			s.Watch = c.Mapping(p.Value).Get("watch") != nil
		case "labels":
			s.Sticky = append(s.Sticky[:len(s.Sticky):len(s.Sticky)], c.sticky(p.Value)...)
		case "healthcheck":
			check := c.Mapping(p.Value)
			s.Healthcheck = c.checks(check)
			s.CheckURL, s.CheckLine = c.checkURL(check.Get("test"))
		}
	}
	for _, link := range links {
		if name, _, _ := strings.Cut(link, ":"); name != "" && !slices.Contains(s.DependsOn, name) {
			s.DependsOn = append(s.DependsOn[:len(s.DependsOn):len(s.DependsOn)], name)
		}
	}
	sort.Strings(s.Stated)
}

func (c *composeReader) build(s *inspect.ComposeService, n *yaml.Node) {
	s.Build = true
	if context := document.Text(n); context != "" {
		s.Context = context
		return
	}
	m := c.Mapping(n)
	for key, field := range map[string]*string{"context": &s.Context, "dockerfile": &s.Dockerfile, "target": &s.Target} {
		if text := document.Text(m.Get(key)); text != "" { // a mapping adds to the one that the service builds on
			*field = text
		}
	}
	s.BuildArgs = mergeEntries(s.BuildArgs, c.environment(m.Get("args")))
	if m.Get("dockerfile") == nil && m.Get("dockerfile_inline") != nil {
		s.Dockerfile = "-"
	}
}

// start reads a command in string or list form. Compose starts neither through
// a shell; null and "" reset what the image has.
func (c *composeReader) start(n *yaml.Node) *inspect.Start {
	if line := document.Text(n); line != "" {
		start := inspect.Start{Text: inspect.MaskText(strings.TrimSpace(strings.ReplaceAll(line, "$$", "$"))), Line: n.Line, Commands: CommandsOf(c.YAML, n)}
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
	items := c.Sequence(n)
	if len(items) == 0 {
		return nil
	}
	argv := make([]string, len(items))
	for i, item := range items {
		argv[i] = strings.ReplaceAll(item.Value, "$$", "$")
	}
	start := shell.ExecOf(argv, items[0].Line)
	return &start
}

// environment reads the list form (NAME=value, NAME) and the map form. A name
// without a value passes the deployer's variable on.
func (c *composeReader) environment(n *yaml.Node) []inspect.EnvEntry {
	var entries []inspect.EnvEntry
	add := func(name string, value *string, line, anchor int) {
		entry := inspect.EnvEntry{Name: name, Secret: inspect.IsSecretName(name), Line: line, Anchor: anchor, Value: inspect.Value{Source: inspect.Env, Env: []string{name}}}
		if value != nil {
			entry.Value = ComposeValue(name, *value)
			if entry.Value.FromEnv() && (!isVariable(*value) || strings.Contains(*value, "+")) {
				entry.Written = "…"
				if !entry.Secret && entry.Value.Secret == nil {
					entry.Written = inspect.MaskText(*value)
				}
			}
		}
		if name != "" && name != "<<" {
			entries = append(entries, entry)
		}
	}
	for _, item := range c.Sequence(n) {
		name, value, ok := strings.Cut(document.Text(item), "=")
		if ok {
			add(strings.TrimSpace(name), &value, item.Line, 0)
		} else {
			add(strings.TrimSpace(name), nil, item.Line, 0)
		}
	}
	for _, p := range c.Mapping(n) {
		if document.IsNull(p.Value) {
			add(p.Key.Value, nil, p.Key.Line, 0)
		} else if p.Value.Kind == yaml.ScalarNode {
			anchor := 0
			if p.Alias {
				anchor = p.Value.Line
			}
			add(p.Key.Value, &p.Value.Value, p.Key.Line, anchor)
		}
	}
	return entries
}

// mergeEntries lets later entries replace earlier ones of the same name.
func mergeEntries(base, own []inspect.EnvEntry) []inspect.EnvEntry {
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
	if file := document.Text(n); file != "" {
		return []string{file}
	}
	var files []string
	for _, item := range append(c.Sequence(n), oneMapping(n)...) {
		if file := document.Text(item); file != "" {
			files = append(files, file)
		} else if file := document.Text(c.Mapping(item).Get("path")); file != "" {
			files = append(files, file)
		}
	}
	return files
}

func oneMapping(n *yaml.Node) []*yaml.Node {
	if n = document.Dealias(n); n != nil && n.Kind == yaml.MappingNode {
		return []*yaml.Node{n}
	}
	return nil
}

// ports are written the short way: "8080:80", "127.0.0.1:5432:5432", "3000".
func (c *composeReader) ports(n *yaml.Node) []string {
	var ports []string
	for _, item := range c.Sequence(n) {
		if item.Kind == yaml.ScalarNode {
			ports = append(ports, item.Value)
			continue
		}
		m := c.Mapping(item)
		port := document.Text(m.Get("target"))
		if published := document.Text(m.Get("published")); published != "" {
			port = published + ":" + port
			if ip := document.Text(m.Get("host_ip")); ip != "" {
				port = ip + ":" + port
			}
		}
		if protocol := document.Text(m.Get("protocol")); protocol != "" && protocol != "tcp" {
			port += "/" + protocol
		}
		if port != "" {
			ports = append(ports, port)
		}
	}
	return ports
}

// names are a list's items or a map's keys.
func (c *composeReader) names(n *yaml.Node) []string {
	names := c.Texts(n)
	for _, p := range c.Mapping(n) {
		names = append(names, p.Key.Value)
	}
	return names
}

// awaited are the services whose end a depends_on waits for.
func (c *composeReader) awaited(n *yaml.Node) []string {
	var list []string
	for _, p := range c.Mapping(n) {
		if document.Text(c.Mapping(p.Value).Get("condition")) == "service_completed_successfully" {
			list = append(list, p.Key.Value)
		}
	}
	return list
}

func isTrue(n *yaml.Node) bool {
	switch strings.ToLower(document.Text(n)) {
	case "true", "yes", "on":
		return true
	}
	return false
}
