package inspect

import "strings"

// pyClient says which service a call connects to and which arguments tell
// where it is: by name first, then by place (-1: none).
type pyClient struct {
	service Service
	place   int
	names   []string
}

var (
	dsnNames  = []string{"dsn", "conninfo", "host", "hosts", "hostname", "url", "database"}
	hostNames = []string{"url", "host", "hosts", "hostname"}
)

// pyClients are constructions of backing-service clients by resolved name.
var pyClients = map[string]pyClient{
	"psycopg2.connect": {Postgres, 0, dsnNames}, "psycopg.connect": {Postgres, 0, dsnNames},
	"psycopg.Connection.connect": {Postgres, 0, dsnNames}, "psycopg.AsyncConnection.connect": {Postgres, 0, dsnNames},
	"psycopg2.pool.SimpleConnectionPool": {Postgres, 2, dsnNames}, "psycopg2.pool.ThreadedConnectionPool": {Postgres, 2, dsnNames},
	"psycopg_pool.ConnectionPool": {Postgres, 0, dsnNames}, "psycopg_pool.AsyncConnectionPool": {Postgres, 0, dsnNames},
	"asyncpg.connect": {Postgres, 0, dsnNames}, "asyncpg.create_pool": {Postgres, 0, dsnNames}, "aiopg.create_pool": {Postgres, 0, dsnNames},
	"pymysql.connect": {MySQL, 0, hostNames}, "MySQLdb.connect": {MySQL, 0, hostNames}, "mysql.connector.connect": {MySQL, -1, hostNames},
	"aiomysql.connect": {MySQL, 0, hostNames}, "aiomysql.create_pool": {MySQL, -1, hostNames},
	"sqlite3.connect": {SQLite, 0, []string{"database"}}, "aiosqlite.connect": {SQLite, 0, []string{"database"}},
	"sqlalchemy.create_engine": {Database, 0, []string{"url"}}, "sqlalchemy.engine.create_engine": {Database, 0, []string{"url"}},
	"sqlalchemy.ext.asyncio.create_async_engine": {Database, 0, []string{"url"}}, "sqlmodel.create_engine": {Database, 0, []string{"url"}},
	"databases.Database": {Database, 0, []string{"url"}}, "playhouse.db_url.connect": {Database, 0, []string{"url"}}, "dataset.connect": {Database, 0, []string{"url"}},
	"peewee.SqliteDatabase": {SQLite, 0, []string{"database"}}, "peewee.PostgresqlDatabase": {Postgres, -1, hostNames}, "peewee.MySQLDatabase": {MySQL, -1, hostNames},
	"redis.Redis": {Redis, 0, hostNames}, "redis.StrictRedis": {Redis, 0, hostNames}, "redis.asyncio.Redis": {Redis, 0, hostNames},
	"redis.client.Redis": {Redis, 0, hostNames}, "redis.from_url": {Redis, 0, hostNames}, "redis.Redis.from_url": {Redis, 0, hostNames},
	"redis.StrictRedis.from_url": {Redis, 0, hostNames}, "redis.asyncio.from_url": {Redis, 0, hostNames}, "redis.asyncio.Redis.from_url": {Redis, 0, hostNames},
	"redis.ConnectionPool": {Redis, -1, hostNames}, "redis.ConnectionPool.from_url": {Redis, 0, hostNames}, "redis.BlockingConnectionPool": {Redis, -1, hostNames},
	"redis.sentinel.Sentinel": {Redis, 0, []string{"sentinels"}}, "redis.cluster.RedisCluster": {Redis, 0, hostNames}, "redis.RedisCluster": {Redis, 0, hostNames},
	"aioredis.from_url": {Redis, 0, hostNames}, "aioredis.create_redis_pool": {Redis, 0, []string{"address"}}, "aioredis.Redis": {Redis, 0, hostNames},
	"arq.connections.RedisSettings": {Redis, 0, hostNames}, "pottery.Redis": {Redis, 0, hostNames},
	"pymongo.MongoClient": {MongoDB, 0, hostNames}, "pymongo.mongo_client.MongoClient": {MongoDB, 0, hostNames}, "pymongo.AsyncMongoClient": {MongoDB, 0, hostNames},
	"motor.motor_asyncio.AsyncIOMotorClient": {MongoDB, 0, hostNames}, "mongoengine.connect": {MongoDB, -1, hostNames},
	"pika.ConnectionParameters": {AMQP, 0, hostNames}, "pika.URLParameters": {AMQP, 0, hostNames}, "aio_pika.connect_robust": {AMQP, 0, hostNames},
	"aio_pika.connect": {AMQP, 0, hostNames}, "kombu.Connection": {AMQP, 0, append([]string{"hostname"}, hostNames...)},
	"celery.Celery": {AMQP, -1, []string{"broker", "broker_url"}}, "celery.app.Celery": {AMQP, -1, []string{"broker", "broker_url"}},
	"kafka.KafkaConsumer": {Kafka, -1, []string{"bootstrap_servers"}}, "kafka.KafkaProducer": {Kafka, -1, []string{"bootstrap_servers"}},
	"kafka.KafkaAdminClient": {Kafka, -1, []string{"bootstrap_servers"}}, "aiokafka.AIOKafkaConsumer": {Kafka, -1, []string{"bootstrap_servers"}},
	"aiokafka.AIOKafkaProducer": {Kafka, -1, []string{"bootstrap_servers"}}, "confluent_kafka.Producer": {Kafka, 0, nil}, "confluent_kafka.Consumer": {Kafka, 0, nil},
	"nats.connect": {NATS, 0, []string{"servers"}}, "smtplib.SMTP": {SMTP, 0, hostNames}, "smtplib.SMTP_SSL": {SMTP, 0, hostNames}, "aiosmtplib.SMTP": {SMTP, 0, hostNames},
	"boto3.client": {ObjectStore, -1, []string{"endpoint_url"}}, "boto3.resource": {ObjectStore, -1, []string{"endpoint_url"}},
	"boto3.Session().client": {ObjectStore, -1, []string{"endpoint_url"}}, "boto3.session.Session().client": {ObjectStore, -1, []string{"endpoint_url"}},
	"minio.Minio": {ObjectStore, 0, []string{"endpoint"}}, "google.cloud.storage.Client": {ObjectStore, -1, nil},
	"azure.storage.blob.BlobServiceClient.from_connection_string": {ObjectStore, 0, []string{"conn_str"}},
	"elasticsearch.Elasticsearch":                                 {Elasticsearch, 0, hostNames}, "elasticsearch.AsyncElasticsearch": {Elasticsearch, 0, hostNames},
	"opensearchpy.OpenSearch": {Elasticsearch, 0, hostNames}, "elasticsearch_dsl.connections.connections.create_connection": {Elasticsearch, -1, hostNames},
	"pymemcache.client.base.Client": {Memcached, 0, []string{"server"}}, "pymemcache.Client": {Memcached, 0, []string{"server"}},
	"pymemcache.client.Client": {Memcached, 0, []string{"server"}}, "pymemcache.HashClient": {Memcached, 0, []string{"servers"}},
	"memcache.Client": {Memcached, 0, []string{"servers"}}, "pylibmc.Client": {Memcached, 0, []string{"servers"}}, "aiomcache.Client": {Memcached, 0, hostNames},
}

