// Package prefilter tells cheaply what of a file deserves a parse. Most source
// files can state nothing but what they import: they cost one pass over their
// bytes and the parse of their first lines.
package prefilter

import "bytes"

// Set is a set of literals that one pass over the bytes looks for, all at once:
// the automaton of Aho and Corasick with its failure links followed beforehand,
// so that each byte costs two lookups. It is safe for concurrent use.
type Set struct {
	class   [256]uint8 // bytes that no literal tells apart share a class
	classes int
	next    []uint32 // state*classes + class → state*classes, or found
}

// found is the state in which a literal has ended.
const found = ^uint32(0)

// New makes a set. Literals are compared byte by byte; empty ones are left out.
func New(literals ...string) *Set {
	s := &Set{classes: 1}
	for _, l := range literals {
		for i := range len(l) {
			if s.class[l[i]] == 0 && s.classes < 256 {
				s.class[l[i]] = uint8(s.classes)
				s.classes++
			}
		}
	}
	t := s.trie(literals)
	s.link(t)
	return s
}

// trie is the literals as a tree: child states by state and class, 0 for none.
type trie struct {
	child [][]uint32
	end   []bool
}

func (s *Set) trie(literals []string) *trie {
	t := &trie{child: [][]uint32{make([]uint32, s.classes)}, end: []bool{false}}
	for _, l := range literals {
		if l == "" {
			continue
		}
		state := uint32(0)
		for i := range len(l) {
			c := s.class[l[i]]
			if t.child[state][c] == 0 {
				t.child[state][c] = uint32(len(t.child))
				t.child = append(t.child, make([]uint32, s.classes))
				t.end = append(t.end, false)
			}
			state = t.child[state][c]
		}
		t.end[state] = true
	}
	return t
}

// link turns the tree into the table of transitions, level by level.
func (s *Set) link(t *trie) {
	s.next = make([]uint32, len(t.child)*s.classes)
	fail := make([]uint32, len(t.child))
	queue := []uint32{0}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		t.end[state] = t.end[state] || t.end[fail[state]]
		for c := range s.classes {
			to := t.child[state][c]
			if to == 0 {
				if state != 0 {
					s.next[int(state)*s.classes+c] = s.next[int(fail[state])*s.classes+c]
				}
				continue
			}
			if state != 0 {
				fail[to] = s.target(fail[state], c)
			}
			queue = append(queue, to)
			s.next[int(state)*s.classes+c] = to * uint32(s.classes)
		}
	}
	for i, to := range s.next {
		if t.end[int(to)/s.classes] {
			s.next[i] = found
		}
	}
}

func (s *Set) target(state uint32, class int) uint32 {
	return s.next[int(state)*s.classes+class] / uint32(s.classes)
}

// In reports whether one of the literals occurs in content.
func (s *Set) In(content []byte) bool {
	state := uint32(0)
	for _, b := range content {
		state = s.next[state+uint32(s.class[b])]
		if state == found {
			return true
		}
	}
	return false
}

// Head is the beginning of content through the last line that mentions one of
// the words, up to the next line that starts a statement of the outermost
// level: one whose first byte is neither blank nor a closing bracket. It is
// content itself when there is no such line. It may end inside a string or a
// comment: see Whole.
func Head(content []byte, words ...string) []byte {
	last := -1
	for _, word := range words {
		last = max(last, bytes.LastIndex(content, []byte(word)))
	}
	if last < 0 {
		return content[:0]
	}
	for at := last; ; {
		eol := bytes.IndexByte(content[at:], '\n')
		if eol < 0 {
			return content
		}
		continued := eol > 0 && content[at+eol-1] == '\\'
		at += eol + 1
		if at >= len(content) {
			return content
		}
		if !continued && startsStatement(content[at]) {
			return content[:at]
		}
	}
}

func startsStatement(b byte) bool {
	switch b {
	case ' ', '\t', '\r', '\n', ')', ']', '}', '>', ',', '.', '*':
		return false
	}
	return true
}

// Whole reports whether head ends outside of what the pairs of marks enclose:
// {`"""`, `"""`} for strings, {"/*", "*/"} for comments. Marks that enclose each
// other may make it say no to a whole head, which costs a parse and no signal.
func Whole(head []byte, pairs ...[2]string) bool {
	for _, pair := range pairs {
		if pair[0] == pair[1] {
			if bytes.Count(head, []byte(pair[0]))%2 != 0 {
				return false
			}
		} else if bytes.LastIndex(head, []byte(pair[0])) > bytes.LastIndex(head, []byte(pair[1])) {
			return false
		}
	}
	return true
}
