package csharp

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	// serviceName are names of what says where a service is; notService of what
	// only talks about one.
	serviceName = regexp.MustCompile(`(?i)(ur[li]|endpoint|baseaddress|authority|host|server|address|gateway)$`)
	notService  = regexp.MustCompile(`(?i)(doc|docs|help|license|schema|namespace|ns|terms|contact|icon|logo|image|picture|avatar|repo|repository|project|release|info|reference|example|sample|test|default|fallback|placeholder|template|wiki|faq|homepage|issue|xmlns|spec|link|claim|type|redirect|callback|logout)`)
	requestCall = setOf(strings.Fields("GetAsync PostAsync PutAsync DeleteAsync PatchAsync GetStringAsync GetByteArrayAsync GetStreamAsync GetFromJsonAsync PostAsJsonAsync PutAsJsonAsync SendAsync"))
)

// endpointFact states a literal URL of a service.
func (f *file) endpointFact(n syntax.Node, via, name string, at syntax.Node) {
	text, ok := f.literal(at)
	if !ok || !webURL.MatchString(text) || strings.Contains(text, "schemas.") || strings.Contains(text, "w3.org") {
		return
	}
	url := inspect.LitOf(text)
	if url.Secret == nil && strings.Contains(text, "=") {
		url.Text = inspect.MaskText(text)
	}
	f.state(n, inspect.Endpoint{Via: via, Name: name, URL: url})
}

// endpointCall states a literal URL that an HTTP client is given.
func (f *file) endpointCall(c call) {
	switch {
	case c.name == "Grpc.Net.Client.GrpcChannel.ForAddress", c.name == "Refit.RestService.For":
		f.endpointFact(c.Node, c.name, "", c.arg(0, "address", "hostUrl"))
	case c.new && (c.name == "RestSharp.RestClient" || c.name == "RestSharp.RestClientOptions"):
		f.endpointFact(c.Node, c.name, "", c.arg(0, "baseUrl"))
	case requestCall[c.method] && c.object.OK() && f.isHTTPClient(c.object):
		if name := lastName(c.arg(0, "requestUri")); serviceName.MatchString(name) && !notService.MatchString(name) {
			return // stated where it is assigned
		}
		f.endpointFact(c.Node, "System.Net.Http.HttpClient."+c.method, "", c.arg(0, "requestUri"))
	}
}

func (f *file) isHTTPClient(n syntax.Node) bool {
	name := f.resolve(n)
	if name == "System.Net.Http.HttpClient()" {
		return true
	}
	last := strings.ToLower(strings.TrimLeft(lastName(n), "_"))
	return name == "" && (last == "httpclient" || last == "http")
}

// assignedEndpoint states client.BaseAddress = new Uri("http://…"), and URLs
// given to names of services.
func (f *file) assignedEndpoint(n syntax.Node) {
	left, right := n.Field("left"), n.Field("right")
	name := lastName(left)
	if name == "BaseAddress" || name == "Address" && (isText(right) || right.Is("implicit_object_creation_expression") || simpleName(right.Field("type")) == "Uri") {
		via := "System.Net.Http.HttpClient.BaseAddress"
		if name == "Address" {
			via = "Grpc.Net.ClientFactory.GrpcClientFactoryOptions.Address"
		}
		if right.Is("implicit_object_creation_expression") {
			right = f.callOf(right).arg(0)
		}
		f.endpointFact(n, via, name, right)
		return
	}
	if name == "ServiceURL" {
		return // of a client's configuration: stated with the client
	}
	if left.Is("element_access_expression") {
		key, _ := f.literal(left.Field("subscript").Child(0).Child(0))
		name = key
	}
	via := "assignment"
	if left.Is("member_access_expression") || n.Parent().Is("initializer_expression") {
		via = "field"
	}
	f.namedEndpoint(n, via, name, right)
}

func (f *file) declaredEndpoint(n syntax.Node) {
	v := initializer(n)
	if n.Is("property_declaration") {
		v = n.Field("value")
		if v.Is("arrow_expression_clause") {
			v = v.Child(0)
		}
	}
	f.namedEndpoint(n, "assignment", n.Field("name").Text(), v)
}

func (f *file) namedEndpoint(n syntax.Node, via, name string, v syntax.Node) {
	if v.Is("object_creation_expression") && simpleName(v.Field("type")) == "Uri" {
		v = f.callOf(v).arg(0)
	}
	if v.Is("conditional_expression") {
		for _, side := range []string{"consequence", "alternative"} {
			f.namedEndpoint(n, via, name, v.Field(side))
		}
		return
	}
	if !isText(v) {
		return
	}
	if madeFor := simpleName(n.Parent().Parent().Field("type")); n.Parent().Is("initializer_expression") && forPeople.MatchString(madeFor) || f.isOptions(n) {
		return
	}
	if serviceName.MatchString(name) && !notService.MatchString(name) {
		f.endpointFact(n, via, name, v)
	}
}

