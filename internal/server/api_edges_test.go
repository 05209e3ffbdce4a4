package server_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/api"
	"twelvefold/internal/audit"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/rights"
	"twelvefold/internal/store"
)

// walked counts the items of a list that is followed to its end.
func (f *fleet) walked(t *testing.T, path string) (items int) {
	t.Helper()
	for page := 0; path != ""; page++ {
		got := f.call(t, f.read, "GET", path, "")
		var list struct {
			Items []json.RawMessage
			Next  string
		}
		if err := json.Unmarshal([]byte(got.body), &list); err != nil || got.status != 200 || page > 50 {
			t.Fatalf("page %d of %.200s: %d %.500s", page, path, got.status, got.body)
		}
		items, path = items+len(list.Items), list.Next
	}
	return items
}

// TestARepositoryMayBeCalledAsAList asks by name for repositories that are called
// as what stands below a repository's address.
func TestARepositoryMayBeCalledAsAList(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.AddPerson("zoe", "globex/mill")
	zoe := f.token(t, "zoe", "read")
	for _, name := range []string{"scores", "env", "audits", "findings", "sarif"} {
		if got := f.call(t, f.read, "GET", "/repositories/acme/"+name, ""); got.status != 404 {
			t.Errorf("%s before it is there: %d", name, got.status)
		}
		g := store.GitHubRepository{ID: f.AddRepository(f.acme, "acme/"+name, githubtest.RepositoryOptions{Private: true}), Owner: "acme", Name: name, DefaultBranch: "main", Private: true}
		f.audited(t, f.acme, g)
		f.Show("ada", "acme/"+name, true)
	}
	f.Advance(10 * time.Minute) // for GitHub to be asked again
	byName := api.Operations()[slices.IndexFunc(api.Operations(), func(o api.Operation) bool { return o.ID == "getRepositoryByName" })]
	for _, name := range []string{"scores", "env", "audits", "findings", "sarif"} {
		got := f.call(t, f.read, "GET", "/repositories/acme/"+name, "")
		f.contract.check(t, byName, "GET", "/repositories/acme/"+name, got)
		if got.status != 200 || !strings.Contains(got.body, `"fullName":"acme/`+name+`"`) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if got := f.call(t, zoe, "GET", "/repositories/acme/"+name, ""); got.status != 404 {
			t.Errorf("%s for zoe: %d", name, got.status)
		}
		if got := f.call(t, f.read, "GET", "/repositories/acme/"+name+"?limit=1", ""); got.status != 400 {
			t.Errorf("%s with a list's parameter: %d", name, got.status)
		}
		if got := f.call(t, f.read, "GET", "/repositories/acme%2F"+name+"/"+name, ""); got.status != 200 || strings.HasPrefix(got.body, `{"id"`) {
			t.Errorf("what is below %s: %d %s", name, got.status, got.body)
		}
	}
}

// TestATokenRestsWhenItsPersonSignedOutEverywhere asks for what GitHub is not asked
// about, too.
func TestATokenRestsWhenItsPersonSignedOutEverywhere(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.as(t, "ada").post(t, "/sign-out", url.Values{"everywhere": {"yes"}})
	for _, o := range api.Operations() {
		if o.Access == api.Public || o.Scope != api.Read {
			continue
		}
		got := f.call(t, f.read, o.Method, f.path(o), "")
		f.contract.check(t, o, o.Method, f.path(o), got)
		if got.status != http.StatusUnauthorized || !strings.Contains(got.body, "/api#sign-in-again") {
			t.Errorf("%s: %d %.200s", o.ID, got.status, got.body)
		}
	}
	f.as(t, "ada")
	if got := f.call(t, f.read, "GET", "/rules", ""); got.status != 200 {
		t.Errorf("after signing in again: %d", got.status)
	}
}

