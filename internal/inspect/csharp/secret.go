package csharp

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	// labelWords make a value the name of a field or a word for people.
	labelWords = setOf(strings.Fields("access refresh auth token key secret password passwd pwd api session user id csrf jwt bearer oauth client new old current confirm reset code credentials grant username authorization type value name"))
	wordsOnly  = regexp.MustCompile(`^[A-Za-z]+([_.:-][A-Za-z]+)*$`)
	dottedPath = regexp.MustCompile(`^[a-zA-Z_]\w*(\.[a-zA-Z_]\w*){2,}$`)
	envStyle   = regexp.MustCompile(`^[A-Z]+(_[A-Z]+)+$`)
	pascalCase = regexp.MustCompile(`^([A-Z][a-z]+){2,}$`)
	camelCase  = regexp.MustCompile(`([a-z])([A-Z])`)
	// labelHolder are types whose texts are names of things.
	labelHolder = regexp.MustCompile(`(Names?|Keys?|Constants?|Consts?|Types|Claims?|Routes?|Headers?|Fields|Errors?|Messages?|Labels?|Resources?|Policies|Permissions?|Scopes|Events?|Tests?|Attribute|Exception|Dto|ViewModel|Model|Migration|Localizer)$`)
	labelCallee = regexp.MustCompile(`(?i)(Exception|Attribute|Claim|Parameter|Argument|Option|Column|Error|Message|Header|Localiz|Translat|Log(Information|Warning|Error|Debug|Critical)?|WriteLine|Nameof|Property|Index|Rename|Add(Column|Field)|Column|HasName|Descriptor|Field|Node|Element|Replace|Split|Contains|StartsWith|EndsWith|Equals|GetValue|GetSection|TryGetValue|ContainsKey|FindFirst|FindFirstValue)$`)
	configName  = regexp.MustCompile(`(?i)(config|setting|option|credential|env|param|account|smtp|mail|redis|aws|connection|collection)`)
)

// longName is longer than what programs call a setting, a claim or a field: a
// text of so many letters is a key that somebody made up of words.
const longName = 36

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
	if inspect.SaysOtherwise(text) || inspect.NamesItself(name, text) {
		return false
	}
	squeeze := strings.NewReplacer("_", "", "-", "", " ", "", ".", "", ":", "")
	if strings.EqualFold(squeeze.Replace(name), squeeze.Replace(text)) {
		return false
	}
	if strings.ContainsAny(text, " \t\n") && !strings.HasPrefix(strings.ToLower(text), "change") {
		return false // a sentence
	}
	switch {
	case envStyle.MatchString(text), dottedPath.MatchString(text), strings.HasPrefix(text, "/"), strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"),
		strings.HasPrefix(text, "./"), strings.HasPrefix(text, "~/"), strings.HasPrefix(text, "{"), strings.HasSuffix(text, ":"), strings.HasSuffix(text, "="):
		return false
	}
	if wordsOnly.MatchString(text) && len(text) < longName && (strings.ContainsAny(text, "_.:-") || pascalCase.MatchString(text)) {
		for _, word := range strings.FieldsFunc(strings.ToLower(camelCase.ReplaceAllString(text, "${1}_$2")), func(r rune) bool { return strings.ContainsRune("_.:-", r) }) {
			if !labelWords[word] {
				return !pascalCase.MatchString(text)
			}
		}
		return false
	}
	return true
}

// secretText is the text of a literal that stands at n itself: names are not
// followed, for they are stated where they are assigned.
func (f *file) secretText(n syntax.Node) (string, bool) {
	for n.Is("parenthesized_expression", "postfix_unary_expression") {
		n = n.Child(0)
	}
	if n.Is("binary_expression") {
		if operator(n) != "+" {
			return "", false
		}
	} else if !isText(n) {
		return "", false
	}
	return f.literal(n)
}

// notCredential are names that hold a secret's word and say something else:
// what identifies it, and passes over data.
var notCredential = regexp.MustCompile(`(Ids?|Identifier|Match|Hashed\w*|Standalone|([Ff]irst|[Ss]econd|[Tt]wo|[Oo]ne|[Mm]ulti|[Ff]ilter|[Bb]y)Pass)$`)

func (f *file) credential(n syntax.Node, name, via, text string) {
	if via == "argument" && strings.EqualFold(name, "token") && len(text) < 12 {
		return // a word of a grammar
	}
	if inspect.IsSecretName(name) && !notCredential.MatchString(name) && credentialText(name, text) {
		f.state(n, inspect.Credential{Name: name, Via: via, Secret: inspect.NewSecret(text)})
	}
}

