package devprodparity

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "dev-prod-parity/db-engine",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Development runs another database engine than production",
	Why: "Engines differ in types, constraints, locking and SQL. SQLite accepts what PostgreSQL refuses, so queries and " +
		"migrations that worked for every developer fail in production first.",
	Fixes: []audit.Fix{
		{Text: "Run ‹engine› in development too, with Docker Compose for example, and let one variable such as DATABASE_URL say where it is."},
		{Text: "Run production's engine in development too, with Docker Compose for example, and let one variable such as DATABASE_URL say where it is."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "000", "001", "002", "004"},
	Bad: `
-- requirements.txt --
django==5.0
psycopg==3.1.18
-- Procfile --
web: gunicorn shop.wsgi
-- shop/settings/base.py --
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "shop.urls"
-- shop/settings/dev.py --
from .base import *
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
-- shop/settings/production.py --
from .base import *
import os
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": os.environ["DB_HOST"]}}
`,
	Good: `
-- requirements.txt --
django==5.0
psycopg==3.1.18
-- Procfile --
web: gunicorn shop.wsgi
-- shop/settings/base.py --
import os
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "shop.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "HOST": os.environ["DB_HOST"]}}
-- shop/settings/dev.py --
from .base import *
DEBUG = True
-- docker-compose.dev.yml --
services:
  db:
    image: postgres:16
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		differ := developmentDiffers(c)
		if differ == nil {
			return
		}
		d, p := differ.development, differ.production
		var options []audit.Option
		if d.guessed || p.guessed {
			options = append(options, audit.WithConfidence(audit.MediumConfidence))
		}
		message := fmt.Sprintf("development runs %s (%s), production %s (%s)", engineName(d.service), d.by, engineName(p.service), p.by)
		options = append(options, audit.Naming("engine", namedEngine(p.service)))
		report.Violation(d.place, string(d.service), message, options...)
		report.Violation(p.place, string(d.service), message, options...)
	},
})

// difference is an engine of development and the one that production has.
type difference struct{ development, production engine }

// developmentDiffers compares the two, nil when they agree, either is unknown,
// or the choice is the installer's.
func developmentDiffers(c *audit.Component) *difference {
	if selectable(c) {
		return nil
	}
	for _, look := range []func(*audit.Component) *difference{installed, branched, chosen, contradicted} {
		if d := look(c); d != nil {
			return d
		}
	}
	development := developmentEngines(c)
	if len(development) == 0 {
		return nil
	}
	if profile, ok := c.DevelopersProfile(); ok && profile.OfProfile(c.Repo.File(development[0].place.Path)) {
		return nil // what is deployed has the same one
	}
	production := productionEngines(c)
	if len(production) == 0 && development[0].guessed {
		return driven(c)
	}
	if len(services(production)) != 1 {
		return nil
	}
	for _, d := range development {
		if d.service == production[0].service {
			return nil
		}
	}
	return &difference{development[0], production[0]}
}

func engineName(s inspect.Service) string {
	switch s {
	case "":
		return "a server"
	case inspect.Postgres:
		return "PostgreSQL"
	case inspect.MySQL:
		return "MySQL"
	case inspect.SQLite:
		return "SQLite"
	case inspect.Database:
		return "SQL Server"
	case inspect.EmbeddedDB:
		return "an embedded database"
	}
	return string(s)
}

// namedEngine is an engine's name, "" where only that it is a server is known.
func namedEngine(service inspect.Service) string {
	name := engineName(service)
	if strings.HasPrefix(name, "a ") {
		return ""
	}
	return name
}
