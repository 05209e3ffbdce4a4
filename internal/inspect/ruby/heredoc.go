package ruby

import (
	"bytes"
	"regexp"
)

// The grammar loses its way, often to the end of the file, where a heredoc
// stands inside of what another heredoc puts in: <<~A … #{f(<<~B)} … A. Such
// inner heredocs are taken out before a file is parsed. Nothing else moves:
// every line keeps its number, every column its place.

// heredocStart is the opening of a heredoc whose end may be indented. One
// without ~ or - looks like the operator too often.
var heredocStart = regexp.MustCompile("<<[~-](?:([A-Za-z_]\\w*)|\"([^\"\n]+)\"|'([^'\n]+)'|`([^`\n]+)`)")

// heredocReader looks for the ends of heredocs. Left bounds the lines that it
// reads on the way: what is never ended would be read again and again.
type heredocReader struct {
	source []byte
	left   int
}

// maxInner bounds how deep heredocs stand in each other.
const maxInner = 6

// withoutInnerHeredocs is the source with its inner heredocs made empty
// strings: the same slice when there are none.
func withoutInnerHeredocs(source []byte) []byte {
	if bytes.Count(source, []byte("<<~"))+bytes.Count(source, []byte("<<-")) < 2 || !bytes.Contains(source, []byte("#{")) {
		return source
	}
	r := &heredocReader{source: source, left: 1000 + 8*bytes.Count(source, []byte("\n"))}
	out := source
	for at := 0; at < len(source); {
		line, next := lineAt(source, at)
		opened := heredocStart.FindAllSubmatchIndex(line, -1)
		if comment := bytes.IndexByte(line, '#'); comment >= 0 && len(bytes.TrimSpace(line[:comment])) == 0 {
			opened = nil
		}
		at = next
		for _, m := range opened {
			end, inner := r.body(at, line, m, 0)
			if end < 0 {
				break // no heredoc: nothing ends it
			}
			for _, hidden := range inner {
				if &out[0] == &source[0] {
					out = bytes.Clone(source)
				}
				hidden.hide(out)
			}
			at = end
		}
	}
	return out
}

// hiddenHeredoc is an inner heredoc: its opening and its lines, as offsets.
type hiddenHeredoc struct{ start, end, body, stop int }

// hide puts an empty string in the place of the opening and spaces in that of
// the lines.
func (h hiddenHeredoc) hide(out []byte) {
	blank(out[h.start:h.end])
	out[h.start], out[h.start+1] = '"', '"'
	blank(out[h.body:h.stop])
}

func blank(text []byte) {
	for i, b := range text {
		if b != '\n' && b != '\r' {
			text[i] = ' '
		}
	}
}

// body reads the heredoc that m opens in a line and whose body starts at from:
// where the line behind its end starts, -1 without an end, and what stands
// inside of what is put into it.
func (r *heredocReader) body(from int, opening []byte, m []int, deep int) (end int, inner []hiddenHeredoc) {
	word, raw := heredocWord(opening, m)
	depth := 0 // of braces in what is put in
	for at := from; at < len(r.source) && r.left > 0 && deep < maxInner; {
		r.left--
		line, next := lineAt(r.source, at)
		if depth == 0 && string(bytes.TrimSpace(line)) == word {
			return next, inner
		}
		if raw {
			at = next
			continue
		}
		before := depth
		depth = braces(line, depth)
		bodies := next
		for _, o := range heredocStart.FindAllSubmatchIndex(line, -1) {
			if before == 0 && braces(line[:o[0]], 0) == 0 {
				continue // words of the text
			}
			stop, _ := r.body(bodies, line, o, deep+1)
			if stop < 0 {
				return -1, nil
			}
			inner = append(inner, hiddenHeredoc{start: at + o[0], end: at + o[1], body: bodies, stop: stop})
			bodies = stop
		}
		at = bodies
	}
	return -1, nil
}

// heredocWord is the word that ends a heredoc; raw says that nothing is put
// into it.
func heredocWord(line []byte, m []int) (word string, raw bool) {
	for group := 1; group <= 4; group++ {
		if from := m[2*group]; from >= 0 {
			return string(line[from:m[2*group+1]]), group == 3
		}
	}
	return "", true
}

// braces counts the braces that are open behind a piece of a heredoc: #{ opens
// the first.
func braces(text []byte, depth int) int {
	for i, b := range text {
		switch {
		case b == '{' && (depth > 0 || i > 0 && text[i-1] == '#' && (i < 2 || text[i-2] != '\\')):
			depth++
		case b == '}' && depth > 0:
			depth--
		}
	}
	return depth
}

// lineAt is the line that starts at an offset, and where the next one starts.
func lineAt(source []byte, at int) (line []byte, next int) {
	if length := bytes.IndexByte(source[at:], '\n'); length >= 0 {
		return source[at : at+length], at + length + 1
	}
	return source[at:], len(source)
}
