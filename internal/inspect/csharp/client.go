package csharp

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// client says which service a construction connects to, and which argument or
// property tells where it is: by name first, then by place (-1: none).
type client struct {
	service inspect.Service
	place   int
	names   []string
}

var (
	dsnNames = []string{"connectionString", "nameOrConnectionString", "configuration"}
	urlNames = []string{"uri", "url", "serviceUri", "connectionString", "address", "host"}
)

// clientTypes are constructions with new, by the type's full name.
var clientTypes = map[string]client{
	"Npgsql.NpgsqlConnection": {inspect.Postgres, 0, dsnNames}, "Npgsql.NpgsqlDataSourceBuilder": {inspect.Postgres, 0, dsnNames},
	"System.Data.SqlClient.SqlConnection": {inspect.Database, 0, dsnNames}, "Microsoft.Data.SqlClient.SqlConnection": {inspect.Database, 0, dsnNames},
	"Microsoft.Data.Sqlite.SqliteConnection": {inspect.SQLite, 0, dsnNames}, "System.Data.SQLite.SQLiteConnection": {inspect.SQLite, 0, dsnNames},
	"MySqlConnector.MySqlConnection": {inspect.MySQL, 0, dsnNames}, "MySql.Data.MySqlClient.MySqlConnection": {inspect.MySQL, 0, dsnNames}, "MySqlConnector.MySqlDataSource": {inspect.MySQL, 0, dsnNames},
	"CSRedis.CSRedisClient": {inspect.Redis, 0, dsnNames}, "MongoDB.Driver.MongoClient": {inspect.MongoDB, 0, dsnNames},
	"RabbitMQ.Client.ConnectionFactory":           {inspect.AMQP, -1, nil},
	"Azure.Messaging.ServiceBus.ServiceBusClient": {inspect.AMQP, 0, append([]string{"fullyQualifiedNamespace"}, dsnNames...)},
	"Confluent.Kafka.ProducerBuilder":             {inspect.Kafka, 0, []string{"config"}}, "Confluent.Kafka.ConsumerBuilder": {inspect.Kafka, 0, []string{"config"}}, "Confluent.Kafka.AdminClientBuilder": {inspect.Kafka, 0, []string{"config"}},
	"NATS.Client.Core.NatsConnection": {inspect.NATS, 0, []string{"opts"}}, "NATS.Net.NatsClient": {inspect.NATS, 0, urlNames},
	"Amazon.S3.AmazonS3Client":                          {inspect.ObjectStore, -1, nil},
	"Azure.Storage.Blobs.BlobServiceClient":             {inspect.ObjectStore, 0, urlNames},
	"Azure.Storage.Blobs.BlobContainerClient":           {inspect.ObjectStore, 0, urlNames},
	"System.Net.Mail.SmtpClient":                        {inspect.SMTP, 0, []string{"host"}},
	"FluentEmail.Smtp.SmtpSender":                       {inspect.SMTP, 0, nil},
	"Elastic.Clients.Elasticsearch.ElasticsearchClient": {inspect.Elasticsearch, 0, urlNames}, "Elastic.Clients.Elasticsearch.ElasticsearchClientSettings": {inspect.Elasticsearch, 0, urlNames},
	"Nest.ElasticClient": {inspect.Elasticsearch, 0, urlNames}, "Nest.ConnectionSettings": {inspect.Elasticsearch, 0, urlNames}, "OpenSearch.Client.OpenSearchClient": {inspect.Elasticsearch, 0, urlNames},
}

