package codebase

import (
	"fmt"
	"path"
	"sort"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "codebase/shared-package",
	Aspect: "c",
	Type:   audit.Positive,
	Title:  "Shared code is a package that apps depend on",
	Why: "Code that several apps need lives once, under a name that they declare: a change reaches all of them through " +
		"the dependency, and none by copying. One program alone has nobody to share with.",
	Sources: []string{"12F", "001", "004"},
	Bad: `
-- api/package.json --
{"name": "api", "private": true, "scripts": {"start": "node server.js"}}
-- api/server.js --
require("http").createServer(require("./money")).listen(process.env.PORT)
-- api/money.js --
module.exports = (req, res) => res.end("1")
-- mailer/package.json --
{"name": "mailer", "private": true, "scripts": {"start": "node server.js"}}
-- mailer/server.js --
require("http").createServer(require("./money")).listen(process.env.PORT)
-- mailer/money.js --
module.exports = (req, res) => res.end("1")
`,
	Good: `
-- package.json --
{"private": true, "workspaces": ["apps/*", "packages/*"]}
-- apps/api/package.json --
{"name": "api", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"@acme/money": "workspace:*"}}
-- apps/api/server.js --
require("http").createServer(require("@acme/money")).listen(process.env.PORT)
-- apps/mailer/package.json --
{"name": "mailer", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"@acme/money": "workspace:*"}}
-- apps/mailer/server.js --
require("http").createServer(require("@acme/money")).listen(process.env.PORT)
-- packages/money/package.json --
{"name": "@acme/money", "version": "1.0.0", "private": true, "main": "index.js"}
-- packages/money/index.js --
module.exports = (req, res) => res.end("1")
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if alone(c) {
			report.Pass(c.Absence(), 1, "It is the only app of the repository, so no code is shared by copying")
			return
		}
		users := audit.OfRepository(c.Repo, packageUsers)
		if n := len(users[c]); n > 1 {
			report.Pass(c.Absence(), 1, fmt.Sprintf("%d components depend on %s as a package", n, c.Name))
			return
		}
		for _, library := range sortedLibraries(users) {
			if at, ok := users[library][c]; ok && len(users[library]) > 1 {
				report.Pass(at, 1, fmt.Sprintf("%s is a package that %d components depend on", library.Name, len(users[library])))
				return
			}
		}
	},
})

// alone reports whether the repository has no second app: libraries beside it
// are packages already.
func alone(c *audit.Component) bool {
	apps := 0
	for _, other := range c.Repo.Components {
		if other.Class != audit.Library {
			apps++
		}
	}
	return apps == 0 && len(c.Repo.Components) == 1 || apps == 1 && c.Class != audit.Library
}

// packageUsers maps a component to those that depend on it as a package, with
// the place where they first say so: a declared dependency of its name, or for
// Go an import of a package of its module.
func packageUsers(repo *audit.Repository) map[*audit.Component]map[*audit.Component]audit.Place {
	users := map[*audit.Component]map[*audit.Component]audit.Place{}
	note := func(library, user *audit.Component, at audit.Place) {
		if library == nil || library == user {
			return
		}
		if users[library] == nil {
			users[library] = map[*audit.Component]audit.Place{}
		}
		if _, known := users[library][user]; !known {
			users[library][user] = at
		}
	}
	names, modules := packageNames(repo)
	for _, c := range repo.Components {
		for d := range audit.Facts[inspect.Dependency](c) {
			library := names[string(d.Fact.Ecosystem)+" "+d.Fact.Name]
			if library != nil && (library.Class == audit.Library || d.Fact.Origin != "") { // an app's name may be a registry's too
				note(library, c, d.At())
			}
		}
		for i := range audit.Facts[inspect.Import](c) {
			if i.File.Format == inspect.Go {
				note(ownerOfPackage(repo, modules, i.Fact.Path), c, i.At())
			}
		}
	}
	return users
}

// packageNames maps the names that components are published under, each after
// its ecosystem, to the component; and Go module paths to their directory.
func packageNames(repo *audit.Repository) (names map[string]*audit.Component, modules map[string]string) {
	names, modules = map[string]*audit.Component{}, map[string]string{}
	for _, c := range repo.Components {
		for m := range audit.Facts[inspect.Manifest](c) {
			if m.Fact.Name != "" && path.Dir(m.File.Path) == c.Path {
				names[string(m.Fact.Ecosystem)+" "+m.Fact.Name] = c
			}
		}
	}
	for m := range audit.AllFacts[inspect.Manifest](repo) {
		if m.Fact.Ecosystem == inspect.GoMod && m.Fact.Name != "" {
			modules[m.Fact.Name] = path.Dir(m.File.Path)
		}
	}
	return names, modules
}

// ownerOfPackage is the component that a Go package of the repository's own
// modules belongs to, or nil.
func ownerOfPackage(repo *audit.Repository, modules map[string]string, imported string) *audit.Component {
	dir := ""
	for module, root := range modules {
		if rest, ok := strings.CutPrefix(imported+"/", module+"/"); ok {
			if d := path.Join(root, rest); len(d) > len(dir) || dir == "" {
				dir = d
			}
		}
	}
	if dir == "" {
		return nil
	}
	for _, c := range repo.Components {
		for _, f := range c.Files {
			if f.Format == inspect.Go && path.Dir(f.Path) == dir {
				return c
			}
		}
	}
	return nil
}

func sortedLibraries(users map[*audit.Component]map[*audit.Component]audit.Place) []*audit.Component {
	var list []*audit.Component
	for library := range users {
		list = append(list, library)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	return list
}
