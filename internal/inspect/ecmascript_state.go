package inspect

import (
	"regexp"
	"slices"
	"strings"
)

var (
	listMutators = []string{"push", "unshift", "splice", "pop", "shift", "fill", "sort", "reverse"}
	mapMutators  = []string{"set", "add", "delete", "clear"}
	requestWord  = regexp.MustCompile(`(?i)^_?(req|request|ctx|context|user|session|body|params|query|cookies|socket|token|.*user_?id|.*session_?id|.*user|ip|.*_?room)$`)
)

// sharedTypes are the initial values that can hold something between requests.
func (f *ecmaFile) sharedType(value node) string {
	value = ecmaBare(value)
	switch value.kind() {
	case "array":
		return "list"
	case "object":
		return "map"
	case "number":
		return "counter"
	case "new_expression":
		switch f.symbol(value.field("constructor")) {
		case "Map", "WeakMap":
			return "map"
		case "Set", "WeakSet":
			return "set"
		case "Array":
			return "list"
		}
	case "call_expression":
		if f.symbol(value.field("function")) == "Object.create" && value.field("arguments").child(0).is("null") {
			return "map"
		}
	}
	return ""
}

// readSharedState states the module's variables that serving a request changes.
func (f *ecmaFile) readSharedState() {
	found := map[*ecmaBinding]*SharedState{}
	f.each(func(n node) {
		target, key, kinds := f.mutation(n)
		if !target.ok() {
			return
		}
		root, path := ecmaPath(target)
		b := f.lookup(root)
		if b == nil || !b.scope.top() || b.how != ecmaVariable || len(b.path) > 0 || !f.servesRequest(n) {
			return
		}
		typ := f.sharedType(b.value)
		if typ == "" || len(path) == 0 && !slices.Contains(kinds, typ) || len(path) > 0 && typ == "counter" {
			return
		}
		state := found[b]
		if state == nil {
			state = &SharedState{Name: b.name, Type: typ}
			found[b] = state
		}
		if line := n.line(); !slices.Contains(state.Mutations, line) {
			state.Mutations = append(state.Mutations, line)
		}
		state.ByRequest = state.ByRequest || f.mentionsRequest(key, 6) || len(path) > 0 && f.pathMentionsRequest(target)
	}, "call_expression", "assignment_expression", "augmented_assignment_expression", "update_expression", "unary_expression")
	for _, b := range f.bindings {
		if state := found[b]; state != nil {
			f.emit(b.at.line(), b.at.parent().endLine(), *state)
		}
	}
}

// mutation tells what a node changes: the thing, the key under which, and the
// types that can be changed like this.
func (f *ecmaFile) mutation(n node) (target, key node, kinds []string) {
	switch n.kind() {
	case "call_expression":
		function := ecmaBare(n.field("function"))
		if !function.is("member_expression") {
			return node{}, node{}, nil
		}
		method := function.field("property").text()
		if slices.Contains(listMutators, method) {
			return function.field("object"), node{}, []string{"list"}
		}
		if slices.Contains(mapMutators, method) {
			return function.field("object"), n.field("arguments").child(0), []string{"map", "set"}
		}
		if f.symbol(function) == "Object.assign" {
			return ecmaBare(n.field("arguments").child(0)), node{}, []string{"map"}
		}
	case "assignment_expression":
		return assigned(n, []string{"list", "map"})
	case "augmented_assignment_expression":
		return assigned(n, []string{"counter"})
	case "update_expression":
		target := ecmaBare(n.field("argument"))
		if target.is("identifier") {
			return target, node{}, []string{"counter"}
		}
		return target.field("object"), target.field("index"), []string{"list", "map"}
	case "unary_expression":
		if target := ecmaBare(n.field("argument")); n.field("operator").text() == "delete" {
			return target.field("object"), target.field("index"), []string{"list", "map"}
		}
	}
	return node{}, node{}, nil
}

// assigned is what an assignment changes: of x[key] = v, x.
func assigned(n node, whole []string) (target, key node, kinds []string) {
	left := ecmaBare(n.field("left"))
	if left.is("identifier") {
		if n.is("assignment_expression") && n.field("right").is("binary_expression") && strings.Contains(n.field("right").text(), left.text()) {
			whole = append(slices.Clone(whole), "counter") // n = n + 1
		}
		return left, node{}, whole
	}
	return left.field("object"), left.field("index"), []string{"list", "map"}
}

// mentionsRequest reports whether a key comes from the request.
func (f *ecmaFile) mentionsRequest(key node, depth int) (found bool) {
	if !key.ok() || depth == 0 {
		return false
	}
	key.walk(func(n node) bool {
		if n.is("identifier", "property_identifier", "shorthand_property_identifier") {
			if requestWord.MatchString(n.text()) {
				found = true
			} else if b := f.lookup(n); b != nil && b.how == ecmaVariable && !b.scope.top() && f.burn() {
				found = found || f.mentionsRequest(b.value, depth-1)
			}
		}
		return !found
	})
	return found
}

func (f *ecmaFile) pathMentionsRequest(target node) bool {
	for n := ecmaBare(target); n.is("member_expression", "subscript_expression"); n = ecmaBare(n.field("object")) {
		if f.mentionsRequest(n.field("index"), 6) {
			return true
		}
	}
	return false
}
