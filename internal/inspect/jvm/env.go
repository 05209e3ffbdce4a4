package jvm

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// envRead is a call that reads an environment variable.
type envRead struct {
	name     string
	via      string
	fallback syntax.Node
	given    fold.Value // the fallback, where no expression of the file is it
	required bool
	secret   bool // by the name of the property, where that tells more than the variable's
	property bool // of a framework's settings, which a variable may set
}

// value is what the read gives.
func (r envRead) value(fallback fold.Value) fold.Value {
	secret := r.secret || inspect.IsSecretName(r.name)
	if r.property {
		return readProperty(r.name, secret, fallback)
	}
	return fold.Read(r.name, secret, fallback)
}

// environment are the maps that hold all variables.
var environment = map[string]bool{"java.lang.System.getenv()": true, "java.lang.ProcessBuilder.environment()": false}

// springEnvironment are the types on which Kotlin's env["a.b"] is getProperty.
var springEnvironment = map[string]bool{
	"org.springframework.core.env.Environment": true, "org.springframework.core.env.ConfigurableEnvironment": true, "org.springframework.core.env.PropertyResolver": true,
}

// reader says how a call reads a variable.
type reader struct {
	place    int  // of the name
	fallback int  // place of the fallback; -1 without
	required bool // fails when nothing has the name
	spring   bool // a property's name, which the environment has in capitals
}

// readers are calls that read a variable, or a property that a variable gives.
var readers = map[string]reader{
	"java.lang.System.getenv":                {0, -1, false, false},
	"java.lang.System.getenv().get":          {0, -1, false, false},
	"java.lang.System.getenv().getOrDefault": {0, 1, false, false},
	"java.lang.System.getenv().getOrElse":    {0, 1, false, false},
	"java.lang.System.getenv().getValue":     {0, -1, true, false},
	"java.lang.System.getenv().containsKey":  {0, -1, false, false},
	// what a child would inherit is what this process has
	"java.lang.ProcessBuilder.environment().get":          {0, -1, false, false},
	"java.lang.ProcessBuilder.environment().getOrDefault": {0, 1, false, false},
	"org.springframework.core.env.get":                    {0, -1, false, true},

	"io.github.cdimascio.dotenv.Dotenv.get":                                    {0, 1, false, false},
	"io.github.cdimascio.dotenv.Dotenv.load()":                                 {0, 1, false, false},
	"org.springframework.core.env.Environment.getProperty":                     {0, 1, false, true},
	"org.springframework.core.env.Environment.getRequiredProperty":             {0, -1, true, true},
	"org.springframework.core.env.Environment.containsProperty":                {0, -1, false, true},
	"org.springframework.core.env.ConfigurableEnvironment.getProperty":         {0, 1, false, true},
	"org.springframework.core.env.ConfigurableEnvironment.getRequiredProperty": {0, -1, true, true},
	"org.springframework.core.env.PropertyResolver.getProperty":                {0, 1, false, true},
	"org.eclipse.microprofile.config.Config.getValue":                          {0, -1, true, true},
	"org.eclipse.microprofile.config.Config.getOptionalValue":                  {0, -1, false, true},
	"io.micronaut.context.env.Environment.getProperty":                         {0, 2, false, true},
	"io.micronaut.context.env.Environment.getRequiredProperty":                 {0, -1, true, true},
}

// envRead tells whether a call reads a variable whose name the file determines.
func (f *file) envRead(c call) (envRead, bool) {
	r, known := readers[c.name]
	if !known || c.set {
		return f.wrapperRead(c)
	}
	nameArg := c.arg(r.place, "name", "key")
	name, ok := f.envName(nameArg)
	if !ok {
		return envRead{}, false
	}
	read := envRead{name: name, via: f.via(c.name), fallback: c.arg(r.fallback, "defaultValue"), required: r.required}
	if isLambda(read.fallback) {
		read.given, read.fallback = f.lastOf(read.fallback), syntax.Node{}
	}
	if r.spring {
		if t := read.fallback; t.Is("class_literal") || strings.HasSuffix(t.Text(), "::class.java") { // getProperty(name, type, fallback)
			read.fallback = c.arg(r.fallback + 1)
		}
		read.name, read.secret = variableOf(name), secretProperty(name)
		read.required, read.property = r.required && envStyle(name), !envStyle(name)
	}
	return read, plausibleVariable(read.name)
}

