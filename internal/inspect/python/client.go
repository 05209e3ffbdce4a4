package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyClient says which service a call connects to and which arguments tell
// where it is: by name first, then by place (-1: none).
type pyClient struct {
	service inspect.Service
	place   int
	names   []string
}

var (
	dsnNames  = []string{"dsn", "conninfo", "host", "hosts", "hostname", "url", "database"}
	hostNames = []string{"url", "host", "hosts", "hostname"}
)

// pyClients are constructions of backing-service clients by resolved name.
var pyClients = map[string]pyClient{
	"psycopg2.connect": {inspect.Postgres, 0, dsnNames}, "psycopg.connect": {inspect.Postgres, 0, dsnNames},
	"psycopg.Connection.connect": {inspect.Postgres, 0, dsnNames}, "psycopg.AsyncConnection.connect": {inspect.Postgres, 0, dsnNames},
	"psycopg2.pool.SimpleConnectionPool": {inspect.Postgres, 2, dsnNames}, "psycopg2.pool.ThreadedConnectionPool": {inspect.Postgres, 2, dsnNames},
	"psycopg_pool.ConnectionPool": {inspect.Postgres, 0, dsnNames}, "psycopg_pool.AsyncConnectionPool": {inspect.Postgres, 0, dsnNames},
	"asyncpg.connect": {inspect.Postgres, 0, dsnNames}, "asyncpg.create_pool": {inspect.Postgres, 0, dsnNames}, "aiopg.create_pool": {inspect.Postgres, 0, dsnNames},
	"pymysql.connect": {inspect.MySQL, 0, hostNames}, "MySQLdb.connect": {inspect.MySQL, 0, hostNames}, "mysql.connector.connect": {inspect.MySQL, -1, hostNames},
	"aiomysql.connect": {inspect.MySQL, 0, hostNames}, "aiomysql.create_pool": {inspect.MySQL, -1, hostNames},
	"sqlite3.connect": {inspect.SQLite, 0, []string{"database"}}, "aiosqlite.connect": {inspect.SQLite, 0, []string{"database"}},
	"sqlalchemy.create_engine": {inspect.Database, 0, []string{"url"}}, "sqlalchemy.engine.create_engine": {inspect.Database, 0, []string{"url"}},
	"sqlalchemy.ext.asyncio.create_async_engine": {inspect.Database, 0, []string{"url"}}, "sqlmodel.create_engine": {inspect.Database, 0, []string{"url"}},
	"databases.Database": {inspect.Database, 0, []string{"url"}}, "playhouse.db_url.connect": {inspect.Database, 0, []string{"url"}}, "dataset.connect": {inspect.Database, 0, []string{"url"}},
	"peewee.SqliteDatabase": {inspect.SQLite, 0, []string{"database"}}, "peewee.PostgresqlDatabase": {inspect.Postgres, -1, hostNames}, "peewee.MySQLDatabase": {inspect.MySQL, -1, hostNames},
	"redis.Redis": {inspect.Redis, 0, hostNames}, "redis.StrictRedis": {inspect.Redis, 0, hostNames}, "redis.asyncio.Redis": {inspect.Redis, 0, hostNames},
	"redis.client.Redis": {inspect.Redis, 0, hostNames}, "redis.from_url": {inspect.Redis, 0, hostNames}, "redis.Redis.from_url": {inspect.Redis, 0, hostNames},
	"redis.StrictRedis.from_url": {inspect.Redis, 0, hostNames}, "redis.asyncio.from_url": {inspect.Redis, 0, hostNames}, "redis.asyncio.Redis.from_url": {inspect.Redis, 0, hostNames},
	"redis.ConnectionPool": {inspect.Redis, -1, hostNames}, "redis.ConnectionPool.from_url": {inspect.Redis, 0, hostNames}, "redis.BlockingConnectionPool": {inspect.Redis, -1, hostNames},
	"redis.sentinel.Sentinel": {inspect.Redis, 0, []string{"sentinels"}}, "redis.cluster.RedisCluster": {inspect.Redis, 0, hostNames}, "redis.RedisCluster": {inspect.Redis, 0, hostNames},
	"aioredis.from_url": {inspect.Redis, 0, hostNames}, "aioredis.create_redis_pool": {inspect.Redis, 0, []string{"address"}}, "aioredis.Redis": {inspect.Redis, 0, hostNames},
	"arq.connections.RedisSettings": {inspect.Redis, 0, hostNames}, "pottery.Redis": {inspect.Redis, 0, hostNames},
	"pymongo.MongoClient": {inspect.MongoDB, 0, hostNames}, "pymongo.mongo_client.MongoClient": {inspect.MongoDB, 0, hostNames}, "pymongo.AsyncMongoClient": {inspect.MongoDB, 0, hostNames},
	"motor.motor_asyncio.AsyncIOMotorClient": {inspect.MongoDB, 0, hostNames}, "mongoengine.connect": {inspect.MongoDB, -1, hostNames},
	"pika.ConnectionParameters": {inspect.AMQP, 0, hostNames}, "pika.URLParameters": {inspect.AMQP, 0, hostNames}, "aio_pika.connect_robust": {inspect.AMQP, 0, hostNames},
	"aio_pika.connect": {inspect.AMQP, 0, hostNames}, "kombu.Connection": {inspect.AMQP, 0, append([]string{"hostname"}, hostNames...)},
	"celery.Celery": {inspect.AMQP, -1, []string{"broker", "broker_url"}}, "celery.app.Celery": {inspect.AMQP, -1, []string{"broker", "broker_url"}},
	"kafka.KafkaConsumer": {inspect.Kafka, -1, []string{"bootstrap_servers"}}, "kafka.KafkaProducer": {inspect.Kafka, -1, []string{"bootstrap_servers"}},
	"kafka.KafkaAdminClient": {inspect.Kafka, -1, []string{"bootstrap_servers"}}, "aiokafka.AIOKafkaConsumer": {inspect.Kafka, -1, []string{"bootstrap_servers"}},
	"aiokafka.AIOKafkaProducer": {inspect.Kafka, -1, []string{"bootstrap_servers"}}, "confluent_kafka.Producer": {inspect.Kafka, 0, nil}, "confluent_kafka.Consumer": {inspect.Kafka, 0, nil},
	"paho.mqtt.client.Client().connect": {inspect.MQTT, 0, hostNames}, "paho.mqtt.client.Client().connect_async": {inspect.MQTT, 0, hostNames}, "paho.mqtt.client.Client().connect_srv": {inspect.MQTT, 0, []string{"domain"}},
	"paho.mqtt.publish.single": {inspect.MQTT, -1, hostNames}, "paho.mqtt.publish.multiple": {inspect.MQTT, -1, hostNames}, "paho.mqtt.subscribe.simple": {inspect.MQTT, -1, hostNames}, "paho.mqtt.subscribe.callback": {inspect.MQTT, -1, hostNames},
	"aiomqtt.Client": {inspect.MQTT, 0, hostNames}, "asyncio_mqtt.Client": {inspect.MQTT, 0, hostNames}, "gmqtt.Client().connect": {inspect.MQTT, 0, hostNames}, "gmqtt.client.Client().connect": {inspect.MQTT, 0, hostNames},
	"hbmqtt.client.MQTTClient().connect": {inspect.MQTT, 0, []string{"uri"}}, "amqtt.client.MQTTClient().connect": {inspect.MQTT, 0, []string{"uri"}}, "fastapi_mqtt.MQTTConfig": {inspect.MQTT, -1, hostNames}, "fastapi_mqtt.config.MQTTConfig": {inspect.MQTT, -1, hostNames},
	"nats.connect": {inspect.NATS, 0, []string{"servers"}}, "smtplib.SMTP": {inspect.SMTP, 0, hostNames}, "smtplib.SMTP_SSL": {inspect.SMTP, 0, hostNames}, "aiosmtplib.SMTP": {inspect.SMTP, 0, hostNames},
	"boto3.client": {inspect.ObjectStore, -1, []string{"endpoint_url"}}, "boto3.resource": {inspect.ObjectStore, -1, []string{"endpoint_url"}},
	"boto3.Session().client": {inspect.ObjectStore, -1, []string{"endpoint_url"}}, "boto3.session.Session().client": {inspect.ObjectStore, -1, []string{"endpoint_url"}},
	"minio.Minio": {inspect.ObjectStore, 0, []string{"endpoint"}}, "google.cloud.storage.Client": {inspect.ObjectStore, -1, nil},
	"azure.storage.blob.BlobServiceClient.from_connection_string": {inspect.ObjectStore, 0, []string{"conn_str"}},
	"elasticsearch.Elasticsearch":                                 {inspect.Elasticsearch, 0, hostNames}, "elasticsearch.AsyncElasticsearch": {inspect.Elasticsearch, 0, hostNames},
	"opensearchpy.OpenSearch": {inspect.Elasticsearch, 0, hostNames}, "elasticsearch_dsl.connections.connections.create_connection": {inspect.Elasticsearch, -1, hostNames},
	"pymemcache.client.base.Client": {inspect.Memcached, 0, []string{"server"}}, "pymemcache.Client": {inspect.Memcached, 0, []string{"server"}},
	"pymemcache.client.Client": {inspect.Memcached, 0, []string{"server"}}, "pymemcache.HashClient": {inspect.Memcached, 0, []string{"servers"}},
	"valkey.Valkey": {inspect.Redis, 0, hostNames}, "valkey.from_url": {inspect.Redis, 0, hostNames}, "valkey.Valkey.from_url": {inspect.Redis, 0, hostNames}, "valkey.asyncio.Valkey": {inspect.Redis, 0, hostNames},
	"valkey.asyncio.from_url": {inspect.Redis, 0, hostNames}, "walrus.Database": {inspect.Redis, 0, hostNames}, "redis_om.get_redis_connection": {inspect.Redis, -1, hostNames}, "coredis.Redis": {inspect.Redis, 0, hostNames},
	"redis.asyncio.ConnectionPool.from_url": {inspect.Redis, 0, hostNames}, "redis.asyncio.ConnectionPool": {inspect.Redis, -1, hostNames}, "redis.asyncio.connection.ConnectionPool.from_url": {inspect.Redis, 0, hostNames},
	"redis.BlockingConnectionPool.from_url": {inspect.Redis, 0, hostNames}, "redis.asyncio.client.Redis": {inspect.Redis, 0, hostNames}, "redis.asyncio.StrictRedis": {inspect.Redis, 0, hostNames},
	"redis.asyncio.cluster.RedisCluster": {inspect.Redis, 0, hostNames}, "redis.asyncio.RedisCluster": {inspect.Redis, 0, hostNames}, "redis.asyncio.sentinel.Sentinel": {inspect.Redis, 0, []string{"sentinels"}},
	"playhouse.pool.PooledPostgresqlDatabase": {inspect.Postgres, -1, hostNames}, "playhouse.pool.PooledPostgresqlExtDatabase": {inspect.Postgres, -1, hostNames}, "playhouse.postgres_ext.PostgresqlExtDatabase": {inspect.Postgres, -1, hostNames},
	"playhouse.pool.PooledMySQLDatabase": {inspect.MySQL, -1, hostNames}, "playhouse.pool.PooledSqliteDatabase": {inspect.SQLite, 0, []string{"database"}}, "playhouse.sqlite_ext.SqliteExtDatabase": {inspect.SQLite, 0, []string{"database"}},
	"pyodbc.connect": {inspect.Database, 0, []string{"server", "host"}}, "aioodbc.connect": {inspect.Database, -1, []string{"dsn"}}, "pymssql.connect": {inspect.Database, 0, []string{"server", "host"}}, "asyncmy.connect": {inspect.MySQL, -1, hostNames}, "asyncmy.create_pool": {inspect.MySQL, -1, hostNames},
	"cx_Oracle.connect": {inspect.Database, 2, []string{"dsn"}}, "oracledb.connect": {inspect.Database, -1, []string{"dsn", "host"}}, "oracledb.create_pool": {inspect.Database, -1, []string{"dsn", "host"}},
	"tortoise.Tortoise.init": {inspect.Database, -1, []string{"db_url"}}, "tortoise.contrib.fastapi.register_tortoise": {inspect.Database, -1, []string{"db_url"}}, "tortoise.contrib.fastapi.RegisterTortoise": {inspect.Database, -1, []string{"db_url"}},
	"tortoise.contrib.sanic.register_tortoise": {inspect.Database, -1, []string{"db_url"}}, "gino.Gino().set_bind": {inspect.Database, 0, []string{"bind"}}, "edgy.Registry": {inspect.Database, -1, []string{"database"}},
	"dramatiq.brokers.redis.RedisBroker": {inspect.Redis, -1, hostNames}, "dramatiq.brokers.rabbitmq.RabbitmqBroker": {inspect.AMQP, -1, hostNames}, "huey.RedisHuey": {inspect.Redis, -1, hostNames}, "huey.PriorityRedisHuey": {inspect.Redis, -1, hostNames},
	"taskiq_redis.ListQueueBroker": {inspect.Redis, 0, hostNames}, "taskiq_redis.RedisStreamBroker": {inspect.Redis, 0, hostNames}, "taskiq_aio_pika.AioPikaBroker": {inspect.AMQP, 0, hostNames}, "faststream.rabbit.RabbitBroker": {inspect.AMQP, 0, hostNames},
	"faststream.kafka.KafkaBroker": {inspect.Kafka, 0, []string{"bootstrap_servers"}}, "faststream.redis.RedisBroker": {inspect.Redis, 0, hostNames}, "faststream.nats.NatsBroker": {inspect.NATS, 0, []string{"servers"}},
	"fastapi_mail.ConnectionConfig": {inspect.SMTP, -1, []string{"MAIL_SERVER"}}, "yagmail.SMTP": {inspect.SMTP, -1, []string{"host"}}, "aiosmtplib.send": {inspect.SMTP, -1, []string{"hostname"}}, "redmail.EmailSender": {inspect.SMTP, 0, hostNames},
	"pymemcache.PooledClient": {inspect.Memcached, 0, []string{"server"}}, "pymemcache.client.hash.HashClient": {inspect.Memcached, 0, []string{"servers"}}, "bmemcached.Client": {inspect.Memcached, 0, []string{"servers"}},
	"opensearchpy.AsyncOpenSearch": {inspect.Elasticsearch, 0, hostNames}, "elasticsearch_dsl.connections.create_connection": {inspect.Elasticsearch, -1, hostNames}, "elasticsearch.dsl.connections.create_connection": {inspect.Elasticsearch, -1, hostNames},
	"aioboto3.Session().client": {inspect.ObjectStore, -1, []string{"endpoint_url"}}, "aioboto3.Session().resource": {inspect.ObjectStore, -1, []string{"endpoint_url"}},
	"aiobotocore.session.get_session().create_client": {inspect.ObjectStore, -1, []string{"endpoint_url"}}, "boto3.Session().resource": {inspect.ObjectStore, -1, []string{"endpoint_url"}}, "boto3.session.Session().resource": {inspect.ObjectStore, -1, []string{"endpoint_url"}},
	"google.cloud.storage.Client.from_service_account_json": {inspect.ObjectStore, -1, nil}, "azure.storage.blob.BlobServiceClient": {inspect.ObjectStore, 0, []string{"account_url"}},
	"kafka.admin.KafkaAdminClient": {inspect.Kafka, -1, []string{"bootstrap_servers"}}, "confluent_kafka.admin.AdminClient": {inspect.Kafka, 0, nil}, "confluent_kafka.AIOProducer": {inspect.Kafka, 0, nil}, "confluent_kafka.SerializingProducer": {inspect.Kafka, 0, nil},
	"confluent_kafka.DeserializingConsumer": {inspect.Kafka, 0, nil}, "aiomcache.FlagClient": {inspect.Memcached, 0, hostNames},
	"memcache.Client": {inspect.Memcached, 0, []string{"servers"}}, "pylibmc.Client": {inspect.Memcached, 0, []string{"servers"}}, "aiomcache.Client": {inspect.Memcached, 0, hostNames},
}

