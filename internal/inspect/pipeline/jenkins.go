package pipeline

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// Jenkins reads a Jenkinsfile: a WorkflowStep for each shell step with a
// literal script, with the stage that it stands in. Groovy is not parsed but
// split into words, texts and signs, which is enough to tell code from
// comments and texts.
func Jenkins(e *inspect.Emitter, content []byte) error {
	tokens := groovy(string(shell.PlainText(content)))
	var stages []groovyStage
	depth := 0
	for i, t := range tokens {
		switch {
		case t.text == "{" && t.kind == sign:
			depth++
		case t.text == "}" && t.kind == sign:
			depth = max(depth-1, 0)
			for n := len(stages); n > 0 && stages[n-1].depth >= depth; n-- {
				stages = stages[:n-1]
			}
		case t.kind != word:
		case t.text == "stage":
			if name, _ := argument(tokens[i+1:], ""); name != nil {
				stages = append(stages, groovyStage{name.text, depth})
			}
		case t.text == "sh" && (i == 0 || tokens[i-1].text != "."):
			script, _ := argument(tokens[i+1:], "script")
			if script == nil {
				continue
			}
			step := inspect.WorkflowStep{System: "jenkins", Run: inspect.MaskText(script.text)}
			if n := len(stages); n > 0 {
				step.Job = stages[n-1].name
			}
			step.Commands, _ = shell.Commands(groovyExpression.ReplaceAllStringFunc(script.text, shellVariable), script.line)
			end := max(t.line, script.end)
			for _, c := range step.Commands {
				end = max(end, min(c.Line, script.end))
			}
			e.Emit(t.line, end, step)
		}
	}
	return nil
}

// groovyExpression is what Groovy fills into a text and a shell can't read:
// ${env.TAG}, ${params.get('x')}.
var groovyExpression = regexp.MustCompile(`\$\{[^{}\n]*\}`)

// shellVariable is an expression as a variable of the shell: its last name.
// What a shell reads as it stands is left alone.
func shellVariable(expression string) string {
	inner := strings.TrimSpace(expression[2 : len(expression)-1])
	if at := strings.IndexAny(inner, ":-#%/?+=^,@!"); at >= 0 && shell.IsVariableName(inner[:at]) || shell.IsVariableName(inner) {
		return expression
	}
	names := strings.FieldsFunc(inner, func(r rune) bool { return !inspect.WordByte(byte(r)) || r > 127 })
	for i := len(names) - 1; i >= 0; i-- {
		if shell.IsVariableName(names[i]) {
			return "${" + names[i] + "}"
		}
	}
	return "${_}"
}

type groovyStage struct {
	name  string
	depth int // of the brace that opens its body
}

// argument is the text that a call is given first, or under a name.
func argument(tokens []groovyToken, name string) (*groovyToken, bool) {
	i := 0
	if i < len(tokens) && tokens[i].text == "(" {
		i++
	}
	if i < len(tokens) && tokens[i].kind == quoted {
		return &tokens[i], true
	}
	for named := 0; i+2 < len(tokens) && named < 4; named++ { // label: 'x', script: 'y'
		if tokens[i].kind != word || tokens[i+1].text != ":" {
			return nil, false
		}
		if tokens[i].text == name && tokens[i+2].kind == quoted {
			return &tokens[i+2], true
		}
		if i += 3; i < len(tokens) && tokens[i].text == "," {
			i++
		}
	}
	return nil, false
}

type groovyKind byte

const (
	word groovyKind = iota
	quoted
	sign
)

type groovyToken struct {
	kind      groovyKind
	text      string
	line, end int
}

// groovy splits Groovy into words, texts without their quotes, and signs.
// Comments are left out.
func groovy(text string) []groovyToken {
	var tokens []groovyToken
	line := 1
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '\n':
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case strings.HasPrefix(text[i:], "//"), strings.HasPrefix(text[i:], "#!"):
			end := strings.IndexByte(text[i:], '\n')
			if end < 0 {
				return tokens
			}
			i += end
		case strings.HasPrefix(text[i:], "/*"):
			end := strings.Index(text[i+2:], "*/")
			if end < 0 {
				return tokens
			}
			line += strings.Count(text[i:i+2+end], "\n")
			i += end + 4
		case c == '\'' || c == '"':
			t, length := groovyText(text[i:], line)
			tokens = append(tokens, t)
			line = t.end
			i += length
		case inspect.WordByte(c):
			end := i
			for end < len(text) && inspect.WordByte(text[end]) {
				end++
			}
			tokens = append(tokens, groovyToken{word, text[i:end], line, line})
			i = end
		default:
			tokens = append(tokens, groovyToken{sign, text[i : i+1], line, line})
			i++
		}
	}
	return tokens
}

// groovyText reads a text in one or three quotes. Escaped line breaks and
// quotes are taken out; ${…} stays as it is.
func groovyText(text string, line int) (groovyToken, int) {
	mark := text[:1]
	if three := strings.Repeat(mark, 3); strings.HasPrefix(text, three) {
		mark = three
	}
	var b strings.Builder
	end := line
	for i := len(mark); i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], mark):
			return groovyToken{quoted, b.String(), line, end}, i + len(mark)
		case text[i] == '\\' && i+1 < len(text):
			i++
			switch text[i] {
			case '\n':
				end++
				b.WriteString("\\\n")
			case '$', '\'', '"', '\\':
				b.WriteByte(text[i])
			case 'n':
				b.WriteByte(' ')
			default:
				b.WriteByte('\\')
				b.WriteByte(text[i])
			}
			continue
		case text[i] == '\n':
			if len(mark) == 1 { // a text of one line that does not end
				return groovyToken{quoted, b.String(), line, end}, i
			}
			end++
		}
		b.WriteByte(text[i])
	}
	return groovyToken{quoted, b.String(), line, end}, len(text)
}
