package settings

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// handles are the settings that say where a backing service is, by their plain
// keys: Spring Boot's of all versions, Quarkus', Micronaut's, Play's.
var handles = []struct {
	key     *regexp.Regexp
	service inspect.Service
}{
	{regexp.MustCompile(`(^|\.)(datasource|datasources|r2dbc|db)(\.[a-z0-9]+)?(\.hikari|\.reactive|\.jdbc|\.xa)?\.(url|jdbcurl|uri)$|^(spring\.)?(flyway|liquibase)\.url$|(^|\.)(persistence\.jdbc|hibernate\.connection)\.url$`), inspect.Database},
	{regexp.MustCompile(`^spring\.(data\.)?redis\.(host|url|cluster\.nodes|sentinel\.nodes)(\.\d+)?$|^quarkus\.redis\.([a-z0-9]+\.)?hosts$|^redis\.(uri|uris|servers\.[a-z0-9]+\.uri)(\.\d+)?$|(^|\.)redisson\.address$`), inspect.Redis},
	{regexp.MustCompile(`^spring\.(data\.)?mongodb\.(uri|host)$|^quarkus\.mongodb\.([a-z0-9]+\.)?(connectionstring|hosts)$|^mongodb\.(uri|servers\.[a-z0-9]+\.uri)$`), inspect.MongoDB},
	{regexp.MustCompile(`^spring\.rabbitmq\.(host|addresses)(\.\d+)?$|^rabbitmq\.(uri|host)$|^rabbitmqhost$|^spring\.(activemq\.brokerurl|artemis\.(brokerurl|host))$`), inspect.AMQP},
	{regexp.MustCompile(`^spring\.kafka\.(.*\.)?bootstrapservers(\.\d+)?$|^(quarkus\.)?kafka\.bootstrap\.?servers(\.\d+)?$|^spring\.cloud\.stream\.kafka\.(streams\.)?binder\.brokers(\.\d+)?$|^mp\.messaging\..*\.bootstrap\.servers$`), inspect.Kafka},
	{regexp.MustCompile(`^spring\.mail\.host$|^quarkus\.mailer\.host$|(^|\.)mail\.smtp\.host$|^play\.mailer\.host$`), inspect.SMTP},
	{regexp.MustCompile(`^spring\.(elasticsearch\.(rest\.)?uris|data\.elasticsearch\.(clusternodes|client\.reactive\.endpoints))(\.\d+)?$|^quarkus\.elasticsearch\.hosts$|^elasticsearch\.httphosts$`), inspect.Elasticsearch},
	{regexp.MustCompile(`^memcached\.servers(\.\d+)?$|^spring\.cache\.memcached\.servers$`), inspect.Memcached},
	{regexp.MustCompile(`^(spring\.cloud\.)?aws\.s3\.endpoint$|^quarkus\.s3\.endpointoverride$|(^|\.)minio\.(endpoint|url|host)$`), inspect.ObjectStore},
	{regexp.MustCompile(`^nats\.(spring\.server|[a-z0-9]+\.addresses)(\.\d+)?$`), inspect.NATS},
	{regexp.MustCompile(`^spring\.(data\.)?(cassandra\.contactpoints|neo4j\.uri|couchbase\.connectionstring)(\.\d+)?$|^spring\.(neo4j|couchbase)\.(uri|connectionstring)$`), inspect.Database},
}

// handleWords are what every key of handles holds, so that most keys are told
// apart without a regular expression.
var handleWords = []string{"url", "uri", "host", "nodes", "address", "connectionstring", "servers", "brokers", "endpoint", "contactpoints", "server"}

