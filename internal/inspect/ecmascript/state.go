package ecmascript

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	listMutators = []string{"push", "unshift", "splice", "pop", "shift", "fill", "sort", "reverse"}
	mapMutators  = []string{"set", "add", "delete", "clear"}
	requestWord  = regexp.MustCompile(`(?i)^_?(req|request|ctx|context|user|session|body|params|query|cookies|socket|token|.*user_?id|.*session_?id|.*user|ip|.*_?room)$`)
)

// sharedTypes are the initial values that can hold something between requests.
func (f *ecmaFile) sharedType(value syntax.Node) string {
	value = ecmaBare(value)
	switch value.Kind() {
	case "array":
		return "list"
	case "object":
		return "map"
	case "number":
		return "counter"
	case "new_expression":
		switch f.symbol(value.Field("constructor")) {
		case "Map", "WeakMap":
			return "map"
		case "Set", "WeakSet":
			return "set"
		case "Array":
			return "list"
		}
	case "call_expression":
		if f.symbol(value.Field("function")) == "Object.create" && value.Field("arguments").Child(0).Is("null") {
			return "map"
		}
	}
	return ""
}

// readSharedState states the module's variables that serving a request changes,
// and fields of an object that serves all of them.
func (f *ecmaFile) readSharedState() {
	found, live := map[int32]*inspect.SharedState{}, map[int32]bool{}
	var order []syntax.Node
	f.each(func(n syntax.Node) {
		target, key, kinds := f.mutation(n)
		if !target.OK() {
			return
		}
		at, name, value, path := f.sharedPlace(n, target)
		if !at.OK() {
			return
		}
		typ := f.sharedType(value)
		if typ == "" || len(path) == 0 && !slices.Contains(kinds, typ) || len(path) > 0 && typ == "counter" {
			return
		}
		state := found[at.Index()]
		if state == nil {
			state = &inspect.SharedState{Name: name, Type: typ}
			found[at.Index()] = state
			order = append(order, at)
		}
		if line := n.Line(); !slices.Contains(state.Mutations, line) {
			state.Mutations = append(state.Mutations, line)
		}
		if p, ok := f.puts(n, target); ok {
			state.Parts, live[at.Index()] = state.Parts || p.parts && !p.fetched, live[at.Index()] || p.live
		}
		state.Kept = state.Kept || f.brings(added(n), 6)
		state.ByRequest = state.ByRequest || f.mentionsRequest(key, 6) || len(path) > 0 && f.pathMentionsRequest(target)
	}, "call_expression", "assignment_expression", "augmented_assignment_expression", "update_expression", "unary_expression")
	slices.SortFunc(order, func(a, b syntax.Node) int { return int(a.Index() - b.Index()) })
	for _, at := range order {
		state := found[at.Index()]
		state.Parts = state.Parts && !live[at.Index()]
		f.Emit(at.Line(), at.Parent().EndLine(), *state)
	}
}

// sharedPlace is the declaration, name and first value of what a change is made
// to while a request is served, with the path below it.
func (f *ecmaFile) sharedPlace(n, target syntax.Node) (at syntax.Node, name string, value syntax.Node, path []string) {
	root, path := ecmaPath(target)
	if root.Is("this") && len(path) > 0 {
		body := n.Up("class_body")
		m := f.classes[body.Index()][path[0]]
		if m == nil || len(m.values) == 0 || !m.values[0].OK() || !f.servesAll(n, body) || f.emptyContainer(m.values[0]) == "" {
			return syntax.Node{}, "", syntax.Node{}, nil
		}
		return m.values[0], path[0], m.values[0], path[1:]
	}
	b := f.lookup(root)
	if b == nil || b.how != ecmaVariable || len(b.path) > 0 || !f.servesRequest(n) || !b.scope.top() && !f.outlivesRequests(b) {
		return syntax.Node{}, "", syntax.Node{}, nil
	}
	return b.at, b.name, b.value, path
}

// servesAll reports whether a change is made by a method that serves requests, of
// an object which no request and no connection makes for itself.
func (f *ecmaFile) servesAll(n, body syntax.Node) bool {
	if !body.OK() || f.ofOneRequest(body) {
		return false
	}
	for fn := ecmaEnclosing(n); fn.OK() && fn.Inside(body); fn = ecmaEnclosing(fn) {
		if f.serving[fn.Index()] && (fn.Parent() == body || fn.Parent().Parent() == body) {
			return ecmaFunctionName(fn) != "constructor"
		}
	}
	return false
}

// mutation tells what a node changes: the thing, the key under which, and the
// types that can be changed like this.
func (f *ecmaFile) mutation(n syntax.Node) (target, key syntax.Node, kinds []string) {
	switch n.Kind() {
	case "call_expression":
		function := ecmaBare(n.Field("function"))
		if !function.Is("member_expression") {
			return syntax.Node{}, syntax.Node{}, nil
		}
		method := function.Field("property").Text()
		if slices.Contains(listMutators, method) {
			return function.Field("object"), syntax.Node{}, []string{"list"}
		}
		if slices.Contains(mapMutators, method) {
			return function.Field("object"), n.Field("arguments").Child(0), []string{"map", "set"}
		}
		if f.symbol(function) == "Object.assign" {
			return ecmaBare(n.Field("arguments").Child(0)), syntax.Node{}, []string{"map"}
		}
	case "assignment_expression":
		return assigned(n, []string{"list", "map"})
	case "augmented_assignment_expression":
		return assigned(n, []string{"counter"})
	case "update_expression":
		target := ecmaBare(n.Field("argument"))
		if target.Is("identifier") {
			return target, syntax.Node{}, []string{"counter"}
		}
		return target.Field("object"), target.Field("index"), []string{"list", "map"}
	case "unary_expression":
		if target := ecmaBare(n.Field("argument")); n.Field("operator").Text() == "delete" {
			return target.Field("object"), target.Field("index"), []string{"list", "map"}
		}
	}
	return syntax.Node{}, syntax.Node{}, nil
}

// assigned is what an assignment changes: of x[key] = v, x.
func assigned(n syntax.Node, whole []string) (target, key syntax.Node, kinds []string) {
	left := ecmaBare(n.Field("left"))
	if left.Is("identifier") {
		if n.Is("assignment_expression") && n.Field("right").Is("binary_expression") && strings.Contains(n.Field("right").Text(), left.Text()) {
			whole = append(slices.Clone(whole), "counter") // n = n + 1
		}
		return left, syntax.Node{}, whole
	}
	return left.Field("object"), left.Field("index"), []string{"list", "map"}
}

// mentionsRequest reports whether a key comes from the request.
func (f *ecmaFile) mentionsRequest(key syntax.Node, depth int) (found bool) {
	if !key.OK() || depth == 0 {
		return false
	}
	key.Walk(func(n syntax.Node) bool {
		if n.Is("identifier", "property_identifier", "shorthand_property_identifier") {
			if requestWord.MatchString(n.Text()) {
				found = true
			} else if b := f.lookup(n); b != nil && b.how == ecmaVariable && !b.scope.top() && f.burn() {
				found = found || f.mentionsRequest(b.value, depth-1)
			}
		}
		return !found
	})
	return found
}

func (f *ecmaFile) pathMentionsRequest(target syntax.Node) bool {
	for n := ecmaBare(target); n.Is("member_expression", "subscript_expression"); n = ecmaBare(n.Field("object")) {
		if f.mentionsRequest(n.Field("index"), 6) {
			return true
		}
	}
	return false
}
