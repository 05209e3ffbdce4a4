package jvm

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// client says which service a call connects to and which argument says where
// it is; -1 for none. Of the setters of a settings object, one is its client.
type client struct {
	service inspect.Service
	place   int
	names   string // Kotlin's names of the argument, separated by spaces
}

// clients are constructions of backing-service clients by resolved name.
var clients = map[string]client{
	"java.sql.DriverManager.getConnection":      {inspect.Database, 0, "url"},
	"com.zaxxer.hikari.HikariConfig.setJdbcUrl": {inspect.Database, 0, ""}, "com.zaxxer.hikari.HikariDataSource.setJdbcUrl": {inspect.Database, 0, ""},
	"org.springframework.boot.jdbc.DataSourceBuilder.create().url": {inspect.Database, 0, ""}, "org.springframework.boot.jdbc.DataSourceBuilder.url": {inspect.Database, 0, ""},
	"org.springframework.jdbc.datasource.DriverManagerDataSource": {inspect.Database, 0, "url"}, "org.springframework.jdbc.datasource.DriverManagerDataSource.setUrl": {inspect.Database, 0, ""},
	"org.springframework.jdbc.datasource.SimpleDriverDataSource.setUrl": {inspect.Database, 0, ""}, "org.springframework.jdbc.datasource.SingleConnectionDataSource": {inspect.Database, 0, "url"},
	"org.apache.commons.dbcp2.BasicDataSource.setUrl": {inspect.Database, 0, ""}, "org.apache.commons.dbcp.BasicDataSource.setUrl": {inspect.Database, 0, ""},
	"org.apache.tomcat.jdbc.pool.DataSource.setUrl": {inspect.Database, 0, ""}, "org.apache.tomcat.jdbc.pool.PoolProperties.setUrl": {inspect.Database, 0, ""},
	"com.mchange.v2.c3p0.ComboPooledDataSource.setJdbcUrl": {inspect.Database, 0, ""}, "com.alibaba.druid.pool.DruidDataSource.setUrl": {inspect.Database, 0, ""},
	"org.postgresql.ds.PGSimpleDataSource.setUrl": {inspect.Postgres, 0, ""}, "org.postgresql.ds.PGSimpleDataSource.setURL": {inspect.Postgres, 0, ""},
	"org.postgresql.ds.PGSimpleDataSource.setServerNames": {inspect.Postgres, 0, ""}, "org.postgresql.ds.PGSimpleDataSource.setServerName": {inspect.Postgres, 0, ""},
	"com.mysql.cj.jdbc.MysqlDataSource.setURL": {inspect.MySQL, 0, ""}, "com.mysql.cj.jdbc.MysqlDataSource.setUrl": {inspect.MySQL, 0, ""}, "com.mysql.cj.jdbc.MysqlDataSource.setServerName": {inspect.MySQL, 0, ""},
	"org.mariadb.jdbc.MariaDbDataSource": {inspect.MySQL, 0, "url"}, "org.sqlite.SQLiteDataSource.setUrl": {inspect.SQLite, 0, ""},
	"org.h2.jdbcx.JdbcDataSource.setURL": {inspect.Database, 0, ""}, "org.h2.jdbcx.JdbcDataSource.setUrl": {inspect.Database, 0, ""}, "org.h2.jdbcx.JdbcConnectionPool.create": {inspect.Database, 0, ""},
	"org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder": {inspect.Database, -1, ""},
	"org.jetbrains.exposed.sql.Database.connect":                           {inspect.Database, 0, "url"}, "org.jetbrains.exposed.v1.jdbc.Database.connect": {inspect.Database, 0, "url"},
	"org.jdbi.v3.core.Jdbi.create": {inspect.Database, 0, "url"}, "org.jooq.impl.DSL.using": {inspect.Database, 0, "url"}, "org.sql2o.Sql2o": {inspect.Database, 0, "url"}, "kotliquery.HikariCP.default": {inspect.Database, 0, "url"},
	"io.r2dbc.spi.ConnectionFactories.get": {inspect.Database, 0, ""}, "io.r2dbc.postgresql.PostgresqlConnectionConfiguration.builder().host": {inspect.Postgres, 0, ""},
	"io.vertx.pgclient.PgConnectOptions.setHost": {inspect.Postgres, 0, ""}, "io.vertx.pgclient.PgConnectOptions.fromUri": {inspect.Postgres, 0, ""}, "io.vertx.pgclient.PgPool.pool": {inspect.Postgres, 1, ""},
	"io.vertx.mysqlclient.MySQLConnectOptions.setHost": {inspect.MySQL, 0, ""}, "org.ktorm.database.Database.connect": {inspect.Database, 0, "url"},
	"com.datastax.oss.driver.api.core.CqlSession.builder().addContactPoint": {inspect.Database, 0, ""}, "com.datastax.driver.core.Cluster.builder().addContactPoint": {inspect.Database, 0, ""},
	"org.neo4j.driver.GraphDatabase.driver": {inspect.Database, 0, "uri"},

	"redis.clients.jedis.Jedis": {inspect.Redis, 0, "host"}, "redis.clients.jedis.JedisPooled": {inspect.Redis, 0, "host"}, "redis.clients.jedis.UnifiedJedis": {inspect.Redis, 0, ""},
	"redis.clients.jedis.JedisPool": {inspect.Redis, 0, "host"}, "redis.clients.jedis.JedisCluster": {inspect.Redis, 0, ""}, "redis.clients.jedis.JedisSentinelPool": {inspect.Redis, 1, ""}, "redis.clients.jedis.RedisClient.create": {inspect.Redis, 0, ""},
	"io.lettuce.core.RedisClient.create": {inspect.Redis, 0, ""}, "io.lettuce.core.RedisURI.Builder.redis": {inspect.Redis, 0, ""}, "io.lettuce.core.cluster.RedisClusterClient.create": {inspect.Redis, 0, ""},
	"io.lettuce.core.RedisURI.builder().withHost": {inspect.Redis, 0, ""}, "org.redisson.config.Config.useSingleServer().setAddress": {inspect.Redis, 0, ""},
	"org.redisson.config.SingleServerConfig.setAddress": {inspect.Redis, 0, ""}, "org.redisson.config.Config.useClusterServers().addNodeAddress": {inspect.Redis, 0, ""},
	"org.springframework.data.redis.connection.RedisStandaloneConfiguration":             {inspect.Redis, 0, "hostName"},
	"org.springframework.data.redis.connection.RedisStandaloneConfiguration.setHostName": {inspect.Redis, 0, ""},
	"org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory":         {inspect.Redis, 0, "host"},
	"org.springframework.data.redis.connection.jedis.JedisConnectionFactory.setHostName": {inspect.Redis, 0, ""},
	"io.vertx.redis.client.Redis.createClient":                                           {inspect.Redis, 1, ""}, "io.vertx.redis.client.RedisOptions.setConnectionString": {inspect.Redis, 0, ""},

	"com.mongodb.client.MongoClients.create": {inspect.MongoDB, 0, ""}, "com.mongodb.reactivestreams.client.MongoClients.create": {inspect.MongoDB, 0, ""}, "com.mongodb.MongoClient": {inspect.MongoDB, 0, "host uri"},
	"com.mongodb.MongoClientURI": {inspect.MongoDB, 0, ""}, "com.mongodb.ConnectionString": {inspect.MongoDB, 0, "connectionString"}, "org.litote.kmongo.KMongo.createClient": {inspect.MongoDB, 0, "connectionString"},
	"com.mongodb.kotlin.client.coroutine.MongoClient.create": {inspect.MongoDB, 0, "connectionString"}, "com.mongodb.kotlin.client.MongoClient.create": {inspect.MongoDB, 0, "connectionString"},
	"org.springframework.data.mongodb.core.SimpleMongoClientDatabaseFactory": {inspect.MongoDB, 0, "connectionString"}, "io.vertx.ext.mongo.MongoClient.createShared": {inspect.MongoDB, -1, ""},

	"org.apache.kafka.clients.consumer.KafkaConsumer": {inspect.Kafka, 0, "properties"}, "org.apache.kafka.clients.producer.KafkaProducer": {inspect.Kafka, 0, "properties"},
	"org.apache.kafka.clients.admin.AdminClient.create": {inspect.Kafka, 0, ""}, "org.apache.kafka.clients.admin.Admin.create": {inspect.Kafka, 0, ""}, "org.apache.kafka.clients.admin.KafkaAdminClient.create": {inspect.Kafka, 0, ""},
	"org.apache.kafka.streams.KafkaStreams": {inspect.Kafka, 1, ""}, "org.springframework.kafka.core.DefaultKafkaProducerFactory": {inspect.Kafka, 0, ""},
	"org.springframework.kafka.core.DefaultKafkaConsumerFactory": {inspect.Kafka, 0, ""}, "org.springframework.kafka.core.KafkaAdmin": {inspect.Kafka, 0, ""},

	"com.rabbitmq.client.ConnectionFactory.setHost": {inspect.AMQP, 0, ""}, "com.rabbitmq.client.ConnectionFactory.setUri": {inspect.AMQP, 0, ""},
	"org.springframework.amqp.rabbit.connection.CachingConnectionFactory":              {inspect.AMQP, 0, "hostname"},
	"org.springframework.amqp.rabbit.connection.CachingConnectionFactory.setHost":      {inspect.AMQP, 0, ""},
	"org.springframework.amqp.rabbit.connection.CachingConnectionFactory.setUri":       {inspect.AMQP, 0, ""},
	"org.springframework.amqp.rabbit.connection.CachingConnectionFactory.setAddresses": {inspect.AMQP, 0, ""},
	"org.apache.activemq.ActiveMQConnectionFactory":                                    {inspect.AMQP, -2, "brokerURL"}, "org.apache.activemq.ActiveMQConnectionFactory.setBrokerURL": {inspect.AMQP, 0, ""},
	"org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory": {inspect.AMQP, 0, ""}, "org.apache.qpid.jms.JmsConnectionFactory": {inspect.AMQP, 0, ""},
	"io.vertx.rabbitmq.RabbitMQOptions.setUri": {inspect.AMQP, 0, ""}, "io.vertx.rabbitmq.RabbitMQOptions.setHost": {inspect.AMQP, 0, ""},
	"org.eclipse.paho.client.mqttv3.MqttClient": {inspect.MQTT, 0, "serverURI"}, "org.eclipse.paho.client.mqttv3.MqttAsyncClient": {inspect.MQTT, 0, "serverURI"}, "org.eclipse.paho.mqttv5.client.MqttClient": {inspect.MQTT, 0, "serverURI"},
	"org.eclipse.paho.mqttv5.client.MqttAsyncClient": {inspect.MQTT, 0, "serverURI"}, "org.eclipse.paho.client.mqttv3.MqttConnectOptions.setServerURIs": {inspect.MQTT, 0, ""}, "org.eclipse.paho.mqttv5.client.MqttConnectionOptions.setServerURIs": {inspect.MQTT, 0, ""},
	"com.hivemq.client.mqtt.MqttClient.builder": {inspect.MQTT, -1, ""}, "com.hivemq.client.mqtt.mqtt5.Mqtt5Client.builder": {inspect.MQTT, -1, ""}, "com.hivemq.client.mqtt.mqtt3.Mqtt3Client.builder": {inspect.MQTT, -1, ""},
	"org.eclipse.paho.android.service.MqttAndroidClient": {inspect.MQTT, 1, "serverURI"}, "io.vertx.mqtt.MqttClient.connect": {inspect.MQTT, 1, "host"}, "org.fusesource.mqtt.client.MQTT.setHost": {inspect.MQTT, 0, ""},
	"io.nats.client.Nats.connect": {inspect.NATS, 0, "url"}, "io.nats.client.Options.Builder.server": {inspect.NATS, 0, ""},

	"org.springframework.mail.javamail.JavaMailSenderImpl.setHost": {inspect.SMTP, 0, ""}, "jakarta.mail.Transport.connect": {inspect.SMTP, 0, ""}, "jakarta.mail.Session.getInstance": {inspect.SMTP, 0, ""},
	"jakarta.mail.Session.getDefaultInstance": {inspect.SMTP, 0, ""}, "org.apache.commons.mail.SimpleEmail.setHostName": {inspect.SMTP, 0, ""}, "org.apache.commons.mail.HtmlEmail.setHostName": {inspect.SMTP, 0, ""},
	"org.apache.commons.mail.Email.setHostName": {inspect.SMTP, 0, ""}, "org.apache.commons.mail.MultiPartEmail.setHostName": {inspect.SMTP, 0, ""},
	"org.simplejavamail.mailer.MailerBuilder.withSMTPServer": {inspect.SMTP, 0, ""}, "io.vertx.ext.mail.MailConfig.setHostname": {inspect.SMTP, 0, ""},

	"software.amazon.awssdk.services.s3.S3Client.builder": {inspect.ObjectStore, -1, ""}, "software.amazon.awssdk.services.s3.S3Client.create": {inspect.ObjectStore, -1, ""}, "software.amazon.awssdk.services.s3.S3AsyncClient.builder": {inspect.ObjectStore, -1, ""},
	"com.amazonaws.services.s3.AmazonS3ClientBuilder.standard": {inspect.ObjectStore, -1, ""}, "com.amazonaws.services.s3.AmazonS3ClientBuilder.defaultClient": {inspect.ObjectStore, -1, ""},
	"com.amazonaws.services.s3.AmazonS3Client": {inspect.ObjectStore, -1, ""}, "aws.sdk.kotlin.services.s3.S3Client": {inspect.ObjectStore, -1, ""}, "aws.sdk.kotlin.services.s3.S3Client.fromEnvironment": {inspect.ObjectStore, -1, ""},
	"io.minio.MinioClient.builder": {inspect.ObjectStore, -1, ""}, "io.minio.MinioClient": {inspect.ObjectStore, 0, ""}, "com.google.cloud.storage.StorageOptions.getDefaultInstance": {inspect.ObjectStore, -1, ""}, "com.google.cloud.storage.StorageOptions.newBuilder": {inspect.ObjectStore, -1, ""},
	"com.azure.storage.blob.BlobServiceClientBuilder.connectionString": {inspect.ObjectStore, 0, ""}, "com.azure.storage.blob.BlobServiceClientBuilder.endpoint": {inspect.ObjectStore, 0, ""},

	"org.elasticsearch.client.RestClient.builder": {inspect.Elasticsearch, 0, ""}, "org.opensearch.client.RestClient.builder": {inspect.Elasticsearch, 0, ""},
	"org.springframework.data.elasticsearch.client.ClientConfiguration.builder().connectedTo":     {inspect.Elasticsearch, 0, ""},
	"org.springframework.data.elasticsearch.client.elc.ClientConfiguration.builder().connectedTo": {inspect.Elasticsearch, 0, ""},
	"org.elasticsearch.common.transport.TransportAddress":                                         {inspect.Elasticsearch, 0, ""},
	"net.spy.memcached.MemcachedClient":                                                           {inspect.Memcached, 0, ""}, "net.spy.memcached.AddrUtil.getAddresses": {inspect.Memcached, 0, ""}, "net.rubyeye.xmemcached.XMemcachedClientBuilder": {inspect.Memcached, 0, ""},
}

