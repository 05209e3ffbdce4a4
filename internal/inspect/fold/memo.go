package fold

// maxDepth bounds how far questions about one file may lead from one to
// another: stack, not time, for Memo asks each but once.
const maxDepth = 200

// Depth counts the questions about one file that are being answered.
type Depth int

// Shallow reports whether what is found out now is surely the whole answer: not
// cut short because the questions lead too deep.
func (d Depth) Shallow() bool { return d < maxDepth/2 }

// Memo remembers what was found out about the nodes of one file.
type Memo[T any] struct {
	answers map[int32]answer[T]
}

type answer[T any] struct {
	found T
	done  bool
}

// Ask is what find tells about a node, asked once. Where the question is asked
// again in order to answer it, or leads too deep, the answer is unknown.
func (m *Memo[T]) Ask(node int32, depth *Depth, unknown T, find func() T) T {
	known, asked := m.answers[node]
	switch {
	case known.done:
		return known.found
	case asked || *depth > maxDepth:
		return unknown
	case m.answers == nil:
		m.answers = map[int32]answer[T]{}
	}
	m.answers[node] = answer[T]{}
	*depth++
	found := find()
	*depth--
	m.answers[node] = answer[T]{found, true}
	return found
}

// maxName bounds a chain of members, in bytes: nothing has a longer name.
const maxName = 200

// Short is the name of what an expression stands for, or "" for one that is too
// long to name anything: built("a").from("b")…
func Short(name string) string {
	if len(name) > maxName {
		return ""
	}
	return name
}

// Same is the one name that the nodes of a list stand for, or "" if they
// differ; what has no name does not count.
func Same[N any](list []N, name func(N) string) string {
	found := ""
	for _, n := range list {
		switch next := name(n); {
		case next == "" || next == found:
		case found != "":
			return ""
		default:
			found = next
		}
	}
	return found
}
