package rules

import (
	"regexp"
	"slices"
	"testing"

	"twelvefold/internal/audit"
	"twelvefold/internal/rules/rulestest"
)

var named = regexp.MustCompile(`‹([^›]*)›`)

// TestAFixIsOnlyForThoseItIsFor: a text names no framework but the one that it is
// for, so that no program is told about another's.
func TestAFixIsOnlyForThoseItIsFor(t *testing.T) {
	t.Parallel()
	for _, r := range All() {
		for _, fix := range r.Fixes {
			allowed := append(rulestest.FrameworksIn(fix.For), ofTool[fix.For]...)
			for _, name := range rulestest.FrameworksIn(fix.Text) {
				if !slices.Contains(allowed, name) {
					t.Errorf("%s: the fix for %q speaks of %s: %s", r.ID, fix.For, name, fix.Text)
				}
			}
		}
	}
}

// ofTool are names other than frameworks' by which rules ask for fixes, with the
// frameworks that have what is asked for.
var ofTool = map[string][]string{
	"debugger": {"Flask"}, "Flask-Session": {"Flask"}, "a password to try": nil, "SuckerPunch": {"Rails"}, "Spring's cache": {"Spring Boot"}, "Spring's manager": {"Spring Boot"},
	"spring.sql.init.mode": {"Spring Boot"}, "Symfony with secrets": {"Symfony"}, "SignalR": {"ASP.NET Core"}, "MiniProfiler": {"ASP.NET Core"},
	"AddDistributedMemoryCache": {"ASP.NET Core"}, "AddOutputCache": {"ASP.NET Core"}, "AddMemoryCache": {"ASP.NET Core"}, "AddRateLimiter": {"ASP.NET Core"}, "express-session": {"Express"}, "ASP.NET": {"ASP.NET Core"},
	"Web.config": {"ASP.NET"}, "a profile": {"Spring Boot"}, "tickets": {"ASP.NET Core"}, "Puma": {"Rails"}, "Next.js": nil, "PHP": nil, "express-rate-limit": {"Express"}, "STOMP": {"Spring Boot"}, "a command of the start": nil,
}

// TestAFixInventsNothing: numbers and variables in a text are the finding's own,
// but for those that tools fix themselves.
func TestAFixInventsNothing(t *testing.T) {
	t.Parallel()
	for _, r := range All() {
		for _, fix := range r.Fixes {
			text := named.ReplaceAllString(fix.Text, "")
			for _, number := range numbers.FindAllString(fixedNumbers.ReplaceAllString(text, ""), -1) {
				t.Errorf("%s: the fix for %q makes up the number %s: %s", r.ID, fix.For, number, fix.Text)
			}
			for _, variable := range variables.FindAllString(text, -1) {
				if !slices.Contains(fixedVariables, variable) && !slices.Contains(conventional[r.ID], variable) {
					t.Errorf("%s: the fix for %q makes up the variable %s: %s", r.ID, fix.For, variable, fix.Text)
				}
			}
		}
	}
}

var (
	numbers = regexp.MustCompile(`\d{2,}|\d+\.\d+`)
	// fixedNumbers are addresses, modes and algorithms, versions from which on
	// something holds, and what tools wait by default.
	fixedNumbers = regexp.MustCompile(`0\.0\.0\.0|chmod=755|sha256|(Django|Symfony|Spring Boot|Yarn|from) \d+(\.\d+)?|waits \d+ seconds|unix_signal:15`)
	variables    = regexp.MustCompile(`\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b`)
	// fixedVariables are read by platforms, runtimes and frameworks by these names.
	fixedVariables = []string{
		"APP_KEY", "KC_DB", "KC_DB_URL", "KC_DB_USERNAME", "KC_DB_PASSWORD", "RAILS_ENV", "RAILS_LOG_LEVEL", "RAILS_MASTER_KEY", "SECRET_KEY_BASE", "APP_DEBUG", "LOG_CHANNEL", "LOG_LEVEL", "FILESYSTEM_DISK", "SESSION_DRIVER", "MAIL_MAILER", "MESSENGER_TRANSPORT_DSN", "MAILER_DSN",
		"GOOGLE_APPLICATION_CREDENTIALS", "NPM_TOKEN", "TF_VAR_", "AWS_REGION", "NODE_PATH", "BUNDLE_DEPLOYMENT", "ASPNETCORE_URLS", "FLY_API_TOKEN", "QUARKUS_HTTP_AUTH_SESSION_ENCRYPTION_KEY", "QUARKUS_DATASOURCE_JDBC_URL", "SPRING_DATASOURCE_URL",
		// settings of frameworks, which are no variables
		"DEFAULT_FILE_STORAGE", "CHANNEL_LAYERS", "SESSION_ENGINE", "SESSION_TYPE", "SESSION_REDIS", "CACHE_TYPE", "CACHE_REDIS_URL", "EMAIL_HOST", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "SQLALCHEMY_DATABASE_URI",
		"INSTALLED_APPS", "CELERY_TASK_ALWAYS_EAGER",
	}
	// conventional are variables by which platforms attach the service that the rule
	// is about.
	conventional = map[string][]string{
		"backing-services/embedded-db": {"DATABASE_URL"}, "backing-services/local-mail": {"SMTP_URL", "SMTP_HOST", "SMTP_ADDR"}, "dev-prod-parity/db-engine": {"DATABASE_URL"},
		"processes/local-cache": {"REDIS_URL"}, "processes/local-pubsub": {"REDIS_URL"}, "processes/memory-counter": {"REDIS_URL"}, "processes/memory-session": {"REDIS_URL"},
		"processes/memory-store": {"DATABASE_URL"},
	}
)

// TestEachFixCanBeReached: of the fixes for the same, those that name something
// come before the one that fits always, and a name is one word.
func TestEachFixCanBeReached(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile(`^[a-z]+$`)
	for _, r := range All() {
		always := map[string]bool{}
		for _, fix := range r.Fixes {
			if always[fix.For] {
				t.Errorf("%s: a fix for %q that fits always comes before: %s", r.ID, fix.For, fix.Text)
			}
			names := named.FindAllStringSubmatch(fix.Text, -1)
			always[fix.For] = len(names) == 0
			for _, name := range names {
				if !word.MatchString(name[1]) {
					t.Errorf("%s: %s is no name: %s", r.ID, name[0], fix.Text)
				}
			}
		}
	}
}

// TestFrameworksHaveMarks: what is told apart can be told in a text.
func TestFrameworksHaveMarks(t *testing.T) {
	t.Parallel()
	for _, name := range audit.FrameworkNames() {
		if got := rulestest.FrameworksIn(name); !slices.Contains(got, name) {
			t.Errorf("%s is not seen in its own name: %v", name, got)
		}
	}
}
