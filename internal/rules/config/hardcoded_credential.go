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
	ID:     "config/hardcoded-credential",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A credential is written in the code",
	Why: "Who can read the code can use the credential, in every clone and fork and for as long as the history lives. It " +
		"can't differ between deploys, nor be rotated without a release.",
	Fixes: []audit.Fix{
		{For: "stored", Text: "Read ‹variable› from the environment and give it today's value first: what is stored was made with it. Replace it later, once users who sign in have got a hash, or data a copy, under a new one."},
		{For: "let in", Text: "Let the program make up a password at the first start and print it once, or take it from the environment, and change it wherever this one was used: the history keeps it."},
		{For: "login", Text: "Create the login ‹name› by a script that takes the password from the environment, and change it wherever this one was used: the history keeps it."},
		{For: "a setting", Text: "Take ‹key› out of ‹file›, set ‹variable› per deploy, which stands above every file of settings, and rotate the credential: the history keeps what was committed."},
		{For: "Rails", Text: `Read it with ENV.fetch("‹variable›"), which raises when it is unset, or from Rails.application.credentials, and rotate it: the history keeps what was committed.`},
		{For: "Laravel", Text: `Read it with env("‹variable›") in a file of config/, stop when it is empty, and rotate it: the history keeps what was committed.`},
		{For: "Symfony", Text: `Read it as "%env(‹variable›)%", keep the value in the deploy's environment or secrets:set, and rotate it: the history keeps what was committed.`},
		{For: "Spring Boot", Text: "Take it from ${‹variable›} without a default, so that the start fails without it, and rotate it: the history keeps what was committed."},
		{For: "ASP.NET Core", Text: `Read builder.Configuration["‹variable›"], which the environment fills, throw at start when it is null, and rotate it: the history keeps what was committed.`},
		{For: "Python", Text: `Read os.environ["‹variable›"], so that a deploy without it stops at start, and rotate it: the history keeps what was committed.`},
		{For: "JavaScript", Text: "Read process.env.‹variable›, throw at start when it is missing, and rotate it: the history keeps what was committed."},
		{For: "Go", Text: `Read os.Getenv("‹variable›"), return an error at start when it is empty, and rotate it: the history keeps what was committed.`},
		{For: "Shell", Text: "Write ${‹variable›:?}, which stops the script when it is unset, and rotate it: the history keeps what was committed."},
		{For: "Ruby", Text: `Read ENV.fetch("‹variable›"), which raises when it is unset, and rotate it: the history keeps what was committed.`},
		{For: "PHP", Text: `Read getenv("‹variable›"), stop when it is empty, and rotate it: the history keeps what was committed.`},
		{For: "Java", Text: `Read System.getenv("‹variable›"), stop at start when it is null, and rotate it: the history keeps what was committed.`},
		{For: "C#", Text: `Read Environment.GetEnvironmentVariable("‹variable›"), throw at start when it is null, and rotate it: the history keeps what was committed.`},
		{Text: "Read it from the environment, stop at start when it is missing, and rotate it: the history keeps what was committed."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "001", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const DB_PASSWORD = "mySecretPassword123"
require("http").createServer(app(DB_PASSWORD)).listen(process.env.PORT)
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const DB_PASSWORD = process.env.DB_PASSWORD
require("http").createServer(app(DB_PASSWORD)).listen(process.env.PORT)
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		told := map[audit.Place]bool{} // by line
		sampled := map[*audit.File]bool{}
		for found := range audit.Facts[inspect.Credential](c) {
			if found.Fact.Via == inspect.ViaAccount || ofAccount(found) || !opensDoor(found.Fact) && !samplesSign(found) && !loadedAsItIs(found) && !settled(c, found) && !plainKey(c, found) && !ownLogin(found) && !ownDoorOpen(found) && !defaultKey(c, found) || recordsOfUsers(found) || ofMadeUpPeople(found) || decidesNothing(c, found) || toldAsToken(found) {
				continue
			}
			weak := found.Fact.Via == "argument" && signs(found.Fact.Name) && found.Fact.Secret.Guessable()
			if weak && sampled[found.File] {
				continue // told where it is assigned
			}
			sampled[found.File] = sampled[found.File] || samplesSign(found)
			options := credentialFix(found)
			message := credentialMessage(found.Fact)
			if inspect.IsConfig(found.File.Format) {
				message = strings.ReplaceAll(message, "in the code", "in "+path.Base(found.File.Path))
			}
			if (inUse(found.Fact) || loadedAsItIs(found) || settled(c, found) || ownLogin(found) || ownDoorOpen(found)) && !audit.OpensDoor(&found.Fact.Secret) && !signs(found.Fact.Name) {
				if madeUpData.MatchString(path.Base(found.File.Path)) {
					continue
				}
				message += ", and easily guessed"
				options = append(options, audit.WithSeverity(audit.Medium))
			}
			if weak && found.Fact.Secret.Format == "" && (found.Fact.Secret.Common || !found.Fact.Secret.Placeholder) {
				message += ", and easily guessed"
				options = append(options, audit.WithSeverity(audit.Critical)) // nobody has to read the code
			}
			if found.File.Role == source.DeployDev && found.Fact.Secret.Format == "" {
				message += ", for development"
				options = append(options, audit.WithSeverity(audit.Low))
			}
			if by := replacedIn(c, found); by != "" {
				message += ", and only " + by + " replaces it"
				options = append(options, audit.WithSeverity(audit.Low), audit.WithConfidence(audit.MediumConfidence))
			}
			report.Violation(found.At(), found.Fact.Name, message, options...)
			told[lineOf(found)] = true
		}
		judgeAccounts(c, report, told)
	},
})