// clientCalls are calls by their resolved name.
var clientCalls = map[string]client{
	"StackExchange.Redis.ConnectionMultiplexer.Connect": {inspect.Redis, 0, dsnNames}, "StackExchange.Redis.ConnectionMultiplexer.ConnectAsync": {inspect.Redis, 0, dsnNames},
	"StackExchange.Redis.ConnectionMultiplexer.SentinelConnect": {inspect.Redis, 0, dsnNames},
	"Npgsql.NpgsqlDataSource.Create":                            {inspect.Postgres, 0, dsnNames},
	"MailKit.Net.Smtp.SmtpClient().Connect":                     {inspect.SMTP, 0, []string{"host"}}, "MailKit.Net.Smtp.SmtpClient().ConnectAsync": {inspect.SMTP, 0, []string{"host"}},
	"MailKit.Net.Smtp.ISmtpClient().ConnectAsync":  {inspect.SMTP, 0, []string{"host"}},
	"Minio.MinioClient().WithEndpoint":             {inspect.ObjectStore, 0, []string{"endpoint"}},
	"Google.Cloud.Storage.V1.StorageClient.Create": {inspect.ObjectStore, -1, nil}, "Google.Cloud.Storage.V1.StorageClient.CreateAsync": {inspect.ObjectStore, -1, nil},
	"MQTTnet.MqttClientOptionsBuilder().WithTcpServer": {inspect.MQTT, 0, []string{"host", "server"}}, "MQTTnet.MqttClientOptionsBuilder().WithConnectionUri": {inspect.MQTT, 0, urlNames}, "MQTTnet.MqttClientOptionsBuilder().WithWebSocketServer": {inspect.MQTT, 0, urlNames},
	"MQTTnet.Client.MqttClientOptionsBuilder().WithTcpServer": {inspect.MQTT, 0, []string{"host", "server"}}, "MQTTnet.Client.MqttClientOptionsBuilder().WithConnectionUri": {inspect.MQTT, 0, urlNames}, "MQTTnet.Client.MqttClientOptionsBuilder().WithWebSocketServer": {inspect.MQTT, 0, urlNames},
	"MQTTnet.Client.Options.MqttClientOptionsBuilder().WithTcpServer": {inspect.MQTT, 0, []string{"host", "server"}}, "MQTTnet.Client.Options.MqttClientOptionsBuilder().WithConnectionUri": {inspect.MQTT, 0, urlNames}, "MQTTnet.Client.Options.MqttClientOptionsBuilder().WithWebSocketServer": {inspect.MQTT, 0, urlNames},
	"HiveMQtt.Client.HiveMQClientOptionsBuilder().WithBroker": {inspect.MQTT, 0, urlNames}, "HiveMQtt.Client.HiveMQClientOptionsBuilder().WithWebSocketServer": {inspect.MQTT, 0, urlNames},
	"NATS.Client.ConnectionFactory().CreateConnection": {inspect.NATS, 0, urlNames},
}

// clientMethods are extension methods that only one library has, by their own
// name: what they are called on is mostly a parameter of a lambda.
var clientMethods = map[string]client{
	"UseNpgsql": {inspect.Postgres, 0, dsnNames}, "UseSqlServer": {inspect.Database, 0, dsnNames}, "UseAzureSql": {inspect.Database, 0, dsnNames}, "UseSqlite": {inspect.SQLite, 0, dsnNames}, "UseMySql": {inspect.MySQL, 0, dsnNames}, "UseMySQL": {inspect.MySQL, 0, dsnNames},
	"UseOracle": {inspect.Database, 0, dsnNames}, "UseMongoDB": {inspect.MongoDB, 0, dsnNames}, "UseInMemoryDatabase": {inspect.EmbeddedDB, -1, nil},
	"AddNpgsqlDataSource": {inspect.Postgres, 0, dsnNames}, "AddStackExchangeRedisCache": {inspect.Redis, 0, nil}, "AddDistributedSqlServerCache": {inspect.Database, 0, nil},
	"UsePostgreSqlStorage": {inspect.Postgres, 0, dsnNames}, "UseSqlServerStorage": {inspect.Database, 0, dsnNames}, "UseRedisStorage": {inspect.Redis, 0, dsnNames}, "UseMongoStorage": {inspect.MongoDB, 0, dsnNames}, "UseSQLiteStorage": {inspect.SQLite, 0, dsnNames},
	"PersistKeysToStackExchangeRedis": {inspect.Redis, -1, nil},
}

// aspireClients are the integrations of Aspire: each reads the connection
// string that its first argument names.
var aspireClients = map[string]inspect.Service{
	"AddNpgsqlDbContext": inspect.Postgres, "AddNpgsqlDataSource": inspect.Postgres, "AddAzureNpgsqlDbContext": inspect.Postgres, "AddSqlServerDbContext": inspect.Database, "AddSqlServerClient": inspect.Database,
	"AddMySqlDbContext": inspect.MySQL, "AddMySqlDataSource": inspect.MySQL, "AddRedisClient": inspect.Redis, "AddRedisDistributedCache": inspect.Redis, "AddRedisOutputCache": inspect.Redis,
	"AddRabbitMQClient": inspect.AMQP, "AddKafkaProducer": inspect.Kafka, "AddKafkaConsumer": inspect.Kafka, "AddMongoDBClient": inspect.MongoDB, "AddAzureServiceBusClient": inspect.AMQP,
	"AddAzureBlobClient": inspect.ObjectStore, "AddAzureBlobServiceClient": inspect.ObjectStore, "AddElasticsearchClient": inspect.Elasticsearch, "AddNatsClient": inspect.NATS, "AddMinioClient": inspect.ObjectStore,
}