// clientCall states the construction of a backing-service client.
func (p *pythonFile) clientCall(c pyCall) {
	client, known := pyClients[c.name]
	if !known {
		return
	}
	if strings.HasPrefix(c.name, "boto3.") {
		if service, ok := p.literal(c.args.arg(0, "service_name")); !ok || service != "s3" {
			return
		}
	}
	at := c.args.arg(client.place, client.names...)
	if client.service == Kafka && client.names == nil {
		at = p.entry(p.follow(at), "bootstrap.servers")
	}
	handle := p.handleOf(at)
	if !at.ok() && c.args.spread {
		handle.Source = Unknown
	}
	if c.name == "celery.Celery" || c.name == "celery.app.Celery" {
		if !at.ok() {
			return // the broker is configured elsewhere
		}
		if backend := p.handleOf(c.args.arg(-1, "backend")); strings.Contains(backend.Text, "://") {
			p.state(c.node, Client{Service: serviceOf(backend.Text, Redis), Via: "celery.Celery", Handle: backend})
		}
	}
	service := client.service
	if service == Database || service == AMQP {
		service = serviceOf(handle.Text, service)
	}
	p.state(c.node, Client{Service: service, Via: pyVia(c.name), Handle: handle, Debug: inDebugBranch(c.node)})
	if handle.IsLiteral() && handle.Secret != nil && !strings.Contains(handle.Text, "://") {
		p.state(c.node, Credential{Name: "password", Via: "argument", Secret: *handle.Secret})
	}
}

