package github_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/source"
)

// outside is a call to GitHub, by the path that it asks for.
type outside struct {
	match  string
	writes bool // is not tried twice
	as     string
	do     func(context.Context, bundle) error
}

func ask[T any](do func(context.Context, bundle) (T, error)) func(context.Context, bundle) error {
	return func(ctx context.Context, b bundle) error { _, err := do(ctx, b); return err }
}

// outsideCalls are all calls of the package that go to GitHub, but for those
// over OAuth.
func outsideCalls() map[string]outside {
	const repo = "/repos/acme/shop"
	return map[string]outside{
		"Self":          {"GET /app", false, "app", ask(func(ctx context.Context, b bundle) (github.AppInfo, error) { return b.app.Self(ctx) })},
		"Installations": {"GET /app/installations", false, "app", ask(func(ctx context.Context, b bundle) ([]github.Installation, error) { return b.app.Installations(ctx) })},
		"Installation": {"GET /app/installations/*", false, "app", ask(func(ctx context.Context, b bundle) (github.Installation, error) {
			return b.app.Installation(ctx, b.installation)
		})},
		"FailedDeliveries": {"GET /app/hook/deliveries", false, "app", ask(func(ctx context.Context, b bundle) ([]github.Delivery, error) {
			return b.app.FailedDeliveries(ctx, b.Now().Add(-time.Hour))
		})},
		"Redeliver": {"POST /app/hook/deliveries/*/attempts", true, "app", func(ctx context.Context, b bundle) error { return b.app.Redeliver(ctx, 7) }},
		"a token": {"POST /app/installations/*/access_tokens", false, "app", ask(func(ctx context.Context, b bundle) ([]github.Repository, error) {
			return b.another().For(b.installation).Repositories(ctx)
		})},
		"Repositories": {"GET /installation/repositories", false, "", ask(func(ctx context.Context, b bundle) ([]github.Repository, error) { return b.client.Repositories(ctx) })},
		"Repository":   {"GET /repositories/*", false, "", ask(func(ctx context.Context, b bundle) (github.Repository, error) { return b.client.Repository(ctx, b.id) })},
		"Head":         {"GET " + repo + "/git/ref/heads/main", false, "", ask(func(ctx context.Context, b bundle) (string, error) { return b.client.Head(ctx, b.slug, "main") })},
		"OpenPullRequests": {"GET " + repo + "/pulls", false, "", ask(func(ctx context.Context, b bundle) ([]github.PullRequest, error) {
			return b.client.OpenPullRequests(ctx, b.slug)
		})},
		"PullRequest": {"GET " + repo + "/pulls/*", false, "", ask(func(ctx context.Context, b bundle) (github.PullRequest, error) {
			return b.client.PullRequest(ctx, b.slug, 1)
		})},
		"PullRequestsOf": {"GET " + repo + "/commits/*/pulls", false, "", ask(func(ctx context.Context, b bundle) ([]github.PullRequest, error) {
			return b.client.PullRequestsOf(ctx, b.slug, b.HeadOf(shop, "fix"))
		})},
		"MergeBase": {"GET " + repo + "/compare/*", false, "", ask(func(ctx context.Context, b bundle) (string, error) {
			return b.client.MergeBase(ctx, b.slug, b.HeadOf(shop, "main"), b.HeadOf(shop, "fix"))
		})},
		"File": {"GET " + repo + "/git/trees/*", false, "", ask(func(ctx context.Context, b bundle) ([]byte, error) {
			return b.client.File(ctx, b.slug, b.HeadOf(shop, "main"), "a", 100)
		})},
		"Weekly": {"GET " + repo + "/commits", false, "", ask(func(ctx context.Context, b bundle) ([]source.Commit, error) {
			return b.client.Weekly(ctx, b.slug, "main", 2)
		})},
		"Snapshot": {"GET " + repo + "/git/trees/*", false, "", ask(func(ctx context.Context, b bundle) (*source.Snapshot, error) {
			return b.client.Snapshot(ctx, b.slug, b.HeadOf(shop, "main"), source.DefaultLimits)
		})},
		"FindCheck": {"GET " + repo + "/commits/*/check-runs", false, "", func(ctx context.Context, b bundle) error {
			_, _, err := b.client.FindCheck(ctx, b.slug, b.HeadOf(shop, "main"), "twelvefold")
			return err
		}},
		"CreateCheck": {"POST " + repo + "/check-runs", true, "", ask(func(ctx context.Context, b bundle) (int64, error) {
			return b.client.CreateCheck(ctx, b.slug, github.Check{HeadSHA: b.HeadOf(shop, "main"), Name: "twelvefold", Status: "queued"})
		})},
		"UpdateCheck": {"PATCH " + repo + "/check-runs/*", true, "", func(ctx context.Context, b bundle) error {
			return b.client.UpdateCheck(ctx, b.slug, b.Checks(shop, b.HeadOf(shop, "main"))[0].ID, github.Check{Name: "twelvefold", Status: "in_progress"})
		}},
		"Person": {"GET /user", false, "person", ask(func(ctx context.Context, b bundle) (github.Person, error) {
			return b.app.People().Person(ctx, b.PersonToken("jo"))
		})},
		"PersonInstallations": {"GET /user/installations", false, "person", ask(func(ctx context.Context, b bundle) ([]github.Installation, error) {
			return b.app.People().PersonInstallations(ctx, b.PersonToken("jo"))
		})},
		"PersonRepositories": {"GET /user/installations/*/repositories", false, "person", ask(func(ctx context.Context, b bundle) ([]github.PersonRepository, error) {
			return b.app.People().PersonRepositories(ctx, b.PersonToken("jo"), b.installation)
		})},
		"OwnsOrganization": {"GET /user/memberships/orgs/*", false, "person", ask(func(ctx context.Context, b bundle) (bool, error) {
			return b.app.People().OwnsOrganization(ctx, b.PersonToken("jo"), "acme")
		})},
	}
}

