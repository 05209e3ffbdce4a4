package inspect

import "strings"

// engines are the names that clouds give to engines, as prefixes in lower case,
// longer ones before those that they start with.
var engines = []struct {
	prefix  string
	service Service
}{
	{"aurora-postgresql", Postgres}, {"heroku-postgresql", Postgres}, {"postgres", Postgres}, {"pgsql", Postgres}, {"pg", Postgres},
	{"aurora", MySQL}, {"mysql", MySQL}, {"mariadb", MySQL}, {"cleardb", MySQL}, {"jawsdb", MySQL},
	{"redis", Redis}, {"valkey", Redis}, {"heroku-redis", Redis}, {"rediscloud", Redis}, {"openredis", Redis}, {"stackhero-redis", Redis},
	{"memcache", Memcached}, {"mongo", MongoDB}, {"ormongo", MongoDB}, {"kafka", Kafka}, {"heroku-kafka", Kafka}, {"upstash-kafka", Kafka},
	{"opensearch", Elasticsearch}, {"elasticsearch", Elasticsearch}, {"bonsai", Elasticsearch}, {"searchbox", Elasticsearch}, {"foundelasticsearch", Elasticsearch},
	{"rabbitmq", AMQP}, {"cloudamqp", AMQP}, {"sendgrid", SMTP}, {"mailgun", SMTP}, {"postmark", SMTP}, {"sparkpost", SMTP}, {"mailtrap", SMTP}, {"mailersend", SMTP},
	{"bucketeer", ObjectStore}, {"cloudcube", ObjectStore}, {"minio", ObjectStore}, {"nats", NATS}, {"cloudmqtt", MQTT}, {"mosquitto", MQTT}, {"emqx", MQTT}, {"hivemq", MQTT}, {"sqlserver", Database}, {"oracle", Database}, {"db2", Database},
}

// EngineOf names the service that an engine, an add-on or a chart is, or "".
func EngineOf(name string) Service {
	name = strings.ToLower(name)
	for _, e := range engines {
		if strings.HasPrefix(name, e.prefix) && !startsLonger(name, e.prefix) {
			return e.service
		}
	}
	return ""
}

// startsLonger reports whether a short prefix is only the start of another
// word: "pgbouncer" is no "pg".
func startsLonger(name, prefix string) bool {
	return len(prefix) < 4 && len(name) > len(prefix) && name[len(prefix)] >= 'a' && name[len(prefix)] <= 'z'
}
