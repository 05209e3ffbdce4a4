package python

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// pyRandom are calls whose result differs in each process.
var pyRandom = map[string]bool{
	"os.urandom": true, "secrets.token_hex": true, "secrets.token_urlsafe": true, "secrets.token_bytes": true, "secrets.choice": true,
	"uuid.uuid4": true, "uuid.uuid1": true, "random.choice": true, "random.randint": true, "random.random": true, "random.SystemRandom().choice": true,
	"random.randbytes": true, "random.getrandbits": true, "django.core.management.utils.get_random_secret_key": true,
	"django.utils.crypto.get_random_string": true, "cryptography.fernet.Fernet.generate_key": true, "werkzeug.security.gen_salt": true,
}

// pyInput are calls whose result a person or a caller gives.
var pyInput = map[string]bool{
	"input": true, "getpass.getpass": true, "argparse.ArgumentParser().parse_args": true, "django.conf.settings": true,
}

// pySame are functions that give their first argument back in another shape,
// pySameMethod methods that do so with their receiver.
var pySame = map[string]bool{
	"int": true, "str": true, "float": true, "bool": true, "bytes": true, "os.path.expanduser": true, "os.path.abspath": true,
	"os.path.realpath": true, "os.path.normpath": true, "os.path.expandvars": true, "os.fspath": true, "pathlib.Path": true,
	"pathlib.PurePath": true, "urllib.parse.urlparse": true, "urllib.parse.urlsplit": true, "sqlalchemy.engine.url.make_url": true,
	"sqlalchemy.make_url": true, "sqlalchemy.text": true, "pydantic.SecretStr": true,
}

var pySameMethod = map[string]bool{
	"strip": true, "rstrip": true, "lstrip": true, "lower": true, "upper": true, "encode": true, "decode": true,
	"resolve": true, "absolute": true, "expanduser": true, "as_posix": true, "get_secret_value": true,
}

// here is a directory of the checkout: the file's own, one above it, or the
// working directory. Paths below it are told relative to it.
var here = pyValue{source: inspect.Literal, text: ".", has: true}

// hereNames are what projects call such a directory, where it is imported.
var hereNames = map[string]bool{
	"BASE_DIR": true, "ROOT_DIR": true, "PROJECT_ROOT": true, "PROJECT_DIR": true, "APPS_DIR": true, "BASE_PATH": true, "__file__": true,
}

func (p *pythonFile) callValue(n syntax.Node) pyValue {
	c := pyCall{Node: n, name: p.callee(n), args: pyArgsOf(n)}
	if read, ok := p.envRead(c); ok {
		v := pyValue{source: inspect.Env, env: []string{read.name}}
		fallback := p.evaluate(read.fallback)
		if fallback.has {
			v.text, v.has = fallback.text, true
			v.secret = inspect.IsSecretName(read.name) || fallback.secret
		}
		v.env = append(v.env, fallback.env...)
		if fallback.source == inspect.Random {
			v.source = inspect.Random
		}
		return v
	}
	method := n.Field("function").Field("attribute").Text()
	switch {
	case pyRandom[c.name] || strings.HasPrefix(c.name, "tempfile."):
		return pyValue{source: inspect.Random}
	case pyInput[c.name]:
		return pyValue{source: inspect.Input}
	case pySame[c.name] && len(c.args.positional) == 1:
		return p.evaluate(c.args.positional[0])
	case c.name == "os.path.join" || strings.HasSuffix(c.name, "pathlib.Path") || strings.HasSuffix(c.name, ".joinpath") && pyPath(c.name):
		return p.joinedPath(c)
	case pySameMethod[method]:
		return p.evaluate(n.Field("function").Field("object"))
	case method == "format" && n.Field("function").Field("object").Is("string", "concatenated_string", "identifier"):
		return p.formatted(c)
	case strings.HasSuffix(c.name, ".config.get"):
		return pyValue{source: inspect.Input}
	case c.name == "os.path.dirname" || c.name == "os.getcwd" || c.name == "pathlib.Path.cwd":
		return here
	}
	if def := p.localFunction(n.Field("function")); def.OK() {
		if list := p.returned(n); len(list) == 1 {
			if v := p.evaluate(list[0]); v.source != inspect.Input && v.source != inspect.Unknown {
				return v
			}
		}
	}
	parts := append(n.Field("arguments").Children()[:0:0], c.args.positional...)
	for arg := n.Field("arguments").First(); arg.OK(); arg = arg.Next() {
		if arg.Is("keyword_argument") {
			parts = append(parts, arg.Field("value"))
		}
	}
	if object := n.Field("function").Field("object"); object.OK() {
		parts = append(parts, object)
	}
	return p.mixed(parts)
}

// joinedPath folds the parts of a path that the file determines.
func (p *pythonFile) joinedPath(c pyCall) pyValue {
	var parts []pyValue
	if strings.HasSuffix(c.name, ".joinpath") {
		parts = append(parts, p.evaluate(c.Field("function").Field("object")))
	}
	for _, arg := range c.args.positional {
		parts = append(parts, p.evaluate(arg))
	}
	out := join(parts)
	if out.has {
		text := make([]string, len(parts))
		for i, part := range parts {
			text[i] = part.text
		}
		out.text = path.Join(text...)
	}
	return out
}

// formatted folds "…{}…".format(a, b=c) with positional and named fields.
func (p *pythonFile) formatted(c pyCall) pyValue {
	format := p.evaluate(c.Field("function").Field("object"))
	if format.source != inspect.Literal {
		return p.mixed(append([]syntax.Node{c.Field("function").Field("object")}, c.args.positional...))
	}
	var parts []pyValue
	rest, place := format.text, 0
	for {
		before, after, ok := strings.Cut(rest, "{")
		parts = append(parts, pyValue{source: inspect.Literal, text: before, has: true})
		if !ok {
			return join(parts)
		}
		field, tail, ok := strings.Cut(after, "}")
		if !ok {
			return pyValue{source: inspect.Unknown}
		}
		value := c.args.arg(-1, field)
		if field == "" && place < len(c.args.positional) {
			value = c.args.positional[place]
			place++
		}
		if v := p.evaluate(value); v.source != inspect.None {
			parts = append(parts, v)
		} else {
			parts = append(parts, pyValue{source: inspect.Unknown})
		}
		rest = tail
	}
}
