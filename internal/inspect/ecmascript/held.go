package ecmascript

import (
	"slices"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// held is a container that the file exports, or that what it exports changes.
type held struct {
	at      syntax.Node // its declaration
	name    string
	typ     string
	exports []string
	put     // what is put into it here
}

// put is what changes put into a container.
type put struct {
	fetched bool // what was worked out or fetched: it is at most a copy
	live    bool // open connections, which are the process's own
	parts   bool // records with parts of their own
}

// heldChange is one place of the file that puts something into a container.
type heldChange struct {
	node syntax.Node
	into *held
}

// mostChanges bounds the changes of containers that a module which people write has.
const mostChanges = 500

// readHeld states the containers named for what belongs to people that other
// files change: by their name, or by functions and methods which are given what
// to keep. Who changes them while somebody is served is told there.
func (f *ecmaFile) readHeld() {
	places := map[int32]*held{}
	var changes []heldChange
	f.each(func(n syntax.Node) {
		target, _, _ := f.mutation(n)
		into := f.heldPlace(target, places)
		if into == nil {
			return
		}
		if p, ok := f.puts(n, target); ok {
			into.fetched, into.live, into.parts = into.fetched || p.fetched, into.live || p.live, into.parts || p.parts
			changes = append(changes, heldChange{n, into})
		}
	}, "call_expression", "assignment_expression", "augmented_assignment_expression", "update_expression")
	if len(changes) > mostChanges {
		return
	}
	f.eachExport(func(name string, n syntax.Node) { f.exportHeld(name, n, changes, places, 3) })
	for _, i := range sortedPlaces(places) {
		h := places[i]
		if len(h.exports) == 0 || h.fetched || h.live || !inspect.NamesHeld(h.name) {
			continue
		}
		f.Emit(h.at.Line(), h.at.EndLine(), inspect.HeldState{Name: h.name, Type: h.typ, Exports: h.exports, Parts: h.parts})
	}
}

func sortedPlaces(places map[int32]*held) []int32 {
	list := make([]int32, 0, len(places))
	for i := range places {
		list = append(list, i)
	}
	slices.Sort(list)
	return list
}

// heldPlace is the empty container that a change is made to: a variable of the
// module, a key of one, a field of a class.
func (f *ecmaFile) heldPlace(target syntax.Node, places map[int32]*held) *held {
	if !target.OK() {
		return nil
	}
	root, path := ecmaPath(target)
	if root.Is("this") {
		return f.heldField(target.Up("class_body"), path, places)
	}
	b := f.lookup(root)
	switch {
	case b == nil:
		return nil
	case b.how == ecmaClass:
		return f.heldField(b.value.Field("body"), path, places)
	case b.how != ecmaVariable || len(b.path) > 0 || !b.scope.top():
		return nil
	}
	if h := f.place(b.at, b.name, b.value, places); h != nil {
		return h
	}
	if value := ecmaBare(b.value); value.Is("object") && len(path) > 0 {
		return f.place(f.property(value, path[0]), path[0], f.property(value, path[0]), places)
	}
	return nil
}

// heldField is the field of a class that a path below its object names.
func (f *ecmaFile) heldField(body syntax.Node, path []string, places map[int32]*held) *held {
	if len(path) == 0 || !body.OK() {
		return nil
	}
	m := f.classes[body.Index()][path[0]]
	if m == nil || len(m.values) == 0 {
		return nil
	}
	return f.place(m.values[0], path[0], m.values[0], places)
}

// place is the container that a value makes, if it is an empty one.
func (f *ecmaFile) place(at syntax.Node, name string, value syntax.Node, places map[int32]*held) *held {
	if h := places[at.Index()]; at.OK() && h != nil {
		return h
	}
	typ := f.emptyContainer(value)
	if typ == "" {
		return nil
	}
	h := &held{at: at, name: name, typ: typ}
	places[at.Index()] = h
	return h
}

// emptyContainer is the type of a container that begins empty.
func (f *ecmaFile) emptyContainer(value syntax.Node) string {
	value = ecmaBare(value)
	switch {
	case value.Is("array", "object") && value.Child(0).OK(), value.Is("new_expression") && value.Field("arguments").Child(0).OK(), value.Is("number"), !value.OK():
		return ""
	}
	return f.sharedType(value)
}

// exportHeld notes under which name others reach a container, or what changes it.
func (f *ecmaFile) exportHeld(name string, n syntax.Node, changes []heldChange, places map[int32]*held, depth int) {
	if !n.OK() || depth == 0 || !f.burn() {
		return
	}
	n = ecmaBare(n)
	below := func(key string) string {
		if name == "" {
			return key
		}
		return name + "." + key
	}
	if n.Is("identifier", "shorthand_property_identifier") {
		if b := f.lookup(n); b != nil && b.how == ecmaVariable && b.scope.top() && len(b.path) == 0 {
			f.place(b.at, b.name, b.value, places).export(name)
		}
	}
	if fn := f.function(n); fn.OK() {
		for _, c := range changes {
			if c.node.Inside(fn) {
				c.into.export(name)
			}
		}
		return
	}
	if body := f.classBody(n); body.OK() {
		f.exportClass(body, below, changes, places)
		return
	}
	for p := f.object(n).First(); p.OK(); p = p.Next() {
		switch p.Kind() {
		case "pair":
			f.place(p.Field("value"), ecmaKey(p.Field("key")), p.Field("value"), places).export(below(ecmaKey(p.Field("key"))))
			f.exportHeld(below(ecmaKey(p.Field("key"))), p.Field("value"), changes, places, depth-1)
		case "shorthand_property_identifier":
			f.exportHeld(below(p.Text()), p, changes, places, depth-1)
		case "method_definition":
			f.exportHeld(below(ecmaKey(p.Field("name"))), p, changes, places, depth-1)
		}
	}
}

// exportClass notes a class's fields, and its methods that change them.
func (f *ecmaFile) exportClass(body syntax.Node, below func(string) string, changes []heldChange, places map[int32]*held) {
	if f.ofOneRequest(body) {
		return
	}
	for key, m := range f.classes[body.Index()] {
		if len(m.values) > 0 {
			f.place(m.values[0], key, m.values[0], places).export(below(key))
		}
	}
	for _, c := range changes {
		if c.node.Up("class_body") == body {
			c.into.export(below(memberAround(c.node, body)))
		}
	}
}

func (h *held) export(name string) {
	if h != nil && !slices.Contains(h.exports, name) {
		h.exports = append(h.exports, name)
		slices.Sort(h.exports)
	}
}

// classBody is the body of the class that a node is, names or makes one object of.
func (f *ecmaFile) classBody(n syntax.Node) syntax.Node {
	if n.Is("identifier", "shorthand_property_identifier") {
		if b := f.lookup(n); b != nil && b.how == ecmaVariable && b.scope.top() && len(b.path) == 0 {
			n = ecmaBare(b.value)
		}
	}
	if n.Is("new_expression") {
		n = n.Field("constructor")
	}
	if b := f.lookup(n); b != nil && b.how == ecmaClass {
		n = b.value
	}
	if n.Is("class_declaration", "abstract_class_declaration", "class") {
		return n.Field("body")
	}
	return syntax.Node{}
}

// memberAround is the name of a class's member that a node lies in.
func memberAround(n, body syntax.Node) string {
	for ; n.OK() && n.Parent() != body; n = n.Parent() {
	}
	if key := n.Field("name"); key.OK() {
		return ecmaKey(key)
	}
	return ecmaKey(n.Field("property"))
}
