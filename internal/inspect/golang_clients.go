package inspect

import (
	"go/ast"
)

const (
	gormPath         = "gorm.io/gorm"
	oldGormPath      = "github.com/jinzhu/gorm"
	redisPath        = "github.com/redis/go-redis"
	redigoPath       = "github.com/gomodule/redigo/redis"
	amqpPath         = "github.com/rabbitmq/amqp091-go"
	kafkaPath        = "github.com/segmentio/kafka-go"
	confluentPath    = "github.com/confluentinc/confluent-kafka-go/kafka"
	saramaPath       = "github.com/IBM/sarama"
	natsPath         = "github.com/nats-io/nats.go"
	mongoPath        = "go.mongodb.org/mongo-driver/mongo"
	mongoOptionsPath = mongoPath + "/options"
	memcachePath     = "github.com/bradfitz/gomemcache/memcache"
	elasticPath      = "github.com/elastic/go-elasticsearch"
)

// goDrivers are the names that SQL drivers register.
var goDrivers = map[string]Service{
	"postgres": Postgres, "postgresql": Postgres, "pgx": Postgres, "pgx/v4": Postgres, "pgx/v5": Postgres, "cloudsqlpostgres": Postgres,
	"mysql": MySQL, "mariadb": MySQL, "sqlite3": SQLite, "sqlite": SQLite, "libsql": SQLite,
}

var goClientCalls = goCallTable{
	"database/sql.Open":                                      sqlOpen(0),
	"github.com/jmoiron/sqlx.Open":                           sqlOpen(0),
	"github.com/jmoiron/sqlx.MustOpen":                       sqlOpen(0),
	"github.com/jmoiron/sqlx.Connect":                        sqlOpen(0),
	"github.com/jmoiron/sqlx.MustConnect":                    sqlOpen(0),
	"github.com/jmoiron/sqlx.ConnectContext":                 sqlOpen(1),
	"github.com/XSAM/otelsql.Open":                           sqlOpen(0),
	"github.com/uptrace/opentelemetry-go-extra/otelsql.Open": sqlOpen(0),
	oldGormPath + ".Open":                                    sqlOpen(0),
	"xorm.io/xorm.NewEngine":                                 sqlOpen(0),
	"github.com/go-xorm/xorm.NewEngine":                      sqlOpen(0),
	"entgo.io/ent/dialect/sql.Open":                          sqlOpen(0),
	"github.com/go-gorp/gorp.Open":                           sqlOpen(0),

	"github.com/jackc/pgx.Connect":                   clientAt(Postgres, 1),
	"github.com/jackc/pgx.ParseConfig":               clientAt(Postgres, 0),
	"github.com/jackc/pgx/pgxpool.New":               clientAt(Postgres, 1),
	"github.com/jackc/pgx/pgxpool.Connect":           clientAt(Postgres, 1),
	"github.com/jackc/pgx/pgxpool.ParseConfig":       clientAt(Postgres, 0),
	"github.com/lib/pq.NewConnector":                 clientAt(Postgres, 0),
	"github.com/lib/pq.NewListener":                  clientAt(Postgres, 0),
	"github.com/go-pg/pg.ParseURL":                   clientAt(Postgres, 0),
	"github.com/go-pg/pg.Connect":                    clientField(Postgres, "Addr"),
	"github.com/uptrace/bun/driver/pgdriver.WithDSN": clientAt(Postgres, 0),
	"gorm.io/driver/postgres.Open":                   clientAt(Postgres, 0),
	"gorm.io/driver/postgres.New":                    clientField(Postgres, "DSN"),
	"gorm.io/driver/mysql.Open":                      clientAt(MySQL, 0),
	"gorm.io/driver/mysql.New":                       clientField(MySQL, "DSN"),
	"gorm.io/driver/sqlite.Open":                     clientAt(SQLite, 0),
	"github.com/glebarez/sqlite.Open":                clientAt(SQLite, 0),
	"gorm.io/driver/sqlserver.Open":                  clientAt(Database, 0),
	"zombiezen.com/go/sqlite.OpenConn":               clientAt(SQLite, 0),

	redisPath + ".NewClient":             clientField(Redis, "Addr"),
	redisPath + ".NewClusterClient":      clientField(Redis, "Addrs"),
	redisPath + ".NewUniversalClient":    clientField(Redis, "Addrs"),
	redisPath + ".NewFailoverClient":     clientField(Redis, "SentinelAddrs"),
	redisPath + ".ParseURL":              clientAt(Redis, 0),
	redigoPath + ".Dial":                 clientAt(Redis, 1),
	redigoPath + ".DialContext":          clientAt(Redis, 2),
	redigoPath + ".DialURL":              clientAt(Redis, 0),
	"github.com/redis/rueidis.NewClient": clientField(Redis, "InitAddress"),

	mongoOptionsPath + "#ApplyURI":   clientAt(MongoDB, 0),
	"gopkg.in/mgo.Dial":              clientAt(MongoDB, 0),
	"github.com/globalsign/mgo.Dial": clientAt(MongoDB, 0),

	amqpPath + ".Dial":       clientAt(AMQP, 0),
	amqpPath + ".DialTLS":    clientAt(AMQP, 0),
	amqpPath + ".DialConfig": clientAt(AMQP, 0),

	kafkaPath + ".NewReader": func(f *goFile, c goCall) {
		clientField(Kafka, "Brokers")(f, c)
		f.emit(c.CallExpr, Consumer{Via: c.via()})
	},
	kafkaPath + ".NewWriter":                       clientField(Kafka, "Brokers"),
	kafkaPath + ".Dial":                            clientAt(Kafka, 1),
	kafkaPath + ".DialLeader":                      clientAt(Kafka, 2),
	saramaPath + ".NewClient":                      clientAt(Kafka, 0),
	saramaPath + ".NewSyncProducer":                clientAt(Kafka, 0),
	saramaPath + ".NewAsyncProducer":               clientAt(Kafka, 0),
	saramaPath + ".NewConsumer":                    consumingClient(Kafka, 0),
	saramaPath + ".NewConsumerGroup":               consumingClient(Kafka, 0),
	"github.com/twmb/franz-go/pkg/kgo.SeedBrokers": clientAt(Kafka, 0),
	confluentPath + ".NewProducer":                 confluent,
	confluentPath + ".NewConsumer": func(f *goFile, c goCall) {
		confluent(f, c)
		f.emit(c.CallExpr, Consumer{Via: c.via()})
	},

	natsPath + ".Connect": clientAt(NATS, 0),

	"net/smtp.SendMail":                          clientAt(SMTP, 0),
	"net/smtp.Dial":                              clientAt(SMTP, 0),
	"github.com/go-gomail/gomail.NewDialer":      clientAt(SMTP, 0),
	"github.com/go-gomail/gomail.NewPlainDialer": clientAt(SMTP, 0),
	"github.com/go-mail/mail.NewDialer":          clientAt(SMTP, 0),
	"github.com/wneessen/go-mail.NewClient":      clientAt(SMTP, 0),

	"github.com/minio/minio-go.New":                         clientAt(ObjectStore, 0),
	"github.com/aws/aws-sdk-go/service/s3.New":              clientAt(ObjectStore, -1),
	"github.com/aws/aws-sdk-go-v2/service/s3.NewFromConfig": clientAt(ObjectStore, -1),
	"github.com/aws/aws-sdk-go-v2/service/s3.New":           clientAt(ObjectStore, -1),
	"cloud.google.com/go/storage.NewClient":                 clientAt(ObjectStore, -1),
	"gocloud.dev/blob.OpenBucket":                           clientAt(ObjectStore, 1),

	memcachePath + ".New":           clientAt(Memcached, 0),
	elasticPath + ".NewClient":      clientField(Elasticsearch, "Addresses"),
	elasticPath + ".NewTypedClient": clientField(Elasticsearch, "Addresses"),
	elasticPath + ".NewDefaultClient": func(f *goFile, c goCall) {
		f.emit(c.CallExpr, Client{Service: Elasticsearch, Via: c.via(), Handle: Value{Source: Env, Text: "http://localhost:9200", HasText: true, Env: []string{"ELASTICSEARCH_URL"}}})
	},
	"github.com/olivere/elastic.SetURL":                     clientAt(Elasticsearch, 0),
	"github.com/opensearch-project/opensearch-go.NewClient": clientField(Elasticsearch, "Addresses"),
}

