package symfony

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
)

// handles are the entries that say where a service is, by their dotted paths.
var handles = []struct {
	key     *regexp.Regexp
	service inspect.Service
}{
	{regexp.MustCompile(`^snc_redis\.clients\.[^.]+\.dsns?(\.\d+)?$|^framework\.cache\.default_(redis|valkey)_provider$|^framework\.lock\.redis$`), inspect.Redis},
	{regexp.MustCompile(`^framework\.cache\.default_memcached_provider$`), inspect.Memcached},
	{regexp.MustCompile(`^old_sound_rabbit_mq\.connections\.[^.]+\.(url|host)$`), inspect.AMQP},
	{regexp.MustCompile(`^fos_elastica\.clients\.[^.]+\.(url|host|hosts\.\d+|connections\.\d+\.(url|host))$`), inspect.Elasticsearch},
	{regexp.MustCompile(`^doctrine_mongodb\.connections\.[^.]+\.server$`), inspect.MongoDB},
	{regexp.MustCompile(`^framework\.mailer\.(dsn|transports\.[^.]+)$|^swiftmailer\.(mailers\.[^.]+\.)?(url|host)$`), inspect.SMTP},
	{regexp.MustCompile(`^doctrine\.dbal\.(connections\.[^.]+\.)?((replicas|slaves)\.[^.]+\.)?(url|host|path)$`), inspect.Database},
}

var (
	transportKey = regexp.MustCompile(`^framework\.messenger\.transports\.([^.]+)(\.dsn)?$`)
	cacheKey     = regexp.MustCompile(`^framework\.cache\.(app|pools\..+\.adapters?(\.\d+)?)$`)
	poolProvider = regexp.MustCompile(`^framework\.cache\.pools\..+\.provider$`)
	uploadKey    = regexp.MustCompile(`^vich_uploader\.mappings\.[^.]+\.upload_destination$|^(oneup_flysystem|knp_gaufrette)\.adapters\.[^.]+\.local\.(location|directory)$`)
	storageKey   = regexp.MustCompile(`^flysystem\.storages\..+\.adapter$`)
	baseURI      = regexp.MustCompile(`^framework\.http_client\.scoped_clients\..+\.base_uri$`)
)

// roots are the extensions whose entries mean something here.
var roots = map[string]bool{"framework": true, "doctrine": true, "snc_redis": true, "old_sound_rabbit_mq": true, "fos_elastica": true, "doctrine_mongodb": true, "swiftmailer": true, "vich_uploader": true, "oneup_flysystem": true, "knp_gaufrette": true, "flysystem": true}

// entry states what one entry means by itself.
func (c *config) entry(i int, x Entry) {
	if len(x.Path) < 2 || !roots[x.Path[0]] || !x.Value.Given() {
		return
	}
	key := strings.Join(x.Path, ".")
	switch {
	case transportKey.MatchString(key):
		c.transport(i, x, transportKey.FindStringSubmatch(key)[1])
		return
	case cacheKey.MatchString(key):
		c.cache(i, x, key)
		return
	case poolProvider.MatchString(key):
		if service := schemeService(x.Value); service != "" {
			c.client(i, service, key)
		}
		return
	case uploadKey.MatchString(key), storageKey.MatchString(key):
		c.uploads(i, x, key)
		return
	case baseURI.MatchString(key):
		if x.Value.IsLiteral() && strings.HasPrefix(x.Value.Text, "http") && !IsDebug(x.Profile) {
			c.emit(i, inspect.Endpoint{Via: "key", Name: key, URL: inspect.LitOf(x.Value.Text)})
		}
		return
	}
	for _, h := range handles {
		if h.key.MatchString(key) {
			c.handle(i, x, h.service, key)
			return
		}
	}
}

func (c *config) client(i int, service inspect.Service, key string) {
	x := c.entries[i]
	c.emit(i, inspect.Client{Service: service, Via: "symfony " + key, Handle: x.Value.Kept(false), Debug: IsDebug(x.Profile)})
}

// handle states the client that an entry describes. Of a URL and a host beside
// it, the URL counts.
func (c *config) handle(i int, x Entry, service inspect.Service, key string) {
	last := x.Path[len(x.Path)-1]
	if last == "host" && c.beside(i, "url").Given() {
		return
	}
	switch service {
	case inspect.SMTP:
		scheme, _, _ := strings.Cut(x.Value.Text, ":")
		switch {
		case scheme == "null":
			return
		case scheme == "sendmail" || scheme == "native":
			c.emit(i, inspect.Client{Service: inspect.SMTP, Via: "symfony " + key, Handle: inspect.Lit("sendmail"), Debug: IsDebug(x.Profile)})
			return
		case x.Value.IsLiteral() && strings.Contains(x.Value.Text, "://") && !strings.Contains(scheme, "smtp"):
			return // a provider's interface, whose place is the provider's
		}
	case inspect.Database:
		service = engine(c.beside(i, "driver"), x.Value)
		if last == "path" && service != inspect.SQLite {
			return
		}
	}
	c.client(i, service, key)
}

