package config

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
	ID:     "config/debug-literal",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "A switch that differs between deploys is fixed in the code",
	Why: "Debug mode in production shows strangers the program's inside, and a log level, a CDN or a feature that is fixed " +
		"in the code can't be changed in the minute when it matters: that takes a build and a release.",
	Fixes: []audit.Fix{
		{For: "a setting", Text: "Give ‹key› in ‹file› the value for production; developers set ‹variable›=‹value› where they work."},
		{For: "a profile", Text: "Let ‹variable› name production's profile in what is deployed, and set ‹profile› where developers run the program alone."},
		{For: "a placeholder", Text: "Write ${‹variable›:false} as the value of ‹key› in ‹file›; developers set ‹variable›=true where they work. By itself no variable replaces a key with an underscore."},
		{For: "Django", Text: `Write ‹switch› = os.environ.get("‹variable›") == "1".`},
		{For: "Django", Text: `Let ‹level› be os.environ.get("LOG_LEVEL", "INFO").`},
		{For: "Django", Text: `Write ‹address› = os.environ["‹variable›"], with the value of now as that of its deploy.`},
		{For: "text", Text: `Write ‹switch› = os.environ.get("‹variable›", "").lower() in ("1", "true"), and set the variable where developers work.`},
		{For: "Rails", Text: `Let config.‹switch› come from ENV["‹variable›"], with a default that is safe for production.`},
		{For: "Rails", Text: `Write config.‹level› = ENV.fetch("RAILS_LOG_LEVEL", "info").`},
		{For: "Rails", Text: `Write config.‹address› = ENV["‹variable›"].`},
		{For: "Laravel", Text: "Write '‹switch›' => env('APP_DEBUG', false), and list APP_DEBUG in .env.example."},
		{For: "debugger", Text: "Start the program with a server made for production instead of ‹call› with debug=True; developers turn the debugger on with flask --debug run."},
		{For: "pages of errors", Text: "Call ‹call› only where a variable says that developers run the program; elsewhere answer with a plain page and log the error."},
		{For: "mode", Text: "Take ‹call› out, and let the mode come from the environment: the one for production in every deploy, the other where developers work."},
		{For: "MiniProfiler", Text: `Turn MiniProfiler on by a setting of its own (builder.Configuration.GetValue<bool>("MiniProfiler:Enabled")) that only developers set.`},
		{For: "Web.config", Text: `Write debug="false" into Web.config, or RemoveAttributes(debug) into Web.Release.config, and package the site with /p:Configuration=Release.`},
		{For: "Docker", Text: "Take ‹variable› out of the image, and set it where developers run it: in Compose or in .env."},
		{Text: "Read ‹switch› from a variable with a default that is safe for production, and set the variable where developers work."},
		{Text: "Read the log's level from a variable such as LOG_LEVEL instead of ‹level›, with a default for production."},
		{Text: "Read ‹address› from a variable, ‹variable›, and set it per deploy."},
		{Text: "Read the switch from a variable with a default that is safe for production, and set the variable where developers work."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"004"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- Dockerfile --
FROM python:3.12
COPY . .
CMD ["python", "app.py"]
-- app.py --
from flask import Flask
app = Flask(__name__)
if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000, debug=True)
`,
	Good: `
-- requirements.txt --
flask==3.0.0
gunicorn==22.0.0
-- Dockerfile --
FROM python:3.12
COPY . .
CMD ["gunicorn", "app:app"]
-- app.py --
from flask import Flask
app = Flask(__name__)
if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000, debug=True)
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		profile := judgeProfile(c, report)
		for _, s := range audit.OfComponent(c, (*audit.Component).EffectiveSettings) {
			judgeUnparsed(c, s, report)
			if found, ok := fixedSwitch(s); ok && (!printsSQL.MatchString(s.Key) || c.MapsTables()) && !profile.OfProfile(s.File) {
				report.Violation(s.At, s.Key, found.message, append(switchFix(s, found.kind), audit.WithSeverity(found.severity), audit.SameCause(s.Key+" "+path.Base(s.At.Path)))...)
			}
		}
		for s := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd) {
			if inspect.IsConfig(s.File.Format) && s.Fact.Value.IsLiteral() && debugs(s.Fact.Key, s.Fact.Value.Text) {
				message := fmt.Sprintf("%s is %s in %s, and no variable replaces it", s.Fact.Key, s.Fact.Value.Text, path.Base(s.File.Path))
				report.Violation(s.At(), s.Fact.Key, message, audit.Naming("switch", s.Fact.Key))
			}
		}
		judgeWebConfig(c, report)
		judgeLevels(c, report)
		for _, l := range c.Listens() {
			if l.Fact.Debug && started(c, l) {
				message := fmt.Sprintf("%s starts its server with the debugger on, which lets whoever meets an error run code", path.Base(l.File.Path))
				report.Violation(l.At(), "debug", message, audit.WithFix(debuggerOf(l.Fact.Via)), audit.Naming("call", l.Fact.Via))
			}
		}
		if c.Image == nil {
			return
		}
		for _, p := range c.Image.Environment() {
			if holds, ok := c.ProvidedIn(audit.Production, p.Name); ok && holds.At() == p.At() && turnsDebugOn(p.Name, p.Value) {
				message := fmt.Sprintf("The image sets %s=%s, so every deploy of it debugs", p.Name, p.Value.Text)
				report.Violation(p.At(), p.Name, message, audit.Naming("variable", p.Name))
			}
		}
	},
})

