package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/factor"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// graph is the import graph of a component's source files in languages that
// load each other's files by name.
type graph struct {
	c       *Component
	files   map[string]*File // prod sources by path
	reached map[string]bool
	open    bool // an import that must be a file of here was not found: the graph is not whole
}

// newGraph is the import graph of the component's production sources.
func newGraph(c *Component) *graph {
	g := &graph{c: c, files: map[string]*File{}, reached: map[string]bool{}}
	for _, f := range c.Files {
		if graphFormats[f.Format] && f.Role == source.Prod {
			g.files[f.Path] = f
		}
	}
	return g
}

var graphFormats = map[inspect.Format]bool{inspect.Python: true, inspect.JavaScript: true, inspect.TypeScript: true, inspect.TSX: true}

// unreachedFiles are the prod sources of a component that nothing which a deploy
// starts leads to (guard G8 of rules.md): a script beside the program. Loading
// by name that the code does not spell out (Django's apps, routes that are
// files, directories that are read) can't be followed: so a file beside a
// reached one counts as reached, and where less than half is reached nothing is
// said at all.
func unreachedFiles(c *Component) map[string]bool {
	if c.anchor.container || Has(c, func(s inspect.Setting) bool { return strings.HasPrefix(s.Key, "INSTALLED_APPS") }) {
		return nil
	}
	unreached := unreachedGo(c)
	g := newGraph(c)
	if len(g.files) < 2 || routesByFile(c) {
		return unreached
	}
	entries := g.entries()
	if len(entries) == 0 {
		return unreached
	}
	for len(entries) > 0 {
		f := entries[0]
		entries = entries[1:]
		if !g.reached[f.Path] {
			g.reached[f.Path] = true
			entries = append(entries, g.imports(f)...)
		}
	}
	if g.open || 2*len(g.reached) < len(g.files) {
		return unreached
	}
	beside := map[string]bool{}
	for name := range g.reached {
		beside[path.Dir(name)] = true
	}
	for name := range g.files {
		if !g.reached[name] && !beside[path.Dir(name)] {
			if unreached == nil {
				unreached = map[string]bool{}
			}
			unreached[name] = true
		}
	}
	return unreached
}

// unreachedGo are the Go files that the component's programs do not import.
func unreachedGo(c *Component) map[string]bool {
	dir := c.Path
	if c.anchor.main != "" {
		dir = c.anchor.module
	}
	m := moduleAt(c.Repo, dir)
	if m == nil || len(m.programs(c)) == 0 {
		return nil
	}
	reach := m.reach(m.programs(c)...)
	list := map[string]bool{}
	for _, f := range c.Files {
		if f.Format == inspect.Go && f.Role == source.Prod && !reach[path.Dir(f.Path)] {
			list[f.Path] = true
		}
	}
	return list
}

// routesByFile reports whether a framework loads files by where they lie.
func routesByFile(c *Component) bool {
	return Has(c, func(d inspect.Dependency) bool {
		switch d.Name {
		case "next", "nuxt", "@sveltejs/kit", "astro", "@remix-run/node", "@react-router/node", "gatsby", "@fastify/autoload", "express-autoroute",
			"strapi", "@strapi/strapi", "sails", "@adonisjs/core", "nitropack", "h3", "umi", "egg", "@nestjs/typeorm":
			return d.Group == inspect.Runtime
		}
		return false
	})
}

