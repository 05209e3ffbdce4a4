package ecmascript

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// ecmaEnvWrapper is a function of this file that reads the variable it is asked for.
type ecmaEnvWrapper struct {
	via       string
	name      int         // which parameter names the variable
	otherwise int         // which parameter is the fallback; -1 when none
	fallback  syntax.Node // written in the function itself
	required  bool        // throws or exits when the variable is unset
}

// ecmaEnvField is one variable of a typed environment object.
type ecmaEnvField struct {
	name     string
	via      string
	at       syntax.Node
	fallback syntax.Node
	required bool
	debug    bool // the fallback holds in development only
}

func (f *ecmaFile) findEnvLoaders() {
	f.each(f.findEnvWrapper, "subscript_expression", "call_expression")
	for _, c := range f.calls {
		f.findSchema(c)
		f.findDescribed(c)
	}
}

func (f *ecmaFile) findEnvWrapper(n syntax.Node) {
	index := ecmaBare(n.Field("index"))
	if n.Is("call_expression") {
		if f.symbol(n.Field("function")) != "Deno.env.get" {
			return
		}
		index = ecmaBare(n.Field("arguments").Child(0))
	} else if !envObjects[f.symbol(n.Field("object"))] {
		return
	}
	b := f.lookup(index)
	if b == nil || b.how != ecmaParameter || len(b.path) > 0 {
		return
	}
	fn := b.scope.node
	params := ecmaParameters(fn)
	w := &ecmaEnvWrapper{via: ecmaFunctionName(fn), name: slices.Index(params, b.at), otherwise: -1}
	if w.via == "" || w.name < 0 {
		return
	}
	for i, p := range params {
		lower := strings.ToLower(p.Text())
		if i != w.name && (strings.Contains(lower, "def") || strings.Contains(lower, "fallback")) {
			w.otherwise = i
		}
	}
	use := f.envUse(n, ecmaEnvSite{})
	if use.fallback.Source == inspect.Literal {
		w.fallback = use.at
	} else if at := f.lookup(ecmaBare(use.at)); at != nil && at.how == ecmaParameter {
		w.otherwise = slices.Index(params, at.at)
		w.fallback = at.fallback
	}
	w.required = use.required || f.refusesUnset(fn, n)
	f.wrappers[fn.Index()] = w
}

// findSchema recognises the libraries that read the environment by a schema.
func (f *ecmaFile) findSchema(c ecmaCall) {
	first := c.arg(0)
	module := strings.SplitN(c.callee, ".", 2)[0]
	switch {
	case slices.Contains([]string{"parse", "safeParse", "parseAsync", "safeParseAsync"}, c.method) && strings.HasPrefix(module, "zod") && f.isEnvObject(first):
		f.schema(c, "zod", f.schemaObjects(c.recv), zodField)
	case slices.Contains([]string{"validate", "validateSync", "validateAsync", "cast"}, c.method) && (module == "joi" || module == "@hapi/joi" || module == "yup") && f.isEnvObject(first):
		f.schema(c, module, f.schemaObjects(c.recv), joiField)
	case c.callee == "@nestjs/config.ConfigModule.forRoot":
		if s := f.property(f.object(first), "validationSchema"); s.OK() {
			f.schema(c, "joi", f.schemaObjects(s), joiField)
		}
	case c.callee == "valibot.parse" || c.callee == "valibot.safeParse":
		if f.isEnvObject(c.arg(1)) {
			f.schema(c, "valibot", f.schemaObjects(first), zodField)
		}
	case c.callee == "envalid.cleanEnv" || c.callee == "znv.parseEnv":
		f.schema(c, c.callee, []syntax.Node{f.object(c.arg(1))}, optionsField)
	case c.callee == "envsafe.envsafe":
		f.schema(c, c.callee, []syntax.Node{f.object(first)}, optionsField)
	case strings.HasPrefix(c.callee, "@t3-oss/env-") && c.method == "" && strings.HasSuffix(c.callee, ".createEnv"):
		object := f.object(first)
		f.schema(c, c.callee, []syntax.Node{f.object(f.property(object, "server")), f.object(f.property(object, "client")), f.object(f.property(object, "shared"))}, zodField)
		for _, name := range []string{"runtimeEnv", "runtimeEnvStrict", "experimental__runtimeEnv"} {
			f.claimKinds(f.property(object, name), "member_expression")
		}
	case c.callee == "convict":
		f.schemas[c.node.Index()] = map[string]ecmaEnvField{}
		f.convictFields(c.node, f.object(first), "", 8)
	}
}

