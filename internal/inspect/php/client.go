package php

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// client says which service a call connects to and which argument tells where
// it is: by place or name; in an array, under one of keys.
type client struct {
	service inspect.Service
	place   int
	keys    []string // of the array that the argument is, if it is one
	secret  int      // place of a password, 0 without (it never comes first)
}

var (
	hostKeys = []string{"url", "uri", "dsn", "host", "hostname", "server", "hosts", "hostspec", "path", "unix_socket"}
	awsKeys  = []string{"endpoint", "base_url"}
)

// clients are constructions of backing-service clients by resolved name.
var clients = lowered(map[string]client{
	"new PDO": {inspect.Database, 0, nil, 2}, "PDO::connect": {inspect.Database, 0, nil, 2},
	"new mysqli": {inspect.MySQL, 0, nil, 2}, "mysqli_connect": {inspect.MySQL, 0, nil, 2}, "mysqli_real_connect": {inspect.MySQL, 1, nil, 3}, "mysqli->real_connect": {inspect.MySQL, 0, nil, 2},
	"mysql_connect": {inspect.MySQL, 0, nil, 2}, "mysql_pconnect": {inspect.MySQL, 0, nil, 2}, "pg_connect": {inspect.Postgres, 0, nil, 0}, "pg_pconnect": {inspect.Postgres, 0, nil, 0},
	"new SQLite3": {inspect.SQLite, 0, nil, 0}, "sqlite_open": {inspect.SQLite, 0, nil, 0}, "new SQLiteDatabase": {inspect.SQLite, 0, nil, 0},
	"new wpdb": {inspect.MySQL, 3, nil, 1}, `Doctrine\DBAL\DriverManager::getConnection`: {inspect.Database, 0, hostKeys, 0}, `Illuminate\Database\Capsule\Manager->addConnection`: {inspect.Database, 0, hostKeys, 0},
	"ORM::configure": {inspect.Database, 0, nil, 0}, `new DB\SQL`: {inspect.Database, 0, nil, 2}, `new Meilisearch\Client`: {inspect.Elasticsearch, 0, nil, 0}, `new Typesense\Client`: {inspect.Elasticsearch, 0, []string{"nodes", "host"}, 0},
	`new Medoo\Medoo`: {inspect.Database, 0, hostKeys, 0}, `RedBeanPHP\R::setup`: {inspect.Database, 0, nil, 2}, "R::setup": {inspect.Database, 0, nil, 2}, `new Cycle\Database\DatabaseManager`: {inspect.Database, -1, nil, 0},
	`Doctrine\ORM\EntityManager::create`: {inspect.Database, 0, hostKeys, 0}, `Amp\Postgres\PostgresConfig::fromString`: {inspect.Postgres, 0, nil, 0}, `Amp\Mysql\MysqlConfig::fromString`: {inspect.MySQL, 0, nil, 0},
	`new Nette\Database\Connection`: {inspect.Database, 0, nil, 2}, `new Aura\Sql\ExtendedPdo`: {inspect.Database, 0, nil, 2}, `new Dibi\Connection`: {inspect.Database, 0, hostKeys, 0}, `new Laminas\Db\Adapter\Adapter`: {inspect.Database, 0, hostKeys, 0},
	"Redis->connect": {inspect.Redis, 0, nil, 0}, "Redis->pconnect": {inspect.Redis, 0, nil, 0}, "Redis->open": {inspect.Redis, 0, nil, 0}, "Redis->popen": {inspect.Redis, 0, nil, 0},
	"new RedisCluster": {inspect.Redis, 1, nil, 0}, "new RedisArray": {inspect.Redis, 0, nil, 0}, "new RedisSentinel": {inspect.Redis, 0, hostKeys, 0}, `new Predis\Client`: {inspect.Redis, 0, hostKeys, 0},
	`Amp\Redis\createRedisClient`: {inspect.Redis, 0, nil, 0}, `Symfony\Component\Cache\Adapter\RedisAdapter::createConnection`: {inspect.Redis, 0, nil, 0}, `new Credis_Client`: {inspect.Redis, 0, nil, 0},
	"Memcached->addServer": {inspect.Memcached, 0, nil, 0}, "Memcached->addServers": {inspect.Memcached, 0, hostKeys, 0}, "Memcache->connect": {inspect.Memcached, 0, nil, 0}, "Memcache->addServer": {inspect.Memcached, 0, nil, 0},
	"Memcache->pconnect": {inspect.Memcached, 0, nil, 0}, "memcache_connect": {inspect.Memcached, 0, nil, 0}, `Symfony\Component\Cache\Adapter\MemcachedAdapter::createConnection`: {inspect.Memcached, 0, nil, 0},
	`new MongoDB\Client`: {inspect.MongoDB, 0, nil, 0}, `new MongoDB\Driver\Manager`: {inspect.MongoDB, 0, nil, 0}, "new MongoClient": {inspect.MongoDB, 0, nil, 0}, "new Mongo": {inspect.MongoDB, 0, nil, 0},
	`new PhpAmqpLib\Connection\AMQPStreamConnection`: {inspect.AMQP, 0, nil, 3}, `new PhpAmqpLib\Connection\AMQPSSLConnection`: {inspect.AMQP, 0, nil, 3}, `new PhpAmqpLib\Connection\AMQPLazyConnection`: {inspect.AMQP, 0, nil, 3},
	`new PhpAmqpLib\Connection\AMQPSocketConnection`: {inspect.AMQP, 0, nil, 3}, `PhpAmqpLib\Connection\AMQPConnectionConfig->setHost`: {inspect.AMQP, 0, nil, 0}, `PhpAmqpLib\Connection\AMQPStreamConnection::create_connection`: {inspect.AMQP, 0, hostKeys, 0},
	"new AMQPConnection": {inspect.AMQP, 0, hostKeys, 0}, "AMQPConnection->setHost": {inspect.AMQP, 0, nil, 0}, `new Bunny\Client`: {inspect.AMQP, 0, hostKeys, 0}, `new Enqueue\AmqpLib\AmqpConnectionFactory`: {inspect.AMQP, 0, hostKeys, 0},
	`new Enqueue\AmqpExt\AmqpConnectionFactory`: {inspect.AMQP, 0, hostKeys, 0}, `new Enqueue\AmqpBunny\AmqpConnectionFactory`: {inspect.AMQP, 0, hostKeys, 0},
	`Elasticsearch\ClientBuilder::create()->setHosts`: {inspect.Elasticsearch, 0, hostKeys, 0}, `Elastic\Elasticsearch\ClientBuilder::create()->setHosts`: {inspect.Elasticsearch, 0, hostKeys, 0},
	`OpenSearch\ClientBuilder::create()->setHosts`: {inspect.Elasticsearch, 0, hostKeys, 0}, `new Elastica\Client`: {inspect.Elasticsearch, 0, hostKeys, 0}, `Elasticsearch\ClientBuilder::fromConfig`: {inspect.Elasticsearch, 0, hostKeys, 0},
	`RdKafka\Producer->addBrokers`: {inspect.Kafka, 0, nil, 0}, `RdKafka\Consumer->addBrokers`: {inspect.Kafka, 0, nil, 0}, `new Basis\Nats\Configuration`: {inspect.NATS, 0, hostKeys, 0},
	`new PhpMqtt\Client\MqttClient`: {inspect.MQTT, 0, hostKeys, 0}, `new PhpMqtt\Client\MQTTClient`: {inspect.MQTT, 0, hostKeys, 0}, `new Bluerhinos\phpMQTT`: {inspect.MQTT, 0, nil, 0}, `Mosquitto\Client->connect`: {inspect.MQTT, 0, nil, 0},
	`new Simps\MQTT\Client`: {inspect.MQTT, 0, hostKeys, 0}, `new Workerman\Mqtt\Client`: {inspect.MQTT, 0, nil, 0},
	`new Aws\S3\S3Client`: {inspect.ObjectStore, 0, awsKeys, 0}, `Aws\S3\S3Client::factory`: {inspect.ObjectStore, 0, awsKeys, 0}, `Aws\Sdk->createS3`: {inspect.ObjectStore, 0, awsKeys, 0}, `new AsyncAws\S3\S3Client`: {inspect.ObjectStore, 0, awsKeys, 0},
	`new Aws\S3\S3MultiRegionClient`: {inspect.ObjectStore, 0, awsKeys, 0}, `new Google\Cloud\Storage\StorageClient`: {inspect.ObjectStore, 0, []string{"apiEndpoint"}, 0},
	`MicrosoftAzure\Storage\Blob\BlobRestProxy::createBlobService`: {inspect.ObjectStore, 0, nil, 0},
	"new Swift_SmtpTransport":                                      {inspect.SMTP, 0, nil, 0}, "Swift_SmtpTransport::newInstance": {inspect.SMTP, 0, nil, 0}, `Symfony\Component\Mailer\Transport::fromDsn`: {inspect.SMTP, 0, nil, 0},
	`new Symfony\Component\Mailer\Transport\Smtp\EsmtpTransport`: {inspect.SMTP, 0, nil, 0}, `new Laminas\Mail\Transport\SmtpOptions`: {inspect.SMTP, 0, hostKeys, 0}, `new Nette\Mail\SmtpMailer`: {inspect.SMTP, 0, hostKeys, 0},
})

