package dependencies

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// reexports are packages whose exports another one hands on as its own, by its
// name: who declares that one imports from it.
var reexports = map[string][]string{
	"@vue/reactivity": {"vue"}, "@vue/runtime-core": {"vue"}, "@vue/runtime-dom": {"vue"}, "@vueuse/shared": {"@vueuse/core"},
	"redux": {"@reduxjs/toolkit"}, "react-router": {"react-router-dom"},
	"@tanstack/query-core": {"@tanstack/react-query", "@tanstack/vue-query", "@tanstack/svelte-query", "@tanstack/solid-query"},
	"@tanstack/table-core": {"@tanstack/react-table", "@tanstack/vue-table", "@tanstack/svelte-table"}, "@tanstack/virtual-core": {"@tanstack/react-virtual", "@tanstack/vue-virtual"},
	"@tiptap/core": {"@tiptap/react", "@tiptap/vue-3", "@tiptap/vue-2"}, "@tiptap/extension-list-item": {"@tiptap/extension-list"}, "@tiptap/extension-bullet-list": {"@tiptap/extension-list"},
	"@tiptap/extension-ordered-list": {"@tiptap/extension-list"}, "@tiptap/extension-task-list": {"@tiptap/extension-list"}, "@tiptap/extension-task-item": {"@tiptap/extension-list"},
	"@floating-ui/dom": {"@floating-ui/react-dom", "@floating-ui/react", "@floating-ui/vue"}, "@floating-ui/core": {"@floating-ui/dom"}, "@floating-ui/react-dom": {"@floating-ui/react"},
	"prosemirror-state": {"@tiptap/pm"}, "prosemirror-model": {"@tiptap/pm"}, "prosemirror-view": {"@tiptap/pm"}, "prosemirror-transform": {"@tiptap/pm"}, "prosemirror-commands": {"@tiptap/pm"},
	"prosemirror-keymap": {"@tiptap/pm"}, "prosemirror-tables": {"@tiptap/pm"}, "prosemirror-history": {"@tiptap/pm"}, "prosemirror-inputrules": {"@tiptap/pm"}, "prosemirror-schema-list": {"@tiptap/pm"},
}

// handedOn is what to import a package's exports from where another package
// that is declared hands them on, or "".
func handedOn(declared func(string) bool, name string) string {
	for _, holder := range reexports[name] {
		if !declared(holder) {
			continue
		}
		if part, ok := strings.CutPrefix(name, "prosemirror-"); ok {
			return holder + "/" + part
		}
		return holder
	}
	return ""
}

// declaring is where and how a package of a lock would be declared.
type declaring struct {
	manifest string            // path
	command  string            // with the directory that it is for, and without the packages
	separate string            // between a package and its version
	versions map[string]string // of the lock
	asked    map[string]string // what another member of the workspace asks for
}

// declaringOf finds the manifest that an import's package belongs into, and the
// command that writes it there and into the lock.
func declaringOf(c *audit.Component, use importUse) declaring {
	d := declaring{separate: "@", versions: versionsIn(c.Repo, use.lock), asked: audit.OfRepository(c.Repo, askedVersions)[path.Dir(use.lock)]}
	root, manager := path.Dir(use.lock), path.Base(use.lock)
	add := adds[manager]
	if add == "" {
		return d
	}
	file := "package.json"
	if manager == "uv.lock" || manager == "poetry.lock" || manager == "pdm.lock" || manager == "Pipfile.lock" {
		file = "pyproject.toml"
		if d.separate = "=="; manager == "poetry.lock" {
			d.separate = "@"
		} else if manager == "Pipfile.lock" {
			file = "Pipfile"
		}
	}
	d.manifest = nearest(c.Repo, file, use.File.Dir(), root)
	if atRoot := path.Join(root, file); d.manifest != atRoot && siblings(c.Repo, atRoot, use.name) && !siblings(c.Repo, d.manifest, use.name) {
		d.manifest = atRoot // where the repository keeps packages of its kind
	}
	if d.manifest != "" {
		d.command = inMember(c.Repo, d.manifest, root, manager, add)
	}
	return d
}

// nearest is the manifest in a directory or the first one around it, up to the
// lock's.
func nearest(r *audit.Repository, file, dir, root string) string {
	for ; ; dir = path.Dir(dir) {
		if at := path.Join(dir, file); r.Has(at) {
			return at
		}
		if dir == root || dir == "." {
			return ""
		}
	}
}

