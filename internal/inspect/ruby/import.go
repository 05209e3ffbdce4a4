package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// importCall states require, require_relative, load and autoload with a
// literal path. What is required relative to the file starts with a dot.
func (f *rubyFile) importCall(c call) {
	place := 0
	switch c.name {
	case "require", "Kernel.require", "require_dependency":
	case "require_relative", "load", "Kernel.load":
	case "autoload":
		place = 1
	default:
		return
	}
	path, ok := f.literal(c.args.arg(place))
	if !ok || path == "" {
		return
	}
	if c.name == "require_relative" && !strings.HasPrefix(path, ".") && !strings.HasPrefix(path, "/") {
		path = "./" + path
	}
	f.say(c.Node, inspect.Import{Path: path, Guarded: f.guarded(c.Node), Dynamic: method(c.Node).OK()})
}

// guarded tells an import that may fail or not happen: where its LoadError is
// rescued, and under a condition.
func (f *rubyFile) guarded(n syntax.Node) bool {
	return rescues(n, "LoadError", "Gem::LoadError", "ScriptError", "Exception") ||
		n.Up("if", "unless", "if_modifier", "unless_modifier", "conditional", "when").OK() || n.Parent().Is("rescue_modifier")
}

// rescues reports whether n stands where one of these errors is rescued, or
// every error is.
func rescues(n syntax.Node, errors ...string) bool {
	for body := n.Up("begin", "body_statement"); body.OK(); body = body.Up("begin", "body_statement") {
		for clause := body.First(); clause.OK(); clause = clause.Next() {
			if !clause.Is("rescue") || n.Inside(clause) {
				continue
			}
			for e := clause.Field("exceptions").First(); e.OK(); e = e.Next() {
				for _, name := range errors {
					if e.Text() == name {
						return true
					}
				}
			}
		}
		if body.Up(closedScopes...) != n.Up(closedScopes...) {
			return false
		}
	}
	return false
}

// module states the namespace that a file declares: its outermost modules.
func (f *rubyFile) module(n syntax.Node) {
	if name := constantPath(n.Field("name")); name != "" && atTop(n) && f.once("package "+name) {
		f.Emit(n.Line(), n.Line(), inspect.Package{Name: name})
	}
}

// entryPoint states what makes the file one that can be started: a shebang.
func (f *rubyFile) entryPoint() {
	if first, _, _ := strings.Cut(string(f.tree.Source()[:min(len(f.tree.Source()), 200)]), "\n"); strings.HasPrefix(first, "#!") {
		f.Emit(1, 1, inspect.EntryPoint{Via: strings.TrimSpace(first)})
	}
}

// isMainGuard reports whether a condition holds when the file itself is
// started: __FILE__ == $0.
func isMainGuard(condition syntax.Node) bool {
	text := strings.ReplaceAll(condition.Text(), " ", "")
	return text == "__FILE__==$0" || text == "$0==__FILE__" || text == "__FILE__==$PROGRAM_NAME" || text == "$PROGRAM_NAME==__FILE__"
}

// mainGuard states if __FILE__ == $0.
func (f *rubyFile) mainGuard(n syntax.Node) {
	if n.Is("if", "if_modifier") && isMainGuard(n.Field("condition")) && f.once("main guard") {
		f.Emit(n.Line(), n.EndLine(), inspect.EntryPoint{Via: "__FILE__ == $0"})
	}
}

// startsHere reports whether n runs only when the file itself is started.
func startsHere(n syntax.Node) bool {
	for s := n.Up("if", "if_modifier"); s.OK(); s = s.Up("if", "if_modifier") {
		if isMainGuard(s.Field("condition")) && !n.Inside(s.Field("alternative")) {
			return true
		}
	}
	return false
}

var rackupPort = regexp.MustCompile(`(?:^|\s)(?:-p|--port)[ =]?(\d+)`)

// rackup states what a config.ru gives to a server: the application that run
// names, and the port of an options line, which starts with #\.
func (f *rubyFile) rackup() {
	if first, _, _ := strings.Cut(string(f.tree.Source()[:min(len(f.tree.Source()), 200)]), "\n"); strings.HasPrefix(first, `#\`) {
		if m := rackupPort.FindStringSubmatch(first); m != nil {
			f.Emit(1, 1, inspect.Listen{Via: "rackup", Port: inspect.Lit(m[1])})
		}
	}
}

// handlerCall states run App of a config.ru, and the functions of serverless
// platforms. A test's own application is none.
func (f *rubyFile) handlerCall(c call) {
	switch c.name {
	case "run":
		app := c.args.arg(0)
		served := app.OK() && (app.Is("constant", "scope_resolution", "lambda") || app.Is("call", "identifier") && f.resolve(app) != "") || c.block.OK()
		if !served || !atTop(c.Node) || len(c.args.keyword) > 0 || strings.HasPrefix(f.resolve(app), "Combustion") || app.Is("string", "integer") || f.rake || f.server != "" {
			return
		}
		if !f.once("rackup") || !f.rackFile() {
			return
		}
		f.say(c.Node, inspect.Handler{Via: "rack.run"})
	case "FunctionsFramework.http", "FunctionsFramework.cloud_event":
		f.say(c.Node, inspect.Handler{Via: c.name, Lambda: true})
	}
}

// rackFile reports whether this is a config.ru, by what it holds: use, map and
// run at the top and no class that says otherwise.
func (f *rubyFile) rackFile() bool {
	for name := range f.classes {
		if strings.HasSuffix(name, "Test") || strings.HasSuffix(name, "Command") || strings.HasSuffix(name, "CLI") {
			return false
		}
	}
	runs := 0
	for _, c := range f.calls {
		switch c.name {
		case "run":
			if atTop(c.Node) {
				runs++
			}
		case "desc", "task", "describe", "it", "gem", "get_option", "every":
			return false
		}
	}
	return runs > 0
}

// lambdaHandler states handler(event:, context:) of a serverless platform.
func (f *rubyFile) lambdaHandler(n syntax.Node) {
	found := map[string]bool{}
	for param := n.Field("parameters").First(); param.OK(); param = param.Next() {
		if param.Is("keyword_parameter") {
			found[param.Field("name").Text()] = true
		} else if !param.Is("hash_splat_parameter") {
			return
		}
	}
	if found["event"] && found["context"] && len(found) == 2 {
		f.Emit(n.Line(), n.EndLine(), inspect.Handler{Via: n.Field("name").Text(), Lambda: true})
	}
}
