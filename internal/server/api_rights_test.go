package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/api"
	"twelvefold/internal/rights"
	"twelvefold/internal/store"
)

// TestEveryOperationRefusesWhoMayNot tries the whole table: without a token, with
// wrong ones, with cookies, and as somebody of another tenant.
func TestEveryOperationRefusesWhoMayNot(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	f.AddPerson("zoe", "globex/mill")
	zoe := f.token(t, "zoe", "read", "audit")
	revoked, expired := f.token(t, "ada", "read", "audit"), f.token(t, "ada", "read", "audit")
	for token, change := range map[string]string{revoked: "revoked_at = now()", expired: "created_at = created_at - interval '100 days', expires_at = now() - interval '1 second'"} {
		if _, err := f.store.Pool().Exec(t.Context(), `UPDATE tokens SET `+change+` WHERE hash = $1`, api.HashOf(token)); err != nil {
			t.Fatal(err)
		}
	}
	ada := f.as(t, "ada")
	for _, o := range api.Operations() {
		if o.Access == api.Public {
			continue
		}
		path := f.path(o)
		for who, token := range map[string]string{"a token of nobody": api.NewToken(), "one cut off": f.read[:40], "a revoked one": revoked, "an expired one": expired} {
			if _, err := f.store.Pool().Exec(t.Context(), `DELETE FROM uses`); err != nil {
				t.Fatal(err)
			}
			got := f.call(t, token, o.Method, path, "")
			if got.status != http.StatusUnauthorized || !strings.Contains(got.body, "/api#bad-token") || !strings.Contains(got.header.Get("WWW-Authenticate"), "invalid_token") || strings.Contains(got.body, "shop") {
				t.Errorf("%s by %s: %d %s", o.ID, who, got.status, got.body)
			}
		}
		header := []string{}
		if o.Method != "GET" {
			header = []string{"Origin", f.url, "Sec-Fetch-Site", "same-origin"}
		}
		if got := ada.do(t, o.Method, api.Prefix+path, nil, header...); got.status != http.StatusUnauthorized || !strings.Contains(got.body, "/api#no-token") {
			t.Errorf("%s by a cookie: %d", o.ID, got.status)
		}
		for _, query := range []string{"access_token=" + f.read, "token=x", "q=" + f.read, f.read + "=1"} {
			for _, token := range []string{"", f.tokenFor(o)} {
				if got := f.call(t, token, o.Method, path+"?"+query, ""); got.status != http.StatusBadRequest || !strings.Contains(got.body, "/api#token-in-address") || strings.Contains(got.body, f.read) {
					t.Errorf("%s with %s: %d %s", o.ID, query, got.status, got.body)
				}
			}
		}
		if o.Access == api.Anybody {
			continue
		}
		const id = "the-same-request-id"
		own := f.call(t, zoe, o.Method, path, "", "X-Request-Id", id)
		if strings.Contains(own.body, "acme") && own.status < 400 || strings.Contains(own.body, "Sessions") && strings.Contains(own.body, "acme/shop") {
			t.Errorf("%s tells zoe of acme: %d %s", o.ID, own.status, own.body)
		}
		if len(o.Parameters()) == 0 {
			if got := f.call(t, zoe, o.Method, path+"?installation="+fmt.Sprint(f.acme), ""); o.ID != "listInstallations" && got.status != http.StatusNotFound {
				t.Errorf("%s narrowed down to acme by zoe: %d", o.ID, got.status)
			}
			continue
		}
		missing := f.call(t, zoe, o.Method, elsewhere(o), "", "X-Request-Id", id)
		for _, a := range []answer{own, missing} {
			for _, name := range []string{"Date", "RateLimit"} {
				a.header.Del(name)
			}
		}
		if own.status != http.StatusNotFound || own.body != missing.body || fmt.Sprint(own.header) != fmt.Sprint(missing.header) {
			t.Errorf("%s of another tenant: %d, not like one that is missing\n%s\n%s", o.ID, own.status, own.body, missing.body)
		}
	}
}