// aspireResources are what an Aspire app host runs beside the projects.
var aspireResources = map[string]inspect.Service{
	"AddPostgres": inspect.Postgres, "AddAzurePostgresFlexibleServer": inspect.Postgres, "AddSqlServer": inspect.Database, "AddAzureSqlServer": inspect.Database, "AddMySql": inspect.MySQL, "AddRedis": inspect.Redis,
	"AddValkey": inspect.Redis, "AddGarnet": inspect.Redis, "AddRabbitMQ": inspect.AMQP, "AddKafka": inspect.Kafka, "AddMongoDB": inspect.MongoDB, "AddAzureServiceBus": inspect.AMQP, "AddAzureStorage": inspect.ObjectStore,
	"AddElasticsearch": inspect.Elasticsearch, "AddNats": inspect.NATS, "AddMailPit": inspect.SMTP, "AddMailDev": inspect.SMTP, "AddMinioContainer": inspect.ObjectStore,
}

// clientCall states the construction of a backing-service client. What a
// design-time factory makes serves the tools of a developer alone.
func (f *file) clientCall(c call) {
	if f.aspire || f.usings["Aspire.Hosting"] {
		f.resource(c)
		return
	}
	if f.aspireClient(c) {
		return
	}
	to, via, known := f.clientOf(c)
	if !known || f.hasBase(c.Up("class_declaration"), "IDesignTimeDbContextFactory") {
		return
	}
	if to.service == inspect.EmbeddedDB && !f.inDebugBranch(c.Node) {
		return // what a program without a database has: a store of its own
	}
	handle, at := f.handle(c, to)
	if at.Is("lambda_expression") && to.place == 0 && handle.Source == inspect.None && clientMethods[c.method].names != nil {
		return // the options of a connection that is given elsewhere
	}
	if c.new && c.name == "System.Net.Mail.SmtpClient" && !at.OK() && handle.Source == inspect.None {
		if f.usings["MailKit.Net.Smtp"] {
			return
		}
	}
	f.state(c.Node, inspect.Client{Service: to.service, Via: via, Handle: handle, Debug: f.inDebugBranch(c.Node)})
}

func (f *file) clientOf(c call) (to client, via string, known bool) {
	if c.new {
		to, known = clientTypes[c.name]
		if !known && c.name == "" && c.method == "ConnectionFactory" && property(c.initializer, "HostName", "VirtualHost").OK() {
			return clientTypes["RabbitMQ.Client.ConnectionFactory"], "RabbitMQ.Client.ConnectionFactory", true
		}
		return to, c.name, known
	}
	if to, known = clientCalls[c.name]; known {
		return to, plain(c.name), true
	}
	to, known = clientMethods[c.method]
	if !known || !c.object.OK() || len(f.methods[c.method]) > 0 {
		return f.massTransit(c)
	}
	via = "Microsoft.EntityFrameworkCore." + c.method
	if !strings.HasPrefix(c.method, "Use") || strings.HasSuffix(c.method, "Storage") {
		via = "Microsoft.Extensions.DependencyInjection." + c.method
	}
	if strings.HasSuffix(c.method, "Storage") {
		via = "Hangfire." + c.method
	}
	return to, via, true
}

// massTransit reads cfg.Host("rabbitmq://…") inside UsingRabbitMq.
func (f *file) massTransit(c call) (client, string, bool) {
	if c.method != "Host" || !c.object.Is("identifier") || len(c.positional) == 0 {
		return client{}, "", false
	}
	for outer := c.Up("invocation_expression"); outer.OK(); outer = outer.Up("invocation_expression") {
		if name := lastName(outer.Field("function")); name == "UsingRabbitMq" || name == "CreateUsingRabbitMq" || name == "UsingAzureServiceBus" {
			return client{inspect.AMQP, 0, nil}, "MassTransit." + name, true
		}
	}
	return client{}, "", false
}

// handle is where a client's service is, and the expression that says it.
func (f *file) handle(c call, to client) (inspect.Value, syntax.Node) {
	at := c.arg(to.place, to.names...)
	if at.Is("lambda_expression") {
		if v := f.assignedIn(at, handleNames...); v.OK() {
			return f.valueOf(v), at
		}
		return inspect.Value{}, at
	}
	if !at.OK() {
		if v := property(c.initializer, handleNames...); v.OK() {
			return f.valueOf(v), v
		}
	}
	if to.service == inspect.ObjectStore && to.place < 0 {
		return f.configured(c)
	}
	if to.service == inspect.AMQP && !at.OK() {
		return f.laterHandle(c)
	}
	made := f.follow(at)
	if made.Is("object_creation_expression", "implicit_object_creation_expression") {
		inner := f.callOf(made)
		if v := property(inner.initializer, handleNames...); v.OK() {
			return f.valueOf(v), v
		}
		if !wrapping[inner.name] && len(inner.positional) > 0 {
			return f.valueOf(inner.positional[0]), inner.positional[0]
		}
	}
	return f.valueOf(at), at
}

// configured is the ServiceURL of the configuration among a client's
// arguments.
func (f *file) configured(c call) (inspect.Value, syntax.Node) {
	for _, arg := range c.positional {
		made := f.follow(arg)
		if made.Is("object_creation_expression", "implicit_object_creation_expression") {
			if v := property(f.callOf(made).initializer, "ServiceURL"); v.OK() {
				return f.valueOf(v), v
			}
		}
	}
	return inspect.Value{}, syntax.Node{}
}