// fluentSetters give a builder's address after its construction.
var fluentSetters = map[string]bool{"endpointOverride": true, "endpoint": true, "withEndpointConfiguration": true, "serverHost": true, "setHost": true, "build": false}

// clientCall states the construction of a backing-service client.
func (f *file) clientCall(c call) {
	kind, known := clients[c.name]
	if !known {
		if c.on != "" && strings.HasSuffix(c.on, "()") {
			f.fluentClient(c)
		}
		return
	}
	place := kind.place
	if place == -2 { // the last, behind user and password
		place = len(c.args) - 1
	}
	at := c.arg(place, strings.Fields(kind.names)...)
	if f.isDataSource(at) || c.class != "" && len(c.args) == 0 && len(c.named) == 0 && f.setLater(c.name, kind) {
		return // told where it is made, or set
	}
	var handle fold.Value
	switch kind.service {
	case inspect.Kafka:
		handle = f.entryOf(at, "bootstrap.servers")
	case inspect.SMTP:
		handle = f.smtpHandle(c, at)
	default:
		handle = f.handleOf(at, 0)
	}
	if c.name == "jakarta.mail.Transport.connect" && len(c.args) < 3 {
		return
	}
	if kind.place == -1 {
		handle = f.builtWith(c)
	}
	service := kind.service
	if service == inspect.Database || service == inspect.AMQP {
		text := handle.Text
		if !handle.Has {
			text = f.leading(at)
		}
		service = serviceOf(text, service)
	}
	fact := inspect.Client{Service: service, Via: f.via(c.name), Handle: handle.Kept(false), Debug: f.debugOnly(c.Node)}
	if c.name == "java.sql.DriverManager.getConnection" && len(c.args) == 3 {
		user, named := f.plainText(c.args[1])
		if password, ok := f.plainText(c.args[2]); named && ok && inspect.NamesUser(user) {
			fact.User, fact.NoPassword = user, password == ""
		}
	}
	f.state(c.Node, fact)
	f.positionalPassword(c, handle)
}

