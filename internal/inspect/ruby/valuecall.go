package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// random are calls whose result differs in each process.
var random = map[string]bool{
	"SecureRandom.hex": true, "SecureRandom.uuid": true, "SecureRandom.base64": true, "SecureRandom.urlsafe_base64": true, "SecureRandom.random_bytes": true,
	"SecureRandom.alphanumeric": true, "SecureRandom.bytes": true, "SecureRandom.random_number": true, "SecureRandom.uuid_v7": true, "Random.rand": true, "Random.new_seed": true,
	"rand": true, "OpenSSL::Random.random_bytes": true, "OpenSSL::PKey::RSA.new": false, "OpenSSL::PKey::RSA.generate": true, "Random.bytes": true, "Random.urandom": true, "Dir.mktmpdir": true,
	"Tempfile.new": true, "Tempfile.create": true, "Tempfile.open": true, "RbNaCl::Random.random_bytes": true, "Devise.friendly_token": true,
}

// same are functions that give their argument back in another shape,
// sameMethod methods that do so with their receiver.
var (
	same = map[string]bool{
		"Integer": true, "Float": true, "String": true, "Array": true, "URI": true, "URI.parse": true, "Pathname": true, "Pathname.new": true, "Addressable::URI.parse": true,
		"File.expand_path": true, "File.absolute_path": true, "File.realpath": true, "CGI.unescape": true, "Base64.decode64": true, "Base64.strict_decode64": true, "YAML.load": true, "JSON.parse": true, "Rational": true, "BigDecimal": true, "ActiveSupport::StringInquirer.new": true,
		"ActiveModel::Type::Boolean.new.cast": true, "ActiveRecord::Type::Boolean.new.cast": true, "IPAddr.new": true,
	}
	sameMethod = map[string]bool{
		"to_s": true, "to_i": true, "to_f": true, "to_sym": true, "to_str": true, "strip": true, "chomp": true, "presence": true, "freeze": true, "dup": true, "itself": true, "tap": true,
		"downcase": true, "squish": true, "html_safe": true, "to_path": true, "expand_path": true, "realpath": true, "cleanpath": true, "b": true, "force_encoding": true, "encode": true, "inquiry": true, "minutes": true, "seconds": true, "intern": true, "unicode_normalize": true, "rstrip": true, "lstrip": true, "try": true, "first": true,
	}
	// shaped are methods whose result still comes from where the receiver does.
	shaped = map[string]bool{
		"split": true, "gsub": true, "sub": true, "upcase": true, "tr": true, "map": true, "join": true, "blank?": true, "present?": true, "nil?": true, "empty?": true, "last": true, "[]": true, "==": true, "then": true, "yield_self": true, "merge": true,
		"sort": true, "reject": true, "select": true, "compact": true, "flatten": true, "uniq": true, "casecmp?": true, "match?": true, "start_with?": true, "include?": true, "scan": true, "slice": true, "delete_prefix": true, "delete_suffix": true, "fetch": true, "dig": true, "host": true, "port": true, "path": true, "user": true, "password": true, "scheme": true, "in?": true, "to_a": true, "lines": true, "eql?": true, "hours": true, "days": true, "megabytes": true, "positive?": true, "zero?": true, "succ": true, "clamp": true, "unpack1": true, "count": true, "size": true, "length": true, "find": true, "any?": true, "constantize": true, "to_json": true, "to_h": true, "values": true, "parse": true, "query": true,
	}
	// input are the names of what a caller, a person or another file gives.
	input = []string{"params", "request", "ARGV", "Rails.application.credentials", "Rails.application.config_for", "Rails.application.secrets", "Rails.application.encrypted", "Settings", "Rails.configuration", "Rails.application.config.", "Setting", "SiteSetting", "GlobalSetting", "Rails.app.creds", "gets", "STDIN", "$stdin", "options", "config_for", "credentials", "settings", "Hanami.app", "target"}
)

func isInput(name string) bool {
	for _, from := range input {
		if rest, ok := strings.CutPrefix(name, from); ok && (rest == "" || rest[0] == '.' || rest[0] == '[' || strings.HasSuffix(from, ".")) {
			return true
		}
	}
	return configObject.MatchString(name)
}

// configObject is what a project calls the object that holds its settings.
var configObject = regexp.MustCompile(`(^|::)(App|Site|Application)?(Config|Configuration|Settings?)\.\w`)

