package ecmascript

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// ecmaFolded is a Value whose text is not masked yet.
type ecmaFolded struct {
	source  inspect.Source
	text    string
	hasText bool
	env     []string
}

func (v ecmaFolded) value() inspect.Value {
	if !v.hasText {
		return inspect.Value{Source: v.source, Env: v.env}
	}
	out := inspect.LitOf(v.text)
	if out.Secret == nil && slices.ContainsFunc(v.env, inspect.IsSecretName) {
		out = inspect.SecretLit(v.text)
	}
	out.Source, out.Env = v.source, v.env
	return out
}

func literalFold(text string) ecmaFolded {
	return ecmaFolded{source: inspect.Literal, text: text, hasText: true}
}

// value is what the file tells about an expression.
func (f *ecmaFile) value(n syntax.Node) inspect.Value { return f.fold(n, maxHops).value() }

// settingsModules hold what a person passes: arguments and settings files.
var settingsModules = map[string]bool{
	"yargs": true, "minimist": true, "commander": true, "meow": true, "cac": true, "arg": true, "command-line-args": true,
	"config": true, "nconf": true, "rc": true, "convict": true, "process.argv": true, "util.parseArgs": true, "yargs/yargs": true,
}

func (f *ecmaFile) fold(n syntax.Node, hops int) ecmaFolded {
	n = ecmaBare(n)
	if !n.OK() || ecmaNothing(n) {
		return ecmaFolded{}
	}
	if hops <= 0 || !f.burn() {
		return ecmaFolded{source: inspect.Unknown}
	}
	hops--
	if read, ok := f.envAt(n); ok {
		return f.foldRead(read, hops)
	}
	switch n.Kind() {
	case "string":
		text, _ := ecmaString(n)
		return literalFold(text)
	case "template_string":
		return f.foldTemplate(n, hops)
	case "number":
		return literalFold(strings.ReplaceAll(n.Text(), "_", ""))
	case "true", "false":
		return literalFold(n.Text())
	case "identifier", "shorthand_property_identifier":
		return f.foldName(n, hops)
	case "member_expression", "subscript_expression":
		return f.foldMember(n, hops)
	case "call_expression":
		return f.foldCall(f.callOf(n), hops)
	case "new_expression":
		if c := f.callOf(n); c.callee == "URL" {
			return f.fold(c.arg(0), hops)
		}
	case "assignment_expression":
		return f.fold(n.Field("right"), hops)
	case "unary_expression":
		if n.Field("operator").Text() == "+" {
			return f.fold(n.Field("argument"), hops)
		}
	case "binary_expression":
		return f.foldBinary(n, hops)
	case "ternary_expression":
		return eitherFold(f.fold(n.Field("consequence"), hops), f.fold(n.Field("alternative"), hops))
	case "array":
		return f.foldArray(n, hops)
	}
	return ecmaFolded{source: inspect.Unknown}
}

func (f *ecmaFile) foldTemplate(n syntax.Node, hops int) ecmaFolded {
	out := literalFold("")
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "template_substitution":
			out = joinFold(out, f.fold(c.Child(0), hops))
		case "escape_sequence":
			out = joinFold(out, literalFold(ecmaEscape(c.Text())))
		default:
			out = joinFold(out, literalFold(c.Text()))
		}
	}
	return out
}

// foldArray is the first element with whatever the others read.
func (f *ecmaFile) foldArray(n syntax.Node, hops int) ecmaFolded {
	list := ecmaChildren(n)
	if len(list) == 0 {
		return ecmaFolded{}
	}
	out := f.fold(list[0], hops)
	for _, c := range list[1:min(len(list), 8)] {
		out = eitherFold(out, f.fold(c, hops))
	}
	return out
}

