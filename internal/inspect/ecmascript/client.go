package ecmascript

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// ecmaClient says how a construction names its service. Where no reader is
// given, the handle is the first argument or, of an options object, the first
// of handleKeys.
type ecmaClient struct {
	service inspect.Service
	read    func(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value)
}

// handleKeys are the options that say where a service is, most telling first.
var handleKeys = []string{
	"connectionString", "connectionURL", "connectionUrl", "url", "uri", "dsn", "node", "nodes", "brokers", "servers",
	"host", "hosts", "hostname", "server", "endPoint", "endpoint", "cloud", "connection", "socket", "redis", "filename",
	"contactPoints", "path", "db", "accountName",
}

// ecmaClients are the constructions of backing-service clients by symbol.
var ecmaClients = map[string]ecmaClient{
	"pg.Pool": {service: inspect.Postgres}, "pg.Client": {service: inspect.Postgres}, "pg.native.Pool": {service: inspect.Postgres}, "pg-pool": {service: inspect.Postgres},
	"postgres": {service: inspect.Postgres}, "pg-promise()": {service: inspect.Postgres}, "slonik.createPool": {service: inspect.Postgres},
	"@neondatabase/serverless.neon": {service: inspect.Postgres}, "@neondatabase/serverless.Pool": {service: inspect.Postgres}, "@vercel/postgres.createPool": {service: inspect.Postgres},
	"mysql.createConnection": {service: inspect.MySQL}, "mysql.createPool": {service: inspect.MySQL}, "mysql2.createConnection": {service: inspect.MySQL}, "mysql2.createPool": {service: inspect.MySQL},
	"mysql2/promise.createConnection": {service: inspect.MySQL}, "mysql2/promise.createPool": {service: inspect.MySQL}, "mariadb.createPool": {service: inspect.MySQL},
	"mariadb.createConnection": {service: inspect.MySQL}, "promise-mysql.createPool": {service: inspect.MySQL}, "promise-mysql.createConnection": {service: inspect.MySQL},
	"mssql.connect": {service: inspect.Database}, "mssql.ConnectionPool": {service: inspect.Database}, "oracledb.createPool": {service: inspect.Database}, "oracledb.getConnection": {service: inspect.Database},
	"better-sqlite3": {service: inspect.SQLite}, "sqlite3.Database": {service: inspect.SQLite}, "sqlite3.cached.Database": {service: inspect.SQLite}, "sqlite.open": {service: inspect.SQLite},
	"sqlite.DatabaseSync": {service: inspect.SQLite}, "bun:sqlite.Database": {service: inspect.SQLite}, "@libsql/client.createClient": {service: inspect.SQLite},
	"mongoose.connect": {service: inspect.MongoDB}, "mongoose.createConnection": {service: inspect.MongoDB}, "mongodb.MongoClient": {service: inspect.MongoDB},
	"mongodb.MongoClient.connect": {service: inspect.MongoDB}, "monk": {service: inspect.MongoDB}, "mongojs": {service: inspect.MongoDB}, "@nestjs/mongoose.MongooseModule.forRoot": {service: inspect.MongoDB},
	"redis.createClient": {read: redisClient}, "redis.createCluster": {service: inspect.Redis}, "ioredis": {read: redisClient}, "ioredis.Redis": {read: redisClient},
	"ioredis.Cluster": {service: inspect.Redis}, "ioredis.Redis.Cluster": {service: inspect.Redis}, "handy-redis.createNodeRedisClient": {service: inspect.Redis}, "@upstash/redis.Redis": {service: inspect.Redis},
	"memcached": {service: inspect.Memcached}, "memjs.Client.create": {service: inspect.Memcached},
	"amqplib.connect": {service: inspect.AMQP}, "amqplib/callback_api.connect": {service: inspect.AMQP}, "amqp-connection-manager.connect": {service: inspect.AMQP},
	"kafkajs.Kafka": {service: inspect.Kafka}, "nats.connect": {service: inspect.NATS},
	"mqtt.connect": {service: inspect.MQTT}, "mqtt.connectAsync": {service: inspect.MQTT}, "async-mqtt.connect": {service: inspect.MQTT}, "async-mqtt.connectAsync": {service: inspect.MQTT}, "paho-mqtt.Client": {service: inspect.MQTT},
	"mqtt/dist/mqtt.connect": {service: inspect.MQTT}, "mqtt/dist/mqtt.esm.connect": {service: inspect.MQTT}, "mqtt/dist/mqtt.min.connect": {service: inspect.MQTT}, "paho-mqtt.MQTT.Client": {service: inspect.MQTT},
	"nodemailer.createTransport": {read: mailClient}, "@nestjs-modules/mailer.MailerModule.forRoot": {read: mailClient},
	"@aws-sdk/client-s3.S3Client": {service: inspect.ObjectStore}, "@aws-sdk/client-s3.S3": {service: inspect.ObjectStore}, "aws-sdk.S3": {service: inspect.ObjectStore},
	"aws-sdk/clients/s3": {service: inspect.ObjectStore}, "minio.Client": {service: inspect.ObjectStore}, "@google-cloud/storage.Storage": {service: inspect.ObjectStore},
	"@azure/storage-blob.BlobServiceClient": {service: inspect.ObjectStore}, "@azure/storage-blob.BlobServiceClient.fromConnectionString": {service: inspect.ObjectStore},
	"@elastic/elasticsearch.Client": {service: inspect.Elasticsearch}, "elasticsearch.Client": {service: inspect.Elasticsearch}, "@opensearch-project/opensearch.Client": {service: inspect.Elasticsearch},
	"sequelize": {read: sequelizeClient}, "sequelize.Sequelize": {read: sequelizeClient}, "sequelize-typescript.Sequelize": {read: sequelizeClient},
	"@nestjs/sequelize.SequelizeModule.forRoot": {read: engineClient},
	"knex": {read: knexClient}, "knex.knex": {read: knexClient},
	"typeorm.DataSource": {read: engineClient}, "typeorm.createConnection": {read: engineClient}, "@nestjs/typeorm.TypeOrmModule.forRoot": {read: engineClient},
	"@mikro-orm/core.MikroORM.init": {read: engineClient}, "@prisma/client.PrismaClient": {read: prismaClient},
	"bull": {read: queueClient}, "bullmq.Queue": {read: queueClient}, "bullmq.Worker": {read: queueClient}, "bullmq.QueueEvents": {read: queueClient}, "bee-queue": {read: queueClient},
	"@nestjs/bull.BullModule.forRoot": {service: inspect.Redis}, "@nestjs/bullmq.BullModule.forRoot": {service: inspect.Redis},
	"drizzle-orm/node-postgres.drizzle": {read: drizzleClient(inspect.Postgres)}, "drizzle-orm/postgres-js.drizzle": {read: drizzleClient(inspect.Postgres)}, "drizzle-orm/neon-http.drizzle": {read: drizzleClient(inspect.Postgres)},
	"drizzle-orm/neon-serverless.drizzle": {read: drizzleClient(inspect.Postgres)}, "drizzle-orm/mysql2.drizzle": {read: drizzleClient(inspect.MySQL)}, "drizzle-orm/better-sqlite3.drizzle": {read: drizzleClient(inspect.SQLite)},
	"drizzle-orm/libsql.drizzle": {read: drizzleClient(inspect.SQLite)}, "drizzle-orm/bun-sqlite.drizzle": {read: drizzleClient(inspect.SQLite)}, "drizzle-orm/planetscale-serverless.drizzle": {read: drizzleClient(inspect.MySQL)},
	"@prisma/adapter-pg.PrismaPg": {read: drizzleClient(inspect.Postgres)}, "@prisma/adapter-neon.PrismaNeon": {read: drizzleClient(inspect.Postgres)}, "@prisma/adapter-libsql.PrismaLibSQL": {read: drizzleClient(inspect.SQLite)}, "@prisma/adapter-libsql.PrismaLibSql": {read: drizzleClient(inspect.SQLite)},
	"@prisma/adapter-better-sqlite3.PrismaBetterSQLite3": {read: drizzleClient(inspect.SQLite)}, "@prisma/adapter-better-sqlite3.PrismaBetterSqlite3": {read: drizzleClient(inspect.SQLite)}, "@prisma/adapter-mariadb.PrismaMariaDb": {read: drizzleClient(inspect.MySQL)},
	"@mikro-orm/postgresql.MikroORM.init": {read: mikroClient(inspect.Postgres)}, "@mikro-orm/mysql.MikroORM.init": {read: mikroClient(inspect.MySQL)}, "@mikro-orm/mariadb.MikroORM.init": {read: mikroClient(inspect.MySQL)},
	"@mikro-orm/sqlite.MikroORM.init": {read: mikroClient(inspect.SQLite)}, "@mikro-orm/better-sqlite.MikroORM.init": {read: mikroClient(inspect.SQLite)}, "@mikro-orm/libsql.MikroORM.init": {read: mikroClient(inspect.SQLite)},
	"@mikro-orm/mongodb.MikroORM.init": {read: mikroClient(inspect.MongoDB)}, "@mikro-orm/nestjs.MikroOrmModule.forRoot": {read: engineClient}, "@nestjs-modules/ioredis.RedisModule.forRoot": {service: inspect.Redis},
	"@redis/client.createClient": {read: redisClient}, "iovalkey": {read: redisClient}, "@planetscale/database.connect": {service: inspect.MySQL}, "@planetscale/database.Client": {service: inspect.MySQL}, "tedious.Connection": {service: inspect.Database},
	"mysql2.createPoolCluster": {service: inspect.MySQL}, "nats.js.connect": {service: inspect.NATS}, "@nats-io/transport-node.connect": {service: inspect.NATS}, "rabbitmq-client.Connection": {service: inspect.AMQP},
	"@golevelup/nestjs-rabbitmq.RabbitMQModule.forRoot": {service: inspect.AMQP}, "kafka-node.KafkaClient": {read: optionClient(inspect.Kafka, "kafkaHost")}, "node-rdkafka.Producer": {read: optionClient(inspect.Kafka, "metadata.broker.list")},
	"node-rdkafka.KafkaConsumer": {read: optionClient(inspect.Kafka, "metadata.broker.list")}, "@confluentinc/kafka-javascript.KafkaJS.Kafka": {read: optionClient(inspect.Kafka, "kafkaJS")},
	"agenda": {read: agendaClient}, "agenda.Agenda": {read: agendaClient}, "pg-boss": {service: inspect.Postgres},
}

