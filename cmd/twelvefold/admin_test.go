package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
)

func TestAdminGitHubSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	healthy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(healthy.Close)
	another := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(another.Close)
	check := func(t *testing.T, hub *githubtest.Server, key []byte, base string) (code int, said string) {
		t.Helper()
		var out bytes.Buffer
		code = status(run(t.Context(), []string{"admin", "github"}, from(map[string]string{
			"GITHUB_APP_ID": "4321", "GITHUB_APP_PRIVATE_KEY": base64.StdEncoding.EncodeToString(key), "GITHUB_API_URL": hub.APIURL, "BASE_URL": base,
		}), nil, &out, &out), &out)
		return code, out.String()
	}
	sound := func(t *testing.T) *githubtest.Server {
		t.Helper()
		hub := githubtest.New(t)
		hub.SendTo(healthy.URL + "/webhooks/github")
		hub.AddInstallation("acme")
		return hub
	}
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		hub := sound(t)
		if code, said := check(t, hub, hub.PrivateKey, healthy.URL); code != 0 || !strings.Contains(said, "All is well.") {
			t.Errorf("%d\n%s", code, said)
		}
	})
	for name, c := range map[string]struct {
		change func(hub *githubtest.Server)
		base   string
		want   string
	}{
		"suspended": {func(hub *githubtest.Server) { hub.Suspend(hub.AddInstallation("globex")) }, healthy.URL, "globex suspended the App"},
		"not accepted": {func(hub *githubtest.Server) {
			hub.SetPermissions(hub.AddInstallation("globex"), map[string]string{"metadata": "read"})
		}, healthy.URL, "globex has not accepted"},
		"another address":  {func(hub *githubtest.Server) { hub.SendTo("https://elsewhere.example/webhooks/github") }, healthy.URL, "the webhook leads to https://elsewhere.example"},
		"nobody there":     {func(*githubtest.Server) {}, "http://127.0.0.1:1", "nothing answers at http://127.0.0.1:1"},
		"somebody else":    {func(*githubtest.Server) {}, another.URL, "is answered with 404"},
		"no address given": {func(*githubtest.Server) {}, "", "BASE_URL is not set"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := sound(t)
			c.change(hub)
			if code, said := check(t, hub, hub.PrivateKey, c.base); code != 1 || !strings.Contains(said, c.want) {
				t.Errorf("%d\n%s", code, said)
			}
		})
	}
	t.Run("an event of the App", func(t *testing.T) {
		t.Parallel()
		hub := sound(t)
		hub.SetEvents("push", "pull_request")
		code, said := check(t, hub, hub.PrivateKey, healthy.URL)
		if code != 1 || !strings.Contains(said, "event repository is not subscribed") || strings.Contains(said, "has not accepted") {
			t.Errorf("%d\n%s", code, said)
		}
	})
	t.Run("delivered at last", func(t *testing.T) {
		t.Parallel()
		hub := sound(t)
		hub.FailDeliveries(1)
		hub.Install(hub.AddInstallation("globex"))
		hub.Settle()
		if _, said := check(t, hub, hub.PrivateKey, healthy.URL); !strings.Contains(said, "1 of the last 1 deliveries failed") {
			t.Error(said)
		}
		app, err := github.New(github.Options{AppID: 4321, PrivateKey: hub.PrivateKey, APIURL: hub.APIURL})
		if err != nil {
			t.Fatal(err)
		}
		info, err := app.Self(t.Context())
		if err == nil {
			err = app.Redeliver(t.Context(), info.Deliveries[0].ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		hub.Settle()
		if code, said := check(t, hub, hub.PrivateKey, healthy.URL); code != 0 {
			t.Errorf("%d\n%s", code, said)
		}
	})
	t.Run("credentials", func(t *testing.T) {
		t.Parallel()
		hub := sound(t)
		for _, c := range []struct{ slug, id, secret, want string }{
			{hub.Slug, hub.ClientID, hub.ClientSecret, "All is well."},
			{"another", hub.ClientID, hub.ClientSecret, "GITHUB_APP_SLUG is another, and the App's is " + hub.Slug},
			{hub.Slug, "Iv1.another", hub.ClientSecret, "GITHUB_CLIENT_ID is Iv1.another, and the App's is " + hub.ClientID},
			{hub.Slug, hub.ClientID, "0123456789012345678901234567890123456789", "GITHUB_CLIENT_SECRET is not the App's"},
		} {
			var out bytes.Buffer
			code := status(run(t.Context(), []string{"admin", "github"}, from(map[string]string{
				"GITHUB_APP_ID": "4321", "GITHUB_APP_PRIVATE_KEY": base64.StdEncoding.EncodeToString(hub.PrivateKey), "GITHUB_API_URL": hub.APIURL, "GITHUB_URL": hub.URL, "BASE_URL": healthy.URL,
				"GITHUB_APP_SLUG": c.slug, "GITHUB_CLIENT_ID": c.id, "GITHUB_CLIENT_SECRET": c.secret, "ENCRYPTION_KEY": strings.Repeat("ab", 32),
			}), nil, &out, &out), &out)
			if said := out.String(); (code == 0) != (c.want == "All is well.") || !strings.Contains(said, c.want) || strings.Contains(said, c.secret) {
				t.Errorf("%+v: %d\n%s", c, code, said)
			}
		}
	})
	t.Run("another key", func(t *testing.T) {
		t.Parallel()
		if code, said := check(t, sound(t), anotherKey(t), healthy.URL); code != 1 || !strings.Contains(said, "does not know the App by this key") {
			t.Errorf("%d\n%s", code, said)
		}
	})
	t.Run("away", func(t *testing.T) {
		t.Parallel()
		hub := sound(t)
		hub.APIURL = "http://127.0.0.1:1"
		code, said := check(t, hub, hub.PrivateKey, healthy.URL)
		if code != 1 || !strings.Contains(said, "GitHub can't be asked at http://127.0.0.1:1: check the network and GITHUB_API_URL") || strings.Contains(said, "know the App") {
			t.Errorf("%d\n%s", code, said)
		}
	})
	t.Run("half of it", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		code := status(run(t.Context(), []string{"admin", "github"}, from(map[string]string{"GITHUB_APP_ID": "4321"}), nil, &out, &out), &out)
		if code != 2 || !strings.Contains(out.String(), "GITHUB_APP_PRIVATE_KEY need each other") {
			t.Errorf("%d\n%s", code, out.String())
		}
	})
}

// anotherKey is a private key that GitHub knows nothing of.
func anotherKey(t *testing.T) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}
