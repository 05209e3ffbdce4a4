package ruby

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/fold"
)

// railsYAML is one YAML file of a Rails application's config directory. Its
// name is not known here: what it holds says what it is.
type railsYAML struct {
	*inspect.Emitter
	*template
	doc *document.YAML
}

// RailsYAML reads config/database.yml, cable.yml, storage.yml, mongoid.yml,
// redis.yml, secrets.yml, sidekiq.yml, recurring.yml and their like: the
// settings of each environment, and the services that they name.
func RailsYAML(e *inspect.Emitter, content []byte) error {
	t, templateErr := fillIn(e, content)
	err := templateErr
	for _, text := range t.texts {
		documents, unread := document.Documents(text, func([]byte) bool { return true })
		if err == nil {
			err = unread
		}
		for _, d := range documents {
			y := &railsYAML{Emitter: &inspect.Emitter{}, template: t, doc: d}
			y.root(d.Mapping(d.Root))
			if t.file != nil {
				y.exportAll("", d.Root, 5)
			}
			addNew(e, y.Signals)
			if err == nil {
				err = d.Spent()
			}
		}
	}
	return err
}

// addNew adds the signals that another variant of the file has not stated.
func addNew(e *inspect.Emitter, signals []inspect.Signal) {
	for _, s := range signals {
		if !slices.ContainsFunc(e.Signals, func(other inspect.Signal) bool { return reflect.DeepEqual(s, other) }) {
			e.Signals = append(e.Signals, s)
		}
	}
}

// environmentName are keys of a file that stand for an environment.
var environmentName = regexp.MustCompile(`^(development|dev|test|testing|production|prod|staging|stage|qa|uat|ci|demo|sandbox|preview|integration|local|beta|cucumber)$`)

func (y *railsYAML) root(root document.Mapping) {
	if y.storage(root) || y.sidekiq(root) || y.schedule(root) {
		return
	}
	for _, p := range root {
		if !environmentName.MatchString(p.Key.Value) {
			continue
		}
		y.environment(p.Key.Value, p.Key.Line, p.Value)
	}
}

// environment states what the file says of one environment.
func (y *railsYAML) environment(name string, line int, n *yaml.Node) {
	m := y.doc.Mapping(n)
	switch {
	case n.Kind == yaml.ScalarNode:
		y.address(name, line, n)
	case m.Get("clients") != nil || m.Get("sessions") != nil:
		y.mongoid(name, line, m)
	case m.Get("secret_key_base") != nil:
		y.secrets(name, m)
	case m.Get("workers") != nil || m.Get("dispatchers") != nil || m.Get("store_options") != nil:
		// Solid Queue's and Solid Cache's own settings: their database is named in database.yml
	case y.cable(name, line, m):
	case y.recurring(name, line, m):
	default:
		y.databases(name, line, m)
	}
}

// setting states a setting of an environment on the line of its value.
func (y *railsYAML) setting(key, environment string, n *yaml.Node) {
	v := y.value(n)
	if v.Source == inspect.None {
		return
	}
	y.Emit(n.Line, document.LastLine(n), inspect.Setting{Key: key, Value: v.Kept(inspect.IsSecretName(settingName(key))), Profile: environment})
}

// isDebug reports whether an environment is one of development, isTest of tests.
func isDebug(environment string) bool { return stageTruth([]string{environment}) > 0 }
func isTest(environment string) bool {
	switch environment {
	case "test", "testing", "ci", "cucumber":
		return true
	}
	return false
}

// databaseKeys are what database.yml says of a database that rules ask for.
var databaseKeys = []string{"adapter", "url", "host", "port", "socket", "database", "username", "password"}

// databases states the databases of an environment: one, or several by name.
func (y *railsYAML) databases(environment string, line int, m document.Mapping) {
	if y.isDatabase(m) {
		y.database("database", environment, line, m)
		return
	}
	for _, p := range m {
		if inner := y.doc.Mapping(p.Value); y.isDatabase(inner) {
			y.database("database."+p.Key.Value, environment, p.Key.Line, inner)
		}
	}
}