// declaredCredential states string password = "…", and fields and properties
// of that name where their type is no list of names.
func (f *file) declaredCredential(n syntax.Node) {
	v := initializer(n)
	if n.Is("property_declaration") {
		v = n.Field("value")
		if v.Is("arrow_expression_clause") {
			v = v.Child(0)
		}
	}
	if inner := f.textAsBytes(v); inner.OK() {
		v = inner
	}
	text, ok := f.secretText(v)
	if !ok {
		return
	}
	if b := f.lookup(n.Field("name").Text(), n.Field("name")); b != nil && b.member {
		for class := n.Up(typeKinds...); class.OK(); class = class.Up(typeKinds...) {
			if name := class.Field("name").Text(); labelHolder.MatchString(name) && (len(text) < longName || !strings.HasSuffix(name, "Constants")) {
				return
			}
		}
	}
	f.credential(n, n.Field("name").Text(), "assignment", text)
}

// textAsBytes is the text in Encoding.UTF8.GetBytes("…").
func (f *file) textAsBytes(n syntax.Node) syntax.Node {
	if !n.Is("invocation_expression") {
		return syntax.Node{}
	}
	switch c := f.callOf(n); lastName(n.Field("function")) {
	case "GetBytes", "FromBase64String", "FromHexString":
		return c.arg(0)
	}
	return syntax.Node{}
}

// assignedCredential states x.Password = "…", { Password = "…" } and
// configuration["Jwt:Key"] = "…".
func (f *file) assignedCredential(n syntax.Node) {
	text, ok := f.secretText(n.Field("right"))
	if !ok || operator(n) != "=" {
		return
	}
	switch left := n.Field("left"); left.Kind() {
	case "identifier":
		if !n.Parent().Is("initializer_expression") {
			f.credential(n, left.Text(), "assignment", text)
			return
		}
		made := simpleName(n.Parent().Parent().Field("type"))
		if !labelHolder.MatchString(made) || strings.HasSuffix(made, "Model") {
			f.credential(n, left.Text(), "field", text)
		}
	case "member_access_expression":
		if object := lastName(left.Field("expression")); !labelHolder.MatchString(object) {
			f.credential(n, lastName(left), "field", text)
		}
	case "element_access_expression":
		key, ok := f.literal(left.Field("subscript").Child(0).Child(0))
		if object := left.Field("expression"); ok && (configName.MatchString(lastName(object)) || f.isConfiguration(object)) {
			if isSecretVariable(variableOf(key)) && credentialText(key, text) {
				f.state(n, inspect.Credential{Name: key, Via: "field", Secret: inspect.NewSecret(text)})
			}
		}
	case "implicit_element_access":
	}
}

// keyArguments are calls that take a secret at a place, by the resolved name.
var keyArguments = map[string]struct {
	place int
	name  string
}{
	"Microsoft.IdentityModel.Tokens.SymmetricSecurityKey": {0, "signing key"}, "System.Net.NetworkCredential": {1, "password"}, "Amazon.Runtime.BasicAWSCredentials": {1, "secretKey"},
	"Amazon.Runtime.SessionAWSCredentials": {1, "secretKey"}, "Azure.Storage.StorageSharedKeyCredential": {1, "accountKey"}, "Azure.AzureKeyCredential": {0, "key"}, "Azure.Identity.ClientSecretCredential": {2, "clientSecret"},
	"Azure.Identity.UsernamePasswordCredential": {1, "password"}, "System.Security.Cryptography.HMACSHA256": {0, "hmac key"}, "System.Security.Cryptography.HMACSHA512": {0, "hmac key"}, "System.Security.Cryptography.HMACSHA1": {0, "hmac key"}, "System.Security.Cryptography.HMACSHA384": {0, "hmac key"},
	"MailKit.Net.Smtp.SmtpClient().Authenticate": {1, "password"}, "MailKit.Net.Smtp.SmtpClient().AuthenticateAsync": {1, "password"}, "SendGrid.SendGridClient": {0, "apiKey"}, "Minio.MinioClient().WithCredentials": {1, "secretKey"},
	"System.Net.Http.Headers.AuthenticationHeaderValue": {1, "Authorization"},
	"Amazon.S3.AmazonS3Client":                          {1, "awsSecretAccessKey"}, "Amazon.SQS.AmazonSQSClient": {1, "awsSecretAccessKey"},
}