// entries are the files that start commands, manifests and scripts name.
func (g *graph) entries() []*File {
	var list []*File
	add := func(f *File) {
		if f != nil && g.files[f.Path] != nil && !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	for _, p := range g.c.Processes {
		if p.Dev {
			continue
		}
		for _, s := range g.c.RunSteps(p) {
			for _, word := range s.Argv {
				add(g.named(word))
			}
		}
	}
	if len(list) == 0 {
		return nil // what is deployed starts from somewhere else
	}
	for m := range Facts[inspect.Manifest](g.c) {
		for _, entry := range m.Fact.Entry {
			add(g.script(path.Join(path.Dir(m.File.Path), entry)))
		}
	}
	for s := range Facts[inspect.Script](g.c) {
		for _, command := range s.Fact.Command {
			for _, word := range command.Argv {
				add(g.named(word))
			}
		}
	}
	for _, name := range []string{"manage.py", "wsgi.py", "asgi.py", "gunicorn.conf.py", "celeryconfig.py"} {
		add(g.c.Repo.File(path.Join(g.c.Path, name)))
	}
	return list
}

// named finds the source that a word of a command names: a path, what a build
// makes of one, a Python module with or without an object in it.
func (g *graph) named(word string) *File {
	if strings.HasPrefix(word, "-") {
		_, value, ok := strings.Cut(word, "=")
		if !ok {
			return nil
		}
		word = value
	}
	if strings.ContainsAny(word, " ${}*") || word == "" {
		return nil
	}
	if f := g.source(word); f != nil {
		return f
	}
	module, _, object := strings.Cut(word, ":")
	if object || strings.Contains(word, ".") && !strings.Contains(word, "/") {
		return g.c.module(module, nil)
	}
	if !strings.ContainsAny(word, "/.") {
		return g.c.moduleFile(path.Join(g.c.Path, word)) // python -m worker, -A shop
	}
	return nil
}

var sourceExtensions = []string{"", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".mts", ".cts", ".py", "/index.ts", "/index.tsx", "/index.js", "/index.mjs"}

// source finds a file by the path that a container or a build knows it by.
func (g *graph) source(word string) *File {
	name := strings.TrimPrefix(path.Clean(word), "/")
	for range 4 { // /usr/src/app/dist/server.js: leading directories are the image's or the build's
		for _, dir := range []string{g.c.Path, path.Join(g.c.Path, "src")} {
			if f := g.script(path.Join(dir, name)); f != nil {
				return f
			}
		}
		_, rest, more := strings.Cut(name, "/")
		if !more {
			return nil
		}
		name = rest
	}
	return nil
}

// script finds a source by its path with or without an extension; a compiled
// name stands for its source.
func (g *graph) script(name string) *File {
	stems := []string{name}
	if ext := path.Ext(name); ext == ".js" || ext == ".mjs" || ext == ".cjs" || ext == ".jsx" {
		stems = append(stems, strings.TrimSuffix(name, ext))
	}
	for _, stem := range stems {
		for _, ext := range sourceExtensions {
			if f := g.files[stem+ext]; f != nil {
				return f
			}
		}
	}
	return nil
}

// imports are the files that a file loads.
func (g *graph) imports(f *File) []*File {
	var list []*File
	for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
		if f.Format == inspect.Python {
			list = append(list, g.pythonImport(f, i.Fact)...)
			continue
		}
		if found := g.scriptImport(f, i.Fact.Path); found != nil {
			list = append(list, found)
		}
	}
	return list
}

func (g *graph) pythonImport(f *File, i inspect.Import) []*File {
	var list []*File
	names := []string{i.Path}
	for _, name := range i.Names {
		names = append(names, strings.TrimSuffix(i.Path, ".")+"."+name) // from package import module
		if strings.HasSuffix(i.Path, ".") {
			names = append(names, i.Path+name) // from . import module
		}
	}
	for _, name := range names {
		found := g.c.module(name, f)
		if found == nil {
			continue
		}
		list = append(list, found)
		for dir := path.Dir(found.Path); dir != "." && Under(dir, g.c.Path); dir = path.Dir(dir) {
			if init := g.files[path.Join(dir, "__init__.py")]; init != nil && init != found {
				list = append(list, init) // packages load on the way
			}
		}
	}
	return list
}

