package php

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

// readPart reads a file whole when its code holds a mark of what is stated of
// PHP beside namespaces and imports: what the tables name, and what the code of
// this package asks for by words of its own. Of another its beginning is read.
func readPart(e *inspect.Emitter, content []byte, extract inspect.Extractor) error {
	if e.Whole {
		return extract(e, content)
	}
	code := codeOf(content)
	if code.runs || !code.readable {
		return extract(e, content)
	}
	return reader().Read(e, code.text, func(e *inspect.Emitter, part []byte) error {
		if len(part) == len(content) {
			return extract(e, content)
		}
		head, ok := code.outline(content)
		switch {
		case !ok:
			return extract(e, content)
		case head == nil:
			return nil
		}
		return extract(e, head)
	})
}

// reader looks at code without its comments, and at the same in lower case, for
// PHP tells no cases apart in the names of functions and classes.
var reader = sync.OnceValue(func() prefilter.Reader {
	words, texts, with, before, after, when := prefilter.Words, prefilter.Texts, prefilter.With, prefilter.Before, prefilter.After, prefilter.If
	return prefilter.Reader{
		Also: func(code []byte) bool { return named().In(inLowerCase(code)) || importsByName(code) },
		Marks: prefilter.New(
			prefilter.Endless(), when(inspect.MayAskForMail, prefilter.Fold(texts("send"))),
			prefilter.Origins(), prefilter.Broken(), prefilter.Logins(), prefilter.Logged(), when(address, texts("://")), prefilter.Tokens(), texts("base64:", "%env("),
			when(worthy, prefilter.Secrets(givenText)), when(prefilter.All(worthy, after("^(?:"+givenText+")")), prefilter.Fold(texts("_salt", "app_key", "app_previous_keys", "logged_in_key", "nonce_key", "secure_auth_key"))),
			when(header, prefilter.Fold(texts("authorization", "apikey", "api-key", "-token", "-secret"))),
			// variables, requests, settings
			words("$_ENV", "INPUT_ENV", "DB_HOST", "CURLOPT_USERPWD", "CURLOPT_PROXYUSERPWD"), when(serverRead, words("$_SERVER")),
			when(outside, words("$_GET", "$_POST", "$_REQUEST", "$_FILES", "$_COOKIE")),
			when(prefilter.All(outside, after(`^\s*(\[|=[^=])`)), words(slices.Collect(maps.Keys(settingVariables))...)), when(prefilter.All(before(`(^|[;}]|<\?(php)?)\s*$`), outside, keyed), words("return")),
			when(with("http"), words("CURLOPT_URL")),
			// the environment's name
			when(prefilter.Not(before(`(->|::|\$|function )$`)), words(slices.Collect(maps.Keys(stageConstants))...)), when(prefilter.Not(before(`(->|::|\$)$`)), words(slices.Collect(maps.Keys(debugConstants))...)),
		),
	}
})

// givenText is how PHP gives a text to the name before it: $name = '…',
// 'name' => '…', define('NAME', '…'), f(name: '…').
const givenText = `["']?\s*\]*\s*(=>|\?\?=|=|:|,)[\s(]*["']`

