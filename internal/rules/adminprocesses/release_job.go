package adminprocesses

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:      "admin-processes/release-job",
	Aspect:  "a",
	Type:    audit.Positive,
	Title:   "The migration is a process of its own, once per release",
	Why:     "A one-off process of the release has its code and its config, runs alone, and stops the release when it fails.",
	Sources: []string{"12F", "000", "001", "002", "003", "004"},
	Bad: `
-- requirements.txt --
django==5.0
psycopg==3.1.18
-- Procfile --
web: python manage.py migrate && gunicorn shop.wsgi
`,
	Good: `
-- requirements.txt --
django==5.0
psycopg==3.1.18
-- Procfile --
release: python manage.py migrate
web: gunicorn shop.wsgi
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, p := range c.Processes {
			if !p.Release || p.Dev || p.Supervised() {
				continue
			}
			if by := migrationOf(c, p); by != "" {
				report.Pass(audit.Place{Path: p.File.Path, Line: p.Line, EndLine: p.Line}, 1, fmt.Sprintf("%s runs %s once per release", p.Name, by))
				return
			}
		}
		for s := range audit.FactsIn[inspect.WorkflowStep](c.Workflows(), source.CI) {
			for _, command := range s.Fact.Commands {
				if task := oneOff(command); task != "" && !fills.MatchString(task) {
					report.Pass(audit.Place{Path: s.File.Path, Line: command.Line, EndLine: command.Line}, 1, fmt.Sprintf("the workflow runs %s as a one-off process", task))
					return
				}
			}
		}
		judgeAwaited(c, report)
		judgeWorkflow(c, report)
	},
})

// fills are commands that put data into a database that has its schema.
var fills = regexp.MustCompile(`(?i)\b(seed\w*|loaddata|fixtures:load)\b|seed`)

// judgeAwaited looks for a service of its own that migrates and that the program
// waits for, whatever image it has.
func judgeAwaited(c *audit.Component, report *audit.Report) {
	for s := range audit.Facts[inspect.ComposeService](c, source.DeployProd) {
		if !c.RunsService(s) {
			continue
		}
		for other := range audit.FactsIn[inspect.ComposeService]([]*audit.File{s.File}, source.DeployProd) {
			if slices.Contains(s.Fact.DependsOn, other.Fact.Name) && strings.Contains(strings.ToLower(other.Fact.Name), "migrat") {
				report.Pass(other.At(), 1, fmt.Sprintf("the service %s migrates before %s starts", other.Fact.Name, s.Fact.Name))
				return
			}
		}
	}
}

// judgeWorkflow looks for a migration that the deploy workflow itself carries out
// on the deployed database: once per release, though not in the release's image.
func judgeWorkflow(c *audit.Component, report *audit.Report) {
	for s := range audit.FactsIn[inspect.WorkflowStep](c.Workflows(), source.CI) {
		if !deployed(s.Fact) {
			continue
		}
		for _, step := range c.Steps(inspect.Start{Commands: s.Fact.Commands}, s.File) {
			by, _, found := migrates(step.Command)
			if !found {
				by, _, found = scriptMigrates(c, step)
			}
			if found && !fills.MatchString(by) && pushesSchema(step.Command) == "" && !insideImage.MatchString(strings.Join(step.Argv, " ")) && path.Base(step.Argv[0]) != "ssh" {
				report.Pass(audit.Place{Path: s.File.Path, Line: stepLine(s, step), EndLine: stepLine(s, step)}, 0.5, fmt.Sprintf("the workflow runs %s once per deploy", by))
				return
			}
		}
	}
}

// migrationOf names the migration that a process runs, "" for none. One that is
// named for it is believed.
func migrationOf(c *audit.Component, p audit.Process) string {
	steps := c.RunSteps(p)
	for i, step := range steps {
		if by, _, found := migrates(step.Command); found && !startsSomething(steps[i+1:]) {
			return by
		}
	}
	if strings.Contains(strings.ToLower(p.Name), "migrat") {
		return cmp.Or(strings.TrimSpace(p.Start.Text), "its migration")
	}
	return ""
}

// oneOff names the migration that a command runs as a process of the release on
// its platform, "" when it does something else.
func oneOff(command inspect.Command) string {
	argv := audit.Unwrap(command.Argv)
	if len(argv) < 3 {
		return ""
	}
	switch line := strings.Join(argv, " "); path.Base(argv[0]) {
	case "docker", "docker-compose", "podman":
		if !strings.Contains(line, " run ") && !strings.Contains(line, " exec ") || strings.Contains(line, "test") {
			return ""
		}
	case "kubectl", "heroku", "flyctl", "fly", "dokku", "gcloud", "aws", "railway", "copilot", "eb":
	default:
		return ""
	}
	for i := 2; i < len(argv); i++ {
		rest := inspect.Command{Argv: argv[i:]}
		if by, _, found := migrates(rest); found {
			return by
		}
		if name, found := migrationByScript(rest); found {
			return name
		}
		if nested := shell.NestedCommands(inspect.Command{Argv: []string{"sh", "-c", argv[i]}}); strings.Contains(argv[i], " ") && len(nested) > 0 {
			if by, _, found := migrates(nested[0]); found {
				return by
			}
		}
	}
	return ""
}
