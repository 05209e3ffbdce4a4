package inspect

// Facts of what source code does while it runs, beside those of code.go.

// Choice is a sort of thing that differs between the branches of a decision.
type Choice string

// Choices.
const (
	ChoosesURL        Choice = "url"        // a literal URL or host
	ChoosesCredential Choice = "credential" // a literal secret
	ChoosesClient     Choice = "client"     // which backing service is constructed
	ChoosesStore      Choice = "store"      // where sessions, cache entries, jobs or files are kept
	ChoosesMock       Choice = "mock"       // a fake instead of a service's client
	ChoosesConfig     Choice = "config"     // one of several groups of settings, or of several variables for one thing
	ChoosesFeature    Choice = "feature"    // whether a feature, middleware or route exists
	ChoosesLog        Choice = "log"        // level, format or destination of the log
	ChoosesDebug      Choice = "debug"      // error pages, source maps, hot reload, stack traces, assertions
)

// EnvBranch is a decision by the name of the environment that the program runs
// in: process.env.NODE_ENV === "production", Rails.env.production?,
// env.IsDevelopment(). Its lines are those of the condition.
type EnvBranch struct {
	Name    string   `json:"name"`              // the variable or method asked: "NODE_ENV", "Rails.env", "IHostEnvironment.IsDevelopment"
	Values  []string `json:"values,omitempty"`  // environment names compared with: "production", "test"
	Chooses []Choice `json:"chooses,omitempty"` // what is recognised in its branches, sorted; nil when nothing is
	Behind  string   `json:"behind,omitempty"`  // the variable that each of its branches reads first, so that only what stands in for it is chosen
	Calls   []string `json:"calls,omitempty"`   // functions that its branches for development or tests call and the file calls nowhere else, sorted; a class that they register
}

// StartWork is slow work that the program does before it listens or takes its
// first job.
type StartWork struct {
	Via     string `json:"via"`
	Work    string `json:"work"`              // "sleep", "wait" (polls another service), "load" (a dataset, model or cache), "request", "seed", "build"
	Seconds Value  `json:"seconds,omitzero"`  // of a sleep, as a number of seconds
	Bounded bool   `json:"bounded,omitempty"` // a wait that gives up by itself
	Aside   bool   `json:"aside,omitempty"`   // of a seed: stored only where it is missing, or when the server already listens
}

// Purpose is what a Store is for.
type Purpose string

// Purposes.
const (
	ForCache     Purpose = "cache"
	ForRateLimit Purpose = "rate-limit"
	ForQueue     Purpose = "queue"   // jobs
	ForPubSub    Purpose = "pub-sub" // messages to connected clients: a socket server's adapter, Action Cable
	ForUploads   Purpose = "uploads" // files that people give
)

// Store is where a part of the program keeps what must outlive a request, as
// code or a framework's configuration sets it up. Sessions are Session.
type Store struct {
	Purpose Purpose   `json:"purpose"`
	Via     string    `json:"via"`
	Store   StoreKind `json:"store"`
	Choice  Value     `json:"choice,omitzero"` // the expression that selects the store, when it is no constructor: config.cache_store = ENV[…]
	Profile string    `json:"profile,omitempty"`
	Debug   bool      `json:"debug,omitempty"` // only in a branch for development or tests
	Holds   string    `json:"holds,omitempty"` // of a cache made by code: the names of the class, field and type that it is kept in, which tell what for
}

// CacheUse is code that is given the cache of the process: a parameter or field
// of that type. A cache that is set up and given to nobody holds nothing.
type CacheUse struct {
	Via string `json:"via"`
}

// Endpoint is a literal HTTP URL of a service given to an HTTP client or to a
// variable, field or key that names a service.
type Endpoint struct {
	Via  string `json:"via"`            // the client's call, or "assignment", "field", "key"
	Name string `json:"name,omitempty"` // what it is given to
	URL  Value  `json:"url"`            // literal; a password in it is masked
}

// Resource is a literal name of a thing inside a backing service, passed to a
// client's call: a bucket, queue, topic or region.
type Resource struct {
	Via  string `json:"via"`
	What string `json:"what"` // "bucket", "queue", "topic", "region", "arn", "table"
	Name Value  `json:"name"`
}

// SlowWork is work inside a request handler that belongs on a queue.
type SlowWork struct {
	Via  string `json:"via"`
	Work string `json:"work"`         // "mail", "pdf", "image", "video", "sleep", "report"
	Of   string `json:"of,omitempty"` // class of the object that is made for it: `App\\Mail\\Welcome`

	Helper bool   `json:"helper,omitempty"` // in a function that no handler of the file is or calls, and that nothing of the file runs beside: who waits for it stands in another file. Only mail is stated so
	In     string `json:"in,omitempty"`     // the function that it is done in, by its own name
	Asks   string `json:"asks,omitempty"`   // a function of the program's own that is called, and sends mail by its name: it is slow where a function of this name does such work
	Beside bool   `json:"beside,omitempty"` // such a call that nobody waits for: a goroutine, another thread, a consumer, a clock
}

// LogRoute says to which sinks a logger's configuration sends its lines: which
// of the LogSinks of the same file are in use.
type LogRoute struct {
	Via    string   `json:"via"`             // "logback root", "laravel logging.default", "django LOGGING.root"
	Sinks  []string `json:"sinks,omitempty"` // LogSink.Name
	Choice Value    `json:"choice,omitzero"` // the expression that selects one by name

	Profile string `json:"profile,omitempty"` // it holds only there: "prod", "!prod"
}

// MadeUpKey is a key or secret that the program makes up at random where it
// starts, in a form that no EnvRead's fallback and no Setting tells.
type MadeUpKey struct {
	Name        string `json:"name"`                  // of what is given the key: a field, a variable, an option: "cookieKey"
	Via         string `json:"via"`                   // what takes or makes it: a call, "assignment"
	Conditional bool   `json:"conditional,omitempty"` // only where none is configured
}

func (EnvBranch) Kind() Kind    { return "env-branch" }
func (CacheUse) Kind() Kind     { return "cache-use" }
func (SessionMade) Kind() Kind  { return "session-made" }
func (StartWork) Kind() Kind    { return "start-work" }
func (Store) Kind() Kind        { return "store" }
func (Endpoint) Kind() Kind     { return "endpoint" }
func (Resource) Kind() Kind     { return "resource" }
func (SlowWork) Kind() Kind     { return "slow-work" }
func (SecretLogged) Kind() Kind { return "secret-logged" }
func (LogRoute) Kind() Kind     { return "log-route" }
func (MadeUpKey) Kind() Kind    { return "made-up-key" }