// localMail are ways to hand mail to a program of the machine; the handle is
// that program.
var localMail = lowered(map[string]string{
	"mail": "sendmail", "mb_send_mail": "sendmail", "new Swift_SendmailTransport": "sendmail", "new Swift_MailTransport": "sendmail", "Swift_MailTransport::newInstance": "sendmail", "Swift_SendmailTransport::newInstance": "sendmail",
	`new Symfony\Component\Mailer\Transport\SendmailTransport`: "sendmail", `PHPMailer\PHPMailer\PHPMailer->isMail`: "sendmail", `PHPMailer\PHPMailer\PHPMailer->isSendmail`: "sendmail", "PHPMailer->isMail": "sendmail",
	`new Laminas\Mail\Transport\Sendmail`: "sendmail", `new Nette\Mail\SendmailMailer`: "sendmail",
})

// clientCall states the construction of a backing-service client.
func (s *script) clientCall(c call) {
	if program, local := localMail[c.key]; local {
		s.state(c.Node, inspect.Client{Service: inspect.SMTP, Via: via(c.name), Handle: inspect.Lit(program), Debug: s.debugOnly(c.Node)})
		return
	}
	if c.key == `rdkafka\conf->set` {
		s.kafkaSetting(c)
		return
	}
	k, known := clients[c.key]
	if !known || c.key == "new redis" {
		return
	}
	if c.key == "orm::configure" && len(c.args.positional) != 1 {
		return // another setting
	}
	at := c.args.at(k.place, "dsn", "hostname", "host", "uri", "params", "options", "config", "args", "hosts")
	s.clientFact(c.Node, k, via(c.name), s.handleOf(at, k.keys), at, c.args)
}

