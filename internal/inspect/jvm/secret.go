package jvm

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

var (
	// labelWords make a value the name of a field or a word for people.
	labelWords = map[string]bool{
		"access": true, "refresh": true, "auth": true, "token": true, "key": true, "secret": true, "password": true, "passwd": true, "pwd": true, "pass": true,
		"api": true, "session": true, "user": true, "id": true, "csrf": true, "jwt": true, "bearer": true, "oauth": true, "client": true, "new": true, "private": true, "public": true,
		"old": true, "current": true, "confirm": true, "reset": true, "code": true, "credentials": true, "credential": true, "grant": true, "username": true, "authorization": true, "x": true,
		"header": true, "type": true, "invalid": true, "error": true, "login": true, "spring": true, "security": true, "encrypted": true, "hash": true, "db": true, "database": true, "path": true, "name": true,
	}
	// notValueName are names of names: of a parameter, a template, a scheme.
	notValueName = regexp.MustCompile(`(?i)(scheme|param|parameter|tpl|marker|attribute|attr|property|prop|suffix|tag|column|role|permission|realm|mode|state|status|event|action|route|view|service|bean|qualifier|alias|encoder|manager|repository|holder|context|grant|claim|purpose|usage|description|algo|cipher)s?$`)
	// nameFirst begins the name of a name, unless what it is given was drawn at
	// random: KEY_SECRET = "8dL8y42wwAwnGpC1phax".
	nameFirst      = regexp.MustCompile(`(?i)^(key|property|prop|param|attr|attribute|header|field|column|claim|error|msg|message|label)_`)
	identifierLike = regexp.MustCompile(`^[A-Za-z]+([_.-][A-Za-z]+)*$`)
	dottedPath     = regexp.MustCompile(`^[a-zA-Z_][\w-]*(\.[a-zA-Z_][\w-]*){2,}$`)
	upperName      = regexp.MustCompile(`^[A-Z]+(_[A-Z]+)+$`)
	camelWord      = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)
	hashed         = regexp.MustCompile(`^(\{\w+\})?\$(2[abxy]?|argon2\w*|pbkdf2\w*|scrypt)\$|^\{(bcrypt|sha256|SSHA|MD5|argon2|pbkdf2|scrypt)\}`)
	configMap      = regexp.MustCompile(`(?i)(config|conf$|setting|option|credential|auth|conn|database|param|env|props?$|propert|account|smtp|mail|redis|aws|broker|jdbc|overrides)`)
	labelMap       = regexp.MustCompile(`(?i)(label|message|error|text|translat|help|choice|field|widget|schema|mapping|alias|header|pattern|regex|column|title|description|example|model|form|view|i18n|body|json)`)
	secretSetter   = regexp.MustCompile(`^(?:set|with|add|and)?([A-Za-z][A-Za-z0-9]*)$`)
	// askers are methods that look a name up instead of taking a secret.
	askers           = regexp.MustCompile(`^(get|is|has|find|check|verify|validate|match|encode|hash|read|load|remove|reset|forgot|contains|equals|rejectValue|assert|parse|require|show|print|log|when|then|should|by|to)`)
	annotationLabels = regexp.MustCompile(`(?i)^(Schema|ApiModelProperty|Parameter|ApiParam|JsonProperty|Column|SerializedName|Operation|Named|Qualifier|NamedQuery|Query|Size|NotNull|NotBlank|NotEmpty|Pattern|DisplayName|Param|RequestParam|PathVariable|RequestHeader|Header|Value|Option|XmlElement|CsvSource|ValueSource|Test.*|Mock.*|With.*)$`)
)

// credentialText reports whether text can be a secret's value rather than a
// name, a label, a place or a type.
func credentialText(name, text string) bool {
	if len(text) < 3 || !strings.ContainsFunc(text, func(r rune) bool {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' || r == '*' || r == '<'
	}) {
		return false
	}
	if inspect.TokenFormat(text) != "" {
		return true
	}
	squeeze := strings.NewReplacer("_", "", "-", "", " ", "", ".", "")
	switch {
	case inspect.SaysOtherwise(text), inspect.NamesItself(name, text), hashed.MatchString(text), strings.EqualFold(squeeze.Replace(name), squeeze.Replace(text)):
		return false
	case strings.ContainsAny(text, " \t\n") && !strings.HasPrefix(strings.ToLower(text), "change"):
		return false // a sentence
	case notValueName.MatchString(name), nameFirst.MatchString(name) && !drawn(text), strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}"), len(camelWord.FindAllString(text, 2)) == 2 && strings.HasSuffix(squeeze.Replace(strings.ToLower(name)), squeeze.Replace(strings.ToLower(text))):
		return false
	case upperName.MatchString(text), dottedPath.MatchString(text), strings.HasPrefix(text, "/"), strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"),
		strings.HasPrefix(text, "./"), strings.HasPrefix(text, "classpath:"), strings.HasPrefix(text, "${"), strings.HasPrefix(text, "#{"), strings.HasPrefix(text, "redirect:"), strings.HasPrefix(text, "&"), strings.HasPrefix(text, "?"):
		return false
	}
	return !identifierLike.MatchString(text) || !onlyLabels(text)
}

