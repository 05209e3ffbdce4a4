package deploy

import (
	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// file emits what a Compose file says beside its services, if anything.
func (c *composeReader) file(e *inspect.Emitter, root document.Mapping) {
	out := inspect.ComposeFile{Project: document.Text(root.Get("name")), Include: c.include(root.Get("include"))}
	for _, p := range c.Mapping(root.Get("volumes")) {
		out.Volumes = append(out.Volumes, p.Key.Value)
	}
	out.Secrets = c.kept(root.Get("secrets"), true)
	out.Configs = c.kept(root.Get("configs"), false)
	if out.Project != "" || out.Include != nil || out.Volumes != nil || out.Secrets != nil || out.Configs != nil {
		e.Emit(c.Root.Line, document.LastLine(c.Root), out)
	}
}

// include lists the files that belong to the project: texts, or mappings with
// a path, which may be a list.
func (c *composeReader) include(n *yaml.Node) []string {
	var list []string
	for _, item := range c.Sequence(n) {
		list = append(list, c.Texts(item)...)
		list = append(list, c.Texts(c.Mapping(item).Get("path"))...)
	}
	return list
}

// kept reads the secrets or configs of a file.
func (c *composeReader) kept(n *yaml.Node, secret bool) []inspect.ComposeSecret {
	var list []inspect.ComposeSecret
	for _, p := range c.Mapping(n) {
		m := c.Mapping(p.Value)
		s := inspect.ComposeSecret{Name: p.Key.Value, File: document.Text(m.Get("file")), Env: document.Text(m.Get("environment")), External: m.Get("external") != nil && document.Text(m.Get("external")) != "false", Line: p.Key.Line}
		if text := document.Text(m.Get("content")); text != "" {
			s.Content = ComposeValue("", text)
			if s.Content.IsLiteral() && secret {
				s.Content = inspect.SecretLit(text)
			} else if s.Content.IsLiteral() {
				s.Content = inspect.ConfigText(text)
			}
		}
		list = append(list, s)
	}
	return list
}

// sources are the names of the secrets or configs that a service is given:
// texts, or mappings with a source.
func (c *composeReader) sources(n *yaml.Node) []string {
	var list []string
	for _, item := range c.Sequence(n) {
		if name := document.Text(item); name != "" {
			list = append(list, name)
		} else if name := document.Text(c.Mapping(item).Get("source")); name != "" {
			list = append(list, name)
		}
	}
	return list
}

// outside notes the service of another file that a service builds on.
func (c *composeReader) outside(s *inspect.ComposeService, extends *yaml.Node) {
	m := c.Mapping(extends)
	if file := document.Text(m.Get("file")); file != "" {
		s.ExtendsFile, s.ExtendsName = file, document.Text(m.Get("service"))
	}
}
