package jvm

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// call is a method call, a construction, or a Kotlin assignment to a property,
// which calls its setter.
type call struct {
	syntax.Node
	ok     bool
	name   string      // resolved: "java.lang.System.getenv"; of a construction, the class; "" when unknown
	recv   syntax.Node // the receiver as written; none for a bare name or a construction
	on     string      // what the receiver is, resolved
	method string      // as written; "" of a construction
	class  string      // of a construction, as written
	args   []syntax.Node
	named  map[string]syntax.Node
	lambda syntax.Node // the lambda behind the parentheses
	set    bool        // an assignment
}

func isCall(n syntax.Node) bool {
	return n.Is("method_invocation", "object_creation_expression", "call_expression", "explicit_constructor_invocation", "constructor_invocation") || isGenericCall(n)
}

// isGenericCall reports whether n is f<T>(x) or f<T> { }, which Kotlin's grammar
// reads as two comparisons when x is one expression.
func isGenericCall(n syntax.Node) bool {
	if !n.Is("binary_expression") {
		return false
	}
	left, right := n.Field("left"), n.Field("right")
	if !right.Is("parenthesized_expression", "lambda_literal") || !left.Is("binary_expression") || !left.Field("left").Is("identifier", "navigation_expression") || !left.Field("right").Is("identifier", "navigation_expression") {
		return false
	}
	after := behind(n, left)
	return strings.HasPrefix(behind(left, left.Field("left")), "<") && (strings.HasPrefix(after, ">(") || strings.HasPrefix(after, "> {") || strings.HasPrefix(after, ">{"))
}

// behind is the text of a node after one of its children.
func behind(n, child syntax.Node) string {
	start, _ := n.Span()
	_, end := child.Span()
	text := n.Text()
	return text[min(max(end-start, 0), len(text)):]
}

// arg is the argument at a place, or by one of its names; place -1 is never.
func (c call) arg(place int, names ...string) syntax.Node {
	for _, name := range names {
		if v, ok := c.named[name]; ok {
			return v
		}
	}
	if place >= 0 && place < len(c.args) {
		return c.args[place]
	}
	return syntax.Node{}
}

// callOf reads a call; ok is false for what is none, or is a part of one: in
// f(a) { b } the inner f(a).
func (f *file) callOf(n syntax.Node) call {
	if !isCall(n) {
		return call{}
	}
	c, done := f.calls[n.Index()]
	if !done {
		c = f.readCall(n)
		f.calls[n.Index()] = c
	}
	return c
}

func (f *file) readCall(n syntax.Node) call {
	c := call{Node: n, ok: true}
	switch n.Kind() {
	case "method_invocation":
		c.recv, c.method = n.Field("object"), n.Field("name").Text()
		c.addJava(n.Field("arguments"))
	case "object_creation_expression":
		c.class = simpleType(n.Field("type"))
		c.addJava(n.Field("arguments"))
		c.name = f.typeName(n.Field("type"))
		return c
	case "explicit_constructor_invocation":
		if !n.Field("constructor").Is("super") {
			return call{}
		}
		c.class = "super"
		c.addJava(n.Field("arguments"))
		c.name = f.superclass(enclosingClass(n))
		return c
	case "constructor_invocation":
		if n.Parent().Is("annotation") {
			return call{}
		}
		c.class = simpleType(childOf(n, "user_type"))
		c.addKotlin(childOf(n, "value_arguments"))
		c.name = f.typeName(childOf(n, "user_type"))
		return c
	case "call_expression":
		f.kotlinCall(&c)
	case "binary_expression":
		if right := n.Field("right"); right.Is("lambda_literal") {
			c.args, c.lambda = []syntax.Node{right}, right
		} else if arg := right.Child(0); arg.Is("spread_expression") {
			c.args = []syntax.Node{arg.Child(0)}
		} else if arg.OK() {
			c.args = []syntax.Node{arg}
		}
		c.callee(n.Field("left").Field("left"))
	default:
		return call{}
	}
	if c.ok {
		f.nameCall(&c)
	}
	return c
}

func (c *call) addJava(list syntax.Node) {
	for a := list.First(); a.OK(); a = a.Next() {
		if !a.IsComment() {
			c.args = append(c.args, a)
		}
	}
}

func (c *call) addKotlin(list syntax.Node) {
	for a := list.First(); a.OK(); a = a.Next() {
		if !a.Is("value_argument") {
			continue
		}
		first := a.Child(0)
		if first.Is("annotation") {
			first = first.Next()
		}
		if v := first.Next(); v.OK() && first.Is("identifier") {
			if c.named == nil {
				c.named = map[string]syntax.Node{}
			}
			c.named[first.Text()] = v
		} else if first.OK() {
			c.args = append(c.args, first)
		}
	}
}

