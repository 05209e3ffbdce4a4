package server_test

import (
	"testing"
	"time"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/rights"
)

// TestWhoSpendsTheirOwnLimitSeesNoLonger what GitHub would not show them: a person's
// requests are the person's own to spend, with any token, so that this is no outage
// of GitHub's. A team lost the repository, which no delivery tells.
func TestWhoSpendsTheirOwnLimitSeesNoLonger(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.as(t, "ada")
	s.Show("ada", "acme/shop", true)
	s.Advance(rights.Fresh + time.Second)
	if got := ada.get(t, s.page("acme/shop")); got.status != 200 {
		t.Fatalf("at first: %d", got.status)
	}
	s.Show("ada", "acme/shop", false)
	s.Inject(githubtest.PrimaryLimit("GET /user/installations", s.Now().Add(time.Hour)))
	s.Advance(50 * time.Minute)
	if got := ada.get(t, s.page("acme/shop")); got.status == 200 {
		t.Error("50 minutes after the repository was taken from ada, who only had to spend the hour's requests, ada reads it")
	}
}
