package php

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// read is one read of an environment variable.
type read struct {
	name     string
	via      string
	fallback syntax.Node
	required bool
}

// readers are calls that read the variable that their first argument names;
// true where the second is a default.
var readers = lowered(map[string]bool{
	"getenv": false, "apache_getenv": false, "getenv_docker": true, "env": true, `Env\env`: false,
	`Illuminate\Support\Env::get`: true, `Illuminate\Support\Env::getOrFail`: false, `Env\Env::get`: false, `Symfony\Component\DependencyInjection\Loader\Configurator\env`: false,
	`Spiral\Boot\EnvironmentInterface->get`: true, `Hyperf\Support\env`: true, `Cake\Core\env`: true, `Yiisoft\Yii\env`: true,
})

// envRead tells whether a call reads a variable whose name the file determines.
func (s *script) envRead(c call) (read, bool) {
	withDefault, known := readers[c.key]
	if !known {
		if c.key == "filter_input" && written(c.args.at(0)) == "INPUT_ENV" {
			name, ok := s.literal(c.args.at(1))
			return read{name: name, via: "filter_input"}, ok && plausible(name)
		}
		return s.wrapperRead(c)
	}
	name, ok := s.literal(c.args.at(0, "name", "key", "varname"))
	if !ok || !plausible(name) {
		return read{}, false
	}
	r := read{name: name, via: via(c.name), required: c.method == "getorfail" || strings.HasPrefix(c.key, "symfony\\")}
	if withDefault {
		r.fallback = c.args.at(1, "default")
	}
	return r, true
}

// requestKeys are entries of $_SERVER that the server and the request make.
var requestKeys = regexp.MustCompile(`^(HTTP_|CONN_|REQUEST_|REMOTE_|SERVER_|SCRIPT_|REDIRECT_|PHP_|SSL_|CONTENT_|FCGI_|ORIG_|GATEWAY_|PATH_|AUTH_|DOCUMENT_|QUERY_|CONTEXT_|UNIQUE_ID$|HTTPS$|argv$|argc$)|[a-z]`)

// superglobal is the variable that $_ENV['X'] or $_SERVER['X'] reads.
func (s *script) superglobal(n syntax.Node) (string, bool) {
	if all := n.Child(0); all.Is("function_call_expression") {
		if s.functionName(all.Field("function")) != "getenv" || all.Field("arguments").Child(0).OK() {
			return "", false
		}
		name, ok := s.literal(n.Child(1)) // getenv()['X']
		return name, ok && plausible(name)
	}
	object := written(n.Child(0))
	if len(object) > len("$_SERVER") || object != "$_ENV" && object != "$_SERVER" {
		return "", false
	}
	name, ok := s.literal(n.Child(1))
	if !ok || !plausible(name) || object == "$_SERVER" && requestKeys.MatchString(name) {
		return "", false
	}
	return name, true
}

func plausible(name string) bool {
	return name != "" && len(name) < 100 && !strings.ContainsAny(name, " \t\n=$/{}<>\"'\\")
}

// envCall states the variable that a call reads, and those that Dotenv demands.
func (s *script) envCall(c call) {
	if r, ok := s.envRead(c); ok {
		s.envFact(c.Node, r)
		return
	}
	s.listedReads(c)
	s.askFact(c)
	if c.method == "required" && strings.HasPrefix(c.key, "dotenv\\") {
		for _, name := range s.texts(c.args.at(0)) {
			if plausible(name) {
				s.envFact(c.Node, read{name: name, via: "Dotenv->required", required: true})
			}
		}
	}
	if (c.key == "array_key_exists") && written(c.args.at(1)) == "$_ENV" {
		if name, ok := s.literal(c.args.at(0)); ok && plausible(name) {
			s.envFact(c.Node, read{name: name, via: "$_ENV"})
		}
	}
}

// envSubscript states $_ENV['X'] where it is read, not set.
func (s *script) envSubscript(n syntax.Node) {
	name, ok := s.superglobal(n)
	if !ok || n.FieldName() == "left" && n.Parent().Is("assignment_expression") || n.Parent().Is("unset_statement") {
		return
	}
	s.envFact(n, read{name: name, via: strings.TrimSuffix(written(n.Child(0)), "()")})
}

