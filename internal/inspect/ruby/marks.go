package ruby

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

// reader reads a file whole when it holds a mark of what is stated of Ruby
// beside namespaces and what is required: what the tables name, and what the
// code of this package asks for by words of its own. Those two outline keeps.
var reader = sync.OnceValue(func() prefilter.Reader {
	words, texts, with, before, after, when := prefilter.Words, prefilter.Texts, prefilter.With, prefilter.Before, prefilter.After, prefilter.If
	called, assigned := before(`(\.|::)\s*$`), after(`^\s*(\|\||<|\+)?[=<]([^=~>]|$)`)
	begins := prefilter.All(before(`(^|[;{(|]|\b(do|then|else))\s*$`), argued)
	return prefilter.Reader{
		Comment: "#", Also: beyondMarks,
		Marks: prefilter.New(
			prefilter.Endless(),
			prefilter.Origins(), prefilter.Broken(), prefilter.Logins(), prefilter.Logged(), when(address, texts("://")), prefilter.Tokens(),
			when(prefilter.All(code, worthy), prefilter.Secrets(givenText)), when(prefilter.All(code, worthy, after("^(?:"+givenText+")")), words("secret", "pepper")),
			when(header, prefilter.Fold(texts("authorization", "apikey", "api-key", "-token", "-secret"))),
			named(maps.Keys(clients)), named(maps.Keys(listeners)), named(maps.Keys(httpClients)), named(maps.Keys(schedulers)), named(maps.Keys(daemonizes)),
			named(prefilter.Told(logTargets)), named(prefilter.Told(slowCalls)), named(prefilter.Told(jobBases)), named(prefilter.Told(jobModules)), named(prefilter.Told(rackSessions)), named(prefilter.Told(uploadClasses)),
			named(without("open", prefilter.Told(opens))), when(prefilter.All(code, bare, argued, after(`(?s)^.{0,290}[,|]`)), words("open")), named(prefilter.Told(wrote)), named(prefilter.Told(copies)), named(prefilter.Told(execs)), named(prefilter.Told(loads)), named(prefilter.Told(enqueues)), named(maps.Keys(consumers)), named(maps.Keys(migrations)),
			named(made(prefilter.Told(logClasses))), named(secretCalls()),
			// requires that outline doesn't keep, and variables
			when(before(`Kernel\s*(\.|::)\s*$`), words("require", "load")), when(within, words("require", "require_relative", "require_dependency", "load", "autoload")),
			when(code, words("ENV", "Figaro", "ENVied", "CastingConfigHelpers", "Anyway", "ApplicationConfig")), when(prefilter.All(code, with("Settings")), words("Hanami")), when(prefilter.All(code, after(`^::(App|Slice)\b`)), words("Hanami")),
			when(prefilter.All(code, asksVariable), prefilter.Fold(texts("env"))),
			// what listens and starts
			when(code, texts("sinatra", "Sinatra", "Padrino", "FunctionsFramework")), when(begins, words("run")), when(prefilter.All(after(`^:`), with("context:"), before(`\bdef\s.*$`)), words("event")),
			when(serverFile, words(slices.Collect(prefilter.Told(pumaWords))...)), when(serverFile, words(slices.Collect(prefilter.Told(unicornWords))...)), when(prefilter.All(serverFile, with("pidfile", "plugin")), words("port")), when(prefilter.All(serverFile, with("environment")), words("bind")),
			when(with("$0", "$PROGRAM_NAME"), words("__FILE__")), when(prefilter.All(code, prefilter.Not(called), prefilter.Not(after(`^:`))), words("sleep")), when(prefilter.All(code, called, with("seed")), words("load_seed")), when(code, words("Rake")),
			when(prefilter.All(code, prefilter.Not(before(`[.:]$`)), argued), words("trap")), when(prefilter.All(code, before(`(Signal|Kernel|Process)\s*(\.|::)\s*$`)), words("trap")), when(code, words("at_exit")),
			when(begins, words("task", "multitask", "every", "sh")),
			// logs, files, programs
			when(prefilter.All(code, worked), words("puts", "print", "pp", "$stdout", "STDOUT")), when(code, words("TaggedLogging", "CommonLogger", "LogStashLogger", "SemanticLogger")), when(after(`^(\.|::)Logger`), words("Dry")), when(after(`^(\.|::)`), words("Yell")), when(prefilter.All(code, called), words("reopen")),
			when(prefilter.All(code, called, with("Rails", "Pathname", "root", "Dir.pwd"), prefilter.Not(before(`\bcache\s*&?\.\s*$`))), words("write", "binwrite")), when(prefilter.All(code, called, after(`^(\s*\(\s*\w*|\s+)["':\w]`), with("Rails", "Pathname", "root", "Dir.pwd")), words("open")),
			when(prefilter.All(code, prefilter.Not(inHeredoc), before(`(^|[=(,\[{|&!?:;<>+*/-]|\b(return|if|unless|and|or|not|then|else|elsif|do|while|until|when|in)|(^|[=(,;{|])\s*[a-z][\w.]*[!?]?)\s*$`)), texts("`", "%x")),
			// stores, sessions, jobs
			words("session_store", "has_attached_file", "has_one_attached", "has_many_attached", "Paperclip", "Dragonfly", "MessageBus", "Bunny", "Aws", "AWS", "Fog", "CarrierWave", "Attack"), when(prefilter.Not(after(`^::([ABD-LN-Z]|C[a-np-z]|M[a-hj-z])`)), words("Mongoid")), when(prefilter.All(code, with("Roda")), words("plugin")),
			when(with("Uploader"), words("storage")), when(prefilter.All(code, argued), words("rate_limit", "basic_auth")), when(prefilter.All(called, with("Devise")), words("omniauth")), when(prefilter.All(argued, after(`^[\s(]+:?["']?\w+["']?\s*,`), with(" use ", ".use ", "\nuse ", "use(")), words("provider")), when(prefilter.All(code, prefilter.Not(after(`^\.(current|main|pass)\b`))), words("Thread")), when(code, words("Concurrent", "SuckerPunch")),
			when(prefilter.All(after(`^\s*(\|\|)?=[^=~]`), with("perform")), texts("@queue")), when(prefilter.All(code, called), words("queue_adapter", "configure_server", "configure_client", "configure_embed")),
			when(code, words(slices.Collect(prefilter.Told(enqueueMethods))...)), when(prefilter.All(called, after(`^\s*(\(|&?\.)`), with("delayed_job", "queue", "priority", "run_at", "Mailer", "Notifier", "Job", "Worker")), words("delay")),
			when(code, words("deliver_now", "deliver_now!")),
			when(prefilter.All(code, serves), words(slices.Collect(prefilter.Told(deliverMethods))...)), when(prefilter.All(after(`^:\s`), with("render"), serves), words("pdf")),
			// settings
			when(configured, words("config", "configuration")), when(before(`pplication\s*&?\.\s*$`), words("configure")), when(code, texts("Rails::Application", "Rails::Engine", "Rails::Railtie")),
			when(prefilter.All(called, assigned), assignedLast(prefilter.Told(baseSettings))), when(prefilter.All(called, assigned), words("redis", "current")), when(prefilter.All(called, assigned, with("Geocoder")), words("cache")), when(prefilter.All(called, assigned, with("Pony")), words("options")), when(prefilter.All(called, assigned, with("Attack")), words("store")), when(with("ActionMailer"), words("smtp_settings", "delivery_method")), when(code, words("GoodJob")), when(prefilter.All(code, with("Delayed::Worker")), words("Delayed")),
			// the environment's name
			when(prefilter.All(code, before(`(\.|::)\s*$`), prefilter.Not(before(`(?i)(request|req|response|controller|context|last_request|session|self|\bapp|browser|rack|@\w+)\s*&?\.\s*$`)), with("Rails", "Hanami", "Padrino", "Application", "Karafka")), words("env")),
			when(prefilter.All(code, called, with("Rails", "settings", "Sinatra", "Hanami")), words("environment", "env?")), when(stageAsked, texts("development?", "dev?", "test?", "production?", "staging?", "local?", "prod?")),
		),
	}
})

