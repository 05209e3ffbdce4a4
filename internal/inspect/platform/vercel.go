package platform

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

const sequence = yaml.SequenceNode

// lineStart is a command written as a text, or as a list of texts of which the
// first counts; nil for none.
func lineStart(n *document.Node) *inspect.Start {
	texts := n.Scalars()
	if len(texts) == 0 {
		return nil
	}
	s := shell.StartOf(texts[0], n.Line)
	return &s
}

func whole(n *document.Node) int {
	v, err := strconv.Atoi(n.Plain())
	if err != nil {
		return 0
	}
	return v
}

// pairs are the variables of an object; "@name" is Vercel's way to name a
// secret that it keeps.
func pairs(n *document.Node) []inspect.EnvEntry {
	var list []inspect.EnvEntry
	for _, m := range n.Each() {
		entry := inspect.EnvEntry{Name: m.Key, Secret: inspect.IsSecretName(m.Key), Line: m.Line}
		if text := m.Value.Plain(); strings.HasPrefix(text, "@") {
			entry.From, entry.Ref, entry.Value = "secret", text[1:], inspect.Value{Source: inspect.Input}
		} else {
			entry.Value = inspect.LiteralOf(m.Key, text)
		}
		list = append(list, entry)
	}
	return list
}

// Vercel reads vercel.json: the site, its functions and its crons.
func Vercel(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(shell.PlainText(content))
	if !root.IsObject() {
		return err
	}
	p := inspect.PlatformService{Platform: "vercel", Name: root.Get("name").Scalar(), Type: "web", Build: lineStart(root.Get("buildCommand")), Env: append(pairs(root.Get("env")), pairs(root.Get("build", "env"))...)}
	p.OnDemand = root.Get("git", "deploymentEnabled").Plain() == "false"
	if root.Get("outputDirectory") != nil && root.Get("functions") == nil {
		p.Type = "static"
	}
	e.Emit(root.Line, root.End, p)
	for _, m := range root.Get("functions").Each() {
		e.Emit(m.Line, m.Value.End, inspect.PlatformService{Platform: "vercel", Name: m.Key, Type: "function", Handler: m.Key, Runtime: m.Value.Get("runtime").Scalar()})
	}
	for _, item := range root.Get("crons").List() {
		e.Emit(item.Line, item.End, inspect.PlatformService{Platform: "vercel", Type: "cron", Handler: item.Get("path").Scalar(), Schedule: item.Get("schedule").Scalar()})
	}
	return err
}

// Netlify reads netlify.toml.
func Netlify(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadTOMLTree(shell.PlainText(content))
	build := root.Get("build")
	if build == nil && root.Get("functions") == nil && root.Get("context") == nil {
		return err
	}
	p := inspect.PlatformService{Platform: "netlify", Type: "static", Root: build.Get("base").Scalar(), Build: lineStart(build.Get("command")), Env: pairs(build.Get("environment"))}
	for _, m := range root.Get("context").Each() {
		p.Env = append(p.Env, pairs(m.Value.Get("environment"))...)
	}
	e.Emit(1, max(1, root.LineOf("build")), p)
	directory := root.Get("functions", "directory")
	if directory == nil {
		directory = build.Get("functions")
	}
	if text := directory.Scalar(); text != "" {
		e.Emit(directory.Line, directory.End, inspect.PlatformService{Platform: "netlify", Type: "function", Handler: text})
	}
	return err
}
