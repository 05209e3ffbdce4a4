package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Environments described by a class, by a JSON schema or by a list of names.

var environmentClass = regexp.MustCompile(`(?i)env|config|settings`)

// findDescribed recognises the libraries that are told the environment's
// variables otherwise than by a schema of calls.
func (f *ecmaFile) findDescribed(c ecmaCall) {
	switch {
	case c.callee == "class-transformer.plainToInstance" || c.callee == "class-transformer.plainToClass":
		if b := f.lookup(ecmaBare(c.arg(0))); b != nil && b.how == ecmaClass && environmentClass.MatchString(b.name) && f.mentionsModule("class-validator") {
			f.classFields(c.node, b.value.Field("body"))
		}
	case c.callee == "env-schema" || c.callee == "env-schema.envSchema":
		f.jsonSchema(c.node, f.object(f.property(f.object(c.arg(0)), "schema")))
	case c.method == "register" && len(c.args) > 1:
		if module := f.symbol(c.args[0]); module == "@fastify/env" || module == "fastify-env" {
			f.jsonSchema(c.node, f.object(f.property(f.object(c.args[1]), "schema")))
		}
	}
}

// mentionsModule reports whether the file imports a module by a name that is in use.
func (f *ecmaFile) mentionsModule(module string) bool {
	for _, b := range f.bindings {
		if b.how == ecmaImported && (b.symbol == module || strings.HasPrefix(b.symbol, module+".")) {
			return true
		}
	}
	return false
}

// classFields notes class Environment { @IsString() DATABASE_URL: string; PORT = 3000 }.
// What is validated under a condition alone is not required.
func (f *ecmaFile) classFields(call, body syntax.Node) {
	fields := map[string]ecmaEnvField{}
	for c := body.First(); c.OK(); c = c.Next() {
		if !c.Is("public_field_definition", "field_definition") {
			continue
		}
		name := ecmaKey(c.Field("name"))
		if !variableName.MatchString(name) {
			continue
		}
		field := ecmaEnvField{name: name, via: "class-validator", at: c.Field("name"), fallback: c.Field("value")}
		field.required = !field.fallback.OK() && !c.Has("?") && !strings.Contains(c.Text(), "@IsOptional") && !strings.Contains(c.Text(), "@ValidateIf(")
		fields[name] = field
	}
	f.schemas[call.Index()] = fields
}

// jsonSchema notes { required: ["PORT"], properties: { PORT: { default: 3000 } } }.
func (f *ecmaFile) jsonSchema(call, schema syntax.Node) {
	required := map[string]bool{}
	for _, name := range f.stringsOf(f.property(schema, "required")) {
		required[name] = true
	}
	fields := map[string]ecmaEnvField{}
	properties := f.object(f.property(schema, "properties"))
	for p := properties.First(); p.OK(); p = p.Next() {
		if name := ecmaKey(p.Field("key")); p.Is("pair") && variableName.MatchString(name) {
			fallback := f.property(f.object(p.Field("value")), "default")
			fields[name] = ecmaEnvField{name: name, via: "json-schema", at: p, fallback: fallback, required: required[name] && !fallback.OK()}
		}
	}
	f.schemas[call.Index()] = fields
}

// readEnvAsked states a question whether a variable is there: "X" in
// process.env, process.env.hasOwnProperty("X").
func (f *ecmaFile) readEnvAsked(n syntax.Node) {
	if n.Field("operator").Text() != "in" {
		return
	}
	via := f.symbol(n.Field("right"))
	if name, ok := ecmaString(n.Field("left")); ok && envObjects[via] && variableName.MatchString(name) {
		f.say(n, f.envRead(ecmaEnvSite{name: name, via: via}, inspect.Value{}, syntax.Node{}))
	}
}

// readEnvListed states nconf.env(["PORT"]) and the names asked of it.
func (f *ecmaFile) readEnvListed(c ecmaCall) {
	switch {
	case strings.HasPrefix(c.callee, "nconf.") && c.method == "env":
		list := f.definition(c.arg(0))
		if list.Is("object") {
			list = f.definition(f.property(list, "whitelist"))
		}
		for _, e := range ecmaChildren(list) {
			if name, ok := ecmaString(e); list.Is("array") && ok && variableName.MatchString(name) {
				f.say(e, inspect.EnvRead{Name: name, Via: "nconf.env", Secret: inspect.IsSecretName(name)})
			}
		}
	case (c.method == "hasOwnProperty" || c.method == "hasOwn") && len(c.args) > 0:
		of, at := f.symbol(c.recv), c.args[0]
		if c.method == "hasOwn" {
			of, at = f.symbol(c.args[0]), c.arg(1)
		}
		if name, _ := ecmaString(at); envObjects[of] && variableName.MatchString(name) {
			f.say(c.node, inspect.EnvRead{Name: name, Via: of, Secret: inspect.IsSecretName(name)})
		}
	}
}
