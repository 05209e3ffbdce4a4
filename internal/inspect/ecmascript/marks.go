package ecmascript

import (
	"bytes"
	"maps"
	"regexp"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

// reader reads a file whole when it holds a mark of what is stated of
// JavaScript beside imports: the modules that the tables know, and what the code
// of this package asks for by words of its own.
var reader = sync.OnceValue(func() prefilter.Reader {
	words, texts, modules, with := prefilter.Words, prefilter.Texts, prefilter.Modules, prefilter.With
	before, after := prefilter.Before, prefilter.After
	return prefilter.Reader{
		Imports: []string{"import", "require", `from "`, `from '`, `from"`, `from'`}, GoesOn: []string{"else", "catch", "finally", "while"},
		Texts: [][2]string{{"/*", "*/"}, {"`", "`"}}, Comment: "//",
		Also: served,
		Marks: prefilter.New(
			prefilter.Endless(),
			prefilter.Origins(), prefilter.Broken(), prefilter.Logins(), prefilter.Logged(), prefilter.URLs(), prefilter.LocalLinks(), prefilter.Tokens(),
			prefilter.Secrets("[\"'`]?\\s*\\]?\\s*[?!]?\\s*(:[^=\\n]{0,80})?(?:[!=]==?|[=:])[\\s(<\\w|>]*(?:TextEncoder\\([\"'\\w-]*\\)\\.encode\\(|Buffer\\.from\\()?[\\s(]*[\"'`]"),
			prefilter.If(after("^[\"'`]?\\s*\\]?\\s*[:=]\\s*[\"'`]"), prefilter.Fold(words("authorization"))),
			prefilter.ModulesOf(maps.All(ecmaClients)), prefilter.ModulesOf(maps.All(stores)), prefilter.ModulesOf(maps.All(limiters)), prefilter.ModulesOf(maps.All(caches)),
			prefilter.ModulesOf(maps.All(moduleCaches)), prefilter.ModulesOf(maps.All(adapters)), prefilter.ModulesOf(maps.All(sessionStores)), prefilter.ModulesOf(maps.All(schedulers)),
			prefilter.ModulesOf(maps.All(secretArguments)), prefilter.ModulesOf(maps.All(slowCalls)), prefilter.ModulesOf(maps.All(waitCalls)), prefilter.ModulesOf(maps.All(resourceCalls)),
			prefilter.ModulesOf(maps.All(networkTransports)), prefilter.ModulesOf(maps.All(shutdownLibraries)), prefilter.ModulesOf(maps.All(shellPrograms)), prefilter.ModulesOf(maps.All(startPrograms)),
			prefilter.ModulesOf(maps.All(hapiServers)), prefilter.ModulesOf(maps.All(webSocketServers)),
			// variables and schemas of them
			words("env", "$env", "ConfigService", "Deno", "Bun", "process", "convict"), modules("env-var", "@nestjs/config", "convict"),
			prefilter.If(after("^\\w*\\s*([?!]?\\.\\s*\\w+\\s*)?(<[^>\\n]*>)?\\(\\s*[\"'`][A-Z][A-Z0-9_]*[\"'`]"), prefilter.Fold(texts("env", "conf", "setting", "secret"))),
			// what listens, starts and logs
			words("listen", "bindAsync", "startStandaloneServer"), prefilter.If(after(`^\s*[?!]?[.\[]`), words("console")), texts("import.meta", "require.main", "module.parent"),
			prefilter.If(with("hono", "deno.land", "std/http"), words("serve")), modules("bun"),
			modules("socket.io", "winston", "winston-daily-rotate-file", "winston-syslog", "pino", "pino-http", "express-pino-logger", "koa-pino-logger", "nestjs-pino", "fastify", "log4js", "bunyan", "morgan", "tslog"),
			words("enableShutdownHooks"), modules("@godaddy/terminus"),
			// files, stores, sessions
			prefilter.If(prefilter.All(with(".push(", ".unshift(", ".set(", "[..."), before(`(const|let|var|private|readonly|protected|public)\s+\w*$`), after(`^\w*\s*(:[^=\n]+)?=\s*(\[|\{|new\s+Map\b)`)), prefilter.Fold(texts(inspect.Records...))),
			prefilter.If(prefilter.All(with("export"), before(`(const|let|var|private|readonly|protected|public|static)\s+#?\w*$|this\.\w*$|^\s*#?\w*$`), after(`^\w*\s*(:[^=\n]+)?=\s*(\[\s*\]|\{\s*\}|new\s+(Map|Set)\b)`)), prefilter.Fold(texts(inspect.Held...))),
			prefilter.If(prefilter.All(with("export"), before(`(^|[{,]\s*)["']?\w*$`), after(`^\w*["']?\s*:\s*(\[\s*\]|\{\s*\}|new\s+(Map|Set)\b)`)), prefilter.Fold(texts(inspect.Held...))),
			modules("fs", "fs-extra", "graceful-fs", "multer", "formidable", "sharp", "express-session", "koa-generic-session", "koa-session", "cookie-session", "client-sessions", "iron-session", "next-iron-session",
				"@remix-run/node", "@react-router/node", "next-auth", "@auth", "@fastify/session", "fastify-session", "@fastify/secure-session", "fastify-secure-session", "@hapi/yar",
				"@fastify/cookie", "fastify-cookie", "@fastify/jwt", "fastify-jwt", "p-queue", "async", "fastq", "better-queue", "zx", "execa"),
			words("mv"), prefilter.If(with("dest"), modules("@nestjs/platform-express")), prefilter.If(with("SessionStorage"), modules("react-router")),
			// jobs and migrations
			prefilter.Fold(texts("create table if")),
			modules("bull", "bullmq", "bee-queue", "amqplib", "amqp-connection-manager", "kafkajs", "agenda", "pg-boss", "graphile-worker", "sqs-consumer", "@temporalio", "nats", "mqtt", "async-mqtt", "redis", "ioredis", "@nestjs/schedule", "@nestjs/bull", "@nestjs/bullmq", "fastify-cron"),
			prefilter.OfFile(ticksOnServer, words("setInterval")), prefilter.OfFile(ticksOnServer, prefilter.If(after(`^\s*\(\s*[\w.$]+\s*[,(]`), words("setTimeout"))),
			prefilter.If(with("equelize"), words("sync")), prefilter.If(with("migrate"), words("latest")), prefilter.If(with("umzug", "Umzug", "getMigrator"), words("up")),
			words("runMigrations", "synchronize", "updateSchema", "migrateToLatest", "runMigration", "applyMigrations", "migrateDatabase", "migrateDb", "initDb", "initDB", "initDatabase", "initializeDatabase", "syncDatabase", "setupDatabase", "createTables"), prefilter.If(after(`^\s*\(`), words("migrate")), modules("typeorm", "drizzle-orm", "postgres-migrations", "node-pg-migrate", "db-migrate"),
			// services called, and what is in them
			modules("http", "https", "@grpc"), prefilter.If(after("^[\"']?\\s*:\\s*[\"'`]"), words("hostname", "host")), modules("@aws-sdk", "aws-sdk", "@smithy", "minio", "multer-s3"),
			// what a platform calls
			modules("firebase-functions", "@google-cloud/functions-framework", "@azure/functions", "serverless-http", "@middy", "middy", "@fastify/aws-lambda", "@vendia", "hono/aws-lambda"),
			prefilter.If(before(`exports\s*\.\s*$|export\s.*$`), words("handler")), prefilter.OfFile(serverParameter.Match, texts("export default")),
			// the environment's name
			prefilter.Stages(flag), prefilter.OfFile(settingsWritten.Match, prefilter.Stages(flagOfOther)), prefilter.If(compared, words("environment", "nodeEnv", "node_env", "appEnv", "stage", "mode", "NODE_ENV", "ENVIRONMENT", "APP_ENV", "ENV", "MODE")),
			prefilter.If(with("production"), words("development")),
			// names that a bundler maps
			prefilter.If(after("^[\"']?\\s*[:=.\\[]"), words("alias", "resolveAlias", "moduleNameMapper")),
			// mail is slow
			words("sendMail"),
		),
	}
})

var (
	flagOwner       = regexp.MustCompile(`(?i)(env|environment|config|cfg|conf|settings|app|server|process|constants|meta)\s*[?!]?\.\s*$`)
	flagAlone       = regexp.MustCompile(`[(!&|?:={,]\s*$`)
	settingsWritten = regexp.MustCompile("(?i)(from|require\\(|import\\()\\s*[\"'`][^\"'`\\n]*(env|config|settings|constants?|options|yargs|minimist|commander|meow|cac|arg|nconf|rc)[^\"'`\\n]*[\"'`]")
)

// flag agrees with a name that may ask about the environment: of settings, or
// imported. Others are read through what they are assigned.
func flag(content []byte, from, to int) bool {
	name, owner := string(content[from:to]), content[max(0, from-60):from]
	return flagOwner.Match(owner) || name == "__DEV__" || name == "__PROD__" || !ofOther(owner) && flagAlone.Match(owner)
}

// flagOfOther agrees with a member of anything, which may be what a module of
// settings exports; not with a regular expression's test.
func flagOfOther(content []byte, from, to int) bool {
	return ofOther(content[max(0, from-60):from]) && (string(content[from:to]) != "test" || bytes.HasPrefix(content[to:], []byte("()")))
}

func ofOther(owner []byte) bool {
	return bytes.HasSuffix(bytes.TrimRight(owner, " \t\r\n"), []byte("."))
}

// compared agrees with a property that an environment's name, or another such
// property, stands beside.
func compared(content []byte, from, to int) bool {
	return flagOwner.Match(content[max(0, from-60):from]) || prefilter.NearStage(content, from, to)
}

// serverParameter is in files that know requests.
var serverParameter = regexp.MustCompile(`\b_{0,2}(req|request)\b|\bfetch\b`)

// handlers are the marks of functions that serve requests.
var handlers = sync.OnceValue(func() *prefilter.Set {
	parameter := prefilter.Before(`(^|[(,{]\s*)$`)
	return prefilter.New(
		prefilter.If(parameter, prefilter.Fold(prefilter.Words("req", "request", "_req", "_request", "__req", "__request"))),
		prefilter.Words("ctx"), prefilter.If(prefilter.Before(`\}\s*(:[^,)]*)?,\s*_{0,2}$`), prefilter.Fold(prefilter.Texts("res", "reply", "rep"))),
		prefilter.If(prefilter.Before(`(?i)(app|server|api|fastify|io|wss|router|routes|this)\)?\s*[?!]?\.\s*$`), prefilter.Names(maps.All(routeMethods))),
		prefilter.If(prefilter.After("^[\"'`]"), prefilter.Words("connection", "request")),
		prefilter.Words("createServer", "Router"), prefilter.If(prefilter.After(`^\s*\.\s*on`), prefilter.Words("socket")), prefilter.Modules("socket.io"),
		prefilter.If(prefilter.Before(`export\s+(const|let|var|(async\s+)?function)\s+$`), prefilter.Words("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "handle", "action", "loader")),
		prefilter.If(prefilter.Before(`@$`), prefilter.Words("Get", "Post", "Put", "Delete", "Patch", "All", "Options", "Head", "SubscribeMessage", "MessagePattern", "EventPattern", "Query", "Mutation", "ResolveField")),
		prefilter.ModulesOf(maps.All(servers)),
	)
})

var (
	// moduleState is a container or a counter of the module, in a declaration or
	// in the line that goes on with one.
	moduleState = regexp.MustCompile(`(?m)^(export\s+)?(const|let|var)\s[^=\n]*(=[^=\n]*)?=\s*(\[|\{|\d|new\s+(Map|Set|WeakMap|WeakSet|Array)\b|Object\.create\b|$)|,\s*[\w$]+\s*(:[^=\n]+)?=\s*(\[|\{|\d|new\s)|^\s+[\w$]+\s*=\s*(\[|\{|\d|new\s)`)
	// serverState is an empty container of the function that makes a server.
	serverState = regexp.MustCompile(`(?m)\b(const|let|var)\s[^=\n]*=\s*(\[\s*\]|\{\s*\}|new\s+(Map|Set|WeakMap|WeakSet|Array)\b)`)
	// fieldState is an empty container of an object.
	fieldState = regexp.MustCompile(`(?m)^\s+((private|protected|public|readonly|static)\s+)*(this\.)?#?[\w$]+\s*(:[^=\n]+)?=\s*(\[\s*\]|\{\s*\}|new\s+(Map|Set)\b)`)
	passesTime = regexp.MustCompile(`(?i)\b(setTimeout|(sleep|delay|wait|pause|timeout)(ms|for|seconds)?)\b`)
)

// served reports whether a file may have handlers of requests that sleep, or
// change what the module holds.
func served(content []byte) bool {
	return handlers().In(content) && (passesTime.Match(content) || moduleState.Match(content) || serverState.Match(content) || fieldState.Match(content) || usesHeld().In(content))
}

// usesHeld are the marks of what other files may keep for people: a module or a
// name of one that says so.
var usesHeld = sync.OnceValue(func() *prefilter.Set {
	return prefilter.New(prefilter.If(prefilter.Before("(from|require\\()\\s*[\"'`][.~@][^\"'`]*$|^import\\b.*$"), prefilter.Fold(prefilter.Texts(inspect.Held...))))
})
