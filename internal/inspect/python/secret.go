package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	// labelWords make a value the name of a field or a word for people.
	labelWords = map[string]bool{
		"access": true, "refresh": true, "auth": true, "token": true, "key": true, "secret": true, "password": true, "passwd": true, "pwd": true,
		"api": true, "session": true, "user": true, "id": true, "csrf": true, "jwt": true, "bearer": true, "oauth": true, "client": true, "new": true,
		"old": true, "current": true, "confirm": true, "reset": true, "code": true, "credentials": true, "grant": true, "username": true, "authorization": true,
	}
	identifierLike = regexp.MustCompile(`^[A-Za-z]+([_.-][A-Za-z]+)*$`)
	dottedPath     = regexp.MustCompile(`^[a-zA-Z_]\w*(\.[a-zA-Z_]\w*){2,}$`)
	envStyle       = regexp.MustCompile(`^[A-Z]+(_[A-Z]+)+$`)
	signingKey     = regexp.MustCompile(`(?i)^(jwt_|session_)?secret_key$`) // people write phrases into it
	authPair       = map[string]bool{"auth": true, "http_auth": true, "basic_auth": true, "httpauth": true, "proxy_auth": true}
	headersDict    = regexp.MustCompile(`(?i)headers?$`)
	configDict     = regexp.MustCompile(`(?i)(config|conf$|setting|option|credential|auth|conn|database|param|kwargs|env|default|account|smtp|mail|redis|aws|broker)`)
	labelDict      = regexp.MustCompile(`(?i)(label|message|error|text|translat|help|choice|field|widget|schema|mapping|alias|header|pattern|regex|column|title|description|example|prop|argspec|type)`)
	labelCallee    = regexp.MustCompile(`(?i)(field|input|serializer|label|column|argument|option|enum|schema|parameter|body|query|header|depends|patch|path|url|widget|form|message|error|exception|gettext|_|lexer|token|getattr|setattr|replace|format|test|mock|print|log|info|debug|warning)$`)
)

// credentialText reports whether text can be a secret's value rather than a
// name, a label, a place or a type.
func credentialText(name, text string) bool {
	if text == "" || !strings.ContainsFunc(text, func(r rune) bool {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' || r == '*' || r == '<'
	}) {
		return false
	}
	if inspect.TokenFormat(text) != "" {
		return true
	}
	if inspect.SaysOtherwise(text) || inspect.NamesItself(name, text) {
		return false
	}
	squeeze := strings.NewReplacer("_", "", "-", "", " ", "", ".", "")
	if strings.EqualFold(squeeze.Replace(name), squeeze.Replace(text)) {
		return false
	}
	if strings.ContainsAny(text, " \t\n") && !strings.HasPrefix(strings.ToLower(text), "change") && !(signingKey.MatchString(name) && !strings.ContainsAny(text, "\n%{")) {
		return false // a sentence
	}
	switch {
	case envStyle.MatchString(text), dottedPath.MatchString(text), strings.HasPrefix(text, "/"), strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"),
		strings.HasPrefix(text, "./"), len(text) < 3:
		return false
	}
	if identifierLike.MatchString(text) && strings.ContainsAny(text, "_.-") {
		for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune("_.-", r) }) {
			if !labelWords[word] {
				return true
			}
		}
		return false
	}
	return true
}

// secretText is the text of a literal that stands at n itself: names are not
// followed, for they are stated where they are assigned.
func (p *pythonFile) secretText(n syntax.Node) (string, bool) {
	if n.Is("parenthesized_expression") {
		n = n.Child(0)
	}
	if !n.Is("string", "concatenated_string") {
		return "", false
	}
	v := p.evaluate(n)
	return v.Text, v.IsLiteral()
}

func (p *pythonFile) credential(n syntax.Node, name, via, text string) {
	if inspect.IsSecretName(name) && credentialText(name, text) {
		p.state(n, inspect.Credential{Name: name, Via: via, Secret: inspect.NewSecret(text)})
	}
}

