package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// signalNames are those that facts name; a trap of another one states nothing
// that a rule asks for, but is told like them.
var signalNames = regexp.MustCompile(`^(SIG)?(TERM|INT|HUP|QUIT|USR1|USR2|KILL|STOP|TSTP|CONT|TTIN|TTOU|CHLD|CLD|PIPE|ALRM|WINCH|EXIT|ABRT)$`)

var (
	drainMethod = regexp.MustCompile(`(?i)^(close\w*|drain\w*|shutdown\w*|shut_down|stop\w*|unlisten|deregister\w*|graceful\w*|quiet\w*|join|wait\w*|disconnect\w*|flush\w*|quit\w*|terminate\w*|finish\w*|cleanup\w*|clean_up|unsubscribe|cancel\w*|kill_workers|request_stop|halt|cleanup!|await\w*|release\w*)[!]?$`)
	exitCalls   = map[string]bool{"exit": true, "exit!": true, "abort": true, "Process.exit": true, "Process.exit!": true, "Kernel.exit": true, "Kernel.exit!": true, "Kernel.abort": true, "raise": true}
)

// signalCall states trap and at_exit.
func (f *rubyFile) signalCall(c call) {
	switch c.name {
	case "trap", "Signal.trap", "Kernel.trap", "Process.trap":
	case "at_exit", "Kernel.at_exit":
		if c.block.OK() && !f.debugOnly(c.Node) {
			fact := inspect.SignalHandler{Via: "at_exit", Signals: []string{"EXIT"}}
			fact.Drains, _ = f.handling(c.block)
			f.sayHandler(c, fact)
		}
		return
	default:
		return
	}
	fact := inspect.SignalHandler{Via: c.name, Signals: f.signalsOf(c.args.arg(0))}
	body := f.body(c)
	if len(fact.Signals) == 0 || !body.OK() && len(c.args.positional) < 2 {
		return
	}
	if !body.OK() {
		switch command, _ := f.literal(c.args.arg(1)); command {
		case "DEFAULT", "SIG_DFL", "SYSTEM_DEFAULT":
			return // as if there were none
		case "EXIT":
			fact.Exits = true
		}
		f.sayHandler(c, fact)
		return
	}
	fact.Drains, fact.Exits = f.handling(body)
	f.sayHandler(c, fact)
}

// sayHandler states a handler on all its lines: what it does is the handler.
func (f *rubyFile) sayHandler(c call, fact inspect.SignalHandler) {
	f.Emit(c.Line(), c.EndLine(), fact)
}

// signalsOf are the names of the signals that an expression can be.
func (f *rubyFile) signalsOf(n syntax.Node) []string {
	var texts []string
	if text, ok := f.literal(n); ok {
		texts = []string{text}
	} else if b := f.variable(n); b != nil && b.param.OK() {
		giver := b.param.Parent().Parent().Parent()
		if giver.Is("call") && iterates[giver.Field("method").Text()] {
			for _, item := range f.items(giver.Field("receiver")) {
				if text, ok := f.literal(item); ok {
					texts = append(texts, text)
				}
			}
		}
	}
	var list []string
	for _, text := range texts {
		switch text {
		case "15":
			text = "TERM"
		case "2":
			text = "INT"
		}
		if signalNames.MatchString(text) {
			if name := strings.TrimPrefix(text, "SIG"); name == "EXIT" {
				list = append(list, name)
			} else {
				list = append(list, "SIG"+name)
			}
		}
	}
	return list
}

// handling tells what a handler does: whether it lets go of something, and
// whether it ends the process. Methods of the file are looked into once.
func (f *rubyFile) handling(body syntax.Node) (drains, exits bool) {
	return f.handlingIn(body, 2)
}

func (f *rubyFile) handlingIn(body syntax.Node, hops int) (drains, exits bool) {
	drains = f.setsFlag(body)
	for _, c := range f.callsWithin(body) {
		if !f.burn() {
			return drains, exits
		}
		if c.name == "throw" { // to the catch around the work
			drains = true
			continue
		}
		if exitCalls[c.name] || c.name == "Process.kill" {
			exits = exits || c.name != "Process.kill"
			continue
		}
		drains = drains || drainMethod.MatchString(c.method)
		if def := f.calledMethod(c.Node); def.OK() && hops > 0 {
			d, e := f.handlingIn(def, hops-1)
			drains, exits = drains || d, exits || e
		}
	}
	return drains, exits
}

// setsFlag reports whether a handler tells the rest of the program to stop: it
// sets a variable that a loop of the file looks at, or writes into a pipe or
// queue.
func (f *rubyFile) setsFlag(body syntax.Node) bool {
	found := false
	body.Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "assignment":
			if b := f.variable(n.Field("left")); b != nil {
				f.tree.Root().Walk(func(x syntax.Node) bool {
					if x.Is("while", "until", "while_modifier", "until_modifier", "if", "unless", "if_modifier", "unless_modifier") && !x.Inside(body) && f.mentions(x.Field("condition"), b) {
						found = true
					}
					return !found && f.burn()
				})
			}
		case "call":
			if m := n.Field("method").Text(); m == "write" || m == "write_nonblock" || m == "push" || m == "<<" || m == "puts" && strings.Contains(n.Field("receiver").Text(), "pipe") {
				found = found || n.Field("receiver").OK() && f.resolve(n.Field("receiver")) != "$stdout" && f.resolve(n.Field("receiver")) != "$stderr" && f.resolve(n.Field("receiver")) != "STDOUT"
			}
		case "binary":
			found = found || n.Has("<<")
		}
		return !found
	})
	return found
}
