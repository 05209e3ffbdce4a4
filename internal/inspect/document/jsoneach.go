package document

import (
	"bytes"

	"twelvefold/internal/inspect"
)

// EachJSON visits what stands below keys of a JSON document's root: the members
// of an object with their keys, the items of an array, or a scalar itself, both
// with the key "". Only one of them is held at a time, so that files of many
// megabytes cost little more than their text. Beside an error, what stands
// before it has been visited.
func EachJSON(content []byte, visit map[string]func(key string, value *Node)) error {
	r := &jsonReader{text: bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), line: 1}
	if r.next() != '{' {
		if err := r.value(&Node{}, 0); err != nil {
			return err
		}
		return r.end()
	}
	err := r.members(func(key string) error {
		switch f := visit[key]; {
		case f == nil:
			return r.value(&Node{}, 1)
		case r.next() == '{':
			return r.members(func(key string) error { return r.each(key, f) })
		case r.next() == '[':
			return r.elements(func() error { return r.each("", f) })
		default:
			return r.each("", f)
		}
	})
	if err != nil {
		return err
	}
	return r.end()
}

func (r *jsonReader) each(key string, f func(string, *Node)) error {
	value := &Node{kind: plainNode, Line: r.line, End: r.line}
	err := r.value(value, 2)
	f(key, value)
	return err
}

// members reads an object; value must read each of its values.
func (r *jsonReader) members(value func(key string) error) error {
	for r.at++; ; {
		switch r.next() {
		case '}':
			r.at++
			return nil
		case '"':
		default:
			return inspect.ParseError(r.line, "unexpected %s where a key must stand", r.shown())
		}
		line := r.line
		key, err := r.quoted()
		if err != nil {
			return err
		}
		if r.next() != ':' {
			return inspect.ParseError(r.line, "unexpected %s where ':' must stand", r.shown())
		}
		r.at++
		r.keyLine = line
		if err := value(key); err != nil {
			return err
		}
		if err := r.comma('}'); err != nil {
			return err
		}
	}
}

// elements reads an array; value must read each of its items.
func (r *jsonReader) elements(value func() error) error {
	for r.at++; ; {
		if r.next() == ']' {
			r.at++
			return nil
		}
		if err := value(); err != nil {
			return err
		}
		if err := r.comma(']'); err != nil {
			return err
		}
	}
}

// end tells whether nothing stands behind the document.
func (r *jsonReader) end() error {
	if r.space(); r.at < len(r.text) {
		return inspect.ParseError(r.line, "unexpected %s after the document", r.shown())
	}
	return nil
}
