package audit

import (
	"strings"

	"twelvefold/internal/inspect/shell"
)

// fill replaces the variables of a text as Compose does: $NAME, ${NAME},
// ${NAME:-default}, ${NAME:?message}, ${NAME:+instead} and the same without the
// colon, for which an empty value counts as one. A variable that has neither a
// value nor a default stays as written, and so does one that a committed file
// leaves empty, for people to fill in; $$ is left alone too, for whoever reads
// the text afterwards.
func fill(text string, values map[string]string) string { return fillTo(text, values, 0) }

func fillTo(text string, values map[string]string, depth int) string {
	if !strings.Contains(text, "$") || depth > maxDepth {
		return text
	}
	var b strings.Builder
	for text != "" {
		at := strings.IndexByte(text, '$')
		if at < 0 {
			break
		}
		b.WriteString(text[:at])
		text = text[at:]
		length, name, rest := variable(text)
		switch {
		case strings.HasPrefix(text, "$$"):
			length = 2
			b.WriteString(text[:2])
		case length == 0:
			length = 1
			b.WriteByte('$')
		default:
			b.WriteString(filled(text[:length], name, rest, values, depth))
		}
		text = text[length:]
	}
	b.WriteString(text)
	return b.String()
}

// filled is what one variable becomes: written is all of it, rest what stands
// behind its name within the braces.
func filled(written, name, rest string, values map[string]string, depth int) string {
	value, set := values[name]
	colon := strings.HasPrefix(rest, ":")
	operator := strings.TrimPrefix(rest, ":")
	if set && (value != "" || !colon && operator != "") {
		if strings.HasPrefix(operator, "+") {
			return fillTo(operator[1:], values, depth+1)
		}
		return value
	}
	if strings.HasPrefix(operator, "-") {
		return fillTo(operator[1:], values, depth+1)
	}
	return written
}

// variable reads the variable that a text starts with: its length as written,
// its name, and what follows the name in braces. Length 0: there is none.
func variable(text string) (length int, name, rest string) {
	open := strings.HasPrefix(text, "${")
	start := 1
	if open {
		start = 2
	}
	end := start
	for end < len(text) && (text[end] == '_' || text[end] >= '0' && text[end] <= '9' || text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z') {
		end++
	}
	if end <= start || !shell.IsVariableName(text[start:end]) {
		return 0, "", ""
	}
	if !open {
		return end, text[start:end], ""
	}
	if end == len(text) || !strings.ContainsRune("}:-?+", rune(text[end])) {
		return 0, "", ""
	}
	depth := 1
	for i := end; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1, text[start:end], text[end:i]
			}
		}
	}
	return 0, "", ""
}
