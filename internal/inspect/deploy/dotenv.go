package deploy

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

var dotenvLine = regexp.MustCompile(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*[=:]\s?(.*)$`)

// shownVariable is an assignment that stands in a comment.
var shownVariable = regexp.MustCompile(`^\s*#+\s?(?:export\s+)?([A-Z][A-Z0-9_]{2,})=`)

// DotEnv reads a .env file: an EnvAssignment for each variable, and an EnvMention
// for each that a comment assigns. Lines that
// assign nothing are passed over, as the libraries that load these files do.
func DotEnv(e *inspect.Emitter, content []byte) error {
	lines := strings.Split(string(shell.PlainText(content)), "\n")
	for i := 0; i < len(lines); i++ {
		m := dotenvLine.FindStringSubmatch(lines[i])
		if m == nil {
			if shown := shownVariable.FindStringSubmatch(lines[i]); shown != nil {
				e.Emit(i+1, i+1, inspect.EnvMention{Name: shown[1]})
			}
			continue
		}
		text, single, last := dotenvValue(lines, i, m[2])
		secret := inspect.IsSecretName(m[1]) || strings.HasPrefix(text, "base64:") // which Laravel writes before its keys
		value := inspect.LiteralOf(m[1], text)
		if secret && value.Secret == nil && text != "" {
			value = inspect.SecretLit(text)
		}
		if !single && expands(text) {
			value = ComposeValue(m[1], text)
		}
		if value.Secret != nil && inspect.SaysName(m[1], text) {
			value.Secret.Placeholder = true
		}
		e.Emit(i+1, last+1, inspect.EnvAssignment{Name: m[1], Value: value, Secret: secret})
		i = last
	}
	return nil
}

// expands reports whether a loader fills variables into a value. A dollar in
// the middle of a word is more often part of a password than a variable.
func expands(text string) bool {
	return strings.Contains(text, "${") || strings.HasPrefix(text, "$") && shell.IsVariableName(text[1:])
}

// dotenvValue is the value that starts as rest on a line, without its quotes
// or inline comment, and the index of its last line. single says that nothing
// in it is expanded.
func dotenvValue(lines []string, at int, rest string) (value string, single bool, last int) {
	rest = strings.TrimSpace(rest)
	if rest == "" || strings.IndexByte("\"'`", rest[0]) < 0 {
		if comment := inlineComment(rest); comment >= 0 {
			rest = rest[:comment]
		}
		return strings.TrimSpace(rest), false, at
	}
	quote := rest[0]
	var b strings.Builder
	for line, body := at, rest[1:]; ; body = lines[line] {
		end, escaped := closingQuote(body, quote)
		if end >= 0 {
			b.WriteString(escaped)
			return b.String(), quote == '\'', line
		}
		b.WriteString(escaped + "\n")
		line++
		if line == len(lines) || line-at > maxDotenvLines {
			break
		}
	}
	return strings.TrimSpace(rest), false, at // nothing closes the quote: it is part of the value
}

// maxDotenvLines bounds a quoted value; the longest real ones are PEM keys of
// some 60 lines. Without a bound each stray quote would search the whole file.
const maxDotenvLines = 200

// closingQuote finds the quote that ends a value and takes the escapes out of
// what stands before it; -1 when the line holds none.
func closingQuote(body string, quote byte) (end int, text string) {
	var b strings.Builder
	for i := 0; i < len(body); i++ {
		switch {
		case body[i] == quote:
			return i, b.String()
		case body[i] == '\\' && quote == '"' && i+1 < len(body):
			i++
			switch body[i] {
			case 'n':
				b.WriteByte('\n')
			case 'r', 't':
				b.WriteByte(' ')
			default:
				b.WriteByte(body[i])
			}
		default:
			b.WriteByte(body[i])
		}
	}
	return -1, b.String()
}

// inlineComment is where a comment starts behind an unquoted value, or -1.
func inlineComment(value string) int {
	if strings.HasPrefix(value, "#") {
		return 0
	}
	space := strings.Index(value, " #")
	tab := strings.Index(value, "\t#")
	if space < 0 || tab >= 0 && tab < space {
		return tab
	}
	return space
}
