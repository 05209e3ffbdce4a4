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
	ID:     "admin-processes/migrate-in-build",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The build migrates the database",
	Why: "A build needs no database. One that migrates changes production before anything is released, for a build that " +
		"may yet fail or never be deployed, and the code that still runs meets the new schema.",
	Fixes: []audit.Fix{
		{For: "heroku", Text: "Move ‹task› from the build script to a release: line in the Procfile."},
		{For: "render", Text: "Move ‹task› from buildCommand to preDeployCommand."},
		{For: "vercel", Text: "Take ‹task› out of the build command; run it as a step of the workflow that promotes the deployment, with production's database address from its secrets."},
		{For: "Docker", Text: "Take ‹task› out of the Dockerfile and run it as a one-off container of the finished image, once per release."},
		{Text: "Take ‹task› out of the build and run it once per release, after the build and before the new processes start."},
		{Text: "Take the migration out of the build and run it once per release, after the build and before the new processes start."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "ext"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js", "migrate": "knex migrate:latest", "heroku-postbuild": "npm run build && npm run migrate", "build": "webpack"}, "dependencies": {"knex": "3.1.0", "pg": "8.11.0"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Procfile --
web: npm start
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js", "migrate": "knex migrate:latest", "build": "webpack"}, "dependencies": {"knex": "3.1.0", "pg": "8.11.0"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Procfile --
release: npm run migrate
web: npm start
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		judgeImageBuild(c, report)
		for s := range audit.Facts[inspect.PlatformService](c) {
			if s.Fact.Build != nil && s.File.Role != source.CI {
				judgeBuild(c, *s.Fact.Build, s.File, s.Fact.Platform, fmt.Sprintf("%s's build", s.Fact.Platform), report)
			}
		}
		judgeBuildScripts(c, report)
		for s := range audit.Facts[inspect.Script](c) {
			judgeHook(c, s, report)
		}
	},
})

// judgeImageBuild looks into what the image's build runs. A build that starts a
// database for itself fills one that it ships or throws away.
func judgeImageBuild(c *audit.Component, report *audit.Report) {
	if c.Image == nil {
		return
	}
	for i := range audit.FactsIn[inspect.Instruction]([]*audit.File{c.Image.File}, c.Image.File.Role) {
		if i.Fact.Name != "RUN" || i.Fact.Start == nil {
			continue
		}
		steps := c.Steps(*i.Fact.Start, i.File)
		if slices.ContainsFunc(steps, startsDatabase) || ownEngine(i.Fact.Start) {
			continue
		}
		for _, step := range steps {
			if by, found := changesSchema(c, step); found {
				report.Violation(i.At(), "migration", fmt.Sprintf("%s runs while the image is built", by), audit.Naming("task", by))
				break
			}
		}
	}
}

// ownEngine reports whether a build's command works on a file that the image
// itself brings along: DATABASE_URL=sqlite:///tmp/x manage.py migrate.
func ownEngine(start *inspect.Start) bool {
	if strings.Contains(start.Text, "sqlite") || strings.Contains(start.Text, ":memory:") {
		return true
	}
	for _, command := range start.Commands {
		for _, a := range command.Assigns {
			name, value, _ := strings.Cut(a, "=")
			if databaseVariable.MatchString(name) && !strings.HasPrefix(value, "$") {
				return true
			}
		}
	}
	return false
}

func startsDatabase(s audit.Step) bool {
	argv := audit.Unwrap(s.Argv)
	if len(argv) == 0 {
		return false
	}
	switch path.Base(argv[0]) {
	case "postgres", "pg_ctl", "pg_ctlcluster", "mysqld", "mysqld_safe", "mariadbd", "mongod", "initdb", "start-stop-daemon":
		return true
	case "service", "systemctl", "rc-service":
		return slices.Contains(argv, "start")
	}
	return strings.HasPrefix(argv[0], "/etc/init.d/")
}

// changesSchema names the migration that a step of a build carries out.
func changesSchema(c *audit.Component, step audit.Step) (string, bool) {
	if step.Captured || step.Conditional && !step.Then && step.Guard != "" && testsOnly.MatchString(step.Guard) {
		return "", false
	}
	by, _, found := migrates(step.Command)
	if !found {
		by, _, found = migratesInside(c, step)
	}
	if !found {
		by, _, found = scriptMigrates(c, step)
	}
	return by, found
}

