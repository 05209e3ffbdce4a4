// Package tokens finds in any text what gives access to a service by itself:
// tokens of providers, told by their form, and private keys. The forms are those
// of gitleaks, a well-kept library; see rules_gen.go. One pass looks for the
// beginnings of all of them at once, and a pattern is only asked about the bytes
// around one. What is found is stated masked.
package tokens

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"sort"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

//go:generate go run ./generate

const (
	// mostAsked bounds how often patterns are asked about one text: no real file
	// of a megabyte comes near it, and one that is made of beginnings ends there.
	mostAsked = 4000
	// lead is how far before a head a match may begin.
	lead = 64
	// sniffed is how many bytes tell text from anything else, as git has it.
	sniffed = 8000
)

// scanner is all rules with the automaton that looks for their heads.
type scanner struct {
	rules []matcher
	set   *prefilter.Set
	all   allower
}

var shared = sync.OnceValue(func() *scanner {
	s := &scanner{all: allowerOf(&allowed)}
	var marks []prefilter.Mark
	for _, list := range [][]rule{own, library} {
		for i := range list {
			for _, h := range list[i].heads {
				marks = append(marks, list[i].mark(h, len(s.rules)))
			}
			s.rules = append(s.rules, matcherOf(&list[i]))
		}
	}
	marks = append(marks, prefilter.Mark{Text: pemBegin, ID: isKey})
	s.set = prefilter.New(marks)
	return s
})

// isKey is the mark of a private key, which no pattern describes.
const isKey = -1

// found is a token's place in the text.
type found struct {
	from, to int
	fact     inspect.ProviderToken
}

// Scan states the tokens of a text: each place once, under the rule that says
// most of it. Anything that is not text states nothing.
func Scan(e *inspect.Emitter, content []byte) {
	if bytes.IndexByte(content[:min(len(content), sniffed)], 0) >= 0 {
		return
	}
	emit(e, content, apart(look(content)))
	if c, ok := certificate(content); ok {
		e.Emit(1, 1, c)
	}
}

// look finds the tokens of a text, of which some may overlap.
func look(content []byte) (list []found) {
	s := shared()
	asked := 0
	s.set.Each(content, func(m prefilter.Mark, from, to int) bool {
		asked++
		var f found
		var ok bool
		if m.ID == isKey {
			f, ok = key(content, from)
		} else {
			f, ok = s.rules[m.ID].ask(content, from, to, &s.all)
		}
		if ok {
			list = append(list, f)
		}
		return asked < mostAsked
	})
	return list
}

// apart leaves of overlapping places the one that its own form tells, then the
// longer one. They come in the order of the text.
func apart(list []found) (kept []found) {
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.fact.Named != b.fact.Named {
			return b.fact.Named
		}
		return a.to-a.from > b.to-b.from
	})
	for _, f := range list {
		free := true
		for _, k := range kept {
			free = free && (f.to <= k.from || f.from >= k.to)
		}
		if free {
			kept = append(kept, f)
		}
	}
	sort.Slice(kept, func(i, j int) bool { return kept[i].from < kept[j].from })
	return kept
}

// emit states what was found.
func emit(e *inspect.Emitter, content []byte, kept []found) {
	line, counted := 1, 0
	for _, f := range kept {
		line += bytes.Count(content[counted:f.from], []byte{'\n'})
		counted = f.from
		e.Emit(line, line+bytes.Count(content[f.from:f.to], []byte{'\n'}), f.fact)
	}
}

