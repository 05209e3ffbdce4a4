package ecmascript

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// readCredentials states literals that are used as secrets: given to
// secret-named variables and fields, or inside a URL. What is a default of an
// environment read, or was told as a function's argument, is left out.
func (f *ecmaFile) readCredentials() {
	f.each(func(n syntax.Node) {
		switch n.Kind() {
		case "variable_declarator":
			f.readCredential(n.Field("name").Text(), n.Field("value"), "assignment", n)
		case "assignment_expression":
			f.readCredential(ecmaLastName(n.Field("left")), n.Field("right"), "assignment", n)
		case "field_definition":
			f.readCredential(ecmaKey(n.Field("property")), n.Field("value"), "field", n)
		case "public_field_definition":
			f.readCredential(ecmaKey(n.Field("name")), n.Field("value"), "field", n)
		case "binary_expression":
			f.readComparison(n)
			f.readLogin(n)
		case "pair":
			f.readHeader(n)
			f.readCredential(ecmaKey(n.Field("key")), n.Field("value"), "field", n)
		}
	}, "variable_declarator", "assignment_expression", "field_definition", "public_field_definition", "pair", "binary_expression")
	f.each(f.readLiteralSecret, "string", "template_string")
}

// readComparison states password === "…": whoever reads the code can log in.
func (f *ecmaFile) readComparison(n syntax.Node) {
	switch n.Field("operator").Text() {
	case "===", "==", "!==", "!=":
	default:
		return
	}
	left, right := ecmaBare(n.Field("left")), ecmaBare(n.Field("right"))
	name := ecmaLastName(left)
	if !left.Is("identifier", "member_expression") || !right.Is("string") || !isSecretField(name) || f.told[right.Index()] {
		return
	}
	if text, ok := ecmaString(right); ok && inspect.ComparedSecret(text) && looksSecret(name, text) {
		f.sayCredential(inspect.Credential{Name: name, Via: "comparison", Secret: inspect.NewSecret(text)}, right)
	}
}

// readHeader states a secret among the headers of a request: {headers:
// {Authorization: "Bearer …"}}, and where they are a variable.
func (f *ecmaFile) readHeader(pair syntax.Node) {
	key, value := ecmaKey(pair.Field("key")), ecmaBare(pair.Field("value"))
	if !inspect.IsSecretHeader(key) || !value.Is("string", "template_string") || f.told[value.Index()] {
		return
	}
	text, ok := f.literalText(value)
	if secret := inspect.HeaderSecret(key, text); ok && secret != "" && headersName.MatchString(f.objectName(pair.Parent())) {
		f.sayCredential(inspect.Credential{Name: key, Via: "field", Secret: inspect.NewSecret(secret)}, value)
	}
}

// objectName is the key or variable that an object is given to.
func (f *ecmaFile) objectName(object syntax.Node) string {
	switch p := object.Parent(); p.Kind() {
	case "pair":
		return ecmaKey(p.Field("key"))
	case "variable_declarator":
		return p.Field("name").Text()
	case "assignment_expression":
		return ecmaLastName(p.Field("left"))
	case "new_expression", "arguments":
		return "headers"
	}
	return ""
}

func ecmaLastName(target syntax.Node) string {
	root, path := ecmaPath(target)
	if len(path) > 0 {
		return path[len(path)-1]
	}
	return root.Text()
}

func (f *ecmaFile) readCredential(name string, value syntax.Node, via string, at syntax.Node) {
	value = ecmaBare(value)
	if inner := ecmaTextAsBytes(value); inner.OK() {
		value = inner
	}
	if name == "" || !value.Is("string", "template_string", "binary_expression") || !isSecretField(name) || f.told[value.Index()] {
		return
	}
	text, ok := f.literalText(value)
	if !ok || !looksSecret(name, text) || via == "field" && f.showsText(at) {
		return
	}
	f.sayCredential(inspect.Credential{Name: name, Via: via, Secret: inspect.NewSecret(text), Host: f.neighbourHost(at), Paired: f.paired(at)}, value)
}

// ecmaTextAsBytes is the text in new TextEncoder().encode("…") and
// Buffer.from("…", "hex").
func ecmaTextAsBytes(n syntax.Node) syntax.Node {
	if !n.Is("call_expression") {
		return syntax.Node{}
	}
	switch function := n.Field("function"); {
	case function.Text() == "Buffer.from", strings.HasPrefix(function.Text(), "new TextEncoder(") && function.Field("property").Text() == "encode":
		return ecmaBare(n.Field("arguments").Child(0))
	}
	return syntax.Node{}
}

// literalText is the text of a literal that stands right here: what a name
// refers to is told where it is declared.
func (f *ecmaFile) literalText(n syntax.Node) (string, bool) {
	if text, ok := ecmaString(n); ok {
		return text, true
	}
	if n.Is("binary_expression") && n.Field("operator").Text() == "+" {
		left, ok := f.literalText(ecmaBare(n.Field("left")))
		right, ok2 := f.literalText(ecmaBare(n.Field("right")))
		return left + right, ok && ok2
	}
	return "", false
}

func (f *ecmaFile) sayCredential(fact inspect.Credential, value syntax.Node) {
	f.claim(value)
	f.say(value, fact)
}

// neighbourHost is the literal host beside a password in an options object.
func (f *ecmaFile) neighbourHost(pair syntax.Node) string {
	if !pair.Is("pair") {
		return ""
	}
	if v := f.value(f.property(pair.Parent(), "host", "hostname", "server")); v.IsLiteral() {
		return v.Text
	}
	return ""
}

