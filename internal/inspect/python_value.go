package inspect

import (
	"path"
	"strconv"
	"strings"
)

// pyValue is a Value whose text is still as written: secrets are masked when
// it becomes a Value.
type pyValue struct {
	source Source
	text   string
	has    bool
	env    []string
	secret bool // text is the fallback of a secret-named variable
}

// value is what may be kept: secrets are masked. hidden says that the value's
// place makes it a secret.
func (v pyValue) value(hidden bool) Value {
	out := Value{Source: v.source, Env: v.env}
	if !v.has {
		return out
	}
	lit := LitOf(v.text)
	if (hidden || v.secret) && v.text != "" && lit.Secret == nil {
		lit = SecretLit(v.text)
	}
	out.Text, out.HasText, out.Secret = lit.Text, true, lit.Secret
	return out
}

// valueOf is the Value of an expression; None and no expression are no value.
func (p *pythonFile) valueOf(n node) Value { return p.evaluate(n).value(false) }

// literal is the text of an expression that the file alone determines.
func (p *pythonFile) literal(n node) (string, bool) {
	v := p.evaluate(n)
	return v.text, v.source == Literal
}

// evaluate follows an expression as far as the file tells.
func (p *pythonFile) evaluate(n node) pyValue {
	if !n.ok() || n.is("none") {
		return pyValue{}
	}
	if v, done := p.values[n.i]; done {
		return v
	}
	if p.busy[^n.i] || p.follows > maxFollows {
		return pyValue{source: Unknown}
	}
	p.busy[^n.i] = true
	p.follows++
	v := p.evaluateFresh(n)
	p.follows--
	delete(p.busy, ^n.i)
	if len(v.text) > maxText {
		v = pyValue{source: Unknown, env: v.env}
	}
	p.values[n.i] = v
	return v
}

func (p *pythonFile) evaluateFresh(n node) pyValue {
	switch n.kind() {
	case "string":
		return p.stringValue(n)
	case "concatenated_string":
		return p.fold(n.children())
	case "integer", "float":
		return pyValue{source: Literal, text: strings.ReplaceAll(n.text(), "_", ""), has: true}
	case "true", "false":
		return pyValue{source: Literal, text: n.text(), has: true}
	case "unary_operator":
		if v := p.evaluate(n.field("argument")); v.source == Literal && strings.HasPrefix(n.text(), "-") {
			v.text = "-" + v.text
			return v
		}
	case "identifier":
		return p.nameValue(n)
	case "attribute":
		return p.attributeValue(n)
	case "subscript":
		return p.subscriptValue(n)
	case "call":
		return p.callValue(n)
	case "parenthesized_expression", "await":
		return p.evaluate(n.child(0))
	case "named_expression":
		return p.evaluate(n.field("value"))
	case "binary_operator":
		return p.operatorValue(n)
	case "boolean_operator":
		return p.orValue(n)
	case "conditional_expression":
		return p.chosenValue(n)
	case "comparison_operator", "not_operator", "list", "tuple", "set", "list_comprehension", "generator_expression":
		return p.mixed(n.children())
	}
	return pyValue{source: Unknown}
}

// stringValue reads a string literal; f-strings are folded.
func (p *pythonFile) stringValue(n node) pyValue {
	var parts []pyValue
	for c := n.first(); c.ok(); c = c.next() {
		switch c.kind() {
		case "string_content":
			parts = append(parts, pyValue{source: Literal, text: pyText(n, c), has: true})
		case "interpolation":
			parts = append(parts, p.evaluate(c.child(0)))
		}
	}
	if len(parts) == 0 {
		return pyValue{source: Literal, has: true}
	}
	return join(parts)
}