// handleOf is the value of an address: text, (host, port), or a list of either.
func (p *pythonFile) handleOf(n node) Value {
	n = p.follow(n)
	for range 3 {
		switch {
		case n.is("list", "tuple") && n.child(0).ok():
			n = p.follow(n.child(0))
		case n.is("dictionary"):
			if n = p.entry(n, "host"); !n.ok() {
				return Value{Source: Unknown}
			}
		}
	}
	return p.valueOf(n)
}

// serviceOf tells the service from a URL's scheme; other stands for any that
// is not known.
func serviceOf(handle string, other Service) Service {
	scheme, _, ok := strings.Cut(strings.ToLower(handle), ":")
	if !ok {
		return other
	}
	scheme, _, _ = strings.Cut(scheme, "+")
	switch scheme {
	case "postgres", "postgresql", "postgis", "cockroachdb":
		return Postgres
	case "mysql", "mariadb":
		return MySQL
	case "sqlite", "spatialite":
		return SQLite
	case "redis", "rediss", "unix":
		return Redis
	case "amqp", "amqps", "pyamqp":
		return AMQP
	case "mongodb":
		return MongoDB
	case "kafka":
		return Kafka
	case "memcached", "memcache":
		return Memcached
	}
	return other
}

// pyConfigHandles are settings of Flask and Celery that say where a service is.
var pyConfigHandles = map[string]Service{
	"SQLALCHEMY_DATABASE_URI": Database, "MONGO_URI": MongoDB, "MONGODB_URI": MongoDB, "CELERY_BROKER_URL": AMQP, "BROKER_URL": AMQP,
	"broker_url": AMQP, "REDIS_URL": Redis, "CACHE_REDIS_URL": Redis, "RQ_REDIS_URL": Redis, "ELASTICSEARCH_URL": Elasticsearch,
}

// configKey is the setting that an assignment's target names: app.config["X"],
// app.conf.x, or X in a module or a class of settings. "" if it is none.
func (p *pythonFile) configKey(target node) string {
	switch target.kind() {
	case "subscript":
		object := target.field("value")
		if object.field("attribute").text() != "config" && object.text() != "config" {
			return ""
		}
		key, _ := p.literal(target.field("subscript"))
		return key
	case "attribute":
		if object := target.field("object"); object.field("attribute").text() == "conf" {
			return target.field("attribute").text()
		}
	case "identifier":
		if !p.enclosingFunction(target).ok() {
			return target.text()
		}
	}
	return ""
}

// wellKnownConfig states what a setting of Flask or Celery says.
func (p *pythonFile) wellKnownConfig(n node) {
	if right := n.field("right"); right.ok() {
		p.configFact(n, p.configKey(n.field("left")), right)
	}
}

// configUpdate states the settings given by app.config.update(X=…).
func (p *pythonFile) configUpdate(c pyCall) {
	fn := c.field("function")
	method, object := fn.field("attribute").text(), fn.field("object").field("attribute").text()
	if object != "config" && object != "conf" || method != "update" && method != "from_mapping" {
		return
	}
	each := func(key string, pair, value node) { p.configFact(pair, key, value) }
	for key, value := range sortedKeywords(c.args) {
		each(key, value.parent(), value)
	}
	p.entries(p.follow(c.args.arg(0)), each)
}

func (p *pythonFile) configFact(n node, key string, value node) {
	if key == "SESSION_TYPE" {
		p.flaskSessionType(n, value)
	}
	service, known := pyConfigHandles[key]
	if !known || p.django && service != AMQP {
		return
	}
	handle := p.valueOf(value)
	if handle.Source == None {
		return
	}
	if service == Database || service == AMQP {
		service = serviceOf(handle.Text, service)
	}
	p.state(n, Client{Service: service, Via: key, Handle: handle})
}
