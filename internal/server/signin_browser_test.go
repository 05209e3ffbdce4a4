package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"

	"twelvefold/internal/github/githubtest"
)

// press clicks the button that shows a text, and waits until the address begins
// as given.
func press(t *testing.T, page *rod.Page, text, leadsTo string) (address string) {
	t.Helper()
	button, err := page.ElementR("button", text)
	if err != nil {
		t.Fatalf("no button says %q: %v", text, err)
	}
	if err := button.Click(proto.InputMouseButtonLeft, 1); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if info, err := page.Info(); err == nil {
			if address = info.URL; strings.HasPrefix(address, leadsTo) {
				return address
			}
		}
	}
	t.Fatalf("%q leads to %s, not to %s", text, address, leadsTo)
	return ""
}

// enter signs in by the button, as somebody whom GitHub knows already.
func enter(t *testing.T, s *site, chromium *rod.Browser, login, path string) *rod.Page {
	t.Helper()
	page := open(t, chromium, s.url+path, 1280, "light")
	at := press(t, page, "Sign in with GitHub", s.URL+"/login/oauth/authorize?")
	if err := page.Navigate(at + "&login=" + login); err != nil {
		t.Fatal(err)
	}
	if err := page.WaitLoad(); err != nil {
		t.Fatal(err)
	}
	if info, err := page.Info(); err != nil || info.URL != s.url+path {
		t.Fatalf("GitHub leads back to %+v, %v", info, err)
	}
	return page
}

// TestSignInInABrowser goes from a page to GitHub and back, as a browser does:
// its policies and cookies count.
func TestSignInInABrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	chromium := browser(t)
	page := enter(t, s, chromium, "ada", s.page("acme/shop"))
	if seen := evaluate(t, page, `() => document.cookie`); seen != "" {
		t.Errorf("scripts see the cookie: %s", seen)
	}
	evaluate(t, page, `() => { document.querySelector(".account").open = true; return "" }`)
	press(t, page, "Sign out$", s.url+"/sign-in?ended")
	enter(t, s, chromium, "eve", "/")
	look(t, chromium, axe(t), s.url+"/", "first-run")
}

func TestSignInPagesInABrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	checker, chromium := axe(t), browser(t)
	look(t, chromium, checker, s.url+"/sign-in", "sign-in")
	look(t, chromium, checker, s.url+"/sign-in/callback?state=x", "sign-in-failed")
	enter(t, s, chromium, "ada", "/")
	look(t, chromium, checker, s.url+"/", "signed-in")
	s.Inject(githubtest.Fault{Match: "GET /user/installations", Status: 503, Times: -1})
	s.Advance(20 * time.Minute)
	look(t, chromium, checker, s.url+"/", "away")
}
