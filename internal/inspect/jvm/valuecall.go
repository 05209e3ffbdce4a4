package jvm

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	// firstArgument give their first argument in another type.
	firstArgument = map[string]bool{
		"java.lang.Integer.parseInt": true, "java.lang.Integer.valueOf": true, "java.lang.Long.parseLong": true, "java.lang.Long.valueOf": true,
		"java.lang.Boolean.parseBoolean": true, "java.lang.Boolean.valueOf": true, "java.lang.String.valueOf": true, "java.lang.Integer.toString": true,
		"java.util.Objects.requireNonNull": true, "java.util.Objects.toString": true, "kotlin.requireNotNull": true, "kotlin.checkNotNull": true, "java.net.URI.create": true,
		"java.util.Optional.of": true, "java.util.Optional.ofNullable": true, "java.util.List.of": true, "java.util.Arrays.asList": true, "java.util.Collections.singletonList": true, "java.util.Set.of": true,
		"kotlin.collections.listOf": true, "kotlin.arrayOf": true, "java.nio.file.Paths.get": true, "java.nio.file.Path.of": true, "kotlin.io.path.Path": true,
		"java.net.URI": true, "java.net.URL": true, "java.io.File": true, "java.net.InetSocketAddress": true, "java.net.InetAddress.getByName": true, "java.util.stream.Stream.of": true,
		"org.apache.http.HttpHost": true, "org.apache.http.HttpHost.create": true, "org.apache.hc.core5.http.HttpHost": true, "redis.clients.jedis.HostAndPort": true, "com.google.common.collect.ImmutableList.of": true,
		"com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration": true, "com.mongodb.ConnectionString": true, "com.mongodb.MongoClientURI": true, "com.mongodb.ServerAddress": true,
		"io.lettuce.core.RedisURI.create": true, "java.time.Duration.parse": true, "java.util.Collections.singleton": true, "java.util.Locale": true, "io.vertx.core.net.SocketAddress.inetSocketAddress": true,
		"com.rabbitmq.client.Address": true, "java.lang.String": true, "java.lang.Integer.decode": true,
	}
	// joinsPath put their arguments together with slashes.
	joinsPath = map[string]bool{"java.nio.file.Paths.get": true, "java.nio.file.Path.of": true, "java.io.File": true, "kotlin.io.path.Path": true}
	// makesRandom give another value in each process.
	makesRandom = regexp.MustCompile(`^(java\.util\.UUID\.randomUUID|java\.security\.SecureRandom|java\.util\.Random|java\.lang\.Math\.random|java\.util\.concurrent\.ThreadLocalRandom\.current|kotlin\.random\.|io\.jsonwebtoken\.security\.Keys\.(secretKeyFor|keyPairFor)|org\.apache\.commons\.lang3?\.RandomStringUtils\.|javax\.crypto\.KeyGenerator\.getInstance|java\.security\.KeyPairGenerator\.getInstance)`)
	// sameText are methods after which a text is as good as before.
	sameText = map[string]bool{
		"toString": true, "trim": true, "strip": true, "toInt": true, "toLong": true, "toBoolean": true, "intValue": true, "longValue": true, "getBytes": true, "toByteArray": true,
		"toCharArray": true, "toURI": true, "toURL": true, "toFile": true, "toPath": true, "trimIndent": true, "trimMargin": true, "toIntOrNull": true, "toLongOrNull": true,
		"orEmpty": true, "getAbsolutePath": true, "getAbsoluteFile": true, "toAbsolutePath": true, "normalize": true, "get": true, "orElseThrow": true, "intern": true, "toBooleanStrict": true,
		"toRealPath": true, "toUri": true, "filter": true, "build": true, "let": true, "run": true, "also": true, "apply": true, "takeIf": true, "takeUnless": true, "map": true, "toBooleanStrictOrNull": true,
	}
	// settings are objects that hold what a person or a deploy configured.
	settings = map[string]bool{
		"com.typesafe.config.ConfigFactory": true, "com.typesafe.config.Config": true, "java.util.Properties": true, "io.ktor.server.config.ApplicationConfig": true,
		"io.ktor.server.application.Application": true, "io.ktor.server.application.ApplicationEnvironment": true, "io.vertx.core.json.JsonObject": true,
		"org.apache.commons.cli.CommandLine": true, "org.apache.commons.configuration2.Configuration": true, "io.helidon.config.Config": true, "java.util.prefs.Preferences": true,
		"java.util.ResourceBundle": true, "io.micronaut.context.env.Environment": true, "javax.naming.Context": true, "javax.naming.InitialContext": true,
	}
)

