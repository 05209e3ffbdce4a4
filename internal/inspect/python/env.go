package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyEnvRead is a call that reads an environment variable.
type pyEnvRead struct {
	name     string
	via      string
	fallback syntax.Node
	required bool
}

// envWrapper is a function of the file that reads the variable whose name it
// is given: prefix + argument + suffix.
type envWrapper struct {
	place          int    // of the name among the arguments
	param          string // its parameter
	prefix, suffix string
	upper          bool
	defaultPlace   int // -1 without
	defaultParam   string
	fallback       syntax.Node // where the wrapper itself has one
	required       bool
}

// pyEnvMethods are the readers of environ.Env, environs.Env and FileAwareEnv.
var pyEnvMethods = map[string]string{
	"": "", "str": "", "unicode": "", "bool": "", "int": "", "float": "", "json": "", "list": "", "tuple": "", "dict": "", "url": "",
	"path": "", "bytes": "", "decimal": "", "date": "", "datetime": "", "timedelta": "", "uuid": "", "enum": "", "log_level": "", "get_value": "",
	"db": "DATABASE_URL", "db_url": "DATABASE_URL", "cache": "CACHE_URL", "cache_url": "CACHE_URL", "email": "EMAIL_URL", "email_url": "EMAIL_URL",
	"search_url": "SEARCH_URL", "channels": "CHANNELS_URL", "dj_db_url": "", "dj_email_url": "", "dj_cache_url": "",
}

// pyEnvObjects are the classes whose instances read variables when called or
// by pyEnvMethods.
var pyEnvObjects = []string{"environ.Env()", "environ.FileAwareEnv()", "environs.Env()", "environs.FileAwareEnv()", "environs.env"}

// pyConfigCalls read the variable that their first argument names and fail
// without default=.
var pyConfigCalls = map[string]string{
	"decouple.config": "decouple.config", "decouple.AutoConfig()": "decouple.AutoConfig", "decouple.Config()": "decouple.Config",
	"prettyconf.config": "prettyconf.config", "starlette.config.Config()": "starlette.config.Config", "starlette.config.Config().get": "starlette.config.Config.get",
}

// envRead tells whether a call reads a variable whose name the file determines.
func (p *pythonFile) envRead(c pyCall) (pyEnvRead, bool) {
	read := pyEnvRead{via: pyVia(c.name)}
	nameArg, keys := c.args.arg(0, "key", "var", "name"), c.args
	switch c.name {
	case "os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop", "os.environ.copy().get", "dotenv.dotenv_values().get":
		read.fallback = keys.arg(1, "default")
		read.required = c.name == "os.environ.pop" && !read.fallback.OK()
	case "configurations.values.DatabaseURLValue", "configurations.values.CacheURLValue", "configurations.values.EmailURLValue", "configurations.values.SearchURLValue":
		return p.configurationValue(c, strings.ToUpper(strings.TrimSuffix(strings.TrimPrefix(c.name, "configurations.values."), "URLValue"))+"_URL", "")
	case "dj_database_url.config":
		read.name, nameArg = "DATABASE_URL", keys.arg(0, "env")
		read.fallback = keys.arg(1, "default")
	default:
		if strings.HasPrefix(c.name, "configurations.values.") && strings.HasSuffix(c.name, "Value") {
			return p.configurationValue(c, "", "DJANGO")
		}
		via, isConfig := pyConfigCalls[c.name]
		object, method, isEnv := pyEnvObject(c.name)
		switch {
		case isConfig:
			read.via, read.fallback = via, keys.arg(-1, "default")
			if strings.HasPrefix(c.name, "starlette") {
				read.fallback = keys.arg(2, "default")
			}
		case isEnv:
			read.via, read.name = object, pyEnvMethods[method]
			if method != "" {
				read.via += "." + method
			}
			place := 1
			if method == "" && !strings.HasPrefix(c.name, "environs.") { // of environ, what comes second is a type
				place = 2
			}
			read.fallback = keys.arg(place, "default")
			nameArg = keys.arg(0, "var", "name", "key")
		default:
			return p.wrapperRead(c)
		}
		if !read.fallback.OK() {
			read.fallback = p.schemeDefault(c, nameArg)
		}
		read.required = !read.fallback.OK() && !keys.spread && !p.hasScheme(c, nameArg)
	}
	if nameArg.OK() && p.resolve(nameArg) != "dj_database_url.DEFAULT_ENV" {
		name, ok := p.envName(nameArg)
		if !ok {
			return pyEnvRead{}, false
		}
		read.name = name
		if strings.HasPrefix(c.name, "environs.") {
			read.name = p.prefixed(c.Node) + name
		}
	}
	return read, plausibleVariable(read.name)
}

// envName is the variable's name: a literal, or the first of those that an if
// chooses from.
func (p *pythonFile) envName(n syntax.Node) (string, bool) {
	if name, ok := p.literal(n); ok {
		return name, true
	}
	if n.Is("identifier") {
		if b := p.lookup(n.Text(), n); b != nil && !b.param.OK() {
			for _, v := range b.values {
				if name, ok := p.literal(v); ok {
					return name, true
				}
			}
		}
	}
	return "", false
}