// ofAccount reports whether a password is one that the program creates a named
// account with, which judgeAccounts tells.
func ofAccount(found audit.Located[inspect.Credential]) bool {
	if found.Fact.Via != "argument" || !passwordName.MatchString(found.Fact.Name) || found.File.Format != inspect.Python {
		return false
	}
	for other := range audit.FactsIn[inspect.Credential]([]*audit.File{found.File}, found.File.Role) {
		if f := other.Fact; f.Via == inspect.ViaAccount && f.Paired && !f.MadeUp && found.Line <= other.Line && other.Line <= found.EndLine {
			return true
		}
	}
	return false
}

// opensDoor reports whether a literal is worth guessing: a provider's token, a
// password that is not one of a throwaway database, or whatever is used to
// sign, where a weak or sample text is as bad as a strong one that leaked.
func opensDoor(c inspect.Credential) bool {
	switch {
	case c.Secret.Format != "":
		return !c.Secret.Placeholder // AKIA…EXAMPLE stands in every manual
	case c.Via == "argument" && signs(c.Name):
		return c.Secret.Length > 0
	case c.Via == "login":
		return !dummy.MatchString(c.Name) // a sample text logs in as well
	case inUse(c):
		return true
	case c.Secret.Placeholder || c.Secret.Unset || dummy.MatchString(c.Name) || localHost(c.Host):
		return false
	}
	return audit.OpensDoor(&c.Secret)
}

// inUse reports whether a password is what a program logs in with, wherever it
// is deployed: the URL's host varies, or a client is given it beside no host. A
// word that is easily guessed is no better there than a strong one that leaked.
func inUse(c inspect.Credential) bool {
	if c.Secret.Placeholder && !(c.Secret.Common && c.Via == "argument") || c.Secret.Unset || dummy.MatchString(c.Name) {
		return false
	}
	return c.Via == "url" && variableHost(c.Host) || c.Via == "argument" && passwordName.MatchString(c.Name) && c.Host == ""
}

// loadedAsItIs reports whether a program reads a secret from its settings file,
// which no variable replaces: a simple one is in use like any other.
func loadedAsItIs(found audit.Located[inspect.Credential]) bool {
	s := found.Fact.Secret
	return inspect.IsConfig(found.File.Format) && !s.Unset && (!s.Placeholder || s.Common) && s.Length > 0 && !dummy.MatchString(found.Fact.Name) &&
		(signs(found.Fact.Name) || passwordWord.MatchString(found.Fact.Name))
}

