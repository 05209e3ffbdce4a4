package tasks

import (
	"strings"
)

const (
	// maxExpansion bounds what variables may blow a line up to, in bytes.
	maxExpansion = 16 << 10
	// maxVariables bounds variables in variables.
	maxVariables = 8
)

// expand fills in the variables that the file gives a value; others stay as
// written.
func (m *makefile) expand(text string) string { return m.expandAt(text, 0) }

func (m *makefile) expandAt(text string, depth int) string {
	if !strings.Contains(text, "$") || depth > maxVariables {
		return text
	}
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 || at+1 >= len(text) || b.Len() > maxExpansion {
			break
		}
		b.WriteString(text[:at])
		if text[at+1] == '$' { // a dollar for the shell
			b.WriteString("$$")
			text = text[at+2:]
			continue
		}
		length, name := reference(text[at:])
		if v, ok := m.variables[name]; length > 0 && ok && !v.open {
			b.WriteString(m.expandAt(v.text, depth+1))
		} else {
			length = max(length, 1)
			b.WriteString(text[at : at+length])
		}
		text = text[at+length:]
	}
	if b.Len() > maxExpansion {
		return b.String()[:maxExpansion]
	}
	b.WriteString(text)
	return b.String()
}

// names are the words of a list of targets; one that holds what only make can
// tell is a variable of that name: "${wildcard}", "bin/${NAME}".
func (m *makefile) names(text string) []string {
	text = m.expand(strings.ReplaceAll(text, "\\\n", " "))
	if !strings.Contains(text, "$") {
		return strings.Fields(text)
	}
	return strings.Fields(m.shellText(text, recipe{}))
}

// reference reads the $(…) or ${…} that text starts with: its length, and its
// name when it is no more than a name. Length 0: there is none.
func reference(text string) (length int, name string) {
	if len(text) < 3 || text[1] != '(' && text[1] != '{' {
		return 0, ""
	}
	open, shut := text[1], byte(')')
	if open == '{' {
		shut = '}'
	}
	depth := 0
	for i := 1; i < min(len(text), maxReference); i++ {
		switch text[i] {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i + 1, text[2:i]
			}
		}
	}
	return 0, ""
}

// maxReference bounds the bytes looked at for the end of a reference.
const maxReference = 4096

// shellText is a recipe's line as the shell gets it: known variables filled in,
// $$ as $, $(shell x) as what it runs, and what only make can tell as a
// variable of that name, which keeps the words apart. Line breaks stay.
func (m *makefile) shellText(text string, r recipe) string { return m.shellTextAt(text, r, 0) }

func (m *makefile) shellTextAt(text string, r recipe, depth int) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 || at+1 >= len(text) || b.Len() > maxExpansion {
			break
		}
		b.WriteString(text[:at])
		text = text[at:]
		length, held := reference(text)
		switch v, known := m.lookup(held, r); {
		case text[1] == '$':
			b.WriteByte('$')
			text = text[2:]
			continue
		case text[1] == '@' && r.name != "":
			b.WriteString(r.name)
			text = text[2:]
			continue
		case text[1] == '<' && len(r.needs) > 0:
			b.WriteString(r.needs[0])
			text = text[2:]
			continue
		case text[1] == '^' && len(r.needs) > 0:
			b.WriteString(strings.Join(r.needs, " "))
			text = text[2:]
			continue
		case length == 0:
			b.WriteString("${make}")
			text = text[2:]
			continue
		case known && depth < maxVariables:
			b.WriteString(m.shellTextAt(v.text, r, depth+1))
		case strings.HasPrefix(held, "shell ") && depth < maxVariables:
			b.WriteString("$(" + strings.TrimPrefix(m.shellTextAt(held, r, depth+1), "shell ") + ")")
		default:
			b.WriteString("${" + firstName(held) + "}" + strings.Repeat("\\\n", strings.Count(held, "\n")))
		}
		text = text[length:]
	}
	if b.Len() <= maxExpansion {
		b.WriteString(text)
	}
	return b.String()
}

// firstName is the name that a reference starts with: the variable's or the
// function's.
func firstName(held string) string {
	end := 0
	for end < len(held) && (held[end] == '_' || held[end] >= 'a' && held[end] <= 'z' || held[end] >= 'A' && held[end] <= 'Z' || end > 0 && held[end] >= '0' && held[end] <= '9') {
		end++
	}
	if end == 0 {
		return "make"
	}
	return held[:end]
}
