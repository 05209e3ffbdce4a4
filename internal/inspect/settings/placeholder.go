package settings

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// style is how a kind of file refers to something else.
type style struct {
	separator string // between a name and its default: ":" in Spring, ":-" in logback
	// lower tells how a name that is no environment variable's is read: as the
	// variable that the framework would take it from, as Spring does.
	relaxed bool
	// prefixes are lookups that are written before the name: "env:". One that
	// is not listed refers to something that this file can't tell.
	prefixed bool
	ktor     bool // "$PORT:8080" beside "${PORT}"
}

var (
	springStyle  = style{separator: ":", relaxed: true}
	ktorStyle    = style{separator: ":", relaxed: true, ktor: true}
	logbackStyle = style{separator: ":-"}
	log4jStyle   = style{separator: ":-", prefixed: true}
	hoconStyle   = style{separator: hoconDefault}
)

// read is one read of the environment in a text.
type read struct {
	name     string
	fallback string
	has      bool // there is a fallback that the file tells
	written  bool // there is a fallback
	optional bool // ${?NAME}: nothing happens when it is unset
}

// folded is a text with its references followed.
type folded struct {
	text    string // as written where incomplete
	reads   []read
	unsure  bool // refers to something that the file does not tell and that is no variable
	random  bool // generated at start
	partial bool // a variable without a default, or unsure: text is no value
}

// value is what a rule may see of it.
func (v folded) value(secret bool) inspect.Value {
	lit := v.masked(secret)
	switch {
	case len(v.reads) > 0:
		lit.Source = inspect.Env
		for _, r := range v.reads {
			lit.Env = append(lit.Env, r.name)
		}
		if v.partial {
			lit.HasText = false
			if onlyReference.MatchString(v.text) {
				lit.Text, lit.Secret = "", nil
			}
		}
		return lit
	case v.random:
		return inspect.Value{Source: inspect.Random}
	case v.unsure:
		return inspect.Value{Source: inspect.Input}
	}
	return lit
}

// masked is the text without the secrets in it: the whole of it when the
// setting is one, the defaults of secret variables, the passwords of URLs.
func (v folded) masked(secret bool) inspect.Value {
	if secret && v.text != "" {
		return inspect.SecretLit(v.text)
	}
	text := v.text
	var held *inspect.Secret
	for _, r := range v.reads {
		switch {
		case !inspect.IsSecretName(r.name):
		case v.partial:
			return inspect.Value{Source: inspect.Literal}
		case r.fallback != "":
			s := inspect.NewSecret(r.fallback)
			text, held = strings.ReplaceAll(text, r.fallback, s.Masked), &s
		}
	}
	lit := inspect.LitOf(text)
	if lit.Secret == nil {
		lit.Text, lit.Secret = inspect.MaskText(lit.Text), held
	}
	return lit
}

// onlyReference is a text that is nothing but one reference.
var onlyReference = regexp.MustCompile(`^\s*(\$\{[^{}]*\}|\$\??[A-Z][A-Z0-9_]*)\s*$`)

// literal is the text of a value that is written in the file, or "".
func (v folded) literal() string {
	if len(v.reads) > 0 || v.unsure || v.random {
		return ""
	}
	return v.text
}

// known is the text that the value has unless the environment changes it.
func (v folded) known() string {
	if v.partial || v.unsure || v.random {
		return ""
	}
	return v.text
}

const maxNesting = 8

func (f *file) expand(x entry) folded {
	if len(x.text) > inspect.MaxText {
		return folded{text: x.text[:0], unsure: true, partial: true}
	}
	text := x.text
	if f.style.ktor {
		if v, ok := ktorVariable(text); ok {
			return v
		}
	}
	if filtered.MatchString(text) {
		return folded{text: text, unsure: true, partial: true} // the build writes it
	}
	if !strings.Contains(text, "${") {
		return folded{text: text}
	}
	v := f.fold(text, x, maxNesting)
	if v.partial {
		v.text = strings.ReplaceAll(text, hoconDefault, ":-")
	}
	return v
}

// filtered is what Maven and Gradle put into resources: @project.version@.
var filtered = regexp.MustCompile(`@[A-Za-z][\w.-]*@`)

// fold replaces the references of a text by what they refer to.
func (f *file) fold(text string, x entry, depth int) folded {
	var v folded
	var b strings.Builder
	for {
		open := strings.Index(text, "${")
		closing := -1
		if open >= 0 {
			closing = closingBrace(text[open:])
		}
		if open < 0 || closing < 0 {
			b.WriteString(text)
			break
		}
		b.WriteString(text[:open])
		inner := f.reference(text[open+2:open+closing], x, depth-1)
		text = text[open+closing+1:]
		b.WriteString(inner.text)
		v.reads = append(v.reads, inner.reads...)
		v.unsure, v.random, v.partial = v.unsure || inner.unsure, v.random || inner.random, v.partial || inner.partial
		if b.Len() > inspect.MaxText {
			return folded{unsure: true, partial: true, reads: v.reads}
		}
	}
	v.text = b.String()
	return v
}

