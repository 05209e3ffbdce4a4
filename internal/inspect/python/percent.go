package python

import (
	"regexp"

	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// verb is one place of "%s:%(port)d" % values.
var verb = regexp.MustCompile(`%(?:%|(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?[sdrif])`)

// percent folds "…%s…" % values, with a tuple, a dict or one value.
func (p *pythonFile) percent(format string, values syntax.Node) fold.Value {
	values = p.follow(values)
	list := []syntax.Node{values}
	if values.Is("tuple") {
		list = values.Children()
	}
	var parts []fold.Value
	literal := func(text string) {
		parts = append(parts, fold.Literal(text))
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
			parts = append(parts, p.evaluate(p.entry(values, format[m[2]:m[3]])).OrUnknown())
		case place < len(list):
			parts = append(parts, p.evaluate(list[place]).OrUnknown())
			place++
		default:
			return fold.Unknown
		}
	}
	literal(format[end:])
	return fold.Join(parts...)
}