// setters are the methods that set the address of a client, by its class.
var setters = func() map[string][]string {
	list := map[string][]string{}
	for _, name := range sortedNames(clients) {
		if at := strings.LastIndex(name, ".set"); at > 0 {
			list[name[:at]] = append(list[name[:at]], name[at+1:])
		}
	}
	return list
}()

// setLater reports whether an object made without an address is given one by a
// setter that the file calls, or needs one.
func (f *file) setLater(class string, kind client) bool {
	for _, setter := range setters[class] {
		property := strings.TrimPrefix(setter, "set")
		if f.mentions(setter+"(") || f.kotlin && f.mentions(strings.ToLower(property[:1])+property[1:]+" =") {
			return true
		}
	}
	return kind.place >= 0 && kind.service == inspect.Database
}

// fluentClient states builders of S3 and others whose address is set in the
// chain: told with the construction, so nothing here.
func (f *file) fluentClient(c call) {
	if strings.HasPrefix(c.on, "org.simplejavamail.mailer.MailerBuilder") && c.method == "withSMTPServer" {
		f.state(c.Node, inspect.Client{Service: inspect.SMTP, Via: "org.simplejavamail.mailer.MailerBuilder.withSMTPServer", Handle: f.valueOf(c.arg(0)), Debug: f.debugOnly(c.Node)})
		f.positionalPassword(c, fold.Value{})
	}
}

