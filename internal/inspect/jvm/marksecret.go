package jvm

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

// gap is what may stand between a name and its literal: parentheses, comments.
const gap = `[\s(]*(?:(?://[^\n]*\n|/\*[^*]*\*+/)[\s(]*)*`

var (
	// givenBy is what follows a secret's name that a literal is given to: of a
	// variable or an argument, of a setter, of a key.
	givenBy = regexp.MustCompile("^`?\\s*(?:" +
		`((?:\[\s*\]\s*)?(?::[^=\n]{0,80})?=` + gap + `)(\\*["'])|` +
		`(:[^=\n]{0,80}\bby\b|by\b)|` +
		`((?:<[^<>\n]{0,40}>\s*)?\(` + gap + `)"|` +
		`("+\s*\)*\s*,` + gap + `|"+\s*\]\s*=` + gap + `)")`)
	// bytesWanted is what a text is turned into bytes by: see textAsBytes.
	bytesWanted = regexp.MustCompile(`^\.\s*(getBytes|toByteArray|encodeToByteArray|byteInputStream|toCharArray)\b`)
	setter      = regexp.MustCompile(`^(?:set|with|add|and)([A-Za-z])`)
	// putsKey is what stands before the key of an entry.
	putsKey = regexp.MustCompile(`(\b(put|setProperty|set|putIfAbsent|property|addDataSourceProperty)\s*(<[^<>]*>\s*)?\(|\[|\+|/|//[^\n]*\n)[\s(]*$`)
	// putsByName is a call that puts a literal under what a name says, setsByName
	// the end of an assignment that does.
	putsByName = regexp.MustCompile(`^\s*\(\s*("[^"\n]*"\s*[^",\s]|[^"\s)])[^;{}]{0,200}?,` + gap + `"`)
	setsByName = regexp.MustCompile(`^\s*=` + gap + `"`)
)

// credentials are the marks of secrets in literals.
func credentials(kotlin bool) []prefilter.Mark {
	given := func(content []byte, from, to int) bool { return givenText(content, from, to, kotlin) }
	marks := prefilter.Fold(prefilter.If(given, prefilter.Texts(inspect.SecretRoots()...)))
	marks = append(marks, prefilter.If(func(content []byte, _, to int) bool {
		return putsByName.Match(content[to:min(len(content), to+300)]) && secretKeys().In(content)
	}, prefilter.Words("put", "setProperty", "set", "putIfAbsent", "property", "addDataSourceProperty"))...)
	if kotlin {
		marks = append(marks, prefilter.If(func(content []byte, _, to int) bool {
			return setsByName.Match(content[to:min(len(content), to+300)]) && secretKeys().In(content)
		}, prefilter.Texts("]"))...)
	}
	marks = append(marks, prefilter.If(prefilter.Before(`[?&;]$`), prefilter.Fold(prefilter.Texts("password=", "pwd=", "passwd=")))...)
	return append(marks, prefilter.If(logsIn, prefilter.Fold(prefilter.Words("bearer", "basic", "token", "apikey")))...)
}

// givenText agrees with a secret's name that is given a text which may be the
// secret.
func givenText(content []byte, from, to int, kotlin bool) bool {
	end := to
	for end < len(content) && end-to < 80 && inspect.WordByte(content[end]) {
		end++
	}
	near := content[end:min(len(content), end+600)]
	m := givenBy.FindSubmatchIndex(near)
	if m == nil {
		return false
	}
	name := string(around(content, from, to, ""))
	start := end - len(name)
	switch {
	case m[4] >= 0 && m[5]-m[4] > 1, m[4] >= 0 && near[m[4]] == '\'': // password="…" in the text of Kafka's login
		return bytes.Contains(content, []byte("sasl.jaas.config")) || bytes.Contains(content, []byte("SASL_JAAS_CONFIG"))
	case m[6] >= 0: // by lazy
		return secretNamed(content, from, to)
	case m[8] >= 0: // a setter
		before := bytes.TrimRight(content[max(0, start-200):start], " \t\r\n`")
		if capital(name) || askers.MatchString(name) || !kotlin && len(before) > 0 && bytes.IndexByte([]byte(".>/"), before[len(before)-1]) < 0 {
			return false
		}
		return givenWhole(content, from, to, end+m[1], true)
	case m[10] >= 0: // a key
		open := bytes.LastIndexByte(content[max(0, start-200):start], '"') + max(0, start-200)
		return putsKey.Match(content[max(0, open-200):max(0, open)]) && givenWhole(content, from, to, end+m[1], true)
	}
	return givenWhole(content, from, to, end+m[1], false)
}