// named are the marks of names in code of lower case.
var named = sync.OnceValue(func() *prefilter.Set {
	words, texts, with, before, after, when := prefilter.Words, prefilter.Texts, prefilter.With, prefilter.Before, prefilter.After, prefilter.If
	return prefilter.New(
		symbols(maps.Keys(readers)), symbols(maps.Keys(clients)), symbols(maps.Keys(localMail)), symbols(maps.Keys(listens)), symbols(maps.Keys(secretPlaces)), symbols(maps.Keys(sessionHandlers)), symbols(constructed(ownSessions)), symbols(maps.Keys(stores)),
		symbols(maps.Keys(writes)), symbols(prefilter.Told(execs)), symbols(maps.Keys(signalCalls)), symbols(maps.Keys(schedulers)), symbols(maps.Keys(slowCalls)), symbols(maps.Keys(migrations)), symbols(maps.Keys(consoleCalls)),
		symbols(prefilter.Told(enqueues)), symbols(maps.Keys(consumers)), symbols(prefilter.Told(resourceNames)), when(with("://"), symbols(maps.Keys(requests))), when(with("table", "index"), symbols(maps.Keys(schemaRunners))),
		// files that are included, and names that are asked for
		when(prefilter.All(before(`(^|[^\w\s'"$>:-]|=>|[^:]:|\b(return|echo|else|do|or|and|xor|print|yield|throw|case|from|<\?php))\s*$`), after(`^(_once)?(\s+['"$_a-z\\(@]|\s*[('"$\\])`)), texts("include", "require")), when(prefilter.All(called, prefilter.Not(after(`^\s*\(\s*(\$[\w>\[\]'-]+|'[^']*'|"[^"]*")\s*(,\s*(\$\w+|'[^']*'|"[^"]*"|true|false))*\s*\)`))), words(slices.Collect(maps.Keys(existence))...)),
		// variables
		when(prefilter.All(ofObject, with("dotenv")), words("required")), when(asksEnv, texts("env")), when(prefilter.All(called, with("config")), words("filter_input")), words("autowire"),
		// what listens, starts, handles and logs
		when(after(`^\s*(\\|::|->|as\b)|^_`), words("swoole", "openswoole", "workerman", "react", "ratchet", "amp", "hyperf", "roadrunner", "octane")), words("spiral", "octane", "workerman"), texts("autoload_runtime.php"),
		when(prefilter.All(ofObject, outside, after(`^\s*\(`), with("app", "kernel")), words("run", "handlerequest", "handlecommand", "handle")),
		when(handles, texts("controller", "action", "requesthandler")), words("requesthandlerinterface", "middlewareinterface", "bref", "wp_rest_request"),
		when(prefilter.All(after(`^\s*[(\],]`), before(`#\[|^\s*$`)), words("route", "get", "post", "put", "patch", "delete", "any", "requestmapping", "getmapping", "postmapping")),
		when(after(`^\s*::|^\s+as\b`), words("route")), when(after(`^\s*(->|::)\s*(`+strings.Join(slices.Sorted(maps.Keys(routeVerbs)), "|")+`)\b|^\s+as\b|^;`), words("slim", "appfactory", "routecollectorproxy", "routecollector", "router", "mezzio", "flight", "routebuilder", "routecollection", "klein", "leaf")), when(prefilter.All(ofClass, with("slim", "leaf", "silex", "mezzio")), words("app", "application", "bridge")),
		when(after(`^\s*->\s*(`+strings.Join(slices.Sorted(maps.Keys(routeVerbs)), "|")+`)\s*\(`), words("$app", "$router", "$route", "$routes")),
		when(with(logWords()...), words("monolog")), when(called, words("error_log", "ini_set", "syslog")), when(prefilter.All(called, with("install", "setup", "config", "env")), words("touch")), when(after(`^\s*::\s*(build|channel|stack)|^\s+as\b`), words("log")), texts("php://std"), when(prefilter.All(ofClass, with("httpkernel")), words("logger")),
		words("getsubscribedsignals"), when(with("kernel"), words("getlogdir", "getcachedir")), when(called, words("register_shutdown_function", "session_start", "usleep", "fopen", "gzopen")), words("splfileobject"),
		// files, stores, jobs
		when(prefilter.All(ofObject, after(`^\s*\(`), with("file", "request", "form", "upload")), words("store", "storeas", "storepublicly", "storepubliclyas", "move", "moveto", "saveas")), when(ofObject, words("do_upload")), when(prefilter.All(ofObject, with("filament")), words("disk", "fileattachmentsdisk")), when(prefilter.All(ofObject, with("image::", "intervention")), words("save")), when(after(`^\s*::\s*(disk|put)|^\s+as\b`), words("storage")),
		when(after(`^\s*::\s*(store|driver)|^\s+as\b`), words("cache")), when(after(`^\s*::\s*connection|^\s+as\b`), words("queue")),
		words("basic_consume", "basic_publish", "queue_declare", "shouldqueue", "shouldqueueaftercommit", "messagehandlerinterface", "messagesubscriberinterface", "asmessagehandler", "asschedule", "asperiodictask", "ascrontask", "crontab", "jobinterface"),
		when(prefilter.All(ofClass, with("hyperf")), words("job")), when(with("amqp"), words("consume")), when(after(`^(if|unless|afterresponse)?\s*\(\s*(\(*new\b|\$)`), texts("dispatch")), when(prefilter.All(ofObject, with("job", "message", "command", "shouldqueue")), texts("dispatch")),
		when(prefilter.All(ofClass, with("scheduling", "schedule::", "facades")), words("schedule")), when(prefilter.All(ofObject, with("dependencyinjection")), words("setparameter", "loadfromextension", "extension", "set", "prependextensionconfig")),
		texts(`symfony\config\`), when(prefilter.All(after(`^\s*::\s*config\b|^\s+as\b`), with("dependencyinjection")), words("app")),
		when(prefilter.All(ofObject, with("phpmailer")), words("host")), words("aws", "asyncaws"), when(with("rdkafka"), words("conf")), texts("'migrate", `"migrate`, "doctrine:migrations", "doctrine:schema"),
		when(prefilter.All(after(`^\s*::\s*(create|table|drop|dropifexists|rename)\b|^\s+as\b`), prefilter.Not(migrating)), words("schema")),
		// settings and the environment's name
		words("codeigniter", "yii"), texts("namespace config;"), texts("app.env", "kernel.environment", "wp_get_environment_type", "app.debug"), when(ofObject, words("environment", "getenvironment", "isproduction", "islocal", "runningunittests")),
	)
})

var askedByEnv = regexp.MustCompile(`^\w*(\s*(::|\?->|->)\s*\w+)?\s*\(\s*['"]\w+['"]`)

// asksEnv agrees with a name of the environment that is asked for a name: see ask.
func asksEnv(code []byte, _, to int) bool { return askedByEnv.Match(code[to:min(len(code), to+160)]) }

// inLowerCase is code with the letters of ASCII in lower case: those of every name
// that the tables have.
func inLowerCase(code []byte) []byte {
	out := make([]byte, len(code))
	for i, b := range code {
		if b >= 'A' && b <= 'Z' {
			b |= 0x20
		}
		out[i] = b
	}
	return out
}

var nameIn = regexp.MustCompile(`[a-z_]\w*`)

// symbol is a resolved name as it stands in code: its class or function without
// what is around that, and the names that stand anywhere beside it.
type symbol struct {
	function, static bool
	member           string
	others           []string
}

// symbols are the marks of resolved names: "new pdo", "curl_init",
// `guzzlehttp\client->get`.
func symbols(names iter.Seq[string]) []prefilter.Mark {
	known := map[string][]symbol{}
	for name := range names {
		path, isNew := strings.CutPrefix(name, "new ")
		s := symbol{}
		member := ""
		if at := strings.IndexAny(path, "-:"); at >= 0 {
			path, member = path[:at], path[at:]
		} else {
			s.function = !isNew
		}
		own := short(path)
		s.others = append(nameIn.FindAllString(path[:len(path)-len(own)], -1), nameIn.FindAllString(member, -1)...)
		if s.static = strings.HasPrefix(member, "::"); s.static {
			s.member = nameIn.FindString(member)
		}
		if path == strings.ToLower(facade)+own && facadeNames[own] {
			s.others = nameIn.FindAllString(member, -1)
		}
		if isNew {
			s.others = append(s.others, "new")
		}
		known[own] = append(known[own], s)
	}
	var marks []prefilter.Mark
	for own, list := range known {
		marks = append(marks, prefilter.If(func(code []byte, from, to int) bool {
			return slices.ContainsFunc(list, func(s symbol) bool { return s.stands(code, from, to) })
		}, prefilter.Words(own))...)
	}
	return marks
}

var facadeNames = func() map[string]bool {
	names := map[string]bool{}
	for alias := range facades {
		names[strings.ToLower(alias)] = true
	}
	return names
}()

func (s symbol) stands(code []byte, from, to int) bool {
	if s.function && !called(code, from, to) || !s.function && !ofClass(code, from, to) {
		return false
	}
	if rest := bytes.TrimLeft(code[to:min(len(code), to+100)], " \t\r\n"); s.static && !bytes.HasPrefix(rest, []byte("as ")) {
		before := code[max(0, from-100):from]
		if extended := bytes.Contains(before, []byte("extends")) && extendsIt.Match(before); !extended && (!bytes.HasPrefix(rest, []byte("::")) || string(nameIn.Find(rest)) != s.member) {
			return false
		}
	}
	return !slices.ContainsFunc(s.others, func(other string) bool { return !inspect.ContainsWord(code, other) })
}

var (
	extendsIt = regexp.MustCompile(`\bextends\s+[\w\\]*$`)
	useOfOne  = regexp.MustCompile(`\buse\s+function\s`)
)

// beforeName is the last byte of what stands in front of a place, blanks left
// out, and what ends there.
func beforeName(code []byte, from int) (last byte, before []byte) {
	before = bytes.TrimRight(code[max(0, from-60):from], " \t\r\n")
	if len(before) == 0 {
		return 0, before
	}
	return before[len(before)-1], before
}

// ofObject agrees with a name behind -> or ::.
func ofObject(code []byte, from, _ int) bool {
	last, before := beforeName(code, from)
	return last == '>' && bytes.HasSuffix(before, []byte("->")) || last == ':' && bytes.HasSuffix(before, []byte("::"))
}

// ofClass agrees with a name that may be a class's.
func ofClass(code []byte, from, to int) bool {
	switch {
	case from == 0:
		return true
	case to < len(code) && code[to] == '\\':
		return false // a part of a longer name
	}
	switch code[from-1] {
	case '$', '\'', '"':
		return false
	case '>', ':':
		return !ofObject(code, from, to)
	}
	return true
}

// called agrees with a function that is called, or imported.
func called(code []byte, from, to int) bool {
	if rest := bytes.TrimLeft(code[to:min(len(code), to+40)], " \t\r\n"); len(rest) == 0 || rest[0] != '(' {
		start := max(0, from-300)
		return useOfOne.Match(code[start+bytes.LastIndexByte(code[start:from], '\n')+1 : from])
	}
	switch last, before := beforeName(code, from); last {
	case '$', '\'', '"':
		return false
	case '>', ':':
		return !ofObject(code, from, to)
	case 'n', 'w', '&':
		return !bytes.HasSuffix(before, []byte("function")) && !bytes.HasSuffix(before, []byte(" new")) && !bytes.HasSuffix(before, []byte("function &"))
	}
	return true
}

// logWords are the names of Monolog's that say something.
func logWords() []string {
	list := []string{"registry", "dependencyinjection"}
	for name := range logHandlers {
		list = append(list, strings.ToLower(name))
	}
	return list
}

// constructed are the names of what classes are made by.
func constructed(classes map[string]bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		for class := range classes {
			if !yield("new " + class) {
				return
			}
		}
	}
}
