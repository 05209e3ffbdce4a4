package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "config/secret-default",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A secret falls back to a value in the code",
	Why: "A deploy that forgets the variable starts anyway, with a secret that everyone can read: sessions and tokens " +
		"can be forged, and nothing tells that they can.",
	Fixes: []audit.Fix{
		{For: "settings class", Text: "Take the value out of the class and require the property there (@NotBlank on it, @Validated on the class), so that the start fails without it; ‹variable› gives it, and for developers the settings of a profile of their own."},
		{For: "Spring Boot", Text: "Write ${‹variable›} without a value behind it: the start fails when it is unset; give developers a value in a profile of their own."},
		{For: "Laravel", Text: `Write env("‹variable›") without a second argument, and stop when it is null; give developers a value in .env.example.`},
		{For: "Python", Text: `Read os.environ["‹variable›"], which fails when it is unset; give developers a value in .env.example.`},
		{For: "JavaScript", Text: "Drop the fallback and throw at start when process.env.‹variable› is unset; give developers a value in .env.example."},
		{For: "Go", Text: "Drop the fallback and return an error at start when ‹variable› is unset; give developers a value in .env.example."},
		{For: "Shell", Text: "Write ${‹variable›:?} without a value behind it: the script stops when it is unset."},
		{For: "Compose", Text: "Write ${‹variable›:?} without a value behind it: Compose stops when it is unset."},
		{For: "Ruby", Text: `Write ENV.fetch("‹variable›") without a fallback: it raises a KeyError when it is unset; give developers a value in .env.example.`},
		{For: "C#", Text: "Drop the fallback and throw at start when ‹variable› is unset; give developers a value with dotnet user-secrets."},
		{Text: "Drop the fallback and stop at start when ‹variable› is unset; give developers a value in .env.example."},
		{Text: "Drop the fallback and stop at start when the variable is unset; give developers a value in .env.example."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"ext"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- Procfile --
web: gunicorn app:app
-- app.py --
import os
from flask import Flask
app = Flask(__name__)
app.secret_key = os.environ.get("SECRET_KEY", "s3cret-for-now")
`,
	Good: `
-- requirements.txt --
flask==3.0.0
-- Procfile --
web: gunicorn app:app
-- app.py --
import os
from flask import Flask
app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		judgeComposeDefaults(c, report)
		given := map[string]bool{} // defaults that stand apart from what reads them
		for read := range audit.Facts[inspect.EnvRead](c) {
			if strings.HasSuffix(read.Fact.Via, setsDefault) {
				given[read.Fact.Name] = true
			}
		}
		for read := range audit.Facts[inspect.EnvRead](c) {
			severity, ok := badFallback(c, read)
			if !ok || given[read.Fact.Name] && !strings.HasSuffix(read.Fact.Via, setsDefault) || migrationTool.MatchString(path.Base(read.File.Path)) || setAbove(c, read) || namesAccessKey(c, read.Fact.Name) {
				continue
			}
			options := []audit.Option{audit.WithSeverity(severity), audit.Naming("variable", read.Fact.Name)}
			if settingsClass.MatchString(read.Fact.Via) {
				options = append(options, audit.WithFix("settings class"))
			}
			report.Violation(read.At(), read.Fact.Name, fallbackMessage(read.Fact, severity), options...)
		}
		judgeSeedDefaults(c, report)
	},
})

// judgeSeedDefaults reports the first account's password that seeds fall back to
// which a start or release runs.
func judgeSeedDefaults(c *audit.Component, report *audit.Report) {
	for read := range audit.Facts[inspect.EnvRead](c, source.Seed) {
		if !opensAccount(read.Fact.Name) {
			continue
		}
		if _, run := c.Fills()[read.File.Path]; !run {
			continue
		}
		if severity, ok := badFallback(c, read); ok {
			report.Violation(read.At(), read.Fact.Name, fallbackMessage(read.Fact, severity), audit.WithSeverity(severity), audit.Naming("variable", read.Fact.Name))
		}
	}
}

