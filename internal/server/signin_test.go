package server_test

import (
	"bytes"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/rights"
)

func TestSignInShowsWhatGitHubShows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.visitor(t)
	shop := s.page("acme/shop") + "?component=."
	turned := ada.get(t, shop)
	if turned.status != http.StatusSeeOther || turned.to() != "/sign-in?next="+url.QueryEscape(shop) {
		t.Fatalf("without a session: %d %s", turned.status, turned.to())
	}
	form := ada.get(t, turned.to())
	next := regexp.MustCompile(`name="next" value="([^"]*)"`).FindStringSubmatch(form.body)
	if form.status != 200 || next == nil || next[1] != shop || !strings.Contains(form.header.Get("Content-Security-Policy"), "form-action 'self' "+s.URL+";") {
		t.Fatalf("the page with the button: %d %v\n%s", form.status, next, form.header.Get("Content-Security-Policy"))
	}
	back := ada.get(t, ada.begin(t, "ada", next[1]))
	if back.status != http.StatusSeeOther || back.to() != shop {
		t.Fatalf("GitHub's answer leads to %d %s", back.status, back.to())
	}
	if got := ada.get(t, back.to()); got.status != 200 || !strings.Contains(got.body, "acme/shop") || !strings.Contains(got.body, `<span class="login">ada</span>`) {
		t.Errorf("the page that was wanted: %d", got.status)
	}
	home := ada.get(t, "/")
	if !strings.Contains(home.body, "acme/shop") || strings.Contains(home.body, "acme/vault") || strings.Contains(home.body, "globex") {
		t.Errorf("ada's home:\n%s", home.body)
	}
	if got := ada.get(t, "/sign-in?next=/rules"); got.status != http.StatusSeeOther || got.to() != "/rules" {
		t.Errorf("sign-in of somebody signed in: %d %s", got.status, got.to())
	}

	// Over all installations.
	s.Show("ada", "globex/mill", true)
	s.Advance(rights.Fresh + time.Second)
	if home := ada.get(t, "/"); !strings.Contains(home.body, "acme/shop") || !strings.Contains(home.body, "globex/mill") {
		t.Errorf("two installations:\n%s", home.body)
	}

	// Signed out on the server, not only in the browser.
	held := ada.cookie(t)
	if out := ada.post(t, "/sign-out", nil); out.status != http.StatusSeeOther || out.to() != "/sign-in?ended" {
		t.Errorf("sign-out: %d %s", out.status, out.to())
	}
	if got := ada.get(t, "/sign-in?ended"); !strings.Contains(got.body, "You are signed out") || ada.cookie(t).Value != "" {
		t.Errorf("after sign-out: cookie %q", ada.cookie(t).Value)
	}
	if got := s.with(t, held.Name, held.Value).get(t, "/"); got.status != http.StatusSeeOther || got.to() != "/sign-in" {
		t.Errorf("a cookie of a session that was signed out: %d %s", got.status, got.to())
	}
	var tokens int
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM people WHERE tokens IS NOT NULL`).Scan(&tokens); err != nil || tokens != 0 {
		t.Errorf("%d people have tokens and no session, %v", tokens, err)
	}
}

func TestNothingSecretIsStoredOrLoggedReadably(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.visitor(t)
	authorize := v.post(t, "/sign-in", nil).to()
	back := s.SignIn("ada", authorize)
	v.get(t, back)
	v.get(t, "/")
	var stored string
	err := s.store.Pool().QueryRow(t.Context(), `
		SELECT coalesce((SELECT string_agg(p::text || encode(p.tokens, 'escape'), ' ') FROM people p), '')
			|| coalesce((SELECT string_agg(s::text || encode(s.id, 'escape'), ' ') FROM sessions s), '')
			|| coalesce((SELECT string_agg(s::text, ' ') FROM sign_ins s), '')`).Scan(&stored)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(back)
	for _, secret := range []string{"ghu_", "ghr_", u.Query().Get("state"), u.Query().Get("code"), v.cookie(t).Value} {
		if secret == "" || strings.Contains(stored, secret) || strings.Contains(s.log.String(), secret) {
			t.Errorf("%q is in the database or the log", secret)
		}
	}
}

func TestSignInThatFailsSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	change := func(change func(q url.Values)) func(*visitor, string) string {
		return func(_ *visitor, back string) string {
			u, _ := url.Parse(back)
			q := u.Query()
			change(q)
			u.RawQuery = q.Encode()
			return u.String()
		}
	}
	for _, c := range []struct {
		name   string
		change func(v *visitor, back string) string
		status int
		says   string
	}{
		{"denied", change(func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") }), 403, "Sign-in was declined"},
		{"refused", change(func(q url.Values) { q.Del("code"); q.Set("error", "application_suspended") }), 400, "GitHub did not accept the sign-in"},
		{"wrong state", change(func(q url.Values) { q.Set("state", "x"+q.Get("state")[1:]) }), 400, "can’t be finished"},
		{"no state", change(func(q url.Values) { q.Del("state") }), 400, "can’t be finished"},
		{"denied without a state", change(func(q url.Values) { q.Del("state"); q.Set("error", "access_denied") }), 400, "can’t be finished"},
		{"no code", change(func(q url.Values) { q.Del("code") }), 400, "can’t be finished"},
		{"wrong code", change(func(q url.Values) { q.Set("code", "0123456789") }), 400, "GitHub did not accept the sign-in"},
		{"another browser", func(v *visitor, back string) string {
			v.client.Jar, _ = cookiejar.New(nil)
			return back
		}, 400, "can’t be finished"},
		{"another browser that began one, too", func(v *visitor, back string) string {
			v.client.Jar, _ = cookiejar.New(nil)
			v.begin(t, "eve", "/")
			return back
		}, 400, "can’t be finished"},
	} {
		v := s.visitor(t)
		got := v.get(t, c.change(v, v.begin(t, "ada", "/")))
		if got.status != c.status || !strings.Contains(got.body, c.says) || !strings.Contains(got.body, `href="/sign-in"`) {
			t.Errorf("%s: %d", c.name, got.status)
		}
		if after := v.get(t, "/"); after.status != http.StatusSeeOther {
			t.Errorf("%s: signed in all the same", c.name)
		}
	}

	v := s.visitor(t)
	back := v.begin(t, "ada", "/")
	s.Inject(githubtest.Fault{Match: "POST /login/oauth/access_token", Status: 503})
	if got := v.get(t, back); got.status != 503 || !strings.Contains(got.body, "GitHub does not answer") {
		t.Errorf("GitHub is away: %d", got.status)
	}
	v = s.visitor(t)
	back = v.begin(t, "ada", "/")
	s.Inject(githubtest.Fault{Match: "GET /user", Status: 502, Times: 5})
	if got := v.get(t, back); got.status != 503 || !strings.Contains(got.body, "GitHub does not answer") {
		t.Errorf("GitHub goes away: %d", got.status)
	}
	s.Heal()
	v = s.visitor(t)
	back = v.begin(t, "ada", "/")
	s.Advance(11 * time.Minute)
	if got := v.get(t, back); got.status != 400 || !strings.Contains(got.body, "more than ten minutes") {
		t.Errorf("too late: %d", got.status)
	}
	v = s.visitor(t)
	back = v.begin(t, "ada", "/")
	if first, second := v.get(t, back), v.get(t, back); first.status != http.StatusSeeOther || second.status != 400 {
		t.Errorf("the same answer twice: %d, %d", first.status, second.status)
	}
}

func TestTwoTabsSignInAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.visitor(t)
	first, second := v.begin(t, "ada", "/rules"), v.begin(t, "ada", s.page("acme/shop"))
	if got := v.get(t, first); got.to() != "/rules" {
		t.Errorf("the first tab: %d %s", got.status, got.to())
	}
	if got := v.get(t, second); got.to() != s.page("acme/shop") {
		t.Errorf("the second tab: %d %s", got.status, got.to())
	}

	// Their answers at the same moment.
	v = s.visitor(t)
	var tabs sync.WaitGroup
	var backs []string
	for range 6 {
		backs = append(backs, v.begin(t, "ada", "/"))
	}
	for _, back := range backs {
		tabs.Go(func() {
			if got := v.get(t, back); got.status != http.StatusSeeOther {
				t.Errorf("a tab: %d", got.status)
			}
		})
	}
	tabs.Wait()
	if got := v.get(t, "/"); got.status != 200 {
		t.Errorf("after all tabs: %d", got.status)
	}

	// One of them as somebody else.
	v = s.visitor(t)
	first, second = v.begin(t, "ada", "/"), v.begin(t, "eve", "/")
	v.get(t, first)
	if got := v.get(t, second); got.status != http.StatusConflict || !strings.Contains(got.body, "Somebody else") {
		t.Errorf("another person's answer: %d", got.status)
	}
	if got := v.get(t, "/"); !strings.Contains(got.body, `<span class="login">ada</span>`) {
		t.Error("the session went over to somebody else")
	}
}

func TestASessionCannotBeFixed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	mallory := s.visitor(t)
	mallory.begin(t, "eve", "/")
	planted := mallory.cookie(t)
	victim := s.with(t, planted.Name, planted.Value)
	victim.signIn(t, "ada")
	if victim.cookie(t).Value == planted.Value {
		t.Error("the session keeps its id at sign-in")
	}
	if got := mallory.get(t, "/"); got.status != http.StatusSeeOther {
		t.Errorf("the planted cookie is signed in: %d", got.status)
	}

	// An id that nobody gave out is none.
	made := s.with(t, planted.Name, "chosen-by-mallory")
	made.begin(t, "ada", "/")
	if made.cookie(t).Value == "chosen-by-mallory" {
		t.Error("a foreign id is taken over")
	}
}

func TestATamperedCookieIsNone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	good := s.as(t, "ada").cookie(t)
	value := []byte(good.Value)
	for i := 0; i < len(value); i += 7 {
		changed := bytes.Clone(value)
		if changed[i]++; changed[i] == '"' || changed[i] == ';' || changed[i] == '\\' || changed[i] == '{' {
			changed[i] = 'x'
		}
		if got := s.with(t, good.Name, string(changed)).get(t, "/"); got.status != http.StatusSeeOther && !equivalent(changed, value, i) {
			t.Errorf("byte %d changed: %d", i, got.status)
		}
	}
	other := newSite(t, siteOptions{store: s.store, hub: s.Server, sessionKeys: [][]byte{keyOf('x')}, sealedWith: [][]byte{keyOf('e')}})
	if got := other.with(t, good.Name, good.Value).get(t, "/"); got.status != http.StatusSeeOther {
		t.Errorf("signed with another key: %d", got.status)
	}
	rotated := newSite(t, siteOptions{store: s.store, hub: s.Server, sessionKeys: [][]byte{keyOf('x'), keyOf('s')}, sealedWith: [][]byte{keyOf('n'), keyOf('e')}})
	if got := rotated.with(t, good.Name, good.Value).get(t, "/"); got.status != 200 {
		t.Errorf("signed with the key before: %d", got.status)
	}
	lost := newSite(t, siteOptions{store: s.store, hub: s.Server, sessionKeys: [][]byte{keyOf('s')}, sealedWith: [][]byte{keyOf('z')}})
	s.Advance(rights.Fresh + time.Second)
	if got := lost.with(t, good.Name, good.Value).get(t, "/"); got.status != http.StatusSeeOther || got.to() != "/sign-in" {
		t.Errorf("with tokens whose key is gone: %d %s", got.status, got.to())
	}
}

// equivalent reports whether a change lies in bits that base64 leaves unused: the
// last character.
func equivalent(_, value []byte, at int) bool { return at >= len(value)-1 }

func TestOnlyThisSiteIsGoneOnTo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for next, want := range map[string]string{
		"/rules?x=1#y": "/rules?x=1", "/repositories/1": "/repositories/1", "": "/",
		"//evil.example": "/", `/\evil.example`: "/", `\\evil.example`: "/", "https:evil.example": "/", "https://evil.example": "/", "http:/evil.example": "/",
		"///evil.example": "/", "/\t/evil.example": "/", "/\n//evil.example": "/", " //evil.example": "/", "javascript:alert(1)": "/", "evil.example": "/",
		"%2F%2Fevil.example": "/", "/%2Fevil.example": "/%2Fevil.example", "/%5Cevil.example": "/%5Cevil.example", "/..//evil.example": "/evil.example", "/.//evil.example": "/evil.example",
		"//user@evil.example": "/", "/sign-in": "/", "/sign-in/callback?error=x": "/", "/sign-out": "/", "/" + strings.Repeat("a", 3000): "/", "/%zz": "/",
	} {
		v := s.visitor(t)
		got := v.get(t, v.begin(t, "ada", next))
		to, err := url.Parse(got.to())
		if got.status != http.StatusSeeOther || got.to() != want || err != nil || to.Host != "" || strings.HasPrefix(got.to(), "//") {
			t.Errorf("next=%.40q leads to %d %.40q, want %q", next, got.status, got.to(), want)
		}
		shown := v.get(t, "/sign-in?next="+url.QueryEscape(next)) // signed in already: goes on at once
		if shown.to() != want {
			t.Errorf("the page with next=%.40q leads to %.40q, want %q", next, shown.to(), want)
		}
	}
}