// client states a setting that says where a backing service is.
func (f *file) client(x entry, v folded, stated inspect.Value) {
	text := v.literal()
	if text == "" {
		text = v.known()
	}
	if told := reference.ReplaceAllString(x.text, inspect.Untold); strings.Contains(told, "://") {
		if fixed, ok := inspect.FixedHandle(told); ok { // jdbc:postgresql://db:5432/${NAME}
			text, stated = told, fixed
		}
	}
	if service, ok := jdbcService(text); ok {
		f.clientFact(x, service, stated)
		return
	}
	key := plain(x.key)
	if service, ok := handleKey(key); ok {
		if service == inspect.Database && text == "" {
			service = f.engine(x)
		}
		f.clientFact(x, service, stated)
		return
	}
	if v.literal() == "" || inDevelopment(x.profile) {
		return
	}
	if handle, ok := inspect.HandleOf(lastNames(x.key, 2), v.text); ok {
		handle.Name = x.key
		f.e.Emit(x.line, x.end, handle)
		return
	}
	f.endpoint(x, v.text)
	f.resource(x, v.text)
}

func (f *file) clientFact(x entry, service inspect.Service, handle inspect.Value) {
	if handle.Source == inspect.Literal && handle.Text == "" {
		return
	}
	f.e.Emit(x.line, x.end, inspect.Client{Service: service, Via: x.key, Handle: handle, Debug: inDevelopment(x.profile)})
}

// reference is one ${…}, the innermost where they nest.
var reference = regexp.MustCompile(`\$\{[^{}]*\}|@[A-Za-z][\w.-]*@`)

func handleKey(key string) (inspect.Service, bool) {
	for _, word := range handleWords {
		if strings.Contains(key, word) {
			for _, h := range handles {
				if h.key.MatchString(key) {
					return h.service, true
				}
			}
			return "", false
		}
	}
	return "", false
}

// embedded are engines that run inside the process: H2, HSQLDB and Derby,
// unless the URL names a server.
var embedded = regexp.MustCompile(`^r?2?j?dbc:(pool:)?(h2:|hsqldb:|derby:)`)

var embeddedServer = regexp.MustCompile(`^r?2?j?dbc:(h2:(tcp|ssl)|hsqldb:(hsql|http)|derby:)s?://`)

// jdbcService is the engine of a JDBC or R2DBC URL; ok is false for anything else.
func jdbcService(text string) (inspect.Service, bool) {
	rest, ok := strings.CutPrefix(text, "jdbc:")
	if !ok {
		if rest, ok = strings.CutPrefix(text, "r2dbc:"); !ok {
			return "", false
		}
	}
	if embedded.MatchString(text) {
		if embeddedServer.MatchString(text) {
			return inspect.Database, true
		}
		return inspect.EmbeddedDB, true
	}
	for strings.HasPrefix(rest, "p6spy:") || strings.HasPrefix(rest, "tc:") || strings.HasPrefix(rest, "otel:") || strings.HasPrefix(rest, "pool:") {
		_, rest, _ = strings.Cut(rest, ":")
	}
	engine, _, _ := strings.Cut(rest, ":")
	if service, ok := engines[engine]; ok {
		return service, true
	}
	return inspect.Database, true
}

var engines = map[string]inspect.Service{
	"postgresql": inspect.Postgres, "postgres": inspect.Postgres, "pgsql": inspect.Postgres, "mysql": inspect.MySQL, "mariadb": inspect.MySQL, "sqlite": inspect.SQLite,
	"org.postgresql.driver": inspect.Postgres, "com.mysql.cj.jdbc.driver": inspect.MySQL, "com.mysql.jdbc.driver": inspect.MySQL, "org.mariadb.jdbc.driver": inspect.MySQL,
	"org.sqlite.jdbc": inspect.SQLite, "org.h2.driver": inspect.EmbeddedDB, "org.hsqldb.jdbcdriver": inspect.EmbeddedDB, "h2": inspect.EmbeddedDB,
}

