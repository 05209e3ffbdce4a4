package csharp

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// hostRuns are calls that run a program until it is told to stop. .NET's host
// hears SIGTERM, SIGINT and SIGQUIT itself and stops its services.
var hostRuns = map[string]bool{
	"Microsoft.AspNetCore.Builder.WebApplication().Run": true, "Microsoft.AspNetCore.Builder.WebApplication().RunAsync": true,
	"Microsoft.AspNetCore.Builder.WebApplication().Start": true, "Microsoft.AspNetCore.Builder.WebApplication().StartAsync": true,
	"Microsoft.Extensions.Hosting.IHost().Run": true, "Microsoft.Extensions.Hosting.IHost().RunAsync": true,
	"Microsoft.Extensions.Hosting.IHostBuilder().RunConsoleAsync": true, "Microsoft.Extensions.Hosting.HostBuilder().RunConsoleAsync": true,
	"Microsoft.AspNetCore.Hosting.IWebHost().Run": true, "Microsoft.AspNetCore.Hosting.IWebHost().RunAsync": true,
}

// implicitPort is where Kestrel listens when the code says nothing: as its
// variables say, else on port 5000, in Microsoft's images on 8080.
var implicitPort = inspect.Value{Source: inspect.Env, Text: "5000", HasText: true, Env: []string{"ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS"}}

// hostCall states what running a host means: it handles signals, and a web
// application listens.
func (f *file) hostCall(c call) {
	if !hostRuns[c.name] || f.aspire {
		if c.method == "ConfigureWebHostDefaults" || c.method == "ConfigureWebHost" {
			f.webHostDefaults(c)
		}
		return
	}
	via := plain(c.name)
	f.state(c.Node, inspect.SignalHandler{Via: via, Signals: []string{"SIGTERM", "SIGINT", "SIGQUIT"}, Drains: true})
	web := strings.HasPrefix(c.name, "Microsoft.AspNetCore.")
	if !web {
		return
	}
	if url := c.arg(0, "url"); url.OK() && !url.Is("lambda_expression") && !strings.Contains(via, "Start") && strings.Contains(c.name, "WebApplication") && !isToken(url) {
		host, port := f.address(url)
		f.state(c.Node, inspect.Listen{Via: via, Host: host, Port: port})
		return
	}
	if !f.explicitListen() {
		f.state(c.Node, inspect.Listen{Via: via, Port: implicitPort})
	}
}

// webHostDefaults states the web server of a generic host: it listens once the
// host runs, which the lambda's own calls may say where.
func (f *file) webHostDefaults(c call) {
	if !c.object.OK() || len(f.methods[c.method]) > 0 || f.explicitListen() {
		return
	}
	f.state(c.Node.Field("function"), inspect.Listen{Via: "Microsoft.AspNetCore.Hosting.ConfigureWebHostDefaults", Port: implicitPort})
}

func isToken(n syntax.Node) bool {
	return strings.Contains(strings.ToLower(n.Text()), "token")
}

// explicitListen reports whether the file itself says where the server listens in
// production.
func (f *file) explicitListen() bool {
	for _, name := range []string{"UseUrls", "ListenAnyIP", "ListenLocalhost"} {
		if slices.ContainsFunc(f.calls[name], func(n syntax.Node) bool { return !f.forDevelopers(n) }) {
			return true
		}
	}
	for _, n := range f.calls["Add"] {
		if lastName(receiver(n.Field("function"))) == "Urls" {
			return true
		}
	}
	return false
}

// plain is a resolved name as facts show it, without calls and elements.
func plain(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "()", ""), "[]", "")
}

