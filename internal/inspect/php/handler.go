package php

import (
	"bytes"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	controllerClass = regexp.MustCompile(`(Controller|Action|RequestHandler)$`)
	// requestTypes are the types of a parameter that make a function a handler.
	requestTypes   = regexp.MustCompile(`^(Illuminate\\Http\\Request|Psr\\Http\\Message\\(ServerRequestInterface|RequestInterface)|Symfony\\Component\\HttpFoundation\\Request|Swoole\\Http\\Request|OpenSwoole\\Http\\Request|Workerman\\Protocols\\Http\\Request|Slim\\(Psr7|Http)\\(Server)?Request|Amp\\Http\\Server\\Request|Laravel\\Lumen\\Http\\Request|WP_REST_Request|yii\\web\\Request)$|\\Http\\Requests\\`)
	routeAttribute = regexp.MustCompile(`(^|\\)(Route|Get|Post|Put|Patch|Delete|Any|RequestMapping|GetMapping|PostMapping)$`)
	handlerFaces   = []string{`Psr\Http\Server\RequestHandlerInterface`, `Psr\Http\Server\MiddlewareInterface`, `Amp\Http\Server\RequestHandler`}
	routeVerbs     = map[string]bool{"get": true, "post": true, "put": true, "patch": true, "delete": true, "options": true, "any": true, "match": true, "map": true, "resource": true, "apiresource": true, "view": true, "livewire": true, "add": true}
	routers        = map[string]bool{
		strings.ToLower(facade + "Route"): true, `slim\app`: true, `slim\factory\appfactory::create()`: true, `slim\factory\appfactory::createfromcontainer()`: true, `slim\routing\routecollectorproxy`: true,
		`fastroute\routecollector`: true, `laravel\lumen\routing\router`: true, `illuminate\routing\router`: true, `mezzio\application`: true, `bramus\router\router`: true, `league\route\router`: true,
		`silex\application`: true, `flight`: true, `cake\routing\routebuilder`: true, `codeigniter\router\routecollection`: true, `hyperf\httpserver\router\router`: true, `di\bridge\slim\bridge::create()`: true, `leaf\app`: true, `klein\klein`: true,
	}
)

// handlerAround is the request handler that n runs in: a function, the file
// itself when it answers requests, or none.
func (s *script) inHandler(n syntax.Node) bool {
	fn := enclosingFunction(n)
	for ; fn.OK(); fn = enclosingFunction(fn) {
		if s.isHandler(fn) {
			return true
		}
		if !fn.Is("anonymous_function", "arrow_function") {
			return false
		}
	}
	return s.served.OK()
}

func (s *script) isHandler(fn syntax.Node) bool {
	if is, done := s.handlers[fn.Index()]; done {
		return is
	}
	is := s.handles(fn)
	s.handlers[fn.Index()] = is
	return is
}

func (s *script) handles(fn syntax.Node) bool {
	if s.requestParameter(fn) {
		return true
	}
	switch fn.Kind() {
	case "anonymous_function", "arrow_function":
		up := fn.Parent()
		return up.Is("argument") && s.isRoute(s.callOf(up.Parent().Parent()))
	case "function_definition":
		return s.usesRequest(fn)
	case "method_declaration":
		return s.isAction(fn) || s.usesRequest(fn)
	}
	return false
}

func (s *script) requestParameter(fn syntax.Node) bool {
	for p := fn.Field("parameters").First(); p.OK(); p = p.Next() {
		if typ := p.Field("type"); typ.OK() && requestTypes.MatchString(s.className(typ)) {
			return true
		}
	}
	return false
}

// isAction reports whether a method is an action of a controller.
func (s *script) isAction(method syntax.Node) bool {
	name := method.Field("name").Text()
	if strings.HasPrefix(name, "__") && name != "__invoke" || !isPublic(method) || hasPart(method, "static_modifier") {
		return false
	}
	if hasAttribute(method, routeAttribute) {
		return true
	}
	c := s.enclosingClass(method)
	if c == nil || hasPart(c.node, "abstract_modifier") {
		return false
	}
	if s.isA(c, handlerFaces...) {
		return name == "handle" || name == "process" || name == "handleRequest"
	}
	class := strings.ReplaceAll(c.node.Field("name").Text(), "_", "")
	if !controllerClass.MatchString(class) && !controllerClass.MatchString(short(s.className(c.parent))) {
		return false
	}
	if strings.HasSuffix(class, "Action") { // often something else that can be done
		return name == "__invoke"
	}
	return name != "init" && name != "initialize" && !strings.HasPrefix(name, "_") || name == "__invoke"
}

// hasPart reports whether one of the children is of this kind.
func hasPart(n syntax.Node, kind string) bool {
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Is(kind) {
			return true
		}
	}
	return false
}

func isPublic(method syntax.Node) bool {
	for c := method.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "visibility_modifier":
			if c.Text() != "public" {
				return false
			}
		case "static_modifier", "abstract_modifier":
			return false
		}
	}
	return true
}