// clientCall states the construction of a backing-service client.
func (p *pythonFile) clientCall(c pyCall) {
	client, known := pyClients[c.name]
	if !known {
		return
	}
	if strings.HasPrefix(c.name, "boto3.") || strings.HasPrefix(c.name, "aiobo") {
		if service, ok := p.literal(c.args.arg(0, "service_name")); !ok || service != "s3" {
			return
		}
	}
	at := c.args.arg(client.place, client.names...)
	if client.service == inspect.Kafka && client.names == nil {
		at = p.entry(p.follow(at), "bootstrap.servers")
	}
	handle := p.handleOf(at)
	if !at.OK() && c.args.spread {
		handle.Source = inspect.Unknown
	}
	if c.name == "celery.Celery" || c.name == "celery.app.Celery" {
		if !at.OK() {
			return // the broker is configured elsewhere
		}
		if backend := p.handleOf(c.args.arg(-1, "backend")); strings.Contains(backend.Text, "://") && !strings.HasPrefix(backend.Text, "rpc:") && !strings.HasPrefix(backend.Text, "file:") {
			scheme := strings.TrimPrefix(strings.TrimPrefix(backend.Text, "db+"), "cache+")
			p.state(c.Node, inspect.Client{Service: serviceOf(scheme, inspect.Redis), Via: "celery.Celery", Handle: backend})
		}
	}
	service := client.service
	if service == inspect.Database || service == inspect.AMQP {
		service = serviceOf(handle.Text, serviceOf(p.leading(at, 6), brokerNamed(handle, service)))
	}
	p.state(c.Node, inspect.Client{Service: service, Via: pyVia(c.name), Handle: handle, Debug: p.debugOnly(c.Node)})
	if handle.IsLiteral() && handle.Secret != nil && !strings.Contains(handle.Text, "://") {
		p.state(c.Node, inspect.Credential{Name: "password", Via: "argument", Secret: *handle.Secret})
	}
}

