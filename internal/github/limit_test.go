package github_test

import (
	"errors"
	"testing"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
)

func TestTheLastRequestOfTheHourBlocks(t *testing.T) {
	t.Parallel()
	b := busy(t)
	must(b.client.Head(t.Context(), b.slug, "main"))(t)
	b.SetRemaining(1)
	must(b.client.Repository(t.Context(), b.id))(t)
	var limit github.RateLimited
	if _, err := b.client.Repositories(t.Context()); !errors.As(err, &limit) || limit.Secondary || limit.Until.Before(b.Now()) {
		t.Errorf("got %v", err)
	}
}

func TestHalfOfTheHourIsLeftForPeople(t *testing.T) {
	t.Parallel()
	b := busy(t)
	ask := func(left int) error {
		b.SetRemaining(left)
		must(b.client.Repository(t.Context(), b.id))(t)
		return b.client.Spare(t.Context())
	}
	if err := ask(3000); err != nil {
		t.Errorf("with half of it: %v", err)
	}
	var limit github.RateLimited
	if err := ask(2500); !errors.As(err, &limit) || limit.Secondary || limit.Until.Sub(b.Now()) > time.Hour+time.Minute {
		t.Errorf("with less: %v", err)
	}
	b.Advance(time.Hour + time.Minute)
	if err := b.client.Spare(t.Context()); err != nil {
		t.Errorf("in the next hour: %v", err)
	}
}

func TestSecondaryLimitsGrow(t *testing.T) {
	t.Parallel()
	b := busy(t)
	b.Inject(githubtest.Fault{Match: "GET /installation/repositories", Status: 429, Times: 3})
	for _, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
		_, err := b.client.Repositories(t.Context())
		var limit github.RateLimited
		if !errors.As(err, &limit) || (limit.Until.Sub(b.Now())-want).Abs() > 5*time.Second {
			t.Errorf("got %v, not %s", err, want)
		}
		b.Advance(want + time.Second)
	}
	must(b.client.Repositories(t.Context()))(t)
	b.Inject(githubtest.Fault{Match: "GET /installation/repositories", Status: 429})
	_, err := b.client.Repositories(t.Context())
	var limit github.RateLimited
	if !errors.As(err, &limit) || limit.Until.Sub(b.Now()) > 70*time.Second {
		t.Errorf("after a success: %v", err)
	}
}

func TestWithoutALimiterThisProcessKnows(t *testing.T) {
	t.Parallel()
	b := busy(t)
	app := must(github.New(github.Options{AppID: b.AppID, PrivateKey: b.PrivateKey, APIURL: b.APIURL, Now: b.Now}))(t)
	b.Inject(githubtest.TooMany("GET /app/installations", time.Minute))
	for range 3 {
		if _, err := app.Installations(t.Context()); !errors.As(err, new(github.RateLimited)) {
			t.Errorf("got %v", err)
		}
	}
	if n := len(b.Requests("GET /app/installations")); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// TestAllWorkersKnowWhatIsLeftOfTheHour: what one process learnt of the budget keeps
// another one's work of the past waiting, as its limits do; also how long secondary
// limits have grown.
func TestAllWorkersKnowWhatIsLeftOfTheHour(t *testing.T) {
	t.Parallel()
	b := busy(t)
	other := must(github.New(github.Options{AppID: b.AppID, PrivateKey: b.PrivateKey, URL: b.URL, APIURL: b.APIURL, Limiter: b.limiter, Cache: b.cache, Now: b.Now}))(t)
	b.SetRemaining(100)
	must(b.client.Repository(t.Context(), b.id))(t)
	if b.client.Spare(t.Context()) == nil {
		t.Fatal("the process that was told does not know")
	}
	if other.For(b.installation).Spare(t.Context()) == nil {
		t.Error("another process goes on with the past, of 100 requests that are left")
	}

	b.SetRemaining(5000)
	b.Inject(githubtest.Fault{Match: "GET /installation/repositories", Status: 429, Times: 4})
	for range 3 {
		_, _ = b.client.Repositories(t.Context())
		b.Advance(10 * time.Minute)
	}
	_, _ = other.For(b.installation).Repositories(t.Context())
	if wait := b.limiter.of(b.installation).until.Sub(b.Now()); wait < 5*time.Minute {
		t.Errorf("after four secondary limits in turn the other process waits %v, as after the first", wait.Round(time.Second))
	}
}
