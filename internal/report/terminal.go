package report

import (
	"strings"
	"unicode/utf8"

	"twelvefold/internal/audit"
)

func (p *printer) line(text string) { p.w.WriteString(text + "\n") }

// printable is the audit without control characters in what comes from the
// repository: a file name may hold an escape sequence or turn the direction of
// text around, and must not reach the terminal as such.
func printable(a *audit.Audit) *audit.Audit {
	c := *a
	c.Repository, c.Worst = clean(a.Repository), clean(a.Worst)
	c.Scorecards = append([]audit.Scorecard(nil), a.Scorecards...)
	for i := range c.Scorecards {
		card := &c.Scorecards[i]
		card.Path, card.Name, card.Why, card.Languages = clean(card.Path), clean(card.Name), clean(card.Why), cleaned(card.Languages)
		card.Starts = append([]string(nil), card.Starts...)
		for j := range card.Starts {
			card.Starts[j] = clean(oneLine(card.Starts[j]))
		}
		card.Explained, card.Env = printableExplanation(card.Explained), printableVariables(card.Env)
		card.Factors = append([]audit.FactorScore(nil), card.Factors...)
		for j := range card.Factors {
			card.Factors[j].Why = clean(card.Factors[j].Why)
		}
	}
	c.Unowned = cleaned(a.Unowned)
	c.Findings = append([]audit.Finding(nil), a.Findings...)
	for i := range c.Findings {
		f := &c.Findings[i]
		f.Component, f.Place.Path, f.Message, f.Fix = clean(f.Component), clean(f.Place.Path), clean(f.Message), clean(f.Fix)
		f.Related = cleanedPlaces(f.Related)
		if f.Waived != nil {
			w := *f.Waived
			w.Reason, w.Owner, w.Expires = clean(oneLine(w.Reason)), clean(oneLine(w.Owner)), clean(w.Expires)
			f.Waived = &w
		}
	}
	c.Passes = append([]audit.Pass(nil), a.Passes...)
	for i := range c.Passes {
		f := &c.Passes[i]
		f.Component, f.Place.Path, f.Message = clean(f.Component), clean(f.Place.Path), clean(f.Message)
	}
	c.Warnings = append(c.Warnings[:0:0], a.Warnings...)
	for i := range c.Warnings {
		c.Warnings[i].Path, c.Warnings[i].Message = clean(c.Warnings[i].Path), clean(oneLine(c.Warnings[i].Message))
	}
	return &c
}

func printableExplanation(e audit.Explanation) audit.Explanation {
	e.Image, e.Datastore, e.Imports, e.Roles = clean(e.Image), clean(e.Datastore), cleaned(e.Imports), cleaned(e.Roles)
	e.Processes = append([]audit.ProcessNote(nil), e.Processes...)
	for i := range e.Processes {
		n := &e.Processes[i]
		n.Name, n.Start, n.At.Path = clean(oneLine(n.Name)), clean(oneLine(n.Start)), clean(n.At.Path)
		n.Also = cleanedPlaces(n.Also)
	}
	return e
}

func cleanedPlaces(list []audit.Place) []audit.Place {
	places := append([]audit.Place(nil), list...)
	for i := range places {
		places[i].Path = clean(places[i].Path)
	}
	return places
}

func cleaned(list []string) []string {
	texts := make([]string, len(list))
	for i, text := range list {
		texts[i] = clean(text)
	}
	return texts
}

func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if controls(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

// controls tells the signs that control a terminal, the direction of text (202a to
// 202e and 2066 to 2069) or where a line ends (2028, 2029), and what was no sign.
func controls(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

func (p *printer) wrap(indent, text string) { p.hanging(indent, indent, text) }

// hanging writes text in lines of the width, the first after first, the others
// after rest. A word longer than a line stays whole: paths can be copied.
func (p *printer) hanging(first, rest, text string) {
	line, width := first, visible(first)
	empty := true
	for _, word := range strings.Fields(text) {
		n := visible(word)
		if !empty && width+1+n > p.o.Width {
			p.line(line)
			line, width, empty = rest, visible(rest), true
		}
		if !empty {
			line += " "
			width++
		}
		line, width, empty = line+word, width+n, false
	}
	p.line(line)
}

// visible is the number of columns that text takes, without colour.
func visible(text string) int {
	n, escape := 0, false
	for _, r := range text {
		switch {
		case r == '\x1b':
			escape = true
		case escape:
			escape = r != 'm'
		default:
			n++
		}
	}
	return n
}

func (p *printer) paint(code, text string) string {
	if !p.o.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p *printer) bold(text string) string  { return p.paint("1", text) }
func (p *printer) dim(text string) string   { return p.paint("2", text) }
func (p *printer) cyan(text string) string  { return p.paint("36", text) }
func (p *printer) green(text string) string { return p.paint("32", text) }

// byScore colours by grade: green from B up, yellow for C, red below.
func (p *printer) byScore(score float64, text string) string {
	switch {
	case score >= 70:
		return p.paint("32", text)
	case score >= 50:
		return p.paint("33", text)
	}
	return p.paint("31", text)
}

func (p *printer) severity(s audit.Severity) string {
	text := pad(string(s), 8)
	switch s {
	case audit.Critical:
		return p.paint("1;31", text)
	case audit.High:
		return p.paint("31", text)
	case audit.Medium:
		return p.paint("33", text)
	}
	return p.dim(text)
}