// fallbackMessage says what a fallback is, and what it opens where that weighs.
func fallbackMessage(read inspect.EnvRead, severity audit.Severity) string {
	message := fmt.Sprintf("%s falls back to a literal of %d characters", read.Name, read.Fallback.Secret.Length)
	switch {
	case severity != audit.High:
		return message
	case strings.Contains(read.Fallback.Text, "://"):
		return fmt.Sprintf("%s falls back to a URL that carries the password of a remote service", read.Name)
	case opensAccount(read.Name):
		return message + ", the password of an account wherever it is unset"
	}
	return message + ", with which whoever reads the code can sign wherever it is unset"
}

// badFallback judges the literal that stands in for an unset variable. One
// that signs works whatever it is; a key of a service works only where it is the
// service's, so samples and local throwaways are let pass, and so is the URL of
// a database on this machine. Of words, see usableWord.
func badFallback(c *audit.Component, found audit.Located[inspect.EnvRead]) (audit.Severity, bool) {
	read := found.Fact
	fallback := read.Fallback
	secret := fallback.Secret
	if profile := audit.SpringProfile(found.File); profile != "" && developersSettings.MatchString(path.Base(found.File.Path)) && !c.InProduction(profile) {
		return "", false // nothing but a developer's machine reads it
	}
	if !fallback.IsLiteral() || secret == nil || secret.Length == 0 || read.Rejected || read.Debug {
		return "", false
	}
	if dashes := secret.Unset && secret.Entropy == 0 && secret.Length >= 3; dashes && read.Secret && signs(read.Name) {
		return audit.Medium, true // "---" says that there is none, and signs as well as anything
	}
	if secret.Unset || signs(read.Name) && (besideProgram.MatchString(found.File.Path) || runByPeople.MatchString(found.File.Path) || strings.HasSuffix(found.File.Path, ".rake")) || besideProduction(c, found.File) {
		return "", false // a script's own run
	}
	if strings.Contains(fallback.Text, "://") {
		return audit.High, audit.OpensDoor(secret) && !localURL.MatchString(fallback.Text) && !strings.Contains(fallback.Text, "example")
	}
	switch {
	case !read.Secret || identifier.MatchString(read.Name):
		return "", false
	case secret.Format == "" && ownSigning.MatchString(read.Name) && !readBare(c, read.Name):
		return audit.High, true
	case secret.Format != "", signs(read.Name):
		return audit.Medium, true
	case opensAccount(read.Name):
		return audit.High, !hint.MatchString(secret.Masked)
	}
	if audit.OpensDoor(secret) {
		return audit.Medium, true
	}
	if besideProgram.MatchString(found.File.Path) {
		return "", false // a script's own run
	}
	return usableWord(c, read)
}

// ownSigning are variables that hold what a program signs its own sessions and
// tokens with: whoever knows the fallback is whoever they like.
var ownSigning = regexp.MustCompile(`(?i)(^|_)(jwt|session|cookie|csrf)_(\w+_)?(secret|key|salt)\w*$|^(\w+_)?(jwt|session|cookie)(secret|key)$|^((django|flask|app|application|rails|laravel|nextauth|better_auth|devise|symfony|server|auth)_)?(secret|secret_?key|secret_?token|secret_?key_?base)$|^APP_KEY$`)

// readBare reports whether the program also reads a variable without a fallback:
// where it is unset, what checks by that read lets nobody in.
func readBare(c *audit.Component, name string) bool {
	return audit.Has(c, func(read inspect.EnvRead) bool {
		return read.Name == name && (read.Required || read.Fallback.Source == inspect.None)
	})
}

// besideProduction reports whether a file holds the settings of developers,
// beside one that holds production's.
func besideProduction(c *audit.Component, f *audit.File) bool {
	if !developersName.MatchString(path.Base(f.Path)) {
		return false
	}
	return slices.ContainsFunc(c.Files, func(other *audit.File) bool {
		return path.Dir(other.Path) == path.Dir(f.Path) && production.MatchString(path.Base(other.Path))
	})
}

var developersName = regexp.MustCompile(`(?i)^(settings[_-])?(local|dev|development|debug)([_-]settings)?\.\w+$`)

// setsDefault ends the names of the functions that only give a default.
const setsDefault = ".SetDefault"

// identifier are variables beside a secret that name an account.
var identifier = regexp.MustCompile(`_ID$|_USER(NAME)?$`)

// migrationTool are configurations of command-line tools, which make up values
// that the program itself would require.
var migrationTool = regexp.MustCompile(`^(knexfile|ormconfig|drizzle\.config|prisma\.config|sequelize\.config)\.`)