// constructed need new: their plain call is another function.
var constructed = map[string]bool{
	"pg.Pool": true, "pg.Client": true, "sqlite3.Database": true, "better-sqlite3": false, "mongodb.MongoClient": true, "ioredis": true, "ioredis.Redis": true,
	"kafkajs.Kafka": true, "sequelize": true, "sequelize.Sequelize": true, "@prisma/client.PrismaClient": true, "bullmq.Queue": true, "bullmq.Worker": true, "agenda": true,
}

// readClient states constructions of backing-service clients.
func (f *ecmaFile) readClient(c ecmaCall) {
	how, ok := ecmaClients[c.callee]
	if !ok || constructed[c.callee] && !c.fresh {
		return
	}
	service, handle := how.service, inspect.Value{}
	if how.read != nil {
		service, handle = how.read(f, c)
	} else {
		handle = f.handle(c.arg(0))
	}
	if service == "" {
		return
	}
	f.say(c.node, inspect.Client{Service: byScheme(service, handle), Via: c.callee, Handle: handle, Debug: f.debugOnly(c.node)})
}

// byScheme refines a service by the URL that names it.
func byScheme(service inspect.Service, handle inspect.Value) inspect.Service {
	if service != inspect.Database || !handle.HasText {
		return service
	}
	scheme, _, _ := strings.Cut(handle.Text, ":")
	return engineService(scheme, service)
}

