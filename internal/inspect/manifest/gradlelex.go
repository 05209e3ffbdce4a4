package manifest

import (
	"strings"

	"twelvefold/internal/inspect"
)

// Gradle's scripts are programs in Groovy or Kotlin, but what a build declares
// is written in the part that both share: names, calls, texts, lists, blocks.
// One small reader takes that part of either, in one pass and with bounded
// depth, and passes over the rest. A grammar of Groovy is not linked in, and
// Kotlin's scanner may loop for ever on a file that is no Kotlin.

type gradleKind byte

const (
	gradleEnd     gradleKind = iota
	gradleBreak              // the end of a line, or ";"
	gradleName               // a name, also in backticks
	gradleText               // a text; raw tells whether $ means something in it
	gradleNumber             // 17, 1.8
	gradleOpen               // ( [ {
	gradleClose              // ) ] }
	gradleComma              // ,
	gradleDot                // . ?. *. ::
	gradleColon              // :
	gradleAssign             // = +=
	gradleOperand            // any other operator
)

type gradleToken struct {
	kind gradleKind
	text string
	line int
	end  int  // last line of a text
	raw  bool // a text that is not interpolated
}

// gradleTokens reads a script's tokens. No bytes are an error.
func gradleTokens(source string) []gradleToken {
	l := &gradleLexer{source: source, line: 1}
	for l.at < len(l.source) {
		l.token()
	}
	return l.tokens
}

type gradleLexer struct {
	source string
	at     int
	line   int
	tokens []gradleToken
}

func (l *gradleLexer) emit(kind gradleKind, text string) {
	l.tokens = append(l.tokens, gradleToken{kind: kind, text: text, line: l.line, end: l.line})
}

func (l *gradleLexer) token() {
	c, rest := l.source[l.at], l.source[l.at:]
	switch {
	case c == '\n':
		l.emit(gradleBreak, "\n")
		l.line++
		l.at++
	case c == ';':
		l.emit(gradleBreak, ";")
		l.at++
	case c == ' ' || c == '\t' || c == '\r' || c == '\f':
		l.at++
	case c == '\\' && strings.HasPrefix(rest, "\\\n"):
		l.line++
		l.at += 2
	case strings.HasPrefix(rest, "//") || c == '#' && l.at == 0:
		l.skip(strings.IndexByte(rest, '\n'), len(rest))
	case strings.HasPrefix(rest, "/*"):
		end := strings.Index(rest[2:], "*/")
		if end >= 0 {
			end += 4
		}
		l.skip(end, len(rest))
	case strings.HasPrefix(rest, `"""`), strings.HasPrefix(rest, `'''`):
		l.block(rest[:3])
	case c == '"' || c == '\'':
		l.quoted(c)
	case c == '/' && l.startsPattern():
		l.pattern()
	case isNameByte(c) && (c < '0' || c > '9'):
		n := 1
		for n < len(rest) && isNameByte(rest[n]) {
			n++
		}
		l.emit(gradleName, rest[:n])
		l.at += n
	case c == '`':
		n := strings.IndexAny(rest[1:], "`\n")
		if n < 0 || rest[n+1] != '`' {
			l.at++
			return
		}
		l.emit(gradleName, rest[1:n+1])
		l.at += n + 2
	case c >= '0' && c <= '9':
		n := 1
		for n < len(rest) && (rest[n] == '.' && n+1 < len(rest) && rest[n+1] >= '0' && rest[n+1] <= '9' || isNameByte(rest[n])) {
			n++
		}
		l.emit(gradleNumber, rest[:n])
		l.at += n
	default:
		l.symbol(c, rest)
	}
}

// skip passes over n bytes, or all when n is negative.
func (l *gradleLexer) skip(n, all int) {
	if n < 0 {
		n = all
	}
	l.line += strings.Count(l.source[l.at:l.at+n], "\n")
	l.at += n
}

