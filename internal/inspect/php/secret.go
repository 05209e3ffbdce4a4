package php

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	// labelWords make a value the name of a field, a type or a rule.
	labelWords = map[string]bool{
		"access": true, "refresh": true, "auth": true, "token": true, "key": true, "secret": true, "password": true, "passwd": true, "pwd": true, "api": true, "session": true, "user": true,
		"id": true, "csrf": true, "jwt": true, "bearer": true, "oauth": true, "client": true, "new": true, "old": true, "current": true, "confirm": true, "confirmation": true, "reset": true,
		"code": true, "credentials": true, "grant": true, "username": true, "authorization": true, "string": true, "hashed": true, "encrypted": true, "required": true, "nullable": true,
		"text": true, "hidden": true, "array": true, "integer": true, "int": true, "bool": true, "boolean": true, "object": true, "sometimes": true, "filled": true, "varchar": true, "hash": true,
		"random": true, "bcrypt": true, "argon": true, "plain": true, "login": true, "remember": true, "email": true, "basic": true, "private": true, "public": true, "database": true, "file": true,
	}
	identifierLike = regexp.MustCompile(`^[A-Za-z]+([_.:-][A-Za-z]+)*$`)
	classPath      = regexp.MustCompile(`^\\?[A-Za-z_]\w*(\\[A-Za-z_]\w*)+$`)
	envStyle       = regexp.MustCompile(`^[A-Z]+(_[A-Z0-9]+)+$`)
	hashed         = regexp.MustCompile(`^\$(2[aby]?|argon2\w*|5|6|1|P|S)\$`)
	ruleLike       = regexp.MustCompile(`^[a-z_]+(:[^|]*)?(\|[a-z_]+(:[^|]*)?)+$`)
	keyOfKeys      = regexp.MustCompile(`(?i)(session|cache|storage|config|array|index|sort|translation|lang|option|meta|redis|lock|queue|event)_?keys?$`)
	configName     = regexp.MustCompile(`(?i)(config|conf$|setting|option|credential|auth|conn|database|^db|param|arg|env|default|account|smtp|mail|redis|aws|broker|server)`)
	labelName      = regexp.MustCompile(`(?i)(label|message|error|text|translat|help|choice|field|widget|schema|mapping|alias|header|pattern|regex|column|title|description|example|prop|type|rule|cast|validat|attribute|fillable|lang|trans$|^trans_|i18n|expected|form|table|query|where|request|data$|placeholder)`)
	labelCall      = regexp.MustCompile(`(?i)(field|input|label|column|argument|option$|enum|rule|validat|header|where|orwhere|select|route|url|redirect|view|trans|lang|__|_e|print|log|info|debug|warning|error|exception|format|test|mock|assert|replace|has$|get$|only|except|pull|forget|add$|render|create|make|factory|update|insert|fill|state|save|attempt)$`)
)

// credentialText reports whether text can be a secret's value rather than a
// name, a label, a place, a type or a hash.
func credentialText(name, text string) bool {
	if text == "" || !strings.ContainsFunc(text, func(r rune) bool {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' || r == '*' || r == '<'
	}) {
		return false
	}
	if inspect.TokenFormat(text) != "" {
		return true
	}
	if inspect.SaysOtherwise(text) || inspect.NamesItself(name, text) || hashed.MatchString(text) || ruleLike.MatchString(text) || len(text) < 3 {
		return false
	}
	if keyOfKeys.MatchString(name) && !strings.ContainsAny(text, "0123456789+/=") || strings.EqualFold(name, "passwords") {
		return false // the name of an entry
	}
	squeeze := strings.NewReplacer("_", "", "-", "", " ", "", ".", "")
	if strings.EqualFold(squeeze.Replace(name), squeeze.Replace(text)) {
		return false
	}
	if strings.ContainsAny(text, " \t\n") && !strings.HasPrefix(strings.ToLower(text), "change") {
		return wordpressSalt(text) // else a sentence
	}
	switch {
	case envStyle.MatchString(text), classPath.MatchString(text), strings.HasPrefix(text, "/"), strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"),
		strings.HasPrefix(text, "./"), strings.HasPrefix(text, "%"), strings.HasPrefix(text, "$"), strings.HasPrefix(text, ":"), strings.HasPrefix(text, "@"):
		return false
	}
	if identifierLike.MatchString(text) {
		for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune("_.:-", r) }) {
			if !labelWords[word] {
				return true
			}
		}
		return false
	}
	return true
}

