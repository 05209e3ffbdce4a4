package ecmascript

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// value is what the file tells about an expression.
func (f *ecmaFile) value(n syntax.Node) inspect.Value { return f.fold(n, maxHops).Kept(false) }

// settingsModules hold what a person passes: arguments and settings files.
var settingsModules = map[string]bool{
	"yargs": true, "minimist": true, "commander": true, "meow": true, "cac": true, "arg": true, "command-line-args": true,
	"config": true, "nconf": true, "rc": true, "convict": true, "process.argv": true, "util.parseArgs": true, "yargs/yargs": true,
}

func (f *ecmaFile) fold(n syntax.Node, hops int) fold.Value {
	n = ecmaBare(n)
	if !n.OK() || ecmaNothing(n) {
		return fold.Value{}
	}
	if hops <= 0 || !f.burn() {
		return fold.Unknown
	}
	hops--
	if read, ok := f.envAt(n); ok {
		return f.foldRead(read, hops)
	}
	switch n.Kind() {
	case "string":
		text, _ := ecmaString(n)
		return fold.Literal(text)
	case "template_string":
		return f.foldTemplate(n, hops)
	case "number":
		return fold.Literal(strings.ReplaceAll(n.Text(), "_", ""))
	case "true", "false":
		return fold.Literal(n.Text())
	case "identifier", "shorthand_property_identifier":
		return f.foldName(n, hops)
	case "member_expression", "subscript_expression":
		return f.foldMember(n, hops)
	case "call_expression":
		c := f.callOf(n)
		if name, ok := f.envAsked(c); ok {
			return fold.Value{Source: inspect.Input, Env: []string{inspect.AskedVariable(name)}}
		}
		return f.foldCall(c, hops)
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
		return eitherOf(f.fold(n.Field("consequence"), hops), f.fold(n.Field("alternative"), hops))
	case "array":
		return f.foldArray(n, hops)
	}
	return fold.Unknown
}

func (f *ecmaFile) foldTemplate(n syntax.Node, hops int) fold.Value {
	out := fold.Literal("")
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "template_substitution":
			out = fold.Join(out, f.fold(c.Child(0), hops))
		case "escape_sequence":
			out = fold.Join(out, fold.Literal(ecmaEscape(c.Text())))
		default:
			out = fold.Join(out, fold.Literal(c.Text()))
		}
	}
	return out
}

// foldArray is the first element with whatever the others read.
func (f *ecmaFile) foldArray(n syntax.Node, hops int) fold.Value {
	list := ecmaChildren(n)
	if len(list) == 0 {
		return fold.Value{}
	}
	out := f.fold(list[0], hops)
	for _, c := range list[1:min(len(list), 8)] {
		out = eitherOf(out, f.fold(c, hops))
	}
	return out
}

// eitherOf is a value that is sometimes a and sometimes b. Of two literals it
// is the one that is used when it matters: the first, unless that is for trying
// out.
func eitherOf(a, b fold.Value) fold.Value {
	if a.IsLiteral() && b.IsLiteral() {
		if a.Text == "" || a.Text == ":memory:" {
			return b
		}
		return a
	}
	return fold.Either(a, b)
}

// orElse is a || b: b where a is unset.
func orElse(a, b fold.Value) fold.Value {
	switch {
	case a.IsLiteral() && a.Text == "false":
		return b
	case a.Source == inspect.Unknown && b.Source == inspect.Env:
		a.Source = inspect.Input // a settings object before the environment
		a.Env = fold.Names(a.Env, b.Env)
		return a
	}
	return fold.OrIfEmpty(a, b)
}

func (f *ecmaFile) foldBinary(n syntax.Node, hops int) fold.Value {
	left, right := n.Field("left"), n.Field("right")
	switch n.Field("operator").Text() {
	case "||", "??":
		return orElse(f.fold(left, hops), f.fold(right, hops))
	case "&&":
		return f.fold(right, hops)
	case "+":
		return f.foldSum(n, hops)
	}
	return fold.Unknown
}

// foldSum folds a + b + c without a hop for each plus.
func (f *ecmaFile) foldSum(n syntax.Node, hops int) fold.Value {
	left, right := n.Field("left"), n.Field("right")
	if left.Is("number") && !right.Is("string") || right.Is("number") && !left.Is("string") {
		if a, b := f.fold(left, hops), f.fold(right, hops); fold.AreNumbers(a, b) {
			return fold.Sum(a, b)
		}
	}
	var parts []fold.Value
	for n.Is("binary_expression") && n.Field("operator").Text() == "+" {
		parts = append(parts, f.fold(n.Field("right"), hops))
		n = n.Field("left")
	}
	parts = append(parts, f.fold(n, hops))
	slices.Reverse(parts)
	return fold.Join(parts...)
}

