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
	ID:     "admin-processes/laptop-migration",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Production is migrated from a developer's machine",
	Why: "What migrates is then the code that happens to be checked out there, with that machine's packages and a copy of " +
		"production's credentials. Nothing says which release it belonged to, or that it happened." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{Text: "Run ‹task› as a one-off process of the released image, which has production's config already, or as a step of the deploy workflow."},
		{Text: "Run the migration as a one-off process of the released image, which has production's config already, or as a step of the deploy workflow."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js", "migrate:prod": "dotenv -e .env.production -- prisma migrate deploy"}, "dependencies": {"@prisma/client": "5.12.0", "prisma": "5.12.0"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js", "migrate": "prisma migrate deploy"}, "dependencies": {"@prisma/client": "5.12.0", "prisma": "5.12.0"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Procfile --
release: npm run migrate
web: npm start
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for s := range audit.Facts[inspect.Script](c, source.Prod, source.DevTool, source.DeployProd) {
			if !runsElsewhere(c, s.Fact.Name) {
				judgeByHand(c, s.Fact.Command, nil, s.File, s.Line, "the script "+s.Fact.Name, report)
			}
		}
		for t := range audit.Facts[inspect.Target](c, source.Prod, source.DevTool, source.CI, source.DeployProd) {
			if !runsElsewhere(c, t.Fact.Name) {
				judgeByHand(c, t.Fact.Commands, t.Fact.EnvFiles, t.File, t.Line, t.Fact.Runner+" "+t.Fact.Name, report)
			}
		}
		judgeScriptsByHand(c, report)
	},
})

var (
	// productionFile are files with production's variables.
	productionFile = regexp.MustCompile(`(?i)(^|[\s=/"'.])\.?(env|environment|config)[-_.](prod|production|prd|live)(\.local|\.env)?\b|\b(prod|production|prd|live)\.env\b|\.env\.(local\.)?(prod|production|live)\b`)
	// productionAddress is production's address in a variable, or fetched from the
	// platform: $PROD_DATABASE_URL, $(heroku config:get DATABASE_URL).
	productionAddress = regexp.MustCompile(`(?i)\$[({]?\(?(PROD|PRODUCTION|PRD|LIVE)_[A-Z_]*(DB|DATABASE|URL|DSN|POSTGRES|MYSQL|MONGO)[A-Z_]*|\$[({]?\(?[A-Z_]*(DB|DATABASE|POSTGRES|MYSQL|MONGO)[A-Z_]*_(PROD|PRODUCTION|LIVE)\b|heroku config:get [A-Z_]*(DATABASE|DB|URI|URL)|(doppler|infisical) run .*(--config|-c|--env)[= ](prod|production|prd)\b|vercel env pull.*production|aws (ssm|secretsmanager) get-|gcloud secrets versions access`)
	// tunnels lead from here to a database that is elsewhere.
	tunnels = regexp.MustCompile(`^(fly|flyctl) proxy\b|^kubectl .*port-forward|^(cloud_sql_proxy|cloud-sql-proxy)\b|^ssh .*-L ?\d`)
)

// judgeByHand looks at the commands of one script or target, which somebody
// starts where they sit.
func judgeByHand(c *audit.Component, commands []inspect.Command, envFiles []string, file *audit.File, line int, name string, report *audit.Report) {
	from := ""
	for _, f := range envFiles {
		if productionFile.MatchString(f) {
			from = path.Base(f)
		}
	}
	for _, step := range c.Steps(inspect.Start{Commands: commands, Line: line}, file) {
		if got := productionOf(step.Command); got != "" {
			from = got
		}
		if from == "" || insideImage.MatchString(strings.Join(step.Argv, " ")) {
			continue
		}
		by, _, found := migrates(step.Command)
		if !found {
			by, found = migrationByScript(step.Command)
		}
		if found {
			report.Violation(audit.Place{Path: file.Path, Line: line, EndLine: line}, name, fmt.Sprintf("%s runs %s from here against production, with %s", name, by, from), audit.Naming("task", by))
			return
		}
	}
}

// productionOf says from what a command, or what it exports, has production's
// address: a file of its variables, a variable, a tunnel; "" when it hasn't.
func productionOf(command inspect.Command) string {
	line := strings.Join(slices.Concat(command.Assigns, command.Argv), " ")
	switch {
	case insideImage.MatchString(line):
		return ""
	case productionFile.MatchString(line):
		return strings.Trim(productionFile.FindString(line), " =/\"'")
	case productionAddress.MatchString(line):
		return strings.TrimSpace(productionAddress.FindString(line))
	case tunnels.MatchString(line):
		return path.Base(command.Argv[0])
	}
	for _, a := range command.Assigns {
		name, value, _ := strings.Cut(a, "=")
		if databaseVariable.MatchString(name) && remoteDatabase(value) {
			return name + " of another machine"
		}
	}
	return ""
}

// remoteDatabase reports whether an address names a database on a host of the
// internet: no host of a Compose file, no placeholder.
func remoteDatabase(address string) bool {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return false
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	host := rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"))]
	return strings.Count(host, ".") > 1 && !inspect.IsPlaceholder(host) && !strings.Contains(host, "example") && !strings.HasPrefix(host, "127.") && !strings.HasPrefix(host, "0.") && !strings.HasPrefix(host, "192.168.")
}

// runsElsewhere reports whether a deploy or a workflow runs the script or target
// of this name: then nobody need do it from their own machine.
func runsElsewhere(c *audit.Component, name string) bool {
	calls := func(command inspect.Command) bool {
		argv := audit.Unwrap(command.Argv)
		if len(argv) < 2 {
			return false
		}
		switch path.Base(argv[0]) {
		case "npm", "yarn", "pnpm", "bun", "make", "just", "task", "rake", "composer":
			return slices.Contains(argv[1:], name)
		}
		return false
	}
	for _, p := range c.Processes {
		if !p.Dev && slices.ContainsFunc(c.RunSteps(p), func(s audit.Step) bool { return calls(s.Command) }) {
			return true
		}
	}
	for s := range audit.FactsIn[inspect.WorkflowStep](c.Workflows(), source.CI) {
		if slices.ContainsFunc(s.Fact.Commands, calls) {
			return true
		}
	}
	return false
}

// byHandScript are shell scripts that are named for migrating production.
var byHandScript = regexp.MustCompile(`(?i)(migrat|seed|schema|db).*[-_.](prod|production|live)\b.*\.sh$|(prod|production|live)[-_.].*(migrat|seed|schema|db).*\.sh$`)

func judgeScriptsByHand(c *audit.Component, report *audit.Report) {
	for _, f := range c.Files {
		if !f.Format.IsShell() || !byHandScript.MatchString(path.Base(f.Path)) || f.Role == source.Test || f.Role == source.Example || f.Role == source.Vendored {
			continue
		}
		from := ""
		for s := range audit.FactsIn[inspect.Command]([]*audit.File{f}, f.Role) {
			if got := productionOf(s.Fact); got != "" {
				from = got
			}
			if by, _, found := migrates(s.Fact); found && from != "" {
				report.Violation(s.At(), f.Path, fmt.Sprintf("%s runs %s from here against production, with %s", path.Base(f.Path), by, from), audit.Naming("task", by))
				break
			}
		}
	}
}
