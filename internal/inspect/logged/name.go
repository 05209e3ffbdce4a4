package logged

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// joins are what stands between the parts of a name.
var joins = []string{"?.", "!.", "&.", "?->", "->", "::", "."}

// name reads a name with all its parts, and what is done with it.
func (s *scan) name() {
	from := s.at
	last := s.word()
	for {
		rest := s.text[s.at:]
		switch join := joinOf(rest); {
		case join != "":
			s.at += len(join)
			last = s.word()
		case strings.HasPrefix(rest, "["):
			end := closing(s.text, s.at)
			key := strings.Trim(s.text[s.at+1:min(end, len(s.text))], " \"'`:")
			s.at = min(end+1, len(s.text))
			if !isName(key) {
				last = "" // a part of it, or one of many
				continue
			}
			last = key
		case strings.HasPrefix(rest, "("):
			end := closing(s.text, s.at)
			callee, inner := s.text[from:s.at], s.text[s.at+1:min(end, len(s.text))]
			s.at = min(end+1, len(s.text))
			if readsHeader(callee, inner) {
				s.header(from, s.text[from:s.at])
				s.pass()
				return
			}
			if !s.called(callee, last, inner) {
				s.pass()
				return
			}
			if getter := getterName.FindStringSubmatch(last); getter != nil {
				last = getter[1]
			}
		default:
			if s.alone(from) {
				s.judge(s.text[from:s.at], last)
			}
			return
		}
	}
}

// pass goes over what is done with a call's result.
func (s *scan) pass() {
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch {
		case joinOf(rest) != "":
			s.at += len(joinOf(rest))
			s.word()
		case rest[0] == '(' || rest[0] == '[':
			s.at = min(closing(s.text, s.at)+1, len(s.text))
		default:
			return
		}
	}
}

// called reads the arguments of a call, where it writes them out again; it
// reports whether the call itself stands for what it is named: a getter.
func (s *scan) called(callee, last, inner string) bool {
	switch {
	case strings.TrimSpace(inner) == "":
		return getterName.MatchString(last) || last == "inspect" || last == "to_s" || last == "toString" || environmentName.MatchString(callee+"()") || formName.MatchString(callee+"()")
	case environmentRead.MatchString(callee):
		if name := strings.Trim(strings.TrimSpace(inner), "\"'`:"); isName(name) && !settingsName.MatchString(name) {
			s.judge(callee+"("+strings.TrimSpace(inner)+")", name)
		}
	case textMaker.MatchString(callee) || textMaker.MatchString(last):
		s.nested(inner)
	}
	return false
}

// word takes the next word of the text.
func (s *scan) word() string {
	from := s.at
	for s.at < len(s.text) && (continuesName(s.text[s.at]) || s.at == from && startsName(s.text[s.at])) {
		s.at++
	}
	return s.text[from:s.at]
}

func joinOf(text string) string {
	for _, join := range joins {
		if rest, ok := strings.CutPrefix(text, join); ok && rest != "" && startsName(rest[0]) {
			return join
		}
	}
	return ""
}

func isName(text string) bool {
	return text != "" && startsName(text[0]) && strings.IndexFunc(text, func(r rune) bool { return r > 127 || !continuesName(byte(r)) && r != '-' && r != '.' }) < 0
}

var (
	// weighs is what stands behind a name that is only looked at: compared, asked
	// whether it is there, given a value.
	weighs = regexp.MustCompile(`^\s*([=!]==?|=[^>]|=>|[<>]|\?[^.?:]|&&|:\s|:$|\b(is|in|and|if|not|instanceof|match)\b|isn't)`)
	// looks is what stands before one.
	looks = regexp.MustCompile(`(!|[=!]==?|&&|\b(not|if|typeof|len|new|function|lambda|async|await\s+new|is|in|isset|empty)\s*\(?)\s*$`)
)

// alone reports whether the name that began at a place, and ends here, is written
// out, and not only looked at.
func (s *scan) alone(from int) bool {
	return !weighs.MatchString(s.text[s.at:]) && !looks.MatchString(s.text[max(0, from-maxBefore):from])
}

// judge notes a name that says that it is a secret, or all of something.
func (s *scan) judge(name, last string) {
	whole := strings.TrimLeft(strings.Join(strings.Fields(name), ""), "@&*")
	kind := kindOf(whole, strings.TrimLeft(last, "$@"))
	if kind == "" && (headersField.MatchString(whole) || s.headers[strings.TrimLeft(whole, "$")]) {
		kind = "token"
	}
	if (kind == "secret" || kind == "token" || kind == "handle") && s.refuses {
		return
	}
	if kind != "" {
		s.found = append(s.found, inspect.SecretLogged{What: whole, Content: kind})
	}
}

func kindOf(whole, last string) string {
	switch {
	case environmentName.MatchString(whole):
		return "environment"
	case formName.MatchString(whole):
		return "form"
	case last == "" || veiled.MatchString(last):
		return ""
	case inspect.IsHandleName(last):
		return "handle"
	case settingsName.MatchString(last):
		return "settings"
	case !inspect.IsSecretName(last):
		return ""
	case tokenName.MatchString(last):
		return "token"
	case secretEnd.MatchString(last):
		return "secret"
	}
	return ""
}
