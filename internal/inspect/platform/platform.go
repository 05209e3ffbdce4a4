// Package platform reads the descriptors of platforms that run programs:
// Heroku, Render, App Engine, DigitalOcean, Railway, Vercel, Netlify, AWS's
// serverless ones.
package platform

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// reader reads one YAML document of a platform.
type reader struct {
	*inspect.Emitter
	*document.YAML
}

// each reads every document of a stream, which all have a platform's shape or
// none.
func each(e *inspect.Emitter, content []byte, read func(reader, document.Mapping)) error {
	documents, err := document.Documents(shell.PlainText(content), func([]byte) bool { return true })
	for _, d := range documents {
		read(reader{e, d}, d.Mapping(d.Root))
		if err == nil {
			err = d.Spent()
		}
	}
	return err
}

// at follows keys down from a mapping.
func (r reader) at(m document.Mapping, path ...string) document.Mapping {
	for _, key := range path {
		m = r.Mapping(m.Get(key))
	}
	return m
}

// start is a command that a platform's shell runs, or nil. A list is started
// as it is.
func (r reader) start(n *yaml.Node) *inspect.Start {
	if text := document.Text(n); text != "" {
		s := inspect.Start{Shell: true, Text: inspect.MaskText(strings.TrimSpace(text)), Commands: deploy.CommandsOf(r.YAML, n), Line: n.Line}
		return &s
	}
	items := r.Texts(n)
	if len(items) == 0 {
		return nil
	}
	s := shell.ExecOf(items, document.Dealias(n).Line)
	return &s
}

// number is a whole number, or 0.
func number(n *yaml.Node) int {
	v, err := strconv.Atoi(document.Text(n))
	if err != nil {
		return 0
	}
	return v
}

// emit states a fact that a node of the document holds, from the line of its
// key or of the node itself.
func (r reader) emit(line int, n *yaml.Node, fact inspect.Fact) {
	if line == 0 && n != nil {
		line = n.Line
	}
	end := line
	if n != nil {
		end = max(end, document.LastLine(n))
	}
	r.Emit(line, end, fact)
}

// variable is one variable with a value written in the file. Nothing is filled
// into it but what names the deployer's own.
func variable(name, text string, line int) inspect.EnvEntry {
	return inspect.EnvEntry{Name: name, Value: deploy.ComposeValue(name, text), Secret: inspect.IsSecretName(name), Line: line}
}

// variables reads a map of variables.
func (r reader) variables(n *yaml.Node) []inspect.EnvEntry {
	var list []inspect.EnvEntry
	for _, p := range r.Mapping(n) {
		if p.Value.Kind == yaml.ScalarNode && !isTagged(p.Value) {
			list = append(list, variable(p.Key.Value, document.Text(p.Value), p.Key.Line))
		} else {
			list = append(list, inspect.EnvEntry{Name: p.Key.Value, Value: inspect.Value{Source: inspect.Input}, Secret: inspect.IsSecretName(p.Key.Value), Line: p.Key.Line})
		}
	}
	return list
}

// isTagged reports whether a value has a tag of its own: !Ref, !Sub.
func isTagged(n *yaml.Node) bool {
	return strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!")
}
