package inspect

// Facts of source code. "Via" is always the resolved name of what states the
// fact, after following import aliases: "express-session", "os.environ.get",
// "net/http.ListenAndServe", "flask.Flask.run".

// Package names the package or module that a file declares (Go's package
// clause, a namespace). Name "main" makes a Go program.
type Package struct {
	Name  string `json:"name"`
	Build string `json:"build,omitempty"` // the condition under which Go builds the file: "linux && !cgo", "mage"
	Tests bool   `json:"tests,omitempty"` // it works on a test that it is handed: Go's testing.T
}

// Import is one import of a module.
type Import struct {
	Path     string   `json:"path"`               // as written: "flask.json", "./db", "github.com/jackc/pgx/v5"
	Names    []string `json:"names,omitempty"`    // imported names, "*" for all
	Alias    string   `json:"alias,omitempty"`    // local name of the module
	Guarded  bool     `json:"guarded,omitempty"`  // inside try/except ImportError, a try block, or a condition
	TypeOnly bool     `json:"typeOnly,omitempty"` // import type …, if TYPE_CHECKING
	Erased   bool     `json:"erased,omitempty"`   // TypeScript: each of its names stands for a type alone, so that the compiler drops it
	Dynamic  bool     `json:"dynamic,omitempty"`  // require/import()/importlib with a literal, not at module level
}

// EntryPoint says that a file can be started: Go "package main" with func
// main, Python's __main__ guard, a shebang.
type EntryPoint struct {
	Via string `json:"via"` // "func main", "__main__", "#!/usr/bin/env node"
}

// EnvRead is one read of an environment variable.
type EnvRead struct {
	Name     string `json:"name"`
	Via      string `json:"via"`                // "process.env", "os.environ[]", "os.getenv", "os.Getenv", a wrapper's name
	Required bool   `json:"required,omitempty"` // the program fails when it is unset (os.environ["X"])
	Fallback Value  `json:"fallback,omitzero"`  // what is used when it is unset; Source None if nothing
	Secret   bool   `json:"secret,omitempty"`   // the name says it is a secret; see IsSecretName
	Rejected bool   `json:"rejected,omitempty"` // the program refuses to start with the fallback (a check that exits or throws)
	Debug    bool   `json:"debug,omitempty"`    // the fallback holds only in a debug or test branch
}

// Listen is a server starting to accept connections.
type Listen struct {
	Via  string `json:"via"`
	Host Value  `json:"host,omitzero"`
	Port Value  `json:"port,omitzero"`
	Main bool   `json:"main,omitempty"` // only when the file itself is started (under __main__, require.main === module)
	Dev  bool   `json:"dev,omitempty"`  // a framework's development server (flask run, runserver)
	Side bool   `json:"side,omitempty"` // metrics, debug, profiling or health listener beside the main one

	Debug bool `json:"debug,omitempty"` // with its debugger on, as a literal: app.run(debug=True)
}

// Service is a sort of backing service.
type Service string

// The backing services that constructions are recognised for.
const (
	Postgres      Service = "postgres"
	MySQL         Service = "mysql"
	SQLite        Service = "sqlite"
	MongoDB       Service = "mongodb"
	Redis         Service = "redis"
	Memcached     Service = "memcached"
	AMQP          Service = "amqp"
	Kafka         Service = "kafka"
	NATS          Service = "nats"
	MQTT          Service = "mqtt"
	SMTP          Service = "smtp"
	ObjectStore   Service = "object-store"
	Elasticsearch Service = "elasticsearch"
	Database      Service = "database"    // an SQL database whose engine the handle chooses
	EmbeddedDB    Service = "embedded-db" // an SQL engine inside the process other than SQLite: H2, HSQLDB, Derby; the handle says whether in memory or a file
)

// Client is the construction of a backing-service client.
type Client struct {
	Service Service `json:"service"`
	Via     string  `json:"via"`
	Handle  Value   `json:"handle,omitzero"` // URL, DSN, host or path that says where the service is
	Debug   bool    `json:"debug,omitempty"` // only in a branch for development or tests

	User       string `json:"user,omitempty"`       // whose name the call that makes it holds as a text
	NoPassword bool   `json:"noPassword,omitempty"` // that call gives User an empty password
}

// Credential is a literal used as a secret: assigned to a secret-named
// variable or field, passed as a secret argument, or inside a URL.
type Credential struct {
	Name   string `json:"name"` // variable, field, key or parameter, or the URL's scheme and host
	Via    string `json:"via"`  // "assignment", "field", "argument", "url", "comparison", "login": compared beside a user's name; "account": somebody whom the program lets in is given it
	Secret Secret `json:"secret"`
	Host   string `json:"host,omitempty"`   // of a URL, or beside a password; "{}" in it for what varies
	Paired bool   `json:"paired,omitempty"` // the name of its user is written beside it
	MadeUp bool   `json:"madeUp,omitempty"` // of an account: a function or class makes it that is named for data to try a program with
	Model  bool   `json:"model,omitempty"`  // of an account: a row that each migration of the database makes with its model
	Schema bool   `json:"schema,omitempty"` // of an account: the script that inserts it makes the table as well
}