// siblings reports whether a manifest declares another package of the scope of
// one: @tiptap/react beside @tiptap/core.
func siblings(r *audit.Repository, manifest, name string) bool {
	scope, _, scoped := strings.Cut(name, "/")
	f := r.File(manifest)
	if !scoped || f == nil {
		return false
	}
	for s := range f.Of(inspect.Dependency{}) {
		if strings.HasPrefix(s.Fact.(inspect.Dependency).Name, scope+"/") {
			return true
		}
	}
	return false
}

// inMember is a manager's command for one manifest of the workspace of a lock.
func inMember(r *audit.Repository, manifest, root, manager, add string) string {
	dir := path.Dir(manifest)
	where := ""
	if root != "." {
		where = "cd " + root + " && "
	}
	name, workspaces := "", false
	for s := range r.File(manifest).Of(inspect.Manifest{}) {
		m := s.Fact.(inspect.Manifest)
		name, workspaces = m.Name, len(m.Workspaces) > 0
	}
	if dir == root {
		switch {
		case manager == "pnpm-lock.yaml" && r.Has(path.Join(root, "pnpm-workspace.yaml")):
			add = "pnpm add -w"
		case manager == "yarn.lock" && workspaces && !r.Has(path.Join(root, ".yarnrc.yml")):
			add = "yarn add -W"
		}
		return where + add
	}
	below := strings.TrimPrefix(dir, root+"/")
	switch {
	case manager == "pnpm-lock.yaml" && name != "":
		return where + "pnpm --filter " + name + " add"
	case manager == "pnpm-lock.yaml":
		return where + "pnpm --filter ./" + below + " add"
	case manager == "yarn.lock" && name != "":
		return where + "yarn workspace " + name + " add"
	case manager == "package-lock.json", manager == "npm-shrinkwrap.json":
		return where + "npm install -w " + below
	case manager == "bun.lock":
		return where + "bun add --cwd " + below
	case manager == "uv.lock" && name != "":
		return where + "uv add --package " + name
	}
	return "cd " + dir + " && " + add
}

// versionsIn are the versions of a lock's packages, of those that it has in one
// version alone.
func versionsIn(r *audit.Repository, lock string) map[string]string {
	return audit.OfRepository(r, lockedVersions)[lock]
}

func lockedVersions(r *audit.Repository) map[string]map[string]string {
	all := map[string]map[string]string{}
	for l := range audit.AllFacts[inspect.Lock](r, everyRole...) {
		versions := map[string]string{}
		for _, p := range l.Fact.Packages {
			if known, twice := versions[p.Name]; twice && known != p.Version {
				versions[p.Name] = ""
			} else {
				versions[p.Name] = p.Version
			}
		}
		all[l.File.Path] = versions
	}
	return all
}

// askedVersions are the versions that members of a lock's workspace ask for, the
// first that says one, by the lock's directory and the package.
func askedVersions(r *audit.Repository) map[string]map[string]string {
	all := map[string]map[string]string{}
	for d := range audit.AllFacts[inspect.Dependency](r) {
		if d.Fact.Ecosystem != inspect.NPM || !shellVersion.MatchString(d.Fact.Constraint) {
			continue
		}
		dir, locked := lockedAt(r, d.Fact.Ecosystem, d.File.Dir())
		if !locked {
			continue
		}
		if all[dir] == nil {
			all[dir] = map[string]string{}
		}
		if all[dir][d.Fact.Name] == "" {
			all[dir][d.Fact.Name] = d.Fact.Constraint
		}
	}
	return all
}

// shellVersion is a version or a range as package.json has it that a shell takes
// as it is.
var shellVersion = regexp.MustCompile(`^[~^]?[0-9]+(\.[0-9]+){0,2}$`)

// line is the whole command for some packages.
func (d declaring) line(names []string) string {
	words := []string{d.command}
	for _, name := range names {
		if v := d.versions[name]; v != "" && !strings.ContainsAny(v, " :/()") {
			name += d.separate + v
		} else if v := d.asked[name]; v != "" {
			name += d.separate + v
		}
		words = append(words, name)
	}
	return strings.Join(words, " ")
}
