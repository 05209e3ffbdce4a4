package config

import (
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// GitHub is where GitHub is, and which App this is.
type GitHub struct {
	APIURL SiteURL `env:"GITHUB_API_URL" envDefault:"https://api.github.com" doc:"GitHub's API. Of GitHub Enterprise Server: https://host/api/v3."`
	AppID  AppID   `env:"GITHUB_APP_ID" example:"123456" doc:"Id of the GitHub App. Unset: repositories of GitHub are not audited."`
}

// Base is what this deploy is called.
type Base struct {
	BaseURL SiteURL `env:"BASE_URL" example:"https://twelvefold.example.com" doc:"Where people reach the pages: what links in check runs begin with, and where GitHub sends people back to who sign in."`
}

// check says which variables need each other.
func (w Worker) check() []string {
	return slices.Concat(w.App.check(), w.SignIn.check(), w.Mail.check(w.BaseURL))
}

func (a AppCheck) check() []string { return append(a.App.check(), a.SignIn.check()...) }

// check says which variables need each other.
func (a App) check() []string {
	if (a.AppID == 0) != (a.PrivateKey.Empty()) {
		return []string{"GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY need each other: set both or neither"}
	}
	return nil
}

// check says which variables need each other.
func (w Web) check() (wrong []string) {
	if (w.AppID == 0) != (w.WebhookSecret.Reveal() == "") {
		wrong = append(wrong, "GITHUB_APP_ID and GITHUB_WEBHOOK_SECRET need each other: set both or neither")
	}
	wrong = append(wrong, w.SignIn.check()...)
	if !w.SignIn.On() {
		return wrong
	}
	if w.SessionKeys.Empty() {
		wrong = append(wrong, "SESSION_KEY is not set, which sign-in needs: make one with openssl rand -hex 32")
	}
	switch {
	case w.BaseURL == "":
		wrong = append(wrong, "BASE_URL is not set, which sign-in needs (for example https://twelvefold.example.com)")
	case !w.BaseURL.Root():
		wrong = append(wrong, "BASE_URL has a path, and pages are served from the root: leave it out")
	case !w.BaseURL.Secure() && !w.BaseURL.Loopback():
		wrong = append(wrong, "BASE_URL is not https, which sign-in needs but on this machine")
	}
	if w.Anonymous != NoAnonymous {
		wrong = append(wrong, "ANONYMOUS_ACCESS shows pages without sign-in, and GITHUB_CLIENT_ID sets it up: unset one of them")
	}
	return wrong
}

// AppID is GitHub's id of an App.
type AppID int64

// UnmarshalText reads the variable.
func (a *AppID) UnmarshalText(text []byte) error {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n < 1 {
		return fmt.Errorf("is %q, not the number that GitHub shows as App ID", text)
	}
	*a = AppID(n)
	return nil
}

// SiteURL is an http or https URL without a trailing slash.
type SiteURL string

// UnmarshalText reads the variable.
func (s *SiteURL) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("is not a URL such as https://host or https://host/path")
	}
	*s = SiteURL(strings.TrimRight(string(text), "/"))
	return nil
}

// Secret is a text that is shown nowhere.
type Secret struct{ value string }

// Reveal is the text itself.
func (s Secret) Reveal() string { return s.value }

// String hides it.
func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return "…"
}

// GoString hides it from %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue hides it from log lines.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides it from JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// leastSecret is how many bytes a secret needs that GitHub signs with.
const leastSecret = 16

// UnmarshalText reads the variable. Its errors never quote the value.
func (s *Secret) UnmarshalText(text []byte) error {
	if len(text) < leastSecret {
		return fmt.Errorf("is shorter than %d characters: make one with openssl rand -hex 32", leastSecret)
	}
	s.value = string(text)
	return nil
}

// GivenSecret is a secret that GitHub makes.
type GivenSecret struct{ Secret }

// UnmarshalText reads the variable. Its errors never quote the value.
func (s *GivenSecret) UnmarshalText(text []byte) error {
	if s.Secret.UnmarshalText(text) != nil {
		return fmt.Errorf("is shorter than %d characters: give the one that GitHub made for the App", leastSecret)
	}
	return nil
}

// PrivateKey is a PEM file as a variable can hold it.
type PrivateKey struct{ Secret }

// Empty reports whether none is set.
func (k PrivateKey) Empty() bool { return k.value == "" }

// PEM is the file's content.
func (k PrivateKey) PEM() []byte { return []byte(k.value) }

// UnmarshalText reads the file's content as it is, with \n for its line ends, or
// in base64: platforms differ in what they take. Its errors never quote the value.
func (k *PrivateKey) UnmarshalText(text []byte) error {
	content := strings.ReplaceAll(string(text), `\n`, "\n")
	if !strings.Contains(content, "-----BEGIN") {
		decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(content))
		if err != nil {
			return errors.New("is neither a PEM file nor one in base64: give the private key that GitHub made for the App")
		}
		content = string(decoded)
	}
	if block, _ := pem.Decode([]byte(content)); block == nil || !strings.Contains(block.Type, "PRIVATE KEY") {
		return errors.New("is not a private key in PEM: give the file that GitHub made for the App")
	}
	k.value = content
	return nil
}
