package backingservices

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "backing-services/embedded-db",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The database is a file inside the app",
	Why: "The data lives and dies with one process's disk: a second instance has another database, a replaced container " +
		"an empty one, and moving to a database server means changing the code that is tied to the file.",
	Fixes: []audit.Fix{
		{For: "Django", Text: `Read DATABASES["default"] from the environment (dj-database-url with os.environ["DATABASE_URL"]), and attach PostgreSQL or MySQL in production.`},
		{For: "Flask", Text: `Set SQLALCHEMY_DATABASE_URI, or what opens ‹file›, to os.environ["DATABASE_URL"], and attach a database server in production.`},
		{For: "Rails", Text: `Write url: <%= ENV["DATABASE_URL"] %> under production in config/database.yml, with the pg or mysql2 gem, and attach PostgreSQL or MySQL.`},
		{For: "Laravel", Text: "Let the default of config/database.php be a connection to a server (pgsql, mysql), with its host, name and password from the variables that the file reads."},
		{For: "Symfony", Text: `Give doctrine.dbal.url "%env(DATABASE_URL)%", and let that variable name a server in production.`},
		{For: "a variable of the deploy", Text: "Let ‹variable› name a database server in the deploy; SQLite is for developers and tests."},
		{For: "a profile", Text: "Let ‹variable› name production's profile in the deploy, with ‹profile› where developers run the program alone, and take spring.datasource.url of production from the environment, with a server's driver in the build."},
		{For: "Spring Boot", Text: "Let SPRING_DATASOURCE_URL name a database server in the deploy, with its driver in the build, and leave H2 or HSQLDB to the scope test."},
		{For: "Quarkus", Text: "Let QUARKUS_DATASOURCE_JDBC_URL name a database server in the deploy, with its extension in the build, and leave H2 to tests."},
		{For: "vectors", Text: "Run the store of vectors as a service of its own (chromadb.HttpClient, QdrantClient(url=…), pgvector), with its address from a variable, and move what ‹file› holds into it."},
		{For: "Keycloak", Text: "Start Keycloak with start, and give it KC_DB, KC_DB_URL, KC_DB_USERNAME and KC_DB_PASSWORD of a database server, the password from a secret."},
		{For: "ASP.NET Core", Text: "Call UseNpgsql or UseSqlServer with a connection string of the configuration instead of UseSqlite with a path."},
		{For: "Go", Text: `Open a database server with os.Getenv("DATABASE_URL") instead of the file ‹file›, and keep the file for tests alone.`},
		{Text: "Let a variable such as DATABASE_URL decide engine and place instead of the file ‹file›, and attach a database server in production."},
		{Text: "Let the database's URL, from the environment, decide engine and place; attach a database server in production."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"000", "001"},
	Bad: `
-- requirements.txt --
flask==3.0.3
-- Procfile --
web: gunicorn app:app
-- app.py --
import sqlite3
from flask import Flask
app = Flask(__name__)
conn = sqlite3.connect("dev.db")
`,
	Good: `
-- requirements.txt --
flask==3.0.3
-- Procfile --
web: gunicorn app:app
-- app.py --
import os
from flask import Flask
from sqlalchemy import create_engine
app = Flask(__name__)
engine = create_engine(os.environ["DATABASE_URL"])
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		chosenInDeploy(c, report)
		identityServer(c, report)
		vectorFolders(c, report)
		if insideDotnet(c, report) {
			return
		}
		onlySQLite(c, report)
		if underDevelopersProfile(c, report) || choosesEngine(c) {
			return
		}
		for client := range audit.Facts[inspect.Client](c, source.Prod) {
			if client.Fact.Service != inspect.SQLite || client.Fact.Debug || !client.Fact.Handle.IsLiteral() {
				continue
			}
			if file := databaseFile(client.Fact.Handle.Text); holdsData(file) && !byTheWay(client.File.Path) {
				report.Violation(client.At(), path.Base(file), fmt.Sprintf("The data is kept in the SQLite file %s on the process's own disk, and no variable attaches another database", file), audit.Naming("file", file))
			}
		}
		insideJVM(c, report)
	},
})

// choosesEngine reports whether a deploy can give the app another database:
// some other SQL engine is there too, or one that a URL decides.
func choosesEngine(c *audit.Component) bool {
	for client := range audit.Facts[inspect.Client](c, source.Prod) {
		switch client.Fact.Service {
		case inspect.Postgres, inspect.MySQL, inspect.MongoDB:
			return true
		case inspect.EmbeddedDB:
			if client.Fact.Handle.FromEnv() {
				return true
			}
		case inspect.Database:
			if client.Fact.Handle.Source != inspect.Literal {
				return true
			}
		case inspect.SQLite: // a default of the environment's URL
			if client.Fact.Handle.FromEnv() {
				return true
			}
		}
	}
	return false
}

// vectorFolders reports stores of vectors that a server fills in a folder.
func vectorFolders(c *audit.Component, report *audit.Report) {
	if c.Class != audit.WebService && c.Class != audit.Worker {
		return
	}
	for w := range audit.Facts[inspect.FileWrite](c, source.Prod) {
		if file := w.Fact.Path.Text; w.Fact.Via == inspect.VectorVia && holdsVectors(file) && !byTheWay(w.File.Path) && c.Reaches(w.File.Path) {
			report.Violation(w.At(), path.Base(file), fmt.Sprintf("The store of vectors is the folder %s on the process's own disk: another instance doesn't see what one adds", file), audit.WithFix("vectors"), audit.Naming("file", file))
		}
	}
}

// holdsVectors reports whether a folder is kept: any store of vectors is an index.
func holdsVectors(file string) bool { return file != "" && !strings.HasPrefix(file, "/tmp/") }

// databaseFile is the path of a literal handle: "sqlite:///./app.db" and
// "file:app.db?cache=shared" are ./app.db and app.db; read-only ones are "".
func databaseFile(handle string) string {
	if readOnly.MatchString(handle) {
		return ""
	}
	file, _, _ := strings.Cut(handle, "?")
	if i := strings.Index(file, "://"); i >= 0 {
		file = strings.TrimPrefix(file[i+3:], "/")
	}
	return strings.TrimPrefix(strings.TrimPrefix(file, "sqlite:"), "file:")
}

var (
	readOnly = regexp.MustCompile(`[?&;](mode=ro|immutable=1)\b`)
	// notData are files that can be made again, or that are shipped to be read.
	notData = regexp.MustCompile(`(?i)(^|[^a-z])(cache[sd]?|search|index|fts|tmp|temp|geo(ip|lite)?|ip2|dict(ionary)?|lookup|readonly|test|testing|tests|memory|fixture)([^a-z]|$)|^/tmp/`)
	// aside are places of programs that people run by hand.
	aside = regexp.MustCompile(`(^|/)(scripts?|bin|tools?|commands|examples?|notebooks?|migrations?|benchmarks?)/`)
)

func holdsData(file string) bool {
	return file != "" && !strings.HasPrefix(file, ":") && !notData.MatchString(file)
}

func byTheWay(file string) bool { return aside.MatchString(file) }