// pyEnvObject splits "environ.Env().bool" into class and method.
func pyEnvObject(name string) (object, method string, ok bool) {
	for _, o := range pyEnvObjects {
		if rest, found := strings.CutPrefix(name, o); found {
			method = strings.TrimPrefix(rest, ".")
			if _, known := pyEnvMethods[method]; known {
				return pyVia(o), method, true
			}
		}
	}
	return "", "", false
}

// hasScheme reports whether the Env object that a call reads from gives the
// variable a default: environ.Env(DEBUG=(bool, False)).
func (p *pythonFile) hasScheme(c pyCall, nameArg syntax.Node) bool {
	object := c.Field("function")
	if object.Is("attribute") {
		object = object.Field("object")
	}
	made := p.follow(object)
	if name, ok := p.literal(nameArg); ok && made.Is("call") {
		_, found := pyArgsOf(made).keyword[name]
		return found
	}
	return false
}

// pyEnviron reports whether a name is the environment, or a .env file read as
// if it were.
func pyEnviron(name string) bool {
	return name == "os.environ" || name == "os.environ.copy()" || name == "dotenv.dotenv_values()"
}

func plausibleVariable(name string) bool {
	return name != "" && len(name) < 100 && !strings.ContainsAny(name, " \t\n=$/{}<>\"'")
}

// envCall states the variable that a call reads.
func (p *pythonFile) envCall(c pyCall) {
	switch read, ok := p.envRead(c); {
	case ok:
		p.envFact(c.Node, read)
	case c.name == "os.environ.get" || c.name == "os.getenv":
		p.loopReads(c.Node, c.args.arg(0, "key"), pyVia(c.name), false)
	default:
		if symbol, name, asks := p.envAsked(c); asks {
			p.envAsk(c, symbol, name)
		}
		p.optionRead(c)
	}
}

// envSubscript states os.environ["X"] where it is read, not set.
func (p *pythonFile) envSubscript(n syntax.Node) {
	environ := p.resolve(n.Field("value"))
	if !pyEnviron(environ) || n.Parent().Is("delete_statement") {
		return
	}
	if n.FieldName() == "left" && n.Parent().Is("assignment", "augmented_assignment") {
		return
	}
	if name, ok := p.literal(n.Field("subscript")); ok && plausibleVariable(name) {
		required := !inTry(n, "KeyError", "LookupError")
		p.envFact(n, pyEnvRead{name: name, via: pyVia(environ) + "[]", required: required})
	} else if !ok {
		p.loopReads(n, n.Field("subscript"), pyVia(environ)+"[]", !inTry(n, "KeyError", "LookupError"))
	}
}

// envMembership states "X" in os.environ.
func (p *pythonFile) envMembership(n syntax.Node) {
	if !(n.Has("in") || n.Has("not in")) || p.resolve(n.Child(1)) != "os.environ" {
		return
	}
	if name, ok := p.literal(n.Child(0)); ok && plausibleVariable(name) {
		p.envFact(n, pyEnvRead{name: name, via: "os.environ"})
	} else if !ok {
		p.loopReads(n, n.Child(0), "os.environ", false)
	}
}

// envFact states a read with what surrounds it: fallback by or, check, branch.
func (p *pythonFile) envFact(n syntax.Node, read pyEnvRead) {
	fallback, outer := read.fallback, n
	debug := false
	for up := outer.Parent(); up.OK(); up = outer.Parent() {
		if up.Is("boolean_operator") && up.Has("or") && outer == up.Field("left") && !p.evaluate(fallback).Given() {
			fallback = up.Field("right")
		}
		if !up.Is("parenthesized_expression", "boolean_operator", "argument_list", "call") || up.Is("call") && !pySame[p.callee(up)] {
			break
		}
		outer = up
	}
	if other := otherwise(outer, read.name); other.OK() {
		fallback, read.required = other, false
	}
	if fallback.Is("conditional_expression") && pyDebugCondition(fallback.Child(1)) {
		fallback, debug = fallback.Child(0), true
	}
	if fallback.Is("call") && pyExits[p.callee(fallback)] {
		read.required, fallback = true, syntax.Node{}
	}
	secret := inspect.IsSecretName(read.name)
	value := p.evaluate(fallback)
	fact := inspect.EnvRead{
		Name: read.name, Via: read.via, Required: read.required && !value.Given() && !p.testedFor(n, read.name),
		Fallback: value.Kept(secret), Secret: secret, Debug: debug || p.debugOnly(n),
	}
	rejected, sole := p.isRejected(outer)
	fact.Rejected = rejected
	if sole && !value.Given() {
		fact.Required = true
	}
	p.state(n, fact)
}

// otherwise is what a conditional expression gives when the variable that its
// condition looks at is unset: b in os.environ["X"] if "X" in os.environ else b.
func otherwise(n syntax.Node, name string) syntax.Node {
	up := n.Parent()
	if !up.Is("conditional_expression") || !inspect.ContainsWord(up.Child(1).Text(), name) {
		return syntax.Node{}
	}
	switch n {
	case up.Child(0):
		return up.Child(2)
	case up.Child(2):
		return up.Child(0)
	}
	return syntax.Node{}
}
