package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/api"
	"twelvefold/internal/rights"
	"twelvefold/internal/store"
)

// problem is an error that the API answers.
type problem struct {
	kind       api.Kind
	detail     string // "" for what its kind says
	parameters []api.Parameter
}

func (p problem) Error() string { return p.kind.Name }

// ofAPI reports whether a request is to the API, whose errors are problems.
func ofAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// problemOf is an error as the API tells it.
func problemOf(err error) problem {
	var p problem
	var page told
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, errSession):
		return problem{kind: api.SignInAgain}
	case errors.Is(err, errSignIn):
		return problem{kind: api.NoToken, detail: "This server shows nothing without sign-in, and none is set up. Ask its operator."}
	case errors.As(err, &page) && page.status == http.StatusForbidden:
		return problem{kind: api.MayNot}
	case errors.As(err, &page) && page.status == http.StatusServiceUnavailable:
		return problem{kind: api.Busy, detail: page.title + ". " + page.message}
	case errors.Is(err, store.ErrNotFound):
		return problem{kind: api.Missing}
	case errors.Is(err, errOrigin):
		return problem{kind: api.Elsewhere}
	case errors.Is(err, errHost):
		return problem{kind: api.OtherHost}
	case errors.Is(err, context.DeadlineExceeded), store.Unavailable(err):
		return problem{kind: api.Busy}
	}
	return problem{kind: api.Broken}
}

// refuse answers an error as RFC 9457 has it. A person sees what to do; the log
// has the error with the request's id.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the reader has gone
	}
	p := problemOf(err)
	switch p.kind.Status {
	case http.StatusInternalServerError:
		s.logger.ErrorContext(r.Context(), "request failed", "id", requestID(r.Context()), "path", api.Masked(r.URL.Path), "error", api.Masked(err.Error()))
	case http.StatusServiceUnavailable:
		s.logger.WarnContext(r.Context(), "request not answered", "id", requestID(r.Context()), "path", api.Masked(r.URL.Path), "error", api.Masked(err.Error()))
		w.Header().Set("Retry-After", "5")
		if again, now := rights.Again(err), s.now(); again.After(now) {
			w.Header().Set("Retry-After", strconv.Itoa(wait(again, now)))
		}
	case http.StatusUnauthorized:
		challenge := `Bearer realm="Twelvefold"`
		if p.kind.Name != api.NoToken.Name {
			challenge += `, error="invalid_token"`
		}
		w.Header().Set("WWW-Authenticate", challenge)
	case http.StatusForbidden:
		if p.kind.Name == api.LacksScope.Name {
			w.Header().Set("WWW-Authenticate", `Bearer realm="Twelvefold", error="insufficient_scope"`)
		}
	}
	content, failed := encoded(api.Problem{
		Type: s.site(r) + "/api#" + p.kind.Name, Title: p.kind.Title, Status: p.kind.Status, Detail: cmp.Or(p.detail, p.kind.Do),
		Instance: "urn:x-request-id:" + url.PathEscape(requestID(r.Context())), Parameters: p.parameters,
	})
	if failed != nil {
		http.Error(w, p.kind.Title, p.kind.Status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.kind.Status)
	_, _ = w.Write(content) // the reader may have gone; there is no one to tell
}

// wait is how many seconds there are until a time, at least one.
func wait(until, now time.Time) int { return max(1, int(until.Sub(now).Seconds()+0.999)) }
