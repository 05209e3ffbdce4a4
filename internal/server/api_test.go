package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/api"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// TestEveryOperationAnswersAsDescribed asks for every status of every operation.
func TestEveryOperationAnswersAsDescribed(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	onlyAudit := f.token(t, "ada", "audit")
	ask := func(o api.Operation, token, path, body string, header ...string) answer {
		t.Helper()
		got := f.call(t, token, o.Method, path, body, header...)
		f.contract.check(t, o, o.Method, path, got)
		return got
	}
	want := func(o api.Operation, got answer, status int) {
		t.Helper()
		if got.status != status {
			t.Errorf("%s: %d, want %d: %s", o.ID, got.status, status, got.body)
		}
	}
	for _, o := range api.Operations() {
		path, token := f.path(o), f.tokenFor(o)
		got := ask(o, token, path, "")
		want(o, got, o.Status)
		if o.Method == http.MethodGet {
			want(o, ask(o, token, path, "", "If-None-Match", `"other", `+got.header.Get("ETag")), http.StatusNotModified)
		}
		want(o, ask(o, token, path+"?nonsense=1", ""), http.StatusBadRequest)
		if o.Access == api.Public {
			continue
		}
		want(o, ask(o, "", path, ""), http.StatusUnauthorized)
		other := onlyAudit
		if o.Scope == api.Audit {
			other = f.read
		}
		want(o, ask(o, other, path, ""), http.StatusForbidden)
		if slices.Contains(o.Statuses(), http.StatusNotFound) {
			want(o, ask(o, token, elsewhere(o), ""), http.StatusNotFound)
		}
		if o.Body != nil {
			want(o, ask(o, token, path, "{}", "Content-Type", "application/json; charset=utf-8"), o.Status)
			want(o, ask(o, token, path, "[1", "Content-Type", "application/json"), http.StatusBadRequest)
			want(o, ask(o, token, path, "null", "Content-Type", "application/json"), http.StatusBadRequest)
			want(o, ask(o, token, path, "a=b", "Content-Type", "application/x-www-form-urlencoded"), http.StatusUnsupportedMediaType)
			want(o, ask(o, token, path, `{"branch": "main"}`, "Content-Type", "application/json"), http.StatusUnprocessableEntity)
			want(o, ask(o, token, path, strings.Repeat(" ", 5000), "Content-Type", "application/json"), http.StatusRequestEntityTooLarge)
		}
	}
	if _, err := f.store.Pool().Exec(t.Context(), `UPDATE uses SET used = 600`); err != nil {
		t.Fatal(err)
	}
	for _, o := range api.Operations() {
		if o.Access != api.Public {
			got := ask(o, f.tokenFor(o), f.path(o), "")
			want(o, got, http.StatusTooManyRequests)
			if got.header.Get("Retry-After") == "" || !strings.HasPrefix(got.header.Get("RateLimit"), `"token";r=0;t=`) {
				t.Errorf("%s: %v", o.ID, got.header)
			}
		}
	}
	f.Inject(githubtest.Fault{Match: "GET /user/installations", Status: 503, Times: -1})
	f.Advance(2 * time.Hour)
	for _, o := range api.Operations() {
		if slices.Contains(o.Statuses(), http.StatusServiceUnavailable) {
			want(o, ask(o, f.tokenFor(o), f.path(o), ""), http.StatusServiceUnavailable)
		}
	}
	f.contract.whole(t)
}

