package audit

import (
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
	l := layers{framework: "django"}
	settings := map[string]*File{}
	for _, f := range c.Files {
		if f.Format == inspect.Python && hasFact[inspect.Setting](f) {
			settings[f.Path] = f
			l.all = append(l.all, f)
		}
	}
	if len(settings) == 0 {
		return l
	}
	for _, top := range c.djangoTops(settings) {
		c.starImports(top, settings, &l, 0)
	}
	return l
}

// djangoTops are the settings modules that a deploy loads: one, unless nothing
// tells which of several.
func (c *Component) djangoTops(settings map[string]*File) []*File {
	if p, ok := c.ProvidedIn(Production, djangoModule); ok && p.Value.IsLiteral() {
		if f := c.module(p.Value.Text, nil); f != nil && settings[f.Path] != nil {
			return []*File{f}
		}
	}
	// What a server loads stands above what manage.py says: wsgi.py and asgi.py.
	for _, names := range [][]string{{"wsgi.py", "asgi.py"}, {"manage.py"}} {
		for _, f := range c.Files {
			if !slices.Contains(names, path.Base(f.Path)) {
				continue
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
	for _, f := range settings {
		for _, base := range c.bases(f) {
			imported[base.Path] = true
		}
	}
	for _, f := range settings {
		if !imported[f.Path] && f.Role == source.Prod {
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
// default is only what others build on: prod.py beside base.py.
func (c *Component) forProduction(top *File, settings map[string]*File) *File {
	for _, f := range settings {
		if f != top && path.Dir(f.Path) == path.Dir(top.Path) && namedFor(f, productionNames) && slices.Contains(c.bases(f), top) {
			return f
		}
	}
	return top
}

func namedFor(f *File, names []string) bool {
	stem := strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path))
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(stem), func(r rune) bool { return r == '_' || r == '-' || r == '.' }),
		func(word string) bool { return slices.Contains(names, word) })
}

// starImports adds a settings file after those that it takes over with
// "from … import *". An import stands where it is written: what the file says
// before it is below, which is rare and counted as above.
func (c *Component) starImports(f *File, settings map[string]*File, l *layers, depth int) {
	if slices.Contains(l.files, f) || depth > maxDepth {
		return
	}
	for _, base := range c.bases(f) {
		if settings[base.Path] != nil {
			c.starImports(base, settings, l, depth+1)
		}
	}
	l.files = append(l.files, f)
}

// bases are the files that a Python file imports everything of.
func (c *Component) bases(f *File) []*File {
	var list []*File
	for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
		if slices.Contains(i.Fact.Names, "*") {
			if base := c.module(i.Fact.Path, f); base != nil && base != f {
				list = append(list, base)
			}
		}
	}
	return list
}

// module finds a Python module's file: a relative name from its importer, else
// below the component or a directory on the way to the importer.
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
		for dir := path.Dir(from.Path); under(dir, c.Path) && dir != "."; dir = path.Dir(dir) {
			roots = append(roots, dir)
		}
	}
	for _, root := range roots {
		if f := c.moduleFile(path.Join(root, below)); f != nil {
			return f
		}
	}
	// The program may lie below the component: one that has the whole name.
	var found *File
	for _, f := range c.Files {
		if strings.HasSuffix(f.Path, "/"+below+".py") || strings.HasSuffix(f.Path, "/"+below+"/__init__.py") {
			if found != nil {
				return nil
			}
			found = f
		}
	}
	return found
}

func (c *Component) moduleFile(stem string) *File {
	if f := c.Repo.File(stem + ".py"); f != nil {
		return f
	}
	return c.Repo.File(path.Join(stem, "__init__.py"))
}
