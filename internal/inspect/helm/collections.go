package helm

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// collection calls a function of maps and lists, which may hold what is not
// known; ok is false for any other function.
func (m *machine) collection(name string, args []any) (value any, ok bool) {
	if len(args) == 0 {
		return nil, false
	}
	switch name {
	case "index", "get", "dig":
		return member(name, args), true
	case "hasKey":
		of, isMap := args[0].(map[string]any)
		key, isText := last(args).(string)
		if !isMap || !isText {
			return unknown{}, true
		}
		_, has := of[key]
		return has, true
	case "len":
		items, known := itemsOf(args[0])
		if s, isText := args[0].(string); isText {
			return int64(len(s)), true
		}
		if !known {
			return unknown{}, true
		}
		return int64(len(items)), true
	case "keys", "values":
		return inside(name, args), true
	case "first", "last", "rest", "initial":
		return end(name, args[0]), true
	case "concat", "append", "prepend", "mustAppend":
		return joined(name, args), true
	case "has":
		list, isList := last(args).([]any)
		if !isList || slices.ContainsFunc(list, func(v any) bool { _, none := v.(unknown); return none }) {
			return unknown{}, true
		}
		return slices.ContainsFunc(list, func(v any) bool { return same(v, args[0]) }), true
	case "merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite":
		return m.mergedAll(args, name == "mergeOverwrite" || name == "mustMergeOverwrite"), true
	case "deepCopy", "mustDeepCopy":
		return m.copied(args[0]), true
	case "kindIs", "kindOf", "typeIs", "typeOf":
		return ofKind(name, args), true
	case "omit", "pick":
		return selected(args, name == "pick"), true
	case "set", "unset":
		return m.altered(name, args), true
	case "uniq", "mustUniq", "compact", "mustCompact", "without", "mustWithout", "sortAlpha", "reverse", "mustReverse":
		return sifted(name, args), true
	case "slice", "mustSlice":
		return part(args), true
	}
	return nil, false
}

// member is index, get and dig.
func member(name string, args []any) any {
	path, v := args[1:], args[0]
	var otherwise any
	if name == "dig" {
		if len(args) < 3 {
			return unknown{}
		}
		path, v, otherwise = args[:len(args)-2], args[len(args)-1], args[len(args)-2]
	}
	for _, key := range path {
		switch of := v.(type) {
		case map[string]any:
			text, isText := key.(string)
			if !isText {
				return unknown{}
			}
			held, has := of[text]
			if v = held; !has && name == "dig" {
				return otherwise
			} else if !has && name == "get" {
				return ""
			}
		case []any:
			i, isNumber := key.(int64)
			if !isNumber || i < 0 || i >= int64(len(of)) {
				return unknown{}
			}
			v = of[i]
		default:
			return unknown{}
		}
	}
	return v
}

func inside(name string, args []any) any {
	out := []any{}
	for _, a := range args {
		m, ok := a.(map[string]any)
		if !ok {
			return unknown{}
		}
		for _, key := range keysOf(m) {
			if name == "keys" {
				out = append(out, key)
			} else {
				out = append(out, m[key])
			}
		}
	}
	return out
}

func end(name string, v any) any {
	list, ok := v.([]any)
	switch {
	case !ok:
		return unknown{}
	case len(list) == 0:
		return nil
	case name == "first":
		return list[0]
	case name == "last":
		return list[len(list)-1]
	case name == "rest":
		return slices.Clone(list[1:])
	}
	return slices.Clone(list[:len(list)-1])
}

func joined(name string, args []any) any {
	out := []any{}
	if name == "concat" {
		for _, a := range args {
			list, ok := a.([]any)
			if !ok && a != nil {
				return unknown{}
			}
			out = append(out, list...)
		}
		return out
	}
	list, ok := args[0].([]any)
	if !ok && args[0] != nil || len(args) != 2 {
		return unknown{}
	}
	if name == "prepend" {
		return append(append(out, args[1]), list...)
	}
	return append(append(out, list...), args[1])
}

