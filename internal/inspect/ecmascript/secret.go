package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// What tells a literal that is a secret from one that only stands beside a
// secret's name: a label, a form field, an identifier, a path.

var (
	// fieldOfForm are the last words of names that hold a secret's word and are
	// about the secret, not the secret.
	fieldOfForm = regexp.MustCompile(`(?i)(input|button|btn|ref|errors?|message|msg|label|title|text|icon|form|page|screen|modal|dialog|view|event|action|query|mutation|param|parameter|selector|id|attribute|attr|column|strength|rule|rules|mode|status|state|tab|section|link|help|description|info|response|request|dto|schema|model|entity|service|guard|strategy|module|controller|option|options|kind|prop|property|variable|var|env|scope|scheme|separator|char|regexp|mask|test|command|cmd|role|kms|arn|subject|template|key_?name|doc|docs|usage|map|set|list|index|color|style|source|location|version|prefix|suffix|cookie|header|storage_?key|cache_?key|address|method|url|host|repeat(ed)?_?label)$`)
	strictName  = regexp.MustCompile(`(?i)(token|key|credentials?)s?$`)

	environmentName = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$`)
	dottedName      = regexp.MustCompile(`^[A-Za-z_$][\w$-]*([.:/][A-Za-z_$][\w$-]*)+$`)
	selector        = regexp.MustCompile(`^[#.\[][A-Za-z]|\[(name|type|data-|id)`)
	headerName      = regexp.MustCompile(`(?i)^(x-[a-z-]+|authorization|bearer|basic|same-origin|include|omit)$`)
	typeName        = regexp.MustCompile(`(?i)^(string|text|number|boolean|bool|varchar.*|char|hidden|uuid|json|buffer|object|any|required|optional|nullable|input|email|strong|weak|unset|invalid|valid|missing|expired|unknown|default|off|new-password|current-password|one-time-code)$`)
	capitalised     = regexp.MustCompile(`^\p{Lu}\p{Ll}+$|[^\x00-\x7F]`)
	camelName       = regexp.MustCompile(`^[a-z]+([A-Z][a-z]+)+$`)
	joinedWords     = regexp.MustCompile(`^[A-Za-z]+([_-][A-Za-z]+)+$`)
	digest          = regexp.MustCompile(`^(\$2[aby]?\$|\$argon2|\$pbkdf2|\$scrypt|sha(1|256|384|512)[-:$])`)
	hexDigest       = regexp.MustCompile(`^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$`)
	anyDigit        = regexp.MustCompile(`\d`)
)

// isSecretField is IsSecretName without the names of forms, cookies and types.
func isSecretField(name string) bool {
	return inspect.IsSecretName(name) && !fieldOfForm.MatchString(name)
}

// looksSecret reports whether a text given to a secret-named variable or field
// can be the secret.
func looksSecret(name, text string) bool {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text, " \t\n\r") || len([]rune(text)) < 3 {
		return strings.HasPrefix(text, "-----BEGIN ") && strings.Contains(text, "PRIVATE KEY")
	}
	if inspect.TokenFormat(text) != "" {
		return true
	}
	switch {
	case inspect.SaysOtherwise(text), inspect.NamesItself(name, text), strings.Contains(text, "://"), strings.HasPrefix(text, "/"), strings.HasPrefix(text, "./"), strings.HasPrefix(text, "../"), strings.HasPrefix(text, "?"),
		environmentName.MatchString(text), dottedName.MatchString(text), selector.MatchString(text), headerName.MatchString(text),
		typeName.MatchString(text), digest.MatchString(text), strings.HasSuffix(text, ":"), strings.HasPrefix(text, "--"):
		return false
	case hexDigest.MatchString(text) && strings.Contains(strings.ToLower(name), "pass"):
		return false // a stored password's hash: keys look like that, passwords do not
	}
	plainName, plainText := plain(name), plain(text)
	if strings.Contains(plainName, plainText) {
		return false // the name of the thing, not the thing
	}
	if strictName.MatchString(name) && !strings.Contains(strings.ToLower(name), "secret") {
		return inspect.IsPlaceholder(text) && len(text) >= 6 && !camelName.MatchString(text) && strings.ContainsAny(text, "-_<") ||
			len(text) >= 8 && anyDigit.MatchString(text) || len(text) >= 24 && !joinedWords.MatchString(text) && !camelName.MatchString(text)
	}
	if capitalised.MatchString(text) {
		return false
	}
	about := strings.Contains(plainText, "password") || strings.Contains(plainText, "token") || strings.Contains(plainText, "apikey")
	if strings.Contains(strings.ToLower(name), "secret") {
		return true
	}
	return !about || !camelName.MatchString(text) && !joinedWords.MatchString(text)
}

// plain is a text's letters and digits in lower case.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(text))
}

