package document

import (
	"bytes"
	"errors"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"twelvefold/internal/inspect"
)

// ReadTOMLTree reads a TOML document as nested tables with the lines of keys
// and values. Beside an error it returns what stands before it.
func ReadTOMLTree(content []byte) (*Node, error) {
	root := &Node{kind: objectNode, Line: 1, End: 1}
	if yamlNesting(content) > MaxDepth {
		return root, errors.New("brackets nest too deep")
	}
	t := &tomlTree{content: content, table: root}
	t.parser.Reset(content)
	for t.parser.NextExpression() {
		t.expression(root, t.parser.Expression())
	}
	err := t.parser.Error()
	var at *unstable.ParserError
	if errors.As(err, &at) && len(at.Highlight) > 0 {
		return root, inspect.ParseError(t.line(int(t.parser.Range(at.Highlight).Offset)), "%s", at.Message)
	}
	return root, err
}

type tomlTree struct {
	parser  unstable.Parser
	content []byte
	lines   []int // offset of each line's first byte
	table   *Node // that the next key belongs to
}

// line is the line of a byte.
func (t *tomlTree) line(offset int) int {
	if t.lines == nil {
		t.lines = []int{0}
		for i, c := range t.content {
			if c == '\n' {
				t.lines = append(t.lines, i+1)
			}
		}
	}
	return sort.SearchInts(t.lines, offset+1)
}

func (t *tomlTree) expression(root *Node, n *unstable.Node) {
	switch n.Kind {
	case unstable.Table:
		t.table, _ = t.descend(root, n, false)
	case unstable.ArrayTable:
		t.table, _ = t.descend(root, n, true)
	case unstable.KeyValue:
		t.keyValue(t.table, n)
	}
}

// descend finds or makes the table that a key names. Of an array of tables it
// is the last one, or with add a new one.
func (t *tomlTree) descend(from *Node, n *unstable.Node, add bool) (*Node, int) {
	line, depth := from.Line, 0
	for it := n.Key(); it.Next(); depth++ {
		if depth > MaxDepth {
			break
		}
		line = t.line(int(it.Node().Raw.Offset))
		key := string(it.Node().Data)
		last := it.IsLast()
		m := from.member(key)
		if m == nil {
			value := &Node{kind: objectNode, Line: line, End: line}
			if last && add {
				value.kind = arrayNode
			}
			from.members = append(from.members, docMember{key, line, value})
			m = &from.members[len(from.members)-1]
		}
		from = m.Value
		if from.kind != arrayNode {
			continue
		}
		if last && add || len(from.items) == 0 {
			from.items = append(from.items, &Node{kind: objectNode, Line: line, End: line})
		}
		from = from.items[len(from.items)-1]
	}
	return from, line
}

func (t *tomlTree) keyValue(table *Node, n *unstable.Node) {
	var keys []string
	line := 0
	for it := n.Key(); it.Next(); {
		if line == 0 {
			line = t.line(int(it.Node().Raw.Offset))
		}
		keys = append(keys, string(it.Node().Data))
	}
	for i, key := range keys {
		if i == len(keys)-1 || i > MaxDepth {
			value := t.value(n.Value(), line)
			table.members = append(table.members, docMember{key, line, value})
			return
		}
		next := table.Get(key)
		if next == nil {
			next = &Node{kind: objectNode, Line: line, End: line}
			table.members = append(table.members, docMember{key, line, next})
		}
		table = next
	}
}

// value reads a value; line is where it starts if it does not tell itself.
func (t *tomlTree) value(n *unstable.Node, line int) *Node {
	if n.Raw.Length > 0 {
		line = t.line(int(n.Raw.Offset))
	}
	v := &Node{Line: line, End: line}
	switch n.Kind {
	case unstable.InlineTable:
		v.kind = objectNode
		for it := n.Children(); it.Next(); {
			t.keyValue(v, it.Node())
		}
		if k := len(v.members); k > 0 {
			v.End = max(v.End, v.members[k-1].Value.End)
		}
	case unstable.Array:
		v.kind = arrayNode
		for it := n.Children(); it.Next(); {
			if it.Node().Kind == unstable.Comment {
				continue
			}
			item := t.value(it.Node(), line)
			v.items = append(v.items, item)
			v.End = max(v.End, item.End)
		}
	case unstable.String:
		v.kind, v.text = textNode, strings.Clone(string(n.Data))
		if n.Raw.Length > 0 {
			raw := t.content[n.Raw.Offset : n.Raw.Offset+n.Raw.Length]
			v.End = v.Line + bytes.Count(raw, []byte("\n"))
		}
	default:
		v.kind, v.text = plainNode, strings.Clone(string(n.Data))
	}
	return v
}
