package settings

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// storeKinds are the kinds of stores by the names that frameworks give them.
var storeKinds = map[string]inspect.StoreKind{
	"redis": inspect.StoreRedis, "jdbc": inspect.StoreDatabase, "mongodb": inspect.StoreDatabase, "mongo": inspect.StoreDatabase, "cassandra": inspect.StoreDatabase,
	"hazelcast": inspect.StoreOther, "infinispan": inspect.StoreOther, "couchbase": inspect.StoreOther, "geode": inspect.StoreOther, "memcached": inspect.StoreOther,
	"simple": inspect.StoreMemory, "caffeine": inspect.StoreMemory, "ehcache": inspect.StoreMemory, "jcache": inspect.StoreMemory, "cache2k": inspect.StoreMemory, "guava": inspect.StoreMemory,
	"memory": inspect.StoreMemory, "none": inspect.StoreMemory, "cookie": inspect.StoreCookie,
}

// meanings are the settings that mean something beyond their value, by their
// plain keys.
var meanings = map[string]func(*file, entry, folded, inspect.Value){
	"spring.session.storetype":                                 (*file).session,
	"spring.cache.type":                                        (*file).cache,
	"micronaut.session.http.redis.enabled":                     (*file).redisSession,
	"server.servlet.session.persistent":                        (*file).persistentSession,
	"spring.jpa.hibernate.ddlauto":                             (*file).schema,
	"spring.jpa.properties.hibernate.hbm2ddl.auto":             (*file).schema,
	"hibernate.hbm2ddl.auto":                                   (*file).schema,
	"jpa.default.properties.hibernate.hbm2ddl.auto":            (*file).schema,
	"quarkus.hibernateorm.database.generation":                 (*file).schema,
	"quarkus.hibernateorm.schemamanagement.strategy":           (*file).schema,
	"javax.persistence.schemageneration.database.action":       (*file).schema,
	"jakarta.persistence.schemageneration.database.action":     (*file).schema,
	"spring.jpa.generateddl":                                   (*file).schemaSwitch,
	"spring.sql.init.mode":                                     (*file).initScripts,
	"spring.datasource.initializationmode":                     (*file).initScripts,
	"quarkus.flyway.migrateatstart":                            (*file).migrates,
	"quarkus.liquibase.migrateatstart":                         (*file).migrates,
	"quarkus.liquibasemongodb.migrateatstart":                  (*file).migrates,
	"play.evolutions.autoapply":                                (*file).migrates,
	"play.evolutions.db.default.autoapply":                     (*file).migrates,
	"logging.file.name":                                        (*file).springLogFile,
	"logging.file.path":                                        (*file).springLogFile,
	"logging.file":                                             (*file).springLogFile,
	"logging.path":                                             (*file).springLogFile,
	"logging.structured.format.console":                        (*file).structuredLog,
	"quarkus.log.console.json":                                 (*file).structuredLog,
	"quarkus.log.console.json.enabled":                         (*file).structuredLog,
	"quarkus.log.json":                                         (*file).structuredLog,
	"quarkus.log.file.enable":                                  (*file).quarkusLogFile,
	"quarkus.log.file.enabled":                                 (*file).quarkusLogFile,
	"quarkus.log.syslog.enable":                                (*file).quarkusSyslog,
	"quarkus.log.syslog.enabled":                               (*file).quarkusSyslog,
	"quarkus.log.handler.gelf.enabled":                         (*file).quarkusGelf,
	"server.tomcat.accesslog.enabled":                          (*file).accessLog,
	"server.undertow.accesslog.enabled":                        (*file).accessLog,
	"quarkus.http.accesslog.logtofile":                         (*file).accessLog,
	"spring.quartz.jobstoretype":                               (*file).quartz,
	"quarkus.quartz.storetype":                                 (*file).quartz,
	"spring.rabbitmq.listener.simple.acknowledgemode":          (*file).acknowledge,
	"spring.rabbitmq.listener.direct.acknowledgemode":          (*file).acknowledge,
	"spring.kafka.listener.ackmode":                            (*file).acknowledge,
	"spring.kafka.consumer.enableautocommit":                   (*file).autoCommit,
	"spring.kafka.consumer.properties.enable.auto.commit":      (*file).autoCommit,
	"spring.quartz.properties.org.quartz.jobstore.isclustered": (*file).clusteredQuartz,
	"org.quartz.jobstore.isclustered":                          (*file).clusteredQuartz,
	"quarkus.quartz.clustered":                                 (*file).clusteredQuartz,
	"play.http.session.domain":                                 (*file).playSession,
}

// meaning states what a setting means beyond itself.
func (f *file) meaning(x entry, v folded, stated inspect.Value) {
	key := plain(x.key)
	if means, ok := meanings[key]; ok {
		means(f, x, v, stated)
		return
	}
	if strings.Contains(key, "ddl") && schemaKey.MatchString(key) {
		f.schema(x, v, stated)
		return
	}
	if uploadKey.MatchString(x.key) && !v.random {
		f.uploads(x, v, stated)
	}
}

