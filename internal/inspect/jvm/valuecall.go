package jvm

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
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
		"toString": true, "trim": true, "strip": true, "toInt": true, "toLong": true, "toBoolean": true, "intValue": true, "longValue": true, "getBytes": true, "toByteArray": true, "encodeToByteArray": true, "byteInputStream": true,
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
func (f *file) callValue(n syntax.Node) fold.Value {
	c := f.callOf(n)
	if !c.ok {
		return fold.Unknown
	}
	if read, ok := f.envRead(c); ok {
		return read.value(f.readFallback(read))
	}
	if _, name, ok := f.askedOf(c); ok {
		return fold.Value{Source: inspect.Unknown, Env: []string{inspect.AskedVariable(name)}}
	}
	if v, ok := f.configured(c); ok {
		return v
	}
	switch {
	case environment[c.on] || environment[c.name]:
		return fold.Env()
	case firstArgument[c.name]:
		return f.firstValue(c)
	case makesRandom.MatchString(c.name):
		return fold.Random
	case c.name == "java.lang.System.getProperty":
		return f.propertyValue(c)
	case c.name == "java.util.Objects.requireNonNullElse", c.name == "java.util.Objects.requireNonNullElseGet":
		return fold.OrElse(f.evaluate(c.arg(0)), f.lastOf(c.arg(1)))
	case c.name == "java.lang.String.format" || c.method == "formatted" || c.method == "format" && f.kotlin && c.recv.OK():
		return f.formatted(c)
	}
	if values := f.returned(c); len(values) > 0 {
		return fold.Either(f.evaluateAll(values)...)
	}
	return f.methodValue(c)
}

// methodValue is what a method makes of its receiver.
func (f *file) methodValue(c call) fold.Value {
	on := f.evaluate(c.recv)
	if !c.recv.OK() {
		on = fold.Unknown
	}
	switch {
	case c.class != "" || c.set:
		return f.mixed(c.args)
	case on.Source == inspect.Random:
		return on
	case c.method == "orElse" || c.method == "orElseGet" || c.method == "getOrElse":
		return fold.OrElse(on, f.lastOf(c.arg(len(c.args)-1)))
	case c.method == "ifBlank" || c.method == "ifEmpty":
		return fold.OrIfEmpty(on, f.lastOf(c.arg(len(c.args)-1)))
	case c.method == "concat":
		return fold.Join(on, f.evaluate(c.arg(0)))
	case c.method == "resolve" && on.Has:
		return fold.Resolve(on, f.evaluate(c.arg(0)))
	case (c.method == "let" || c.method == "map") && len(c.args) == 1 && on.Source == inspect.Literal:
		return fold.Unknown // changed in an unknown way
	case sameText[c.method] && (on.Source != inspect.Literal || on.Text != "" || c.method != "get"):
		return on
	case settings[strings.TrimSuffix(c.on, "()")] || settingsChain(c.on):
		return fold.Input
	case on.Source == inspect.Env || on.Source == inspect.Input:
		return on.WithoutText()
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
func (f *file) firstValue(c call) fold.Value {
	if len(c.args) == 0 {
		return fold.Unknown
	}
	if !joinsPath[c.name] || len(c.args) == 1 {
		return f.evaluate(c.args[0])
	}
	return fold.Path(f.evaluateAll(c.args[:min(len(c.args), 16)])...)
}

// temporaryDirectory is what java.io.tmpdir is on a server.
const temporaryDirectory = "/tmp"

// propertyValue is a system property, given with -D when the program starts.
func (f *file) propertyValue(c call) fold.Value {
	name, _ := f.literal(c.arg(0))
	switch name {
	case "java.io.tmpdir":
		return fold.Literal(temporaryDirectory)
	case "user.dir":
		return fold.Literal(".")
	case "line.separator":
		return fold.Literal("\n")
	case "file.separator":
		return fold.Literal("/")
	}
	return fold.Input
}

// lastOf is what an expression or the lambda that makes it gives.
func (f *file) lastOf(n syntax.Node) fold.Value {
	switch n.Kind() {
	case "lambda_literal":
		return f.evaluate(lastChild(n))
	case "lambda_expression":
		return f.evaluate(n.Field("body"))
	}
	return f.evaluate(n)
}

// formatted folds "host=%s".formatted(x) and String.format("…%s", x).
func (f *file) formatted(c call) fold.Value {
	pattern, args := c.recv, c.args
	if c.name == "java.lang.String.format" {
		if len(args) == 0 {
			return fold.Unknown
		}
		pattern, args = args[0], args[1:]
	}
	text, ok := f.literal(pattern)
	if !ok {
		return f.mixed(c.args)
	}
	var parts []fold.Value
	for _, arg := range args[:min(len(args), 32)] {
		before, after, found := cutVerb(text)
		if !found {
			break
		}
		parts = append(parts, fold.Literal(before), f.evaluate(arg))
		text = after
	}
	if strings.Contains(text, "%") {
		parts = append(parts, fold.Unknown)
	}
	return fold.Join(append(parts, fold.Literal(text))...)
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
func (f *file) constant(name string) fold.Value {
	at := strings.LastIndexByte(name, '.')
	if at < 0 {
		return fold.Unknown
	}
	if text, ok := constants[name[at+1:]]; ok && settingClasses.MatchString(name) {
		return fold.Literal(text)
	}
	if name == "java.io.File.separator" {
		return fold.Literal("/")
	}
	return fold.Unknown
}
