package dependencies

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// lockNames are the lock files of an ecosystem by name, those included that
// nothing here reads: that they are there is enough.
var lockNames = map[inspect.Ecosystem][]string{
	inspect.NPM:      {"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb", "deno.lock"},
	inspect.PyPI:     {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "conda-lock.yml", "pixi.lock"},
	inspect.GoMod:    {"go.sum"},
	inspect.Gem:      {"Gemfile.lock", "gems.locked"},
	inspect.Composer: {"composer.lock"},
}

// lockName is what a manager calls its lock.
var lockName = map[string]string{
	"npm": "package-lock.json", "pnpm": "pnpm-lock.yaml", "yarn": "yarn.lock", "bun": "bun.lock", "uv": "uv.lock", "poetry": "poetry.lock",
	"pdm": "pdm.lock", "pipenv": "Pipfile.lock", "go": "go.sum", "bundler": "Gemfile.lock", "composer": "composer.lock",
}

// build is what a component is built from in one ecosystem.
type build struct {
	ecosystem inspect.Ecosystem
	manifest  *audit.File
	line      int
	manager   string      // in use: npm, pnpm, yarn, bun, uv, poetry, pdm, pipenv, pip, go, bundler, composer
	lock      *audit.File // that holds every version, or nil
	loose     []string    // names that the manifest leaves open, when nothing locks them
	total     int         // packages that the manifest asks for
}

// buildsOf lists the ecosystems in which the component asks for packages of a
// registry: what it needs to run, and for a bundle what builds it.
func buildsOf(c *audit.Component) []build {
	var list []build
	for _, ecosystem := range []inspect.Ecosystem{inspect.GoMod, inspect.NPM, inspect.PyPI, inspect.Gem, inspect.Composer} {
		if b, ok := buildOf(c, ecosystem); ok {
			list = append(list, b)
		}
	}
	return list
}

func buildOf(c *audit.Component, ecosystem inspect.Ecosystem) (build, bool) {
	b := build{ecosystem: ecosystem}
	files := c.Files
	if f := c.Repo.File(c.Manifest); f != nil && c.File(f.Path) == nil {
		files = append(files[:len(files):len(files)], f) // a Go program of a module with several
	}
	for d := range audit.FactsIn[inspect.Dependency](files) {
		if d.Fact.Ecosystem != ecosystem || !b.counts(c, d.Fact) {
			continue
		}
		if b.manifest == nil || prefer(c, d.File, b.manifest) {
			b.manifest, b.line = d.File, d.Line
		}
		b.total++
	}
	if b.manifest == nil {
		return b, false
	}
	b.manager = managerOf(c, b)
	b.lock = lockOf(c, ecosystem, path.Dir(b.manifest.Path))
	if b.lock == nil && ecosystem == inspect.PyPI {
		b.lock, b.loose = pinnedRequirements(c)
	}
	return b, true
}

// counts reports whether a requirement is one that a lock would hold.
func (b build) counts(c *audit.Component, d inspect.Dependency) bool {
	if d.Origin == "workspace" || d.Origin == "path" {
		return false
	}
	switch d.Group {
	case inspect.Runtime:
		return true
	case inspect.Dev, inspect.Build:
		return b.ecosystem == inspect.NPM && c.Class == audit.StaticFrontend
	}
	return false
}

// prefer reports whether a manifest stands for the component rather than
// another: the one at its root, then the shorter path.
func prefer(c *audit.Component, a, b *audit.File) bool {
	if x, y := path.Dir(a.Path) == c.Path, path.Dir(b.Path) == c.Path; x != y {
		return x
	}
	return len(a.Path) < len(b.Path)
}

