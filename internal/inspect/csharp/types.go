package csharp

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// known are the types that facts are stated for: simple names by namespace. C#
// names types without their namespace, and global using directives open
// namespaces from another file: a name that only one library has needs no
// using in the file itself. Namespaces behind "!" have common names, and need
// one.
var known = typeIndex(map[string]string{
	"System":                                   "Environment Console AppDomain Guid Random Uri Convert TimeSpan String Activator",
	"System.IO":                                "File Directory Path FileStream StreamWriter FileInfo DirectoryInfo BinaryWriter",
	"System.IO.Abstractions":                   "IFileSystem FileSystem",
	"System.IO.Compression":                    "ZipFile",
	"System.Diagnostics":                       "Process ProcessStartInfo TextWriterTraceListener Trace",
	"System.Threading":                         "Thread PeriodicTimer Timer",
	"System.Timers":                            "Timer",
	"System.Threading.Tasks":                   "Task",
	"System.Threading.Channels":                "Channel",
	"System.Net":                               "HttpListener NetworkCredential Dns IPAddress IPEndPoint",
	"System.Net.Sockets":                       "TcpListener",
	"System.Net.Http":                          "HttpClient IHttpClientFactory",
	"System.Net.Mail":                          "SmtpClient",
	"System.Reflection":                        "Assembly",
	"System.Runtime.InteropServices":           "PosixSignalRegistration RuntimeInformation",
	"System.Runtime.Loader":                    "AssemblyLoadContext",
	"System.Security.Cryptography":             "RandomNumberGenerator RNGCryptoServiceProvider HMACSHA256 HMACSHA512 HMACSHA1 HMACSHA384",
	"System.Collections.Generic":               "Dictionary List HashSet Queue Stack SortedDictionary LinkedList SortedList SortedSet PriorityQueue",
	"System.Collections.Concurrent":            "ConcurrentDictionary ConcurrentQueue ConcurrentBag ConcurrentStack BlockingCollection",
	"System.Collections":                       "Hashtable ArrayList",
	"System.Data.SqlClient":                    "SqlConnection SqlConnectionStringBuilder",
	"Microsoft.Data.SqlClient":                 "SqlConnection SqlConnectionStringBuilder",
	"Microsoft.Data.Sqlite":                    "SqliteConnection SqliteConnectionStringBuilder",
	"System.Data.SQLite":                       "SQLiteConnection SQLiteConnectionStringBuilder",
	"Npgsql":                                   "NpgsqlConnection NpgsqlDataSource NpgsqlDataSourceBuilder NpgsqlConnectionStringBuilder",
	"MySqlConnector":                           "MySqlConnection MySqlDataSource MySqlConnectionStringBuilder",
	"MySql.Data.MySqlClient":                   "MySqlConnection MySqlConnectionStringBuilder",
	"StackExchange.Redis":                      "ConnectionMultiplexer IConnectionMultiplexer ConfigurationOptions IDatabase ISubscriber",
	"CSRedis":                                  "CSRedisClient",
	"MongoDB.Driver":                           "MongoClient IMongoClient MongoUrl MongoClientSettings",
	"!RabbitMQ.Client":                         "ConnectionFactory IModel IChannel",
	"Azure.Messaging.ServiceBus":               "ServiceBusClient ServiceBusProcessor ServiceBusReceiver ServiceBusSender ServiceBusProcessorOptions",
	"Azure.Storage.Queues":                     "QueueClient QueueServiceClient",
	"Azure.Storage.Blobs":                      "BlobServiceClient BlobContainerClient BlobClient",
	"Azure.Storage":                            "StorageSharedKeyCredential",
	"Azure":                                    "AzureKeyCredential AzureSasCredential",
	"Azure.Identity":                           "ClientSecretCredential UsernamePasswordCredential",
	"Azure.Data.Tables":                        "TableServiceClient TableClient",
	"Microsoft.Azure.Cosmos":                   "CosmosClient",
	"Azure.Messaging.EventHubs":                "EventProcessorClient",
	"Azure.Messaging.EventHubs.Producer":       "EventHubProducerClient",
	"Confluent.Kafka":                          "ProducerBuilder ConsumerBuilder ProducerConfig ConsumerConfig AdminClientBuilder AdminClientConfig IProducer IConsumer ClientConfig",
	"NATS.Client":                              "!ConnectionFactory IConnection",
	"NATS.Client.Core":                         "NatsConnection NatsOpts",
	"NATS.Net":                                 "NatsClient",
	"MQTTnet":                                  "MqttClientOptionsBuilder",
	"MQTTnet.Client":                           "MqttClientOptionsBuilder",
	"MQTTnet.Client.Options":                   "MqttClientOptionsBuilder",
	"HiveMQtt.Client":                          "HiveMQClientOptionsBuilder",
	"Amazon.S3":                                "AmazonS3Client IAmazonS3 AmazonS3Config",
	"Amazon.SQS":                               "AmazonSQSClient IAmazonSQS",
	"Amazon.Runtime":                           "BasicAWSCredentials SessionAWSCredentials",
	"Amazon":                                   "RegionEndpoint",
	"Amazon.Lambda.Core":                       "ILambdaContext",
	"Minio":                                    "MinioClient IMinioClient",
	"Google.Cloud.Storage.V1":                  "StorageClient",
	"MailKit.Net.Smtp":                         "SmtpClient ISmtpClient",
	"FluentEmail.Smtp":                         "SmtpSender",
	"SendGrid":                                 "SendGridClient ISendGridClient",
	"Elastic.Clients.Elasticsearch":            "ElasticsearchClient ElasticsearchClientSettings",
	"Nest":                                     "ElasticClient IElasticClient",
	"!Nest":                                    "ConnectionSettings",
	"OpenSearch.Client":                        "OpenSearchClient",
	"Enyim.Caching":                            "MemcachedClient",
	"Grpc.Net.Client":                          "GrpcChannel",
	"!Grpc.Core":                               "Server ServerPort Channel",
	"RestSharp":                                "RestClient RestClientOptions",
	"Refit":                                    "RestService",
	"Microsoft.AspNetCore.Builder":             "WebApplication WebApplicationBuilder IApplicationBuilder",
	"Microsoft.AspNetCore":                     "WebHost",
	"Microsoft.AspNetCore.Hosting":             "IWebHostBuilder WebHostBuilder IWebHostEnvironment IHostingEnvironment IWebHost",
	"Microsoft.AspNetCore.Server.Kestrel.Core": "KestrelServerOptions",
	"Microsoft.AspNetCore.Http":                "IFormFile IFormFileCollection HttpContext HttpRequest",
	"Microsoft.AspNetCore.Components.Forms":    "IBrowserFile",
	"Microsoft.Extensions.Hosting":             "Host IHost IHostBuilder HostApplicationBuilder IHostApplicationBuilder HostBuilder IHostEnvironment IHostApplicationLifetime IApplicationLifetime Environments BackgroundService IHostedService IHostedLifecycleService",
	"Microsoft.Extensions.Configuration":       "IConfiguration IConfigurationRoot IConfigurationSection ConfigurationManager ConfigurationBuilder IConfigurationBuilder IConfigurationManager",
	"!System.Configuration":                    "ConfigurationManager",
	"Microsoft.Extensions.DependencyInjection": "IServiceCollection ServiceCollection IServiceProvider",
	"Microsoft.Extensions.Logging":             "ILoggingBuilder ILoggerFactory LoggerFactory",
	"Microsoft.Extensions.Options":             "IOptions IOptionsMonitor IOptionsSnapshot",
	"Microsoft.Extensions.Caching.Memory":      "MemoryCache IMemoryCache",
	"System.Runtime.Caching":                   "!MemoryCache",
	"Microsoft.Extensions.Caching.StackExchangeRedis": "RedisCache",
	"Microsoft.IdentityModel.Tokens":                  "SymmetricSecurityKey",
	"Microsoft.AspNetCore.Identity.UI.Services":       "IEmailSender",
	"Aspire.Hosting":           "DistributedApplication IDistributedApplicationBuilder",
	"Hangfire":                 "BackgroundJob IBackgroundJobClient RecurringJob IRecurringJobManager BackgroundJobServer BackgroundJobClient",
	"Quartz.Impl":              "StdSchedulerFactory",
	"!FluentScheduler":         "JobManager",
	"Quartz":                   "SchedulerBuilder IScheduler",
	"MassTransit":              "IPublishEndpoint ISendEndpointProvider ISendEndpoint IBus IBusControl Bus",
	"NServiceBus":              "IMessageSession IMessageHandlerContext EndpointConfiguration",
	"DotNetCore.CAP":           "ICapPublisher",
	"Serilog":                  "LoggerConfiguration",
	"NLog.Targets":             "FileTarget ConsoleTarget ColoredConsoleTarget NetworkTarget",
	"log4net.Appender":         "RollingFileAppender FileAppender ConsoleAppender RemoteSyslogAppender",
	"FluentMigrator.Runner":    "IMigrationRunner",
	"DbUp":                     "DeployChanges",
	"EvolveDb":                 "!Evolve",
	"QuestPDF.Fluent":          "!Document",
	"SixLabors.ImageSharp":     "!Image",
	"SkiaSharp":                "SKBitmap SKImage",
	"ImageMagick":              "MagickImage",
	"ClosedXML.Excel":          "XLWorkbook",
	"OfficeOpenXml":            "ExcelPackage",
	"DinkToPdf":                "HtmlToPdfDocument",
	"Microsoft.ML":             "MLContext",
	"Microsoft.ML.OnnxRuntime": "InferenceSession",
	"CliWrap":                  "Cli",
	"!SimpleExec":              "Command",
})

