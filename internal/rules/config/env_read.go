package config

import (
	"fmt"
	"regexp"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "config/env-read",
	Aspect: "b",
	Type:   audit.Positive,
	Title:  "Handles and values are read from the environment",
	Why: "What differs between deploys comes from outside: the same code runs everywhere, and a deploy is pointed at " +
		"another database without a release. Reading only switches from the environment is half of it.",
	Sources: []string{"12F", "000", "001", "002", "003", "004"},
	Bad: `
-- requirements.txt --
sqlalchemy==2.0.31
gunicorn==22.0.0
-- Procfile --
web: gunicorn app:app
-- app.py --
from sqlalchemy import create_engine
engine = create_engine("postgresql://localhost/app")
`,
	Good: `
-- requirements.txt --
sqlalchemy==2.0.31
gunicorn==22.0.0
-- Procfile --
web: gunicorn app:app
-- app.py --
import os
from sqlalchemy import create_engine
engine = create_engine(os.environ["DATABASE_URL"])
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if client, ok := clientFromEnv(c); ok {
			report.Pass(client.At(), 1, fmt.Sprintf("The %s handle comes from %s", client.Fact.Service, client.Fact.Handle.Env[0]))
			return
		}
		reads := map[string]bool{}
		var first, handle *audit.Located[inspect.EnvRead]
		for read := range audit.Facts[inspect.EnvRead](c) {
			if audit.IsPlatformVariable(read.Fact.Name) || read.Fact.Name == "" {
				continue
			}
			reads[read.Fact.Name] = true
			if first == nil {
				first = &read
			}
			if handle == nil && (read.Fact.Secret || handleVariable.MatchString(read.Fact.Name)) {
				handle = &read
			}
		}
		switch {
		case handle != nil:
			message := handle.Fact.Name + " is read from the environment"
			if len(reads) > 1 {
				message += fmt.Sprintf(", one of %d variables", len(reads))
			}
			report.Pass(handle.At(), 1, message)
		case first != nil:
			report.Pass(first.At(), 0.5, fmt.Sprintf("%s is read from the environment", first.Fact.Name))
		}
	},
})

// clientFromEnv is a backing service whose handle comes from the environment.
// A file's name is a handle of the least sort.
func clientFromEnv(c *audit.Component) (audit.Located[inspect.Client], bool) {
	var file audit.Located[inspect.Client]
	for client := range audit.Facts[inspect.Client](c) {
		if !client.Fact.Handle.FromEnv() || len(client.Fact.Handle.Env) == 0 {
			continue
		}
		if client.Fact.Service != inspect.SQLite {
			return client, true
		}
		if file.File == nil {
			file = client
		}
	}
	return file, file.File != nil
}

// handleVariable are names of what locates a service or a resource.
var handleVariable = regexp.MustCompile(`(?i)(^|_)(url|uri|dsn|host|hosts|hostname|endpoint|addr|address|server|servers|broker|brokers|bucket|database|connection_string|topic|queue|region|domain|origin)(_|$)`)