// engine is the engine of a database whose URL comes from outside, by the
// driver, kind or dialect that is set beside it.
func (f *file) engine(x entry) inspect.Service {
	prefix := x.key[:strings.LastIndexByte(x.key, '.')]
	for _, key := range []string{prefix + ".driver-class-name", prefix + ".driver", prefix + ".db-kind", strings.TrimSuffix(prefix, ".jdbc") + ".db-kind", "spring.jpa.database"} {
		if service, ok := engines[strings.ToLower(f.text(key, x.profile))]; ok {
			return service
		}
	}
	for _, key := range []string{"spring.jpa.database-platform", "spring.jpa.properties.hibernate.dialect"} {
		dialect := strings.ToLower(f.text(key, x.profile))
		for engine, service := range map[string]inspect.Service{"postgres": inspect.Postgres, "mysql": inspect.MySQL, "mariadb": inspect.MySQL} {
			if strings.Contains(dialect, engine) {
				return service
			}
		}
	}
	return inspect.Database
}

// development are profiles and environments in which nobody's deploy runs.
var development = regexp.MustCompile(`(?i)^\s*(%?(dev|development|local|localhost|test|tests|testing|it|ci|integration-?test|h2|hsqldb|demo)([|, ]+(dev|development|local|test|tests|it|ci|h2|hsqldb))*|!\s*(prod|production))\s*$`)

func inDevelopment(profile string) bool { return development.MatchString(profile) }

var (
	serviceURL = regexp.MustCompile(`^https?://([^/\s:@${}]+)(:\d+)?(/[^\s]*)?$`)
	// urlName are names of settings that say where a service is.
	urlName = regexp.MustCompile(`(?i)(^|[_-])((base|service|server|api|api-?base|root|remote|target|backend|gateway|collector|auth|issuer|token)-?)?(url|urls|uri|uris|endpoint|endpoints|host|hosts|address|addresses|server|servers|default-?zone)$`)
	// notService are settings whose URL is the program's own, a namespace, or for people.
	notService = regexp.MustCompile(`(?i)(^|\.)(info|springdoc|swagger|openapi|doc|docs|documentation|license|licence|contact|homepage|website|schema|namespace|cors|allowed-?origins?|redirect|callback|post-?logout|logout|public|frontend|front|ui|self|site|app-?url|instance)([.-]|$)|redirect-?ur[il]|issuer-?uri$|example`)
)

// endpoint states the literal URL of a service under a key that says so, or of
// the server that the rest of the configuration comes from.
func (f *file) endpoint(x entry, text string) {
	_, server, imported := strings.Cut(text, "configserver:")
	if imported = imported && strings.HasPrefix(x.key, "spring.config.import"); imported {
		text = server
	}
	m := serviceURL.FindStringSubmatch(text)
	if m == nil || !imported && !urlName.MatchString(lastNames(x.key, 1)) || notService.MatchString(x.key) || inspect.IsPlaceholder(m[1]) {
		return
	}
	f.e.Emit(x.line, x.end, inspect.Endpoint{Via: "key", Name: x.key, URL: inspect.LitOf(text)})
}

var (
	// resourceKey are names of settings that name a thing inside a service.
	resourceKey  = regexp.MustCompile(`(?i)(^|\.)(?:[a-z0-9-]*-)?(bucket|queue|topic|table)s?(?:-?names?)?$|(^|\.)(?:aws|s3|sqs|sns|dynamodb|cloud)\.(?:.*\.)?(region)(?:\.static)?$|(queue)-?url$|(arn)$`)
	resourceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/-]{2,}$`)
	notResource  = regexp.MustCompile(`(?i)^(true|false|none|default|auto|[0-9.]+)$`)
)

// resource states the literal name of a bucket, queue, topic or region.
func (f *file) resource(x entry, text string) {
	m := resourceKey.FindStringSubmatch(index.ReplaceAllString(x.key, "$1"))
	if m == nil || !resourceName.MatchString(text) || notResource.MatchString(text) || inspect.IsPlaceholder(text) {
		return
	}
	what := strings.ToLower(m[2] + m[4] + m[5] + m[6])
	if strings.HasPrefix(text, "arn:") {
		what = "arn"
	}
	f.e.Emit(x.line, x.end, inspect.Resource{Via: x.key, What: what, Name: inspect.LitOf(text)})
}
