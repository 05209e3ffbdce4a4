package jvm

import (
	"bytes"
	"regexp"
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
		Imports: []string{"import", "package"}, GoesOn: []string{"else", "catch", "finally", "while"},
		Texts: [][2]string{{"/*", "*/"}, {`"""`, `"""`}}, Comment: "//",
		Also: asksStage,
		Marks: prefilter.New(
			prefilter.Broken(), credentials(kotlin), tokens(), addresses(),
			names(keys(listens), keys(settingsListens), keys(clients), keys(readers), keys(sessionCalls), keys(sessionAnnotations), keys(stores), keys(sinks), keys(writes), keys(resources),
				keys(endpointAnnotations), keys(execs), keys(consumerAnnotations), keys(consumers), keys(enqueues), keys(clocks), keys(clockAnnotations), keys(keyArguments),
				keys(handlerBases), keys(lambdaBases), keys(azureFunction), keys(routeAnnotations), keys(stopAnnotations), keys(stopBases), keys(springRun), keys(migrations),
				keys(profileAnnotations), keys(settingsAnnotations), expanded(routeCalls), expanded(lockedClocks)),
			both(withURL, names(keys(endpoints))), both(booted, names(keys(requests))),
			names(each(springValue, micronautValue, micronautProp, configProperty, "org.springframework.scheduling.annotation.Async", "java.util.Timer.schedule",
				"org.springframework.http.codec.multipart.FilePart.transferTo", "io.quarkus.runtime.Quarkus.run", "io.quarkus.runtime.ShutdownEvent", "sun.misc.Signal.handle", "jdk.internal.misc.Signal.handle",
				"java.lang.System.setOut", "java.lang.System.setErr", "java.lang.System.setProperty", "io.dropwizard.core.Application.run", "io.dropwizard.Application.run")),
			both(sessionScope, names(each("org.springframework.context.annotation.Scope"))), both(indexed, names(each("jakarta.servlet.http.HttpSession"))),
			// what starts, stops and prints
			prefilter.If(before("(fun\\b.*|[\\w>\\])]\\s+|^\\s*|`)$"), words("main")), words("addShutdownHook", "registerShutdownHook", "setRegisterShutdownHook", "setDefaultProperties"),
			prefilter.If(with("subscribe"), words("ApplicationStopping", "ApplicationStopped", "ApplicationStopPreparing")), words("ContextClosedEvent"),
			prefilter.If(printsFrom(kotlin), words("println", "print", "printf")), prefilter.If(booted, words("sleep", "delay")),
			// handlers, sessions, variables, stages
			prefilter.If(with("Grpc"), all("ImplBase")), prefilter.If(with("io.ktor"), words("RateLimit", "developmentMode")), prefilter.If(with("io.ktor.server.sessions", "io.ktor.sessions"), words("cookie", "header")),
			all("io.github.cdimascio.dotenv"),
			// the schema and its data
			all("hbm2ddl", "HBM2DDL", "ddl-auto", "schema-generation"), prefilter.If(seeded, words("save", "saveAll", "insert", "insertMany", "persist")),
			prefilter.If(after(`^\s*[,)\]]`), words("SASL_JAAS_CONFIG", "SSL_KEYSTORE_PASSWORD_CONFIG", "SSL_TRUSTSTORE_PASSWORD_CONFIG", "SSL_KEY_PASSWORD_CONFIG", "JAKARTA_JDBC_PASSWORD", "JPA_JDBC_PASSWORD", "SECURITY_CREDENTIALS")),
		),
	}
}

// both adds a condition to marks, behind the one that they have.
func both(also prefilter.Condition, marks []prefilter.Mark) []prefilter.Mark {
	for i, m := range marks {
		first := m.If
		marks[i].If = func(content []byte, from, to int) bool {
			return (first == nil || first(content, from, to)) && also(content, from, to)
		}
	}
	return marks
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
	withURL = prefilter.With(`"http`, `"ws`, `"grpc`, `"""`, "forTarget", "forAddress")
	// sessionScope agrees with the scope of a session.
	sessionScope = prefilter.With(`"session"`, "SCOPE_SESSION")
	// indexed agrees with a file that sets an element.
	indexed = prefilter.With("] =", "]=")
)

