package php

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// evaluate follows an expression as far as the file tells. null is none.
func (s *script) evaluate(n syntax.Node) fold.Value {
	if !n.OK() || n.Is("null") {
		return fold.Value{}
	}
	return s.values.Ask(n.Index(), &s.depth, fold.Unknown, func() fold.Value { return s.referred(n, s.evaluateFresh(n)).Bounded() })
}

// valueOf is the Value of an expression; null and no expression are no value.
func (s *script) valueOf(n syntax.Node) inspect.Value { return s.evaluate(n).Kept(false) }

// literal is the text of an expression that the file alone determines.
func (s *script) literal(n syntax.Node) (string, bool) {
	v := s.evaluate(n)
	return v.Text, v.IsLiteral()
}

func (s *script) evaluateFresh(n syntax.Node) fold.Value {
	switch n.Kind() {
	case "string", "encapsed_string", "heredoc", "nowdoc":
		return s.stringValue(n)
	case "integer", "float":
		return fold.Literal(strings.ReplaceAll(n.Text(), "_", ""))
	case "boolean":
		return fold.Literal(strings.ToLower(n.Text()))
	case "unary_op_expression":
		if v := s.evaluate(n.Field("argument")); v.Source == inspect.Literal && n.Field("operator").Text() == "-" {
			v.Text = "-" + v.Text
			return v
		}
		return s.mixed(n.Field("argument"))
	case "variable_name":
		return s.variableValue(n)
	case "name", "qualified_name":
		return s.constantValue(n)
	case "class_constant_access_expression":
		return s.classConstant(n)
	case "member_access_expression", "nullsafe_member_access_expression", "scoped_property_access_expression":
		return s.memberValue(n)
	case "subscript_expression":
		return s.subscriptValue(n)
	case "function_call_expression", "member_call_expression", "nullsafe_member_call_expression", "scoped_call_expression":
		return s.callValue(s.callOf(n))
	case "object_creation_expression":
		return s.mixed(argsOf(n).positional...)
	case "parenthesized_expression", "cast_expression", "error_suppression_expression", "clone_expression":
		return s.evaluate(lastChild(n))
	case "assignment_expression", "reference_assignment_expression":
		return s.evaluate(n.Field("right"))
	case "augmented_assignment_expression":
		if n.Field("operator").Text() == "??=" {
			return fold.OrElse(s.evaluate(n.Field("left")), s.evaluate(n.Field("right")))
		}
		return s.mixed(n.Field("left"), n.Field("right"))
	case "binary_expression":
		return s.operatorValue(n)
	case "conditional_expression":
		return s.conditionalValue(n)
	case "match_expression":
		return s.matchValue(n)
	case "array_creation_expression":
		var parts []syntax.Node
		for _, e := range s.entries(n) {
			parts = append(parts, e.value)
		}
		return s.mixed(parts...)
	}
	return fold.Unknown
}

// stringText is the text of a string without interpolation.
func stringText(n syntax.Node) (string, bool) {
	var b strings.Builder
	for c := n.First(); c.OK(); c = c.Next() {
		b.WriteString(pieceText(n, c))
	}
	return b.String(), true
}

