package dependencies

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/adhoc-install",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A package is installed by hand, outside of the manifest",
	Why: "The manifest does not say what the program needs: a clean machine, CI or another image without that line lacks the " +
		"package, no lock file holds it, and no update or vulnerability check sees it.",
	Fixes: []audit.Fix{
		{For: "unused", Text: "Delete ‹package› from the install if nothing needs it any more: no file of the program imports it. Otherwise declare it, with its version, in ‹manifest›."},
		{For: "pypi", Text: "Add ‹package› with its version to ‹manifest›, update its lock file where there is one, and drop the extra install."},
		{For: "pypi", Text: "Add ‹package› with its version to requirements.txt or to [project] dependencies (uv add, poetry add), and drop the extra install."},
		{For: "npm", Text: "Add ‹package› to package.json (npm install --save, pnpm add, yarn add), commit the lock file, and call its command through npx or a script instead of a global install."},
		{For: "gem", Text: "Add ‹package› to the Gemfile, run bundle install, commit Gemfile.lock, and call its command with bundle exec."},
		{For: "pecl", Text: "Name the version of ‹package› where the image installs it, and require ext-‹package› in composer.json, so that what runs without it stops at once."},
		{For: "composer", Text: "Add ‹package› to composer.json with composer require on your machine, commit composer.lock, and let the build run composer install alone."},
		{Text: "Add ‹package› to the manifest and its lock file, and install from these alone."},
		{Text: "Add the package to the manifest and its lock file, and install from these alone."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "001", "003"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import flask
app = flask.Flask(__name__)
-- Dockerfile --
FROM python:3.12-slim
COPY . .
RUN pip install -r requirements.txt
RUN pip install gunicorn
CMD ["gunicorn", "app:app"]
`,
	Good: `
-- requirements.txt --
flask==3.0.0
gunicorn==22.0.0
-- app.py --
import flask
app = flask.Flask(__name__)
-- Dockerfile --
FROM python:3.12-slim
COPY . .
RUN pip install --upgrade pip && pip install -r requirements.txt
CMD ["gunicorn", "app:app"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c.Class == audit.Library || c.Class == audit.CLI && c.Image == nil || publishes(c) {
			return // nothing of it is deployed
		}
		scopes, lines := map[inspect.Ecosystem]scope{}, map[string]*adhocLine{}
		var order []*adhocLine
		for _, command := range audit.OfComponent(c, making) {
			for _, n := range namedInstalls(command.Argv) {
				s, known := scopes[n.ecosystem]
				if !known {
					s = scopeOf(c, n.ecosystem)
					scopes[n.ecosystem] = s
				}
				if packageManagers[n.name] || s.has(n.name) || declaredOfSystem(c, n.name) || s.unread && command.when != inImageStage || !counted(c, command, n) {
					continue
				}
				key := command.at.String() + n.verb
				if lines[key] == nil {
					lines[key] = &adhocLine{at: command.at, scope: s}
					order = append(order, lines[key])
				}
				lines[key].add(n)
			}
		}
		for _, line := range order {
			line.report(report)
		}
	},
})

// adhocLine are the packages that one line installs by name: one cause.
type adhocLine struct {
	at    audit.Place
	scope scope
	list  []naming
}

func (l *adhocLine) add(n naming) {
	if !slices.ContainsFunc(l.list, func(other naming) bool { return other.name == n.name }) {
		l.list = append(l.list, n)
	}
}

// declaredOfSystem reports whether a manifest asks for a package of the system: an
// extension of PHP.
func declaredOfSystem(c *audit.Component, name string) bool {
	return audit.Has(c, func(d inspect.Dependency) bool { return d.Ecosystem == inspect.System && d.Name == name })
}

// publishes reports whether the component is a tool that people install for
// themselves: an image of it only packs what the registry has.
func publishes(c *audit.Component) bool { return c.Class == audit.CLI && published(c) }

// counted reports whether a package that is installed at this point is in what
// is deployed. Tools of another stage stay there; jobs that deploy install
// their own tools.
func counted(c *audit.Component, command madeBy, n naming) bool {
	switch command.when {
	case inBuildStage:
		return !n.tool && !checkers[n.name]
	case inDelivery:
		return importsUndeclared(c, n.name)
	}
	return true
}

// checkers look at the code and make nothing of it: what a stage installs to
// fail on bad code is not in the image.
var checkers = words(`flake8 pylint black isort ruff mypy pyright bandit pycodestyle pydocstyle autopep8 yapf pyflakes pytest pytest-cov coverage safety pip-audit pre-commit djlint yamllint
	eslint prettier tslint stylelint jshint standard jest mocha vitest cypress playwright rubocop brakeman reek bundler-audit rspec standardrb phpstan/phpstan squizlabs/php_codesniffer`)

