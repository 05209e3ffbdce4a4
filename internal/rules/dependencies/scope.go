package dependencies

import (
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// everyRole reads manifests whatever they are for: what only tests or
// developers need is declared all the same.
var everyRole = []source.Role{
	source.Prod, source.CI, source.DeployDev, source.DeployProd, source.DevTool, source.Test, source.Docs, source.Example, source.Template,
}

// scope is what the manifests and locks that govern a component say, for one
// ecosystem: its own, those of the directories around it, and what they include.
type scope struct {
	c         *audit.Component
	ecosystem inspect.Ecosystem
	declared  map[string]bool // names, in every group; extras too
	manifests []string        // paths
	locked    map[string]string
	unread    bool // a manifest does not parse, or computes what it declares
}

// scopeOf reads a component's scope. Locked maps a package to its lock's path.
func scopeOf(c *audit.Component, ecosystem inspect.Ecosystem) scope {
	s := scope{c: c, ecosystem: ecosystem, declared: map[string]bool{}, locked: map[string]string{}}
	seen := make(map[*audit.File]bool, len(c.Files))
	for _, f := range c.Files {
		s.read(f, seen)
	}
	if len(s.manifests) == 0 && !speaks(c, ecosystem) {
		return s // the assets of a program in another language: a manifest around it is none of theirs
	}
	for _, f := range c.Above() {
		s.read(f, seen)
	}
	return s
}

// speaks reports whether the component's main language is of the ecosystem.
func speaks(c *audit.Component, ecosystem inspect.Ecosystem) bool {
	if len(c.Languages) == 0 {
		return false
	}
	switch c.Languages[0] {
	case "Python":
		return ecosystem == inspect.PyPI
	case "JavaScript", "TypeScript", "Vue", "Svelte", "Astro":
		return ecosystem == inspect.NPM
	case "Go":
		return ecosystem == inspect.GoMod
	case "Ruby":
		return ecosystem == inspect.Gem
	case "PHP":
		return ecosystem == inspect.Composer
	}
	return false
}

// around reports whether a file lies in a directory that the component is
// inside of: the workspace root and what is between.
func around(c *audit.Component, name string) bool {
	end := strings.LastIndexByte(name, '/')
	return end < 0 || name[:end] == c.Path || strings.HasPrefix(c.Path, name[:end+1])
}

// concerns reports whether a file is the component's own, or lies in a directory
// that the component is inside of.
func concerns(f *audit.File, c *audit.Component) bool {
	return around(c, f.Path) || c.File(f.Path) != nil
}

// named lists the repository's files whose name, in lower case, passes the test.
func named(r *audit.Repository, test func(base string) bool) []*audit.File {
	var list []*audit.File
	for _, f := range r.Files {
		if test(strings.ToLower(path.Base(f.Path))) {
			list = append(list, f)
		}
	}
	return list
}

func (s *scope) read(f *audit.File, seen map[*audit.File]bool) {
	if seen[f] || f.Role == source.Vendored || f.Role == source.Generated {
		return
	}
	seen[f] = true
	if f.Failed() != "" && manifestFormat(f.Format) == s.ecosystem {
		s.unread = true
	}
	s.unread = s.unread || s.ecosystem == inspect.PyPI && condaFile(f.Path)
	for signal := range f.Of(inspect.Manifest{}, inspect.Dependency{}, inspect.RequirementsInclude{}, inspect.Lock{}) {
		switch fact := signal.Fact.(type) {
		case inspect.Manifest:
			if fact.Ecosystem == s.ecosystem {
				s.manifests = append(s.manifests, f.Path)
				s.declared[s.normal(fact.Name)] = true
			}
		case inspect.Dependency:
			s.declare(fact)
		case inspect.RequirementsInclude:
			if included := s.c.Repo.File(path.Join(path.Dir(f.Path), fact.Path)); included != nil && !fact.Constraint {
				s.read(included, seen)
			}
		case inspect.Lock:
			if fact.Ecosystem == s.ecosystem {
				for _, p := range fact.Packages {
					s.locked[s.normal(p.Name)] = f.Path
				}
			}
		}
	}
}

// declare notes a requirement. A compiled requirements.txt is a lock: what it
// lists only because others need it is not declared.
func (s *scope) declare(d inspect.Dependency) {
	if d.Ecosystem != s.ecosystem || d.Indirect {
		return
	}
	s.declared[s.normal(d.Name)] = true
	for _, extra := range d.Extras {
		s.declared[s.normal(extra)] = true
	}
}

func (s *scope) normal(name string) string {
	if s.ecosystem == inspect.PyPI {
		return inspect.NormalPyPI(name)
	}
	return name
}

func (s *scope) has(names ...string) bool {
	for _, name := range names {
		if name != "" && s.declared[s.normal(name)] {
			return true
		}
	}
	return false
}

// lock is the path of a lock that has one of the packages, or "".
func (s *scope) lock(names ...string) string {
	for _, name := range names {
		if at := s.locked[s.normal(name)]; at != "" {
			return at
		}
	}
	return ""
}

func manifestFormat(format inspect.Format) inspect.Ecosystem {
	switch format {
	case inspect.PackageJSON:
		return inspect.NPM
	case inspect.PyProject, inspect.Requirements, inspect.Pipfile, inspect.SetupPy, inspect.SetupCfg:
		return inspect.PyPI
	case inspect.GoModFile:
		return inspect.GoMod
	}
	return ""
}

// condaFile reports whether a file declares packages for conda, which nothing
// here reads.
func condaFile(name string) bool {
	if ext := path.Ext(name); ext != "" && !strings.EqualFold(ext, ".yml") && !strings.EqualFold(ext, ".yaml") && !strings.EqualFold(ext, ".toml") {
		return false
	}
	base := strings.ToLower(path.Base(name))
	return strings.HasPrefix(base, "environment") && (strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml")) || base == "meta.yaml" || base == "pixi.toml"
}
