package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// valueOf is the Value of an expression; None and no expression are no value.
func (p *pythonFile) valueOf(n syntax.Node) inspect.Value { return p.evaluate(n).Kept(false) }

// literal is the text of an expression that the file alone determines.
func (p *pythonFile) literal(n syntax.Node) (string, bool) {
	v := p.evaluate(n)
	return v.Text, v.IsLiteral()
}

// evaluate follows an expression as far as the file tells.
func (p *pythonFile) evaluate(n syntax.Node) fold.Value {
	if !n.OK() || n.Is("none") {
		return fold.Value{}
	}
	return p.values.Ask(n.Index(), &p.depth, fold.Unknown, func() fold.Value { return p.evaluateFresh(n).Bounded() })
}

func (p *pythonFile) evaluateFresh(n syntax.Node) fold.Value {
	switch n.Kind() {
	case "string":
		return p.stringValue(n)
	case "concatenated_string":
		return p.fold(n.Children())
	case "integer", "float":
		return fold.Literal(strings.ReplaceAll(n.Text(), "_", ""))
	case "true", "false":
		return fold.Literal(n.Text())
	case "unary_operator":
		if v := p.evaluate(n.Field("argument")); v.Source == inspect.Literal && strings.HasPrefix(n.Text(), "-") {
			v.Text = "-" + v.Text
			return v
		}
	case "identifier":
		return p.referred(p.nameValue(n), n)
	case "attribute":
		return p.referred(p.attributeValue(n), n)
	case "subscript":
		return p.referred(p.subscriptValue(n), n)
	case "call":
		return p.referred(p.callValue(n), n)
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
	return fold.Unknown
}

// stringValue reads a string literal; f-strings are folded.
func (p *pythonFile) stringValue(n syntax.Node) fold.Value {
	var parts []fold.Value
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "string_content":
			parts = append(parts, fold.Literal(pyText(n, c)))
		case "interpolation":
			parts = append(parts, p.evaluate(c.Child(0)))
		}
	}
	if len(parts) == 0 {
		return fold.Literal("")
	}
	return fold.Join(parts...)
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

func (p *pythonFile) fold(parts []syntax.Node) fold.Value {
	var list []fold.Value
	for _, part := range parts {
		if !part.Is("comment") {
			list = append(list, p.evaluate(part))
		}
	}
	return fold.Join(list...)
}

// mixed is what a value made of expressions in an unknown way comes from.
func (p *pythonFile) mixed(parts []syntax.Node) fold.Value {
	out := fold.Unknown
	for _, part := range parts {
		out = out.Mix(p.evaluate(part))
	}
	return out
}

// chosenValue is a if condition else b.
func (p *pythonFile) chosenValue(n syntax.Node) fold.Value {
	return fold.Either(p.evaluate(n.Child(0)), p.evaluate(n.Child(2))).DecidedBy(p.evaluate(n.Child(1)))
}

func (p *pythonFile) nameValue(n syntax.Node) fold.Value {
	b := p.lookup(n.Text(), n)
	switch {
	case (b == nil || b.path != "") && hereNames[n.Text()]:
		return fold.Here
	case b == nil:
		return fold.Unknown
	case b.param.OK() && len(b.values) == 0:
		return fold.Input
	case b.path != "":
		if pySettingsModule(b.path) {
			return fold.Input
		}
		return fold.Unknown
	case len(b.values) == 0 || b.def.OK() || b.class.OK():
		return fold.Unknown
	}
	return p.oneOf(b.values)
}

// oneOf is the value of a name with these assignments.
func (p *pythonFile) oneOf(values []syntax.Node) fold.Value {
	list := make([]fold.Value, 0, len(values))
	for _, v := range values {
		if !v.OK() {
			list = append(list, fold.Unknown)
		} else {
			list = append(list, p.evaluate(v))
		}
	}
	return fold.Either(list...)
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

func (p *pythonFile) attributeValue(n syntax.Node) fold.Value {
	object, name := n.Field("object"), n.Field("attribute").Text()
	if object.Text() == "self" || object.Text() == "cls" {
		if list := p.members(n, name); len(list) > 0 {
			return p.oneOf(list)
		}
		return fold.Input
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
			return fold.Input
		}
	}
	resolved := p.resolve(n)
	switch {
	case (name == "parent" || name == "parents") && pyPath(resolved), hereNames[name]:
		return fold.Here
	case resolved == "sys.argv" || strings.HasPrefix(resolved, "argparse.") || pySettingsModule(resolved):
		return fold.Input
	case resolved == "":
		return p.mixed([]syntax.Node{object})
	}
	return fold.Unknown
}

func (p *pythonFile) subscriptValue(n syntax.Node) fold.Value {
	object, key := n.Field("value"), n.Field("subscript")
	name := p.resolve(object)
	if strings.HasSuffix(name, ".parents") && pyPath(name) {
		return fold.Here
	}
	if pyEnviron(name) {
		if variable, ok := p.literal(key); ok {
			return fold.Env(variable)
		}
		return fold.Env()
	}
	if name == "sys.argv" || strings.HasSuffix(name, ".config") || pySettingsModule(name) {
		return fold.Input
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

func (p *pythonFile) operatorValue(n syntax.Node) fold.Value {
	left, right := p.evaluate(n.Field("left")), p.evaluate(n.Field("right"))
	switch n.Field("operator").Text() {
	case "+":
		if isNumber(n.Field("left")) || isNumber(n.Field("right")) || fold.AreNumbers(left, right) && !n.Field("left").Is("string") && !n.Field("right").Is("string") {
			return fold.Sum(left, right)
		}
		return fold.Join(left, right)
	case "%":
		if n.Field("left").Is("string", "concatenated_string", "identifier") && left.Source == inspect.Literal {
			return p.percent(left.Text, n.Field("right"))
		}
	case "/":
		if left.Has && right.Has && (left.Text == fold.Here.Text || pyPath(p.resolve(n.Field("left")))) {
			return fold.Resolve(left, right)
		}
	}
	return p.mixed([]syntax.Node{n.Field("left"), n.Field("right")})
}

func isNumber(n syntax.Node) bool { return n.Is("integer", "float") }

// orValue is a or b: b is the fallback of a read; "and" gives no text.
func (p *pythonFile) orValue(n syntax.Node) fold.Value {
	left, right := p.evaluate(n.Field("left")), p.evaluate(n.Field("right"))
	if !n.Has("or") {
		return p.mixed([]syntax.Node{n.Field("left"), n.Field("right")})
	}
	return fold.OrIfEmpty(left, right)
}
