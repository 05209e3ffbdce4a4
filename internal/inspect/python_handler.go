package inspect

import (
	"regexp"
	"strings"
)

// pyRoutes are decorator methods that make a function a request handler; those
// of the second sort only with a path that starts with a slash.
var (
	pyRoutes       = map[string]bool{"route": true, "api_view": true, "api_route": true, "websocket": true, "websocket_route": true, "view_config": true}
	pyVerbs        = map[string]bool{"get": true, "post": true, "put": true, "delete": true, "patch": true, "head": true, "options": true}
	pyViewChecks   = map[string]bool{"login_required": true, "csrf_exempt": true, "require_http_methods": true, "require_GET": true, "require_POST": true, "require_safe": true}
	pyViewMethods  = map[string]bool{"get": true, "post": true, "put": true, "delete": true, "patch": true, "head": true, "options": true, "dispatch": true, "list": true, "create": true, "retrieve": true, "update": true, "destroy": true, "partial_update": true, "form_valid": true, "do_GET": true, "do_POST": true, "do_PUT": true, "do_DELETE": true}
	pyViewBases    = regexp.MustCompile(`(View|ViewSet|Resource|RequestHandler|HTTPEndpoint|HTTPMethodView|Mixin)$`)
	requestDerived = regexp.MustCompile(`(?i)(^|[^a-z])(request|session|user|current_user|cart|client|customer|account|remote_addr|ip|token|sid|username|email|cookie|visitor)s?($|[^a-z])`)
)

// handler is the request handler that n runs in, or none. A function inside a
// handler counts as the handler.
func (p *pythonFile) handler(n node) node {
	for def := p.enclosingFunction(n); def.ok(); def = p.enclosingFunction(def) {
		if p.isHandler(def) {
			return def
		}
	}
	return node{}
}

func (p *pythonFile) isHandler(def node) bool {
	for _, d := range decorators(def) {
		name, arguments := d, node{}
		if d.is("call") {
			name, arguments = d.field("function"), d.field("arguments")
		}
		last := name.text()
		if name.is("attribute") {
			last = name.field("attribute").text()
		}
		if pyRoutes[last] || pyViewChecks[last] {
			return true
		}
		if path := arguments.child(0); pyVerbs[last] && name.is("attribute") && path.is("string") && strings.HasPrefix(strings.Trim(path.text(), `rf"'`), "/") {
			return true
		}
	}
	params := parameters(def)
	if len(params) > 0 && (params[0] == "request" || params[0] == "req") {
		return true
	}
	class := def.up("class_definition", "function_definition")
	if !class.is("class_definition") || !pyViewMethods[def.field("name").text()] {
		return false
	}
	for base := class.field("superclasses").first(); base.ok(); base = base.next() {
		if pyViewBases.MatchString(base.text()) {
			return true
		}
	}
	return false
}

// pyContainers are constructors of containers that can be shared.
var pyContainers = map[string]string{
	"dict": "map", "list": "list", "set": "set", "collections.defaultdict": "map", "collections.OrderedDict": "map", "collections.Counter": "map",
	"collections.deque": "list", "queue.Queue": "list", "queue.SimpleQueue": "list", "weakref.WeakValueDictionary": "map",
}

// pyMutators are methods that change a container.
var pyMutators = map[string]bool{
	"append": true, "add": true, "update": true, "pop": true, "popitem": true, "setdefault": true, "insert": true, "extend": true, "remove": true,
	"discard": true, "clear": true, "popleft": true, "appendleft": true, "put": true, "put_nowait": true, "get_nowait": true,
}

// sharedState states the module's containers and counters that handlers change.
func (p *pythonFile) sharedState() {
	type state struct {
		declared node
		fact     SharedState
	}
	var order []string
	found := map[string]*state{}
	mutation := func(target, key, at node) {
		if !target.is("identifier") {
			return
		}
		b := p.lookup(target.text(), target)
		if b == nil || b != p.scopes[0][target.text()] || len(b.values) == 0 || !b.values[0].ok() {
			return
		}
		typ := p.containerType(b.values[0])
		handler := p.handler(at)
		if typ == "" || typ == "counter" && key.ok() || !handler.ok() {
			return
		}
		s := found[target.text()]
		if s == nil {
			s = &state{declared: b.first, fact: SharedState{Name: target.text(), Type: typ}}
			found[target.text()] = s
			order = append(order, target.text())
		}
		if n := len(s.fact.Mutations); n == 0 || s.fact.Mutations[n-1] != at.line() {
			s.fact.Mutations = append(s.fact.Mutations, at.line())
		}
		s.fact.ByRequest = s.fact.ByRequest || p.fromRequest(key, handler)
	}
	p.tree.root().walk(func(n node) bool {
		switch n.kind() {
		case "assignment", "augmented_assignment":
			left := n.field("left")
			if left.is("subscript") {
				mutation(left.field("value"), left.field("subscript"), n)
			} else {
				mutation(left, node{}, n)
			}
		case "delete_statement":
			if target := n.child(0); target.is("subscript") {
				mutation(target.field("value"), target.field("subscript"), n)
			}
		case "call":
			if fn := n.field("function"); fn.is("attribute") && pyMutators[fn.field("attribute").text()] {
				mutation(fn.field("object"), n.field("arguments"), n)
			}
		}
		return true
	})
	for _, name := range order {
		p.state(found[name].declared.stated(), found[name].fact)
	}
}

// stated is the assignment that a bound name stands in.
func (n node) stated() node {
	if a := n.up("assignment"); a.ok() {
		return a
	}
	return n
}

func (p *pythonFile) containerType(v node) string {
	switch v.kind() {
	case "dictionary", "dictionary_comprehension":
		return "map"
	case "list", "list_comprehension":
		return "list"
	case "set", "set_comprehension":
		return "set"
	case "integer":
		return "counter"
	case "call":
		return pyContainers[p.callee(v)]
	}
	return ""
}

// fromRequest reports whether a key or element comes from the request: it is
// named so, or is what the handler was given.
func (p *pythonFile) fromRequest(key, handler node) bool {
	if !key.ok() {
		return false
	}
	given := parameters(handler)
	found := false
	key.walk(func(n node) bool {
		if n.is("string") || n.fieldName() == "name" && n.parent().is("keyword_argument") {
			return n.is("string") && strings.Contains(n.text(), "{")
		}
		if !n.is("identifier") {
			return !found
		}
		text := n.text()
		found = found || requestDerived.MatchString(strings.ReplaceAll(text, "_", " "))
		for _, param := range given {
			found = found || text == param
		}
		return !found
	})
	return found
}

// lambdaHandler states handler(event, context) of a serverless platform.
func (p *pythonFile) lambdaHandler(n node) {
	if n.up("function_definition", "class_definition").ok() {
		return
	}
	name, params := n.field("name").text(), parameters(n)
	for _, d := range decorators(n) {
		if strings.HasPrefix(p.decoratorName(d), "functions_framework.") {
			p.state(n, Handler{Via: "functions_framework", Lambda: true})
			return
		}
	}
	if len(params) != 2 || !n.field("name").is("identifier") {
		return
	}
	event, context := strings.Trim(params[0], "_"), strings.Trim(params[1], "_")
	if name == "lambda_handler" || (name == "handler" || strings.HasSuffix(name, "_handler")) && event == "event" && (context == "context" || context == "ctx" && name == "handler") {
		p.state(n, Handler{Via: name, Lambda: true})
	}
}