func (s *script) clientFact(n syntax.Node, k client, name string, handle fold.Value, at syntax.Node, args args) {
	service := k.service
	if service == inspect.Database {
		service = s.databaseService(handle, at)
	}
	shown := handle.Kept(false)
	if !at.OK() && args.spread {
		shown.Source = inspect.Unknown
	}
	fact := inspect.Client{Service: service, Via: name, Handle: shown, Debug: s.debugOnly(n)}
	if k.secret > 1 {
		user, password := s.valueOf(args.at(k.secret-1, "username", "user")), s.valueOf(args.at(k.secret, "password", "passwd"))
		if user.IsLiteral() && password.IsLiteral() && inspect.NamesUser(user.Text) {
			fact.User, fact.NoPassword = user.Text, password.Text == "" && password.Secret == nil
		}
	}
	s.state(n, fact)
	if shown.IsLiteral() && shown.Secret != nil && !strings.Contains(shown.Text, "://") {
		s.state(n, inspect.Credential{Name: "password", Via: "argument", Secret: *shown.Secret})
	}
	if k.secret > 0 {
		s.passwordArgument(n, args.at(k.secret, "password", "passwd", "passphrase"))
	}
}

// handleOf is the value of an address: a text, or one of the keys of an array,
// or of the first element of a list.
func (s *script) handleOf(n syntax.Node, keys []string) fold.Value {
	list := s.array(n)
	for range 3 {
		if !list.Is("array_creation_expression") {
			break
		}
		found := syntax.Node{}
		if len(keys) > 0 {
			found = s.findAny(list, keys...)
		}
		if !found.OK() {
			found = s.find(list, "0")
		}
		if !found.OK() {
			return fold.Value{Source: inspect.None}
		}
		n = found
		list = s.array(found)
	}
	return s.evaluate(n)
}

// pdoServices are the schemes and drivers of SQL databases.
var pdoServices = map[string]inspect.Service{
	"mysql": inspect.MySQL, "mysqli": inspect.MySQL, "mariadb": inspect.MySQL, "pdo_mysql": inspect.MySQL, "mysql2": inspect.MySQL, "pgsql": inspect.Postgres, "postgres": inspect.Postgres,
	"postgresql": inspect.Postgres, "pdo_pgsql": inspect.Postgres, "postgre": inspect.Postgres, "sqlite": inspect.SQLite, "sqlite3": inspect.SQLite, "pdo_sqlite": inspect.SQLite, "mongodb": inspect.MongoDB,
}

