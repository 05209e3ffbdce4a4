package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// unsetChoice is what a choice between destinations comes to when no variable
// says otherwise, outside of development: STDOUT of ENV["LOG_FILE"] || STDOUT.
func (f *rubyFile) unsetChoice(n syntax.Node) syntax.Node {
	n = f.follow(n)
	switch n.Kind() {
	case "binary":
		if (n.Has("||") || n.Has("or")) && f.streamTarget(n.Field("right")) != "" {
			if v := f.evaluate(n.Field("left")); v.Source == inspect.Env && !v.Has {
				return n.Field("right")
			}
		}
	case "conditional":
		condition, yes, no := f.branches(n)
		switch truth := f.debugWhen(condition); {
		case truth > 0:
			return no
		case truth < 0:
			return yes
		}
		if f.streamTarget(no) != f.streamTarget(yes) && condition.Is("element_reference", "call") && f.evaluate(condition).Source == inspect.Env {
			return no
		}
	case "call":
		c, _ := f.callOf(n)
		if read, ok := f.envRead(c); ok && read.fallback.OK() {
			if last := f.onlyStatement(read.fallback); f.streamTarget(last) != "" {
				return last
			}
		}
	}
	return n
}

// chosenBy is a path that a variable chooses, if it does.
func (f *rubyFile) chosenBy(choice syntax.Node, path inspect.Value) inspect.Value {
	choice = f.follow(choice)
	if asked := f.evaluate(choice.Field("condition")); choice.Is("conditional") && path.IsLiteral() && asked.Source == inspect.Env {
		path.Source, path.Env = inspect.Env, asked.Env
	}
	return path
}

// onlyStatement is what a block's body is, when it is one expression.
func (f *rubyFile) onlyStatement(n syntax.Node) syntax.Node {
	if n.Is("block_body", "body_statement") {
		return lastChild(n)
	}
	return n
}

// reopenedStream states $stdout.reopen("log/out.log").
func (f *rubyFile) reopenedStream(c call) {
	at := c.args.arg(0)
	if f.streamTarget(c.receiver) == "" || !at.OK() || f.streamTarget(at) != "" {
		return
	}
	if inner := f.follow(at); opens[f.callee(inner)] {
		at = inner.Field("arguments").Child(0)
	}
	v := f.valueOf(at)
	if v.Text == "/dev/null" || v.Source == inspect.None || v.Source == inspect.Unknown {
		return
	}
	f.saySink(c.Node, inspect.LogSink{Via: c.name, Target: fileTarget(v), Path: v})
}

// yell states what the block of Yell.new is told: l.adapter :file, "log/x.log".
func (f *rubyFile) yell(c call) {
	for _, inner := range f.callsWithin(c.block) {
		if inner.method != "adapter" || !inner.receiver.OK() {
			continue
		}
		sink := inspect.LogSink{Via: c.name, Target: f.streamTarget(inner.args.arg(0))}
		switch kind, _ := f.literal(inner.args.arg(0)); {
		case sink.Target != "":
		case kind == "file" || kind == "datefile":
			sink.Path = f.valueOf(inner.args.arg(1))
			sink.Target, sink.Rotates = fileTarget(sink.Path), kind == "datefile"
		case kind == "stdout" || kind == "stderr" || kind == "syslog":
			sink.Target = kind
		default:
			continue
		}
		f.saySink(inner.Node, sink)
	}
}

// railsLogFile reports whether an expression is the file that Rails logs to by
// itself: config.paths["log"].first, config.default_log_file.
func (f *rubyFile) railsLogFile(n syntax.Node) bool {
	key := f.railsKey(f.resolve(n), n)
	if key == "default_log_file" {
		return true
	}
	for n.Is("call") && n.Field("receiver").OK() {
		n = n.Field("receiver")
	}
	if !n.Is("element_reference") || f.railsKey(f.resolve(n.Field("object")), n) != "paths" {
		return false
	}
	name, _ := f.key(elementKey(n))
	return name == "log"
}

// cronOutput states where the tasks of whenever's schedule write: set :output,
// "log/cron.log".
func (f *rubyFile) cronOutput(c call) {
	if key, _ := f.literal(c.args.arg(0)); key != "output" || !f.isSchedule() {
		return
	}
	list := []syntax.Node{c.args.arg(1)}
	for _, name := range []string{"standard", "error"} {
		list = append(list, c.args.arg(-1, name))
	}
	for _, at := range list {
		if v := f.valueOf(at); v.IsLiteral() && v.Text != "" && v.Text != "/dev/null" {
			f.saySink(c.Node, inspect.LogSink{Via: "whenever.output", Target: fileTarget(v), Path: v})
		}
	}
}

// isSchedule reports whether the file is whenever's schedule.
func (f *rubyFile) isSchedule() bool {
	if !f.says("every") {
		return false
	}
	for _, c := range f.calls {
		if f.isScheduled(c) {
			return true
		}
	}
	return false
}

// isScheduled reports whether a call gives whenever a task: every 1.day do
// runner "…" end.
func (f *rubyFile) isScheduled(c call) bool {
	if c.name != "every" || !c.block.OK() || !c.args.arg(0).OK() || c.Up("class", "module", "method").OK() {
		return false
	}
	for _, inner := range f.callsWithin(c.block) {
		switch inner.name {
		case "runner", "rake", "command", "script":
			return inner.args.arg(0).OK()
		}
	}
	return false
}

// formatsJSON reports whether a formatter writes fields: a block, or a class of
// this file.
func (f *rubyFile) formatsJSON(n syntax.Node) bool {
	if makesJSON(n) {
		return true
	}
	n = f.follow(n)
	if !n.Is("call") || n.Field("method").Text() != "new" {
		return n.Is("lambda", "call") && makesJSON(n)
	}
	class := f.classNamed(n.Field("receiver"))
	return class.OK() && makesJSON(class) && strings.Contains(class.Field("body").Text(), "def call")
}
