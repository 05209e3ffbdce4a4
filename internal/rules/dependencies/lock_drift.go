package dependencies

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/lock-drift",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The lock file does not hold what the manifest asks for",
	Why: "A strict install stops, and any other resolves the package anew at each build: the lock was not written again when the " +
		"manifest changed.",
	Fixes: []audit.Fix{
		{Text: "Let the package manager write the lock file again, and commit it together with the manifest."},
		{For: "npm", Text: "Run npm install --package-lock-only and commit ‹lock› with package.json."},
		{For: "pnpm", Text: "Run pnpm install --lockfile-only and commit pnpm-lock.yaml with package.json."},
		{For: "yarn", Text: "Run yarn install and commit yarn.lock with package.json."},
		{For: "bun", Text: "Run bun install --lockfile-only and commit bun.lock with package.json."},
		{For: "uv", Text: "Run uv lock and commit uv.lock with pyproject.toml."},
		{For: "poetry", Text: "Run poetry lock and commit poetry.lock with pyproject.toml."},
		{For: "pipenv", Text: "Run pipenv lock and commit Pipfile.lock with the Pipfile."},
		{For: "pip-compile", Text: "Run pip-compile (or uv pip compile) again and commit the compiled requirements with what they are compiled from."},
		{For: "bundler", Text: "Run bundle lock and commit Gemfile.lock with the Gemfile."},
		{For: "composer", Text: "Run composer update with the package's name alone and commit composer.lock with composer.json."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence, // its precision on real repositories is not measured yet
	Counting:   audit.Each,
	Sources:    []string{"001"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {
 "express": "^4.19.2",
 "helmet": "^7.1.0"
}}
-- package-lock.json --
{"name": "shop", "lockfileVersion": 3, "packages": {"": {"dependencies": {"express": "^4.19.2"}}, "node_modules/express": {"version": "4.19.2"}}}
-- server.js --
require("express")().listen(process.env.PORT)
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {
 "express": "^4.19.2",
 "helmet": "^7.1.0"
}}
-- package-lock.json --
{"name": "shop", "lockfileVersion": 3, "packages": {"": {"dependencies": {"express": "^4.19.2", "helmet": "^7.1.0"}}, "node_modules/express": {"version": "4.19.2"}, "node_modules/helmet": {"version": "7.1.0"}}}
-- server.js --
require("express")().listen(process.env.PORT)
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		own := audit.OfRepository(c.Repo, ownPackages)
		locks := map[string][]lockIndex{} // by manifest
		for d := range audit.Facts[inspect.Dependency](c) {
			if d.Fact.Ecosystem == inspect.System || d.Fact.Indirect || d.Fact.Origin != "" || d.Fact.Marker != "" || d.Fact.Group == inspect.Peer || d.Fact.Group == inspect.Optional || d.Fact.Group == inspect.Build && d.Fact.Ecosystem != inspect.NPM || own[d.Fact.Name] || virtualPackage(d.Fact) {
				continue
			}
			indexes, known := locks[d.File.Path]
			if !known {
				indexes = locksFor(c, d.File, d.Fact.Ecosystem)
				locks[d.File.Path] = indexes
			}
			judgeDrift(d, indexes, report)
		}
	},
})

// virtualPackage reports whether a name is one that other packages provide, or
// the platform's.
func virtualPackage(d inspect.Dependency) bool {
	switch d.Ecosystem {
	case inspect.Composer:
		return strings.HasSuffix(d.Name, "-implementation") || !strings.Contains(d.Name, "/")
	case inspect.PyPI:
		return d.Name == "python" || d.Name == "pip" || d.Name == "setuptools"
	case inspect.Gem:
		return d.Name == "bundler"
	}
	return false
}

// ownPackages are the names of the repository's own packages.
func ownPackages(repo *audit.Repository) map[string]bool {
	own := map[string]bool{}
	for m := range audit.AllFacts[inspect.Manifest](repo, everyRole...) {
		own[m.Fact.Name], own[inspect.NormalPyPI(m.Fact.Name)] = true, true
	}
	return own
}

// lockIndex is what a lock holds, by name.
type lockIndex struct {
	file     *audit.File
	manager  string
	rooted   bool
	versions map[string][]string
	direct   map[string]bool
}

