package csharp

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// read is one read of an environment variable.
type read struct {
	name     string
	via      string
	fallback syntax.Node
	required bool
	fileOnly bool // of a configuration that leaves the environment out
}

// envWrapper is a function of the file that reads the variable whose name it
// is given: prefix + argument.
type envWrapper struct {
	place        int // of the name among the parameters
	prefix       string
	defaultPlace int // -1 without
	fallback     syntax.Node
	required     bool
	read         int32 // the read in it, which its calls state
}

const getVariable = "System.Environment.GetEnvironmentVariable"

// envReaders are readers of libraries that take a name and a default.
var envReaders = map[string]bool{"GetString": true, "GetBool": true, "GetInt": true, "GetDouble": true, "TryGetString": true}

// envRead tells whether a call reads a variable whose name the file determines.
func (f *file) envRead(c call) (read, bool) {
	switch {
	case c.name == getVariable:
		if w := f.wrappers[enclosingMethod(c.Node).Index()]; w != nil && w.read == c.Index() {
			return read{}, false
		}
		name, ok := f.literal(c.arg(0, "variable"))
		return read{name: name, via: getVariable}, ok && plausibleVariable(name)
	case f.usings["DotNetEnv"] && envReaders[c.method] && c.object.Text() == "Env":
		name, ok := f.literal(c.arg(0, "key"))
		return read{name: name, via: "DotNetEnv.Env." + c.method, fallback: c.arg(1, "fallback")}, ok && plausibleVariable(name)
	}
	return f.wrapperRead(c)
}

func plausibleVariable(name string) bool {
	return name != "" && len(name) < 120 && !strings.ContainsAny(name, " \t\n=$/{}<>\"'\\")
}

// percentName is a variable in a text that is expanded: %TEMP%.
var percentName = regexp.MustCompile(`%([A-Za-z_][A-Za-z0-9_]*)%`)

// envCall states the variables that a call reads.
func (f *file) envCall(c call) {
	if c.name == "System.Environment.ExpandEnvironmentVariables" {
		text, _ := f.literal(c.arg(0, "name"))
		for _, m := range percentName.FindAllStringSubmatch(text, 10) {
			f.envFact(c.Node, read{name: m[1], via: c.name})
		}
		return
	}
	if r, ok := f.envRead(c); ok {
		f.envFact(c.Node, r)
	} else {
		f.ask(c)
	}
}

// parses are calls that fail on what is not set.
var parses = map[string]bool{"int": true, "long": true, "short": true, "ushort": true, "uint": true, "bool": true, "double": true, "decimal": true, "Int32": true, "Boolean": true, "Guid": true, "TimeSpan": true}

// envFact states a read with what surrounds it: fallback by ??, check, branch.
func (f *file) envFact(n syntax.Node, r read) {
	if r.fileOnly {
		return
	}
	outer := n
	for up := outer.Parent(); up.OK(); up = outer.Parent() {
		if !f.around(up, outer, &r) {
			break
		}
		outer = up
	}
	rejected, sole := f.isRejected(outer)
	if fallback := f.laterValue(outer); fallback.OK() && !r.fallback.OK() {
		r.fallback = fallback
	}
	if r.fallback.Is("throw_expression") {
		r.required, r.fallback = true, syntax.Node{}
	}
	debug := f.inDebugBranch(n)
	if r.fallback.Is("conditional_expression") && isDevelopment(r.fallback.Field("condition")) {
		r.fallback, debug = r.fallback.Field("consequence"), true
	}
	secret := isSecretVariable(r.name)
	v := f.evaluate(r.fallback)
	fact := inspect.EnvRead{
		Name: r.name, Via: r.via, Required: r.required && !given(v),
		Fallback: v.Kept(secret), Secret: secret, Debug: debug, Rejected: rejected,
	}
	if sole && !given(v) {
		fact.Required = true
	}
	fact.Required = fact.Required && !f.chosenByVariable(n)
	f.state(n, fact)
}

// around reads the expression that a read stands in, and reports whether to go
// on outwards.
func (f *file) around(up, inner syntax.Node, r *read) bool {
	switch up.Kind() {
	case "parenthesized_expression", "await_expression", "postfix_unary_expression", "argument_list", "argument", "cast_expression", "equals_value_clause":
		return true
	case "binary_expression":
		if operator(up) != "??" || inner != up.Field("left") {
			return false
		}
		if !r.fallback.OK() {
			r.fallback = up.Field("right")
		}
		return true
	case "member_access_expression":
		return sameMethods[lastName(up)] || lastName(up) == "Value"
	case "conditional_access_expression":
		return true
	case "object_creation_expression":
		r.required = r.required || simpleName(up.Field("type")) == "Uri" && !r.fallback.OK()
		return simpleName(up.Field("type")) == "Uri"
	case "invocation_expression":
		function := up.Field("function")
		method := lastName(function)
		switch {
		case inner == function:
			return sameMethods[method]
		case method == "Parse" && parses[receiver(function).Text()]:
			r.required = r.required || !r.fallback.OK()
			return true
		case method == "TryParse":
			return true
		case method == "IsNullOrEmpty" || method == "IsNullOrWhiteSpace":
			return true
		case strings.HasPrefix(method, "To") && receiver(function).Text() == "Convert":
			return true
		}
	case "conditional_expression":
		if inner == up.Field("condition") && inner.Is("invocation_expression") && lastName(inner) == "TryParse" && !r.fallback.OK() {
			r.fallback = up.Field("alternative")
		}
	}
	return false
}

// laterValue is the other value of a variable that holds a read: var p = read;
// if (p == null) p = "x".
func (f *file) laterValue(n syntax.Node) syntax.Node {
	b := f.holder(n)
	if b == nil || len(b.values) != 2 || b.param.OK() {
		return syntax.Node{}
	}
	for _, v := range b.values {
		if v.OK() && !n.Inside(v) {
			if _, ok := f.literal(v); ok {
				return v
			}
		}
	}
	return syntax.Node{}
}

// holder is the variable or field that an expression is assigned to.
func (f *file) holder(n syntax.Node) *binding {
	switch up := n.Parent(); up.Kind() {
	case "variable_declarator":
		name := up.Field("name")
		return f.lookup(name.Text(), name)
	case "assignment_expression":
		if n == up.Field("right") {
			return f.target(up.Field("left"))
		}
	case "property_declaration":
		return f.lookup(up.Field("name").Text(), up.Field("name"))
	case "declaration_pattern":
		return f.lookup(up.Field("name").Text(), up)
	}
	return nil
}

func given(v fold.Value) bool {
	return v.Source != inspect.None && !(v.Source == inspect.Literal && v.Text == "")
}

// isSecretVariable reports whether a variable or configuration key holds a
// secret: by its last part, or for a bare Key by what it belongs to: Jwt__Key.
func isSecretVariable(name string) bool {
	last := lastSegment(name)
	if last == name || !strings.EqualFold(last, "key") {
		return inspect.IsSecretName(last)
	}
	return signsWith.MatchString(strings.TrimSuffix(name, "__"+last))
}

var signsWith = regexp.MustCompile(`(?i)(jwt|token|auth|sign|crypt|secur|secret)`)

// lastSegment is the last part of a configuration key.
func lastSegment(name string) string {
	if at := strings.LastIndex(name, "__"); at >= 0 {
		return name[at+2:]
	}
	return name
}