// wordpressSalt tells the keys that WordPress's generator makes, which may hold
// spaces, from a sentence.
func wordpressSalt(text string) bool {
	return len(text) >= 60 && len(text) <= 70 && strings.ContainsAny(text, "{}[]|<>^~`") && strings.ContainsAny(text, "0123456789")
}

// secretNames are names of secrets in PHP's frameworks that do not say so:
// Laravel's key, the keys of WordPress; and what ends in _salt.
var secretNames = map[string]bool{"app_key": true, "app_previous_keys": true, "logged_in_key": true, "nonce_key": true, "secure_auth_key": true}

func isSecretName(name string) bool {
	if inspect.IsSecretName(name) {
		return true
	}
	lower := strings.ToLower(name)
	return secretNames[lower] || strings.HasSuffix(lower, "_salt")
}

// secretKey is isSecretName of the keys of arrays: they are asked more than once,
// and settings repeat each other's.
func (s *script) secretKey(key string) bool {
	is, done := s.secretKeys[key]
	if !done {
		is = isSecretName(key)
		s.secretKeys[key] = is
	}
	return is
}

func (s *script) credential(n syntax.Node, name, via, text string) {
	if isSecretName(name) && credentialText(name, text) {
		s.state(n, inspect.Credential{Name: name, Via: via, Secret: inspect.NewSecret(text)})
	}
}

// assignedCredential states $name = '…', $object->name = '…', $list['name'] = '…'.
func (s *script) assignedCredential(n syntax.Node) {
	text, ok := plainString(n.Field("right"))
	if !ok {
		return
	}
	left := n.Field("left")
	switch left.Kind() {
	case "variable_name":
		s.credential(n, strings.TrimPrefix(written(left), "$"), "assignment", text)
	case "member_access_expression", "scoped_property_access_expression":
		s.credential(n, s.targetName(left), "field", text)
	case "subscript_expression":
		outer := left
		for outer.Is("subscript_expression") {
			outer = outer.Child(0)
		}
		name := written(outer)
		if configName.MatchString(name) && !labelName.MatchString(name) && !given[name] || settingVariables[name] {
			s.credential(n, s.targetName(left), "field", text)
		}
	}
}

// property states private $password = '…' of a class that is no model, form
// or list of names.
func (s *script) property(n syntax.Node) {
	name := strings.TrimPrefix(n.Field("name").Text(), "$")
	if text, ok := plainString(n.Field("default_value")); ok && !s.ofLabels(n) {
		s.credential(n, name, "field", text)
		s.handleFact(n, name, text)
	}
}

// constant states const API_SECRET = '…'.
func (s *script) constant(n syntax.Node) {
	if text, ok := plainString(n.Child(1)); ok && !s.ofLabels(n) {
		s.credential(n, written(n.Child(0)), "assignment", text)
		s.handleFact(n, written(n.Child(0)), text)
	}
}

var labelClass = regexp.MustCompile(`(?i)(enum|field|column|event|type|keys?|names?|constants?|messages?|command|form|header|error|scope|grant|status|role|permission|attribute|schema|table|dictionary|test|factory)s?$`)

// ofLabels reports whether n is a member of a class of names, not of values.
func (s *script) ofLabels(n syntax.Node) bool {
	class := n.Up(classKinds...)
	return class.Is("enum_declaration", "interface_declaration") || labelClass.MatchString(class.Field("name").Text())
}

// parameterDefault states function f($password = '…').
func (s *script) parameterDefault(n syntax.Node) {
	if text, ok := plainString(n.Field("default_value")); ok {
		s.credential(n, strings.TrimPrefix(n.Field("name").Text(), "$"), "assignment", text)
	}
}

