package csharp

import (
	"cmp"
	"slices"
	"strings"

	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// maxFollows bounds a chain of assignments.
const maxFollows = 24

func sortPlaces(places []place) {
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.namespace, b.namespace) })
}

const configuration = "Microsoft.Extensions.Configuration.IConfiguration()"

// results are what calls and members of frameworks give.
var results = map[string]string{
	"Microsoft.AspNetCore.Builder.WebApplication.CreateBuilder()":        "Microsoft.AspNetCore.Builder.WebApplicationBuilder()",
	"Microsoft.AspNetCore.Builder.WebApplication.CreateSlimBuilder()":    "Microsoft.AspNetCore.Builder.WebApplicationBuilder()",
	"Microsoft.AspNetCore.Builder.WebApplication.CreateEmptyBuilder()":   "Microsoft.AspNetCore.Builder.WebApplicationBuilder()",
	"Microsoft.AspNetCore.Builder.WebApplication.Create()":               "Microsoft.AspNetCore.Builder.WebApplication()",
	"Microsoft.AspNetCore.Builder.WebApplicationBuilder().Build()":       "Microsoft.AspNetCore.Builder.WebApplication()",
	"Microsoft.AspNetCore.Builder.WebApplicationBuilder().WebHost":       "Microsoft.AspNetCore.Hosting.IWebHostBuilder()",
	"Microsoft.AspNetCore.Builder.WebApplicationBuilder().Host":          "Microsoft.Extensions.Hosting.IHostBuilder()",
	"Microsoft.Extensions.Hosting.Host.CreateDefaultBuilder()":           "Microsoft.Extensions.Hosting.IHostBuilder()",
	"Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder()":       "Microsoft.Extensions.Hosting.HostApplicationBuilder()",
	"Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder()":  "Microsoft.Extensions.Hosting.HostApplicationBuilder()",
	"Microsoft.Extensions.Hosting.HostBuilder().Build()":                 "Microsoft.Extensions.Hosting.IHost()",
	"Microsoft.Extensions.Hosting.IHostBuilder().Build()":                "Microsoft.Extensions.Hosting.IHost()",
	"Microsoft.Extensions.Hosting.HostApplicationBuilder().Build()":      "Microsoft.Extensions.Hosting.IHost()",
	"Microsoft.AspNetCore.WebHost.CreateDefaultBuilder()":                "Microsoft.AspNetCore.Hosting.IWebHostBuilder()",
	"Microsoft.AspNetCore.Hosting.IWebHostBuilder().Build()":             "Microsoft.AspNetCore.Hosting.IWebHost()",
	"Microsoft.AspNetCore.Hosting.WebHostBuilder().Build()":              "Microsoft.AspNetCore.Hosting.IWebHost()",
	"Aspire.Hosting.DistributedApplication.CreateBuilder()":              "Aspire.Hosting.IDistributedApplicationBuilder()",
	"Microsoft.Extensions.Configuration.ConfigurationBuilder().Build()":  configuration,
	"Microsoft.Extensions.Configuration.IConfigurationBuilder().Build()": configuration,
	"Microsoft.Extensions.Configuration.IConfigurationRoot()":            configuration,
	"Microsoft.Extensions.Configuration.ConfigurationManager()":          configuration,
	"Microsoft.Extensions.Configuration.IConfigurationManager()":         configuration,
	"System.Net.Http.IHttpClientFactory().CreateClient()":                "System.Net.Http.HttpClient()",
	"StackExchange.Redis.ConnectionMultiplexer.Connect()":                "StackExchange.Redis.IConnectionMultiplexer()",
	"StackExchange.Redis.ConnectionMultiplexer.ConnectAsync()":           "StackExchange.Redis.IConnectionMultiplexer()",
	"StackExchange.Redis.ConnectionMultiplexer()":                        "StackExchange.Redis.IConnectionMultiplexer()",
	"StackExchange.Redis.IConnectionMultiplexer().GetDatabase()":         "StackExchange.Redis.IDatabase()",
	"Azure.Messaging.ServiceBus.ServiceBusClient().CreateSender()":       "Azure.Messaging.ServiceBus.ServiceBusSender()",
	"Azure.Messaging.ServiceBus.ServiceBusClient().CreateProcessor()":    "Azure.Messaging.ServiceBus.ServiceBusProcessor()",
	"Azure.Messaging.ServiceBus.ServiceBusClient().CreateReceiver()":     "Azure.Messaging.ServiceBus.ServiceBusReceiver()",
	"Microsoft.Extensions.Logging.LoggerFactory.Create()":                "Microsoft.Extensions.Logging.ILoggerFactory()",
}