func (f *file) session(x entry, v folded, _ inspect.Value) {
	if kind, ok := storeKinds[strings.ToLower(v.known())]; ok {
		f.e.Emit(x.line, x.end, inspect.Session{Via: x.key, Store: kind})
	}
}

func (f *file) redisSession(x entry, v folded, _ inspect.Value) {
	if v.known() == "true" {
		f.e.Emit(x.line, x.end, inspect.Session{Via: x.key, Store: inspect.StoreRedis})
	}
}

func (f *file) persistentSession(x entry, v folded, _ inspect.Value) {
	if v.known() == "true" {
		f.e.Emit(x.line, x.end, inspect.Session{Via: x.key, Store: inspect.StoreFile})
	}
}

// playSession: Play's sessions are signed cookies, always.
func (f *file) playSession(x entry, _ folded, _ inspect.Value) {
	f.e.Emit(x.line, x.end, inspect.Session{Via: "play.http.session", Store: inspect.StoreCookie})
}

func (f *file) cache(x entry, v folded, stated inspect.Value) {
	kind, ok := storeKinds[strings.ToLower(v.known())]
	switch {
	case strings.EqualFold(v.known(), "none"):
		return // no cache at all
	case !ok && len(v.reads) == 0:
		return
	case !ok:
		kind = inspect.StoreOther
	}
	store := inspect.Store{Purpose: inspect.ForCache, Via: x.key, Store: kind, Profile: x.profile, Debug: inDevelopment(x.profile)}
	if len(v.reads) > 0 {
		store.Choice = stated
	}
	f.e.Emit(x.line, x.end, store)
}

// schemaKey are settings that people invent for what they hand to Hibernate:
// datasource.shop.hibernate.hbm2ddl.method.
var schemaKey = regexp.MustCompile(`(^|\.)hbm2ddl(\.(auto|method|mode))?$|(^|\.)ddlauto$`)

// uploadKey are settings that people invent for where uploads go.
var uploadKey = regexp.MustCompile(`(?i)(^|[._-])uploads?[._-]?(dir|directory|path|folder|location|root)$|^storage\.location$`)

func (f *file) uploads(x entry, v folded, stated inspect.Value) {
	store := inspect.Store{Purpose: inspect.ForUploads, Via: x.key, Store: inspect.StoreFile, Profile: x.profile, Debug: inDevelopment(x.profile)}
	switch text := v.known(); {
	case strings.HasPrefix(text, "s3:") || strings.HasPrefix(text, "gs:") || webAddress.MatchString(text):
		return
	case len(v.reads) > 0:
		store.Choice = stated
	case text == "":
		return
	}
	f.e.Emit(x.line, x.end, store)
}

// schema: Hibernate derives the schema from its entities.
func (f *file) schema(x entry, v folded, _ inspect.Value) {
	switch strings.ToLower(v.literal()) {
	case "update", "create", "create-drop", "create-only", "drop-and-create", "drop-create", "create-or-extend-tables":
		f.migration(x, x.key, true)
	}
}

func (f *file) schemaSwitch(x entry, v folded, _ inspect.Value) {
	if v.literal() == "true" {
		f.migration(x, x.key, true)
	}
}

func (f *file) initScripts(x entry, v folded, _ inspect.Value) {
	if v.literal() == "always" {
		f.migration(x, x.key, false)
	}
}

func (f *file) migrates(x entry, v folded, _ inspect.Value) {
	if v.literal() == "true" {
		f.migration(x, x.key, false)
	}
}

func (f *file) migration(x entry, via string, sync bool) {
	if !inDevelopment(x.profile) {
		f.e.Emit(x.line, x.end, inspect.Migration{Via: via, Boot: true, Sync: sync})
	}
}

// springLogFile: Spring Boot's own configuration of logback and log4j rolls
// the file that it is told.
func (f *file) springLogFile(x entry, _ folded, stated inspect.Value) {
	if stated.Source == inspect.Literal && stated.Text == "" {
		return
	}
	if stated.Source == inspect.Input && !onlyReference.MatchString(x.text) {
		stated = inspect.Lit(x.text) // a file in any case: ${user.home}/logs/shop.log
	}
	f.sink(x, inspect.LogSink{Via: x.key, Target: "file", Path: stated, Name: "FILE", Rotates: true})
}

func (f *file) structuredLog(x entry, v folded, _ inspect.Value) {
	if text := v.known(); text != "" && text != "false" {
		f.sink(x, inspect.LogSink{Via: x.key, Target: "stdout", Structured: true, Name: "CONSOLE"})
	}
}

