package server_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

func TestABadgeIsForWhoMaySeeTheScore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	nobody := s.visitor(t)
	for _, path := range []string{"/badge/acme/shop.svg", "/badge/acme/shop.svg?key=", "/badge/acme/shop.svg?key=AAAA", "/badge/acme/nothing.svg", "/badge/acme/shop", "/badge/acme/shop.png"} {
		if got := nobody.get(t, path); got.status != 404 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	page := s.as(t, "ada").get(t, s.page("acme/shop"))
	found := regexp.MustCompile(`\[!\[Twelvefold\]\(([^)]*)\)\]\(([^)]*)\)`).FindStringSubmatch(html.UnescapeString(page.body))
	if found == nil || found[2] != s.url+s.page("acme/shop") {
		t.Fatalf("no snippet on the page: %v", found)
	}
	path := strings.TrimPrefix(found[1], s.url)
	got := nobody.get(t, path)
	if got.status != 200 || got.header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(got.body, "61 C") || strings.Count(got.body, "<rect") != 13 {
		t.Errorf("%s: %d %s %s", path, got.status, got.header, got.body)
	}
	if again := nobody.get(t, path, "If-None-Match", got.header.Get("ETag")); again.status != 304 || again.body != "" {
		t.Errorf("the same again: %d", again.status)
	}
	if other := nobody.get(t, strings.Replace(path, "/shop.", "/vault.", 1)); other.status != 404 {
		t.Errorf("the key opens another repository's: %d", other.status)
	}
	if _, err := s.store.Pool().Exec(t.Context(), `UPDATE repositories SET private = false WHERE name = 'shop'`); err != nil {
		t.Fatal(err)
	}
	if got := nobody.get(t, "/badge/ACME/Shop.svg"); got.status != 200 {
		t.Errorf("of a public repository: %d", got.status)
	}
	if page := s.as(t, "ada").get(t, s.page("acme/shop")); strings.Contains(page.body, "shop.svg?key") {
		t.Error("the address of a public repository's badge has a key")
	}
	if _, err := s.store.Pool().Exec(t.Context(), `UPDATE repositories SET gone_at = now() WHERE name = 'shop'`); err != nil {
		t.Fatal(err)
	}
	if got := nobody.get(t, path); got.status != 404 {
		t.Errorf("of one that is gone: %d", got.status)
	}
}

// TestABadgesKeyOutlivesARotation takes the key that was signed before.
func TestABadgesKeyOutlivesARotation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	key := regexp.MustCompile(`shop\.svg\?key=([\w-]*)`).FindStringSubmatch(s.as(t, "ada").get(t, s.page("acme/shop")).body)
	if key == nil {
		t.Fatal("no key on the page")
	}
	after := newSite(t, siteOptions{hub: s.Server, store: s.store, sessionKeys: [][]byte{keyOf('n'), keyOf('s')}, sealedWith: [][]byte{keyOf('e')}})
	if got := after.visitor(t).get(t, "/badge/acme/shop.svg?key="+key[1]); got.status != 200 {
		t.Errorf("with a new key before the old one: %d", got.status)
	}
	only := newSite(t, siteOptions{hub: s.Server, store: s.store, sessionKeys: [][]byte{keyOf('n')}, sealedWith: [][]byte{keyOf('e')}})
	if got := only.visitor(t).get(t, "/badge/acme/shop.svg?key="+key[1]); got.status != 404 {
		t.Errorf("with another key alone: %d", got.status)
	}
}

func TestTheBadgeOfThisMachine(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	b.audited(t, "/srv/pay & <go>", designed(commit(3)))
	status, _, body := b.get(t, "/badge/local/pay%20&%20%3Cgo%3E.svg")
	if status != 200 || !strings.Contains(body, "Twelve-factor score: 61 of 100") {
		t.Errorf("%d %s", status, body)
	}
}
