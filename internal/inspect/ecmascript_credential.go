package inspect

import (
	"regexp"
	"slices"
	"strings"
)

// readCredentials states literals that are used as secrets: given to
// secret-named variables and fields, or inside a URL. What is a default of an
// environment read, or was told as a function's argument, is left out.
func (f *ecmaFile) readCredentials() {
	f.each(func(n node) {
		switch n.kind() {
		case "variable_declarator":
			f.readCredential(n.field("name").text(), n.field("value"), "assignment", n)
		case "assignment_expression":
			f.readCredential(ecmaLastName(n.field("left")), n.field("right"), "assignment", n)
		case "field_definition":
			f.readCredential(ecmaKey(n.field("property")), n.field("value"), "field", n)
		case "public_field_definition":
			f.readCredential(ecmaKey(n.field("name")), n.field("value"), "field", n)
		case "pair":
			f.readCredential(ecmaKey(n.field("key")), n.field("value"), "field", n)
		}
	}, "variable_declarator", "assignment_expression", "field_definition", "public_field_definition", "pair")
	f.each(f.readLiteralSecret, "string", "template_string")
}

func ecmaLastName(target node) string {
	root, path := ecmaPath(target)
	if len(path) > 0 {
		return path[len(path)-1]
	}
	return root.text()
}

func (f *ecmaFile) readCredential(name string, value node, via string, at node) {
	value = ecmaBare(value)
	if name == "" || !value.is("string", "template_string", "binary_expression") || !isSecretField(name) || f.told[value.i] {
		return
	}
	text, ok := f.literalText(value)
	if !ok || !looksSecret(name, text) || via == "field" && f.showsText(at) {
		return
	}
	f.sayCredential(Credential{Name: name, Via: via, Secret: NewSecret(text), Host: f.neighbourHost(at)}, value)
}

// literalText is the text of a literal that stands right here: what a name
// refers to is told where it is declared.
func (f *ecmaFile) literalText(n node) (string, bool) {
	if text, ok := ecmaString(n); ok {
		return text, true
	}
	if n.is("binary_expression") && n.field("operator").text() == "+" {
		left, ok := f.literalText(ecmaBare(n.field("left")))
		right, ok2 := f.literalText(ecmaBare(n.field("right")))
		return left + right, ok && ok2
	}
	return "", false
}

func (f *ecmaFile) sayCredential(fact Credential, value node) {
	f.claim(value)
	f.say(value, fact)
}

// neighbourHost is the literal host beside a password in an options object.
func (f *ecmaFile) neighbourHost(pair node) string {
	if !pair.is("pair") {
		return ""
	}
	if v := f.value(f.property(pair.parent(), "host", "hostname", "server")); v.IsLiteral() {
		return v.Text
	}
	return ""
}

// readLiteralSecret states URLs with a password and tokens of known formats.
func (f *ecmaFile) readLiteralSecret(n node) {
	if f.told[n.i] || n.parent().is("import_statement", "export_statement", "literal_type") {
		return
	}
	if from, to := n.span(); to-from < 14 { // shorter than any token or URL with a password
		return
	}
	if body := n.text(); !slices.ContainsFunc(secretHints, func(hint string) bool { return strings.Contains(body, hint) }) {
		return
	}
	text := f.prefix(n, 2)
	if format := TokenFormat(text); format != "" {
		f.sayCredential(Credential{Name: f.placeName(n, format), Via: f.placeVia(n), Secret: NewSecret(text)}, n)
		return
	}
	masked, password, ok := maskURL(text)
	if !ok || strings.Contains(password, "\x00") || strings.Contains(password, "${") || f.asDefault(n) {
		return
	}
	scheme, rest, _ := strings.Cut(masked, "://")
	_, host, _ := strings.Cut(rest, "@")
	if i := strings.IndexAny(host, "/:?,# "); i >= 0 {
		host = host[:i]
	}
	host = strings.ReplaceAll(host, "\x00", "")
	f.sayCredential(Credential{Name: scheme + "://" + host, Via: "url", Secret: NewSecret(password), Host: host}, n)
}

// asDefault reports whether a literal stands in for an unset variable.
func (f *ecmaFile) asDefault(n node) bool {
	for p := n.parent(); p.is("binary_expression", "parenthesized_expression", "ternary_expression", "template_substitution", "template_string"); n, p = p, p.parent() {
		if op := p.field("operator").text(); (op == "||" || op == "??") && n == p.field("right") && f.fold(p.field("left"), maxHops).source == Env {
			return true
		}
	}
	return false
}

// placeName is what a literal is given to.
func (f *ecmaFile) placeName(n node, otherwise string) string {
	switch p := n.parent(); p.kind() {
	case "variable_declarator":
		return p.field("name").text()
	case "pair":
		return ecmaKey(p.field("key"))
	case "assignment_expression":
		return ecmaLastName(p.field("left"))
	}
	return otherwise
}

func (f *ecmaFile) placeVia(n node) string {
	switch n.parent().kind() {
	case "pair", "field_definition", "public_field_definition":
		return "field"
	case "arguments":
		return "argument"
	}
	return "assignment"
}

// showsText reports whether an object holds words for people or names for
// programs rather than settings: most of its texts are prose, or its name says so.
func (f *ecmaFile) showsText(pair node) bool {
	object := pair.parent()
	if !object.is("object") {
		return false
	}
	for up := object.parent(); up.ok(); up = up.parent() {
		switch up.kind() {
		case "pair":
			if textObject.MatchString(ecmaKey(up.field("key"))) {
				return true
			}
		case "variable_declarator":
			if textObject.MatchString(up.field("name").text()) {
				return true
			}
		case "jsx_attribute":
			return true
		}
		if up.is(ecmaFunctions...) || up.is("statement_block", "program") {
			break
		}
	}
	prose, total := 0, 0
	for c := object.first(); c.ok(); c = c.next() {
		if text, ok := ecmaString(c.field("value")); ok && c.is("pair") {
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
	textObject   = regexp.MustCompile(`(?i)(label|message|error|placeholder|translation|i18n|locale|selector|column|alias|test_?ids?|initial_?values?|initial_?state|default_?values|example|fixture|mock|sample|route|path|url|endpoint|titles?|hints?|tooltip|icon|class(es|names)|event|action_?types?|permission|scope|field_?names?|strings|texts|schema|docs?|metadata|storage_?keys|query_?keys|cookie_?names|headers?_?names)s?$`)
	prosePattern = regexp.MustCompile(`\pL+\s+\pL+|^\p{Lu}\p{Ll}+$|[^\x00-\x7F]`)
)
