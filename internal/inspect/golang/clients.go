package golang

import (
	"go/ast"

	"twelvefold/internal/inspect"
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
	pahoPath         = "github.com/eclipse/paho.mqtt.golang"
	mongoPath        = "go.mongodb.org/mongo-driver/mongo"
	MongoOptionsPath = mongoPath + "/options"
	memcachePath     = "github.com/bradfitz/gomemcache/memcache"
	elasticPath      = "github.com/elastic/go-elasticsearch"
)

// goDrivers are the names that SQL drivers register.
var goDrivers = map[string]inspect.Service{
	"postgres": inspect.Postgres, "postgresql": inspect.Postgres, "pgx": inspect.Postgres, "pgx/v4": inspect.Postgres, "pgx/v5": inspect.Postgres, "cloudsqlpostgres": inspect.Postgres,
	"mysql": inspect.MySQL, "mariadb": inspect.MySQL, "sqlite3": inspect.SQLite, "sqlite": inspect.SQLite, "libsql": inspect.SQLite,
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

	"github.com/jackc/pgx.Connect":                   clientAt(inspect.Postgres, 1),
	"github.com/jackc/pgx.ParseConfig":               clientAt(inspect.Postgres, 0),
	"github.com/jackc/pgx/pgxpool.New":               clientAt(inspect.Postgres, 1),
	"github.com/jackc/pgx/pgxpool.Connect":           clientAt(inspect.Postgres, 1),
	"github.com/jackc/pgx/pgxpool.ParseConfig":       clientAt(inspect.Postgres, 0),
	"github.com/lib/pq.NewConnector":                 clientAt(inspect.Postgres, 0),
	"github.com/lib/pq.NewListener":                  clientAt(inspect.Postgres, 0),
	"github.com/go-pg/pg.ParseURL":                   clientAt(inspect.Postgres, 0),
	"github.com/go-pg/pg.Connect":                    clientField(inspect.Postgres, "Addr"),
	"github.com/uptrace/bun/driver/pgdriver.WithDSN": clientAt(inspect.Postgres, 0),
	"gorm.io/driver/postgres.Open":                   clientAt(inspect.Postgres, 0),
	"gorm.io/driver/postgres.New":                    clientField(inspect.Postgres, "DSN"),
	"gorm.io/driver/mysql.Open":                      clientAt(inspect.MySQL, 0),
	"gorm.io/driver/mysql.New":                       clientField(inspect.MySQL, "DSN"),
	"gorm.io/driver/sqlite.Open":                     clientAt(inspect.SQLite, 0),
	"github.com/glebarez/sqlite.Open":                clientAt(inspect.SQLite, 0),
	"gorm.io/driver/sqlserver.Open":                  clientAt(inspect.Database, 0),
	"zombiezen.com/go/sqlite.OpenConn":               clientAt(inspect.SQLite, 0),

	redisPath + ".NewClient":             clientField(inspect.Redis, "Addr"),
	redisPath + ".NewClusterClient":      clientField(inspect.Redis, "Addrs"),
	redisPath + ".NewUniversalClient":    clientField(inspect.Redis, "Addrs"),
	redisPath + ".NewFailoverClient":     clientField(inspect.Redis, "SentinelAddrs"),
	redisPath + ".ParseURL":              clientAt(inspect.Redis, 0),
	redigoPath + ".Dial":                 clientAt(inspect.Redis, 1),
	redigoPath + ".DialContext":          clientAt(inspect.Redis, 2),
	redigoPath + ".DialURL":              clientAt(inspect.Redis, 0),
	"github.com/redis/rueidis.NewClient": clientField(inspect.Redis, "InitAddress"),

	MongoOptionsPath + "#ApplyURI":   clientAt(inspect.MongoDB, 0),
	"gopkg.in/mgo.Dial":              clientAt(inspect.MongoDB, 0),
	"github.com/globalsign/mgo.Dial": clientAt(inspect.MongoDB, 0),

	amqpPath + ".Dial":       clientAt(inspect.AMQP, 0),
	amqpPath + ".DialTLS":    clientAt(inspect.AMQP, 0),
	amqpPath + ".DialConfig": clientAt(inspect.AMQP, 0),

	kafkaPath + ".NewReader": func(f *goFile, c goCall) {
		clientField(inspect.Kafka, "Brokers")(f, c)
		f.emit(c.CallExpr, inspect.Consumer{Via: c.via(), Ack: f.kafkaAck()})
	},
	kafkaPath + ".NewWriter":                       clientField(inspect.Kafka, "Brokers"),
	kafkaPath + ".Dial":                            clientAt(inspect.Kafka, 1),
	kafkaPath + ".DialLeader":                      clientAt(inspect.Kafka, 2),
	saramaPath + ".NewClient":                      clientAt(inspect.Kafka, 0),
	saramaPath + ".NewSyncProducer":                clientAt(inspect.Kafka, 0),
	saramaPath + ".NewAsyncProducer":               clientAt(inspect.Kafka, 0),
	saramaPath + ".NewConsumer":                    consumingClient(inspect.Kafka, 0),
	saramaPath + ".NewConsumerGroup":               consumingClient(inspect.Kafka, 0),
	"github.com/twmb/franz-go/pkg/kgo.SeedBrokers": clientAt(inspect.Kafka, 0),
	confluentPath + ".NewProducer":                 confluent,
	confluentPath + ".NewConsumer": func(f *goFile, c goCall) {
		confluent(f, c)
		f.emit(c.CallExpr, inspect.Consumer{Via: c.via()})
	},

	natsPath + ".Connect": clientAt(inspect.NATS, 0),

	pahoPath + "#AddBroker":                                 clientAt(inspect.MQTT, 0),
	"github.com/eclipse/paho.golang/autopaho.NewConnection": autopaho,

	"net/smtp.SendMail":                          clientAt(inspect.SMTP, 0),
	"net/smtp.Dial":                              clientAt(inspect.SMTP, 0),
	"github.com/go-gomail/gomail.NewDialer":      clientAt(inspect.SMTP, 0),
	"github.com/go-gomail/gomail.NewPlainDialer": clientAt(inspect.SMTP, 0),
	"github.com/go-mail/mail.NewDialer":          clientAt(inspect.SMTP, 0),
	"github.com/wneessen/go-mail.NewClient":      clientAt(inspect.SMTP, 0),

	"github.com/minio/minio-go.New":                         clientAt(inspect.ObjectStore, 0),
	"github.com/aws/aws-sdk-go/service/s3.New":              clientAt(inspect.ObjectStore, -1),
	"github.com/aws/aws-sdk-go-v2/service/s3.NewFromConfig": clientAt(inspect.ObjectStore, -1),
	"github.com/aws/aws-sdk-go-v2/service/s3.New":           clientAt(inspect.ObjectStore, -1),
	"cloud.google.com/go/storage.NewClient":                 clientAt(inspect.ObjectStore, -1),
	"gocloud.dev/blob.OpenBucket":                           clientAt(inspect.ObjectStore, 1),

	memcachePath + ".New":           clientAt(inspect.Memcached, 0),
	elasticPath + ".NewClient":      clientField(inspect.Elasticsearch, "Addresses"),
	elasticPath + ".NewTypedClient": clientField(inspect.Elasticsearch, "Addresses"),
	elasticPath + ".NewDefaultClient": func(f *goFile, c goCall) {
		f.emit(c.CallExpr, inspect.Client{Service: inspect.Elasticsearch, Via: c.via(), Handle: inspect.Value{Source: inspect.Env, Text: "http://localhost:9200", HasText: true, Env: []string{"ELASTICSEARCH_URL"}}})
	},
	"github.com/olivere/elastic.SetURL":                     clientAt(inspect.Elasticsearch, 0),
	"github.com/opensearch-project/opensearch-go.NewClient": clientField(inspect.Elasticsearch, "Addresses"),
}