// leading is the text that an address surely starts with, whatever is put
// behind it: "postgresql://" of f"postgresql://{user}@{host}/x", the driver of
// sqlalchemy's URL.create(driver, …). "" when the file does not tell.
func (p *pythonFile) leading(n syntax.Node, hops int) string {
	n = p.follow(n)
	if hops == 0 || !n.OK() {
		return ""
	}
	hops--
	switch n.Kind() {
	case "string":
		if first := n.Child(1); first.Is("string_content") {
			return first.Text()
		}
	case "concatenated_string", "parenthesized_expression":
		return p.leading(n.Child(0), hops)
	case "binary_operator":
		return p.leading(n.Field("left"), hops)
	case "call":
		args := pyArgsOf(n)
		switch fn := n.Field("function"); {
		case strings.HasPrefix(p.callee(n), "sqlalchemy.") && strings.Contains(p.callee(n), "URL"), p.callee(n) == "pydantic.PostgresDsn.build":
			text, ok := p.literal(args.arg(0, "drivername", "scheme"))
			if ok {
				return text + "://"
			}
		case fn.Field("attribute").Text() == "format":
			return p.leading(fn.Field("object"), hops)
		case pySame[p.callee(n)]:
			return p.leading(args.arg(0), hops)
		default:
			if list := p.returned(n); len(list) == 1 {
				return p.leading(list[0], hops)
			}
		}
	case "boolean_operator":
		if text := p.leading(n.Field("right"), hops); text != "" {
			return text
		}
		return p.leading(n.Field("left"), hops)
	}
	return ""
}

