package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "config/env-file-committed",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A dotenv file with secrets is committed",
	Why: "Everyone who can read the repository, now or later, has the deploy's credentials, and every deploy that " +
		"finds the file shares them. Deleting it later leaves them in the history.",
	Fixes: []audit.Fix{
		{For: "Symfony with secrets", Text: "Leave ‹variable› empty in ‹file›, which Symfony means to be committed with defaults alone; put the value into .env.local, the deploy's environment or secrets:set, and rotate it: the history keeps it."},
		{For: "Symfony", Text: "Keep defaults that are no secret in ‹file›, as Symfony means it, and what is one in .env.local, the deploy's environment or secrets:set."},
		{For: "without secrets", Text: "Untrack ‹file› (git rm --cached) and ignore it, before somebody adds a secret to it; ‹example› has the names. Nothing in it has to be rotated."},
		{For: "without secrets", Text: "Untrack ‹file› (git rm --cached), ignore it, and commit an .env.example with names and no values, before somebody adds a secret to it. Nothing in it has to be rotated."},
		{For: "an example", Text: "Leave ‹variable› empty in ‹file›, give it where the deploy runs, let the start fail without it, and rotate it: the history keeps what was committed."},
		{For: "example", Text: "Leave ‹variable› empty in ‹file›, and rotate the credential: the history keeps what was committed."},
		{For: "Laravel's key", Text: "Leave APP_KEY empty in ‹file›, give each deploy its own (php artisan key:generate --show), and make a new one wherever this one is in use."},
		{For: "a password to try", Text: "Untrack ‹file› (git rm --cached), ignore it, keep names without values in ‹example›, and make sure that no deploy starts with this value of ‹variable›."},
		{For: "a password to try", Text: "Untrack ‹file› (git rm --cached), ignore it, commit an .env.example with names and no values, and make sure that no deploy starts with this value of ‹variable›."},
		{Text: "Untrack ‹file› (git rm --cached), ignore it, keep names without values in ‹example›, and rotate every credential it held."},
		{Text: "Untrack ‹file› (git rm --cached), ignore it, commit an .env.example with names and no values, and rotate every credential it held."},
		{Text: "Untrack the file (git rm --cached), ignore it, commit an .env.example with names and no values, and rotate every credential it held."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "001", "002", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .env --
SESSION_SECRET=8f2c1e7ab94d4e53a0c6
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .env.example --
SESSION_SECRET=
-- .gitignore --
.env
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, file := range c.Files {
			if file.Format == inspect.DotEnv && (file.Role.CanViolate() || loadedExample(c, file) != "") {
				judgeEnvFile(c, file, report)
			} else if file.Format == inspect.DotEnv && file.Role == source.Example && file.Dir() == c.Path && slices.Contains(audit.ExampleNames, path.Base(file.Path)) {
				judgeExample(c, file, report)
			}
		}
	},
})

// judgeEnvFile reports one finding for a file, at its first secret and the others. Its subject
// is the file's base name: it names the environment, and stays when the file
// moves. A file for development is low, one without secrets informational, as is
// one that no deploy reads. Symfony has its defaults committed: only what they
// give away is a finding there.
func judgeEnvFile(c *audit.Component, file *audit.File, report *audit.Report) {
	var secrets, samples, others []audit.Located[inspect.EnvAssignment]
	for a := range audit.FactsIn[inspect.EnvAssignment]([]*audit.File{file}, file.Role) {
		switch {
		case opensRemoteDoor(a.Fact):
			secrets = append(secrets, a)
		case a.Fact.Secret && a.Fact.Value.Secret != nil && a.Fact.Value.Secret.Length > 0 && !a.Fact.Value.Secret.Unset:
			samples = append(samples, a)
		case !publicVariable.MatchString(a.Fact.Name) && a.Fact.Value.HasText:
			others = append(others, a)
		}
	}
	name := path.Base(file.Path)
	naming := func(fix string, first audit.Located[inspect.EnvAssignment], options ...audit.Option) []audit.Option {
		if slices.Contains(c.Frameworks, "Symfony") { // whose .env is meant to be committed
			fix = "Symfony"
			if first.Fact.Secret {
				fix = "Symfony with secrets"
			}
		}
		if example := exampleBeside(c, file); example != "" {
			options = append(options, audit.Naming("example", example))
		}
		return append(options, audit.WithFix(fix), audit.Naming("file", name), audit.Naming("variable", first.Fact.Name))
	}
	switch {
	case len(secrets) > 0 && audit.DotenvForDevelopment(c, file):
		for _, s := range secrets {
			report.Violation(s.At(), name, envFileMessage(name, secrets)+", and only dependencies for development read it", naming("", s, audit.WithSeverity(audit.Info))...)
		}
	case len(secrets) > 0 && file.Role == source.DeployDev && defaultsOfSymfony(c, name) && !slices.ContainsFunc(secrets, func(a audit.Located[inspect.EnvAssignment]) bool { return a.Fact.Name != "APP_SECRET" }):
		// which Symfony's own recipe writes there, for developers
	case len(secrets) > 0 && file.Role == source.DeployDev:
		for _, s := range secrets {
			report.Violation(s.At(), name, envFileMessage(name, secrets)+" for development", naming("", s, audit.WithSeverity(audit.Low))...)
		}
	case len(secrets) > 0:
		for _, s := range secrets {
			message, fix := envFileMessage(name, secrets), ""
			if how := loadedExample(c, file); how != "" {
				message, fix = message+", and "+how, "an example"
			}
			report.Violation(s.At(), name, message, naming(fix, s)...)
		}
	case sampleDir.MatchString(path.Dir(file.Path)): // without a secret it is what people copy and change
	case len(samples) > 0 && file.Role == source.Prod && name == ".env":
		report.Violation(samples[0].At(), name, fmt.Sprintf("%s is committed, and %s in it holds a value that anybody would try first", name, samples[0].Fact.Name), naming("a password to try", samples[0], audit.WithSeverity(audit.Info))...)
	case len(others) > 0 && file.Role == source.Prod && invitesSecrets(c, file, name) && !defaultsOfSymfony(c, name):
		report.Violation(others[0].At(), name, fmt.Sprintf("%s is committed, without secrets so far", name), naming("without secrets", others[0], audit.WithSeverity(audit.Info))...)
	}
}

