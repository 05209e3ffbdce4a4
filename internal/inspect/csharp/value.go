package csharp

import (
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// value is a Value whose text is still as written: secrets are masked when it
// becomes a Value.
type value struct {
	source inspect.Source
	text   string
	has    bool
	env    []string
	secret bool // text is the fallback of a secret-named variable
}

var (
	unknown = value{source: inspect.Unknown}
	input   = value{source: inspect.Input}
	random  = value{source: inspect.Random}
	// here is a directory of the program: its own or the working directory.
	// Paths below it are told relative to it.
	here = value{source: inspect.Literal, text: ".", has: true}
)

func literalValue(text string) value { return value{source: inspect.Literal, text: text, has: true} }

// kept is what may be kept: secrets are masked. hidden says that the value's
// place makes it a secret.
func (v value) kept(hidden bool) inspect.Value {
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

func (f *file) valueOf(n syntax.Node) inspect.Value { return f.evaluate(n).kept(false) }

// literal is the text of an expression that the file alone determines.
func (f *file) literal(n syntax.Node) (string, bool) {
	v := f.evaluate(n)
	return v.text, v.source == inspect.Literal && v.has
}

// evaluate follows an expression as far as the file tells.
func (f *file) evaluate(n syntax.Node) value {
	if !n.OK() || n.Is("null_literal") {
		return value{}
	}
	if v, done := f.values[n.Index()]; done {
		return v
	}
	if f.busy[^n.Index()] || f.follows > maxFollows {
		return unknown
	}
	f.busy[^n.Index()] = true
	f.follows++
	v := f.evaluateFresh(n)
	f.follows--
	delete(f.busy, ^n.Index())
	if len(v.text) > inspect.MaxText {
		v = value{source: inspect.Unknown, env: v.env}
	}
	f.values[n.Index()] = v
	return v
}

func (f *file) evaluateFresh(n syntax.Node) value {
	switch n.Kind() {
	case "string_literal", "verbatim_string_literal", "raw_string_literal", "character_literal":
		return literalValue(stringText(n))
	case "interpolated_string_expression":
		return f.interpolated(n)
	case "integer_literal", "real_literal":
		return literalValue(strings.TrimRight(strings.ReplaceAll(n.Text(), "_", ""), "uUlLfFmMdD"))
	case "boolean_literal":
		return literalValue(n.Text())
	case "prefix_unary_expression":
		if v := f.evaluate(n.Child(0)); v.source == inspect.Literal && strings.HasPrefix(n.Text(), "-") {
			v.text = "-" + v.text
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
	return unknown
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

func (f *file) interpolated(n syntax.Node) value {
	var parts []value
	verbatim := strings.HasPrefix(n.Text(), "@") || strings.HasPrefix(n.Text(), "$@")
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "string_content":
			text := c.Text()
			if verbatim {
				text = strings.ReplaceAll(text, `""`, `"`)
			}
			parts = append(parts, literalValue(text))
		case "escape_sequence":
			text := c.Text()
			if text == "{{" || text == "}}" {
				text = text[:1]
			}
			parts = append(parts, literalValue(unescape(text)))
		case "interpolation":
			parts = append(parts, f.evaluate(interpolationOf(c)))
		}
	}
	if len(parts) == 0 {
		return literalValue("")
	}
	return join(parts)
}

func interpolationOf(n syntax.Node) syntax.Node {
	for c := n.First(); c.OK(); c = c.Next() {
		if !c.Is("interpolation_brace") && !c.IsComment() {
			return c
		}
	}
	return syntax.Node{}
}

func (f *file) nameValue(n syntax.Node) value {
	b := f.lookup(n.Text(), n)
	switch {
	case b == nil:
		return unknown
	case b.param.OK():
		return f.parameterValue(b)
	}
	return f.boundValue(b)
}

// boundValue is the value of a variable, field or property.
func (f *file) boundValue(b *binding) value {
	if b.member && (b.settable || len(b.values) == 0) {
		return input
	}
	if len(b.values) == 0 || b.def.OK() {
		return unknown
	}
	list := make([]value, 0, len(b.values))
	for _, v := range b.values {
		if !v.OK() {
			list = append(list, unknown)
		} else {
			list = append(list, f.evaluate(v))
		}
	}
	return either(list...)
}

// parameterValue is what is given to a parameter: of a function that only this
// file can call, what all its calls give if that is the same literal.
func (f *file) parameterValue(b *binding) value {
	def := b.param.Parent().Parent()
	private := def.Is("local_function_statement") || def.Is("method_declaration") && !hasModifier(def, "public") && !hasModifier(def, "internal") && !hasModifier(def, "protected")
	name := def.Field("name").Text()
	if !private || len(f.methods[name]) != 1 || len(f.calls[name]) == 0 || len(f.calls[name]) > 20 {
		return input
	}
	list := parameters(def)
	at := -1
	for i, p := range list {
		if p == b.param {
			at = i
		}
	}
	var given []value
	for _, n := range f.calls[name] {
		c := f.callOf(n)
		arg := c.arg(at, parameterName(b.param))
		if !arg.OK() {
			return input
		}
		given = append(given, f.evaluate(arg))
	}
	if v := either(given...); v.source == inspect.Literal || v.source == inspect.Env {
		return v
	}
	return input
}

func (f *file) memberValue(n syntax.Node) value {
	object, name := receiver(n), lastName(n)
	if object.Text() == "this" {
		if b := f.memberOf(n, name); b != nil {
			return f.boundValue(b)
		}
		return input
	}
	if _, own := f.types[object.Text()]; own {
		if b := f.scopes[f.types[object.Text()].Index()][name]; b != nil {
			return f.boundValue(b)
		}
		return unknown
	}
	switch full := f.resolve(n); {
	case full == "System.AppContext.BaseDirectory", full == "System.Environment.CurrentDirectory", full == "System.AppDomain.CurrentDomain.BaseDirectory",
		name == "ContentRootPath", name == "WebRootPath", name == "BaseDirectory":
		return here
	case name == "Empty" && strings.EqualFold(object.Text(), "string"):
		return literalValue("")
	case full == "System.Environment.NewLine":
		return literalValue("\n")
	case (name == "Loopback" || name == "Any" || name == "IPv6Any" || name == "IPv6Loopback") && strings.HasSuffix(full, "IPAddress."+name):
		return literalValue(map[string]string{"Loopback": "127.0.0.1", "Any": "0.0.0.0", "IPv6Any": "::", "IPv6Loopback": "::1"}[name])
	case full == "System.Environment.MachineName", full == "System.Environment.ProcessId":
		return random
	case name == "ConnectionString":
		if made := f.follow(object); made.Is("object_creation_expression", "implicit_object_creation_expression") {
			return f.creationValue(f.callOf(made))
		}
	}
	if v := f.evaluate(object); v.source == inspect.Input || v.source == inspect.Env || v.source == inspect.Random {
		v.text, v.has = "", false
		return v
	}
	if settingsName(object) {
		return input
	}
	return unknown
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

func (f *file) elementValue(n syntax.Node) value {
	if read, ok := f.configRead(n); ok {
		return f.readValue(read)
	}
	if f.isConfiguration(n.Field("expression")) { // a key that is itself configured
		if key := f.evaluate(n.Field("subscript").Child(0).Child(0)); key.source == inspect.Env {
			return value{source: inspect.Env, env: key.env}
		}
		return input
	}
	if v := f.evaluate(n.Field("expression")); v.source == inspect.Input || v.source == inspect.Env {
		return v
	}
	if n.Field("expression").Text() == "args" {
		return input
	}
	return unknown
}

func (f *file) operatorValue(n syntax.Node) value {
	left, right := f.evaluate(n.Field("left")), f.evaluate(n.Field("right"))
	switch operator(n) {
	case "+":
		if a, errA := strconv.Atoi(left.text); errA == nil && n.Field("left").Is("integer_literal", "identifier") {
			if b, errB := strconv.Atoi(right.text); errB == nil && left.source == inspect.Literal && right.source == inspect.Literal && n.Field("right").Is("integer_literal") {
				return literalValue(strconv.Itoa(a + b))
			}
		}
		return join([]value{left, right})
	case "??":
		return orElse(left, right)
	}
	return f.mixed([]syntax.Node{n.Field("left"), n.Field("right")})
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