// client states a client whose handle is an expression of the file; nil for
// one that the client finds by itself.
func (f *goFile) client(n ast.Node, service inspect.Service, via string, handle ast.Expr) {
	v := f.fold(handle)
	value := v.value()
	if fixed, ok := inspect.FixedHandle(v.told()); ok {
		value = fixed
	}
	f.emit(n, inspect.Client{Service: service, Via: via, Handle: value})
}

// clientAt is a constructor with the handle as argument i; -1 for none.
func clientAt(service inspect.Service, i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		if i >= len(c.Args) {
			return // another function of that name
		}
		f.client(c.CallExpr, service, c.via(), c.arg(i))
	}
}

// clientField is a constructor with the handle in a field of its options. When
// the options come from a parser of URLs, that call is the client.
func clientField(service inspect.Service, field string) func(*goFile, goCall) {
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
			f.emit(c.CallExpr, inspect.Client{Service: service, Via: c.via(), Handle: goFrom(inspect.Input).value()})
			return
		}
		f.client(c.CallExpr, service, c.via(), nil)
	}
}

func consumingClient(service inspect.Service, i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		clientAt(service, i)(f, c)
		f.emit(c.CallExpr, inspect.Consumer{Via: c.via()})
	}
}

// sqlOpen is a constructor with the driver's name as argument i and its DSN
// after it.
func sqlOpen(i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		if c.arg(i+1) == nil {
			return
		}
		service := inspect.Database
		if name, ok := f.constant(c.arg(i), 0); ok {
			if known, ok := goDrivers[name]; ok {
				service = known
			}
		} else if sel, ok := c.arg(i).(*ast.SelectorExpr); ok { // dialect.Postgres
			if known, ok := map[string]inspect.Service{"Postgres": inspect.Postgres, "MySQL": inspect.MySQL, "SQLite": inspect.SQLite}[sel.Sel.Name]; ok {
				service = known
			}
		}
		f.client(c.CallExpr, service, c.via(), c.arg(i+1))
	}
}

// autopaho is an MQTT client whose second argument has the brokers' URLs.
func autopaho(f *goFile, c goCall) {
	lit := f.composite(c.arg(1), 0)
	for _, field := range []string{"ServerUrls", "BrokerUrls"} {
		if handle := keyed(lit, field); handle != nil {
			f.client(c.CallExpr, inspect.MQTT, c.via(), handle)
			return
		}
	}
	f.emit(c.CallExpr, inspect.Client{Service: inspect.MQTT, Via: c.via(), Handle: goFrom(inspect.Input).value()})
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
	f.client(c.CallExpr, inspect.Kafka, c.via(), servers)
}
