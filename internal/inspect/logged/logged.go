// Package logged tells what a call writes into a log that nobody may read there:
// a secret, all of the environment, all that somebody sent. It reads the texts of
// calls, which are alike in all languages: names, strings with names in them,
// and other calls.
package logged

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// Secrets are the secrets that a call writes, of what it calls, as the code of a
// language names it, and of its arguments, as the code writes them, without their
// parentheses. Nil for a call that writes no log. Body is the code of the function
// around the call, which tells what variables hold, and may be "".
func Secrets(language Language, callee, arguments, body string) []inspect.SecretLogged {
	callee = strings.Join(strings.Fields(callee), "")
	if len(callee) > maxCallee || len(arguments) > maxArguments || !mayHold(arguments) || !writesLog(language, callee) {
		return nil
	}
	s := &scan{text: arguments, depth: maxNested, refuses: refused.MatchString(arguments), headers: bearers(arguments, body)}
	s.read()
	if language == Go {
		s.found = slices.DeleteFunc(s.found, func(f inspect.SecretLogged) bool { return exported.MatchString(f.What) })
	}
	for i := range s.found {
		s.found[i].Via, s.found[i].Detail = callee, forDeveloper.MatchString(callee)
	}
	return s.found
}

const (
	maxCallee    = 120  // of bytes: longer ones are chains that make something
	maxArguments = 4000 // of bytes: longer ones are texts
	maxNested    = 4    // calls in calls, strings in strings
	maxBefore    = 40   // of bytes before a name, where it may only be looked at
)

// mayHold reports whether a text may name a secret: a cheap look before any other.
func mayHold(text string) bool {
	lower := strings.ToLower(text)
	for _, root := range roots {
		if strings.Contains(lower, root) {
			return true
		}
	}
	return false
}

// roots are texts of which everything that is found holds one.
var roots = append(inspect.SecretRoots(), "url", "uri", "dsn", "conn", "env", "conf", "settings", "cfg", "body", "params", "form", "request", "data", "post", "header", "authoriz", "bearer")

func writesLog(language Language, callee string) bool {
	return printers[language].MatchString(callee) || loggerMethod.MatchString(callee)
}

// scan goes through the text of arguments.
type scan struct {
	text  string
	at    int
	depth int
	found []inspect.SecretLogged

	refuses bool            // what is written is no secret of anybody
	headers map[string]bool // variables that hold the header by which somebody proves who they are
}

func (s *scan) read() {
	if s.depth == 0 {
		return
	}
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '"' || c == '\'' || c == '`':
			s.quoted(c)
		case startsName(c):
			s.name()
		case c == '#' || strings.HasPrefix(s.text[s.at:], "//"):
			s.line()
		default:
			s.at++
		}
	}
}

// line passes over a comment.
func (s *scan) line() {
	if end := strings.IndexByte(s.text[s.at:], '\n'); end >= 0 {
		s.at += end
		return
	}
	s.at = len(s.text)
}

// quoted passes over a string, and reads the names that it holds.
func (s *scan) quoted(quote byte) {
	from := s.at
	s.at++
	triple := strings.Repeat(string(quote), 3)
	if strings.HasPrefix(s.text[from:], triple) {
		s.at += 2
	} else {
		triple = ""
	}
	prefix := byte(0)
	if from > 0 {
		prefix = s.text[from-1]
	}
	braces := quote == '"' && (prefix == '$' || prefix == '@') || (prefix == 'f' || prefix == 'F' || prefix == 'r') && (from == 1 || !continuesName(s.text[from-2]))
	dollars := quote != '\''
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '\\':
			s.at += 2
		case triple != "" && strings.HasPrefix(s.text[s.at:], triple):
			s.at += 3
			return
		case triple == "" && c == quote:
			s.at++
			return
		case c == '{' && braces, dollars && (c == '$' || c == '#') && strings.HasPrefix(s.text[s.at+1:], "{"):
			if c != '{' {
				s.at++
			}
			s.inside()
		case dollars && c == '{' && strings.HasPrefix(s.text[s.at+1:], "$"):
			s.inside()
		case dollars && quote == '"' && c == '$' && s.at+1 < len(s.text) && startsName(s.text[s.at+1]):
			s.name()
		default:
			s.at++
		}
	}
}

// inside reads what stands between braces in a string, at the first of which it
// stands.
func (s *scan) inside() {
	end := closing(s.text, s.at)
	inner := s.text[s.at+1 : end]
	if head, format, ok := strings.Cut(inner, ":"); ok && !strings.ContainsAny(format, "\"'?:()[]{}") {
		inner = head // how it is written
	}
	s.nested(strings.TrimSuffix(strings.TrimSpace(inner), "="))
	s.at = min(end+1, len(s.text))
}

func (s *scan) nested(text string) {
	inner := &scan{text: text, depth: s.depth - 1, refuses: s.refuses, headers: s.headers}
	inner.read()
	s.found = append(s.found, inner.found...)
}

// closing is where the bracket that opens at a place of a text is closed, else the
// text's end.
func closing(text string, at int) int {
	depth := 0
	for i := at; i < len(text); i++ {
		switch c := text[i]; c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return i
			}
		case '"', '\'', '`':
			end := i + 1
			for end < len(text) && text[end] != c {
				if text[end] == '\\' {
					end++
				}
				end++
			}
			i = end
		}
	}
	return len(text)
}

func startsName(c byte) bool {
	return c == '_' || c == '$' || c == '@' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func continuesName(c byte) bool { return startsName(c) && c != '@' || c >= '0' && c <= '9' }