// TestEveryParameterDoesSomething compares answers with a parameter and without.
func TestEveryParameterDoesSomething(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	cursorOf := func(path, query string) string {
		t.Helper()
		got := f.call(t, f.read, "GET", path+"?limit=1"+query, "")
		var page struct{ Next *string }
		if err := json.Unmarshal([]byte(got.body), &page); err != nil || page.Next == nil {
			return ""
		}
		u, err := url.Parse(*page.Next)
		if err != nil {
			t.Fatal(err)
		}
		return u.Query().Get("cursor")
	}
	tried := map[string][]string{
		"listLedger":           {"accounted=false"},
		"listRepositories":     {"installation=" + fmt.Sprint(f.globex), "q=MIL", "language=Go", "grade=C", "class=worker", "topic=payments", "archived=true", "sort=-name", "sort=change&days=30"},
		"listScores":           {"from=" + time.Now().AddDate(0, 0, -10).Format(time.DateOnly), "to=" + time.Now().AddDate(0, 0, -10).UTC().Format(time.RFC3339)},
		"listVariables":        {"status=never-provided", "component=tools", "q=port"},
		"listRepositoryAudits": {"state=queued", "trigger=pull_request"}, "getAudit": {"component=none"},
		"listRepositoryFindings": {"state=closed", "state=waived", "state=all", "factor=config", "severity=critical", "rule=logs/file-log", "component=none"},
		"listFindings":           {"installation=" + fmt.Sprint(f.globex), "state=closed", "state=waived", "state=all", "factor=logs", "severity=medium", "rule=logs/file-log"},
		"listRules":              {"q=committed", "factor=config", "severity=critical", "kind=pass"},
	}
	for _, o := range api.Operations() {
		path := f.path(o)
		without := f.call(t, f.tokenFor(o), o.Method, path, "").body
		queries := tried[o.ID]
		if o.Order != "" {
			queries = append(queries, "limit=1")
			if cursor := cursorOf(path, ""); cursor != "" {
				queries = append(queries, "cursor="+cursor)
			} else {
				t.Errorf("%s has no second item in the test", o.ID)
			}
		}
		done := map[string]bool{}
		for _, query := range queries {
			got := f.call(t, f.read, "GET", path+"?"+query, "")
			f.contract.check(t, o, "GET", path+"?"+query, got)
			base := without
			if query == "sort=change&days=30" {
				base = f.call(t, f.read, "GET", path+"?sort=change", "").body
			}
			if got.status != 200 || got.body == base {
				t.Errorf("%s?%s changes nothing: %d", o.ID, query, got.status)
			}
			values, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			for name := range values {
				done[name] = true
				for _, wrong := range []string{name + "=", name + "=%00", name + "=%ff", name + "=" + strings.Repeat("a", 3000), name + "=1&" + name + "=2"} {
					if got := f.call(t, f.read, "GET", path+"?"+wrong, ""); got.status != http.StatusBadRequest {
						t.Errorf("%s?%.40s: %d", o.ID, wrong, got.status)
					}
				}
			}
		}
		for _, q := range o.Query {
			if !done[q.Name] {
				t.Errorf("%s: nothing tries %s", o.ID, q.Name)
			}
		}
	}
}

