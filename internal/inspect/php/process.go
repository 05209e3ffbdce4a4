package php

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// execs start programs, by resolved name: the first argument is a command line
// or a list of words.
var execs = lowered(map[string]bool{
	"exec": true, "shell_exec": true, "system": true, "passthru": true, "proc_open": true, "popen": true, "pcntl_exec": true, `new Symfony\Component\Process\Process`: true,
	`Symfony\Component\Process\Process::fromShellCommandline`: true, facade + "Process::run": true, facade + "Process::start": true, facade + "Process::forever()->run": true, facade + "Process::timeout()->run": true,
	facade + "Process::path()->run": true, `new React\ChildProcess\Process`: true, `Amp\Process\Process::start`: true, `new Symfony\Component\Process\PhpProcess`: false,
})

// execCall states the start of a program whose name the file determines.
func (s *script) execCall(c call) {
	if !execs[c.key] {
		return
	}
	command := c.args.at(0, "command", "commandline", "program")
	if list := s.array(command); list.Is("array_creation_expression") {
		command = s.find(list, "0")
	}
	s.execFact(c.Node, via(c.name), s.firstWord(command))
}

// backticks states `convert $file`.
func (s *script) backticks(n syntax.Node) {
	first := n.First()
	if !first.Is("string_content") {
		return
	}
	text := first.Text()
	if first.Next().OK() {
		text = wholeWords(text)
	}
	s.execFact(n, "``", program(text))
}

func (s *script) execFact(n syntax.Node, via, name string) {
	if name != "" && !s.isQuestion(n) {
		s.state(n, inspect.Exec{Via: via, Program: name, Guarded: s.asked[name]})
	}
}

// firstWord is the program of a command line; "" when the file does not
// determine it.
func (s *script) firstWord(n syntax.Node) string {
	if text, ok := s.literal(n); ok {
		return program(text)
	}
	n = s.follow(n)
	for n.Is("binary_expression") && n.Field("operator").Text() == "." {
		n = s.follow(n.Field("left"))
	}
	if n.Is("function_call_expression") && s.functionName(n.Field("function")) == "sprintf" {
		text, _ := s.literal(argsOf(n).at(0))
		before, _, _ := strings.Cut(text, "%")
		return program(wholeWords(before))
	}
	if n.Is("encapsed_string") && n.First().Is("string_content") {
		return program(wholeWords(n.First().Text()))
	}
	text, _ := s.literal(n)
	return program(wholeWords(text))
}

// wholeWords is the part of a text whose words are complete, when more text
// that is not known follows.
func wholeWords(text string) string {
	if cut := strings.LastIndexAny(text, " \t\n"); cut > 0 {
		return text[:cut]
	}
	return ""
}

// program is the first word of a command line behind NAME=value.
func program(text string) string {
	for _, word := range strings.Fields(text) {
		if name, _, assigned := strings.Cut(word, "="); assigned && plausible(name) {
			continue
		}
		if strings.ContainsAny(word, "${}%`(<>|&;\"'") {
			return ""
		}
		return word
	}
	return ""
}

var questionLine = regexp.MustCompile(`^\s*(?:which|command -v|type|where)\s+([\w./-]+)`)