// pairCredential states 'password' => '…' in an array that configures
// something: a settings file's, a client's arguments, one named so.
func (s *script) pairCredential(n syntax.Node) {
	text, ok := plainString(n.Child(1))
	if !ok {
		return
	}
	key, ok := plainString(n.Child(0))
	s.curlPassword(n, n.Child(0), n.Child(1))
	switch {
	case ok && s.headerSecret(n, key, text):
	case !ok || key != "key" && !s.secretKey(key) || !s.configures(n):
	case key == "key" && strings.HasPrefix(text, "base64:") && len(text) > 30: // Laravel's key
		s.state(n, inspect.Credential{Name: key, Via: "field", Secret: inspect.NewSecret(text)})
	default:
		s.credential(n, key, "field", text)
	}
}

// configures reports whether an element of an array is part of a configuration.
func (s *script) configures(n syntax.Node) bool {
	for outer := n.Parent(); outer.OK(); outer = outer.Parent() {
		switch outer.Kind() {
		case "array_creation_expression", "parenthesized_expression", "argument", "arguments", "binary_expression", "conditional_expression":
			if outer == s.settings {
				return true
			}
		case "array_element_initializer":
			label, _ := plainString(outer.Child(0))
			if outer.Child(1).OK() && labelName.MatchString(label) {
				return false
			}
			if serviceKeys[label] && s.accesses(outer.Child(1), 1) >= 2 {
				return true // 'db' => ['host' => …, 'password' => …], whatever takes it
			}
		case "assignment_expression":
			left := outer.Field("left")
			for left.Is("subscript_expression") {
				left = left.Child(0)
			}
			name := s.targetName(left)
			return settingVariables[written(left)] || configName.MatchString(name) && !labelName.MatchString(name)
		case "property_element":
			name := outer.Field("name").Text()
			return configName.MatchString(name) && !labelName.MatchString(name) || s.isConfigClass(outer)
		case "object_creation_expression", "scoped_call_expression", "member_call_expression", "function_call_expression":
			c := s.callOf(outer)
			if _, known := clients[c.key]; known || containerSettings[c.method] || c.key == configurators+"app::config" {
				return true
			}
			return outer.Is("object_creation_expression") && strings.HasSuffix(short(c.class2()), "Client")
		default:
			return false
		}
	}
	return false
}

// class2 is the class that a construction makes.
func (c call) class2() string { return strings.TrimPrefix(c.name, "new ") }

// namedCredentials states f(password: '…').
func (s *script) namedCredentials(c call) {
	if len(c.args.names) == 0 {
		return
	}
	callee := c.method
	if callee == "" {
		callee = short(c.name)
	}
	if labelCall.MatchString(callee) {
		return
	}
	for _, name := range c.args.names {
		if text, ok := plainString(c.args.named[name]); ok {
			s.credential(c.args.named[name], name, "argument", text)
		}
	}
}

// secretPlaces are calls that take a secret at a place.
var secretPlaces = lowered(map[string]struct {
	place int
	name  string
}{
	`Firebase\JWT\JWT::encode`: {1, "key"}, `Firebase\JWT\JWT::decode`: {1, "key"}, `new Firebase\JWT\Key`: {0, "keyMaterial"}, "hash_hmac": {2, "key"}, "openssl_encrypt": {2, "passphrase"},
	"openssl_decrypt": {2, "passphrase"}, "Redis->auth": {0, "credentials"}, `new Illuminate\Encryption\Encrypter`: {0, "key"}, "sodium_crypto_secretbox": {2, "key"},
	`Lcobucci\JWT\Signer\Key\InMemory::plainText`: {0, "contents"}, "Swift_SmtpTransport->setPassword": {0, "password"}, `Symfony\Component\Mailer\Transport\Smtp\EsmtpTransport->setPassword`: {0, "password"},
	`Stripe\Stripe::setApiKey`: {0, "apiKey"}, `new Stripe\StripeClient`: {0, "apiKey"}, `new Pusher\Pusher`: {1, "secret"}, `new Twilio\Rest\Client`: {1, "password"}, `new SendGrid`: {0, "apiKey"},
	"ldap_bind": {2, "password"}, "ftp_login": {2, "password"}, "ssh2_auth_password": {2, "password"}, `PhpAmqpLib\Connection\AMQPConnectionConfig->setPassword`: {0, "password"},
	"imap_open": {2, "password"}, `phpseclib3\Net\SSH2->login`: {1, "password"},
})

var chainedSetters = regexp.MustCompile(`(->set\w+\(\))+`)

