package config

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
	ID:     "config/logged-secret",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A secret is written into the log",
	Why: "Logs are read by more people than secrets may be: they are copied to other systems, kept for months and searched by " +
		"everybody who helps in operations. Whoever reads one line of them can sign in as the program, or as the person.",
	Fixes: []audit.Fix{
		{For: "environment", Text: "Take ‹what› out of the call of ‹call›, and log the names of the variables that are set, if anything."},
		{For: "settings", Text: "Take ‹what› out of the call of ‹call›, and log the settings that matter one by one, without secrets."},
		{For: "handle", Text: "Log the host and the database's name of ‹what› instead of all of it: a password stands in it, in one deploy or another."},
		{For: "form", Text: "Log the fields that help, by their names, instead of ‹what›, in which the password stands."},
		{Text: "Take ‹what› out of the call of ‹call›, and log who it belongs to instead. Replace the secret where logs of production have it."},
		{Text: "Log who a secret belongs to instead of the secret, and replace it where logs of production have it."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
console.log("connecting to", process.env.DATABASE_URL);
require("http").createServer((req, res) => res.end()).listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
console.log("connecting to", new URL(process.env.DATABASE_URL).host);
require("http").createServer((req, res) => res.end()).listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for s := range audit.Facts[inspect.SecretLogged](c, source.Prod) {
			if !s.Fact.Debug && !inBrowser(c, s.File) && !drawsPage(s.File) && !besideProgram.MatchString(s.File.Path) && !toTerminal(s) && leaks(c, s) {
				reportLogged(report, s)
			}
		}
	},
})

// reportLogged reports one finding for a file and what it writes.
func reportLogged(report *audit.Report, s audit.Located[inspect.SecretLogged]) {
	what := map[string]string{
		"secret": "a secret", "handle": "the address of a service, and its password where one stands in it", "token": "which lets whoever has it in",
		"environment": "all variables with the secrets among them", "settings": "all settings with the secrets among them", "form": "all that somebody sent, their password too",
	}[s.Fact.Content]
	severity, confidence := audit.High, audit.HighConfidence
	switch s.Fact.Content {
	case "token":
		severity = audit.Medium
	case "settings":
		confidence = audit.MediumConfidence
	}
	if first.MatchString(s.Fact.What) {
		severity = audit.Medium
	}
	message := fmt.Sprintf("%s writes %s into the log, %s", s.Fact.Via, s.Fact.What, what)
	if s.Fact.Detail {
		message += ", where debugging is on"
		severity = map[audit.Severity]audit.Severity{audit.High: audit.Medium, audit.Medium: audit.Low}[severity]
	}
	report.Violation(s.At(), path.Base(s.File.Path)+" "+s.Fact.What, message, audit.WithSeverity(severity), audit.WithConfidence(confidence),
		audit.SameCause(s.File.Path+" "+s.Fact.Content), audit.WithFix(s.Fact.Content), audit.Naming("what", s.Fact.What), audit.Naming("call", s.Fact.Via))
}

// leaks reports whether what is written lets somebody in.
func leaks(c *audit.Component, s audit.Located[inspect.SecretLogged]) bool {
	where := s.File.Path + " " + s.Fact.In
	switch s.Fact.Content {
	case "form":
		return signIn.MatchString(s.Fact.In) || signIn.MatchString(path.Base(s.File.Path))
	case "handle":
		return !strings.Contains(strings.ToLower(where+s.Fact.What), "sqlite")
	case "token":
		return proves.MatchString(s.Fact.What) || proves.MatchString(where) && !grammar.MatchString(where)
	case "settings":
		return settingsFile.MatchString(s.File.Path) && holdsSecrets(c)
	}
	return true
}

// holdsSecrets reports whether a component reads a secret from the environment or
// has one in its code: its settings hold it.
func holdsSecrets(c *audit.Component) bool {
	return audit.Has(c, func(read inspect.EnvRead) bool {
		return read.Name != "" && (inspect.IsSecretName(read.Name) || inspect.IsHandleName(read.Name))
	}) || audit.Has(c, func(inspect.Credential) bool { return true })
}

// drawsPage reports whether a file is a part of a page, whose log only its visitor sees.
func drawsPage(f *audit.File) bool {
	for i := range audit.FactsIn[inspect.Import]([]*audit.File{f}, f.Role) {
		switch i.Fact.Path {
		case "react", "preact", "vue", "svelte", "solid-js", "@angular/core", "next/router", "next/navigation", "react-native":
			return true
		}
	}
	return false
}

// toTerminal reports whether a call prints for whoever runs a command, and not
// into the log of what a deploy runs.
func toTerminal(s audit.Located[inspect.SecretLogged]) bool {
	return commandPath.MatchString(packageRoot.ReplaceAllString(s.File.Path, "src/main/")) && !strings.Contains(strings.ToLower(s.Fact.Via), "log")
}

var (
	// signIn is the name of what takes a password from somebody.
	signIn = regexp.MustCompile(`(?i)log_?in|sign_?(in|up)|regist|passw|auth($|[^o])|(create|add|new)_?user`)
	// first is a password that a program makes for somebody's first sign-in: there is
	// no other way to hear of it.
	first = regexp.MustCompile(`(?i)(admin|initial|default|generated|temp(orary)?|random|first|new|root)_?pass`)
	// proves is in names of tokens, of files and of functions whose tokens let somebody in.
	proves = regexp.MustCompile(`(?i)access|refresh|auth($|[^o])|authoriz|authentic|jwt|bearer|session|reset|verif|login|sign_?(in|up)|api_?token|bot_?token|id_?token`)
	// grammar is in paths of files whose tokens are words of a text.
	grammar = regexp.MustCompile(`(?i)pars(e|er|ing)|lex(er|ing)|tokeni[sz]|syntax|grammar|compil|highlight|markdown|template`)
	// settingsFile is a file of settings, or where the program begins.
	settingsFile = regexp.MustCompile(`(?i)(^|/)(config|configs|configuration|settings)/|(^|/)(\w*(config|configuration|settings|env)|main|app|server|index|program)\.\w+$`)
	// packageRoot is the part of a path that repeats whose a Java program is: com/example.
	packageRoot = regexp.MustCompile(`src/main/\w+/\w+/\w+/`)
	// commandPath is of commands that somebody runs by hand.
	commandPath = regexp.MustCompile(`(?i)(^|/)([\w-]*cli|commands?|console|tasks|rake|extras?|examples?|docs?|seeds?|seeders?|bin)/|\.rake$|(^|/)seeds?\.\w+$`)
)
