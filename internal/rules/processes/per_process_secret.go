package processes

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
	ID:     "processes/per-process-secret",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Each process makes up its own signing key",
	Why: "What one process signs the next refuses: sessions, tokens and links fail at random as soon as there are two, and " +
		"every restart invalidates all of them. Nothing says that the variable is missing.",
	Fixes: []audit.Fix{
		{For: "a command of the start", Text: "Drop ‹command› from the start: generate the key once, for the deploy, set it there, and let the start fail without it."},
		{For: "a key ring", Text: "Keep the key ring where all instances find it: PersistKeysToDbContext, PersistKeysToStackExchangeRedis or PersistKeysToAzureBlobStorage, attached by the configuration."},
		{For: "Sinatra", Text: `Write set :session_secret, ENV.fetch("‹variable›"), and generate the key once, for the deploy.`},
		{For: "Quarkus", Text: "Set QUARKUS_HTTP_AUTH_SESSION_ENCRYPTION_KEY for the deploy, the same for all of its instances."},
		{For: "Python", Text: `Read os.environ["‹variable›"], which fails when it is missing, and generate the key once, for the deploy, instead of in the code.`},
		{For: "JavaScript", Text: "Throw at start when process.env.‹variable› is missing, and generate the key once, for the deploy, instead of in the code."},
		{For: "Go", Text: `Return an error from main when os.Getenv("‹variable›") is empty, and generate the key once, for the deploy, instead of in the code.`},
		{For: "Ruby", Text: `Read ENV.fetch("‹variable›"), which raises when it is missing, and generate the key once, for the deploy, instead of in the code.`},
		{Text: "Read the key from ‹variable› without a fallback, refuse to start when it is missing, and generate it once, for the deploy."},
		{Text: "Read the key from one environment variable without a fallback, and refuse to start when it is missing."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"ext"},
	Bad: `
-- requirements.txt --
flask==3.0.3
-- Procfile --
web: gunicorn app:app
-- app.py --
import os
import secrets
from flask import Flask
app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", secrets.token_hex())
`,
	Good: `
-- requirements.txt --
flask==3.0.3
-- Procfile --
web: gunicorn app:app
-- app.py --
import os
from flask import Flask
app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		cookieOfQuarkus(c, report)
		generatedAtStart(c, report)
		for k := range audit.Facts[inspect.MadeUpKey](c, source.Prod) {
			if byHand.MatchString(k.File.Path) || elsewhere.MatchString(base(k.File)) || k.Fact.Conditional && !signing(k.Fact.Name) {
				continue
			}
			name, where := "`"+k.Fact.Name+"`", ""
			if strings.Contains(k.Fact.Name, " ") {
				name = k.Fact.Name
			}
			if k.Fact.Conditional {
				where = " where none is given"
			}
			if k.Fact.Via == "PersistKeysToFileSystem" {
				report.Violation(k.At(), k.Fact.Name, "The keys that seal cookies and tokens are made up where the program runs and kept in its own directory", audit.WithFix("a key ring"))
				continue
			}
			report.Violation(k.At(), k.Fact.Name, fmt.Sprintf("Each process makes up its own %s%s", name, where), keyFix(k.Fact.Name))
		}
		sinatraSessions(c, report)
		read := map[string]bool{} // variables whose read tells what stands in for them
		for r := range audit.Facts[inspect.EnvRead](c, source.Prod) {
			if r.Fact.Fallback.Source != inspect.Random {
				continue
			}
			read[r.Fact.Name] = true
			if signing(r.Fact.Name) && !r.Fact.Debug && !r.Fact.Rejected && !byHand.MatchString(r.File.Path) && !elsewhere.MatchString(base(r.File)) {
				report.Violation(r.At(), r.Fact.Name, fmt.Sprintf("Each process makes up its own `%s` where none is given", r.Fact.Name), audit.Naming("variable", r.Fact.Name))
			}
		}
		for s := range audit.Facts[inspect.Setting](c, source.Prod) {
			value := s.Fact.Value
			if value.Source != inspect.Random || !signing(s.Fact.Key) || s.Fact.Profile != "" || byHand.MatchString(s.File.Path) || elsewhere.MatchString(base(s.File)) || anyRead(read, value.Env) {
				continue
			}
			if effective, ok := c.EffectiveSetting(s.Fact.Key); ok && effective.At != s.At() && effective.Value.Source != inspect.Unknown {
				continue // another file replaces it
			}
			confidence := audit.HighConfidence
			if s.Fact.Conditional {
				confidence = audit.MediumConfidence
			}
			report.Violation(s.At(), s.Fact.Key, fmt.Sprintf("Each process makes up its own `%s`", s.Fact.Key), audit.WithConfidence(confidence), keyFix(s.Fact.Key))
		}
	},
})

// keyFix names the variable that a key would be read from, by what it is called.
func keyFix(name string) audit.Option {
	if strings.Contains(name, " ") {
		return audit.WithFix()
	}
	return audit.Naming("variable", audit.VariableName(strings.TrimPrefix(name, "sinatra.")))
}

// generators are commands that make up an application's key and leave it to the
// container that runs them, by the words that must follow the program.
var generators = map[string]string{"artisan": "key:generate", "console": "secrets:generate-keys", "spark": "key:generate"}

// generatedAtStart reports a container whose start makes up the key itself,
// unless it keeps it on a volume.
func generatedAtStart(c *audit.Component, report *audit.Report) {
	for _, p := range c.Running() {
		if !p.Deployed() {
			continue
		}
		for _, s := range c.RunSteps(p) {
			argv := s.Argv
			for len(argv) > 1 && (strings.HasPrefix(argv[0], "php") || strings.HasPrefix(argv[0], "$") || strings.HasSuffix(argv[0], "/php")) && generators[path.Base(argv[0])] == "" && !strings.Contains(argv[1], ":") {
				argv = argv[1:]
			}
			if len(argv) < 2 || s.Captured || slices.Contains(argv, "--show") {
				continue
			}
			word := generators[path.Base(argv[0])]
			if word == "" && strings.HasPrefix(argv[0], "$") && strings.Contains(strings.ToLower(argv[0]), "artisan") {
				word = "key:generate"
			}
			if word != "" && word == argv[1] {
				report.Violation(audit.Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}, word,
					fmt.Sprintf("the start of %s makes up a key of its own (%s)", p.Title(), word), audit.WithFix("a command of the start"), audit.Naming("command", word), audit.WithConfidence(audit.MediumConfidence))
				return
			}
		}
	}
}

// sinatraSessions reports sessions in cookies of a Sinatra application whose
// key nothing gives: the framework makes one up.
func sinatraSessions(c *audit.Component, report *audit.Report) {
	if audit.Has(c, func(s inspect.Setting) bool {
		return s.Key == "sinatra.session_secret" || s.Key == "sinatra.session_store" || s.Key == "sinatra.sessions" && s.Value.Text != "true"
	}) ||
		audit.Has(c, func(s inspect.Session) bool { return true }) && !audit.Has(c, func(s inspect.Setting) bool { return s.Key == "sinatra.sessions" }) {
		return
	}
	for s := range audit.Facts[inspect.Setting](c, source.Prod) {
		if s.Fact.Key == "sinatra.sessions" && s.Fact.Profile == "" {
			report.Violation(s.At(), "session_secret", "Each process makes up its own key for the cookies of sessions: no session_secret is set", keyFix("session_secret"))
			return
		}
	}
}

func base(f *audit.File) string { return f.Path[strings.LastIndexByte(f.Path, '/')+1:] }

func anyRead(read map[string]bool, names []string) bool {
	for _, name := range names {
		if read[name] {
			return true
		}
	}
	return false
}

// signing reports whether a variable or setting is a key that signs or encrypts
// what comes back later. Passwords of first accounts and one-off tokens don't.
func signing(name string) bool {
	return signingName.MatchString(name) && !oneTime.MatchString(name)
}

var (
	signingName = regexp.MustCompile(`(?i)secret|(^|[_.])(signing|session|cookie|jwt|token|hmac|csrf|encryption|crypt|app|api|proxy_private)_?keys?(_base)?([_.]|$)|(^|[_.])(salt|pepper|jwt_?key|key_?base)$`)
	oneTime     = regexp.MustCompile(`(?i)password|passwd|passphrase|(^|_)(admin|setup|install|bootstrap|first|initial|invite|seed|demo|test)(_|$)|_id$|nonce|request|client_secret|aws|access_?key`)
)