// secretArgument states a literal given to what signs, encrypts or logs in; a
// secret-named variable is stated at its assignment instead.
func (s *script) secretArgument(c call) {
	if c.key == "curl_setopt" {
		s.curlPassword(c.Node, c.args.at(1), c.args.at(2))
	}
	key := c.key
	if c.method == "setpassword" { // of a chain that sets other things before
		key = chainedSetters.ReplaceAllString(key, "")
	}
	place, known := secretPlaces[key]
	if !known {
		return
	}
	v := c.args.at(place.place, place.name)
	if _, named := c.args.named[place.name]; named && isSecretName(place.name) {
		return // stated as a named argument
	}
	name := place.name
	if name == "key" || name == "keyMaterial" {
		name = inspect.SigningKey
	}
	if text, ok := s.literal(v); ok && text != "" && !v.Is("integer", "boolean") && !(s.statedElsewhere(v) && !inspect.WeakKey(name, text)) {
		s.state(c.Node, inspect.Credential{Name: name, Via: "argument", Secret: inspect.NewSecret(text)})
	}
}

// statedElsewhere reports whether an expression is a name that its own
// assignment is stated for.
func (s *script) statedElsewhere(n syntax.Node) bool {
	switch n.Kind() {
	case "variable_name", "name":
		return isSecretName(strings.TrimPrefix(n.Text(), "$"))
	case "member_access_expression", "scoped_property_access_expression":
		return isSecretName(strings.TrimPrefix(n.Field("name").Text(), "$"))
	case "class_constant_access_expression":
		return isSecretName(n.Child(1).Text())
	}
	return false
}

// passwordArgument states the literal password of a client.
func (s *script) passwordArgument(n, at syntax.Node) {
	if s.statedElsewhere(at) {
		return
	}
	if text, ok := s.literal(at); ok && text != "" && at.OK() {
		s.state(n, inspect.Credential{Name: "password", Via: "argument", Secret: inspect.NewSecret(text)})
	}
}

// urlCredential states scheme://user:password@host in a string of code.
func (s *script) urlCredential(n syntax.Node) {
	if from, to := n.Span(); to-from < len("a://b:c@d") || to-from > inspect.MaxText || n.Parent().Is("expression_statement") {
		return
	}
	content := n.Text()
	if !strings.Contains(content, "://") || !strings.Contains(content, "@") || s.isFallback(n) {
		return
	}
	text := ""
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Is("string_content", "escape_sequence") {
			text += pieceText(n, c)
		} else {
			text += "{}"
		}
	}
	m := inspect.Userinfo.FindStringSubmatch(text)
	if m == nil || strings.Contains(m[3], "{") || strings.HasPrefix(m[3], "%") {
		return
	}
	_, password, _ := inspect.MaskURL(text)
	host := text[len(m[0]):]
	if end := strings.IndexAny(host, "/?,:"); end >= 0 {
		host = host[:end]
	}
	s.state(n, inspect.Credential{Name: m[1] + host, Via: "url", Secret: inspect.NewSecret(password), Host: host})
}

// isFallback reports whether n is what an env read falls back to: that is told
// with the read.
func (s *script) isFallback(n syntax.Node) bool {
	for up := n.Parent(); up.Is("arguments", "argument", "function_call_expression", "binary_expression", "parenthesized_expression", "conditional_expression", "cast_expression"); up = up.Parent() {
		switch up.Kind() {
		case "function_call_expression":
			if _, read := s.envRead(s.callOf(up)); read {
				return true
			}
		case "binary_expression":
			if s.evaluate(up.Field("left")).Source == inspect.Env && !n.Inside(up.Field("left")) {
				return true
			}
		case "conditional_expression":
			if s.evaluate(up.Field("condition")).Source == inspect.Env && !n.Inside(up.Field("condition")) {
				return true
			}
		}
	}
	return false
}

// login states $user == "…" && $password == "…": whoever reads the code can log
// in, however easily the password is guessed.
func (s *script) login(n syntax.Node) {
	if at, name, text := syntax.Login(n); at.OK() {
		s.state(at, inspect.Credential{Name: name, Via: "login", Secret: inspect.NewSecret(text)})
	}
}
