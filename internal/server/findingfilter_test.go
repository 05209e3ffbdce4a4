package server_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
)

// findingsShown is how many findings a repository's page shows.
func findingsShown(body string) int { return strings.Count(body, `<details class="finding `) }

func TestARepositorysFindingsAreFiltered(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	result := looked(commit(1))
	library := result.Scorecards[0]
	library.Path, library.Name, library.Class = "lib", "lib", audit.Library
	result.Scorecards = append(result.Scorecards, library)
	inside := result.Findings[0]
	inside.Component, inside.Fingerprint, inside.Place.Path = "lib", strings.Repeat("ab", 16), "lib/settings.py"
	result.Findings = append(result.Findings, inside)
	r := b.audited(t, "/srv/shop", result)
	all := len(result.Findings)
	err := pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error {
		w := audit.Waiver{Rule: result.Findings[1].Rule, Fingerprint: result.Findings[1].Fingerprint, Reason: "known", Owner: "ada", Expires: time.Now().AddDate(0, 0, 30).Format(time.DateOnly)}
		_, err := b.store.AddWaiver(t.Context(), tx, r.Installation, 0, store.Waiver{Waiver: w, Repository: r.ID, Message: "known"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page := fmt.Sprintf("/repositories/%d", r.ID)
	for query, want := range map[string]int{
		"": all, "?severity=low": all, "?severity=high": 2, "?severity=critical": 0, "?state=waived": 1, "?state=open": all - 1, "?state=new": all,
		"?q=PROCESSES/memory": 9, "?q=short.js": 2, "?q=short+9": 0, "?q=nothing+at+all": 0, "?component=lib": 1, "?component=lib&q=settings": 1, "?component=lib&q=short.js": 0,
		"?q=short.js&severity=medium": 0, "?q=short.js&severity=low&trend=3m": 2,
	} {
		status, _, body := b.get(t, page+query)
		if got := findingsShown(body); status != 200 || got != want {
			t.Errorf("%q: %d shows %d findings, want %d", query, status, got, want)
		}
		narrowed := strings.Contains(query, "q=") || strings.Contains(query, "severity=") || strings.Contains(query, "state=")
		if says := strings.Contains(body, ">Show all</a>"); says != narrowed {
			t.Errorf("%q: the way back to all is shown: %v", query, says)
		}
		if _, _, table := b.get(t, page+"/findings.csv"+query); strings.Count(strings.TrimSpace(table), "\n") < want || want == 0 && strings.Count(table, "\n") != 1 {
			t.Errorf("%q: the table has not %d rows:\n%s", query, want, table)
		}
		for _, choice := range []string{`name="trend" value="3m"`, "?q=short.js&amp;severity=low&amp;trend=1y"} {
			if strings.Contains(query, "trend") && !strings.Contains(body, choice) {
				t.Errorf("%q: %s is lost", query, choice)
			}
		}
	}
	for _, bad := range []string{"?severity=awful", "?state=x"} {
		for _, at := range []string{page, page + "/findings.csv"} {
			if status, _, _ := b.get(t, at+bad); status != 404 {
				t.Errorf("%s%s: %d", at, bad, status)
			}
		}
	}
}

func TestNewFindingsAreThoseOfTheWeek(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	result := looked(commit(1))
	r := b.audited(t, "/srv/shop", result)
	old := result.Findings[0].Fingerprint
	err := pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE findings SET first_seen_at = first_seen_at - interval '8 days'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	later := looked(commit(2))
	added := later.Findings[1]
	added.Fingerprint = strings.Repeat("cd", 16)
	later.Findings = append(later.Findings, added)
	b.audited(t, "/srv/shop", later)
	_, _, body := b.get(t, fmt.Sprintf("/repositories/%d?state=new", r.ID))
	if findingsShown(body) != 1 || strings.Contains(body, "f-"+old[:12]) || !strings.Contains(body, "1 of "+fmt.Sprint(len(later.Findings))) {
		t.Errorf("%d findings are new", findingsShown(body))
	}
}

// TestAddressesHoldNoEmptyParameters: a form sends all its fields.
func TestAddressesHoldNoEmptyParameters(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r := b.audited(t, "/srv/shop", looked(commit(1)))
	page := fmt.Sprintf("/repositories/%d", r.ID)
	for from, to := range map[string]string{
		"/?q=&language=&grade=A&days=7": "/?grade=A&days=7", "/?q=": "/", page + "?q=a+b%26c&severity=&state=": page + "?q=a+b%26c", "/rules?q=&severity=&kind=": "/rules",
		"/search?q=": "/search", "//evil.example/?q=": "",
	} {
		status, header, _ := b.get(t, from)
		if got := header.Get("Location"); to != "" && (status != 302 || got != to) || strings.Contains(got, "evil") && strings.HasPrefix(got, "//") {
			t.Errorf("%s: %d, led to %q, want %q", from, status, got, to)
		}
	}
	status, header, _ := b.get(t, "/?q=&grade=A", "HX-Request", "true", "HX-Target", "heat")
	if got := header.Get("HX-Push-Url"); status != 200 || got != "/?grade=A" {
		t.Errorf("htmx is told %q: %d", got, status)
	}
	if status, header, _ := b.get(t, page+"?q=env"); status != 200 || header.Get("HX-Push-Url") != "" {
		t.Errorf("%d", status)
	}
}

// TestFindingsFilterInABrowser types, chooses, goes back, and sends the form
// without JavaScript.
func TestFindingsFilterInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	result := looked(commit(1))
	r := b.audited(t, "/srv/shop", result)
	address := fmt.Sprintf("%s/repositories/%d", b.url, r.ID)
	page := open(t, browser(t), address, 1280, "light")
	evaluate(t, page, `() => { window.same = true; return "" }`)
	box, err := page.Element(".filters input[name=q]")
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Input("short.js"); err != nil {
		t.Fatal(err)
	}
	shown := `n => document.querySelectorAll("#findings details.finding").length === n`
	settled(t, page, "the findings are not filtered", shown, 2)
	settled(t, page, "the address is not that of the filter", `() => location.search === "?q=short.js" && window.same && document.activeElement.name === "q"`)
	if says := evaluate(t, page, `() => document.querySelector("#shown").textContent.trim().replace(/\s+/g, " ")`); says != fmt.Sprintf("2 of %d findings Show all", len(result.Findings)) {
		t.Errorf("it is said: %q", says)
	}
	if sections := evaluate(t, page, `() => [...document.querySelectorAll("#findings section.factor")].map(s => s.id).join()`); sections != "processes" {
		t.Errorf("shown are the factors %s", sections)
	}
	if err := page.NavigateBack(); err != nil {
		t.Fatal(err)
	}
	settled(t, page, "the back button does not show all again", shown, len(result.Findings))
	plain := withoutScript(t, page.Browser(), address+"?"+url.Values{"q": {"short.js"}, "severity": {""}, "state": {"open"}}.Encode())
	if at := evaluate(t, plain, `() => location.search + document.querySelectorAll("#findings details.finding").length`); at != "?q=short.js&state=open2" {
		t.Errorf("without JavaScript: %s", at)
	}
}
