package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// word is a word with its quotes removed and its expansions as written.
func (s *script) word(word *syntax.Word) string {
	if word == nil {
		return ""
	}
	var b strings.Builder
	for _, part := range word.Parts {
		s.part(&b, part, false)
	}
	return s.restore(b.String())
}

func (s *script) part(b *strings.Builder, part syntax.WordPart, quoted bool) {
	switch part := part.(type) {
	case *syntax.Lit:
		b.WriteString(unescape(part.Value, quoted))
	case *syntax.SglQuoted:
		b.WriteString(part.Value)
	case *syntax.DblQuoted:
		for _, p := range part.Parts {
			s.part(b, p, true)
		}
	default:
		b.WriteString(s.source(part))
	}
}

// source is a node as written.
func (s *script) source(node syntax.Node) string {
	return s.between(int(node.Pos().Offset()), int(node.End().Offset()))
}

func (s *script) between(from, to int) string {
	if from < 0 || from > to || to > len(s.text) {
		return ""
	}
	return s.restore(s.text[from:to])
}

func unescape(text string, quoted bool) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		next := text[i+1]
		if quoted && !strings.ContainsRune("$`\"\\\n", rune(next)) {
			b.WriteByte('\\')
			continue
		}
		i++
		if next != '\n' {
			b.WriteByte(next)
		}
	}
	return b.String()
}
