package php

import (
	"regexp"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// requestDerived are names of what a request brings.
var requestDerived = regexp.MustCompile(`(?i)(^|[^a-z])(request|req|session|user|cart|client|customer|account|remote|ip|token|sid|username|email|cookie|visitor|connection|conn|fd|frame)(id|s)?($|[^a-z])`)

// sharedState states what outlives a request where requests share one process:
// static properties, variables that closures take by reference, and fields of a
// server's object. Elsewhere PHP forgets everything behind each request.
func (s *script) sharedState() {
	if !s.longLived {
		return
	}
	type found struct {
		declared syntax.Node
		fact     inspect.SharedState
	}
	byPlace := map[int32]*found{}
	s.tree.Root().Walk(func(n syntax.Node) bool {
		target, key, ok := mutated(n)
		if !ok {
			return true
		}
		declared, typ, name := s.sharedTarget(target, key, n)
		if !declared.OK() {
			return true
		}
		f := byPlace[declared.Index()]
		if f == nil {
			f = &found{declared, inspect.SharedState{Name: name, Type: typ}}
			byPlace[declared.Index()] = f
		}
		if m := f.fact.Mutations; len(m) == 0 || m[len(m)-1] != n.Line() {
			f.fact.Mutations = append(m, n.Line())
		}
		f.fact.ByRequest = f.fact.ByRequest || requestDerived.MatchString(written(key))
		return true
	})
	var places []int32
	for place := range byPlace {
		places = append(places, place)
	}
	sort.Slice(places, func(i, j int) bool { return places[i] < places[j] })
	for _, place := range places {
		s.state(byPlace[place].declared, byPlace[place].fact)
	}
}

// mutated is what a node changes, and the key under which.
func mutated(n syntax.Node) (target, key syntax.Node, ok bool) {
	switch n.Kind() {
	case "assignment_expression", "augmented_assignment_expression":
		target = n.Field("left")
	case "update_expression":
		target = n.Child(0)
	case "unset_statement":
		target = n.Child(0)
	case "member_call_expression":
		switch strings.ToLower(n.Field("name").Text()) {
		case "attach", "detach", "offsetset", "push", "enqueue":
			return n.Field("object"), n.Field("arguments"), true
		}
		return target, key, false
	default:
		return target, key, false
	}
	for target.Is("subscript_expression") {
		target, key = target.Child(0), target.Child(1)
		if !key.OK() {
			key = target
		}
	}
	return target, key, target.Is("variable_name", "scoped_property_access_expression", "member_access_expression")
}

// serverFaces are interfaces whose objects a server keeps for all connections.
var serverFaces = []string{`Ratchet\MessageComponentInterface`, `Ratchet\WebSocket\MessageComponentInterface`, `Amp\Http\Server\RequestHandler`, `Amp\Websocket\Server\WebsocketClientHandler`, `Psr\Http\Server\RequestHandlerInterface`}

// sharedTarget is the declaration of a container or counter that outlives a
// request, when code of a request changes it.
func (s *script) sharedTarget(target, key, at syntax.Node) (declared syntax.Node, typ, name string) {
	var b *binding
	switch target.Kind() {
	case "scoped_property_access_expression":
		if c := s.declared(s.className(target.Field("scope"))); c != nil && enclosingFunction(at).OK() {
			name = strings.TrimPrefix(target.Field("name").Text(), "$")
			b = c.fields[name]
		}
	case "member_access_expression":
		c := s.enclosingClass(at)
		method := at.Up("method_declaration")
		if c != nil && written(target.Field("object")) == "$this" && s.isA(c, serverFaces...) && method.Field("name").Text() != "__construct" {
			name = target.Field("name").Text()
			b = c.fields[name]
		}
	case "variable_name":
		fn := enclosingFunction(at)
		if fn.Is("anonymous_function") && s.usesVariable(fn, "&"+written(target)) {
			name = strings.TrimPrefix(written(target), "$")
			b = s.lookup(target)
		}
	}
	if b == nil {
		return syntax.Node{}, "", ""
	}
	typ = "counter"
	if key.OK() {
		typ = "map"
	}
	for _, v := range b.values {
		switch {
		case v.Is("array_creation_expression"):
			typ = "map"
		case v.Is("object_creation_expression"):
			if made := s.className(v.Child(0)); made != "SplObjectStorage" && made != "ArrayObject" && made != "SplQueue" {
				return syntax.Node{}, "", ""
			}
			typ = "set"
		case v.Is("integer") && !key.OK():
			typ = "counter"
		}
	}
	if typ == "counter" && !at.Is("update_expression", "augmented_assignment_expression") {
		return syntax.Node{}, "", ""
	}
	return b.first, typ, name
}