// joinFold is a followed by b.
func joinFold(a, b ecmaFolded) ecmaFolded {
	out := ecmaFolded{env: unionEnv(a.env, b.env)}
	switch {
	case a.source == inspect.Literal && b.source == inspect.Literal:
		out.source = inspect.Literal
	case mixes(a) && mixes(b):
		out.source = inspect.Env
	case a.source == inspect.Input || b.source == inspect.Input:
		out.source = inspect.Input
	default:
		out.source = inspect.Unknown
	}
	if (out.source == inspect.Literal || out.source == inspect.Env) && a.hasText && b.hasText {
		if len(a.text)+len(b.text) > inspect.MaxText {
			return ecmaFolded{source: inspect.Unknown, env: out.env}
		}
		out.text, out.hasText = a.text+b.text, true
	}
	return out
}

func mixes(v ecmaFolded) bool { return v.source == inspect.Literal || v.source == inspect.Env }

// eitherFold is a value that is sometimes a and sometimes b.
func eitherFold(a, b ecmaFolded) ecmaFolded {
	switch {
	case a.source == inspect.None:
		return b
	case a.source == inspect.Literal && b.source == inspect.Literal && (a.text == "" || a.text == ":memory:"):
		return b // what is used when it matters: the other branch is for trying out
	case b.source == inspect.None || a.source == inspect.Literal && b.source == inspect.Literal:
		return a
	case b.source == inspect.Env && a.source == inspect.Literal:
		a, b = b, a
	}
	if a.source == inspect.Env {
		if !a.hasText && b.source == inspect.Literal || !a.hasText && b.source == inspect.Env {
			a.text, a.hasText = b.text, b.hasText
		}
		a.env = unionEnv(a.env, b.env)
		return a
	}
	out := ecmaFolded{source: inspect.Unknown, env: unionEnv(a.env, b.env)}
	if a.source == inspect.Input || b.source == inspect.Input {
		out.source = inspect.Input
	}
	if a.source == inspect.Random && b.source == inspect.Random {
		out.source = inspect.Random
	}
	return out
}

// orFold is a || b: b where a is unset.
func orFold(a, b ecmaFolded) ecmaFolded {
	switch {
	case a.source == inspect.None || a.source == inspect.Literal && (a.text == "" || a.text == "false"):
		return b
	case a.source == inspect.Literal:
		return a
	case a.source == inspect.Env:
		if !a.hasText && (b.source == inspect.Literal || b.source == inspect.Env) {
			a.text, a.hasText = b.text, b.hasText
		}
	case a.source == inspect.Unknown && b.source == inspect.Env:
		a.source = inspect.Input // a settings object before the environment
	}
	a.env = unionEnv(a.env, b.env)
	return a
}

func unionEnv(a, b []string) []string {
	for _, name := range b {
		if !slices.Contains(a, name) {
			a = append(slices.Clone(a), name)
		}
	}
	return a
}

func (f *ecmaFile) foldBinary(n syntax.Node, hops int) ecmaFolded {
	left, right := n.Field("left"), n.Field("right")
	switch n.Field("operator").Text() {
	case "||", "??":
		return orFold(f.fold(left, hops), f.fold(right, hops))
	case "&&":
		return f.fold(right, hops)
	case "+":
		return joinFold(f.fold(left, hops), f.fold(right, hops))
	}
	return ecmaFolded{source: inspect.Unknown}
}

func (f *ecmaFile) foldName(n syntax.Node, hops int) ecmaFolded {
	b := f.lookup(n)
	if b == nil {
		switch n.Text() {
		case "__dirname", "__filename":
			return literalFold(".")
		}
		return ecmaFolded{source: inspect.Unknown}
	}
	switch b.how {
	case ecmaParameter:
		if b.fallback.OK() {
			if v := f.fold(b.fallback, hops); v.source == inspect.Env {
				return v
			}
		}
		return ecmaFolded{source: inspect.Input}
	case ecmaImported:
		return f.foldImported(b.symbol)
	case ecmaVariable:
		return f.foldVariable(b, hops)
	}
	return ecmaFolded{source: inspect.Unknown}
}

// foldImported is a value of another file: settings, when that is what the
// file is for.
func (f *ecmaFile) foldImported(symbol string) ecmaFolded {
	if ownModule(symbol) || settingsModules[symbol] {
		return ecmaFolded{source: inspect.Input}
	}
	return ecmaFolded{source: inspect.Unknown}
}

