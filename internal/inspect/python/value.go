package python

import (
	"path"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyValue is a Value whose text is still as written: secrets are masked when
// it becomes a Value.
type pyValue struct {
	source inspect.Source
	text   string
	has    bool
	env    []string
	secret bool // text is the fallback of a secret-named variable
}

// value is what may be kept: secrets are masked. hidden says that the value's
// place makes it a secret.
func (v pyValue) value(hidden bool) inspect.Value {
	out := inspect.Value{Source: v.source, Env: v.env}
	if !v.has {
		return out
	}
	lit := inspect.LitOf(v.text)
	if (hidden || v.secret) && v.text != "" && lit.Secret == nil {
		lit = inspect.SecretLit(v.text)
	}
	out.Text, out.HasText, out.Secret = lit.Text, true, lit.Secret
	return out
}

// valueOf is the Value of an expression; None and no expression are no value.
func (p *pythonFile) valueOf(n syntax.Node) inspect.Value { return p.evaluate(n).value(false) }

// literal is the text of an expression that the file alone determines.
func (p *pythonFile) literal(n syntax.Node) (string, bool) {
	v := p.evaluate(n)
	return v.text, v.source == inspect.Literal
}

// evaluate follows an expression as far as the file tells.
func (p *pythonFile) evaluate(n syntax.Node) pyValue {
	if !n.OK() || n.Is("none") {
		return pyValue{}
	}
	if v, done := p.values[n.Index()]; done {
		return v
	}
	if p.busy[^n.Index()] || p.follows > maxFollows {
		return pyValue{source: inspect.Unknown}
	}
	p.busy[^n.Index()] = true
	p.follows++
	v := p.evaluateFresh(n)
	p.follows--
	delete(p.busy, ^n.Index())
	if len(v.text) > inspect.MaxText {
		v = pyValue{source: inspect.Unknown, env: v.env}
	}
	p.values[n.Index()] = v
	return v
}

func (p *pythonFile) evaluateFresh(n syntax.Node) pyValue {
	switch n.Kind() {
	case "string":
		return p.stringValue(n)
	case "concatenated_string":
		return p.fold(n.Children())
	case "integer", "float":
		return pyValue{source: inspect.Literal, text: strings.ReplaceAll(n.Text(), "_", ""), has: true}
	case "true", "false":
		return pyValue{source: inspect.Literal, text: n.Text(), has: true}
	case "unary_operator":
		if v := p.evaluate(n.Field("argument")); v.source == inspect.Literal && strings.HasPrefix(n.Text(), "-") {
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
		return p.evaluate(n.Child(0))
	case "named_expression":
		return p.evaluate(n.Field("value"))
	case "binary_operator":
		return p.operatorValue(n)
	case "boolean_operator":
		return p.orValue(n)
	case "conditional_expression":
		return p.chosenValue(n)
	case "comparison_operator", "not_operator", "list", "tuple", "set", "list_comprehension", "generator_expression":
		return p.mixed(n.Children())
	}
	return pyValue{source: inspect.Unknown}
}

// stringValue reads a string literal; f-strings are folded.
func (p *pythonFile) stringValue(n syntax.Node) pyValue {
	var parts []pyValue
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "string_content":
			parts = append(parts, pyValue{source: inspect.Literal, text: pyText(n, c), has: true})
		case "interpolation":
			parts = append(parts, p.evaluate(c.Child(0)))
		}
	}
	if len(parts) == 0 {
		return pyValue{source: inspect.Literal, has: true}
	}
	return join(parts)
}

