package stories

import (
	"math"
	"time"

	"github.com/a-h/templ"

	"twelvefold/templates"
)

// trend is the repository's page with its scores in every shape of a line.
func trend() []Story {
	page := func(state string, change func(*templates.Trend)) Story {
		return story("repository", "trend-"+state, "acme/payments-api", templates.RepositoryPage, func(v *templates.Repository) *templates.Page { return &v.Page }, func(p templates.Page) templates.Repository {
			v := payments(p.Now)
			v.Factors, v.Pulls, v.Audits, v.Waivers = nil, nil, nil, nil
			change(v.Trend)
			return v
		})
	}
	last := func(t *templates.Trend, n int) { t.Points = t.Points[len(t.Points)-n:] }
	return []Story{
		page("one-point", func(t *templates.Trend) { last(t, 1) }),
		page("two-points", func(t *templates.Trend) { last(t, 2) }),
		page("rules-changed", func(t *templates.Trend) {
			for _, i := range []int{12, 13, 40, len(t.Points) - 1} {
				t.Points[i].Changed = true
			}
		}),
		page("gap", func(t *templates.Trend) {
			for i := 20; i < 34; i++ {
				t.Points[i].Score, t.Points[i].Cells = nil, [12]*float64{}
			}
		}),
		page("unscored", func(t *templates.Trend) {
			for i := range t.Points {
				t.Points[i].Score, t.Points[i].Cells = nil, [12]*float64{}
			}
		}),
		page("filling", func(t *templates.Trend) {
			last(t, 5)
			t.Filling, t.Waiting = true, 48
		}),
		page("daily", func(t *templates.Trend) { // a commit a day for a year
			newest := t.Points[len(t.Points)-1].At
			*t = *yearOf(newest, 365, 24*time.Hour)
		}),
		{View: "trend", State: "filling", Fragment: true, Render: func(p templates.Page) templ.Component {
			t := year(p.Now, 5)
			t.Href, t.Filling, t.Waiting = at("trend", "filling"), true, 48
			return templates.TrendRegion(*t)
		}},
	}
}

// year is the trend of that many weeks.
func year(now time.Time, weeks int) *templates.Trend { return yearOf(now, weeks, 7*24*time.Hour) }

// yearOf is a trend of n points that many apart; the last is as mixed says.
func yearOf(now time.Time, n int, apart time.Duration) *templates.Trend {
	here := at("repository", usual)
	t := &templates.Trend{Export: at("trend", usual), Href: at("trend", "filling"), Spans: []templates.TrendSpan{{Key: "1y", Text: "1 year", Href: here, Chosen: true}, {Key: "3m", Text: "3 months", Href: here}}}
	for i := range n {
		back := float64(n - 1 - i)
		p := templates.TrendPoint{At: now.Add(-time.Duration(back) * apart), Commit: commit(i), Href: at("audit", usual), Score: points(61.4 + 9*math.Sin(back/7))}
		for f, score := range mixed {
			if score >= 0 {
				p.Cells[f] = points(max(0, min(100, score+12*math.Sin(back/float64(4+f)))))
			}
		}
		t.Points = append(t.Points, p)
	}
	return t
}
