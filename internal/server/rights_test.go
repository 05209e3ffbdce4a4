package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/jobs"
	"twelvefold/internal/rights"
	"twelvefold/internal/server"
	"twelvefold/internal/store"
)

// TestEveryRouteRefusesWhoMayNot tries the whole route table: without a session,
// with one that expired, and as somebody of another tenant.
func TestEveryRouteRefusesWhoMayNot(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const id = "the-same-request-id"
	shop, missing := s.repositories["acme/shop"].ID, int64(987654)
	local, err := s.store.UpsertLocal(t.Context(), "/srv/local", "main")
	if err != nil {
		t.Fatal(err)
	}
	ada, bob, expired := s.as(t, "ada"), s.as(t, "bob"), s.as(t, "bob")
	if _, err := s.store.Pool().Exec(t.Context(), `UPDATE sessions SET used_at = used_at - interval '8 days' WHERE used_at = (SELECT max(used_at) FROM sessions)`); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, route := range server.Routes() {
		if route.Public {
			continue
		}
		tried++
		own, others := shop, map[string]int64{"acme/shop": shop, "acme/vault": s.repositories["acme/vault"].ID, "a local one": local.ID}
		if route.Member {
			own, others = s.acme, map[string]int64{"acme": s.acme, "this machine": store.Local}
		}
		method, path := example(route.Pattern, own)
		forged := s.with(t, ada.cookie(t).Name, "forged")
		for who, v := range map[string]*visitor{"nobody": s.visitor(t), "an expired session": expired, "a forged cookie": forged} {
			got := v.do(t, method, path, nil)
			switch reads := method == "GET"; {
			case reads && route.Page && (got.status != http.StatusSeeOther || !strings.HasPrefix(got.to(), "/sign-in")),
				!(reads && route.Page) && got.status != http.StatusUnauthorized,
				strings.Contains(got.body, "shop"):
				t.Errorf("%s by %s: %d %s", route.Pattern, who, got.status, got.to())
			}
			if got := v.do(t, "POST", path, url.Values{}); got.status != http.StatusUnauthorized && got.status != http.StatusMethodNotAllowed {
				t.Errorf("POST %s by %s: %d", path, who, got.status)
			}
			htmx := v.do(t, method, path, nil, "HX-Request", "true", "HX-Current-URL", s.url+"/rules?x=1")
			if htmx.status != http.StatusUnauthorized || htmx.header.Get("HX-Redirect") != "/sign-in?next=%2Frules%3Fx%3D1" {
				t.Errorf("%s by HTMX of %s: %d %q", route.Pattern, who, htmx.status, htmx.header.Get("HX-Redirect"))
			}
		}
		if strings.Contains(route.Pattern, "/repositories/{id}") != route.Reader || strings.Contains(route.Pattern, "/installations/{id}") != route.Member {
			t.Errorf("%s names a repository or an installation and is not for those alone who see it", route.Pattern)
		}
		if !route.Reader && !route.Member {
			if got := bob.do(t, method, path, nil); strings.Contains(got.body, "acme") {
				t.Errorf("%s tells bob of acme", route.Pattern)
			}
			continue
		}
		changes := route.Writer || route.Keeper
		if route.Own != (method == "POST" && strings.Contains(route.Pattern, "/digest")) {
			t.Errorf("%s: the person's own: %v", route.Pattern, route.Own)
		}
		if method == "POST" && !changes && !route.Own {
			t.Errorf("%s changes something for whoever reads", route.Pattern)
		}
		switch got := ada.do(t, method, path, nil); {
		case changes && (got.status != http.StatusForbidden || !strings.Contains(got.body, "on GitHub")):
			t.Errorf("%s by who may only read: %d", route.Pattern, got.status)
		case route.Own && got.status != http.StatusConflict && got.status != http.StatusSeeOther: // no mail is sent here
			t.Errorf("%s by who sees the account: %d", route.Pattern, got.status)
		case !changes && !route.Own && got.status >= 400:
			t.Errorf("%s by its reader: %d", route.Pattern, got.status)
		}
		_, nowhere := example(route.Pattern, missing)
		want := bob.do(t, method, nowhere, nil, "X-Request-Id", id)
		for name, other := range others {
			_, path := example(route.Pattern, other)
			got := bob.do(t, method, path, nil, "X-Request-Id", id)
			got.header.Del("Date")
			want.header.Del("Date")
			if got.status != http.StatusNotFound || got.body != want.body || fmt.Sprint(got.header) != fmt.Sprint(want.header) {
				t.Errorf("%s of %s by another tenant: %d, not like one that is missing", route.Pattern, name, got.status)
			}
		}
	}
	if tried < 6 {
		t.Errorf("only %d routes were tried", tried)
	}
}

