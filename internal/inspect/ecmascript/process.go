package ecmascript

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// What a process does as a whole: it hears signals.

var drainName = regexp.MustCompile(`(?i)(close|\b\$?end$|disconnect|quit|stop|shut_?down|destroy|drain|terminate|teardown|cleanup|clean_up|gracefull?y?|dispose)`)

var drainCall = regexp.MustCompile(`(?i)(close|end|disconnect|quit|stop|shut_?down|destroy|drain|dispose)\w*\(`)

// readSignalHandler states subscriptions to operating-system signals.
func (f *ecmaFile) readSignalHandler(c ecmaCall) {
	switch {
	case c.callee == "process.on", c.callee == "process.once", c.callee == "process.addListener", c.callee == "process.prependListener",
		c.callee == "Deno.addSignalListener":
		names := slices.DeleteFunc(f.stringsOf(c.arg(0)), func(s string) bool { return !strings.HasPrefix(s, "SIG") && s != "exit" && s != "beforeExit" })
		for i, name := range names {
			if !strings.HasPrefix(name, "SIG") {
				names[i] = "EXIT"
			}
		}
		if len(names) == 0 {
			return
		}
		drains, exits := f.ending(c.arg(1))
		hasty := drains && exits && f.exitsInTurn(f.function(c.arg(1)), 0)
		f.say(c.node, inspect.SignalHandler{Via: c.callee, Signals: names, Drains: drains && !hasty, Exits: exits, Hasty: hasty})
	case c.method == "enableShutdownHooks" && (strings.HasPrefix(c.callee, "@nestjs/") || f.usesAny("@nestjs/core", "@nestjs/common")):
		f.say(c.node, inspect.SignalHandler{Via: "@nestjs/core.enableShutdownHooks", Signals: []string{"SIGTERM"}, Drains: true, Exits: true})
	case c.callee == "@godaddy/terminus.createTerminus":
		options := f.object(c.arg(1))
		names := f.stringsOf(f.property(options, "signal", "signals"))
		if len(names) == 0 {
			names = []string{"SIGTERM"}
		}
		f.say(c.node, inspect.SignalHandler{Via: c.callee, Signals: names, Drains: true, Exits: true})
	case shutdownLibraries[c.callee], c.method == "register" && shutdownLibraries[f.symbol(c.arg(0))]:
		via := c.callee
		if c.method == "register" {
			via = f.symbol(c.arg(0))
		}
		f.say(c.node, inspect.SignalHandler{Via: via, Signals: []string{"SIGTERM", "SIGINT"}, Drains: true, Exits: true})
	}
}

// shutdownLibraries subscribe to the signals themselves, and drain.
var shutdownLibraries = map[string]bool{
	"close-with-grace": true, "http-graceful-shutdown": true, "fastify-graceful-shutdown": true, "lightship.createLightship": true,
	"@gquittet/graceful-server": true, "node-graceful-shutdown.onShutdown": true, "exit-hook.asyncExitHook": true, "async-exit-hook": true,
}

// stringsOf are the strings that an expression can be: a literal, an array's
// elements, or what a loop or a forEach goes over.
func (f *ecmaFile) stringsOf(n syntax.Node) []string {
	v := f.definition(n)
	if text, ok := ecmaString(v); ok {
		return []string{text}
	}
	if b := f.lookup(v); b != nil && len(b.path) == 0 {
		switch b.how {
		case ecmaLoop:
			v = f.definition(b.value)
		case ecmaParameter:
			if target := ecmaBare(b.scope.node.Parent().Parent().Field("function")); target.Is("member_expression") {
				v = f.definition(target.Field("object"))
			}
		}
	}
	var list []string
	if v.Is("array") {
		for _, e := range ecmaChildren(v) {
			if text, ok := ecmaString(e); ok {
				list = append(list, text)
			}
		}
	}
	return list
}

// exitsInTurn reports whether a function always comes to an exit of the process
// without waiting for anything: what it began to close has no time to.
func (f *ecmaFile) exitsInTurn(fn syntax.Node, depth int) bool {
	body := fn.Field("body")
	if !body.OK() || depth > 2 {
		return false
	}
	waits := false
	body.Walk(func(n syntax.Node) bool {
		switch {
		case n.Is("await_expression", "yield_expression"):
			waits = true
		case n.Is("if_statement"): // one that leaves early may have closed what there was
			waits = strings.Contains(n.Text(), "return") && drainCall.MatchString(n.Text())
		}
		return !waits && !slices.Contains(ecmaFunctions, n.Kind())
	})
	if waits {
		return false
	}
	steps := []syntax.Node{body} // of an arrow function that is one expression
	if body.Is("statement_block") {
		steps = ecmaChildren(body)
	}
	for _, n := range steps {
		if n.Is("return_statement") {
			return false
		}
		if n.Is("expression_statement") {
			n = ecmaBare(n.Child(0))
		}
		if !n.Is("call_expression") {
			continue
		}
		if c := f.callOf(n); c.callee == "process.exit" || c.callee == "Deno.exit" {
			return true
		}
		if inner := f.function(n.Field("function")); inner.OK() && inner.Index() != fn.Index() && f.exitsInTurn(inner, depth+1) {
			return true
		}
	}
	return false
}

// ending tells what a signal's handler does: close or await something, and
// exit.
func (f *ecmaFile) ending(handler syntax.Node) (drains, exits bool) {
	fn := f.function(handler)
	if !fn.OK() {
		root, path := ecmaPath(handler)
		name := root.Text()
		if len(path) > 0 {
			name = path[len(path)-1]
		}
		if root.Is("call_expression") { // shutdown("SIGTERM") gives the handler
			name = root.Field("function").Text()
		}
		return drainName.MatchString(name), f.symbol(handler) == "process.exit"
	}
	seen := map[int32]bool{}
	var look func(fn syntax.Node)
	look = func(fn syntax.Node) {
		if seen[fn.Index()] || len(seen) > 20 {
			return
		}
		seen[fn.Index()] = true
		fn.Field("body").Walk(func(n syntax.Node) bool {
			switch n.Kind() {
			case "await_expression":
				drains = drains || !n.Child(0).Is("new_expression")
			case "call_expression":
				c := f.callOf(n)
				if c.callee == "process.exit" || c.callee == "Deno.exit" {
					exits = true
				}
				name := n.Field("function").Text() // ShutdownHelper.execute as well as server.close
				if i := strings.LastIndexAny(name, ")}"); i >= 0 {
					name = name[i+1:]
				}
				if drainName.MatchString(name) && !strings.HasPrefix(c.callee, "console.") {
					drains = true
				}
				if inner := f.function(n.Field("function")); inner.OK() {
					look(inner)
				}
			}
			return true
		})
	}
	look(fn)
	return drains, exits
}
