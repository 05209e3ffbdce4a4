package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Other services as code names them: endpoints, and things inside a service.

var (
	httpCall   = regexp.MustCompile(`^(fetch|window\.fetch|globalThis\.fetch|node-fetch|cross-fetch(\.fetch)?|isomorphic-fetch|undici\.(fetch|request)|axios|axios(\.create\(\))?\.(get|post|put|patch|delete|head|request|options)|got|got(\.extend\(\))?\.(get|post|put|patch|delete|head|stream)|ky|ky(\.create\(\))?\.(get|post|put|patch|delete|head)|superagent\.(get|post|put|patch|delete|head)|request|request\.(get|post|put|patch|delete)|request-promise(-native)?(\.(get|post|put))?|needle(\.(get|post|put))?|https?\.(get|request)|phin|ofetch\.(ofetch|\$fetch)|\$fetch|useFetch)$`)
	httpClient = regexp.MustCompile(`^(axios\.create|got\.extend|ky\.(create|extend)|@apollo/client\.(ApolloClient|HttpLink|createHttpLink)|graphql-request\.(GraphQLClient|request)|apollo-link-http\.(HttpLink|createHttpLink)|@trpc/client\.httpBatchLink|jayson/promise\.Client\.https?|soap\.createClientAsync|openapi-fetch|@nestjs/axios\.HttpModule\.register|http-proxy-middleware\.(createProxyMiddleware|legacyCreateProxyMiddleware)|http-proxy-middleware|express-http-proxy|http-proxy\.create(ProxyServer|Server|Proxy)(\(\)\.(web|ws))?|@fastify/http-proxy|fastify-http-proxy|@fastify/reply-from|koa-proxies|socket\.io-client(\.io|\.connect)?|ws|ws\.WebSocket|WebSocket|ReconnectingWebSocket|EventSource|@grpc/grpc-js\.Client)$`)
)

// readEndpoint states literal URLs of services that HTTP clients are given.
func (f *ecmaFile) readEndpoint(c ecmaCall) {
	made := httpClient.MatchString(c.callee) || c.method == "register" && httpClient.MatchString(f.symbol(c.arg(0)))
	if !made && !httpCall.MatchString(c.callee) {
		return
	}
	for i, a := range c.args[:min(len(c.args), 3)] { // a proxy's web has what it is for behind request and response
		if object := f.object(a); object.OK() {
			for _, key := range []string{"baseURL", "baseUrl", "prefixUrl", "url", "uri", "target", "upstream", "hostname", "host", "httpEndpoint", "endpoint"} {
				f.sayEndpoint(c, f.property(object, key), key)
			}
		} else if i == 0 {
			f.sayEndpoint(c, a, "")
		}
	}
}

// sayEndpoint states a literal URL, or the literal start of one: of
// `https://api.shop.io/users/${id}`, up to the first unknown part.
func (f *ecmaFile) sayEndpoint(c ecmaCall, n syntax.Node, name string) {
	if !n.OK() {
		return
	}
	v := f.value(n)
	if !v.IsLiteral() && v.Source != inspect.Unknown && v.Source != inspect.Input {
		return
	}
	text := v.Text
	if !v.IsLiteral() {
		known, _, cut := strings.Cut(f.prefix(n, maxHops), "\x00")
		if !cut || strings.Count(known, "/") < 3 { // the host itself may go on
			return
		}
		text = known
	}
	if (name == "hostname" || name == "host") && hostText.MatchString(text) {
		text = "http://" + text
	}
	if inspect.HTTPHost(text) == "" {
		return
	}
	f.told[ecmaBare(n).Index()] = true
	if d := f.definition(n); d.Is("string", "template_string") {
		f.told[d.Index()] = true // not once more where the name is given it
	}
	f.say(c.node, inspect.Endpoint{Via: c.callee, Name: name, URL: inspect.LitOf(text)})
}

