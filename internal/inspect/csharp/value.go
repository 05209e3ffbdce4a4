package csharp

import (
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

func (f *file) valueOf(n syntax.Node) inspect.Value { return f.evaluate(n).Kept(false) }

// literal is the text of an expression that the file alone determines.
func (f *file) literal(n syntax.Node) (string, bool) {
	v := f.evaluate(n)
	return v.Text, v.IsLiteral()
}

// evaluate follows an expression as far as the file tells.
func (f *file) evaluate(n syntax.Node) fold.Value {
	if !n.OK() || n.Is("null_literal") {
		return fold.Value{}
	}
	return f.values.Ask(n.Index(), &f.depth, fold.Unknown, func() fold.Value { return f.referred(f.evaluateFresh(n), n).Bounded() })
}

func (f *file) evaluateFresh(n syntax.Node) fold.Value {
	switch n.Kind() {
	case "string_literal", "verbatim_string_literal", "raw_string_literal", "character_literal":
		return fold.Literal(stringText(n))
	case "interpolated_string_expression":
		return f.interpolated(n)
	case "integer_literal", "real_literal":
		return fold.Literal(strings.TrimRight(strings.ReplaceAll(n.Text(), "_", ""), "uUlLfFmMdD"))
	case "boolean_literal":
		return fold.Literal(n.Text())
	case "prefix_unary_expression":
		if v := f.evaluate(n.Child(0)); v.Source == inspect.Literal && strings.HasPrefix(n.Text(), "-") {
			v.Text = "-" + v.Text
			return v
		}
		return f.mixed(n.Children())
	case "identifier":
		return f.nameValue(n)
	case "member_access_expression", "conditional_access_expression":
		return f.memberValue(n)
	case "element_access_expression":
		return f.elementValue(n)
	case "invocation_expression":
		return f.callValue(f.callOf(n))
	case "object_creation_expression", "implicit_object_creation_expression":
		return f.creationValue(f.callOf(n))
	case "parenthesized_expression", "await_expression", "postfix_unary_expression", "checked_expression":
		return f.evaluate(n.Child(0))
	case "cast_expression":
		return f.evaluate(n.Field("value"))
	case "as_expression":
		return f.evaluate(n.Field("left"))
	case "assignment_expression":
		return f.evaluate(n.Field("right"))
	case "binary_expression":
		return f.operatorValue(n)
	case "conditional_expression":
		return f.chosenValue(n)
	case "switch_expression":
		return f.mixed(n.Children())
	case "switch_expression_arm":
		return f.mixed(n.Children())
	case "is_pattern_expression":
		return f.mixed([]syntax.Node{n.Field("expression")})
	}
	return fold.Unknown
}

// stringText is the text of a plain string literal, escapes decoded.
func stringText(n syntax.Node) string {
	switch n.Kind() {
	case "verbatim_string_literal":
		text := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(n.Text(), "@"), `"`), `"`)
		return strings.ReplaceAll(text, `""`, `"`)
	case "raw_string_literal":
		return strings.Trim(n.Child(1).Text(), "\n\r\t ")
	}
	var b strings.Builder
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "escape_sequence":
			b.WriteString(unescape(c.Text()))
		case "string_literal_content", "character_literal_content":
			b.WriteString(c.Text())
		}
	}
	return b.String()
}

