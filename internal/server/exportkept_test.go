package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"twelvefold/internal/store"
)

// TestFilesOfWhatIsOnesOwn: tokens and mails are of whoever asks, deliveries of the
// account's owners.
func TestFilesOfWhatIsOnesOwn(t *testing.T) {
	t.Parallel()
	s := manned(t)
	ada, ona := s.as(t, "ada"), s.as(t, "ona")
	token := s.token(t, "ada", "read")
	if _, err := s.store.SetHook(t.Context(), store.Hook{Installation: s.acme, URL: "https://example.org", Secret: []byte("x"), Points: 5}); err != nil {
		t.Fatal(err)
	}
	s.exec(t, `INSERT INTO notices (id, installation_id, event, payload) VALUES (gen_random_uuid(), $1, 'test', 'within')`, s.acme)
	s.exec(t, `INSERT INTO digest_mails (person_id, installation_id, week, address, state, due_at, created_at, finished_at) VALUES ($1, $2, '2026-W40', 'ada@example.org', 'sent', now(), now(), now())`, s.person(t, "ada"), s.acme)
	mails, deliveries := fmt.Sprintf("/installations/%d/digest/mails.json", s.acme), fmt.Sprintf("/installations/%d/webhook/deliveries.csv", s.acme)
	for _, c := range []struct {
		who    *visitor
		path   string
		status int
		rows   int
		wants  string
	}{
		{ada, "/account/tokens.csv", http.StatusOK, 2, ",read,"}, {ona, "/account/tokens.csv", http.StatusOK, 1, "token,name"},
		{ada, mails, http.StatusOK, 3, "2026-W40"}, {ona, mails, http.StatusOK, 2, `"rows": [`},
		{ona, deliveries, http.StatusOK, 2, ",test,"}, {ada, deliveries, http.StatusForbidden, -1, ""}, {s.as(t, "bob"), deliveries, http.StatusNotFound, -1, ""},
	} {
		got := c.who.get(t, c.path)
		if got.status != c.status || !strings.Contains(got.body, c.wants) || c.rows >= 0 && strings.Count(got.body, "\n") != c.rows || strings.Contains(got.body, token) || strings.Contains(got.body, "within") {
			t.Errorf("%s: %d %s", c.path, got.status, got.body)
		}
	}
}
