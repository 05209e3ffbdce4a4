package server

import (
	"testing"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

func TestLinksToGitHub(t *testing.T) {
	t.Parallel()
	s := &Server{setup: Setup{SiteURL: "https://github.example.org/"}}
	at := s.hostedOf(store.Repository{Origin: store.FromGitHub, Owner: "acme", Name: "shop"}, "0123456789abcdef")
	cause := func(c store.Cause) templates.Link {
		link, by := at.cause(c)
		if by != c.Author {
			t.Errorf("by %q", by)
		}
		return link
	}
	for _, c := range []struct{ got, want templates.Link }{
		{at.place(audit.Place{Path: "a b/ü#?%.py", Line: 3, EndLine: 3}), templates.Link{Text: "a b/ü#?%.py:3", Href: "https://github.example.org/acme/shop/blob/0123456789abcdef/a%20b/%C3%BC%23%3F%25.py#L3"}},
		{at.place(audit.Place{Path: "app.py", Line: 3, EndLine: 9}), templates.Link{Text: "app.py:3", Href: "https://github.example.org/acme/shop/blob/0123456789abcdef/app.py#L3-L9"}},
		{at.place(audit.Place{Path: "go.mod"}), templates.Link{Text: "go.mod", Href: "https://github.example.org/acme/shop/blob/0123456789abcdef/go.mod"}},
		{at.place(audit.Place{Path: "."}), templates.Link{Text: "."}},
		{cause(store.Cause{Commit: "fedcba9876543210"}), templates.Link{Text: "fedcba9", Href: "https://github.example.org/acme/shop/commit/fedcba9876543210"}},
		{cause(store.Cause{Commit: "fedcba9876543210", PullRequest: 12, Title: "Pay", Author: "ada"}), templates.Link{Text: "#12 Pay", Href: "https://github.example.org/acme/shop/pull/12"}},
		{s.hostedOf(store.Repository{Origin: store.FromLocal, Owner: "local", Name: "shop"}, "01").place(audit.Place{Path: "app.py", Line: 3}), templates.Link{Text: "app.py:3"}},
	} {
		if c.got != c.want {
			t.Errorf("got %+v, want %+v", c.got, c.want)
		}
	}
}
