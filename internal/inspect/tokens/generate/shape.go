package main

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// head is a text that a match begins with, or that stands where the library
// looks for a provider's name, and what follows it at least.
type head struct {
	text  string
	fold  bool   // in any case of its letters
	word  bool   // no byte of a word stands before it
	next  string // bytes of which the next least ones are: ranges in a row, "09AZaz__"
	least int
}

// shape is what the scanner looks for before it asks the pattern.
type shape struct {
	heads []head
	named bool // a provider's name, then an operator, then the token
	least int  // of a named rule: bytes of the token, at least
	reach int  // bytes of the longest match behind its head
}

const (
	nameOpens  = `[\w.-]{0,50}?(?:`
	nameCloses = `)(?:[ \t\w.-]{0,20})[\s'"]{0,3}`
	tokenOpens = `[\x60'"\s=]{0,5}`
	// unbounded is how far a pattern without a longest match is followed.
	unbounded = 4096
	// mostHeads bounds what alternatives multiply to.
	mostHeads = 64
)

func shapeOf(r rule) (shape, error) {
	re, err := syntax.Parse(r.Regex, syntax.Perl)
	if err != nil {
		return shape{}, err
	}
	s := shape{reach: min(unbounded, longest(re)+8)}
	if before, rest, ok := strings.Cut(r.Regex, nameOpens); ok {
		name, rest, closed := strings.Cut(rest, nameCloses)
		_, token, opened := strings.Cut(rest, tokenOpens)
		if !closed || !opened {
			return shape{}, errors.New("its operators are unheard of")
		}
		if strings.Contains(before, "(?i") {
			name = "(?i)" + "(?:" + name + ")"
		}
		s.named = true
		if s.heads, err = headsOf(name); err != nil {
			return shape{}, err
		}
		body, err := syntax.Parse(token, syntax.Perl)
		if err != nil {
			return shape{}, err
		}
		s.least, s.heads = min(shortest(body), 24), whole(s.heads, r.Keywords)
		return s, nil
	}
	if s.heads, err = headsOf(r.Regex); err == nil && !strings.HasPrefix(s.heads[0].text, "http") {
		return s, nil
	}
	s.heads = nil
	for _, word := range r.Keywords {
		s.heads = append(s.heads, head{text: strings.ToLower(word), fold: true})
	}
	s.reach = max(s.reach, 256)
	if len(s.heads) == 0 {
		return shape{}, errors.New("it has no keyword")
	}
	return s, nil
}

// whole replaces beginnings of names by the keywords that begin so.
func whole(heads []head, keywords []string) []head {
	var list []head
	for _, h := range heads {
		longer := false
		for _, word := range keywords {
			if h.fold && len(word) > len(h.text) && strings.HasPrefix(word, h.text) {
				list, longer = append(list, head{text: word, fold: true}), true
			}
		}
		if !longer {
			list = append(list, h)
		}
	}
	return list
}

// headsOf is the texts that every match of a pattern begins with one of.
func headsOf(pattern string) ([]head, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, err
	}
	list := begin([]head{{}}, flat(re))
	for i := range list {
		if h := &list[i]; len(h.text) < 2 || len(h.text) == 2 && h.least < 16 && !strings.HasPrefix(h.text, "s.") {
			return nil, fmt.Errorf("a match may begin with %q", h.text)
		}
	}
	return list, nil
}

// flat is what a pattern matches one after the other, groups dissolved.
func flat(re *syntax.Regexp) []*syntax.Regexp {
	switch re.Op {
	case syntax.OpConcat:
		var list []*syntax.Regexp
		for _, sub := range re.Sub {
			list = append(list, flat(sub)...)
		}
		return list
	case syntax.OpCapture:
		return flat(re.Sub[0])
	}
	return []*syntax.Regexp{re}
}

// begin extends heads by what follows them.
func begin(heads []head, rest []*syntax.Regexp) []head {
	for i, re := range rest {
		switch re.Op {
		case syntax.OpWordBoundary:
			for j := range heads {
				heads[j].word = heads[j].word || heads[j].text == ""
			}
		case syntax.OpLiteral:
			for j := range heads {
				heads[j] = heads[j].with(string(re.Rune), re.Flags&syntax.FoldCase != 0)
			}
		case syntax.OpCharClass:
			if texts := few(re); texts != nil && len(heads)*len(texts) <= mostHeads {
				heads = product(heads, texts, re.Flags&syntax.FoldCase != 0)
				continue
			}
			return followed(heads, re, 1)
		case syntax.OpRepeat:
			if sub := re.Sub[0]; sub.Op == syntax.OpCharClass && re.Min > 0 {
				return followed(heads, sub, re.Min)
			}
			return heads
		case syntax.OpAlternate:
			var list []head
			for _, sub := range re.Sub {
				started := append([]head(nil), heads...)
				list = append(list, begin(started, append(flat(sub), rest[i+1:]...))...)
			}
			if len(list) <= mostHeads {
				return list
			}
			return heads
		default:
			return heads
		}
	}
	return heads
}

func (h head) with(text string, fold bool) head {
	if fold && strings.ToLower(text) != strings.ToUpper(text) {
		h.fold = true
	}
	h.text += text
	if h.fold {
		h.text = strings.ToLower(h.text)
	}
	return h
}

func product(heads []head, texts []string, fold bool) []head {
	var list []head
	for _, h := range heads {
		for _, text := range texts {
			list = append(list, h.with(text, fold))
		}
	}
	return list
}

// few are the characters of a class that has not many.
func few(re *syntax.Regexp) []string {
	var list []string
	for i := 0; i < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1] && r < utf8.RuneSelf; r++ {
			if list = append(list, string(r)); len(list) > 6 {
				return nil
			}
		}
	}
	return list
}

func followed(heads []head, class *syntax.Regexp, least int) []head {
	var next strings.Builder
	for i := 0; i < len(class.Rune); i += 2 {
		if class.Rune[i] >= utf8.RuneSelf {
			break // the long s, a case of s: no token has it
		}
		next.WriteRune(class.Rune[i])
		next.WriteRune(min(class.Rune[i+1], utf8.RuneSelf-1))
	}
	for j := range heads {
		heads[j].next, heads[j].least = next.String(), min(least, 32)
	}
	return heads
}

// longest is the length of the longest match in bytes, unbounded at most.
func longest(re *syntax.Regexp) int {
	n := 0
	switch re.Op {
	case syntax.OpLiteral:
		n = len(string(re.Rune))
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		n = 1
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			n += longest(sub)
		}
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			n = max(n, longest(sub))
		}
	case syntax.OpCapture, syntax.OpQuest:
		n = longest(re.Sub[0])
	case syntax.OpRepeat:
		if n = unbounded; re.Max >= 0 {
			n = re.Max * longest(re.Sub[0])
		}
	case syntax.OpStar, syntax.OpPlus:
		n = unbounded
	}
	return min(n, unbounded)
}

// shortest is the length of the shortest match in bytes.
func shortest(re *syntax.Regexp) int {
	n := 0
	switch re.Op {
	case syntax.OpLiteral:
		n = len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		n = 1
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			n += shortest(sub)
		}
	case syntax.OpAlternate:
		n = unbounded
		for _, sub := range re.Sub {
			n = min(n, shortest(sub))
		}
	case syntax.OpCapture, syntax.OpPlus:
		n = shortest(re.Sub[0])
	case syntax.OpRepeat:
		n = re.Min * shortest(re.Sub[0])
	}
	return n
}
