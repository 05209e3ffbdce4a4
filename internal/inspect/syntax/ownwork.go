package syntax

import (
	"regexp"
	"strings"
)

var (
	// memoryType is what a field or variable is declared or made as when it holds
	// things in the memory of the process.
	memoryType = `(?:[A-Z]\w*)?(?:Map|Queue|Deque|Set|List|Adder|Buffer|Counter)\s*<|Atomic\w+|LongAdder|Dictionary\s*<|ConcurrentBag\s*<`
	memoryMade = `new\s+(?:Map|Set|WeakMap|Array|\w*HashMap|ArrayList|LinkedList)\b|\{\s*\}|\[\s*\]|\bdict\(|\bset\(|\blist\(|\bdefaultdict\(|\bdeque\(|\bCounter\(|mutable\w+Of\(|ConcurrentHashMap`
	ownHelpers = kindSet("log logger LOG LOGGER Log console logging Math System Instant Duration LocalDateTime LocalDate Date Objects Collections List Map Set Arrays String StringUtils Thread Object JSON Array Number parseInt " +
		"len list dict set sorted print str int range min max time datetime println")
	rootName = regexp.MustCompile(`^(?:this\.|self\.|await\s+)*\$?([A-Za-z_]\w*)`)
	ownCalls = 3 // calls of the program's own functions that are followed, one in another
)

// OwnWork reports whether all that a function works on are maps, queues and
// counters of its own process: each process has to do that for itself.
func OwnWork(fn Node) bool {
	if !fn.OK() || len(fn.Text()) > maxScopeText {
		return false
	}
	uses := false
	return ownWork(fn, ownCalls, &uses) && uses
}

func ownWork(fn Node, depth int, uses *bool) bool {
	own := true
	text := fn.Text()
	memory := map[string]bool{}
	fn.Walk(func(n Node) bool {
		if !own {
			return false
		}
		if n.Is("identifier", "simple_identifier") && n.FieldName() != "name" {
			name := n.Text()
			if _, known := memory[name]; !known {
				memory[name] = holdsInMemory(fn, name)
			}
			*uses = *uses || memory[name]
		}
		if !callKinds[n.Kind()] || n.Is("await_expression") {
			return true
		}
		callee := strings.Join(strings.Fields(calleeText(n)), "")
		m := rootName.FindStringSubmatch(callee)
		switch {
		case m == nil: // of what another call returns, which is looked at itself
			own = strings.HasPrefix(callee, "(") || strings.HasPrefix(callee, "[")
		case ownHelpers[m[1]], memory[m[1]], holdsInMemory(fn, m[1]), declares(text, m[1]), bindsInLoop(text, m[1]):
		case callee == m[1] || callee == "this."+m[1] || callee == "self."+m[1]:
			own = depth > 0 && ownFunction(n, m[1], depth, uses)
		default:
			own = false
		}
		return own
	})
	return own
}

// bindsInLoop reports whether a loop or lambda of the text gives a name its
// value: for (var item : items), items.forEach(item -> …).
func bindsInLoop(text, name string) bool {
	return regexp.MustCompile(`\b(for\s*\(?|var|val|let|const|[A-Z][\w<>,. ]*)\s*\(?[\w,\s]*\b` + regexp.QuoteMeta(name) + `\s*(:|in\b|of\b)|\b` + regexp.QuoteMeta(name) + `\)?\s*(->|=>)`).MatchString(text)
}

// holdsInMemory reports whether the file declares a name, outside of the
// function, as something that holds things in memory.
func holdsInMemory(fn Node, name string) bool {
	if name == "" || strings.ToUpper(name[:1]) == name[:1] && name != strings.ToUpper(name) {
		return false
	}
	quoted := regexp.QuoteMeta(name)
	source := fn.tree.Source()
	from, to := fn.Span()
	is := regexp.MustCompile(`(?:` + memoryType + `)[^;=(){}\n]*\b` + quoted + `\s*[;=]|\b` + quoted + `\s*(?::[^=\n]*)?=\s*(?:` + memoryMade + `)|\b` + quoted + `\s*:\s*(?:Mutable)?(?:` + memoryType + `)`)
	for _, m := range is.FindAllIndex(source, 4) {
		if m[0] < from || m[0] >= to {
			return true
		}
	}
	return false
}

// ownFunction follows the call of a function of the same file.
func ownFunction(call Node, name string, depth int, uses *bool) bool {
	found := Node{}
	call.tree.Root().Walk(func(n Node) bool {
		if functionKinds[n.Kind()] && n.Field("name").Text() == name {
			found = n
		}
		return !found.OK()
	})
	return found.OK() && !call.Inside(found) && ownWork(found, depth-1, uses)
}