// TestNoOtherSiteChangesAnything sends every changing route what a page of
// another site could.
func TestNoOtherSiteChangesAnything(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.as(t, "ada")
	for _, route := range server.Routes() {
		method, path := example(route.Pattern, s.repositories["acme/shop"].ID)
		if method == "GET" || path == "/webhooks/github" || strings.HasPrefix(path, "/unsubscribe/") { // which is signed, or has its right in the address
			continue
		}
		if method != "POST" {
			t.Errorf("%s changes something and is not POST", route.Pattern)
		}
		for _, header := range [][]string{
			{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example", "Sec-Fetch-Site", ""},
			{"Origin", s.url, "Sec-Fetch-Site", "same-site"}, {"Origin", "null", "Sec-Fetch-Site", ""},
		} {
			if got := ada.post(t, path, nil, header...); got.status != http.StatusForbidden || !strings.Contains(got.body, "another site") {
				t.Errorf("%s with %q: %d", route.Pattern, header, got.status)
			}
		}
	}
	if got := ada.get(t, "/"); got.status != 200 {
		t.Error("another site signed ada out")
	}
	if got := ada.get(t, "/sign-out"); got.status != http.StatusNotFound || ada.get(t, "/").status != 200 {
		t.Errorf("a link signs out: %d", got.status)
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		s := newSite(t, siteOptions{secure: secure})
		v := s.visitor(t)
		got := v.get(t, v.begin(t, "ada", "/"))
		set := (&http.Response{Header: got.header}).Cookies()
		if len(set) != 1 {
			t.Fatalf("%d cookies are set", len(set))
		}
		c := set[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != secure || strings.HasPrefix(c.Name, "__Host-") != secure {
			t.Errorf("secure %v: %s", secure, c)
		}
		if got := v.get(t, "/"); got.status != 200 {
			t.Errorf("secure %v: %d", secure, got.status)
		}
	}
}

func TestSessionsExpire(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	idle, busy := s.as(t, "ada"), s.as(t, "bob")
	for day := 1; day <= 29; day++ {
		s.Advance(24 * time.Hour)
		if got := busy.get(t, "/rules"); got.status != 200 {
			t.Fatalf("a used session on day %d: %d", day, got.status)
		}
	}
	if got := idle.get(t, "/rules"); got.status != http.StatusSeeOther {
		t.Errorf("a session that was idle: %d", got.status)
	}
	s.Advance(24*time.Hour + time.Minute)
	if got := busy.get(t, "/rules"); got.status != http.StatusSeeOther {
		t.Errorf("a session after 30 days: %d", got.status)
	}
	gone, err := s.store.ForgetSessions(t.Context(), s.Now())
	if err != nil || gone != 4 { // and those that sign-in began in
		t.Errorf("%d sessions are forgotten, %v", gone, err)
	}
	var left int
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM people WHERE tokens IS NOT NULL) + (SELECT count(*) FROM rights)`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d tokens and rights are left, %v", left, err)
	}
}

func TestTokensAreRefreshedOnceAtATime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	twin := newSite(t, siteOptions{store: s.store, hub: s.Server, sessionKeys: [][]byte{keyOf('s')}, sealedWith: [][]byte{keyOf('e')}})
	ada := s.as(t, "ada")
	elsewhere := twin.with(t, ada.cookie(t).Name, ada.cookie(t).Value)
	for round := 1; round <= 2; round++ {
		s.Advance(8*time.Hour - time.Minute) // shortly before they expire
		var tabs sync.WaitGroup
		for range 4 {
			for _, v := range []*visitor{ada, elsewhere} {
				tabs.Go(func() {
					if got := v.get(t, "/"); got.status != 200 || !strings.Contains(got.body, "acme/shop") {
						t.Errorf("after eight hours: %d %s", got.status, got.to())
					}
				})
			}
		}
		tabs.Wait()
		if n := s.Refreshes(); n != round {
			t.Errorf("round %d: %d refreshes by two processes", round, n)
		}
	}

	// GitHub away just then: the old token does until it expires.
	s.Advance(8*time.Hour - time.Minute)
	s.Inject(githubtest.Fault{Match: "POST /login/oauth/access_token", Status: 502})
	if got := ada.get(t, "/"); got.status != 200 || strings.Contains(got.body, "GitHub does not answer") {
		t.Errorf("the old token would have done: %d", got.status)
	}
	// A refresh token that GitHub does not know ends the session.
	s.Advance(time.Hour)
	s.ForgetTokens("ada")
	if got := ada.get(t, "/"); got.status != http.StatusSeeOther || got.to() != "/sign-in" {
		t.Errorf("without a refresh token: %d %s", got.status, got.to())
	}
}

func TestTheKeyOfTokensCanBeRotated(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.as(t, "ada")
	after := newSite(t, siteOptions{store: s.store, hub: s.Server, sessionKeys: [][]byte{keyOf('s')}, sealedWith: [][]byte{keyOf('n'), keyOf('e')}})
	only := newSite(t, siteOptions{store: s.store, hub: s.Server, sessionKeys: [][]byte{keyOf('s')}, sealedWith: [][]byte{keyOf('n')}})
	s.Advance(8 * time.Hour)
	if got := after.with(t, ada.cookie(t).Name, ada.cookie(t).Value).get(t, "/"); got.status != 200 {
		t.Errorf("with both keys: %d", got.status)
	}
	s.Advance(rights.Fresh + time.Second)
	if got := only.with(t, ada.cookie(t).Name, ada.cookie(t).Value).get(t, "/"); got.status != 200 {
		t.Errorf("with the new key alone, after a refresh: %d %s", got.status, got.to())
	}
}

func TestWhoTakesBackTheConsentIsSignedOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, bob := s.as(t, "ada"), s.as(t, "bob")
	again := s.as(t, "ada")
	s.Revoke("ada")
	s.Settle()
	for _, v := range []*visitor{ada, again} {
		if got := v.get(t, "/rules"); got.status != http.StatusSeeOther {
			t.Errorf("revoked, told by webhook: %d", got.status)
		}
	}
	if got := bob.get(t, "/"); got.status != 200 {
		t.Errorf("bob: %d", got.status)
	}
	s.ForgetTokens("bob") // without a word
	s.Advance(rights.Fresh + time.Second)
	if got := bob.get(t, "/"); got.status != http.StatusSeeOther || got.to() != "/sign-in" {
		t.Errorf("revoked, found out by asking: %d %s", got.status, got.to())
	}
	var left int
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM people WHERE tokens IS NOT NULL) + (SELECT count(*) FROM sessions WHERE person_id IS NOT NULL)`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d tokens and sessions are left, %v", left, err)
	}
}

func TestSignOutEverywhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	here, there, bob := s.as(t, "ada"), s.as(t, "ada"), s.as(t, "bob")
	if got := there.post(t, "/sign-out", nil); got.status != http.StatusSeeOther || here.get(t, "/").status != 200 {
		t.Errorf("signing out in one browser: %d", got.status)
	}
	there.signIn(t, "ada")
	if got := here.post(t, "/sign-out", url.Values{"everywhere": {"yes"}}); got.status != http.StatusSeeOther {
		t.Errorf("everywhere: %d", got.status)
	}
	if here.get(t, "/").status != http.StatusSeeOther || there.get(t, "/").status != http.StatusSeeOther || bob.get(t, "/").status != 200 {
		t.Error("not everywhere, or of others, too")
	}
	if got := s.visitor(t).post(t, "/sign-out", nil); got.status != http.StatusSeeOther {
		t.Errorf("sign-out of nobody: %d", got.status)
	}
}

func TestRightsAreDroppedByEvents(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.as(t, "ada")
	shop := s.page("acme/shop")
	sees := func(want bool, when string) {
		t.Helper()
		s.Settle()
		status := http.StatusNotFound
		if want {
			status = 200
		}
		if got := ada.get(t, shop); got.status != status {
			t.Errorf("%s: %d, want %d", when, got.status, status)
		}
	}
	sees(true, "at first")
	s.Show("ada", "acme/shop", false)
	sees(true, "while the answer is fresh and nobody told")
	s.Member("acme/shop", "ada", "removed")
	sees(false, "after the member event")
	s.Show("ada", "acme/shop", true)
	s.Member("acme/shop", "ada", "added")
	sees(true, "added: named, though without any right there")
	s.Show("ada", "acme/shop", false)
	s.OrganizationMember(s.acme, "ada", "member_removed")
	sees(false, "after the organization event")
	s.Show("ada", "acme/shop", true)
	s.OrganizationMember(s.acme, "ada", "member_added")
	sees(true, "back in the organization")
	s.Show("ada", "acme/shop", false)
	s.TeamMember(s.acme, "ada", "removed")
	sees(false, "after the membership event")
	s.Show("ada", "acme/shop", true)
	s.Advance(rights.Fresh + time.Second)
	sees(true, "when the answer got old")
	s.Show("ada", "acme/shop", false)
	s.SetRepository("acme/shop", "publicized")
	sees(false, "after its visibility changed")
	s.Show("ada", "acme/shop", true)
	s.Advance(rights.Fresh + time.Second)
	sees(true, "again")
	s.Suspend(s.acme)
	sees(false, "suspended")
	s.Unsuspend(s.acme)
	s.Advance(rights.Fresh + time.Second)
	sees(true, "no longer suspended")
	s.Uninstall(s.acme)
	sees(false, "uninstalled")
}

