package jvm

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// serviceName are names of things that say where another program is.
var (
	serviceName = regexp.MustCompile(`(?i)(ur[li]|endpoint|host|server|address|addr|gateway|baseUrl|base_path|service|api)$`)
	notService  = regexp.MustCompile(`(?i)(schema|namespace|xmlns|doc|help|licen[cs]e|homepage|issuer|terms|contact|link|redirect|callback|xsd|dtd|ns_|_ns|feature|property|image|icon|logo|avatar|website|referer|origin|support|privacy)`)
	localURL    = regexp.MustCompile(`^(https?|wss?|grpc)://([^/\s"'{}<>%$*?#]+)`)
)

// assignedHandle states name = "redis://…" and serviceUrl = "http://…".
func (f *file) assignedHandle(left, right, at syntax.Node) {
	name := left.Text()
	if left.Is("field_access", "navigation_expression") {
		name = lastChild(left).Text()
	}
	f.link(name, right, at)
	text, ok := f.plainText(right)
	if !ok || !strings.Contains(text, ":") {
		return
	}
	if b := f.bindingAt(left); b != nil && f.isDefault(b) {
		return
	}
	if handle, ok := inspect.HandleOf(name, text); ok {
		f.state(at, handle)
		return
	}
	f.assignedEndpoint(name, text, at)
}

// isDefault reports whether a name is also given a value that the deploy sets:
// then a literal is what holds without.
func (f *file) isDefault(b *binding) bool {
	if _, ok := f.annotated(b.at, map[string]bool{springValue: true, configProperty: true}); ok {
		return true
	}
	if class := enclosingClass(b.at); b.field && class.OK() {
		if _, ok := f.annotated(class, settingsAnnotations); ok {
			return true
		}
	}
	return f.bindingValue(b).Source == inspect.Env
}

// assignedEndpoint states a literal HTTP URL given to what names a service.
func (f *file) assignedEndpoint(name, text string, at syntax.Node) {
	m := localURL.FindStringSubmatch(text)
	if m == nil || !serviceName.MatchString(name) || notService.MatchString(name) || inspect.HandleNot.MatchString(name) || inspect.IsPlaceholder(m[2]) || notService.MatchString(text) {
		return
	}
	f.state(at, inspect.Endpoint{Via: "assignment", Name: name, URL: inspect.LitOf(text)})
}

// endpoint says which argument of a call to an HTTP client is the URL.
var endpoints = map[string]int{
	"org.springframework.web.client.RestTemplate.getForObject": 0, "org.springframework.web.client.RestTemplate.getForEntity": 0, "org.springframework.web.client.RestTemplate.postForObject": 0,
	"org.springframework.web.client.RestTemplate.postForEntity": 0, "org.springframework.web.client.RestTemplate.exchange": 0, "org.springframework.web.client.RestTemplate.put": 0, "org.springframework.web.client.RestTemplate.delete": 0,
	"org.springframework.boot.web.client.RestTemplateBuilder.rootUri": 0, "org.springframework.web.reactive.function.client.WebClient.create": 0,
	"org.springframework.web.reactive.function.client.WebClient.builder().baseUrl": 0, "org.springframework.web.reactive.function.client.WebClient.Builder.baseUrl": 0,
	"org.springframework.web.client.RestClient.create": 0, "org.springframework.web.client.RestClient.builder().baseUrl": 0, "org.springframework.web.client.RestClient.Builder.baseUrl": 0,
	"okhttp3.Request.Builder.url": 0, "com.squareup.okhttp.Request.Builder.url": 0, "retrofit2.Retrofit.Builder.baseUrl": 0, "java.net.http.HttpRequest.newBuilder": 0, "java.net.http.HttpRequest.newBuilder().uri": 0,
	"org.apache.http.client.methods.HttpGet": 0, "org.apache.http.client.methods.HttpPost": 0, "org.apache.http.client.methods.HttpPut": 0, "org.apache.http.client.methods.HttpDelete": 0,
	"org.apache.hc.client5.http.classic.methods.HttpGet": 0, "org.apache.hc.client5.http.classic.methods.HttpPost": 0, "jakarta.ws.rs.client.Client.target": 0, "jakarta.ws.rs.client.ClientBuilder.newClient().target": 0,
	"kong.unirest.Unirest.get": 0, "kong.unirest.Unirest.post": 0, "com.mashape.unirest.http.Unirest.get": 0, "com.mashape.unirest.http.Unirest.post": 0, "org.jsoup.Jsoup.connect": 0, "feign.Feign.builder().target": 1,
	"io.ktor.client.HttpClient.get": 0, "io.ktor.client.HttpClient.post": 0, "io.ktor.client.HttpClient.put": 0, "io.ktor.client.HttpClient.delete": 0, "io.ktor.client.request.get": 0, "io.ktor.client.request.post": 0,
	"io.ktor.client.request.put": 0, "io.ktor.client.request.delete": 0, "io.ktor.client.request.url": 0, "io.micronaut.http.client.HttpClient.create": 0, "com.github.kittinunf.fuel.Fuel.get": 0, "com.github.kittinunf.fuel.Fuel.post": 0, "khttp.get": 0, "khttp.post": 0,
	"java.net.URL.openConnection": -1, "java.net.URL.openStream": -1, "cn.hutool.http.HttpUtil.get": 0, "cn.hutool.http.HttpUtil.post": 0,
	"io.grpc.ManagedChannelBuilder.forTarget": 0, "io.grpc.ManagedChannelBuilder.forAddress": 0, "io.grpc.netty.NettyChannelBuilder.forAddress": 0, "io.grpc.netty.NettyChannelBuilder.forTarget": 0,
}

