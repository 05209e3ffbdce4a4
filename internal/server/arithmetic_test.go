package server_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// parts is an audit of components with scores that no whole number says, and of
// the descriptors that deploy them, each with two findings that gain.
func parts(commit string) *audit.Audit {
	a := designed(commit)
	a.Findings, a.Passes = nil, nil
	card := a.Scorecards[0]
	a.Scorecards = nil
	total := 80.4
	a.Score, a.Grade = &total, "B"
	for i, part := range []struct {
		path  string
		class audit.Class
		score float64
	}{{"deploy", audit.Infra, 31}, {"api", audit.WebService, 90.3}, {"jobs", audit.Worker, 70.4}} {
		c := card
		c.Path, c.Name, c.Class, c.Score = part.path, part.path, part.class, &part.score
		a.Scorecards = append(a.Scorecards, c)
		for n := range 2 {
			a.Findings = append(a.Findings, audit.Finding{
				Rule: "config/env-file-committed", Factor: factor.Config, Aspect: "a", Severity: audit.High, Confidence: audit.HighConfidence,
				Component: part.path, Subject: fmt.Sprint(n), Place: audit.Place{Path: part.path + "/.env", Line: n + 1, EndLine: n + 1},
				Message: fmt.Sprintf("Secret %d of %s", n, part.path), Fix: "Untrack the file.",
				Fingerprint: strings.Repeat(fmt.Sprintf("%d%d", i, n), 16), Gain: float64(9 - 3*i),
			})
		}
	}
	return a
}

// TestTheScoreIsRecomputedOnItsPage is what a page owes who asks why a number is
// what it is: the very sums, and no number cut to where it no longer fits.
func TestTheScoreIsRecomputedOnItsPage(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository := b.audited(t, "/srv/shop", parts(commit(0xabc)))
	page := fmt.Sprintf("/repositories/%d", repository.ID)
	for address, wants := range map[string][]string{
		page:                     {"(90.3 + 70.4) / 2 = 80.4", "1 component beside them", "How to read the arithmetic", "Rule: by its way of counting"},
		page + "?component=api":  {"(4 × 84 + 10 × 62 + 14 × 41 + ", " + 10 × 96) / 97 = 90.3"},
		page + "/factors/config": {"config/env-file-committed takes 0.28", "57.6 %", "How to read the arithmetic"},
	} {
		_, _, body := b.get(t, address)
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", address, want)
			}
		}
	}
}

// TestWhatIsBesideTheScoreIsNotFixedFirst: it raises nothing, however much its own
// component gains.
func TestWhatIsBesideTheScoreIsNotFixedFirst(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository := b.audited(t, "/srv/shop", parts(commit(0xabc)))
	for _, address := range []string{"/", fmt.Sprintf("/repositories/%d", repository.ID)} {
		_, _, body := b.get(t, address)
		_, first, found := strings.Cut(body, `id="wins"`)
		first, _, _ = strings.Cut(first, "</section>")
		if address == "/" && (!found || !strings.Contains(first, "of api")) || strings.Contains(first, "of deploy") || address == "/" && !strings.Contains(first, ">+3<") {
			t.Errorf("%s: what to fix first is %q", address, first)
		}
	}
	if _, _, body := b.get(t, fmt.Sprintf("/repositories/%d?component=deploy", repository.ID)); !strings.Contains(body, "Secret 0 of deploy") {
		t.Error("what is beside the score has lost its findings")
	}
}