func pieceText(str, c syntax.Node) string {
	text := c.Text()
	if !strings.Contains(text, `\`) {
		return text
	}
	if str.Is("string") {
		return singleEscapes.Replace(text)
	}
	return doubleEscapes.Replace(text)
}

var (
	singleEscapes = strings.NewReplacer(`\\`, `\`, `\'`, `'`)
	doubleEscapes = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, `$`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `\e`, "\x1b", `\0`, "\x00")
)

// stringValue reads a string literal and folds what is interpolated.
func (s *script) stringValue(n syntax.Node) fold.Value {
	if body := n.Field("value"); body.Is("heredoc_body", "nowdoc_body") {
		n = body
	}
	parts := []fold.Value{fold.Literal("")}
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "string_content", "escape_sequence", "nowdoc_string":
			parts = append(parts, fold.Literal(pieceText(n, c)))
		case "heredoc_start", "heredoc_end":
		default:
			parts = append(parts, s.evaluate(c).OrUnknown())
		}
	}
	return fold.Join(parts...)
}

// directories are constants of the language and of frameworks that name a
// directory of the checkout, as paths relative to its root.
var directories = map[string]string{
	"__DIR__": ".", "__FILE__": "./file.php", "ABSPATH": ".", "ROOT": ".", "ROOT_PATH": ".", "BASE_PATH": ".", "ROOTPATH": ".", "FCPATH": ".", "BASEPATH": ".", "DRUPAL_ROOT": ".", "APP_ROOT": ".",
	"WP_CONTENT_DIR": "wp-content", "WRITEPATH": "writable", "APPPATH": "app", "TMP": "tmp", "LOGS": "logs", "CACHE": "tmp/cache",
}

// slashed are those of directories that end in a slash where they are defined.
var slashed = map[string]bool{"ABSPATH": true, "ROOTPATH": true, "FCPATH": true, "BASEPATH": true, "WRITEPATH": true, "APPPATH": true, "TMP": true, "LOGS": true, "CACHE": true}

// constantValue is what a constant is defined as in this file; of a directory
// that frameworks define, its place.
func (s *script) constantValue(n syntax.Node) fold.Value {
	name := strings.TrimPrefix(n.Text(), `\`)
	switch name {
	case "PHP_EOL":
		return fold.Literal("\n")
	case "DIRECTORY_SEPARATOR":
		return fold.Literal("/")
	}
	if b := s.constants[name]; b != nil {
		return s.bound(b)
	}
	if dir, ok := directories[name]; ok {
		return fold.Literal(dir)
	}
	return fold.Unknown
}

func (s *script) classConstant(n syntax.Node) fold.Value {
	class, name := s.className(n.Child(0)), n.Child(1).Text()
	if strings.EqualFold(name, "class") {
		if class == "" {
			return fold.Unknown
		}
		return fold.Literal(class)
	}
	if c := s.declared(class); c != nil {
		if v := c.consts[name]; v.OK() {
			return s.evaluate(v)
		}
	}
	return fold.Unknown
}

// given are variables that hold what a person or a request gives.
var given = map[string]bool{"$_GET": true, "$_POST": true, "$_REQUEST": true, "$_COOKIE": true, "$_FILES": true, "$_SESSION": true, "$_SERVER": true, "$argv": true}

func (s *script) variableValue(n syntax.Node) fold.Value {
	if given[n.Text()] {
		return fold.Input
	}
	b := s.lookup(n)
	if b == nil {
		return fold.Unknown
	}
	if b.param.OK() && len(b.values) == 0 {
		return fold.Input
	}
	return s.bound(b)
}

// bound is the value of a name: what any of its assignments gives.
func (s *script) bound(b *binding) fold.Value {
	if b.value != nil {
		return *b.value
	}
	list := []fold.Value{}
	for _, v := range b.values[:min(len(b.values), maxValues)] {
		if v.OK() {
			list = append(list, s.evaluate(v))
		} else {
			list = append(list, fold.Unknown)
		}
	}
	if b.param.OK() {
		list = append(list, fold.Input)
	}
	if len(list) == 0 || len(b.values) > maxValues {
		list = []fold.Value{{Source: inspect.Unknown}}
	}
	v := fold.Either(list...)
	if s.depth.Shallow() {
		b.value = &v
	}
	return v
}

// memberValue follows a field of the class around; any other is an input.
func (s *script) memberValue(n syntax.Node) fold.Value {
	c, field := (*class)(nil), strings.TrimPrefix(n.Field("name").Text(), "$")
	if written(n.Field("object")) == "$this" {
		c = s.enclosingClass(n)
	} else if n.Is("scoped_property_access_expression") {
		c = s.declared(s.className(n.Field("scope")))
	}
	if c != nil {
		if b := c.fields[field]; b != nil && len(b.values) > 0 {
			return s.bound(b)
		}
		return fold.Input
	}
	if object := n.Field("object"); object.OK() {
		if v := s.evaluate(object); v.Source == inspect.Input || v.Source == inspect.Env {
			return v.WithoutText()
		}
	}
	return fold.Unknown
}

func (s *script) subscriptValue(n syntax.Node) fold.Value {
	object, key := n.Child(0), n.Child(1)
	if name, ok := s.superglobal(n); ok {
		return fold.Env(name)
	}
	if text, ok := s.literal(key); ok {
		if v := s.find(object, text); v.OK() {
			return s.evaluate(v)
		}
	}
	return s.mixed(object)
}

func (s *script) operatorValue(n syntax.Node) fold.Value {
	left, right := s.evaluate(n.Field("left")), s.evaluate(n.Field("right"))
	switch n.Field("operator").Text() {
	case ".":
		if left.Source == inspect.None || right.Source == inspect.None {
			left, right = left.OrText(), right.OrText()
		}
		if slashed[strings.TrimPrefix(n.Field("left").Text(), `\`)] && left.Has && right.Has && !strings.HasPrefix(right.Text, "/") {
			left.Text += "/"
		}
		out := fold.Join(left, right)
		if out.Has && (left.Text == "." || strings.HasPrefix(left.Text, "./") || strings.HasPrefix(left.Text, "..")) && strings.HasPrefix(right.Text, "/") {
			out.Text = path.Clean(out.Text)
		}
		return out
	case "??":
		return fold.OrElse(left, right)
	case "||", "or":
		if left.Source == inspect.Env {
			return left
		}
	}
	return s.mixed(n.Field("left"), n.Field("right"))
}

// conditionalValue is a ?: b, a default, and c ? a : b.
func (s *script) conditionalValue(n syntax.Node) fold.Value {
	condition, other := s.evaluate(n.Field("condition")), s.evaluate(n.Field("alternative"))
	if !n.Field("body").OK() {
		return fold.OrIfEmpty(condition, other)
	}
	yes := s.evaluate(n.Field("body"))
	if s.asksIfSet(n.Field("condition")) {
		return fold.WhenSet(condition, yes, other)
	}
	return fold.Either(yes, other).DecidedBy(condition)
}

// asksIfSet reports whether a condition holds when a variable is set to
// something: getenv('X'), isset($_ENV['X']).
func (s *script) asksIfSet(condition syntax.Node) bool {
	for condition.Is("parenthesized_expression") {
		condition = condition.Child(0)
	}
	if condition.Is("subscript_expression") {
		return true
	}
	name := s.functionName(condition.Field("function"))
	_, reads := readers[name]
	return condition.Is("function_call_expression") && (reads || name == "isset")
}

func (s *script) matchValue(n syntax.Node) fold.Value {
	var list []fold.Value
	for c := n.Field("body").First(); c.OK(); c = c.Next() {
		if v := c.Field("return_expression"); v.OK() && !v.Is("throw_expression") {
			list = append(list, s.evaluate(v))
		}
	}
	if len(list) == 0 {
		return fold.Unknown
	}
	return fold.Either(list...).DecidedBy(s.evaluate(n.Field("condition")))
}

// mixed is what a value made of expressions in an unknown way comes from.
func (s *script) mixed(parts ...syntax.Node) fold.Value {
	out := fold.Unknown
	for _, part := range parts {
		out = out.Mix(s.evaluate(part))
	}
	return out
}