func hasAttribute(n syntax.Node, name *regexp.Regexp) bool {
	found := false
	for group := n.Field("attributes").First(); group.OK(); group = group.Next() {
		for a := group.First(); a.OK(); a = a.Next() {
			found = found || name.MatchString(written(a.Child(0)))
		}
	}
	return found
}

// requestGlobals hold what a request gives.
var requestGlobals = map[string]bool{"$_GET": true, "$_POST": true, "$_REQUEST": true, "$_FILES": true, "$_COOKIE": true}

// asksRequest reports whether a node reads what a request gives.
func asksRequest(n syntax.Node) bool {
	if n.Is("variable_name") {
		return requestGlobals[n.Text()]
	}
	if !n.Is("subscript_expression") || written(n.Child(0)) != "$_SERVER" {
		return false
	}
	key, _ := plainString(n.Child(1))
	return key == "REQUEST_METHOD" || key == "REQUEST_URI" || key == "PATH_INFO" || key == "QUERY_STRING"
}

func (s *script) usesRequest(fn syntax.Node) bool {
	found := false
	fn.Field("body").Walk(func(n syntax.Node) bool {
		found = found || asksRequest(n)
		return !found && !n.Is("class_declaration", "anonymous_class", "function_definition")
	})
	return found
}

// findRequest keeps where the file's own statements read a request.
func (s *script) findRequest(n syntax.Node) {
	if s.served.OK() || !asksRequest(n) && !asksRequest(n.Child(0)) || enclosingFunction(n).OK() || bytes.HasPrefix(s.tree.Source(), []byte("#!")) {
		return // a console script may fill $_GET for the code that it calls
	}
	if !n.Parent().Is("assignment_expression") || n.FieldName() != "left" {
		s.served = n
	}
}

// topLevelHandler states a script that answers requests by itself.
func (s *script) topLevelHandler() {
	if s.served.OK() {
		s.state(s.served, inspect.Handler{Via: "script"})
	}
}

// handlerMethod states the action of a controller.
func (s *script) handlerMethod(n syntax.Node) {
	if n.Is("method_declaration") && s.isAction(n) {
		class := n.Up(classKinds...).Field("name").Text()
		s.state(n.Field("name"), inspect.Handler{Via: class + "::" + n.Field("name").Text()})
	}
}

// isRoute reports whether a call registers a route.
func (s *script) isRoute(c call) bool {
	if !routeVerbs[c.method] {
		return false
	}
	class := c.class()
	for routers[class] || strings.Contains(class, "->") || strings.Contains(class, "::") {
		if routers[class] {
			return true
		}
		at := max(strings.LastIndex(class, "->"), strings.LastIndex(class, "::"))
		if at < 0 {
			return false
		}
		class = class[:at]
	}
	if c.recv.Is("variable_name") {
		name := strings.ToLower(written(c.recv))
		text, ok := s.literal(c.args.at(0))
		return (name == "$app" || name == "$router" || name == "$route" || name == "$routes") && ok && (text == "" || strings.HasPrefix(text, "/")) && len(c.args.positional) > 1
	}
	return false
}

// routeCall states the registration of a route.
func (s *script) routeCall(c call) {
	if s.isRoute(c) {
		name := via(c.name)
		if name == "" {
			name = written(c.recv) + "->" + c.method
		}
		s.state(c.Node, inspect.Handler{Via: name})
	}
}

// attribute states what an attribute makes of its class or method.
func (s *script) attribute(n syntax.Node) {
	name := s.className(n.Child(0))
	switch {
	case strings.HasSuffix(name, `\Attribute\AsMessageHandler`):
		s.state(n, inspect.Consumer{Via: name, Ack: "late"})
	case strings.HasSuffix(name, `\Attribute\AsSchedule`), strings.HasSuffix(name, `\Attribute\AsPeriodicTask`), strings.HasSuffix(name, `\Attribute\AsCronTask`):
		s.state(n, inspect.Scheduler{Via: name, Locked: strings.HasSuffix(name, "AsSchedule") && s.locksSchedule()})
	case strings.HasSuffix(name, `\Attribute\Autowire`):
		if variable, ok := s.literal(argsOf(n).at(-1, "env")); ok && plausible(variable) {
			s.state(n, inspect.EnvRead{Name: variable, Via: "Autowire(env)", Required: true, Secret: isSecretName(variable)})
		}
	case name == `Hyperf\Crontab\Annotation\Crontab`:
		s.state(n, inspect.Scheduler{Via: name, Locked: s.isTrue(argsOf(n).at(-1, "onOneServer"))})
	}
}

// lambdaFunction states a handler of Bref's serverless runtime.
func (s *script) lambdaFunction(n syntax.Node) {
	if !n.Is("method_declaration") || n.Field("name").Text() != "handle" {
		return
	}
	if c := s.enclosingClass(n); c != nil && s.isA(c, `Bref\Event\Handler`, `Bref\Event\Sqs\SqsHandler`, `Bref\Event\Http\HttpHandler`) {
		s.state(n.Field("name"), inspect.Handler{Via: "Bref", Lambda: true})
	}
}
