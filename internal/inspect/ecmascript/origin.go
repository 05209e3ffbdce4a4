package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	corsCall    = regexp.MustCompile(`(?i)(^|[/.@-])cors(\.\w+)?$`)
	headerCalls = map[string]bool{"setHeader": true, "header": true, "set": true, "append": true, "writeHead": true}
)

// readOriginCall states the pages that may call where a call of the server's
// says so: cors({origin: […]}), app.enableCors({origin: "…"}),
// res.setHeader("Access-Control-Allow-Origin", "…").
func (f *ecmaFile) readOriginCall(c ecmaCall) {
	if headerCalls[c.method] && len(c.args) == 2 {
		if name, ok := ecmaString(c.args[0]); ok && inspect.IsOriginHeader(name) {
			f.sayOrigins(c.node, c.args[1])
			return
		}
	}
	taken := corsCall.MatchString(c.callee) || c.method == "enableCors"
	for _, a := range c.args[:min(len(c.args), 3)] {
		object := f.object(a)
		if !object.OK() {
			taken = taken || corsCall.MatchString(f.symbol(a)) && c.method == "register" // app.register(cors, {origin: …})
			continue
		}
		if inner := f.object(f.property(object, "cors")); inner.OK() { // new Server(http, {cors: {origin: …}})
			f.sayOrigins(c.node, f.property(inner, "origin"))
		} else if taken {
			f.sayOrigins(c.node, f.property(object, "origin", "origins"))
		}
	}
}

// readOriginName states the pages that may call where a name says so.
func (f *ecmaFile) readOriginName(name string, value, at syntax.Node) {
	if !inspect.IsOriginName(name) && !(strings.EqualFold(name, "whitelist") && f.usesAny("cors")) {
		return
	}
	if b := f.lookup(at.Field("name")); b != nil && len(b.writes) > 0 {
		return
	}
	f.sayOrigins(at, value)
}

// sayOrigins states a list of pages that is written down as a whole, once.
func (f *ecmaFile) sayOrigins(at, n syntax.Node) {
	if !n.OK() || f.debugOnly(at) {
		return
	}
	name := ""
	if bare := ecmaBare(n); bare.Is("identifier") {
		name = bare.Text()
		if b := f.lookup(bare); b == nil || len(b.writes) > 0 {
			return
		}
	} else if at.Is("variable_declarator") {
		name = at.Field("name").Text()
	}
	list := ecmaBare(f.definition(n))
	if made := list.Parent(); made.Is("variable_declarator") {
		name = made.Field("name").Text()
	}
	texts, ok := f.wholeList(list)
	if !ok || inspect.OriginsGrow(string(f.tree.Source()), name) || !f.once("origins "+list.Text()) {
		return
	}
	if fact, ok := inspect.OriginsOf(texts); ok {
		f.say(list, fact)
	}
}

// wholeList are the texts of a list of which every entry is written, patterns
// left out.
func (f *ecmaFile) wholeList(list syntax.Node) (texts []string, ok bool) {
	if !list.Is("array") {
		v := f.value(list)
		return []string{v.Text}, v.IsLiteral()
	}
	for c := list.First(); c.OK(); c = c.Next() {
		if c.Is("regex", "comment") {
			continue
		}
		v := f.value(c)
		if !v.IsLiteral() {
			return nil, false
		}
		texts = append(texts, v.Text)
	}
	return texts, true
}
