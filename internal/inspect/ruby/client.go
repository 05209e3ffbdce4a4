package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// client says which service a call connects to and which arguments tell where
// it is: by name first, then by place (-1: none).
type client struct {
	service inspect.Service
	place   int
	names   []string
}

var (
	urlNames  = []string{"url", "uri", "host", "hosts", "path", "servers", "server", "hostname", "hostaddr", "address"}
	s3Names   = []string{"endpoint"}
	fogNames  = []string{"endpoint", "host"}
	kafkaKeys = []string{"seed_brokers", "bootstrap.servers", "kafka"}
)

// clients are constructions of backing-service clients by resolved name.
var clients = map[string]client{
	"Redis.new": {inspect.Redis, -1, urlNames}, "Redic.new": {inspect.Redis, 0, nil}, "Redis.connect": {inspect.Redis, -1, urlNames}, "Redis::Client.new": {inspect.Redis, -1, urlNames}, "RedisClient.new": {inspect.Redis, -1, urlNames}, "RedisClient.config": {inspect.Redis, -1, urlNames},
	"RedisClient.sentinel": {inspect.Redis, -1, []string{"sentinels"}}, "Redis::Cluster.new": {inspect.Redis, -1, []string{"nodes"}}, "Redis::Distributed.new": {inspect.Redis, 0, nil}, "EM::Hiredis.connect": {inspect.Redis, 0, nil}, "Hiredis::Connection.new": {inspect.Redis, -1, nil},
	"PG.connect": {inspect.Postgres, 0, []string{"host", "hostaddr", "dbname", "conninfo"}}, "PG::Connection.new": {inspect.Postgres, 0, []string{"host", "hostaddr", "dbname"}}, "PG::Connection.open": {inspect.Postgres, 0, []string{"host", "hostaddr", "dbname"}}, "PGconn.connect": {inspect.Postgres, 0, []string{"host"}}, "PG.new": {inspect.Postgres, 0, []string{"host"}},
	"Mysql2::Client.new": {inspect.MySQL, -1, []string{"host", "socket", "database"}}, "Trilogy.new": {inspect.MySQL, -1, []string{"host", "database"}}, "Mysql.new": {inspect.MySQL, 0, nil}, "Mysql.connect": {inspect.MySQL, 0, nil},
	"SQLite3::Database.new": {inspect.SQLite, 0, nil}, "SQLite3::Database.open": {inspect.SQLite, 0, nil}, "Extralite::Database.new": {inspect.SQLite, 0, nil},
	"Sequel.connect": {inspect.Database, 0, []string{"url", "host", "database"}}, "Sequel.postgres": {inspect.Postgres, 0, []string{"host", "database"}}, "Sequel.mysql2": {inspect.MySQL, 0, []string{"host", "database"}}, "Sequel.sqlite": {inspect.SQLite, 0, []string{"database"}},
	"ActiveRecord::Base.establish_connection": {inspect.Database, 0, []string{"url", "host", "database"}}, "ApplicationRecord.establish_connection": {inspect.Database, 0, []string{"url", "host", "database"}}, "DataMapper.setup": {inspect.Database, 1, []string{"host", "database"}}, "ROM.container": {inspect.Database, 1, nil}, "ROM::Configuration.new": {inspect.Database, 1, nil},
	"Mongo::Client.new": {inspect.MongoDB, 0, []string{"hosts"}}, "Mongo::MongoClient.new": {inspect.MongoDB, 0, nil}, "Mongo::Connection.new": {inspect.MongoDB, 0, nil}, "MongoMapper.setup": {inspect.MongoDB, -1, nil},
	"Dalli::Client.new": {inspect.Memcached, 0, nil}, "MemCache.new": {inspect.Memcached, 0, nil}, "Memcached.new": {inspect.Memcached, 0, nil},
	"Bunny.new": {inspect.AMQP, 0, urlNames}, "Bunny.run": {inspect.AMQP, 0, urlNames}, "MarchHare.connect": {inspect.AMQP, -1, []string{"uri", "host"}}, "AMQP.connect": {inspect.AMQP, 0, urlNames}, "AMQP.start": {inspect.AMQP, 0, urlNames}, "Sneakers.configure": {inspect.AMQP, -1, []string{"amqp"}},
	"Kafka.new": {inspect.Kafka, 0, kafkaKeys}, "Rdkafka::Config.new": {inspect.Kafka, -1, kafkaKeys}, "WaterDrop::Producer.new": {inspect.Kafka, -1, kafkaKeys}, "Racecar.configure": {inspect.Kafka, -1, nil}, "DeliveryBoy.configure": {inspect.Kafka, -1, nil},
	"MQTT::Client.new": {inspect.MQTT, 0, urlNames}, "MQTT::Client.connect": {inspect.MQTT, 0, urlNames}, "PahoMqtt::Client.new": {inspect.MQTT, -1, urlNames}, "PahoMqtt::Client.new.connect": {inspect.MQTT, 0, urlNames},
	"NATS.connect": {inspect.NATS, 0, []string{"servers"}}, "NATS.start": {inspect.NATS, -1, []string{"uri", "servers"}}, "NATS::IO::Client.new.connect": {inspect.NATS, 0, []string{"servers"}},
	"Elasticsearch::Client.new": {inspect.Elasticsearch, -1, urlNames}, "OpenSearch::Client.new": {inspect.Elasticsearch, -1, urlNames}, "Elasticsearch::Transport::Client.new": {inspect.Elasticsearch, -1, urlNames}, "Meilisearch::Client.new": {inspect.Elasticsearch, 0, nil}, "RSolr.connect": {inspect.Elasticsearch, -1, urlNames}, "Typesense::Client.new": {inspect.Elasticsearch, -1, []string{"nodes"}},
	"Aws::S3::Client.new": {inspect.ObjectStore, -1, s3Names}, "Aws::S3::Resource.new": {inspect.ObjectStore, -1, s3Names}, "AWS::S3.new": {inspect.ObjectStore, -1, []string{"s3_endpoint"}}, "AWS::S3::Base.establish_connection!": {inspect.ObjectStore, -1, []string{"server"}}, "Google::Cloud::Storage.new": {inspect.ObjectStore, -1, s3Names},
	"Azure::Storage::Blob::BlobService.create": {inspect.ObjectStore, -1, []string{"storage_blob_host"}}, "Fog::Storage.new": {inspect.ObjectStore, -1, fogNames}, "Shrine::Storage::S3.new": {inspect.ObjectStore, -1, s3Names}, "Minio::Client.new": {inspect.ObjectStore, -1, s3Names},
	"Net::SMTP.start": {inspect.SMTP, 0, nil}, "Net::SMTP.new": {inspect.SMTP, 0, nil}, "Pony.mail": {inspect.SMTP, -1, nil},
}