// testsOnly are conditions under which a build is none of a release.
var testsOnly = regexp.MustCompile(`(?i)\b(test|ci|development|dev|preview|pull_request|review)\b`)

// judgeBuild looks into a platform's build command.
func judgeBuild(c *audit.Component, start inspect.Start, file *audit.File, platform, where string, report *audit.Report) {
	steps := c.Steps(start, file)
	if slices.ContainsFunc(steps, startsDatabase) {
		return
	}
	for _, step := range steps {
		if by, found := changesSchema(c, step); found {
			at := audit.Place{Path: file.Path, Line: start.Line, EndLine: start.Line}
			report.Violation(at, "migration", fmt.Sprintf("%s runs in %s", by, where), audit.WithFix(platform), audit.Naming("task", by))
			return
		}
	}
}

// buildScripts are scripts of package.json that a platform's build runs by
// their names.
var buildScripts = map[string]string{
	"heroku-postbuild": "heroku", "heroku-prebuild": "heroku", "vercel-build": "vercel", "now-build": "vercel", "gcp-build": "", "render-build": "render", "build": "", "postinstall": "", "install": "", "preinstall": "",
}

// judgeHook looks into the scripts of manifests that builds run: npm's by their
// names, Composer's of every install.
func judgeHook(c *audit.Component, s audit.Located[inspect.Script], report *audit.Report) {
	platform, known := buildScripts[s.Fact.Name]
	switch path.Base(s.File.Path) {
	case "package.json":
		if !known || s.File.Role != source.Prod {
			return
		}
	case "composer.json":
		if s.Fact.Name != "compile" && s.Fact.Name != "post-install-cmd" && s.Fact.Name != "post-autoload-dump" {
			return
		}
	default:
		return
	}
	start := inspect.Start{Shell: true, Text: s.Fact.Text, Commands: s.Fact.Command, Line: s.Line}
	if s.Fact.Name == "build" {
		// with what npm runs before and after it
		start.Commands = []inspect.Command{{Argv: []string{"npm", "run", "build"}, Line: s.Line}, {Argv: []string{"npm", "run", "postbuild"}, Line: s.Line}}
	}
	judgeBuild(c, start, s.File, platform, fmt.Sprintf("the script %s", s.Fact.Name), report)
}

// buildFiles are shell scripts that a platform's build runs, by their names.
var buildFiles = regexp.MustCompile(`(?i)^((render|vercel|railway|heroku|cyclic)[-_]?)?build([-_]?files)?\.sh$|^(post|pre)_compile$`)

// judgeBuildScripts looks into shell scripts that are named for the build and
// install what the program needs, which only a platform's build does.
func judgeBuildScripts(c *audit.Component, report *audit.Report) {
	for _, f := range c.Files {
		if !f.Format.IsShell() || !f.Role.CanViolate() || !buildFiles.MatchString(path.Base(f.Path)) {
			continue
		}
		installs := strings.HasSuffix(f.Path, "_compile")
		for s := range audit.FactsIn[inspect.Command]([]*audit.File{f}, f.Role) {
			installs = installs || installsPackages(s.Fact)
			step := audit.Step{Command: s.Fact, File: f, Line: s.Line}
			if by, found := changesSchema(c, step); found && installs {
				report.Violation(s.At(), "migration", fmt.Sprintf("%s runs in the build's script %s", by, path.Base(f.Path)), audit.Naming("task", by))
				break
			}
		}
	}
}

func installsPackages(command inspect.Command) bool {
	argv := audit.Unwrap(command.Argv)
	if len(argv) < 2 {
		return false
	}
	switch path.Base(argv[0]) {
	case "pip", "pip3", "bundle", "npm", "yarn", "pnpm", "composer", "poetry", "uv", "pipenv":
		return slices.ContainsFunc(argv[1:], func(word string) bool {
			return word == "install" || word == "ci" || word == "sync" || word == "i"
		})
	}
	return false
}
