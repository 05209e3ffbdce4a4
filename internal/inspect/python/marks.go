package python

import (
	"bytes"
	"maps"
	"regexp"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

// reader reads a file whole when it holds a mark of what is stated of Python
// beside imports: what the tables name, and what the code of this package asks
// for by words of its own.
var reader = sync.OnceValue(func() prefilter.Reader {
	words, with, before := prefilter.Words, prefilter.With, prefilter.Before
	return prefilter.Reader{
		Imports: []string{"import"}, GoesOn: []string{"except", "else", "elif", "finally"}, Texts: [][2]string{{`"""`, `"""`}, {`'''`, `'''`}}, Comment: "#",
		Also: func(content []byte) bool { return sharedState(content) || apartState(content) || asksEnv(content) },
		Marks: prefilter.New(
			prefilter.Endless(),
			prefilter.Origins(), prefilter.Broken(), prefilter.Logins(), prefilter.Logged(), prefilter.URLs(), prefilter.LocalLinks(),
			prefilter.If(before(`domain["']\s*:\s*["']$`), prefilter.Texts("localhost", "127.0.0.1")),
			prefilter.Secrets(`["']?\s*\]?\s*(:[^=\n]{0,80})?(?:[!=]=|[=:])[\s(\\]*(#.*\s*)*(?:[\w.]*(?:bytes|bytearray|fromhex|b64decode|unhexlify)\(\s*)?[a-zA-Z]{0,2}["']`),
			prefilter.If(prefilter.After(`^["']?\s*\]?\s*[:=]\s*[a-zA-Z]{0,2}["']`), prefilter.Fold(words("authorization"))),
			prefilter.If(prefilter.After(`^\s*=\s*\(`), words("auth", "http_auth", "basic_auth", "httpauth", "proxy_auth")),
			prefilter.Names(maps.All(pyClients)), prefilter.Names(maps.All(vectorFolders)), prefilter.Names(maps.All(pyListens)), prefilter.Names(maps.All(pyConfigCalls)),
			prefilter.Names(maps.All(pyKeyArguments)), prefilter.Names(maps.All(pyOpens)), prefilter.Names(maps.All(pyCopies)),
			prefilter.Names(maps.All(pyExecs)), prefilter.Names(maps.All(pyLogHandlers)), prefilter.Names(maps.All(pyStores)),
			prefilter.Names(maps.All(pySessionCalls)), prefilter.Names(maps.All(pyCookieMiddleware)), prefilter.Names(maps.All(pyConsumers)),
			prefilter.Names(maps.All(pySchedulers)), prefilter.Names(maps.All(pyEnqueues)), prefilter.Names(maps.All(pyWorkerBases)),
			prefilter.Names(maps.All(taskDecorator)), prefilter.Names(maps.All(slowCalls)), prefilter.Names(maps.All(resourceCalls)),
			prefilter.Names(maps.All(resourceSettings)), prefilter.Names(maps.All(pyConfigHandles)), prefilter.Names(maps.All(storeKeys)), prefilter.Names(maps.All(djangoFileFields)),
			// variables, settings and their classes
			prefilter.Names(maps.All(djangoOnly)),
			words("environ", "environs", "getenv", "dotenv_values", "dj_database_url", "BaseSettings", "configurations"),
			prefilter.If(before(`=\s*$`), words("Settings", "Config", "AppSettings", "AppConfig", "get_settings", "get_config", "load_config", "load_settings")),
			words("from_object", "from_pyfile", "from_prefixed_env", "from_mapping"),
			words("INSTALLED_APPS", "MIDDLEWARE", "MIDDLEWARE_CLASSES", "DATABASES", "ROOT_URLCONF", "WSGI_APPLICATION", "TEMPLATES", "global_settings", "SESSION_TYPE"),
			prefilter.If(with("split_settings"), words("include")),
			prefilter.If(before(`(base|common|settings|defaults)\S*\s+$`), prefilter.Texts("import *")),
			// what listens, starts and logs
			words("__main__", "execute_from_command_line", "call_command", "basicConfig", "dictConfig", "loguru", "structlog", "LOGGING", "LOGGING_CONFIG", "atexit", "add_signal_handler"),
			prefilter.If(prefilter.After(`^\s*\(`), words("print")), prefilter.If(before(`sys\.std(out|err)\.$`), words("write", "reconfigure")),
			words("Flask", "FastAPI", "Quart", "Sanic", "Starlette", "get_wsgi_application", "get_asgi_application", "falcon", "Bottle", "Litestar", "gradio", "connexion"),
			prefilter.If(with("tornado", "aiohttp"), words("Application")), prefilter.If(with("signal.", "signal import"), words("signal")),
			// files, stores, sessions
			prefilter.If(prefilter.All(with("append(", "] = "), prefilter.After(`^\w*\s*(:[^=\n]+)?=\s*(\[|\{|dict\(|list\(|defaultdict|OrderedDict)`)), prefilter.Fold(prefilter.Texts(inspect.Records...))),
			prefilter.If(before(`class\s+\w*$`), prefilter.Texts("Repository", "Repo", "Store", "Storage", "DAO")),
			words("write_text", "write_bytes", "runpy", "flask_limiter", "slowapi", "cachetools", "flask_caching", "dogpile", "flask_socketio", "socketio", "lru_cache", "alru_cache", "beaker"),
			prefilter.If(with("flask", "quart"), words("files")), words("save_avatar"), prefilter.If(with(".filename", ".data"), prefilter.Texts(".save(")), prefilter.If(with("PIL"), words("save")),
			prefilter.If(with("functools"), words("cache")), prefilter.If(with("flask"), words("session")),
			prefilter.If(with("Thread"), words("threading", "ThreadPoolExecutor")), prefilter.If(with("Process"), words("multiprocessing")),
			words("grpc", "boto3", "aioboto3", "botocore", "minio"),
			// jobs and migrations
			prefilter.Fold(prefilter.Texts("create table if")),
			words("Timer", "eventlet", "trio", "anyio", "redis", "aioredis", "valkey", "apscheduler", "WorkerSettings", "basic_consume", "basic_publish", "add_periodic_task", "delay", "apply_async", "huey", "task", "job",
				"beat_schedule", "CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE", "BEAT_SCHEDULE", "alembic", "flask_migrate", "yoyo", "create_all", "generate_schemas", "register_tortoise", "create_tables", "functions_framework",
				"init_db", "create_db_and_tables", "run_migrations", "init_database", "setup_database", "initialize_database", "create_db", "setup_db", "migrate_db", "run_migration", "apply_migrations", "create_schema"),
			prefilter.If(prefilter.After(`^_*event`), prefilter.Texts("handler(")),
			// the environment's name
			prefilter.Stages(flag), prefilter.If(flag, words("DEBUG", "debug", "TESTING", "testing")), words("get_debug_flag"),
			prefilter.If(prefilter.NearStage, prefilter.Fold(words("env", "environment", "app_env", "stage", "deploy_env", "deployment_environment", "env_name", "environment_name", "flask_env", "run_env", "mode"))),
		),
	}
})

var (
	flagOwner = regexp.MustCompile(`(?i)(settings?|config|conf|cfg|env|environment|app|application|constants)(\(\))?\s*\.\s*$`)
	flagKey   = regexp.MustCompile(`[\w)\]]\[\s*["']$`)
)

// flag agrees with a name that asksFlag may read: of settings or an application,
// a key, or a constant.
func flag(content []byte, from, to int) bool {
	before := content[max(0, from-60):from]
	return flagOwner.Match(before) || flagKey.Match(before) || isUpper(string(content[from:to]))
}

// asksName is the end of a name that a function which reads variables may have,
// or the object that it is a method of.
var asksName = regexp.MustCompile(`(?i)(env|conf|setting|secret|requir|must|var|param|option)\w*(\.\w+)?$`)

// asksEnv reports whether a file may call another file's function for a
// variable: require_env("DATABASE_URL").
func asksEnv(content []byte) bool {
	for rest := content; ; {
		at := bytes.IndexByte(rest, '(')
		if at < 0 || at+4 > len(rest) {
			return false
		}
		before := rest[max(0, at-60):at]
		rest = rest[at+1:]
		literal := bytes.TrimLeft(rest[:min(len(rest), 40)], " \t\r\n")
		if len(literal) < 3 || literal[0] != '"' && literal[0] != '\'' || literal[1] < 'A' || literal[1] > 'Z' || !isUpper(string(literal[1:3])) {
			continue
		}
		if asksName.Match(before) {
			return true
		}
	}
}

// handlers are the marks of request handlers.
var handlers = sync.OnceValue(func() *prefilter.Set {
	marks := prefilter.Words("request", "req")
	for _, names := range []map[string]bool{pyRoutes, pyViewChecks} {
		marks = append(marks, prefilter.Names(maps.All(names))...)
	}
	verbs := prefilter.If(prefilter.After(`^\s*\(\s*[rf]?["']/`), prefilter.Names(maps.All(pyVerbs)))
	bases := prefilter.If(prefilter.After(`^[\s,)\]]`), prefilter.Texts("View", "ViewSet", "Resource", "RequestHandler", "HTTPEndpoint", "HTTPMethodView", "Mixin"))
	return prefilter.New(marks, verbs, bases)
})

var (
	// moduleState is a container or a counter of the module.
	moduleState = regexp.MustCompile(`^[A-Za-z_]\w*\s*(:[^=]+)?=\s*(\{|\[|\d|\\|(\w+\.)*(dict|set|list|defaultdict|OrderedDict|Counter|deque|Queue|SimpleQueue|WeakValueDictionary)\b)`)
	// apartMap is a map of an object, heldState an object that the module holds.
	apartMap  = regexp.MustCompile(`(?m)^[ \t]+self\.\w+\s*(:[^=\n]+)?=\s*(\{|\\|(\w+\.)*(dict|defaultdict|OrderedDict)\b)`)
	keyedMap  = regexp.MustCompile(`(?i)[\[(]\s*\w{0,14}` + somebodys)
	heldState = regexp.MustCompile(`(?m)^[A-Za-z_]\w*\s*(:[^=\n]+)?=\s*(\w+\.)*[A-Z]\w*\(`)
	// renamed are imports of a container under another name.
	renamed = sync.OnceValue(func() *prefilter.Set {
		return prefilter.New(prefilter.If(prefilter.After(`^ as `), prefilter.Words("defaultdict", "OrderedDict", "Counter", "deque", "Queue", "SimpleQueue", "WeakValueDictionary")))
	})
)

// sharedState reports whether a file may have a container or counter of the
// module that handlers change.
func sharedState(content []byte) bool {
	shares := false
	for rest := content; len(rest) > 0 && !shares; {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
		shares = len(line) > 2 && inspect.WordByte(line[0]) && bytes.IndexByte(line, '=') > 0 && moduleState.Match(line[:min(len(line), 300)])
	}
	return (shares || renamed().In(content)) && handlers().In(content)
}

// apartState reports whether a file may have a map of an object that is keyed by
// what says whose an entry is, or hold an object that handlers call.
func apartState(content []byte) bool {
	return bytes.Contains(content, []byte("self.")) && keyedMap.Match(content) && apartMap.Match(content) ||
		heldObject.Match(content) && heldState.Match(content) && handlers().In(content)
}
