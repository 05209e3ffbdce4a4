package templates

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Charts are as wide as their place: what is drawn at a time stands at a share of
// the width, in percent or in a box of boxWidth units; heights are pixels.
const (
	boxWidth     = 1000
	plotHeight   = 168
	factorHeight = 36
	weeksHeight  = 44
)

// reading is one value of a line; nil is a gap.
type reading struct {
	TrendPoint
	value *float64
}

// line is values in order of time.
type line []reading

// known are the readings that have a value.
func (l line) known() line {
	unknown := func(m reading) bool { return m.value == nil }
	if !slices.ContainsFunc(l, unknown) {
		return l
	}
	return slices.DeleteFunc(slices.Clone(l), unknown)
}

// worst is the latest reading with the lowest value, of a line that has one.
func (l line) worst() (worst reading) {
	at := -1
	for i := range l {
		if l[i].value != nil && (at < 0 || *l[i].value <= *l[at].value) {
			at = i
		}
	}
	if at >= 0 {
		worst = l[at]
	}
	return worst
}

// runs are the stretches without a gap that were judged by the same rules.
func (l line) runs() (runs []line) {
	open := false
	for _, m := range l {
		switch {
		case m.value == nil:
			open = false
		case !open || m.Changed:
			runs, open = append(runs, line{m}), true
		default:
			runs[len(runs)-1] = append(runs[len(runs)-1], m)
		}
	}
	return runs
}

// steps are the neighbours between which the rules changed.
func (l line) steps() (steps []line) {
	for i := 1; i < len(l); i++ {
		if l[i].Changed && l[i-1].value != nil && l[i].value != nil {
			steps = append(steps, l[i-1:i+1])
		}
	}
	return steps
}

// frame is what a line is drawn in.
type frame struct {
	from, to  time.Time
	low, high float64
	height    float64 // pixels
}

// plot frames a line with room above and below, in whole tens.
func plot(l line) frame {
	f := frame{from: l[0].At, to: l[len(l)-1].At, low: 0, high: 100, height: plotHeight}
	known := l.known()
	if len(known) == 0 {
		return f
	}
	low, high := 100.0, 0.0
	for _, m := range known {
		low, high = min(low, *m.value), max(high, *m.value)
	}
	low, high = math.Floor(low/10)*10, math.Ceil(high/10)*10
	if high-low < 20 {
		low, high = max(low-10, 0), min(high+10, 100)
	}
	if high-low <= 40 {
		f.low, f.high = low, high
	}
	return f
}

// factorFrame frames a small line: all of them from 0 to 100, to be compared.
func factorFrame(l line) frame {
	return frame{from: l[0].At, to: l[len(l)-1].At, low: 0, high: 100, height: factorHeight}
}

// weeksFrame frames the line of some weeks by what it has, at least ten points
// high, so that a wobble looks like one.
func weeksFrame(l line) frame {
	f := frame{from: l[0].At, to: l[len(l)-1].At, low: 100, high: 0, height: weeksHeight}
	for _, m := range l.known() {
		f.low, f.high = min(f.low, *m.value), max(f.high, *m.value)
	}
	if missing := 10 - (f.high - f.low); missing > 0 {
		f.low, f.high = f.low-missing/2, f.high+missing/2
	}
	return f
}

// share is where a time stands, from 0 to 1.
func (f frame) share(t time.Time) float64 {
	if !f.to.After(f.from) {
		return 1
	}
	return float64(t.Sub(f.from)) / float64(f.to.Sub(f.from))
}

func decimal(n float64) string { return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64) }

// x is where a time stands, in percent.
func (f frame) x(t time.Time) string { return percent(f.share(t)) }

func percent(share float64) string {
	return strconv.FormatFloat(math.Round(share*1e4)/100, 'f', -1, 64) + "%"
}

// y is where a value stands, in pixels.
func (f frame) y(value float64) string {
	return decimal(f.height * (f.high - value) / (f.high - f.low))
}

// path is the corners of a run. A single point is a line of no length, which a
// round end makes a dot.
func (f frame) path(run line) string {
	var b strings.Builder
	for _, m := range run {
		fmt.Fprintf(&b, "%s,%s ", decimal(boxWidth*f.share(m.At)), f.y(*m.value))
	}
	if len(run) == 1 {
		b.WriteString(b.String())
	}
	return strings.TrimSpace(b.String())
}

// area is the corners of what is below a run.
func (f frame) area(run line) string {
	bottom, first, last := decimal(f.height), run[0], run[len(run)-1]
	return fmt.Sprintf("%s,%s %s %s,%s", decimal(boxWidth*f.share(first.At)), bottom, f.path(run), decimal(boxWidth*f.share(last.At)), bottom)
}

// box is the box that path is drawn in.
func (f frame) box() string { return fmt.Sprintf("0 0 %d %s", boxWidth, decimal(f.height)) }

// tick is a label of an axis.
type tick struct {
	at    string
	text  string
	minor bool // left out where there is little room
	late  bool // near the end: its text goes back from there
}

// levels are the ticks of the values.
func (f frame) levels() (list []tick) {
	step := 10.0
	if f.high-f.low > 40 {
		step = 25
	}
	for value := f.low; value <= f.high; value += step {
		list = append(list, tick{at: f.y(value), text: decimal(value)})
	}
	return list
}

// times are the ticks of the time: months, half months, or the ends alone.
func (f frame) times() (list []tick) {
	days := f.to.Sub(f.from).Hours() / 24
	if days < 40 {
		list = append(list, tick{at: "100%", text: brief(f.to)})
		if brief(f.from) != brief(f.to) {
			list = append(list, tick{at: "0%", text: f.from.UTC().Format("2 Jan")})
		}
		return list
	}
	from := f.from.UTC()
	for at := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC); !at.After(f.to); at = at.AddDate(0, 1, 0) {
		list = f.month(list, at, days < 150)
	}
	return list
}

// month adds the tick of a month, and that of its middle where halves are shown.
func (f frame) month(list []tick, at time.Time, halves bool) []tick {
	format := "Jan"
	switch {
	case halves:
		format = "2 Jan"
	case at.Month() == time.January:
		format = "Jan 2006"
	}
	add := func(at time.Time, minor bool) {
		if share := f.share(at); share >= 0.01 && share <= 0.99 {
			list = append(list, tick{at: percent(share), text: at.Format(format), minor: minor})
		}
	}
	add(at, !halves && at.Month()%3 != 1)
	if halves {
		add(at.AddDate(0, 0, 14), true)
	}
	return list
}

// ruleMarks are where the rules changed, in words where the last words are far enough.
func (f frame) ruleMarks(l line) (list []tick) {
	said := -1.0
	for _, r := range l {
		if !r.Changed {
			continue
		}
		share := f.share(r.At)
		t := tick{at: percent(share), late: share > 0.7}
		if said < 0 || share-said > 0.3 {
			t.text, said = "rules changed", share
		}
		list = append(list, t)
	}
	return list
}

// column is the stretch of the width that is nearer to a point than to others:
// where its title shows.
type column struct {
	reading
	x, width string
}

// columns share the width among the points.
func (f frame) columns(l line) []column {
	list := make([]column, len(l))
	begin := 0.0
	for i, m := range l {
		end := 1.0
		if i+1 < len(l) {
			end = (f.share(m.At) + f.share(l[i+1].At)) / 2
		}
		list[i] = column{m, percent(begin), percent(end - begin)}
		begin = end
	}
	return list
}
