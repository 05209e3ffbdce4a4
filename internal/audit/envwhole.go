package audit

import "strings"

// Names that programs know by all of their packages or namespaces, as those of
// Java, Kotlin and C#.

// wholePlaces follows "com.acme,com.acme.conf.Env:MONGO_URI": a name, and what
// may hold it, the nearest first.
func (j *envJoin) wholePlaces(family, symbol string) []place {
	holders, name, _ := strings.Cut(symbol, ":")
	all := j.space(spaceKey{family: family})
	var list []place
	for holder := range strings.SplitSeq(holders, ",") {
		list = append(list, place{all, "", strings.TrimPrefix(holder+"."+name, ".")})
	}
	return list
}

// addWhole adds what a file states by names with their namespaces. Which section
// fills a type is stated by a symbol of the type.
func (s *space) addWhole(f *File) {
	for name, stated := range statementsOf(f) {
		mark := ""
		if stated.wrapper == nil && section(stated) != "" {
			mark = boundMark
		}
		for holder := range strings.SplitSeq(stated.namespace, ",") {
			whole := mark + strings.TrimPrefix(holder+"."+name, ".")
			s.names[whole] = append(s.names[whole], stated)
		}
	}
}