// TestATokenWithinAnAddressIsRefused has more than the token in a parameter.
func TestATokenWithinAnAddressIsRefused(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	for _, query := range []string{"q=Bearer+" + f.read, "q=%20" + f.read + "%0A", "topic=" + f.read + "." + f.read[:5]} {
		if got := f.call(t, f.read, "GET", "/repositories?"+query, ""); got.status != 400 || !strings.Contains(got.body, "/api#token-in-address") {
			t.Errorf("%s: %d %.200s", query[:12], got.status, got.body)
		}
	}
	if got := f.call(t, f.read, "GET", "/repositories?q="+f.read[:51], ""); got.status != 200 {
		t.Errorf("what is no token: %d", got.status)
	}
}

// TestNoTokenIsARequestsID sends one as the id that a request is logged by.
func TestNoTokenIsARequestsID(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	got := f.call(t, f.read, "GET", "/repositories?nonsense=1", "", "X-Request-Id", f.read)
	if strings.Contains(f.log.String(), f.read[3:]) || strings.Contains(got.body, f.read) || got.header.Get("X-Request-Id") == f.read {
		t.Errorf("a token is logged as an id: %s", got.body)
	}
}

// TestListsOfOddThingsEnd walks through what is longer or older than usual.
func TestListsOfOddThingsEnd(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	shop := f.repositories["acme/shop"]
	odd := richer(commit(906))
	odd.Scorecards[0].Env = nil
	for i := range 4 {
		odd.Scorecards[0].Env = append(odd.Scorecards[0].Env, audit.Variable{Name: strings.Repeat("<Ä", 400) + fmt.Sprint(i), Status: audit.VariableFine})
	}
	f.audit(t, shop, store.NewAudit{Repository: shop.ID, Commit: commit(906), Branch: "main", Trigger: store.Push, HeadAt: time.Now().Add(2 * time.Minute)}, odd)
	if n := f.walked(t, "/repositories/acme%2Fshop/env?limit=1"); n != 5 {
		t.Errorf("%d variables", n)
	}
	before := f.walked(t, "/repositories/acme%2Fshop/scores?limit=200")
	for i, at := range []time.Time{time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(0, 0)} {
		f.audit(t, shop, store.NewAudit{Repository: shop.ID, Commit: commit(910 + i), Branch: "main", Trigger: store.Backfill, HeadAt: at}, designed(commit(910+i)))
	}
	if n := f.walked(t, "/repositories/acme%2Fshop/scores?limit=1"); n != before+3 {
		t.Errorf("%d scores, before the three old ones %d", n, before)
	}
	if one, all := f.walked(t, "/repositories/acme%2Fshop/audits?limit=1"), f.walked(t, "/repositories/acme%2Fshop/audits?limit=200"); one != all {
		t.Errorf("%d audits one by one, %d at once", one, all)
	}
}

// TestWhatIsWrongIsToldBriefly keeps an answer from being much larger than the
// request that was wrong.
func TestWhatIsWrongIsToldBriefly(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	var query strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&query, "%d&", i)
	}
	for _, path := range []string{"/openapi.json?", "/repositories?"} {
		got := f.call(t, f.read, "GET", path+query.String(), "", "Accept-Encoding", "identity")
		if got.status != 400 || len(got.body) > 16<<10 {
			t.Errorf("%s: %d with %d bytes", path, got.status, len(got.body))
		}
	}
}

