package inspect

import (
	"regexp"
	"slices"
	"strings"
)

// ecmaFolded is a Value whose text is not masked yet.
type ecmaFolded struct {
	source  Source
	text    string
	hasText bool
	env     []string
}

func (v ecmaFolded) value() Value {
	if !v.hasText {
		return Value{Source: v.source, Env: v.env}
	}
	out := LitOf(v.text)
	if out.Secret == nil && slices.ContainsFunc(v.env, IsSecretName) {
		out = SecretLit(v.text)
	}
	out.Source, out.Env = v.source, v.env
	return out
}

func literalFold(text string) ecmaFolded {
	return ecmaFolded{source: Literal, text: text, hasText: true}
}

// value is what the file tells about an expression.
func (f *ecmaFile) value(n node) Value { return f.fold(n, maxHops).value() }

// settingsModules hold what a person passes: arguments and settings files.
var settingsModules = map[string]bool{
	"yargs": true, "minimist": true, "commander": true, "meow": true, "cac": true, "arg": true, "command-line-args": true,
	"config": true, "nconf": true, "rc": true, "convict": true, "process.argv": true, "util.parseArgs": true, "yargs/yargs": true,
}

func (f *ecmaFile) fold(n node, hops int) ecmaFolded {
	n = ecmaBare(n)
	if !n.ok() || ecmaNothing(n) {
		return ecmaFolded{}
	}
	if hops <= 0 || !f.burn() {
		return ecmaFolded{source: Unknown}
	}
	hops--
	if read, ok := f.envAt(n); ok {
		return f.foldRead(read, hops)
	}
	switch n.kind() {
	case "string":
		text, _ := ecmaString(n)
		return literalFold(text)
	case "template_string":
		return f.foldTemplate(n, hops)
	case "number":
		return literalFold(strings.ReplaceAll(n.text(), "_", ""))
	case "true", "false":
		return literalFold(n.text())
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
		return f.fold(n.field("right"), hops)
	case "unary_expression":
		if n.field("operator").text() == "+" {
			return f.fold(n.field("argument"), hops)
		}
	case "binary_expression":
		return f.foldBinary(n, hops)
	case "ternary_expression":
		return eitherFold(f.fold(n.field("consequence"), hops), f.fold(n.field("alternative"), hops))
	case "array":
		return f.foldArray(n, hops)
	}
	return ecmaFolded{source: Unknown}
}

func (f *ecmaFile) foldTemplate(n node, hops int) ecmaFolded {
	out := literalFold("")
	for c := n.first(); c.ok(); c = c.next() {
		switch c.kind() {
		case "template_substitution":
			out = joinFold(out, f.fold(c.child(0), hops))
		case "escape_sequence":
			out = joinFold(out, literalFold(ecmaEscape(c.text())))
		default:
			out = joinFold(out, literalFold(c.text()))
		}
	}
	return out
}

// foldArray is the first element with whatever the others read.
func (f *ecmaFile) foldArray(n node, hops int) ecmaFolded {
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
	case a.source == Literal && b.source == Literal:
		out.source = Literal
	case mixes(a) && mixes(b):
		out.source = Env
	case a.source == Input || b.source == Input:
		out.source = Input
	default:
		out.source = Unknown
	}
	if (out.source == Literal || out.source == Env) && a.hasText && b.hasText {
		if len(a.text)+len(b.text) > maxText {
			return ecmaFolded{source: Unknown, env: out.env}
		}
		out.text, out.hasText = a.text+b.text, true
	}
	return out
}

func mixes(v ecmaFolded) bool { return v.source == Literal || v.source == Env }

// eitherFold is a value that is sometimes a and sometimes b.
func eitherFold(a, b ecmaFolded) ecmaFolded {
	switch {
	case a.source == None:
		return b
	case a.source == Literal && b.source == Literal && (a.text == "" || a.text == ":memory:"):
		return b // what is used when it matters: the other branch is for trying out
	case b.source == None || a.source == Literal && b.source == Literal:
		return a
	case b.source == Env && a.source == Literal:
		a, b = b, a
	}
	if a.source == Env {
		if !a.hasText && b.source == Literal || !a.hasText && b.source == Env {
			a.text, a.hasText = b.text, b.hasText
		}
		a.env = unionEnv(a.env, b.env)
		return a
	}
	out := ecmaFolded{source: Unknown, env: unionEnv(a.env, b.env)}
	if a.source == Input || b.source == Input {
		out.source = Input
	}
	if a.source == Random && b.source == Random {
		out.source = Random
	}
	return out
}

