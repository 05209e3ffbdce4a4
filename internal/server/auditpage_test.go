package server_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
)

// says asks for a page and holds what stands in it and what doesn't ("!…").
func says(t *testing.T, path string, status int, body string, wants ...string) {
	t.Helper()
	if status != 200 {
		t.Errorf("%s: status %d", path, status)
	}
	for _, want := range wants {
		not, negated := strings.CutPrefix(want, "!")
		switch {
		case negated && strings.Contains(body, not):
			t.Errorf("%s has %q", path, not)
		case !negated && !strings.Contains(body, want):
			t.Errorf("%s lacks %q", path, want)
		}
	}
}

func TestAuditPageSaysWhatCameAndWent(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	first := designed(commit(1))
	r := b.audited(t, "/srv/shop", first)
	second := designed(commit(2))
	lower := 40.0
	second.Ruleset, second.Score, second.Scorecards[0].Factors[2].Score = "r2", &lower, new(float64)
	second.Findings = []audit.Finding{second.Findings[0], second.Findings[1]}
	second.Findings[1].Fingerprint, second.Findings[1].Message = strings.Repeat("c3", 16), "New <script>alert(1)</script> state\n\x00"
	for i := range 150 {
		second.Warnings = append(second.Warnings, sourceWarning(i))
	}
	b.audited(t, "/srv/shop", second)
	page := fmt.Sprintf("/repositories/%d/audits/", r.ID)

	status, _, body := b.get(t, page+"1")
	says(t, "the first audit", status, body, commit(1)[:7], "asked for by hand", "The first audit of its branch", "2 findings", "III", "config/production.env:3",
		"214", "Ruleset", "r1", page+"2", "payments-api", "!No factor moved", `!id="closed"`)
	status, _, body = b.get(t, page+"2")
	says(t, "the second audit", status, body, "40", "▼21", "(61.4, here 40)", "The rules changed between them.", "41 → 0", "New &lt;script&gt;", "1 finding", `id="closed"`, "Sessions &lt;b&gt;live",
		page+"1", "150 warnings", "50 more are left out", "!<script>alert", "!<b>live", "!\x00")
	if status, _, body := b.get(t, fmt.Sprintf("/repositories/%d", r.ID)); status != 200 || !strings.Contains(body, `href="`+page+`2"`) {
		t.Error("the repository's page does not lead to its audits")
	}
	other := b.audited(t, "/srv/other", designed(commit(9)))
	for _, bad := range []string{page + "0", page + "x", page + "99", page + "1?opened=2", page + "1?closed=0", page + "1?closed=x", fmt.Sprintf("/repositories/%d/audits/1", other.ID)} {
		if status, _, _ := b.get(t, bad); status != 404 {
			t.Errorf("%s: %d", bad, status)
		}
	}
}

func sourceWarning(i int) (w struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}) {
	w.Path, w.Message = fmt.Sprintf("<b>%d.js", i), "left out"
	return w
}

func TestAuditPageIsPaged(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	large := designed(commit(1))
	large.Findings = large.Findings[:1]
	for i := range 119 {
		f := large.Findings[0]
		f.Factor, f.Fingerprint = factor.Keys()[i%12], fmt.Sprintf("%032x", i)
		large.Findings = append(large.Findings, f)
	}
	page := fmt.Sprintf("/repositories/%d/audits/", b.audited(t, "/srv/shop", large).ID)
	b.audited(t, "/srv/shop", designed(commit(2)))
	status, _, body := b.get(t, page+"1")
	says(t, "the first page", status, body, "1 to 50 of 120", page+"1?opened=2", `hx-select="#opened"`, "!rel=\"prev\" hx-get")
	status, _, body = b.get(t, page+"1?opened=3")
	says(t, "the last page", status, body, "101 to 120 of 120", page+"1?opened=2", "!opened=4", "Admin processes")
	status, _, body = b.get(t, page+"2?closed=2")
	says(t, "what went", status, body, "51 to 100 of 119", "closed=3", `href="`+page+`2"`)
}