var settingsFile = regexp.MustCompile(`(?i)(^|/)(env|environments?|configs?|configuration|settings|constants?|options)(\.[a-z]+)*$`)

// ownModule reports whether a symbol starts at a file of the same program: by
// a relative path, or, through an alias, at one that is named for settings.
func ownModule(symbol string) bool {
	return strings.HasPrefix(symbol, ".") || strings.HasPrefix(symbol, "@/") || strings.HasPrefix(symbol, "~") ||
		strings.Contains(symbol, "/") && settingsFile.MatchString(symbol)
}

func (f *ecmaFile) foldVariable(b *ecmaBinding, hops int) ecmaFolded {
	values := b.values()
	if b.extended {
		return ecmaFolded{source: inspect.Unknown}
	}
	if len(b.path) > 0 {
		if len(values) != 1 {
			return ecmaFolded{source: inspect.Unknown}
		}
		return orFold(f.foldThrough(values[0], b.path, hops), f.fold(b.fallback, hops))
	}
	var out ecmaFolded
	for i, v := range values {
		got := f.fold(v, hops)
		switch {
		case i == 0:
			out = got
		case out.source == inspect.Env: // let port = process.env.PORT; if (!port) port = 3000
			out = orFold(out, got)
		default:
			return ecmaFolded{source: inspect.Unknown}
		}
	}
	return out
}

// foldThrough is what a destructuring takes out of a value.
func (f *ecmaFile) foldThrough(value syntax.Node, path []string, hops int) ecmaFolded {
	for i, step := range path {
		v := f.property(f.object(value), step)
		if !v.OK() {
			return f.foldInside(f.symbol(value), path[i:], value, hops)
		}
		value = v
	}
	return f.fold(value, hops)
}

// foldInside is a member, reached by path, of something without a literal.
func (f *ecmaFile) foldInside(symbol string, path []string, object syntax.Node, hops int) ecmaFolded {
	if field, ok := f.schemaField(object, path); ok {
		return f.foldRead(ecmaEnvSite{name: field.name, fallback: field.fallback}, hops)
	}
	if envObjects[symbol] {
		return ecmaFolded{source: inspect.Env, env: path[:1]}
	}
	base := symbol
	if i := strings.IndexAny(base, "("); i > 0 {
		base = base[:i]
	}
	if ownModule(symbol) || settingsModules[base] || settingsModules[strings.SplitN(base, ".", 2)[0]] {
		return ecmaFolded{source: inspect.Input}
	}
	root, _ := ecmaPath(object)
	if b := f.lookup(root); b != nil {
		switch b.how {
		case ecmaImported:
			return f.foldImported(b.symbol)
		case ecmaParameter:
			return ecmaFolded{source: inspect.Input}
		}
		if v := f.definition(root); v.Is("call_expression") && len(b.path) == 0 { // const config = loadConfig()
			if t := f.lookup(ecmaBare(v.Field("function"))); t != nil && t.how == ecmaImported {
				return f.foldImported(t.symbol)
			}
		}
	}
	if root.Is("this") {
		return ecmaFolded{source: inspect.Input}
	}
	return ecmaFolded{source: inspect.Unknown}
}

func (f *ecmaFile) foldMember(n syntax.Node, hops int) ecmaFolded {
	if v := f.definition(n); v.OK() && v != n {
		return f.fold(v, hops)
	}
	object := n.Field("object")
	switch f.symbol(n) {
	case "import.meta.dirname", "import.meta.filename", "import.meta.url":
		return literalFold(".")
	case "process.argv":
		return ecmaFolded{source: inspect.Input}
	}
	if v := f.fold(object, hops); v.source == inspect.Env || v.source == inspect.Input || v.source == inspect.Random { // url.hostname, parts[0]
		return ecmaFolded{source: v.source, env: v.env}
	}
	_, path := ecmaPath(n)
	return f.foldInside(f.symbol(object), path[len(path)-1:], object, hops)
}
