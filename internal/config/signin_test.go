package config_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"twelvefold/internal/config"
)

var (
	oneKey   = bytes.Repeat([]byte{0xa1}, 32)
	otherKey = bytes.Repeat([]byte{0xfb}, 32)
)

func signIn(change map[string]string) map[string]string {
	all := map[string]string{
		"DATABASE_URL": database, "BASE_URL": "https://t.example", "GITHUB_CLIENT_ID": "Iv1.abc", "GITHUB_CLIENT_SECRET": "client-secret-hunter2",
		"SESSION_KEY": hex.EncodeToString(oneKey), "ENCRYPTION_KEY": hex.EncodeToString(otherKey) + ", " + base64.StdEncoding.EncodeToString(oneKey),
	}
	maps.Copy(all, change)
	return all
}

func TestSignInIsConfigured(t *testing.T) {
	t.Parallel()
	web, err := config.LoadWeb(from(signIn(nil)))
	if err != nil {
		t.Fatal(err)
	}
	keys := web.EncryptionKeys.Reveal()
	if !web.On() || len(keys) != 2 || !bytes.Equal(keys[0], otherKey) || !bytes.Equal(keys[1], oneKey) || web.SiteURL != "https://github.com" {
		t.Errorf("%d keys, site %s", len(keys), web.SiteURL)
	}
	for _, form := range []string{base64.RawURLEncoding.EncodeToString(otherKey), base64.StdEncoding.EncodeToString(otherKey), strings.ToUpper(hex.EncodeToString(otherKey))} {
		web, err := config.LoadWeb(from(signIn(map[string]string{"SESSION_KEY": form})))
		if err != nil || !bytes.Equal(web.SessionKeys.Reveal()[0], otherKey) {
			t.Errorf("%s: %v", form, err)
		}
	}
	encoded, err := json.Marshal(web)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v %s", web, web, web, web.SessionKeys), string(encoded)} {
		for _, secret := range []string{"hunter2", "a1a1a1", "161 161", "0xa1", "251 251", "oaGhoaGh"} {
			if strings.Contains(shown, secret) {
				t.Errorf("%s is shown: %s", secret, shown)
			}
		}
	}
	for base, good := range map[string]bool{"http://localhost:8080": true, "http://127.0.0.1:1": true, "http://[::1]:1": true, "http://t.example": false, "https://t.example/path": false} {
		if _, err := config.LoadWeb(from(signIn(map[string]string{"BASE_URL": base}))); (err == nil) != good {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func TestSignInIsConfiguredWhollyOrNotAtAll(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		load   func(func(string) string) error
		change map[string]string
		want   string
	}{
		{loadWeb, map[string]string{"GITHUB_CLIENT_SECRET": ""}, "GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET need each other: set both or neither"},
		{loadWorker, map[string]string{"GITHUB_CLIENT_ID": ""}, "GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET need each other: set both or neither"},
		{loadWeb, map[string]string{"SESSION_KEY": "", "ENCRYPTION_KEY": "", "BASE_URL": ""}, "ENCRYPTION_KEY is not set, which sign-in needs: make one with openssl rand -hex 32; " +
			"SESSION_KEY is not set, which sign-in needs: make one with openssl rand -hex 32; BASE_URL is not set, which sign-in needs (for example https://twelvefold.example.com)"},
		{loadWorker, map[string]string{"ENCRYPTION_KEY": ""}, "ENCRYPTION_KEY is not set, which sign-in needs: make one with openssl rand -hex 32"},
		{loadWeb, map[string]string{"SESSION_KEY": "hunter2"}, "SESSION_KEY holds no key of 32 bytes in hexadecimal or base64 at place 1: make one with openssl rand -hex 32"},
		{loadWeb, map[string]string{"ENCRYPTION_KEY": hex.EncodeToString(oneKey) + ",hunter2"}, "ENCRYPTION_KEY holds no key of 32 bytes in hexadecimal or base64 at place 2: make one with openssl rand -hex 32"},
		{loadWeb, map[string]string{"GITHUB_CLIENT_SECRET": "hunter2"}, "GITHUB_CLIENT_SECRET is shorter than 16 characters: give the one that GitHub made for the App"},
		{loadWeb, map[string]string{"GITHUB_CLIENT_ID": "a b"}, "GITHUB_CLIENT_ID is not what GitHub shows as Client ID"},
		{loadWeb, map[string]string{"GITHUB_APP_SLUG": "A/b"}, `GITHUB_APP_SLUG is "A/b", not the last part of the App's address on GitHub`},
		{loadWeb, map[string]string{"BASE_URL": "http://t.example"}, "BASE_URL is not https, which sign-in needs but on this machine"},
		{loadWeb, map[string]string{"ANONYMOUS_ACCESS": "loopback"}, "ANONYMOUS_ACCESS shows pages without sign-in, and GITHUB_CLIENT_ID sets it up: unset one of them"},
	} {
		err := c.load(from(signIn(c.change)))
		if err == nil || err.Error() != "the environment needs correction: "+c.want || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v gives %v", c.change, err)
		}
	}
}
