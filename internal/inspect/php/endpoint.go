package php

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// requests are calls of HTTP clients: the place of the URL.
var requests = lowered(map[string]int{
	`GuzzleHttp\Client->get`: 0, `GuzzleHttp\Client->post`: 0, `GuzzleHttp\Client->put`: 0, `GuzzleHttp\Client->delete`: 0, `GuzzleHttp\Client->patch`: 0, `GuzzleHttp\Client->head`: 0, `GuzzleHttp\Client->request`: 1,
	`GuzzleHttp\Client->requestAsync`: 1, `GuzzleHttp\ClientInterface->request`: 1, `new GuzzleHttp\Psr7\Request`: 1, facade + "Http::get": 0, facade + "Http::post": 0, facade + "Http::put": 0, facade + "Http::delete": 0, facade + "Http::patch": 0,
	facade + "Http::baseUrl": 0, facade + "Http::withToken()->get": 0, facade + "Http::withToken()->post": 0, facade + "Http::withHeaders()->get": 0, facade + "Http::withHeaders()->post": 0, facade + "Http::timeout()->get": 0,
	facade + "Http::timeout()->post": 0, facade + "Http::asForm()->post": 0, facade + "Http::acceptJson()->get": 0, `Symfony\Contracts\HttpClient\HttpClientInterface->request`: 1, `Symfony\Component\HttpClient\HttpClient::create()->request`: 1,
	`Symfony\Component\HttpClient\HttpClient::createForBaseUri`: 0, "curl_init": 0, "file_get_contents": 0, "new SoapClient": 0, "wp_remote_get": 0, "wp_remote_post": 0, `Illuminate\Http\Client\Factory->get`: 0,
	"simplexml_load_file": 0, "readfile": 0, "get_headers": 0,
})

var httpURL = regexp.MustCompile(`^https?://[^/\s?#"']+`)

// endpointCall states a literal URL given to an HTTP client.
func (s *script) endpointCall(c call) {
	if place, known := requests[c.key]; known {
		s.endpoint(c.Node, via(c.name), "", c.args.at(place, "uri", "url", "filename"))
		return
	}
	switch c.key {
	case `new guzzlehttp\client`, `symfony\component\httpclient\httpclient::create`:
		if v := s.findAny(s.array(c.args.at(0)), "base_uri", "base_url"); v.OK() {
			s.endpoint(c.Node, via(c.name), "base_uri", v)
		}
	case "curl_setopt":
		if written(c.args.at(1)) == "CURLOPT_URL" {
			s.endpoint(c.Node, "curl_setopt", "CURLOPT_URL", c.args.at(2))
		}
	}
}

// endpoint states a URL that the file determines; one that begins with a literal
// host and goes on with what is not known counts by its beginning.
func (s *script) endpoint(n syntax.Node, via, name string, at syntax.Node) {
	if at.Is("variable_name", "member_access_expression", "class_constant_access_expression", "name") && s.statedURL(at) {
		return // its assignment is stated
	}
	text, ok := s.literal(at)
	if !ok {
		first := firstOperand(at)
		if first.Is("encapsed_string") && first.First().Is("string_content") {
			text = first.First().Text()
		} else if text, ok = plainString(first); !ok {
			return
		}
		if m := httpURL.FindString(text); m == "" || m == text && !strings.HasSuffix(text, "/") {
			return // the host goes on
		}
	}
	if httpURL.MatchString(text) && !strings.ContainsAny(httpURL.FindString(text), "{}<>$%") {
		s.state(n, inspect.Endpoint{Via: via, Name: name, URL: inspect.LitOf(text)})
	}
}

// statedURL reports whether a name is one whose assignment states an endpoint.
func (s *script) statedURL(n syntax.Node) bool {
	name := ""
	switch n.Kind() {
	case "class_constant_access_expression":
		name = n.Child(1).Text()
	case "name":
		name = n.Text()
	default:
		name = s.targetName(n)
	}
	return namesService(name, "")
}