// client states a client whose handle is an expression of the file; nil for
// one that the client finds by itself.
func (f *goFile) client(n ast.Node, service Service, via string, handle ast.Expr) {
	f.emit(n, Client{Service: service, Via: via, Handle: f.fold(handle).value()})
}

// clientAt is a constructor with the handle as argument i; -1 for none.
func clientAt(service Service, i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		if i >= len(c.Args) {
			return // another function of that name
		}
		f.client(c.CallExpr, service, c.via(), c.arg(i))
	}
}

// clientField is a constructor with the handle in a field of its options. When
// the options come from a parser of URLs, that call is the client.
func clientField(service Service, field string) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		options := c.arg(0)
		lit := f.composite(options, 0)
		if handle := keyed(lit, field); handle != nil {
			f.client(c.CallExpr, service, c.via(), handle)
			return
		}
		if lit == nil && options != nil {
			if _, maker := f.origin(options, 0); maker == "ParseURL" {
				return
			}
			f.emit(c.CallExpr, Client{Service: service, Via: c.via(), Handle: goFrom(Input).value()})
			return
		}
		f.client(c.CallExpr, service, c.via(), nil)
	}
}

func consumingClient(service Service, i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		clientAt(service, i)(f, c)
		f.emit(c.CallExpr, Consumer{Via: c.via()})
	}
}

// sqlOpen is a constructor with the driver's name as argument i and its DSN
// after it.
func sqlOpen(i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		if c.arg(i+1) == nil {
			return
		}
		service := Database
		if name, ok := f.constant(c.arg(i), 0); ok {
			if known, ok := goDrivers[name]; ok {
				service = known
			}
		} else if sel, ok := c.arg(i).(*ast.SelectorExpr); ok { // dialect.Postgres
			if known, ok := map[string]Service{"Postgres": Postgres, "MySQL": MySQL, "SQLite": SQLite}[sel.Sel.Name]; ok {
				service = known
			}
		}
		f.client(c.CallExpr, service, c.via(), c.arg(i+1))
	}
}

// confluent is a Kafka client configured by a map.
func confluent(f *goFile, c goCall) {
	lit := f.composite(c.arg(0), 0)
	var servers ast.Expr
	if lit != nil {
		for _, element := range lit.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				if key, _ := stringLit(pair.Key); key == "bootstrap.servers" {
					servers = pair.Value
				}
			}
		}
	}
	f.client(c.CallExpr, Kafka, c.via(), servers)
}