// place is a namespace that has a type; strict asks for a using directive.
type place struct {
	namespace string
	strict    bool
}

func typeIndex(byNamespace map[string]string) map[string][]place {
	index := map[string][]place{}
	for namespace, names := range byNamespace {
		space, all := strings.CutPrefix(namespace, "!")
		for _, name := range strings.Fields(names) {
			name, one := strings.CutPrefix(name, "!")
			index[name] = append(index[name], place{space, all || one})
		}
	}
	for _, places := range index {
		sortPlaces(places)
	}
	return index
}

// typeName is the full name of a type: "Npgsql.NpgsqlConnection". A type that
// is not known is "?Name", so that it is told from what the file does not say.
func (f *file) typeName(n syntax.Node) string {
	switch n.Kind() {
	case "identifier":
		return f.simpleType(n.Text())
	case "generic_name":
		return f.simpleType(n.Child(0).Text())
	case "qualified_name", "alias_qualified_name":
		return f.qualifiedType(dotted(n))
	case "nullable_type":
		return f.typeName(n.Child(0))
	case "predefined_type", "array_type", "tuple_type", "pointer_type", "function_pointer_type":
		return "?" + n.Text()
	}
	return ""
}

// simpleType finds the type that a simple name stands for in this file.
func (f *file) simpleType(name string) string {
	if _, own := f.types[name]; own {
		return "?" + name
	}
	if path, ok := f.aliases[name]; ok {
		return f.qualifiedType(path)
	}
	places := known[name]
	for _, p := range places {
		if f.usings[p.namespace] {
			return p.namespace + "." + name
		}
	}
	for _, p := range places {
		if !p.strict {
			return p.namespace + "." + name
		}
	}
	return "?" + name
}

