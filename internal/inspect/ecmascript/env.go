package ecmascript

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// envObjects hold the environment's variables as properties.
var envObjects = map[string]bool{
	"process.env": true, "import.meta.env": true, "Bun.env": true, "global.process.env": true, "globalThis.process.env": true,
	"$env/dynamic/private.env": true, "$env/dynamic/public.env": true,
}

// bundlerEnv are properties of import.meta.env that the bundler makes up.
var bundlerEnv = map[string]bool{"MODE": true, "DEV": true, "PROD": true, "SSR": true, "BASE_URL": true}

var variableName = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// ecmaEnvSite is an expression that reads one environment variable.
type ecmaEnvSite struct {
	name, via string
	fallback  syntax.Node // what the expression itself gives instead
	required  bool
}

// envAt tells whether an expression itself reads a variable.
func (f *ecmaFile) envAt(n syntax.Node) (ecmaEnvSite, bool) {
	switch n.Kind() {
	case "member_expression", "subscript_expression":
		return f.envMember(n)
	case "call_expression":
		return f.envCall(f.callOf(n))
	case "identifier", "shorthand_property_identifier":
		if b := f.lookup(n); b != nil && b.how == ecmaImported {
			if rest, ok := strings.CutPrefix(b.symbol, "$env/static/"); ok {
				_, name, _ := strings.Cut(rest, ".")
				return ecmaEnvSite{name: name, via: "$env/static"}, name != ""
			}
		}
	}
	return ecmaEnvSite{}, false
}

func (f *ecmaFile) envMember(n syntax.Node) (ecmaEnvSite, bool) {
	via := f.symbol(n.Field("object"))
	if !envObjects[via] {
		return ecmaEnvSite{}, false
	}
	name := n.Field("property").Text()
	if index := n.Field("index"); index.OK() {
		v := f.definition(index)
		name, _ = ecmaString(v)
	} else if p := n.Parent(); p.Is("call_expression") && p.Field("function") == n {
		return ecmaEnvSite{}, false // process.env.hasOwnProperty("X")
	}
	if name == "" || via == "import.meta.env" && bundlerEnv[name] {
		return ecmaEnvSite{}, false
	}
	return ecmaEnvSite{name: name, via: via}, true
}

// envCall tells whether a call reads a variable: of Deno, Nest, env-var, or a
// function of this file that wraps a read.
func (f *ecmaFile) envCall(c ecmaCall) (ecmaEnvSite, bool) {
	name, literal := ecmaString(f.definition(c.arg(0)))
	switch {
	case c.callee == "Deno.env.get" && literal:
		return ecmaEnvSite{name: name, via: c.callee}, true
	case strings.HasSuffix(c.callee, "@nestjs/config.ConfigService().get") || strings.HasSuffix(c.callee, "@nestjs/config.ConfigService().getOrThrow"):
		if !literal || !variableName.MatchString(name) {
			return ecmaEnvSite{}, false
		}
		site := ecmaEnvSite{name: name, via: "ConfigService." + c.method, required: c.method == "getOrThrow"}
		if d := c.arg(1); d.OK() && !ecmaBare(d).Is("object") {
			site.fallback = d
		}
		return site, true
	case strings.HasPrefix(c.callee, "env-var.get()"):
		return f.envVarChain(c)
	}
	w := f.wrappers[f.function(c.node.Field("function")).Index()]
	if w == nil || w.name >= len(c.args) {
		return ecmaEnvSite{}, false
	}
	name, literal = ecmaString(f.definition(c.args[w.name]))
	if !literal || name == "" {
		return ecmaEnvSite{}, false
	}
	site := ecmaEnvSite{name: name, via: w.via, fallback: w.fallback}
	if d := c.arg(w.otherwise); w.otherwise >= 0 && d.OK() {
		site.fallback = d
	}
	site.required = w.required && !site.fallback.OK()
	return site, true
}

// envVarChain reads env.get("PORT").default("3000").asPortNumber(); only the
// whole chain is a read.
func (f *ecmaFile) envVarChain(c ecmaCall) (ecmaEnvSite, bool) {
	if p := c.node.Parent(); p.Is("member_expression") && p.Parent().Is("call_expression") {
		return ecmaEnvSite{}, false
	}
	site := ecmaEnvSite{via: "env-var.get"}
	for n := ecmaBare(c.node); n.Is("call_expression"); n = ecmaBare(ecmaBare(n.Field("function")).Field("object")) {
		link := f.callOf(n)
		switch link.method {
		case "default":
			site.fallback = link.arg(0)
		case "required":
			site.required = true
		case "get":
			site.name, _ = ecmaString(f.definition(link.arg(0)))
		}
	}
	return site, site.name != ""
}

func (f *ecmaFile) foldRead(site ecmaEnvSite, hops int) fold.Value {
	out := fold.Read(site.name, inspect.IsSecretName(site.name), fold.Value{})
	if site.fallback.OK() {
		out = orElse(out, f.fold(site.fallback, hops))
	}
	return out
}

// readEnv states every read of the environment.
func (f *ecmaFile) readEnv() {
	f.findGuards()
	f.readSchemas()
	f.each(func(n syntax.Node) {
		if n.Is("binary_expression") {
			f.readEnvAsked(n)
		} else if site, ok := f.envAt(n); ok && !f.told[n.Index()] {
			f.readEnvSite(n, site)
		} else if n.Is("subscript_expression") {
			f.readEnvNames(n)
		} else if n.Is("call_expression") && !ok {
			f.readEnvAsk(n)
		}
	}, "member_expression", "subscript_expression", "call_expression", "binary_expression")
	for _, b := range f.bindings {
		f.readEnvBinding(b)
	}
}

