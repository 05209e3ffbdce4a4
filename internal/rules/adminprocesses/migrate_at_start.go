package adminprocesses

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
	ID:     "admin-processes/migrate-at-start",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Every start migrates the database",
	Why: "Each instance that starts, restarts or scales out runs the migration again, two of them at the same time. A " +
		"migration that fails or takes long keeps the service down instead of stopping the release.",
	Fixes: []audit.Fix{
		{For: "spring.sql.init.mode", Text: "Set spring.sql.init.mode to never for what serves, and let one start per release have always, or let Flyway or Liquibase carry the schema in a release step."},
		{For: "a setting", Text: "Set ‹key› to false for what serves, and let one process per release migrate and end."},
		{For: "Entity Framework", Text: "Take ‹call› out of the start, and let the deploy run a migration bundle (dotnet ef migrations bundle) once per release."},
		{For: "Rails' migrations", Text: "Take ‹call› out of the start, and run bin/rails db:migrate once per release, before the new processes start."},
		{For: "code", Text: "Take ‹call› out of the start, give the program a command that migrates and ends, and run that once per release, before the new processes start."},
		{For: "tables", Text: "Write the tables as migrations, and run them once per release, before the new processes start."},
		{For: "base image", Text: "Unset ‹variable›, and run the migration once per release as a one-off process of the same image."},
		{For: "fly", Text: "Take ‹task› out of the start, and let fly run it once per release: release_command under [deploy] in fly.toml."},
		{For: "Procfile", Text: "Take ‹task› out of the start, and run it in the release: line of the Procfile, once per release."},
		{For: "Heroku", Text: "Take ‹task› out of the start, and run it in the release phase, once per release."},
		{For: "Render", Text: "Take ‹task› out of the start, and run it as preDeployCommand in render.yaml, once per release."},
		{For: "Helm", Text: "Take ‹task› out of the start, and run it as a Job with the hook pre-install,pre-upgrade (helm.sh/hook), once per release."},
		{For: "Kubernetes", Text: "Take ‹task› out of the start of the pods, and run it as a Job of the same image before the rollout, once per release."},
		{For: "Compose", Text: "Take ‹task› out of the start, and let the deploy run it once (docker compose run --rm) before it starts the new containers."},
		{Text: "Take ‹task› out of the start, and run it once per release, before the new processes start, as a one-off process of the same image."},
		{Text: "Take the migration out of the start, and run it once per release, before the new processes start, as a one-off process of the same image."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "003", "004"},
	Bad: `
-- requirements.txt --
django==5.0
psycopg==3.1.18
-- Dockerfile --
FROM python:3.12
COPY . .
CMD python manage.py migrate && gunicorn shop.wsgi
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
		for _, p := range c.Running() {
			judgeStart(c, p, report)
		}
		for _, p := range c.Processes {
			if p.Release && !p.Dev && p.Supervised() { // once for each start of the container
				if by := migrationOf(c, p); by != "" {
					at := audit.Place{Path: p.File.Path, Line: p.Line, EndLine: p.Line}
					report.Violation(at, "migration", fmt.Sprintf("%s runs in %s, before each start of the container", by, p.Name), append(stepFix(c, p.File, by), audit.WithSeverity(severityOf(c, false)))...)
				}
			}
		}
		judgeInit(c, report)
		judgeHooks(c, report)
		judgeBase(c, report)
		judgeBoot(c, report)
	},
})

// judgeStart looks for a migration among what a process runs before its
// program. A process that does nothing after it is a one-off.
func judgeStart(c *audit.Component, p audit.Process, report *audit.Report) {
	steps := c.RunSteps(p)
	for i, step := range steps {
		by, locked, found := migrates(step.Command)
		if !found {
			by, locked, found = migratesInside(c, step)
		}
		if !found {
			by, locked, found = scriptMigrates(c, step)
		}
		if !found {
			by, found = setsUpItself(step, steps[i+1:])
		}
		if !found || step.Captured || !startsSomething(steps[i+1:]) {
			continue
		}
		severity, unless := severityOf(c, locked), ""
		if !step.Certain() {
			if name := switchOf(step.Guard); name != "" {
				severity, unless = lower(severity), fmt.Sprintf(", unless %s says otherwise", name)
			}
			switch verdictOf(c, p, step, steps) {
			case never:
				continue
			case optIn:
				severity = audit.Info
			}
		}
		at := audit.Place{Path: step.File.Path, Line: step.Line, EndLine: step.Line}
		if step.File.Format == inspect.PackageJSON && p.Deployed() { // the script is fine, calling it there is not
			at = audit.Place{Path: p.File.Path, Line: p.Line, EndLine: p.Line}
		}
		report.Violation(at, "migration", fmt.Sprintf("%s runs before each start of %s%s", by, nameOf(p), unless), append(stepFix(c, p.File, by), audit.WithSeverity(severity))...)
		return
	}
}

func nameOf(p audit.Process) string {
	if p.Image {
		return "the image"
	}
	return p.Name
}

// severityOf is high where several instances start at once and nothing locks,
// low where the tool locks: then only the coupling of start and release is left.
func severityOf(c *audit.Component, locked bool) audit.Severity {
	switch {
	case locked:
		return audit.Low
	case replicated(c):
		return audit.High
	}
	return audit.Medium
}

func replicated(c *audit.Component) bool {
	for w := range audit.Facts[inspect.Workload](c, source.DeployProd) {
		if w.Fact.Type == "Deployment" && w.Fact.Replicas != nil && *w.Fact.Replicas > 1 {
			return true
		}
	}
	for s := range audit.Facts[inspect.ComposeService](c, source.DeployProd) {
		if s.Fact.Replicas > 1 && audit.BackingService(s.Fact.Image) == "" {
			return true
		}
	}
	return false
}

// asides are programs that a script ends with and that start nothing.
var asides = map[string]bool{"echo": true, "printf": true, "exit": true, "true": true, ":": true, "set": true, "export": true, "cd": true, "sleep": true, "[": true, "test": true, "wait": true}

// startsSomething reports whether something follows that is the process itself,
// rather than more of the same one-off.
func startsSomething(steps []audit.Step) bool {
	for _, s := range steps {
		program := audit.Program(s.Command)
		if _, _, again := migrates(s.Command); again || asides[program] || program == "" || s.Captured {
			continue
		}
		if s.Exec || s.Last || s.Background || audit.ServesHTTP(s.Command) || audit.TakesJobs(s.Command) {
			return true
		}
	}
	return false
}

type verdict int

const (
	always verdict = iota
	optIn
	never
)

var (
	// dispatched are conditions on the script's own arguments: who wants the
	// migration asks for it by name.
	dispatched = regexp.MustCompile(`\$(\{)?[1-9@*#]`)
	variable   = regexp.MustCompile(`\$\{?([A-Za-z_][A-Za-z0-9_]*)`)
	// optedOut are conditions that hold until somebody sets a variable.
	optedOut = regexp.MustCompile(`!=|-ne |-z |:-["']?(true|1|yes|on)|(?i)\b(skip|no|disable|without)_`)
)

// verdictOf says what a migration behind a condition is: asked for by the
// script's arguments or in a function that is no main, opted in by a variable
// that is off by default, or as good as always.
func verdictOf(c *audit.Component, p audit.Process, step audit.Step, steps []audit.Step) verdict {
	guard := step.Guard
	if rest, inside := strings.CutPrefix(guard, "()"); inside {
		if !callsMain(steps, step.File) {
			return never
		}
		guard = strings.TrimPrefix(rest, "; ")
	}
	switch m := variable.FindStringSubmatch(guard); {
	case dispatched.MatchString(guard):
		if asksForOwn(c, p, guard) {
			return always
		}
		return never
	case m == nil, optedOut.MatchString(guard), strings.HasSuffix(guard, "; else"), setInImage(c, m[1]):
		return always
	}
	return optIn
}

// switchOf is the variable that switches a migration off, by its guard, or "".
func switchOf(guard string) string {
	guard = strings.TrimPrefix(guard, "(); ")
	if m := variable.FindStringSubmatch(guard); m != nil && !dispatched.MatchString(guard) && switchName.MatchString(m[1]) {
		return m[1]
	}
	return ""
}

// switchName is the name of what says whether something is done.
var switchName = regexp.MustCompile(`(?i)(^|_)(skip|run|auto|do|no|disable|enable|without|should|migrate|migrations?)(_|$)`)

// lower is the severity below another.
func lower(s audit.Severity) audit.Severity {
	switch s {
	case audit.High:
		return audit.Medium
	case audit.Medium:
		return audit.Low
	}
	return s
}

func callsMain(steps []audit.Step, file *audit.File) bool {
	for _, s := range steps {
		if s.File == file && s.Argv[0] == "main" && !s.Conditional {
			return true
		}
	}
	return false
}

// setInImage reports whether the image switches a variable on.
func setInImage(c *audit.Component, name string) bool {
	if c.Image == nil {
		return false
	}
	for _, i := range c.Image.Instructions {
		for _, entry := range i.Fact.Pairs {
			if i.Fact.Name == "ENV" && entry.Name == name {
				switch strings.ToLower(entry.Value.Text) {
				case "", "0", "false", "no", "off":
				default:
					return true
				}
			}
		}
	}
	return false
}

// judgeInit looks into the init containers of workloads: they run before each
// start of each pod.
func judgeInit(c *audit.Component, report *audit.Report) {
	for w := range audit.Facts[inspect.Workload](c, source.DeployProd, source.Prod) {
		if w.Fact.Type == "Job" || w.Fact.Type == "CronJob" || w.Fact.Hook != "" {
			continue
		}
		for _, k := range w.Fact.Containers {
			argv := slices.Concat(k.Command, k.Args)
			if !k.Init || len(argv) == 0 {
				continue
			}
			start := inspect.Start{Text: strings.Join(argv, " "), Line: k.Line, Commands: []inspect.Command{{Argv: argv, Line: k.Line, Last: true}}}
			for _, step := range c.Steps(start, w.File) {
				by, locked, found := migrates(step.Command)
				if !found {
					by, locked, found = scriptMigrates(c, step)
				}
				if found && !step.Captured {
					report.Violation(audit.Place{Path: w.File.Path, Line: k.Line, EndLine: k.Line}, "migration",
						fmt.Sprintf("the init container %s runs %s before each start of a pod of %s", k.Name, by, w.Fact.Name), append(stepFix(c, w.File, by), audit.WithSeverity(severityOf(c, locked)))...)
					break
				}
			}
		}
	}
}

// judgeHooks looks into uwsgi's files: hook-pre-app = exec:./manage.py migrate.
func judgeHooks(c *audit.Component, report *audit.Report) {
	for s := range audit.Facts[inspect.Setting](c) {
		key, ok := strings.CutPrefix(s.Fact.Key, "uwsgi.")
		if !ok || !strings.HasPrefix(key, "hook-") && !strings.HasPrefix(key, "exec-") {
			continue
		}
		line := strings.TrimPrefix(s.Fact.Value.Text, "exec:")
		if by, locked, found := migrates(inspect.Command{Argv: strings.Fields(line)}); found {
			report.Violation(s.At(), "migration", fmt.Sprintf("%s runs in uwsgi's %s, at each start", by, key), append(stepFix(c, s.File, by), audit.WithSeverity(severityOf(c, locked)))...)
		}
	}
}

// judgeBoot looks for code that migrates before the program serves; a script
// beside the program is a task that somebody runs. Deriving the schema from
// models is another rule's.
func judgeBoot(c *audit.Component, report *audit.Report) {
	for _, m := range bootMigrations(c) {
		if m.sync || m.Fact.Via == inspect.CreateTable && c.Class == audit.Function { // what a function's start is, its platform says
			continue
		}
		options := []audit.Option{audit.WithSeverity(severityOf(c, lockedLibrary.MatchString(m.Fact.Via)))}
		if m.doubtful {
			options = append(options, audit.WithConfidence(audit.MediumConfidence))
		}
		options = append(options, codeFix(m.Fact.Via)...)
		message := fmt.Sprintf("%s migrates at each start", shortName(m.Fact.Via))
		if m.Fact.Via == inspect.CreateTable {
			message = "the program creates its tables itself at each start (CREATE TABLE IF NOT EXISTS)"
			options = append(options, audit.WithConfidence(audit.MediumConfidence))
		}
		report.Violation(m.At(), "migration", message, options...)
	}
}

// stepFix is for what a command that migrates at the start has to become: what
// the platform has for it, of the descriptor that starts it or of the only one.
func stepFix(c *audit.Component, descriptor *audit.File, by string) []audit.Option {
	return []audit.Option{audit.WithFix(descriptor.Platform(), c.DeployedBy()), audit.Naming("task", by)}
}

// codeFix is for what code or a setting that migrates has to become.
func codeFix(via string) []audit.Option {
	fix := "code"
	switch {
	case via == "spring.sql.init.mode":
		fix = via
	case strings.HasPrefix(via, "spring.flyway"), strings.HasPrefix(via, "spring.liquibase"):
		return []audit.Option{audit.WithFix("a setting"), audit.Naming("key", strings.Join(strings.Split(via, ".")[:2], ".")+".enabled")}
	case strings.HasPrefix(via, "quarkus."):
		return []audit.Option{audit.WithFix("a setting"), audit.Naming("key", via)}
	case strings.HasPrefix(via, "Microsoft.EntityFrameworkCore."):
		fix = "Entity Framework"
	case strings.HasPrefix(via, "ActiveRecord::"):
		fix = "Rails' migrations"
	case via == inspect.CreateTable:
		fix = "tables"
	}
	return []audit.Option{audit.WithFix(fix), audit.Naming("call", shortName(via))}
}

// lockedLibrary are libraries that take a lock in the database.
var lockedLibrary = regexp.MustCompile(`golang-migrate|knex|tern|river|node-pg-migrate|postgrator|\bprisma$`)

// shortName is what a sentence calls a function of a library: without the path
// of its package or the namespace that everybody knows.
func shortName(via string) string {
	return strings.TrimPrefix(via[strings.LastIndexByte(via, '/')+1:], "Microsoft.EntityFrameworkCore.")
}

// migratesInside looks into a script of the component that a step before the
// program runs, for a migration that it carries out: node scripts/check-db.js.
func migratesInside(c *audit.Component, step audit.Step) (by string, locked, found bool) {
	argv := audit.Unwrap(step.Argv)
	if len(argv) < 2 || !interpreters.MatchString(path.Base(argv[0])) || strings.HasPrefix(argv[1], "-") {
		return "", false, false
	}
	name := strings.TrimPrefix(argv[1], "./")
	for m := range audit.Facts[inspect.Migration](c) {
		if m.Fact.Sync || m.Fact.Own || m.File.Path != path.Join(c.Path, name) {
			continue
		}
		words := strings.Fields(m.Fact.Via)
		t := tools[words[len(words)-1]]
		return path.Base(name), t.locked || lockedLibrary.MatchString(m.Fact.Via), true
	}
	return "", false, false
}
