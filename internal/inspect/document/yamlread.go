package document

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
)

// maxYAMLVisits bounds how many nodes of one document are read, counting a
// node again each time an alias or a merge leads to it. The largest hand-written
// manifests have some ten thousand; aliases could make a file of one megabyte
// stand for billions.
const maxYAMLVisits = 100_000

// maxYAMLNesting bounds brackets in brackets: the parser takes a kilobyte of
// stack for each, and the walks below recurse too. The deepest real manifest
// seen (a CRD's schema) has 30.
const maxYAMLNesting = 1000

// YAML is one document of a YAML stream.
type YAML struct {
	Root      *yaml.Node // never an alias; lines count from the stream's first
	templated bool       // read with its template actions replaced
	Left      int        // visits that are left
	lines     []string   // of the whole stream
}

// Documents reads the documents of a stream for which want is true of the
// bytes. Each is parsed alone, so that a broken one costs only itself; the
// first error is returned beside the documents that could be read.
func Documents(content []byte, want func(chunk []byte) bool) ([]*YAML, error) {
	var documents []*YAML
	var first error
	var lines []string
	line, stream := 1, content
	for len(content) > 0 {
		chunk := content[:endOfDocument(content)]
		content = content[len(chunk):]
		if !isBlankDocument(chunk) && want(chunk) {
			root, templated, err := parseYAMLOrTemplate(chunk)
			if err != nil && first == nil {
				first = inspect.ParseError(line, "%s", inspect.ShortError(err.Error()))
				if n, message := ErrorLine(err.Error()); n > 0 {
					first = inspect.ParseError(line+n-1, "%s", inspect.ShortError(message))
				}
			}
			if root != nil {
				if lines == nil {
					lines = strings.Split(string(stream), "\n")
				}
				shiftLines(root, line-1)
				documents = append(documents, &YAML{Root: root, templated: templated, Left: maxYAMLVisits, lines: lines})
			}
		}
		line += bytes.Count(chunk, []byte("\n"))
	}
	return documents, first
}

// isBlankDocument reports whether a chunk is but its marker: not worth a parser.
func isBlankDocument(chunk []byte) bool {
	return len(bytes.Trim(chunk, "- \t\n")) == 0
}

// endOfDocument is the length of the first document of a stream, up to the
// line that starts the next. The marker stands at a line's start: no block
// scalar can hold it there.
func endOfDocument(content []byte) int {
	for from := 1; from < len(content); {
		at := bytes.Index(content[from:], []byte("\n---"))
		if at < 0 {
			break
		}
		start := from + at + 1
		after := start + len("---")
		if after == len(content) || strings.IndexByte(" \t\r\n", content[after]) >= 0 {
			return start
		}
		from = after
	}
	return len(content)
}

// parseYAMLOrTemplate parses one document. One that is a template (Helm,
// Jinja) is read with its actions replaced by words, which are put back into
// the values: they then contain "{{".
func parseYAMLOrTemplate(chunk []byte) (root *yaml.Node, templated bool, err error) {
	root, err = ParseYAML(chunk)
	if err == nil && (root == nil || !hasTemplateKeys(root)) {
		return root, false, nil
	}
	if !bytes.Contains(chunk, []byte("{{")) && !bytes.Contains(chunk, []byte("{%")) {
		return root, false, err
	}
	for _, cut := range []bool{false, true} {
		h := hideActions(string(chunk), cut)
		root, again := ParseYAML([]byte(h.plain))
		if again == nil {
			if root != nil {
				h.restore(root)
			}
			return root, true, nil
		}
		if err == nil {
			err = again
		}
	}
	return nil, true, err
}

// ParseYAML parses one document; nil for an empty one.
func ParseYAML(chunk []byte) (*yaml.Node, error) {
	if yamlNesting(chunk) > maxYAMLNesting {
		return nil, errors.New("brackets nest too deep")
	}
	var document yaml.Node
	err := yaml.NewDecoder(bytes.NewReader(chunk)).Decode(&document)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if document.Kind != yaml.DocumentNode || len(document.Content) == 0 {
		return nil, nil
	}
	return document.Content[0], nil
}

// yamlNesting counts how deep flow collections and block entries on one line
// may nest, at most.
func yamlNesting(chunk []byte) int {
	depth, deepest, entries := 0, 0, 0
	for i, c := range chunk {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		case '\n':
			entries = 0
		case '-', '?', ':':
			if i+1 < len(chunk) && chunk[i+1] == ' ' {
				entries++
			}
		}
		deepest = max(deepest, depth+entries)
	}
	return deepest
}

// ErrorLine takes "yaml: line 4: did not find …" apart.
func ErrorLine(message string) (line int, rest string) {
	_, after, ok := strings.Cut(message, "line ")
	if !ok {
		return 0, message
	}
	digits, rest, ok := strings.Cut(after, ": ")
	if !ok || len(digits) > 9 {
		return 0, message
	}
	for _, d := range digits {
		if d < '0' || d > '9' {
			return 0, message
		}
		line = line*10 + int(d-'0')
	}
	return line, rest
}