// drawn reports whether a text was drawn at random: capitals, small letters and
// digits in one word, as no name mixes them.
func drawn(text string) bool {
	return len(text) >= 16 && oneWord.MatchString(text) && strings.ContainsAny(text, "0123456789") && strings.ToLower(text) != text && strings.ToUpper(text) != text
}

var oneWord = regexp.MustCompile(`^[A-Za-z0-9+/=]+$`)

// onlyLabels reports whether a text is made of the words that name a secret
// alone: "access_token", "userPassword", "jwt".
func onlyLabels(text string) bool {
	words := camelWord.FindAllString(text, -1)
	if len(words) == 2 && labelWords[strings.ToLower(words[1])] {
		return true // customerPassword
	}
	if len(words) == 1 && !strings.ContainsAny(text, "_.-") {
		return labelWords[strings.ToLower(text)] && !inspect.IsPlaceholder(text)
	}
	for _, word := range words {
		if !labelWords[strings.ToLower(word)] {
			return false
		}
	}
	return true
}

func (f *file) credential(n syntax.Node, name, via, text string) {
	text = strings.TrimPrefix(text, "{noop}")
	named := inspect.IsSecretName(name) && credentialText(name, text)
	if named || name != "" && inspect.TokenFormat(text) != "" {
		f.state(n, inspect.Credential{Name: name, Via: via, Secret: inspect.NewSecret(text)})
	}
}

// declaredCredential states String PASSWORD = "…". The members of an enum are
// names, not values.
func (f *file) declaredCredential(n, name, v syntax.Node) {
	if text, ok := f.textAsBytes(v); ok && inspect.IsSecretName(name.Text()) {
		f.state(n, inspect.Credential{Name: name.Text(), Via: "assignment", Secret: inspect.NewSecret(text)})
	} else if text, ok := f.plainText(v); ok {
		class := enclosingClass(n)
		if settings, _ := f.annotated(class, settingsAnnotations); settings.name == "" && !f.keyHolder(class) {
			f.credential(n, name.Text(), "assignment", text)
		}
	}
}

// textAsBytes is the text of "…".getBytes(): what is wanted as bytes is a key, and
// the name of none.
func (f *file) textAsBytes(n syntax.Node) (string, bool) {
	if c := f.callOf(n); c.ok && c.recv.OK() && asBytes[c.method] {
		return f.literal(c.recv)
	}
	return "", false
}

var asBytes = map[string]bool{"getBytes": true, "toByteArray": true, "encodeToByteArray": true, "byteInputStream": true, "toCharArray": true}

// keyHolder reports whether a class holds names: of headers, of fields, of
// properties, of messages.
var keyHolders = regexp.MustCompile(`(?i)(Keys|Headers|Messages|Fields|Columns|Attributes|Names|Params|Parameters|Labels|Paths|Routes|Permissions|Roles|Errors|ErrorCodes?|Tables?|Events|Topics|Codes)$`)

func (f *file) keyHolder(class syntax.Node) bool {
	return keyHolders.MatchString(class.Field("name").Text())
}

// assignedCredential states name = "…" and object.name = "…".
func (f *file) assignedCredential(n syntax.Node) {
	text, ok := f.plainText(n.Field("right"))
	if !ok || f.operator(n) != "=" {
		return
	}
	switch left := n.Field("left"); left.Kind() {
	case "identifier":
		f.credential(n, left.Text(), "assignment", text)
	case "field_access", "navigation_expression":
		via := "field"
		if left.Child(0).Text() == "this" {
			via = "assignment"
		}
		f.credential(n, lastChild(left).Text(), via, text)
	}
}

