package syntax

import "bytes"

// codeOnly is source of the same length with spaces for comments and for what
// stands between quotes. A quote inside an interpolation may end a string too
// early, at the latest at the line's end.
func codeOnly(g Grammar, source []byte) []byte {
	code := bytes.Clone(source)
	blank := func(from, to int) {
		for i := from; i < to && i < len(code); i++ {
			if code[i] != '\n' {
				code[i] = ' '
			}
		}
	}
	for i := 0; i < len(source); {
		rest := source[i:]
		switch {
		case bytes.HasPrefix(rest, []byte("//")):
			end := upTo(rest, "\n", 2)
			blank(i, i+end)
			i += end
		case bytes.HasPrefix(rest, []byte("/*")):
			end := min(upTo(rest, "*/", 2)+2, len(rest))
			blank(i, i+end)
			i += end
		case bytes.HasPrefix(rest, []byte(`"""`)):
			quotes := 3
			for quotes < len(rest) && rest[quotes] == '"' && g == CSharp {
				quotes++
			}
			end := upTo(rest, string(rest[:quotes]), quotes)
			blank(i+quotes, i+end)
			i += min(end+quotes, len(rest))
			for i < len(source) && source[i] == '"' { // Kotlin's raw strings may end in quotes of their own
				i++
			}
		case rest[0] == '"':
			end := quoted(rest, g == CSharp && i > 0 && (source[i-1] == '@' || source[i-1] == '$' && i > 1 && source[i-2] == '@'))
			blank(i+1, i+end)
			i += min(end+1, len(rest))
		case rest[0] == '\'':
			end := character(rest)
			blank(i+1, i+end)
			i += end + 1
		default:
			i++
		}
	}
	return code
}

// upTo is where the mark stands behind from, or the end.
func upTo(text []byte, mark string, from int) int {
	if at := bytes.Index(text[min(from, len(text)):], []byte(mark)); at >= 0 {
		return min(from, len(text)) + at
	}
	return len(text)
}

// quoted is where the quote stands that ends a string. A verbatim one goes
// over lines and doubles its quotes.
func quoted(text []byte, verbatim bool) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '"' && verbatim && i+1 < len(text) && text[i+1] == '"':
			i++
		case text[i] == '"', text[i] == '\n' && !verbatim:
			return i
		case text[i] == '\\' && !verbatim:
			i++
		}
	}
	return len(text)
}

// character is where the quote stands that ends a character; 0 where none is
// begun.
func character(text []byte) int {
	for i := 1; i < min(len(text), 12); i++ {
		switch text[i] {
		case '\'':
			return i
		case '\n':
			return 0
		case '\\':
			i++
		}
	}
	return 0
}
