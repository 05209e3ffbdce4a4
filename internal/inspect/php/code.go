package php

import "twelvefold/internal/inspect"
import "bytes"

// sourceCode is what of a file is code: a copy in which comments and the markup
// around the code are blank, each line where it was.
type sourceCode struct {
	text     []byte
	runs     bool   // has `command`
	texts    []text // in order of their ends
	readable bool   // false where the reading lost its way
}

// text is where a text stands. Into a filled one something may be put.
type text struct {
	from, to int
	filled   bool
}

// codeReader walks through a file.
type codeReader struct {
	in  []byte
	out sourceCode
	at  int
}

// codeOf reads a file. What it can't tell apart it leaves as it is.
func codeOf(content []byte) sourceCode {
	r := &codeReader{in: content, out: sourceCode{text: bytes.Clone(content), readable: true}}
	for r.at < len(r.in) {
		open := bytes.Index(r.in[r.at:], []byte("<?"))
		if open < 0 {
			open = len(r.in) - r.at
		}
		r.blank(r.at, r.at+open)
		r.at += open
		r.code()
	}
	return r.out
}

func (r *codeReader) blank(from, to int) {
	text := r.out.text[from:to]
	for i, b := range text {
		if b != '\n' && b != '\r' {
			text[i] = ' '
		}
	}
}

// plain are the bytes that start neither a text nor a comment nor an end.
var plain = func() (set [256]bool) {
	for b := range set {
		set[b] = bytes.IndexByte([]byte("'\"`#/?<"), byte(b)) < 0
	}
	return set
}()

// code reads up to the markup behind ?>.
func (r *codeReader) code() {
	for r.at < len(r.in) {
		b := r.in[r.at]
		if plain[b] {
			r.at++
			continue
		}
		rest := r.in[r.at:]
		switch {
		case b == '?' && bytes.HasPrefix(rest, []byte("?>")):
			r.at += 2
			return
		case b == '#' && !bytes.HasPrefix(rest, []byte("#[")), bytes.HasPrefix(rest, []byte("//")):
			r.lineComment(rest)
		case bytes.HasPrefix(rest, []byte("/*")):
			end := bytes.Index(rest[2:], []byte("*/"))
			if end < 0 {
				end = len(rest) - 4
			}
			r.blank(r.at, r.at+end+4)
			r.at += end + 4
		case b == '\'', b == '"', b == '`':
			r.quoted(b)
		case bytes.HasPrefix(rest, []byte("<<<")):
			r.heredoc(rest)
		default:
			r.at++
		}
	}
}

func (r *codeReader) lineComment(rest []byte) {
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		end = len(rest)
	}
	if markup := bytes.Index(rest[:end], []byte("?>")); markup >= 0 {
		end = markup
	}
	r.blank(r.at, r.at+end)
	r.at += end
}

// quoted reads a text, with the code that is put into one in double quotes.
func (r *codeReader) quoted(quote byte) {
	from := r.at
	r.at++
	for r.at < len(r.in) && r.in[r.at] != quote {
		switch {
		case r.in[r.at] == '\\':
			r.at++
		case quote != '\'' && bytes.HasPrefix(r.in[r.at:], []byte("{$")):
			r.braces()
			continue
		}
		r.at++
	}
	r.at = min(r.at+1, len(r.in))
	r.out.runs = r.out.runs || quote == '`'
	r.fill(from, quote != '\'')
}

func (r *codeReader) fill(from int, fills bool) {
	r.out.texts = append(r.out.texts, text{from, r.at, fills && bytes.IndexByte(r.in[from:r.at], '$') >= 0})
}

// braces reads {$code} in a text.
func (r *codeReader) braces() {
	for depth := 0; r.at < len(r.in); {
		switch b := r.in[r.at]; b {
		case '\'', '"', '`':
			r.quoted(b)
			continue
		case '{':
			depth++
		case '}':
			depth--
		}
		r.at++
		if depth == 0 {
			return
		}
	}
}

// heredoc reads <<<NAME or <<<'NAME' and the lines up to NAME.
func (r *codeReader) heredoc(rest []byte) {
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		r.at += 3
		return
	}
	word := bytes.Trim(rest[3:end], " \t\r")
	name := bytes.Trim(word, `'"`)
	if len(name) == 0 || !isName(name) {
		r.at += 3
		return
	}
	from := r.at
	for at := end + 1; at < len(rest); {
		line := rest[at:]
		if next := bytes.IndexByte(line, '\n'); next >= 0 {
			line = line[:next]
		}
		if closing := bytes.TrimLeft(line, " \t"); bytes.HasPrefix(closing, name) && (len(closing) == len(name) || !inspect.WordByte(closing[len(name)])) {
			r.at += at + len(line) - len(closing) + len(name)
			r.fill(from, word[0] != '\'')
			return
		}
		at += len(line) + 1
	}
	r.out.readable = false // nothing ends it
	r.at = len(r.in)
}

func isName(text []byte) bool {
	for _, b := range text {
		if !inspect.WordByte(b) {
			return false
		}
	}
	return true
}