// builtWith is the address that the chain of calls around a builder gives it.
func (f *file) builtWith(c call) fold.Value {
	for n, hops := c.Node, 0; hops < 40; hops++ {
		p := n.Parent()
		if p.Is("navigation_expression") {
			p = p.Parent()
		}
		if !isCall(p) {
			break
		}
		outer := f.callOf(p)
		if !outer.ok || !outer.recv.OK() || !n.Inside(outer.recv) {
			break
		}
		if fluentSetters[outer.method] {
			return f.handleOf(outer.arg(0), 0)
		}
		n = p
	}
	return fold.Value{}
}

// isDataSource reports whether an argument is a pool or connection made
// elsewhere, not an address.
func (f *file) isDataSource(n syntax.Node) bool {
	name := f.resolve(n)
	return strings.HasSuffix(name, "DataSource") || strings.HasSuffix(name, ".Connection") || strings.HasSuffix(name, "HikariConfig") || strings.Contains(name, "DriverManager.getConnection") ||
		strings.HasPrefix(name, "org.springframework.data.redis.connection.")
}

// handleOf is the value of an address: text, or what an object or the first of
// a list is made with.
func (f *file) handleOf(n syntax.Node, depth int) fold.Value {
	written := n
	n = f.follow(n)
	if n.Is("array_creation_expression") { // of several brokers the first
		if first := n.Field("value").Child(0); first.OK() && depth < 4 {
			return f.handleOf(first, depth+1)
		}
	}
	if isCall(n) && depth < 4 {
		c := f.callOf(n)
		switch {
		case c.class != "" && firstArgument[c.name], c.name == "org.apache.http.HttpHost.create":
			return f.handleOf(c.arg(0), depth+1)
		case strings.HasSuffix(c.name, "PoolConfig"):
			return f.besideOf(written, depth)
		case clients[c.name].service != "":
			return f.handleOf(c.arg(clients[c.name].place), depth+1)
		}
	}
	if strings.HasSuffix(f.resolve(n), "PoolConfig") {
		return f.besideOf(written, depth)
	}
	return f.evaluate(n)
}