// listedReads states the variables that a loop over a list reads:
// foreach (['A', 'B'] as $name) getenv($name).
func (s *script) listedReads(c call) {
	if _, known := readers[c.key]; !known {
		return
	}
	at := c.args.at(0)
	if !at.Is("variable_name") {
		return
	}
	b := s.lookup(at)
	if b == nil || !b.loop.OK() {
		return
	}
	for _, name := range s.texts(b.loop) {
		if plausible(name) {
			s.envFact(c.Node, read{name: name, via: via(c.name), fallback: c.args.at(1)})
		}
	}
}

// symfonyParameter is %env(processor:NAME)% inside a text.
var symfonyParameter = regexp.MustCompile(`%env\(([^()]*)\)%`)

// symfonyEnv states the variables that a text of Symfony's container names.
func (s *script) symfonyEnv(n syntax.Node) {
	if from, to := n.Span(); to-from > 1000 || !strings.Contains(n.Text(), "%env(") {
		return
	}
	text, ok := s.literal(n)
	if !ok {
		return
	}
	for _, m := range symfonyParameter.FindAllStringSubmatch(text, -1) {
		parts := strings.Split(m[1], ":")
		name := parts[len(parts)-1]
		if !plausible(name) {
			continue
		}
		fact := inspect.EnvRead{Name: name, Via: "%env()%", Required: true, Secret: isSecretName(name)}
		for _, processor := range parts[:len(parts)-1] {
			if processor == "default" {
				fact.Required, fact.Fallback = false, inspect.Value{Source: inspect.Unknown}
			}
		}
		s.state(n, fact)
	}
}

// envFact states a read with what surrounds it: default, check, branch.
func (s *script) envFact(n syntax.Node, r read) {
	fallback, outer, debug := r.fallback, n, false
	for up := outer.Parent(); up.OK(); up = outer.Parent() {
		if other, ok := s.defaultAround(up, outer); ok {
			if !s.evaluate(fallback).Given() {
				fallback = other
			}
			outer = up
			continue
		}
		if !up.Is("parenthesized_expression", "argument", "arguments", "cast_expression", "error_suppression_expression") && !s.keeps(up) {
			break
		}
		outer = up
	}
	if other := s.otherwise(outer, r.name); other.OK() {
		fallback = other
	}
	if fallback.Is("conditional_expression") && s.debugWhen(fallback.Field("condition")) > 0 {
		fallback, debug = fallback.Field("body"), true
	}
	if s.ends(fallback) {
		r.required, fallback = true, syntax.Node{}
	}
	secret := isSecretName(r.name)
	v := s.evaluate(fallback)
	fact := inspect.EnvRead{
		Name: r.name, Via: r.via, Required: r.required && !v.Given(), Fallback: v.Kept(secret), Secret: secret,
		Debug: debug || s.debugOnly(n),
	}
	rejected, sole := s.isRejected(outer)
	fact.Rejected = rejected
	if sole && !v.Given() {
		fact.Required = true
	}
	s.state(n, fact)
}

// defaultAround is b in a ?: b, a ?? b and a or b.
func (s *script) defaultAround(up, inner syntax.Node) (syntax.Node, bool) {
	switch up.Kind() {
	case "conditional_expression":
		if up.Field("condition") == inner && !up.Field("body").OK() {
			return up.Field("alternative"), true
		}
	case "binary_expression":
		if op := up.Field("operator").Text(); up.Field("left") == inner && (op == "??" || op == "or" && s.ends(up.Field("right"))) {
			return up.Field("right"), true
		}
	}
	return syntax.Node{}, false
}

// keeps reports whether a call only gives its argument another shape.
func (s *script) keeps(n syntax.Node) bool {
	return n.Is("function_call_expression") && same[s.functionName(n.Field("function"))]
}

// otherwise is what a condition on the same variable gives when it is unset:
// isset($_ENV['X']) ? $_ENV['X'] : b.
func (s *script) otherwise(n syntax.Node, name string) syntax.Node {
	up := n.Parent()
	if !up.Is("conditional_expression") || !up.Field("body").OK() || !inspect.ContainsWord(written(up.Field("condition")), name) {
		return syntax.Node{}
	}
	switch n {
	case up.Field("body"):
		return up.Field("alternative")
	case up.Field("alternative"):
		return up.Field("body")
	}
	return syntax.Node{}
}