// argumentCredential states setPassword("…"), .password("…"),
// f(password = "…") and put("password", "…") on settings.
func (f *file) argumentCredential(c call) {
	if c.set && c.method != "put" {
		return // the assignment is told
	}
	switch {
	case len(c.args) == 1 && c.class == "" && !isLambda(c.args[0]):
		m := secretSetter.FindStringSubmatch(c.method)
		if m == nil || askers.MatchString(c.method) || !c.recv.OK() && f.receiver(c.Node) == "" {
			break
		}
		name := strings.ToLower(m[1][:1]) + m[1][1:]
		if text, ok := f.plainText(c.args[0]); ok {
			f.credential(c.Node, name, "argument", text)
		}
	case len(c.args) == 2 && (c.method == "put" || c.method == "setProperty" || c.method == "set" || c.method == "putIfAbsent" || c.method == "property" || c.method == "addDataSourceProperty"):
		f.entryCredential(c, c.args[0], c.args[1])
	}
	if len(c.named) > 0 && !annotationLabels.MatchString(c.class) {
		for _, name := range sortedNames(c.named) {
			if text, ok := f.plainText(c.named[name]); ok {
				f.credential(c.named[name], name, "argument", text)
			}
		}
	}
}

// entryCredential states a secret under a key of settings: by the type of the
// map, by its name, or by a key that only settings have.
func (f *file) entryCredential(c call, k, v syntax.Node) {
	text, ok := f.plainText(v)
	if !ok {
		return
	}
	key, ok := f.literal(k)
	if !ok {
		return
	}
	name := key[strings.LastIndexByte(key, '.')+1:]
	receiver := c.recv.Text()
	isSettings := c.on == "java.util.Properties" || c.on == "java.lang.System" || strings.Contains(key, ".") || configMap.MatchString(receiver)
	if !isSettings || labelMap.MatchString(receiver) {
		return
	}
	if name == "config" && strings.HasSuffix(key, "sasl.jaas.config") {
		f.jaas(c.Node, text)
		return
	}
	f.credential(c.Node, name, "field", text)
}

// jaasPassword is where Kafka's login configuration has its password.
var jaasPassword = regexp.MustCompile(`(?i)password\s*=\s*["']([^"']+)["']`)

func (f *file) jaas(n syntax.Node, text string) {
	if m := jaasPassword.FindStringSubmatch(text); m != nil && !strings.HasPrefix(m[1], "%") {
		f.state(n, inspect.Credential{Name: "password", Via: "field", Secret: inspect.NewSecret(m[1])})
	}
}

// annotationCredential states @X(password = "…").
func (f *file) annotationCredential(a annotation) {
	if annotationLabels.MatchString(a.simple) {
		return
	}
	for _, name := range sortedNames(a.args) {
		if name == "value" {
			continue
		}
		if text, ok := f.plainText(a.args[name]); ok {
			f.credential(a.Node, name, "argument", text)
		}
	}
}

// keyArguments are calls that take a secret at a place, with its name.
var keyArguments = map[string]struct {
	place int
	name  string
}{
	"io.jsonwebtoken.Jwts.parser().setSigningKey": {0, "signingKey"}, "io.jsonwebtoken.Jwts.parserBuilder().setSigningKey": {0, "signingKey"}, "io.jsonwebtoken.JwtParser.setSigningKey": {0, "signingKey"},
	"io.jsonwebtoken.Jwts.parser().verifyWith": {0, "signingKey"}, "io.jsonwebtoken.Jwts.builder().signWith": {-9, "signingKey"}, "io.jsonwebtoken.JwtBuilder.signWith": {-9, "signingKey"},
	"io.jsonwebtoken.security.Keys.hmacShaKeyFor": {0, "signingKey"}, "com.auth0.jwt.algorithms.Algorithm.HMAC256": {0, "signingKey"}, "com.auth0.jwt.algorithms.Algorithm.HMAC384": {0, "signingKey"},
	"com.auth0.jwt.algorithms.Algorithm.HMAC512": {0, "signingKey"}, "javax.crypto.spec.SecretKeySpec": {0, "encryptionKey"}, "com.nimbusds.jose.crypto.MACSigner": {0, "signingKey"}, "com.nimbusds.jose.crypto.MACVerifier": {0, "signingKey"},
	"io.ktor.server.sessions.SessionTransportTransformerMessageAuthentication": {0, "signingKey"}, "io.ktor.server.sessions.SessionTransportTransformerEncrypt": {0, "encryptionKey"},
	"org.springframework.security.crypto.encrypt.Encryptors.text": {0, "encryptionKey"}, "org.springframework.security.crypto.encrypt.Encryptors.stronger": {0, "encryptionKey"}, "org.springframework.security.crypto.encrypt.Encryptors.delux": {0, "encryptionKey"},
	"com.amazonaws.auth.BasicAWSCredentials": {1, "secretKey"}, "software.amazon.awssdk.auth.credentials.AwsBasicCredentials.create": {1, "secretKey"}, "io.minio.MinioClient.builder().credentials": {1, "secretKey"},
	"org.apache.http.auth.UsernamePasswordCredentials": {1, "password"}, "jakarta.mail.PasswordAuthentication": {1, "password"}, "java.net.PasswordAuthentication": {1, "password"}, "okhttp3.Credentials.basic": {1, "password"},
	"org.springframework.http.HttpHeaders.setBasicAuth": {1, "password"}, "org.springframework.http.HttpHeaders.setBearerAuth": {0, "token"}, "org.springframework.web.client.RestTemplateBuilder.basicAuthentication": {1, "password"},
	"org.springframework.boot.web.client.RestTemplateBuilder.basicAuthentication": {1, "password"}, "org.springframework.http.client.support.BasicAuthenticationInterceptor": {1, "password"}, "com.twilio.Twilio.init": {1, "authToken"},
	"com.mongodb.MongoCredential.createCredential": {2, "password"}, "com.mongodb.MongoCredential.createScramSha1Credential": {2, "password"}, "com.mongodb.MongoCredential.createScramSha256Credential": {2, "password"},
	"com.sendgrid.SendGrid": {0, "apiKey"}, "io.vertx.ext.auth.PubSecKeyOptions.setBuffer": {0, "signingKey"}, "org.apache.commons.mail.DefaultAuthenticator": {1, "password"}, "org.apache.commons.mail.SimpleEmail.setAuthentication": {1, "password"},
	"org.apache.commons.mail.HtmlEmail.setAuthentication": {1, "password"}, "com.stripe.StripeClient": {0, "apiKey"}, "jakarta.mail.Transport.connect": {2, "password"}, "io.ktor.client.plugins.auth.providers.BasicAuthCredentials": {1, "password"},
}

