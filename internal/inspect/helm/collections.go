package helm

import "slices"

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
	case "merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite", "deepCopy", "mustDeepCopy":
		return m.mergedAll(args, name == "mergeOverwrite" || name == "mustMergeOverwrite"), true
	case "omit", "pick":
		return selected(args, name == "pick"), true
	case "set":
		of, isMap := args[0].(map[string]any)
		if !isMap || len(args) != 3 {
			return unknown{}, true
		}
		if key, isText := args[1].(string); isText {
			of[key] = args[2]
			switch args[2].(type) {
			case map[string]any, []any:
				of[key] = unknown{} // it could hold the map itself
			}
		}
		return of, true
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
// of which the last one's do.
func (m *machine) mergedAll(args []any, overwrite bool) any {
	out := map[string]any{}
	for _, a := range args {
		of, ok := a.(map[string]any)
		if !ok && a != nil {
			return unknown{}
		}
		left := maxSteps - m.steps
		if overwrite {
			out = mergedWithin(out, of, &left)
		} else {
			out = mergedWithin(of, out, &left)
		}
		m.steps = maxSteps - left
	}
	return out
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