// readEnvBinding states reads by destructuring and by import.
func (f *ecmaFile) readEnvBinding(b *ecmaBinding) {
	if rest, ok := strings.CutPrefix(b.symbol, "$env/static/"); ok {
		if _, name, ok := strings.Cut(rest, "."); ok {
			f.say(b.at, inspect.EnvRead{Name: name, Via: "$env/static", Secret: inspect.IsSecretName(name)})
		}
		return
	}
	if b.how != ecmaVariable || len(b.path) == 0 || b.path[len(b.path)-1] == "..." {
		return
	}
	last := len(b.path) - 1
	via := f.symbolThrough(b.value, b.path[:last], maxHops)
	if !envObjects[via] {
		return
	}
	read := f.envRead(ecmaEnvSite{name: b.path[last], via: via}, f.value(b.fallback), b.fallback)
	f.say(b.at, read)
}

// envRead is the fact of a read with what stands in for it.
func (f *ecmaFile) envRead(site ecmaEnvSite, fallback inspect.Value, at syntax.Node) inspect.EnvRead {
	read := inspect.EnvRead{Name: site.name, Via: site.via, Required: site.required, Secret: inspect.IsSecretName(site.name)}
	if fallback.Source != inspect.None {
		read.Fallback = fallback
		read.Debug = f.debugOnly(at)
		read.Rejected = f.guards.unset[site.name] || f.guards.compared[site.name]
		f.claim(at)
	} else if f.guards.unset[site.name] {
		read.Required = true
	}
	if read.Secret && fallback.Source == inspect.Literal && fallback.Secret == nil && fallback.Text != "" {
		read.Fallback = inspect.SecretLit(fallback.Text)
	}
	return read
}

// claim marks the literals in an expression as told: a default of a read is not
// a credential besides.
func (f *ecmaFile) claim(n syntax.Node) {
	f.claimKinds(n, "string", "template_string", "binary_expression")
}

func (f *ecmaFile) claimKinds(n syntax.Node, kinds ...string) {
	n.Walk(func(c syntax.Node) bool {
		if c.Is(kinds...) {
			f.told[c.Index()] = true
		}
		return true
	})
}

// readEnvSite states one read with the fallback that its surroundings give.
func (f *ecmaFile) readEnvSite(n syntax.Node, site ecmaEnvSite) {
	p := n.Parent()
	switch {
	case p.Is("assignment_expression") && p.Field("left") == n,
		p.Is("unary_expression") && p.Field("operator").Text() == "delete",
		f.testedForBranch(n, site.name):
		return
	}
	use := f.envUse(n, site)
	if use.fallback.Source == inspect.None && site.fallback.OK() {
		use.fallback, use.at = f.fold(site.fallback, maxHops), site.fallback
	}
	site.required = (site.required || use.required) && !f.testedFor(n, site.name) && !f.chosenByVariable(n, site.name) && !goesOnWithout(n)
	read := f.envRead(site, use.fallback.Kept(false), use.at)
	read.Debug = read.Debug || use.debug
	f.say(n, read)
}

// testedForBranch reports whether n is the test of "X ? X : other": the branch
// is then the read.
func (f *ecmaFile) testedForBranch(n syntax.Node, name string) bool {
	test := n
	for p := n.Parent(); p.Is("parenthesized_expression", "binary_expression", "unary_expression"); p = p.Parent() {
		test = p
	}
	ternary := test.Parent()
	if !ternary.Is("ternary_expression") || ternary.Field("condition") != test {
		return false
	}
	return f.reads(ternary.Field("consequence"), name) || f.reads(ternary.Field("alternative"), name)
}

// reads reports whether an expression reads the variable.
func (f *ecmaFile) reads(n syntax.Node, name string) (found bool) {
	n.Walk(func(c syntax.Node) bool {
		if site, ok := f.envAt(c); ok && site.name == name {
			found = true
		}
		return !found
	})
	return found
}

// readEnvNames states the reads of process.env[name] where name goes over a
// list that the file writes out.
func (f *ecmaFile) readEnvNames(n syntax.Node) {
	via := f.symbol(n.Field("object"))
	b := f.lookup(ecmaBare(n.Field("index")))
	if !envObjects[via] || b == nil || len(b.path) > 0 {
		return
	}
	list, body := b.value, b.scope.node
	if b.how == ecmaParameter {
		call := b.scope.node.Parent().Parent()
		target := ecmaBare(call.Field("function"))
		if !target.Is("member_expression") || !slices.Contains([]string{"forEach", "filter", "every", "some", "find", "map"}, target.Field("property").Text()) {
			return
		}
		list = target.Field("object")
	} else if b.how != ecmaLoop {
		return
	}
	array := f.definition(list)
	if !array.Is("array") {
		return
	}
	required := f.fails(body) || f.failsNext(body)
	for _, e := range ecmaChildren(array) {
		if name, ok := ecmaString(e); ok && variableName.MatchString(name) {
			f.say(e, inspect.EnvRead{Name: name, Via: via, Required: required, Secret: inspect.IsSecretName(name)})
			f.told[e.Index()] = true
		}
	}
}
