package php

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

var (
	isGiven      = regexp.MustCompile("^(?:" + givenText + ")")
	givenName    = regexp.MustCompile(`(?i)(ur[li]|host|endpoint|api|server|service|backend|base|webhook|gateway|dsn|conn|database|db|redis|cache|broker|queue|amqp|rabbit|mongo|postgres|mysql|addr)[\w\-.]*["']?\s*\]*\s*(=|=>|,|\?\?=)$`)
	keyValue     = regexp.MustCompile(`^['"]\s*=>\s*(?:'([^'\\]*)'\s*[,)\]])?`)
	extendsTool  = regexp.MustCompile(`extends\s+[\w\\]*(migration|seeder|testcase)\b`)
	requestKey   = regexp.MustCompile(`^\s*\[\s*['"]([\w.:-]+)['"]`)
	simpleText   = regexp.MustCompile(`^` + strings.TrimSuffix(givenText, `["']`) + `(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\$]|\\.)*)")\s*[,;)\]\n]`)
	authScheme   = regexp.MustCompile(`(?i)^[\s'"\]]*(=>|=|:|,)?[\s'"(]*(bearer|token|basic|apikey|key)\s`)
	function     = regexp.MustCompile(`(?i)\b(function|fn)\b`)
	handlerClass = regexp.MustCompile(`\b(class|trait|enum|interface|extends)\s+[\w\\]*$`)
	qualified    = regexp.MustCompile(`^\\\w+\\\w`)
)

// address agrees with a URL that has a password, or that a text which a name or
// an HTTP client is given starts with.
func address(code []byte, from, to int) bool {
	if prefilter.HasUserinfo(code, from, to) {
		return true
	}
	start := from
	for start > 0 && (inspect.WordByte(code[start-1]) || strings.IndexByte("+-.", code[start-1]) >= 0) {
		start--
	}
	if start == 0 || code[start-1] != '\'' && code[start-1] != '"' {
		return false
	}
	before := bytes.TrimRight(code[max(0, start-201):start-1], " \t\r\n(")
	return givenName.Match(before)
}

// header agrees with the name of a header that a text is given to, or that
// stands in one before its value.
func header(code []byte, from, to int) bool {
	from, to = inspect.WordAround(code, from, to, "-")
	name := strings.ToLower(string(code[from:min(to, from+100)]))
	return inspect.IsSecretHeader(name) && (!strings.HasSuffix(name, "authorization") || authScheme.Match(code[to:min(len(code), to+100)])) && (to < len(code) && code[to] == ':' && from > 0 && (code[from-1] == '\'' || code[from-1] == '"') || isGiven.Match(code[to:min(len(code), to+300)]))
}

// outside denies a place in a function, as the lines around it are indented.
func outside(code []byte, from, _ int) bool {
	start := bytes.LastIndexByte(code[:from], '\n') + 1
	if function.Match(code[start:from]) {
		return false
	}
	depth := len(code[start:from]) - len(bytes.TrimLeft(code[start:from], " \t"))
	for lines := 0; depth > 0 && start > 0; lines++ {
		end := start - 1
		start = bytes.LastIndexByte(code[:end], '\n') + 1
		line := bytes.TrimRight(code[start:end], " \t\r")
		at := len(line) - len(bytes.TrimLeft(line, " \t"))
		if len(line) == at || at >= depth && !(at == depth && lines == 0) {
			continue
		}
		if function.Match(line) {
			return false
		}
		if closing := line[at]; closing != '{' && closing != ')' {
			depth = at
		}
	}
	return true
}

// settingKeys are the keys of settings, with more than sentences under those
// that are words of every day.
var settingKeys = sync.OnceValue(func() *prefilter.Set {
	key := func(code []byte, from, to int) []int {
		if from == 0 || code[from-1] != '\'' && code[from-1] != '"' {
			return nil
		}
		return keyValue.FindSubmatchIndex(code[to:min(len(code), to+300)])
	}
	framework := func(code []byte, from, to int) bool { return key(code, from, to) != nil }
	access := func(code []byte, from, to int) bool {
		m := key(code, from, to)
		if m == nil || m[2] < 0 {
			return m != nil
		}
		text := string(code[to+m[2] : to+m[3]])
		return !strings.ContainsAny(text, " \n") && !inspect.SaysOtherwise(text) && (strings.ToLower(text) == text || strings.ContainsAny(text, ".:/_-0123456789"))
	}
	return prefilter.New(prefilter.If(framework, prefilter.Words(slices.Collect(maps.Keys(frameworkKeys))...)), prefilter.If(access, prefilter.Words(slices.Collect(maps.Keys(accessKeys))...)))
})

// keyed agrees with a file that has keys of settings.
func keyed(code []byte, _, _ int) bool { return settingKeys().In(code) }

// serverRead agrees with a read of $_SERVER that is a variable of the
// environment, or tells of a request outside of any function.
func serverRead(code []byte, from, to int) bool {
	m := requestKey.FindSubmatch(code[to:min(len(code), to+200)])
	if m == nil {
		return true
	}
	switch key := string(m[1]); key {
	case "REQUEST_METHOD", "REQUEST_URI", "PATH_INFO", "QUERY_STRING":
		return outside(code, from, to)
	default:
		return !requestKeys.MatchString(key)
	}
}

// worthy agrees with what a secret's name is given, unless that is a plain text
// and no secret.
func worthy(code []byte, from, to int) bool {
	from, to = inspect.WordAround(code, from, to, "")
	m := simpleText.FindSubmatch(code[to:min(len(code), to+400)])
	if m == nil {
		return true
	}
	text := string(m[len(m)-2]) + string(m[len(m)-1])
	if strings.Contains(text, `\`) { // a sentence, however it is escaped
		return !strings.Contains(text, " ") || strings.ContainsAny(text, "{}[]|<>^~`") || strings.HasPrefix(strings.ToLower(text), "change")
	}
	return credentialText(string(code[from:to]), text)
}

// handles agrees with the name of a class, or of what it extends, that says that
// requests are handled.
func handles(code []byte, from, to int) bool {
	if to < len(code) && (inspect.WordByte(code[to]) && code[to] != '_' || code[to] == '\\') {
		return false
	}
	line := code[bytes.LastIndexByte(code[:from], '\n')+1 : from]
	return handlerClass.Match(line) || bytes.HasPrefix(code[to:], []byte(" as "))
}

// migrating agrees with a place in a class whose code a migration tool or a test
// runs.
func migrating(code []byte, from, _ int) bool {
	at := bytes.LastIndex(code[:from], []byte("extends"))
	return at >= 0 && extendsTool.Match(code[at:min(len(code), at+200)]) && !bytes.Contains(code[at:from], []byte("\n}"))
}

// importsByName reports whether code names a class with its namespace where it
// uses it: \A\B.
func importsByName(code []byte) bool {
	for from := 0; ; {
		at := bytes.IndexByte(code[from:], '\\')
		if at < 0 {
			return false
		}
		at += from
		from = at + 1
		if at > 0 && (inspect.WordByte(code[at-1]) || strings.IndexByte("\\'\"", code[at-1]) >= 0) {
			continue
		}
		start := bytes.LastIndexByte(code[:at], '\n') + 1
		if qualified.Match(code[at:min(len(code), at+100)]) && !bytes.HasPrefix(code[start:], []byte("use ")) {
			return true
		}
	}
}