// readFallback is what a read gives when the variable is unset.
func (f *file) readFallback(r envRead) fold.Value {
	if r.fallback.OK() {
		return f.evaluate(r.fallback)
	}
	return r.given
}

// envName is the variable's name: a literal, or one that the file's own
// constant or enum holds.
func (f *file) envName(n syntax.Node) (string, bool) {
	name, ok := f.literal(n)
	return name, ok && name != ""
}

func plausibleVariable(name string) bool {
	return name != "" && len(name) < 100 && !strings.ContainsAny(name, " \t\n=$/{}<>\"'#")
}

// envStyle reports whether a property is named as a variable is: DATABASE_URL.
func envStyle(name string) bool {
	return name == strings.ToUpper(name) && !strings.ContainsAny(name, ".-") && strings.ContainsFunc(name, func(r rune) bool { return r >= 'A' && r <= 'Z' })
}

// variableOf is the variable from which Spring takes a property: dots become
// underscores, dashes go, letters are capitals. (MicroProfile makes underscores
// of dashes; see microProfile.)
func variableOf(property string) string {
	if envStyle(property) {
		return property
	}
	r := strings.NewReplacer(".", "_", "-", "", "[", "_", "]", "")
	return strings.ToUpper(r.Replace(property))
}

// secretProperty reports whether a property holds a secret: app.db-password,
// whose variable APP_DBPASSWORD keeps no words apart.
func secretProperty(property string) bool {
	return inspect.IsSecretName(property) || inspect.IsSecretName(variableOf(property))
}

// microProfile is the variable from which MicroProfile Config takes a property.
func microProfile(property string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, property))
}

// envCall states the variable that a call reads.
func (f *file) envCall(c call) {
	if read, ok := f.envRead(c); ok {
		f.envFact(c.Node, read)
	} else {
		f.ask(c)
	}
}

// envIndex states Kotlin's System.getenv()["X"].
func (f *file) envIndex(n syntax.Node) {
	if p := n.Parent(); n.FieldName() == "left" && p.Is("assignment") {
		return
	}
	object := f.resolve(n.Child(0))
	if name, ok := f.literal(lastChild(n)); ok && f.kotlin && springEnvironment[object] && plausibleVariable(variableOf(name)) {
		f.envFact(n, envRead{name: variableOf(name), via: f.via(object), secret: secretProperty(name)})
		return
	}
	if !environment[object] && object != "io.github.cdimascio.dotenv.Dotenv" && object != "io.github.cdimascio.dotenv.Dotenv.load()" {
		return
	}
	if name, ok := f.literal(lastChild(n)); ok && plausibleVariable(name) {
		f.envFact(n, envRead{name: name, via: f.via(object)})
	}
}

// passesOn are calls around a read that keep its value.
var passesOn = map[string]bool{
	"java.lang.Integer.parseInt": true, "java.lang.Integer.valueOf": true, "java.lang.Long.parseLong": true, "java.lang.Long.valueOf": true, "java.lang.Boolean.parseBoolean": true,
	"java.lang.Boolean.valueOf": true, "java.lang.String.valueOf": true, "java.util.Optional.ofNullable": true, "java.util.Optional.of": true, "java.util.Objects.requireNonNull": true,
	"java.util.Objects.requireNonNullElse": true, "kotlin.requireNotNull": true, "kotlin.checkNotNull": true, "java.util.Objects.requireNonNullElseGet": true,
}

// envFact states a read with what surrounds it: fallback, check, branch.
func (f *file) envFact(n syntax.Node, read envRead) {
	fallback := f.readFallback(read)
	outer := n
	var rejected bool
	for hops := 0; hops < 12; hops++ {
		next, around, more := f.aroundRead(outer)
		if !more {
			break
		}
		if around.fails {
			read.required = true
		}
		if around.fallback.Source != inspect.None && !fallbackGiven(fallback) {
			fallback = around.fallback
			read.required = false
		}
		outer = next
	}
	if !fallbackGiven(fallback) {
		if other, ok := f.otherBranch(outer, read.name); ok {
			fallback, read.required = other, false
		}
	}
	var sole bool
	rejected, sole = f.isRejected(outer)
	secret := read.secret || inspect.IsSecretName(read.name)
	fact := inspect.EnvRead{
		Name: read.name, Via: read.via, Required: (read.required || rejected && sole) && !fallbackGiven(fallback),
		Fallback: fallback.Kept(secret), Secret: secret, Debug: f.debugOnly(n), Rejected: rejected,
	}
	f.state(n, fact)
}

