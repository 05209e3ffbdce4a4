package server_test

import (
	"strings"
	"testing"
)

// TestFindingsLeadToGitHub looks for the lines of findings, and for the commit
// that brought them, on a repository's page.
func TestFindingsLeadToGitHub(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	body := s.as(t, "ada").get(t, s.page("acme/shop")).body
	for _, part := range []string{"/blob/", "/commit/"} {
		if want := `href="` + s.URL + "/acme/shop" + part + commit(int(s.repositories["acme/shop"].ID)); !strings.Contains(body, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}