// handleOf is the value of an address: text, (host, port), or a list of either.
func (p *pythonFile) handleOf(n syntax.Node) inspect.Value {
	n = p.follow(n)
	for range 3 {
		switch {
		case n.Is("list", "tuple") && n.Child(0).OK():
			n = p.follow(n.Child(0))
		case n.Is("dictionary"):
			if n = p.entry(n, "host"); !n.OK() {
				return inspect.Value{Source: inspect.Unknown}
			}
		case n.Is("conditional_expression") && p.debugWhen(n.Child(1), 6) > 0:
			n = p.follow(n.Child(2)) // what production has
		case n.Is("conditional_expression") && p.debugWhen(n.Child(1), 6) < 0:
			n = p.follow(n.Child(0))
		}
	}
	return p.valueOf(n)
}

// serviceOf tells the service from a URL's scheme; other stands for any that
// is not known.
func serviceOf(handle string, other inspect.Service) inspect.Service {
	scheme, _, ok := strings.Cut(strings.ToLower(handle), ":")
	if !ok {
		return other
	}
	scheme, _, _ = strings.Cut(scheme, "+")
	switch scheme {
	case "postgres", "postgresql", "postgis", "cockroachdb":
		return inspect.Postgres
	case "mysql", "mariadb":
		return inspect.MySQL
	case "sqlite", "spatialite":
		return inspect.SQLite
	case "redis", "rediss", "unix":
		return inspect.Redis
	case "amqp", "amqps", "pyamqp":
		return inspect.AMQP
	case "mqtt", "mqtts":
		return inspect.MQTT
	case "mongodb":
		return inspect.MongoDB
	case "kafka":
		return inspect.Kafka
	case "memcached", "memcache":
		return inspect.Memcached
	}
	return other
}

