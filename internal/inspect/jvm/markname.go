package jvm

import (
	"bytes"
	"iter"
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

// A resolved name stands in a file by its class: imported, imported with all of
// its package, or written out. What needs no import stands there by its simple
// name. Each member stands there too; Kotlin's properties without the get or
// set of their accessors.

// written is a resolved name as a file must write it.
type written struct {
	pkg, class string // "org.springframework.core.env", "Environment"; a function for a class that no class holds
	members    []string
}

func writtenName(name string) written {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '(' || r == ')' })
	at := slices.IndexFunc(parts, capital)
	if at < 0 {
		at = len(parts) - 1
	}
	return written{strings.Join(parts[:at], "."), parts[at], parts[at+1:]}
}

// stands reports whether all the members stand in content, and the last of
// them as what is called: a class, or in Kotlin a property, need not be.
func (w written) stands(content []byte, called follower) bool {
	for i, member := range w.members {
		var follows follower
		if i == len(w.members)-1 && !capital(member) {
			follows = called
		}
		if !holdsWord(content, member, follows) && !holdsProperty(content, member) {
			return false
		}
	}
	return true
}

// follower looks at what follows a name.
type follower func(rest []byte) bool

// holdsProperty reports whether the property of an accessor stands in content,
// that of a setter as what something is assigned to.
func holdsProperty(content []byte, accessor string) bool {
	if len(accessor) < 4 || !strings.HasPrefix(accessor, "get") && !strings.HasPrefix(accessor, "set") || !capital(accessor[3:]) {
		return false
	}
	var follows follower
	if accessor[0] == 's' {
		follows = assigns
	}
	return holdsWord(content, accessor[3:], follows) || holdsWord(content, strings.ToLower(accessor[3:4])+accessor[4:], follows)
}

// holdsWord reports whether a word stands in content, before what follows
// agrees with.
func holdsWord(content []byte, word string, follows follower) bool {
	for at := 0; ; at++ {
		next := bytes.Index(content[at:], []byte(word))
		if next < 0 {
			return false
		}
		at += next
		if end := at + len(word); (at == 0 || !inspect.WordByte(content[at-1])) && (end == len(content) || !inspect.WordByte(content[end])) && (follows == nil || follows(content[end:])) {
			return true
		}
	}
}

// calls reports whether what follows a name may call it.
func calls(rest []byte) bool { return beginsWith(rest, "(<{/") }

// assigns reports whether what follows a name may assign to it.
func assigns(rest []byte) bool { return beginsWith(rest, "=+-/*") }

func beginsWith(rest []byte, any string) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n`")
	return len(rest) > 0 && strings.IndexByte(any, rest[0]) >= 0
}

// callsURL reports whether what follows a name may call it with a URL.
func callsURL(rest []byte) bool {
	if !calls(rest) {
		return false
	}
	argument, open := bytes.CutPrefix(bytes.TrimLeft(rest, " \t\r\n`"), []byte("("))
	argument = bytes.TrimLeft(argument, " \t\r\n")
	switch {
	case !open:
		return argument[0] != '{'
	case bytes.HasPrefix(argument, []byte(")")):
		return true // the URL is the receiver
	}
	return !bytes.HasPrefix(argument, []byte(`"/`)) && !bytes.HasPrefix(argument, []byte("{"))
}

// impliedNames are the simple names of what needs no import, by its full name.
var impliedNames = func() map[string][]string {
	names := map[string][]string{}
	for simple, full := range implied {
		names[full] = append(names[full], simple)
	}
	return names
}()

// names are the marks of resolved names, and of what they are resolved from.
func names(tables ...iter.Seq[string]) []prefilter.Mark { return namesThat(calls, tables...) }

// namesThat are those that something follows.
func namesThat(called follower, tables ...iter.Seq[string]) []prefilter.Mark {
	byClass := map[string][]written{}   // "java.io.File" → its names
	byPackage := map[string][]written{} // "java.io" → its names
	var marks []prefilter.Mark
	for _, table := range tables {
		for listed := range table {
			for _, name := range origins(listed, 0) {
				w := writtenName(name)
				class := w.pkg + "." + w.class
				byClass[class] = append(byClass[class], w)
				byPackage[w.pkg] = append(byPackage[w.pkg], written{class: w.class, members: append([]string{w.class}, w.members...)})
				for _, simple := range impliedNames[class] {
					marks = append(marks, simply(simple, w.members))
				}
			}
		}
	}
	for class, list := range byClass {
		marks = append(marks, qualified(class, list, called, true))
	}
	for pkg, list := range byPackage {
		if pkg != "" {
			marks = append(marks, qualified(pkg+".*", list, called, false))
		}
	}
	return marks
}

