package tokens

import (
	"regexp"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

// rule is what tokens of one format look like. Lengths are in bytes.
type rule struct {
	id      string
	pattern string
	heads   []head // texts of which every match holds one, and begins with it where the rule is not named
	named   bool   // a provider's name, then an operator, then the token: nothing else tells it from other texts
	inside  bool   // a match holds its head further in
	least   int    // of a named rule: the length of the shortest token
	reach   int    // the length of the longest match behind its head
	entropy float64
	group   int // of the pattern that is the token; 0 for the first that is not empty
	allow   []allowlist
}

// head is a text that a match holds, with what may surround it.
type head struct {
	text  string
	fold  bool   // in any case of its letters
	word  bool   // no byte of a word stands before it
	next  string // ranges in a row, of which the next least bytes are: "09AZaz__"
	least int
}

// allowlist is what is no token although it looks like one.
type allowlist struct {
	target    string // what the patterns look at: "match", "line", or "" for the token
	patterns  []string
	stopwords []string // in any token
}

// matcher is a rule ready for use.
type matcher struct {
	*rule
	re    func() *regexp.Regexp
	allow []allower
}

type allower struct {
	*allowlist
	res func() []*regexp.Regexp
}

func matcherOf(r *rule) matcher {
	m := matcher{rule: r, re: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(r.pattern) })}
	for i := range r.allow {
		m.allow = append(m.allow, allowerOf(&r.allow[i]))
	}
	return m
}

func allowerOf(a *allowlist) allower {
	return allower{a, sync.OnceValue(func() []*regexp.Regexp {
		list := make([]*regexp.Regexp, len(a.patterns))
		for i, p := range a.patterns {
			list[i] = regexp.MustCompile(p)
		}
		return list
	})}
}

// mark is what the prefilter looks for in the name of the i-th rule.
func (r *rule) mark(h head, i int) prefilter.Mark {
	return prefilter.Mark{Text: h.text, Fold: h.fold, ID: i, If: func(content []byte, from, to int) bool {
		if h.word && from > 0 && inspect.WordByte(content[from-1]) {
			return false
		}
		if r.named {
			return assigned(content[to:min(len(content), to+longestAssignment)], r.least)
		}
		return within(content[to:], h.next, h.least)
	}}
}

// within reports whether content begins with that many bytes of a class.
func within(content []byte, class string, least int) bool {
	if len(content) < least {
		return false
	}
	for _, b := range content[:least] {
		if !inClass(b, class) {
			return false
		}
	}
	return true
}

func inClass(b byte, class string) bool {
	for i := 0; i+1 < len(class); i += 2 {
		if b >= class[i] && b <= class[i+1] {
			return true
		}
	}
	return false
}

// longestAssignment is how far behind a provider's name a token begins, and the
// length of which it is at least.
const longestAssignment = 96

// assigned reports whether a provider's name may go on as the name of something,
// to which a token of the length is given: "_API_KEY = 'b7d2…". It is generous:
// the pattern decides.
func assigned(rest []byte, least int) bool {
	i := skip(rest, 0, 40, func(b byte) bool { return inspect.WordByte(b) || b == ' ' || b == '\t' || b == '.' || b == '-' })
	i = skip(rest, i, 3, func(b byte) bool { return b <= ' ' || b == '\'' || b == '"' })
	operator := skip(rest, i, 4, func(b byte) bool { return b == '=' || b == ':' || b == '>' || b == '|' || b == '?' || b == ',' })
	if operator == i {
		return false
	}
	i = skip(rest, operator, 6, func(b byte) bool { return b <= ' ' || b == '\'' || b == '"' || b == '`' || b == '=' })
	digit := false
	end := skip(rest, i, least, func(b byte) bool {
		digit = digit || b >= '0' && b <= '9'
		return inspect.WordByte(b) || strings.IndexByte("+/=-.:~%", b) >= 0
	})
	return end-i >= least && digit
}

// skip is where bytes of a sort end, at most so many further.
func skip(content []byte, from, most int, sort func(byte) bool) int {
	end := min(len(content), from+most)
	for from < end && sort(content[from]) {
		from++
	}
	return from
}
