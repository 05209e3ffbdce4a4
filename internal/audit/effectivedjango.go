package audit

import (
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

const djangoModule = "DJANGO_SETTINGS_MODULE"

// djangoLayers are the production settings module and what it builds on.
func (c *Component) djangoLayers() layers {
	l := layers{framework: "django", replaces: true, holds: func(profile string) bool { return profileHolds(profile, productionNames) }}
	settings := c.djangoModules()
	for _, f := range c.Files {
		if f.Format == inspect.Python && hasFact[inspect.Setting](f) {
			l.all = append(l.all, f)
		}
	}
	if len(settings) == 0 {
		return l
	}
	visited := map[*File]bool{}
	tops := c.djangoTops(settings)
	for _, top := range tops {
		rivals := c.rivals(top, tops)
		if len(rivals) > 0 { // what all of them build on holds whichever is loaded
			for _, b := range c.productionBases(top) {
				if settings[b.file.Path] != nil && c.allBuildOn(b.file, rivals) {
					c.starImports(b.file, settings, &l, visited, b.maybe)
				}
			}
		}
		c.starImports(top, settings, &l, visited, len(rivals) > 0)
	}
	return l
}

// djangoModules are the settings modules, and those that only put others
// together, by path.
func (c *Component) djangoModules() map[string]*File {
	settings := map[string]*File{}
	for _, f := range c.Files {
		if f.Format == inspect.Python && hasFact[inspect.Setting](f) {
			settings[f.Path] = f
		}
	}
	if len(settings) == 0 {
		return settings
	}
	above := c.withBases()
	for range 3 { // a package that only puts others together is a settings module too
		for _, f := range above {
			if settings[f.Path] == nil && slices.ContainsFunc(c.bases(f), func(b base) bool { return settings[b.file.Path] != nil }) {
				settings[f.Path] = f
			}
		}
	}
	return settings
}

// rivals are the other settings modules that set something a module sets too:
// only one of them is loaded.
func (c *Component) rivals(top *File, tops []*File) []*File {
	own := map[string]bool{}
	for s := range FactsIn[inspect.Setting]([]*File{top}, top.Role) {
		own[rootOf(s.Fact.Key)] = true
	}
	var list []*File
	for _, other := range tops {
		if other == top {
			continue
		}
		for s := range FactsIn[inspect.Setting]([]*File{other}, other.Role) {
			if own[rootOf(s.Fact.Key)] {
				list = append(list, other)
				break
			}
		}
	}
	return list
}

func (c *Component) allBuildOn(below *File, files []*File) bool {
	for _, f := range files {
		if !slices.ContainsFunc(c.bases(f), func(b base) bool { return b.file == below }) {
			return false
		}
	}
	return true
}

// djangoTops are the settings modules that a deploy loads: one, unless nothing
// tells which of several.
func (c *Component) djangoTops(settings map[string]*File) []*File {
	named := func(module string, from *File) *File {
		if f := c.module(module, from); f != nil && settings[f.Path] != nil {
			return f
		}
		return nil
	}
	if text, ok := c.startOption("--settings"); ok {
		if f := named(text, nil); f != nil {
			return []*File{f}
		}
	}
	if p, ok := c.ProvidedIn(Production, djangoModule); ok && p.Value.IsLiteral() {
		if f := named(p.Value.Text, nil); f != nil {
			return []*File{f}
		}
	}
	// What a server loads stands above what manage.py says: wsgi.py and asgi.py.
	for _, names := range [][]string{{"wsgi.py", "asgi.py"}, {"manage.py"}} {
		for _, f := range c.Files {
			if !slices.Contains(names, path.Base(f.Path)) {
				continue
			}
			for s := range FactsIn[inspect.Setting]([]*File{f}, f.Role) {
				if top := c.module(s.Fact.Value.Text, f); s.Fact.Key == "environ."+djangoModule && s.Fact.Value.IsLiteral() && top != nil && settings[top.Path] != nil {
					return []*File{top}
				}
			}
			for r := range FactsIn[inspect.EnvRead]([]*File{f}, f.Role) {
				if r.Fact.Name != djangoModule || !r.Fact.Fallback.IsLiteral() {
					continue
				}
				if top := c.module(r.Fact.Fallback.Text, f); top != nil && settings[top.Path] != nil && top.Role.CanViolate() && top.Role != source.DeployDev {
					return []*File{c.forProduction(top, settings)}
				}
			}
		}
	}
	var tops []*File
	imported := map[string]bool{}
	whole := 0
	for _, f := range settings {
		if f.Role == source.Prod && isWholeSettings(f) {
			whole++
		}
		for _, base := range c.bases(f) {
			imported[base.file.Path] = true
		}
	}
	for _, f := range settings {
		if !imported[f.Path] && f.Role == source.Prod && (whole == 0 || isWholeSettings(f)) {
			tops = append(tops, f)
		}
	}
	sort.Slice(tops, func(i, j int) bool { return tops[i].Path < tops[j].Path })
	for _, f := range tops {
		if namedFor(f, productionNames) {
			return []*File{f}
		}
	}
	return tops
}

// forProduction is the module that production loads where a program's own
// default is only what others build on: prod.py beside base.py. Of several it is
// the first by path.
func (c *Component) forProduction(top *File, settings map[string]*File) *File {
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		f := settings[name]
		if f != top && path.Dir(f.Path) == path.Dir(top.Path) && namedFor(f, productionNames) && slices.ContainsFunc(c.bases(f), func(b base) bool { return b.file == top }) {
			return f
		}
	}
	return top
}

