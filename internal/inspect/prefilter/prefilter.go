// Package prefilter tells cheaply what of a source file deserves a parse. Most
// files can state nothing but what they import: they cost one pass over their
// bytes and the parse of their first lines.
package prefilter

import "twelvefold/internal/inspect"

// Mark is a literal without which a sort of fact can't stand in a file.
type Mark struct {
	Text string
	// Fold finds the text in any case of its letters, Word only where it is a
	// whole identifier.
	Fold, Word bool
	// If looks at a place where the text was found and may deny it; nil agrees.
	// What it denies is not read: it must be sure.
	If func(content []byte, from, to int) bool
	// Whole looks at the whole file, once for each mark that stands in it, and may
	// deny it like If.
	Whole func(content []byte) bool
	ID    int // what the list's owner knows it by
	whole int // from 1, of those of a set that have a Whole
}

// Set is a set of marks that one pass over the bytes looks for, all at once:
// the automaton of Aho and Corasick with its failure links followed beforehand,
// so that each byte costs two lookups. It is safe for concurrent use.
type Set struct {
	class   [256]uint8 // bytes that no mark tells apart share a class; cases of a letter do
	classes int
	next    []uint32 // state*classes + class → state*classes, with hit where marks end
	ends    map[uint32][]Mark
	wholes  int // marks that have a Whole
}

// hit says of a transition that marks end there.
const hit = 1 << 31

// maxDenials bounds how often If is asked of a file of so many bytes: one in
// which the texts stand more often is taken to hold a mark, for asking would
// cost more than a parse.
func maxDenials(size int) int { return 200 + size/40 }

// New makes a set. Marks without a text are left out.
func New(lists ...[]Mark) *Set {
	s := &Set{classes: 1, ends: map[uint32][]Mark{}}
	t := &trie{child: [][]uint32{nil}, ends: [][]Mark{nil}}
	for _, marks := range lists {
		for _, m := range marks {
			for i := range len(m.Text) {
				s.tellApart(lower(m.Text[i]))
			}
		}
	}
	for b := byte('A'); b <= 'Z'; b++ {
		s.class[b] = s.class[lower(b)]
	}
	for _, marks := range lists {
		for _, m := range marks {
			if m.Whole != nil {
				s.wholes++
				m.whole = s.wholes
			}
			s.insert(t, m)
		}
	}
	s.link(t)
	return s
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b | 0x20
	}
	return b
}

func (s *Set) tellApart(b byte) {
	if s.class[b] == 0 && s.classes < 256 {
		s.class[b] = uint8(s.classes) // #nosec G115 -- below 256
		s.classes++
	}
}

// trie is the marks as a tree: child states by state and class, 0 for none.
type trie struct {
	child [][]uint32
	ends  [][]Mark
}

func (s *Set) insert(t *trie, m Mark) {
	if m.Text == "" {
		return
	}
	state := uint32(0)
	for i := range len(m.Text) {
		if t.child[state] == nil {
			t.child[state] = make([]uint32, s.classes)
		}
		c := s.class[m.Text[i]]
		if t.child[state][c] == 0 {
			t.child[state][c] = uint32(len(t.child)) // #nosec G115 -- tables hold thousands
			t.child = append(t.child, nil)
			t.ends = append(t.ends, nil)
		}
		state = t.child[state][c]
	}
	t.ends[state] = append(t.ends[state], m)
}

// link turns the tree into the table of transitions, level by level.
func (s *Set) link(t *trie) {
	s.next = make([]uint32, len(t.child)*s.classes)
	fail := make([]uint32, len(t.child))
	width := uint32(s.classes) // #nosec G115 -- at most 256
	for queue := []uint32{0}; len(queue) > 0; queue = queue[1:] {
		state := queue[0]
		if state != 0 {
			t.ends[state] = append(t.ends[state], t.ends[fail[state]]...)
		}
		for c := range s.classes {
			to := uint32(0)
			if t.child[state] != nil {
				to = t.child[state][c]
			}
			at := int(state)*s.classes + c
			if to == 0 {
				if state != 0 {
					s.next[at] = s.next[int(fail[state])*s.classes+c]
				}
				continue
			}
			if state != 0 {
				fail[to] = s.next[int(fail[state])*s.classes+c] / width
			}
			queue = append(queue, to)
			s.next[at] = to * width
		}
	}
	for i, to := range s.next {
		if marks := t.ends[to/width]; len(marks) > 0 {
			s.next[i] = to | hit
			s.ends[to] = marks
		}
	}
}

// In reports whether content holds one of the marks.
func (s *Set) In(content []byte) bool {
	_, found := s.Find(content)
	return found
}

// Find is the first mark that content holds.
func (s *Set) Find(content []byte) (Mark, bool) {
	state, denials := uint32(0), maxDenials(len(content))
	var wholes answers
	for i, b := range content {
		state = s.next[state+uint32(s.class[b])]
		if state&hit == 0 {
			continue
		}
		state &^= hit
		for _, m := range s.ends[state] {
			from := i + 1 - len(m.Text)
			switch {
			case !m.fits(content, from, i+1) || !wholes.agree(s, m, content):
			case m.If == nil || denials == 0 || m.If(content, from, i+1):
				return m, true
			default:
				denials--
			}
		}
	}
	return Mark{}, false
}

// Each yields every place where a mark stands that its If agrees to, in order of
// their ends, until yield returns false.
func (s *Set) Each(content []byte, yield func(m Mark, from, to int) bool) {
	state := uint32(0)
	var wholes answers
	for i, b := range content {
		state = s.next[state+uint32(s.class[b])]
		if state&hit == 0 {
			continue
		}
		state &^= hit
		for _, m := range s.ends[state] {
			from := i + 1 - len(m.Text)
			if m.fits(content, from, i+1) && wholes.agree(s, m, content) && (m.If == nil || m.If(content, from, i+1)) && !yield(m, from, i+1) {
				return
			}
		}
	}
}

// answers are what the marks' Whole said of one file: 0 where it wasn't asked,
// 1 for no, 2 for yes.
type answers []uint8

func (a *answers) agree(s *Set, m Mark, content []byte) bool {
	if m.whole == 0 {
		return true
	}
	if *a == nil {
		*a = make(answers, s.wholes)
	}
	answer := &(*a)[m.whole-1]
	if *answer == 0 {
		if *answer = 1; m.Whole(content) {
			*answer = 2
		}
	}
	return *answer == 2
}

// fits reports whether the mark, which stands there in some case of its letters,
// stands there as it is to be.
func (m Mark) fits(content []byte, from, to int) bool {
	if !m.Fold && string(content[from:to]) != m.Text {
		return false
	}
	return !m.Word || (from == 0 || !inspect.WordByte(content[from-1])) && (to == len(content) || !inspect.WordByte(content[to]))
}
