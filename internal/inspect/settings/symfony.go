package settings

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/shell"
	"twelvefold/internal/inspect/symfony"
)

// symfonyContent is what only the configuration of Symfony's container holds.
var symfonyContent = regexp.MustCompile(`(?m)^(framework|doctrine|monolog|parameters|security|twig|services|swiftmailer|snc_redis|when@[\w-]+|imports):|%env\(|%kernel\.`)

// manifest is what other files of the same names hold: Kubernetes' and Compose's.
var manifest = regexp.MustCompile(`(?m)^apiVersion:|^services:[ \t]*\n(?:[ \t]*#.*\n|[ \t]*\n)*[ \t]+[\w-]+:[ \t]*\n[ \t]+(?:image|build):[ \t]+\S`)

// SymfonyYAML reads config/packages/*.yaml, config/services.yaml and
// app/config/*.yml of Symfony: a Setting for each key below an extension or a
// parameter, the variables that are read, and what the settings mean. A file of
// that name that deploys something is read as what it is.
func SymfonyYAML(e *inspect.Emitter, content []byte) error {
	content = shell.PlainText(content)
	if !symfonyContent.Match(content) || manifest.Match(content) {
		return deploy.YAML(e, content)
	}
	documents, err := document.Documents(content, func([]byte) bool { return true })
	if err != nil { // Symfony 2 let references stand without quotes
		if again, unread := document.Documents(quoted(content), func([]byte) bool { return true }); unread == nil {
			documents, err = again, nil
		}
	}
	for _, d := range documents {
		c := &container{e: e, d: d, bytes: maxKeyBytes, parameters: symfony.Parameters{}, byKey: map[string]string{}}
		c.walk(d.Root, nil, "", 0)
		c.state()
		if err == nil {
			err = d.Spent()
		}
	}
	return err
}

var (
	bareReference = regexp.MustCompile(`(?m)^([ \t]*(?:-[ \t]+)?(?:[^\s:#'"]+:[ \t]+)?)([%@][^'"\n]*?)[ \t]*$`)
	bareItem      = regexp.MustCompile(`([\[,{:][ \t]*)([%@][^\[\]{},'"\n]*)`)
)

// quoted puts references that stand without quotes into them.
func quoted(content []byte) []byte {
	content = bareReference.ReplaceAll(content, []byte("$1'$2'"))
	return bareItem.ReplaceAll(content, []byte("$1'$2'"))
}

// container is one document of Symfony's configuration.
type container struct {
	e          *inspect.Emitter
	d          *document.YAML
	scalars    []containerScalar
	parameters symfony.Parameters
	byKey      map[string]string // dotted key → text, of all environments
	bytes      int               // of keys that may still be kept
}

// containerScalar is a scalar with its place.
type containerScalar struct {
	path      []string
	text      string
	null      bool
	profile   string
	line, end int
}

var whenEnvironment = regexp.MustCompile(`^when@([\w-]+)$`)

// walk lists the scalars of a document. What stands below when@prod holds for
// that environment.
func (c *container) walk(n *yaml.Node, path []string, profile string, depth int) {
	n = document.Dealias(n)
	if n == nil || depth > maxKeyDepth {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		for _, p := range c.d.Mapping(n) {
			if m := whenEnvironment.FindStringSubmatch(p.Key.Value); m != nil && depth == 0 {
				c.walk(p.Value, nil, m[1], depth+1)
				continue
			}
			c.at(p.Value, path, p.Key.Value, profile, p.Key.Line, depth)
		}
	case yaml.SequenceNode:
		for i, item := range c.d.Sequence(n) {
			c.at(item, path, strconv.Itoa(i), profile, item.Line, depth)
		}
	}
}

func (c *container) at(n *yaml.Node, path []string, name, profile string, line, depth int) {
	n = document.Dealias(n)
	c.bytes -= len(name) + 16*(len(path)+1)
	if n == nil || c.bytes < 0 || len(name) > maxKey || len(c.scalars) >= maxEntries {
		return
	}
	path = append(path[:len(path):len(path)], name)
	if n.Kind != yaml.ScalarNode {
		c.walk(n, path, profile, depth+1)
		return
	}
	s := containerScalar{path: path, text: document.Text(n), null: document.IsNull(n), profile: profile, line: line, end: max(line, document.LastLine(n))}
	c.scalars = append(c.scalars, s)
	if !symfony.IsDebug(profile) {
		c.byKey[s.key()] = s.text
		if len(path) == 2 && path[0] == "parameters" {
			c.parameters[name] = s.text
		}
	}
}

func (s containerScalar) key() string { return strings.Join(s.path, ".") }

// name is the key without what only says that it is a parameter or an argument.
func (s containerScalar) name() string {
	dotted := strings.Join(s.path[:len(s.path)-1], ".") + "." + strings.TrimLeft(s.path[len(s.path)-1], "$")
	return strings.TrimPrefix(strings.TrimPrefix(dotted, "parameters."), ".")
}

