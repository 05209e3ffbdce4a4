package python

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	// somebodys are the words of a key that says whose an entry is.
	somebodys = `(session|conversation|chat|user|thread|dialog|room|game|player|customer|document|doc)_?(id|uuid|key)\b`
	// keyOfSomebody is what a map is keyed by that knows people's conversations,
	// sessions or documents.
	keyOfSomebody = regexp.MustCompile(`(?i)^\(?_?\w{0,12}?` + somebodys)
	// heldObject are names of classes whose objects may remember.
	heldObject = regexp.MustCompile(`(?i)(service|manager|store|memory|chat|session|conversation|agent|bot|engine|chain|history|handler|tracker|assistant|rag)`)
)

// apartAt tells the map of a class that one of its methods changes under a key
// that says whose the entry is. That one object of the class serves all requests
// is told where it is made, or here by the module that holds it.
func (p *pythonFile) apartAt(target, key, at syntax.Node) (sharedPlace, bool) {
	if !target.Is("attribute") || target.Field("object").Text() != "self" || !keyOfSomebody.MatchString(key.Text()) {
		return sharedPlace{}, false
	}
	class, def := target.Up("class_definition"), p.enclosingFunction(at)
	if !class.OK() || class.Up("function_definition", "class_definition").OK() || def.Field("name").Text() == "__init__" {
		return sharedPlace{}, false
	}
	name := target.Field("attribute").Text()
	own := p.fields[class.Index()][name]
	if len(own) == 0 || !own[0].OK() || p.containerType(own[0]) != "map" || p.enclosingFunction(own[0]).Field("name").Text() != "__init__" {
		return sharedPlace{}, false
	}
	return sharedPlace{class.Field("name").Text() + "." + name, own[0], own[0]}, true
}

// heldObjects states the objects of imported classes that the module holds, and
// whose methods handlers call.
func (p *pythonFile) heldObjects() {
	called := map[string][]int{}
	p.tree.Root().Walk(func(n syntax.Node) bool {
		if fn := n.Field("function"); n.Is("call") && fn.Is("attribute") && fn.Field("object").Is("identifier") {
			name := fn.Field("object").Text()
			if p.heldClass(name) != "" && p.handler(n).OK() {
				called[name] = append(called[name], n.Line())
			}
		}
		return true
	})
	for _, name := range slices.Sorted(maps.Keys(p.scopes[0])) {
		if b := p.scopes[0][name]; called[name] != nil {
			p.state(statementOf(b.first), inspect.SharedState{Name: name, Type: "object", Of: p.heldClass(name), Mutations: called[name][:1]})
		} else if len(b.values) == 1 && b.values[0].Is("call") {
			class := p.localClass(b.values[0].Field("function"))
			if of := class.Field("name").Text(); class.OK() && p.apart[of] {
				p.state(statementOf(b.first), inspect.SharedState{Name: name, Type: "object", Of: of, Mutations: []int{b.first.Line()}})
			}
		}
	}
}

// heldClass is the imported class that a name of the module is one object of.
func (p *pythonFile) heldClass(name string) string {
	b := p.scopes[0][name]
	if b == nil || len(b.values) != 1 || !b.values[0].Is("call") {
		return ""
	}
	path := p.resolve(b.values[0].Field("function"))
	last := path[strings.LastIndexByte(path, '.')+1:]
	if last == "" || last == path || last[0] < 'A' || last[0] > 'Z' || strings.Contains(path, "(") || !heldObject.MatchString(last) {
		return ""
	}
	return path
}