func shiftLines(n *yaml.Node, by int) {
	n.Line += by
	for _, child := range n.Content {
		shiftLines(child, by)
	}
}

// yamlPair is one key of a mapping with its value, which is never an alias.
type yamlPair struct {
	Key, Value *yaml.Node
	Alias      bool // the value is written elsewhere in the document, and named here
}

type Mapping []yamlPair

// Get is a key's value, or nil. Of a key that stands twice, the last counts.
func (m Mapping) Get(name string) *yaml.Node {
	for i := len(m) - 1; i >= 0; i-- {
		if m[i].Key.Value == name {
			return m[i].Value
		}
	}
	return nil
}

// Line is the line of a key, or 0.
func (m Mapping) Line(name string) int {
	for i := len(m) - 1; i >= 0; i-- {
		if m[i].Key.Value == name {
			return m[i].Key.Line
		}
	}
	return 0
}

// Mapping lists a mapping's pairs in order, its "<<" merges after its own
// keys, which hide theirs. It is nil for anything else.
func (d *YAML) Mapping(n *yaml.Node) Mapping {
	n = Dealias(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var m Mapping
	d.merge(&m, n, map[*yaml.Node]bool{}, nil)
	return m
}

func (d *YAML) merge(into *Mapping, n *yaml.Node, done map[*yaml.Node]bool, hidden map[string]bool) {
	n = Dealias(n)
	if n == nil || n.Kind != yaml.MappingNode || done[n] || !d.Visit(len(n.Content)/2) {
		return
	}
	done[n] = true
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], Dealias(n.Content[i+1])
		if key.Kind == yaml.ScalarNode && key.Value == "<<" && key.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 {
			merged = append(merged, value)
			continue
		}
		if key.Kind == yaml.ScalarNode && value != nil && !hidden[key.Value] {
			*into = append(*into, yamlPair{key, value, n.Content[i+1].Kind == yaml.AliasNode})
		}
	}
	if len(merged) == 0 {
		return
	}
	hide := make(map[string]bool, len(*into))
	for _, p := range *into {
		hide[p.Key.Value] = true
	}
	for _, value := range merged {
		if value != nil && value.Kind == yaml.SequenceNode {
			for _, item := range value.Content {
				if d.Visit(1) {
					d.merge(into, item, done, hide)
					for _, p := range *into {
						hide[p.Key.Value] = true
					}
				}
			}
			continue
		}
		d.merge(into, value, done, hide)
	}
}

// Sequence lists the items of a sequence; nil for anything else.
func (d *YAML) Sequence(n *yaml.Node) []*yaml.Node {
	n = Dealias(n)
	if n == nil || n.Kind != yaml.SequenceNode || !d.Visit(len(n.Content)) {
		return nil
	}
	items := make([]*yaml.Node, 0, len(n.Content))
	for _, item := range n.Content {
		if item = Dealias(item); item != nil {
			items = append(items, item)
		}
	}
	return items
}

// Visit takes n nodes off the document's budget; false when it is spent.
func (d *YAML) Visit(n int) bool {
	d.Left -= n + 1
	return d.Left >= 0
}

// Spent says that a document stands for more than is read.
func (d *YAML) Spent() error {
	if d.Left >= 0 {
		return nil
	}
	return inspect.ParseError(d.Root.Line, "aliases make the document larger than %d nodes", maxYAMLVisits)
}

// Dealias follows an alias to its node.
func Dealias(n *yaml.Node) *yaml.Node {
	for range 8 { // an alias names a node, never another alias; the bound is for hand-made trees
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}

// Text is a scalar's text; "" for null and for anything else.
func Text(n *yaml.Node) string {
	n = Dealias(n)
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// IsNull reports whether a value is not stated: absent, empty, null.
func IsNull(n *yaml.Node) bool {
	n = Dealias(n)
	return n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// Texts is a scalar as one text or a sequence of scalars as several.
func (d *YAML) Texts(n *yaml.Node) []string {
	if s := Text(n); s != "" {
		return []string{s}
	}
	var list []string
	for _, item := range d.Sequence(n) {
		if s := Text(item); s != "" {
			list = append(list, s)
		}
	}
	return list
}

// LastLine is the last line of a node as written, aliases not followed.
func LastLine(n *yaml.Node) int {
	line := n.Line
	if n.Kind == yaml.ScalarNode {
		line += strings.Count(strings.TrimRight(n.Value, "\n"), "\n")
		if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && n.Value != "" {
			line++
		}
	}
	for _, child := range n.Content {
		line = max(line, LastLine(child))
	}
	return line
}
