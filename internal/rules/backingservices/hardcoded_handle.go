package backingservices

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "backing-services/hardcoded-handle",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Where a backing service is stands in the code",
	Why: "The database, cache or queue can't be replaced by a copy, a managed one or another environment's without a " +
		"change of code and a new build: exactly what is needed in the minute when it fails.",
	Fixes: []audit.Fix{
		{For: "written login", Text: "Take the host, the user and the password each from a variable of its own instead of the literals, give the program a user with a password, and list the variables in .env.example."},
		{For: "Django", Text: `Read it in the settings from os.environ["‹variable›"] instead of the literal, and list the variable in .env.example.`},
		{For: "YAML of Rails", Text: `Write <%= ENV["‹variable›"] %> in ‹file› instead of the literal, and list the variable in .env.example.`},
		{For: "Laravel", Text: `Take it from env("‹variable›") in a file of config/, and from config() elsewhere, and list the variable in .env.example.`},
		{For: "Symfony", Text: `Write "%env(‹variable›)%" in the configuration instead of the literal, with a developer's value in .env.`},
		{For: "a setting", Text: "Take ‹key› out of ‹file› and set ‹variable› per deploy: it stands above every file of settings."},
		{For: "Spring Boot", Text: "Write ${‹variable›} in application.yml or application.properties instead of the literal, and inject it where the client is made."},
		{For: "ASP.NET Core", Text: `Read builder.Configuration["‹variable›"], which the environment fills, and throw at start when it is missing.`},
		{For: "Python", Text: `Pass os.environ["‹variable›"] instead of the literal, and list the variable in .env.example.`},
		{For: "JavaScript", Text: "Pass process.env.‹variable› instead of the literal, and list the variable in .env.example."},
		{For: "Go", Text: `Read os.Getenv("‹variable›") in main, refuse to start when it is empty, and pass it to the client.`},
		{For: "Ruby", Text: `Pass ENV.fetch("‹variable›") instead of the literal, and list the variable in .env.example.`},
		{For: "PHP", Text: `Take it from getenv("‹variable›") instead of the literal, and list the variable in .env.example.`},
		{For: "Java", Text: `Take it from System.getenv("‹variable›"), refuse to start when it is null, and list the variable in .env.example.`},
		{For: "C#", Text: `Take it from Environment.GetEnvironmentVariable("‹variable›"), throw at start when it is null, and list the variable in .env.example.`},
		{Text: "Read the service's address from one environment variable, ‹variable›, fail at start when it is missing, and list it in .env.example."},
		{Text: "Read the service's address from one environment variable, fail at start when it is missing, and list it in .env.example."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "001", "002", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const Redis = require("ioredis");
const cache = new Redis("redis://10.0.3.17:6379");
require("http").createServer(app).listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const Redis = require("ioredis");
const cache = new Redis(process.env.REDIS_URL);
require("http").createServer(app).listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		told := map[string]bool{} // hosts that a client or a URL names
		for client := range audit.Facts[inspect.Client](c, deployed...) {
			told[hostOf(client.Fact.Handle.Text)] = true
			if client.Fact.Handle.IsLiteral() && isAddress(c, client.Fact) && !isDefault(c, client.File, client.Fact.Via, client.Fact.Handle.Text) && !fromEnvironment(c, client) &&
				!replaced(c, client.File, settingsOf(client.Fact.Via)...) {
				var options []audit.Option
				if isSpring(client.File) && ownMachine(client.Fact.Handle.Text) && !ofProduction(client.File.Path) { // whoever deploys it may still find out which variable replaces it
					options = append(options, audit.WithConfidence(audit.MediumConfidence))
				}
				if client.Fact.User != "" {
					options = append(options, audit.WithFix("written login"))
				}
				reportHandle(report, client.At(), client.Fact, replacing(c, client.File, client.Fact.Via), append(options, handleFix(client.File, client.Fact.Via, variableFor(client.Fact.Service, client.Fact.Handle.Text))...)...)
			}
		}
		for handle := range audit.Facts[inspect.ServiceHandle](c, deployed...) {
			told[hostOf(handle.Fact.Handle.Text)] = true
			if onlyFile.MatchString(handle.Fact.Handle.Text) || published.MatchString(handle.File.Path) || neverRead(c, handle) || overridden(c, handle.File, handle.Fact.Name) || replaced(c, handle.File, handle.Fact.Name, strings.ReplaceAll(handle.Fact.Name, "__", ":")) || isDefault(c, handle.File, handle.Fact.Name, handle.Fact.Handle.Text) {
				continue
			}
			reportHandle(report, handle.At(), inspect.Client{Service: handle.Fact.Service, Handle: handle.Fact.Handle}, replacing(c, handle.File, handle.Fact.Name), handleFix(handle.File, handle.Fact.Name, audit.VariableName(handle.Fact.Name))...)
		}
		for s := range audit.Facts[inspect.Credential](c, deployed...) {
			if host := s.Fact.Host; s.Fact.Via == "field" && strings.Contains(host, ".") && !told[host] && !s.Fact.Secret.Placeholder {
				report.Violation(s.At(), host, fmt.Sprintf("The service at %s is written into the settings beside its %s", host, s.Fact.Name), handleFix(s.File, s.Fact.Name, "")...)
			}
		}
	},
})