// clientCall states the construction of a backing-service client.
func (f *rubyFile) clientCall(c call) {
	at, known := clients[c.name]
	if !known {
		return
	}
	switch {
	case c.name == "ActiveRecord::Base.establish_connection" || c.name == "ApplicationRecord.establish_connection":
		first := c.args.arg(0)
		if !first.OK() && len(c.args.keyword) == 0 && !c.args.spread || first.Is("simple_symbol", "call", "nil") && f.evaluate(first).Source != inspect.Env {
			return // one of those that database.yml names
		}
	case c.name == "Pony.mail":
		f.ponyClient(c.Node, c.name, c.args.arg(-1, "via"), c.args.arg(-1, "via_options"))
		return
	case at.place < 0 && at.names == nil && c.block.OK():
		return
	case strings.HasPrefix(c.name, "ROM") && c.args.arg(0).OK():
		if adapter, _ := f.literal(c.args.arg(0)); adapter != "sql" {
			return
		}
	}
	place := c.args.arg(at.place, at.names...)
	handle := f.handle(place)
	if !place.OK() && (c.args.spread || len(c.args.positional) > 0) {
		handle = f.mixed(c.args.positional...).Kept(false)
	}
	service := f.serviceOf(c, at.service, handle)
	if adapter := c.args.arg(-1, "adapter"); adapter.OK() && service == inspect.SQLite {
		if db := c.args.arg(-1, "database"); db.OK() {
			handle = f.handle(db)
		}
	}
	f.say(c.Node, inspect.Client{Service: service, Via: c.name, Handle: handle, Debug: f.debugOnly(c.Node)})
	if handle.IsLiteral() && handle.Secret != nil && !strings.Contains(handle.Text, "://") { // "host=db password=…"
		f.say(c.Node, inspect.Credential{Name: "password", Via: "argument", Secret: *handle.Secret})
	}
}