func (f *ecmaFile) isEnvObject(n syntax.Node) bool {
	n = ecmaBare(n)
	if n.Is("object") {
		for c := n.First(); c.OK(); c = c.Next() {
			if c.Is("spread_element") && envObjects[f.symbol(c.Child(0))] {
				return true
			}
		}
		return false
	}
	return envObjects[f.symbol(n)]
}

// schemaObjects are the object literals that a schema is built of, through its
// chain of refinements.
func (f *ecmaFile) schemaObjects(n syntax.Node) (list []syntax.Node) {
	for range maxHops {
		n = f.definition(n)
		if !n.Is("call_expression") {
			return list
		}
		c := f.callOf(n)
		for _, a := range c.args {
			if o := f.object(a); o.OK() && slices.Contains([]string{"object", "strictObject", "looseObject", "extend", "keys", "shape", "append", "safeExtend"}, c.method) {
				list = append(list, o)
			} else if slices.Contains([]string{"merge", "and", "concat"}, c.method) {
				list = append(list, f.schemaObjects(a)...)
			}
		}
		n = c.recv
	}
	return list
}

// loose reports whether a schema is one of several, or lets all its keys be
// left out: a.or(b), a.partial().
func (f *ecmaFile) loose(schema syntax.Node) bool {
	for range maxHops {
		schema = f.definition(schema)
		if !schema.Is("call_expression") {
			return false
		}
		c := f.callOf(schema)
		if _, named := ecmaString(c.arg(0)); c.method == "or" && !named || c.method == "partial" && len(c.args) == 0 {
			return true
		}
		schema = c.recv
	}
	return false
}

// schema notes the fields of a typed environment object; read tells one
// entry's fallback and whether it is required.
func (f *ecmaFile) schema(c ecmaCall, via string, objects []syntax.Node, read func(*ecmaFile, syntax.Node, *ecmaEnvField)) {
	fields, loose := map[string]ecmaEnvField{}, f.loose(c.recv)
	for _, o := range objects {
		for p := o.First(); p.OK(); p = p.Next() {
			if !p.Is("pair") {
				continue
			}
			field := ecmaEnvField{name: ecmaKey(p.Field("key")), via: via, at: p}
			if !variableName.MatchString(field.name) {
				continue
			}
			read(f, p.Field("value"), &field)
			field.required = field.required && !loose
			fields[field.name] = field
		}
	}
	f.schemas[c.node.Index()] = fields
}

// zodField reads z.string().default("x"), v.optional(v.string(), "x").
func zodField(f *ecmaFile, n syntax.Node, field *ecmaEnvField) {
	if choice := f.definition(n); choice.Is("ternary_expression") {
		f.chosenField(choice, field)
		return
	}
	field.required = true
	f.chain(n, func(c ecmaCall) {
		switch c.method {
		case "default", "catch", "prefault":
			field.fallback, field.required = c.arg(0), false
		case "optional", "nullish", "nullable", "nullishable":
			field.required = false
			if d := c.arg(1); d.OK() {
				field.fallback = d
			}
		}
	})
}

// chosenField reads a ? z.string() : z.string().optional(): required where both
// are, and where the environment's name is what decides.
func (f *ecmaFile) chosenField(choice syntax.Node, field *ecmaEnvField) {
	yes, no := *field, *field
	zodField(f, choice.Field("consequence"), &yes)
	zodField(f, choice.Field("alternative"), &no)
	field.required = yes.required && no.required || f.debugWhen(choice.Field("condition")) != 0 && (yes.required || no.required)
	if field.fallback = yes.fallback; !yes.fallback.OK() {
		field.fallback = no.fallback
	}
}