// ownLogin reports whether the settings of a program, which are code, name a user
// and a password of a place of its own: of a dashboard, of the first
// administrator. A database's are given beside its host.
func ownLogin(found audit.Located[inspect.Credential]) bool {
	c := found.Fact
	return c.Paired && c.Via == "field" && c.Host == "" && passwordName.MatchString(c.Name) && !c.Secret.Unset && (!c.Secret.Placeholder || c.Secret.Common) && c.Secret.Length > 2 &&
		found.File.Role == source.Prod && settingsPath.MatchString(found.File.Path)
}

// defaultKey reports whether a Flask program's module of defaults holds the key
// that sessions are signed with: whoever sets no other signs with what everybody
// can read, however plain it is.
func defaultKey(c *audit.Component, found audit.Located[inspect.Credential]) bool {
	f, s := found.File, found.Fact.Secret
	return found.Fact.Name == "SECRET_KEY" && found.Fact.Via == "assignment" && !s.Unset && s.Length > 2 && f.Role == source.Prod && defaultSettings.MatchString(f.Path) &&
		audit.Has(c, func(d inspect.Dependency) bool {
			return strings.EqualFold(d.Name, "flask") || strings.EqualFold(d.Name, "quart")
		})
}

// defaultSettings are modules of settings that are loaded before any other.
var defaultSettings = regexp.MustCompile(`(^|/)(default_?(settings|config)|(settings|config)[_/]defaults?|defaults)\.py$`)

// recordsOfUsers reports whether a password is one of several people's whom a
// script puts into a database: they are data of trying, and log in nowhere else.
func recordsOfUsers(found audit.Located[inspect.Credential]) bool {
	if found.Fact.Via != "field" || found.Fact.Host != "" || found.Fact.Secret.Format != "" || !passwordName.MatchString(found.Fact.Name) || !fillsDatabase.MatchString(path.Base(found.File.Path)) {
		return false
	}
	people := 0
	for other := range audit.FactsIn[inspect.Credential]([]*audit.File{found.File}, found.File.Role) {
		if other.Fact.Via == "field" && other.Fact.Name == found.Fact.Name {
			people++
		}
	}
	return people > 1
}

// fillsDatabase are names of scripts that make a database anew.
var fillsDatabase = regexp.MustCompile(`(?i)(reset|seed|populat|init|import|insert|fill|load|create|bootstrap|sample|demo|data|users?|accounts?)[\w.-]*\.[cm]?(js|ts|py|rb|php)$`)

var passwordWord = regexp.MustCompile(`(?i)(pass|passwd|password|pwd)$`)

// ofMadeUpPeople reports whether a password is one of people that a file makes up
// to try the program with.
func ofMadeUpPeople(found audit.Located[inspect.Credential]) bool {
	task := path.Ext(found.File.Path) == ".rake" // which people run by hand
	return found.Fact.Secret.Format == "" && (task || passwordWord.MatchString(found.Fact.Name)) && madeUpPath.MatchString(outsidePackage(found.File.Path))
}

// decidesNothing reports whether a page in the browser compares what is typed: it
// may say something about it, and the server alone lets people in.
func decidesNothing(c *audit.Component, found audit.Located[inspect.Credential]) bool {
	return (found.Fact.Via == "login" || found.Fact.Via == "comparison") && (c.Class == audit.StaticFrontend || inBrowser(c, found.File))
}

// madeUpData are files that fill a developer's database.
var madeUpData = regexp.MustCompile(`(?i)(^|[_.-])(fake|tests?|sample|demo|seeds?|dummy|mock|fixtures?)([_.-]|$)`)

var passwordName = regexp.MustCompile(`(?i)^(pass|passwd|password|pwd)$`)