// printsFrom agrees with a call of what writes to the console.
func printsFrom(kotlin bool) prefilter.Condition {
	console, bare := prefilter.With("System.out", "System.err", "System.*"), prefilter.Before(`(^|[^.\s])\s*$`)
	return func(content []byte, from, to int) bool {
		return kotlin && bare(content, from, to) && !bytes.HasSuffix(content[:from], []byte("fun ")) || console(content, from, to)
	}
}

// gap is what may stand between a name and its literal: parentheses, comments.
const gap = `[\s(]*((//[^\n]*\n|/\*[^*]*\*+/)[\s(]*)*`

var (
	// given is what follows a secret's name that a literal is given to: of a
	// variable, an argument, a setter, a key.
	given = regexp.MustCompile("^`?\\s*(" +
		`(\[\s*\]\s*)?(:[^=\n]{0,80})?=` + gap + `\\*["']|` +
		`:[^=\n]{0,80}\bby\b|by\b|` +
		`(<[^<>\n]{0,40}>\s*)?\(` + gap + `"|` +
		`"+\s*\)*\s*,` + gap + `"|"+\s*\]\s*=` + gap + `")`)
	setter = regexp.MustCompile(`^(?:set|with|add|and)([A-Za-z])`)
	// putsByName is a call that puts a literal under what a name says, setsByName
	// the end of an assignment that does.
	putsByName = regexp.MustCompile(`^\s*\(\s*("[^"\n]*"\s*[^",\s]|[^"\s)])[^;{}]{0,200}?,` + gap + `"`)
	setsByName = regexp.MustCompile(`^\s*=` + gap + `"`)
)

// credentials are the marks of secrets in literals.
func credentials(kotlin bool) []prefilter.Mark {
	marks := prefilter.Fold(prefilter.If(givenText, prefilter.Texts(inspect.SecretRoots()...)))
	marks = append(marks, prefilter.If(func(content []byte, _, to int) bool {
		return putsByName.Match(content[to:min(len(content), to+300)]) && secretKeys().In(content)
	}, prefilter.Words("put", "setProperty", "set", "putIfAbsent", "property", "addDataSourceProperty"))...)
	if kotlin {
		marks = append(marks, prefilter.If(func(content []byte, _, to int) bool {
			return setsByName.Match(content[to:min(len(content), to+300)]) && secretKeys().In(content)
		}, prefilter.Texts("]"))...)
	}
	marks = append(marks, prefilter.If(prefilter.Before(`[?&;]$`), prefilter.Fold(prefilter.Texts("password=", "pwd=", "passwd=")))...)
	return append(marks, prefilter.If(logsIn, prefilter.Fold(prefilter.Words("bearer", "basic", "token", "apikey")))...)
}

func givenText(content []byte, from, to int) bool {
	end := to
	for end < len(content) && end-to < 80 && wordByte(content[end]) {
		end++
	}
	return given.Match(content[end:min(len(content), end+400)]) && secretNamed(content, from, to)
}

// secretNamed reports whether the name around a place may be a secret's.
func secretNamed(content []byte, from, to int) bool {
	for _, others := range []string{"", "-", "-."} {
		name := string(around(content, from, to, others))
		if inspect.IsSecretName(name) {
			return true
		}
		if m := setter.FindStringSubmatchIndex(name); m != nil && inspect.IsSecretName(name[m[2]:]) {
			return true
		}
	}
	return false
}

// around is the name that a place is in: letters, digits, underscores, and the
// bytes of others.
func around(content []byte, from, to int, others string) []byte {
	in := func(b byte) bool { return wordByte(b) || bytes.IndexByte([]byte(others), b) >= 0 }
	start, end := from, to
	for start > 0 && from-start < 80 && in(content[start-1]) {
		start--
	}
	for end < len(content) && end-to < 80 && in(content[end]) {
		end++
	}
	return content[start:end]
}

