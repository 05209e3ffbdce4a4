package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Other services as code names them: endpoints, and things inside a service.

var httpCalls = regexp.MustCompile(`^(requests(\.Session\(\)|\.sessions\.Session\(\)|\.session\(\)|\.api)?\.(get|post|put|patch|delete|head|options|request)|requests\.Request|httpx\.(get|post|put|patch|delete|head|request|stream|Client|AsyncClient)|httpx\.(Async)?Client\(\)\.(get|post|put|patch|delete|head|request|stream)|aiohttp\.ClientSession(\(\)\.(get|post|put|patch|delete|head|request|ws_connect))?|urllib\.request\.(urlopen|Request|urlretrieve)|urllib2\.(urlopen|Request)|urllib3\.PoolManager\(\)\.request|websockets\.connect|websockets\.client\.connect|websocket\.(create_connection|WebSocketApp)|zeep\.(Async)?Client|xmlrpc\.client\.ServerProxy|gql\.transport\.\w+\.\w+|hvac\.Client|consul\.Consul)$`)

var hostAndPort = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.-]*:\d+$`)

// endpointCall states literal URLs of services that HTTP clients are given.
func (p *pythonFile) endpointCall(c pyCall) {
	if channel, ok := strings.CutPrefix(c.name, "grpc."); ok && strings.HasSuffix(channel, "secure_channel") {
		if v := p.valueOf(c.args.arg(0, "target")); v.IsLiteral() && hostAndPort.MatchString(v.Text) {
			p.state(c.Node, inspect.Endpoint{Via: c.name, URL: v})
		}
		return
	}
	if !httpCalls.MatchString(c.name) {
		return
	}
	place := 0
	if strings.HasSuffix(c.name, ".request") || strings.HasSuffix(c.name, ".stream") || c.name == "requests.Request" {
		place = 1
	}
	if strings.HasSuffix(c.name, "Client") && !strings.HasPrefix(c.name, "zeep") {
		place = -1
	}
	for _, name := range []string{"base_url", "url", "uri", "wsdl"} {
		if v := c.args.arg(-1, name); v.OK() {
			p.endpoint(c, v, name)
			return
		}
	}
	if v := c.args.arg(place); v.OK() {
		p.endpoint(c, v, "")
	}
}

// endpoint states a literal URL, or the literal start of one that holds its
// whole host.
func (p *pythonFile) endpoint(c pyCall, n syntax.Node, name string) {
	v := p.evaluate(n)
	text := v.Text
	if v.Source != inspect.Literal {
		if v.Source == inspect.Env {
			return
		}
		if text = p.lead(n, 6); strings.Count(text, "/") < 3 { // the host itself may go on
			return
		}
	}
	if inspect.HTTPHost(text) == "" {
		return
	}
	if made := p.follow(n); made != n && made.Is("string", "concatenated_string") {
		p.endpoints[made.Index()] = true // not once more where the name is given it
	}
	p.endpoints[n.Index()] = true
	p.state(c.Node, inspect.Endpoint{Via: pyVia(c.name), Name: name, URL: inspect.LitOf(text)})
}

// lead is the literal start of a text that is put together.
func (p *pythonFile) lead(n syntax.Node, hops int) string {
	n = p.follow(n)
	if v := p.evaluate(n); v.Source == inspect.Literal || hops == 0 {
		return v.Text
	}
	switch n.Kind() {
	case "string":
		first := n.Child(1)
		if first.Is("string_content") {
			return pyText(n, first)
		}
		if first.Is("interpolation") {
			return p.lead(first.Child(0), hops-1)
		}
	case "binary_operator", "concatenated_string":
		left := n.Field("left")
		if !left.OK() {
			left = n.Child(0)
		}
		return p.lead(left, hops-1)
	case "call": // "https://…/{}".format(x)
		if fn := n.Field("function"); fn.Field("attribute").Text() == "format" {
			text, _, _ := strings.Cut(p.lead(fn.Field("object"), hops-1), "{")
			return text
		}
	}
	return ""
}

// givenEndpoint states NAME = "https://…" of a name that says a service's
// address; what a call states is left out.
func (p *pythonFile) givenEndpoint(via, name string, n, value syntax.Node, text string) {
	if fact, ok := inspect.EndpointOf(via, name, text); ok && !p.endpoints[value.Index()] && !fillsIn(n) {
		p.given = append(p.given, givenFact{n, value, fact})
	}
}

// fillsIn reports whether an assignment only fills in what is unset:
// if not self.base_url: self.base_url = "https://…".
func fillsIn(n syntax.Node) bool {
	check := n.Up("if_statement", "function_definition")
	condition := check.Field("condition")
	if !n.Is("assignment") || !check.Is("if_statement") {
		return false
	}
	target := n.Field("left").Text()
	return condition.Is("not_operator") && condition.Field("argument").Text() == target || condition.Is("comparison_operator") && condition.Child(0).Text() == target && condition.Child(1).Is("none")
}

// givenFact is an endpoint of a name, stated when all calls are known.
type givenFact struct {
	at, value syntax.Node
	fact      inspect.Endpoint
}

func (p *pythonFile) givenEndpoints() {
	for _, g := range p.given {
		if !p.endpoints[g.value.Index()] {
			p.state(g.at, g.fact)
		}
	}
}

// resourceNames are arguments of a service's client that name a thing inside it.
var resourceNames = map[string]string{
	"Bucket": "bucket", "bucket_name": "bucket", "QueueUrl": "queue", "QueueName": "queue", "TopicArn": "topic", "TargetArn": "topic", "StreamName": "queue", "TableName": "table",
	"FunctionName": "arn", "SecretId": "arn", "KeyId": "arn", "RoleArn": "arn", "region_name": "region",
}

// resourceCalls name their thing by place, on any client of the library.
var resourceCalls = map[string]struct {
	at   int
	what string
}{
	"boto3.resource().Bucket": {0, "bucket"}, "boto3.resource().Queue": {0, "queue"}, "boto3.resource().get_queue_by_name": {-1, "queue"}, "boto3.resource().Topic": {0, "topic"}, "boto3.resource().Table": {0, "table"},
	"boto3.resource().Object": {0, "bucket"}, "boto3.client().upload_file": {1, "bucket"}, "boto3.client().upload_fileobj": {1, "bucket"}, "boto3.client().download_file": {0, "bucket"}, "boto3.client().download_fileobj": {0, "bucket"},
	"google.cloud.storage.Client().bucket": {0, "bucket"}, "google.cloud.storage.Client().get_bucket": {0, "bucket"}, "google.cloud.pubsub_v1.PublisherClient().topic_path": {1, "topic"},
	"google.cloud.pubsub_v1.SubscriberClient().subscription_path": {1, "topic"}, "minio.Minio().put_object": {0, "bucket"}, "minio.Minio().fput_object": {0, "bucket"}, "minio.Minio().get_object": {0, "bucket"},
	"minio.Minio().make_bucket": {0, "bucket"}, "minio.Minio().bucket_exists": {0, "bucket"}, "minio.Minio().presigned_get_object": {0, "bucket"},
	"azure.storage.blob.BlobServiceClient.from_connection_string().get_container_client": {0, "bucket"}, "azure.storage.blob.BlobServiceClient().get_container_client": {0, "bucket"},
}

// resourceSettings are settings that name a thing inside a service.
var resourceSettings = map[string]string{
	"AWS_STORAGE_BUCKET_NAME": "bucket", "AWS_MEDIA_BUCKET_NAME": "bucket", "AWS_S3_BUCKET_NAME": "bucket", "GS_BUCKET_NAME": "bucket", "AZURE_CONTAINER": "bucket", "AWS_S3_REGION_NAME": "region", "AWS_REGION": "region",
	"AWS_DEFAULT_REGION": "region", "S3_BUCKET": "bucket", "S3_BUCKET_NAME": "bucket", "SQS_QUEUE_URL": "queue", "SNS_TOPIC_ARN": "topic",
}

// resourceCall states literal names of buckets, queues, topics and regions
// that a service's client is given.
func (p *pythonFile) resourceCall(c pyCall) {
	if how, ok := resourceCalls[c.name]; ok {
		p.resource(c.Node, pyVia(c.name), how.what, c.args.arg(how.at, "Bucket", "QueueName", "bucket_name", "name"))
		return
	}
	if !strings.HasPrefix(c.name, "boto3.") && !strings.HasPrefix(c.name, "aioboto3.") && !strings.HasPrefix(c.name, "botocore.") && !strings.HasPrefix(c.name, "minio.") {
		return
	}
	for key, value := range sortedKeywords(c.args) {
		if what := resourceNames[key]; what != "" {
			p.resource(c.Node, pyVia(c.name), what, value)
		}
	}
}

func (p *pythonFile) resource(n syntax.Node, via, what string, value syntax.Node) {
	v := p.valueOf(value)
	if v.IsLiteral() && v.Text != "" && v.Secret == nil && !inspect.IsPlaceholder(v.Text) {
		p.state(n, inspect.Resource{Via: via, What: what, Name: v})
	}
}

// resourceSetting states a bucket's or region's name as a setting gives it.
func (p *pythonFile) resourceSetting(n syntax.Node) {
	if what := resourceSettings[p.configKey(n.Field("left"))]; what != "" && n.Field("right").OK() {
		p.resource(n, p.configKey(n.Field("left")), what, n.Field("right"))
	}
}
