package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestSignInsAreBounded begins them as a program would that wants to fill the
// database.
func TestSignInsAreBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	from := func(client string) answer {
		return s.visitor(t).post(t, "/sign-in", url.Values{"next": {"/"}}, "X-Forwarded-For", client)
	}
	for range 30 {
		if got := from("203.0.113.7"); got.status != http.StatusSeeOther {
			t.Fatalf("%d", got.status)
		}
	}
	count := func() (n int) {
		if err := s.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM sessions`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	got := from("203.0.113.7")
	if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" || !strings.Contains(got.body, "Wait for a minute") {
		t.Errorf("%d %v", got.status, got.header)
	}
	if after := count(); after != before {
		t.Errorf("%d sessions, then %d", before, after)
	}
	if got := from("203.0.113.8"); got.status != http.StatusSeeOther {
		t.Errorf("another client: %d", got.status)
	}
}