// engineService is the service of an ORM's engine name or URL scheme.
func engineService(name string, otherwise inspect.Service) inspect.Service {
	switch strings.ToLower(name) {
	case "postgres", "postgresql", "pg", "aurora-postgres", "cockroachdb", "pgnative", "pg-native":
		return inspect.Postgres
	case "mysql", "mysql2", "mariadb", "aurora-mysql":
		return inspect.MySQL
	case "sqlite", "sqlite3", "better-sqlite3", "file":
		return inspect.SQLite
	case "mongodb", "mongo", "mongodb+srv":
		return inspect.MongoDB
	}
	return otherwise
}

// handle is what an argument says about where a service is.
func (f *ecmaFile) handle(n syntax.Node) inspect.Value { return f.handleAt(n, 4) }

func (f *ecmaFile) handleAt(n syntax.Node, depth int) inspect.Value {
	if !n.OK() || depth == 0 {
		return inspect.Value{}
	}
	object := f.object(n)
	if !object.OK() {
		if v := f.definition(n); v.Is("array") && v.Child(0).OK() && f.object(v.Child(0)).OK() {
			return f.handleAt(v.Child(0), depth-1)
		}
		return f.value(n)
	}
	for _, key := range handleKeys {
		v := f.property(object, key)
		if !v.OK() {
			continue
		}
		if inner := f.handleAt(v, depth-1); inner.Source != inspect.None {
			return inner
		}
	}
	if f.opaque(object) {
		return inspect.Value{Source: inspect.Unknown}
	}
	return inspect.Value{}
}

// redisClient reads createClient(url | port, host | options).
func redisClient(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value) {
	first := f.handle(c.arg(0))
	if isNumber(first.Text) || first.FromEnv() && len(c.args) > 1 && !f.object(c.arg(1)).OK() {
		if host := f.handle(c.arg(1)); host.Source != inspect.None && !f.object(c.arg(1)).OK() {
			return inspect.Redis, host
		}
		if first.IsLiteral() {
			return inspect.Redis, inspect.Value{}
		}
	}
	return inspect.Redis, first
}