// assignedCredential states NAME = "…", object.name = "…", config["NAME"] = "…".
func (p *pythonFile) assignedCredential(n syntax.Node) {
	value := n.Field("right")
	if inner := p.textAsBytes(value); inner.OK() {
		value = inner
	}
	text, ok := p.secretText(value)
	if !ok {
		return
	}
	switch left := n.Field("left"); left.Kind() {
	case "identifier":
		if class := n.Up("class_definition"); !p.inEnum(n) && !(class.OK() && p.isSettingsClass(class, 0)) && !testingClass.MatchString(class.Field("name").Text()) {
			p.credential(n, left.Text(), "assignment", text)
		}
	case "attribute":
		name := left.Field("attribute").Text()
		p.weakSessionKey(n, left.Field("object"), name, text)
		p.credential(n, name, "field", text)
	case "subscript":
		object := left.Field("value")
		name := object.Text()
		if object.Is("attribute") {
			name = object.Field("attribute").Text()
		}
		if key, ok := p.literal(left.Field("subscript")); ok && configDict.MatchString(name) && !labelDict.MatchString(name) {
			p.weakSessionKey(n, object.Field("object"), key, text)
			p.credential(n, key, "field", text)
		}
	}
}

// testingClass are classes of settings for tests, as Flask's are named.
var testingClass = regexp.MustCompile(`^Test(ing|s)?(Config|Settings)?$|^Testing`)

// weakSessionKey states a word that Flask signs its sessions with, which would
// pass for a sample elsewhere: app.secret_key = "secret".
func (p *pythonFile) weakSessionKey(n, app syntax.Node, name, text string) {
	if made := p.resolve(app); strings.EqualFold(name, "secret_key") && (made == "flask.Flask()" || made == "quart.Quart()") && inspect.WeakKey(inspect.SigningKey, text) {
		p.state(n, inspect.Credential{Name: name, Via: "argument", Secret: inspect.NewSecret(text)})
	}
}

// textAsBytes is the text in "…".encode() and bytes.fromhex("…").
func (p *pythonFile) textAsBytes(n syntax.Node) syntax.Node {
	function := n.Field("function")
	switch {
	case !n.Is("call"):
	case function.Is("attribute") && function.Field("attribute").Text() == "encode":
		return function.Field("object")
	case pyBytes[p.callee(n)]:
		return n.Field("arguments").Child(0)
	}
	return syntax.Node{}
}

var pyBytes = map[string]bool{"bytes": true, "bytearray": true, "bytes.fromhex": true, "bytearray.fromhex": true, "base64.b64decode": true, "base64.urlsafe_b64decode": true, "binascii.unhexlify": true}

// inEnum reports whether n is a member of a class of names, not of values.
func (p *pythonFile) inEnum(n syntax.Node) bool {
	class := n.Up("class_definition", "function_definition")
	if !class.Is("class_definition") {
		return false
	}
	for base := class.Field("superclasses").First(); base.OK(); base = base.Next() {
		text := base.Text()
		for _, suffix := range []string{"Enum", "Flag", "Choices", "Serializer", "Form", "TypedDict", "Model", "Schema"} {
			if strings.HasSuffix(text, suffix) {
				return !strings.HasSuffix(text, "Model") || strings.HasSuffix(text, "models.Model")
			}
		}
	}
	return false
}

// pairCredential states "password": "…" in a dict that configures something.
func (p *pythonFile) pairCredential(n syntax.Node) {
	text, ok := p.secretText(n.Field("value"))
	if !ok {
		return
	}
	key, ok := p.literal(n.Field("key"))
	header := inspect.IsSecretHeader(key)
	if !ok || !header && !inspect.IsSecretName(key) {
		return
	}
	for outer := n.Parent(); outer.OK(); outer = outer.Parent() {
		name := ""
		switch outer.Kind() {
		case "dictionary", "list", "tuple", "parenthesized_expression":
			continue
		case "pair":
			if label, _ := p.literal(outer.Field("key")); labelDict.MatchString(label) {
				return
			}
			continue
		case "assignment":
			left := outer.Field("left")
			name = left.Text()
			if left.Is("subscript") {
				name = left.Field("value").Text()
			}
		case "keyword_argument":
			name = outer.Field("name").Text()
		}
		switch {
		case header && (headersDict.MatchString(name) || strings.ContainsRune(text, ' ')):
			p.headerCredential(n, key, text)
		case configDict.MatchString(name) && !labelDict.MatchString(name):
			p.credential(n, key, "field", text)
		}
		return
	}
}

// comparedSecret states password == "…": whoever reads the code can log in.
func (p *pythonFile) comparedSecret(n syntax.Node) {
	if op := n.Field("operators").Text(); op != "==" && op != "!=" || n.Child(2).OK() {
		return
	}
	left, right := n.Child(0), n.Child(1)
	name := left.Text()
	if left.Is("attribute") {
		name = left.Field("attribute").Text()
	}
	if !left.Is("identifier", "attribute") || !right.Is("string") {
		return
	}
	if text, ok := p.secretText(right); ok && inspect.ComparedSecret(text) && !p.logins[right.Index()] {
		p.credential(right, name, "comparison", text)
	}
}