func namedFor(f *File, names []string) bool {
	return stemNames(strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path)), names)
}

// stemNames reports whether one of a name's words is one of the names.
func stemNames(stem string, names []string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(stem), func(r rune) bool { return r == '_' || r == '-' || r == '.' }),
		func(word string) bool { return slices.Contains(names, word) })
}

// starImports adds a settings file with those that it takes over with "from …
// import *": each stands above the lines before it and below those behind.
func (c *Component) starImports(f *File, settings map[string]*File, l *layers, visited map[*File]bool, maybe bool) {
	if visited[f] {
		return
	}
	visited[f] = true
	from := 0
	for _, b := range c.productionBases(f) {
		if settings[b.file.Path] != nil {
			l.spans = append(l.spans, span{file: f, from: from, to: b.line, maybe: maybe})
			c.starImports(b.file, settings, l, visited, maybe || b.maybe)
			from = b.line
		}
	}
	l.spans = append(l.spans, span{file: f, from: from, to: lastLine, maybe: maybe})
	c.settingClasses(f, settings, l, maybe)
}

// base is a file that another imports everything of.
type base struct {
	file    *File
	line    int
	guarded bool // only under some condition, or when it is there
	maybe   bool // whether production imports it is not known
}

// productionBases are the bases that production reads. Of several from which
// the environment chooses that is the one named for production; one that only
// developers or tests have is not there.
func (c *Component) productionBases(f *File) []base {
	all := c.bases(f)
	chosen := slices.ContainsFunc(all, func(b base) bool { return b.guarded && namedFor(b.file, productionNames) })
	var list []base
	for _, b := range all {
		developers := !b.file.Role.CanViolate() || b.file.Role == source.DeployDev
		switch {
		case b.guarded && (developers || chosen && !namedFor(b.file, productionNames)):
			continue
		case b.guarded && !namedFor(b.file, productionNames):
			b.maybe = true
		}
		list = append(list, b)
	}
	return list
}

// withBases are the Python files that import everything of something.
func (c *Component) withBases() []*File {
	var list []*File
	for _, f := range withFacts[inspect.Import](c.facts, c.Files) {
		if f.Format != inspect.Python {
			continue
		}
		for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
			if slices.Contains(i.Fact.Names, "*") {
				list = append(list, f)
				break
			}
		}
	}
	return list
}

// bases are the files that a Python file imports everything of, in order. A
// pattern stands for the files that it matches.
func (c *Component) bases(f *File) []base {
	var list []base
	for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
		if !slices.Contains(i.Fact.Names, "*") {
			continue
		}
		if dir, ok := strings.CutSuffix(i.Fact.Path, ".*"); ok && strings.HasPrefix(dir, ".") {
			below := path.Join(path.Dir(f.Path), strings.ReplaceAll(strings.TrimLeft(dir, "."), ".", "/"))
			for _, other := range c.Files {
				if path.Dir(other.Path) == below && other.Format == inspect.Python && other != f && path.Base(other.Path) != "__init__.py" {
					list = append(list, base{file: other, line: i.Line, guarded: i.Fact.Guarded})
				}
			}
			continue
		}
		if b := c.module(i.Fact.Path, f); b != nil && b != f {
			list = append(list, base{file: b, line: i.Line, guarded: i.Fact.Guarded})
		}
	}
	return list
}

// module finds a Python module's file: a relative name from its importer, else
// below the component or a directory on the way to the importer, else the one
// file of the component whose path ends in the whole name: the program may lie
// below the component. Nil where there is none, or several.
func (c *Component) module(name string, from *File) *File {
	dots := len(name) - len(strings.TrimLeft(name, "."))
	below := strings.ReplaceAll(name[dots:], ".", "/")
	if dots > 0 {
		if from == nil {
			return nil
		}
		dir := path.Dir(from.Path)
		for range dots - 1 {
			dir = path.Dir(dir)
		}
		return c.moduleFile(path.Join(dir, below))
	}
	roots := []string{c.Path, path.Join(c.Path, "src")}
	if from != nil {
		for dir := path.Dir(from.Path); Under(dir, c.Path) && dir != "."; dir = path.Dir(dir) {
			roots = append(roots, dir)
		}
	}
	for _, root := range roots {
		if f := c.moduleFile(path.Join(root, below)); f != nil {
			return f
		}
	}
	files := c.Files
	if c.facts != nil {
		files = c.facts.modules(path.Base(below))
	}
	var found *File
	for _, f := range files {
		if !strings.HasSuffix(f.Path, "/"+below+".py") && !strings.HasSuffix(f.Path, "/"+below+"/__init__.py") {
			continue
		}
		if found != nil {
			return nil
		}
		found = f
	}
	return found
}

func (c *Component) moduleFile(stem string) *File {
	if f := c.Repo.File(stem + ".py"); f != nil {
		return f
	}
	return c.Repo.File(path.Join(stem, "__init__.py"))
}