var (
	debugMode   = regexp.MustCompile(`(?i)(^|\.)(run|gin|app|server)_?mode$`)
	debugSwitch = regexp.MustCompile(`(?i)^((app|application|server|global|main|flask|django|debug)\.)?(debug|debug_?mode|enable_?debug|debug\.enabled)$`)
	debugLevel  = regexp.MustCompile(`(?i)^((app|application|server|global|main|logs?|logger|logging)\.)?(log_?)?level$`)
)

// debugs reports whether a setting of a program's own file makes it debug.
func debugs(key, text string) bool {
	return debugMode.MatchString(key) && verbose.MatchString(text) || debugSwitch.MatchString(key) && truth.MatchString(text) || debugLevel.MatchString(key) && verbose.MatchString(text)
}

type switchFinding struct {
	message  string
	severity audit.Severity
	kind     string // what the setting is, as the fixes name it: "switch", "level", "address"
}

// switchFix names the setting in its fix: by the key that a variable replaces,
// else by what sort of setting it is.
func switchFix(s audit.EffectiveSetting, kind string) []audit.Option {
	if variable := audit.ReplacingVariable(s.File, s.Key); variable != "" {
		return []audit.Option{audit.WithFix("a setting"), audit.Naming("key", s.Key), audit.Naming("file", path.Base(s.File.Path)), audit.Naming("variable", variable), audit.Naming("value", s.Value.Text)}
	}
	if kind == "switch" && (s.File.Format == inspect.SpringYAML || s.File.Format == inspect.SpringProperties) {
		name := audit.VariableName(s.Key[strings.LastIndexByte(s.Key, '.')+1:])
		return []audit.Option{audit.WithFix("a placeholder"), audit.Naming("key", s.Key), audit.Naming("file", path.Base(s.File.Path)), audit.Naming("variable", name)}
	}
	key := strings.TrimPrefix(s.Key, "rails.")
	return []audit.Option{audit.Naming(kind, key), audit.Naming("variable", audit.VariableName(key))}
}

// debuggerOf tells Flask's own server from others that have a debugger.
func debuggerOf(via string) string {
	if strings.Contains(strings.ToLower(via), "flask") || strings.HasSuffix(via, "app.run") {
		return "debugger"
	}
	return ""
}

var (
	truth = regexp.MustCompile(`(?i)^(true|1|yes|on)$`)
	// verbose are levels of logs that are for finding errors.
	verbose = regexp.MustCompile(`(?i)^:?(debug|trace|verbose|all|silly|finest?)$`)
	level   = regexp.MustCompile(`(?i)^:?(debug|trace|verbose|all|silly|finest?|info|information|warn|warning|error|err|fatal|critical)$`)
	// featureKey are settings of a program's own that turn a feature on.
	featureKey = regexp.MustCompile(`^(FEATURES?|FEATURE_FLAGS?|FLAGS|FEATURE_TOGGLES?)\.[A-Z]\w*$|^(FEATURE|FF|ENABLE_FEATURE)_[A-Z0-9_]+$`)
	// levelKey are settings that hold the level of the whole program's log.
	levelKey = regexp.MustCompile(`^(LOGGING\.root\.level|LOGGING\.loggers\.\.level|logging\.level\.root|quarkus\.log\.level|logger\.levels\.root|Logging:LogLevel:Default|Serilog:MinimumLevel(:Default)?|rails\.log_level)$`)
	// libraryLevel are levels of a library's log: someone wants to see that.
	libraryLevel = regexp.MustCompile(`^logging\.level\.(org\.(springframework|hibernate|apache|thymeleaf|eclipse|jooq|flywaydb)|com\.(zaxxer|netflix|alibaba|amazonaws)|io\.(netty|micrometer|lettuce)|reactor|liquibase|web$|sql$)`)
	// printsSQL are settings of Hibernate that write each statement to the output.
	printsSQL = regexp.MustCompile(`^spring\.jpa\.show-sql$|(^|\.)hibernate\.show[_-]sql$|^quarkus\.hibernate-orm\.log\.sql$`)
	cdnKey    = regexp.MustCompile(`^(STATIC_URL|MEDIA_URL|CDN_(URL|HOST|DOMAIN)|AWS_S3_CUSTOM_DOMAIN|rails\.(action_controller\.)?asset_host|asset_url|cdn\.(url|host|domain))$`)
)