func (f *file) kotlinCall(c *call) {
	if p := c.Parent(); p.Is("call_expression") && p.Child(0) == c.Node && childOf(p, "annotated_lambda").OK() && !childOf(p, "value_arguments").OK() {
		c.ok = false // the outer one is the call
		return
	}
	fn := c.Child(0)
	lambda := childOf(childOf(c.Node, "annotated_lambda"), "lambda_literal")
	c.addKotlin(childOf(c.Node, "value_arguments"))
	if lambda.OK() && fn.Is("call_expression") && !childOf(c.Node, "value_arguments").OK() {
		c.addKotlin(childOf(fn, "value_arguments"))
		fn = fn.Child(0)
	}
	if lambda.OK() {
		c.lambda = lambda
		c.args = append(c.args, lambda)
	}
	c.callee(fn)
}

// callee reads what a Kotlin call calls: f, a.f.
func (c *call) callee(fn syntax.Node) {
	switch fn.Kind() {
	case "identifier":
		c.method = strings.Trim(fn.Text(), "`")
	case "navigation_expression":
		last := lastChild(fn)
		c.recv, c.method = fn.Child(0), strings.Trim(last.Text(), "`")
		c.ok = last.Is("identifier") && last != c.recv
	default:
		c.ok = false
	}
}

// nameCall resolves what is called: a constructor in Kotlin looks like a
// function.
func (f *file) nameCall(c *call) {
	if c.recv.OK() {
		c.on = f.resolve(c.recv)
		if c.on != "" {
			c.name = c.on + "." + c.method
			if at := strings.Index(c.on, "("); at > 0 { // a builder that gives back itself
				if name := declaredPart(c.on[:at]) + "." + c.method; !knownChains[c.name] && known[name] {
					c.name = name
				}
			}
			if f.kotlin && capital(c.method) && !strings.HasSuffix(c.on, "()") { // Outer.Inner(…)
				c.class, c.method = c.method, ""
			}
		} else if f.kotlin && capital(c.method) {
			c.class, c.method = c.method, "" // a.b.C(…), or a class of an unknown one
		}
		if c.name == "" {
			// an extension function that is imported: client.get("…")
			if path := f.imported[c.method]; path != "" && f.kotlin && !capital(c.method) && c.method != "" {
				c.name = path
			}
		}
		return
	}
	if f.kotlin && capital(c.method) {
		if class := f.classes[c.method]; class.OK() {
			c.name = f.superclass(class)
		} else {
			c.name = f.simpleName(c.method)
		}
		c.class, c.method = c.method, ""
		return
	}
	if len(f.localFunctions(c.method, c.Node)) > 0 {
		return
	}
	if path := f.simpleName(c.method); path != "" && (!f.kotlin || f.unbound(c.method, c.Node)) {
		c.name = path
		return
	}
	if on := f.receiver(c.Node); on != "" {
		c.on, c.name = on, on+"."+c.method
	}
}

// unbound reports whether a name is no variable at n: in val dotenv = dotenv()
// the call is of what is imported.
func (f *file) unbound(name string, n syntax.Node) bool {
	b := f.bindingOf(name, n)
	return b == nil || !b.param && n.Inside(b.at)
}

func capital(name string) bool { return name != "" && name[0] >= 'A' && name[0] <= 'Z' }

// setterOf is the call of a setter that an assignment to a property makes in
// Kotlin, or to a public field in Java.
func (f *file) setterOf(n syntax.Node) call {
	left := n.Field("left")
	c := call{Node: n, ok: true, set: true, args: []syntax.Node{n.Field("right")}}
	switch left.Kind() {
	case "navigation_expression", "field_access":
		c.recv = left.Child(0)
		if c.recv.Is("this", "this_expression") || c.recv.Text() == "this" {
			return call{}
		}
		c.on, c.method = f.resolve(c.recv), accessor("set", lastChild(left).Text())
	case "identifier":
		if !f.kotlin || f.bindingOf(left.Text(), left) != nil {
			return call{}
		}
		c.on, c.method = f.receiver(n), accessor("set", left.Text())
	default:
		return call{}
	}
	if c.on == "" {
		return call{}
	}
	c.name = c.on + "." + c.method
	return c
}

// accessor is a property's getter or setter. A name that is still being
// written is empty.
func accessor(verb, property string) string {
	first := min(1, len(property))
	return verb + strings.ToUpper(property[:first]) + property[first:]
}