// ViaAccount is the Via of a credential by which the program lets somebody in.
const ViaAccount = "account"

// StoreKind is where sessions or cache entries live.
type StoreKind string

// Store kinds.
const (
	StoreMemory   StoreKind = "memory"
	StoreFile     StoreKind = "file"
	StoreRedis    StoreKind = "redis"
	StoreDatabase StoreKind = "database"
	StoreCookie   StoreKind = "cookie"
	StoreOther    StoreKind = "other"
)

// Session is a session middleware being set up.
type Session struct {
	Via    string    `json:"via"`
	Store  StoreKind `json:"store"`
	Choice Value     `json:"choice,omitzero"` // the expression that selects the store, when a variable does
	Class  string    `json:"class,omitempty"` // the program's own class whose definition says so: it holds where one is made
}

// SessionMade is where the program makes a store of sessions of a class that is
// not this file's.
type SessionMade struct {
	Class string `json:"class"`
}

// SharedState is a module-level variable that request handlers mutate. The
// signal's line is the declaration.
type SharedState struct {
	Name      string `json:"name"`
	Type      string `json:"type"`                // "map", "list", "set", "counter"; "object" for what handlers call methods of
	Mutations []int  `json:"mutations"`           // lines
	ByRequest bool   `json:"byRequest,omitempty"` // keyed by something from the request
	Kept      bool   `json:"kept,omitempty"`      // what is put there is what the request brought, not what was worked out or fetched for it
	Apart     bool   `json:"apart,omitempty"`     // of an object that lives as long as the process, which another file may make: it is keyed by what says whose it is
	Of        string `json:"of,omitempty"`        // of an "object": the class that another file declares
	Parts     bool   `json:"parts,omitempty"`     // what lies in it are records with parts of their own, and no open connections
	Beneath   bool   `json:"beneath,omitempty"`   // no handler of this file changes it, but a function that is given what it puts there: who calls that may stand in another file
}

// Handler is a function that serves requests or jobs.
type Handler struct {
	Via    string `json:"via"`
	Lambda bool   `json:"lambda,omitempty"` // a serverless platform's handler
}

// SignalHandler is a subscription to operating-system signals.
type SignalHandler struct {
	Via     string   `json:"via"`
	Signals []string `json:"signals"`          // "SIGTERM", "SIGINT" …; "EXIT" for a hook that runs when the process exits by itself
	Drains  bool     `json:"drains,omitempty"` // something is closed, drained, shut down or awaited afterwards
	Exits   bool     `json:"exits,omitempty"`  // the process exits in the handler
	Hasty   bool     `json:"hasty,omitempty"`  // it exits in the same turn in which it begins to close something: nothing is drained
	Off     bool     `json:"off,omitempty"`    // no subscription: a library is told to leave signals alone; Signals is nil
	Late    bool     `json:"late,omitempty"`   // asked for behind a call that serves until it fails: nobody listens while it does
}

// LogSink is a destination that a logger is given.
type LogSink struct {
	Via        string `json:"via"`
	Target     string `json:"target"` // "file", "stdout", "stderr", "syslog", "network"
	Path       Value  `json:"path,omitzero"`
	Structured bool   `json:"structured,omitempty"` // JSON or key-value output
	Name       string `json:"name,omitempty"`       // of the appender, handler or channel, where a configuration names it; see LogRoute
	Rotates    bool   `json:"rotates,omitempty"`    // the program itself rolls the file over
	Profile    string `json:"profile,omitempty"`    // only under this profile or environment
	Debug      bool   `json:"debug,omitempty"`      // only in a branch for development or tests

	Severe   bool   `json:"severe,omitempty"`   // it takes errors alone, by a level of its own
	OnlyWith string `json:"onlyWith,omitempty"` // only where this variable is set
	Flushed  bool   `json:"flushed,omitempty"`  // of what is printed without a logger: each line leaves the process at once
}

// FileWrite is a write to the local file system.
type FileWrite struct {
	Via     string `json:"via"`
	Path    Value  `json:"path,omitzero"`
	Append  bool   `json:"append,omitempty"`
	Handler bool   `json:"handler,omitempty"` // inside a request handler
	Upload  bool   `json:"upload,omitempty"`  // what is written came from a person: a form's file, a request's body
	Code    bool   `json:"code,omitempty"`    // what is written is run afterwards: included, required, executed

	Served    bool   `json:"served,omitempty"`    // the path is made of that of the directory which the server hands out, whoever writes there
	Temporary bool   `json:"temporary,omitempty"` // the path's names say that it may be lost: tmpDir, a cache; see NamesTemporary. Or the same function removes the file
	Settings  bool   `json:"settings,omitempty"`  // the path's names say that it holds the program's own settings; see NamesSettings
	Disk      string `json:"disk,omitempty"`      // the disk of Laravel's configuration that the call names, DefaultDisk where it names none
	Keeper    string `json:"keeper,omitempty"`    // the function around, where its name says that it keeps what people gave; see Keeper
	Chosen    bool   `json:"chosen,omitempty"`    // stands in a branch, beside which the same function takes standard output
}

