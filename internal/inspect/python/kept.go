package python

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect/syntax"
)

var (
	// broughtParts are what a client sends in a request for it to be kept. What
	// only asks for something, the path and the query, may be stored beside an
	// answer.
	broughtParts = regexp.MustCompile(`\.(json|form|data|POST|get_json|get_data|payload|body|validated_data|cleaned_data)$`)
	// requestObject is what frameworks call a request, and what stands for it.
	requestObject = regexp.MustCompile(`^(self\.)?(request|req|api|flask\.request|serializer|form)\.`)
	// notBrought are types of parameters that a framework makes.
	notBrought = regexp.MustCompile(`^(Request|Response|WebSocket|BackgroundTasks|UploadFile|Session|AsyncSession|Depends|HTTPConnection|str|int|float|bool|bytes|UUID|date|datetime|Optional\[.*|.*(Service|Repository|Client|Cache|Store|Manager|Settings))$`)
	// conversions give back what they are given in another form.
	conversions = []string{"dict", "list", "str", "int", "float", "json.loads", "copy.copy", "copy.deepcopy", "jsonable_encoder", "fastapi.encoders.jsonable_encoder"}
	className   = regexp.MustCompile(`^(\w+\.)*_?[A-Z]\w*$`)
)

// added is what a change puts into a container: of list.append(v), map[k] = v and
// list = list + [v] the part with v, else nothing.
func added(n syntax.Node) syntax.Node {
	if n.Is("assignment") {
		return n.Field("right")
	}
	if n.Is("call") {
		switch n.Field("function").Field("attribute").Text() {
		case "append", "insert", "extend", "appendleft", "update", "setdefault":
			return n.Field("arguments")
		}
	}
	return syntax.Node{}
}

// brings reports whether a value holds what the client sent. What a function
// works out of it, or fetches by it, is something else.
func (p *pythonFile) brings(value, handler syntax.Node, depth int) (found bool) {
	if !value.OK() || depth == 0 {
		return false
	}
	value.Walk(func(n syntax.Node) bool {
		switch {
		case !p.step():
			return false
		case found || n.Is("lambda", "string"):
			found = found || n.Is("string") && depth > 1 && p.bringsInto(n, handler, depth)
			return false
		case n.Is("call"):
			function := n.Field("function")
			found = p.brings(function, handler, depth-1)
			if className.MatchString(function.Text()) || slices.Contains(conversions, p.callee(n)) {
				found = found || p.brings(n.Field("arguments"), handler, depth-1)
			}
			return false
		case n.Is("keyword_argument"):
			found = p.brings(n.Field("value"), handler, depth-1)
			return false
		case n.Is("attribute"):
			text := n.Text()
			found = requestObject.MatchString(text) && broughtParts.MatchString(text)
			if !found && n.Field("object").Is("identifier") {
				found = p.brings(n.Field("object"), handler, depth-1)
				return false
			}
			return !found
		case n.Is("identifier"):
			found = p.isBrought(n, handler) || p.isGivenBrought(n, handler, depth)
		}
		return !found
	})
	return found
}

// bringsInto reports whether a formatted string holds what the client sent.
func (p *pythonFile) bringsInto(text, handler syntax.Node, depth int) (found bool) {
	for c := text.First(); c.OK(); c = c.Next() {
		if c.Is("interpolation") {
			found = found || p.brings(c.Child(0), handler, depth-1)
		}
	}
	return found
}

// isGivenBrought reports whether a local name is given what the client sent.
func (p *pythonFile) isGivenBrought(n, handler syntax.Node, depth int) bool {
	b := p.lookup(n.Text(), n)
	if b == nil || b == p.scopes[0][n.Text()] || len(b.values) == 0 || len(b.values) > 3 {
		return false
	}
	return slices.ContainsFunc(b.values, func(v syntax.Node) bool { return v.OK() && v != n && p.brings(v, handler, depth-1) })
}

// isBrought reports whether a name is a parameter of a route that a framework
// fills from the request's body: item: Item.
func (p *pythonFile) isBrought(n, handler syntax.Node) bool {
	if b := p.lookup(n.Text(), n); b != nil && len(b.values) > 0 && b.values[0].OK() {
		return false
	}
	for param := handler.Field("parameters").First(); param.OK(); param = param.Next() {
		typ := strings.TrimSpace(param.Field("type").Text())
		if typ == "" || param.Child(0).Text() != n.Text() && param.Field("name").Text() != n.Text() {
			continue
		}
		if fallback := param.Field("value").Text(); strings.HasPrefix(fallback, "Body(") || strings.HasPrefix(fallback, "Form(") {
			return true
		} else if fallback != "" && fallback != "None" {
			return false
		}
		return !notBrought.MatchString(typ) && (typ == "dict" || typ == "Dict" || strings.HasPrefix(strings.ToLower(typ), "dict[") || className.MatchString(typ) || strings.Contains(typ, "Body("))
	}
	return false
}
