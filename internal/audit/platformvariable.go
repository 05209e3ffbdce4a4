package audit

import (
	"regexp"
	"strings"
)

// platformVariable are variables that the platform, the shell, CI or a
// framework's own start-up sets: reading them configures nothing.
var platformVariable = regexp.MustCompile(`^(NODE_ENV|RAILS_ENV|RACK_ENV|APP_ENV|ENV|ENVIRONMENT|FLASK_ENV|GO_ENV|DJANGO_SETTINGS_MODULE|CI|GITHUB_[A-Z_]+|HOME|PATH|PWD|USER|SHELL|TERM|LANG|TZ|TMPDIR|EDITOR|HOSTNAME|DYNO|NO_COLOR|FORCE_COLOR|COLUMNS|LINES|PYTHON[A-Z]*|XDG_[A-Z_]+|npm_[a-z_]+|VITEST|JEST_WORKER_ID|KUBERNETES_SERVICE_HOST|LISTEN_(PID|FDS|FDNAMES)|NOTIFY_SOCKET|WATCHDOG_(PID|USEC))$`)

// givenVariable are further variables that nobody has to provide: a platform
// sets them where it runs the program.
var givenVariable = regexp.MustCompile(`^(PORT|OLDPWD|LOGNAME|TEMP|TMP|LC_[A-Z]+|DISPLAY|PPID|UID|GID|EUID|RANDOM|SECONDS|BASH[A-Z_]*|APPDATA|LOCALAPPDATA|USERPROFILE|USERNAME|COMPUTERNAME|PROCESSOR_[A-Z]+|ASPNETCORE_ENVIRONMENT|DOTNET_ENVIRONMENT|NEXT_(RUNTIME|PHASE)|TURBO_[A-Z_]+|VERCEL(_[A-Z_]+)?|NEXT_PUBLIC_VERCEL_[A-Z_]+|NETLIFY|HEROKU_[A-Z_]+|STACK|SOURCE_VERSION|FLY_[A-Z_]+|RENDER(_[A-Z_]+)?|RAILWAY_[A-Z_]+|AWS_(LAMBDA_[A-Z_]+|EXECUTION_ENV|REGION|DEFAULT_REGION)|LAMBDA_TASK_ROOT|_HANDLER|K_(SERVICE|REVISION|CONFIGURATION)|CLOUD_RUN_[A-Z_]+|GAE_[A-Z_]+|GOOGLE_CLOUD_PROJECT|FUNCTIONS?_[A-Z_]+|WEBSITE_[A-Z_]+|CF_[A-Z_]+|ECS_[A-Z_]+|KUBERNETES_[A-Z_]+|POD_(NAME|IP|NAMESPACE)|NODE_NAME|GITLAB_[A-Z_]+|RUNNER_[A-Z_]+|JENKINS_[A-Z_]+|BUILDKITE[A-Z_]*|CIRCLECI|CIRCLE_[A-Z_]+|TRAVIS[A-Z_]*|__OW_[A-Z_]+|PIDFILE|INVOCATION_ID|JOURNAL_STREAM|QUERY_STRING|REQUEST_(METHOD|URI)|REMOTE_(ADDR|HOST|USER|PORT|IDENT)|SCRIPT_(NAME|FILENAME)|PATH_(INFO|TRANSLATED)|CONTENT_(TYPE|LENGTH)|GATEWAY_INTERFACE|HTTP_(HOST|USER_AGENT|REFERER|COOKIE|ACCEPT[A-Z_]*|AUTHORIZATION))$`)

// runtimeVariable are variables that a language's runtime, a server or a
// library reads by itself: the program's own code never mentions them.
var runtimeVariable = regexp.MustCompile(`^(NODE_(OPTIONS|PATH|EXTRA_CA_CERTS|VERSION)|UV_[A-Z_]+|PIP_[A-Z_]+|POETRY_[A-Z_]+|PIPENV_[A-Z_]+|VIRTUAL_ENV|WEB_CONCURRENCY|GUNICORN_[A-Z_]+|UWSGI_[A-Z_]+|UVICORN_[A-Z_]+|FLASK_[A-Z_]+|CELERY_[A-Z_]+|JAVA_[A-Z_]+|JDK_[A-Z_]+|JVM_[A-Z_]+|MAVEN_[A-Z_]+|GRADLE_[A-Z_]+|CATALINA_[A-Z_]+|SPRING_[A-Z_]+|SERVER_[A-Z_]+|MANAGEMENT_[A-Z_]+|LOGGING_[A-Z_]+|QUARKUS_[A-Z_]+|GO(DEBUG|MAXPROCS|MEMLIMIT|GC|PATH|CACHE|FLAGS|OS|ARCH|TRACEBACK|LANG)|CGO_[A-Z_]+|RUST_(LOG|BACKTRACE)|CARGO_[A-Z_]+|BUNDLE_?[A-Z_]*|GEM_[A-Z_]+|RUBY[A-Z_]*|RAILS_[A-Z_]+|MALLOC_[A-Z_]+|LD_(PRELOAD|LIBRARY_PATH)|JEMALLOC_[A-Z_]+|PHP_[A-Z_]+|COMPOSER_[A-Z_]+|APACHE_[A-Z_]+|NGINX_[A-Z_]+|DOTNET_[A-Z_a-z]+|ASPNETCORE_[A-Z_a-z]+|COMPlus_\w+|NUGET_[A-Z_]+|NPM_CONFIG_[A-Z_]+|YARN_[A-Z_]+|PNPM_[A-Z_]+|COREPACK_[A-Z_]+|NEXT_TELEMETRY_DISABLED|DEBIAN_FRONTEND|DEBCONF_[A-Z_]+|TINI_[A-Z_]+|S6_[A-Z_]+|PG(HOST|PORT|USER|PASSWORD|DATABASE|SSLMODE|DATA)|POSTGRES_(USER|PASSWORD|DB)|MYSQL_[A-Z_]+|AWS_[A-Z_]+|AZURE_[A-Z_]+|GOOGLE_APPLICATION_CREDENTIALS|OTEL_[A-Z_]+|SENTRY_[A-Z_]+|DD_(AGENT|TRACE|SERVICE|ENV|VERSION|LOGS|PROFILING)[A-Z_]*|NEW_RELIC_[A-Z_]+|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(?i:https?_proxy|no_proxy|all_proxy)|PUID|PGID|UMASK|GDK_[A-Z_]+|PUPPETEER_[A-Z_]+|PLAYWRIGHT_[A-Z_]+|CHROME_[A-Z_]+)$`)

// IsPlatformVariable reports whether the platform, the shell, CI or a
// framework's own start-up sets a variable of this name: reading it configures
// nothing.
func IsPlatformVariable(name string) bool { return platformVariable.MatchString(name) }

// isGiven reports whether nobody has to provide a variable of this name.
func isGiven(name string) bool {
	if strings.IndexByte(name, '.') >= 0 {
		return false // a property of Java's
	}
	return platformVariable.MatchString(name) || givenVariable.MatchString(name)
}

// readByRuntime reports whether something other than the program's code reads
// a variable of this name.
func readByRuntime(name string) bool { return isGiven(name) || runtimeVariable.MatchString(name) }
