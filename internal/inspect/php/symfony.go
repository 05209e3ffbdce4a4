package php

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/symfony"
	"twelvefold/internal/inspect/syntax"
)

// containerConfig is what a file configures Symfony's container with: entries
// and the nodes that say them.
type containerConfig struct {
	entries []symfony.Entry
	nodes   []syntax.Node
}

// containerSettings are methods of Symfony's container that take settings.
var containerSettings = map[string]bool{"setparameter": true, "loadfromextension": true, "extension": true, "set": false, "prependextensionconfig": true}

// configurators is the namespace of Symfony's configuration in PHP.
const configurators = `symfony\component\dependencyinjection\loader\configurator\`

// containerCall states what code gives Symfony's container: parameters, and the
// configuration of its extensions.
func (s *script) containerCall(c call) {
	if c.key == configurators+"app::config" {
		s.containerArray(c.args.at(0))
		return
	}
	if !containerSettings[c.method] && !(c.method == "set" && strings.HasSuffix(c.class(), "parametersconfigurator")) {
		return
	}
	if class := c.class(); !strings.HasPrefix(class, `symfony\component\dependencyinjection\`) {
		return
	}
	key, ok := s.literal(c.args.at(0))
	if !ok {
		return
	}
	v := c.args.at(1)
	s.settingsOf(c.Node, key, v, 0)
	if text, ok := plainString(v); ok {
		s.credential(c.Node, key, "argument", text)
		s.handleFact(c.Node, key, text)
	}
	if c.method != "set" && c.method != "setparameter" {
		s.containerEntries(c.Node, []string{key}, v, s.containerProfile(c.Node), 0)
	}
}

var whenEnvironment = regexp.MustCompile(`^when@([\w-]+)$`)

// containerArray states App::config(['framework' => […], 'when@prod' => […]]).
func (s *script) containerArray(config syntax.Node) {
	for _, e := range s.entries(s.array(config)) {
		m := whenEnvironment.FindStringSubmatch(e.key)
		if m == nil {
			s.settingsOf(e.at, e.key, e.value, 0)
			s.containerEntries(e.at, []string{e.key}, e.value, "", 0)
			continue
		}
		for _, inner := range s.entries(s.array(e.value)) {
			s.containerEntries(inner.at, []string{inner.key}, inner.value, m[1], 0)
		}
	}
}

// containerEntries collects the scalars of a value under a path.
func (s *script) containerEntries(at syntax.Node, path []string, v syntax.Node, profile string, depth int) {
	if len(s.container.entries) >= maxSettings || depth > maxSettingDepth {
		return
	}
	if array := s.array(v); array.Is("array_creation_expression") {
		for _, e := range s.entries(array) {
			if e.key != "" {
				s.containerEntries(e.at, append(path[:len(path):len(path)], e.key), e.value, profile, depth+1)
			}
		}
		return
	}
	value := s.evaluate(v)
	if value.IsLiteral() {
		value, _ = symfony.Parameters{}.Expand(value.Text, symfony.Environment(profile)) // its reads are stated for the string
	}
	s.container.entries = append(s.container.entries, symfony.Entry{Path: path, Value: value, Profile: profile})
	s.container.nodes = append(s.container.nodes, at)
}

// containerFacts states what the configuration means.
func (s *script) containerFacts() {
	if len(s.container.entries) > 0 {
		symfony.Facts(s.container.entries, func(i int, fact inspect.Fact) { s.state(s.container.nodes[i], fact) })
	}
}

// asksEnvironment is a condition of the container's environment.
var asksEnvironment = regexp.MustCompile(`^\(?\s*(?:['"](\w+)['"]\s*===?\s*\$\w+->env\(\)|\$\w+->env\(\)\s*===?\s*['"](\w+)['"])\s*\)?$`)

// containerProfile is the environment that code is run for:
// if ('prod' === $container->env()).
func (s *script) containerProfile(n syntax.Node) string {
	for inner, p := n, n.Parent(); p.OK(); inner, p = p, p.Parent() {
		if !p.Is("if_statement", "else_if_clause") || inner != p.Field("body") {
			continue
		}
		if m := asksEnvironment.FindStringSubmatch(written(p.Field("condition"))); m != nil {
			return m[1] + m[2]
		}
	}
	if s.debugOnly(n) {
		return "dev"
	}
	return ""
}

const configClasses = `symfony\config\`

// namedConfigs are methods of the generated builders that take the name of what they
// configure, by what they belong to: the key that lists them.
var namedConfigs = map[string]map[string]string{
	"monolog": {"handler": "handlers"}, "dbal": {"connection": "connections"}, "messenger": {"transport": "transports", "routing": "routing", "bus": "buses"}, "mailer": {"transport": "transports"},
	"cache": {"pool": "pools"}, "http_client": {"scoped_client": "scoped_clients"}, "snc_redis": {"client": "clients"}, "fos_elastica": {"client": "clients"}, "doctrine_mongodb": {"connection": "connections"},
	"old_sound_rabbit_mq": {"connection": "connections"}, "flysystem": {"storage": "storages"}, "vich_uploader": {"mapping": "mappings"},
}

// fluentSetting states $framework->session()->handlerId(env('REDIS_URL')): a
// setter of the builders that Symfony generates.
func (s *script) fluentSetting(c call) {
	if !c.recv.OK() || !strings.HasPrefix(c.key, configClasses) || len(c.args.positional) != 1 {
		return
	}
	path := s.builderPath(c.recv, 0)
	name := snake(c.Field("name").Text())
	if path == nil || namedConfigs[path[len(path)-1]][name] != "" {
		return
	}
	path = append(path[:len(path):len(path)], name)
	s.settingsOf(c.Node, strings.Join(path, "."), c.args.at(0), 0)
	if text, ok := plainString(c.args.at(0)); ok {
		s.credential(c.Node, name, "argument", text)
	}
	s.containerEntries(c.Node, path, c.args.at(0), s.containerProfile(c.Node), 0)
}

// builderPath is the path that a builder configures, nil when it is none.
func (s *script) builderPath(n syntax.Node, depth int) []string {
	if depth > 12 {
		return nil
	}
	switch n.Kind() {
	case "variable_name":
		b := s.lookup(n)
		switch {
		case b == nil:
		case b.param.OK():
			class := strings.ToLower(s.className(b.param.Field("type")))
			if name, ok := strings.CutSuffix(short(class), "config"); ok && strings.HasPrefix(class, configClasses) {
				written := short(s.className(b.param.Field("type")))
				return []string{snake(written[:len(name)])}
			}
		case len(b.values) == 1 && b.values[0].OK():
			return s.builderPath(b.values[0], depth+1)
		}
	case "member_call_expression":
		path := s.builderPath(n.Field("object"), depth+1)
		if path == nil {
			return nil
		}
		name, args := snake(n.Field("name").Text()), argsOf(n)
		if len(args.positional) == 0 {
			return append(path[:len(path):len(path)], name)
		}
		if list := namedConfigs[path[len(path)-1]][name]; list != "" {
			if of, ok := s.literal(args.at(0)); ok {
				return append(path[:len(path):len(path)], list, of)
			}
			return nil
		}
		return path // a setter gives its builder back
	}
	return nil
}

var hump = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// snake is a name in small letters with underscores: "handler_id" of handlerId.
func snake(name string) string { return strings.ToLower(hump.ReplaceAllString(name, "${1}_$2")) }