// importsUndeclared reports whether the program imports a package that no
// manifest declares.
func importsUndeclared(c *audit.Component, name string) bool {
	for _, use := range audit.OfComponent(c, resolveImports).uses {
		if use.verdict == undeclared && use.name == name {
			return true
		}
	}
	return false
}

func (l *adhocLine) report(report *audit.Report) {
	first, where := l.list[0], path.Base(l.at.Path)
	var names, shown []string
	exact := true
	for _, n := range l.list {
		name := n.name
		if n.verb == "pecl install" {
			name = n.shown
		}
		names, shown = append(names, name), append(shown, n.shown)
		exact = exact && (n.exact || n.verb == "pecl install")
	}
	is, them := "is", "it"
	if len(names) > 1 {
		is, them = "are", "them"
	}
	message := fmt.Sprintf("%s installs %s with %s, but no manifest declares %s", where, audit.Enumerated(shown), first.verb, them)
	if len(l.scope.manifests) == 0 {
		message = fmt.Sprintf("%s alone says that %s %s needed: %s stands in for a manifest", where, audit.Enumerated(shown), is, first.verb)
	}
	options := []audit.Option{audit.WithFix(l.fix()), audit.Naming("package", audit.Enumerated(names))}
	if len(l.scope.manifests) > 0 {
		options = append(options, audit.Naming("manifest", path.Base(l.scope.manifests[0])))
	}
	if exact {
		options = append(options, audit.WithSeverity(audit.Low)) // written down at a version, though in the wrong place; an extension belongs to the image
	}
	slices.Sort(names)
	report.Violation(l.at, strings.Join(names, " "), message, options...)
}

// fix is what mends the line: by its ecosystem, or by deleting what the code never
// imports and no command starts.
func (l *adhocLine) fix() string {
	first := l.list[0]
	if first.verb == "pecl install" {
		return "pecl"
	}
	if first.ecosystem == inspect.PyPI && len(l.scope.manifests) > 0 && !slices.ContainsFunc(l.list, func(n naming) bool { return n.tool || usedByName(l.scope.c, n.name) }) {
		return "unused"
	}
	return string(first.ecosystem)
}

// usedByName reports whether the program imports a package of Python, starts it by its
// name, or names it in its settings.
func usedByName(c *audit.Component, name string) bool {
	resolved := audit.OfComponent(c, resolveImports)
	if resolved.unknown || slices.ContainsFunc(resolved.uses, func(use importUse) bool { return use.name == name }) {
		return true
	}
	module := strings.ReplaceAll(name, "-", "_")
	for i := range audit.Facts[inspect.Import](c, everyRole...) {
		if first, _, _ := strings.Cut(i.Fact.Path, "."); strings.EqualFold(first, module) {
			return true
		}
	}
	for _, p := range c.Processes {
		if strings.Contains(p.Start.Text, name) || strings.Contains(p.Start.Text, module) {
			return true
		}
	}
	return pluginOfOthers[name] || strings.Contains(name, "driver") || strings.HasPrefix(name, "mysql") || strings.HasPrefix(name, "psycopg")
}

// pluginOfOthers are packages that others load by a name in a URL or a setting.
var pluginOfOthers = words(`cryptography pymysql cx-oracle oracledb asyncpg aiomysql aiosqlite pyodbc redis hiredis uvloop httptools gevent eventlet greenlet bcrypt argon2-cffi brotli orjson ujson lxml pillow boto3
	whitenoise watchfiles websockets python-multipart email-validator gunicorn uvicorn daphne uwsgi waitress hypercorn celery flower supervisor supervisor-stdout awscli honcho newrelic ddtrace sentry-sdk
	django-redis django-storages psycopg-binary psycopg2 psycopg2-binary tzdata setproctitle meinheld`)

// packageManagers install the packages of a manifest, or build them.
var packageManagers = words(`pip setuptools wheel uv poetry poetry-core poetry-plugin-export pipenv pdm hatch hatchling flit flit-core rye pip-tools pip-compile virtualenv build
	setuptools-scm setuptools-rust cython maturin meson meson-python ninja cmake scikit-build pybind11 conda micromamba twine tox nox wheel-inspect
	npm yarn pnpm bun corepack n nvm node-gyp node-pre-gyp @yarnpkg/cli lerna rush @microsoft/rush bundler rubygems-update rubygems rake composer/composer`)