func (f *rubyFile) callValue(n syntax.Node) fold.Value {
	c, _ := f.callOf(n)
	if read, ok := f.envRead(c); ok {
		return f.readValue(read)
	}
	if _, name, ok := f.ask(c); ok {
		return fold.Value{Source: inspect.Unknown, Env: []string{inspect.AskedVariable(name)}}
	}
	switch {
	case random[c.name]:
		return fold.Random
	case c.name == "Rails.root" || c.name == "Dir.pwd" || c.name == "Dir.getwd" || c.name == "File.dirname" || c.name == "Pathname.pwd" || c.name == "Rails.application.root" || strings.HasSuffix(c.name, "config.root") || c.name == "Hanami.root" || c.name == "Bundler.root" || c.name == "settings.root":
		return fold.Here
	case c.name == "Rails.public_path" || c.name == "settings.public_folder":
		return fold.Literal("./public")
	case c.name == "Dir.tmpdir":
		return fold.Literal("/tmp")
	case stageNames[c.name] != "": // which deploy this is, no handle
		return fold.Input
	case c.name == "File.join":
		return f.joined(fold.Path, c.args.positional)
	case c.name == "File.expand_path" && len(c.args.positional) == 2:
		return f.joined(fold.Resolve, []syntax.Node{c.args.positional[1], c.args.positional[0]})
	case same[c.name] && len(c.args.positional) > 0:
		return f.evaluate(c.args.positional[0])
	case (c.method == "join" || c.method == "+" || c.method == "/") && f.isPath(c.receiver):
		return f.joined(fold.Resolve, append([]syntax.Node{c.receiver}, c.args.positional...))
	case c.method == "parent" && f.isPath(c.receiver):
		return fold.Here
	case isInput(c.name):
		return fold.Input
	case f.sameEnv(c):
		return f.evaluate(c.receiver)
	case c.receiver.OK() && sameMethod[c.method]:
		return f.evaluate(c.receiver)
	case c.receiver.OK() && (c.method == "format" || c.method == "%") || c.name == "format" || c.name == "sprintf":
		return f.mixed(append(c.args.positional, c.receiver)...)
	case c.method == "concat" && c.receiver.OK():
		return f.fold(append([]syntax.Node{c.receiver}, c.args.positional...))
	}
	if list := f.returned(n); len(list) > 0 {
		if v := f.anyOf(list); v.Source != inspect.Input && v.Source != inspect.Unknown {
			return v
		}
	}
	if shaped[c.method] {
		if v := f.evaluate(c.receiver); v.Source != inspect.Literal {
			return v.WithoutText()
		}
		return fold.Unknown
	}
	parts := append([]syntax.Node{}, c.args.positional...)
	for _, pair := range c.args.pairs {
		parts = append(parts, pair.Field("value"))
	}
	if c.receiver.OK() {
		parts = append(parts, c.receiver)
	}
	return f.mixed(parts...)
}

// sameEnv reports whether the call only asks whether a read is set in a way
// that gives the read back.
func (f *rubyFile) sameEnv(c call) bool { return c.method == "presence_in" && c.receiver.OK() }

// readValue is the value of a read of the environment.
func (f *rubyFile) readValue(read envRead) fold.Value {
	fallback := fold.Value{}
	if !f.fails(read.fallback) {
		fallback = f.evaluate(read.fallback)
	}
	return fold.Read(read.name, inspect.IsSecretName(read.name), fallback)
}

func (f *rubyFile) elementValue(n syntax.Node) fold.Value {
	object, key := n.Field("object"), elementKey(n)
	if read, ok := f.envElementRead(n); ok {
		return f.readValue(read)
	}
	name := f.resolve(object)
	switch {
	case name == "ENV":
		return fold.Env()
	case isInput(name):
		return fold.Input
	}
	if text, ok := f.key(key); ok {
		if v := f.entry(object, text); v.OK() {
			return f.evaluate(v)
		}
	}
	return f.mixed(object)
}

// elementKey is what stands in the brackets of an element.
func elementKey(n syntax.Node) syntax.Node {
	for c := n.First(); c.OK(); c = c.Next() {
		if c.FieldName() != "object" && !c.IsComment() {
			return c
		}
	}
	return syntax.Node{}
}

// isPath reports whether an expression is a path of the file system.
func (f *rubyFile) isPath(n syntax.Node) bool {
	switch name := f.resolve(n); {
	case name == "Rails.root", name == "Rails.public_path", strings.HasPrefix(name, "Pathname"), strings.HasSuffix(name, "config.root"), strings.HasPrefix(name, "Rails.root."), name == "Hanami.root", name == "Dir.pwd":
		return true
	}
	return n.Is("call") && n.Field("method").Text() == "join" && f.isPath(n.Field("receiver"))
}

// joined are the parts of a path as put gives them, nil as the empty text.
func (f *rubyFile) joined(put func(...fold.Value) fold.Value, parts []syntax.Node) fold.Value {
	list := make([]fold.Value, 0, len(parts))
	for i, part := range parts {
		v := f.evaluate(part).OrText()
		if i == 0 && v.IsLiteral() && v.Text == "" {
			v = fold.Literal("/") // File.join("", "etc")
		}
		list = append(list, v)
	}
	return put(list...)
}
