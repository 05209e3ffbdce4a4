package audit

import (
	"strings"

	"twelvefold/internal/inspect"
)

// backingImages are well-known images of backing services, by the last segment
// of the repository name, or the last two where one says nothing.
var backingImages = map[string]inspect.Service{
	"postgres": inspect.Postgres, "postgresql": inspect.Postgres, "postgis": inspect.Postgres, "pgvector": inspect.Postgres,
	"timescaledb": inspect.Postgres, "timescaledb-ha": inspect.Postgres, "pgautoupgrade": inspect.Postgres,
	"mysql": inspect.MySQL, "mariadb": inspect.MySQL, "percona": inspect.MySQL,
	"mongo": inspect.MongoDB, "mongodb": inspect.MongoDB,
	"redis": inspect.Redis, "valkey": inspect.Redis, "keydb": inspect.Redis, "redis-stack": inspect.Redis, "dragonfly": inspect.Redis,
	"memcached": inspect.Memcached,
	"rabbitmq":  inspect.AMQP,
	"kafka":     inspect.Kafka, "cp-kafka": inspect.Kafka, "redpanda": inspect.Kafka,
	"nats":              inspect.NATS,
	"eclipse-mosquitto": inspect.MQTT, "mosquitto": inspect.MQTT, "emqx": inspect.MQTT, "emqx-enterprise": inspect.MQTT, "hivemq-ce": inspect.MQTT, "hivemq4": inspect.MQTT, "vernemq": inspect.MQTT, "nanomq": inspect.MQTT,
	"mailhog": inspect.SMTP, "mailpit": inspect.SMTP, "mailcatcher": inspect.SMTP, "maildev": inspect.SMTP, "smtp4dev": inspect.SMTP,
	"minio": inspect.ObjectStore, "localstack": inspect.ObjectStore,
	"elasticsearch": inspect.Elasticsearch, "opensearch": inspect.Elasticsearch,
	"mssql/server": inspect.Database, "azure-sql-edge": inspect.Database, "oracle-free": inspect.Database, "oracle-xe": inspect.Database,
}

// BackingService names the backing service that a container image is, or "".
// Registry, organisation, tag and digest do not matter.
func BackingService(image string) inspect.Service {
	name, _, _ := SplitImage(image)
	parts := strings.Split(strings.ToLower(name), "/")
	if service := backingImages[parts[len(parts)-1]]; service != "" || len(parts) < 2 {
		return service
	}
	return backingImages[strings.Join(parts[len(parts)-2:], "/")]
}

// SplitImage splits an image reference into name, tag and digest.
func SplitImage(image string) (name, tag, digest string) {
	name, digest, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name, tag = name[:i], name[i+1:]
	}
	return name, tag, digest
}

// datastores are the services whose content outlives a process.
func isDatastore(s inspect.Service) bool {
	switch s {
	case inspect.Postgres, inspect.MySQL, inspect.SQLite, inspect.MongoDB, inspect.Database, inspect.Elasticsearch:
		return true
	}
	return false
}
