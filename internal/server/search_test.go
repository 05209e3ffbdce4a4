package server_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"twelvefold/internal/audit"
)

func TestSearchPage(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	large := designed(commit(1))
	for n := range 30 {
		f := large.Findings[0]
		f.Fingerprint, f.Place.Path, f.Severity = fmt.Sprintf("%032x", n), fmt.Sprintf("legacy/file%d.js", n), audit.Low
		large.Findings = append(large.Findings, f)
	}
	repository := b.audited(t, "/srv/payments-api", large)
	b.audited(t, "/srv/mill", designed(commit(2)))
	for _, c := range []struct {
		q            string
		wants, lacks []string
	}{
		{"payments", []string{fmt.Sprintf(`href="/repositories/%d"`, repository.ID), "local/payments-api", "III Config: 41 of 100"}, []string{"local/mill"}},
		{"production.env", []string{"has a real value", "config/production.env:3", fmt.Sprintf("/repositories/%d/findings/", repository.ID)}, nil},
		{"legacy", []string{"legacy/file", "There are more than these"}, nil},
		{"env-file-committed", []string{`href="/rules/config/env-file-committed"`}, nil},
		{"secret", []string{"All ", `href="/rules?q=secret"`}, nil},
		{"zebra", []string{"Nothing found", "<q>zebra</q>"}, []string{"local/mill"}},
		{"", []string{"Repositories by name"}, []string{"local/mill"}},
		{"<script>alert(1)</script>", []string{"&lt;script&gt;"}, []string{"<script>alert"}},
		{"%", []string{"Search"}, nil}, {"'", []string{"Search"}, nil}, {"\x00\xff_", []string{"Search"}, nil},
		{strings.Repeat("ä", 5<<10), []string{"Nothing found"}, []string{strings.Repeat("ä", 51)}},
	} {
		path := "/search"
		if c.q != "" {
			path += "?q=" + url.QueryEscape(c.q)
		}
		status, _, body := b.get(t, path)
		for _, want := range c.wants {
			if status != 200 || !strings.Contains(body, want) {
				t.Errorf("%.30q (status %d) lacks %q", c.q, status, want)
			}
		}
		for _, lacks := range c.lacks {
			if strings.Contains(body, lacks) {
				t.Errorf("%.30q has %q", c.q, lacks)
			}
		}
	}
	if _, _, body := b.get(t, "/search?q=legacy"); strings.Count(body, "<code>legacy/file") != 10 || !strings.Contains(body, `href="/search?findings=100&amp;q=legacy"`) {
		t.Error("the first ten lead nowhere")
	}
	if _, _, body := b.get(t, "/search?q=legacy&findings=100"); strings.Count(body, "<code>legacy/file") != 30 || strings.Contains(body, "There are more") {
		t.Error("not all are there where there is room for them")
	}
	if status, _, _ := b.get(t, "/search?q=legacy&findings=101"); status != 404 {
		t.Errorf("findings=101: status %d", status)
	}
	if _, _, body := b.get(t, "/nothing"); !strings.Contains(body, `action="/search"`) {
		t.Error("an error page has no search box")
	}
	if _, _, body := setup(t, false).get(t, "/sign-in"); strings.Contains(body, `action="/search"`) {
		t.Error("who is not signed in is offered a search")
	}
}

func TestSearchShowsWhatTheViewerSees(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, bob, eve := s.as(t, "ada"), s.as(t, "bob"), s.as(t, "eve")
	for _, c := range []struct {
		who   *visitor
		q     string
		wants string
		lacks []string
	}{
		{ada, "production", "acme/shop", []string{"acme/vault", "globex/mill"}}, {bob, "production", "globex/mill", []string{"acme"}},
		{ada, "acme", "acme/shop", []string{"acme/vault"}}, {eve, "production", "", []string{"acme/", "globex/", "has a real value"}},
	} {
		got := c.who.get(t, "/search?q="+c.q)
		if got.status != 200 || !strings.Contains(got.body, c.wants) {
			t.Errorf("%s: %d lacks %q", c.q, got.status, c.wants)
		}
		for _, lacks := range c.lacks {
			if strings.Contains(got.body, lacks) {
				t.Errorf("%s tells of %s", c.q, lacks)
			}
		}
	}
	if got := bob.get(t, "/repositories.csv"); got.status != 200 || strings.Contains(got.body, "acme") || !strings.Contains(got.body, "globex/mill") {
		t.Errorf("the file of repositories: %d %s", got.status, got.body)
	}
}

func TestRulesAreFilteredAndMeasured(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	for _, c := range []struct {
		query        string
		wants, lacks []string
	}{
		{"?q=env-file-committed", []string{"config/env-file-committed", "Show all"}, []string{"logs/"}},
		{"?severity=critical", []string{`<span class="severity critical">`}, []string{`<span class="severity low">`, `<span class="severity pass">`}},
		{"?kind=pass", []string{`<span class="severity pass">`}, []string{`<span class="severity high">`}},
		{"?q=no-such-rule-at-all", []string{"No rule matches"}, nil},
		{"?q=%3Cscript%3E%00%ff", []string{"No rule matches"}, []string{"<script>"}},
	} {
		status, _, body := b.get(t, "/rules"+c.query)
		for _, want := range c.wants {
			if status != 200 || !strings.Contains(body, want) {
				t.Errorf("%s (status %d) lacks %q", c.query, status, want)
			}
		}
		_, body, _ = strings.Cut(body, `id="catalogue"`)
		for _, lacks := range c.lacks {
			if strings.Contains(body, lacks) {
				t.Errorf("%s has %q", c.query, lacks)
			}
		}
	}
	if _, _, body := b.get(t, "/rules/dependencies/undeclared-import"); !strings.Contains(body, "judged right") || !strings.Contains(body, "held out") || !strings.Contains(body, "not judged") {
		t.Error("a measured rule does not say so")
	}
	if _, _, body := b.get(t, "/rules/config/env-read"); strings.Contains(body, "Measured") {
		t.Error("a rule that nothing was measured of has figures")
	}
	for _, bad := range []string{"?severity=x", "?kind=x"} {
		if status, _, _ := b.get(t, "/rules"+bad); status != 404 {
			t.Errorf("%s: status %d", bad, status)
		}
	}
}