// brokerNamed is the service that the variable behind a broker's handle is named
// for: of broker=os.environ["REDIS_URL"] Redis.
func brokerNamed(handle inspect.Value, other inspect.Service) inspect.Service {
	if other != inspect.AMQP || len(handle.Env) == 0 {
		return other
	}
	switch name := strings.ToUpper(handle.Env[0]); {
	case strings.Contains(name, "REDIS"), strings.Contains(name, "VALKEY"):
		return inspect.Redis
	case strings.Contains(name, "KAFKA"):
		return inspect.Kafka
	}
	return other
}

// pyConfigHandles are settings of Flask and Celery that say where a service is.
var pyConfigHandles = map[string]inspect.Service{
	"SQLALCHEMY_DATABASE_URI": inspect.Database, "MONGO_URI": inspect.MongoDB, "MONGODB_URI": inspect.MongoDB, "CELERY_BROKER_URL": inspect.AMQP, "BROKER_URL": inspect.AMQP,
	"broker_url": inspect.AMQP, "REDIS_URL": inspect.Redis, "CACHE_REDIS_URL": inspect.Redis, "RQ_REDIS_URL": inspect.Redis, "ELASTICSEARCH_URL": inspect.Elasticsearch,
}

// configKey is the setting that an assignment's target names: app.config["X"],
// app.conf.x, or X in a module or a class of settings. "" if it is none.
func (p *pythonFile) configKey(target syntax.Node) string {
	switch target.Kind() {
	case "subscript":
		object := target.Field("value")
		if object.Field("attribute").Text() != "config" && object.Text() != "config" {
			return ""
		}
		key, _ := p.literal(target.Field("subscript"))
		return key
	case "attribute":
		if object := target.Field("object"); object.Field("attribute").Text() == "conf" {
			return target.Field("attribute").Text()
		}
	case "identifier":
		if !p.enclosingFunction(target).OK() {
			return target.Text()
		}
	}
	return ""
}

