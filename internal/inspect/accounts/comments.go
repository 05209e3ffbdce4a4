package accounts

import (
	"bytes"
	"slices"
)

// comments knows which parts of a text are comments over several lines. They are
// looked for once, when somebody asks.
type comments struct {
	content []byte
	sought  bool
	spans   [][2]int // from where they open to where they are closed, in order
}

// at reports whether an offset lies within a comment.
func (c *comments) at(offset int) bool {
	if !c.sought {
		c.sought = true
		c.seek("/*", "*/", opensComment)
		c.seek(`"""`, `"""`, func([]byte, int) bool { return true })
		slices.SortFunc(c.spans, func(a, b [2]int) int { return a[0] - b[0] })
	}
	behind, _ := slices.BinarySearchFunc(c.spans, offset, func(span [2]int, offset int) int { return span[0] - offset })
	for _, span := range c.spans[max(0, behind-2):behind] { // one of each kind at most is open
		if offset < span[1] {
			return true
		}
	}
	return false
}

func (c *comments) seek(open, closed string, opens func(content []byte, at int) bool) {
	for from := 0; ; {
		begin := bytes.Index(c.content[from:], []byte(open))
		if begin < 0 {
			return
		}
		begin += from
		if from = begin + len(open); !opens(c.content, begin) {
			continue
		}
		end := bytes.Index(c.content[from:], []byte(closed))
		if end < 0 {
			end = len(c.content) - from
		}
		c.spans = append(c.spans, [2]int{begin, from + end})
		from = min(len(c.content), from+end+len(closed))
	}
}

// opensComment tells a comment from the path "/api/**".
func opensComment(content []byte, at int) bool {
	return at == 0 || bytes.IndexByte([]byte(" \t\n;{}("), content[at-1]) >= 0
}
