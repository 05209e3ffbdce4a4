// Package syntax parses source code into trees that Go can walk: the one place
// that knows tree-sitter.
package syntax

import (
	"sort"
	"strings"
	"time"

	"twelvefold/internal/inspect"
)

// Grammar names one of the tree-sitter grammars that are linked in.
type Grammar string

// The grammars.
const (
	Python     Grammar = "python"
	JavaScript Grammar = "javascript"
	TypeScript Grammar = "typescript"
	TSX        Grammar = "tsx"
	Ruby       Grammar = "ruby"
	Java       Grammar = "java"
	Kotlin     Grammar = "kotlin"
	PHP        Grammar = "php" // with its HTML
	CSharp     Grammar = "csharp"
)

// Bounds of one parse. A file that needs more is not written by a person.
const (
	parseTime    = 2 * time.Second        // of the processor, whatever the file's size
	parseSlice   = 100 * time.Millisecond // after which the time is looked at
	maxTreeDepth = 400                    // levels kept of a tree, so that an extractor may recurse over nodes
	feedChunk    = 16 << 10

	// What a file of some size may take in all, mended or not. The slowest of 37,000
	// files of programs took 1 ms for each of its kilobytes; text that is no
	// program at all keeps a parser recovering from one error after the other,
	// in time that grows with the square of its length.
	parseStart       = 200 * time.Millisecond
	parsePerKilobyte = 4 * time.Millisecond
	// maxUnpaired bounds the brackets without their partners in a file that needs more
	// than one slice: one that is being written has a handful.
	maxUnpaired = 100
)

// allowed is the processor's time that the parses of a file of this size may
// take together.
func allowed(size int) time.Duration {
	return min(parseTime, parseStart+time.Duration(size>>10)*parsePerKilobyte)
}

// kindInfo is what a grammar says of one kind of node.
type kindInfo struct {
	name  string
	named bool
	word  bool // an anonymous token that is a keyword: "async", "const"
}

// treeNode is one node of a Tree. Nodes are stored in source order,
// parents first, so the subtree of node i is nodes[i:end].
type treeNode struct {
	start, stop uint32 // bytes
	parent, end int32
	kind        uint16
	field       uint16
}

// Tree is a parsed file, copied out of C: named nodes, operators and
// keywords, no punctuation. It needs no closing.
type Tree struct {
	source []byte
	kinds  []kindInfo
	fields []string
	nodes  []treeNode
	lines  []uint32 // byte offset of each line's start
}

// Node is one node of a syntax tree. The zero node stands for "none": its kind
// is "", it has no text and no children, so lookups can be chained.
type Node struct {
	tree *Tree
	i    int32
}

// Root is the whole file.
func (t *Tree) Root() Node {
	if len(t.nodes) == 0 {
		return Node{}
	}
	return Node{t, 0}
}

// Len is the number of nodes.
func (t *Tree) Len() int { return len(t.nodes) }

// At is the node with this index.
func (t *Tree) At(index int) Node { return Node{t, int32(index)} }

// Source is the file, with a newline at its end.
func (t *Tree) Source() []byte { return t.source }

func (n Node) raw() *treeNode { return &n.tree.nodes[n.i] }

func (n Node) OK() bool { return n.tree != nil }

// Kind is the grammar's name of the node: "call", "if_statement"; an
// operator's or keyword's is its text.
func (n Node) Kind() string {
	if n.tree == nil {
		return ""
	}
	return n.tree.kinds[n.raw().kind].name
}

func (n Node) Is(kinds ...string) bool {
	k := n.Kind()
	for _, want := range kinds {
		if k == want && k != "" {
			return true
		}
	}
	return false
}

// IsComment reports whether the node is a comment, in any of the grammars.
func (n Node) IsComment() bool {
	return n.Is("comment", "line_comment", "block_comment", "multiline_comment")
}

func (n Node) Named() bool { return n.tree != nil && n.tree.kinds[n.raw().kind].named }

// Text is the source of the node, as written.
func (n Node) Text() string {
	if n.tree == nil {
		return ""
	}
	raw := n.raw()
	return string(n.tree.source[raw.start:raw.stop])
}

// Span is the node's bytes in the file: from, up to but without to.
func (n Node) Span() (from, to int) {
	if n.tree == nil {
		return 0, 0
	}
	return int(n.raw().start), int(n.raw().stop)
}

// Line is the first line, 1-based.
func (n Node) Line() int {
	if n.tree == nil {
		return 0
	}
	return n.tree.lineAt(n.raw().start)
}