// besideOf is the handle behind a pool's settings: JedisPool(config, host).
func (f *file) besideOf(n syntax.Node, depth int) fold.Value {
	switch p := n.Parent(); {
	case p.Is("argument_list") && n.Next().OK():
		return f.handleOf(n.Next(), depth+1)
	case p.Is("value_argument") && p.Next().OK():
		return f.handleOf(lastChild(p.Next()), depth+1)
	}
	return fold.Unknown
}

// entryOf is the value of a key in the map or properties that a name or an
// expression stands for.
func (f *file) entryOf(n syntax.Node, key string) fold.Value {
	memo := entryKey{f.bindingAt(n), key}
	if v, done := f.entryValues[memo]; done && memo.binding != nil {
		return v
	}
	v := f.readEntry(n, key)
	f.entryValues[memo] = v
	return v
}

// entryKey is a key of the map that a name stands for.
type entryKey struct {
	binding *binding
	key     string
}

func (f *file) readEntry(n syntax.Node, key string) fold.Value {
	found := fold.Unknown
	look := func(k, v syntax.Node) {
		if text, ok := f.literal(k); ok && text == key {
			found = f.evaluate(v)
		}
	}
	f.entries(f.follow(n), look)
	if n.Is("identifier") {
		if b := f.bindingAt(n); b != nil {
			f.puts(b, look)
		}
	}
	return found
}

