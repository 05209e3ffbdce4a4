package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/jobs"
	"twelvefold/internal/rights"
	"twelvefold/internal/rules"
	"twelvefold/internal/seal"
	"twelvefold/internal/server"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// site is a server that people sign in to, beside a GitHub with two accounts:
// acme with shop and vault, and globex with mill.
type site struct {
	*githubtest.Server
	store        *store.Store
	rights       *rights.Service
	url          string
	acme, globex int64                       // installations
	repositories map[string]store.Repository // by full name
	log          *bytes.Buffer
}

type siteOptions struct {
	secure                  bool
	sessionKeys, sealedWith [][]byte
	store                   *store.Store
	hub                     *githubtest.Server
}

func keyOf(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func newSite(t *testing.T, options ...siteOptions) *site {
	t.Helper()
	o := siteOptions{}
	if len(options) > 0 {
		o = options[0]
	}
	if o.hub == nil {
		o.hub = githubtest.New(t)
	}
	if o.store == nil {
		o.store = storetest.New(t)
	}
	if o.sessionKeys == nil {
		o.sessionKeys, o.sealedWith = [][]byte{keyOf('s')}, [][]byte{keyOf('e')}
	}
	s := &site{Server: o.hub, store: o.store, repositories: map[string]store.Repository{}, log: &bytes.Buffer{}}
	web := httptest.NewUnstartedServer(nil)
	if o.secure {
		web.StartTLS()
	} else {
		web.Start()
	}
	t.Cleanup(web.Close)
	s.url = web.URL
	log := slog.New(slog.NewTextHandler(&locked{w: io.MultiWriter(s.log, t.Output())}, nil))
	people, err := github.NewPeople(github.Options{URL: s.URL, APIURL: s.APIURL, Log: log, Now: s.Now})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.New(o.sealedWith...)
	if err != nil {
		t.Fatal(err)
	}
	oauth := &github.OAuth{URL: s.URL, ClientID: s.ClientID, ClientSecret: s.ClientSecret, Now: s.Now}
	s.rights = rights.New(rights.Options{Store: s.store, People: people, OAuth: oauth, Keys: keys, Log: log, Now: s.Now})
	queue, err := jobs.NewQueue(s.store, log)
	if err != nil {
		t.Fatal(err)
	}
	app, err := server.New(server.Options{
		Store: s.store, Queue: queue, Rules: rules.All(), Logger: log, Now: s.Now,
		GitHub: server.GitHub{AppID: s.AppID, WebhookSecret: []byte(s.WebhookSecret)},
		SignIn: &server.SignIn{Rights: s.rights, People: people, OAuth: oauth, Keys: o.sessionKeys, BaseURL: s.url, Install: s.URL + "/apps/twelvefold/installations/new"},
	})
	if err != nil {
		t.Fatal(err)
	}
	web.Config.Handler = app
	if len(options) == 0 || options[0].hub == nil {
		s.furnish(t)
	}
	s.SendTo(s.url + "/webhooks/github")
	return s
}

// locked is a log that many goroutines write.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// furnish adds the accounts, their audited repositories and two people: ada may
// read acme/shop, bob globex/mill.
func (s *site) furnish(t *testing.T) {
	t.Helper()
	s.acme, s.globex = s.AddInstallation("acme"), s.AddInstallation("globex")
	for _, r := range []struct {
		installation int64
		owner, name  string
	}{{s.acme, "acme", "shop"}, {s.acme, "acme", "vault"}, {s.globex, "globex", "mill"}} {
		id := s.AddRepository(r.installation, r.owner+"/"+r.name, githubtest.RepositoryOptions{Private: true})
		s.audited(t, r.installation, store.GitHubRepository{ID: id, Owner: r.owner, Name: r.name, DefaultBranch: "main", Private: true})
	}
	s.AddPerson("ada", "acme/shop")
	s.AddPerson("bob", "globex/mill")
	s.AddPerson("eve")
}

// audited adds a repository with a finished audit.
func (s *site) audited(t *testing.T, installation int64, g store.GitHubRepository) {
	t.Helper()
	ctx := context.Background()
	var claim store.Claim
	err := s.store.InTx(ctx, func(tx store.Tx) error {
		if err := s.store.NoteInstallation(ctx, tx, store.Installation{ID: installation, Account: g.Owner, AccountID: installation, AccountType: "Organization"}); err != nil {
			return err
		}
		r, err := s.store.AdoptRepository(ctx, tx, installation, g)
		if err != nil {
			return err
		}
		s.repositories[r.FullName()] = r
		_, _, err = s.store.CreateAudit(ctx, tx, installation, store.NewAudit{Repository: r.ID, Commit: commit(int(r.ID)), Branch: "main", Trigger: store.Manual},
			func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	claim.Attempt = 1
	if _, _, err := s.store.Start(ctx, claim, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.Complete(ctx, claim, store.Result{Audit: designed(commit(int(s.repositories[g.Owner+"/"+g.Name].ID)))}, func(pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// page is the address of a repository's page.
func (s *site) page(name string) string {
	return fmt.Sprintf("/repositories/%d", s.repositories[name].ID)
}

// visitor is a browser.
type visitor struct {
	*site
	client *http.Client
}

func (s *site) visitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = insecure()
	return &visitor{s, &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is a response, read.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) to() string { return a.header.Get("Location") }

// do makes a request; a path is one of the site.
func (v *visitor) do(t *testing.T, method, to string, form url.Values, header ...string) answer {
	t.Helper()
	if strings.HasPrefix(to, "/") {
		to = v.url + to
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	request, err := http.NewRequest(method, to, body)
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", v.url)
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := v.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

func (v *visitor) get(t *testing.T, to string, header ...string) answer {
	t.Helper()
	return v.do(t, "GET", to, nil, header...)
}

func (v *visitor) post(t *testing.T, to string, form url.Values, header ...string) answer {
	t.Helper()
	if form == nil {
		form = url.Values{}
	}
	return v.do(t, "POST", to, form, header...)
}

// begin presses the button and returns where GitHub would send the person back to.
func (v *visitor) begin(t *testing.T, login, next string) string {
	t.Helper()
	sent := v.post(t, "/sign-in", url.Values{"next": {next}})
	if sent.status != http.StatusSeeOther || !strings.HasPrefix(sent.to(), v.URL+"/login/oauth/authorize?") {
		t.Fatalf("the button leads to %d %s", sent.status, sent.to())
	}
	return v.SignIn(login, sent.to())
}

// signIn goes the whole way.
func (v *visitor) signIn(t *testing.T, login string) *visitor {
	t.Helper()
	if back := v.get(t, v.begin(t, login, "/")); back.status != http.StatusSeeOther || back.to() != "/" {
		t.Fatalf("signing in ends with %d %s", back.status, back.to())
	}
	return v
}

func (s *site) as(t *testing.T, login string) *visitor { return s.visitor(t).signIn(t, login) }

// cookie is what the browser holds.
func (v *visitor) cookie(t *testing.T) *http.Cookie {
	t.Helper()
	u, err := url.Parse(v.url)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.client.Jar.Cookies(u) {
		return c
	}
	return &http.Cookie{}
}

// with is another browser with that cookie's value.
func (s *site) with(t *testing.T, name, value string) *visitor {
	t.Helper()
	v := s.visitor(t)
	u, _ := url.Parse(s.url)
	v.client.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: u.Scheme == "https"}})
	return v
}

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