// fluent are the builders whose unknown methods give the builder back.
var fluent = []string{
	"Microsoft.Extensions.Hosting.IHostBuilder()", "Microsoft.Extensions.Hosting.HostBuilder()", "Microsoft.AspNetCore.Hosting.IWebHostBuilder()", "Microsoft.AspNetCore.Hosting.WebHostBuilder()",
	"Microsoft.Extensions.Configuration.ConfigurationBuilder()", "Microsoft.Extensions.Configuration.IConfigurationBuilder()", "Serilog.LoggerConfiguration()", "Minio.MinioClient()",
	"MQTTnet.MqttClientOptionsBuilder()", "MQTTnet.Client.MqttClientOptionsBuilder()", "MQTTnet.Client.Options.MqttClientOptionsBuilder()", "HiveMQtt.Client.HiveMQClientOptionsBuilder()",
	"Microsoft.Extensions.DependencyInjection.IServiceCollection()",
}

// resolve names what an expression stands for: "System.Environment.Exit",
// "Npgsql.NpgsqlConnection()" for an instance. What begins with "?" is of a type
// that is not known; "" is what the file does not tell.
func (f *file) resolve(n syntax.Node) string {
	if !n.OK() {
		return ""
	}
	return f.names.Ask(n.Index(), &f.depth, "", func() string { return fold.Short(f.resolveFresh(n)) })
}

func (f *file) resolveFresh(n syntax.Node) string {
	switch n.Kind() {
	case "identifier":
		return f.resolveIdentifier(n)
	case "generic_name":
		return f.simpleType(n.Child(0).Text())
	case "member_access_expression":
		return f.resolveMember(n)
	case "conditional_access_expression":
		return f.step(f.resolve(n.Field("condition")), lastName(n))
	case "invocation_expression":
		return f.resolveCall(n)
	case "object_creation_expression":
		return instance(f.typeName(n.Field("type")))
	case "implicit_object_creation_expression":
		return instance(f.typeName(f.targetType(n)))
	case "element_access_expression":
		return f.resolveElement(n)
	case "await_expression", "parenthesized_expression", "postfix_unary_expression", "checked_expression":
		return f.resolve(n.Child(0))
	case "cast_expression":
		return instance(f.typeName(n.Field("type")))
	case "as_expression":
		return instance(f.typeName(n.Field("right")))
	case "binary_expression":
		if operator(n) == "??" {
			return f.sameName([]syntax.Node{n.Field("left"), n.Field("right")})
		}
	case "assignment_expression":
		return f.resolve(n.Field("right"))
	case "conditional_expression":
		return f.sameName([]syntax.Node{n.Field("consequence"), n.Field("alternative")})
	}
	return ""
}

// instance is the name of an object of a type.
func instance(typ string) string {
	if typ == "" {
		return ""
	}
	return canonical(typ + "()")
}

func canonical(name string) string {
	if to, ok := results[name]; ok {
		return to
	}
	return name
}

func (f *file) resolveIdentifier(n syntax.Node) string {
	name := n.Text()
	b := f.lookup(name, n)
	switch {
	case b == nil:
		if _, own := f.types[name]; !own {
			if t := f.simpleType(name); t != "?"+name {
				return t
			}
		} else {
			return "?" + name
		}
		return ""
	case b.def.OK():
		return ""
	case b.typ.OK():
		typ := instance(f.typeName(b.typ))
		if strings.HasPrefix(typ, "?") && len(b.values) > 0 {
			if name := f.sameName(b.values); name != "" && !strings.HasPrefix(name, "?") {
				return name
			}
		}
		return typ
	}
	return f.sameName(b.values)
}

func (f *file) resolveMember(n syntax.Node) string {
	object, name := n.Field("expression"), lastName(n)
	if text := object.Text(); text == "this" || text == "base" {
		if b := f.memberOf(n, name); b != nil && text == "this" {
			if b.typ.OK() {
				return instance(f.typeName(b.typ))
			}
			return f.sameName(b.values)
		}
		return ""
	}
	if base := f.resolve(object); base != "" {
		return f.step(base, name)
	}
	if object.Is("identifier", "member_access_expression") {
		path := dotted(n)
		for _, p := range known[name] {
			if first, _, _ := strings.Cut(path, "."); path == p.namespace+"."+name && f.lookup(first, n) == nil {
				return path
			}
		}
	}
	return ""
}