func (f *file) quarkusLogFile(x entry, v folded, _ inspect.Value) {
	if v.known() != "true" {
		return
	}
	path := inspect.Lit("quarkus.log")
	if at := f.byKey["quarkus.log.file.path"]; len(at) > 0 {
		path = f.expand(f.entries[at[len(at)-1]]).value(false)
	}
	f.sink(x, inspect.LogSink{Via: "quarkus.log.file", Target: "file", Path: path, Rotates: true})
}

func (f *file) quarkusSyslog(x entry, v folded, _ inspect.Value) {
	if v.known() == "true" {
		f.sink(x, inspect.LogSink{Via: "quarkus.log.syslog", Target: "syslog"})
	}
}

func (f *file) quarkusGelf(x entry, v folded, _ inspect.Value) {
	if v.known() == "true" {
		f.sink(x, inspect.LogSink{Via: "quarkus.log.handler.gelf", Target: "network"})
	}
}

// accessLog: the containers write their access logs below a directory, by
// default "logs" of the working one.
func (f *file) accessLog(x entry, v folded, _ inspect.Value) {
	if v.known() != "true" {
		return
	}
	path := inspect.Lit("logs/access_log.log")
	prefix := x.key[:strings.LastIndexByte(x.key, '.')]
	if at := f.byKey[plain(prefix+".directory")]; len(at) > 0 {
		path = f.expand(f.entries[at[len(at)-1]]).value(false)
	}
	f.sink(x, inspect.LogSink{Via: prefix, Target: "file", Path: path, Rotates: true})
}

func (f *file) sink(x entry, sink inspect.LogSink) {
	sink.Profile, sink.Debug = x.profile, inDevelopment(x.profile)
	f.e.Emit(x.line, x.end, sink)
}

func (f *file) quartz(x entry, v folded, _ inspect.Value) {
	switch text := strings.ToLower(v.known()); {
	case strings.HasPrefix(text, "jdbc"):
		f.e.Emit(x.line, x.end, inspect.Scheduler{Via: x.key, Locked: f.clustered()})
	case text == "memory" || text == "ram":
		f.e.Emit(x.line, x.end, inspect.Scheduler{Via: x.key})
	}
}

// clustered reports whether Quartz's jobs are taken by one process of several.
func (f *file) clustered() bool {
	for _, x := range f.entries {
		switch plain(x.key) {
		case "spring.quartz.properties.org.quartz.jobstore.isclustered", "org.quartz.jobstore.isclustered", "quarkus.quartz.clustered":
			return x.text == "true"
		}
	}
	return false
}

func (f *file) clusteredQuartz(x entry, v folded, _ inspect.Value) {
	if v.known() == "true" && f.text("spring.quartz.job-store-type", x.profile) == "" && f.text("quarkus.quartz.store-type", x.profile) == "" {
		f.e.Emit(x.line, x.end, inspect.Scheduler{Via: x.key, Locked: true})
	}
}

func (f *file) acknowledge(x entry, v folded, _ inspect.Value) {
	switch strings.ToLower(v.known()) {
	case "none":
		f.e.Emit(x.line, x.end, inspect.Consumer{Via: x.key, Ack: "early"})
	case "":
	default:
		f.e.Emit(x.line, x.end, inspect.Consumer{Via: x.key, Ack: "late"})
	}
}

func (f *file) autoCommit(x entry, v folded, _ inspect.Value) {
	switch v.known() {
	case "true":
		f.e.Emit(x.line, x.end, inspect.Consumer{Via: x.key, Ack: "early"})
	case "false":
		f.e.Emit(x.line, x.end, inspect.Consumer{Via: x.key, Ack: "late"})
	}
}

// migrators are libraries that migrate at start as soon as they are
// configured, unless they are switched off.
var migrators = []struct{ prefix, enabled string }{
	{"spring.flyway.", "spring.flyway.enabled"}, {"spring.liquibase.", "spring.liquibase.enabled"},
	{"flyway.datasources.", "flyway.enabled"}, {"liquibase.datasources.", "liquibase.enabled"},
}

// summaries states what a group of settings means together, once in a file.
func (f *file) summaries() {
	for _, m := range migrators {
		if strings.HasPrefix(m.prefix, "spring.") && f.off(m.enabled) {
			continue
		}
		for _, x := range f.entries {
			off := strings.HasSuffix(x.key, ".enabled") && x.text != "true"
			if strings.HasPrefix(x.key, m.prefix) && !off && !inDevelopment(x.profile) && x.text != "" {
				f.migration(x, strings.TrimSuffix(m.prefix, "."), false)
				break
			}
		}
	}
}

// off reports whether a switch is off for every profile.
func (f *file) off(key string) bool {
	for _, i := range f.byKey[plain(key)] {
		if x := f.entries[i]; x.profile == "" && x.text == "false" {
			return true
		}
	}
	return false
}