func (l *gradleLexer) symbol(c byte, rest string) {
	switch {
	case strings.IndexByte("([{", c) >= 0:
		l.emit(gradleOpen, string(c))
	case strings.IndexByte(")]}", c) >= 0:
		l.emit(gradleClose, string(c))
	case c == ',':
		l.emit(gradleComma, ",")
	case strings.HasPrefix(rest, "?.") || strings.HasPrefix(rest, "*.") || strings.HasPrefix(rest, "::"):
		l.emit(gradleDot, ".")
		l.at++
	case c == '.' && !strings.HasPrefix(rest, ".."):
		l.emit(gradleDot, ".")
	case c == ':':
		l.emit(gradleColon, ":")
	case strings.HasPrefix(rest, "+="):
		l.emit(gradleAssign, "+=")
		l.at++
	case c == '=' && !strings.HasPrefix(rest, "==") && !strings.HasPrefix(rest, "=~"):
		l.emit(gradleAssign, "=")
	default:
		n := 1
		for n < len(rest) && n < 3 && strings.IndexByte("=<>!&|?*+-%~^.", rest[n]) >= 0 {
			n++
		}
		l.emit(gradleOperand, rest[:n])
		l.at += n - 1
	}
	l.at++
}

func isNameByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c == '@' || c >= 0x80
}

// quoted reads a text of one line; one that is not closed ends with its line.
func (l *gradleLexer) quoted(quote byte) {
	var b strings.Builder
	depth := 0 // of ${…}, which may hold quotes
	i := l.at + 1
loop:
	for ; i < len(l.source); i++ {
		switch c := l.source[i]; {
		case c == '\n':
			break loop
		case c == '\\' && i+1 < len(l.source) && l.source[i+1] != '\n':
			i++
			if l.source[i] == '$' {
				b.WriteByte('\\') // tells it from a reference
			}
			b.WriteByte(l.source[i])
		case c == '$' && quote == '"' && i+1 < len(l.source) && l.source[i+1] == '{':
			depth++
			b.WriteString("${")
			i++
		case depth > 0 && c == '{':
			depth++
			b.WriteByte(c)
		case depth > 0 && c == '}':
			depth--
			b.WriteByte(c)
		case c == quote && depth == 0:
			i++
			break loop
		default:
			b.WriteByte(c)
		}
		if b.Len() > inspect.MaxText {
			b.Reset() // no text of a declaration
		}
	}
	l.at = i
	l.emit(gradleText, b.String())
	l.tokens[len(l.tokens)-1].raw = quote == '\''
}

// block reads a text of several lines.
func (l *gradleLexer) block(mark string) {
	body := l.source[l.at+3:]
	end := strings.Index(body, mark)
	next := end + 3
	if end < 0 {
		end, next = len(body), len(body)
	}
	text := body[:end]
	if len(text) > inspect.MaxText {
		text = ""
	}
	l.emit(gradleText, text)
	last := &l.tokens[len(l.tokens)-1]
	last.raw = mark == "'''"
	l.line += strings.Count(body[:end], "\n")
	last.end = l.line
	l.at += 3 + next
}

// startsPattern tells Groovy's /pattern/ from a division: it stands where a
// value does, and ends on its line.
func (l *gradleLexer) startsPattern() bool {
	if n := len(l.tokens); n > 0 {
		switch l.tokens[n-1].kind {
		case gradleName, gradleNumber, gradleText, gradleClose:
			return false
		}
	}
	line := l.source[l.at+1 : min(len(l.source), l.at+1+512)]
	end := strings.IndexByte(line, '\n')
	if end >= 0 {
		line = line[:end]
	}
	return strings.IndexByte(line, '/') > 0
}

func (l *gradleLexer) pattern() {
	n := strings.IndexByte(l.source[l.at+1:], '/')
	l.emit(gradleText, l.source[l.at+1:l.at+1+n])
	l.tokens[len(l.tokens)-1].raw = true
	l.at += n + 2
}
