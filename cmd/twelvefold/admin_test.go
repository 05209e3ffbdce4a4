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
	t.Run("another key", func(t *testing.T) {
		t.Parallel()
		if code, said := check(t, sound(t), anotherKey(t), healthy.URL); code != 1 || !strings.Contains(said, "does not know the App by this key") {
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
