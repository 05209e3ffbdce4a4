package helm

import (
	"regexp"
	"strings"
)

// call calls a function of templates. One that is not followed, and one that is
// given what is not known, makes what is not known.
func (m *machine) call(name string, args []any) any {
	switch name {
	case "include", "tpl":
		if len(args) != 2 {
			return unknown{}
		}
		text, ok := args[0].(string)
		if !ok {
			return unknown{}
		}
		if name == "include" {
			return m.include(text, args[1])
		}
		return m.tpl(text, args[1])
	case "and", "or":
		return junction(args, name == "or")
	case "any", "all":
		switch holds, known := truth(junction(args, name == "any")); {
		case known && len(args) > 0:
			return holds
		}
		return unknown{}
	case "default":
		if len(args) == 2 {
			return firstOf([]any{args[1], args[0]})
		}
		return firstOf(args[:min(len(args), 1)])
	case "coalesce":
		return firstOf(args)
	case "ternary":
		if len(args) == 3 {
			if holds, known := truth(args[2]); known && holds {
				return args[0]
			} else if known {
				return args[1]
			}
		}
		return unknown{}
	case "dict":
		out := map[string]any{}
		for i := 0; i+1 < len(args); i += 2 {
			key, ok := args[i].(string)
			if !ok {
				return unknown{}
			}
			out[key] = args[i+1]
		}
		return out
	case "list", "tuple":
		return append([]any{}, args...)
	case "indent", "nindent":
		return indented(args, name == "nindent")
	case "toYaml", "mustToYaml", "toYamlPretty":
		if len(args) == 1 {
			return m.written(args[0])
		}
		return unknown{}
	case "trim", "toString":
		if len(args) == 1 {
			if text, ok := args[0].(partial); ok && name == "trim" {
				return partial(strings.TrimSpace(string(text)))
			}
		}
	}
	if value, ok := m.collection(name, args); ok {
		return value
	}
	if strings.HasPrefix(name, "from") && len(args) == 1 {
		if part, ok := args[0].(partial); ok && m.affords(name, []any{string(part)}) {
			if value, ok := functions[name]; ok {
				if made, ok := value(args); ok {
					return made
				}
			}
			return unknown{}
		}
	}
	for _, a := range args {
		switch a.(type) {
		case unknown, partial:
			return unknown{}
		}
	}
	f := functions[name]
	if f == nil || !m.affords(name, args) {
		return unknown{}
	}
	value, ok := f(args)
	if made, isText := value.(string); isText {
		m.steps += len(made) / stepBytes
	}
	if !ok || m.steps > maxSteps {
		return unknown{}
	}
	return value
}

// affords counts what a function reads, and reports whether what it makes can
// still be paid for: some multiply their arguments.
func (m *machine) affords(name string, args []any) bool {
	lengths := make([]int, len(args))
	read := 0
	for i, a := range args {
		if text, ok := a.(string); ok {
			lengths[i] = len(text)
		} else if list, ok := a.([]any); ok {
			lengths[i] = len(list)
		}
		read += lengths[i]
	}
	makes := 0
	switch {
	case name == "replace" && len(args) == 3:
		makes = (lengths[2] + 1) * (lengths[1] + 1)
	case name == "regexReplaceAll" && len(args) == 3:
		makes = (lengths[1] + 1) * (lengths[2] + 1)
	case name == "join" && len(args) == 2:
		makes = (lengths[0] + 1) * (lengths[1] + 1)
	case name == "repeat" && len(args) == 2:
		makes = maxCount * lengths[1]
	case name == "printf":
		format, _ := one(args).(string)
		for _, width := range widths.FindAllString(format, -1) {
			if len(width) > len(".999") {
				return false
			}
		}
		makes = 999 * len(args)
	}
	m.steps += read / stepBytes
	return makes <= maxOutput && m.steps <= maxSteps
}

// widths are the numbers in a format: how wide, and with how many digits.
var widths = regexp.MustCompile(`\.?\d+`)

// stepBytes is how long a text costs as much as running a node.
const stepBytes = 64

// tpl renders a text that is a template itself.
func (m *machine) tpl(text string, dot any) any {
	if !strings.Contains(text, "{{") {
		return text
	}
	if m.steps += (len(text) + 8*len(m.set)) / stepBytes; m.steps > maxSteps {
		return unknown{}
	}
	set := named{}
	for name, root := range m.set {
		set[name] = root
	}
	if m.includes >= maxIncludes {
		return unknown{}
	}
	root, err := set.parseTemplate("tpl", text)
	if err != nil || root == nil {
		return unknown{}
	}
	return m.apart(root, dot)
}

// junction is and, or or: the first operand that decides, else the last.
func junction(args []any, or bool) any {
	var last any = unknown{}
	unsure := false
	for _, a := range args {
		last = a
		switch holds, known := truth(a); {
		case !known:
			unsure = true
		case holds == or && !unsure:
			return a
		case holds == or:
			if or {
				return unknown{} // which of two holds is not known; that one does is
			}
			return false
		}
	}
	if unsure {
		return unknown{}
	}
	return last
}

// firstOf is the first value that is not empty, else the last.
func firstOf(args []any) any {
	var last any
	for _, a := range args {
		last = a
		holds, known := truth(a)
		if !known {
			return unknown{}
		}
		if holds {
			return a
		}
	}
	return last
}

// indented is indent and nindent, which keep what a text has of actions.
func indented(args []any, fresh bool) any {
	if len(args) != 2 {
		return unknown{}
	}
	width, ok := args[0].(int64)
	if !ok || width < 0 || width > maxCount {
		return unknown{}
	}
	part, partly := args[1].(partial)
	text, known := textOf(args[1])
	if partly {
		text = string(part)
	} else if !known {
		return unknown{}
	}
	if grown := len(text) + strings.Count(text, "\n")*int(width); grown > maxOutput {
		return unknown{}
	}
	pad := strings.Repeat(" ", int(width))
	text = pad + strings.ReplaceAll(text, "\n", "\n"+pad)
	if fresh {
		text = "\n" + text
	}
	if partly {
		return partial(text)
	}
	return text
}
