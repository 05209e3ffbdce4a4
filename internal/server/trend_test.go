package server_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
)

// week is a done audit so many weeks ago.
type week struct {
	ago     int
	score   float64
	ruleset string
}

// past adds done audits to a repository.
func (b bundle) past(t *testing.T, r store.Repository, weeks ...week) (ids []int64) {
	t.Helper()
	ctx := context.Background()
	for _, w := range weeks {
		var claim store.Claim
		err := pgx.BeginFunc(ctx, b.store.Pool(), func(tx pgx.Tx) error {
			_, _, err := b.store.CreateAudit(ctx, tx, r.Installation, store.NewAudit{Repository: r.ID, Commit: commit(0xfff000 + w.ago), Branch: "main",
				Trigger: store.Backfill, HeadAt: time.Now().AddDate(0, 0, -7*w.ago)}, func(c store.Claim) (int64, error) { claim = c; return 1, nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		claim.Attempt = 1
		if _, _, err := b.store.Start(ctx, claim, "test"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.store.Complete(ctx, claim, store.Result{Audit: then(w)}, func(pgx.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, claim.Audit)
	}
	return ids
}

// then is an audit whose factors move about the score; Logs were unknown until 20
// weeks ago.
func then(w week) *audit.Audit {
	result := designed(commit(0xfff000 + w.ago))
	result.Score, result.Ruleset = &w.score, w.ruleset
	for i := range result.Scorecards[0].Factors {
		f := &result.Scorecards[0].Factors[i]
		switch {
		case f.Score == nil:
		case f.Factor == factor.Logs && w.ago > 20:
			f.Status = audit.Unknown
		default:
			score := max(0, min(100, *f.Score+w.score-61+float64((w.ago*7+i*11)%13)-6))
			f.Score = &score
		}
	}
	return result
}

// year is a past with a change of rules and with an old one that is out of it.
func year() (weeks []week) {
	weeks = append(weeks, week{70, 10, "r0"})
	for ago := 52; ago > 0; ago-- {
		w := week{ago, 44 + float64((ago*5)%7), "r0"}
		if ago < 30 {
			w.ruleset, w.score = "r1", 60-float64(ago%5)
		}
		weeks = append(weeks, w)
	}
	return weeks
}

// between are the stretches of a text from one mark to another.
func between(text, from, to string) (list []string) {
	for _, part := range strings.Split(text, from)[1:] {
		stretch, _, _ := strings.Cut(part, to)
		list = append(list, stretch)
	}
	return list
}

var tags = regexp.MustCompile(`<[^>]*>`)

// words is the text of a piece of HTML.
func words(html string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(html, " ")), " ")
}

func TestTrendOfAYear(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r := b.audited(t, "/srv/payments-api", designed(commit(1)))
	page := fmt.Sprintf("/repositories/%d", r.ID)
	if _, _, body := b.get(t, page); !strings.Contains(body, "The line begins with the second.") {
		t.Error("one audit: the page does not say when the line begins")
	}
	ids := b.past(t, r, year()...)
	_, _, body := b.get(t, page)
	plot := between(body, `<div class="plot">`, "</div>")[0]
	if n := strings.Count(plot, "<circle"); n != 53 {
		t.Errorf("%d points in a year", n)
	}
	titles := between(plot, "<title>", "</title>")
	if first := titles[0]; !strings.HasPrefix(first, "45 of 100 · ") || !strings.HasSuffix(first, ", commit 0000000") {
		t.Errorf("the first point is called %q", first)
	}
	if href := between(plot, `<a href="`, `"`)[0]; href != fmt.Sprintf("%s/audits/%d", page, ids[1]) {
		t.Errorf("the first point leads to %s", href)
	}
	if steps, runs := strings.Count(plot, `class="step"`), strings.Count(plot, `class="run"`); steps != 1 || runs != 2 {
		t.Errorf("%d steps between %d runs where the rules changed once", steps, runs)
	}
	if marked := strings.Count(plot, ", by changed rules</title>"); marked != 1 || !strings.Contains(body, "Our rules changed once") {
		t.Errorf("%d points are marked", marked)
	}
	sparks := between(between(body, `<ol class="sparks"`, "</ol>")[0], "<li class", "</li>")
	if len(sparks) != 12 {
		t.Fatalf("%d factors", len(sparks))
	}
	if text := words("<li class" + sparks[2]); !strings.HasPrefix(text, "III Config 41 : now 41, first ") || !strings.Contains(text, ", worst ") {
		t.Errorf("Config: %q", text)
	}
	if text := words("<li class" + sparks[11]); !strings.Contains(text, "unknown or not applicable all the time") || strings.Contains(sparks[11], `class="run"`) {
		t.Errorf("what never applied: %q", text)
	}
	rows := between(between(body, `<details id="trend-numbers" class="numbers">`, "</details>")[0], "<tr>", "</tr>")[1:]
	if now, then := strings.Fields(words(rows[0])), strings.Fields(words(rows[len(rows)-1])); len(rows) != 53 || now[4] != "61" || then[4] != "45" || then[15] != "–" || then[7] == "–" {
		t.Errorf("%d rows, from %v to %v", len(rows), now, then)
	}
	order := []string{"verdict", `class="arithmetic"`, `id="trend"`, `class="section">Factors`}
	for i := 1; i < len(order); i++ {
		if strings.Index(body, order[i-1]) > strings.Index(body, order[i]) {
			t.Errorf("%s stands below %s", order[i-1], order[i])
		}
	}
	if len(body) > 400_000 {
		t.Errorf("the page has %d bytes", len(body))
	}
}

func TestTrendOfThreeMonths(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r := b.audited(t, "/srv/payments-api", designed(commit(1)))
	b.past(t, r, year()...)
	page := fmt.Sprintf("/repositories/%d", r.ID)
	_, _, body := b.get(t, page+"?trend=3m")
	if n := strings.Count(between(body, `<div class="plot">`, "</div>")[0], "<circle"); n != 14 || !strings.Contains(body, `aria-current="true">3 months`) || !strings.Contains(body, `id="logs"`) {
		t.Errorf("%d points", n)
	}
	_, _, region := b.get(t, page+"?trend=3m", "HX-Request", "true", "HX-Target", "trend")
	if strings.Contains(region, "<html") || !strings.HasPrefix(strings.TrimSpace(region), `<section id="trend"`) {
		t.Errorf("the region is %.60s", region)
	}
	for _, header := range [][]string{{"HX-Request", "true", "HX-Target", "progress"}, {"HX-Request", "true", "HX-Target", "trend", "HX-History-Restore-Request", "true"}} {
		if _, _, whole := b.get(t, page+"?trend=3m", header...); !strings.Contains(whole, "<html") {
			t.Errorf("with %v the page is no page", header)
		}
	}
	for path, want := range map[string]int{"?trend=1y": 200, "?trend=5y": 404, "?trend=%3Cb%3E": 404} {
		if status, _, _ := b.get(t, page+path); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
	if _, _, part := b.get(t, page+"?factor=config"); strings.Contains(part, `id="trend"`) {
		t.Error("one factor alone has the trend of all")
	}
}

// TestTheTrendFollowsThePast asks for itself until the past is audited.
func TestTheTrendFollowsThePast(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r := b.audited(t, "/srv/payments-api", designed(commit(1)))
	page := fmt.Sprintf("/repositories/%d", r.ID)
	var claim store.Claim
	err := pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error {
		_, _, err := b.store.CreateAudit(t.Context(), tx, store.Local, store.NewAudit{Repository: r.ID, Commit: commit(2), Branch: "main", Trigger: store.Backfill,
			HeadAt: time.Now().AddDate(0, 0, -7)}, func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _, body := b.get(t, page)
	if !strings.Contains(body, "week by week: 1 to go.") || !strings.Contains(between(body, `<section id="trend"`, ">")[0], `hx-trigger="every 3s"`) || strings.Contains(body, `id="progress"`) {
		t.Error("an audit of the past: the trend does not follow it, or the page shows it as its progress")
	}
	claim.Attempt = 1
	if _, _, err := b.store.Start(t.Context(), claim, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.Complete(t.Context(), claim, store.Result{Audit: designed(commit(2))}, func(pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	_, _, body = b.get(t, page)
	if strings.Contains(between(body, `<section id="trend"`, ">")[0], "hx-trigger") || strings.Count(between(body, `<div class="plot">`, "</div>")[0], "<circle") != 2 {
		t.Error("when it has ended the trend goes on asking, or lacks its point")
	}
}