// busy is a repository in which each of those calls works.
func busy(t *testing.T) bundle {
	t.Helper()
	b := setup(t)
	b.SendTo("http://127.0.0.1:1/nobody") // listens there
	main := b.Commit(shop, "main", githubtest.Files{"a": "1"})
	b.Commit(shop, "fix", githubtest.Files{"a": "2"})
	b.OpenPullRequest(shop, githubtest.PullRequest{Branch: "fix"})
	b.Settle()
	b.AddPerson("jo", shop)
	b.Join("jo", "acme", true)
	must(b.client.CreateCheck(t.Context(), b.slug, github.Check{HeadSHA: main, Name: "twelvefold", Status: "queued"}))(t)
	b.ForgetRequests()
	return b
}

// Every call, with every way in which GitHub can fail.
func TestEveryCallSurvivesEveryFailure(t *testing.T) {
	t.Parallel()
	away := func(err error) bool { return errors.As(err, new(github.Unavailable)) }
	limited := func(secondary bool) func(error) bool {
		return func(err error) bool {
			var limit github.RateLimited
			return errors.As(err, &limit) && limit.Secondary == secondary && time.Until(limit.Until) > 10*time.Second && time.Until(limit.Until) < 2*time.Hour
		}
	}
	is := func(kind error) func(error) bool { return func(err error) bool { return errors.Is(err, kind) } }
	for name, failure := range map[string]struct {
		fault githubtest.Fault
		holds func(error) bool
		tries int // of what changes nothing; 0: not counted
	}{
		"401":             {githubtest.Fault{Status: 401}, is(github.ErrForbidden), 0},
		"403":             {githubtest.Fault{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}, is(github.ErrForbidden), 1},
		"404":             {githubtest.Fault{Status: 404}, is(github.ErrNotFound), 1},
		"410":             {githubtest.Fault{Status: 410}, is(github.ErrNotFound), 1},
		"451":             {githubtest.Fault{Status: 451}, is(github.ErrNotFound), 1},
		"422":             {githubtest.Fault{Status: 422}, is(github.ErrInvalid), 1},
		"429":             {githubtest.TooMany("", 0), limited(true), 1},
		"429 with a time": {githubtest.TooMany("", 30*time.Second), limited(true), 1},
		"secondary limit": {githubtest.SecondaryLimit("", 0), limited(true), 1},
		"primary limit":   {githubtest.PrimaryLimit("", time.Now().Add(30*time.Minute)), limited(false), 1},
		"500":             {githubtest.Fault{Status: 500}, away, 3},
		"502 in HTML":     {githubtest.Fault{Status: 502, Body: "<html>"}, away, 3},
		"cut":             {githubtest.Fault{Cut: true}, away, 0},
		"timeout":         {githubtest.Fault{Delay: 400 * time.Millisecond}, away, 3},
		"huge body":       {githubtest.Fault{Status: 200, Body: `{"message":"` + strings.Repeat("x", 17<<20)}, away, 1},
		"malformed JSON":  {githubtest.Fault{Status: 200, Body: `{"id": [`}, away, 1},
		"another type":    {githubtest.Fault{Status: 200, Body: `"text"`}, away, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for call, o := range outsideCalls() {
				if name == "huge body" && (o.match == trees || call == "File" || call == "Snapshot") {
					continue // trees may be longer: TestATreeMayBeLonger
				}
				b := busy(t)
				if err := o.do(t.Context(), b); err != nil && call != "Redeliver" {
					t.Fatalf("%s does not even work: %v", call, err)
				}
				b = busy(t)
				if name == "timeout" {
					b.hasten(100 * time.Millisecond)
				}
				f := failure.fault
				f.Match, f.Times = o.match, -1
				b.Inject(f)
				err := o.do(t.Context(), b)
				empty := (call == "FailedDeliveries" && strings.HasPrefix(name, "404")) || (call == "PullRequestsOf" && name == "422")
				if !empty && (err == nil || !failure.holds(err)) {
					t.Errorf("%s: %v", call, err)
				}
				if err != nil && (strings.Contains(err.Error(), "ghs_") || strings.Contains(err.Error(), "ghu_") || len(err.Error()) > 1000) {
					t.Errorf("%s says too much: %v", call, err)
				}
				want := failure.tries
				if o.writes {
					want = min(want, 1)
				}
				got := len(b.Requests(o.match))
				if name == "timeout" && got > 0 && got < want { // on a busy machine one may end before it arrives
					got = want
				}
				if want > 0 && call != "Snapshot" && got != want {
					t.Errorf("%s was tried %d times, not %d", call, got, want)
				}
			}
		})
	}
}

