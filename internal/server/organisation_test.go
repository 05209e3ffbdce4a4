package server_test

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/store"
)

// at completes an audit of a local repository whose commit came to be the head so
// many days ago.
func (b bundle) at(t *testing.T, dir string, days float64, score float64, language string) store.Repository {
	t.Helper()
	ctx := context.Background()
	repository, err := b.store.UpsertLocal(ctx, dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	var claim store.Claim
	result := designed(fmt.Sprintf("%040x", int(days*1000)+len(dir)*7919))
	err = pgx.BeginFunc(ctx, b.store.Pool(), func(tx pgx.Tx) error {
		_, _, err := b.store.CreateAudit(ctx, tx, 0, store.NewAudit{Repository: repository.ID, Commit: result.Commit, Branch: "main", Trigger: store.Push,
			HeadAt: time.Now().Add(-time.Duration(days * 24 * float64(time.Hour)))},
			func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	claim.Attempt = 1
	if _, _, err := b.store.Start(ctx, claim, "test"); err != nil {
		t.Fatal(err)
	}
	result.Score, result.Scorecards[0].Score, result.Scorecards[0].Languages = &score, &score, []string{language}
	result.Scorecards[0].Factors[2].Score = &score // III
	if _, err := b.store.Complete(ctx, claim, store.Result{Audit: result}, func(pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return repository
}

// organisation is a server with three repositories: one fell, one rose, one has
// no past.
func organisation(t *testing.T) (bundle, map[string]store.Repository) {
	b := setup(t, true)
	made := map[string]store.Repository{}
	for _, a := range []struct {
		name, language string
		days, score    float64
	}{{"fallen", "Go", 20, 80}, {"fallen", "Go", 2, 55}, {"risen", "Python", 20, 40}, {"risen", "Python", 1, 71}, {"young", "Go", 0, 90}} {
		made[a.name] = b.at(t, "/srv/"+a.name, a.days, a.score, a.language)
	}
	return b, made
}

// rows are the names of the heat map's rows.
func rows(body string) string {
	var names []string
	for _, m := range regexp.MustCompile(`<th scope="row" class="name"><a href="[^"]*">local/([^<]*)</a>`).FindAllStringSubmatch(body, -1) {
		names = append(names, m[1])
	}
	return strings.Join(names, " ")
}

func TestTheOrganisationSaysWhatChangedAndWhatToMend(t *testing.T) {
	t.Parallel()
	b, made := organisation(t)
	status, _, body := b.get(t, "/")
	text := regexp.MustCompile(`\s+`).ReplaceAllString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "), " ")
	for _, want := range []string{
		"72 of 100, the mean of 3 repositories", // (55 + 71 + 90) / 3
		"▲ 3.0",                                 // over 7 and 30 days: (−25 + 31) / 2
		"local/fallen 80 → 55 ▼25 III Config 80 → 55 ·",
		"local/risen 40 → 71 ▲31 III Config 40 → 71 ·",
		"SESSION_SECRET has a real value in config/production.env +7",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page (status %d) lacks %q: %s", status, want, text)
		}
	}
	if got := rows(body); got != "fallen risen young" {
		t.Errorf("the worst come not first: %s", got)
	}
	if !strings.Contains(body, fmt.Sprintf(`href="/repositories/%d/factors/config"`, made["young"].ID)) {
		t.Error("a cell does not lead to its factor")
	}
}

// TestTheScoreOfAllOpensIntoItsArithmetic where one repository has nothing to score.
func TestTheScoreOfAllOpensIntoItsArithmetic(t *testing.T) {
	t.Parallel()
	b, _ := organisation(t)
	nothing := designed(commit(77))
	nothing.Score, nothing.Grade, nothing.Scorecards, nothing.Findings, nothing.Passes = nil, "", nil, nil, nil
	b.audited(t, "/srv/papers", nothing)
	_, _, body := b.get(t, "/")
	text := regexp.MustCompile(`\s+`).ReplaceAllString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "), " ")
	for _, want := range []string{
		"72 of 100, the mean of 3 repositories", "How 72 comes about", "216 / 3 = 72.00", "1 audited repository with nothing to score",
		"Change over 7 days ▲ 3.0 2", "III Config 72 3", // the young one has no change
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
}

// TestNobodyIsNamedForWhatRulesDid: the audit that turned a repository was the first
// under new rules.
func TestNobodyIsNamedForWhatRulesDid(t *testing.T) {
	t.Parallel()
	b, made := organisation(t)
	fallen := made["fallen"].ID
	section := func() (page, text string) {
		_, _, body := b.get(t, "/")
		_, page, _ = strings.Cut(body, `id="worse"`)
		page, _, _ = strings.Cut(page, "</section>")
		return page, strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")), " ")
	}
	latest, err := b.store.LatestAudit(t.Context(), store.Local, fallen)
	if err != nil {
		t.Fatal(err)
	}
	if page, text := section(); !strings.Contains(text, "· "+latest.Commit[:7]+" ·") || !strings.Contains(page, fmt.Sprintf(`href="/repositories/%d/audits/%d"`, fallen, latest.ID)) {
		t.Errorf("the audit that did it is not led to: %s", page)
	}
	if _, err := b.store.Pool().Exec(t.Context(), `UPDATE audits SET ruleset = 'older' WHERE repository_id = $1 AND id <> $2`, fallen, latest.ID); err != nil {
		t.Fatal(err)
	}
	if _, text := section(); !strings.Contains(text, "80 → 55 ▼25 III Config 80 → 55 · the rules changed · 2 days ago · audit") || strings.Contains(text, latest.Commit[:7]) {
		t.Errorf("a commit is blamed for new rules: %s", text)
	}
}

func TestTheHeatMapIsNarrowedOrderedAndPaged(t *testing.T) {
	t.Parallel()
	b, _ := organisation(t)
	for query, want := range map[string]string{
		"":                             "fallen risen young",
		"sort=-score":                  "young risen fallen",
		"sort=name":                    "fallen risen young",
		"sort=change":                  "fallen risen young",
		"sort=-change&days=7":          "risen fallen young",
		"sort=config":                  "fallen risen young",
		"sort=-config":                 "young risen fallen",
		"sort=-findings":               "fallen risen young",
		"q=OUN":                        "young",
		"q=++YOUNG+local":              "young", // as the search finds it, which leads here for more
		"q=young+fallen":               "",
		"q=l%25l":                      "",
		"q=lo_al":                      "",
		"q=%5C":                        "",
		"language=Go":                  "fallen young",
		"class=web-service&grade=C":    "fallen risen young",
		"class=cli":                    "",
		"grade=A":                      "",
		"topic=none":                   "",
		"q=%25_%27%22%3Cscript%3E":     "",
		"q=" + strings.Repeat("é", 99): "",
		"page=2":                       "",
		"q=o&language=Go&archived=1":   "fallen young",
	} {
		status, _, body := b.get(t, "/?"+query)
		if got := rows(body); status != 200 || got != want {
			t.Errorf("?%s: status %d, %q, want %q", query, status, got, want)
		}
		if strings.Contains(body, "<script>\"") {
			t.Errorf("?%s is shown unescaped", query)
		}
	}
	for _, query := range []string{"language=COBOL", "language=Vue", "grade=%3Cscript%3E", "class=odd"} { // of no list, but asked for: it is seen, and asked for again
		_, _, body := b.get(t, "/?"+query)
		_, value, _ := strings.Cut(query, "=")
		value, _ = url.QueryUnescape(value)
		if !strings.Contains(body, fmt.Sprintf(`<option value="%s" selected`, html.EscapeString(value))) {
			t.Errorf("?%s narrows the table, and no choice says so", query)
		}
	}
	for _, query := range []string{"sort=nothing", "sort=-", "days=8", "days=x", "page=0", "page=x", "page=9999999999", "account=5", "account=x"} {
		if status, _, _ := b.get(t, "/?"+query); status != 404 {
			t.Errorf("?%s: status %d, want 404", query, status)
		}
	}
	_, _, part := b.get(t, "/?q=young", "HX-Request", "true", "HX-Target", "heat")
	if strings.Contains(part, "<html") || rows(part) != "young" || !strings.HasPrefix(strings.TrimSpace(part), `<div id="heat"`) {
		t.Errorf("HTMX gets more than the table: %.200s", part)
	}
}

func TestManyRepositoriesArePaged(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	if _, err := b.store.Pool().Exec(t.Context(), `
		INSERT INTO repositories (installation_id, origin, owner, name, default_branch, path) SELECT 0, 'local', 'local', 'r' || to_char(i, 'FM000'), 'main', '/r' || i FROM generate_series(1, 120) i`); err != nil {
		t.Fatal(err)
	}
	next, seen := "/?sort=name", 0
	for pages := 1; next != ""; pages++ {
		_, _, body := b.get(t, next)
		seen += len(strings.Fields(rows(body)))
		after := regexp.MustCompile(`<a href="([^"]*)" rel="next"`).FindStringSubmatch(body)
		if (after == nil) != (pages == 3) || strings.Contains(body, `rel="prev"`) != (pages > 1) {
			t.Fatalf("page %d leads nowhere, or too far", pages)
		}
		next = ""
		if after != nil {
			next = strings.ReplaceAll(after[1], "&amp;", "&")
			if u, err := url.Parse(next); err != nil || u.Query().Get("sort") != "name" {
				t.Fatalf("the order is lost in %q", next)
			}
		}
	}
	if seen != 120 {
		t.Errorf("%d of 120 repositories were shown", seen)
	}
}

func TestArchivedOnesAreLeftOut(t *testing.T) {
	t.Parallel()
	b, made := organisation(t)
	if _, err := b.store.Pool().Exec(t.Context(), `UPDATE repositories SET archived = true WHERE id = $1`, made["young"].ID); err != nil {
		t.Fatal(err)
	}
	if _, _, body := b.get(t, "/"); rows(body) != "fallen risen" || !strings.Contains(body, "1 archived, left out") {
		t.Error("an archived repository is listed, or not said to be left out")
	}
	if _, _, body := b.get(t, "/?archived=1"); rows(body) != "fallen risen young" || !strings.Contains(body, "(archived)") {
		t.Error("archived repositories can't be seen")
	}
}

func TestTheHeatMapInABrowser(t *testing.T) {
	t.Parallel()
	b, _ := organisation(t)
	chromium, checker := browser(t), axe(t)
	look(t, chromium, checker, b.url+"/?q=o", "/organisation")
	page := open(t, chromium, b.url+"/", 1280, "light")
	evaluate(t, page, `() => { window.mark = "same page"; return "" }`)
	waits := func(what, want string) {
		t.Helper()
		settled(t, page, what, `(want) => (`+shownRows+`)() === want`, want)
	}
	field := page.MustElement("#heat-text")
	if err := field.Input("young"); err != nil {
		t.Fatal(err)
	}
	waits("typing narrows", "young")
	if got := evaluate(t, page, `() => document.activeElement.id + " " + location.search`); !strings.Contains(got, "q=young") || !strings.HasPrefix(got, "heat-text") {
		t.Errorf("after typing: %q; want the field focused still and the address to follow", got)
	}
	if err := page.NavigateBack(); err != nil {
		t.Fatal(err)
	}
	waits("the back button", "fallen risen young")
	page.MustElementR(".heat thead a", "Score").MustClick()
	waits("the head of a column orders", "young risen fallen")
	if got := evaluate(t, page, `() => document.querySelector("[aria-sort]").getAttribute("aria-sort")`); got != "descending" {
		t.Errorf("the order is said as %q", got)
	}
	if _, err := page.MustElement("#heat-language").Eval(`() => { this.value = "Go"; this.dispatchEvent(new Event("change", {bubbles: true})); }`); err != nil {
		t.Fatal(err)
	}
	waits("a choice narrows and keeps the order", "young fallen")
}

// shownRows are the names of the heat map's rows in the page.
const shownRows = `() => [...document.querySelectorAll(".heat th.name a")].map((a) => a.textContent.replace("local/", "")).join(" ").replace("Repository", "").trim()`

// TestWhatTheAppMayAccess is told to whoever sees something of the account, by
// what that one sees.
func TestWhatTheAppMayAccess(t *testing.T) {
	t.Parallel()
	s := manned(t)
	settings := fmt.Sprintf("/installations/%d/settings", s.acme)
	if got := s.as(t, "ada").get(t, settings); got.status != 200 || !strings.Contains(got.body, "1 repository that you see, 1 of them private") ||
		!strings.Contains(got.body, fmt.Sprintf(`href="%s/organizations/acme/settings/installations/%d"`, s.URL, s.acme)) || strings.Contains(got.body, "Not all of it is granted") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := s.as(t, "bob").get(t, settings); got.status != 404 {
		t.Errorf("who sees nothing of the account gets %d", got.status)
	}
	_, err := s.store.Pool().Exec(t.Context(), `UPDATE installations SET permissions = '{"checks": "read", "contents": "read", "metadata": "read", "issues": "write"}', suspended = true WHERE id = $1`, s.acme)
	if err != nil {
		t.Fatal(err)
	}
	got := s.as(t, "ada").get(t, settings)
	for _, want := range []string{"permission checks is read: set it to write", "permission pull_requests is none: set it to read", "The App is suspended", "not used", "reads the files of the commits"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("without %q: %s", want, got.body)
		}
	}
}

// TestAPersonsOrganisationIsWhatThatPersonSees tries every part of the page.
func TestAPersonsOrganisationIsWhatThatPersonSees(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.AddPerson("zoe", "acme/shop", "globex/mill")
	if got := s.as(t, "ada").get(t, "/"); !strings.Contains(got.body, "acme/shop") || strings.Contains(got.body, "acme/vault") || strings.Contains(got.body, "globex") {
		t.Errorf("ada sees %s", got.body)
	}
	zoe := s.as(t, "zoe")
	if got := zoe.get(t, "/"); !strings.Contains(got.body, "acme/shop") || !strings.Contains(got.body, "globex/mill") || !strings.Contains(got.body, "all accounts") {
		t.Errorf("zoe sees %s", got.body)
	}
	if got := zoe.get(t, fmt.Sprintf("/?account=%d", s.globex)); strings.Contains(got.body, "acme/shop") || !strings.Contains(got.body, "<h1>globex</h1>") {
		t.Errorf("of globex alone: %s", got.body)
	}
	if got := s.as(t, "ada").get(t, fmt.Sprintf("/?account=%d", s.globex)); got.status != 404 {
		t.Errorf("another's account: %d", got.status)
	}
	if got := s.as(t, "eve").get(t, "/"); !strings.Contains(got.body, "No repositories yet") {
		t.Errorf("who sees nothing: %s", got.body)
	}
}