// givenText is how Ruby gives a text to the name before it.
const givenText = `["']?\s*\]?\s*(\|\|=|=>|=|:)[\s(\\]*(#.*\s*)*(["'%]|<<)`

var askedByEnv = regexp.MustCompile(`^\w*(\s*\.\s*\w+)?[\s(]+["'][A-Z]`)

// asksVariable agrees with a name of the environment that is asked for a name:
// see ask.
func asksVariable(content []byte, _, to int) bool {
	return askedByEnv.Match(content[to:min(len(content), to+120)])
}

// made are the constructors of classes.
func made(classes iter.Seq[string]) iter.Seq[string] {
	return func(yield func(string) bool) {
		for class := range classes {
			if !yield(class + ".new") {
				return
			}
		}
	}
}

// without leaves one name out.
func without(left string, names iter.Seq[string]) iter.Seq[string] {
	return func(yield func(string) bool) {
		for name := range names {
			if name != left && !yield(name) {
				return
			}
		}
	}
}

func secretCalls() iter.Seq[string] {
	return func(yield func(string) bool) {
		for name, at := range secretArguments {
			if at.place >= 0 && !yield(name) {
				return
			}
		}
	}
}

// symbol is a resolved name as it stands in a file: at its last constant, with
// what follows that, and the names that stand anywhere.
type symbol struct {
	member string
	others []string
}

var (
	nameIn    = regexp.MustCompile(`[A-Za-z_]\w*`)
	constants = regexp.MustCompile(`^((?:[A-Z]\w*::)*)([A-Z]\w*)(?:\.([A-Za-z_]\w*))?`)
)

