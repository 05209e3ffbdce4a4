package prefilter

import (
	"bytes"

	"twelvefold/internal/inspect"
)

// Reader reads the files of a language: whole when they hold a mark, and by
// their imports otherwise.
type Reader struct {
	Marks   *Set
	Also    func(content []byte) bool // what marks can't say; nil for nothing
	Imports []string                  // texts of which every import holds one
	GoesOn  []string                  // first words of lines that go on with a statement: "except"
	Texts   [][2]string               // what opens and closes texts and comments of many lines
	Comment string                    // what starts a comment of one line
}

// small is the size, in bytes, up to which looking first costs more than a parse
// does.
const small = 256

// Read extracts from content, or from its beginning through the last import
// when nothing else in it can state a fact. Files that may not parse, scripts
// with an interpreter's name and whatever the Emitter is to read whole are read
// whole.
func (r Reader) Read(e *inspect.Emitter, content []byte, extract inspect.Extractor) error {
	if e.Whole || r.Deserves(content) {
		return extract(e, content)
	}
	head := Head(content, r.Imports, r.GoesOn)
	if inside(head, r.Texts) {
		return extract(e, content)
	}
	stated := len(e.Signals)
	if err := extract(e, head); err == nil {
		return nil
	}
	e.Signals = e.Signals[:stated] // the beginning is none by itself
	return extract(e, content)
}

// Deserves reports whether content is to be parsed whole.
func (r Reader) Deserves(content []byte) bool {
	return len(content) <= small || bytes.HasPrefix(content, []byte("#!")) || !balanced(content, r.Comment) || r.Marks.In(content) || r.Also != nil && r.Also(content)
}

// Head is the beginning of content through the last line that mentions one of
// the words, up to the next line that starts a statement of the outermost level:
// one whose first byte is neither blank nor a closing bracket, and whose first
// word doesn't go on with a statement. It is empty when no line mentions a word.
func Head(content []byte, words, goesOn []string) []byte {
	last := -1
	for _, word := range words {
		last = max(last, bytes.LastIndex(content, []byte(word)))
	}
	if last < 0 {
		return content[:0]
	}
	for at := last; ; {
		eol := bytes.IndexByte(content[at:], '\n')
		if eol < 0 {
			return content
		}
		continued := eol > 0 && content[at+eol-1] == '\\'
		at += eol + 1
		if at >= len(content) {
			return content
		}
		if !continued && startsStatement(content[at:], goesOn) {
			return content[:at]
		}
	}
}

func startsStatement(rest []byte, goesOn []string) bool {
	switch rest[0] {
	case ' ', '\t', '\r', '\n', ')', ']', '}', '>', ',', '.', '*':
		return false
	}
	for _, word := range goesOn {
		if bytes.HasPrefix(rest, []byte(word)) {
			return false
		}
	}
	return true
}

// inside reports whether head may end inside of what the pairs enclose: pairs
// that enclose each other may make it say so of a whole head, which costs a
// parse and no fact.
func inside(head []byte, pairs [][2]string) bool {
	for _, pair := range pairs {
		if pair[0] == pair[1] {
			if bytes.Count(head, []byte(pair[0]))%2 != 0 {
				return true
			}
		} else if bytes.LastIndex(head, []byte(pair[0])) > bytes.LastIndex(head, []byte(pair[1])) {
			return true
		}
	}
	return false
}

var brackets = []string{"()", "[]", "{}"}

// balanced reports whether each sort of bracket is opened as often as it is
// closed, first and last. A file of which that is not true may be broken, and
// its parser is to say so; one whose texts and comments alone are not balanced
// is whole.
func balanced(content []byte, comment string) bool {
	for _, pair := range brackets {
		opens, closes := []byte{pair[0]}, []byte{pair[1]}
		if bytes.Index(content, closes) < bytes.Index(content, opens) || bytes.LastIndex(content, closes) < bytes.LastIndex(content, opens) ||
			bytes.Count(content, opens) != bytes.Count(content, closes) {
			return balancedCode(content, comment)
		}
	}
	return true
}

// balancedCode counts brackets outside of texts and comments of one line, as
// most languages write them: it errs where a language has others.
func balancedCode(content []byte, comment string) bool {
	var open [3]int
	for len(content) > 0 {
		b := content[0]
		switch {
		case comment != "" && bytes.HasPrefix(content, []byte(comment)):
			content = content[max(bytes.IndexByte(content, '\n'), 0):]
			if content[0] != '\n' {
				content = nil
				continue
			}
		case b == '"' || b == '\'':
			content = content[textEnd(content, b):]
			continue
		}
		for i, pair := range brackets {
			if b == pair[0] {
				open[i]++
			} else if b == pair[1] {
				if open[i]--; open[i] < 0 {
					return false
				}
			}
		}
		content = content[1:]
	}
	return open == [3]int{}
}

// textEnd is the length of the text that content starts with; of one quote when
// its line does not end it.
func textEnd(content []byte, quote byte) int {
	if triple := bytes.Repeat([]byte{quote}, 3); bytes.HasPrefix(content, triple) {
		if end := bytes.Index(content[3:], triple); end >= 0 {
			return end + 6
		}
		return len(content)
	}
	for i := 1; i < len(content) && content[i] != '\n'; i++ {
		switch content[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return 1
}