// wellKnownConfig states what a setting of Flask or Celery says.
func (p *pythonFile) wellKnownConfig(n syntax.Node) {
	if right := n.Field("right"); right.OK() {
		p.configFact(n, p.configKey(n.Field("left")), right)
	}
}

// configUpdate states the settings given by app.config.update(X=…).
func (p *pythonFile) configUpdate(c pyCall) {
	fn := c.Field("function")
	method, object := fn.Field("attribute").Text(), fn.Field("object").Field("attribute").Text()
	if object != "config" && object != "conf" || method != "update" && method != "from_mapping" {
		return
	}
	each := func(key string, pair, value syntax.Node) { p.configFact(pair, key, value) }
	for key, value := range sortedKeywords(c.args) {
		each(key, value.Parent(), value)
	}
	p.entries(p.follow(c.args.arg(0)), each)
}

func (p *pythonFile) configFact(n syntax.Node, key string, value syntax.Node) {
	if key == "SESSION_TYPE" {
		p.flaskSessionType(n, value)
	}
	p.configStore(n, key, value)
	service, known := pyConfigHandles[key]
	if !known || p.django && service != inspect.AMQP {
		return
	}
	handle := p.valueOf(value)
	if handle.Source == inspect.None {
		return
	}
	if service == inspect.Database || service == inspect.AMQP {
		service = serviceOf(handle.Text, serviceOf(p.leading(value, 6), brokerNamed(handle, service)))
	}
	p.state(n, inspect.Client{Service: service, Via: key, Handle: handle})
}
