package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// liveName are names of what is open between this process and somebody: no other
// process can hold it.
var liveName = regexp.MustCompile(`(?i)^_?(socket|ws|sock|conn|connection|client|res|response|stream|peer|reply|channel|callback|cb|resolve|reject|timer|timeout|interval|listener|handler)$`)

// puts tells what a change puts into a container, under a key or as an entry;
// ok is false for one that takes away, counts or begins anew.
func (f *ecmaFile) puts(n, target syntax.Node) (p put, ok bool) {
	_, path := ecmaPath(target)
	deep := len(path) > 1 && path[len(path)-2] == "*"
	value := added(n)
	if n.Is("assignment_expression") {
		left := ecmaBare(n.Field("left"))
		switch {
		case left.Is("subscript_expression"):
			if _, constant := ecmaString(left.Field("index")); constant {
				return p, false
			}
		case left.Is("member_expression") && len(path) > 0 && path[len(path)-1] == "*":
			deep = true // rooms[id].state = …
		default:
			return p, false
		}
	}
	if n.Is("augmented_assignment_expression", "update_expression") {
		left := n.Field("left")
		if n.Is("update_expression") {
			left = n.Field("argument")
		}
		root, path := ecmaPath(left)
		return put{parts: true}, root.OK() && len(path) > 1 && path[len(path)-2] == "*" && path[len(path)-1] != "*"
	}
	if value.Is("arguments") {
		entry := 0
		if ecmaBare(n.Field("function")).Field("property").Text() == "splice" {
			entry = 2 // list.splice(at, 1) only takes away
		}
		value = value.Child(entry)
	}
	if !value.OK() {
		return p, false
	}
	p.fetched, p.live, p.parts = f.fetches(value, 2) || f.keptElsewhere(n), f.opens(value, 2) || f.handed(value), deep || f.record(value)
	return p, true
}

// fetches reports whether a value is what a call gave.
func (f *ecmaFile) fetches(value syntax.Node, depth int) bool {
	if value.Is("await_expression") {
		return true
	}
	value = ecmaBare(value)
	if value.Is("call_expression") {
		return !f.gives(value)
	}
	if value.Is("object") && depth > 0 { // {id: row.id} of a row that was fetched
		for part := value.First(); part.OK(); part = part.Next() {
			given := part.Field("value")
			if part.Is("shorthand_property_identifier", "spread_element") {
				given = part
				if part.Is("spread_element") {
					given = part.Child(0)
				}
			}
			if root, _ := ecmaPath(given); root.OK() && f.burn() && f.ofAnswer(root) {
				return true
			}
		}
	}
	if b := f.lookup(value); b != nil && b.how == ecmaVariable && b.value.OK() && depth > 0 && f.burn() {
		return f.fetches(b.value, depth-1)
	}
	return false
}

// ofAnswer reports whether a name holds what was waited for: a variable, or the
// parameter of a function that a call is given, .then(row => …).
func (f *ecmaFile) ofAnswer(name syntax.Node) bool {
	b := f.lookup(name)
	switch {
	case b == nil:
		return false
	case b.how == ecmaVariable:
		return b.value.Is("await_expression") || ecmaBare(b.value).Is("await_expression")
	case b.how == ecmaParameter:
		fn := b.at.Up(ecmaFunctions...)
		call := fn.Up("call_expression")
		return fn.OK() && call.OK() && fn.Parent().Is("arguments") && answers[ecmaBare(call.Field("function")).Field("property").Text()]
	}
	return false
}

// answers are methods that give what was fetched to a function.
var answers = map[string]bool{"then": true, "query": true, "get": true, "all": true, "find": true, "findOne": true, "findById": true, "hgetall": true, "exec": true, "execute": true}

// keptElsewhere reports whether the function that puts something into a container
// waits for a store to keep it as well.
func (f *ecmaFile) keptElsewhere(n syntax.Node) (kept bool) {
	fn := n.Up(ecmaFunctions...)
	fn.Walk(func(at syntax.Node) bool {
		if kept || !f.burn() {
			return false
		}
		if at.Is("await_expression") {
			kept = keeps[ecmaBare(at.Child(0)).Field("function").Field("property").Text()]
		}
		return !kept
	})
	return kept
}

// keeps are methods of stores that keep what they are given.
var keeps = map[string]bool{"save": true, "insert": true, "insertOne": true, "insertMany": true, "create": true, "upsert": true, "set": true, "hset": true, "hSet": true, "setex": true, "setEx": true, "put": true, "updateOne": true, "findOneAndUpdate": true, "findByIdAndUpdate": true, "sadd": true, "sAdd": true, "lpush": true, "rpush": true}

// handed reports whether a value is what the function was handed as it is: nobody
// here knows whether that is an open connection.
func (f *ecmaFile) handed(value syntax.Node) bool {
	b := f.lookup(ecmaBare(value))
	return b != nil && b.how == ecmaParameter && ecmaBare(value).Is("identifier")
}

