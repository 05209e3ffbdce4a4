package dependencies

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// drivers are the packages of which Django's engine for a database imports one,
// and those that bring one along.
var drivers = map[inspect.Service][]string{
	inspect.Postgres: {"psycopg2-binary", "psycopg2", "psycopg", "psycopg-binary", "psycopg-c", "psycopg2cffi", "django-heroku", "django-on-heroku", "django-tenants", "django-tenant-schemas", "django-prometheus", "sqlalchemy-redshift"},
	inspect.MySQL:    {"mysqlclient", "pymysql", "mysql-connector-python", "mysql-python", "mysql-connector"},
}

// missingDriver finds a database of Django's settings whose engine needs a
// package that is declared nowhere: the engine is a text, so no import shows it.
// Settings that choose among engines have people install what they use.
func missingDriver(c *audit.Component) (at audit.Place, service inspect.Service, missing bool) {
	engines := map[string][]audit.Located[inspect.Client]{}
	for client := range audit.Facts[inspect.Client](c, source.Prod) {
		if client.Fact.Via == "django.DATABASES" && !client.Fact.Debug && !developersSettings(client.File.Path) {
			engines[client.File.Path] = append(engines[client.File.Path], client)
		}
	}
	if len(engines) == 0 {
		return audit.Place{}, "", false
	}
	s := scopeOf(c, inspect.PyPI)
	if r := (pythonResolver{scope: s}); r.silent() {
		return audit.Place{}, "", false
	}
	for _, file := range slices.Sorted(maps.Keys(engines)) {
		first := engines[file][0]
		names := drivers[first.Fact.Service]
		other := slices.ContainsFunc(engines[file], func(e audit.Located[inspect.Client]) bool { return e.Fact.Service != first.Fact.Service })
		if other || len(names) == 0 || s.has(names...) || s.lock(names...) != "" || installedByHand(c, names) {
			continue
		}
		return engineOf(first), first.Fact.Service, true
	}
	return audit.Place{}, "", false
}

// engineOf is where the engine of a database is named: within its entry.
func engineOf(client audit.Located[inspect.Client]) audit.Place {
	for s := range audit.FactsIn[inspect.Setting]([]*audit.File{client.File}, client.File.Role) {
		if strings.HasPrefix(s.Fact.Key, "DATABASES.") && strings.HasSuffix(s.Fact.Key, ".ENGINE") && s.Line >= client.Line && s.Line <= client.EndLine {
			return s.At()
		}
	}
	return client.At()
}

// developersSettings reports whether a module of settings is for developers or
// tests.
func developersSettings(name string) bool {
	stem := strings.ToLower(strings.TrimSuffix(path.Base(name), ".py"))
	for _, word := range strings.FieldsFunc(stem, func(r rune) bool { return r == '_' || r == '-' || r == '.' }) {
		switch word {
		case "dev", "devel", "development", "local", "test", "tests", "testing", "ci", "example", "sample", "docker":
			return true
		}
	}
	return false
}

// installedByHand reports whether a Dockerfile or a script names one of the
// packages, or the system's package of it.
func installedByHand(c *audit.Component, names []string) bool {
	for i := range audit.Facts[inspect.Instruction](c) {
		if i.Fact.Name != "RUN" || i.Fact.Start == nil {
			continue
		}
		for _, command := range i.Fact.Start.Commands {
			for _, word := range command.Argv {
				if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(strings.ToLower(word), name) }) {
					return true
				}
			}
		}
	}
	return false
}

// reportDriver reports a database without its driver.
func reportDriver(c *audit.Component, report *audit.Report) {
	if at, service, missing := missingDriver(c); missing {
		name := drivers[service][0]
		report.Violation(at, name, fmt.Sprintf("The settings use Django's engine for %s, and no manifest declares its driver (package %s)", title[service], name),
			audit.WithFix("Python"), audit.Naming("package", name))
	}
}

var title = map[inspect.Service]string{inspect.Postgres: "PostgreSQL", inspect.MySQL: "MySQL"}
