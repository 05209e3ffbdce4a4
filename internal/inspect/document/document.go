// Package document reads JSON, TOML and YAML into values with their lines.
package document

// Node is a value of a JSON or TOML document with the lines it stands on.
type Node struct {
	kind    docKind
	Line    int // of the value's first byte
	End     int // of its last byte
	text    string
	members []docMember
	items   []*Node
}

type docKind byte

const (
	textNode   docKind = iota // a string
	plainNode                 // a number, boolean, date or null, as written
	objectNode                // a JSON object or TOML table
	arrayNode
)

// docMember is one key of an object. Keys keep the document's order.
type docMember struct {
	Key   string
	Line  int
	Value *Node
}

// maxDocumentDepth bounds nesting: readers recurse.
const MaxDepth = 200

// Get follows keys into objects; nil when one is missing. Of a key that stands
// twice, the last counts, as in JSON. It may be asked of nil.
func (n *Node) Get(keys ...string) *Node {
	for _, key := range keys {
		m := n.member(key)
		if m == nil {
			return nil
		}
		n = m.Value
	}
	return n
}

func (n *Node) member(key string) *docMember {
	if n == nil {
		return nil
	}
	for i := len(n.members) - 1; i >= 0; i-- {
		if n.members[i].Key == key {
			return &n.members[i]
		}
	}
	return nil
}

// LineOf is the line of a key, or of the object without it, or 1.
func (n *Node) LineOf(key string) int {
	if m := n.member(key); m != nil {
		return m.Line
	}
	if n != nil {
		return n.Line
	}
	return 1
}

// Scalar is a string's text, or "".
func (n *Node) Scalar() string {
	if n == nil || n.kind != textNode {
		return ""
	}
	return n.text
}

// IsTrue reports whether the value is the literal true.
func (n *Node) IsTrue() bool { return n != nil && n.kind == plainNode && n.text == "true" }

// Plain is the text of a string, number, boolean or null as written.
func (n *Node) Plain() string {
	if n == nil {
		return ""
	}
	return n.text
}

// IsList reports whether the value is an array.
func (n *Node) IsList() bool { return n != nil && n.kind == arrayNode }

func (n *Node) IsObject() bool { return n != nil && n.kind == objectNode }

// Each is an object's members; nil for anything else.
func (n *Node) Each() []docMember {
	if n == nil {
		return nil
	}
	return n.members
}

// List is an array's items; nil for anything else.
func (n *Node) List() []*Node {
	if n == nil {
		return nil
	}
	return n.items
}

// Scalars are the strings of an array, or a string alone.
func (n *Node) Scalars() []string {
	if s := n.Scalar(); s != "" {
		return []string{s}
	}
	var all []string
	for _, item := range n.List() {
		if s := item.Scalar(); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// Keys are an object's keys in order.
func (n *Node) Keys() []string {
	var all []string
	for _, m := range n.Each() {
		all = append(all, m.Key)
	}
	return all
}
