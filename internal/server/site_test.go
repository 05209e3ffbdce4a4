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
	"strings"
	"sync"
	"testing"

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
	mailFrom                string // "": no mail is sent
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
		GitHub: server.GitHub{AppID: s.AppID, WebhookSecret: []byte(s.WebhookSecret)}, Setup: server.Setup{SiteURL: s.URL},
		MailFrom: o.mailFrom,
		Hooks:    jobs.Hooks{Keys: keys},
		SignIn:   &server.SignIn{Rights: s.rights, People: people, OAuth: oauth, Keys: o.sessionKeys, BaseURL: s.url, Install: s.URL + "/apps/twelvefold/installations/new"},
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
