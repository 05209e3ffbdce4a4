package audit

import (
	"strings"

	"twelvefold/internal/inspect"
)

// backingImages are well-known images of backing services, by the last segment
// of the repository name.
var backingImages = map[string]inspect.Service{
	"postgres": inspect.Postgres, "postgresql": inspect.Postgres, "postgis": inspect.Postgres, "pgvector": inspect.Postgres,
	"timescaledb": inspect.Postgres, "timescaledb-ha": inspect.Postgres,
	"mysql": inspect.MySQL, "mariadb": inspect.MySQL, "percona": inspect.MySQL,
	"mongo": inspect.MongoDB, "mongodb": inspect.MongoDB,
	"redis": inspect.Redis, "valkey": inspect.Redis, "keydb": inspect.Redis, "redis-stack": inspect.Redis, "dragonfly": inspect.Redis,
	"memcached": inspect.Memcached,
	"rabbitmq":  inspect.AMQP,
	"kafka":     inspect.Kafka, "cp-kafka": inspect.Kafka, "redpanda": inspect.Kafka,
	"nats":    inspect.NATS,
	"mailhog": inspect.SMTP, "mailpit": inspect.SMTP, "mailcatcher": inspect.SMTP, "maildev": inspect.SMTP, "smtp4dev": inspect.SMTP,
	"minio": inspect.ObjectStore, "localstack": inspect.ObjectStore,
	"elasticsearch": inspect.Elasticsearch, "opensearch": inspect.Elasticsearch,
}

// BackingService names the backing service that a container image is, or "".
// Registry, organisation, tag and digest do not matter.
func BackingService(image string) inspect.Service {
	name, _, _ := SplitImage(image)
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	return backingImages[strings.ToLower(name)]
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

// datastoreDrivers are dependencies that only a program with a database has.
var datastoreDrivers = map[string]bool{
	"psycopg": true, "psycopg2": true, "psycopg2-binary": true, "asyncpg": true, "mysqlclient": true, "pymysql": true,
	"pymongo": true, "sqlalchemy": true, "flask-sqlalchemy": true, "sqlmodel": true, "alembic": true, "peewee": true,
	"tortoise-orm": true, "mongoengine": true,
	"pg": true, "postgres": true, "mysql": true, "mysql2": true, "sqlite3": true, "better-sqlite3": true, "mongodb": true,
	"mongoose": true, "sequelize": true, "typeorm": true, "knex": true, "prisma": true, "@prisma/client": true,
	"drizzle-orm": true, "@mikro-orm/core": true,
	"github.com/lib/pq": true, "github.com/jackc/pgx/v4": true, "github.com/jackc/pgx/v5": true,
	"github.com/go-sql-driver/mysql": true, "github.com/mattn/go-sqlite3": true, "modernc.org/sqlite": true,
	"gorm.io/gorm": true, "github.com/jinzhu/gorm": true, "go.mongodb.org/mongo-driver": true, "xorm.io/xorm": true,
	"entgo.io/ent": true, "github.com/uptrace/bun": true,
}

// hasDatastore reports whether the component keeps data in a database, by its
// clients, its framework's settings or its declared drivers. Django's settings
// name the database under DATABASES.
func (c *Component) hasDatastore() bool {
	return Has(c, func(x inspect.Client) bool { return isDatastore(x.Service) }) ||
		Has(c, func(s inspect.Setting) bool { return strings.HasPrefix(s.Key, "DATABASES") }) ||
		Has(c, func(inspect.Migration) bool { return true }) ||
		Has(c, func(d inspect.Dependency) bool {
			return d.Group == inspect.Runtime && !d.Indirect && datastoreDrivers[strings.ToLower(d.Name)]
		})
}