func TestATransientFailureIsNotSeen(t *testing.T) {
	t.Parallel()
	for call, o := range outsideCalls() {
		if o.writes {
			continue
		}
		b := busy(t)
		b.Inject(githubtest.Fault{Match: o.match, Status: 502})
		b.Inject(githubtest.Fault{Match: o.match, Cut: true})
		if err := o.do(t.Context(), b); err != nil {
			t.Errorf("%s: %v", call, err)
		}
	}
}

func TestCancelledCallsEnd(t *testing.T) {
	t.Parallel()
	for call, o := range outsideCalls() {
		b := busy(t)
		b.Inject(githubtest.Fault{Delay: 2 * time.Second, Times: -1, Match: o.match})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		start := time.Now()
		if err := o.do(ctx, b); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > time.Second {
			t.Errorf("%s after %s: %v", call, time.Since(start), err)
		}
		cancel()
		b.Heal()
	}
}

func TestLimitsAreSharedAndKept(t *testing.T) {
	t.Parallel()
	b := busy(t)
	until := b.Now().Add(20 * time.Minute)
	b.Inject(githubtest.PrimaryLimit("GET /installation/repositories", until))
	_, err := b.client.Repositories(t.Context())
	var limit github.RateLimited
	if !errors.As(err, &limit) || limit.Until.Sub(until).Abs() > 2*time.Second {
		t.Fatalf("got %v", err)
	}
	b.ForgetRequests()
	if _, err := b.client.Head(t.Context(), b.slug, "main"); !errors.As(err, &limit) {
		t.Errorf("got %v", err)
	}
	if list := b.Requests(""); len(list) > 0 {
		t.Errorf("asked while blocked: %v", list)
	}
	must(b.app.Installations(t.Context()))(t) // the App's own limit is another
	b.Advance(21 * time.Minute)
	must(b.client.Head(t.Context(), b.slug, "main"))(t)
	b.limiter.err = errors.New("no database")
	if _, err := b.client.Head(t.Context(), b.slug, "main"); err == nil || !strings.Contains(err.Error(), "no database") {
		t.Errorf("got %v", err)
	}
}