// fixedSwitch judges the value that a setting has in production. Spring and
// .NET let a variable replace any setting, so what they hold is a default: it
// counts where it is one for debugging.
func fixedSwitch(s audit.EffectiveSetting) (found switchFinding, ok bool) {
	if !s.Value.IsLiteral() || s.Value.Text == "" || s.File == nil {
		return switchFinding{}, false
	}
	text, key := s.Value.Text, s.Key
	replaceable := s.Framework == "spring" || s.Framework == "dotnet"
	file := path.Base(s.File.Path)
	say := func(kind string, severity audit.Severity, format string, args ...any) (switchFinding, bool) {
		return switchFinding{fmt.Sprintf(format, args...), severity, kind}, true
	}
	switch {
	case isDebugKey(s) && truth.MatchString(text):
		return say("switch", audit.Medium, "%s is %s in what production loads, %s", key, text, file)
	case levelKey.MatchString(key) && verbose.MatchString(text) || strings.HasPrefix(key, "logging.level.") && verbose.MatchString(text) && !libraryLevel.MatchString(key):
		severity := audit.Medium
		if replaceable && !production.MatchString(file) {
			severity = audit.Low
		}
		return say("level", severity, "Production logs at %s: %s in %s", strings.ToLower(text), key, file)
	case levelKey.MatchString(key) && level.MatchString(text) && !replaceable:
		return say("level", audit.Low, "The log level is fixed at %s in %s", strings.ToLower(text), file)
	case s.Framework == "spring" && key == "spring.h2.console.enabled" && truth.MatchString(text):
		return say("switch", audit.Medium, "Production opens the database's console: %s in %s", key, file)
	case truth.MatchString(text) && printsSQL.MatchString(key) && !strings.HasPrefix(key, "spring.jpa.hibernate."): // of which Spring knows no such key
		return say("switch", audit.Low, "Production prints every SQL statement: %s in %s", key, file)
	case cdnKey.MatchString(key) && remoteAddress(text):
		return say("address", audit.Medium, "%s is always %s", key, text)
	case !replaceable && isBool(text) && featureKey.MatchString(key):
		return say("switch", audit.Low, "%s is switched in the code, to %s", key, strings.ToLower(text))
	}
	return switchFinding{}, false
}

// isDebugKey reports whether a setting turns on what only developers may see.
func isDebugKey(s audit.EffectiveSetting) bool {
	switch s.Framework {
	case "django":
		return s.Key == "DEBUG" || s.Key == "TEMPLATE_DEBUG"
	case "rails":
		return s.Key == "rails.consider_all_requests_local"
	case "spring":
		return s.Key == "debug" || s.Key == "trace"
	case "dotnet":
		return strings.EqualFold(s.Key, "DetailedErrors")
	}
	return s.File.Format == inspect.PHP && strings.EqualFold(path.Base(s.File.Path), "app.php") && s.Key == "debug"
}

// turnsDebugOn reports whether a variable of the image turns a framework's
// debug mode on. DEBUG alone is Django's as well as the name of what Node's
// debug package prints, where it is no truth value.
func turnsDebugOn(name string, v inspect.Value) bool {
	switch name {
	case "DEBUG", "FLASK_DEBUG", "DJANGO_DEBUG", "APP_DEBUG":
		return v.IsLiteral() && truth.MatchString(v.Text)
	case "FLASK_ENV":
		return v.IsLiteral() && v.Text == "development"
	}
	return false
}

// started reports whether a deploy runs the file of a listen call that only
// holds when the file itself is started.
func started(c *audit.Component, l audit.Located[inspect.Listen]) bool {
	if !l.Fact.Main {
		return true
	}
	return slices.ContainsFunc(c.Running(), func(p audit.Process) bool {
		return slices.ContainsFunc(c.RunSteps(p), func(s audit.Step) bool {
			return slices.ContainsFunc(s.Argv, func(word string) bool { return path.Base(word) == path.Base(l.File.Path) })
		})
	})
}

// remoteAddress reports whether a text names another machine: a URL, or a host
// with dots.
func remoteAddress(text string) bool {
	if host := inspect.HTTPHost(text); host != "" {
		return !localHost(host)
	}
	text = strings.TrimPrefix(text, "//")
	return bareHost.MatchString(text) && !localHost(text) && !inspect.IsPlaceholder(text)
}

var bareHost = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(/\S*)?$`)

func isBool(text string) bool {
	return strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
}