// forPeople are types whose URLs people open.
var forPeople = regexp.MustCompile(`(?i)(license|contact|info|author|link|repository|person|server)$`)

// optionsClass are classes that the configuration is bound to: what stands in
// them are defaults.
var optionsClass = regexp.MustCompile(`(Settings|Options|Config|Configuration)$`)

// isOptions reports whether a property's value is the default of a setting.
func (f *file) isOptions(n syntax.Node) bool {
	if !n.Is("property_declaration") || !strings.Contains(n.Field("accessors").Text(), "set") && !strings.Contains(n.Field("accessors").Text(), "init") {
		return false
	}
	for class := n.Up(typeKinds...); class.OK(); class = class.Up(typeKinds...) {
		if optionsClass.MatchString(class.Field("name").Text()) {
			return true
		}
	}
	return false
}

// resourceArguments are calls whose argument names a thing inside a service,
// by the resolved name or a method's own.
var resourceArguments = map[string]struct {
	what  string
	place int
	name  string
}{
	"Azure.Storage.Blobs.BlobServiceClient().GetBlobContainerClient": {"bucket", 0, "blobContainerName"}, "Azure.Storage.Blobs.BlobContainerClient": {"bucket", 1, "blobContainerName"},
	"Azure.Storage.Queues.QueueClient": {"queue", 1, "queueName"}, "Azure.Storage.Queues.QueueServiceClient().GetQueueClient": {"queue", 0, "queueName"},
	"Azure.Messaging.ServiceBus.ServiceBusClient().CreateSender": {"queue", 0, "queueOrTopicName"}, "Azure.Messaging.ServiceBus.ServiceBusClient().CreateProcessor": {"queue", 0, "queueName"}, "Azure.Messaging.ServiceBus.ServiceBusClient().CreateReceiver": {"queue", 0, "queueName"},
	"Azure.Data.Tables.TableServiceClient().GetTableClient": {"table", 0, "tableName"}, "Azure.Data.Tables.TableClient": {"table", 1, "tableName"}, "Amazon.RegionEndpoint.GetBySystemName": {"region", 0, "systemName"},
	"Confluent.Kafka.IProducer().ProduceAsync": {"topic", 0, "topic"}, "Confluent.Kafka.IProducer().Produce": {"topic", 0, "topic"}, "Confluent.Kafka.IConsumer().Subscribe": {"topic", 0, "topic"},
	"Confluent.Kafka.ConsumerBuilder().Build().Subscribe": {"topic", 0, "topic"}, "Confluent.Kafka.ProducerBuilder().Build().ProduceAsync": {"topic", 0, "topic"},
	"StackExchange.Redis.IDatabase().ListLeftPopAsync": {"queue", 0, "key"}, "StackExchange.Redis.IDatabase().ListRightPushAsync": {"queue", 0, "key"},
	"MongoDB.Driver.MongoClient().GetDatabase": {"database", 0, "name"},
}

// resourceMethods are methods that only one library has.
var resourceMethods = map[string]struct {
	what  string
	place int
	name  string
}{
	"QueueDeclare": {"queue", 0, "queue"}, "QueueDeclareAsync": {"queue", 0, "queue"}, "ReceiveEndpoint": {"queue", 0, "queueName"}, "BasicConsume": {"queue", 0, "queue"}, "BasicConsumeAsync": {"queue", 0, "queue"},
}

// resourceCall states a literal bucket, queue, topic, table or region.
func (f *file) resourceCall(c call) {
	r, known := resourceArguments[c.name]
	via := plain(c.name)
	if !known {
		if r, known = resourceMethods[c.method]; !known || !c.object.OK() || len(f.methods[c.method]) > 0 {
			return
		}
		via = "RabbitMQ.Client.IModel." + c.method
	}
	if r.what == "database" {
		return
	}
	f.resourceFact(c.Node, via, r.what, c.arg(r.place, r.name))
}

func (f *file) resourceFact(n syntax.Node, via, what string, at syntax.Node) {
	if text, ok := f.literal(at); ok && text != "" {
		f.state(n, inspect.Resource{Via: via, What: what, Name: inspect.LitOf(text)})
	}
}

// requestProperties name a thing inside a service in the requests of AWS.
var requestProperties = map[string]string{"BucketName": "bucket", "QueueUrl": "queue", "TopicArn": "arn", "TableName": "table"}

// assignedResource states BucketName = "…" in a request or in its options.
func (f *file) assignedResource(n syntax.Node) {
	left, right := n.Field("left"), n.Field("right")
	name := lastName(left)
	if right.Is("member_access_expression") && f.resolve(receiver(right)) == "Amazon.RegionEndpoint" {
		f.state(n, inspect.Resource{Via: "Amazon.RegionEndpoint", What: "region", Name: inspect.Lit(lastName(right))})
		return
	}
	what, known := requestProperties[name]
	if known && f.importsUnder("Amazon") {
		f.resourceFact(n, "Amazon."+name, what, right)
	}
}
