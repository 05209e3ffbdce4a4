package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// httpClients are calls of HTTP clients whose argument is a URL: at a place,
// or by name.
var httpClients = map[string][]string{
	"Net::HTTP.get": nil, "Net::HTTP.get_response": nil, "Net::HTTP.post": nil, "Net::HTTP.post_form": nil, "Net::HTTP.new": nil, "Net::HTTP.start": nil, "HTTParty.get": nil, "HTTParty.post": nil, "HTTParty.put": nil, "HTTParty.delete": nil, "HTTParty.patch": nil, "Faraday.new": {"url"}, "Faraday.get": nil, "Faraday.post": nil, "Faraday.put": nil,
	"RestClient.get": nil, "RestClient.post": nil, "RestClient.put": nil, "RestClient.delete": nil, "RestClient::Resource.new": nil, "RestClient::Request.execute": {"url"}, "HTTP.get": nil, "HTTP.post": nil, "HTTP.put": nil, "HTTP.persistent": nil, "Excon.new": nil, "Excon.get": nil, "Excon.post": nil, "Typhoeus.get": nil, "Typhoeus.post": nil, "Typhoeus::Request.new": nil,
	"URI.open": nil, "OpenURI.open_uri": nil, "Savon.client": {"wsdl", "endpoint"}, "HTTPClient.new.get": nil, "HTTPClient.new.post": nil, "HTTPX.get": nil, "HTTPX.post": nil, "Curl.get": nil, "Curl::Easy.new": nil, "Graphlient::Client.new": nil, "GraphQL::Client::HTTP.new": nil, "Her::API.setup": {"url"}, "Octokit::Client.new": {"api_endpoint"}, "base_uri": nil, "JSON::LD::API.load": nil,
}

// serviceName are names that say where a service is.
var serviceName = regexp.MustCompile(`(?i)(^|_)(url|uri|endpoint|base_?url|base_?uri|host|server|site|api|api_?root|gateway|service)$`)

// A name that only says URL may be of a page for people: then the URL tells.
var (
	namesService = regexp.MustCompile(`(?i)(api|endpoint|base_ur[li]|gateway|service|server|site$)`)
	apiURL       = regexp.MustCompile(`(?i)^https?://(api[.-]|[^/]*[.-]api\.|[^/]+/(.*/)?(api|v\d+|graphql|oauth2?|rest)(/|$|\?)|[^/]*(:\d+)(/|$)|[^/.]+(/|$)|(\d+\.){3}\d+)`)
)

// notService are names whose URL is for people, for programs to compare, or
// the program's own.
var notService = regexp.MustCompile(`(?i)(doc|help|homepage|source_?code|metadata|license|changelog|wiki|redirect|callback|default_url|asset|schema|namespace|xmlns|logo|icon|image|avatar|terms|privacy|support|website|link|repo|github|canonical|share|example|sample|test|spec|mock|fake|pattern|regex|format|default|user_agent|referer)`)

// endpointCall states a literal URL given to an HTTP client.
func (f *rubyFile) endpointCall(c call) {
	names, known := httpClients[c.name]
	if !known || c.name == "base_uri" && !f.includesHTTParty(c.Node) || f.debugOnly(c.Node) || f.tests {
		return
	}
	at := c.args.arg(0, names...)
	if text, ok := f.literal(at); ok && strings.HasPrefix(c.name, "Net::HTTP.") && !isURL(text) {
		if hostName.MatchString(text) && !strings.HasPrefix(text, "127.") && (c.method == "new" || c.method == "start") {
			f.sayEndpoint(c.Node, c.name, "", text)
		}
		return
	}
	text, ok := f.literal(at)
	if !ok { // "https://api.example.net/users/#{id}": the host is written
		if text = f.leading(f.urlOf(at)); !hostWritten.MatchString(text) {
			return
		}
	}
	if strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") {
		f.sayEndpoint(c.Node, c.name, "", text)
	}
}

var (
	hostName    = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)
	hostWritten = regexp.MustCompile(`^https?://[^/]+/`)
)

// urlOf is what URI("…") and URI.parse("…") are given.
func (f *rubyFile) urlOf(n syntax.Node) syntax.Node {
	n = f.follow(n)
	if n.Is("call") && same[f.callee(n)] {
		return f.follow(n.Field("arguments").Child(0))
	}
	return n
}

func (f *rubyFile) includesHTTParty(n syntax.Node) bool {
	for _, c := range f.callsIn(n.Up("class", "module"), "include", "extend") {
		if name := f.resolve(c.args.arg(0)); name == "HTTParty" {
			return true
		}
	}
	return false
}

func (f *rubyFile) sayEndpoint(n syntax.Node, via, name, text string) {
	f.say(n, inspect.Endpoint{Via: via, Name: name, URL: inspect.LitOf(text)})
}