// givenWhole reports whether the literal whose text begins at a place, or the
// sum that it begins, may be a secret of the name around another.
func givenWhole(content []byte, from, to, at int, last bool) bool {
	if bytes.HasPrefix(content[at:], []byte(`""`)) {
		return secretNamed(content, from, to)
	}
	end := at
	for end < len(content) && content[end] != '"' && content[end] != '\n' {
		if end++; content[end-1] == '\\' {
			end++
		}
	}
	if end >= len(content) || content[end] != '"' {
		return secretNamed(content, from, to)
	}
	text := string(content[at:end])
	rest := bytes.TrimLeft(content[end+1:min(len(content), end+200)], " \t\r\n")
	switch {
	case len(rest) == 0 || rest[0] == '+' || rest[0] == '/' || strings.Contains(text, "$") || rest[0] == '.' && bytesWanted.Match(rest):
		return secretNamed(content, from, to)
	case rest[0] == '.' || last && rest[0] == ',' && !bytes.HasPrefix(bytes.TrimLeft(rest[1:], " \t\r\n"), []byte(")")):
		return false
	}
	text = strings.TrimPrefix(decode(text), "{noop}")
	for _, name := range secretNames(content, from, to) {
		if credentialText(name, text) {
			return true
		}
	}
	return false
}

func secretNamed(content []byte, from, to int) bool { return len(secretNames(content, from, to)) > 0 }

// secretNames are the names around a place that may be a secret's: as it is
// written, the property of a setter, a part of a key.
func secretNames(content []byte, from, to int) []string {
	var list []string
	for _, others := range []string{"", "-", "-."} {
		name := string(around(content, from, to, others))
		name = name[strings.LastIndexByte(name, '.')+1:]
		if inspect.IsSecretName(name) {
			list = append(list, name)
		}
		if m := setter.FindStringSubmatchIndex(name); m != nil && inspect.IsSecretName(strings.ToLower(name[m[2]:m[3]])+name[m[3]:]) {
			list = append(list, strings.ToLower(name[m[2]:m[3]])+name[m[3]:])
		}
	}
	return list
}

// around is the name that a place is in: letters, digits, underscores, and the
// bytes of others.
func around(content []byte, from, to int, others string) []byte {
	in := func(b byte) bool { return inspect.WordByte(b) || strings.IndexByte(others, b) >= 0 }
	start, end := from, to
	for start > 0 && from-start < 80 && in(content[start-1]) {
		start--
	}
	for end < len(content) && end-to < 80 && in(content[end]) {
		end++
	}
	return content[start:end]
}

// secretKeys are the marks of texts that name a secret.
var secretKeys = sync.OnceValue(func() *prefilter.Set {
	return prefilter.New(prefilter.Fold(prefilter.If(func(content []byte, from, to int) bool {
		end := to
		for end < len(content) && end-to < 80 && (inspect.WordByte(content[end]) || content[end] == '-' || content[end] == '.') {
			end++
		}
		return end < len(content) && content[end] == '"' && secretNamed(content, from, to)
	}, prefilter.Texts(inspect.SecretRoots()...))))
})

var (
	loginStart = regexp.MustCompile(`(^\s*|")$`)
	loginRest  = regexp.MustCompile(`^\s+([A-Za-z0-9._~+/=-]+\s*"|"\s*\+\s*"|[A-Za-z0-9._~+/=-]+\s*$)`)
)

// logsIn agrees with "Bearer abc…" in a file that knows of the header.
func logsIn(content []byte, from, to int) bool {
	return loginStart.Match(content[max(bytes.LastIndexByte(content[:from], '\n')+1, from-80):from]) && loginRest.Match(content[to:min(len(content), to+4000)]) &&
		bytes.Contains(bytes.ToLower(content), []byte("authorization"))
}

var userinfo = regexp.MustCompile(`^[^/@:\s]*:[^/@\s]+@`)

// addresses are the marks of URLs in literals: with a password, or given to a
// name. What is an argument has the marks of what it is given to.
func addresses() []prefilter.Mark {
	return prefilter.If(func(content []byte, from, to int) bool {
		start := from // of the literal's text
		for start > 0 && from-start < 80 && (inspect.WordByte(content[start-1]) || strings.IndexByte("+.:-", content[start-1]) >= 0) {
			start--
		}
		code := bytes.TrimRight(content[max(0, start-400):start], " \t\r\n")
		if len(code) == 0 || code[len(code)-1] != '"' && code[len(code)-1] != '\\' {
			return false
		}
		return userinfo.Match(content[to:min(len(content), to+400)]) || assigned(bytes.TrimRight(code, `"`), string(content[start:from])) ||
			bytes.Contains(content, []byte("lazy"))
	}, prefilter.Texts("://"))
}

var (
	commented = regexp.MustCompile(`//[^\n]*\s*$`)
	nameGiven = regexp.MustCompile("(\\w+)`?\\s*(?::\\s*[\\w.?]+\\s*)?=$")
)

// assigned reports whether a literal URL behind code is given to what may say
// where a service is: the equals sign, or what it goes on with, stands before.
func assigned(code []byte, scheme string) bool {
	line := bytes.TrimRight(code, " \t\r\n(")
	if len(line) == 0 {
		return true
	}
	switch line[len(line)-1] {
	case '+', '/':
		return true
	case '=':
		m := nameGiven.FindSubmatch(line)
		if m == nil {
			return true
		}
		name := string(m[1])
		_, handle := inspect.HandleOf(name, scheme+"://ab")
		return handle || localURL.MatchString(scheme+"://ab") && serviceName.MatchString(name) && !notService.MatchString(name) && !inspect.HandleNot.MatchString(name)
	}
	return commented.Match(code)
}