func TestTokensAreRefreshedOnceForAll(t *testing.T) {
	t.Parallel()
	b := busy(t)
	const tokens = "POST /app/installations/*/access_tokens"
	everybody := func() {
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				if _, err := b.client.Head(t.Context(), b.slug, "main"); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
	fresh := must(github.New(github.Options{AppID: b.AppID, PrivateKey: b.PrivateKey, APIURL: b.APIURL, Now: b.Now}))(t)
	b.client = fresh.For(b.installation)
	everybody()
	if n := len(b.Requests(tokens)); n != 1 {
		t.Errorf("%d tokens at first", n)
	}
	b.Advance(56 * time.Minute) // it lives for four more
	everybody()
	if n := len(b.Requests(tokens)); n != 2 {
		t.Errorf("%d tokens when the first nearly expired", n)
	}
	b.ExpireTokens()
	must(b.client.Head(t.Context(), b.slug, "main"))(t)
	must(b.client.CreateCheck(t.Context(), b.slug, github.Check{HeadSHA: b.HeadOf(shop, "main"), Name: "x", Status: "queued"}))(t)
	if n := len(b.Requests(tokens)); n != 3 {
		t.Errorf("%d tokens when one was refused", n)
	}
	b.Suspend(b.installation)
	if _, err := b.client.Head(t.Context(), b.slug, "main"); !errors.Is(err, github.ErrForbidden) || !strings.Contains(err.Error(), "suspended") {
		t.Errorf("suspended: %v", err)
	}
	b.Unsuspend(b.installation)
	must(b.client.Head(t.Context(), b.slug, "main"))(t)
	b.Uninstall(b.installation)
	if _, err := b.client.Head(t.Context(), b.slug, "main"); !errors.Is(err, github.ErrNotFound) {
		t.Errorf("uninstalled: %v", err)
	}
}

func TestTheCacheMayFail(t *testing.T) {
	t.Parallel()
	b := busy(t)
	b.cache.err = errors.New("no database")
	must(b.client.Head(t.Context(), b.slug, "main"))(t)
	b.cache.err = nil
	must(b.client.Head(t.Context(), b.slug, "main"))(t)
	b.Push(shop, "main", githubtest.Files{"a": "3"})
	if got := must(b.client.Head(t.Context(), b.slug, "main"))(t); got != b.HeadOf(shop, "main") {
		t.Errorf("an old answer: %s", got)
	}
	b.Inject(githubtest.Fault{Match: "GET /repositories/*", Status: 304})
	if _, err := b.client.Repository(t.Context(), b.id); !errors.As(err, new(github.Unavailable)) {
		t.Errorf("unchanged, but unknown: %v", err)
	}
}

// A token never goes to another host, wherever GitHub's answers lead.
func TestNoTokenLeaves(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("asked for %s with %q", r.URL, r.Header)
	}))
	defer elsewhere.Close()
	b := busy(t)
	for _, f := range []githubtest.Fault{
		{Match: "GET /repositories/*", Status: 301, Times: -1}, {Match: "GET /installation/repositories", Status: 302, Times: -1}, {Match: "GET /repos/*/*/pulls", Status: 307, Times: -1},
	} {
		f.Header = map[string]string{"Location": elsewhere.URL + "/x"}
		b.Inject(f)
	}
	_, err1 := b.client.Repository(t.Context(), b.id)
	_, err2 := b.client.Repositories(t.Context())
	_, err3 := b.client.OpenPullRequests(t.Context(), b.slug)
	for _, err := range []error{err1, err2, err3} {
		if err == nil {
			t.Error("a redirect elsewhere was followed")
		}
	}
	b.Inject(githubtest.Fault{Match: "GET /installation/repositories", Status: 200, Body: `{}`, Header: map[string]string{"Link": "<" + elsewhere.URL + `/next?page=2>; rel="next"`}})
	_, _ = b.client.Repositories(t.Context())
	b.Inject(githubtest.Fault{Match: tarballs, Status: 301, Times: -1, Header: map[string]string{"Location": elsewhere.URL + "/x"}})
	b.Commit(shop, "main", many(300))
	s := must(b.client.Snapshot(t.Context(), b.slug, b.HeadOf(shop, "main"), source.DefaultLimits))(t)
	if err := s.Prepare(t.Context(), s.Files); err == nil {
		t.Error("an archive from elsewhere, with a token")
	}
}

func TestOnlyCIMustHaveTheDescription(t *testing.T) {
	t.Parallel()
	if os.Getenv("CI") == "true" {
		githubtest.New(t) // fails without it
	}
}