// state states what the scalars say.
func (c *container) state() {
	var entries []symfony.Entry
	var lines []containerScalar
	for _, s := range c.scalars {
		value, reads := fold.Value{}, []symfony.Read(nil)
		if !s.null {
			value, reads = c.parameters.Expand(s.text, symfony.Environment(s.profile))
		}
		c.reads(s, reads)
		if value.IsLiteral() && value.Text == s.text { // refers to nothing
			c.credential(s)
		}
		switch s.path[0] {
		case "services":
			c.handle(s, value)
			continue
		case "imports":
			continue
		case "parameters":
			if !variableDefault.MatchString(s.key()) && !c.standsIn(s.path[1:]) {
				c.handle(s, value)
			}
		}
		if !s.null && !variableDefault.MatchString(s.key()) {
			c.e.Emit(s.line, s.end, inspect.Setting{Key: s.key(), Value: value.Kept(isContainerSecret(s.name())), Profile: s.profile})
		}
		entries, lines = append(entries, symfony.Entry{Path: s.path, Value: value, Profile: s.profile}), append(lines, s)
	}
	symfony.Facts(entries, func(i int, fact inspect.Fact) { c.e.Emit(lines[i].line, lines[i].end, fact) })
}

// handle states a service's URL that an argument or a parameter holds. In the
// environments of developers and tests it is theirs.
func (c *container) handle(s containerScalar, value fold.Value) {
	if !value.IsLiteral() || symfony.IsDebug(s.profile) {
		return
	}
	if handle, ok := inspect.HandleOf(s.name(), value.Text); ok && value.Text == s.text { // else it is stated where it is written
		c.e.Emit(s.line, s.end, handle)
	}
}

// standsIn reports whether a parameter is what a variable falls back to:
// %env(default:redis_url:REDIS_URL)%.
func (c *container) standsIn(path []string) bool {
	name := "default:" + strings.Join(path, ".") + ":"
	return slices.ContainsFunc(c.scalars, func(s containerScalar) bool { return strings.Contains(s.text, name) })
}

// variableDefault is a parameter that is the fallback of a variable.
var variableDefault = regexp.MustCompile(`^parameters\.env\((\w+)\)$`)

// reads states the variables that a scalar reads, and the one whose fallback it
// is.
func (c *container) reads(s containerScalar, reads []symfony.Read) {
	if m := variableDefault.FindStringSubmatch(s.key()); m != nil {
		reads = append(reads, symfony.Read{Name: m[1], Fallback: fold.Literal(s.text), Default: true})
	}
	debug := symfony.IsDebug(s.profile)
	for _, r := range reads {
		secret := inspect.IsSecretName(r.Name)
		c.e.Emit(s.line, s.end, inspect.EnvRead{Name: r.Name, Via: "%env()%", Required: !r.Default && !debug, Fallback: r.Fallback.Kept(secret), Secret: secret, Debug: debug && r.Default})
	}
}

// notContainerSecret are keys with a secret's name that hold a form's field or
// the name of a thing.
var notContainerSecret = regexp.MustCompile(`(?i)(_parameter|_ids?|_manager|_generator|_handler|_extractor|_storage|_resolver)$`)

// ownSecret are what the container signs and unlocks with.
var ownSecret = regexp.MustCompile(`(^|[._])(secret|pass_?phrase)$`)

func isContainerSecret(name string) bool {
	return (isSecretKey(name) || ownSecret.MatchString(name)) && !notContainerSecret.MatchString(lastNames(name, 1)) && !strings.HasPrefix(name, "security.password_hashers.")
}

// credential states a literal secret, the password of a URL, a provider's token.
func (c *container) credential(s containerScalar) {
	if s.null || s.text == "" || symfony.IsDebug(s.profile) && inspect.TokenFormat(s.text) == "" || strings.HasPrefix(s.text, "@") {
		return
	}
	if variableDefault.MatchString(s.key()) {
		return // stated with the read
	}
	name := s.name()
	switch masked, password, ok := inspect.MaskURL(s.text); {
	case isContainerSecret(name) && !isSwitch(s.text) && credentialText(name, s.text):
		c.e.Emit(s.line, s.end, inspect.Credential{Name: name, Via: "assignment", Secret: inspect.NewSecret(s.text), Host: c.host(s)})
	case ok && password != "" && strings.Contains(masked, "://"):
		scheme, rest, _ := strings.Cut(masked, "://")
		_, host, _ := strings.Cut(rest, "@")
		if end := strings.IndexAny(host, "/?#,:"); end >= 0 {
			host = host[:end]
		}
		c.e.Emit(s.line, s.end, inspect.Credential{Name: scheme + "://" + host, Via: "url", Secret: inspect.NewSecret(password), Host: host})
	case inspect.TokenFormat(s.text) != "":
		c.e.Emit(s.line, s.end, inspect.Credential{Name: name, Via: "assignment", Secret: inspect.NewSecret(s.text)})
	}
}

func isSwitch(text string) bool { return text == "true" || text == "false" || text == "auto" }

// host is the host of the service that a password is for, by what stands beside
// it: doctrine.dbal.host, parameters.database_host.
func (c *container) host(s containerScalar) string {
	prefix := strings.Join(s.path[:len(s.path)-1], ".")
	last := s.path[len(s.path)-1]
	names := []string{"host", "url", "server", "dsn"}
	if at := strings.LastIndexByte(last, '_'); at > 0 {
		names = append(names, last[:at]+"_host", last[:at]+"_url", last[:at]+"_server")
	}
	for _, name := range names {
		if text := c.byKey[prefix+"."+name]; text != "" && !strings.Contains(text, "%") {
			return hostOf(text)
		}
	}
	return ""
}