var hostText = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d+)?$`)

// resourceKeys are options of a service's client that name a thing inside it.
var resourceKeys = []struct{ key, what string }{
	{"Bucket", "bucket"}, {"bucket", "bucket"}, {"bucketName", "bucket"}, {"QueueUrl", "queue"}, {"queueUrl", "queue"}, {"QueueName", "queue"}, {"TopicArn", "topic"}, {"StreamName", "queue"},
	{"TableName", "table"}, {"FunctionName", "arn"}, {"StateMachineArn", "arn"}, {"RoleArn", "arn"}, {"KeyId", "arn"}, {"SecretId", "arn"}, {"region", "region"},
}

var (
	awsSymbol     = regexp.MustCompile(`^(@aws-sdk/|aws-sdk\b|aws-sdk/|multer-s3|sqs-consumer|@supabase/|minio\.Client|@smithy/)`)
	awsMethod     = regexp.MustCompile(`^(putObject|getObject|deleteObject|headObject|copyObject|listObjects(V2)?|upload|getSignedUrl|createMultipartUpload|sendMessage|receiveMessage|deleteMessage|publish|createPresignedPost)$`)
	resourceCalls = map[string]struct {
		at   int
		what string
	}{
		"@google-cloud/storage.Storage().bucket": {0, "bucket"}, "firebase-admin.storage().bucket": {0, "bucket"}, "@google-cloud/pubsub.PubSub().topic": {0, "topic"},
		"@google-cloud/pubsub.PubSub().subscription": {0, "topic"}, "@google-cloud/bigquery.BigQuery().dataset": {0, "table"}, "@azure/storage-blob.BlobServiceClient.fromConnectionString().getContainerClient": {0, "bucket"},
		"@azure/storage-blob.BlobServiceClient().getContainerClient": {0, "bucket"}, "@azure/service-bus.ServiceBusClient().createSender": {0, "queue"}, "@azure/service-bus.ServiceBusClient().createReceiver": {0, "queue"},
		"minio.Client().putObject": {0, "bucket"}, "minio.Client().getObject": {0, "bucket"}, "minio.Client().makeBucket": {0, "bucket"}, "minio.Client().bucketExists": {0, "bucket"},
		"minio.Client().presignedPutObject": {0, "bucket"}, "minio.Client().fPutObject": {0, "bucket"}, "minio.Client().presignedGetObject": {0, "bucket"}, "minio.Client().removeObject": {0, "bucket"},
	}
)

// readResource states literal names of buckets, queues, topics and regions
// that a service's client is given.
func (f *ecmaFile) readResource(c ecmaCall) {
	if how, ok := resourceCalls[c.callee]; ok {
		f.sayResource(c, how.what, c.arg(how.at))
		return
	}
	known := awsSymbol.MatchString(c.callee) && !strings.HasPrefix(c.callee, "@supabase/")
	if !known && !(awsMethod.MatchString(c.method) && f.usesAny("aws-sdk", "@aws-sdk/client-s3", "@aws-sdk/client-sqs", "@aws-sdk/lib-storage")) {
		return
	}
	for _, a := range c.args[:min(len(c.args), 3)] {
		object := f.object(a)
		if params := f.object(f.property(object, "params")); params.OK() { // new Upload({ client, params: { Bucket } })
			object = params
		}
		for _, r := range resourceKeys {
			if v := f.property(object, r.key); v.OK() {
				f.sayResource(c, r.what, v)
			}
		}
	}
}

func (f *ecmaFile) sayResource(c ecmaCall, what string, n syntax.Node) {
	v := f.value(n)
	if !v.IsLiteral() || v.Text == "" || v.Secret != nil || inspect.IsPlaceholder(v.Text) || what == "region" && v.Text == "auto" {
		return
	}
	if what == "region" && !f.once("region "+v.Text) {
		return
	}
	f.say(c.node, inspect.Resource{Via: c.callee, What: what, Name: v})
}

// once reports whether key is asked for the first time in this file.
func (f *ecmaFile) once(key string) bool {
	if f.uses["once "+key] {
		return false
	}
	f.uses["once "+key] = true
	return true
}
