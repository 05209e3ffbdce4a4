package config

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// SignIn is how people sign in with GitHub. It is on when the App's client id
// and secret are set.
type SignIn struct {
	SiteURL        SiteURL     `env:"GITHUB_URL" envDefault:"https://github.com" doc:"GitHub's site, where people sign in and repositories are fetched by git's protocol. Of GitHub Enterprise Server: https://host."`
	ClientID       ClientID    `env:"GITHUB_CLIENT_ID" example:"Iv1.0123456789abcdef" doc:"Client id of the GitHub App. Unset: nobody can sign in."`
	ClientSecret   GivenSecret `env:"GITHUB_CLIENT_SECRET" example:"0123456789abcdef0123456789abcdef01234567" doc:"Client secret of the GitHub App. A secret."`
	EncryptionKeys Keys        `env:"ENCRYPTION_KEY" example:"64-hexadecimal-digits" doc:"Encrypts tokens of people and secrets of webhooks in the database: 32 bytes in hexadecimal or base64. Several, with commas between, rotate: the first encrypts, all decrypt. A secret."`
}

// On reports whether people can sign in.
func (s SignIn) On() bool { return s.ClientID != "" && s.ClientSecret.Reveal() != "" }

func (s SignIn) check() (wrong []string) {
	if (s.ClientID == "") != (s.ClientSecret.Reveal() == "") {
		wrong = append(wrong, "GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET need each other: set both or neither")
	}
	if s.On() && s.EncryptionKeys.Empty() {
		wrong = append(wrong, "ENCRYPTION_KEY is not set, which sign-in needs: make one with openssl rand -hex 32")
	}
	return wrong
}

// ClientID is GitHub's public name of an App that people sign in to.
type ClientID string

var clientIDForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

// UnmarshalText reads the variable.
func (c *ClientID) UnmarshalText(text []byte) error {
	if !clientIDForm.Match(text) {
		return errors.New("is not what GitHub shows as Client ID")
	}
	*c = ClientID(text)
	return nil
}

// AppSlug is the name of an App in its address.
type AppSlug string

var appSlugForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,99}$`)

// UnmarshalText reads the variable.
func (a *AppSlug) UnmarshalText(text []byte) error {
	if !appSlugForm.Match(text) {
		return fmt.Errorf("is %q, not the last part of the App's address on GitHub", text)
	}
	*a = AppSlug(text)
	return nil
}

// Secure reports whether the URL is https.
func (s SiteURL) Secure() bool { return strings.HasPrefix(string(s), "https://") }

// Root reports whether the URL has no path.
func (s SiteURL) Root() bool {
	u, err := url.Parse(string(s))
	return err == nil && u.Path == ""
}

// Loopback reports whether the URL names this machine.
func (s SiteURL) Loopback() bool {
	u, err := url.Parse(string(s))
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Keys are keys of 32 bytes, the newest first. They are shown nowhere.
type Keys struct{ list [][]byte }

// Reveal is the keys themselves.
func (k Keys) Reveal() [][]byte { return k.list }

// Empty reports whether none is set.
func (k Keys) Empty() bool { return len(k.list) == 0 }

// String hides them.
func (k Keys) String() string {
	if k.Empty() {
		return ""
	}
	return "…"
}

// GoString hides them from %#v.
func (k Keys) GoString() string { return k.String() }

// LogValue hides them from log lines.
func (k Keys) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText hides them from JSON.
func (k Keys) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// keySize is how many bytes a key has.
const keySize = 32

// UnmarshalText reads the variable. Its errors never quote the value.
func (k *Keys) UnmarshalText(text []byte) error {
	var list [][]byte
	for i, one := range strings.Split(string(text), ",") {
		key := decodeKey(strings.TrimSpace(one))
		if key == nil {
			return fmt.Errorf("holds no key of %d bytes in hexadecimal or base64 at place %d: make one with openssl rand -hex 32", keySize, i+1)
		}
		list = append(list, key)
	}
	k.list = list
	return nil
}

// decodeKey reads one key in any of the forms that tools write; nil for none.
func decodeKey(text string) []byte {
	if key, err := hex.DecodeString(text); err == nil && len(key) == keySize {
		return key
	}
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	if key, err := base64.RawStdEncoding.DecodeString(text); err == nil && len(key) == keySize {
		return key
	}
	return nil
}