// databaseService tells the engine from a DSN's scheme, or from the driver that
// an array of parameters names.
func (s *script) databaseService(handle fold.Value, at syntax.Node) inspect.Service {
	if scheme, _, ok := strings.Cut(strings.ToLower(handle.Text), ":"); ok && handle.Has {
		scheme, _, _ = strings.Cut(scheme, "+")
		if service := pdoServices[scheme]; service != "" {
			return service
		}
	}
	if scheme, ok := s.leadingText(at); ok {
		if service := pdoServices[scheme]; service != "" {
			return service
		}
	}
	if driver, ok := s.literal(s.findAny(s.array(at), "driver", "type", "database_type", "dbdriver", "DBDriver")); ok {
		if service := pdoServices[strings.ToLower(driver)]; service != "" {
			return service
		}
	}
	return inspect.Database
}

// leadingText is the scheme that a text begins with whose rest is not known:
// "mysql:host=$host".
func (s *script) leadingText(n syntax.Node) (string, bool) {
	for range 6 {
		n = s.follow(n)
		switch {
		case n.Is("binary_expression"):
			n = n.Field("left")
			continue
		case n.Is("function_call_expression") && s.functionName(n.Field("function")) == "sprintf":
			n = argsOf(n).at(0)
			continue
		case n.Is("encapsed_string"):
			scheme, _, ok := strings.Cut(n.First().Text(), ":")
			return strings.ToLower(scheme), ok && n.First().Is("string_content")
		}
		text, _ := s.literal(n)
		scheme, _, ok := strings.Cut(text, ":")
		return strings.ToLower(scheme), ok
	}
	return "", false
}

// kafkaSetting states where librdkafka's configuration says the brokers are.
func (s *script) kafkaSetting(c call) {
	switch key, _ := s.literal(c.args.at(0)); key {
	case "metadata.broker.list", "bootstrap.servers":
		s.state(c.Node, inspect.Client{Service: inspect.Kafka, Via: via(c.name), Handle: s.valueOf(c.args.at(1)), Debug: s.debugOnly(c.Node)})
	}
}

// assignedClient states PHPMailer's $mail->Host = '…'.
func (s *script) assignedClient(n syntax.Node) {
	left := n.Field("left")
	if !left.Is("member_access_expression") || left.Field("name").Text() != "Host" {
		return
	}
	if name := s.resolve(left.Field("object")); short(name) == "PHPMailer" {
		s.state(n, inspect.Client{Service: inspect.SMTP, Via: name + "->Host", Handle: s.valueOf(n.Field("right")), Debug: s.debugOnly(n)})
	}
}

// assignedHandle states $name = 'redis://…', $this->name = …, $list['name'] = ….
func (s *script) assignedHandle(n syntax.Node) {
	right := n.Field("right")
	text, ok := plainString(right)
	if !ok {
		return
	}
	left := n.Field("left")
	if left.Is("subscript_expression") && written(left) == "$config['base_url']" {
		return // the application's own address
	}
	s.handleFact(n, s.targetName(left), text)
}

// targetName is the last name of what is assigned to.
func (s *script) targetName(left syntax.Node) string {
	switch left.Kind() {
	case "variable_name":
		return strings.TrimPrefix(written(left), "$")
	case "member_access_expression", "scoped_property_access_expression":
		return strings.TrimPrefix(left.Field("name").Text(), "$")
	case "subscript_expression":
		name, _ := s.literal(left.Child(1))
		return name
	}
	return ""
}

func (s *script) handleFact(n syntax.Node, name, text string) {
	if name == "" || len(text) > 500 || !strings.Contains(text, "://") {
		return
	}
	if handle, ok := inspect.HandleOf(name, text); ok {
		s.state(n, handle)
		return
	}
	s.assignedEndpoint(n, name, text)
}

// pairHandle states 'url' => 'redis://…' in an array.
func (s *script) pairHandle(n syntax.Node) {
	if !n.Child(1).OK() {
		return
	}
	s.originPair(n)
	if text, ok := plainString(n.Child(1)); ok {
		name, _ := s.literal(n.Child(0))
		s.handleFact(n, name, text)
	}
}