// managerOf tells which package manager is in use: what the manifest says,
// else what installs in the image or in CI, else the ecosystem's own.
func managerOf(c *audit.Component, b build) string {
	for m := range audit.AllFacts[inspect.Manifest](c.Repo) {
		if (m.File == b.manifest || around(c, m.File.Path)) && m.Fact.Ecosystem == b.ecosystem && m.Fact.Manager != "" && m.Fact.Manager != "hatch" {
			return m.Fact.Manager
		}
	}
	for _, i := range installs(c) {
		if i.ecosystem == b.ecosystem {
			return i.manager
		}
	}
	switch b.ecosystem {
	case inspect.NPM:
		return "npm"
	case inspect.GoMod:
		return "go"
	case inspect.Gem:
		return "bundler"
	case inspect.Composer:
		return "composer"
	}
	return "pip"
}

// lockOf finds the lock beside a manifest, or that of a workspace around it
// which has it as a member.
func lockOf(c *audit.Component, ecosystem inspect.Ecosystem, dir string) *audit.File {
	for at := dir; ; at = path.Dir(at) {
		for _, name := range lockNames[ecosystem] {
			f := c.Repo.File(path.Join(at, name))
			if f != nil && f.Mode != source.Symlink && (at == dir || member(c.Repo, at, dir, ecosystem)) {
				return f
			}
		}
		if at == "." {
			return nil
		}
	}
}

// member reports whether a directory belongs to the workspace of another.
func member(repo *audit.Repository, root, dir string, ecosystem inspect.Ecosystem) bool {
	if ecosystem == inspect.GoMod {
		return repo.File(path.Join(root, "go.mod")) != nil && repo.File(path.Join(dir, "go.mod")) == nil
	}
	for _, name := range []string{"lerna.json", "nx.json", "rush.json"} {
		if repo.File(path.Join(root, name)) != nil {
			return true
		}
	}
	inside := false
	rest := strings.TrimPrefix(dir, root+"/")
	for _, f := range repo.Files {
		if path.Dir(f.Path) != root {
			continue
		}
		for m := range audit.FactsIn[inspect.Manifest]([]*audit.File{f}) {
			if m.Fact.Ecosystem != ecosystem {
				continue
			}
			for _, glob := range m.Fact.Workspaces {
				if excluded, not := strings.CutPrefix(glob, "!"); not {
					inside = inside && !matchesWorkspace(excluded, rest)
				} else {
					inside = inside || matchesWorkspace(glob, rest)
				}
			}
		}
	}
	return inside
}

func matchesWorkspace(glob, dir string) bool {
	glob = strings.TrimSuffix(strings.TrimPrefix(glob, "./"), "/")
	if prefix, deep := strings.CutSuffix(glob, "/**"); deep {
		return strings.HasPrefix(dir, prefix+"/")
	}
	ok, err := path.Match(glob, dir)
	return err == nil && ok
}

// pinnedRequirements finds a requirements file that names one version of each
// package that it asks for, where nothing is left open: what another file leaves
// open, it must hold. Without one it lists what is open.
func pinnedRequirements(c *audit.Component) (pinned *audit.File, loose []string) {
	exact := map[string]bool{}
	var open []string
	for _, f := range c.Files {
		if f.Format != inspect.Requirements || path.Ext(f.Path) != ".txt" || !f.Role.CanViolate() {
			continue
		}
		asks := 0
		held, left := map[string]bool{}, []string(nil) // "bleach==6.2" and "bleach[css]" ask for one package
		for d := range audit.FactsIn[inspect.Dependency]([]*audit.File{f}) {
			asks++
			if d.Fact.Exact || d.Fact.Origin != "" {
				exact[d.Fact.Name], held[d.Fact.Name] = true, true
				continue
			}
			left = append(left, d.Fact.Name)
			open = append(open, d.Fact.Name)
		}
		left = slices.DeleteFunc(left, func(name string) bool { return held[name] })
		if asks > 0 && len(left) == 0 && pinned == nil {
			pinned = f
		}
	}
	for _, name := range open {
		if !exact[name] {
			loose = append(loose, name)
		}
	}
	if len(loose) > 0 {
		return nil, loose
	}
	return pinned, nil
}