// exampleBeside is the example that stands beside a dotenv file, "" for none.
func exampleBeside(c *audit.Component, file *audit.File) string {
	for _, name := range audit.ExampleNames {
		if name != path.Base(file.Path) && c.Repo.Has(path.Join(file.Dir(), name)) {
			return name
		}
	}
	return ""
}

// sampleDir are directories of what is handed out with a program, for those who
// install it: contributed files, packages of systems.
var sampleDir = regexp.MustCompile(`(?i)(^|/)(contrib|packaging|debian|rpm|examples?|samples?|skel(eton)?)(/|$)`)

// invitesSecrets reports whether a dotenv file without secrets is the one that the
// program loads wherever it runs, so that somebody will add a secret to it. What
// only Compose, a bundler or developers read is meant to be shared.
func invitesSecrets(c *audit.Component, file *audit.File, name string) bool {
	_, loads := audit.LoadsDotenv(c)
	return loads && name == ".env" && file.Dir() == c.Path && !audit.DotenvForDevelopment(c, file)
}

// defaultsOfSymfony reports whether a file is one that Symfony means to be
// committed: the defaults of all, or of one environment. Those of one machine
// are called .env.local.
func defaultsOfSymfony(c *audit.Component, name string) bool {
	return symfonyDefaults.MatchString(name) && audit.Has(c, func(d inspect.Dependency) bool {
		return d.Ecosystem == inspect.Composer && !d.Indirect && (d.Name == "symfony/framework-bundle" || d.Name == "symfony/symfony" || d.Name == "symfony/dotenv")
	})
}

var symfonyDefaults = regexp.MustCompile(`^\.env(\.(dev|test|prod|staging))?$`)

func envFileMessage(name string, secrets []audit.Located[inspect.EnvAssignment]) string {
	switch n := len(secrets) - 1; {
	case n == 1:
		return fmt.Sprintf("%s is committed with %s and one more credential", name, secrets[0].Fact.Name)
	case n > 1:
		return fmt.Sprintf("%s is committed with %s and %d more credentials", name, secrets[0].Fact.Name, n)
	}
	return fmt.Sprintf("%s is committed with %s", name, secrets[0].Fact.Name)
}

// publicVariable are variables that a bundler writes into what browsers load.
var publicVariable = regexp.MustCompile(`^(VITE|NEXT_PUBLIC|NUXT_PUBLIC|REACT_APP|VUE_APP|GATSBY|PUBLIC|EXPO_PUBLIC|NG_APP)_`)

// opensRemoteDoor reports whether a variable is set to a credential that is
// worth guessing. A password inside a URL counts unless the URL is of this machine.
func opensRemoteDoor(a inspect.EnvAssignment) bool {
	s := a.Value.Secret
	return audit.OpensDoor(s) && (s.Format != "" || a.Secret || !localURL.MatchString(a.Value.Text))
}

// localURL is a masked URL of a database beside the program: a loopback
// address, or a bare name as Compose gives it.
var localURL = regexp.MustCompile(`…@(localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal|[a-z0-9_-]+)([:/?]|$)`)