// TestATokenAloneSeesWhileGitHubIsAway has no session left, as scripts have none.
func TestATokenAloneSeesWhileGitHubIsAway(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.Advance(40 * 24 * time.Hour)
	if got := f.call(t, f.read, "GET", "/repositories", ""); got.status != 200 {
		t.Fatalf("%d", got.status)
	}
	if _, err := f.store.ForgetSessions(t.Context(), f.Now()); err != nil {
		t.Fatal(err)
	}
	f.Inject(githubtest.Fault{Match: "GET /user/installations", Status: 503, Times: -1})
	f.Advance(rights.Fresh + time.Second)
	if got := f.call(t, f.read, "GET", "/repositories", ""); got.status != 200 || !strings.Contains(got.body, "acme/shop") {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestWhoIsSpentIsNotAskedFor has GitHub answer no more of a person's questions,
// and that person's script go on.
func TestWhoIsSpentIsNotAskedFor(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.Inject(githubtest.Fault{Match: "GET /user/installations", Status: 403, Times: -1, Header: map[string]string{
		"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": fmt.Sprint(f.Now().Add(10 * time.Minute).Unix())}})
	if _, err := f.store.Pool().Exec(t.Context(), `UPDATE rights SET asked_at = asked_at - interval '2 hours'`); err != nil {
		t.Fatal(err)
	}
	f.ForgetRequests()
	for range 5 {
		got := f.call(t, f.read, "GET", "/repositories", "")
		seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
		if got.status != 503 || err != nil || seconds < 500 || seconds > 605 {
			t.Errorf("%d, again in %s", got.status, got.header.Get("Retry-After"))
		}
	}
	if asked := f.Requests("GET /user/installations"); len(asked) != 1 {
		t.Errorf("GitHub was asked %d times", len(asked))
	}
	f.Heal()
	f.Advance(11 * time.Minute)
	if got := f.call(t, f.read, "GET", "/repositories", ""); got.status != 200 {
		t.Errorf("when GitHub answers again: %d", got.status)
	}
}

// TestTextsAreCountedAsDescribed sends letters of two bytes: OpenAPI counts characters.
func TestTextsAreCountedAsDescribed(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	for _, o := range api.Operations() {
		for _, p := range f.contract.paths[o.Path][strings.ToLower(o.Method)].Parameters {
			var text struct{ MaxLength int }
			if err := json.Unmarshal(p.Schema, &text); err != nil || text.MaxLength == 0 || p.In != "query" || p.Name == "cursor" {
				continue
			}
			for length, want := range map[int]int{text.MaxLength: 200, text.MaxLength + 1: 400} {
				path := f.path(o) + "?" + p.Name + "=" + url.QueryEscape(strings.Repeat("ä", length))
				got := f.call(t, f.read, o.Method, path, "")
				f.contract.check(t, o, o.Method, path, got)
				if got.status != want {
					t.Errorf("%s: %s of %d characters: %d", o.ID, p.Name, length, got.status)
				}
			}
		}
	}
}

// TestFindingsAreWhereTheyWereSeen leads to a closed finding's lines at the commit
// that had them, as its page does: the latest has not.
func TestFindingsAreWhereTheyWereSeen(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	for _, state := range []string{"closed", "open"} {
		got := f.call(t, f.read, "GET", "/repositories/acme%2Fshop/findings?limit=1&state="+state, "")
		var list api.List[api.Finding]
		if err := json.Unmarshal([]byte(got.body), &list); err != nil || len(list.Items) != 1 || list.Items[0].Place.Source == nil {
			t.Fatalf("%s: %s", state, got.body)
		}
		var seen api.AuditSummary
		if err := json.Unmarshal([]byte(f.call(t, f.read, "GET", fmt.Sprintf("/audits/%d", list.Items[0].LastSeenBy), "").body), &seen); err != nil {
			t.Fatal(err)
		}
		if source := *list.Items[0].Place.Source; !strings.Contains(source, "/blob/"+seen.Commit+"/") {
			t.Errorf("a finding that is %s leads to %s", state, source)
		}
		var one api.FindingDetail
		if err := json.Unmarshal([]byte(f.call(t, f.read, "GET", list.Items[0].URL, "").body), &one); err != nil || one.Place.Source == nil || *one.Place.Source != *list.Items[0].Place.Source {
			t.Errorf("by itself it leads to %+v, %v", one.Place, err)
		}
	}
}

// TestAnInstallationHasItsScoresOverTime from the oldest week to now, without those
// repositories that had no score then.
func TestAnInstallationHasItsScoresOverTime(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	var with int64
	err := f.store.Pool().QueryRow(t.Context(), `
		UPDATE repositories SET score = 70, weeks = array[64.5]::float8[] || array_fill(null::float8, array[11]) || array[90]::float8[] WHERE name = 'shop'
		RETURNING installation_id`).Scan(&with)
	if err != nil {
		t.Fatal(err)
	}
	var of api.InstallationSum
	if err := json.Unmarshal([]byte(f.call(t, f.read, "GET", fmt.Sprintf("/installations/%d", with), "").body), &of); err != nil {
		t.Fatal(err)
	}
	if len(of.Weeks) != 14 || of.Score == nil {
		t.Fatalf("%+v", of)
	}
	for i, week := range of.Weeks {
		want := map[int]*float64{0: new(*of.Score + 20), 12: new(*of.Score - 5.5), 13: of.Score}[i]
		if week.Ago != 13-i || (week.Score == nil) != (want == nil) || want != nil && math.Abs(*week.Score-*want) > 0.051 {
			t.Errorf("%d: %d weeks ago %v, want %v", i, week.Ago, week.Score, want)
		}
	}
}

// TestAFormerDefaultBranchHasNothingOpen asks for a finding by itself after the
// default branch is another one: no audit looks for it any more.
func TestAFormerDefaultBranchHasNothingOpen(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	var list api.List[api.Finding]
	if err := json.Unmarshal([]byte(f.call(t, f.read, "GET", "/repositories/acme%2Fshop/findings?limit=1&state=open", "").body), &list); err != nil || len(list.Items) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := f.store.Pool().Exec(t.Context(), `UPDATE repositories SET default_branch = 'trunk' WHERE id = $1`, list.Items[0].Repository.ID); err != nil {
		t.Fatal(err)
	}
	got := f.call(t, f.read, "GET", list.Items[0].URL, "")
	var one api.FindingDetail
	if err := json.Unmarshal([]byte(got.body), &one); err != nil || one.State != api.Former || one.ClosedAt != nil || one.Waiver != nil {
		t.Errorf("it is %s: %.300s, %v", one.State, got.body, err)
	}
	byID := api.Operations()[slices.IndexFunc(api.Operations(), func(o api.Operation) bool { return o.ID == "getFinding" })]
	f.contract.check(t, byID, "GET", fmt.Sprintf("/findings/%d", one.ID), got)
}

// TestMeansAreWrittenAsScores: to one decimal, as every other score, whatever a
// division leaves.
func TestMeansAreWrittenAsScores(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	var list api.List[api.Installation]
	if err := json.Unmarshal([]byte(f.call(t, f.read, "GET", "/installations", "").body), &list); err != nil || len(list.Items) == 0 {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := f.store.Pool().Exec(t.Context(), `UPDATE repositories SET score = 61.4 + id / 3.0, cells[1] = 50 + id % 7 WHERE score IS NOT NULL`); err != nil {
		t.Fatal(err)
	}
	for _, one := range list.Items {
		got := f.call(t, f.read, "GET", fmt.Sprintf("/installations/%d", one.ID), "")
		if long := regexp.MustCompile(`"(score|points)":-?\d+\.\d{2,}`).FindString(got.body); long != "" || got.status != 200 {
			t.Errorf("installation %d says %s: %d", one.ID, long, got.status)
		}
	}
}

// TestChangesAreWrittenAsScores: 72.7 − 60.1 is 12.6, and no change is less than zero.
func TestChangesAreWrittenAsScores(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	if _, err := f.store.Pool().Exec(t.Context(), `UPDATE repositories SET score = 72.7, score_7 = 60.1, score_30 = 72.7 + 0.04 WHERE score IS NOT NULL`); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/repositories": `"points":12.6}`, "/repositories/acme%2Fshop": `{"days":30,"points":0}`, "/installations/1001": `{"days":30,"points":0}`} {
		got := f.call(t, f.read, "GET", path, "")
		if wrong := regexp.MustCompile(`"points":(-?\d+\.\d{2,}|-0\b[^.])`).FindString(got.body); wrong != "" || !strings.Contains(got.body, want) {
			t.Errorf("%s says %s, not %s: %d %.600s", path, wrong, want, got.status, got.body)
		}
	}
}
