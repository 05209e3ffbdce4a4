// Package templates renders pages from view models: plain data that holds
// only what is shown. Nothing here asks a store, a clock or the environment.
package templates

import (
	"fmt"
	"math"
	"strings"
	"time"

	"twelvefold/internal/factor"
	"twelvefold/internal/report"
)

// Page is what every page's frame shows.
type Page struct {
	Title   string // of the document, without the product's name
	Assets  Assets
	Path    string    // the request's path, for the navigation's current item
	Now     time.Time // what relative times are relative to
	Refresh int       // seconds after which a reader without JavaScript reloads; 0 never
	Login   string    // who is signed in; "" for nobody
	Since   time.Time // zero, or how old the rights are because GitHub is away
	Finds   bool      // the reader may search
	Query   string    // what is searched for
}

// Link is where a reader may go on.
type Link struct{ Href, Text string }

// Assets are the content-hashed addresses of the static files.
type Assets struct {
	CSS, HTMX, Script, Icon string
}

// Level is a score's band: what colour says, with a word beside it.
type Level string

// The bands of rules.md D, and the two kinds of nothing.
const (
	Satisfied     Level = "satisfied"      // at least 85
	Mostly        Level = "mostly"         // 70 to 84
	Partly        Level = "partly"         // 50 to 69
	Weak          Level = "weak"           // 30 to 49
	Violated      Level = "violated"       // below 30
	UnknownLevel  Level = "unknown"        // nothing was seen either way
	NotApplicable Level = "not-applicable" // the factor does not concern this class
)

// LevelOf is the band of a score from 0 to 100.
func LevelOf(score float64) Level {
	switch {
	case score >= 85:
		return Satisfied
	case score >= 70:
		return Mostly
	case score >= 50:
		return Partly
	case score >= 30:
		return Weak
	}
	return Violated
}

// Cell is one factor of a strip.
type Cell struct {
	Factor factor.Factor
	Level  Level
	Score  float64 // 0 to 100, where the level has one
	Href   string  // where the cell leads; "" for nowhere
	Here   bool    // the page is about this factor
}

// Label is the cell in words: "III Config: 41 of 100", "VII Port binding: not applicable".
func (c Cell) Label() string {
	return fmt.Sprintf("%s %s: %s", c.Factor.Numeral, c.Factor.Name, c.Says())
}

// Says is the cell's score in words.
func (c Cell) Says() string {
	switch c.Level {
	case UnknownLevel:
		return "unknown, no evidence either way"
	case NotApplicable:
		return "not applicable"
	}
	return Points(c.Score) + " of 100"
}

// Figure is what stands in a large cell.
func (c Cell) Figure() string {
	switch c.Level {
	case UnknownLevel:
		return "?"
	case NotApplicable:
		return "–"
	}
	return Points(c.Score)
}

// Rest is what the figure leaves unsaid.
func (c Cell) Rest() string {
	switch c.Level {
	case UnknownLevel:
		return "unknown"
	case NotApplicable:
		return "not applicable"
	}
	return "of 100"
}

// Strip is the twelve cells, in canonical order.
type Strip [12]Cell

// Words is the strip for screen readers.
func (s Strip) Words() string {
	words := make([]string, len(s))
	for i, c := range s {
		words[i] = c.Label()
	}
	return strings.Join(words, ", ")
}

// Points writes a score as people read it: whole points that are reached, so
// that a figure never stands in a band, or beside a grade, that it is too high for.
func Points(score float64) string { return fmt.Sprintf("%d", int(math.Floor(score+1e-9))) }

// Gain writes a gain in points with its sign: "+7", "+0.4"; "" for none.
func Gain(points float64) string {
	switch {
	case points < 0.05:
		return ""
	case points < 1:
		return fmt.Sprintf("+%.1f", points)
	}
	return fmt.Sprintf("+%d", int(math.Round(points)))
}

// Share writes a share of the arithmetic in percent, whole where it is: "42 %", "10.5 %".
func Share(share float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", share*100), ".0") + " %"
}

// Tenths writes a score as the arithmetic has it: "61.4".
func Tenths(score float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", score), ".0")
}

// Short is a commit id as people say it.
func Short(commit string) string { return commit[:min(len(commit), 7)] }

// Ago is a time relative to now: "just now", "4 min ago", "3 days ago", then the date.
func Ago(t, now time.Time) string {
	d := now.Sub(t)
	plural := func(n int, unit string) string {
		if n != 1 && unit != "min" {
			unit += "s"
		}
		return fmt.Sprintf("%d %s ago", n, unit)
	}
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return plural(int(d.Minutes()), "min")
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour")
	case d < 60*24*time.Hour:
		return plural(int(d.Hours()/24), "day")
	}
	return t.Format("2 January 2006")
}

// Count writes a number with its noun: "1 finding", "3 findings".
func Count(n int, one string) string { return Thousands(n) + " " + Noun(n, one) }

// Noun writes a noun as its number asks for: "finding", "findings", "repositories".
func Noun(n int, one string) string {
	switch {
	case n == 1:
		return one
	case strings.HasSuffix(one, "y"):
		return strings.TrimSuffix(one, "y") + "ies"
	}
	return one + "s"
}

// Thousands writes a whole number with thin groups: "12 345".
func Thousands(n int) string {
	s := fmt.Sprintf("%d", n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

type levelName struct {
	Level Level
	Says  string
}

// levels are the bands in order, with their words for the legend.
func levels() []levelName {
	return []levelName{
		{Satisfied, "85–100"}, {Mostly, "70–84"}, {Partly, "50–69"}, {Weak, "30–49"}, {Violated, "0–29"},
		{UnknownLevel, "unknown"}, {NotApplicable, "not applicable"},
	}
}

// emptyStrip is a strip of which nothing is known.
func emptyStrip() Strip {
	var s Strip
	for i, f := range factor.All() {
		s[i] = Cell{Factor: f, Level: UnknownLevel}
	}
	return s
}

// Percent writes a share from 0 to 1.
func Percent(share float64) string { return report.Percent(share) }