func (y *railsYAML) isDatabase(m document.Mapping) bool {
	return m.Get("adapter") != nil || m.Get("url") != nil || m.Get("host") != nil || m.Get("database") != nil
}

// database states one database: its settings, its client with the handle, and
// a password that is written. Tests have settings alone: what they use is no
// service of a deploy.
func (y *railsYAML) database(key, environment string, line int, m document.Mapping) {
	for _, name := range databaseKeys {
		if n := m.Get(name); n != nil {
			y.setting(key+"."+name, environment, document.Dealias(n))
		}
	}
	if isTest(environment) {
		return
	}
	adapter, handle := y.value(m.Get("adapter")), fold.Value{}
	at := m.Get("url")
	if handle = y.value(at); handle.Source == inspect.None {
		at = m.Get("host")
		handle = y.value(at)
	}
	service := adapterService(adapter.Text)
	if service == "" {
		service = schemeService(handle.Text, y.otherService(m))
	}
	if service == inspect.SQLite && m.Get("database") != nil && m.Get("url") == nil { // a host is another's, merged in
		at = m.Get("database")
		handle = y.value(at)
	}
	if service == "" {
		return
	}
	if at != nil && handle.Source != inspect.None {
		line = document.Dealias(at).Line
	}
	y.Emit(line, line, inspect.Client{Service: service, Via: "rails." + strings.SplitN(key, ".", 2)[0], Handle: handle.Kept(false), Debug: isDebug(environment)})
	y.credentials(environment, m)
}

// otherService is what a mapping without a known adapter names: Redis by its
// port or database's number, else a database if it says so.
func (y *railsYAML) otherService(m document.Mapping) inspect.Service {
	if port := y.value(m.Get("port")); port.Text == "6379" || m.Get("db") != nil && m.Get("adapter") == nil {
		return inspect.Redis
	}
	if m.Get("adapter") != nil || m.Get("database") != nil {
		return inspect.Database
	}
	return ""
}

// credentials states the literal secrets of an environment that is deployed.
func (y *railsYAML) credentials(environment string, m document.Mapping) {
	if isDebug(environment) {
		return
	}
	for _, p := range m {
		n := document.Dealias(p.Value)
		if n.Kind != yaml.ScalarNode || n.Tag == "!!bool" || n.Tag == "!!int" && len(n.Value) < 6 {
			continue
		}
		v := y.value(n)
		if v.Source != inspect.Literal {
			continue
		}
		if inspect.IsSecretName(p.Key.Value) && !notSecretHere.MatchString(p.Key.Value) && credentialText(p.Key.Value, v.Text) {
			y.Emit(n.Line, document.LastLine(n), inspect.Credential{Name: p.Key.Value, Via: "field", Secret: inspect.NewSecret(v.Text), Host: y.value(m.Get("host")).Text})
			continue
		}
		if masked, password, ok := inspect.MaskURL(v.Text); ok && strings.Contains(masked, "://") {
			scheme, rest, _ := strings.Cut(masked, "://")
			_, host, _ := strings.Cut(rest, "@")
			if i := strings.IndexAny(host, "/:?,#"); i >= 0 {
				host = host[:i]
			}
			y.Emit(n.Line, n.Line, inspect.Credential{Name: scheme + "://" + host, Via: "url", Secret: inspect.NewSecret(password), Host: host})
		}
	}
}

// address states production: "localhost:6379", as resque.yml has it.
func (y *railsYAML) address(environment string, line int, n *yaml.Node) {
	v := y.value(n)
	if v.Source == inspect.None || isTest(environment) {
		return
	}
	service := schemeService(v.Text, "")
	if host, port, ok := strings.Cut(v.Text, ":"); ok && service == "" && host != "" {
		if number, _, _ := strings.Cut(port, "/"); number == "6379" {
			service = inspect.Redis
		}
	}
	if service != "" {
		y.Emit(line, line, inspect.Client{Service: service, Via: "rails.yml", Handle: v.Kept(false), Debug: isDebug(environment)})
	}
}