// engine is the database that a driver or a URL names.
func engine(driver, url fold.Value) inspect.Service {
	for _, name := range []string{strings.TrimPrefix(driver.Text, "pdo_"), url.Text} {
		switch name = strings.ToLower(name); {
		case strings.HasPrefix(name, "pgsql"), strings.HasPrefix(name, "postgres"), strings.HasPrefix(name, "pdo-pgsql"):
			return inspect.Postgres
		case strings.HasPrefix(name, "mysql"), strings.HasPrefix(name, "mariadb"), strings.HasPrefix(name, "pdo-mysql"):
			return inspect.MySQL
		case strings.HasPrefix(name, "sqlite"), strings.HasPrefix(name, "pdo-sqlite"):
			return inspect.SQLite
		}
	}
	return inspect.Database
}

// schemes are services by how their DSNs begin.
var schemes = map[string]inspect.Service{
	"redis": inspect.Redis, "rediss": inspect.Redis, "valkey": inspect.Redis, "valkeys": inspect.Redis, "memcached": inspect.Memcached, "amqp": inspect.AMQP, "amqps": inspect.AMQP, "phpamqplib": inspect.AMQP,
	"mysql": inspect.MySQL, "postgres": inspect.Postgres, "postgresql": inspect.Postgres, "pgsql": inspect.Postgres, "kafka": inspect.Kafka, "mongodb": inspect.MongoDB, "smtp": inspect.SMTP, "smtps": inspect.SMTP,
}

func schemeService(v fold.Value) inspect.Service {
	scheme, _, found := strings.Cut(v.Text, ":")
	if !found {
		return ""
	}
	return schemes[scheme]
}

// kept are where handlers, adapters and transports keep, by a word of their
// name, of their DSN or of the variable that has it. The first counts.
var kept = []struct {
	words *regexp.Regexp
	store inspect.StoreKind
}{
	{regexp.MustCompile(`(?i)redis|valkey`), inspect.StoreRedis},
	{regexp.MustCompile(`(?i)memcache|amqp|rabbit|sqs|beanstalk|kafka|gps:`), inspect.StoreOther},
	{regexp.MustCompile(`(?i)pdo|dbal|doctrine|database|mysql|mariadb|pgsql|postgres|sqlite|mongo`), inspect.StoreDatabase},
	{regexp.MustCompile(`(?i)cookie`), inspect.StoreCookie},
	{regexp.MustCompile(`(?i)apcu?\b|adapter\.array|in-memory:|sync:`), inspect.StoreMemory},
	{regexp.MustCompile(`(?i)native|files?(system)?\b|php_files|^file:`), inspect.StoreFile},
}

// storeOf is where something keeps, StoreOther when nothing tells.
func storeOf(v fold.Value) inspect.StoreKind {
	texts := v.Env
	if v.Has {
		texts = []string{v.Text}
	}
	for _, k := range kept {
		for _, text := range texts {
			if k.words.MatchString(text) {
				return k.store
			}
		}
	}
	return inspect.StoreOther
}

// cache states where the application's cache, or a pool of it, keeps. The
// container's own is built with the image.
func (c *config) cache(i int, x Entry, key string) {
	if v := x.Value; v.IsLiteral() && (v.Text == "cache.app" || v.Text == "cache.system" || v.Text == "cache.adapter.system" || strings.HasSuffix(v.Text, "null")) {
		return
	}
	c.store(i, inspect.ForCache, key)
	if schemeService(x.Value) != "" {
		c.client(i, schemeService(x.Value), key)
	}
}

func (c *config) store(i int, purpose inspect.Purpose, key string) {
	x := c.entries[i]
	c.emit(i, inspect.Store{Purpose: purpose, Via: "symfony " + key, Store: storeOf(x.Value), Choice: x.Value.Kept(false), Profile: x.Profile, Debug: IsDebug(x.Profile)})
}

// transport states where Messenger keeps the messages of a transport. One that
// handles them at once keeps them in memory, where a route leads to it.
func (c *config) transport(i int, x Entry, name string) {
	if strings.HasPrefix(x.Value.Text, "sync:") && !c.routedTo(name) {
		return
	}
	key := "framework.messenger.transports." + name
	c.store(i, inspect.ForQueue, key)
	if service := schemeService(x.Value); service != "" {
		c.client(i, service, key)
	}
}

// routedTo reports whether production routes messages to a transport, or the
// file has no routes.
func (c *config) routedTo(name string) bool {
	routing := join("framework", "messenger", "routing")
	if _, any := c.has(routing); !any {
		return true
	}
	for i, key := range c.keys {
		if strings.HasPrefix(key, routing+separator) && !IsDebug(c.entries[i].Profile) && c.entries[i].Value.Text == name {
			return true
		}
	}
	return false
}

func (c *config) uploads(i int, x Entry, key string) {
	if x.Value.IsLiteral() && x.Value.Text == "memory" {
		return
	}
	store := inspect.Store{Purpose: inspect.ForUploads, Via: "symfony " + key, Store: inspect.StoreOther, Choice: x.Value.Kept(false), Profile: x.Profile, Debug: IsDebug(x.Profile)}
	if last := x.Path[len(x.Path)-1]; last != "adapter" || x.Value.Text == "local" {
		store.Store = inspect.StoreFile
	}
	c.emit(i, store)
}
