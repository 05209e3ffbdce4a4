package inspect

import (
	"sort"
	"strings"
	"time"
)

// grammar names one of the tree-sitter grammars that are linked in.
type grammar string

// The grammars.
const (
	pythonGrammar     grammar = "python"
	javascriptGrammar grammar = "javascript"
	typescriptGrammar grammar = "typescript"
	tsxGrammar        grammar = "tsx"
)

// Bounds of one parse. A file that needs more is not written by a person.
const (
	parseTime    = 2 * time.Second        // of the processor
	parseSlice   = 250 * time.Millisecond // after which the time is looked at
	maxTreeDepth = 400                    // levels kept of a tree, so that an extractor may recurse over nodes
	feedChunk    = 16 << 10
)

// kindInfo is what a grammar says of one kind of node.
type kindInfo struct {
	name  string
	named bool
	word  bool // an anonymous token that is a keyword: "async", "const"
}

// treeNode is one node of a syntaxTree. Nodes are stored in source order,
// parents first, so the subtree of node i is nodes[i:end].
type treeNode struct {
	start, stop uint32 // bytes
	parent, end int32
	kind        uint16
	field       uint16
}

// syntaxTree is a parsed file, copied out of C: named nodes, operators and
// keywords, no punctuation. It needs no closing.
type syntaxTree struct {
	source []byte
	kinds  []kindInfo
	fields []string
	nodes  []treeNode
	lines  []uint32 // byte offset of each line's start
}

// node is one node of a syntax tree. The zero node stands for "none": its kind
// is "", it has no text and no children, so lookups can be chained.
type node struct {
	tree *syntaxTree
	i    int32
}

// root is the whole file.
func (t *syntaxTree) root() node {
	if len(t.nodes) == 0 {
		return node{}
	}
	return node{t, 0}
}

func (n node) raw() *treeNode { return &n.tree.nodes[n.i] }

func (n node) ok() bool { return n.tree != nil }

// kind is the grammar's name of the node: "call", "if_statement"; an
// operator's or keyword's is its text.
func (n node) kind() string {
	if n.tree == nil {
		return ""
	}
	return n.tree.kinds[n.raw().kind].name
}

func (n node) is(kinds ...string) bool {
	k := n.kind()
	for _, want := range kinds {
		if k == want && k != "" {
			return true
		}
	}
	return false
}

func (n node) named() bool { return n.tree != nil && n.tree.kinds[n.raw().kind].named }

// text is the source of the node, as written.
func (n node) text() string {
	if n.tree == nil {
		return ""
	}
	raw := n.raw()
	return string(n.tree.source[raw.start:raw.stop])
}

// span is the node's bytes in the file: from, up to but without to.
func (n node) span() (from, to int) {
	if n.tree == nil {
		return 0, 0
	}
	return int(n.raw().start), int(n.raw().stop)
}

// line is the first line, 1-based.
func (n node) line() int {
	if n.tree == nil {
		return 0
	}
	return n.tree.lineAt(n.raw().start)
}

// endLine is the line of the last byte, 1-based.
func (n node) endLine() int {
	if n.tree == nil {
		return 0
	}
	raw := n.raw()
	if raw.stop > raw.start {
		return n.tree.lineAt(raw.stop - 1)
	}
	return n.tree.lineAt(raw.start)
}

func (t *syntaxTree) lineAt(offset uint32) int {
	return sort.Search(len(t.lines), func(i int) bool { return t.lines[i] > offset })
}

// parent is the enclosing node; none for the root.
func (n node) parent() node {
	if n.tree == nil || n.raw().parent < 0 {
		return node{}
	}
	return node{n.tree, n.raw().parent}
}

// field is the child that the grammar calls name: "function", "left".
func (n node) field(name string) node {
	for c := n.firstAny(); c.ok(); c = c.nextAny() {
		if f := c.raw().field; f != 0 && n.tree.fields[f] == name {
			return c
		}
	}
	return node{}
}

// fieldName is what the grammar calls this node in its parent, or "".
func (n node) fieldName() string {
	if n.tree == nil {
		return ""
	}
	return n.tree.fields[n.raw().field]
}

// has reports whether a keyword or operator stands directly in the node:
// has("async").
func (n node) has(token string) bool {
	for c := n.firstAny(); c.ok(); c = c.nextAny() {
		if !c.named() && c.kind() == token {
			return true
		}
	}
	return false
}

// first and next go over the named children without allocation:
//
//	for c := n.first(); c.ok(); c = c.next() { … }
func (n node) first() node { return n.firstAny().orNextNamed() }
func (n node) next() node  { return n.nextAny().orNextNamed() }

func (n node) orNextNamed() node {
	for n.ok() && !n.named() {
		n = n.nextAny()
	}
	return n
}

func (n node) firstAny() node {
	if n.tree == nil || n.raw().end == n.i+1 {
		return node{}
	}
	return node{n.tree, n.i + 1}
}

func (n node) nextAny() node {
	if n.tree == nil || n.raw().parent < 0 {
		return node{}
	}
	after := n.raw().end
	if after >= n.tree.nodes[n.raw().parent].end {
		return node{}
	}
	return node{n.tree, after}
}

// children are the named children, comments among them.
func (n node) children() []node {
	var list []node
	for c := n.first(); c.ok(); c = c.next() {
		list = append(list, c)
	}
	return list
}

// child is the i-th named child that is not a comment, or none.
func (n node) child(i int) node {
	for c := n.first(); c.ok(); c = c.next() {
		if c.is("comment") {
			continue
		}
		if i == 0 {
			return c
		}
		i--
	}
	return node{}
}

// walk visits the node and all named nodes below it in source order. When
// visit returns false, what is below that node is left out.
func (n node) walk(visit func(node) bool) {
	if n.tree == nil {
		return
	}
	end := n.raw().end
	for i := n.i; i < end; {
		c := node{n.tree, i}
		if c.named() && !visit(c) {
			i = c.raw().end
			continue
		}
		i++
	}
}

// inside reports whether the node is n itself or below outer.
func (n node) inside(outer node) bool {
	return n.tree != nil && n.tree == outer.tree && n.i >= outer.i && n.i < outer.raw().end
}

// up is the nearest enclosing node of one of these kinds, or none.
func (n node) up(kinds ...string) node {
	for p := n.parent(); p.ok(); p = p.parent() {
		if p.is(kinds...) {
			return p
		}
	}
	return node{}
}

func lineStarts(source []byte) []uint32 {
	lines := []uint32{0}
	for i, b := range source {
		if b == '\n' {
			lines = append(lines, uint32(i+1))
		}
	}
	return lines
}

// failed is the error of a tree that is not worth reading: more than half of
// the bytes lie in what the grammar could not make sense of. Any other tree is
// read, for an editor's half-written line must not hide a whole file.
func (t *syntaxTree) failed() error {
	var bad uint32
	line := 0
	t.root().walk(func(n node) bool {
		if !n.is("ERROR") {
			return true
		}
		if line == 0 {
			line = n.line()
		}
		bad += n.raw().stop - n.raw().start
		return false
	})
	if content := len(strings.TrimSpace(string(t.source))); int(bad)*2 <= content {
		return nil
	}
	return parseError(line, "most of the file does not parse as its language; check its syntax and its name")
}

// programStart is what wall-clock measurements of a parse count from.
var programStart = time.Now()
