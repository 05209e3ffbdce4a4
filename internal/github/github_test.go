package github_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
)

// bundle is a GitHub with one installation of one repository, and an App.
type bundle struct {
	*githubtest.Server
	app          *github.App
	client       *github.Client
	installation int64
	id           int64
	slug         github.Slug
	limiter      *limiter
	cache        *cache
	log          *lines
	patience     *time.Duration
}

// hasten makes the App wait for answers only so long.
func (b bundle) hasten(patience time.Duration) {
	*b.patience = patience
	b.app.Hasten(patience, time.Millisecond)
}

// another is the same App in another process: it has no token yet.
func (b bundle) another() *github.App {
	app, err := github.New(github.Options{AppID: b.AppID, PrivateKey: b.PrivateKey, URL: b.URL, APIURL: b.APIURL, Limiter: b.limiter, Now: b.Now})
	if err != nil {
		panic(err)
	}
	app.Hasten(*b.patience, time.Millisecond)
	return app
}

const shop = "acme/shop"

func setup(t *testing.T) bundle {
	t.Helper()
	return setupOn(t, githubtest.New(t))
}

func setupOn(t testing.TB, s *githubtest.Server) bundle {
	t.Helper()
	b := bundle{Server: s, patience: new(time.Duration), slug: github.Slug{Owner: "acme", Name: "shop"}, limiter: &limiter{known: map[int64]limits{}}, cache: &cache{kept: map[string]keptAnswer{}}, log: &lines{}}
	app, err := github.New(github.Options{
		AppID: s.AppID, PrivateKey: s.PrivateKey, URL: s.URL, APIURL: s.APIURL, Limiter: b.limiter, Cache: b.cache, Now: s.Now,
		Log: slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	b.app = app
	b.hasten(5 * time.Second)
	b.installation = s.AddInstallation("acme")
	b.id = s.AddRepository(b.installation, shop, githubtest.RepositoryOptions{Private: true, Language: "Go", Topics: []string{"shop"}})
	b.client = app.For(b.installation)
	return b
}

// limiter is what several processes would share.
type limiter struct {
	mu    sync.Mutex
	known map[int64]limits
	err   error
}

type limits struct {
	until, scarce time.Time
	strikes       int
}

func (l *limiter) of(installation int64) limits {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[installation]
}

func (l *limiter) Limits(_ context.Context, installation int64) (until, scarce time.Time, strikes int, err error) {
	k := l.of(installation)
	return k.until, k.scarce, k.strikes, l.err
}

func (l *limiter) Limit(_ context.Context, installation int64, until, scarce time.Time, strikes int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.known[installation]
	if until.After(k.until) {
		k.until = until
	}
	if scarce.After(k.scarce) {
		k.scarce = scarce
	}
	k.strikes = strikes
	l.known[installation] = k
	return l.err
}

type keptAnswer struct {
	etag string
	body []byte
}

type cache struct {
	mu   sync.Mutex
	kept map[string]keptAnswer
	err  error
}

func (c *cache) Get(_ context.Context, installation int64, url string) (string, []byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.kept[fmt.Sprint(installation, url)]
	return k.etag, k.body, c.err
}

func (c *cache) Put(_ context.Context, installation int64, url, etag string, body []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[fmt.Sprint(installation, url)] = keptAnswer{etag, slices.Clone(body)}
	return c.err
}

// lines are what was logged.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestRepositoriesOfAnInstallation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 120 { // two pages
		b.AddRepository(b.installation, fmt.Sprintf("acme/more-%03d", i))
	}
	list := must(b.client.Repositories(t.Context()))(t)
	if len(list) != 121 {
		t.Fatalf("%d repositories", len(list))
	}
	first := list[0]
	if first.ID != b.id || first.Slug() != b.slug || !first.Private || first.DefaultBranch != "main" || first.Language != "Go" || !slices.Equal(first.Topics, []string{"shop"}) {
		t.Errorf("got %+v", first)
	}
	if first.PushedAt.IsZero() {
		t.Errorf("pushed at %v", first.PushedAt)
	}
	again := must(b.client.Repositories(t.Context()))(t)
	if len(again) != 121 {
		t.Fatalf("%d repositories the second time", len(again))
	}
	asked := b.Requests("GET /installation/repositories")
	if len(asked) != 4 || asked[2].Status != 304 || asked[3].Status != 304 {
		t.Errorf("asked %+v", asked)
	}
}

func TestRepositoryByIDSurvivesARename(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Commit(shop, "main", githubtest.Files{"a": "1"})
	b.Rename(shop, "store")
	got := must(b.client.Repository(t.Context(), b.id))(t)
	if got.Slug().String() != "acme/store" {
		t.Errorf("got %+v", got)
	}
	if head := must(b.client.Head(t.Context(), b.slug, "main"))(t); head != b.HeadOf("acme/store", "main") {
		t.Errorf("head by the old name: %s", head)
	}
	b.SetRepository("acme/store", "deleted")
	if _, err := b.client.Repository(t.Context(), b.id); !errors.Is(err, github.ErrNotFound) {
		t.Errorf("gone: %v", err)
	}
}

func TestNewRefusesWhatItCantUse(t *testing.T) {
	t.Parallel()
	for _, o := range []github.Options{
		{}, {AppID: 1}, {AppID: 1, PrivateKey: []byte("no key")},
		{AppID: 1, PrivateKey: githubtest.NewUnchecked(t).PrivateKey, APIURL: "nowhere"},
	} {
		if _, err := github.New(o); err == nil || strings.Contains(err.Error(), "no key") {
			t.Errorf("%+v: %v", o.APIURL, err)
		}
	}
}
