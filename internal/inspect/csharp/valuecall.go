package csharp

import (
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// randomCalls are calls whose result differs in each process.
var randomCalls = map[string]bool{
	"System.Guid.NewGuid": true, "System.IO.Path.GetRandomFileName": true, "System.IO.Path.GetTempFileName": true, "System.IO.Path.GetTempPath": true,
	"System.IO.Directory.CreateTempSubdirectory": true, "System.Security.Cryptography.RandomNumberGenerator.GetBytes": true, "System.Security.Cryptography.RandomNumberGenerator.GetHexString": true,
	"System.Security.Cryptography.RandomNumberGenerator.GetString": true, "System.Security.Cryptography.RandomNumberGenerator.Create": true, "System.Security.Cryptography.RandomNumberGenerator.GetInt32": true,
}

// sameCalls give an argument back in another shape: its place.
var sameCalls = map[string]bool{
	"System.Convert.ToInt32": true, "System.Convert.ToString": true, "System.Convert.ToBoolean": true, "System.Convert.ToInt16": true, "System.Convert.ToUInt16": true,
	"System.IO.Path.GetFullPath": true, "System.Environment.ExpandEnvironmentVariables": true, "System.Convert.FromBase64String": true, "System.Convert.ToBase64String": true,
	"System.Net.IPAddress.Parse": true, "StackExchange.Redis.ConfigurationOptions.Parse": true, "MongoDB.Driver.MongoUrl.Create": true, "MongoDB.Driver.MongoClientSettings.FromConnectionString": true,
	"MongoDB.Driver.MongoClientSettings.FromUrl": true, "System.Net.Dns.GetHostEntry": true, "System.Net.Dns.GetHostEntryAsync": true, "System.Net.Dns.GetHostAddresses": true, "System.Net.Dns.GetHostAddressesAsync": true,
}

// sameMethods give their receiver back in another shape.
var sameMethods = map[string]bool{
	"ToString": true, "Trim": true, "TrimEnd": true, "TrimStart": true, "ToLower": true, "ToUpper": true, "ToLowerInvariant": true, "ToUpperInvariant": true,
	"ConfigureAwait": true, "AsSpan": true, "GetAwaiter": true, "GetResult": true,
}

// wrapping are constructors that hold what they are given.
var wrapping = map[string]bool{
	"System.Uri": true, "System.IO.FileInfo": true, "System.IO.DirectoryInfo": true, "MongoDB.Driver.MongoUrl": true, "System.String": true,
}

// handleNames are the properties of connection string builders and options
// that say where a service is.
var handleNames = []string{"ConnectionString", "Host", "HostName", "Server", "DataSource", "Endpoint", "ServiceURL", "BootstrapServers", "Uri", "Url", "EndPoints", "Configuration"}

func (f *file) callValue(c call) fold.Value {
	if read, ok := f.envRead(c); ok {
		return f.readValue(read)
	}
	if read, ok := f.configRead(c.Node); ok {
		return f.readValue(read)
	}
	if _, name, ok := f.askedOf(c); ok {
		return fold.Value{Source: inspect.Unknown, Env: []string{inspect.AskedVariable(name)}}
	}
	object := c.object
	switch {
	case randomCalls[c.name] || strings.HasPrefix(c.name, "System.Random"):
		return fold.Random
	case sameCalls[c.name] && len(c.positional) > 0:
		return f.evaluate(c.positional[0])
	case c.name == "System.IO.Path.Combine" || c.method == "Combine" && lastName(object) == "Path":
		return f.joined(fold.Resolve, c.positional)
	case c.name == "System.IO.Path.Join" || c.method == "Join" && lastName(object) == "Path":
		return f.joined(fold.Path, c.positional)
	case c.name == "System.IO.Directory.GetCurrentDirectory" || c.method == "MapPath" || c.name == "System.IO.Path.GetDirectoryName":
		return fold.Here
	case c.method == "nameof" && len(c.positional) == 1:
		return fold.Literal(lastName(c.positional[0]))
	case (c.method == "Parse" || c.method == "TryParse") && len(c.positional) > 0 && object.Is("predefined_type", "identifier"):
		return f.evaluate(c.positional[0])
	case c.method == "GetBytes" && len(c.positional) == 1 && strings.Contains(object.Text(), "Encoding") || c.method == "GetBytes" && strings.HasSuffix(object.Text(), "UTF8"):
		return f.evaluate(c.arg(0))
	case c.method == "Format" && strings.EqualFold(object.Text(), "string"):
		return f.formatted(c.positional)
	case c.method == "Concat" && strings.EqualFold(object.Text(), "string"):
		return f.joined(fold.Join, c.positional)
	case sameMethods[c.method] && object.OK():
		return f.evaluate(object)
	case c.method == "Replace" && object.OK():
		return f.mixed(append([]syntax.Node{object}, c.positional...))
	}
	if lookup := dnsRoot(f, c); lookup.OK() {
		return f.evaluate(lookup)
	}
	if def := f.localFunction(c.Field("function")); def.OK() {
		if list := returnsOf(bodyOf(def)); len(list) == 1 {
			if v := f.evaluate(list[0]); v.Source != inspect.Input && v.Source != inspect.Unknown {
				return v
			}
		}
	}
	parts := append([]syntax.Node{object}, c.positional...)
	for _, v := range sortedNamed(c) {
		parts = append(parts, v)
	}
	return f.mixed(parts)
}

// dnsRoot is the name that a chain of calls looks up: the address of a host is
// the host.
func dnsRoot(f *file, c call) syntax.Node {
	n := c.Node
	for range maxFollows {
		switch n.Kind() {
		case "invocation_expression":
			inner := f.callOf(n)
			if strings.HasPrefix(inner.name, "System.Net.Dns.GetHost") && len(inner.positional) > 0 && n != c.Node {
				return inner.positional[0]
			}
			n = inner.object
		case "member_access_expression", "element_access_expression":
			n = n.Field("expression")
		case "await_expression", "parenthesized_expression":
			n = n.Child(0)
		default:
			return syntax.Node{}
		}
	}
	return syntax.Node{}
}

func (f *file) creationValue(c call) fold.Value {
	if wrapping[c.name] && len(c.positional) > 0 {
		return f.evaluate(c.positional[0])
	}
	if v := property(c.initializer, handleNames...); v.OK() {
		return f.evaluate(v)
	}
	if len(c.positional) > 0 && (strings.HasSuffix(c.method, "ConnectionStringBuilder") || strings.HasSuffix(c.method, "DataSourceBuilder")) {
		return f.evaluate(c.positional[0])
	}
	if len(c.positional) > 0 {
		return f.mixed(c.positional)
	}
	return fold.Unknown
}

// joined are the parts as put gives them, null as the empty text.
func (f *file) joined(put func(...fold.Value) fold.Value, parts []syntax.Node) fold.Value {
	var list []fold.Value
	for _, part := range parts {
		list = append(list, f.evaluate(part).OrText())
	}
	return put(list...)
}

// formatted folds string.Format("…{0}…", a).
func (f *file) formatted(args []syntax.Node) fold.Value {
	if len(args) == 0 {
		return fold.Unknown
	}
	format := f.evaluate(args[0])
	if format.Source != inspect.Literal {
		return f.mixed(args)
	}
	var parts []fold.Value
	rest := format.Text
	for range 100 {
		before, after, ok := strings.Cut(rest, "{")
		parts = append(parts, fold.Literal(before))
		if !ok {
			return fold.Join(parts...)
		}
		field, tail, ok := strings.Cut(after, "}")
		number, err := strconv.Atoi(strings.TrimSpace(strings.SplitN(field, ":", 2)[0]))
		if !ok || err != nil || number < 0 || number+1 >= len(args) {
			return f.mixed(args)
		}
		parts = append(parts, f.evaluate(args[number+1]))
		rest = tail
	}
	return fold.Unknown
}

// readValue is the value of a read of the environment.
func (f *file) readValue(read read) fold.Value {
	fallback := f.evaluate(read.fallback)
	if read.fileOnly {
		return fold.Value{Source: inspect.Input, Env: fallback.Env}
	}
	return fold.Read(read.name, isSecretVariable(read.name), fallback)
}
