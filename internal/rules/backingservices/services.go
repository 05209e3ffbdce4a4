package backingservices

import (
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// serviceNames are the services as people write them.
var serviceNames = map[inspect.Service]string{
	inspect.Postgres: "PostgreSQL", inspect.MySQL: "MySQL", inspect.SQLite: "SQLite", inspect.MongoDB: "MongoDB", inspect.Redis: "Redis",
	inspect.Memcached: "Memcached", inspect.AMQP: "the message broker", inspect.Kafka: "Kafka", inspect.NATS: "NATS", inspect.MQTT: "the MQTT broker",
	inspect.SMTP: "the mail server", inspect.ObjectStore: "the object store", inspect.Elasticsearch: "Elasticsearch", inspect.Database: "the database",
	inspect.EmbeddedDB: "the embedded database",
}

// deployed are the roles of what runs in a deploy.
var deployed = []source.Role{source.Prod, source.DeployProd}

// handleVariable are names of variables that say where a service is, for which
// sort of service in the first group: DATABASE_URL, REDIS_HOST,
// CART_SERVICE_ADDR, SQLALCHEMY_DATABASE_URI.
var handleVariable = regexp.MustCompile(`(?i)(?:^|_)(DATABASE|DB|POSTGRES(?:QL)?|PG|MYSQL|MARIADB|MONGO(?:DB)?|REDIS|VALKEY|CACHE|MEMCACHED?|AMQP|RABBITMQ|BROKER|MQTT|KAFKA|NATS|QUEUE|SQS|SMTP|EMAIL|MAIL|S3|MINIO|BUCKET|OBJECT_STORE|ELASTIC(?:SEARCH)?|OPENSEARCH|SERVICE|COLLECTOR)(?:_[A-Z0-9]+)*?_?(?:URL|URI|DSN|HOST|HOSTS|ADDR|ADDRESS|SERVER|SERVERS|BROKERS|ENDPOINT|ENDPOINT_URL|BUCKET|CONNECTION_STRING|CONNECTION)$|^(?:DATABASE|REDIS|MONGO)_?URL$|(?:^|_)S3_BUCKET(?:_NAME)?$|^PGHOST$`)

// ownAddress are variables that say where the program itself is.
var ownAddress = regexp.MustCompile(`(?i)(^|_)(APP|SITE|PUBLIC|BASE|SELF|LISTEN|BIND|EXTERNAL|CALLBACK|REDIRECT)_|_(PUBLIC|BASE)_URL$`)

// isHandle reports whether a variable of this name says where a backing
// service is.
func isHandle(name string) bool {
	return handleVariable.MatchString(name) && !ownAddress.MatchString(name) && !inspect.IsSecretName(name)
}

// fromEnvironment reports whether the same setting, or the same constructor in
// the same file, is also given a handle from the environment: settings that
// override each other, or branches that the deploy chooses between.
func fromEnvironment(c *audit.Component, literal audit.Located[inspect.Client]) bool {
	given := audit.OfComponent(c, givenHandles)
	return given[givenHandle{via: literal.Fact.Via}] || given[givenHandle{literal.Fact.Via, literal.File}]
}

// givenHandle is a setting, or a constructor in a file, that is given a handle
// from the environment.
type givenHandle struct {
	via  string
	file *audit.File // of a constructor
}

func givenHandles(c *audit.Component) map[givenHandle]bool {
	given := map[givenHandle]bool{}
	for client := range audit.Facts[inspect.Client](c, deployed...) {
		switch {
		case !client.Fact.Handle.FromEnv():
		case isSetting(client.Fact.Via):
			given[givenHandle{via: client.Fact.Via}] = true
		default:
			given[givenHandle{client.Fact.Via, client.File}] = true
		}
	}
	return given
}

// isSetting tells settings of a framework, DATABASES and CELERY_BROKER_URL,
// from constructors of a library.
func isSetting(via string) bool {
	return strings.HasPrefix(via, "django.") || !strings.Contains(via, ".") && strings.ToUpper(via) == via
}

// hostOf is the host of a literal handle: of a URL, a host with a port, a
// connection string with host= or tcp(…). "" when it names none.
func hostOf(handle string) string {
	text := strings.TrimPrefix(handle, "jdbc:")
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest
		if end := strings.IndexAny(text, "/?#"); end >= 0 {
			text = text[:end]
		}
		text = text[strings.LastIndexByte(text, '@')+1:]
		return host(text)
	}
	if m := wordHost.FindStringSubmatch(text); m != nil {
		return host(m[1])
	}
	if m := networkHost.FindStringSubmatch(text); m != nil {
		return host(m[1])
	}
	if strings.ContainsAny(text, "=;() \t/") {
		return ""
	}
	return host(text)
}

// host is the first host of a list, without its port.
func host(text string) string {
	text, _, _ = strings.Cut(text, ",")
	if strings.HasPrefix(text, "[") {
		text, _, _ = strings.Cut(text[1:], "]")
		return text
	}
	text, _, _ = strings.Cut(text, ":")
	return text
}

var (
	wordHost    = regexp.MustCompile(`(?i)(?:^|[\s;])(?:host|server|data source)\s*=\s*([^\s;'"]+)`)
	networkHost = regexp.MustCompile(`@(?:tcp|udp)?\(([^)]*)\)`)
)
