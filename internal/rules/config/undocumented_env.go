package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "config/undocumented-env",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "A variable that the program needs is named nowhere but in the code",
	Why: "Whoever sets up a deploy learns of the variable when the program fails without it: at the start at best, in the first " +
		"request that needs it otherwise.",
	Fixes: []audit.Fix{
		{For: "Symfony", Text: "Add a line ‹variable›= to .env, where Symfony keeps defaults that are no secrets, with a comment on where its value comes from."},
		{Text: "Add a line ‹variable›= to .env.example (or name it in the deploy's descriptor), with a comment on where its value comes from."},
		{For: "no example", Text: "Commit an .env.example with the lines ‹lines›, each with a comment on where its value comes from."},
		{For: "no example", Text: "Commit an .env.example with a line for each variable that the program needs, with a comment on where its value comes from."},
		{Text: "Add the variable to .env.example (or name it in the deploy's descriptor), with a comment on where its value comes from."},
	},
	Severity:   audit.Low,
	Confidence: audit.HighConfidence,
	Counting:   audit.Ratio,
	Sources:    []string{"001", "002", "004"},
	Bad: `
-- requirements.txt --
flask==3.0.0
gunicorn==22.0.0
-- Procfile --
web: gunicorn app:app
-- app.py --
import os
from flask import Flask
app = Flask(__name__)
key = os.environ["MAILER_KEY"]
`,
	Good: `
-- requirements.txt --
flask==3.0.0
gunicorn==22.0.0
-- Procfile --
web: gunicorn app:app
-- app.py --
import os
from flask import Flask
app = Flask(__name__)
key = os.environ["MAILER_KEY"]
-- .env.example --
MAILER_KEY=
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		mentioned := c.Repo.NamedVariables()
		optional := optionalGroups(c)
		var untold []untoldVariable
		good, example := 0, false
		for _, v := range c.Variables() {
			example = example || len(v.Documented) > 0
			i := slices.IndexFunc(v.Reads, needed)
			if v.Platform || !v.Required || i < 0 || strings.ContainsAny(v.Name, "*{}$ ") {
				continue
			}
			if len(v.Documented) > 0 || len(v.Given) > 0 || mentioned[v.Name] || declares(v.Reads) {
				good++
				continue
			}
			untold = append(untold, untoldVariable{v.Name, v.Reads[i].At, optional[group(v.Name)]})
		}
		if example || len(untold) < 2 {
			reportUntold(report, untold)
		} else {
			reportNoExample(report, untold)
		}
		report.Good(good)
	},
})

// untoldVariable is one that nothing but code names.
type untoldVariable struct {
	name   string
	at     audit.Place
	doubts bool // it may be needed together with others alone
}

func reportUntold(report *audit.Report, untold []untoldVariable) {
	for _, v := range untold {
		options := []audit.Option{audit.Naming("variable", v.name)}
		if v.doubts {
			options = append(options, audit.WithConfidence(audit.LowConfidence))
		}
		report.Violation(v.at, v.name, fmt.Sprintf("%s fails without %s, which no example file or descriptor names", path.Base(v.at.Path), v.name), options...)
	}
}

// reportNoExample tells of all variables at once: what lacks is the file.
func reportNoExample(report *audit.Report, untold []untoldVariable) {
	slices.SortStableFunc(untold, func(a, b untoldVariable) int {
		switch {
		case a.doubts == b.doubts:
			return 0
		case b.doubts:
			return -1
		}
		return 1
	})
	var names, lines []string
	for _, v := range untold {
		names, lines = append(names, v.name), append(lines, v.name+"=")
	}
	message := fmt.Sprintf("The code fails without %s, and there is no example file or descriptor that names them", audit.Enumerated(names))
	for _, v := range untold {
		options := []audit.Option{audit.WithFix("no example"), audit.Naming("lines", strings.Join(lines, ", "))}
		if v.doubts {
			options = append(options, audit.WithConfidence(audit.LowConfidence))
		}
		report.Violation(v.at, noExample, message, options...)
	}
}

// noExample is the subject of what lacks where nothing names any variable.
const noExample = ".env.example"

// needed reports whether a read fails when the variable is unset. Aspire's host
// hands its programs what they ask for, and says so in code.
// A script of the shell that stops at whatever is unset sets most of it itself,
// and who starts a task by hand reads what it asks for.
func needed(r audit.VariableRead) bool {
	return r.Required && !r.HasDefault && !strings.HasPrefix(r.Via, "Aspire.") && !strings.HasPrefix(r.Via, "IConfiguration") && r.Via != "${}" && !byHand.MatchString(r.At.Path)
}

var byHand = regexp.MustCompile(`(?i)(^|/)(scripts?|bin|tools?|management/commands|lib/tasks|tasks)/|\.rake$`)

// optionalGroups are the first words of variables that are only asked for:
// with CDN_TOKEN unset nobody reads CDN_ZONE.
func optionalGroups(c *audit.Component) map[string]bool {
	groups := map[string]bool{}
	for _, v := range c.Variables() {
		if !v.Platform && slices.ContainsFunc(v.Reads, func(r audit.VariableRead) bool { return !r.Required && !r.HasDefault }) {
			groups[group(v.Name)] = true
		}
	}
	return groups
}

// group is the first word of a name, all of it where it has one word.
func group(name string) string {
	first, _, _ := strings.Cut(name, "_")
	return first
}

// declares reports whether a schema names the variable, which is as good as an
// example.
func declares(reads []audit.VariableRead) bool {
	return slices.ContainsFunc(reads, func(r audit.VariableRead) bool {
		return typedLoader.MatchString(r.Via) && !laterCheck.MatchString(r.Via)
	})
}