// EndLine is the line of the last byte that is neither space nor semicolon,
// 1-based: a statement without its semicolon reaches to the next one.
func (n Node) EndLine() int {
	if n.tree == nil {
		return 0
	}
	raw := n.raw()
	stop := raw.stop
	for stop > raw.start && (n.tree.source[stop-1] <= ' ' || n.tree.source[stop-1] == ';') {
		stop--
	}
	return n.tree.lineAt(max(stop, raw.start+1) - 1)
}

func (t *Tree) lineAt(offset uint32) int {
	return sort.Search(len(t.lines), func(i int) bool { return t.lines[i] > offset })
}

// Parent is the enclosing node; none for the root.
func (n Node) Parent() Node {
	if n.tree == nil || n.raw().parent < 0 {
		return Node{}
	}
	return Node{n.tree, n.raw().parent}
}

// Field is the child that the grammar calls name: "function", "left".
func (n Node) Field(name string) Node {
	for c := n.firstAny(); c.OK(); c = c.nextAny() {
		if f := c.raw().field; f != 0 && n.tree.fields[f] == name {
			return c
		}
	}
	return Node{}
}

// FieldName is what the grammar calls this node in its parent, or "".
func (n Node) FieldName() string {
	if n.tree == nil {
		return ""
	}
	return n.tree.fields[n.raw().field]
}

// Has reports whether a keyword or operator stands directly in the node:
// has("async").
func (n Node) Has(token string) bool {
	for c := n.firstAny(); c.OK(); c = c.nextAny() {
		if !c.Named() && c.Kind() == token {
			return true
		}
	}
	return false
}

// First and next go over the named children without allocation:
//
//	for c := n.first(); c.ok(); c = c.next() { … }
func (n Node) First() Node { return n.firstAny().orNextNamed() }
func (n Node) Next() Node  { return n.nextAny().orNextNamed() }

func (n Node) orNextNamed() Node {
	for n.OK() && !n.Named() {
		n = n.nextAny()
	}
	return n
}

func (n Node) firstAny() Node {
	if n.tree == nil || n.raw().end == n.i+1 {
		return Node{}
	}
	return Node{n.tree, n.i + 1}
}

func (n Node) nextAny() Node {
	if n.tree == nil || n.raw().parent < 0 {
		return Node{}
	}
	after := n.raw().end
	if after >= n.tree.nodes[n.raw().parent].end {
		return Node{}
	}
	return Node{n.tree, after}
}

// Children are the named children, comments among them.
func (n Node) Children() []Node {
	var list []Node
	for c := n.First(); c.OK(); c = c.Next() {
		list = append(list, c)
	}
	return list
}

// Child is the i-th named child that is not a comment, or none.
func (n Node) Child(i int) Node {
	for c := n.First(); c.OK(); c = c.Next() {
		if c.IsComment() {
			continue
		}
		if i == 0 {
			return c
		}
		i--
	}
	return Node{}
}

// Walk visits the node and all named nodes below it in source order. When
// visit returns false, what is below that node is left out.
func (n Node) Walk(visit func(Node) bool) {
	if n.tree == nil {
		return
	}
	end := n.raw().end
	for i := n.i; i < end; {
		c := Node{n.tree, i}
		if c.Named() && !visit(c) {
			i = c.raw().end
			continue
		}
		i++
	}
}

// Inside reports whether the node is n itself or below outer.
func (n Node) Inside(outer Node) bool {
	return n.tree != nil && n.tree == outer.tree && n.i >= outer.i && n.i < outer.raw().end
}

// Index is the node's place in its tree, -1 of none.
func (n Node) Index() int32 {
	if n.tree == nil {
		return -1
	}
	return n.i
}

// Up is the nearest enclosing node of one of these kinds, or none.
func (n Node) Up(kinds ...string) Node {
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Is(kinds...) {
			return p
		}
	}
	return Node{}
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
func (t *Tree) failed(bad uint32, line int) error {
	if content := len(strings.TrimSpace(string(t.source))); int(bad)*2 <= content {
		return nil
	}
	return inspect.ParseError(line, "most of the file does not parse as its language; check its syntax and its name")
}

// nonsense is how many bytes lie in what the grammar could make no sense of,
// and the first line of them.
func (t *Tree) nonsense() (bad uint32, line int) {
	t.Root().Walk(func(n Node) bool {
		if !n.Is("ERROR") && !(n.Is("infix_expression") && n.Child(0).Is("identifier") && n.Child(0).Text() == "class") { // Kotlin's: class A { } as a call
			return true
		}
		if line == 0 {
			line = n.Line()
		}
		bad += n.raw().stop - n.raw().start
		return false
	})
	return bad, line
}

// programStart is what wall-clock measurements of a parse count from.
var programStart = time.Now()
