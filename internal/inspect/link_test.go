package inspect_test

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestLinkOf(t *testing.T) {
	t.Parallel()
	for lead, want := range map[string]bool{
		"http://localhost:3000/reset-password?token=": true,
		"http://link-to-app/verify-email?token=":      true,
		"https://www.acme-shop.net/users/confirm/":    true,
		"http://localhost:3000/":                      false,
		"https://example.com/reset/":                  false,
		"http://localhost:":                           false,
		"https://maps.acme.net/places/":               false,
	} {
		if _, ok := inspect.LinkOf("resetLink", lead); ok != want {
			t.Errorf("%s: %v, want %v", lead, ok, want)
		}
	}
	if _, ok := inspect.LinkOf("apiUrl", "http://localhost:3000/reset/"); ok {
		t.Error("what a program calls is no link of people")
	}
	if fact, ok := inspect.LinkIn(`<a href="http://localhost:3001/activation/{{.Token}}">`); !ok || fact.URL.Text != "http://localhost:3001/activation/{{.Token}}" {
		t.Errorf("%+v, %v", fact, ok)
	}
	if _, ok := inspect.LinkIn(`<a href="https://www.acme.net/x">`); ok {
		t.Error("a page of everybody is no developer's")
	}
}