// cable states Action Cable's adapter. A database's own adapter has a database
// beside it.
func (y *railsYAML) cable(environment string, line int, m document.Mapping) bool {
	adapter := y.value(m.Get("adapter"))
	for _, key := range []string{"database", "pool", "encoding", "username", "host", "timeout"} {
		if m.Get(key) != nil {
			return false
		}
	}
	kinds := map[string]inspect.StoreKind{"async": inspect.StoreMemory, "inline": inspect.StoreMemory, "test": inspect.StoreMemory, "redis": inspect.StoreRedis, "postgresql": inspect.StoreDatabase, "solid_cable": inspect.StoreDatabase, "any_cable": inspect.StoreOther, "enhanced_postgresql": inspect.StoreDatabase, "sidekiq": inspect.StoreRedis}
	kind, known := kinds[adapter.Text]
	if !known || !adapter.Has || adapter.Text == "postgresql" && m.Get("url") != nil {
		return false
	}
	y.setting("cable.adapter", environment, document.Dealias(m.Get("adapter")))
	at := document.Dealias(m.Get("adapter")).Line
	if kind != "" && !isTest(environment) {
		y.Emit(at, at, inspect.Store{Purpose: inspect.ForPubSub, Via: "rails.cable", Store: kind, Choice: adapter.Kept(false), Profile: environment, Debug: isDebug(environment)})
	}
	if url := m.Get("url"); url != nil && !isTest(environment) && kind == inspect.StoreRedis {
		y.setting("cable.url", environment, document.Dealias(url))
		y.Emit(document.Dealias(url).Line, document.Dealias(url).Line, inspect.Client{Service: inspect.Redis, Via: "rails.cable", Handle: y.value(url).Kept(false), Debug: isDebug(environment)})
		y.credentials(environment, m)
	}
	return true
}

// mongoid states the clients of mongoid.yml.
func (y *railsYAML) mongoid(environment string, line int, m document.Mapping) {
	clients := m.Get("clients")
	if clients == nil {
		clients = m.Get("sessions")
	}
	for _, p := range y.doc.Mapping(clients) {
		c := y.doc.Mapping(p.Value)
		at := c.Get("uri")
		if at == nil {
			if hosts := y.doc.Sequence(c.Get("hosts")); len(hosts) > 0 {
				at = hosts[0]
			}
		}
		if at == nil {
			continue
		}
		at = document.Dealias(at)
		y.setting("mongoid."+p.Key.Value+".uri", environment, at)
		if isTest(environment) {
			continue
		}
		y.Emit(at.Line, at.Line, inspect.Client{Service: inspect.MongoDB, Via: "rails.mongoid", Handle: y.value(at).Kept(false), Debug: isDebug(environment)})
		y.credentials(environment, c)
		y.credentials(environment, y.doc.Mapping(c.Get("options")))
	}
}

// secrets states the literal secrets of secrets.yml.
func (y *railsYAML) secrets(environment string, m document.Mapping) {
	y.credentials(environment, m)
	for _, p := range m {
		if n := document.Dealias(p.Value); n.Kind == yaml.ScalarNode {
			y.setting("secrets."+p.Key.Value, environment, n)
		} else {
			y.credentials(environment, y.doc.Mapping(n))
		}
	}
}

// storageServices are Active Storage's services.
var storageServices = map[string]inspect.Service{
	"Disk": "", "S3": inspect.ObjectStore, "GCS": inspect.ObjectStore, "AzureStorage": inspect.ObjectStore, "AzureBlob": inspect.ObjectStore, "Mirror": "", "ActiveStorageDB": "", "Cloudinary": inspect.ObjectStore, "DB": "", "Database": "", "Redis": "", "OpenStack": inspect.ObjectStore, "Aliyun": inspect.ObjectStore, "Bunny": inspect.ObjectStore,
}

