package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
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

// hereNames are what projects call a directory of the checkout, where it is
// imported.
var hereNames = map[string]bool{
	"BASE_DIR": true, "ROOT_DIR": true, "PROJECT_ROOT": true, "PROJECT_DIR": true, "APPS_DIR": true, "BASE_PATH": true, "__file__": true,
}

func (p *pythonFile) callValue(n syntax.Node) fold.Value {
	c := pyCall{Node: n, name: p.callee(n), args: pyArgsOf(n)}
	if read, ok := p.envRead(c); ok {
		return fold.Read(read.name, inspect.IsSecretName(read.name), p.evaluate(read.fallback))
	}
	if _, name, asks := p.envAsked(c); asks {
		return askedValue(name)
	}
	method := n.Field("function").Field("attribute").Text()
	switch {
	case pyRandom[c.name] || strings.HasPrefix(c.name, "tempfile."):
		return fold.Random
	case pyInput[c.name]:
		return fold.Input
	case pySame[c.name] && len(c.args.positional) == 1:
		return p.evaluate(c.args.positional[0])
	case c.name == "os.path.join" || strings.HasSuffix(c.name, "pathlib.Path") || strings.HasSuffix(c.name, ".joinpath") && pyPath(c.name):
		return p.joinedPath(c)
	case pySameMethod[method]:
		return p.evaluate(n.Field("function").Field("object"))
	case method == "format" && n.Field("function").Field("object").Is("string", "concatenated_string", "identifier"):
		return p.formatted(c)
	case strings.HasSuffix(c.name, ".config.get"):
		return fold.Input
	case c.name == "os.path.dirname" || c.name == "os.getcwd" || c.name == "pathlib.Path.cwd":
		return fold.Here
	}
	if def := p.localFunction(n.Field("function")); def.OK() {
		if list := p.returned(n); len(list) == 1 {
			if v := p.evaluate(list[0]); v.Source != inspect.Input && v.Source != inspect.Unknown {
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
func (p *pythonFile) joinedPath(c pyCall) fold.Value {
	var parts []fold.Value
	if strings.HasSuffix(c.name, ".joinpath") {
		parts = append(parts, p.evaluate(c.Field("function").Field("object")))
	}
	for _, arg := range c.args.positional {
		parts = append(parts, p.evaluate(arg))
	}
	return fold.Resolve(parts...)
}

// formatted folds "…{}…".format(a, b=c) with positional and named fields.
func (p *pythonFile) formatted(c pyCall) fold.Value {
	format := p.evaluate(c.Field("function").Field("object"))
	if !format.IsLiteral() {
		return p.mixed(append([]syntax.Node{c.Field("function").Field("object")}, c.args.positional...))
	}
	var parts []fold.Value
	rest, place := format.Text, 0
	for {
		before, after, ok := strings.Cut(rest, "{")
		parts = append(parts, fold.Literal(before))
		if !ok {
			return fold.Join(parts...)
		}
		field, tail, ok := strings.Cut(after, "}")
		if !ok {
			return fold.Unknown
		}
		value := c.args.arg(-1, field)
		if field == "" && place < len(c.args.positional) {
			value = c.args.positional[place]
			place++
		}
		parts = append(parts, p.evaluate(value).OrUnknown())
		rest = tail
	}
}
