package processes

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
	ID:     "processes/memory-store",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The program's data is kept in a variable",
	Why: "A restart or a deploy forgets everything that people entered, and with two processes each has a list of its own: " +
		"what was created by one request is missing in the next.",
	Fixes: []audit.Fix{
		{For: "Django", Text: "Make ‹name› a model, so that it lies in the database that DATABASES names."},
		{For: "Rails", Text: "Make ‹name› an Active Record model, so that it lies in the database of config/database.yml."},
		{For: "Spring Boot", Text: "Replace ‹name› by a repository of Spring Data whose spring.datasource.url comes from the environment."},
		{For: "ASP.NET Core", Text: "Replace ‹name› by a DbContext whose connection string comes from the configuration."},
		{For: "Go", Text: `Replace ‹name› by a table of a database whose URL comes from os.Getenv("DATABASE_URL"); a mutex only protects it inside one process.`},
		{Text: "Keep what ‹name› holds in a table or collection of a database that a variable attaches, and let ‹name› be at most a cache of it."},
		{Text: "Keep the data in a database that a variable attaches, and let the variable in the code be at most a cache of it."},
	},
	Severity:   audit.High,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const app = express();
const products = [];
app.post("/products", (req, res) => {
  products.push(req.body);
  res.status(201).end();
});
app.listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const { Pool } = require("pg");
const app = express();
const db = new Pool({ connectionString: process.env.DATABASE_URL });
app.post("/products", async (req, res) => {
  await db.query("INSERT INTO products (name) VALUES ($1)", [req.body.name]);
  res.status(201).end();
});
app.listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c.Class != audit.WebService {
			return
		}
		for _, s := range localStores(c, inspect.ForCache) {
			if keepsState(s.Fact) {
				report.Violation(s.At(), heldName(s.Fact), fmt.Sprintf("`%s` keeps what people are given and come back with in the memory of one process: another one, or the next, doesn't know it", heldName(s.Fact)), audit.WithSeverity(audit.Medium))
			}
		}
		if hasDatabase(c) {
			return
		}
		written := map[string]bool{} // what is kept there is on the disk, too: local-file's
		for w := range audit.Facts[inspect.FileWrite](c, source.Prod) {
			written[w.File.Path] = written[w.File.Path] || w.Fact.Handler && !logName.MatchString(w.Fact.Path.Text)
		}
		for s := range audit.Facts[inspect.SharedState](c, source.Prod) {
			if keepsData(s) && !written[s.File.Path] && (!s.Fact.Beneath || keptAlone(c, s)) {
				report.Violation(s.At(), s.Fact.Name, fmt.Sprintf("`%s` is the only place where what requests create is kept, in the memory of one process", s.Fact.Name), audit.Naming("name", s.Fact.Name))
			}
		}
	},
})

// heldName is the name of what a cache is kept in.
func heldName(s inspect.Store) string {
	words := strings.Fields(s.Holds)
	for _, w := range words {
		if named(handedOut, w) && !strings.ContainsAny(w, "<>,") {
			return strings.TrimPrefix(strings.TrimPrefix(w, "this."), "self.")
		}
	}
	return call(s.Via)
}

// keptAlone reports whether what a function is given to keep lies in its variable
// alone: the program that runs it has no database of any kind.
func keptAlone(c *audit.Component, s audit.Located[inspect.SharedState]) bool {
	return c.Class == audit.WebService && !knowsDatabase(c) && c.Reaches(s.File.Path) && !byHand.MatchString(s.File.Path) && !declaredSo.MatchString(packages.ReplaceAllString(s.File.Path, "$1"))
}

// keepsData reports whether a shared variable holds what a program is about:
// things that people create and come back for.
func keepsData(s audit.Located[inspect.SharedState]) bool {
	owner, field := owned(s.Fact.Name)
	switch {
	case s.Fact.Type == "counter", s.Fact.Type == "object", s.Fact.Apart, declaredSo.MatchString(packages.ReplaceAllString(s.File.Path, "$1")), derived.MatchString(field), derived.MatchString(owner), connection.MatchString(field), sockets.MatchString(owner), sockets.MatchString(path.Base(s.File.Path)):
		return false
	case aboutUsers.MatchString(field) || aboutUsers.MatchString(owner):
		return false // session-map's
	}
	return things.MatchString(field) || s.Fact.Kept && (s.Fact.Type == "list" || s.Fact.Type == "map")
}

// hasDatabase reports whether a component has a database, so that a variable
// beside it is at most its copy.
func hasDatabase(c *audit.Component) bool {
	return audit.Has(c, func(client inspect.Client) bool { return databases[client.Service] && !client.Debug })
}

var (
	// logName are files in which a program writes down what it did, not what it keeps.
	logName   = regexp.MustCompile(`(?i)(^|/)(var/)?logs?/|\.log$`)
	databases = map[inspect.Service]bool{inspect.Postgres: true, inspect.MySQL: true, inspect.SQLite: true, inspect.MongoDB: true, inspect.Redis: true, inspect.Elasticsearch: true, inspect.Database: true, inspect.EmbeddedDB: true}
	// things are what programs are about.
	things = word(`products?`, `items?`, `books?`, `todos?`, `tasks?`, `notes?`, `posts?`, `articles?`, `blogs?`, `comments?`, `reviews?`, `ratings?`, `customers?`, `employees?`, `students?`, `teachers?`, `patients?`, `doctors?`,
		`courses?`, `movies?`, `films?`, `songs?`, `albums?`, `artists?`, `recipes?`, `invoices?`, `payments?`, `transactions?`, `bookings?`, `reservations?`, `appointments?`, `tickets?`, `contacts?`, `categor(y|ies)`, `pets?`, `cats`, `dogs`,
		`people`, `persons?`, `inventor(y|ies)`, `catalog(ue)?s?`, `expenses?`, `polls?`, `quotes?`, `cars`, `vehicles?`, `projects?`, `teams?`, `companies`, `shipments?`, `deliveries`, `repositor(y|ies)`, `database`)
	// declaredSo are places of what says itself that it is none of the program:
	// stand-ins, examples, and what is there from the start.
	// What a Java package is called says nothing: com.example.demo is the name that
	// generators of projects give.
	packages   = regexp.MustCompile(`((^|/)src/main/(?:java|kotlin)/).*/`)
	declaredSo = regexp.MustCompile(`(?i)(^|/)(examples?|samples?|demos?|mocks?|fakes?|stubs?|fixtures?|seeds?|tutorials?|docs?|testing)/|(mock|fake|stub|dummy|seed|fixture)`)
)