// pyText is the text of a piece of a string, escapes decoded.
func pyText(str, content node) string {
	text := content.text()
	if !strings.Contains(text, `\`) || strings.ContainsAny(str.child(0).text(), "rR") {
		return text
	}
	return pyEscapes.Replace(text)
}

var pyEscapes = strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`, `\n`, "\n", `\t`, "\t", `\r`, "\r", "\\\n", "", `\0`, "\x00")

func (p *pythonFile) fold(parts []node) pyValue {
	var list []pyValue
	for _, part := range parts {
		if !part.is("comment") {
			list = append(list, p.evaluate(part))
		}
	}
	return join(list)
}

// join is the concatenation of values: with a read it is Env, with a
// parameter Input, with anything else Unknown.
func join(parts []pyValue) pyValue {
	out := pyValue{source: Literal, has: true}
	for _, part := range parts {
		out.env = append(out.env[:len(out.env):len(out.env)], part.env...)
		out.secret = out.secret || part.secret
		out.has = out.has && part.has
		out.text += part.text
		if len(out.text) > maxText {
			out.has, out.text = false, ""
		}
		out.source = weaker(out.source, part.source)
	}
	if !out.has {
		out.text = ""
	}
	return out
}

// weaker is the source of a mix: Env before Random, Input, Unknown, Literal.
func weaker(a, b Source) Source {
	for _, s := range []Source{Env, Random, Input} {
		if a == s || b == s {
			return s
		}
	}
	if a == Literal && b == Literal {
		return Literal
	}
	return Unknown
}

// mixed is what a value made of expressions in an unknown way comes from.
func (p *pythonFile) mixed(parts []node) pyValue {
	out := pyValue{source: Unknown}
	for _, part := range parts {
		if v := p.evaluate(part); v.source != Literal {
			out.source = weaker(out.source, v.source)
			out.env = append(out.env[:len(out.env):len(out.env)], v.env...)
		}
	}
	return out
}

// either is one of several values: a literal only if all agree.
func either(list ...pyValue) pyValue {
	chosen := list[0]
	for _, v := range list[1:] {
		if v.source == None || v.source == Unknown && len(v.env) == 0 && chosen.source == Env {
			continue
		}
		same := v.source == chosen.source && v.text == chosen.text && v.has == chosen.has
		env := append(chosen.env[:len(chosen.env):len(chosen.env)], v.env...)
		switch {
		case chosen.source == None:
			chosen = v
		case same:
		case v.source == Literal && chosen.source == Literal:
			chosen = pyValue{source: Unknown}
		case chosen.source == Env && v.source == Literal && !chosen.has:
			chosen.text, chosen.has = v.text, true
		case chosen.source == Literal && v.source == Env && !v.has:
			chosen.source = Env
		default:
			chosen = pyValue{source: weaker(chosen.source, v.source), text: chosen.text, has: chosen.has && chosen.source == Env, secret: chosen.secret}
			if !chosen.has {
				chosen.text = ""
			}
		}
		chosen.env = env
	}
	return chosen
}

// chosenValue is a if condition else b; a condition on a read makes it Env.
func (p *pythonFile) chosenValue(n node) pyValue {
	v, condition := either(p.evaluate(n.child(0)), p.evaluate(n.child(2))), p.evaluate(n.child(1))
	if condition.source == Env && v.source != Env {
		v.source, v.env = Env, condition.env
	}
	return v
}

func (p *pythonFile) nameValue(n node) pyValue {
	b := p.lookup(n.text(), n)
	switch {
	case (b == nil || b.path != "") && hereNames[n.text()]:
		return here
	case b == nil:
		return pyValue{source: Unknown}
	case b.param.ok() && len(b.values) == 0:
		return pyValue{source: Input}
	case b.path != "":
		if pySettingsModule(b.path) {
			return pyValue{source: Input}
		}
		return pyValue{source: Unknown}
	case len(b.values) == 0 || b.def.ok() || b.class.ok():
		return pyValue{source: Unknown}
	}
	return p.oneOf(b.values)
}

// oneOf is the value of a name with these assignments.
func (p *pythonFile) oneOf(values []node) pyValue {
	list := make([]pyValue, 0, len(values))
	for _, v := range values {
		if !v.ok() {
			list = append(list, pyValue{source: Unknown})
		} else {
			list = append(list, p.evaluate(v))
		}
	}
	return either(list...)
}

// pySettingsModule reports whether a name is imported from where a project
// keeps its settings.
func pySettingsModule(path string) bool {
	module, _, _ := strings.Cut(strings.ToLower(path), "()")
	for _, part := range strings.Split(module, ".") {
		switch part {
		case "settings", "config", "conf", "configuration", "constants", "env", "options":
			return true
		}
	}
	return false
}

func (p *pythonFile) attributeValue(n node) pyValue {
	object, name := n.field("object"), n.field("attribute").text()
	if object.text() == "self" || object.text() == "cls" {
		if list := p.members(n, name); len(list) > 0 {
			return p.oneOf(list)
		}
		return pyValue{source: Input}
	}
	if object.is("identifier") {
		b := p.lookup(object.text(), object)
		switch {
		case b == nil:
		case b.class.ok():
			if field := p.scopes[b.class.i][name]; field != nil && len(field.values) > 0 {
				return p.oneOf(field.values)
			}
		case b.param.ok() && len(b.values) == 0:
			return pyValue{source: Input}
		}
	}
	resolved := p.resolve(n)
	switch {
	case (name == "parent" || name == "parents") && pyPath(resolved), hereNames[name]:
		return here
	case resolved == "sys.argv" || strings.HasPrefix(resolved, "argparse.") || pySettingsModule(resolved):
		return pyValue{source: Input}
	case resolved == "":
		return p.mixed([]node{object})
	}
	return pyValue{source: Unknown}
}

func (p *pythonFile) subscriptValue(n node) pyValue {
	object, key := n.field("value"), n.field("subscript")
	name := p.resolve(object)
	if strings.HasSuffix(name, ".parents") && pyPath(name) {
		return here
	}
	if pyEnviron(name) {
		if variable, ok := p.literal(key); ok {
			return pyValue{source: Env, env: []string{variable}}
		}
		return pyValue{source: Env}
	}
	if name == "sys.argv" || strings.HasSuffix(name, ".config") || pySettingsModule(name) {
		return pyValue{source: Input}
	}
	if text, ok := p.literal(key); ok && object.is("identifier") {
		if b := p.lookup(object.text(), object); b != nil && len(b.values) == 1 && b.values[0].is("dictionary") {
			if v := p.entry(b.values[0], text); v.ok() {
				return p.evaluate(v)
			}
		}
	}
	return p.mixed([]node{object})
}

func (p *pythonFile) operatorValue(n node) pyValue {
	left, right := p.evaluate(n.field("left")), p.evaluate(n.field("right"))
	switch n.field("operator").text() {
	case "+":
		if a, errA := strconv.Atoi(left.text); errA == nil && !n.field("left").is("string") {
			if b, errB := strconv.Atoi(right.text); errB == nil && left.source == Literal && right.source == Literal && !n.field("right").is("string") {
				return pyValue{source: Literal, text: strconv.Itoa(a + b), has: true}
			}
		}
		return join([]pyValue{left, right})
	case "/":
		if left.has && right.has && (left.text == here.text || pyPath(p.resolve(n.field("left")))) {
			out := join([]pyValue{left, {source: Literal, text: "/", has: true}, right})
			if out.has {
				out.text = path.Clean(out.text)
			}
			return out
		}
	}
	return p.mixed([]node{n.field("left"), n.field("right")})
}

// orValue is a or b: b is the fallback of a read; "and" gives no text.
func (p *pythonFile) orValue(n node) pyValue {
	left, right := p.evaluate(n.field("left")), p.evaluate(n.field("right"))
	if !n.has("or") {
		return p.mixed([]node{n.field("left"), n.field("right")})
	}
	if left.source == None || left.source == Literal && left.text == "" {
		return right
	}
	if left.source == Literal {
		return left
	}
	out := pyValue{source: weaker(left.source, right.source), env: append(left.env[:len(left.env):len(left.env)], right.env...)}
	if left.source == Env && !(left.has && left.text != "") && right.has {
		out.text, out.has, out.secret = right.text, true, left.secret
	} else if left.source == Env && left.has {
		out.text, out.has, out.secret = left.text, true, left.secret
	}
	return out
}
