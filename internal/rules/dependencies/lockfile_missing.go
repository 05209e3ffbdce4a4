package dependencies

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/lockfile-missing",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "No lock file holds the versions of the dependencies",
	Why: "Each build resolves the dependencies anew: what is deployed tonight differs from what was tested this morning, " +
		"and from the last release that somebody wants to go back to.",
	Fixes: []audit.Fix{
		{For: "npm", Text: "Run npm install and commit package-lock.json; remove it from .gitignore and package-lock=false from .npmrc; build with npm ci."},
		{For: "pnpm", Text: "Run pnpm install and commit pnpm-lock.yaml; build with pnpm install --frozen-lockfile."},
		{For: "yarn", Text: "Run yarn install and commit yarn.lock; build with yarn install --immutable (--frozen-lockfile before Yarn 2)."},
		{For: "uv", Text: "Run uv lock and commit uv.lock; build with uv sync --locked."},
		{For: "poetry", Text: "Run poetry lock and commit poetry.lock; take it out of .gitignore where that names it."},
		{For: "pdm", Text: "Run pdm lock and commit pdm.lock; take it out of .gitignore where that names it."},
		{For: "pipenv", Text: "Run pipenv lock and commit Pipfile.lock; build with pipenv sync."},
		{For: "Python", Text: "Pin every package in requirements.txt with ==, or commit the lock of a tool that writes one (pip-compile --generate-hashes, uv lock, poetry lock)."},
		{For: "Go", Text: "Run go mod tidy and commit go.sum."},
		{For: "bundler", Text: "Run bundle lock and commit Gemfile.lock; build with BUNDLE_DEPLOYMENT=1, so that a stale lock stops the build."},
		{For: "composer", Text: "Run composer update once, commit composer.lock and take it out of .gitignore; build with composer install --no-dev."},
		{Text: "Let the package manager write its lock file, commit it, and take it out of .gitignore and of the manager's settings where they suppress it."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "^4.19.2"}}
-- server.js --
require("express")().listen(process.env.PORT)
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "^4.19.2"}}
-- package-lock.json --
{"name": "shop", "lockfileVersion": 3, "packages": {"": {"dependencies": {"express": "^4.19.2"}}, "node_modules/express": {"version": "4.19.2"}}}
-- server.js --
require("express")().listen(process.env.PORT)
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c.Class == audit.CLI && published(c) {
			return // who installs it resolves for themselves, as for a library
		}
		for _, b := range buildsOf(c) {
			if b.lock == nil && !silentBuild(c, b) && !compiledElsewhere(c.Repo, b.manifest) {
				options := []audit.Option{audit.WithFix(b.fix())}
				if mostlyPinned(b.manifest) {
					options = append(options, audit.ToldBy("dependencies/floating-version"))
				}
				report.Violation(audit.Place{Path: b.manifest.Path}, b.manager, b.missing(c), options...)
			}
		}
	},
})

func published(c *audit.Component) bool {
	return audit.Has(c, func(m inspect.Manifest) bool { return m.Publishable })
}

// silentBuild reports whether a missing lock proves nothing: the packages of
// another language's tooling, vendored Go modules, a manifest that was not read.
func silentBuild(c *audit.Component, b build) bool {
	switch b.ecosystem {
	case inspect.GoMod:
		return c.Repo.File(path.Join(path.Dir(b.manifest.Path), "vendor/modules.txt")) != nil
	case inspect.NPM:
		return !speaks(c, inspect.NPM) && !bundles(c)
	case inspect.PyPI:
		return !speaks(c, inspect.PyPI) || scopeOf(c, inspect.PyPI).unread
	case inspect.Gem, inspect.Composer:
		return !speaks(c, b.ecosystem) || path.Ext(b.manifest.Path) == ".gemspec" || installed(c, b)
	}
	return false
}

// installed reports whether the packages themselves are committed beside the
// manifest, as programs of PHP do that people unpack.
func installed(c *audit.Component, b build) bool {
	dir := path.Dir(b.manifest.Path)
	for d := range audit.FactsIn[inspect.Dependency]([]*audit.File{b.manifest}, b.manifest.Role) {
		if !strings.Contains(d.Fact.Name, "/") {
			continue
		}
		if c.Repo.HasUnder(path.Join(dir, d.Fact.Name)) || c.Repo.HasUnder(path.Join(dir, "vendor", d.Fact.Name)) {
			return true
		}
	}
	return false
}

// bundles reports whether packages of npm are installed where the component
// is built.
func bundles(c *audit.Component) bool {
	for _, i := range installs(c) {
		if i.ecosystem == inspect.NPM && i.image {
			return true
		}
	}
	return false
}

func (b build) missing(c *audit.Component) string {
	name := lockName[b.manager]
	switch {
	case name == "" && len(b.loose) > 0:
		return fmt.Sprintf("%s leaves the version of %s open, and no lock file holds it", b.manifest.Path, listed(b.loose))
	case name == "":
		return fmt.Sprintf("%s asks for %s, and no lock file holds their versions", b.manifest.Path, plural(b.total, "package"))
	case ignored(c, name):
		return fmt.Sprintf("%s asks for %s, but .gitignore keeps %s out of the repository", b.manifest.Path, plural(b.total, "package"), name)
	}
	return fmt.Sprintf("%s asks for %s, but there is no %s", b.manifest.Path, plural(b.total, "package"), name)
}

func (b build) fix() string {
	switch b.ecosystem {
	case inspect.NPM:
		return b.manager
	case inspect.PyPI:
		if b.manager != "pip" {
			return b.manager
		}
		return "Python"
	case inspect.Gem, inspect.Composer:
		return b.manager
	}
	return "Go"
}

// ignored reports whether a .gitignore names the lock.
func ignored(c *audit.Component, lock string) bool {
	for i := range audit.AllFacts[inspect.IgnoreFile](c.Repo, everyRole...) {
		if i.File.Format != inspect.GitIgnore || !concerns(i.File, c) {
			continue
		}
		for _, pattern := range i.Fact.Patterns {
			if path.Base(strings.TrimSuffix(pattern, "/")) == lock && !strings.HasPrefix(pattern, "!") {
				return true
			}
		}
	}
	return false
}

func plural(n int, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func listed(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return fmt.Sprintf("%s and %d more", names[0], len(names)-1)
}