// headerCredential states "Authorization": "Bearer …" among the headers of a
// request.
func (p *pythonFile) headerCredential(n syntax.Node, key, text string) {
	if value := inspect.HeaderSecret(key, text); value != "" && credentialText(key, value) {
		p.state(n, inspect.Credential{Name: key, Via: "field", Secret: inspect.NewSecret(value)})
	}
}

// defaultCredential states def connect(password="…"): a default is used where
// nobody gives another.
func (p *pythonFile) defaultCredential(n syntax.Node) {
	text, ok := p.secretText(n.Field("value"))
	if ok && len(text) >= 8 && strings.ContainsAny(text, "0123456789") && !inspect.IsPlaceholder(text) {
		p.credential(n, n.Field("name").Text(), "argument", text)
	}
}

// keywordCredentials states f(password="…") and dict(password="…").
func (p *pythonFile) keywordCredentials(c pyCall) {
	secrets := false
	for name := range c.args.keyword {
		secrets = secrets || authPair[name] || inspect.IsSecretName(name)
	}
	if !secrets {
		return
	}
	fn := c.Field("function")
	callee := fn.Text()
	if fn.Is("attribute") {
		callee = fn.Field("attribute").Text()
	}
	if labelCallee.MatchString(callee) || callee == "" {
		return
	}
	if _, read := p.envRead(c); read {
		return
	}
	if class := p.localClass(fn); class.OK() && p.inEnum(class.Field("body").Child(0)) {
		return
	}
	for name, value := range sortedKeywords(c.args) {
		if authPair[name] && value.Is("tuple") {
			if text, ok := p.secretText(value.Child(1)); ok && text != "" && value.Child(2) == (syntax.Node{}) {
				p.state(value.Parent(), inspect.Credential{Name: "password", Via: "argument", Secret: inspect.NewSecret(text)})
			}
			continue
		}
		if text, ok := p.secretText(value); ok {
			p.credential(value.Parent(), name, "argument", text)
		}
	}
}

func (p *pythonFile) localClass(n syntax.Node) syntax.Node {
	if n.Is("identifier") {
		if b := p.lookup(n.Text(), n); b != nil {
			return b.class
		}
	}
	return syntax.Node{}
}

// pyKeyArguments are calls that take a secret at a place.
var pyKeyArguments = map[string]struct {
	place int
	name  string
}{
	"jwt.encode": {1, "key"}, "jwt.decode": {1, "key"}, "jose.jwt.encode": {1, "key"}, "jose.jwt.decode": {1, "key"},
	"itsdangerous.URLSafeTimedSerializer": {0, "secret_key"}, "itsdangerous.URLSafeSerializer": {0, "secret_key"}, "itsdangerous.TimestampSigner": {0, "secret_key"},
	"itsdangerous.Signer": {0, "secret_key"}, "itsdangerous.TimedJSONWebSignatureSerializer": {0, "secret_key"}, "itsdangerous.url_safe.URLSafeTimedSerializer": {0, "secret_key"},
	"pika.PlainCredentials": {1, "password"}, "pika.credentials.PlainCredentials": {1, "password"}, "paho.mqtt.client.Client().username_pw_set": {1, "password"},
	"cassandra.auth.PlainTextAuthProvider": {1, "password"}, "ldap3.Connection": {2, "password"}, "pymssql.connect": {2, "password"}, "oracledb.connect": {1, "password"}, "cx_Oracle.connect": {1, "password"},
	"minio.Minio": {2, "secret_key"}, "ftplib.FTP": {2, "passwd"}, "requests.auth.HTTPDigestAuth": {1, "password"}, "influxdb.InfluxDBClient": {3, "password"},
	"cryptography.fernet.Fernet": {0, "key"}, "hmac.new": {0, "key"}, "Crypto.Cipher.AES.new": {0, "key"}, "Cryptodome.Cipher.AES.new": {0, "key"},
	"smtplib.SMTP().login": {1, "password"}, "smtplib.SMTP_SSL().login": {1, "password"}, "aiosmtplib.SMTP().login": {1, "password"}, "imaplib.IMAP4_SSL().login": {1, "password"},
	"ftplib.FTP().login": {1, "passwd"}, "requests.auth.HTTPBasicAuth": {1, "password"}, "httpx.BasicAuth": {1, "password"}, "aiohttp.BasicAuth": {1, "password"},
	"pymysql.connect": {2, "password"}, "MySQLdb.connect": {2, "passwd"}, "twilio.rest.Client": {1, "password"}, "sendgrid.SendGridAPIClient": {0, "api_key"},
	"github.Github": {0, "login_or_token"}, "telebot.TeleBot": {0, "token"}, "discord.Client().run": {0, "token"}, "discord.ext.commands.Bot().run": {0, "token"}, "slack_sdk.WebClient": {0, "token"},
	"telegram.ext.Updater": {0, "token"}, "telegram.Bot": {0, "token"}, "telegram.ext.Application.builder().token": {0, "token"}, "telegram.ext.ApplicationBuilder().token": {0, "token"},
}

