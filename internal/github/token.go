package github

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

// identity is as whom a request is made.
type identity interface {
	// authorization is the header's value, "" for none.
	authorization(ctx context.Context) (string, error)
	// refused is told that the value was answered with 401, and says whether
	// another try with a new one makes sense.
	refused(value string) bool
}

// asApp signs each request with the App's key.
type asApp struct{ *App }

// The token is dated back for clocks that differ, and lives for less than the
// ten minutes that GitHub allows.
func (a asApp) authorization(context.Context) (string, error) {
	now := a.now()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		IssuedAt: jwt.NewNumericDate(now.Add(-time.Minute)), ExpiresAt: jwt.NewNumericDate(now.Add(8 * time.Minute)), Issuer: strconv.FormatInt(a.id, 10),
	}).SignedString(a.key)
	if err != nil {
		return "", ownFault{fmt.Errorf("sign as the GitHub App: %w", err)}
	}
	return "Bearer " + signed, nil
}

func (asApp) refused(string) bool { return false }

// asInstallation uses a token that the App gets for the installation, and keeps
// until shortly before it expires.
type asInstallation struct {
	*App
	installation int64
}

// token is an installation's, and lives for an hour.
type token struct {
	value   string
	expires time.Time
}

// tokenMargin is how long before it expires a token is replaced: longer than
// any request takes.
const tokenMargin = 5 * time.Minute

func (a asInstallation) authorization(ctx context.Context) (string, error) {
	a.mu.Lock()
	kept := a.tokens[a.installation]
	a.mu.Unlock()
	if kept.value != "" && a.now().Before(kept.expires.Add(-tokenMargin)) {
		return "Bearer " + kept.value, nil
	}
	// One asks for all who wait, and is not stopped when one of them gives up.
	answer := a.refreshes.DoChan(strconv.FormatInt(a.installation, 10), func() (any, error) {
		return a.refresh(context.WithoutCancel(ctx))
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case got := <-answer:
		if got.Err != nil {
			return "", got.Err
		}
		return "Bearer " + got.Val.(token).value, nil
	}
}

func (a asInstallation) refresh(ctx context.Context) (token, error) {
	// A token more does no harm: it can be asked for again.
	got, _, err := a.self.Apps.CreateInstallationToken(with(ctx, call{again: true}), a.installation, nil)
	if err != nil {
		return token{}, tidy(err)
	}
	fresh := token{got.GetToken(), got.GetExpiresAt().Time}
	if fresh.value == "" {
		return token{}, Unavailable{fmt.Errorf("it gave no token for installation %d", a.installation)}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tokens[a.installation] = fresh
	return fresh, nil
}

// refused forgets a token that GitHub no longer takes.
func (a asInstallation) refused(value string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if "Bearer "+a.tokens[a.installation].value == value {
		delete(a.tokens, a.installation)
	}
	return true
}

// asPerson uses the token of somebody who signed in.
type asPerson struct{ access string }

func (p asPerson) authorization(context.Context) (string, error) { return "Bearer " + p.access, nil }
func (asPerson) refused(string) bool                             { return false }

// asNobody sends no token.
type asNobody struct{}

func (asNobody) authorization(context.Context) (string, error) { return "", nil }
func (asNobody) refused(string) bool                           { return false }

func authorize(r *http.Request, value string) {
	if value != "" {
		r.Header.Set("Authorization", value)
	}
}
