package syntax

// paired reports whether a file's brackets are paired as in a program, or
// nearly. Only languages whose strings and comments are told from code are
// looked at.
func paired(g Grammar, source []byte) bool {
	if g != Java && g != Kotlin && g != CSharp {
		return true
	}
	unpaired := 0
	var open []byte
	for _, c := range codeOnly(g, source) {
		switch c {
		case '(', '[', '{':
			open = append(open, c)
		case ')', ']', '}':
			if n := len(open) - 1; n >= 0 && (open[n] == c-1 || open[n] == c-2) {
				open = open[:n]
			} else {
				unpaired++
			}
		}
	}
	return unpaired+len(open) <= maxUnpaired
}

// brackets are the pairs of a source's brackets, whatever their shape.
type brackets []int32 // by the place of the opening one

func bracketsOf(code []byte) brackets {
	pairs := make(brackets, len(code))
	var open []int32
	for at, c := range code {
		switch c {
		case '(', '[', '{':
			open = append(open, int32(at))
		case ')', ']', '}':
			if len(open) > 0 {
				pairs[open[len(open)-1]] = int32(at)
				open = open[:len(open)-1]
			}
		}
	}
	for _, at := range open {
		pairs[at] = int32(len(code))
	}
	return pairs
}

// closing is where the bracket stands that closes the one at a place, or the
// source's end.
func (b brackets) closing(open int) int { return int(b[open]) }