// scriptImport resolves a relative or aliased import. One that names a file by
// an alias that leads nowhere leaves the graph open.
func (g *graph) scriptImport(f *File, name string) *File {
	if strings.HasPrefix(name, ".") {
		return g.script(path.Join(path.Dir(f.Path), name))
	}
	for _, prefix := range g.aliases() {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok || prefix == "" && !strings.Contains(name, "/") {
			continue
		}
		word := strings.Trim(strings.TrimLeft(prefix, "@~#"), "/")
		for _, dir := range []string{".", "src", "app", word, path.Join("src", word), path.Join("app", word)} {
			if found := g.script(path.Join(g.c.Path, dir, rest)); found != nil {
				return found
			}
		}
		if prefix != "" && path.Ext(name) == "" {
			g.open = true
		}
	}
	return nil
}

func (g *graph) aliases() []string {
	var list []string
	for a := range Facts[inspect.ImportAliases](g.c, source.Prod, source.DevTool) {
		if graphFormats[a.File.Format] {
			continue // a bundler's, which may lead anywhere
		}
		list = append(list, a.Fact.Prefixes...)
		if a.Fact.Base != "" {
			list = append(list, "")
		}
	}
	return list
}

// Reaches reports whether what a deploy starts can lead to a file's code. Where
// that can't be told it does.
func (c *Component) Reaches(name string) bool { return !c.unreached[name] }

// RunsByItself reports whether a source is a script beside the program: what a
// deploy starts is found, it is another file, and no file of the component
// imports this one. Where files are loaded by names that the code does not
// spell out, none is.
func (c *Component) RunsByItself(f *File) bool {
	if !graphFormats[f.Format] || routesByFile(c) {
		return false
	}
	l := OfComponent(c, loadsOf)
	if len(l.started) == 0 || l.started[f] || l.imported[f] {
		return false
	}
	return len(l.open) == 0 || len(l.open) == 1 && l.open[f]
}

// IsImported reports whether a production source of the component imports a file
// by a name that the code spells out.
func (c *Component) IsImported(f *File) bool { return OfComponent(c, loadsOf).imported[f] }

// loads are who loads whom in a component.
type loads struct {
	started  map[*File]bool // by what a deploy runs
	imported map[*File]bool // by another file
	open     map[*File]bool // those with an import that leads to no file that is known
}

func loadsOf(c *Component) loads {
	g := newGraph(c)
	l := loads{started: map[*File]bool{}, imported: map[*File]bool{}, open: map[*File]bool{}}
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			for _, word := range s.Argv {
				if f := g.named(word); f != nil {
					l.started[f] = true
				}
			}
		}
	}
	for _, f := range g.files {
		g.open = false
		for _, loaded := range g.imports(f) {
			if loaded != f {
				l.imported[loaded] = true
			}
		}
		if g.open {
			l.open[f] = true
		}
	}
	return l
}

// atRuntime reports whether an aspect is about what the program does while it
// runs. A secret in the repository is out, whoever loads its file.
func atRuntime(key aspectKey) bool {
	switch key.factor {
	case factor.Codebase, factor.Dependencies, factor.BuildReleaseRun:
		return false
	case factor.Config:
		return key.letter != "a"
	}
	return true
}

// doubted reports whether evidence at a place proves less (guard G8): nothing
// that a deploy starts leads to the file.
func (c *Component) doubted(at Place, key aspectKey) bool {
	return c.unreached[at.Path] && atRuntime(key)
}

// discountFinding lowers by one step what a rule is sure of in such a file.
func (c *Component) discountFinding(f *Finding) {
	if !c.doubted(f.Place, aspectKey{f.Factor, f.Aspect}) {
		return
	}
	if f.Confidence == HighConfidence {
		f.Confidence = MediumConfidence
	} else {
		f.Confidence = LowConfidence
	}
}

// discountPass halves what such a file proves.
func (c *Component) discountPass(p *Pass) {
	if c.doubted(p.Place, aspectKey{p.Factor, p.Aspect}) {
		p.Strength = min(p.Strength, 0.5)
	}
}