// argumentCredentials states f(password: "…"), and a literal given to what
// signs, encrypts or signs in.
func (f *file) argumentCredentials(c call) {
	if len(c.named) > 0 && !labelCallee.MatchString(c.method) {
		for name, v := range sortedNamed(c) {
			if text, ok := f.secretText(v); ok {
				f.credential(v.Parent(), name, "argument", text)
			}
		}
	}
	if c.method == "Password" && f.usings["MassTransit"] && len(c.positional) == 1 && c.object.Is("identifier") { // cfg.Host("mq", h => h.Password("…"))
		if text, ok := f.secretText(c.positional[0]); ok {
			f.credential(c.Node, "password", "argument", text)
		}
	}
	key, known := keyArguments[c.name]
	if !known {
		return
	}
	v := c.arg(key.place)
	elsewhere := false // stated where it is assigned
	if v.Is("identifier", "member_access_expression") {
		elsewhere = f.target(v) != nil && inspect.IsSecretName(lastName(v))
	}
	if text, ok := f.literal(v); ok && text != "" && !v.Is("integer_literal", "boolean_literal") {
		inner := f.innerName(v)
		elsewhere = elsewhere || inner.OK() && inspect.IsSecretName(inner.Text())
		if elsewhere && !inspect.WeakKey(key.name, text) {
			return
		}
		f.state(c.Node, inspect.Credential{Name: key.name, Via: "argument", Secret: inspect.NewSecret(text)})
	}
}

// innerName is the variable inside Encoding.UTF8.GetBytes(key).
func (f *file) innerName(n syntax.Node) syntax.Node {
	if n.Is("invocation_expression") {
		if v := f.callOf(n).arg(0); v.Is("identifier") {
			return v
		}
	}
	return syntax.Node{}
}

// urlCredential states the password of a URL or connection string in code. One
// that a read falls back to is told with the read.
func (f *file) urlCredential(n syntax.Node) {
	from, to := n.Span()
	if to-from < len("a://b:c@d") || n.Parent().Is("interpolation", "attribute_argument", "constant_pattern") {
		return
	}
	content := n.Text()
	f.queryCredential(n, content)
	if !strings.Contains(content, "://") && !strings.Contains(content, "assword") && !strings.Contains(content, "wd=") && !strings.Contains(content, "PASSWORD") {
		return
	}
	text := stringText(n)
	if n.Is("interpolated_string_expression") {
		text = interpolatedText(n)
	}
	masked, password, ok := inspect.MaskURL(text)
	if !ok || password == "" || strings.Contains(password, "{") || strings.Contains(password, "*") || masked == text || f.isFallback(n) {
		return
	}
	name, host := inspect.DsnHost(text)
	if m := inspect.Userinfo.FindStringSubmatch(text); m != nil {
		host = text[len(m[0]):]
		if end := strings.IndexAny(host, "/?,:"); end >= 0 {
			host = host[:end]
		}
		name = m[1] + host
	}
	f.state(n, inspect.Credential{Name: name, Via: "url", Secret: inspect.NewSecret(password), Host: host})
}

// querySecret is a secret in a URL: https://host/?apikey=….
var querySecret = regexp.MustCompile(`^[a-z]+://([^/?#\s:{}]+)[^\s?]*\?(?:[^\s]*&)?([A-Za-z_-]+)=([^&\s{}"]+)`)

func (f *file) queryCredential(n syntax.Node, content string) {
	if !strings.Contains(content, "?") || !strings.Contains(content, "=") || !strings.Contains(content, "://") {
		return
	}
	text := interpolatedText(n)
	if !n.Is("interpolated_string_expression") {
		text = stringText(n)
	}
	if m := querySecret.FindStringSubmatch(text); m != nil && inspect.IsSecretName(m[2]) && credentialText(m[2], m[3]) {
		f.state(n, inspect.Credential{Name: m[2], Via: "url", Secret: inspect.NewSecret(m[3]), Host: m[1]})
	}
}

// interpolatedText is the text of an interpolated string with {} for what is
// filled in.
func interpolatedText(n syntax.Node) string {
	var b strings.Builder
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "string_content":
			b.WriteString(c.Text())
		case "escape_sequence":
			b.WriteString(unescape(c.Text()))
		case "interpolation":
			b.WriteString("{}")
		}
	}
	return b.String()
}

// isFallback reports whether n is what a read of the environment falls back to.
func (f *file) isFallback(n syntax.Node) bool {
	for inner, up := n, n.Parent(); up.OK(); inner, up = up, up.Parent() {
		switch up.Kind() {
		case "binary_expression":
			if operator(up) == "??" && inner == up.Field("right") && f.evaluate(up.Field("left")).Source == inspect.Env {
				return true
			}
		case "argument_list", "argument", "parenthesized_expression", "conditional_expression":
		case "invocation_expression":
			c := f.callOf(up)
			_, env := f.envRead(c)
			_, config := f.configRead(up)
			return env || config
		default:
			return false
		}
	}
	return false
}

// login states username == "…" && password == "…": whoever reads the code can
// log in, however easily the password is guessed.
func (f *file) login(n syntax.Node) {
	if at, name, text := syntax.Login(n); at.OK() {
		f.state(at, inspect.Credential{Name: name, Via: "login", Secret: inspect.NewSecret(text)})
	}
}
