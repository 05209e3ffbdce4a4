package document

import (
	"bytes"
	"errors"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"twelvefold/internal/inspect"
)

// TOMLValue is one value of a TOML document under its full dotted key. Items
// of an array of tables have their index in the key: "services.0.internal_port".
type TOMLValue struct {
	Key  string
	Line int
	Text string   // of a string, number or boolean
	list []string // of an array of such
}

// ReadTOML lists a document's values in order. Beside an error it returns those
// that stand before it.
func ReadTOML(content []byte) (values []TOMLValue, err error) {
	if yamlNesting(content) > maxYAMLNesting {
		return nil, errors.New("brackets nest too deep")
	}
	r := &tomlReader{tables: map[string]int{}}
	for at := 0; ; {
		r.lineStarts = append(r.lineStarts, at)
		next := bytes.IndexByte(content[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	r.parser.Reset(content)
	for r.parser.NextExpression() {
		r.expression(r.parser.Expression())
	}
	if err := r.parser.Error(); err != nil {
		message := err.Error()
		var at *unstable.ParserError
		if errors.As(err, &at) && len(at.Highlight) > 0 {
			return r.values, inspect.ParseError(r.line(r.parser.Range(at.Highlight)), "%s", at.Message)
		}
		return r.values, errors.New(inspect.ShortError(message))
	}
	return r.values, nil
}

type tomlReader struct {
	parser     unstable.Parser
	lineStarts []int
	table      string         // prefix of the keys that follow
	tables     map[string]int // how many items an array of tables has so far
	values     []TOMLValue
}

func (r *tomlReader) line(at unstable.Range) int {
	return sort.SearchInts(r.lineStarts, int(at.Offset)+1)
}

func (r *tomlReader) expression(n *unstable.Node) {
	switch n.Kind {
	case unstable.Table:
		r.table = r.path(n)
	case unstable.ArrayTable:
		name := r.path(n)
		r.table = name + "." + strconv.Itoa(r.tables[name])
		r.tables[name]++
	case unstable.KeyValue:
		r.keyValue(r.table, n)
	}
}

// path is a table's key, with the index of the current item put in for each
// array of tables on the way.
func (r *tomlReader) path(n *unstable.Node) string {
	var path string
	for it := n.Key(); it.Next(); {
		path = joinKey(path, string(it.Node().Data))
		if count := r.tables[path]; count > 0 && !it.IsLast() {
			path += "." + strconv.Itoa(count-1)
		}
	}
	return path
}

// maxTOMLKey bounds the bytes of a dotted key: each table repeats its
// prefix. A longer one is cut, and then is no key that anyone asks for.
const maxTOMLKey = 512

func joinKey(prefix, key string) string {
	if len(prefix) > maxTOMLKey {
		return prefix
	}
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}

func (r *tomlReader) keyValue(prefix string, n *unstable.Node) {
	key, line := prefix, 0
	for it := n.Key(); it.Next(); {
		if line == 0 {
			line = r.line(it.Node().Raw)
		}
		key = joinKey(key, string(it.Node().Data))
	}
	r.value(key, line, n.Value())
}

func (r *tomlReader) value(key string, line int, n *unstable.Node) {
	switch n.Kind {
	case unstable.InlineTable:
		for it := n.Children(); it.Next(); {
			r.keyValue(key, it.Node())
		}
	case unstable.Array:
		v := TOMLValue{Key: key, Line: line}
		index := 0
		for it := n.Children(); it.Next(); {
			switch item := it.Node(); item.Kind {
			case unstable.InlineTable:
				r.value(key+"."+strconv.Itoa(index), line, item)
				index++
			case unstable.Array, unstable.Comment:
			default:
				v.list = append(v.list, string(item.Data))
			}
		}
		r.values = append(r.values, v)
	default:
		r.values = append(r.values, TOMLValue{Key: key, Line: line, Text: strings.Clone(string(n.Data))})
	}
}