// indexPut is map[key] = value as the call of put that it is.
func (f *file) indexPut(n syntax.Node) call {
	left := n.Field("left")
	if !left.Is("index_expression") {
		return call{}
	}
	c := call{Node: n, ok: true, set: true, recv: left.Child(0), method: "put", args: []syntax.Node{lastChild(left), n.Field("right")}}
	if c.on = f.resolve(c.recv); c.on != "" {
		c.name = c.on + ".put"
	}
	return c
}

// receiver is what this stands for in the lambda of Kotlin's apply, run and
// with around n.
func (f *file) receiver(n syntax.Node) string {
	if !f.kotlin {
		return ""
	}
	for lambda, hops := up(n, isLambda), 0; lambda.OK() && hops < 4; lambda, hops = up(lambda, isLambda), hops+1 {
		outer := f.callWith(lambda)
		if !outer.ok || outer.lambda != lambda {
			continue
		}
		switch outer.method {
		case "apply", "run":
			if outer.recv.OK() {
				return f.resolve(outer.recv)
			}
		case "with":
			return f.resolve(outer.arg(0))
		case "runApplication":
			return "org.springframework.boot.SpringApplication"
		}
	}
	return ""
}

// callWith is the call that a lambda stands behind.
func (f *file) callWith(lambda syntax.Node) call {
	p := lambda.Parent()
	if p.Is("annotated_lambda") {
		p = p.Parent()
	}
	return f.callOf(p)
}

func isLambda(n syntax.Node) bool { return lambdaKinds[n.Kind()] }

// annotation is one annotation with its arguments by name; a lone one is
// "value".
type annotation struct {
	syntax.Node
	name   string // resolved
	simple string
	args   map[string]syntax.Node
	more   []syntax.Node // Kotlin's further values of a vararg
}

func (f *file) annotationOf(n syntax.Node) annotation {
	a := annotation{Node: n, args: map[string]syntax.Node{}}
	typ, list := n.Field("name"), n.Field("arguments")
	if !typ.OK() {
		typ = childOf(n, "user_type")
		if made := childOf(n, "constructor_invocation"); made.OK() {
			typ, list = childOf(made, "user_type"), childOf(made, "value_arguments")
		}
	}
	a.name = f.typeName(typ)
	a.simple = simpleType(typ)
	for c := list.First(); c.OK(); c = c.Next() {
		switch {
		case c.IsComment():
		case c.Is("element_value_pair"):
			a.args[c.Field("key").Text()] = c.Field("value")
		case c.Is("value_argument") && c.Child(1).OK() && c.Child(0).Is("identifier"):
			a.args[c.Child(0).Text()] = c.Child(1)
		case a.args["value"].OK():
			if c.Is("value_argument") {
				a.more = append(a.more, c.Child(0))
			}
		case c.Is("value_argument"):
			a.args["value"] = c.Child(0)
		default:
			a.args["value"] = c
		}
	}
	return a
}

// annotationsOf are the annotations of a declaration or parameter's modifiers.
func (f *file) annotationsOf(decl syntax.Node) []annotation {
	modifiers := decl
	if !decl.Is("modifiers", "parameter_modifiers") {
		modifiers = childOf(decl, "modifiers")
	}
	var list []annotation
	for c := modifiers.First(); c.OK(); c = c.Next() {
		if c.Is("annotation", "marker_annotation") {
			list = append(list, f.annotationOf(c))
		}
	}
	if len(list) == 0 && decl.Is("class_declaration", "function_declaration") {
		list = f.annotationsBefore(decl)
	}
	return list
}

// annotationsBefore are the annotations on the lines before a declaration that
// the grammar of Kotlin takes for an expression of their own, as it does with
// some of those whose last one has arguments. Their names are right.
func (f *file) annotationsBefore(decl syntax.Node) (list []annotation) {
	var before syntax.Node
	for c := decl.Parent().First(); c.OK() && c.Index() < decl.Index(); c = c.Next() {
		if !c.IsComment() {
			before = c
		}
	}
	if before.EndLine()+1 < decl.Line() {
		return nil
	}
	for n := before; n.Is("annotated_expression"); n = n.Child(1) {
		list = append(list, f.annotationOf(n.Child(0)))
	}
	return list
}

// annotated finds an annotation by its resolved name.
func (f *file) annotated(decl syntax.Node, names map[string]bool) (annotation, bool) {
	for _, a := range f.annotationsOf(decl) {
		if names[a.name] {
			return a, true
		}
	}
	return annotation{}, false
}

// target is the declaration that an annotation stands on.
func target(a syntax.Node) syntax.Node {
	p := a.Parent()
	if p.Is("parameter_modifiers") {
		return p.Next()
	}
	return p.Parent()
}
