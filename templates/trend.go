package templates

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"twelvefold/internal/factor"
)

// Trend is how a repository's scores went.
type Trend struct {
	Href    string       // of the region as it is shown
	Export  string       // of its numbers' files, without their extension
	Spans   []TrendSpan  // what may be chosen
	Points  []TrendPoint // oldest first
	Waiting int          // audits of the past that are still to end
	Filling bool         // more points come by themselves: the region asks for itself
}

// TrendSpan is a choice of how much time is shown.
type TrendSpan struct {
	Key    string // "1y"
	Text   string
	Href   string
	Chosen bool
}

// TrendPoint is one audit.
type TrendPoint struct {
	At      time.Time // when the commit came to be the head
	Commit  string
	Href    string       // of the audit
	Score   *float64     // 0 to 100; nil when nothing could be scored
	Cells   [12]*float64 // by factor; nil while unknown or not applicable
	Changed bool         // by other rules than the point before
}

// day is a date as people write it.
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// brief is a date where there is little room.
func brief(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// Names is the point in words: "3 May 2026, commit 1a2b3c4, by changed rules".
func (p TrendPoint) Names() string {
	names := day(p.At) + ", commit " + Short(p.Commit)
	if p.Changed {
		names += ", by changed rules"
	}
	return names
}

// figure is a score as tables show it.
func figure(score *float64) string {
	if score == nil {
		return "–"
	}
	return Points(*score)
}

// Newest are the points with the newest first, as the table has them.
func (t Trend) Newest() []TrendPoint {
	list := slices.Clone(t.Points)
	slices.Reverse(list)
	return list
}

// changes counts how often the rules changed.
func (t Trend) changes() (count int) {
	for _, p := range t.Points {
		if p.Changed {
			count++
		}
	}
	return count
}

// Rules says how the rules' changes are shown; "" when there was none.
func (t Trend) Rules() string {
	switch count := t.changes(); count {
	case 0:
		return ""
	case 1:
		return "Our rules changed once, where the line is dashed: that step may be ours, not yours."
	default:
		return fmt.Sprintf("Our rules changed %d times, where the line is dashed: those steps may be ours, not yours.", count)
	}
}

// Coming says what is still to be drawn; "" when all is.
func (t Trend) Coming() string {
	switch {
	case t.Waiting > 0:
		return "The past year is being audited, week by week: " + Thousands(t.Waiting) + " to go."
	case t.Filling:
		return "The past year is being looked up."
	}
	return ""
}

// score is the line of the whole repository.
func (t Trend) score() line {
	return t.lineOf(func(p TrendPoint) *float64 { return p.Score })
}

// factors are the lines of the twelve.
func (t Trend) factors() []factorTrend {
	list := make([]factorTrend, 12)
	for i, f := range factor.All() {
		list[i] = factorTrend{Factor: f, line: t.lineOf(func(p TrendPoint) *float64 { return p.Cells[i] })}
	}
	return list
}

func (t Trend) lineOf(value func(TrendPoint) *float64) line {
	l := make(line, 0, len(t.Points))
	for _, p := range t.Points {
		l = append(l, reading{p, value(p)})
	}
	return l
}

// said is what a line comes to: "45 on 24 Nov 2025, 61 on 23 Nov 2026, lowest 44
// on 23 Mar 2026."; "" of one without values.
func (l line) said() string {
	known := l.known()
	if len(known) == 0 {
		return ""
	}
	first, last, worst := known[0], known[len(known)-1], l.worst()
	at := func(r reading) string { return Points(*r.value) + " on " + brief(r.At) }
	said := at(first)
	if len(known) > 1 {
		said += ", " + at(last)
	}
	if Points(*worst.value) != Points(min(*first.value, *last.value)) {
		said += ", lowest " + at(worst)
	}
	return said + "."
}

// lastFirst are the readings from the last to the first.
func (l line) lastFirst() line {
	turned := slices.Clone(l)
	slices.Reverse(turned)
	return turned
}

// factorTrend is a factor's line with its figures.
type factorTrend struct {
	Factor factor.Factor
	line
}

// Level is the band of the last point.
func (f factorTrend) Level() Level {
	if last := f.line[len(f.line)-1].value; last != nil {
		return LevelOf(*last)
	}
	return UnknownLevel
}

// Words is the line for screen readers.
func (f factorTrend) Words() string {
	known := f.known()
	if len(known) == 0 {
		return "unknown or not applicable all the time"
	}
	last := f.line[len(f.line)-1]
	now := "now unknown or not applicable"
	if last.value != nil {
		now = "now " + Points(*last.value)
	}
	return strings.Join([]string{now, "first " + Points(*known[0].value), "worst " + Points(*f.worst().value)}, ", ")
}