// joiField reads Joi.string().default("x").required(): optional unless it says
// so, and where another variable decides.
func joiField(f *ecmaFile, n syntax.Node, field *ecmaEnvField) {
	decided := false
	f.chain(n, func(c ecmaCall) {
		switch c.method {
		case "default":
			field.fallback, field.required = c.arg(0), false
		case "required":
			field.required = !field.fallback.OK()
		case "when", "conditional":
			decided = true
		}
	})
	field.required = field.required && !decided
}

// optionsField reads str({ default: "x", devDefault: "y" }).
func optionsField(f *ecmaFile, n syntax.Node, field *ecmaEnvField) {
	n = f.definition(n)
	if c := f.callOf(n); n.Is("call_expression") && strings.HasPrefix(c.callee, "zod") {
		zodField(f, n, field)
		return
	}
	options := f.object(f.callOf(n).arg(0))
	field.required = true
	if d := f.property(options, "default"); d.OK() {
		field.fallback, field.required = d, false
	} else if d := f.property(options, "devDefault"); d.OK() {
		field.fallback, field.debug = d, true
	}
}

// chain visits the calls of a.b().c(), outermost last, and of the schemas that
// they wrap.
func (f *ecmaFile) chain(n syntax.Node, visit func(ecmaCall)) {
	var calls []ecmaCall
	for range maxHops {
		n = f.definition(n)
		if !n.Is("call_expression") {
			break
		}
		c := f.callOf(n)
		calls = append(calls, c)
		n = c.recv
		if inner := f.definition(c.arg(len(c.args) - 1)); inner.Is("call_expression") && (c.method == "preprocess" || c.method == "pipe") {
			f.chain(inner, visit)
		}
	}
	for _, c := range slices.Backward(calls) {
		visit(c)
	}
}

// convictFields notes { port: { env: "PORT", default: 3000 } }, nested.
func (f *ecmaFile) convictFields(call, object syntax.Node, prefix string, depth int) {
	if depth == 0 {
		return
	}
	for p := object.First(); p.OK(); p = p.Next() {
		inner := f.object(p.Field("value"))
		if !p.Is("pair") || !inner.OK() {
			continue
		}
		key := prefix + ecmaKey(p.Field("key"))
		name, ok := ecmaString(f.property(inner, "env"))
		if !ok {
			f.convictFields(call, inner, key+".", depth-1)
			continue
		}
		fallback := f.property(inner, "default")
		f.schemas[call.Index()][key] = ecmaEnvField{name: name, via: "convict", at: p, fallback: fallback}
	}
}

// readSchemas states the variables of every typed environment object.
func (f *ecmaFile) readSchemas() {
	for _, c := range f.calls {
		fields := f.schemas[c.node.Index()]
		keys := make([]string, 0, len(fields))
		for key := range fields {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			field := fields[key]
			read := f.envRead(ecmaEnvSite{name: field.name, via: field.via, required: field.required}, f.value(field.fallback), field.fallback)
			read.Debug = read.Debug || field.debug
			f.say(field.at, read)
		}
	}
}

// schemaField is the variable behind a member of a typed environment object.
func (f *ecmaFile) schemaField(object syntax.Node, path []string) (ecmaEnvField, bool) {
	root, between := ecmaPath(object)
	made := f.definition(root)
	if !made.OK() || len(path) == 0 || len(between) > 1 {
		return ecmaEnvField{}, false
	}
	fields := f.schemas[made.Index()]
	if b := f.lookup(made); fields == nil && b != nil && len(b.path) == 1 && b.value.OK() { // const { value } = schema.validate(process.env)
		fields = f.schemas[f.definition(b.value).Index()]
	}
	field, ok := fields[path[len(path)-1]]
	return field, ok
}