// TestListsArePagedByKeys walks through lists item by item while others come and go.
func TestListsArePagedByKeys(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	shop := f.repositories["acme/shop"]
	many := richer(commit(905))
	for i := range 20 {
		more := many.Findings[0]
		more.Fingerprint = fmt.Sprintf("%032x", 1000+i)
		many.Findings = append(many.Findings, more)
	}
	f.audit(t, shop, store.NewAudit{Repository: shop.ID, Commit: commit(905), Branch: "main", Trigger: store.Push, HeadAt: time.Now().Add(2 * time.Minute)}, many)
	walk := func(path string, between func(page int)) (items []string) {
		t.Helper()
		for page := 0; path != ""; page++ {
			if page > 300 {
				t.Fatalf("%s does not end", path)
			}
			got := f.call(t, f.read, "GET", path, "")
			var list struct {
				Items []json.RawMessage
				Next  *string
			}
			if err := json.Unmarshal([]byte(got.body), &list); err != nil || got.status != 200 {
				t.Fatalf("%s: %d %s", path, got.status, got.body)
			}
			for _, item := range list.Items {
				items = append(items, string(item))
			}
			if path = ""; list.Next != nil {
				path = *list.Next
				if got.header.Get("Link") != "<"+path+`>; rel="next"` {
					t.Errorf("Link: %s", got.header.Get("Link"))
				}
			}
			if between != nil {
				between(page)
			}
		}
		return items
	}
	var paths []string
	for _, o := range api.Operations() {
		if o.Order != "" {
			paths = append(paths, f.path(o)+"?")
		}
	}
	for _, q := range api.Operations()[3].Query {
		if q.Name == "sort" {
			for _, sort := range q.Of {
				paths = append(paths, "/repositories?archived=true&days=30&sort="+sort+"&")
			}
		}
	}
	for _, path := range append(paths, "/findings?state=all&", "/findings?state=waived&", "/rules?q=log&") {
		whole := walk(path+"limit=200", nil)
		for _, limit := range []int{1, 3} {
			if limit == 1 && len(whole) > 60 {
				continue // the rules
			}
			if parts := walk(fmt.Sprintf("%slimit=%d", path, limit), nil); !slices.Equal(parts, whole) || len(whole) == 0 {
				t.Errorf("%s by %d has %d items, whole %d", path, limit, len(parts), len(whole))
			}
		}
	}
	// What comes before or behind the cursor, and what goes, moves nothing else.
	ids := func(items []string) (list []int64) {
		for _, item := range items {
			var is struct{ ID int64 }
			if err := json.Unmarshal([]byte(item), &is); err != nil {
				t.Fatal(err)
			}
			list = append(list, is.ID)
		}
		return list
	}
	before := ids(walk("/repositories?sort=score&limit=200", nil))
	n := 0
	during := ids(walk("/repositories?sort=score&limit=1", func(page int) {
		if page > 0 {
			return
		}
		for _, score := range []float64{1, 99} {
			n++
			g := store.GitHubRepository{ID: f.AddRepository(f.acme, fmt.Sprintf("acme/new-%d", n), githubtest.RepositoryOptions{Private: true}), Owner: "acme", Name: fmt.Sprintf("new-%d", n), DefaultBranch: "main", Private: true}
			f.audited(t, f.acme, g)
			if _, err := f.store.Pool().Exec(t.Context(), `UPDATE repositories SET score = $2 WHERE name = $1`, g.Name, score); err != nil {
				t.Fatal(err)
			}
			f.Show("ada", "acme/"+g.Name, true)
		}
		f.Advance(10 * time.Minute) // for GitHub to be asked again
	}))
	if len(during) != len(before)+1 || !slices.Equal(during[:len(before)], before) {
		t.Errorf("while two came, one before the cursor: %v, before that %v", during, before)
	}
	openBefore := ids(walk("/findings?state=all&limit=200", nil))
	gone := 0
	left := ids(walk("/findings?state=all&limit=4", func(page int) {
		if page == 1 {
			tag, err := f.store.Pool().Exec(t.Context(), `DELETE FROM findings WHERE id IN ($1, $2)`, openBefore[0], openBefore[5])
			if err != nil {
				t.Fatal(err)
			}
			gone = int(tag.RowsAffected())
		}
	}))
	if gone != 2 || !slices.Equal(left, openBefore) {
		t.Errorf("while two went that were given: %v, before that %v", left, openBefore)
	}
}

