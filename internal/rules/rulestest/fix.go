package rulestest

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// frameworkMarks are what a text says of a framework: its name, and what no other
// program has.
var frameworkMarks = map[string]*regexp.Regexp{
	"Django":       regexp.MustCompile(`(?i)\bdjango|manage\.py|\bSTORAGES\b|\bCACHES\b|\bDATABASES\b|DEFAULT_FILE_STORAGE|CHANNEL_LAYERS`),
	"Flask":        regexp.MustCompile(`\bFlask|\bflask\b|SQLALCHEMY_DATABASE_URI`),
	"FastAPI":      regexp.MustCompile(`(?i)\bfastapi`),
	"NestJS":       regexp.MustCompile(`\bNestJS|\bnest (build|start)|ScheduleModule|enableShutdownHooks`),
	"Next.js":      regexp.MustCompile(`\bNext\.js|\bnext (build|start|dev)\b|NEXT_PUBLIC_|route handler`),
	"Express":      regexp.MustCompile(`\bExpress\b|\bexpress-session\b`),
	"Fastify":      regexp.MustCompile(`\bFastify\b`),
	"Koa":          regexp.MustCompile(`\bKoa\b`),
	"Rails":        regexp.MustCompile(`\bRails\b|\bbin/rails|\brails |RAILS_|Active (Record|Job|Storage)|config/(cable|storage|database)\.yml|config\.(cache_store|active_|log_level|logger)`),
	"Sinatra":      regexp.MustCompile(`\bSinatra\b|set :session_secret`),
	"Laravel":      regexp.MustCompile(`\bLaravel\b|\bartisan\b|(^|[^%])\benv\(|config/(queue|cache|session|logging|filesystems|services|mail|database)\.php|FILESYSTEM_DISK|LOG_CHANNEL|\bOctane\b|\bSail\b`),
	"Symfony":      regexp.MustCompile(`\bSymfony\b|%env\(|secrets:set|messenger|handler_id|framework\.(session|cache)|doctrine\.dbal`),
	"Spring Boot":  regexp.MustCompile(`(?i:\bspring\b)|application\.(yml|properties)|server\.shutdown`),
	"Quarkus":      regexp.MustCompile(`(?i)\bquarkus`),
	"Micronaut":    regexp.MustCompile(`(?i)\bmicronaut`),
	"ASP.NET Core": regexp.MustCompile(`ASP\.NET Core|ASPNETCORE_|builder\.Configuration|AddStackExchange|IFormFile|IsDevelopment|Kestrel`),
	"ASP.NET":      regexp.MustCompile(`ASP\.NET($|[^ ]| [^C])|Web\.config`),
	"Gin":          regexp.MustCompile(`\bGin\b|\bgin\.`),
	"Echo":         regexp.MustCompile(`\bEcho\b`),
	"Fiber":        regexp.MustCompile(`\bFiber\b`),
}

// FrameworksIn lists the frameworks that a text speaks of, by name.
func FrameworksIn(text string) []string {
	text = strings.ReplaceAll(text, "Symfony Mailer", "") // a library of its own, as are others of Symfony's
	var names []string
	for name, marks := range frameworkMarks {
		if marks.MatchString(text) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// checkFix holds the fix of a finding to what the fixture is built on: it is
// filled in, speaks of no framework that is not there, and names no number that
// neither the finding nor the rule does.
func checkFix(t *testing.T, name string, rule audit.Rule, f fixture, found audit.Finding) {
	t.Helper()
	if found.Fix == "" || strings.ContainsAny(found.Fix, "‹›") {
		t.Errorf("%s: %s has the fix %q", name, describe(found), found.Fix)
	}
	for _, framework := range FrameworksIn(found.Fix) {
		if !standsIn(f, framework) {
			t.Errorf("%s: %s is told about %s, which it isn't built on: %s", name, describe(found), framework, found.Fix)
		}
	}
	for _, number := range severalDigits.FindAllString(found.Fix, -1) {
		if !strings.Contains(found.Message, number) && !mentions(f, number) && !slices.ContainsFunc(rule.Fixes, func(fix audit.Fix) bool { return strings.Contains(fix.Text, number) }) {
			t.Errorf("%s: %s is told %s, which nothing says: %s", name, describe(found), number, found.Fix)
		}
	}
}

var severalDigits = regexp.MustCompile(`\d{2,}`)

// standsIn reports whether a fixture has a framework: a package, an import, a
// plugin or a file of it.
func standsIn(f fixture, framework string) bool {
	words := frameworkWords[framework]
	if words == nil {
		words = regexp.MustCompile(`(?i)` + regexp.QuoteMeta(framework))
	}
	for path, signals := range f.tree.Signals {
		if words.MatchString(path) {
			return true
		}
		for _, s := range signals {
			switch fact := s.Fact.(type) {
			case inspect.Import:
				if words.MatchString(fact.Path) {
					return true
				}
			case inspect.Dependency:
				if words.MatchString(fact.Name) {
					return true
				}
			case inspect.Manifest:
				if slices.ContainsFunc(fact.Plugins, words.MatchString) || words.MatchString(fact.Parent) || fact.Packaging == "web" && strings.HasPrefix(framework, "ASP.NET") {
					return true
				}
			case inspect.Setting:
				if words.MatchString(fact.Key) {
					return true
				}
			case inspect.RuntimeVersion:
				if fact.Runtime == "dotnet" && strings.HasPrefix(framework, "ASP.NET") {
					return true
				}
			}
		}
	}
	return false
}

// frameworkWords are how the files of a program on a framework show that, where
// its name alone doesn't.
var frameworkWords = map[string]*regexp.Regexp{
	"NestJS": regexp.MustCompile(`@nestjs/`), "Next.js": regexp.MustCompile(`^next($|/)|^next\.config`), "Laravel": regexp.MustCompile(`(?i)laravel|illuminate|artisan`),
	"Spring Boot": regexp.MustCompile(`(?i)spring|application(-\w+)?\.(ya?ml|properties)`), "ASP.NET Core": regexp.MustCompile(`Microsoft\.|appsettings`), "ASP.NET": regexp.MustCompile(`(?i)System\.Web|web\.config|Microsoft\.`),
	"Rails": regexp.MustCompile(`(?i)rails|config/(environments|database|cable|storage|master|puma)`), "Symfony": regexp.MustCompile(`(?i)symfony|config/packages`), "Django": regexp.MustCompile(`(?i)django|manage\.py|settings`),
}

// mentions reports whether a number stands in what the fixture's signals say.
func mentions(f fixture, number string) bool {
	for _, signals := range f.tree.Signals {
		text, err := json.Marshal(signals)
		if err == nil && strings.Contains(string(text), number) {
			return true
		}
	}
	return false
}

// checkSaid holds findings to words that their message or fix must have.
func checkSaid(t *testing.T, name string, says []string, findings []audit.Finding) {
	t.Helper()
	for _, line := range says {
		at, words, _ := strings.Cut(line, " ")
		said := slices.ContainsFunc(findings, func(f audit.Finding) bool {
			return f.Place.String() == at && (strings.Contains(f.Message, words) || strings.Contains(f.Fix, words))
		})
		if !said {
			t.Errorf("%s: nothing at %s says %q", name, at, words)
		}
	}
}