// assignedEndpoint states a literal URL given to a name that says where a
// service is: API_URL = "https://…", self.site = "https://…".
func (f *rubyFile) assignedEndpoint(n, right syntax.Node) {
	text, ok := f.secretText(right)
	if !ok || !(strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")) || f.debugOnly(n) || f.tests {
		return
	}
	left := n.Field("left")
	name, via := lastName(left), "assignment"
	if left.Is("call", "element_reference") {
		via = "field"
	}
	if left.Is("element_reference") && f.resolve(left.Field("object")) == "ENV" || !serviceName.MatchString(snake(name)) || notService.MatchString(name) || !namesService.MatchString(snake(name)) && !apiURL.MatchString(text) {
		return
	}
	f.sayEndpoint(n, via, name, text)
}

// awsClients take a region and, in their calls, names of things.
var awsClient = regexp.MustCompile(`^(Aws|AWS)::\w+(::(Client|Resource|Bucket|Object|Queue|Topic|Encryption\w*))*(::Client)?\.new(\.|$)|^Aws\.config\.update$|^Shrine::Storage::S3\.new$|^Google::Cloud::\w+\.new(\.|$)|^Fog::Storage\.new(\.|$)`)

// cloudName spares most calls the pattern.
func cloudName(name string) bool {
	switch {
	case strings.HasPrefix(name, "A"), strings.HasPrefix(name, "Shrine"), strings.HasPrefix(name, "Google"), strings.HasPrefix(name, "Fog"):
		return true
	}
	return false
}

// resourceNames are keywords that name things inside a service.
var resourceNames = []struct{ key, what string }{
	{"bucket", "bucket"}, {"bucket_name", "bucket"}, {"queue_url", "queue"}, {"topic_arn", "arn"}, {"table_name", "table"}, {"region", "region"}, {"queue_name", "queue"}, {"target_arn", "arn"}, {"function_name", "arn"}, {"stream_name", "topic"},
}

// resourceCall states literal names of things inside a service.
func (f *rubyFile) resourceCall(c call) {
	switch {
	case cloudName(c.name) && awsClient.MatchString(c.name):
		for _, r := range resourceNames {
			if at := c.args.arg(-1, r.key); at.OK() {
				f.sayResource(at, c.name, r.what, at)
			}
		}
		if (c.method == "bucket" || c.method == "create_bucket") && c.args.arg(0).OK() {
			f.sayResource(c.Node, c.name, "bucket", c.args.arg(0))
		}
		if strings.HasSuffix(c.name, "Bucket.new") || strings.HasSuffix(c.name, "S3::Object.new") {
			f.sayResource(c.Node, c.name, "bucket", c.args.arg(0))
		}
		if strings.HasSuffix(c.name, "SQS::Queue.new") {
			f.sayResource(c.Node, c.name, "queue", c.args.arg(0))
		}
	case strings.HasPrefix(c.name, "Bunny.") && (c.method == "queue" || c.method == "topic" || c.method == "fanout" || c.method == "direct" || c.method == "exchange"):
		what := "queue"
		if c.method != "queue" {
			what = "topic"
		}
		f.sayResource(c.Node, c.name, what, c.args.arg(0))
	case strings.HasPrefix(c.name, "Kafka.new.") || strings.HasPrefix(c.name, "Rdkafka::Config.new.") || strings.HasPrefix(c.name, "WaterDrop::Producer.new.") || strings.HasPrefix(c.name, "Karafka.producer."):
		if at := c.args.arg(-1, "topic"); at.OK() {
			f.sayResource(c.Node, c.name, "topic", at)
		} else if c.method == "subscribe" {
			f.sayResource(c.Node, c.name, "topic", c.args.arg(0))
		}
	}
}

func (f *rubyFile) sayResource(n syntax.Node, via, what string, at syntax.Node) {
	if v := f.valueOf(at); v.IsLiteral() && v.Text != "" && !at.Is("true", "false") && !f.tests && !f.debugOnly(n) {
		f.say(n, inspect.Resource{Via: via, What: what, Name: v})
	}
}

// resourceClass states the queue that a class of workers of a message broker
// takes from.
func (f *rubyFile) resourceClass(class syntax.Node) {
	via := f.includesJob(class)
	switch via {
	case "Sneakers::Worker", "Kicks::Worker":
		for _, c := range f.callsIn(class, "from_queue") {
			f.sayResource(c.Node, via+".from_queue", "queue", c.args.arg(0))
		}
	case "Shoryuken::Worker":
		for _, c := range f.callsIn(class, "shoryuken_options") {
			if at := c.args.arg(-1, "queue"); at.OK() {
				f.sayResource(c.Node, via, "queue", at)
			}
		}
	}
}
