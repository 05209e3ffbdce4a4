package inspect

import "strings"

// ecmaClient says how a construction names its service. Where no reader is
// given, the handle is the first argument or, of an options object, the first
// of handleKeys.
type ecmaClient struct {
	service Service
	read    func(f *ecmaFile, c ecmaCall) (Service, Value)
}

// handleKeys are the options that say where a service is, most telling first.
var handleKeys = []string{
	"connectionString", "connectionURL", "connectionUrl", "url", "uri", "dsn", "node", "nodes", "brokers", "servers",
	"host", "hosts", "hostname", "server", "endPoint", "endpoint", "cloud", "connection", "socket", "redis", "filename",
	"contactPoints", "path", "db", "accountName",
}

// ecmaClients are the constructions of backing-service clients by symbol.
var ecmaClients = map[string]ecmaClient{
	"pg.Pool": {service: Postgres}, "pg.Client": {service: Postgres}, "pg.native.Pool": {service: Postgres}, "pg-pool": {service: Postgres},
	"postgres": {service: Postgres}, "pg-promise()": {service: Postgres}, "slonik.createPool": {service: Postgres},
	"@neondatabase/serverless.neon": {service: Postgres}, "@neondatabase/serverless.Pool": {service: Postgres}, "@vercel/postgres.createPool": {service: Postgres},
	"mysql.createConnection": {service: MySQL}, "mysql.createPool": {service: MySQL}, "mysql2.createConnection": {service: MySQL}, "mysql2.createPool": {service: MySQL},
	"mysql2/promise.createConnection": {service: MySQL}, "mysql2/promise.createPool": {service: MySQL}, "mariadb.createPool": {service: MySQL},
	"mariadb.createConnection": {service: MySQL}, "promise-mysql.createPool": {service: MySQL}, "promise-mysql.createConnection": {service: MySQL},
	"mssql.connect": {service: Database}, "mssql.ConnectionPool": {service: Database}, "oracledb.createPool": {service: Database}, "oracledb.getConnection": {service: Database},
	"better-sqlite3": {service: SQLite}, "sqlite3.Database": {service: SQLite}, "sqlite3.cached.Database": {service: SQLite}, "sqlite.open": {service: SQLite},
	"sqlite.DatabaseSync": {service: SQLite}, "bun:sqlite.Database": {service: SQLite}, "@libsql/client.createClient": {service: SQLite},
	"mongoose.connect": {service: MongoDB}, "mongoose.createConnection": {service: MongoDB}, "mongodb.MongoClient": {service: MongoDB},
	"mongodb.MongoClient.connect": {service: MongoDB}, "monk": {service: MongoDB}, "mongojs": {service: MongoDB}, "@nestjs/mongoose.MongooseModule.forRoot": {service: MongoDB},
	"redis.createClient": {read: redisClient}, "redis.createCluster": {service: Redis}, "ioredis": {read: redisClient}, "ioredis.Redis": {read: redisClient},
	"ioredis.Cluster": {service: Redis}, "ioredis.Redis.Cluster": {service: Redis}, "handy-redis.createNodeRedisClient": {service: Redis}, "@upstash/redis.Redis": {service: Redis},
	"memcached": {service: Memcached}, "memjs.Client.create": {service: Memcached},
	"amqplib.connect": {service: AMQP}, "amqplib/callback_api.connect": {service: AMQP}, "amqp-connection-manager.connect": {service: AMQP},
	"kafkajs.Kafka": {service: Kafka}, "nats.connect": {service: NATS},
	"nodemailer.createTransport": {read: mailClient}, "@nestjs-modules/mailer.MailerModule.forRoot": {read: mailClient},
	"@aws-sdk/client-s3.S3Client": {service: ObjectStore}, "@aws-sdk/client-s3.S3": {service: ObjectStore}, "aws-sdk.S3": {service: ObjectStore},
	"aws-sdk/clients/s3": {service: ObjectStore}, "minio.Client": {service: ObjectStore}, "@google-cloud/storage.Storage": {service: ObjectStore},
	"@azure/storage-blob.BlobServiceClient": {service: ObjectStore}, "@azure/storage-blob.BlobServiceClient.fromConnectionString": {service: ObjectStore},
	"@elastic/elasticsearch.Client": {service: Elasticsearch}, "elasticsearch.Client": {service: Elasticsearch}, "@opensearch-project/opensearch.Client": {service: Elasticsearch},
	"sequelize": {read: sequelizeClient}, "sequelize.Sequelize": {read: sequelizeClient}, "sequelize-typescript.Sequelize": {read: sequelizeClient},
	"@nestjs/sequelize.SequelizeModule.forRoot": {read: engineClient},
	"knex": {read: knexClient}, "knex.knex": {read: knexClient},
	"typeorm.DataSource": {read: engineClient}, "typeorm.createConnection": {read: engineClient}, "@nestjs/typeorm.TypeOrmModule.forRoot": {read: engineClient},
	"@mikro-orm/core.MikroORM.init": {read: engineClient}, "@prisma/client.PrismaClient": {read: prismaClient},
	"bull": {read: queueClient}, "bullmq.Queue": {read: queueClient}, "bullmq.Worker": {read: queueClient}, "bullmq.QueueEvents": {read: queueClient}, "bee-queue": {read: queueClient},
	"@nestjs/bull.BullModule.forRoot": {service: Redis}, "@nestjs/bullmq.BullModule.forRoot": {service: Redis},
	"agenda": {read: agendaClient}, "agenda.Agenda": {read: agendaClient}, "pg-boss": {service: Postgres},
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
	service, handle := how.service, Value{}
	if how.read != nil {
		service, handle = how.read(f, c)
	} else {
		handle = f.handle(c.arg(0))
	}
	if service == "" {
		return
	}
	f.say(c.node, Client{Service: byScheme(service, handle), Via: c.callee, Handle: handle, Debug: f.debugOnly(c.node)})
}

