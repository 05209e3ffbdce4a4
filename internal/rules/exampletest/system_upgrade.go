package exampletest

import (
	"fmt"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/system-upgrade",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The image's build upgrades the operating system",
	Why:    "Each build takes what the distribution has that day: the same commit gives another image, and a rollback does not bring the old one back.",
	Fixes: []audit.Fix{
		{Text: "Take `‹command›` out, and name a newer base image in FROM instead: then an upgrade is a commit of its own."},
		{Text: "Take the upgrade out, and name a newer base image in FROM instead: then an upgrade is a commit of its own."},
	},
	Severity:   audit.Low,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"ext"},
	Bad: `
-- requirements.txt --
gunicorn==22.0.0
-- app.py --
app = None
-- Dockerfile --
FROM python:3.12.4-slim
RUN apt-get update && apt-get upgrade -y
COPY . .
RUN pip install -r requirements.txt
CMD ["gunicorn", "app:app"]
`,
	Good: `
-- requirements.txt --
gunicorn==22.0.0
-- app.py --
app = None
-- Dockerfile --
FROM python:3.12.4-slim
COPY . .
RUN pip install -r requirements.txt
CMD ["gunicorn", "app:app"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c.Image == nil {
			return
		}
		for _, i := range c.Image.Instructions {
			if i.Fact.Name != "RUN" || i.Fact.Start == nil {
				continue
			}
			for _, command := range i.Fact.Start.Commands {
				if what := systemUpgrade(command); what != "" {
					report.Violation(audit.Place{Path: i.File.Path, Line: command.Line, EndLine: command.Line}, what,
						fmt.Sprintf("%s takes what is newest on the day of the build", what), audit.Naming("command", what))
				}
			}
		}
	},
})

// systemUpgrade names a command that upgrades all packages of the system, "" for others.
func systemUpgrade(command inspect.Command) string {
	if len(command.Argv) < 2 {
		return ""
	}
	for _, verb := range command.Argv[1:] {
		if slices.Contains(upgradeVerbs[command.Argv[0]], verb) {
			return command.Argv[0] + " " + verb
		}
	}
	return ""
}

var upgradeVerbs = map[string][]string{
	"apt-get": {"upgrade", "dist-upgrade"}, "apt": {"upgrade", "full-upgrade"}, "apk": {"upgrade"}, "dnf": {"upgrade"}, "yum": {"update", "upgrade"},
}
