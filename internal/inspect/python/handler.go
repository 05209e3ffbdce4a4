package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
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

// handler is the function around n that runs while a request is served, or
// none: a request handler, or a function of this file that one calls.
func (p *pythonFile) handler(n syntax.Node) syntax.Node {
	if handler := p.route(n); handler.OK() {
		return handler
	}
	if def := p.enclosingFunction(n); def.OK() && p.findServing()[def.Index()] {
		return def
	}
	return syntax.Node{}
}

// route is the request handler that n runs in, or none. A function inside a
// handler counts as the handler.
func (p *pythonFile) route(n syntax.Node) syntax.Node {
	for def := p.enclosingFunction(n); def.OK(); def = p.enclosingFunction(def) {
		if p.isHandler(def) {
			return def
		}
	}
	return syntax.Node{}
}

func (p *pythonFile) isHandler(def syntax.Node) bool {
	for _, d := range decorators(def) {
		name, arguments := d, syntax.Node{}
		if d.Is("call") {
			name, arguments = d.Field("function"), d.Field("arguments")
		}
		last := name.Text()
		if name.Is("attribute") {
			last = name.Field("attribute").Text()
		}
		if pyRoutes[last] || pyViewChecks[last] {
			return true
		}
		if path := arguments.Child(0); pyVerbs[last] && name.Is("attribute") && path.Is("string") && strings.HasPrefix(strings.Trim(path.Text(), `rf"'`), "/") {
			return true
		}
	}
	params := parameters(def)
	if len(params) > 0 && (params[0] == "request" || params[0] == "req") {
		return true
	}
	class := def.Up("class_definition", "function_definition")
	if !class.Is("class_definition") || !pyViewMethods[def.Field("name").Text()] {
		return false
	}
	for base := class.Field("superclasses").First(); base.OK(); base = base.Next() {
		if pyViewBases.MatchString(base.Text()) {
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
		declared syntax.Node
		fact     inspect.SharedState
	}
	var order []string
	found := map[string]*state{}
	mutation := func(target, key, at syntax.Node) {
		place, shared := p.sharedAt(target)
		apart := false
		if !shared || !p.handler(at).OK() {
			if own, ok := p.apartAt(target, key, at); ok {
				place, shared, apart = own, true, true
			}
		}
		if !shared {
			return
		}
		typ := p.containerType(place.value)
		if typ == "" || typ == "counter" && (key.OK() || !at.Is("augmented_assignment") && !target.Is("identifier")) {
			return
		}
		handler := p.handler(at)
		beneath := !apart && !handler.OK() && typ != "counter" && typ != "set" && p.putsGiven(place.name, at)
		if beneath || apart {
			handler = p.enclosingFunction(at)
		}
		if !handler.OK() {
			return
		}
		s := found[place.name]
		if s == nil {
			s = &state{declared: place.declared, fact: inspect.SharedState{Name: place.name, Type: typ, Beneath: beneath, Apart: apart}}
			found[place.name] = s
			order = append(order, place.name)
		}
		if n := len(s.fact.Mutations); n == 0 || s.fact.Mutations[n-1] != at.Line() {
			s.fact.Mutations = append(s.fact.Mutations, at.Line())
		}
		s.fact.ByRequest = s.fact.ByRequest || p.fromRequest(key, handler)
		s.fact.Kept = s.fact.Kept || beneath || p.brings(added(at), handler, 6)
		s.fact.Beneath, s.fact.Apart = s.fact.Beneath && beneath, s.fact.Apart && apart
	}
	p.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "assignment", "augmented_assignment":
			left := n.Field("left")
			if left.Is("subscript") {
				mutation(left.Field("value"), left.Field("subscript"), n)
			} else {
				mutation(left, syntax.Node{}, n)
			}
		case "delete_statement":
			if target := n.Child(0); target.Is("subscript") {
				mutation(target.Field("value"), target.Field("subscript"), n)
			}
		case "call":
			if fn := n.Field("function"); fn.Is("attribute") && pyMutators[fn.Field("attribute").Text()] {
				object, key := fn.Field("object"), n.Field("arguments")
				if object.Is("subscript") { // what lies under a key is changed
					object, key = object.Field("value"), object.Field("subscript")
				}
				mutation(object, key, n)
			}
		}
		return true
	})
	p.apart = map[string]bool{}
	for _, name := range order {
		if owner, _, _ := strings.Cut(name, "."); found[name].fact.Apart {
			p.apart[owner] = true
		}
		p.state(statementOf(found[name].declared), found[name].fact)
	}
	p.heldObjects()
}

// stated is the assignment that a bound name stands in.
func statementOf(n syntax.Node) syntax.Node {
	if a := n.Up("assignment"); a.OK() {
		return a
	}
	return n
}

func (p *pythonFile) containerType(v syntax.Node) string {
	switch v.Kind() {
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
func (p *pythonFile) fromRequest(key, handler syntax.Node) bool {
	if !key.OK() {
		return false
	}
	given := parameters(handler)
	found := false
	key.Walk(func(n syntax.Node) bool {
		if n.Is("string") || n.FieldName() == "name" && n.Parent().Is("keyword_argument") {
			return n.Is("string") && strings.Contains(n.Text(), "{")
		}
		if !n.Is("identifier") {
			return !found
		}
		text := n.Text()
		found = found || requestDerived.MatchString(strings.ReplaceAll(text, "_", " "))
		for _, param := range given {
			found = found || text == param
		}
		return !found
	})
	return found
}

// lambdaHandler states handler(event, context) of a serverless platform.
func (p *pythonFile) lambdaHandler(n syntax.Node) {
	if n.Up("function_definition", "class_definition").OK() {
		return
	}
	name, params := n.Field("name").Text(), parameters(n)
	for _, d := range decorators(n) {
		if strings.HasPrefix(p.decoratorName(d), "functions_framework.") {
			p.state(n, inspect.Handler{Via: "functions_framework", Lambda: true})
			return
		}
	}
	if len(params) != 2 || !n.Field("name").Is("identifier") {
		return
	}
	event, context := strings.Trim(params[0], "_"), strings.Trim(params[1], "_")
	if name == "lambda_handler" || (name == "handler" || strings.HasSuffix(name, "_handler")) && event == "event" && (context == "context" || context == "ctx" && name == "handler") {
		p.state(n, inspect.Handler{Via: name, Lambda: true})
	}
}
