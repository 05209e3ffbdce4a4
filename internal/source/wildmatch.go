package source

import "strings"

// wildmatch is a pattern of an ignore file as git matches it, made ready once.
// It works on bytes, as git does. A wildcard stands for part of one name; "**"
// alone between slashes stands for any number of directories.
type wildmatch struct {
	tokens []wildToken
	deep   bool // has a "**" that spans directories
}

// wildToken matches one byte, or any number of them.
type wildToken struct {
	kind wildKind
	byte byte       // of wildByte
	set  *[256]bool // of wildSet
}

type wildKind uint8

const (
	wildByte wildKind = iota
	wildAny           // "?"
	wildSet           // "[...]"
	wildStar          // "*": any bytes but "/"
	wildDeep          // "**": any bytes
	wildDirs          // "**/": nothing, or any bytes up to a "/"
)

// compileWild reads a pattern; ok is false for one that matches nothing: its
// bracket is never closed or names no class, or it ends in a backslash.
func compileWild(pattern string) (w wildmatch, ok bool) {
	for i := 0; i < len(pattern); {
		token, width := wildToken{kind: wildByte, byte: pattern[i]}, 1
		switch pattern[i] {
		case '?':
			token.kind = wildAny
		case '*':
			token.kind, width = starAt(pattern, i)
			w.deep = w.deep || token.kind != wildStar
		case '[':
			token.kind = wildSet
			if token.set, width = bracket(pattern[i:]); width == 0 {
				return w, false
			}
		case '\\':
			if i+1 == len(pattern) {
				return w, false
			}
			token.byte, width = pattern[i+1], 2
		}
		w.tokens = append(w.tokens, token)
		i += width
	}
	return w, true
}

// starAt reads the stars at a place. Two or more span directories only where
// slashes or the pattern's ends are on both sides.
func starAt(pattern string, at int) (kind wildKind, width int) {
	end := at
	for end < len(pattern) && pattern[end] == '*' {
		end++
	}
	rest := pattern[end:]
	alone := (at == 0 || pattern[at-1] == '/') && (rest == "" || rest[0] == '/' || strings.HasPrefix(rest, `\/`))
	switch {
	case end-at == 1 || !alone:
		return wildStar, end - at
	case rest != "" && rest[0] == '/':
		return wildDirs, end - at + 1
	}
	return wildDeep, end - at
}

// match matches the whole name, in time of the product of the lengths at most.
func (w wildmatch) match(name string) bool {
	if w.deep {
		return w.matchDeep(name)
	}
	p, n, star, mark := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(w.tokens) && w.tokens[p].kind == wildStar:
			star, mark = p, n
			p++
		case p < len(w.tokens) && w.tokens[p].takes(name[n]):
			p, n = p+1, n+1
		case star < 0 || name[mark] == '/': // an earlier star can't reach what the last one can't
			return false
		default:
			mark++
			p, n = star+1, mark
		}
	}
	for p < len(w.tokens) && w.tokens[p].kind == wildStar {
		p++
	}
	return p == len(w.tokens)
}

// matchDeep follows all ways at once. state[i]: the tokens before i can match
// what was read so far; inside[i]: the token i, a "**/", has taken something.
func (w wildmatch) matchDeep(name string) bool {
	state := make([]bool, 3*(len(w.tokens)+1))
	next, inside := state[len(w.tokens)+1:2*len(w.tokens)+2], state[2*len(w.tokens)+2:]
	state = state[:len(w.tokens)+1]
	state[0] = true
	w.skip(state)
	for n := range len(name) {
		clear(next)
		some := false
		for i, token := range w.tokens {
			if token.kind == wildDirs {
				inside[i] = inside[i] || state[i]
				next[i+1] = next[i+1] || inside[i] && name[n] == '/'
				some = some || inside[i]
				continue
			}
			if !state[i] {
				continue
			}
			switch token.kind {
			case wildStar:
				next[i] = next[i] || name[n] != '/'
			case wildDeep:
				next[i] = true
			default:
				next[i+1] = next[i+1] || token.takes(name[n])
			}
		}
		w.skip(next)
		for _, live := range next {
			some = some || live
		}
		if !some {
			return false
		}
		state, next = next, state
	}
	return state[len(w.tokens)]
}

// skip adds what can be reached without reading anything.
func (w wildmatch) skip(state []bool) {
	for i, token := range w.tokens {
		if token.kind >= wildStar && state[i] {
			state[i+1] = true
		}
	}
}

func (t wildToken) takes(b byte) bool {
	switch t.kind {
	case wildByte:
		return t.byte == b
	case wildAny:
		return b != '/'
	case wildSet:
		return t.set[b]
	}
	return false
}

// bracket reads a bracket expression: [abc], [a-z], [!x], [^x], [[:digit:]]. It
// never matches "/". width is 0 when it is not closed or names no class.
func bracket(pattern string) (set *[256]bool, width int) {
	set = &[256]bool{}
	i, negate := 1, false
	if i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^') {
		i, negate = 2, true
	}
	last := -1 // what a following "-" may begin a range with
	for first := true; i < len(pattern); first = false {
		c := pattern[i]
		switch {
		case c == ']' && !first:
			for b := range set {
				set[b] = set[b] != negate && b != '/'
			}
			return set, i + 1
		case c == '[' && i+1 < len(pattern) && pattern[i+1] == ':':
			name, known, rest := className(pattern[i+2:])
			if rest < 0 || known && classes[name] == nil {
				return nil, 0
			}
			if known {
				for b := range 128 {
					set[b] = set[b] || classes[name](byte(b))
				}
				last = -1
				i += 2 + rest
				continue
			}
		case c == '-' && last >= 0 && i+1 < len(pattern) && pattern[i+1] != ']':
			i++
			if pattern[i] == '\\' {
				if i++; i == len(pattern) {
					return nil, 0
				}
			}
			for b := last; b <= int(pattern[i]); b++ {
				set[b] = true
			}
			last = -1
			i++
			continue
		case c == '\\':
			if i++; i == len(pattern) {
				return nil, 0
			}
			c = pattern[i]
		}
		set[c] = true
		last = int(c)
		i++
	}
	return nil, 0
}

// className reads "digit:]": rest is the length of it, below 0 where no bracket
// ever closes. Where no colon stands before the bracket it is no class at all.
func className(text string) (name string, known bool, rest int) {
	end := strings.IndexByte(text, ']')
	if end < 0 {
		return "", false, -1
	}
	if name, known = strings.CutSuffix(text[:end], ":"); !known {
		return "", false, 0
	}
	return name, true, end + 1
}

// classes are those that git knows, of ASCII alone.
var classes = map[string]func(b byte) bool{
	"alnum":  func(b byte) bool { return isAlpha(b) || isDigit(b) },
	"alpha":  isAlpha,
	"blank":  func(b byte) bool { return b == ' ' || b == '\t' },
	"cntrl":  func(b byte) bool { return b < 0x20 || b == 0x7f },
	"digit":  isDigit,
	"graph":  func(b byte) bool { return b > 0x20 && b < 0x7f },
	"lower":  func(b byte) bool { return b >= 'a' && b <= 'z' },
	"print":  func(b byte) bool { return b >= 0x20 && b < 0x7f },
	"punct":  func(b byte) bool { return b > 0x20 && b < 0x7f && !isAlpha(b) && !isDigit(b) },
	"space":  func(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' },
	"upper":  func(b byte) bool { return b >= 'A' && b <= 'Z' },
	"xdigit": func(b byte) bool { return isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f' },
}

func isAlpha(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
