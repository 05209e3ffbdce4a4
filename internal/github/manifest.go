package github

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Credentials are what GitHub gives once for an App that a manifest made. Its
// String says none of the secrets.
type Credentials struct {
	AppID         int64
	Slug, Name    string
	Owner         Account
	URL           string // the App's page
	ClientID      string
	ClientSecret  string
	WebhookSecret string // "" when the manifest names no webhook
	PrivateKey    string // PEM
}

// String keeps secrets out of logs.
func (c Credentials) String() string { return fmt.Sprintf("App %d (%s)", c.AppID, c.Slug) }

// GoString is String.
func (c Credentials) GoString() string { return c.String() }

// LogValue is String.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

var codeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,200}$`)

// ConvertManifest takes the credentials that a code stands for, which works
// once and within an hour. apiURL is that of Options.
func ConvertManifest(ctx context.Context, apiURL, code string) (Credentials, error) {
	if !codeForm.MatchString(code) {
		return Credentials{}, fmt.Errorf("%w: the code is not one of GitHub's", ErrInvalid)
	}
	if apiURL == "" {
		apiURL = "https://api.github.com"
	}
	api, err := url.Parse(strings.TrimSuffix(apiURL, "/") + "/")
	if err != nil || api.Host == "" {
		return Credentials{}, fmt.Errorf("%q is not the URL of a GitHub API", apiURL)
	}
	// There is no App yet; the code is a secret, and so the path is not logged.
	a := &App{api: api, limiter: &ownLimiter{}, log: slog.New(slog.DiscardHandler), now: time.Now, times: usualTimes, base: newBase()}
	got, _, err := a.library(asNobody{}, 0).Apps.CompleteAppManifest(ctx, code)
	if err != nil {
		return Credentials{}, withoutCode(tidy(err), code)
	}
	return Credentials{
		AppID: got.GetID(), Slug: got.GetSlug(), Name: got.GetName(), URL: got.GetHTMLURL(), ClientID: got.GetClientID(), ClientSecret: got.GetClientSecret(),
		Owner:         Account{got.GetOwner().GetID(), got.GetOwner().GetLogin(), got.GetOwner().GetType()},
		WebhookSecret: got.GetWebhookSecret(), PrivateKey: got.GetPEM(),
	}, nil
}

// withoutCode is an error that does not say the code.
func withoutCode(err error, code string) error {
	if r, ok := err.(refusal); ok {
		r.path = strings.ReplaceAll(r.path, code, "***")
		return r
	}
	return masked{err, code}
}

// masked is an error whose text hides a secret.
type masked struct {
	error
	secret string
}

func (m masked) Error() string { return strings.ReplaceAll(m.error.Error(), m.secret, "***") }
func (m masked) Unwrap() error { return m.error }