var escapes = map[string]string{`\\`: `\`, `\'`: `'`, `\"`: `"`, `\n`: "\n", `\t`: "\t", `\r`: "\r", `\0`: "\x00"}

func unescape(text string) string {
	if to, ok := escapes[text]; ok {
		return to
	}
	if len(text) > 2 && (text[1] == 'u' || text[1] == 'x' || text[1] == 'U') {
		if code, err := strconv.ParseUint(text[2:], 16, 21); err == nil {
			return string(rune(code))
		}
	}
	return text
}

func (f *file) interpolated(n syntax.Node) fold.Value {
	var parts []fold.Value
	verbatim := strings.HasPrefix(n.Text(), "@") || strings.HasPrefix(n.Text(), "$@")
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "string_content":
			text := c.Text()
			if verbatim {
				text = strings.ReplaceAll(text, `""`, `"`)
			}
			parts = append(parts, fold.Literal(text))
		case "escape_sequence":
			text := c.Text()
			if text == "{{" || text == "}}" {
				text = text[:1]
			}
			parts = append(parts, fold.Literal(unescape(text)))
		case "interpolation":
			parts = append(parts, f.evaluate(interpolationOf(c)).OrText())
		}
	}
	if len(parts) == 0 {
		return fold.Literal("")
	}
	return fold.Join(parts...)
}

func interpolationOf(n syntax.Node) syntax.Node {
	for c := n.First(); c.OK(); c = c.Next() {
		if !c.Is("interpolation_brace") && !c.IsComment() {
			return c
		}
	}
	return syntax.Node{}
}

func (f *file) nameValue(n syntax.Node) fold.Value {
	b := f.lookup(n.Text(), n)
	switch {
	case b == nil:
		return fold.Unknown
	case b.param.OK():
		return f.parameterValue(b)
	}
	return f.boundValue(b)
}

// boundValue is the value of a variable, field or property.
func (f *file) boundValue(b *binding) fold.Value {
	if b.member && (b.settable || len(b.values) == 0) {
		return fold.Input
	}
	if len(b.values) == 0 || b.def.OK() {
		return fold.Unknown
	}
	list := make([]fold.Value, 0, len(b.values))
	for _, v := range b.values {
		if !v.OK() {
			list = append(list, fold.Unknown)
		} else {
			list = append(list, f.evaluate(v))
		}
	}
	return fold.Either(list...)
}

// parameterValue is what is given to a parameter: of a function that only this
// file can call, what all its calls give if that is the same literal.
func (f *file) parameterValue(b *binding) fold.Value {
	def := b.param.Parent().Parent()
	private := def.Is("local_function_statement") || def.Is("method_declaration") && !hasModifier(def, "public") && !hasModifier(def, "internal") && !hasModifier(def, "protected")
	name := def.Field("name").Text()
	if !private || len(f.methods[name]) != 1 || len(f.calls[name]) == 0 || len(f.calls[name]) > 20 {
		return fold.Input
	}
	list := parameters(def)
	at := -1
	for i, p := range list {
		if p == b.param {
			at = i
		}
	}
	var given []fold.Value
	for _, n := range f.calls[name] {
		c := f.callOf(n)
		arg := c.arg(at, parameterName(b.param))
		if !arg.OK() {
			return fold.Input
		}
		given = append(given, f.evaluate(arg))
	}
	if v := fold.Either(given...); v.Source == inspect.Literal || v.Source == inspect.Env {
		return v
	}
	return fold.Input
}

func (f *file) memberValue(n syntax.Node) fold.Value {
	object, name := receiver(n), lastName(n)
	if object.Text() == "this" {
		if b := f.memberOf(n, name); b != nil {
			return f.boundValue(b)
		}
		return fold.Input
	}
	if _, own := f.types[object.Text()]; own {
		if b := f.scopes[f.types[object.Text()].Index()][name]; b != nil {
			return f.boundValue(b)
		}
		return fold.Unknown
	}
	switch full := f.resolve(n); {
	case full == "System.AppContext.BaseDirectory", full == "System.Environment.CurrentDirectory", full == "System.AppDomain.CurrentDomain.BaseDirectory",
		name == "ContentRootPath", name == "WebRootPath", name == "BaseDirectory":
		return fold.Here
	case name == "Empty" && strings.EqualFold(object.Text(), "string"):
		return fold.Literal("")
	case full == "System.Environment.NewLine":
		return fold.Literal("\n")
	case (name == "Loopback" || name == "Any" || name == "IPv6Any" || name == "IPv6Loopback") && strings.HasSuffix(full, "IPAddress."+name):
		return fold.Literal(map[string]string{"Loopback": "127.0.0.1", "Any": "0.0.0.0", "IPv6Any": "::", "IPv6Loopback": "::1"}[name])
	case full == "System.Environment.MachineName", full == "System.Environment.ProcessId":
		return fold.Random
	case (name == "AppSettings" || name == "ConnectionStrings") && strings.HasSuffix(lastName(object), "ConfigurationManager"):
		return fold.Input // web.config or app.config, which are read
	case name == "ConnectionString":
		if made := f.follow(object); made.Is("object_creation_expression", "implicit_object_creation_expression") {
			return f.creationValue(f.callOf(made))
		}
	}
	if v := f.evaluate(object); v.Source == inspect.Input || v.Source == inspect.Env || v.Source == inspect.Random {
		v.Text, v.Has = "", false
		return v
	}
	if settingsName(object) {
		return fold.Input
	}
	return fold.Unknown
}