// secretArguments are functions that take a secret: at a place among the
// arguments, or under a key of an options object.
var secretArguments = map[string]struct {
	at   int
	keys []string
}{
	"express-session": {-1, []string{"secret"}}, "cookie-parser": {0, nil}, "cookie-session": {0, []string{"secret", "keys"}}, "client-sessions": {0, []string{"secret"}},
	"jsonwebtoken.sign": {1, nil}, "jsonwebtoken.verify": {1, nil}, "jwt-simple.encode": {1, nil}, "jwt-simple.decode": {1, nil},
	"express-jwt": {-1, []string{"secret"}}, "express-jwt.expressjwt": {-1, []string{"secret"}}, "koa-jwt": {-1, []string{"secret"}},
	"passport-jwt.Strategy": {-1, []string{"secretOrKey"}}, "@nestjs/jwt.JwtModule.register": {-1, []string{"secret", "privateKey"}},
	"iron-session.getIronSession": {-1, []string{"password"}}, "crypto.createHmac": {1, nil}, "crypto.createCipheriv": {1, nil}, "crypto.createCipher": {1, nil},
	"crypto.createDecipheriv": {1, nil}, "crypto-js.AES.encrypt": {1, nil}, "crypto-js.AES.decrypt": {1, nil}, "crypto-js.HmacSHA256": {1, nil},
	"@supabase/supabase-js.createClient": {1, nil}, "stripe": {0, nil}, "stripe.Stripe": {0, nil}, "@sendgrid/mail.setApiKey": {0, nil}, "twilio": {1, nil},
	"next-auth": {-1, []string{"secret"}}, "sequelize": {2, []string{"password"}}, "sequelize.Sequelize": {2, []string{"password"}},
	"passport-google-oauth20.Strategy": {-1, []string{"clientSecret"}}, "passport-github2.Strategy": {-1, []string{"clientSecret"}}, "passport-facebook.Strategy": {-1, []string{"clientSecret"}},
	"csurf": {-1, []string{"secret"}}, "cookie-encrypter": {0, nil},
}

// readCredentialArguments states literals passed where a secret is expected.
func (f *ecmaFile) readCredentialArguments(c ecmaCall) {
	where, ok := secretArguments[c.callee]
	if ok {
		f.sayArgument(c, c.arg(where.at))
		for _, a := range c.args {
			for _, key := range where.keys {
				f.sayArgumentKey(f.property(f.object(a), key), key)
			}
		}
	}
	if c.method == "register" {
		switch f.symbol(c.arg(0)) {
		case "@fastify/session", "fastify-session", "@fastify/cookie", "fastify-cookie", "@fastify/jwt", "fastify-jwt", "@fastify/secure-session":
			f.sayArgumentKey(f.property(f.object(c.arg(1)), "secret"), "secret")
		}
	}
	if _, ok := ecmaClients[c.callee]; ok && (c.fresh || !constructed[c.callee]) {
		f.sayClientPassword(c)
	}
}

// sayClientPassword states the passwords in a client's options, whatever they
// look like.
func (f *ecmaFile) sayClientPassword(c ecmaCall) {
	for _, a := range c.args {
		objects := []syntax.Node{f.object(a)}
		for _, key := range []string{"auth", "connection", "socket", "redis", "sasl", "credentials", "options"} {
			objects = append(objects, f.object(f.property(objects[0], key)))
		}
		for _, o := range objects {
			for _, key := range []string{"password", "pass", "secretAccessKey", "secretKey", "apiKey"} {
				f.sayArgumentKey(f.property(o, key), key)
			}
		}
	}
}

func (f *ecmaFile) sayArgument(c ecmaCall, n syntax.Node) {
	if !n.OK() {
		return
	}
	name := c.callee
	if short := strings.LastIndexAny(name, "./"); short >= 0 {
		name = name[short+1:]
	}
	f.sayArgumentKey(n, name)
}

// ownPackage is what a program's own package.json says, which everybody can read.
var ownPackage = regexp.MustCompile(`package(\.json)?\.(name|version|description)$`)

// sayArgumentKey states the literal that an argument or option is, here or
// where the name that it uses is declared.
func (f *ecmaFile) sayArgumentKey(n syntax.Node, name string) {
	if !n.OK() {
		return
	}
	v := f.definition(n)
	if v.Is("array") {
		for _, e := range ecmaChildren(v) {
			f.sayArgumentKey(e, name)
		}
		return
	}
	if v.Is("member_expression") && !f.told[v.Index()] && ownPackage.MatchString(f.symbol(v)) {
		f.sayCredential(inspect.Credential{Name: name, Via: "argument", Secret: inspect.NewSecret(v.Text())}, v)
		return
	}
	if !v.Is("string", "template_string", "binary_expression") || f.told[v.Index()] {
		return
	}
	text, ok := f.literalText(v)
	if !ok || strings.TrimSpace(text) == "" {
		return
	}
	host := ""
	if p := v.Parent(); p.Is("pair") {
		host = f.neighbourHost(p)
	}
	f.sayCredential(inspect.Credential{Name: name, Via: "argument", Secret: inspect.NewSecret(text), Host: host}, v)
}