// storage states the services of storage.yml. Which of them is used, another
// file says: Active Storage's setting names it.
func (y *railsYAML) storage(root document.Mapping) bool {
	found := false
	for _, p := range root {
		m := y.doc.Mapping(p.Value)
		kind := y.value(m.Get("service"))
		service, known := storageServices[kind.Text]
		if !known || !kind.Has || p.Key.Value == "default" || p.Key.Value == "defaults" {
			continue
		}
		found = true
		for _, name := range []string{"service", "root", "bucket", "container", "region", "endpoint"} {
			if n := m.Get(name); n != nil {
				y.setting("storage."+p.Key.Value+"."+name, "", document.Dealias(n))
			}
		}
		if service == "" {
			continue
		}
		at := p.Key.Line
		handle := y.value(m.Get("endpoint"))
		if n := m.Get("endpoint"); n != nil {
			at = document.Dealias(n).Line
		}
		y.Emit(at, at, inspect.Client{Service: service, Via: "rails.storage", Handle: handle.Kept(false)})
		for _, r := range []struct{ key, what string }{{"bucket", "bucket"}, {"container", "bucket"}, {"region", "region"}} {
			n := m.Get(r.key)
			if v := y.value(n); v.Source == inspect.Literal && v.Text != "" {
				line := document.Dealias(n).Line
				y.Emit(line, line, inspect.Resource{Via: "rails.storage", What: r.what, Name: v.Kept(false)})
			}
		}
		y.credentials("production", m)
	}
	return found
}

// symbolKey is a key without the colon of a symbol.
func symbolKey(m document.Mapping, name string) *yaml.Node {
	if n := m.Get(":" + name); n != nil {
		return n
	}
	return m.Get(name)
}

// sidekiq states what sidekiq.yml sets: a schedule, a log file, a pid file.
func (y *railsYAML) sidekiq(root document.Mapping) bool {
	concurrency, queues := symbolKey(root, "concurrency"), symbolKey(root, "queues")
	if queues == nil && (concurrency == nil || concurrency.Kind != yaml.ScalarNode) && symbolKey(root, "schedule") == nil && symbolKey(root, "scheduler") == nil {
		return false
	}
	for _, name := range []string{"concurrency", "pidfile", "logfile", "daemon", "timeout", "max_retries"} {
		if n := symbolKey(root, name); n != nil && n.Kind == yaml.ScalarNode {
			y.setting("sidekiq."+name, "", n)
		}
	}
	if n := symbolKey(root, "logfile"); n != nil {
		if v := y.value(n).Kept(false); v.Source != inspect.None {
			y.Emit(n.Line, n.Line, inspect.LogSink{Via: "sidekiq.logfile", Target: fileTarget(v), Path: v})
		}
	}
	schedule := symbolKey(root, "schedule")
	if outer := symbolKey(root, "scheduler"); outer != nil {
		schedule = symbolKey(y.doc.Mapping(outer), "schedule")
	}
	if m := y.doc.Mapping(schedule); len(m) > 0 {
		y.Emit(schedule.Line, schedule.Line, inspect.Scheduler{Via: "sidekiq-scheduler", Locked: true})
	}
	return true
}

// schedule states a file of scheduled jobs, as sidekiq-cron and resque-scheduler
// have it: each with a time and a class. Their clock runs a job once, whatever
// the number of processes.
func (y *railsYAML) schedule(root document.Mapping) bool {
	for _, p := range root {
		m := y.doc.Mapping(p.Value)
		if (m.Get("cron") != nil || m.Get("every") != nil) && (m.Get("class") != nil || m.Get("custom_job_class") != nil) {
			y.Emit(p.Key.Line, p.Key.Line, inspect.Scheduler{Via: "sidekiq-cron", Locked: true})
			return true
		}
	}
	return false
}

// recurring states Solid Queue's recurring tasks of an environment that is
// deployed.
func (y *railsYAML) recurring(environment string, line int, m document.Mapping) bool {
	for _, p := range m {
		task := y.doc.Mapping(p.Value)
		if task.Get("schedule") != nil && (task.Get("class") != nil || task.Get("command") != nil) {
			if !isDebug(environment) {
				y.Emit(line, line, inspect.Scheduler{Via: "SolidQueue.recurring", Locked: true})
			}
			return true
		}
	}
	return false
}