// secretKeys are the marks of texts that name a secret.
var secretKeys = sync.OnceValue(func() *prefilter.Set {
	return prefilter.New(prefilter.Fold(prefilter.If(func(content []byte, from, to int) bool {
		end := to
		for end < len(content) && end-to < 80 && (wordByte(content[end]) || content[end] == '-' || content[end] == '.') {
			end++
		}
		return end < len(content) && content[end] == '"' && secretNamed(content, from, to)
	}, prefilter.Texts(inspect.SecretRoots()...))))
})

var (
	loginStart = regexp.MustCompile(`(^\s*|")$`)
	loginRest  = regexp.MustCompile(`^\s+([A-Za-z0-9._~+/=-]+\s*"|"\s*\+\s*"|[A-Za-z0-9._~+/=-]+\s*$)`)
)

// logsIn agrees with "Bearer abc…" in a file that knows of the header.
func logsIn(content []byte, from, to int) bool {
	return loginStart.Match(content[max(bytes.LastIndexByte(content[:from], '\n')+1, from-80):from]) && loginRest.Match(content[to:min(len(content), to+4000)]) &&
		bytes.Contains(bytes.ToLower(content), []byte("authorization"))
}

// tokens are the marks of secrets that their form gives away.
func tokens() []prefilter.Mark {
	starts := map[string]string{
		"_live_": `^[0-9A-Za-z]`, "_test_": `^[0-9A-Za-z]`, "AKIA": `^[0-9A-Z]{4}`, "ASIA": `^[0-9A-Z]{4}`, "gh": `^([pousr]_[0-9A-Za-z]|ithub_pat_)`,
		"xox": `^[abprs]-`, "AIza": `^[0-9A-Za-z_-]{4}`, "SG.": `^[0-9A-Za-z_-]{8}`, "PRIVATE KEY": `^-`, "eyJ": `^[0-9A-Za-z_-]{10}`,
	}
	var marks []prefilter.Mark
	for _, text := range inspect.TokenMarks() {
		m := prefilter.Mark{Text: text}
		if start := starts[text]; start != "" {
			m.If = prefilter.After(start)
		}
		if text == "_live_" || text == "_test_" {
			follows := m.If
			m.If = func(content []byte, from, to int) bool {
				return from > 1 && content[from-1] == 'k' && follows(content, from, to)
			}
		}
		marks = append(marks, m)
	}
	return marks
}

var (
	userinfo = regexp.MustCompile(`^[^/@:\s]*:[^/@\s]+@`)
	scheme   = regexp.MustCompile(`["\w$}%][A-Za-z0-9+.:-]*$`)
)

// addresses are the marks of URLs in literals: with a password, or given to a
// name. What is an argument has the marks of what it is given to.
func addresses() []prefilter.Mark {
	return prefilter.If(func(content []byte, from, to int) bool {
		return userinfo.Match(content[to:min(len(content), to+400)]) || assigned(content, from)
	}, prefilter.Texts("://"))
}

// assigned reports whether the literal around a place may be what a name is
// given: the equals sign, or what it goes on with, stands before.
func assigned(content []byte, from int) bool {
	at := from
	for at > 0 && from-at < 200 && content[at-1] != '"' && content[at-1] != '\n' {
		at--
	}
	if at == 0 || content[at-1] != '"' {
		return from-at == 200 || at > 0 && bytes.Contains(content, []byte(`"""`)) // in a text of many lines
	}
	code := bytes.TrimRight(content[:at], `"`)
	line := bytes.TrimRight(code, " \t\r\n(")
	if len(line) == 0 {
		return false
	}
	switch line[len(line)-1] {
	case '=', '+', '{', '/':
		return true
	}
	if last := line[bytes.LastIndexByte(line, '\n')+1:]; bytes.Contains(code[len(line):], []byte{'\n'}) && bytes.Contains(last, []byte("//")) {
		return true // a comment before the text
	}
	return bytes.Contains(content, []byte("lazy"))
}