// opens reports whether a value holds an open connection.
func (f *ecmaFile) opens(value syntax.Node, depth int) (found bool) {
	value.Walk(func(n syntax.Node) bool {
		if found || n.Is(ecmaFunctions...) {
			return false
		}
		if !n.Is("identifier", "shorthand_property_identifier") {
			return true
		}
		if p := n.Parent(); p.Is("member_expression") && p.Field("object") == n {
			return true // socket.id
		}
		if liveName.MatchString(n.Text()) {
			found = true
		} else if b := f.lookup(n); b != nil && b.how == ecmaVariable && !b.scope.top() && len(b.path) == 0 && b.value.OK() && depth > 0 && f.burn() && ecmaBare(b.value).Is("object", "array", "new_expression") {
			found = f.opens(b.value, depth-1)
		}
		return true
	})
	return found
}

// record reports whether a value is an object with parts.
func (f *ecmaFile) record(value syntax.Node) bool {
	value = ecmaBare(value)
	if b := f.lookup(value); b != nil && b.how == ecmaVariable && len(b.path) == 0 && b.value.OK() {
		value = ecmaBare(b.value)
	}
	switch value.Kind() {
	case "object":
		return value.Child(0).OK() && value.Child(1).OK()
	case "new_expression":
		return f.sharedType(value) == ""
	}
	return false
}

// ofOneRequest reports whether each object of a class stands for one request or
// one connection, which its constructor is given.
func (f *ecmaFile) ofOneRequest(body syntax.Node) bool {
	for c := body.First(); c.OK(); c = c.Next() {
		if !c.Is("method_definition") || c.Field("name").Text() != "constructor" {
			continue
		}
		for _, p := range ecmaParameters(c) {
			if requestWord.MatchString(p.Text()) || liveName.MatchString(p.Text()) {
				return true
			}
		}
	}
	return false
}

// nodeEvents are events of Node's own streams and sockets.
var nodeEvents = map[string]bool{"data": true, "end": true, "close": true, "error": true, "timeout": true, "connect": true, "drain": true, "lookup": true, "message": true, "open": true, "finish": true, "readable": true, "secureConnect": true, "ready": true, "upgrade": true, "ping": true, "pong": true}

// hearsSocket reports whether a call hears what somebody sends over a socket that
// another file accepted and this one is given: socket.on("join", …).
func (f *ecmaFile) hearsSocket(c ecmaCall) bool {
	if c.method != "on" && c.method != "once" || len(c.args) < 2 {
		return false
	}
	b := f.lookup(ecmaBare(c.recv))
	if b == nil || b.how != ecmaParameter || len(b.path) > 0 {
		return false
	}
	if f.symbolOfType(b.typ) == "socket.io.Socket()" {
		return true
	}
	event, _ := ecmaString(c.arg(0))
	return b.name == "socket" && !nodeEvents[event] && !f.usesAny("socket.io-client") && f.ofServer()
}

// readStateUses states what code that serves somebody changes of another file, or
// calls there, where its name says that it belongs to people.
func (f *ecmaFile) readStateUses() {
	told := map[inspect.StateUse]bool{}
	say := func(at syntax.Node, use inspect.StateUse) {
		if use.Symbol != "" && ownModule(use.Symbol) && !told[use] {
			told[use] = true
			f.Emit(at.Line(), at.EndLine(), use)
		}
	}
	f.each(func(n syntax.Node) {
		target, _, _ := f.mutation(n)
		if !target.OK() || !f.servesRequest(n) {
			return
		}
		if p, ok := f.puts(n, target); ok && !p.fetched && !p.live {
			say(n, inspect.StateUse{Symbol: f.heldSymbol(target), Parts: p.parts})
		}
	}, "call_expression", "assignment_expression", "augmented_assignment_expression", "update_expression")
	for _, c := range f.calls {
		if function := ecmaBare(c.node.Field("function")); !c.fresh && function.Is("identifier", "member_expression") && f.servesRequest(c.node) {
			say(c.node, inspect.StateUse{Symbol: f.heldSymbol(function)})
		}
	}
}

// heldSymbol is the symbol of an import, or of what lies in it, without what is
// under a key: of rooms[id].players "./rooms". Of an object that the file makes of
// an imported class it is that of the class, if the object lives as long as the
// process.
func (f *ecmaFile) heldSymbol(n syntax.Node) string {
	root, path := ecmaPath(n)
	symbol := ""
	if root.Is("this") {
		if len(path) < 2 {
			return ""
		}
		if m := f.classes[n.Up("class_body").Index()][path[0]]; m != nil && !f.ofOneRequest(n.Up("class_body")) {
			if symbol = f.symbolOfType(m.typ); symbol == "" && len(m.values) == 1 {
				symbol = f.symbol(m.values[0])
			}
		}
		path = path[1:]
	} else if b := f.lookup(root); b != nil && (b.how == ecmaImported || b.how == ecmaVariable && b.scope.top()) {
		symbol = f.symbol(root)
	}
	symbol = strings.TrimSuffix(symbol, "()")
	if symbol == "" || strings.Contains(symbol, "(") || !inspect.NamesHeld(symbol) { // what is imported says so, where the prefilter sees it
		return ""
	}
	for _, step := range path {
		if step == "*" {
			break
		}
		symbol = joinSymbol(symbol, step)
	}
	return symbol
}