// onlyFile is a connection string of nothing but a name, as SQLite takes a file's;
// published are directories that .NET builds into.
var (
	onlyFile  = regexp.MustCompile(`(?i)^\s*(data ?source|filename)\s*=\s*[^;:,\\]*;?\s*$`)
	published = regexp.MustCompile(`(^|/)(obj|bin)/(Debug|Release)/`)
)

// publicEndpoint are hosts that a provider gives to everybody: which account
// and region is meant stands elsewhere.
var publicEndpoint = regexp.MustCompile(`(?i)^(https?://)?(s3([.-][a-z0-9-]+)*\.amazonaws\.com|storage\.googleapis\.com)(:443)?/?$`)

// isAddress reports whether a literal handle says where a service is. A file
// is no service, and a bare word where a URL is wanted names no place: a
// connection, a profile, sendmail.
func isAddress(c *audit.Component, client inspect.Client) bool {
	text := client.Handle.Text
	switch {
	case client.Service == inspect.SQLite, client.Service == inspect.EmbeddedDB, text == "", text == "sendmail", publicEndpoint.MatchString(text), client.Handle.Secret == nil && inspect.IsPlaceholder(text): // a mask that ends the text is none
		return false
	case strings.HasPrefix(text, "file:"), strings.HasPrefix(text, "sqlite"), strings.HasPrefix(text, "mem://"), strings.HasPrefix(text, "memory:"):
		return false
	case client.Via == "django.DATABASES" && !strings.Contains(text, "://"):
		return audit.Has(c, func(s inspect.Setting) bool { // without HOST it is the database's name
			return strings.HasPrefix(s.Key, "DATABASES.") && strings.HasSuffix(s.Key, ".HOST") && s.Value.IsLiteral() && s.Value.Text == text
		})
	}
	return true
}

// isDefault reports whether a handle only serves developers: it names their own
// machine, in settings of which a variable can replace every key.
func isDefault(c *audit.Component, f *audit.File, key, handle string) bool {
	switch f.Format {
	case inspect.AppSettings, inspect.SpringProperties, inspect.SpringYAML:
		return ownMachine(handle) && !onlySettings(c, f, key) && !ofProduction(f.Path)
	}
	return false
}

// ofProduction reports whether a settings file is production's by its name: what
// it says is no default for developers, whichever machine it names.
func ofProduction(name string) bool { return productionSettings.MatchString(path.Base(name)) }

var productionSettings = regexp.MustCompile(`(?i)^(application|bootstrap|appsettings)[-.](prod|production|live)\.\w+$`)

