package jvm

import (
	"bytes"
	"slices"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

// javaReader and kotlinReader read a file whole when it holds a mark of what is
// stated beside its package and imports: what the tables name, and what the code
// of this package asks for by words of its own. What only holds inside of a
// request handler (slow work, shared state, work handed to threads) has the
// marks of handlers.
var (
	javaReader   = sync.OnceValue(func() prefilter.Reader { return newReader(false) })
	kotlinReader = sync.OnceValue(func() prefilter.Reader { return newReader(true) })
)

func newReader(kotlin bool) prefilter.Reader {
	words, all, with, before, after := prefilter.Words, prefilter.Texts, prefilter.With, prefilter.Before, prefilter.After
	return prefilter.Reader{
		Imports: []string{"import ", "package "}, GoesOn: []string{"else", "catch", "finally", "while"},
		Texts: [][2]string{{"/*", "*/"}, {`"""`, `"""`}}, Comment: "//",
		Also: func(content []byte) bool { return asksStage(content) || seeds(content, kotlin) },
		Marks: prefilter.New(
			prefilter.Endless(), prefilter.If(inspect.MayAskForMail, prefilter.Fold(all("send"))), names(inspect.MailCalls(slowCalls)),
			prefilter.Origins(), prefilter.Broken(), prefilter.Logins(), prefilter.Logged(), prefilter.If(before(`(^|;)\s*$`), all("import\t", "import\n", "import\r", "import/", "package\t", "package\n", "package\r", "package/")), credentials(kotlin), prefilter.Tokens(), addresses(),
			names(keys(listens), keys(settingsListens), keys(clients), keys(readers), keys(sessionCalls), keys(sessionAnnotations), keys(stores), keys(keyMakers), keys(sinks), keys(writes), keys(resources),
				keys(endpointAnnotations), keys(execs), keys(consumerAnnotations), keys(consumers), keys(enqueues), keys(clocks), keys(clockAnnotations), keys(keyArguments),
				methods(handlerBases), methods(lambdaBases), keys(azureFunction), keys(routeAnnotations), keys(stopAnnotations), methods(stopBases), keys(springRun), keys(migrations),
				keys(profileAnnotations), keys(settingsAnnotations), expanded(routeCalls), expanded(lockedClocks)),
			prefilter.If(withURL, namesThat(callsURL, keys(endpoints))), prefilter.OfFile(booted(kotlin), names(keys(requests))),
			names(each(springValue, micronautValue, micronautProp, configProperty, "org.springframework.scheduling.annotation.Async", enableScheduling, "java.util.Timer.schedule",
				"org.springframework.http.codec.multipart.FilePart.transferTo", "io.quarkus.runtime.Quarkus.run", "io.quarkus.runtime.ShutdownEvent", "sun.misc.Signal.handle", "jdk.internal.misc.Signal.handle",
				"java.lang.System.setOut", "java.lang.System.setErr", "java.lang.System.setProperty", "io.dropwizard.core.Application.run", "io.dropwizard.Application.run")),
			prefilter.If(sessionScope, names(each("org.springframework.context.annotation.Scope"))), prefilter.If(indexed(kotlin, "] =", "]="), names(each("jakarta.servlet.http.HttpSession"))), prefilter.If(indexed(kotlin, "["), names(keys(springEnvironment))),
			prefilter.If(with("ContextClosedEvent"), names(each("org.springframework.boot.web.embedded.tomcat.TomcatConnectorCustomizer"))),
			// what starts, stops and prints
			prefilter.If(before("(fun\\b.*|[\\w>\\])]\\s+|^\\s*|`)$"), words("main")), words("addShutdownHook", "registerShutdownHook", "setRegisterShutdownHook", "setStopAtShutdown", "setDefaultProperties"),
			prefilter.If(with("subscribe"), words("ApplicationStopping", "ApplicationStopped", "ApplicationStopPreparing")),
			prefilter.If(printsFrom(kotlin), words("println", "print", "printf")), prefilter.OfFile(booted(kotlin), words("sleep", "delay")),
			// handlers, sessions, variables, stages
			prefilter.If(with("Grpc"), all("ImplBase")), prefilter.If(with("io.ktor"), words("RateLimit", "developmentMode")), prefilter.If(with("io.ktor.server.sessions", "io.ktor.sessions"), words("cookie", "header")),
			all("io.github.cdimascio.dotenv"), prefilter.If(inspect.MayAsk, all(`("`)),
			prefilter.If(with("org.springframework.security"), words(append(slices.Collect(keys(loginMethods)), "key", "TokenBasedRememberMeServices", "PersistentTokenBasedRememberMeServices")...)),
			all("SessionRepository(", "SessionStore(", "SessionStorage(", "SessionRepository<", "SessionStore<", "SessionStorage<"),
			// engines inside the process, tables of users, what is kept of people
			all(`"jdbc:h2:`, `"jdbc:hsqldb:`, `"jdbc:derby:`),
			prefilter.If(prefilter.All(with("assword"), after(`^\s*(:[^=\n]*)?=\s*(Map\.of|mapOf|mutableMapOf|hashMapOf)\b`)), prefilter.Fold(all("user", "users", "account", "accounts", "credential", "credentials", "login", "logins", "password", "passwords"))),
			prefilter.If(before(`(?i)(session|token|cart|basket|otp|login|captcha|verificationcode|conversation|chathistor)\w*\s*(:[^=\n]*)?=\s*(new\s+)?$`), words("ConcurrentHashMap", "HashMap", "LinkedHashMap", "mutableMapOf", "hashMapOf", "synchronizedMap")),
			prefilter.If(after(`^\w*\s*(:[^=\n]*)?=\s*(new\s+\w*(Map|List|Deque)\b|mutable(Map|List)Of|hashMapOf|arrayListOf|Collections\.synchronized|ConcurrentHashMap|CopyOnWriteArrayList|ArrayList|HashMap)`), prefilter.Fold(all(inspect.Records...))),
			prefilter.If(before(`(?i)class\s+\w*$`), all("Repository", "Dao", "DAO", "Store", "Storage")),
			prefilter.If(with("JWKSource", "ImmutableJWKSet", "JwtEncoder"), words("KeyPairGenerator")),
			// the schema
			all("hbm2ddl", "HBM2DDL", "ddl-auto", "schema-generation"),
			prefilter.If(after(`^\s*[,)\]]`), words("SASL_JAAS_CONFIG", "SSL_KEYSTORE_PASSWORD_CONFIG", "SSL_TRUSTSTORE_PASSWORD_CONFIG", "SSL_KEY_PASSWORD_CONFIG", "JAKARTA_JDBC_PASSWORD", "JPA_JDBC_PASSWORD", "SECURITY_CREDENTIALS")),
		),
	}
}

func each(list ...string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, name := range list {
			if !yield(name) {
				return
			}
		}
	}
}

var (
	// withURL agrees with a file in which a literal HTTP URL may begin.
	withURL = prefilter.With(`"http://`, `"https://`, `"ws://`, `"wss://`, `"grpc://`, `"://`, `%s://`, `}://`, `"""`, "forTarget", "forAddress")
	// sessionScope agrees with the scope of a session.
	sessionScope = prefilter.With(`"session"`, "SCOPE_SESSION")
)

// indexed agrees with a Kotlin file in which one of these stands: operators on
// elements.
func indexed(kotlin bool, operators ...string) prefilter.Condition {
	stands := prefilter.With(operators...)
	return func(content []byte, from, to int) bool { return kotlin && stands(content, from, to) }
}

// printsFrom agrees with a call of what writes to the console.
func printsFrom(kotlin bool) prefilter.Condition {
	console, bare := prefilter.With("System.out", "System.err", "System.*"), prefilter.Before(`(^|[^.\s])\s*$`)
	return func(content []byte, from, to int) bool {
		return kotlin && bare(content, from, to) && !bytes.HasSuffix(content[:from], []byte("fun ")) || console(content, from, to)
	}
}