// keyArgument states a literal given to what signs, encrypts or logs in; a
// secret-named variable is stated at its assignment instead, unless it is weak.
func (f *file) keyArgument(c call) {
	key, known := keyArguments[c.name]
	if !known {
		f.headerArgument(c)
		return
	}
	place := key.place
	if place == -9 { // with an algorithm, on either side
		place = len(c.args) - 1
		if len(c.args) == 2 && strings.Contains(c.args[1].Text(), "SignatureAlgorithm") {
			place = 0
		}
	}
	at := c.arg(place, key.name)
	named := bare(at)
	for range 3 { // SECRET.getBytes(UTF_8)
		if isCall(named) {
			named = f.callOf(named).recv
		}
	}
	elsewhere := named.Is("identifier", "field_access", "navigation_expression") && inspect.IsSecretName(lastWord(named))
	if text, ok := f.literal(at); ok && text != "" && !strings.Contains(text, "${") && !(elsewhere && !inspect.WeakKey(key.name, text)) {
		f.state(c.Node, inspect.Credential{Name: key.name, Via: "argument", Secret: inspect.NewSecret(text)})
	}
}

func lastWord(n syntax.Node) string {
	if n.Is("identifier") {
		return n.Text()
	}
	return lastChild(n).Text()
}

// bearer is a literal way to log in: "Bearer abc…", "Basic dXNlcjpwYXNz".
var bearer = regexp.MustCompile(`^(?i:bearer|basic|token|apikey)\s+([A-Za-z0-9._~+/=-]{8,})$`)

// headerArgument states header("Authorization", "Bearer …").
func (f *file) headerArgument(c call) {
	if len(c.args) != 2 || !(c.method == "header" || c.method == "setHeader" || c.method == "addHeader" || c.method == "add" || c.method == "set" || c.method == "setRequestProperty" || c.method == "append" || c.method == "addRequestProperty") {
		return
	}
	key, ok := f.literal(c.args[0])
	if !ok && strings.HasSuffix(c.args[0].Text(), "AUTHORIZATION") || strings.HasSuffix(c.args[0].Text(), ".Authorization") {
		key, ok = "Authorization", true
	}
	text, plain := f.plainText(c.args[1])
	if !ok || !plain || !strings.EqualFold(key, "authorization") {
		return
	}
	if m := bearer.FindStringSubmatch(text); m != nil {
		f.state(c.Node, inspect.Credential{Name: key, Via: "argument", Secret: inspect.NewSecret(m[1])})
	}
}

