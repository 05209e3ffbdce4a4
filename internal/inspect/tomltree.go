package inspect

import (
	"bytes"
	"errors"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// readTOMLTree reads a TOML document as nested tables with the lines of keys
// and values. Beside an error it returns what stands before it.
func readTOMLTree(content []byte) (*docNode, error) {
	root := &docNode{kind: objectNode, line: 1, end: 1}
	if yamlNesting(content) > maxDocumentDepth {
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
		return root, parseError(t.line(int(t.parser.Range(at.Highlight).Offset)), "%s", at.Message)
	}
	return root, err
}

type tomlTree struct {
	parser  unstable.Parser
	content []byte
	lines   []int    // offset of each line's first byte
	table   *docNode // that the next key belongs to
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

func (t *tomlTree) expression(root *docNode, n *unstable.Node) {
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
func (t *tomlTree) descend(from *docNode, n *unstable.Node, add bool) (*docNode, int) {
	line, depth := from.line, 0
	for it := n.Key(); it.Next(); depth++ {
		if depth > maxDocumentDepth {
			break
		}
		line = t.line(int(it.Node().Raw.Offset))
		key := string(it.Node().Data)
		last := it.IsLast()
		m := from.member(key)
		if m == nil {
			value := &docNode{kind: objectNode, line: line, end: line}
			if last && add {
				value.kind = arrayNode
			}
			from.members = append(from.members, docMember{key, line, value})
			m = &from.members[len(from.members)-1]
		}
		from = m.value
		if from.kind != arrayNode {
			continue
		}
		if last && add || len(from.items) == 0 {
			from.items = append(from.items, &docNode{kind: objectNode, line: line, end: line})
		}
		from = from.items[len(from.items)-1]
	}
	return from, line
}

func (t *tomlTree) keyValue(table *docNode, n *unstable.Node) {
	var keys []string
	line := 0
	for it := n.Key(); it.Next(); {
		if line == 0 {
			line = t.line(int(it.Node().Raw.Offset))
		}
		keys = append(keys, string(it.Node().Data))
	}
	for i, key := range keys {
		if i == len(keys)-1 || i > maxDocumentDepth {
			value := t.value(n.Value(), line)
			table.members = append(table.members, docMember{key, line, value})
			return
		}
		next := table.get(key)
		if next == nil {
			next = &docNode{kind: objectNode, line: line, end: line}
			table.members = append(table.members, docMember{key, line, next})
		}
		table = next
	}
}

// value reads a value; line is where it starts if it does not tell itself.
func (t *tomlTree) value(n *unstable.Node, line int) *docNode {
	if n.Raw.Length > 0 {
		line = t.line(int(n.Raw.Offset))
	}
	v := &docNode{line: line, end: line}
	switch n.Kind {
	case unstable.InlineTable:
		v.kind = objectNode
		for it := n.Children(); it.Next(); {
			t.keyValue(v, it.Node())
		}
		if k := len(v.members); k > 0 {
			v.end = max(v.end, v.members[k-1].value.end)
		}
	case unstable.Array:
		v.kind = arrayNode
		for it := n.Children(); it.Next(); {
			if it.Node().Kind == unstable.Comment {
				continue
			}
			item := t.value(it.Node(), line)
			v.items = append(v.items, item)
			v.end = max(v.end, item.end)
		}
	case unstable.String:
		v.kind, v.text = textNode, strings.Clone(string(n.Data))
		if n.Raw.Length > 0 {
			raw := t.content[n.Raw.Offset : n.Raw.Offset+n.Raw.Length]
			v.end = v.line + bytes.Count(raw, []byte("\n"))
		}
	default:
		v.kind, v.text = plainNode, strings.Clone(string(n.Data))
	}
	return v
}