// qualifiedType finds the type of a dotted name.
func (f *file) qualifiedType(path string) string {
	at := strings.LastIndex(path, ".")
	if at < 0 {
		return f.simpleType(path)
	}
	space, name := path[:at], path[at+1:]
	if first, rest, ok := strings.Cut(path, "."); ok && f.aliases[first] != "" {
		return f.qualifiedType(f.aliases[first] + "." + rest)
	}
	for _, p := range known[name] {
		if p.namespace == space || strings.HasSuffix(p.namespace, "."+space) {
			return p.namespace + "." + name
		}
	}
	return "?" + path
}

// simpleName is the last name of a type as written, without its arguments.
func simpleName(n syntax.Node) string {
	switch n.Kind() {
	case "identifier":
		return n.Text()
	case "generic_name":
		return n.Child(0).Text()
	case "qualified_name", "alias_qualified_name":
		return simpleName(n.Field("name"))
	case "nullable_type":
		return simpleName(n.Child(0))
	}
	return ""
}

// baseNames are the simple names of what a type is derived from.
func baseNames(class syntax.Node) []string {
	var list []string
	for c := class.First(); c.OK(); c = c.Next() {
		if !c.Is("base_list") {
			continue
		}
		for base := c.First(); base.OK(); base = base.Next() {
			name := base
			if base.Is("primary_constructor_base_type") {
				name = base.Child(0)
			}
			if text := simpleName(name); text != "" {
				list = append(list, text)
			}
		}
	}
	return list
}

func (f *file) hasBase(class syntax.Node, names ...string) bool {
	for _, base := range baseNames(class) {
		for _, name := range names {
			if base == name {
				return true
			}
		}
	}
	return false
}