// puts goes over the calls of put and setProperty on a name.
func (f *file) puts(b *binding, visit func(k, v syntax.Node)) {
	if f.putCalls == nil {
		f.findPuts()
	}
	for _, c := range f.putCalls[b] {
		visit(c.arg(0), c.arg(1))
	}
}

func (f *file) findPuts() {
	f.putCalls = map[*binding][]call{}
	f.tree.Root().Walk(func(n syntax.Node) bool {
		c := call{}
		switch {
		case isCall(n):
			c = f.callOf(n)
		case n.Is("assignment"):
			c = f.indexPut(n)
		}
		if !c.ok || len(c.args) != 2 || !(c.method == "put" || c.method == "setProperty" || c.method == "set" || c.method == "putIfAbsent") {
			return true
		}
		on := bare(c.recv)
		if !on.OK() { // props.apply { put(k, v) }
			if lambda := up(n, isLambda); lambda.OK() {
				outer := f.callWith(lambda)
				if outer.ok && outer.lambda == lambda && (outer.method == "apply" || outer.method == "also") {
					if name, v := declared(outer.Parent()); v == outer.Node {
						on = name
					}
				}
			}
		}
		if b := f.bindingAt(on); b != nil {
			f.putCalls[b] = append(f.putCalls[b], c)
		}
		return true
	})
}

// mapMakers make maps of their arguments: key, value, key, value.
var mapMakers = map[string]bool{"java.util.Map.of": true, "com.google.common.collect.ImmutableMap.of": true, "java.util.Collections.singletonMap": true}

// entries goes over the entries that an expression that makes a map has.
func (f *file) entries(n syntax.Node, visit func(k, v syntax.Node)) {
	if !isCall(n) {
		return
	}
	c := f.callOf(n)
	if mapMakers[c.name] {
		for i := 0; i+1 < len(c.args); i += 2 {
			visit(c.args[i], c.args[i+1])
		}
		return
	}
	for _, arg := range c.args {
		switch {
		case arg.Is("infix_expression") && arg.Child(1).Text() == "to":
			visit(arg.Child(0), arg.Child(2))
		case isCall(arg):
			if e := f.callOf(arg); e.name == "java.util.Map.entry" {
				visit(e.arg(0), e.arg(1))
			}
		}
	}
	if c.lambda.OK() { // Properties().apply { put(k, v); this[k] = v }
		for s := c.lambda.First(); s.OK(); s = s.Next() {
			if e := f.callOf(s); e.ok && (e.method == "put" || e.method == "setProperty") && len(e.args) == 2 {
				visit(e.args[0], e.args[1])
			} else if e := f.indexPut(s); e.ok {
				visit(e.args[0], e.args[1])
			}
		}
	}
}

// smtpHandle is the host of mail properties, or the argument itself.
func (f *file) smtpHandle(c call, at syntax.Node) fold.Value {
	if strings.HasPrefix(c.name, "jakarta.mail.Session.") {
		return f.entryOf(at, "mail.smtp.host")
	}
	return f.handleOf(at, 0)
}

var (
	jdbcScheme = regexp.MustCompile(`^jdbc:(?:p6spy:|otel:|tc:|log4jdbc:)?([a-z0-9]+)`)
	r2dbc      = regexp.MustCompile(`^r2dbcs?:(?:pool:|tc:)?([a-z0-9]+)`)
	// remoteEngine is an engine that runs inside of programs, but here as a server.
	remoteEngine = regexp.MustCompile(`:(tcp|ssl|hsqls?|https?):|:derby://|:h2:/|:h2$|:hsqldb$|:derby$`)
)

// serviceOf tells the service from a URL's scheme; other stands for any that
// is not known.
func serviceOf(handle string, other inspect.Service) inspect.Service {
	handle = strings.ToLower(handle)
	scheme := ""
	if m := jdbcScheme.FindStringSubmatch(handle); m != nil {
		scheme = m[1]
	} else if m := r2dbc.FindStringSubmatch(handle); m != nil {
		scheme = m[1]
	} else {
		scheme, _, _ = strings.Cut(handle, ":")
	}
	switch scheme {
	case "h2", "hsqldb", "derby":
		if !remoteEngine.MatchString(handle) {
			return inspect.EmbeddedDB
		}
	case "postgresql", "postgres", "pgsql", "aws":
		return inspect.Postgres
	case "mysql", "mariadb":
		return inspect.MySQL
	case "sqlite":
		return inspect.SQLite
	case "amqp", "amqps":
		return inspect.AMQP
	case "mqtt", "mqtts":
		return inspect.MQTT
	}
	return other
}