// paired reports whether the object that a password stands in names its user.
func (f *ecmaFile) paired(pair syntax.Node) bool {
	if !pair.Is("pair") {
		return false
	}
	v := f.value(f.property(pair.Parent(), "user", "username", "userName", "login"))
	return v.IsLiteral() && v.Text != ""
}

// readLiteralSecret states URLs with a password and tokens of known formats.
func (f *ecmaFile) readLiteralSecret(n syntax.Node) {
	if f.told[n.Index()] || n.Parent().Is("import_statement", "export_statement", "literal_type") {
		return
	}
	if from, to := n.Span(); to-from < 14 { // shorter than any token or URL with a password
		return
	}
	if body := n.Text(); !slices.ContainsFunc(secretHints, func(hint string) bool { return strings.Contains(body, hint) }) {
		return
	}
	text := f.prefix(n, 2)
	if format := inspect.TokenFormat(text); format != "" {
		f.sayCredential(inspect.Credential{Name: f.placeName(n, format), Via: f.placeVia(n), Secret: inspect.NewSecret(text)}, n)
		return
	}
	masked, password, ok := inspect.MaskURL(text)
	if !ok || strings.Contains(password, "\x00") || strings.Contains(password, "${") || f.asDefault(n) {
		return
	}
	scheme, rest, _ := strings.Cut(masked, "://")
	_, host, _ := strings.Cut(rest, "@")
	if i := strings.IndexAny(host, "/:?,# "); i >= 0 {
		host = host[:i]
	}
	host = strings.ReplaceAll(host, "\x00", "")
	f.sayCredential(inspect.Credential{Name: scheme + "://" + host, Via: "url", Secret: inspect.NewSecret(password), Host: host}, n)
}

// asDefault reports whether a literal stands in for an unset variable.
func (f *ecmaFile) asDefault(n syntax.Node) bool {
	for p := n.Parent(); p.Is("binary_expression", "parenthesized_expression", "ternary_expression", "template_substitution", "template_string"); n, p = p, p.Parent() {
		if op := p.Field("operator").Text(); (op == "||" || op == "??") && n == p.Field("right") && f.fold(p.Field("left"), maxHops).Source == inspect.Env {
			return true
		}
	}
	return false
}

// placeName is what a literal is given to.
func (f *ecmaFile) placeName(n syntax.Node, otherwise string) string {
	switch p := n.Parent(); p.Kind() {
	case "variable_declarator":
		return p.Field("name").Text()
	case "pair":
		return ecmaKey(p.Field("key"))
	case "assignment_expression":
		return ecmaLastName(p.Field("left"))
	}
	return otherwise
}

func (f *ecmaFile) placeVia(n syntax.Node) string {
	switch n.Parent().Kind() {
	case "pair", "field_definition", "public_field_definition":
		return "field"
	case "arguments":
		return "argument"
	}
	return "assignment"
}

// showsText reports whether an object holds words for people or names for
// programs rather than settings: most of its texts are prose, or its name says so.
func (f *ecmaFile) showsText(pair syntax.Node) bool {
	object := pair.Parent()
	if !object.Is("object") {
		return false
	}
	for up := object.Parent(); up.OK(); up = up.Parent() {
		switch up.Kind() {
		case "pair":
			if textObject.MatchString(ecmaKey(up.Field("key"))) {
				return true
			}
		case "variable_declarator":
			if textObject.MatchString(up.Field("name").Text()) {
				return true
			}
		case "jsx_attribute":
			return true
		}
		if up.Is(ecmaFunctions...) || up.Is("statement_block", "program") {
			break
		}
	}
	prose, total := 0, 0
	for c := object.First(); c.OK(); c = c.Next() {
		if text, ok := ecmaString(c.Field("value")); ok && c.Is("pair") {
			total++
			if prosePattern.MatchString(text) {
				prose++
			}
		}
	}
	return total >= 3 && prose*2 > total
}

// secretHints: one of them stands in every URL and in every token that
// TokenFormat knows. They spare most strings its patterns.
var secretHints = []string{
	"://", "k_live_", "k_test_", "AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xox", "AIza", "SG.", "PRIVATE KEY", "eyJ",
}

var (
	headersName  = regexp.MustCompile(`(?i)headers?$|^common$`)
	textObject   = regexp.MustCompile(`(?i)(label|message|error|placeholder|translation|i18n|locale|selector|column|alias|test_?ids?|initial_?values?|initial_?state|default_?values|example|fixture|mock|sample|route|path|url|endpoint|titles?|hints?|tooltip|icon|class(es|names)|event|action_?types?|permission|scope|field_?names?|strings|texts|schema|docs?|metadata|storage_?keys|query_?keys|cookie_?names|headers?_?names|rules?|validat(or|ion)|placeholder\w*|insecure\w*|forbidden\w*|banned\w*|leaked\w*)s?$`)
	prosePattern = regexp.MustCompile(`\pL+\s+\pL+|^\p{Lu}\p{Ll}+$|[^\x00-\x7F]`)
)

// readLogin states username === "…" && password === "…": whoever reads the code
// can log in, however easily the password is guessed.
func (f *ecmaFile) readLogin(n syntax.Node) {
	if at, name, text := syntax.Login(n); at.OK() {
		f.sayCredential(inspect.Credential{Name: name, Via: "login", Secret: inspect.NewSecret(text)}, at)
	}
}