// byScheme refines a service by the URL that names it.
func byScheme(service Service, handle Value) Service {
	if service != Database || !handle.HasText {
		return service
	}
	scheme, _, _ := strings.Cut(handle.Text, ":")
	return engineService(scheme, service)
}

// engineService is the service of an ORM's engine name or URL scheme.
func engineService(name string, otherwise Service) Service {
	switch strings.ToLower(name) {
	case "postgres", "postgresql", "pg", "aurora-postgres", "cockroachdb", "pgnative", "pg-native":
		return Postgres
	case "mysql", "mysql2", "mariadb", "aurora-mysql":
		return MySQL
	case "sqlite", "sqlite3", "better-sqlite3", "file":
		return SQLite
	case "mongodb", "mongo", "mongodb+srv":
		return MongoDB
	}
	return otherwise
}

// handle is what an argument says about where a service is.
func (f *ecmaFile) handle(n node) Value { return f.handleAt(n, 4) }

func (f *ecmaFile) handleAt(n node, depth int) Value {
	if !n.ok() || depth == 0 {
		return Value{}
	}
	object := f.object(n)
	if !object.ok() {
		if v := f.definition(n); v.is("array") && v.child(0).ok() && f.object(v.child(0)).ok() {
			return f.handleAt(v.child(0), depth-1)
		}
		return f.value(n)
	}
	for _, key := range handleKeys {
		v := f.property(object, key)
		if !v.ok() {
			continue
		}
		if inner := f.handleAt(v, depth-1); inner.Source != None {
			return inner
		}
	}
	if f.opaque(object) {
		return Value{Source: Unknown}
	}
	return Value{}
}

// redisClient reads createClient(url | port, host | options).
func redisClient(f *ecmaFile, c ecmaCall) (Service, Value) {
	first := f.handle(c.arg(0))
	if isNumber(first.Text) || first.FromEnv() && len(c.args) > 1 && !f.object(c.arg(1)).ok() {
		if host := f.handle(c.arg(1)); host.Source != None && !f.object(c.arg(1)).ok() {
			return Redis, host
		}
		if first.IsLiteral() {
			return Redis, Value{}
		}
	}
	return Redis, first
}

