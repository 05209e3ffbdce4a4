package backingservices

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "backing-services/local-vs-remote-branch",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The environment's name decides which service is used",
	Why: "A service can't be exchanged without pretending to be in another environment, and what production does was never " +
		"run anywhere else: the first who tries that branch is a user.",
	Fixes: []audit.Fix{
		{Text: "Let the service's URL, or one explicit variable for this service alone, choose the adapter instead of ‹name›, and construct it in one place."},
		{Text: "Let the service's URL, or one explicit variable for this service alone, choose the adapter, and construct it in one place."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"000", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const Redis = require("ioredis");
const FakeRedis = require("ioredis-mock");
let cache;
if (process.env.NODE_ENV === "production") {
  cache = new Redis(process.env.REDIS_URL);
} else {
  cache = new Redis("redis://localhost");
}
require("http").createServer(app).listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const Redis = require("ioredis");
const cache = new Redis(process.env.REDIS_URL);
require("http").createServer(app).listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for b := range audit.Facts[inspect.EnvBranch](c, source.Prod) {
			client, store := slices.Contains(b.Fact.Chooses, inspect.ChoosesClient), slices.Contains(b.Fact.Chooses, inspect.ChoosesStore)
			if !client && !store || onlyTests(b.Fact.Values) || byTheWay(b.File.Path) || serverSettings.MatchString(b.File.Path) {
				continue
			}
			what := "where things are kept"
			if client {
				what = "which service is constructed"
			}
			confidence := audit.MediumConfidence
			if initializer.MatchString(b.File.Path) { // what other environments have stands elsewhere
				if !slices.Contains(b.Fact.Values, "production") {
					continue
				}
				confidence = audit.LowConfidence
			}
			report.Violation(b.At(), b.Fact.Name, fmt.Sprintf("%s decides %s", b.Fact.Name, what), audit.WithConfidence(confidence), audit.Naming("name", b.Fact.Name))
		}
	},
})

// initializer is a file that Rails reads at start.
var initializer = regexp.MustCompile(`(^|/)config/(initializers/)?[^/]+\.rb$`)

// serverSettings are settings of a server that reconnects what was there.
var serverSettings = regexp.MustCompile(`(^|/)(puma|pitchfork|unicorn|gunicorn[\w.]*|passenger)\.(rb|py)$|(^|/)config/environments/`)

// onlyTests reports whether a branch only tells tests from everything else.
func onlyTests(values []string) bool {
	for _, v := range values {
		switch v = strings.ToLower(v); {
		case strings.HasPrefix(v, "test"), v == "ci", v == "codespaces":
		default:
			return false
		}
	}
	return len(values) > 0
}

// lastName is a constructor without the path of its module.
func lastName(via string) string {
	via = via[strings.LastIndexAny(via, `/\`)+1:]
	if names := strings.Split(via, "."); len(names) > 3 {
		return strings.Join(names[len(names)-2:], ".")
	}
	return via
}
