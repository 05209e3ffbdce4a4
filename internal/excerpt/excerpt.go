// Package excerpt cuts the lines around a place out of a file as a page may show
// them: secrets masked, long lines cut, and what is no text not at all. It keeps
// nothing.
package excerpt

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"twelvefold/internal/inspect/tokens"
)

const (
	// Around is how many lines are shown before and behind the place.
	Around = 6
	// mostMarked is how many lines of the place itself are shown.
	mostMarked = 30
	// longest is how much of a line is shown, in characters.
	longest = 240
	// longestRead is how much of a line is looked at, in bytes.
	longestRead = 8 << 10
	// sniffed is how many bytes tell text from anything else, as git has it.
	sniffed = 8000
)

// Why a file gives no excerpt.
var (
	ErrBinary = errors.New("it is not text")
	ErrShort  = errors.New("it has fewer lines")
)

// Line is one line of an excerpt.
type Line struct {
	Number int // from 1
	Text   string
	Marked bool // of the place
	Masked bool // something in it is a secret, and not shown
	Cut    bool // its end is not shown
}

// Lines are lines of a file, from 1; To is From at the least.
type Lines struct{ From, To int }

func (l Lines) has(n int) bool { return l.From <= n && n <= max(l.From, l.To) }

// Of cuts out what stands around a place. secrets are lines that are known to
// hold one: of them no literal is shown. code says that the file is a program,
// where a value that is none stands in quotes. Errors: ErrBinary, ErrShort.
func Of(content []byte, place Lines, secrets []Lines, code bool) ([]Line, error) {
	if bytes.IndexByte(content[:min(len(content), sniffed)], 0) >= 0 {
		return nil, ErrBinary
	}
	place.From = max(0, place.From)
	written := split(content)
	if place.From > len(written) {
		return nil, ErrShort
	}
	to := min(max(place.To, place.From), max(place.From, 1)+mostMarked-1)
	first, last := max(1, place.From-Around), min(len(written), to+Around)
	masked := split(tokens.Mask(content))
	hideKeys(masked)
	before := max(0, first-1-context)
	window := maskWindow(masked[before:last], code, func(i int) bool { return anyHas(secrets, before+i+1) })
	var list []Line
	for n := first; n <= last; n++ {
		text := window[n-1-before]
		line := Line{Number: n, Marked: place.From > 0 && n >= place.From && n <= to, Masked: text != bounded(written[n-1])}
		line.Text, line.Cut = shown(text)
		line.Cut = line.Cut || len(written[n-1]) > longestRead
		list = append(list, line)
	}
	return list, nil
}

func anyHas(list []Lines, n int) bool {
	for _, l := range list {
		if l.has(n) {
			return true
		}
	}
	return false
}

// split takes a text apart into lines without their ends. A last empty one is
// none.
func split(content []byte) []string {
	text := strings.TrimSuffix(strings.ToValidUTF8(string(content), "\uFFFD"), "\n")
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines
}

// bounded is as much of a line as is looked at.
func bounded(line string) string {
	if len(line) <= longestRead {
		return line
	}
	return strings.ToValidUTF8(line[:longestRead], "")
}

// shown is a line as it is shown: what can't be seen, or turns the order of what
// is seen round, stands by its number.
func shown(line string) (text string, cut bool) {
	var b strings.Builder
	count := 0
	for i, r := range line {
		if count++; count > longest {
			return b.String(), true
		}
		switch {
		case r == '\t' || r != utf8.RuneError && unicode.IsPrint(r):
			b.WriteRune(r)
		case r == utf8.RuneError, unicode.In(r, unicode.Zs, unicode.M) && i > 0:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		}
	}
	return b.String(), false
}