// surrounding is what the expression around a read does with it.
type surrounding struct {
	fallback fold.Value
	fails    bool // the program ends when the variable is unset
}

// aroundRead steps from a read to the expression around it that keeps its
// value.
func (f *file) aroundRead(n syntax.Node) (next syntax.Node, s surrounding, more bool) {
	p := n.Parent()
	switch p.Kind() {
	case "parenthesized_expression", "cast_expression", "as_expression", "value_arguments", "argument_list", "value_argument":
		return p, s, true
	case "unary_expression":
		if strings.HasSuffix(p.Text(), "!!") {
			return p, surrounding{fails: true}, true
		}
	case "binary_expression":
		if isGenericCall(p) {
			return n, s, false
		}
		if f.operator(p) == "?:" && n == p.Field("left") {
			right := p.Field("right")
			if f.endsHere(right) {
				return p, surrounding{fails: true}, true
			}
			return p, surrounding{fallback: f.evaluate(right)}, true
		}
	case "navigation_expression":
		return p, s, p.Child(0) == n && isCall(p.Parent())
	case "method_invocation", "call_expression", "object_creation_expression":
		return p, f.aroundCall(n, p), f.keepsRead(n, p)
	}
	return n, s, false
}

// keepsRead reports whether a call gives on the value of a read in it.
func (f *file) keepsRead(n, p syntax.Node) bool {
	c := f.callOf(p)
	if !c.ok {
		return p.Is("call_expression") // the inner of f(a) { b }
	}
	if n == p.Child(0) && n.Is("call_expression") && !f.callOf(n).ok {
		return passesOn[c.name]
	}
	if c.recv.OK() && n.Inside(c.recv) || p.Is("call_expression") && n == p.Child(0) {
		return sameText[c.method] || c.method == "orElse" || c.method == "orElseGet" || c.method == "ifBlank" || c.method == "ifEmpty"
	}
	return passesOn[c.name] && (len(c.args) == 0 || n.Inside(c.args[0]) || n.Is("argument_list", "value_arguments"))
}

func (f *file) aroundCall(n, p syntax.Node) (s surrounding) {
	c := f.callOf(p)
	switch {
	case c.method == "orElse" || c.method == "orElseGet" || c.method == "ifBlank" || c.method == "ifEmpty":
		if lambda := c.arg(0); isLambda(lambda) && f.endsHere(lastChild(lambda)) {
			s.fails = true
		} else {
			s.fallback = f.lastOf(c.arg(0))
		}
	case c.method == "orElseThrow", c.name == "java.util.Objects.requireNonNull", c.name == "kotlin.requireNotNull", c.name == "kotlin.checkNotNull":
		s.fails = true
	case c.name == "java.util.Objects.requireNonNullElse":
		s.fallback = f.evaluate(c.arg(1))
	}
	return s
}

// otherBranch is what a conditional expression gives when the variable that
// its condition looks at is unset: x != null ? x : b.
func (f *file) otherBranch(n syntax.Node, name string) (fold.Value, bool) {
	p := n.Parent()
	if p.Is("binary_expression") && (isNull(p.Field("left")) || isNull(p.Field("right"))) {
		for n, p = p, p.Parent(); p.Is("parenthesized_expression"); p = p.Parent() {
			n = p
		}
		_, then, other := branchesOf(p)
		if !p.Is("ternary_expression", "if_expression") || n != p.Field("condition") || !other.OK() {
			return fold.Value{}, false
		}
		if strings.Contains(then.Text(), name) {
			then = other
		}
		v := f.evaluate(then)
		return v, v.Source == inspect.Literal || v.Source == inspect.Random
	}
	if p.Is("block") && p.Child(0) == n && lastChild(p) == n {
		n, p = p, p.Parent()
	}
	if !p.Is("ternary_expression", "if_expression") {
		return fold.Value{}, false
	}
	condition, then, other := branchesOf(p)
	if !strings.Contains(condition.Text(), name) {
		return fold.Value{}, false
	}
	switch n {
	case then:
		return f.evaluate(other), other.OK()
	case other:
		return f.evaluate(then), true
	}
	return fold.Value{}, false
}

func fallbackGiven(v fold.Value) bool {
	return v.Source != inspect.None && !(v.Source == inspect.Literal && v.Text == "")
}