// pyText is the text of a piece of a string, escapes decoded.
func pyText(str, content syntax.Node) string {
	text := content.Text()
	if !strings.Contains(text, `\`) || strings.ContainsAny(str.Child(0).Text(), "rR") {
		return text
	}
	return pyEscapes.Replace(text)
}

var pyEscapes = strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`, `\n`, "\n", `\t`, "\t", `\r`, "\r", "\\\n", "", `\0`, "\x00")

func (p *pythonFile) fold(parts []syntax.Node) pyValue {
	var list []pyValue
	for _, part := range parts {
		if !part.Is("comment") {
			list = append(list, p.evaluate(part))
		}
	}
	return join(list)
}

// join is the concatenation of values: with a read it is Env, with a
// parameter Input, with anything else Unknown.
func join(parts []pyValue) pyValue {
	out := pyValue{source: inspect.Literal, has: true}
	for _, part := range parts {
		out.env = append(out.env[:len(out.env):len(out.env)], part.env...)
		out.secret = out.secret || part.secret
		out.has = out.has && part.has
		out.text += part.text
		if len(out.text) > inspect.MaxText {
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
func weaker(a, b inspect.Source) inspect.Source {
	for _, s := range []inspect.Source{inspect.Env, inspect.Random, inspect.Input} {
		if a == s || b == s {
			return s
		}
	}
	if a == inspect.Literal && b == inspect.Literal {
		return inspect.Literal
	}
	return inspect.Unknown
}

// mixed is what a value made of expressions in an unknown way comes from.
func (p *pythonFile) mixed(parts []syntax.Node) pyValue {
	out := pyValue{source: inspect.Unknown}
	for _, part := range parts {
		if v := p.evaluate(part); v.source != inspect.Literal {
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
		if v.source == inspect.None || v.source == inspect.Unknown && len(v.env) == 0 && chosen.source == inspect.Env {
			continue
		}
		same := v.source == chosen.source && v.text == chosen.text && v.has == chosen.has
		env := append(chosen.env[:len(chosen.env):len(chosen.env)], v.env...)
		switch {
		case chosen.source == inspect.None:
			chosen = v
		case same:
		case v.source == inspect.Literal && chosen.source == inspect.Literal:
			chosen = pyValue{source: inspect.Unknown}
		case chosen.source == inspect.Env && v.source == inspect.Literal && !chosen.has:
			chosen.text, chosen.has = v.text, true
		case chosen.source == inspect.Literal && v.source == inspect.Env && !v.has:
			chosen.source = inspect.Env
		default:
			chosen = pyValue{source: weaker(chosen.source, v.source), text: chosen.text, has: chosen.has && chosen.source == inspect.Env, secret: chosen.secret}
			if !chosen.has {
				chosen.text = ""
			}
		}
		chosen.env = env
	}
	return chosen
}

// chosenValue is a if condition else b; a condition on a read makes it Env.
func (p *pythonFile) chosenValue(n syntax.Node) pyValue {
	v, condition := either(p.evaluate(n.Child(0)), p.evaluate(n.Child(2))), p.evaluate(n.Child(1))
	if condition.source == inspect.Env && v.source != inspect.Env {
		v.source, v.env = inspect.Env, condition.env
	}
	return v
}

func (p *pythonFile) nameValue(n syntax.Node) pyValue {
	b := p.lookup(n.Text(), n)
	switch {
	case (b == nil || b.path != "") && hereNames[n.Text()]:
		return here
	case b == nil:
		return pyValue{source: inspect.Unknown}
	case b.param.OK() && len(b.values) == 0:
		return pyValue{source: inspect.Input}
	case b.path != "":
		if pySettingsModule(b.path) {
			return pyValue{source: inspect.Input}
		}
		return pyValue{source: inspect.Unknown}
	case len(b.values) == 0 || b.def.OK() || b.class.OK():
		return pyValue{source: inspect.Unknown}
	}
	return p.oneOf(b.values)
}

// oneOf is the value of a name with these assignments.
func (p *pythonFile) oneOf(values []syntax.Node) pyValue {
	list := make([]pyValue, 0, len(values))
	for _, v := range values {
		if !v.OK() {
			list = append(list, pyValue{source: inspect.Unknown})
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

func (p *pythonFile) attributeValue(n syntax.Node) pyValue {
	object, name := n.Field("object"), n.Field("attribute").Text()
	if object.Text() == "self" || object.Text() == "cls" {
		if list := p.members(n, name); len(list) > 0 {
			return p.oneOf(list)
		}
		return pyValue{source: inspect.Input}
	}
	if object.Is("identifier") {
		b := p.lookup(object.Text(), object)
		switch {
		case b == nil:
		case b.class.OK():
			if field := p.scopes[b.class.Index()][name]; field != nil && len(field.values) > 0 {
				return p.oneOf(field.values)
			}
		case b.param.OK() && len(b.values) == 0:
			return pyValue{source: inspect.Input}
		}
	}
	resolved := p.resolve(n)
	switch {
	case (name == "parent" || name == "parents") && pyPath(resolved), hereNames[name]:
		return here
	case resolved == "sys.argv" || strings.HasPrefix(resolved, "argparse.") || pySettingsModule(resolved):
		return pyValue{source: inspect.Input}
	case resolved == "":
		return p.mixed([]syntax.Node{object})
	}
	return pyValue{source: inspect.Unknown}
}

func (p *pythonFile) subscriptValue(n syntax.Node) pyValue {
	object, key := n.Field("value"), n.Field("subscript")
	name := p.resolve(object)
	if strings.HasSuffix(name, ".parents") && pyPath(name) {
		return here
	}
	if pyEnviron(name) {
		if variable, ok := p.literal(key); ok {
			return pyValue{source: inspect.Env, env: []string{variable}}
		}
		return pyValue{source: inspect.Env}
	}
	if name == "sys.argv" || strings.HasSuffix(name, ".config") || pySettingsModule(name) {
		return pyValue{source: inspect.Input}
	}
	if text, ok := p.literal(key); ok && object.Is("identifier") {
		if b := p.lookup(object.Text(), object); b != nil && len(b.values) == 1 && b.values[0].Is("dictionary") {
			if v := p.entry(b.values[0], text); v.OK() {
				return p.evaluate(v)
			}
		}
	}
	return p.mixed([]syntax.Node{object})
}

func (p *pythonFile) operatorValue(n syntax.Node) pyValue {
	left, right := p.evaluate(n.Field("left")), p.evaluate(n.Field("right"))
	switch n.Field("operator").Text() {
	case "+":
		if a, errA := strconv.Atoi(left.text); errA == nil && !n.Field("left").Is("string") {
			if b, errB := strconv.Atoi(right.text); errB == nil && left.source == inspect.Literal && right.source == inspect.Literal && !n.Field("right").Is("string") {
				return pyValue{source: inspect.Literal, text: strconv.Itoa(a + b), has: true}
			}
		}
		return join([]pyValue{left, right})
	case "%":
		if n.Field("left").Is("string", "concatenated_string", "identifier") && left.source == inspect.Literal {
			return p.percent(left.text, n.Field("right"))
		}
	case "/":
		if left.has && right.has && (left.text == here.text || pyPath(p.resolve(n.Field("left")))) {
			out := join([]pyValue{left, {source: inspect.Literal, text: "/", has: true}, right})
			if out.has {
				out.text = path.Clean(out.text)
			}
			return out
		}
	}
	return p.mixed([]syntax.Node{n.Field("left"), n.Field("right")})
}

// orValue is a or b: b is the fallback of a read; "and" gives no text.
func (p *pythonFile) orValue(n syntax.Node) pyValue {
	left, right := p.evaluate(n.Field("left")), p.evaluate(n.Field("right"))
	if !n.Has("or") {
		return p.mixed([]syntax.Node{n.Field("left"), n.Field("right")})
	}
	if left.source == inspect.None || left.source == inspect.Literal && left.text == "" {
		return right
	}
	if left.source == inspect.Literal {
		return left
	}
	out := pyValue{source: weaker(left.source, right.source), env: append(left.env[:len(left.env):len(left.env)], right.env...)}
	if left.source == inspect.Env && !(left.has && left.text != "") && right.has {
		out.text, out.has, out.secret = right.text, true, left.secret
	} else if left.source == inspect.Env && left.has {
		out.text, out.has, out.secret = left.text, true, left.secret
	}
	return out
}