func ownMachine(handle string) bool {
	host, _, _ := strings.Cut(hostOf(handle), ":")
	host, _, _ = strings.Cut(host, `\`) // .\SQLEXPRESS
	return host == "localhost" || host == "127.0.0.1" || host == "[" || host == "." || strings.HasPrefix(host, "(local")
}

// settingsOf are the settings that a framework makes a client of.
func settingsOf(via string) []string {
	if via == "django.DATABASES" {
		return []string{"DATABASES.default.HOST", "DATABASES.default.ENGINE", "DATABASES.default"}
	}
	return []string{via}
}

// replaced reports whether what a settings file says of the first of the keys
// that is set is not what production has: another file stands above it, or a
// variable that a descriptor gives.
func replaced(c *audit.Component, f *audit.File, keys ...string) bool {
	for _, key := range keys {
		if s, ok := c.EffectiveSetting(key); ok {
			below := slices.ContainsFunc(s.Overrides, func(p audit.Place) bool { return p.Path == f.Path })
			return s.At.Path != f.Path && (below || s.Framework == "django")
		}
	}
	return false
}

// overridden reports whether a setting of this name is also given from the
// environment: by another settings file, or by a variable of its name. What asks
// .NET's configuration reads the settings file as well, and gives nothing: there a
// descriptor has to name the variable, or the file hold no more than a sample.
func overridden(c *audit.Component, f *audit.File, name string) bool {
	return audit.Has(c, func(client inspect.Client) bool { return client.Via == name && client.Handle.FromEnv() }) ||
		audit.Has(c, func(read inspect.EnvRead) bool {
			return strings.EqualFold(read.Name, name) && !(f.Format == inspect.AppSettings && strings.HasPrefix(read.Via, "IConfiguration"))
		}) ||
		f.Format == inspect.AppSettings && slices.ContainsFunc(c.Provided(), func(p audit.Provided) bool { return strings.EqualFold(p.Name, name) })
}

// reportHandle reports one finding for a sort of service: the places where it
// is written belong together, because one variable replaces them. Where a variable
// stands above the settings file that says so, the place is what holds without it.
func reportHandle(report *audit.Report, at audit.Place, client inspect.Client, variable string, options ...audit.Option) {
	where := hostOf(client.Handle.Text)
	if where == "" {
		where = "a fixed place"
	}
	switch {
	case client.NoPassword:
		where += " as " + client.User + " without a password"
	case client.User != "":
		where += " as " + client.User
	}
	name := sentence(serviceNames[client.Service])
	message := fmt.Sprintf("%s is always reached at %s, whatever the deploy says", name, where)
	switch {
	case variable != "" && ofProduction(at.Path):
		message = fmt.Sprintf("%s has production reach %s at %s unless %s is set", path.Base(at.Path), serviceNames[client.Service], where, variable)
	case variable != "":
		options = append(options, audit.WithSeverity(audit.Medium))
		message = fmt.Sprintf("%s is reached at %s in every deploy that does not set %s", name, where, variable)
	}
	report.Violation(at, string(client.Service), message, options...)
}

// replacing is the variable that stands above a key of a settings file, "" where
// none does: above what a server of configuration gives there need not be any.
func replacing(c *audit.Component, f *audit.File, key string) string {
	if c.Repo.IsServed(f) {
		return ""
	}
	return audit.ReplacingVariable(f, key)
}

// handleFix names what a handle would be read from: the variable that replaces the
// key of a settings file, else the one given.
func handleFix(f *audit.File, key, variable string) []audit.Option {
	if replacing := audit.ReplacingVariable(f, key); replacing != "" {
		return []audit.Option{audit.WithFix("a setting"), audit.Naming("key", strings.ReplaceAll(key, "__", ":")), audit.Naming("file", path.Base(f.Path)), audit.Naming("variable", replacing)}
	}
	options := []audit.Option{audit.Naming("variable", variable)}
	if f.Format == inspect.RailsYAML {
		options = append(options, audit.WithFix("YAML of Rails"), audit.Naming("file", path.Base(f.Path)))
	}
	return options
}

// variableFor is what the variable that says where a service is would be called:
// for its URL, or for its host where that alone is written.
func variableFor(service inspect.Service, handle string) string {
	variable := handleVariables[service]
	if service, ok := strings.CutSuffix(variable, "_URL"); ok && plainHost.MatchString(handle) {
		return service + "_HOST"
	}
	return variable
}

var plainHost = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?$`)

// handleVariables are what variables that say where a service is are called.
var handleVariables = map[inspect.Service]string{
	inspect.Postgres: "DATABASE_URL", inspect.MySQL: "DATABASE_URL", inspect.Database: "DATABASE_URL", inspect.MongoDB: "MONGODB_URL", inspect.Redis: "REDIS_URL",
	inspect.Memcached: "MEMCACHED_URL", inspect.AMQP: "AMQP_URL", inspect.Kafka: "KAFKA_BROKERS", inspect.NATS: "NATS_URL", inspect.MQTT: "MQTT_URL", inspect.SMTP: "SMTP_URL",
	inspect.ObjectStore: "S3_ENDPOINT", inspect.Elasticsearch: "ELASTICSEARCH_URL",
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