// named are the marks of resolved names, looked for at their last constant: what
// follows there is the name's own member, or no member at all, where the
// constant is given to something else. Names without a constant are calls.
func named(names iter.Seq[string]) []prefilter.Mark {
	symbols := map[string][]symbol{}
	var marks []prefilter.Mark
	for name := range names {
		all := nameIn.FindAllString(name, -1)
		if m := constants.FindStringSubmatch(name); m != nil {
			others := slices.DeleteFunc(all, func(id string) bool { return id == m[2] })
			symbols[m[2]] = append(symbols[m[2]], symbol{m[3], others})
		} else if len(all) == 1 {
			marks = append(marks, prefilter.If(prefilter.All(code, bare, argued), prefilter.Words(name))...)
		} else {
			marks = append(marks, prefilter.If(prefilter.All(code, prefilter.With(all[0])), prefilter.Words(all[1]))...)
		}
	}
	for constant, list := range symbols {
		marks = append(marks, prefilter.If(func(content []byte, from, to int) bool {
			return code(content, from, to) && slices.ContainsFunc(list, func(s symbol) bool { return s.stands(content, to) })
		}, prefilter.Words(constant))...)
	}
	return marks
}

func (s symbol) stands(content []byte, to int) bool {
	rest := bytes.TrimLeft(content[to:min(len(content), to+100)], " \t\r\n&")
	switch {
	case bytes.HasPrefix(rest, []byte("::")) && len(rest) > 2 && rest[2] >= 'A' && rest[2] <= 'Z':
		return false // the scope of another constant
	case bytes.HasPrefix(rest, []byte("::")), bytes.HasPrefix(rest, []byte(".")):
		if member := string(nameIn.Find(rest)); s.member != "" && member != s.member && !sameThing[member] {
			return false
		}
	}
	return !slices.ContainsFunc(s.others, func(other string) bool { return !inspect.ContainsWord(content, other) })
}

// assignedLast are the marks of settings that something is given to.
func assignedLast(settings iter.Seq[string]) []prefilter.Mark {
	var marks []prefilter.Mark
	for name := range settings {
		marks = append(marks, prefilter.Words(name[strings.LastIndexByte(name, '.')+1:])...)
	}
	return marks
}

// maxLine is how far, in bytes, a line is looked back into.
const maxLine = 1000

// lineBeforePlace is what stands in front of a place in its line.
func lineBeforePlace(content []byte, from int) []byte {
	start := max(0, from-maxLine)
	return content[start+bytes.LastIndexByte(content[start:from], '\n')+1 : from]
}

// code denies a line that is a comment. In a text such a line is no code either,
// unless it puts something in.
func code(content []byte, from, _ int) bool {
	line := bytes.TrimLeft(lineBeforePlace(content, from), " \t")
	return !bytes.HasPrefix(line, []byte("#")) || bytes.Contains(line, []byte("#{"))
}

var definesOrNames = regexp.MustCompile(`(\.|[^:]:|::|@|\$|\bdef\s|\balias\s)\s*$`)

// bare agrees with a word that may be called without a receiver.
func bare(content []byte, from, to int) bool {
	line := lineBeforePlace(content, from)
	if bytes.HasSuffix(line, []byte(": ")) || bytes.HasSuffix(line, []byte("? ")) {
		return true
	}
	return !definesOrNames.Match(line[max(0, len(line)-20):])
}

var (
	arguments   = regexp.MustCompile(`^[!?]?(\(|\s+(["'%#:A-Za-z_@*&{\[\d\\<$|~(!]|-[>\w"']|::))`)
	noArguments = regexp.MustCompile(`^\s+(if|unless|and|or|while|until|rescue|do|end|then|is|are|was|has|in|to|of|for|with)\b`)
)

// argued agrees with a word that arguments may follow.
func argued(content []byte, _, to int) bool {
	rest := content[to:min(len(content), to+60)]
	return arguments.Match(rest) && !noArguments.Match(rest)
}

// within agrees with an import that is no line of its own, or that is neither at
// the outermost level nor in a class or module alone.
func within(content []byte, from, to int) bool {
	if from == 0 || content[from-1] == '\n' || !code(content, from, to) || !bare(content, from, to) || !argued(content, from, to) {
		return false
	}
	start := bytes.LastIndexByte(content[:from], '\n') + 1
	line, _ := lineAt(content, start)
	if !topImport.Match(bytes.TrimSpace(line)) {
		return true
	}
	for depth := from - start; depth > 0 && start > 0; {
		end := start - 1
		start = bytes.LastIndexByte(content[:end], '\n') + 1
		line = content[start:end]
		at := len(line) - len(bytes.TrimLeft(line, " \t"))
		if len(bytes.TrimSpace(line)) == 0 || at >= depth {
			continue
		}
		if !opensScope.Match(line) {
			return true
		}
		depth = at
	}
	return content[start] == ' ' || content[start] == '\t'
}
