package github_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
)

const callback = "https://twelvefold.example/callback"

func TestSignIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.AddRepository(b.installation, "acme/secret")
	b.AddPerson("jo", shop)
	o := b.app.OAuth(b.ClientID, b.ClientSecret)
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	address := o.AuthorizeURL("state 1", base64.RawURLEncoding.EncodeToString(sum[:]), callback)
	back := must(url.Parse(b.SignIn("jo", address)))(t)
	if back.Query().Get("state") != "state 1" || !strings.HasPrefix(back.String(), callback) {
		t.Fatalf("sent back to %s", back)
	}
	code := back.Query().Get("code")
	if _, err := o.Exchange(t.Context(), code, "another verifier", callback); !errors.Is(err, github.ErrForbidden) {
		t.Errorf("wrong verifier: %v", err)
	}
	code = must(url.Parse(b.SignIn("jo", address)))(t).Query().Get("code")
	token := must(o.Exchange(t.Context(), code, verifier, callback))(t)
	if token.Access == "" || token.Refresh == "" || (token.Expires.Sub(b.Now())-8*time.Hour).Abs() > time.Minute || token.RefreshExpires.Before(token.Expires) {
		t.Errorf("expires %v, %v", token.Expires, token.RefreshExpires)
	}
	if text := fmt.Sprintf("%v %+v %#v", token, token, token); strings.Contains(text, token.Access) {
		t.Errorf("a token prints as %s", text)
	}
	if _, err := o.Exchange(t.Context(), code, verifier, callback); !errors.Is(err, github.ErrForbidden) {
		t.Errorf("used code: %v", err)
	}
	person := must(b.app.People().Person(t.Context(), token.Access))(t)
	if person.Login != "jo" || person.Name != "Person jo" || person.ID == 0 || person.AvatarURL == "" {
		t.Errorf("got %+v", person)
	}
	installations := must(b.app.People().PersonInstallations(t.Context(), token.Access))(t)
	if len(installations) != 1 || installations[0].ID != b.installation {
		t.Errorf("got %+v", installations)
	}
	mayWrite := func(write bool) {
		t.Helper()
		if list := must(b.app.People().PersonRepositories(t.Context(), token.Access, b.installation))(t); !slices.Equal(list, []github.PersonRepository{{ID: b.id, Write: write}}) {
			t.Errorf("got %v", list)
		}
	}
	mayWrite(false)
	b.LetWrite("jo", shop, true)
	mayWrite(true)
	for _, c := range []struct {
		join, owner bool
	}{{false, false}, {true, false}, {true, true}} {
		if c.join {
			b.Join("jo", "acme", c.owner)
		}
		owns, err := b.app.People().OwnsOrganization(t.Context(), token.Access, "acme")
		if owns != c.owner || errors.Is(err, github.ErrNotFound) == c.join || c.join && err != nil {
			t.Errorf("%+v: %v, %v", c, owns, err)
		}
	}
	b.Show("jo", shop, false)
	if _, err := b.app.People().PersonRepositories(t.Context(), token.Access, b.installation); !errors.Is(err, github.ErrNotFound) {
		t.Errorf("sees nothing: %v", err)
	}
	b.Advance(9 * time.Hour)
	if _, err := b.app.People().Person(t.Context(), token.Access); !errors.Is(err, github.ErrForbidden) {
		t.Errorf("expired: %v", err)
	}
	fresh := must(o.Refresh(t.Context(), token.Refresh))(t)
	must(b.app.People().Person(t.Context(), fresh.Access))(t)
	if _, err := o.Refresh(t.Context(), token.Refresh); !errors.Is(err, github.ErrForbidden) {
		t.Errorf("used refresh: %v", err)
	}
	if strings.Contains(b.log.String(), fresh.Access) {
		t.Error("a person's token was logged")
	}
}

func TestSignInSurvivesFailures(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := &github.OAuth{URL: b.URL, ClientID: b.ClientID, ClientSecret: "wrong", Now: b.Now}
	if _, err := o.Refresh(t.Context(), "x"); !errors.Is(err, github.ErrForbidden) || !strings.Contains(err.Error(), "incorrect_client_credentials") {
		t.Errorf("wrong secret: %v", err)
	}
	for _, f := range []githubtest.Fault{{Status: 500}, {Status: 502, Body: "<html>"}, {Cut: true}, {Status: 200, Body: "<html>"}, {Status: 200, Body: `{"access_token":7}`}} {
		f.Match = "POST /login/oauth/access_token"
		b.Inject(f)
		if _, err := o.Refresh(t.Context(), "x"); !errors.As(err, new(github.Unavailable)) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	b.Inject(githubtest.TooMany("POST /login/oauth/access_token", time.Minute))
	if _, err := o.Refresh(t.Context(), "x"); !errors.As(err, new(github.RateLimited)) {
		t.Errorf("limited: %v", err)
	}
	for status, want := range map[int]error{404: github.ErrForbidden, 302: github.ErrForbidden} {
		b.Inject(githubtest.Fault{Match: "POST /login/oauth/access_token", Status: status, Header: map[string]string{"Location": "http://127.0.0.1:1/"}})
		if _, err := o.Refresh(t.Context(), "x"); !errors.Is(err, want) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestManifest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	code := b.ManifestCode()
	got := must(github.ConvertManifest(t.Context(), b.APIURL, code))(t)
	if got.AppID != b.AppID || got.Slug != b.Slug || got.ClientID != b.ClientID || got.ClientSecret != b.ClientSecret || got.WebhookSecret != b.WebhookSecret || got.PrivateKey != string(b.PrivateKey) || got.Owner.Login == "" {
		t.Errorf("got %s", got)
	}
	if text := fmt.Sprintf("%v %+v %#v %s", got, got, got, got.LogValue()); strings.Contains(text, got.ClientSecret) || strings.Contains(text, "PRIVATE KEY") {
		t.Errorf("prints as %s", text)
	}
	if _, err := github.ConvertManifest(t.Context(), b.APIURL, code); !errors.Is(err, github.ErrNotFound) || strings.Contains(err.Error(), code) {
		t.Errorf("twice: %v", err)
	}
	b.Inject(githubtest.Fault{Match: "POST /app-manifests/*/conversions", Cut: true})
	if _, err := github.ConvertManifest(t.Context(), b.APIURL, code); !errors.As(err, new(github.Unavailable)) || strings.Contains(err.Error(), code) {
		t.Errorf("cut: %v", err)
	}
	for _, bad := range []string{"", "../app", "a b"} {
		if _, err := github.ConvertManifest(t.Context(), b.APIURL, bad); !errors.Is(err, github.ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