func TestGitHubAwayLeavesWhatWasSeenForAnHour(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Show("ada", "globex/mill", true)
	ada, eve := s.as(t, "ada"), s.as(t, "eve")
	ada.get(t, "/")
	s.Inject(githubtest.Fault{Match: "GET /user/installations", Status: 503, Times: -1})
	s.Advance(20 * time.Minute)
	got := ada.get(t, "/")
	if got.status != 200 || !strings.Contains(got.body, "acme/shop") || !strings.Contains(got.body, "GitHub does not answer") || !strings.Contains(got.body, "20 min ago") {
		t.Errorf("away for 20 minutes: %d", got.status)
	}
	if got := ada.get(t, s.page("acme/shop")); got.status != 200 || !strings.Contains(got.body, "20 min ago") {
		t.Errorf("a page: %d", got.status)
	}
	asked := len(s.Requests("GET /user/installations"))
	ada.get(t, "/")
	if again := len(s.Requests("GET /user/installations")); again != asked {
		t.Errorf("a GitHub that is away is asked again at once: %d", again-asked)
	}
	if got := eve.get(t, "/"); got.status != 503 || !strings.Contains(got.body, "GitHub does not answer") || got.header.Get("Retry-After") == "" {
		t.Errorf("somebody of whom nothing is known: %d", got.status)
	}
	// What an event took away is not shown for lack of an answer.
	s.Show("ada", "acme/shop", false)
	s.Member("acme/shop", "ada", "removed")
	s.Settle()
	if got := ada.get(t, s.page("acme/shop")); got.status != http.StatusNotFound {
		t.Errorf("taken away while GitHub is away: %d", got.status)
	}
	if got := ada.get(t, s.page("globex/mill")); got.status != 200 {
		t.Errorf("another installation: %d", got.status)
	}
	s.Advance(41 * time.Minute)
	if got := ada.get(t, "/"); got.status != 503 || strings.Contains(got.body, "globex") {
		t.Errorf("away for more than an hour: %d", got.status)
	}
	s.Heal()
	s.Advance(time.Minute)
	if got := ada.get(t, "/"); got.status != 200 || strings.Contains(got.body, "GitHub does not answer") || !strings.Contains(got.body, "globex/mill") {
		t.Errorf("back: %d", got.status)
	}

	// A limit of the person's own is different: anybody can use up what is theirs, at will.
	s.Inject(githubtest.PrimaryLimit("GET /user/installations", s.Now().Add(time.Hour)))
	s.Advance(rights.Fresh + time.Second)
	if got := ada.get(t, "/"); got.status != 503 || !strings.Contains(got.body, "no more of your questions") || strings.Contains(got.body, "globex") {
		t.Errorf("limited: %d", got.status)
	}
}