// orFold is a || b: b where a is unset.
func orFold(a, b ecmaFolded) ecmaFolded {
	switch {
	case a.source == None || a.source == Literal && (a.text == "" || a.text == "false"):
		return b
	case a.source == Literal:
		return a
	case a.source == Env:
		if !a.hasText && (b.source == Literal || b.source == Env) {
			a.text, a.hasText = b.text, b.hasText
		}
	case a.source == Unknown && b.source == Env:
		a.source = Input // a settings object before the environment
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

func (f *ecmaFile) foldBinary(n node, hops int) ecmaFolded {
	left, right := n.field("left"), n.field("right")
	switch n.field("operator").text() {
	case "||", "??":
		return orFold(f.fold(left, hops), f.fold(right, hops))
	case "&&":
		return f.fold(right, hops)
	case "+":
		return joinFold(f.fold(left, hops), f.fold(right, hops))
	}
	return ecmaFolded{source: Unknown}
}

func (f *ecmaFile) foldName(n node, hops int) ecmaFolded {
	b := f.lookup(n)
	if b == nil {
		switch n.text() {
		case "__dirname", "__filename":
			return literalFold(".")
		}
		return ecmaFolded{source: Unknown}
	}
	switch b.how {
	case ecmaParameter:
		if b.fallback.ok() {
			if v := f.fold(b.fallback, hops); v.source == Env {
				return v
			}
		}
		return ecmaFolded{source: Input}
	case ecmaImported:
		return f.foldImported(b.symbol)
	case ecmaVariable:
		return f.foldVariable(b, hops)
	}
	return ecmaFolded{source: Unknown}
}

// foldImported is a value of another file: settings, when that is what the
// file is for.
func (f *ecmaFile) foldImported(symbol string) ecmaFolded {
	if ownModule(symbol) || settingsModules[symbol] {
		return ecmaFolded{source: Input}
	}
	return ecmaFolded{source: Unknown}
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
		return ecmaFolded{source: Unknown}
	}
	if len(b.path) > 0 {
		if len(values) != 1 {
			return ecmaFolded{source: Unknown}
		}
		return orFold(f.foldThrough(values[0], b.path, hops), f.fold(b.fallback, hops))
	}
	var out ecmaFolded
	for i, v := range values {
		got := f.fold(v, hops)
		switch {
		case i == 0:
			out = got
		case out.source == Env: // let port = process.env.PORT; if (!port) port = 3000
			out = orFold(out, got)
		default:
			return ecmaFolded{source: Unknown}
		}
	}
	return out
}

// foldThrough is what a destructuring takes out of a value.
func (f *ecmaFile) foldThrough(value node, path []string, hops int) ecmaFolded {
	for i, step := range path {
		v := f.property(f.object(value), step)
		if !v.ok() {
			return f.foldInside(f.symbol(value), path[i:], value, hops)
		}
		value = v
	}
	return f.fold(value, hops)
}

// foldInside is a member, reached by path, of something without a literal.
func (f *ecmaFile) foldInside(symbol string, path []string, object node, hops int) ecmaFolded {
	if field, ok := f.schemaField(object, path); ok {
		return f.foldRead(ecmaEnvSite{name: field.name, fallback: field.fallback}, hops)
	}
	if envObjects[symbol] {
		return ecmaFolded{source: Env, env: path[:1]}
	}
	base := symbol
	if i := strings.IndexAny(base, "("); i > 0 {
		base = base[:i]
	}
	if ownModule(symbol) || settingsModules[base] || settingsModules[strings.SplitN(base, ".", 2)[0]] {
		return ecmaFolded{source: Input}
	}
	root, _ := ecmaPath(object)
	if b := f.lookup(root); b != nil {
		switch b.how {
		case ecmaImported:
			return f.foldImported(b.symbol)
		case ecmaParameter:
			return ecmaFolded{source: Input}
		}
		if v := f.definition(root); v.is("call_expression") && len(b.path) == 0 { // const config = loadConfig()
			if t := f.lookup(ecmaBare(v.field("function"))); t != nil && t.how == ecmaImported {
				return f.foldImported(t.symbol)
			}
		}
	}
	if root.is("this") {
		return ecmaFolded{source: Input}
	}
	return ecmaFolded{source: Unknown}
}

func (f *ecmaFile) foldMember(n node, hops int) ecmaFolded {
	if v := f.definition(n); v.ok() && v != n {
		return f.fold(v, hops)
	}
	object := n.field("object")
	switch f.symbol(n) {
	case "import.meta.dirname", "import.meta.filename", "import.meta.url":
		return literalFold(".")
	case "process.argv":
		return ecmaFolded{source: Input}
	}
	if v := f.fold(object, hops); v.source == Env || v.source == Input || v.source == Random { // url.hostname, parts[0]
		return ecmaFolded{source: v.source, env: v.env}
	}
	_, path := ecmaPath(n)
	return f.foldInside(f.symbol(object), path[len(path)-1:], object, hops)
}