// namesService reports whether something of this name that is given this URL
// says where a service is. A bare "url" may be any link of a page, unless its
// host is one of a private network.
func namesService(name, url string) bool {
	if !endpointName.MatchString(name) || inspect.HandleNot.MatchString(name) {
		return false
	}
	switch strings.ToLower(name) {
	case "url", "uri", "baseurl", "base_url", "homepage_url", "website_url":
		host := strings.TrimPrefix(strings.TrimPrefix(httpURL.FindString(url), "https://"), "http://")
		host, _, _ = strings.Cut(host, ":")
		return host != "" && !strings.Contains(host, ".")
	}
	return true
}

// endpointName are names of things that say where a service is.
var endpointName = regexp.MustCompile(`(?i)(ur[li]|host|endpoint|api|server|service|backend|base|webhook|gateway)`)

// assignedEndpoint states $apiUrl = 'https://…' and 'base_uri' => 'https://…'.
func (s *script) assignedEndpoint(n syntax.Node, name, text string) {
	if !httpURL.MatchString(text) || !namesService(name, text) || strings.ContainsAny(httpURL.FindString(text), "{}<>$%") {
		return
	}
	via := "assignment"
	switch n.Kind() {
	case "array_element_initializer":
		via = "key"
		if up := n.Parent().Parent(); up.Is("argument") { // a client's own call states it
			switch s.callOf(up.Parent().Parent()).key {
			case `new guzzlehttp\client`, `symfony\component\httpclient\httpclient::create`:
				return
			}
		}
	case "property_element":
		via = "field"
	default:
		if n.Field("left").Is("member_access_expression", "scoped_property_access_expression") {
			via = "field"
		}
	}
	s.state(n, inspect.Endpoint{Via: via, Name: name, URL: inspect.LitOf(text)})
}

// resourceKeys are keys of the arrays that clients of AWS take.
var resourceKeys = map[string]string{"Bucket": "bucket", "QueueUrl": "queue", "TopicArn": "topic", "TableName": "table", "region": "region", "StreamName": "topic", "FunctionName": "arn"}

// resourceNames are methods whose first argument names a thing inside a service.
var resourceNames = lowered(map[string]string{
	`Google\Cloud\Storage\StorageClient->bucket`: "bucket", `Google\Cloud\PubSub\PubSubClient->topic`: "topic", `Google\Cloud\PubSub\PubSubClient->subscription`: "queue", `RdKafka\Producer->newTopic`: "topic",
	`Aws\S3\S3Client->doesBucketExist`: "bucket", `Aws\S3\S3Client->getObjectUrl`: "bucket", `Aws\S3\S3Client->upload`: "bucket", `Aws\S3\S3Client->registerStreamWrapper`: "",
	`Google\Cloud\BigQuery\BigQueryClient->dataset`: "table", facade + "Queue::connection()->pop": "queue",
})

// resourceCall states the literal name of a bucket, queue, topic or region.
func (s *script) resourceCall(c call) {
	if what := resourceNames[c.key]; what != "" {
		s.resource(c.Node, via(c.name), what, c.args.at(0))
		return
	}
	if c.method == "queue_declare" && s.amqpChannel(c) {
		s.resource(c.Node, "AMQPChannel->queue_declare", "queue", c.args.at(0))
		return
	}
	if !strings.HasPrefix(c.key, `aws\`) && !strings.HasPrefix(c.key, `new aws\`) && !strings.HasPrefix(c.key, `asyncaws\`) && !strings.HasPrefix(c.key, `new asyncaws\`) {
		return
	}
	for _, e := range s.entries(s.array(c.args.at(0))) {
		if what := resourceKeys[e.key]; what != "" && e.named {
			s.resource(e.at, via(c.name), what, e.value)
		}
	}
}

func (s *script) resource(n syntax.Node, via, what string, at syntax.Node) {
	if v := s.valueOf(at); v.IsLiteral() && v.Text != "" {
		s.state(n, inspect.Resource{Via: via, What: what, Name: v})
	}
}
