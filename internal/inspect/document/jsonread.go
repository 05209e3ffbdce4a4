package document

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"twelvefold/internal/inspect"
)

// ReadJSON reads a JSON document with the lines of its values. Comments and
// trailing commas are allowed, as tsconfig.json and bun.lock have them. Beside
// an error it returns what stands before it.
func ReadJSON(content []byte) (*Node, error) {
	r := &jsonReader{text: bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), line: 1}
	root := &Node{kind: plainNode, Line: 1, End: 1}
	if err := r.value(root, 0); err != nil {
		return root, err
	}
	return root, r.end()
}

type jsonReader struct {
	text    []byte
	at      int
	line    int
	keyLine int // of the last key
}

// space skips white space and comments.
func (r *jsonReader) space() {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '\n':
			r.line++
			r.at++
		case c == ' ' || c == '\t' || c == '\r':
			r.at++
		case bytes.HasPrefix(r.text[r.at:], []byte("//")):
			end := bytes.IndexByte(r.text[r.at:], '\n')
			if end < 0 {
				end = len(r.text) - r.at
			}
			r.at += end
		case bytes.HasPrefix(r.text[r.at:], []byte("/*")):
			end := bytes.Index(r.text[r.at+2:], []byte("*/"))
			if end < 0 {
				end = len(r.text) - r.at - 4
			}
			r.line += bytes.Count(r.text[r.at:r.at+2+max(end, 0)], []byte("\n"))
			r.at = min(r.at+2+max(end, 0)+2, len(r.text))
		default:
			return
		}
	}
}

// next skips space and tells the byte that follows; 0 at the end.
func (r *jsonReader) next() byte {
	if r.space(); r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

// shown is the next character for a message.
func (r *jsonReader) shown() string {
	if r.at >= len(r.text) {
		return "end of file"
	}
	c, _ := utf8.DecodeRune(r.text[r.at:])
	return "'" + string(c) + "'"
}

func (r *jsonReader) value(n *Node, depth int) error {
	c := r.next()
	n.Line = r.line
	defer func() { n.End = r.line }()
	switch {
	case depth > MaxDepth:
		return inspect.ParseError(r.line, "more than %d values inside each other", MaxDepth)
	case c == '{':
		return r.object(n, depth)
	case c == '[':
		return r.array(n, depth)
	case c == '"':
		text, err := r.quoted()
		n.kind, n.text = textNode, text
		return err
	}
	start := r.at
	for r.at < len(r.text) && !strings.ContainsRune(" \t\r\n,:[]{}\"/", rune(r.text[r.at])) {
		r.at++
	}
	if r.at == start {
		return inspect.ParseError(r.line, "unexpected %s where a value must stand", r.shown())
	}
	n.kind, n.text = plainNode, string(r.text[start:r.at])
	return nil
}

func (r *jsonReader) object(n *Node, depth int) error {
	n.kind = objectNode
	return r.members(func(key string) error {
		m := docMember{Key: key, Line: r.keyLine, Value: &Node{kind: plainNode, Line: r.line, End: r.line}}
		err := r.value(m.Value, depth+1)
		n.members = append(n.members, m)
		return err
	})
}

func (r *jsonReader) array(n *Node, depth int) error {
	n.kind = arrayNode
	return r.elements(func() error {
		item := &Node{kind: plainNode}
		if err := r.value(item, depth+1); err != nil {
			return err
		}
		n.items = append(n.items, item)
		return nil
	})
}

// comma takes the comma between items; none is needed before the end.
func (r *jsonReader) comma(end byte) error {
	switch r.next() {
	case ',':
		r.at++
		return nil
	case end:
		return nil
	}
	return inspect.ParseError(r.line, "unexpected %s where ',' must stand", r.shown())
}

func (r *jsonReader) quoted() (string, error) {
	start := r.at
	for r.at++; r.at < len(r.text); r.at++ {
		switch r.text[r.at] {
		case '\\':
			r.at++
		case '\n':
			return "", inspect.ParseError(r.line, "a string does not end on its line")
		case '"':
			r.at++
			raw := r.text[start:r.at]
			if bytes.IndexByte(raw, '\\') < 0 {
				return strings.ToValidUTF8(string(raw[1:len(raw)-1]), "\uFFFD"), nil
			}
			var text string
			if err := json.Unmarshal(raw, &text); err != nil {
				return "", inspect.ParseError(r.line, "a string has an unknown escape")
			}
			return text, nil
		}
	}
	r.at = len(r.text)
	return "", inspect.ParseError(r.line, "a string does not end")
}
