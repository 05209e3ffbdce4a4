package deploy

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// maxInterpolation bounds defaults within defaults: ${A:-${B:-…}}.
const maxInterpolation = 16

// maxVariable bounds the bytes looked at for the brace that closes a variable:
// many that nothing closes would each be searched to the end.
const maxVariable = 1024

// interpolation is what Compose makes of a text with ${VAR}: the variables it
// reads from the deployer's environment and what it becomes when none is set.
type interpolation struct {
	env      []string
	folded   string // defaults filled in; a variable without one stays as written
	resolved bool   // every variable has a default
	required bool   // a ${VAR:?…} is among them
}

// interpolate reads $VAR, ${VAR}, ${VAR:-default}, ${VAR:?error}, ${VAR:+other}
// and the escape $$.
func interpolate(text string) interpolation { return interpolateAt(text, 0) }

func interpolateAt(text string, depth int) interpolation {
	out := interpolation{resolved: true}
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 || at+1 >= len(text) {
			break
		}
		b.WriteString(text[:at])
		text = text[at:]
		length, name, rest := variableAt(text)
		switch {
		case strings.HasPrefix(text, "$$"):
			b.WriteByte('$')
			text = text[2:]
			continue
		case length == 0:
			b.WriteByte('$')
			text = text[1:]
			continue
		}
		out.add(&b, text[:length], name, rest, depth)
		text = text[length:]
	}
	b.WriteString(text)
	out.folded = b.String()
	return out
}

// add takes one variable in: written is all of it, rest what follows its name
// within the braces.
func (i *interpolation) add(b *strings.Builder, written, name, rest string, depth int) {
	i.env = append(i.env, name)
	operator := strings.TrimPrefix(rest, ":")
	switch {
	case strings.HasPrefix(operator, "-") && depth < maxInterpolation:
		inner := interpolateAt(operator[1:], depth+1)
		i.env = append(i.env, inner.env...)
		i.resolved = i.resolved && inner.resolved
		i.required = i.required || inner.required
		b.WriteString(inner.folded)
	case strings.HasPrefix(operator, "+"): // unset: empty
	default:
		i.required = i.required || strings.HasPrefix(operator, "?")
		i.resolved = false
		b.WriteString(written)
	}
}

// variableAt reads the variable that text starts with: its length as written,
// its name, and what follows the name in braces. Length 0: there is none.
func variableAt(text string) (length int, name, rest string) {
	if !strings.HasPrefix(text, "${") {
		end := 1
		for end < len(text) && isNameByte(text[end]) {
			end++
		}
		if !shell.IsVariableName(text[1:end]) {
			return 0, "", ""
		}
		return end, text[1:end], ""
	}
	end := 2
	for end < len(text) && isNameByte(text[end]) {
		end++
	}
	if end == len(text) || !shell.IsVariableName(text[2:end]) || strings.IndexByte("}:-?+", text[end]) < 0 {
		return 0, "", ""
	}
	depth := 0
	for i := 1; i < min(len(text), end+maxVariable); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1, text[2:end], text[end:i]
			}
		}
	}
	return 0, "", ""
}

// isVariable reports whether a text is one variable and nothing else.
func isVariable(text string) bool {
	if !strings.HasPrefix(text, "$") {
		return false
	}
	length, _, _ := variableAt(text)
	return length == len(text)
}

func isNameByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// ComposeValue is a value of a Compose file as it may be kept.
func ComposeValue(name, text string) inspect.Value {
	if document.IsTemplated(text) {
		return inspect.Value{Source: inspect.Input}
	}
	if !strings.Contains(text, "$") {
		return inspect.LiteralOf(name, text)
	}
	in := interpolate(text)
	if len(in.env) == 0 {
		return inspect.LiteralOf(name, in.folded)
	}
	v := inspect.Value{Source: inspect.Env, Env: in.env}
	if in.resolved {
		fallback := inspect.LiteralOf(name, in.folded)
		v.Text, v.HasText, v.Secret = fallback.Text, true, fallback.Secret
		return v
	}
	if length, _, _ := variableAt(text); length != len(text) && !inspect.IsSecretName(name) {
		v.Text = inspect.MaskText(in.folded)
	}
	return v
}