// variableHost reports whether a host is not written where the password is:
// "%s", "{}", "#{host}".
func variableHost(host string) bool { return host == "" || strings.ContainsAny(host, "%{}$#<") }

// samplesSign reports whether the program's own settings sign with a text that
// asks to be replaced: it works as well as any, so nobody replaces it.
func samplesSign(found audit.Located[inspect.Credential]) bool {
	c, f := found.Fact, found.File
	return c.Secret.Placeholder && !c.Secret.Unset && c.Secret.Length >= 8 && (c.Via == "field" || c.Via == "assignment") && ownSecret.MatchString(c.Name) &&
		f.Role == source.Prod && (languageOf(f) != "" && settingsPath.MatchString(f.Path) || c.Via == "assignment" && securityPath.MatchString(path.Base(f.Path)))
}

var (
	// ownSecret are names of what a program signs or encrypts with, never of what
	// a service gave it.
	ownSecret = regexp.MustCompile(`(?i)^((cookie|session|jwt|csrf|token|crypto?|encryption|signing|app|application|hash)_?(secret|key|salt)(_?key)?(_base)?|secret_?key(_base)?|secret)$`)
	// securityPath are classes that set up how a program signs and encrypts.
	securityPath = regexp.MustCompile(`(?i)(jwt|security|token|session|crypt|cipher)\w*\.(java|kt|cs|php|go|rb)$`)
	// settingsPath are files of settings that are code, loaded as they are.
	settingsPath = regexp.MustCompile(`(?i)(^|/)((config|conf|configs|settings)/([\w-]+/)?[\w-]+|(config|settings|constants|configuration))\.(js|mjs|cjs|ts|py|go)$`)
)

// dummy are names of values that are told to be none, or to be for tests.
var dummy = regexp.MustCompile(`(?i)^(dummy|fake|sample|example|mock)|_(dummy|fake|sample|example|mock)($|_)|(^|_)TESTS?_`)

// signing are names of functions, options and variables whose secret signs or
// encrypts: anything works as one, so nothing tells that it is a sample.
var signing = regexp.MustCompile(`(?i)sign|hmac|jwt|(^|[_.-])aes[_.-]?(key|secret)|cookie|session|cipher|crypt|^secret$|secret_?or_?key|secret_?key|app_?secret|csrf|csurf|next-auth|private_?key|remember_?me_?key`)

func signs(name string) bool { return signing.MatchString(name) }

// localHost reports whether a host is this machine, or a bare name as Compose
// gives it to the container of a database. "connection string" without a host
// stays unknown, and counts.
func localHost(host string) bool {
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "" {
		return false
	}
	if name, _, ok := strings.Cut(host, ":"); ok && !strings.Contains(host, "::") {
		host = name
	}
	switch host {
	case "localhost", "127.0.0.1", "::1", "0.0.0.0", "host.docker.internal":
		return true
	}
	return !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local") || strings.HasPrefix(host, "example.")
}

func credentialFix(found audit.Located[inspect.Credential]) []audit.Option {
	name := found.Fact.Name
	if firstPassword.MatchString(name) {
		return []audit.Option{audit.WithFix("let in")}
	}
	if variable := variableOf(found.Fact); variable != "" && ofStoredData.MatchString(name) {
		return []audit.Option{audit.WithFix("stored"), audit.Naming("variable", variable)}
	}
	if variable := audit.ReplacingVariable(found.File, name); variable != "" && strings.ContainsAny(name, ".:_") {
		return []audit.Option{audit.WithFix("a setting"), audit.Naming("key", strings.ReplaceAll(name, "__", ":")), audit.Naming("file", path.Base(found.File.Path)), audit.Naming("variable", variable)}
	}
	return []audit.Option{audit.Naming("variable", variableOf(found.Fact))}
}

