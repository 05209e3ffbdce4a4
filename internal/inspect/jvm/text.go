package jvm

import (
	"strings"

	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// stringValue reads a string literal; Kotlin's templates are folded.
func (f *file) stringValue(n syntax.Node) fold.Value {
	text := n.Text()
	raw := strings.HasPrefix(text, `"""`)
	quote := 1
	if raw {
		quote = 3
	}
	if len(text) < 2*quote {
		return fold.Unknown // still being written
	}
	text = text[quote : len(text)-quote]
	if f.kotlin && strings.Contains(text, "$") {
		return f.template(n, text, quote, raw)
	}
	switch {
	case raw && !f.kotlin:
		text = decode(strings.TrimLeft(unindent(text), "\n"))
	case !raw:
		text = decode(text)
	}
	return fold.Literal(text)
}

// template folds $name and ${expression}. The grammar does not tell $name in
// short strings, so the text itself is read.
func (f *file) template(n syntax.Node, text string, quote int, raw bool) fold.Value {
	start, _ := n.Span()
	var parts []fold.Value
	plain := 0 // where the literal text began
	flush := func(to int) {
		if to > plain {
			part := text[plain:to]
			if !raw {
				part = decode(part)
			}
			parts = append(parts, fold.Literal(part))
		}
	}
	for i := 0; i < len(text) && len(parts) < 200; i++ {
		switch {
		case text[i] == '\\' && !raw:
			i++
		case text[i] != '$' || i+1 == len(text):
		case text[i+1] == '{':
			hole := interpolationAt(n, start+quote+i)
			from, to := hole.Span()
			if !hole.OK() || from != start+quote+i {
				return fold.Unknown
			}
			flush(i)
			parts = append(parts, f.evaluate(hole.Child(0)))
			i += to - from - 1
			plain = i + 1
		case identifierStart(text[i+1]):
			flush(i)
			end := i + 1
			for end < len(text) && (identifierStart(text[end]) || text[end] >= '0' && text[end] <= '9') {
				end++
			}
			v := fold.Unknown
			if b := f.bindingOf(text[i+1:end], n); b != nil {
				v = f.bindingValue(b)
			}
			parts = append(parts, v)
			i, plain = end-1, end
		}
	}
	flush(len(text))
	if len(parts) == 0 {
		return fold.Literal("")
	}
	return fold.Join(parts...)
}

func interpolationAt(n syntax.Node, offset int) syntax.Node {
	for c := n.First(); c.OK(); c = c.Next() {
		if from, _ := c.Span(); from == offset && c.Is("interpolation") {
			return c
		}
	}
	return syntax.Node{}
}

func identifierStart(b byte) bool { return b == '_' || b|0x20 >= 'a' && b|0x20 <= 'z' }

var escapes = strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `\$`, "$", "\\\n", "", `\0`, "\x00", `\s`, " ")

func decode(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	return escapes.Replace(text)
}

// unindent takes the indentation off a text block.
func unindent(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], " \t")
	}
	return strings.Join(lines, "\n")
}

// plainText is the text of a string literal that stands at n itself: names are
// not followed, for they are stated where they are assigned.
func (f *file) plainText(n syntax.Node) (string, bool) {
	n = bare(n)
	if n.Is("binary_expression") { // "a" + "b" over two lines
		for part := n; ; part = part.Field("left") {
			if !part.Is("binary_expression") {
				if !part.Is("string_literal") {
					return "", false
				}
				break
			}
			if f.operator(part) != "+" || !part.Field("right").Is("string_literal") {
				return "", false
			}
		}
	} else if !n.Is("string_literal", "multiline_string_literal") {
		return "", false
	}
	v := f.evaluate(n)
	return v.Text, v.IsLiteral()
}