// TestATokenMayWhatItsPersonMayNow takes rights away, and ends sessions.
func TestATokenMayWhatItsPersonMayNow(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	shop := f.path(api.Operation{Path: "/repositories/{id}"})
	status := func(token string, want int, when string) {
		t.Helper()
		if got := f.call(t, token, "GET", shop, ""); got.status != want {
			t.Errorf("%s: %d, want %d: %s", when, got.status, want, got.body)
		}
	}
	status(f.read, 200, "at first")
	f.Show("ada", "acme/shop", false)
	f.Member("acme/shop", "ada", "removed")
	f.Settle()
	status(f.read, 404, "after GitHub took the right away")
	f.Show("ada", "acme/shop", true)
	f.Advance(rights.Fresh + time.Second)
	status(f.read, 200, "given back")

	// A token goes on without any session, for as long as it lives.
	f.Advance(40 * 24 * time.Hour)
	if _, err := f.store.ForgetSessions(t.Context(), f.Now()); err != nil {
		t.Fatal(err)
	}
	status(f.read, 200, "when all sessions are over")
	browser := f.as(t, "ada")
	browser.post(t, "/sign-out", nil)
	status(f.read, 200, "after signing out in one browser")
	f.as(t, "ada").post(t, "/sign-out", url.Values{"everywhere": {"yes"}})
	got := f.call(t, f.read, "GET", shop, "")
	if got.status != http.StatusUnauthorized || !strings.Contains(got.body, "/api#sign-in-again") {
		t.Errorf("after signing out everywhere: %d %s", got.status, got.body)
	}
	f.as(t, "ada")
	status(f.read, 200, "after signing in again")
	f.Revoke("ada")
	f.Settle()
	status(f.read, 401, "after the consent was taken back")
	f.as(t, "ada")
	f.Advance(51 * 24 * time.Hour)
	status(f.read, 401, "when it is over")
	if _, err := f.store.ForgetSessions(t.Context(), f.Now().Add(40*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := f.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM people WHERE login = 'ada' AND tokens IS NOT NULL`).Scan(&left); err != nil || left != 0 {
		t.Errorf("GitHub's tokens outlive sessions and tokens: %d, %v", left, err)
	}
}

func TestRequestsAreLimited(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	twin := newSite(t, siteOptions{store: f.store, hub: f.Server, sessionKeys: [][]byte{keyOf('s')}, sealedWith: [][]byte{keyOf('e')}})
	first := f.call(t, f.read, "GET", "/rules?limit=1", "")
	second := twin.call(t, f.read, "GET", "/rules?limit=1", "")
	if first.header.Get("RateLimit-Policy") != `"token";q=600;w=60` || !strings.HasPrefix(first.header.Get("RateLimit"), `"token";r=599;t=`) || !strings.HasPrefix(second.header.Get("RateLimit"), `"token";r=598;t=`) {
		t.Errorf("%v, in another process %v", first.header, second.header)
	}
	if _, err := f.store.Pool().Exec(t.Context(), `UPDATE uses SET used = 599`); err != nil {
		t.Fatal(err)
	}
	if got := f.call(t, f.read, "GET", "/rules?limit=1", ""); got.status != 200 || !strings.HasPrefix(got.header.Get("RateLimit"), `"token";r=0;`) {
		t.Errorf("the last: %d %v", got.status, got.header)
	}
	for _, s := range []*site{f.site, twin} {
		if got := s.call(t, f.read, "GET", "/rules?limit=1", ""); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
			t.Errorf("one more: %d", got.status)
		}
	}
	if got := f.call(t, f.ask, "GET", "/rules?limit=1", ""); got.status != 200 {
		t.Errorf("another token: %d", got.status)
	}
	f.Advance(61 * time.Second)
	if got := f.call(t, f.read, "GET", "/rules?limit=1", ""); got.status != 200 || !strings.HasPrefix(got.header.Get("RateLimit"), `"token";r=599;`) {
		t.Errorf("a minute later: %d %v", got.status, got.header)
	}
	for n := range 32 {
		got := f.call(t, api.NewToken(), "GET", "/rules", "", "X-Forwarded-For", "203.0.113.9")
		if want := map[bool]int{true: 401, false: 429}[n < 30]; got.status != want {
			t.Errorf("wrong token %d: %d", n+1, got.status)
		}
	}
	if got := f.call(t, f.read, "GET", "/rules", "", "X-Forwarded-For", "203.0.113.9"); got.status != 200 {
		t.Errorf("a right one from there: %d", got.status)
	}
	if got := f.call(t, api.NewToken(), "GET", "/rules", "", "X-Forwarded-For", "203.0.113.10"); got.status != 401 {
		t.Errorf("a wrong one from elsewhere: %d", got.status)
	}
	f.Advance(time.Hour)
	if n, err := f.store.ForgetUses(t.Context(), f.Now().Add(-time.Minute)); err != nil || n < 3 {
		t.Errorf("%d counts are forgotten, %v", n, err)
	}
}

func TestTokensOfAPerson(t *testing.T) {
	t.Parallel()
	s := manned(t)
	ada, wes := s.as(t, "ada"), s.as(t, "wes")
	got := ada.get(t, "/account/tokens")
	if got.status != 200 || !strings.Contains(got.body, "none yet") || !strings.Contains(ada.get(t, "/").body, `href="/account/tokens"`) || !strings.Contains(ada.get(t, accountSettings(s)).body, `href="/account/tokens"`) {
		t.Errorf("the page: %d", got.status)
	}
	for name, form := range map[string]url.Values{
		"no name": {"name": {" \t"}, "scope": {"read"}, "days": {"7"}}, "a long one": {"name": {strings.Repeat("ä", 40)}, "scope": {"read"}, "days": {"7"}}, "a token as one": {"name": {api.NewToken()}, "scope": {"read"}, "days": {"7"}},
		"no scope": {"name": {"x"}, "days": {"7"}}, "another": {"name": {"x"}, "scope": {"read", "admin"}, "days": {"7"}},
		"no days": {"name": {"x"}, "scope": {"read"}}, "too many": {"name": {"x"}, "scope": {"read"}, "days": {"366"}}, "nothing": {},
	} {
		if got := ada.post(t, "/account/tokens", form); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "Nothing was made yet") {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	token := s.token(t, "ada", "read")
	got = ada.get(t, "/account/tokens")
	if strings.Contains(got.body, token) || !strings.Contains(got.body, "for read") || !strings.Contains(got.body, "never") || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the token is shown twice, or not listed: %s", got.body)
	}
	s.call(t, token, "GET", "/rules", "")
	var kept string
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT t::text FROM tokens t`).Scan(&kept); err != nil || strings.Contains(kept, token[3:20]) {
		t.Errorf("the row: %s, %v", kept, err)
	}
	used := func() (at time.Time) {
		t.Helper()
		if err := s.store.Pool().QueryRow(t.Context(), `SELECT last_used_at FROM tokens`).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	first := used()
	s.call(t, token, "GET", "/rules", "")
	if !used().Equal(first) {
		t.Error("a token's use is written twice within a minute")
	}
	s.Advance(61 * time.Second)
	s.call(t, token, "GET", "/rules", "")
	if used().Equal(first) {
		t.Error("a token's use is not written a minute later")
	}
	list, err := s.store.Tokens(t.Context(), s.person(t, "ada"))
	if err != nil || len(list) != 1 {
		t.Fatalf("%d tokens, %v", len(list), err)
	}
	revoke := fmt.Sprintf("/account/tokens/%d/revoke", list[0].ID)
	if got := wes.post(t, revoke, nil); got.status != http.StatusSeeOther || s.call(t, token, "GET", "/rules", "").status != 200 {
		t.Errorf("somebody else revokes it: %d", got.status)
	}
	for range 2 {
		if got := ada.post(t, revoke, nil); got.status != http.StatusSeeOther || got.to() != "/account/tokens" {
			t.Errorf("revoking: %d %s", got.status, got.to())
		}
	}
	if got := s.call(t, token, "GET", "/rules", ""); got.status != 401 || !strings.Contains(got.body, "was revoked") {
		t.Errorf("a revoked one: %d %s", got.status, got.body)
	}
	if got := ada.get(t, "/account/tokens"); !strings.Contains(got.body, "Tokens that are over (1)") {
		t.Error("a revoked token is not listed")
	}
	for range store.MostTokens {
		if _, err := s.store.AddToken(t.Context(), store.Token{Person: list[0].Person, Name: "n", Scopes: []string{"read"}, Created: s.Now(), Expires: s.Now().Add(time.Hour)}, api.HashOf(api.NewToken())); err != nil {
			t.Fatal(err)
		}
	}
	if got := ada.post(t, "/account/tokens", url.Values{"name": {"x"}, "scope": {"read"}, "days": {"7"}}); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "as many as may live") {
		t.Errorf("one too many: %d", got.status)
	}
}

func accountSettings(s *site) string { return fmt.Sprintf("/installations/%d/settings", s.acme) }

// person is GitHub's id of somebody who signed in.
func (s *site) person(t *testing.T, login string) (id int64) {
	t.Helper()
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT id FROM people WHERE login = $1`, login).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// TestNoTokenIsLogged puts tokens wherever a request may hold one.
func TestNoTokenIsLogged(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	wrong := api.NewToken()
	for _, token := range []string{f.read, wrong} {
		for _, path := range []string{"/repositories", "/" + token, "/repositories/" + token, "/repositories?q=" + token, "/repositories?" + token + "=1", "/rules/" + token + "/x"} {
			f.call(t, token, "GET", path, "", "X-Request-Id", "an-id-of-the-router", "Referer", f.url+"/?t="+token, "User-Agent", token)
			f.call(t, token, "POST", path, token, "Content-Type", "application/json")
		}
		f.call(t, "", "GET", f.url+"/"+token, "")
		f.call(t, "", "GET", f.url+"/badge/"+token+"/"+token+".svg", "")
	}
	f.call(t, f.ask, "POST", f.path(api.Operation{Path: "/repositories/{id}/audits"}), "")
	log := f.log.String()
	if !strings.Contains(log, "/api/v1/repositories") || !strings.Contains(log, "token made") || !strings.Contains(log, "tf_…") {
		t.Errorf("the log says nothing: %.2000s", log)
	}
	for _, token := range []string{f.read, f.ask, wrong} {
		if strings.Contains(log, token[3:]) {
			t.Error("a token is in the log")
		}
	}
}

// TestThisMachineNeedsNoToken asks without sign-in.
func TestThisMachineNeedsNoToken(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	b.audited(t, "/srv/shop", designed(commit(1)))
	status, header, body := b.get(t, "/api/v1/repositories")
	if status != 200 || !strings.Contains(body, `"fullName":"local/shop"`) || !strings.Contains(body, b.url+"/api/v1/repositories/1") || header.Get("RateLimit") != "" {
		t.Errorf("%d %s", status, body)
	}
	if status, _, body := b.get(t, "/api/v1/repositories", "Host", "evil.example"); status != http.StatusMisdirectedRequest || !strings.Contains(body, "/api#other-host") || strings.Contains(body, "shop") {
		t.Errorf("by another name: %d %s", status, body)
	}
	for origin, want := range map[string]int{"": 202, "https://evil.example": 403} {
		request, err := http.NewRequest("POST", b.url+"/api/v1/repositories/1/audits", nil)
		if err != nil {
			t.Fatal(err)
		}
		if origin != "" {
			request.Header.Set("Origin", origin)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("POST from %q: %d", origin, response.StatusCode)
		}
	}
	if status, _, body := b.get(t, "/account/tokens"); status != 200 || !strings.Contains(body, "None is needed here") {
		t.Errorf("the page of tokens: %d", status)
	}
	nobody := setup(t, false)
	if status, _, body := nobody.get(t, "/api/v1/repositories"); status != http.StatusUnauthorized || !strings.Contains(body, "none is set up") {
		t.Errorf("without sign-in on a server: %d %s", status, body)
	}
	for _, path := range []string{"/api", "/api/v1/openapi.json"} {
		if status, _, body := nobody.get(t, path); status != 200 || !strings.Contains(body, "listRepositories") {
			t.Errorf("%s is not public: %d", path, status)
		}
	}
}