func TestAuditThatRunsFailsOrIsCancelled(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	ctx := context.Background()
	r, claim := b.start(t, "/srv/shop", commit(1))
	page := fmt.Sprintf("/repositories/%d/audits/%d", r.ID, claim.Audit)
	if err := b.store.Heartbeat(ctx, claim, 120, 4700); err != nil {
		t.Fatal(err)
	}
	status, _, body := b.get(t, page)
	says(t, "one that runs", status, body, "120 of 4\u202f700 files inspected", `hx-get="`+page+`/progress"`, `http-equiv="refresh"`, "began", "!Opened")
	_, header, fragment := b.get(t, page+"/progress", "HX-Request", "true")
	if !strings.Contains(fragment, page+"/progress") || strings.Contains(fragment, "<html") || header.Get("HX-Refresh") != "" {
		t.Errorf("the fragment: %s", fragment)
	}
	if status, header, _ := b.get(t, page+"/progress"); status != 303 || header.Get("Location") != page {
		t.Errorf("progress without HTMX: %d %q", status, header.Get("Location"))
	}
	end := func(c store.Claim, state store.State, sentence string) {
		t.Helper()
		if err := b.store.End(ctx, c, state, sentence, false, func(pgx.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	end(claim, store.Failed, "The directory <b>is</b> gone.")
	if _, header, _ := b.get(t, page+"/progress", "HX-Request", "true"); header.Get("HX-Refresh") != "true" {
		t.Error("the fragment of one that ended does not reload the page")
	}
	status, _, body = b.get(t, page)
	says(t, "one that failed", status, body, "This audit failed", "The directory &lt;b&gt;is&lt;/b&gt; gone.", "Mend what it says", "!The last audit that succeeded", "!Opened")
	b.audited(t, "/srv/shop", designed(commit(2)))
	_, claim = b.start(t, "/srv/shop", commit(3))
	end(claim, store.Cancelled, "The audit was cancelled by an operator.")
	status, _, body = b.get(t, fmt.Sprintf("/repositories/%d/audits/%d", r.ID, claim.Audit))
	says(t, "one that was cancelled", status, body, "was cancelled", "by an operator", "The last audit that succeeded is of 0000000", "/audits/2")
}

func TestAuditOfAPullRequest(t *testing.T) {
	t.Parallel()
	s := busy(t)
	ada := s.as(t, "ada")
	got := ada.get(t, s.page("acme/shop"))
	at := strings.Index(got.body, "/audits/4\"")
	if at < 0 {
		t.Fatal("the repository's page does not lead to the audit of its pull request")
	}
	page := s.page("acme/shop") + "/audits/4"
	got = ada.get(t, page)
	says(t, page, got.status, got.body, "#12 Pay by card &lt;b&gt;now&lt;/b&gt;", s.URL+"/acme/shop/pull/12", "by ada", "for a pull request", "Against the base of the pull request",
		"fails the check", "!The first audit", `<p class="sub fix">`, `<a href="/rules/config/`)
	if got := s.as(t, "bob").get(t, page); got.status != 404 {
		t.Errorf("another tenant: %d", got.status)
	}
}

func TestFactorPage(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	two := designed(commit(1))
	second := two.Scorecards[0]
	second.Path, second.Name, second.Factors = "jobs", "jobs", append([]audit.FactorScore(nil), second.Factors...)
	score := 61.0
	second.Factors[2].Score = &score
	two.Scorecards = append(two.Scorecards, second)
	f := two.Findings[0]
	f.Component, f.Gain, f.Fingerprint, f.Message = "jobs", 9.5, strings.Repeat("d4", 16), "Worse <i>still</i>"
	two.Findings = append(two.Findings, f)
	r := b.audited(t, "/srv/shop", two)
	page := fmt.Sprintf("/repositories/%d/factors/", r.ID)

	status, _, body := b.get(t, page+"config")
	says(t, "config", status, body, "Store config in the environment. Whatever differs between deploys", "(41 + 61) / 2 = 51", ">51</span>", "2 open findings", "Worse &lt;i&gt;still",
		"component jobs", "+10", "+7", "is read from the environment", "src/config.js:4", `aria-current="page"`, page+"dependencies", page+"backing-services", page+"config?component=jobs", "!<i>still")
	if worse, better := strings.Index(body, "Worse"), strings.Index(body, "has a real value"); worse < 0 || better < worse {
		t.Error("what gains most does not come first")
	}
	status, _, body = b.get(t, page+"config?component=jobs")
	says(t, "one component", status, body, ">61</span>", "1 open finding", page+"logs?component=jobs", "Show all components", "!has a real value", "!is read from the environment")
	status, _, body = b.get(t, page+"admin-processes")
	says(t, "what does not apply", status, body, "not applicable", "does not concern this class", `rel="prev"`, `!rel="next"`)
	status, _, body = b.get(t, page+"concurrency")
	says(t, "what is unknown", status, body, "No evidence either way", ">60</span>")
	status, _, body = b.get(t, page+"codebase")
	says(t, "the first", status, body, "nothing open", "No finding stands against it", "nothing seen", `!rel="prev"`)
	fresh, _ := b.start(t, "/srv/fresh", commit(2))
	status, _, body = b.get(t, fmt.Sprintf("/repositories/%d/factors/logs", fresh.ID))
	says(t, "before the first audit", status, body, "Not audited yet", "Treat logs as event streams.")
	if status, _, body := b.get(t, fmt.Sprintf("/repositories/%d", r.ID)); status != 200 || !strings.Contains(body, `href="`+page+`config"`) {
		t.Error("the strip of the repository's page does not lead to its factors")
	}
}