// step is a member of something with a name.
func (f *file) step(base, name string) string {
	if base == "" || name == "" {
		return ""
	}
	if name == "Configuration" && (strings.HasSuffix(base, "Builder()") || strings.HasSuffix(base, "BuilderContext()") || strings.HasSuffix(base, "Application()")) {
		return configuration
	}
	return canonical(base + "." + name)
}

func (f *file) resolveCall(n syntax.Node) string {
	function := n.Field("function")
	name := lastName(function)
	if strings.HasPrefix(name, "Get") && (name == "GetRequiredService" || name == "GetService" || name == "GetRequiredKeyedService") {
		if typ := typeArgument(function); typ.OK() {
			return instance(f.typeName(typ))
		}
	}
	if name == "GetSection" || name == "GetRequiredSection" {
		if f.isConfiguration(receiver(function)) {
			return configuration
		}
	}
	if function.Is("identifier") {
		for _, static := range f.statics {
			if _, ok := known[static[strings.LastIndex(static, ".")+1:]]; ok && f.lookup(name, n) == nil {
				return canonical(static + "." + name + "()")
			}
		}
	}
	if def := f.localFunction(function); def.OK() {
		typ := def.Field("returns")
		if !typ.OK() {
			typ = def.Field("type")
		}
		return instance(f.typeName(unwrapTask(typ)))
	}
	base := f.resolve(function)
	if base == "" {
		return ""
	}
	full := base + "()"
	if to, ok := results[full]; ok {
		return to
	}
	for _, builder := range fluent {
		if rest, ok := strings.CutPrefix(base, builder); ok && strings.HasPrefix(rest, ".") {
			return builder
		}
	}
	return full
}

// unwrapTask is T of Task<T>.
func unwrapTask(typ syntax.Node) syntax.Node {
	if name := simpleName(typ); name == "Task" || name == "ValueTask" {
		return typ.Child(1).Child(0)
	}
	return typ
}

func (f *file) resolveElement(n syntax.Node) string {
	base := f.resolve(n.Field("expression"))
	if base == "" {
		return ""
	}
	return base + "[]"
}

// sameName is the one name that expressions stand for, or "" if they differ;
// null and what has no name do not count.
func (f *file) sameName(list []syntax.Node) string { return fold.Same(list, f.resolve) }

// targetType is the type that new() makes: that of the variable, property or
// parameter that it is given to.
func (f *file) targetType(n syntax.Node) syntax.Node {
	up := n.Parent()
	for up.Is("equals_value_clause", "parenthesized_expression", "binary_expression", "conditional_expression") {
		up = up.Parent()
	}
	switch up.Kind() {
	case "variable_declarator":
		return declaredType(up.Parent().Field("type"))
	case "property_declaration":
		return up.Field("type")
	case "assignment_expression":
		if b := f.target(up.Field("left")); b != nil {
			return b.typ
		}
	case "arrow_expression_clause":
		if holder := up.Parent(); holder.Is("property_declaration") {
			return holder.Field("type")
		} else if holder.Is("method_declaration", "local_function_statement") {
			return returnType(holder)
		}
	case "return_statement":
		if def := up.Up("method_declaration", "local_function_statement", "lambda_expression"); !def.Is("lambda_expression") {
			return returnType(def)
		}
	}
	return syntax.Node{}
}

func returnType(def syntax.Node) syntax.Node {
	if typ := def.Field("returns"); typ.OK() {
		return unwrapTask(typ)
	}
	return unwrapTask(def.Field("type"))
}

// localFunction is the one function of this file that an expression calls: F,
// this.F, or Type.F of a type of the file. Overloads tell nothing.
func (f *file) localFunction(function syntax.Node) syntax.Node {
	name := lastName(function)
	switch {
	case function.Is("identifier", "generic_name"):
	case function.Is("member_access_expression"):
		object := function.Field("expression").Text()
		if _, own := f.types[object]; !own && object != "this" {
			return syntax.Node{}
		}
	default:
		return syntax.Node{}
	}
	if b := f.lookup(name, function); b != nil && !b.def.OK() {
		return syntax.Node{} // a delegate in a variable
	}
	if list := f.methods[name]; len(list) == 1 {
		return list[0]
	}
	return syntax.Node{}
}