// closingBrace is where the brace that text starts with behind "$" closes, or -1.
func closingBrace(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

var (
	variableName = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
	// notEnvironment are references that no variable gives: to the program, the
	// machine, the build.
	notEnvironment = regexp.MustCompile(`^(java|user|os|file|path|line|sun|vm|project|pom|parent|build|spring\.(application|cloud\.client|profiles)|server\.port|local\.server|random|catalina|jboss|jetty|date|ctx|sys|web|info|git|CONTEXT_NAME|HOSTNAME|PID|LOG_LEVEL_PATTERN|LOG_DATEFORMAT_PATTERN|LOG_EXCEPTION_CONVERSION_WORD)([.:_]|$)`)
)

// reference is what one ${…} stands for.
func (f *file) reference(inner string, x entry, depth int) folded {
	unknown := folded{unsure: true, partial: true}
	if f.fuel--; f.fuel < 0 || depth < 0 {
		return unknown
	}
	optional := strings.HasPrefix(inner, "?")
	name, fallback, has := f.cutDefault(strings.TrimPrefix(inner, "?"))
	fromEnv, property := false, false
	if f.style.prefixed {
		prefix, rest, found := strings.Cut(name, ":")
		switch {
		case found && (prefix == "env" || prefix == "environment"):
			name, fromEnv = rest, true
		case found && prefix != "sys" && prefix != "main":
			return unknown
		case found:
			name, property = rest, prefix == "sys"
		}
	}
	if strings.HasPrefix(name, "random.") {
		return folded{random: true, partial: true}
	}
	if strings.Contains(name, "${") {
		return unknown
	}
	if v, ok := f.local(name, x, depth); ok && !fromEnv {
		return v
	}
	variable := name
	if property {
		variable = ""
	} else if !fromEnv && !variableName.MatchString(name) {
		if !f.style.relaxed || !has {
			variable = ""
		} else {
			variable = relaxed(name)
		}
	}
	if variable == "" || notEnvironment.MatchString(name) {
		if !has {
			return unknown
		}
		v := f.fold(fallback, x, depth)
		v.unsure = v.unsure || f.style.relaxed && variable == ""
		return v
	}
	r := read{name: variable, optional: optional, written: has}
	if !has {
		return folded{reads: []read{r}, partial: true}
	}
	v := f.fold(fallback, x, depth)
	if r.has = !v.partial && !v.random; r.has {
		r.fallback = v.text
	}
	v.reads = append([]read{r}, v.reads...)
	return v
}

// cutDefault takes a reference apart at its separator, which may not lie in a
// reference of the name. Micronaut puts a default with colons in backticks.
func (f *file) cutDefault(inner string) (name, fallback string, has bool) {
	if f.style.separator == "" {
		return inner, "", false
	}
	head := inner
	if at := strings.Index(inner, "${"); at >= 0 {
		head = inner[:at]
	}
	from := 0
	if f.style.prefixed {
		from = max(strings.Index(head, ":"), 0) // "env:NAME:-x"
		if strings.HasPrefix(head[from:], ":-") {
			from = 0
		}
	}
	at := strings.Index(head[from:], f.style.separator)
	if at < 0 {
		return strings.TrimSpace(inner), "", false
	}
	at += from
	fallback = inner[at+len(f.style.separator):]
	if n := len(fallback); n > 1 && fallback[0] == '`' && fallback[n-1] == '`' {
		fallback = fallback[1 : n-1]
	}
	return strings.TrimSpace(inner[:at]), fallback, true
}

// local follows a reference to another setting of the same file.
func (f *file) local(name string, x entry, depth int) (folded, bool) {
	found := -1
	for _, i := range f.byKey[plain(name)] {
		if other := f.entries[i]; (other.profile == "" || other.profile == x.profile) && other.line != x.line {
			found = i
		}
	}
	if found < 0 || len(f.entries[found].text) > inspect.MaxText {
		return folded{}, false
	}
	v := f.fold(f.entries[found].text, f.entries[found], depth)
	if filtered.MatchString(v.text) {
		v.unsure, v.partial = true, true
	}
	return v, true
}

// relaxed is the environment variable that Spring binds a property to: upper
// case, dots as underscores, dashes dropped.
func relaxed(name string) string {
	name = strings.ToUpper(strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), ".", "_"))
	if !variableName.MatchString(name) {
		return ""
	}
	return name
}

// environment states the reads of an entry's text.
func (f *file) environment(x entry, v folded, secret bool) {
	for _, r := range v.reads {
		fact := inspect.EnvRead{Name: r.name, Via: f.reads, Required: !r.written && !r.optional, Secret: secret || inspect.IsSecretName(r.name)}
		switch {
		case r.has && fact.Secret && r.fallback != "":
			fact.Fallback = inspect.SecretLit(r.fallback)
		case r.has:
			fact.Fallback = folded{text: r.fallback}.value(false)
		case r.written:
			fact.Fallback = inspect.Value{Source: inspect.Unknown}
		}
		f.e.Emit(x.line, x.end, fact)
	}
}

var ktorReference = regexp.MustCompile(`^\$(\??)([A-Za-z_][A-Za-z0-9_]*)(?::(.*))?$`)

// ktorVariable reads Ktor's form in YAML: "$PORT", "$?PORT", "$PORT:8080".
func ktorVariable(text string) (folded, bool) {
	m := ktorReference.FindStringSubmatch(text)
	if m == nil || !variableName.MatchString(m[2]) {
		return folded{}, false
	}
	r := read{name: m[2], optional: m[1] != "", fallback: m[3]}
	r.has = strings.Contains(text, ":")
	r.written = r.has
	v := folded{reads: []read{r}, text: m[3], partial: !r.has}
	if !r.has {
		v.text = text
	}
	return v, true
}
