package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	library "github.com/google/go-github/v60/github"
)

// What GitHub refuses, and will refuse again. Told apart by errors.Is.
var (
	ErrNotFound  = errors.New("not found on GitHub, or not visible to this App") // 404, 410, 451
	ErrForbidden = errors.New("not allowed by GitHub")                           // 401, and 403 that is no limit: suspended, permission missing
	ErrInvalid   = errors.New("not accepted by GitHub")                          // 422 and any other 4xx
)

// ErrSuspended says that whoever installed the App suspended it, which they may
// take back. It is ErrForbidden, too.
var ErrSuspended = fmt.Errorf("the App is suspended: %w", ErrForbidden)

// Why a snapshot of a commit can't be had. The last two are ErrNotFound, too.
var (
	ErrEmpty          = errors.New("the repository is empty: it has no commit to audit")
	ErrRepositoryGone = fmt.Errorf("the repository is gone, or this App no longer sees it: %w", ErrNotFound)
	ErrCommitGone     = fmt.Errorf("the commit is gone: it was overwritten or never pushed: %w", ErrNotFound)
)

// RateLimited says when to come back. Told by errors.As.
type RateLimited struct {
	Until     time.Time
	Secondary bool // too much at a time, rather than in an hour
}

func (e RateLimited) Error() string {
	which := "rate limit"
	if e.Secondary {
		which = "secondary rate limit"
	}
	return fmt.Sprintf("GitHub's %s is reached until %s", which, e.Until.UTC().Format(time.RFC3339))
}

// Unavailable says that GitHub could not be asked or did not make sense: an
// answer of 5xx, a cut connection, a timeout. It may do later. Told by errors.As.
type Unavailable struct{ Err error }

func (e Unavailable) Error() string { return "GitHub is unavailable: " + e.Err.Error() }

// Unwrap gives the cause.
func (e Unavailable) Unwrap() error { return e.Err }

// refusal is an answer of 4xx.
type refusal struct {
	method, path string
	status       int
	message      string // GitHub's, short
	kind         error
}

func (e refusal) Error() string {
	return fmt.Sprintf("%v: %s %s was answered with %d: %s", e.kind, e.method, e.path, e.status, e.message)
}

func (e refusal) Unwrap() error { return e.kind }

// statusOf is the status of a refusal, 0 for another error.
func statusOf(err error) int {
	var r refusal
	if errors.As(err, &r) {
		return r.status
	}
	return 0
}

// TokenRefused reports whether an error says that the token is no longer taken,
// rather than that it does not reach so far.
func TokenRefused(err error) bool { return statusOf(err) == http.StatusUnauthorized }

// tidy turns what go-github returns into this package's errors. What is none of
// them came with a good status and could not be decoded.
func tidy(err error) error {
	if err == nil {
		return nil
	}
	var (
		wrapped *url.Error
		limit   *library.RateLimitError
		limited RateLimited
		away    Unavailable
		refused refusal
	)
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.As(err, &limited):
		return limited
	case errors.As(err, &away):
		return away
	case errors.As(err, &limit):
		return RateLimited{Until: limit.Rate.Reset.Time}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.As(err, new(ownFault)):
		return err
	case errors.As(err, &wrapped):
		return Unavailable{wrapped.Err}
	case isMalformed(err):
		return Unavailable{fmt.Errorf("its answer can't be read: %w", err)}
	}
	return err
}

// ownFault is an error of this side: the limiter's, mostly.
type ownFault struct{ error }

func (e ownFault) Unwrap() error { return e.error }

func isMalformed(err error) bool {
	return errors.As(err, new(*json.SyntaxError)) || errors.As(err, new(*json.UnmarshalTypeError)) || errors.As(err, new(*time.ParseError)) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}
