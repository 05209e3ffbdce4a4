package templates

import (
	"slices"
	"strings"
	"testing"
	"time"
)

var start = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// drawn is a line with a value a week; below zero is a gap, and 1000 more means
// that the rules changed.
func drawn(values ...float64) line {
	var l line
	for i, v := range values {
		r := reading{TrendPoint: TrendPoint{At: start.AddDate(0, 0, 7*i), Changed: v >= 1000}}
		if r.Changed {
			v -= 1000
		}
		if v >= 0 {
			r.value = &v
		}
		l = append(l, r)
	}
	return l
}

func TestLinesHaveGaps(t *testing.T) {
	t.Parallel()
	l := drawn(-1, 40, 50, -1, -1, 60, 1070, 80, -1, 1020)
	f := factorFrame(l)
	var runs, steps []string
	for _, r := range l.runs() {
		runs = append(runs, f.path(r))
	}
	for _, s := range l.steps() {
		steps = append(steps, f.path(s))
	}
	want := []string{"111.1,21.6 222.2,18", "555.6,14.4 555.6,14.4", "666.7,10.8 777.8,7.2", "1000,28.8 1000,28.8"}
	if !slices.Equal(runs, want) {
		t.Errorf("runs %q, want %q", runs, want)
	}
	if want := []string{"555.6,14.4 666.7,10.8"}; !slices.Equal(steps, want) {
		t.Errorf("steps %q, want %q", steps, want)
	}
	if w := l.worst(); *w.value != 20 {
		t.Errorf("the worst is %v", *w.value)
	}
	if got := f.area(l.runs()[0]); got != "111.1,36 111.1,21.6 222.2,18 222.2,36" {
		t.Errorf("below the first run: %s", got)
	}
	if marks := f.ruleMarks(l); len(marks) != 2 || marks[0].text == "" || marks[1].text == "" || marks[0].late || !marks[1].late {
		t.Errorf("rules changed at %+v", marks)
	}
}

func TestWhatALineComesTo(t *testing.T) {
	t.Parallel()
	for want, l := range map[string]line{
		"": drawn(-1, -1), "50 on 8 Jan 2024.": drawn(-1, 50), "41 on 1 Jan 2024, 60 on 15 Jan 2024.": drawn(41, 55, 60),
		"41 on 1 Jan 2024, 60 on 22 Jan 2024, lowest 12 on 15 Jan 2024.": drawn(41, 55, 12, 60),
	} {
		if got := l.said(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFrames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line      line
		low, high float64
	}{
		"flat":       {drawn(62, 62), 50, 80},
		"at the top": {drawn(100, 100), 90, 100},
		"at zero":    {drawn(0, 0), 0, 10},
		"narrow":     {drawn(41, 69), 40, 70},
		"wide":       {drawn(12, 88), 0, 100},
		"nothing":    {drawn(-1, -1), 0, 100},
	} {
		f := plot(c.line)
		if f.low != c.low || f.high != c.high {
			t.Errorf("%s: from %v to %v, want %v to %v", name, f.low, f.high, c.low, c.high)
		}
		if ticks := f.levels(); len(ticks) < 2 || len(ticks) > 6 || ticks[0].at != decimal(plotHeight) || ticks[len(ticks)-1].at != "0" {
			t.Errorf("%s: ticks %+v", name, ticks)
		}
	}
	one := plot(drawn(50))
	if got := one.columns(drawn(50)); len(got) != 1 || got[0].x != "0%" || got[0].width != "100%" || one.x(start) != "100%" {
		t.Errorf("one point: %+v", got)
	}
	if got := plot(drawn(1, 2, 3)).columns(drawn(1, 2, 3)); got[1].x != "25%" || got[1].width != "50%" {
		t.Errorf("the column of the middle one: %+v", got[1])
	}
}

func TestTicksOfTime(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]string{
		0:   "1 Jan 2024",
		20:  "21 Jan 2024, 1 Jan",
		90:  "15 Jan, 1 Feb, 15 Feb, 1 Mar, 15 Mar",
		366: "Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov, Dec",
		400: "Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov, Dec, Jan 2025",
	} {
		var got []string
		for _, tick := range (frame{from: start, to: start.AddDate(0, 0, days)}).times() {
			got = append(got, tick.text)
		}
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("%d days: %s, want %s", days, got, want)
		}
	}
}
