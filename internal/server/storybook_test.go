package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"twelvefold/internal/rules"
	"twelvefold/internal/server"
	"twelvefold/templates/stories"
)

// book is a development server without any database.
func book(t *testing.T) bundle {
	t.Helper()
	app, err := server.New(server.Options{Rules: rules.All(), Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Anonymous: true})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(app)
	t.Cleanup(web.Close)
	return bundle{url: web.URL}
}

func TestTheStorybookNeedsNoDatabase(t *testing.T) {
	t.Parallel()
	b := book(t)
	status, _, list := b.get(t, stories.Prefix)
	if status != http.StatusOK {
		t.Fatalf("the storybook: status %d", status)
	}
	for _, s := range stories.All() {
		if status, _, body := b.get(t, s.Href()); status != http.StatusOK || body == "" {
			t.Errorf("%s: status %d", s.Href(), status)
		}
		if listed := strings.Contains(list, `href="`+s.Href()+`"`); listed == s.Fragment {
			t.Errorf("%s is listed: %v", s.Href(), listed)
		}
	}
	for _, path := range []string{stories.Prefix + "organisation/none", stories.Prefix + "none/usual", stories.Prefix + "organisation"} {
		if status, _, body := b.get(t, path); status != http.StatusNotFound || !strings.Contains(body, "Nothing here") {
			t.Errorf("%s: status %d", path, status)
		}
	}
}

// TestProductionHasNoStorybook holds that its addresses are like any other
// that does not exist.
func TestProductionHasNoStorybook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, nobody := s.as(t, "ada"), s.visitor(t)
	for _, path := range []string{stories.Prefix, stories.Prefix + "home/usual", "/no/such/page"} {
		if got := ada.get(t, path); got.status != http.StatusNotFound || strings.Contains(got.body, "Storybook") {
			t.Errorf("%s by who signed in: %d", path, got.status)
		}
		if got := nobody.get(t, path); got.status != http.StatusSeeOther || !strings.HasPrefix(got.to(), "/sign-in") {
			t.Errorf("%s by nobody: %d", path, got.status)
		}
	}
	for _, r := range server.Routes() {
		if strings.Contains(r.Pattern, stories.Prefix) {
			t.Errorf("the route table has %s", r.Pattern)
		}
	}
}

// TestAStoryStandsStill: a page that polls its own address must not get itself
// into its region.
func TestAStoryStandsStill(t *testing.T) {
	t.Parallel()
	b := book(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+stories.Prefix+"organisation/running", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("HX-Request", "true")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusNoContent {
		t.Errorf("status %d, want 204", resp.StatusCode)
	}
}