// callValue is what a call gives.
func (f *file) callValue(n syntax.Node) value {
	c := f.callOf(n)
	if !c.ok {
		return unknown
	}
	if read, ok := f.envRead(c); ok {
		v := value{source: inspect.Env, env: []string{read.name}}
		if fallback := f.readFallback(read); fallback.source != inspect.None {
			v = otherwise(v, fallback)
			v.secret = v.secret || read.secret || inspect.IsSecretName(read.name)
		}
		return v
	}
	switch {
	case environment[c.on] || environment[c.name]:
		return value{source: inspect.Env}
	case firstArgument[c.name]:
		return f.firstValue(c)
	case makesRandom.MatchString(c.name):
		return random
	case c.name == "java.lang.System.getProperty":
		return f.propertyValue(c)
	case c.name == "java.util.Objects.requireNonNullElse", c.name == "java.util.Objects.requireNonNullElseGet":
		return otherwise(f.evaluate(c.arg(0)), f.lastOf(c.arg(1)))
	case c.name == "java.lang.String.format" || c.method == "formatted" || c.method == "format" && f.kotlin && c.recv.OK():
		return f.formatted(c)
	}
	if values := f.returned(c); len(values) > 0 {
		f.follows++
		defer func() { f.follows-- }()
		return either(f.evaluateAll(values)...)
	}
	return f.methodValue(c)
}

// methodValue is what a method makes of its receiver.
func (f *file) methodValue(c call) value {
	on := f.evaluate(c.recv)
	if !c.recv.OK() {
		on = unknown
	}
	switch {
	case c.class != "" || c.set:
		return f.mixed(c.args)
	case on.source == inspect.Random:
		return on
	case c.method == "orElse" || c.method == "orElseGet" || c.method == "ifBlank" || c.method == "ifEmpty" || c.method == "getOrElse":
		return otherwise(on, f.lastOf(c.arg(len(c.args)-1)))
	case c.method == "concat":
		return join([]value{on, f.evaluate(c.arg(0))})
	case c.method == "resolve" && on.has:
		return slashed(on, f.evaluate(c.arg(0)))
	case (c.method == "let" || c.method == "map") && len(c.args) == 1 && on.source == inspect.Literal:
		return unknown // changed in an unknown way
	case sameText[c.method] && (on.source != inspect.Literal || on.text != "" || c.method != "get"):
		return on
	case settings[strings.TrimSuffix(c.on, "()")] || settingsChain(c.on):
		return input
	case on.source == inspect.Env || on.source == inspect.Input:
		return value{source: on.source, env: on.env}
	}
	return f.mixed(c.args)
}

// settingsChain reports whether a chain of calls begins at configuration:
// environment.config.property("x").getString().
func settingsChain(on string) bool {
	for name := range settings {
		if rest, ok := strings.CutPrefix(on, name); ok && (rest == "" || rest[0] == '.' || rest[0] == '(') {
			return true
		}
	}
	return false
}

// firstValue is the first argument, behind host and port or parts of a path
// the joined whole.
func (f *file) firstValue(c call) value {
	if len(c.args) == 0 {
		return unknown
	}
	if !joinsPath[c.name] || len(c.args) == 1 {
		return f.evaluate(c.args[0])
	}
	v := f.evaluate(c.args[0])
	for _, part := range c.args[1:min(len(c.args), 16)] {
		v = slashed(v, f.evaluate(part))
	}
	return v
}