// mergedAll is merge, of which the first map's values hold, or mergeOverwrite,
// of which the last one's do. Both change the first map, and take what is empty
// for not given.
func (m *machine) mergedAll(args []any, overwrite bool) any {
	into, ok := args[0].(map[string]any)
	if !ok {
		return unknown{}
	}
	m.changed = true
	for _, a := range args[1:] {
		of, ok := a.(map[string]any)
		if !ok && a != nil || m.holds(a, into) {
			clear(into)
			return unknown{}
		}
		m.merge(into, of, overwrite)
	}
	return into
}

func (m *machine) merge(into, of map[string]any, overwrite bool) {
	for key, given := range of {
		if m.steps++; m.steps > maxSteps {
			return
		}
		held, has := into[key]
		above, isMap := held.(map[string]any)
		below, both := given.(map[string]any)
		set, known := truth(held)
		switch {
		case isMap && both && len(above) > 0:
			own := maps.Clone(above) // other values may share it
			m.merge(own, below, overwrite)
			into[key] = own
		case given == nil && !overwrite:
		case overwrite, !has, known && !set:
			into[key] = given
		case !known:
			into[key] = unknown{}
		}
	}
}

// holds reports whether a value leads to a map: put into that map, it would
// never end. What takes too long to tell counts as if it did.
func (m *machine) holds(v any, of map[string]any) bool {
	if m.steps++; m.steps > maxSteps {
		return true
	}
	switch v := v.(type) {
	case map[string]any:
		if same(v, of) {
			return true
		}
		for _, value := range v {
			if m.holds(value, of) {
				return true
			}
		}
	case []any:
		for _, value := range v {
			if m.holds(value, of) {
				return true
			}
		}
	}
	return false
}

// altered is set and unset, which change the map that they are given.
func (m *machine) altered(name string, args []any) any {
	of, isMap := args[0].(map[string]any)
	if !isMap || len(args) < 2 {
		return unknown{}
	}
	key, isText := args[1].(string)
	m.changed = true
	switch {
	case !isText:
		for key := range of { // any of them may be meant
			of[key] = unknown{}
		}
	case name == "unset":
		delete(of, key)
	case len(args) == 3 && !m.holds(args[2], of):
		of[key] = args[2]
	default:
		of[key] = unknown{}
	}
	return of
}

// sifted is what keeps the members of a list, but not all, or in another order.
func sifted(name string, args []any) any {
	name = strings.ToLower(strings.TrimPrefix(name, "must"))
	list, ok := args[0].([]any)
	if !ok || len(list) > maxCount || slices.ContainsFunc(list, isUnknown) {
		return unknown{}
	}
	out := []any{}
	for _, v := range list {
		full, _ := truth(v)
		switch {
		case name == "uniq" && slices.ContainsFunc(out, func(o any) bool { return reflect.DeepEqual(o, v) }):
		case name == "compact" && !full:
		case name == "without" && slices.ContainsFunc(args[1:], func(o any) bool { return reflect.DeepEqual(o, v) }):
		default:
			out = append(out, v)
		}
	}
	switch name {
	case "reverse":
		slices.Reverse(out)
	case "sortalpha":
		s, ok := texts(out)
		if !ok {
			return unknown{}
		}
		slices.Sort(s)
		return listOf(s)
	}
	return out
}

// copied is a value of which nothing is shared.
func (m *machine) copied(v any) any {
	if m.steps++; m.steps > maxSteps {
		return unknown{}
	}
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = m.copied(value)
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, value := range v {
			out = append(out, m.copied(value))
		}
		return out
	}
	return v
}

func isUnknown(v any) bool {
	switch v.(type) {
	case unknown, partial:
		return true
	}
	return false
}

// part is slice: of a list, from one place to before another.
func part(args []any) any {
	from, to := int64(0), int64(0)
	list, ok := args[0].([]any)
	for i, a := range args[1:] {
		n, known := whole(a)
		if !known || i > 1 {
			return unknown{}
		}
		if i == 0 {
			from = n
		} else {
			to = n
		}
	}
	if len(args) < 3 {
		to = int64(len(list))
	}
	if !ok || from < 0 || from > to || to > int64(len(list)) {
		return unknown{}
	}
	return slices.Clone(list[from:to])
}

func selected(args []any, keep bool) any {
	m, ok := args[0].(map[string]any)
	if !ok {
		return unknown{}
	}
	out := map[string]any{}
	for key, value := range m {
		if slices.Contains(args[1:], any(key)) == keep {
			out[key] = value
		}
	}
	return out
}