// mailClient reads the transports that talk SMTP or run sendmail.
func mailClient(f *ecmaFile, c ecmaCall) (Service, Value) {
	options := f.object(c.arg(0))
	if t := f.property(options, "transport"); t.ok() {
		if o := f.object(t); o.ok() {
			options = o
		} else {
			return SMTP, f.value(t)
		}
	}
	if !options.ok() {
		if v := f.value(c.arg(0)); v.Source == Literal || v.Source == Env || v.Source == Input {
			return SMTP, v
		}
		return "", Value{}
	}
	switch {
	case f.property(options, "jsonTransport", "streamTransport", "SES", "send").ok():
		return "", Value{}
	case f.property(options, "sendmail").ok():
		return SMTP, Lit("sendmail")
	}
	if h := f.handle(options); h.Source != None {
		return SMTP, h
	}
	return SMTP, f.value(f.property(options, "service"))
}

// sequelizeClient reads new Sequelize(url | options) and (database, user,
// password, options).
func sequelizeClient(f *ecmaFile, c ecmaCall) (Service, Value) {
	var options node
	if len(c.args) > 0 {
		options = f.object(c.args[len(c.args)-1])
	}
	service := Database
	if v := f.value(f.property(options, "dialect")); v.IsLiteral() {
		service = engineService(v.Text, Database)
	}
	if storage := f.property(options, "storage"); storage.ok() && service == SQLite {
		return service, f.value(storage)
	}
	if len(c.args) >= 3 || f.object(c.arg(0)).ok() {
		return service, f.handle(options)
	}
	return service, f.value(c.arg(0))
}

// knexClient reads knex({ client, connection }).
func knexClient(f *ecmaFile, c ecmaCall) (Service, Value) {
	options := f.object(c.arg(0))
	if !options.ok() {
		return Database, f.value(c.arg(0))
	}
	service := Database
	if v := f.value(f.property(options, "client", "dialect")); v.IsLiteral() {
		service = engineService(v.Text, Database)
	}
	return service, f.handle(f.property(options, "connection"))
}

// engineClient reads an ORM's options with type, url, host or database.
func engineClient(f *ecmaFile, c ecmaCall) (Service, Value) {
	options := f.object(c.arg(0))
	if !options.ok() {
		return Database, f.value(c.arg(0))
	}
	service := Database
	if v := f.value(f.property(options, "type", "dialect", "driver")); v.IsLiteral() {
		service = engineService(v.Text, Database)
	}
	handle := f.handle(options)
	if service == SQLite && handle.Source == None {
		handle = f.value(f.property(options, "database", "dbName", "storage"))
	}
	if name := f.value(f.property(options, "clientUrl")); name.Source != None {
		handle = name
	}
	return service, handle
}

// prismaClient finds its URL in the schema file, unless it is told otherwise.
func prismaClient(f *ecmaFile, c ecmaCall) (Service, Value) {
	options := f.object(c.arg(0))
	if v := f.property(options, "datasourceUrl"); v.ok() {
		return Database, f.value(v)
	}
	return Database, f.value(f.path(options, "datasources", "db", "url"))
}

// queueClient reads a queue on Redis; one that is given a client of the file
// states nothing more.
func queueClient(f *ecmaFile, c ecmaCall) (Service, Value) {
	for _, a := range c.args[min(1, len(c.args)):] {
		if f.function(a).ok() {
			continue
		}
		options := f.object(a)
		if !options.ok() {
			return Redis, f.value(a)
		}
		if v := f.property(options, "connection", "redis", "createClient"); v.ok() {
			if f.isClient(v) || v.is("method_definition") || f.function(v).ok() {
				return "", Value{}
			}
			return Redis, f.handle(v)
		}
	}
	return Redis, Value{}
}

// isClient reports whether an expression is a Redis client made in this file.
func (f *ecmaFile) isClient(n node) bool {
	switch f.symbol(n) {
	case "ioredis()", "ioredis.Redis()", "ioredis.Cluster()", "ioredis.Redis.Cluster()", "redis.createClient()":
		return true
	}
	return false
}

func agendaClient(f *ecmaFile, c ecmaCall) (Service, Value) {
	options := f.object(c.arg(0))
	if f.property(options, "mongo").ok() {
		return "", Value{} // a client made elsewhere
	}
	return MongoDB, f.value(f.path(options, "db", "address"))
}
