package php

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

var (
	// randoms are calls whose result differs each time.
	randoms = map[string]bool{
		"random_bytes": true, "random_int": true, "uniqid": true, "mt_rand": true, "rand": true, "openssl_random_pseudo_bytes": true, "com_create_guid": true,
		"tempnam": true, "tmpfile": true, "microtime": true, "time": true, "date": true, "getmypid": true,
		"illuminate\\support\\str::random": true, "illuminate\\support\\str::uuid": true, "ramsey\\uuid\\uuid::uuid4": true, "wp_generate_password": true, "sodium_crypto_secretbox_keygen": true,
	}
	// same give their first argument back in another shape.
	same = map[string]bool{
		"trim": true, "rtrim": true, "ltrim": true, "strval": true, "intval": true, "floatval": true, "boolval": true, "strtolower": true, "strtoupper": true, "realpath": true,
		"filter_var": true, "base64_decode": true, "base64_encode": true, "bin2hex": true, "hex2bin": true, "md5": true, "sha1": true, "urlencode": true, "rawurlencode": true, "parse_url": true,
		"json_decode": true, "stripslashes": true, "addslashes": true, "str": true, "value": true, "with": true, "tap": true, "constant": true,
	}
	// sameText are those of them that leave a literal text as it is.
	sameText = map[string]bool{
		"trim": true, "rtrim": true, "ltrim": true, "strval": true, "intval": true, "realpath": true, "filter_var": true, "str": true, "value": true, "with": true, "tap": true,
	}
	// laravelPaths are functions for directories of the application.
	laravelPaths = map[string]string{
		"base_path": "", "storage_path": "storage", "public_path": "public", "database_path": "database", "resource_path": "resources", "app_path": "app", "config_path": "config",
		"bootstrap_path": "bootstrap", "lang_path": "lang",
	}
	// settingsCalls read a framework's configuration, which another file gives.
	settingsCalls = map[string]bool{
		"config": true, "get_option": true, "illuminate\\support\\facades\\config::get": true, "cake\\core\\configure::read": true, "drupal::config": true, "yii::$app": true,
	}
)

func (s *script) callValue(c call) fold.Value {
	if read, ok := s.envRead(c); ok {
		return fold.Read(read.name, isSecretName(read.name), s.evaluate(read.fallback))
	}
	if prefix, ok := laravelPaths[c.key]; ok {
		return s.laravelPath(c, prefix)
	}
	if _, name, ok := s.ask(c); ok {
		return fold.Value{Source: inspect.Unknown, Env: []string{inspect.AskedVariable(name)}}
	}
	switch {
	case randoms[c.key]:
		return fold.Random
	case settingsCalls[c.key] || c.method == "getparameter":
		return fold.Input
	case c.key == "getenv":
		return fold.Env()
	case same[c.key] && len(c.args.positional) > 0:
		v := s.evaluate(c.args.at(0))
		if v.Has && !sameText[c.key] && v.Source == inspect.Literal {
			return fold.Unknown
		}
		if c.key == "rtrim" && v.Has && v.Source == inspect.Literal {
			v.Text = strings.TrimRight(v.Text, "/ ")
		}
		return v
	case c.key == "sprintf" || c.key == "vsprintf":
		return s.formatted(c)
	case c.key == "getcwd":
		return fold.Literal(".")
	case c.key == "dirname":
		return s.parentDirectory(c)
	case c.key == "sys_get_temp_dir":
		return fold.Literal("/tmp")
	case c.key == "implode" || c.key == "join":
		return s.imploded(c)
	case c.key == "explode":
		return s.evaluate(c.args.at(1))
	case c.key == "join_path" || c.key == "joinpaths":
		return s.mixed(c.args.positional...)
	}
	return s.calledValue(c)
}

// calledValue is what a function of this file returns, when it does not depend
// on its arguments; of any other call, what its parts come from.
func (s *script) calledValue(c call) fold.Value {
	if def := s.localFunction(c.Node); def.OK() {
		if list := s.returnedBy(def); len(list) == 1 {
			if v := s.evaluate(list[0]); v.Source != inspect.Input && v.Source != inspect.Unknown {
				return v
			}
		}
		return fold.Unknown
	}
	parts := append([]syntax.Node(nil), c.args.positional...)
	if c.recv.OK() && !c.recv.Is("name", "qualified_name", "relative_scope") {
		if object := s.resolve(c.recv); strings.HasSuffix(object, `\Request`) || strings.HasSuffix(object, "ServerRequestInterface") {
			return fold.Input
		}
		if written(c.recv) != "$this" {
			parts = append(parts, c.recv)
		}
	}
	return s.mixed(parts...)
}

// laravelPath folds storage_path('logs/app.log').
func (s *script) laravelPath(c call, prefix string) fold.Value {
	if len(c.args.positional) == 0 {
		return fold.Literal(path.Join(".", prefix))
	}
	v := s.evaluate(c.args.at(0))
	if v.Has && v.Source == inspect.Literal {
		return fold.Literal(path.Join(prefix, v.Text))
	}
	return v.WithoutText()
}

// formatted folds sprintf('%s:%d', …).
func (s *script) formatted(c call) fold.Value {
	format := s.evaluate(c.args.at(0))
	if format.Source != inspect.Literal || c.key == "vsprintf" || c.args.spread {
		return s.mixed(c.args.positional...)
	}
	var parts []fold.Value
	rest, place := format.Text, 1
	for {
		before, after, ok := strings.Cut(rest, "%")
		parts = append(parts, fold.Literal(before))
		if !ok {
			return fold.Join(parts...)
		}
		end := strings.IndexFunc(after, func(r rune) bool { return r == '%' || r|0x20 >= 'a' && r|0x20 <= 'z' })
		switch {
		case end < 0:
			return fold.Unknown
		case after[end] == '%':
			parts = append(parts, fold.Literal("%"))
		case end == 0 && place < len(c.args.positional):
			parts = append(parts, s.evaluate(c.args.at(place)).OrText())
			place++
		default:
			parts = append(parts, fold.Unknown)
			place++
		}
		rest = after[end+1:]
	}
}

// imploded folds implode('/', [$a, $b]).
func (s *script) imploded(c call) fold.Value {
	glue, list := s.evaluate(c.args.at(0)), s.entries(s.array(c.args.at(1)))
	if len(list) == 0 || glue.Source != inspect.Literal {
		return s.mixed(c.args.positional...)
	}
	var parts []fold.Value
	for i, e := range list {
		if i > 0 {
			parts = append(parts, glue)
		}
		parts = append(parts, s.evaluate(e.value).OrText())
	}
	return fold.Join(parts...)
}

// parentDirectory folds dirname($path, $levels).
func (s *script) parentDirectory(c call) fold.Value {
	v := s.evaluate(c.args.at(0))
	if v.Source != inspect.Literal {
		return v.WithoutText()
	}
	levels := 1
	if text, ok := s.literal(c.args.at(1, "levels")); ok && len(text) == 1 && text >= "2" && text <= "9" {
		levels = int(text[0] - '0')
	}
	for range levels {
		switch {
		case v.Text == ".":
			v.Text = ".."
		case path.Base(v.Text) == "..":
			v.Text += "/.."
		default:
			v.Text = path.Dir(v.Text)
		}
	}
	return v
}