// settingsName reports whether an expression is named as what keeps a
// program's settings.
func settingsName(n syntax.Node) bool {
	name := strings.ToLower(strings.TrimLeft(lastName(n), "_"))
	for _, word := range []string{"options", "settings", "config", "configuration", "opts"} {
		if strings.HasSuffix(name, word) {
			return true
		}
	}
	return false
}

func (f *file) elementValue(n syntax.Node) fold.Value {
	if read, ok := f.configRead(n); ok {
		return f.readValue(read)
	}
	if f.isConfiguration(n.Field("expression")) { // a key that is itself configured
		if key := f.evaluate(n.Field("subscript").Child(0).Child(0)); key.Source == inspect.Env {
			return fold.Value{Source: inspect.Env, Env: key.Env}
		}
		return fold.Input
	}
	if v := f.evaluate(n.Field("expression")); v.Source == inspect.Input || v.Source == inspect.Env {
		return v
	}
	if n.Field("expression").Text() == "args" {
		return fold.Input
	}
	return fold.Unknown
}

func (f *file) operatorValue(n syntax.Node) fold.Value {
	left, right := f.evaluate(n.Field("left")), f.evaluate(n.Field("right"))
	switch operator(n) {
	case "+":
		if a, b := n.Field("left"), n.Field("right"); a.Is("integer_literal") && !isText(b) || b.Is("integer_literal") && !isText(a) {
			if fold.AreNumbers(left, right) {
				return fold.Sum(left, right)
			}
		}
		return fold.Join(left.OrText(), right.OrText())
	case "??":
		return fold.OrElse(left, right)
	}
	return f.mixed([]syntax.Node{n.Field("left"), n.Field("right")})
}

// mixed is what a value made of expressions in an unknown way comes from.
func (f *file) mixed(parts []syntax.Node) fold.Value {
	out := fold.Unknown
	for _, part := range parts {
		if !part.OK() || part.IsComment() || part.Is("lambda_expression") {
			continue
		}
		out = out.Mix(f.evaluate(part))
	}
	return out
}

// chosenValue is condition ? a : b.
func (f *file) chosenValue(n syntax.Node) fold.Value {
	return fold.Either(f.evaluate(n.Field("consequence")), f.evaluate(n.Field("alternative"))).DecidedBy(f.evaluate(n.Field("condition")))
}

// follow goes from a name to the expression that it is assigned, if that is one.
func (f *file) follow(n syntax.Node) syntax.Node {
	for range maxFollows {
		switch n.Kind() {
		case "parenthesized_expression", "await_expression", "postfix_unary_expression":
			n = n.Child(0)
			continue
		case "identifier", "member_access_expression":
			b := f.target(n)
			if b == nil || b.param.OK() || len(b.values) != 1 || !b.values[0].OK() {
				return n
			}
			n = b.values[0]
			continue
		}
		return n
	}
	return n
}
