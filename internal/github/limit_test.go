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
		return b.client.Spare()
	}
	if err := ask(3000); err != nil {
		t.Errorf("with half of it: %v", err)
	}
	var limit github.RateLimited
	if err := ask(2500); !errors.As(err, &limit) || limit.Secondary || limit.Until.Sub(b.Now()) > time.Hour+time.Minute {
		t.Errorf("with less: %v", err)
	}
	b.Advance(time.Hour + time.Minute)
	if err := b.client.Spare(); err != nil {
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