func TestCursorsAreOfTheirList(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	got := f.call(t, f.read, "GET", "/findings?state=all&limit=1", "")
	var page struct{ Next string }
	if err := json.Unmarshal([]byte(got.body), &page); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(page.Next)
	if err != nil {
		t.Fatal(err)
	}
	cursor := u.Query().Get("cursor")
	forged := api.Key{nil, nil}.Encode(api.ListOf(api.Prefix+"/findings", nil))
	for _, path := range []string{
		"/findings?cursor=" + cursor, "/repositories?cursor=" + cursor, "/findings?state=all&severity=high&cursor=" + cursor, "/findings?state=all&cursor=" + cursor[1:], "/findings?cursor=" + forged,
		"/repositories?sort=score&cursor=" + api.Key{1.5, nil, nil, nil}.Encode(api.ListOf(api.Prefix+"/repositories", url.Values{"sort": {"score"}})),
	} {
		if got := f.call(t, f.read, "GET", path, ""); got.status != http.StatusBadRequest || !strings.Contains(got.body, "/api#bad-cursor") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if got := f.call(t, f.read, "GET", "/findings?state=all&limit=7&cursor="+cursor, ""); got.status != 200 {
		t.Errorf("another limit: %d", got.status)
	}
}

func TestAnswersAreKeptUntilTheyChange(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	first := f.call(t, f.read, "GET", "/repositories", "", "Accept-Encoding", "identity")
	tag := first.header.Get("ETag")
	if !strings.HasPrefix(tag, `"`) || first.header.Get("Cache-Control") != "private, no-cache" {
		t.Fatalf("ETag %s, %s", tag, first.header.Get("Cache-Control"))
	}
	packed := f.call(t, f.read, "GET", "/repositories", "", "Accept-Encoding", "gzip")
	if packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("ETag") == tag || len(packed.body) >= len(first.body) {
		t.Errorf("compressed: %v", packed.header)
	}
	for _, had := range []string{tag, packed.header.Get("ETag"), "*", `W/"a", ` + tag} {
		if got := f.call(t, f.read, "GET", "/repositories", "", "If-None-Match", had, "Accept-Encoding", "gzip"); got.status != http.StatusNotModified || got.body != "" {
			t.Errorf("If-None-Match %s: %d", had, got.status)
		}
	}
	head := f.call(t, f.read, "HEAD", "/repositories", "", "Accept-Encoding", "identity")
	if head.status != 200 || head.body != "" || head.header.Get("ETag") != tag || head.header.Get("Content-Type") != "application/json" {
		t.Errorf("HEAD: %d %v", head.status, head.header)
	}
	if _, err := f.store.Pool().Exec(t.Context(), `UPDATE repositories SET score = 12 WHERE name = 'shop'`); err != nil {
		t.Fatal(err)
	}
	if got := f.call(t, f.read, "GET", "/repositories", "", "If-None-Match", tag); got.status != 200 {
		t.Errorf("changed: %d", got.status)
	}
}

func TestMethodsAndAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	for path, allow := range map[string]string{"/repositories": "GET, HEAD", "/openapi.json": "GET, HEAD", f.path(api.Operation{Path: "/repositories/{id}/audits"}): "GET, HEAD, POST"} {
		for _, method := range []string{"DELETE", "PUT", "PATCH", "OPTIONS"} {
			got := f.call(t, f.read, method, path, "")
			if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != allow || got.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s: %d, Allow %s", method, path, got.status, got.header.Get("Allow"))
			}
		}
	}
	for _, path := range []string{"", "/", "/nothing", "/repositories/", "/repositories/x", "/repositories/-1", "/repositories/99999999999999999999", "/audits/x", "/findings/1/x", "/../v2/x", "/repositories/a%2Fb%2Fc"} {
		got := f.call(t, f.read, "GET", f.url+api.Prefix+path, "")
		if got.status != http.StatusNotFound || !strings.Contains(got.body, "/api#not-found") {
			t.Errorf("%q: %d %s", path, got.status, got.body)
		}
	}
	if got := f.call(t, f.read, "GET", "/repositories?q=%zz", ""); got.status != http.StatusBadRequest {
		t.Errorf("a query that can't be read: %d", got.status)
	}
	for _, name := range []string{"acme%2Fshop", "ACME%2fShop"} {
		if got := f.call(t, f.read, "GET", "/repositories/"+name+"/findings", ""); got.status != 200 || !strings.Contains(got.body, "acme/shop") {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}

func TestAskingForAnAudit(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	path := f.path(api.Operation{Path: "/repositories/{id}/audits"})
	mine := f.token(t, "ada", "read", "audit")
	if got := f.call(t, mine, "POST", path, ""); got.status != http.StatusForbidden || !strings.Contains(got.body, "/api#may-not-change") {
		t.Errorf("by who may only read: %d %s", got.status, got.body)
	}
	for range 2 {
		if got := f.call(t, f.ask, "POST", path, ""); got.status != http.StatusAccepted || got.header.Get("Location") != f.url+api.Prefix+path {
			t.Errorf("%d %v", got.status, got.header)
		}
	}
	var count int
	if err := f.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'audit_head'`).Scan(&count); err != nil || count != 1 {
		t.Errorf("%d jobs, %v", count, err)
	}
}

// TestSARIFIsTheCommandLines has waived findings suppressed.
func TestSARIFIsTheCommandLines(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	got := f.call(t, f.read, "GET", "/repositories/acme%2Fshop/sarif", "")
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID       string
				Suppressions []struct{ Justification string }
			}
			Properties map[string]any
		}
	}
	if err := json.Unmarshal([]byte(got.body), &log); err != nil || len(log.Runs) != 1 {
		t.Fatalf("%d %v", got.status, err)
	}
	suppressed := map[string]int{}
	for _, r := range log.Runs[0].Results {
		suppressed[r.RuleID] = len(r.Suppressions)
	}
	if len(log.Runs[0].Results) != 3 || suppressed["logs/file-log"] != 0 || suppressed["config/env-file-committed"] != 1 || log.Runs[0].Properties["commit"] != commit(901) {
		t.Errorf("%s", got.body)
	}
}