// questionProgram is the program that a command line looks for.
func (s *script) questionProgram(n syntax.Node) string {
	text, _ := s.literal(n)
	if m := questionLine.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// isQuestion reports whether a start only looks whether a program is there.
func (s *script) isQuestion(n syntax.Node) bool {
	return questionLine.MatchString(strings.Trim(n.Text(), "`")) || s.questionProgram(argsOf(n).at(0)) != ""
}

// findQuestion keeps the programs that exec('which x') looks for.
func (s *script) findQuestion(n syntax.Node) {
	if execs[s.functionName(n.Field("function"))] {
		if name := s.questionProgram(argsOf(n).at(0)); name != "" {
			s.asked[name] = true
		}
	}
}

// findExecutable keeps those that Symfony's ExecutableFinder looks for.
func (s *script) findExecutable(n syntax.Node) {
	if n.Field("name").Text() == "find" && s.resolve(n.Field("object")) == `Symfony\Component\Process\ExecutableFinder` {
		if name, ok := s.literal(argsOf(n).at(0)); ok {
			s.asked[name] = true
		}
	}
}

// signalCalls subscribe to signals: the places of the signal and the handler.
var signalCalls = lowered(map[string][2]int{
	"pcntl_signal": {0, 1}, `Swoole\Process::signal`: {0, 1}, `OpenSwoole\Process::signal`: {0, 1}, `React\EventLoop\Loop::addSignal`: {0, 1}, `React\EventLoop\LoopInterface->addSignal`: {0, 1},
	`Revolt\EventLoop::onSignal`: {0, 1}, `Amp\Loop::onSignal`: {0, 1}, `Amp\trapSignal`: {0, -1}, `Illuminate\Console\Command->trap`: {0, 1}, `React\EventLoop\Factory::create()->addSignal`: {0, 1},
	`React\EventLoop\Loop::get()->addSignal`: {0, 1},
})

// signalCall states pcntl_signal(SIGTERM, f), register_shutdown_function(f) and
// what servers have of the kind.
func (s *script) signalCall(c call) {
	if c.key == "register_shutdown_function" {
		drains, exits := s.effects(c.args.at(0))
		s.state(c.Node, inspect.SignalHandler{Via: c.key, Signals: []string{"EXIT"}, Drains: drains, Exits: exits})
		return
	}
	places, known := signalCalls[c.key]
	if !known {
		return
	}
	signals, action := s.signalNames(c.args.at(places[0])), c.args.at(places[1])
	if len(signals) == 0 || written(action) == "SIG_DFL" {
		return
	}
	fact := inspect.SignalHandler{Via: via(c.name), Signals: signals}
	if places[1] < 0 {
		fact.Drains = true // what waits for the signal goes on and ends
	} else {
		fact.Drains, fact.Exits = s.effects(action)
	}
	s.state(c.Node, fact)
}

// signalNames are the constants that an expression stands for: one, a list of
// them, or what a foreach goes over.
func (s *script) signalNames(n syntax.Node) []string {
	if n.Is("variable_name") {
		if b := s.lookup(n); b != nil && b.loop.OK() {
			n = b.loop
		}
	}
	var names []string
	list := []syntax.Node{n}
	if array := s.array(n); array.Is("array_creation_expression") {
		list = arrayValues(array)
	}
	for _, item := range list {
		if item.Is("arrow_function") {
			names = append(names, s.signalNames(item.Field("body"))...)
			continue
		}
		if name := strings.TrimPrefix(written(item), `\`); strings.HasPrefix(name, "SIG") && !strings.HasPrefix(name, "SIG_") {
			names = append(names, name)
		}
	}
	return names
}

var (
	drainWords = regexp.MustCompile(`(?i)(close|stop|shutdown|shut_down|drain|cancel|join|disconnect|terminate|flush|dispose|cleanup|clean_up|graceful|finish|release|unlock|unlink|rollback|commit|quit)`)
	flagWords  = regexp.MustCompile(`(?i)(stop|run|running|alive|active|quit|exit|terminate|terminating|shutdown|shouldquit|should|continue|done|finish)`)
)

// effects reads the body of a handler of this file, and of the functions of this
// file that it calls.
func (s *script) effects(action syntax.Node) (drains, exits bool) {
	action = s.follow(action)
	switch action.Kind() {
	case "anonymous_function", "arrow_function":
		return s.bodyEffects(action)
	case "array_creation_expression":
		values := arrayValues(action)
		if len(values) != 2 {
			return false, false
		}
		name, _ := plainString(values[1])
		if written(values[0]) == "$this" || values[0].Is("class_constant_access_expression") {
			if def := s.method(s.enclosingClass(action), name); def.OK() {
				return s.bodyEffects(def)
			}
		}
		return drainWords.MatchString(name), false
	case "string":
		name, _ := plainString(action)
		if def := s.defs[strings.ToLower(name)]; def.OK() {
			return s.bodyEffects(def)
		}
	case "member_call_expression", "function_call_expression": // $this->handle(...)
		if def := s.localFunction(action); def.OK() {
			return s.bodyEffects(def)
		}
		return drainWords.MatchString(s.callOf(action).method), false
	}
	return false, false
}

// effect is what a function of the file does when a signal comes.
type effect struct{ drains, exits bool }

func (s *script) bodyEffects(def syntax.Node) (drains, exits bool) {
	if e, done := s.drains[def.Index()]; done {
		return e.drains, e.exits
	}
	s.drains[def.Index()] = effect{} // while it calls itself
	def.Field("body").Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "exit_statement":
			exits = true
		case "assignment_expression":
			drains = drains || n.Field("right").Is("boolean") && flagWords.MatchString(s.targetName(n.Field("left")))
		case "function_call_expression", "member_call_expression", "scoped_call_expression", "nullsafe_member_call_expression":
			method := n.Field("name").Text()
			if fn := n.Field("function"); fn.OK() {
				method = strings.ToLower(written(fn))
			}
			switch {
			case method == "exit" || method == "die":
				exits = true
			case drainWords.MatchString(method):
				drains = true
			default:
				if def := s.localFunction(n); def.OK() {
					d, e := s.bodyEffects(def)
					drains, exits = drains || d, exits || e
				}
			}
		}
		return true
	})
	s.drains[def.Index()] = effect{drains, exits}
	return drains, exits
}

// subscribedSignals states the signals that a console command of Symfony takes.
func (s *script) subscribedSignals(n syntax.Node) {
	if !n.Is("method_declaration") || n.Field("name").Text() != "getSubscribedSignals" {
		return
	}
	for _, v := range s.returnedBy(n) {
		signals := s.signalNames(v)
		if len(signals) == 0 {
			continue
		}
		fact := inspect.SignalHandler{Via: `Symfony\Component\Console\Command\SignalableCommandInterface`, Signals: signals}
		if def := s.method(s.enclosingClass(n), "handleSignal"); def.OK() {
			fact.Drains, fact.Exits = s.bodyEffects(def)
		}
		s.state(n, fact)
	}
}