// VectorVia is the Via of a store of vectors that is kept in a folder.
const VectorVia = "vector store"

// DefaultDisk is the disk of a call of Laravel's that names none: the
// configuration says which one it is.
const DefaultDisk = "(default)"

// Exec is the start of another program with a literal name.
type Exec struct {
	Via     string `json:"via"`
	Program string `json:"program"`
	Guarded bool   `json:"guarded,omitempty"` // the program asks first whether it is there
}

// Migration is code that changes the database's schema when it runs.
type Migration struct {
	Via  string `json:"via"`
	Boot bool   `json:"boot,omitempty"` // runs at start: module level, main, or before listening
	Sync bool   `json:"sync,omitempty"` // derives the schema from models instead of migrations
	In   string `json:"in,omitempty"`   // the function around it, unless it runs at start anyway: who calls that may stand in another file
	Own  bool   `json:"own,omitempty"`  // only a call, at start, of a function of the program's own that is named for it: what it does stands elsewhere

	LedBy []string `json:"ledBy,omitempty"` // of what runs at start: the functions of the file that others have to call for it, sorted; nil where the file starts it itself, or that isn't known
}

// Consumer is a job or message consumer being started or declared.
type Consumer struct {
	Via string `json:"via"`
	Ack string `json:"ack,omitempty"` // when a message counts as done: "early" (before the work: autoAck, a destructive pop), "late" (after it); "" unknown
}

// Enqueue is a job being put on a queue.
type Enqueue struct {
	Via string `json:"via"`
}

// Scheduler is a clock inside the process, or a schedule in code that cron
// starts: Laravel's, whenever's.
type Scheduler struct {
	Via    string `json:"via"`
	Locked bool   `json:"locked,omitempty"` // only one process of several runs its tasks: a lock, a leader, a database-backed clock
	Own    bool   `json:"own,omitempty"`    // its task works on nothing but the memory of its own process, and has to run in each
}

// LogLevelKey is the key of a Setting by which code fixes the level of the whole
// program's log.
const LogLevelKey = "logger.level"

// ShowsErrorsKey is the key of a Setting by which code shows the inside of the
// program to whoever meets an error, whatever the deploy: its value is the call.
const ShowsErrorsKey = "errors.shown"

// DebugModeKey is the key of a Setting by which code runs a framework in its mode
// for developers, whatever the deploy: its value is the call.
const DebugModeKey = "framework.debug"

// SchedulingKey is the key of a Setting by which code turns Spring's clock on.
const SchedulingKey = "@EnableScheduling"

// Setting is one assignment of a framework's settings file: Django settings,
// Spring properties. Keys are dotted: "DATABASES.default.ENGINE".
type Setting struct {
	Key     string `json:"key"`
	Value   Value  `json:"value"`
	Profile string `json:"profile,omitempty"` // the environment or profile that it holds for, where the file itself says: "production"; "debug" in Python's if DEBUG, "production" in its else

	Part        bool `json:"part,omitempty"`        // adds to what was set before: NAME["key"] = value, NAME += […]
	Conditional bool `json:"conditional,omitempty"` // set only under some other condition of the program's

	Class string `json:"class,omitempty"` // the class that it is an attribute of, where a deploy chooses one of several: django-configurations'

	LedBy []string `json:"ledBy,omitempty"` // of a call's setting, as of a Migration
}

func (Package) Kind() Kind       { return "package" }
func (Import) Kind() Kind        { return "import" }
func (EntryPoint) Kind() Kind    { return "entry-point" }
func (EnvRead) Kind() Kind       { return "env-read" }
func (Listen) Kind() Kind        { return "listen" }
func (Client) Kind() Kind        { return "client" }
func (Credential) Kind() Kind    { return "credential" }
func (Session) Kind() Kind       { return "session" }
func (SharedState) Kind() Kind   { return "shared-state" }
func (Handler) Kind() Kind       { return "handler" }
func (SignalHandler) Kind() Kind { return "signal-handler" }
func (LogSink) Kind() Kind       { return "log-sink" }
func (FileWrite) Kind() Kind     { return "file-write" }
func (Exec) Kind() Kind          { return "exec" }
func (Migration) Kind() Kind     { return "migration" }
func (Consumer) Kind() Kind      { return "consumer" }
func (Enqueue) Kind() Kind       { return "enqueue" }
func (Scheduler) Kind() Kind     { return "scheduler" }
func (Setting) Kind() Kind       { return "setting" }