// TestAnAnswerFromBeforeAnEventIsNotKept keeps an answer that was under way while
// somebody lost a right.
func TestAnAnswerFromBeforeAnEventIsNotKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.as(t, "ada")
	began, err := s.store.Clock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ada.get(t, "/")
	s.Show("ada", "acme/shop", false)
	s.Member("acme/shop", "ada", "removed")
	s.Settle()
	var person int64
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT id FROM people`).Scan(&person); err != nil {
		t.Fatal(err)
	}
	shop := s.repositories["acme/shop"].GitHubID
	whole, err := s.store.KeepRights(t.Context(), person, store.Rights{s.acme: {Repositories: []int64{shop}}}, began, s.Now())
	if err != nil || whole {
		t.Errorf("the old answer is whole: %v, %v", whole, err)
	}
	if got := ada.get(t, s.page("acme/shop")); got.status != http.StatusNotFound {
		t.Errorf("the old answer is shown: %d", got.status)
	}
}

// TestWhatChangesWhileItIsAskedForIsNoEmptyPage: events told of something newer each
// time that GitHub was asked.
func TestWhatChangesWhileItIsAskedForIsNoEmptyPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.as(t, "ada")
	change := func(sql string) {
		t.Helper()
		if _, err := s.store.Pool().Exec(t.Context(), sql, s.acme); err != nil {
			t.Fatal(err)
		}
	}
	asked := len(s.Requests("GET /user/installations"))
	change(`INSERT INTO rights_drops (installation_id, dropped_at) VALUES ($1, now() + interval '1 hour')`)
	change(`DELETE FROM rights WHERE installation_id = $1`)
	if got := ada.get(t, "/"); got.status != 503 || got.header.Get("Retry-After") == "" {
		t.Errorf("%d, and what is there is missing: %v", got.status, !strings.Contains(got.body, "acme/shop"))
	}
	if times := len(s.Requests("GET /user/installations")) - asked; times < 3 {
		t.Errorf("GitHub was asked %d times", times)
	}
	change(`DELETE FROM rights_drops WHERE installation_id = $1`)
	if got := ada.get(t, "/"); got.status != 200 || !strings.Contains(got.body, "acme/shop") {
		t.Errorf("afterwards: %d", got.status)
	}
}

func TestWhoSeesNothingIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	eve := s.as(t, "eve")
	got := eve.get(t, "/")
	if got.status != 200 || !strings.Contains(got.body, "Install the App") || !strings.Contains(got.body, s.URL+"/apps/twelvefold/installations/new") || strings.Contains(got.body, "make run") {
		t.Errorf("%d", got.status)
	}
	if got := eve.get(t, "/rules"); got.status != 200 {
		t.Errorf("the rules: %d", got.status)
	}
}

// TestTheWorkerAsksBeforePagesDo keeps the answers of somebody fresh who reads.
func TestTheWorkerAsksBeforePagesDo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.as(t, "ada")
	ada.get(t, "/")
	refresh := func(want int, when string) {
		t.Helper()
		if n, err := s.rights.Refresh(t.Context()); err != nil || n != want {
			t.Errorf("%s: %d are asked for, %v; want %d", when, n, err, want)
		}
	}
	refresh(0, "at once")
	s.Advance(4 * time.Minute)
	refresh(1, "after four minutes")
	s.Advance(2 * time.Minute)
	asked := len(s.Requests("GET /user/installations"))
	if got := ada.get(t, "/"); got.status != 200 || len(s.Requests("GET /user/installations")) != asked {
		t.Errorf("the page asks all the same: %d", got.status)
	}
	s.Advance(time.Hour)
	refresh(0, "when nobody reads")
}

// TestARunningWorkerAsks has River start the job.
func TestARunningWorkerAsks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.as(t, "ada")
	ada.get(t, "/")
	s.Advance(4 * time.Minute)
	asked := len(s.Requests("GET /user/installations"))
	worker, err := jobs.NewWorker(s.store, nil, jobs.Options{Concurrency: 1, Grace: 2 * time.Second, Log: slog.New(slog.DiscardHandler), Rights: s.rights, Fetch: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- worker.Run(ctx) }()
	for end := time.Now().Add(20 * time.Second); len(s.Requests("GET /user/installations")) == asked; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Error("the job does not run")
			break
		}
	}
	stop()
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