// listenCall states a server that is told where to accept connections.
func (f *file) listenCall(c call) {
	switch {
	case c.new && c.name == "System.Net.Sockets.TcpListener":
		fact := inspect.Listen{Via: c.name, Host: f.valueOf(c.arg(0, "localaddr")), Port: f.valueOf(c.arg(1, "port"))}
		if len(c.positional) == 1 {
			fact.Host, fact.Port = inspect.Value{}, f.valueOf(c.positional[0])
			if made := f.follow(c.positional[0]); made.Is("object_creation_expression") {
				end := f.callOf(made)
				fact.Host, fact.Port = f.valueOf(end.arg(0, "address")), f.valueOf(end.arg(1, "port"))
			}
		}
		f.state(c.Node, fact)
	case c.new && c.name == "Grpc.Core.ServerPort":
		f.state(c.Node, inspect.Listen{Via: c.name, Host: f.valueOf(c.arg(0, "host")), Port: f.valueOf(c.arg(1, "port"))})
	case c.new:
	case c.method == "Add" && lastName(c.object) == "Prefixes" && (f.resolve(receiver(c.object)) == "System.Net.HttpListener()"):
		host, port := f.address(c.arg(0))
		f.state(c.Node, inspect.Listen{Via: "System.Net.HttpListener", Host: host, Port: port})
	case c.method == "Add" && lastName(c.object) == "Urls" && f.resolve(receiver(c.object)) == "Microsoft.AspNetCore.Builder.WebApplication()":
		host, port := f.address(c.arg(0))
		f.state(c.Node, inspect.Listen{Via: "Microsoft.AspNetCore.Builder.WebApplication.Urls", Host: host, Port: port})
	case f.forDevelopers(c.Node):
	case c.method == "UseUrls" && c.object.OK() && len(f.methods["UseUrls"]) == 0:
		for _, url := range c.positional {
			host, port := f.address(url)
			f.state(c.Node, inspect.Listen{Via: "Microsoft.AspNetCore.Hosting.UseUrls", Host: host, Port: port})
		}
	case (c.method == "ListenAnyIP" || c.method == "ListenLocalhost") && c.object.OK():
		host := "0.0.0.0"
		if c.method == "ListenLocalhost" {
			host = "localhost"
		}
		f.state(c.Node.Field("function"), inspect.Listen{Via: kestrel + c.method, Host: inspect.Lit(host), Port: f.valueOf(c.arg(0, "port"))})
	case c.method == "Listen" && len(c.positional) >= 2 && f.insideKestrel(c):
		f.state(c.Node.Field("function"), inspect.Listen{Via: kestrel + c.method, Host: f.valueOf(c.arg(0, "address")), Port: f.valueOf(c.arg(1, "port"))})
	case c.method == "UseSetting" && c.object.OK() && len(c.positional) == 2:
		if key, _ := f.literal(c.positional[0]); key == "urls" {
			host, port := f.address(c.positional[1])
			f.state(c.Node, inspect.Listen{Via: "Microsoft.AspNetCore.Hosting.UseSetting", Host: host, Port: port})
		}
	case f.usings["Prometheus"] && c.name == "" && (c.method == "KestrelMetricServer" || c.method == "MetricServer"):
		f.state(c.Node, inspect.Listen{Via: "Prometheus." + c.method, Port: f.valueOf(c.arg(0, "port")), Side: true})
	}
}

const kestrel = "Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions."

// insideKestrel reports whether Listen is asked of Kestrel's options: by their
// type, or by the lambda that UseKestrel is given.
func (f *file) insideKestrel(c call) bool {
	if f.resolve(c.object) == strings.TrimSuffix(kestrel, ".")+"()" {
		return true
	}
	if !c.object.Is("identifier") {
		return false
	}
	b := f.lookup(c.object.Text(), c.object)
	if b == nil || !b.param.OK() {
		return false
	}
	for outer := b.param.Up("invocation_expression"); outer.OK(); outer = outer.Up("invocation_expression") {
		if name := lastName(outer.Field("function")); name == "UseKestrel" || name == "ConfigureKestrel" {
			return true
		}
	}
	return false
}

// urlAddress is host and port of what Kestrel is given: http://+:80.
var urlAddress = regexp.MustCompile(`^(?:https?://)?(\[[^\]]*\]|[^:/;]*)(?::([0-9]+))?(?:[/;].*)?$`)

// address splits a URL to listen on; where its parts can't be told apart both
// come from what the whole comes from.
func (f *file) address(n syntax.Node) (host, port inspect.Value) {
	v := f.evaluate(n)
	if m := leadHost.FindStringSubmatch(f.lead(f.follow(n))); m != nil && v.Source != inspect.Literal {
		host = inspect.Lit(everyHost(m[1]))
		if m := urlAddress.FindStringSubmatch(v.Text); m != nil && v.Has {
			v.Text = m[2]
		}
		return host, v.Kept(false)
	}
	if !v.Has {
		return inspect.Value{}, v.Kept(false)
	}
	m := urlAddress.FindStringSubmatch(v.Text)
	if m == nil {
		return inspect.Value{}, v.Kept(false)
	}
	h, p := v, v
	h.Text, p.Text = everyHost(m[1]), m[2]
	if p.Text == "" {
		p.Text = "80"
		if strings.HasPrefix(v.Text, "https:") {
			p.Text = "443"
		}
	}
	return h.Kept(false), p.Kept(false)
}

// leadHost is the host of a text that goes on with the port.
var leadHost = regexp.MustCompile(`^https?://(\[[^\]]*\]|[^:/;]+):$`)

func everyHost(host string) string {
	if host == "*" || host == "+" {
		return "0.0.0.0"
	}
	return strings.Trim(host, "[]")
}

// lead is the literal text that an expression begins with.
func (f *file) lead(n syntax.Node) string {
	for n.Is("binary_expression") && operator(n) == "+" {
		n = n.Field("left")
	}
	if n.Is("interpolated_string_expression") {
		text, _, _ := strings.Cut(interpolatedText(n), "{}")
		return text
	}
	text, _ := f.literal(n)
	return text
}

// forDevelopers reports whether a server listens there for developers alone:
// where the environment is theirs, or something else asks for it.
func (f *file) forDevelopers(n syntax.Node) bool {
	if f.inDebugBranch(n) {
		return true
	}
	for s := n.Up("if_statement"); s.OK(); s = s.Up("if_statement") {
		first, _, either := strings.Cut(s.Field("condition").Text(), "||")
		if either && n.Inside(s.Field("consequence")) && strings.HasSuffix(strings.TrimSpace(first), ".IsDevelopment()") && !strings.HasPrefix(first, "!") {
			return true
		}
	}
	return false
}
