package csharp

import (
	"bytes"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

// reader reads a file whole when it holds a mark of what is stated of C# beside
// imports and namespaces: what the tables name, and what the code of this
// package asks for by words of its own.
var reader = sync.OnceValue(func() prefilter.Reader {
	words, texts, with, when := prefilter.Words, prefilter.Texts, prefilter.With, prefilter.If
	before, after := prefilter.Before, prefilter.After
	return prefilter.Reader{
		Comment: "//", Also: func(content []byte) bool { _, ok := head(content); return !ok },
		Marks: prefilter.New(
			prefilter.Endless(), when(inspect.MayAskForMail, prefilter.Fold(texts("send"))), names(inspect.MailCalls(slowCalls)),
			prefilter.Origins(), words("MinimumLevel", "UseMiniProfiler"), keys(errorPages), prefilter.Broken(), prefilter.Logins(), prefilter.Logged(), prefilter.URLs(), prefilter.DSNs(), prefilter.Secrets(`["']?\s*\]?(\s*\{[^{}]*\})?\s*(=>?|:)[\s(]*(//.*\s*)*[\s(]*(?:[\w.]*(?:GetBytes|FromBase64String|FromHexString)\(\s*)?[$@]*"`),
			when(with(`ttp:"`, `ttps:"`), texts(`"//`)), when(with("://"), texts(`"""`)), when(browsed, prefilter.Fold(words("href", "src", "xmlns"))),
			// a setting by a key: the secret's name may end in a bare Key, or stand elsewhere
			when(after(`^"\s*\]\s*=`), prefilter.Fold(texts(":key", "__key"))), when(setsConfig, texts("] =", "]=")),
			// services
			names(maps.Keys(clientTypes)), names(maps.Keys(clientCalls)), keys(clientMethods), keys(aspireClients), keys(aspireResources), words("ConnectionFactory"),
			words("UsingRabbitMq", "CreateUsingRabbitMq", "UsingAzureServiceBus"), names(maps.Keys(resourceArguments)), keys(resourceMethods), when(with("Amazon"), keys(requestProperties)), words("RegionEndpoint"),
			names(maps.Keys(keyArguments)), when(prefilter.All(with("assword"), typeOfUsers), texts("Dictionary<string, string>", "Dictionary<string,string>")), when(prefilter.All(with("assword"), madeForUsers), texts("Dictionary<string, string>", "Dictionary<string,string>")),
			when(after(`^\w*\s*(=|;)`), when(before(`(static|ConcurrentDictionary<).*$`), prefilter.Fold(texts(inspect.Records...)))), when(before(`(?i)class\s+\w*$`), texts("Repository", "Store", "Storage", "Dao")),
			when(typeOfKept, words("ConcurrentDictionary", "Dictionary")), when(madeForKept, words("ConcurrentDictionary", "Dictionary")),
			// variables and the configuration
			words("GetEnvironmentVariable", "GetEnvironmentVariables", "ExpandEnvironmentVariables"), when(with("DotNetEnv"), words("Env")),
			words("GetConnectionString", "GetRequiredValue", "BindConfiguration"), names(configurations()), words("IConfigurationSection"),
			when(after(`^\s*[?!]?\s*(\[|\.\s*Get)`), words("Configuration", "configuration", "_configuration")), prefilter.OfFile(configHolder.Match, when(keptConfig, words("Configuration"))),
			when(inspect.MayAsk, texts(`("`)), when(declared, texts("Settings", "Options", "Config", "Configuration")),
			// what listens and starts
			names(maps.Keys(hostRuns)), words("ConfigureWebHostDefaults", "ConfigureWebHost", "TcpListener", "ServerPort", "HttpListener", "UseUrls", "ListenAnyIP", "ListenLocalhost", "KestrelServerOptions", "UseKestrel", "ConfigureKestrel", "UseSetting"),
			words("KestrelMetricServer", "MetricServer"), when(after(`^\s*\.\s*Add`), words("Urls")),
			when(after(`^\s*\(`), words("Main")), when(before(`\bclass\s+$`), words("Startup")),
			names(maps.Keys(exitEvents)), words("PosixSignalRegistration", "ApplicationStopping", "ApplicationStopped"),
			names(maps.Keys(assemblyLoads)), names(maps.Keys(modelLoads)),
			names(slices.Values([]string{"System.Diagnostics.Process.Start", "CliWrap.Cli.Wrap", "SimpleExec.Command.Run", "SimpleExec.Command.RunAsync", "SimpleExec.Command.ReadAsync"})), words("ProcessStartInfo", "StartInfo"),
			// logs
			when(after(`^\s*[?!]?\s*\.`), words("WriteTo", "AuditTo")), words("Console", "TextWriterTraceListener"), names(maps.Keys(defaultHosts)), names(maps.Keys(appenders)), keys(frameworkLogs), when(with("NLog"), keys(nlogTargets)),
			// files
			when(fileWritten, words("File")), words("FileStream", "StreamWriter", "PersistKeysToFileSystem", "CreateFromDirectory"), when(with("SixLabors.ImageSharp", "System.Drawing"), keys(imageSaves)),
			// sessions, stores, jobs and migrations
			words("IMemoryCache", "AddSession", "PersistKeysToFileSystem", "AddCookie", "SessionStore", "AddStackExchangeRedis", "AddSignalR", "AddEasyCaching", "BlockingCollection"), keys(storeOf), keys(madeUp),
			when(after(`^\s*<`), words("Channel", "ChannelWriter")), when(with("Func<"), words("ConcurrentQueue")),
			names(maps.Keys(consumerCalls)), names(maps.Keys(clockCalls)), words("PeriodicTimer"), when(with("OnStart"), words("ServiceBase")), names(maps.Keys(enqueueCalls)), keys(consumerBases), when(with("Quartz"), words("IJob")), words("BackgroundService", "IHostedService", "IHostedLifecycleService"),
			words("BackgroundJobServer", "StdSchedulerFactory", "BasicConsume", "BasicConsumeAsync", "BasicPublish", "BasicPublishAsync", "ListLeftPop", "ListLeftPopAsync", "ListRightPop", "ListRightPopAsync",
				"AddHangfireServer", "UseHangfireServer", "AddQuartzHostedService", "AddQuartzServer"),
			when(with("MassTransit"), words("AddConsumer", "AddConsumers", "AddConsumersFromNamespaceContaining")), when(with("Coravel"), words("UseScheduler")),
			when(ofDatabase, words("Migrate", "MigrateAsync", "EnsureCreated", "EnsureCreatedAsync")), when(with("Evolve"), words("Migrate")), words("MigrateUp", "PerformUpgrade"), when(after(`^\s*<`), words("AddMigration")),
			// what serves requests, and so may share state or do slow work
			words("ApiController", "ApiControllerAttribute"), when(isBase, texts("Controller", "ControllerBase", "PageModel", "Hub", "Endpoint", "EndpointWithoutRequest", "EndpointBaseAsync", "EndpointBaseSync", "Ep")),
			when(grpcService, texts("Base")), keys(routes), when(isAttribute, texts(verbAttributes...)), when(isAttribute, texts("Function", "FunctionName", "LambdaFunction")), words("ILambdaContext"), when(with("Invoke"), words("HttpContext")),
			// the environment's name
			keys(environmentChecks), words("EnvironmentName"), when(before(`#\s*if\s*!?\s*$`), words("DEBUG", "RELEASE")),
		),
	}
})

// keys are the marks of a table whose keys a file writes out: methods, types.
func keys[V any](table map[string]V) []prefilter.Mark {
	return prefilter.Words(slices.Sorted(maps.Keys(table))...)
}

// names are the marks of resolved names: "Azure.Storage.Queues.QueueClient().SendMessage".
// A file need not write the namespace, which another file may open for all; it
// writes the members, and the type or one that frameworks make it of.
func names(table iter.Seq[string]) []prefilter.Mark {
	var marks []prefilter.Mark
	for name := range table {
		typ, members := parted(name)
		if len(members) == 0 {
			marks = append(marks, prefilter.Words(typ)...)
			continue
		}
		types := sources(name[:strings.Index(name, typ)+len(typ)], map[string]bool{})
		last, others := members[len(members)-1], members[:len(members)-1]
		marks = append(marks, prefilter.OfFile(func(content []byte) bool {
			return !slices.ContainsFunc(others, func(member string) bool { return !bytes.Contains(content, []byte(member)) }) &&
				slices.ContainsFunc(types, func(typ string) bool { return inspect.ContainsWord(content, typ) })
		}, prefilter.Words(last))...)
	}
	return marks
}

// parted splits a resolved name into its type and the members behind it.
func parted(name string) (typ string, members []string) {
	parts := strings.Split(plain(name), ".")
	for i, part := range parts {
		if slices.ContainsFunc(known[part], func(p place) bool { return p.namespace == strings.Join(parts[:i], ".") }) {
			return part, parts[i+1:]
		}
	}
	return parts[len(parts)-1], nil
}

// sources are the types that an expression of this type may be made of.
func sources(typ string, seen map[string]bool) []string {
	if seen[typ] {
		return nil
	}
	seen[typ] = true
	list := []string{typ[strings.LastIndex(typ, ".")+1:]}
	for from, to := range results {
		if to == typ+"()" {
			name, _ := parted(from)
			list = append(list, sources(from[:strings.Index(from, name)+len(name)], seen)...)
		}
	}
	return list
}

// configurations are the types whose instances are the configuration.
func configurations() iter.Seq[string] {
	return slices.Values(append(sources(strings.TrimSuffix(configuration, "()"), map[string]bool{}), "IConfigurationBuilder"))
}

// browsed agrees with a URL for browsers that is no documentation.
func browsed(content []byte, from, to int) bool {
	return browsedURL.Match(content[to:min(len(content), to+60)]) && !bytes.Contains(lineBefore(content, from), []byte("///"))
}

// typeOfUsers and madeForUsers agree with the type of a table of users,
// typeOfKept and madeForKept with that of a map of what is kept of people.
var (
	typeOfUsers  = prefilter.After(`^\??\s+\w*(?i:users?|accounts?|credentials?|logins?|passwords?)\s*=`)
	madeForUsers = prefilter.Before(`(?i:users?|accounts?|credentials?|logins?|passwords?)\s*=\s*new\s+$`)
	typeOfKept   = prefilter.After(`^\s*<[^;=\n]*>\??\s+\w*(?i:session|token|cart|basket|otp|login|captcha|verificationcode|conversation|chathistor)\w*\s*=`)
	madeForKept  = prefilter.Before(`(?i:session|token|cart|basket|otp|login|captcha|verificationcode|conversation|chathistor)\w*\s*=\s*new\s+(System\.Collections\.\w+\.)?$`)
)

// setsConfig agrees with the end of settings[Keys.Password] = "…".
func setsConfig(content []byte, from, _ int) bool {
	return givesText.Match(content[from:min(len(content), from+60)]) && configKey.Match(content[max(0, from-200):from])
}

// keptConfig agrees with a builder's configuration that is given to a name.
func keptConfig(content []byte, from, to int) bool {
	return from > 0 && !clause.Match(lineBefore(content, from)) && endsHere.Match(content[to:min(len(content), to+60)])
}

// declared agrees with the end of a type's name where it is declared.
func declared(content []byte, from, to int) bool {
	return (to == len(content) || !inspect.WordByte(content[to])) && declaresType.Match(lineBefore(content, from))
}

// ofDatabase agrees with a method of a context's database.
func ofDatabase(content []byte, from, _ int) bool {
	return databases.Match(content[max(0, from-80):from])
}

func lineBefore(content []byte, at int) []byte {
	return content[bytes.LastIndexByte(content[:at], '\n')+1 : at]
}

var (
	browsedURL   = regexp.MustCompile(`^\s*=\s*[$@]*"[a-z]+://`)
	givesText    = regexp.MustCompile(`^\]\s*=[\s(]*[$@]*"`)
	configKey    = regexp.MustCompile(configName.String() + `\w*(<[^<>]*>)?(\([^()]*\))?\s*[?!]?\s*\[[^\[\]"]*$`)
	clause       = regexp.MustCompile(`^\s*(global\s+)?(using|namespace)\s[^(]*$`)
	endsHere     = regexp.MustCompile(`^\s*[;,)?:!}]`)
	configHolder = regexp.MustCompile(`(Builder|BuilderContext|Application)\b`)
	declaresType = regexp.MustCompile(`\b(class|record|struct)\s+(class\s+|struct\s+)?\w*$`)
	databases    = regexp.MustCompile(`Database\s*[?!]?\s*\.\s*$`)
)

var fileMember = regexp.MustCompile(`^\s*[?!]?\s*\.\s*(` + strings.Join(append(slices.Collect(maps.Keys(fileWrites)), "Open"), "|") + `)\b`)

// fileWritten agrees with File.WriteAllText, and with another name that File
// is given.
func fileWritten(content []byte, from, to int) bool {
	return fileMember.Match(content[to:min(len(content), to+100)]) || bytes.Contains(lineBefore(content, from), []byte("using"))
}

// isBase agrees with the end of a name in a list of base types.
func isBase(content []byte, from, to int) bool {
	if to < len(content) && inspect.WordByte(content[to]) {
		return false
	}
	b, _ := leading(content, from)
	return b == ':' || b == ',' || b == '/'
}

// isAttribute agrees with a name in a list of attributes.
func isAttribute(content []byte, from, to int) bool {
	if to < len(content) && inspect.WordByte(content[to]) && !bytes.HasPrefix(content[to:], []byte("Attribute")) {
		return false
	}
	b, name := leading(content, from)
	return name == "" && (b == '[' || b == ',' || b == ':' || b == '/')
}

// leading is the byte before the dotted name around a place, and what of its
// last part stands before the place.
func leading(content []byte, from int) (b byte, name string) {
	at := from
	for at > 0 && inspect.WordByte(content[at-1]) {
		at--
	}
	name = string(content[at:from])
	for at > 0 && (inspect.WordByte(content[at-1]) || content[at-1] == '.' || content[at-1] == ':' && at > 1 && content[at-2] == ':') {
		if content[at-1] == ':' {
			at--
		}
		at--
	}
	for at > 0 && (content[at-1] <= ' ') {
		at--
	}
	if at == 0 {
		return 0, name
	}
	return content[at-1], name
}

// grpcService agrees with Cart.CartBase.
func grpcService(content []byte, from, to int) bool {
	if to < len(content) && inspect.WordByte(content[to]) {
		return false
	}
	_, name := leading(content, from)
	return name != "" && bytes.HasSuffix(content[:from], []byte(name+"."+name))
}

var (
	directive = regexp.MustCompile(`^\s*(global\s+)?using\s+(static\s+|unsafe\s+)*[\w.:@]+\s*(=[^;=]*)?;`)
	opens     = regexp.MustCompile(`^\s*namespace\s+[\w.@]+\s*(\{|;)?\s*(//.*)?$`)
	brace     = regexp.MustCompile(`^\s*\{\s*(//.*)?$`)
	passed    = regexp.MustCompile(`^\s*(//.*|#\s*(nullable|pragma|region|endregion|line|warning)\b.*|\[assembly:.*\]|\[module:.*\]|extern\s+alias\s+\w+\s*;)?\s*$`)
)

// head is the beginning of a file through its last using directive and
// namespace, with the namespaces closed. It is not ok for a file that does not
// begin with these alone, has more of them further on, or has some in one build
// and not in another.
func head(content []byte) (beginning []byte, ok bool) {
	end, depth, named, comment, pending := 0, 0, false, false, false
	at := 0
	if bytes.HasPrefix(content, []byte("\xef\xbb\xbf")) {
		at = 3
	}
	for at < len(content) {
		eol := bytes.IndexByte(content[at:], '\n')
		if eol < 0 {
			eol = len(content) - at - 1
		}
		line := content[at : at+eol+1]
		at += eol + 1
		text := bytes.TrimSpace(line)
		switch {
		case comment:
			comment = !bytes.Contains(text, []byte("*/"))
			if !comment && !bytes.HasSuffix(text, []byte("*/")) {
				return nil, false
			}
		case bytes.HasPrefix(text, []byte("/*")):
			comment = !bytes.Contains(text, []byte("*/"))
			if !comment && !bytes.HasSuffix(text, []byte("*/")) {
				return nil, false
			}
		case pending && brace.Match(text):
			pending, depth, end = false, depth+1, at
		case pending:
			return nil, false
		case passed.Match(text):
		case directive.Match(text):
			end = at
		case opens.Match(text):
			named, end = true, at
			switch m := opens.FindSubmatch(text); string(m[1]) {
			case "{":
				depth++
			case "":
				pending = true
			}
		default:
			if !named || again(content[at-len(line):]) {
				return nil, false
			}
			return append(slices.Clone(content[:end]), strings.Repeat("}", depth)...), true
		}
	}
	return nil, false // nothing is declared
}

// again reports whether what follows has a directive or another namespace.
func again(rest []byte) bool {
	for _, word := range []string{"using", "namespace"} {
		for from := 0; ; {
			at := bytes.Index(rest[from:], []byte(word))
			if at < 0 {
				break
			}
			at += from
			from = at + len(word)
			start := bytes.LastIndexByte(rest[:at], '\n') + 1
			line := rest[start:]
			if eol := bytes.IndexByte(line, '\n'); eol >= 0 {
				line = line[:eol]
			}
			if from < len(rest) && !inspect.WordByte(rest[from]) && (at == 0 || !inspect.WordByte(rest[at-1])) && (word == "namespace" && !bytes.Contains(rest[start:at], []byte("//")) || directive.Match(line)) {
				return true
			}
		}
	}
	return false
}