func (f *ecmaFile) foldName(n syntax.Node, hops int) fold.Value {
	b := f.lookup(n)
	if b == nil {
		switch n.Text() {
		case "__dirname", "__filename":
			return fold.Literal(".")
		}
		return fold.Unknown
	}
	switch b.how {
	case ecmaParameter:
		if b.fallback.OK() {
			if v := f.fold(b.fallback, hops); v.Source == inspect.Env {
				return v
			}
		}
		return fold.Input
	case ecmaImported:
		return f.foldImported(b.symbol)
	case ecmaVariable:
		return f.foldVariable(b, hops)
	}
	return fold.Unknown
}

// foldImported is a value of another file: settings, when that is what the
// file is for.
func (f *ecmaFile) foldImported(symbol string) fold.Value {
	switch {
	case settingsModules[symbol]:
		return fold.Input
	case ownModule(symbol):
		v, ok := referTo(symbol)
		if !ok {
			v = fold.Input
		}
		return v
	}
	return fold.Unknown
}

// referTo is what another file of the program exports: an input, with a
// reference that the audit may follow.
func referTo(symbol string) (fold.Value, bool) {
	if !ownModule(symbol) || strings.ContainsAny(symbol, "()*[") || !strings.Contains(symbol, "/") {
		return fold.Value{}, false
	}
	return fold.Value{Source: inspect.Input, Env: []string{inspect.ExportOf(symbol)}}, true
}

var settingsFile = regexp.MustCompile(`(?i)(^|/)(env|environments?|configs?|configuration|settings|constants?|options)(\.[a-z]+)*$`)

// ownModule reports whether a symbol starts at a file of the same program: by
// a relative path, or, through an alias, at one that is named for settings.
func ownModule(symbol string) bool {
	return strings.HasPrefix(symbol, ".") || strings.HasPrefix(symbol, "@/") || strings.HasPrefix(symbol, "~") ||
		strings.Contains(symbol, "/") && settingsFile.MatchString(symbol)
}

func (f *ecmaFile) foldVariable(b *ecmaBinding, hops int) fold.Value {
	values := b.values()
	if b.extended {
		return fold.Unknown
	}
	if len(b.path) > 0 {
		if len(values) != 1 {
			return fold.Unknown
		}
		return orElse(f.foldThrough(values[0], b.path, hops), f.fold(b.fallback, hops))
	}
	var out fold.Value
	for i, v := range values {
		got := f.fold(v, hops)
		switch {
		case i == 0:
			out = got
		case out.Source == inspect.Env: // let port = process.env.PORT; if (!port) port = 3000
			out = orElse(out, got)
		default:
			return fold.Unknown
		}
	}
	return out
}

// foldThrough is what a destructuring takes out of a value.
func (f *ecmaFile) foldThrough(value syntax.Node, path []string, hops int) fold.Value {
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
func (f *ecmaFile) foldInside(symbol string, path []string, object syntax.Node, hops int) fold.Value {
	if field, ok := f.schemaField(object, path); ok {
		return f.foldRead(ecmaEnvSite{name: field.name, fallback: field.fallback}, hops)
	}
	if envObjects[symbol] {
		return fold.Value{Source: inspect.Env, Env: path[:1]}
	}
	base := symbol
	if i := strings.IndexAny(base, "("); i > 0 {
		base = base[:i]
	}
	if v, ok := referTo(symbol + "." + strings.Join(path, ".")); ok && !envObjects[symbol] {
		return v
	}
	if ownModule(symbol) || settingsModules[base] || settingsModules[strings.SplitN(base, ".", 2)[0]] {
		return fold.Input
	}
	root, _ := ecmaPath(object)
	if b := f.lookup(root); b != nil {
		switch b.how {
		case ecmaImported:
			return f.foldImported(b.symbol)
		case ecmaParameter:
			return fold.Input
		}
		if v := f.definition(root); v.Is("call_expression") && len(b.path) == 0 { // const config = loadConfig()
			if t := f.lookup(ecmaBare(v.Field("function"))); t != nil && t.how == ecmaImported {
				return f.foldImported(t.symbol)
			}
		}
	}
	if root.Is("this") {
		return fold.Input
	}
	return fold.Unknown
}

func (f *ecmaFile) foldMember(n syntax.Node, hops int) fold.Value {
	if v := f.definition(n); v.OK() && v != n {
		return f.fold(v, hops)
	}
	object := n.Field("object")
	switch f.symbol(n) {
	case "import.meta.dirname", "import.meta.filename", "import.meta.url":
		return fold.Literal(".")
	case "process.argv":
		return fold.Input
	}
	if v, ok := referTo(f.symbol(n)); ok {
		return v
	}
	if v := f.fold(object, hops); v.Source == inspect.Env || v.Source == inspect.Input || v.Source == inspect.Random { // url.hostname, parts[0]
		return fold.Value{Source: v.Source, Env: v.Env}
	}
	_, path := ecmaPath(n)
	return f.foldInside(f.symbol(object), path[len(path)-1:], object, hops)
}