// laterHandle is what is assigned to a property of a client behind its
// construction: factory.HostName = "rabbit".
func (f *file) laterHandle(c call) (inspect.Value, syntax.Node) {
	declarator := c.Node.Up("variable_declarator")
	name := declarator.Field("name").Text()
	fn := enclosingFunction(c.Node)
	if !fn.OK() {
		fn = f.tree.Root()
	}
	var found syntax.Node
	if name != "" {
		fn.Walk(func(n syntax.Node) bool {
			if n.Is("assignment_expression") {
				if left := n.Field("left"); left.Is("member_access_expression") && left.Field("expression").Text() == name {
					for _, property := range handleNames {
						if lastName(left) == property && !found.OK() {
							found = n.Field("right")
						}
					}
				}
			}
			return !found.OK()
		})
	}
	return f.valueOf(found), found
}

// assignedIn is what a lambda assigns to one of the properties of its
// parameter: o => o.Configuration = "…".
func (f *file) assignedIn(lambda syntax.Node, names ...string) syntax.Node {
	var found syntax.Node
	lambda.Walk(func(n syntax.Node) bool {
		if n.Is("assignment_expression") && !found.OK() {
			left := n.Field("left")
			for _, name := range names {
				if left.Is("member_access_expression") && lastName(left) == name && receiver(left).Is("identifier") {
					found = n.Field("right")
				}
			}
		}
		return !found.OK()
	})
	return found
}

// aspireClient states builder.AddNpgsqlDbContext<T>("catalogdb"): the handle is
// the connection string of that name.
func (f *file) aspireClient(c call) bool {
	service, known := aspireClients[c.method]
	if !known || c.new || len(f.methods[c.method]) > 0 || f.resolve(c.object) == "Microsoft.Extensions.DependencyInjection.IServiceCollection()" || strings.HasSuffix(c.object.Text(), "ervices") {
		return false
	}
	name, ok := f.literal(c.arg(0, "connectionName"))
	switch {
	case !ok && f.evaluate(c.arg(0, "connectionName")).Source == inspect.Input:
		f.state(c.Node.Field("function"), inspect.Client{Service: service, Via: "Aspire." + c.method, Handle: inspect.Value{Source: inspect.Input}, Debug: f.inDebugBranch(c.Node)})
		return true
	case !ok || strings.ContainsAny(name, "=;/"):
		return false
	}
	variable := "ConnectionStrings__" + name
	f.state(c.Node.Field("function"), inspect.EnvRead{Name: variable, Via: "Aspire." + c.method, Required: true})
	f.state(c.Node.Field("function"), inspect.Client{Service: service, Via: "Aspire." + c.method, Handle: inspect.Value{Source: inspect.Env, Env: []string{variable}}, Debug: f.inDebugBranch(c.Node)})
	return true
}

// resource states what an Aspire app host attaches to the projects it runs.
func (f *file) resource(c call) {
	service, known := aspireResources[c.method]
	if !known || c.new || f.resolve(c.object) != "Aspire.Hosting.IDistributedApplicationBuilder()" {
		return
	}
	name, _ := f.literal(c.arg(0, "name"))
	fact := inspect.Attachment{Platform: "aspire", Service: service, Name: name}
	for n := c.Node; n.Parent().Is("member_access_expression") && n.Parent().Parent().Is("invocation_expression"); n = n.Parent().Parent() {
		if outer := f.callOf(n.Parent().Parent()); outer.method == "WithImageTag" || outer.method == "WithImage" && len(outer.positional) > 1 {
			if tag, ok := f.literal(outer.positional[len(outer.positional)-1]); ok {
				fact.Version, fact.Line = tag, outer.Field("function").EndLine()
			}
		}
	}
	f.state(c.Node, fact)
}

// assignedHandle states Name = "redis://…" where the file keeps a service's URL.
func (f *file) assignedHandle(n syntax.Node) {
	f.handleFact(n, lastName(n.Field("left")), n.Field("right"))
}

func (f *file) declaredHandle(n syntax.Node) {
	v := initializer(n)
	if n.Is("property_declaration") {
		v = n.Field("value")
	}
	f.handleFact(n, n.Field("name").Text(), v)
}

func (f *file) handleFact(n syntax.Node, name string, v syntax.Node) {
	if !isText(v) || f.isOptions(n) {
		return
	}
	text, ok := f.literal(v)
	if !ok {
		return
	}
	if handle, ok := inspect.HandleOf(name, text); ok {
		f.state(n, handle)
	}
}

// isText reports whether an expression is itself a string.
func isText(n syntax.Node) bool {
	return n.Is("string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression")
}