// variableOf is the variable that a credential would be read from, "" where what
// it is given to has no name of its own.
func variableOf(c inspect.Credential) string {
	switch {
	case c.Via == "url":
		scheme, _, _ := strings.Cut(c.Name, "://")
		return urlVariables[strings.ToLower(scheme)]
	case strings.ContainsAny(c.Name, "[]()") || bareWord.MatchString(c.Name) || c.Secret.Format == "private-key":
		return ""
	}
	return audit.VariableName(strings.TrimPrefix(c.Name, "self."))
}

// ofStoredData are names of what hashes and ciphers in the database were made
// with: under another value none of them fits.
var ofStoredData = regexp.MustCompile(`(?i)(^|[._-]|[a-z])(pepper|salt|encryption_?key|master_?key|data_?key)$`)

// bareWord are names that say of no thing of whom they are.
var bareWord = regexp.MustCompile(`(?i)^_*(pass|passwd|password|pwd|secret|key|token|credential|auth|value|sign(er|ature)?|verify|hash|salt|encrypt|decrypt|cipher|hmac)s?$`)

// urlVariables are what variables that hold such a URL are called.
var urlVariables = map[string]string{
	"postgres": "DATABASE_URL", "postgresql": "DATABASE_URL", "mysql": "DATABASE_URL", "mariadb": "DATABASE_URL", "mssql": "DATABASE_URL", "sqlserver": "DATABASE_URL",
	"mongodb": "MONGODB_URL", "mongodb+srv": "MONGODB_URL", "redis": "REDIS_URL", "rediss": "REDIS_URL", "amqp": "AMQP_URL", "amqps": "AMQP_URL", "smtp": "SMTP_URL", "smtps": "SMTP_URL",
}

func credentialMessage(c inspect.Credential) string {
	switch {
	case c.Secret.Format == "private-key":
		return "A private key is written in the code"
	case c.Secret.Format != "":
		return fmt.Sprintf("%s holds a %s that is written in the code", c.Name, strings.ReplaceAll(c.Secret.Format, "-", " "))
	case c.Via == "login":
		return fmt.Sprintf("%s is compared with a literal, so whoever reads the code can log in", c.Name)
	case c.Via == "url":
		return fmt.Sprintf("The connection to %s has its password written in the code", c.Name)
	case c.Secret.Placeholder && c.Via != "argument":
		return fmt.Sprintf("%s is a sample text in the settings, and works as it is", c.Name)
	case c.Via == "comparison":
		return fmt.Sprintf("%s is compared with a literal of %d characters in the code", c.Name, c.Secret.Length)
	case c.Via == "argument":
		return fmt.Sprintf("%s is given a secret that is written in the code", c.Name)
	}
	return fmt.Sprintf("%s is a literal of %d characters in the code", c.Name, c.Secret.Length)
}

// replacedIn names the production settings that override a secret of the base
// settings, as Django projects do it: judged is what a deploy ends up with.
func replacedIn(c *audit.Component, found audit.Located[inspect.Credential]) string {
	if s, ok := c.EffectiveSetting(found.Fact.Name); ok && s.At.Path != found.File.Path && !s.Value.IsLiteral() && s.Value.Source != inspect.Unknown {
		return path.Base(s.At.Path)
	}
	if found.Fact.Via != "assignment" {
		return ""
	}
	for s := range audit.Facts[inspect.Setting](c) {
		same := s.Fact.Key == found.Fact.Name && s.File.Path != found.File.Path && path.Dir(s.File.Path) == path.Dir(found.File.Path)
		if same && production.MatchString(path.Base(s.File.Path)) && !s.Fact.Value.IsLiteral() {
			return path.Base(s.File.Path)
		}
	}
	return ""
}

var production = regexp.MustCompile(`(?i)prod|live|deploy`)

func languageOf(f *audit.File) string {
	switch f.Format {
	case inspect.Python:
		return "Python"
	case inspect.JavaScript:
		return "JavaScript"
	case inspect.TypeScript, inspect.TSX:
		return "TypeScript"
	case inspect.Go:
		return "Go"
	case inspect.Shell, inspect.Program:
		return "Shell"
	}
	return ""
}
