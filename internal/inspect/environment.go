package inspect

import (
	"regexp"
	"strings"
)

// How programs name the environment that they run in: what every language's
// EnvBranch is recognised by.

// StageNames are the names of environments, as alternatives of a pattern.
const StageNames = `dev|develop|development|debug|local|localhost|test|testing|ci|e2e|qa|uat|sandbox|preview|review|staging|stage|stg|pre-?prod|prod|production|live|release|demo|default`

var (
	stageVariable = regexp.MustCompile(`^(NODE_ENV|GO_ENV|GIN_MODE|FLASK_ENV|FLASK_CONFIG|DJANGO_ENV|DJANGO_SETTINGS_MODULE|DJANGO_CONFIGURATION|RAILS_ENV|RACK_ENV|APP_ENV|APPLICATION_ENV|SPRING_PROFILES_ACTIVE|ASPNETCORE_ENVIRONMENT|DOTNET_ENVIRONMENT|SYMFONY_ENV|VERCEL_ENV|NEXT_PUBLIC_ENV|NODE_CONFIG_ENV|PYTHON_ENV|PY_ENV|FASTAPI_ENV|SENTRY_ENVIRONMENT|ENV|STAGE|ENVIRONMENT|APP_STAGE|ENV_NAME|ENVIRONMENT_NAME|RUN_ENV|RUNTIME_ENV|SERVER_ENV|SERVICE_ENV|DEPLOY(MENT)?_?(ENV|ENVIRONMENT|STAGE)|[A-Z]+_ENVIRONMENT|[A-Z]+_ENV)$`)
	stageText     = regexp.MustCompile(`(?i)^(` + StageNames + `)$`)
	stageFlag     = regexp.MustCompile(`(?i)^_*(?:is|in|running|not|is_?running)?_?(?:in_?)?(dev|development|prod|production|test|testing|staging|local)_?(?:mode|env|environment)?\??_*$`)

	choosesDebug   = regexp.MustCompile(`(?i)(debug|source_?map|dev_?tools?|hot(_?reload|_?module)?$|hmr|stack(_?trace)?$|error_?handler|pretty|verbose|playground|graphi?ql_?i|introspection|minif|reload|profil|toolbar|trace|watch)`)
	choosesLog     = regexp.MustCompile(`(?i)(log_?level|^level$|log_?format|logger|logging|^logs?$|loglevel|transports?$)`)
	choosesFeature = regexp.MustCompile(`(?i)(feature|enabled?$|enable_|^enable|disabled?$|middleware|plugins?$|flag)`)
	choosesURL     = regexp.MustCompile(`(?i)(url|uri|host|hostname|endpoint|domain|origin|cdn|bucket|address|server)s?$`)
	mockWord       = regexp.MustCompile(`^(mock|fake|stub|dummy)([A-Z_]|$)|(Mock|Fake|Stub|Dummy)([A-Z_]|$)|(^|[._])(mock|fake|stub|dummy)(_|[A-Z]|$)|[iI]nMemory|in_memory`)
)

// IsStageVariable reports whether an environment variable of this name holds
// the name of the environment: "NODE_ENV", "APP_ENV", "GIN_MODE".
func IsStageVariable(name string) bool {
	return name != "VIRTUAL_ENV" && stageVariable.MatchString(name)
}

// IsStageName reports whether a text is the name of an environment:
// "production", "test".
func IsStageName(text string) bool { return stageText.MatchString(text) }

// StageOfFlag is the environment that a name asks for: of "isProduction",
// "production"; "" for any other name.
func StageOfFlag(name string) string {
	m := stageFlag.FindStringSubmatch(name)
	if m == nil {
		return ""
	}
	switch stage := strings.ToLower(m[1]); stage {
	case "dev":
		return "development"
	case "prod":
		return "production"
	case "testing":
		return "test"
	default:
		return stage
	}
}

// ChoiceOfName tells from the name of what a branch sets what it chooses; ""
// when the name does not tell.
func ChoiceOfName(name string) Choice {
	switch {
	case choosesLog.MatchString(name):
		return ChoosesLog
	case choosesDebug.MatchString(name):
		return ChoosesDebug
	case choosesFeature.MatchString(name):
		return ChoosesFeature
	}
	return ""
}

// IsAddressName reports whether a text given to this name is a URL or a host.
func IsAddressName(name string) bool { return choosesURL.MatchString(name) }

// IsMockName reports whether a function, class or variable of this name stands
// in for a service: "FakeMailer", "mockClient".
func IsMockName(name string) bool { return mockWord.MatchString(name) }

// ChoiceOfFact tells what a branch that holds this fact chooses; "" for none.
func ChoiceOfFact(fact Fact) Choice {
	switch fact := fact.(type) {
	case Client:
		return ChoosesClient
	case Session, Store:
		return ChoosesStore
	case Credential:
		return ChoosesCredential
	case Endpoint, ServiceHandle:
		return ChoosesURL
	case LogSink:
		if fact.Via == "console" || fact.Via == "print" {
			return "" // says something, wherever it goes
		}
		return ChoosesLog
	}
	return ""
}