// judgeDrift reports a requirement that none of the locks beside its manifest
// holds: where several managers have one, any may be in use.
func judgeDrift(d audit.Located[inspect.Dependency], indexes []lockIndex, report *audit.Report) {
	var last *lockIndex
	what := ""
	for i := range indexes {
		index := &indexes[i]
		versions, there := index.versions[d.Fact.Name]
		switch {
		case !there:
			what = "does not hold it"
		case index.rooted && !index.direct[d.Fact.Name]:
			what = "has it only because another package needs it"
		case d.Fact.Exact && !overrides[index.manager] && !holdsVersion(versions, d.Fact.Constraint):
			what = "holds " + versions[0]
		default:
			return
		}
		last = index
	}
	if last == nil {
		return
	}
	wanted := d.Fact.Name
	if d.Fact.Exact {
		wanted += " " + strings.TrimLeft(d.Fact.Constraint, "=v ")
	}
	report.Violation(d.At(), d.Fact.Name, fmt.Sprintf("%s asks for %s, but %s %s", path.Base(d.File.Path), wanted, path.Base(last.file.Path), what), audit.WithFix(last.manager), audit.Naming("lock", path.Base(last.file.Path)))
}

// overrides are the managers with which a manifest at the root may give another
// version to what a member of its workspace asks for.
var overrides = words(`yarn pnpm bun`)

// holdsVersion compares versions without what writers leave out: "=1.2" is 1.2.0.
func holdsVersion(versions []string, constraint string) bool {
	wanted := plainVersion(constraint)
	for _, v := range versions {
		if plainVersion(v) == wanted || v == "" || strings.ContainsAny(v, ":/") {
			return true
		}
	}
	return !exactVersion.MatchString(wanted)
}

func plainVersion(v string) string {
	v = strings.ToLower(strings.TrimLeft(strings.TrimSpace(v), "=v "))
	v, _, _ = strings.Cut(v, "+")
	v, _, _ = strings.Cut(v, ";")
	v = strings.TrimSpace(v)
	for strings.HasSuffix(v, ".0") {
		v = strings.TrimSuffix(v, ".0")
	}
	return v
}

// governs are the manifests that a manager's lock is written from.
var governs = map[string][]inspect.Format{
	"npm": {inspect.PackageJSON}, "pnpm": {inspect.PackageJSON}, "yarn": {inspect.PackageJSON}, "bun": {inspect.PackageJSON},
	"uv": {inspect.PyProject}, "poetry": {inspect.PyProject}, "pipenv": {inspect.Pipfile}, "pip-compile": {inspect.Requirements},
	"bundler": {inspect.Gemfile}, "composer": {inspect.ComposerJSON},
}

// locksFor reads the locks that are written from a manifest: beside it, or at
// the root of its workspace.
func locksFor(c *audit.Component, manifest *audit.File, ecosystem inspect.Ecosystem) []lockIndex {
	if path.Ext(manifest.Path) == ".in" {
		compiled := strings.TrimSuffix(manifest.Path, ".in") + ".txt"
		return indexed(c.Repo, []string{compiled}, manifest.Format)
	}
	if manifest.Format == inspect.Requirements {
		return nil
	}
	lock := lockOf(c, ecosystem, path.Dir(manifest.Path))
	if lock == nil {
		return nil
	}
	var names []string
	for _, name := range lockNames[ecosystem] {
		names = append(names, path.Join(path.Dir(lock.Path), name))
	}
	return indexed(c.Repo, names, manifest.Format)
}

// indexed reads locks by their paths. One that can't be read makes all unknown.
func indexed(repo *audit.Repository, names []string, format inspect.Format) []lockIndex {
	var list []lockIndex
	for _, name := range names {
		f := repo.File(name)
		if f == nil {
			continue
		}
		read := false
		for l := range audit.FactsIn[inspect.Lock]([]*audit.File{f}, everyRole...) {
			if len(l.Fact.Packages) == 0 || !governed(l.Fact.Manager, format) {
				continue
			}
			index := lockIndex{file: f, manager: l.Fact.Manager, rooted: l.Fact.Rooted, versions: map[string][]string{}, direct: map[string]bool{}}
			for _, p := range l.Fact.Packages {
				index.versions[p.Name] = append(index.versions[p.Name], p.Version)
				index.direct[p.Name] = index.direct[p.Name] || p.Direct
			}
			list, read = append(list, index), true
		}
		if !read || f.Failed() != "" {
			return nil
		}
	}
	return list
}

func governed(manager string, format inspect.Format) bool {
	for _, f := range governs[manager] {
		if f == format {
			return true
		}
	}
	return false
}