// mailClient reads the transports that talk SMTP or run sendmail.
func mailClient(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value) {
	options := f.object(c.arg(0))
	if t := f.property(options, "transport"); t.OK() {
		if o := f.object(t); o.OK() {
			options = o
		} else {
			return inspect.SMTP, f.value(t)
		}
	}
	if !options.OK() {
		if v := f.value(c.arg(0)); v.Source == inspect.Literal || v.Source == inspect.Env || v.Source == inspect.Input {
			return inspect.SMTP, v
		}
		return "", inspect.Value{}
	}
	switch {
	case f.property(options, "jsonTransport", "streamTransport", "SES", "send").OK():
		return "", inspect.Value{}
	case f.property(options, "sendmail").OK():
		return inspect.SMTP, inspect.Lit("sendmail")
	}
	if h := f.handle(options); h.Source != inspect.None {
		return inspect.SMTP, h
	}
	return inspect.SMTP, f.value(f.property(options, "service"))
}

// sequelizeClient reads new Sequelize(url | options) and (database, user,
// password, options).
func sequelizeClient(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value) {
	var options syntax.Node
	if len(c.args) > 0 {
		options = f.object(c.args[len(c.args)-1])
	}
	service := inspect.Database
	if v := f.value(f.property(options, "dialect")); v.IsLiteral() {
		service = engineService(v.Text, inspect.Database)
	}
	if storage := f.property(options, "storage"); storage.OK() && service == inspect.SQLite {
		return service, f.value(storage)
	}
	if len(c.args) >= 3 || f.object(c.arg(0)).OK() {
		return service, f.handle(options)
	}
	return service, f.value(c.arg(0))
}

// knexClient reads knex({ client, connection }).
func knexClient(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value) {
	options := f.object(c.arg(0))
	if !options.OK() {
		return inspect.Database, f.value(c.arg(0))
	}
	service := inspect.Database
	if v := f.value(f.property(options, "client", "dialect")); v.IsLiteral() {
		service = engineService(v.Text, inspect.Database)
	}
	return service, f.handle(f.property(options, "connection"))
}

// engineClient reads an ORM's options with type, url, host or database.
func engineClient(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value) {
	options := f.object(c.arg(0))
	if !options.OK() {
		return inspect.Database, f.value(c.arg(0))
	}
	service := inspect.Database
	if v := f.value(f.property(options, "type", "dialect", "driver")); v.IsLiteral() {
		service = engineService(v.Text, inspect.Database)
	}
	handle := f.handle(options)
	if service == inspect.SQLite && handle.Source == inspect.None {
		handle = f.value(f.property(options, "database", "dbName", "storage"))
	}
	if name := f.value(f.property(options, "clientUrl")); name.Source != inspect.None {
		handle = name
	}
	return service, handle
}

// prismaClient finds its URL in the schema file, unless it is told otherwise. Of
// one that is given the adapter of SQLite, the adapter says it.
func prismaClient(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value) {
	options := f.object(c.arg(0))
	if adapter := f.callOf(f.definition(f.property(options, "adapter"))); strings.HasPrefix(adapter.callee, "@prisma/adapter-better-sqlite3.") {
		return "", inspect.Value{}
	}
	if v := f.property(options, "datasourceUrl"); v.OK() {
		return inspect.Database, f.value(v)
	}
	return inspect.Database, f.value(f.path(options, "datasources", "db", "url"))
}

// queueClient reads a queue on Redis; one that is given a client of the file
// states nothing more.
func queueClient(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value) {
	for _, a := range c.args[min(1, len(c.args)):] {
		if f.function(a).OK() {
			continue
		}
		options := f.object(a)
		if !options.OK() {
			return inspect.Redis, f.value(a)
		}
		if v := f.property(options, "connection", "redis", "createClient"); v.OK() {
			if f.isClient(v) || v.Is("method_definition") || f.function(v).OK() {
				return "", inspect.Value{}
			}
			return inspect.Redis, f.handle(v)
		}
	}
	return inspect.Redis, inspect.Value{}
}

// isClient reports whether an expression is a Redis client made in this file.
func (f *ecmaFile) isClient(n syntax.Node) bool {
	switch f.symbol(n) {
	case "ioredis()", "ioredis.Redis()", "ioredis.Cluster()", "ioredis.Redis.Cluster()", "redis.createClient()":
		return true
	}
	return false
}

func agendaClient(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value) {
	options := f.object(c.arg(0))
	if f.property(options, "mongo").OK() {
		return "", inspect.Value{} // a client made elsewhere
	}
	return inspect.MongoDB, f.value(f.path(options, "db", "address"))
}
