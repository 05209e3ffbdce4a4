package jvm

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// originMethods say which pages may call: of Spring's registrations and
// configurations, and of Ktor's.
var originMethods = map[string]bool{"allowedOrigins": true, "setAllowedOrigins": true, "addAllowedOrigin": true, "allowedOriginPatterns": true, "setAllowedOriginPatterns": true, "addAllowedOriginPattern": true}

var listMakers = map[string]bool{"of": true, "asList": true, "listOf": true, "singletonList": true, "arrayOf": true, "setOf": true, "mutableListOf": true}

// originCall states the pages that may call where a call says so.
func (f *file) originCall(c call) {
	switch {
	case originMethods[c.method]:
		f.origins(c.Node, c.args...)
	case (c.method == "setHeader" || c.method == "addHeader" || c.method == "header") && len(c.args) == 2:
		if name, ok := f.literal(c.args[0]); ok && inspect.IsOriginHeader(name) {
			f.origins(c.Node, c.args[1])
		}
	}
}

// originAnnotation states @CrossOrigin(origins = "…").
func (f *file) originAnnotation(a annotation) {
	if a.simple != "CrossOrigin" {
		return
	}
	list := append([]syntax.Node{}, a.more...)
	for _, key := range []string{"value", "origins", "originPatterns"} {
		if v := a.args[key]; v.OK() {
			list = append(list, v)
		}
	}
	f.origins(a.Node, list...)
}

// origins states a list of pages that is written down as a whole.
func (f *file) origins(at syntax.Node, list ...syntax.Node) {
	texts, ok := f.wholeList(list, 0)
	if !ok || f.debugOnly(at) {
		return
	}
	if fact, ok := inspect.OriginsOf(texts); ok {
		f.state(at, fact)
	}
}

// wholeList are the texts of a list of which every entry is written.
func (f *file) wholeList(list []syntax.Node, depth int) (texts []string, ok bool) {
	for _, n := range list {
		if n.Is("spread_expression") {
			n = n.Child(0)
		}
		n = f.follow(n)
		var inner []syntax.Node
		switch {
		case n.Is("element_value_array_initializer", "collection_literal", "array_initializer"):
			inner = n.Children()
		case n.Is("array_creation_expression"):
			inner = n.Field("value").Children()
		case isCall(n) && depth < 3:
			c := f.callOf(n)
			if !c.ok || !listMakers[c.method] {
				return nil, false
			}
			inner = c.args
		default:
			text, written := f.literal(n)
			if !written {
				return nil, false
			}
			texts = append(texts, text)
			continue
		}
		if depth == 3 {
			return nil, false
		}
		more, whole := f.wholeList(inner, depth+1)
		if !whole {
			return nil, false
		}
		texts = append(texts, more...)
	}
	return texts, true
}