func slashed(a, b value) value {
	v := join([]value{a, literal("/"), b})
	if v.has {
		v.text = path.Clean(v.text)
	}
	return v
}

// temporaryDirectory is what java.io.tmpdir is on a server.
const temporaryDirectory = "/tmp"

// propertyValue is a system property, given with -D when the program starts.
func (f *file) propertyValue(c call) value {
	name, _ := f.literal(c.arg(0))
	switch name {
	case "java.io.tmpdir":
		return literal(temporaryDirectory)
	case "user.dir":
		return literal(".")
	case "line.separator":
		return literal("\n")
	case "file.separator":
		return literal("/")
	}
	return input
}

// lastOf is what an expression or the lambda that makes it gives.
func (f *file) lastOf(n syntax.Node) value {
	switch n.Kind() {
	case "lambda_literal":
		return f.evaluate(lastChild(n))
	case "lambda_expression":
		return f.evaluate(n.Field("body"))
	}
	return f.evaluate(n)
}

// formatted folds "host=%s".formatted(x) and String.format("…%s", x).
func (f *file) formatted(c call) value {
	pattern, args := c.recv, c.args
	if c.name == "java.lang.String.format" {
		if len(args) == 0 {
			return unknown
		}
		pattern, args = args[0], args[1:]
	}
	text, ok := f.literal(pattern)
	if !ok {
		return f.mixed(c.args)
	}
	var parts []value
	for _, arg := range args[:min(len(args), 32)] {
		before, after, found := cutVerb(text)
		if !found {
			break
		}
		parts = append(parts, literal(before), f.evaluate(arg))
		text = after
	}
	if strings.Contains(text, "%") {
		parts = append(parts, unknown)
	}
	return join(append(parts, literal(text)))
}

func cutVerb(text string) (before, after string, ok bool) {
	for _, verb := range []string{"%s", "%d"} {
		if a, b, found := strings.Cut(text, verb); found && !strings.Contains(a, "%") {
			return a, b, true
		}
	}
	return text, "", false
}

// constants are names that libraries give to keys of their settings.
var constants = map[string]string{
	"BOOTSTRAP_SERVERS_CONFIG": "bootstrap.servers", "ENABLE_AUTO_COMMIT_CONFIG": "enable.auto.commit", "SASL_JAAS_CONFIG": "sasl.jaas.config", "GROUP_ID_CONFIG": "group.id",
	"SSL_KEYSTORE_PASSWORD_CONFIG": "ssl.keystore.password", "SSL_TRUSTSTORE_PASSWORD_CONFIG": "ssl.truststore.password", "SSL_KEY_PASSWORD_CONFIG": "ssl.key.password",
	"HBM2DDL_AUTO": "hibernate.hbm2ddl.auto", "JAKARTA_JDBC_URL": "jakarta.persistence.jdbc.url", "JAKARTA_JDBC_PASSWORD": "jakarta.persistence.jdbc.password", "JPA_JDBC_URL": "jakarta.persistence.jdbc.url",
	"JPA_JDBC_PASSWORD": "jakarta.persistence.jdbc.password", "SECURITY_CREDENTIALS": "java.naming.security.credentials", "PROVIDER_URL": "java.naming.provider.url",
}

// settingClasses declare such names.
var settingClasses = regexp.MustCompile(`^(org\.apache\.kafka\.|org\.hibernate\.cfg\.|javax\.naming\.)`)

// constant is a constant of a library.
func (f *file) constant(name string) value {
	at := strings.LastIndexByte(name, '.')
	if at < 0 {
		return unknown
	}
	if text, ok := constants[name[at+1:]]; ok && settingClasses.MatchString(name) {
		return literal(text)
	}
	if name == "java.io.File.separator" {
		return literal("/")
	}
	return unknown
}