// simply is the mark of what needs no import: the longest of its names.
func simply(class string, members []string) prefilter.Mark {
	ids := append(slices.Clone(members), class)
	longest := slices.MaxFunc(ids, func(a, b string) int { return len(a) - len(b) })
	others := slices.DeleteFunc(ids, func(id string) bool { return id == longest })
	return prefilter.Mark{Text: longest, Word: true, If: func(content []byte, _, _ int) bool {
		return !slices.ContainsFunc(others, func(id string) bool { return !holdsWord(content, id, nil) })
	}}
}

// qualified is the mark of a class's or package's path: its last words are
// looked for, the others are a condition.
func qualified(full string, list []written, called follower, word bool) prefilter.Mark {
	cut := strings.LastIndexByte(full, '.')
	cut = strings.LastIndexByte(full[:max(cut, 0)], '.') + 1
	rest := []byte(full[:cut])
	if bytes.HasPrefix(rest, []byte("jakarta.")) {
		rest = rest[len("jakarta"):] // or javax
	}
	return prefilter.Mark{Text: full[cut:], If: func(content []byte, from, to int) bool {
		if word && to < len(content) && inspect.WordByte(content[to]) || !bytes.HasSuffix(content[:from], rest) {
			return false
		}
		return slices.ContainsFunc(list, func(w written) bool { return w.stands(content, called) })
	}}
}

// origins are a name and what it is resolved from, where a call that this package
// knows, or a field that a class inherits, gives an object of another class:
// "Vertx.createHttpServer" for "HttpServer".
func origins(name string, depth int) []string {
	list := []string{name}
	if depth > 4 {
		return list
	}
	from := func(origin, given string) {
		rest, ok := strings.CutPrefix(name, given)
		if !ok || rest != "" && rest[0] != '.' && rest[0] != '(' || strings.HasPrefix(origin, given+".") {
			return
		}
		for _, further := range origins(origin, depth+1) {
			list = append(list, further+rest)
		}
	}
	for call, given := range returns {
		from(call, given)
	}
	for class, fields := range inherited {
		for field, given := range fields {
			from(class+"."+field, given)
		}
	}
	return list
}

// keys are the names in tables.
func keys[V any](table map[string]V) iter.Seq[string] { return maps.Keys(table) }

// methods are the names of the methods that classes in a table have, separated by
// spaces there; a class without any stands for itself.
func methods(table map[string]string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for class, list := range table {
			if list == "" && !yield(class) {
				return
			}
			for _, method := range strings.Fields(list) {
				if !yield(class + "." + method) {
					return
				}
			}
		}
	}
}

// expanded are all the texts that an expression without repetitions matches,
// those in any case of letters in small ones.
func expanded(re *regexp.Regexp) iter.Seq[string] {
	parsed, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		panic(err) // it was compiled
	}
	return slices.Values(texts(parsed))
}

func texts(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		text := string(re.Rune)
		if re.Flags&syntax.FoldCase != 0 {
			text = strings.ToLower(text)
		}
		return []string{text}
	case syntax.OpCharClass:
		var list []string
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				list = append(list, string(r))
			}
		}
		return list
	case syntax.OpCapture:
		return texts(re.Sub[0])
	case syntax.OpQuest:
		return append(texts(re.Sub[0]), "")
	case syntax.OpAlternate:
		var list []string
		for _, sub := range re.Sub {
			list = append(list, texts(sub)...)
		}
		return list
	case syntax.OpConcat:
		list := []string{""}
		for _, sub := range re.Sub {
			var longer []string
			for _, head := range list {
				for _, tail := range texts(sub) {
					longer = append(longer, head+tail)
				}
			}
			list = longer
		}
		return list
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpEndText:
		return []string{""}
	}
	panic("repeats: " + re.String())
}