// ask looks for the rule's pattern around a head.
func (m *matcher) ask(content []byte, from, to int, all *allower) (found, bool) {
	start := from
	if m.named || m.inside || m.heads[0].next == "" {
		start = max(0, from-lead)
	} else if start > 0 {
		start-- // what \b looks at
	}
	end := min(len(content), to+m.reach)
	window := content[start:end]
	at := m.re().FindSubmatchIndex(window)
	if at == nil || cut(content, start+at[0], start, from) || end < len(content) && at[1] == len(window) && inspect.WordByte(content[end]) && inspect.WordByte(content[end-1]) {
		return found{}, false
	}
	secret := secretOf(at, m.group)
	f := found{from: start + secret[0], to: start + secret[1]}
	text := string(content[f.from:f.to])
	kept := inspect.NewSecret(text)
	if m.entropy > 0 && kept.Entropy <= m.entropy || m.named && !random(text, kept) {
		return found{}, false
	}
	line := lineAround(content, f.from, f.to)
	if strings.Contains(line, "gitleaks:allow") || all.allows(text, string(window[at[0]:at[1]]), line) {
		return found{}, false
	}
	for i := range m.allow {
		if m.allow[i].allows(text, string(window[at[0]:at[1]]), line) {
			return found{}, false
		}
	}
	if m.id == "aws-access-token" && signedURL.Match(content[max(0, f.from-lead):f.from]) {
		return found{}, false
	}
	kept.Format = m.id
	issued, forged := checked(m.id, text)
	kept.Placeholder = kept.Placeholder || !issued && sample(text)
	f.fact = inspect.ProviderToken{
		Name: nameBefore(content, f.from), Secret: kept, Digest: digest(text), Named: m.named,
		Issued: issued, Forged: forged, Test: forTrying.MatchString(text),
		Public: m.id == "gcp-api-key" && forBrowsers.Match(content[max(0, f.from-browserReach):min(len(content), f.to+browserReach)]),
		InTest: inTest(content[:f.from]),
	}
	return f, true
}

// signedURL is what stands before the name of the key that signed an address, which
// everybody to whom it is given sees.
var signedURL = regexp.MustCompile(`(X-Amz-Credential|AWSAccessKeyId)(=|%3D)$`)

// cut reports whether a match begins where the window does, inside of a word.
func cut(content []byte, at, start, head int) bool {
	return at == start && start > 0 && at < head && inspect.WordByte(content[start-1]) && inspect.WordByte(content[start])
}

// secretOf is the part of a match that is the token.
func secretOf(at []int, group int) [2]int {
	if group > 0 {
		return [2]int{at[2*group], at[2*group+1]}
	}
	for i := 2; i+1 < len(at); i += 2 {
		if at[i] >= 0 && at[i+1] > at[i] {
			return [2]int{at[i], at[i+1]}
		}
	}
	return [2]int{at[0], at[1]}
}

func (a *allower) allows(token, match, line string) bool {
	lower := strings.ToLower(token)
	for _, word := range a.stopwords {
		if strings.Contains(lower, strings.ToLower(word)) {
			return true
		}
	}
	text := token
	switch a.target {
	case "match":
		text = match
	case "line":
		text = line
	}
	for _, re := range a.res() {
		if re.MatchString(text) {
			return true
		}
	}
	return false
}

// lineAround is the lines that a place stands on, at most lead bytes before and
// behind it.
func lineAround(content []byte, from, to int) string {
	start, end := max(0, from-2*lead), min(len(content), to+2*lead)
	if i := bytes.LastIndexByte(content[start:from], '\n'); i >= 0 {
		start += i + 1
	}
	if i := bytes.IndexByte(content[to:end], '\n'); i >= 0 {
		end = to + i
	}
	return string(content[start:end])
}

// browserReach is how far around a key of Google's the rest of what a page is
// given stands.
const browserReach = 400

var forBrowsers = regexp.MustCompile(`(?i)authDomain|messagingSenderId|firebase|maps?\b|maps?[._-]?api|google_?maps?|gm_?api|recaptcha|places`)

// inTest reports whether a file's own tests have begun, as Rust has them.
func inTest(before []byte) bool { return bytes.Contains(before, []byte("#[cfg(test)]")) }

var givenTo = regexp.MustCompile("([A-Za-z_][A-Za-z0-9_.-]*)[\"']?\\]?[ \\t]*(?::[ \\t]*&?(?:'static[ \\t]+)?[A-Za-z]+[ \\t]*=|=>|:=|[=:,(])[ \\t]*[A-Za-z]{0,7}[ \\t]*[\"'`]{0,3}$")

// nameBefore is the name of what a token is given to, where its line tells.
func nameBefore(content []byte, from int) string {
	start := max(0, from-2*lead)
	if i := bytes.LastIndexByte(content[start:from], '\n'); i >= 0 {
		start += i + 1
	}
	if m := givenTo.FindSubmatch(content[start:from]); m != nil {
		return string(m[1])
	}
	return ""
}

// digest tells whether two places hold the same token: too short to find one by.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}
