package inspect

// docNode is a value of a JSON or TOML document with the lines it stands on.
type docNode struct {
	kind    docKind
	line    int // of the value's first byte
	end     int // of its last byte
	text    string
	members []docMember
	items   []*docNode
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
	key   string
	line  int
	value *docNode
}

// maxDocumentDepth bounds nesting: readers recurse.
const maxDocumentDepth = 200

// get follows keys into objects; nil when one is missing. Of a key that stands
// twice, the last counts, as in JSON. It may be asked of nil.
func (n *docNode) get(keys ...string) *docNode {
	for _, key := range keys {
		m := n.member(key)
		if m == nil {
			return nil
		}
		n = m.value
	}
	return n
}

func (n *docNode) member(key string) *docMember {
	if n == nil {
		return nil
	}
	for i := len(n.members) - 1; i >= 0; i-- {
		if n.members[i].key == key {
			return &n.members[i]
		}
	}
	return nil
}

// lineOf is the line of a key, or of the object without it, or 1.
func (n *docNode) lineOf(key string) int {
	if m := n.member(key); m != nil {
		return m.line
	}
	if n != nil {
		return n.line
	}
	return 1
}

// string is a string's text, or "".
func (n *docNode) string() string {
	if n == nil || n.kind != textNode {
		return ""
	}
	return n.text
}

// isTrue reports whether the value is the literal true.
func (n *docNode) isTrue() bool { return n != nil && n.kind == plainNode && n.text == "true" }

func (n *docNode) isObject() bool { return n != nil && n.kind == objectNode }

// each is an object's members; nil for anything else.
func (n *docNode) each() []docMember {
	if n == nil {
		return nil
	}
	return n.members
}

// list is an array's items; nil for anything else.
func (n *docNode) list() []*docNode {
	if n == nil {
		return nil
	}
	return n.items
}

// strings are the strings of an array, or a string alone.
func (n *docNode) strings() []string {
	if s := n.string(); s != "" {
		return []string{s}
	}
	var all []string
	for _, item := range n.list() {
		if s := item.string(); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// keys are an object's keys in order.
func (n *docNode) keys() []string {
	var all []string
	for _, m := range n.each() {
		all = append(all, m.key)
	}
	return all
}