// keyArgument states a literal given to what signs or encrypts; a secret-named
// variable is stated at its assignment instead, unless it is too weak to be told
// from a sample there.
func (p *pythonFile) keyArgument(c pyCall) {
	key, known := pyKeyArguments[c.name]
	if !known {
		return
	}
	value := c.args.arg(key.place, key.name)
	name := key.name
	if signs := name == "key" || strings.HasPrefix(c.name, "itsdangerous."); signs {
		name = inspect.SigningKey
	}
	text, ok := p.literal(value)
	elsewhere := value.Is("identifier") && inspect.IsSecretName(value.Text()) || value == c.args.arg(-1, key.name) && inspect.IsSecretName(key.name)
	if !ok || text == "" || value.Is("true", "false", "integer") || elsewhere && !inspect.WeakKey(name, text) || p.unverified(c) {
		return
	}
	p.state(c.Node, inspect.Credential{Name: name, Via: "argument", Secret: inspect.NewSecret(text)})
}

// unverified reports whether a token is only taken apart: any key does.
func (p *pythonFile) unverified(c pyCall) bool {
	if !strings.HasSuffix(c.name, "jwt.decode") {
		return false
	}
	options := c.args.arg(-1, "options").Text()
	return c.args.arg(-1, "verify").Text() == "False" || strings.Contains(options, "verify_signature") && strings.Contains(options, "False")
}

// urlCredential states scheme://user:password@host in a string of code.
func (p *pythonFile) urlCredential(n syntax.Node) {
	if from, to := n.Span(); to-from < len("a://b:c@d") || n.Parent().Is("expression_statement", "interpolation") || p.isFallback(n) {
		return
	}
	content := n.Text()
	if !strings.Contains(content, "://") || !strings.Contains(content, "@") {
		return
	}
	text := ""
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Is("interpolation") {
			text += "{}"
		} else if c.Is("string_content") {
			text += pyText(n, c)
		}
	}
	m := inspect.Userinfo.FindStringSubmatch(text)
	if m == nil || strings.Contains(m[3], "{") || strings.Contains(m[3], "%") && strings.Contains(m[3], "s") && strings.Contains(m[2], "%s") {
		return
	}
	_, password, _ := inspect.MaskURL(text)
	host := text[len(m[0]):]
	if end := strings.IndexAny(host, "/?,:"); end >= 0 {
		host = host[:end]
	}
	p.state(n, inspect.Credential{Name: m[1] + host, Via: "url", Secret: inspect.NewSecret(password), Host: host})
}

// isFallback reports whether n is what an env read falls back to: that is
// told with the read.
func (p *pythonFile) isFallback(n syntax.Node) bool {
	for up := n.Parent(); up.OK() && up.Is("argument_list", "call", "keyword_argument", "boolean_operator", "parenthesized_expression", "concatenated_string", "conditional_expression"); up = up.Parent() {
		switch up.Kind() {
		case "call":
			if _, read := p.envRead(pyCall{Node: up, name: p.callee(up), args: pyArgsOf(up)}); read {
				return true
			}
		case "boolean_operator":
			if p.evaluate(up.Field("left")).Source == inspect.Env && !n.Inside(up.Field("left")) {
				return true
			}
		}
	}
	return false
}

// login states username == "…" and password == "…": whoever reads the code can
// log in, however easily the password is guessed.
func (p *pythonFile) login(n syntax.Node) {
	if at, name, text := syntax.Login(n); at.OK() {
		if p.logins == nil {
			p.logins = map[int32]bool{}
		}
		p.logins[at.Index()] = true
		p.state(at, inspect.Credential{Name: name, Via: "login", Secret: inspect.NewSecret(text)})
	}
}