// endpointCall states a literal URL given to an HTTP client.
func (f *file) endpointCall(c call) {
	place, known := endpoints[c.name]
	if !known {
		return
	}
	at := c.arg(place, "url", "urlString", "baseUrl")
	if place < 0 {
		at = c.recv
	}
	v := f.evaluate(f.follow(at))
	if v.Source != inspect.Literal || v.Text == "" {
		if lead, ok := f.leadingText(at); ok { // "http://orders/api/" + id
			v = fold.Literal(lead)
		} else {
			return
		}
	}
	grpc := strings.HasPrefix(c.name, "io.grpc.")
	if !localURL.MatchString(v.Text) && !grpc {
		return
	}
	if grpc && len(c.args) > 1 {
		v = fold.Join(v, fold.Literal(":"), f.evaluate(c.args[1]))
	}
	if v.Source == inspect.Literal {
		f.state(c.Node, inspect.Endpoint{Via: f.via(c.name), URL: v.Kept(false)})
	}
}

// leadingText is the literal beginning of a URL up to its path.
func (f *file) leadingText(n syntax.Node) (string, bool) {
	text := f.leading(n)
	m := localURL.FindString(text)
	return m, m != "" && len(m) < len(text)
}

// leading is the literal that a text begins with.
func (f *file) leading(n syntax.Node) string {
	n = f.follow(n)
	for range 64 {
		if !n.Is("binary_expression") {
			break
		}
		n = f.follow(n.Field("left"))
	}
	if n.Is("string_literal", "multiline_string_literal") && f.evaluate(n).Source != inspect.Literal {
		text, _, _ := strings.Cut(strings.Trim(n.Text(), `"`), "$")
		return text
	}
	text, _ := f.literal(n)
	return text
}

// endpointAnnotations are clients that an annotation declares, by the name of
// the argument that is the URL.
var endpointAnnotations = map[string]string{
	"org.springframework.cloud.openfeign.FeignClient": "url", "org.springframework.cloud.netflix.feign.FeignClient": "url",
	"org.eclipse.microprofile.rest.client.inject.RegisterRestClient": "baseUri", "io.micronaut.http.client.annotation.Client": "value", "org.springframework.web.service.annotation.HttpExchange": "url",
}

func (f *file) endpointAnnotation(a annotation) {
	key, known := endpointAnnotations[a.name]
	if !known {
		return
	}
	text, ok := f.literal(a.args[key])
	if !ok {
		return
	}
	if list, _ := placeholders(text, 0); len(list) > 0 {
		for _, p := range list {
			if name := variableOf(p.name); plausibleVariable(name) {
				_, fallback := placeholders(p.fallback, 1)
				fact := inspect.EnvRead{Name: name, Via: "@" + a.simple, Required: !p.has && envStyle(p.name)}
				if p.has {
					fact.Fallback = fallback.Kept(false)
				}
				f.state(a.Node, fact)
			}
		}
		return
	}
	if localURL.MatchString(text) {
		f.state(a.Node, inspect.Endpoint{Via: "@" + a.simple, Name: key, URL: inspect.LitOf(text)})
	}
}