// serviceOf tells the service from the adapter's name or the URL's scheme.
func (f *rubyFile) serviceOf(c call, service inspect.Service, handle inspect.Value) inspect.Service {
	if service != inspect.Database && service != inspect.AMQP {
		return service
	}
	if adapter, ok := f.literal(c.args.arg(-1, "adapter")); ok {
		if s := adapterService(adapter); s != "" {
			return s
		}
	}
	return schemeService(handle.Text, service)
}

// adapterService is the engine of one of Active Record's adapters.
func adapterService(adapter string) inspect.Service {
	switch adapter {
	case "postgresql", "postgres", "postgis", "cockroachdb", "jdbcpostgresql", "postgresql_proxy", "postgresql_makara":
		return inspect.Postgres
	case "mysql2", "mysql", "trilogy", "jdbcmysql", "mysql2_makara", "mariadb":
		return inspect.MySQL
	case "sqlite3", "sqlite", "jdbcsqlite3", "spatialite", "litedb":
		return inspect.SQLite
	case "sqlserver", "oracle_enhanced", "oracle", "tinytds":
		return inspect.Database
	case "mongodb":
		return inspect.MongoDB
	}
	return ""
}

// schemeService tells the service from a URL's scheme; other stands for any
// that is not known.
func schemeService(handle string, other inspect.Service) inspect.Service {
	scheme, _, ok := strings.Cut(strings.ToLower(handle), ":")
	if !ok {
		return other
	}
	scheme, _, _ = strings.Cut(strings.TrimPrefix(scheme, "jdbc"), "+")
	if s := adapterService(scheme); s != "" {
		return s
	}
	switch scheme {
	case "redis", "rediss":
		return inspect.Redis
	case "amqp", "amqps":
		return inspect.AMQP
	case "kafka":
		return inspect.Kafka
	}
	return other
}

// handle is the value of an address: text, a URL, a list of them, or a hash
// with a host.
func (f *rubyFile) handle(n syntax.Node) inspect.Value {
	n = f.follow(n)
	for range 3 {
		switch {
		case n.Is("array", "string_array") && n.Child(0).OK():
			n = f.follow(n.Child(0))
		case n.Is("hash"):
			found := syntax.Node{}
			for _, key := range urlNames {
				if v := f.entry(n, key); v.OK() {
					found = v
					break
				}
			}
			if !found.OK() {
				return inspect.Value{Source: inspect.Unknown}
			}
			n = f.follow(found)
		}
	}
	return f.valueOf(n)
}

// ponyClient states Pony.mail(via: :smtp, via_options: {address: …}), and the
// same given to Pony.options.
func (f *rubyFile) ponyClient(n syntax.Node, name string, via, options syntax.Node) {
	method, _ := f.literal(via)
	switch {
	case options.OK():
		f.say(n, inspect.Client{Service: inspect.SMTP, Via: name, Handle: f.handle(f.entry(options, "address")), Debug: f.debugOnly(n)})
	case method == "sendmail":
		f.say(n, inspect.Client{Service: inspect.SMTP, Via: name, Handle: inspect.Lit("sendmail"), Debug: f.debugOnly(n)})
	}
}
