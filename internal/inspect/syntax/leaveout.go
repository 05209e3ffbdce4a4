package syntax

import (
	"bytes"
	"regexp"
)

// A grammar that stumbles over one statement may lose the whole file. Then its
// declarations, their members and the statements of their bodies are parsed
// one by one; those that make no sense are left out, and the rest is read.

// Bounds of looking for them.
const (
	maxLevels = 6     // bodies in bodies: a namespace, a class, a method, and blocks
	maxPieces = 3_000 // parsed of one file
)

// place is what a piece of source stands in, which decides what it may be.
type place int

const (
	inFile place = iota
	inType
	inBody
)

// around is what makes a file of a piece: a class for a member, a function for
// a statement.
var around = map[Grammar]map[place][2]string{
	Kotlin: {inFile: {"", ""}, inType: {"class A {\n", "\n}"}, inBody: {"fun a() {\n", "\n}"}},
	CSharp: {inFile: {"", ""}, inType: {"class A {\n", "\n}"}, inBody: {"class A { void B() {\n", "\n} }"}},
	Java:   {inFile: {"", ""}, inType: {"class A {\n", "\n}"}, inBody: {"class A { void b() {\n", "\n} }"}},
}

var (
	declaresType  = regexp.MustCompile(`\b(?:class|interface|object|enum|record|struct)\b[^()=]*(?:\(|$|[:<{])`)
	declaresSpace = regexp.MustCompile(`^\s*namespace\b`)
	goesOn        = regexp.MustCompile(`^\s*(?:[.?:)\]},;=&|{]|->|else\b|catch\b|finally\b|while\b|where\b|get\b|set\b)`)
	announces     = regexp.MustCompile(`(?:^|\n)[ \t]*(?:@[^\n{]*|\[[^\n{]*\])[ \t]*$|[-+*/=,.(:&|<>?][ \t]*$`)
)

type searcher struct {
	g      Grammar
	code   []byte // without comments and the contents of strings
	pairs  brackets
	whole  []byte
	parse  func([]byte) *Tree
	pieces int
	left   []edit // what makes no sense
}

// leaveOut is content with blanks for what makes no sense, how many bytes that
// is, and its first line; rest is nil where nothing is found.
func leaveOut(g Grammar, content []byte, parse func([]byte) *Tree) (rest []byte, size, line int) {
	if around[g] == nil {
		return nil, 0, 0
	}
	code := codeOnly(g, content)
	s := searcher{g: g, code: code, pairs: bracketsOf(code), whole: content, parse: parse}
	s.look(0, len(content), inFile, 0)
	if len(s.left) == 0 {
		return nil, 0, 0
	}
	first := s.left[0]
	line = 1 + bytes.Count(content[:first.end], []byte("\n")) - bytes.Count(bytes.TrimLeft(content[first.at:first.end], " \t\r\n"), []byte("\n"))
	out := bytes.Clone(content)
	for _, e := range s.left {
		size += len(bytes.TrimSpace(content[e.at:e.end]))
		for at := e.at; at < e.end; at++ {
			if out[at] != '\n' {
				out[at] = ' '
			}
		}
	}
	return out, size, line
}

// look parses each piece between two places, and looks into those that make no
// sense.
func (s *searcher) look(from, to int, in place, level int) {
	for from < to {
		end := s.pieceEnd(from, to)
		if piece := s.whole[from:end]; len(bytes.TrimSpace(piece)) > 0 && !s.makesSense(piece, in) {
			s.into(from, end, in, level)
		}
		from = end
	}
}

func (s *searcher) makesSense(piece []byte, in place) bool {
	if s.pieces++; s.pieces > maxPieces {
		return true
	}
	wrap := around[s.g][in]
	tree := s.parse([]byte(wrap[0] + string(piece) + wrap[1]))
	if tree == nil {
		return false
	}
	bad, _ := tree.nonsense()
	return bad == 0
}

// into looks into the bodies of a piece, or leaves the piece out.
func (s *searcher) into(from, to int, in place, level int) {
	bodies := s.bodies(from, to)
	if level >= maxLevels || len(bodies) == 0 || !s.makesSense(s.hollow(from, to, bodies), in) {
		s.left = append(s.left, edit{at: from, end: to})
		return
	}
	inner := inBody
	switch head := s.code[from:bodies[0].at]; {
	case in == inFile && declaresSpace.Match(head):
		inner = inFile
	case in != inBody && declaresType.Match(head):
		inner = inType
	}
	for _, b := range bodies {
		s.look(b.at+1, b.end, inner, level+1)
	}
}

// hollow is a piece without what its bodies hold.
func (s *searcher) hollow(from, to int, bodies []edit) []byte {
	var out []byte
	for _, b := range bodies {
		out = append(out, s.whole[from:b.at+1]...)
		from = b.end
	}
	return append(out, s.whole[from:to]...)
}

// bodies are the outermost braces of a piece; none where one is not closed.
func (s *searcher) bodies(from, to int) []edit {
	var found []edit
	for at := from; at < to; at++ {
		if s.code[at] != '{' {
			continue
		}
		closing := s.pairs.closing(at)
		if closing >= to {
			return nil
		}
		found = append(found, edit{at: at, end: closing})
		at = closing
	}
	return found
}

// pieceEnd is the end of the declaration or statement that begins at a place: a
// line's end outside of brackets behind which something new begins.
func (s *searcher) pieceEnd(from, to int) int {
	for at := from; at < to; at++ {
		switch s.code[at] {
		case '(', '[', '{':
			at = min(s.pairs.closing(at), to-1)
		case '\n':
			line := bytes.LastIndexByte(s.code[from:at], '\n') + 1 + from
			written := bytes.TrimSpace(s.code[from:at])
			if len(written) == 0 || announces.Match(s.code[line:at]) || goesOn.Match(s.code[at:min(to, at+80)]) {
				continue
			}
			if last := written[len(written)-1]; s.g == Kotlin || last == ';' || last == '}' {
				return at + 1
			}
		}
	}
	return to
}
