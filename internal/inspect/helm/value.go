package helm

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect/document"
)

// Values of templates are nil, bool, int64, float64, string, map[string]any and
// []any, as Helm reads them from YAML, and these:

// unknown is what the repository does not tell.
type unknown struct{}

// partial is a text of which some is still an action, or stands under a
// condition that is not known.
type partial string

// open is an object of Helm's own of which only some fields are known.
type open map[string]any

// truth is what a condition makes of a value; known is false when nothing tells.
func truth(v any) (holds, known bool) {
	switch v := v.(type) {
	case nil:
		return false, true
	case bool:
		return v, true
	case int64:
		return v != 0, true
	case float64:
		return v != 0, true
	case string:
		return v != "", true
	case map[string]any:
		return len(v) > 0, true
	case []any:
		return len(v) > 0, true
	case open:
		return true, true
	case fileSet:
		return len(v.content) > 0, true
	}
	return false, false
}

// textOf is how a value prints; known is false for what can't be told.
func textOf(v any) (text string, known bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	}
	return "", false
}

// field is a member of a value; nil when it has none of that name.
func field(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		return v[name]
	case fileSet:
		return v.field(name)
	case open:
		if member, ok := v[name]; ok {
			return member
		}
	}
	return unknown{} // Helm itself stops at a member of nothing: an operator has to give it
}

type item struct{ key, value any }

// itemsOf lists what range goes over.
func itemsOf(v any) (items []item, known bool) {
	switch v := v.(type) {
	case nil:
		return nil, true
	case []any:
		for i, value := range v {
			items = append(items, item{int64(i), value})
		}
		return items, true
	case map[string]any:
		for _, key := range keysOf(v) {
			items = append(items, item{key, v[key]})
		}
		return items, true
	case fileSet:
		for _, name := range v.names() {
			items = append(items, item{name, v.content[name]})
		}
		return items, true
	case float64:
		if float64(int64(v)) == v {
			return itemsOf(int64(v))
		}
	case int64:
		for i := range min(v, maxCount) {
			items = append(items, item{i, i})
		}
		return items, true
	}
	return nil, false
}

// maxCount bounds the rounds of a loop over a number.
const maxCount = 1000

func keysOf(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// same reports whether two values are known to be equal: maps and lists are only
// when they are one.
func same(a, b any) bool {
	switch reflect.ValueOf(a).Kind() {
	case reflect.Map, reflect.Slice:
		return reflect.TypeOf(a) == reflect.TypeOf(b) && reflect.ValueOf(a).Len() == reflect.ValueOf(b).Len() && reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
	}
	switch reflect.ValueOf(b).Kind() {
	case reflect.Map, reflect.Slice:
		return false
	}
	return a == b
}

// merged is base with over laid upon it, as Helm merges values: maps by key,
// all else as a whole; null takes a key away.
func merged(base, over map[string]any) map[string]any {
	left := maxNodes
	return mergedWithin(base, over, &left)
}

// maxNodes bounds what is gone through of values that a template put together
// of each other.
const maxNodes = 100_000

func mergedWithin(base, over map[string]any, left *int) map[string]any {
	out := make(map[string]any, len(base)+len(over))
	for key, value := range base {
		out[key] = value
	}
	*left -= len(base) + len(over) + 1
	for key, value := range over {
		below, isMap := out[key].(map[string]any)
		above, both := value.(map[string]any)
		switch {
		case value == nil:
			delete(out, key)
		case isMap && both && *left > 0:
			out[key] = mergedWithin(below, above, left)
		default:
			out[key] = value
		}
	}
	return out
}

// agreed keeps what both say; what they say differently is unknown.
func agreed(a, b any) any {
	left, isMap := a.(map[string]any)
	right, both := b.(map[string]any)
	if !isMap || !both {
		if reflect.DeepEqual(a, b) {
			return a
		}
		return unknown{}
	}
	out := map[string]any{}
	for _, m := range []map[string]any{left, right} {
		for key := range m {
			l, inLeft := left[key]
			r, inRight := right[key]
			out[key] = unknown{}
			if inLeft && inRight {
				out[key] = agreed(l, r)
			}
		}
	}
	return out
}

// maxDepth bounds values in values.
const maxDepth = 40

// readValues reads a file of values; nil when it is none.
func readValues(content []byte) map[string]any {
	documents, err := document.Documents(content, func([]byte) bool { return true })
	if err != nil || len(documents) == 0 {
		return nil
	}
	d := documents[0]
	values, _ := valueOf(d, d.Root, 0).(map[string]any)
	return values
}

func valueOf(d *document.YAML, n *yaml.Node, depth int) any {
	n = document.Dealias(n)
	if n == nil || depth > maxDepth {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		pairs := d.Mapping(n)
		for i := len(pairs) - 1; i >= 0; i-- { // merged keys stand behind own ones
			out[keyOf(pairs[i].Key)] = valueOf(d, pairs[i].Value, depth+1)
		}
		return out
	case yaml.SequenceNode:
		out := []any{}
		for _, child := range d.Sequence(n) {
			out = append(out, valueOf(d, child, depth+1))
		}
		return out
	case yaml.ScalarNode:
		if d.IsTemplate() && document.IsTemplated(n.Value) {
			return unknown{}
		}
		return scalar(n)
	}
	return nil
}

// keyOf is a key as Helm names it: on and yes are true there, too.
func keyOf(n *yaml.Node) string {
	if is, ok := scalar(n).(bool); ok {
		return strconv.FormatBool(is)
	}
	return n.Value
}

// scalar is a scalar as YAML types it.
func scalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int":
		if i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 0, 64); err == nil {
			return float64(i) // as Helm holds numbers of files: a million prints as 1e+06
		}
	case "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	}
	if n.Style == 0 && n.Tag != "!" {
		if is, ok := words11[strings.ToLower(n.Value)]; ok && (n.Value == strings.ToLower(n.Value) || n.Value == strings.ToUpper(n.Value) || n.Value[1:] == strings.ToLower(n.Value[1:])) {
			return is
		}
	}
	return n.Value
}

// words11 are YAML 1.1's words for true and false, which Helm reads.
var words11 = map[string]bool{"y": true, "yes": true, "on": true, "n": false, "no": false, "off": false}

// written is a value as toYaml writes it.
func (m *machine) written(v any) any {
	if _, none := v.(unknown); none {
		return v
	}
	var out strings.Builder
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	if err := encoder.Encode(m.plain(v)); err != nil || out.Len() > maxOutput {
		return unknown{}
	}
	text := strings.TrimSuffix(out.String(), "\n")
	if strings.Contains(text, notKnown) {
		return partial(text)
	}
	return text
}

const notKnown = "{{ unknown }}"

// plain is a value with actions in place of what is not known.
func (m *machine) plain(v any) any {
	if m.steps++; m.steps > maxSteps {
		return notKnown
	}
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = m.plain(value)
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, value := range v {
			out = append(out, m.plain(value))
		}
		return out
	case unknown, partial, open:
		return notKnown
	case float64:
		if i := int64(v); float64(i) == v {
			return i // unlike printing, writing YAML keeps whole numbers whole
		}
	}
	return v
}
