package golang

import (
	"regexp"

	"twelvefold/internal/inspect"
)

var formatVerb = regexp.MustCompile(`%[-+# 0]*[0-9.]*[a-zA-Z%]`)

// sprintf puts the arguments in the format's places.
func (f *goFile) sprintf(c goCall, depth int) goValue {
	if len(c.Args) == 0 {
		return goFrom(inspect.Unknown)
	}
	format, has := f.foldAt(c.Args[0], depth+1).text()
	if !has || c.Ellipsis.IsValid() {
		return goFrom(inspect.Unknown)
	}
	var all goValue
	next := 1
	for format != "" {
		at := formatVerb.FindStringIndex(format)
		if at == nil {
			return append(all, goLit(format)...)
		}
		if at[0] > 0 {
			all = append(all, goLit(format[:at[0]])...)
		}
		verb := format[at[1]-1]
		format = format[at[1]:]
		if verb == '%' {
			all = append(all, goLit("%")...)
			continue
		}
		if next >= len(c.Args) {
			return goFrom(inspect.Unknown)
		}
		all = append(all, f.foldAt(c.Args[next], depth+1)...)
		next++
	}
	return all
}