// positionalPassword states getConnection(url, "user", "password").
func (f *file) positionalPassword(c call, handle fold.Value) {
	place := 2
	switch {
	case c.name == "java.sql.DriverManager.getConnection", strings.HasSuffix(c.name, "DriverManagerDataSource"), c.name == "org.jdbi.v3.core.Jdbi.create", c.name == "org.sql2o.Sql2o", c.name == "org.jooq.impl.DSL.using",
		c.name == "org.h2.jdbcx.JdbcConnectionPool.create":
	case strings.HasSuffix(c.name, "MailerBuilder.withSMTPServer"):
		place = 3
	case c.name == "redis.clients.jedis.JedisPool" && len(c.args) >= 5: // config, host, port, timeout, password
		place = 4
	default:
		return
	}
	if text, ok := f.plainText(c.arg(place, "password")); ok && text != "" && c.named["password"] == (syntax.Node{}) {
		_, host := jdbcHost(handle.Text)
		f.state(c.Node, inspect.Credential{Name: "password", Via: "argument", Secret: inspect.NewSecret(text), Host: host})
	}
}

var (
	jdbcURL      = regexp.MustCompile(`^(?:jdbc:|r2dbc:)?(?:[a-z0-9]+:)*//(?:[^@/?#;]*@)?(\[[^\]]*\]|[^/:?#;,]+)`)
	jdbcPassword = regexp.MustCompile(`(?i)[?&;](?:password|pwd|passwd)=([^&;\s"'#]+)`)
)

// jdbcHost is a database URL without what is behind its host, and the host.
func jdbcHost(text string) (name, host string) {
	m := jdbcURL.FindStringSubmatchIndex(text)
	if m == nil {
		return "", ""
	}
	host = strings.Trim(text[m[2]:m[3]], "[]")
	scheme, _, _ := strings.Cut(text, "//")
	return scheme + "//" + host, host
}

// urlCredential states scheme://user:password@host and
// jdbc:…//host/db?password=… in a string of code.
func (f *file) urlCredential(n syntax.Node) {
	if from, to := n.Span(); to-from < len("a://b:c@d") || f.isFallback(n) {
		return
	}
	raw := n.Text()
	if !strings.Contains(raw, "//") || !strings.Contains(raw, "@") && !strings.Contains(raw, "=") {
		return
	}
	text := strings.TrimSpace(decode(strings.Trim(raw, `"`)))
	if m := inspect.Userinfo.FindStringSubmatch(strings.TrimPrefix(text, "jdbc:")); m != nil {
		if hole(m[3]) {
			return
		}
		_, password, _ := inspect.MaskURL(strings.TrimPrefix(text, "jdbc:"))
		_, host := jdbcHost(text)
		f.state(n, inspect.Credential{Name: m[1] + host, Via: "url", Secret: inspect.NewSecret(password), Host: host})
		return
	}
	if m := jdbcPassword.FindStringSubmatch(text); m != nil && !hole(m[1]) && jdbcURL.MatchString(text) {
		name, host := jdbcHost(text)
		f.state(n, inspect.Credential{Name: name, Via: "url", Secret: inspect.NewSecret(m[1]), Host: host})
	}
}

// hole reports whether a text is filled in later.
func hole(text string) bool {
	return strings.ContainsAny(text, "{}$<>") || text == "%s" || text == ""
}

// isFallback reports whether n is what an env read falls back to: that is told
// with the read.
func (f *file) isFallback(n syntax.Node) bool {
	at := n
	for p := n.Parent(); p.OK() && p.Is("argument_list", "value_arguments", "value_argument", "method_invocation", "call_expression", "binary_expression", "parenthesized_expression", "ternary_expression", "if_expression", "annotation_argument_list", "element_value_pair", "navigation_expression"); at, p = p, p.Parent() {
		switch {
		case isCall(p):
			c := f.callOf(p)
			if _, read := f.envRead(c); c.ok && read {
				return true
			}
			if c.method == "orElse" && f.evaluate(c.recv).Source == inspect.Env {
				return true
			}
		case p.Is("binary_expression"):
			if f.operator(p) == "?:" && at == p.Field("right") && f.evaluate(p.Field("left")).Source == inspect.Env {
				return true
			}
		case p.Is("ternary_expression", "if_expression"):
			if f.evaluate(p).Source == inspect.Env {
				return true
			}
		case p.Is("annotation_argument_list", "element_value_pair"):
			return true // told with the annotation
		}
	}
	return false
}

// login states "…".equals(username) && "…".equals(password): whoever reads the
// code can log in, however easily the password is guessed.
func (f *file) login(n syntax.Node) {
	if at, name, text := syntax.Login(n); at.OK() {
		f.state(at, inspect.Credential{Name: name, Via: "login", Secret: inspect.NewSecret(text)})
	}
}
