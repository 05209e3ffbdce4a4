package python

import (
	"regexp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// verb is one place of "%s:%(port)d" % values.
var verb = regexp.MustCompile(`%(?:%|(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?[sdrif])`)

// percent folds "…%s…" % values, with a tuple, a dict or one value.
func (p *pythonFile) percent(format string, values syntax.Node) pyValue {
	values = p.follow(values)
	list := []syntax.Node{values}
	if values.Is("tuple") {
		list = values.Children()
	}
	var parts []pyValue
	literal := func(text string) {
		parts = append(parts, pyValue{source: inspect.Literal, text: text, has: true})
	}
	end, place := 0, 0
	for _, m := range verb.FindAllStringSubmatchIndex(format, 100) {
		literal(format[end:m[0]])
		end = m[1]
		switch {
		case format[m[0]:m[1]] == "%%":
			literal("%")
			continue
		case m[2] >= 0:
			parts = append(parts, known(p.evaluate(p.entry(values, format[m[2]:m[3]]))))
		case place < len(list):
			parts = append(parts, known(p.evaluate(list[place])))
			place++
		default:
			return pyValue{source: inspect.Unknown}
		}
	}
	literal(format[end:])
	return join(parts)
}

// known is a value that a text can hold: of nothing, it is unknown.
func known(v pyValue) pyValue {
	if v.source == inspect.None {
		return pyValue{source: inspect.Unknown}
	}
	return v
}
