package document

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"twelvefold/internal/inspect"
)

// Element is an element of an XML document with the lines it stands on. Names
// are local: "type" of xsi:type; Prefix keeps what stood before the colon.
type Element struct {
	Name     string
	Prefix   string
	Line     int // of its start tag
	End      int // of its end tag
	Attrs    []Attribute
	Children []*Element
	text     []byte
	textLine int
}

// Attribute is one attribute of a start tag.
type Attribute struct {
	Name   string
	Prefix string
	Value  string
	Line   int
}

// ReadXML reads an XML document. Entities are never expanded beyond XML's own
// five, what a DTD declares is not looked at, and elements nested deeper than
// MaxDepth are left out. Beside an error it returns what stands before it; the
// root is nil when there is none.
func ReadXML(content []byte) (*Element, error) {
	r := &xmlReader{content: decodeXML(content)}
	r.decoder = xml.NewDecoder(bytes.NewReader(r.content))
	r.decoder.Strict = false
	r.decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	err := r.read()
	if err == nil && r.root == nil {
		err = errors.New("the document has no element")
	}
	return r.root, err
}

type xmlReader struct {
	content []byte
	decoder *xml.Decoder
	root    *Element
	open    []*Element // from the root to the element that is being read
	below   int        // how many elements deeper than MaxDepth are open
}

func (r *xmlReader) read() error {
	for {
		line, _ := r.decoder.InputPos()
		from := r.decoder.InputOffset()
		token, err := r.decoder.RawToken()
		end, _ := r.decoder.InputPos()
		if err != nil {
			r.closeAll(end)
			return xmlError(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			r.start(t, line, end, r.content[min(from, int64(len(r.content))):min(r.decoder.InputOffset(), int64(len(r.content)))])
		case xml.EndElement:
			r.end(t.Name.Local, end)
		case xml.CharData:
			r.text(t, line)
		}
	}
}

func xmlError(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return inspect.ParseError(syntax.Line, "%s", inspect.ShortError(syntax.Msg))
	}
	return errors.New(inspect.ShortError(err.Error()))
}

func (r *xmlReader) start(t xml.StartElement, line, end int, raw []byte) {
	if len(r.open) >= MaxDepth {
		r.below++
		return
	}
	e := &Element{Name: t.Name.Local, Prefix: t.Name.Space, Line: line, End: end}
	at := line
	for _, a := range t.Attr {
		if i := bytes.Index(raw, []byte(a.Name.Local)); i >= 0 {
			at += bytes.Count(raw[:i], []byte("\n"))
			raw = raw[i+len(a.Name.Local):]
		}
		e.Attrs = append(e.Attrs, Attribute{Name: a.Name.Local, Prefix: a.Name.Space, Value: a.Value, Line: at})
	}
	switch {
	case len(r.open) > 0:
		parent := r.open[len(r.open)-1]
		parent.Children = append(parent.Children, e)
	case r.root != nil:
		return // a second root: not part of the document
	default:
		r.root = e
	}
	r.open = append(r.open, e)
}

// end closes the nearest open element of this name, and what was left open in
// it; an end tag of nothing is passed over.
func (r *xmlReader) end(name string, line int) {
	if r.below > 0 {
		r.below--
		return
	}
	for i := len(r.open) - 1; i >= 0; i-- {
		if r.open[i].Name == name {
			for _, e := range r.open[i:] {
				e.End = line
			}
			r.open = r.open[:i]
			return
		}
	}
}

func (r *xmlReader) closeAll(line int) {
	last := bytes.Count(r.content, []byte("\n")) + 1
	for _, e := range r.open {
		e.End = min(line, last)
	}
}

func (r *xmlReader) text(data []byte, line int) {
	if len(r.open) == 0 || r.below > 0 {
		return
	}
	e := r.open[len(r.open)-1]
	trimmed := bytes.TrimLeft(data, " \t\r\n")
	if len(trimmed) == 0 {
		return
	}
	if e.text == nil {
		e.textLine = line + bytes.Count(data[:len(data)-len(trimmed)], []byte("\n"))
	}
	e.text = append(e.text, data...)
}

var xmlEncoding = regexp.MustCompile(`^<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)`)

// decodeXML is the document as UTF-8: Latin encodings are converted, what is
// no UTF-8 otherwise is replaced.
func decodeXML(content []byte) []byte {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if utf8.Valid(content) {
		return content
	}
	if m := xmlEncoding.FindSubmatch(content); m != nil {
		switch strings.ToLower(string(m[1])) {
		case "iso-8859-1", "latin1", "iso-8859-15", "windows-1252", "us-ascii":
			runes := make([]rune, len(content))
			for i, b := range content {
				runes[i] = rune(b)
			}
			return []byte(string(runes))
		}
	}
	return bytes.ToValidUTF8(content, []byte("?"))
}

// Text is the element's own text without the blanks around it. It may be asked
// of nil.
func (e *Element) Text() string {
	if e == nil {
		return ""
	}
	return string(bytes.TrimSpace(e.text))
}

// TextLine is the line on which the element's text starts, or that of its tag.
func (e *Element) TextLine() int {
	switch {
	case e == nil:
		return 1
	case e.textLine > 0:
		return e.textLine
	}
	return e.Line
}

// Get follows names to the first such child each time; nil when one is
// missing. Names are compared without case. It may be asked of nil.
func (e *Element) Get(names ...string) *Element {
	for _, name := range names {
		if e == nil {
			return nil
		}
		e = e.child(name)
	}
	return e
}

func (e *Element) child(name string) *Element {
	for _, c := range e.Children {
		if strings.EqualFold(c.Name, name) {
			return c
		}
	}
	return nil
}

// All are the children of a name, compared without case.
func (e *Element) All(name string) []*Element {
	if e == nil {
		return nil
	}
	var list []*Element
	for _, c := range e.Children {
		if strings.EqualFold(c.Name, name) {
			list = append(list, c)
		}
	}
	return list
}

// Each are the children; nil of nil.
func (e *Element) Each() []*Element {
	if e == nil {
		return nil
	}
	return e.Children
}

// Attr is an attribute's value, or "". Names are compared without case.
func (e *Element) Attr(name string) string {
	value, _ := e.Attribute(name)
	return value.Value
}

// Attribute is an attribute with its line.
func (e *Element) Attribute(name string) (Attribute, bool) {
	if e != nil {
		for _, a := range e.Attrs {
			if strings.EqualFold(a.Name, name) {
				return a, true
			}
		}
	}
	return Attribute{}, false
}

// Walk visits the element and all below it in order. When visit returns false,
// what is below that element is left out.
func (e *Element) Walk(visit func(*Element) bool) {
	if e == nil || !visit(e) {
		return
	}
	for _, c := range e.Children {
		c.Walk(visit)
	}
}
