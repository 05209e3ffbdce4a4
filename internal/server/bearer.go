package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/api"
	"twelvefold/internal/store"
)

// How many requests there may be within a window, whichever process takes them.
const (
	askWindow      = time.Minute
	asksOfToken    = 600 // with a token
	missesOfClient = 30  // with wrong ones, from one address
)

// tokenIn reports whether a token stands in a query, or what is called like one.
func tokenIn(query url.Values) bool {
	for name, values := range query {
		if name == "access_token" || name == "token" || api.HoldsToken(name) || slices.ContainsFunc(values, api.HoldsToken) {
			return true
		}
	}
	return false
}

// authorize fills in whose token a call has, and counts the call. Without sign-in
// this machine needs none.
func (s *Server) authorize(w http.ResponseWriter, c *call) error {
	switch {
	case s.anonymous:
		c.v.sight = store.Within(store.Local)
		return nil
	case s.signIn == nil:
		return errSignIn
	}
	headers := c.Header.Values("Authorization")
	if len(headers) == 0 {
		return problem{kind: api.NoToken}
	}
	scheme, text, _ := strings.Cut(headers[0], " ")
	if text = strings.TrimSpace(text); len(headers) > 1 || !strings.EqualFold(scheme, "Bearer") || !api.IsToken(text) {
		return s.missed(w, c, "The header Authorization is the word Bearer and one token, which begins with tf_ and is 52 characters long. This one is mistyped or cut off.")
	}
	token, err := s.store.TokenOf(c.Context(), api.HashOf(text))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return s.missed(w, c, "There is no such token here. Make one on the page API tokens of this site.")
	case err != nil:
		return err
	case token.Revoked != nil:
		return s.missed(w, c, fmt.Sprintf("The token “%s” was revoked. Make another one on the page API tokens.", token.Name))
	case !token.Lives(s.now()):
		return s.missed(w, c, fmt.Sprintf("The token “%s” expired on %s. Make another one on the page API tokens.", token.Name, token.Expires.UTC().Format("2 January 2006")))
	}
	if err := s.count(w, c, token); err != nil {
		return err
	}
	if token.Rests {
		return errSession
	}
	c.v.person, c.v.login = token.Person, token.Login
	if !slices.Contains(token.Scopes, string(c.op.Scope)) {
		return problem{kind: api.LacksScope, detail: fmt.Sprintf("This needs the scope %s, which the token “%s” lacks. Make a token that has it on the page API tokens.", c.op.Scope, token.Name)}
	}
	return nil
}

// count counts a request of a token, and says with every answer what is left.
func (s *Server) count(w http.ResponseWriter, c *call, token store.Token) error {
	ctx, now := c.Context(), s.now()
	used, ends, err := s.store.Use(ctx, fmt.Sprintf("token %d", token.ID), askWindow, now)
	if err != nil {
		return err
	}
	w.Header().Set("RateLimit-Policy", fmt.Sprintf(`"token";q=%d;w=%d`, asksOfToken, int(askWindow.Seconds())))
	w.Header().Set("RateLimit", fmt.Sprintf(`"token";r=%d;t=%d`, max(0, asksOfToken-used), wait(ends, now)))
	if used > asksOfToken {
		w.Header().Set("Retry-After", strconv.Itoa(wait(ends, now)))
		return problem{kind: api.TooMany, detail: fmt.Sprintf("The token “%s” asked more than %d times within a minute. Go on in %d seconds.", token.Name, asksOfToken, wait(ends, now))}
	}
	if token.LastUsed == nil || now.Sub(*token.LastUsed) >= time.Minute {
		return s.store.UseToken(ctx, token.ID, now)
	}
	return nil
}

// missed counts a wrong token of a client.
func (s *Server) missed(w http.ResponseWriter, c *call, detail string) error {
	now := s.now()
	used, ends, err := s.store.Use(c.Context(), "client "+client(c.Request), askWindow, now)
	switch {
	case err != nil:
		return err
	case used > missesOfClient:
		w.Header().Set("Retry-After", strconv.Itoa(wait(ends, now)))
		return problem{kind: api.TooMany, detail: fmt.Sprintf("More than %d wrong tokens came from your network within a minute. Try again in %d seconds.", missesOfClient, wait(ends, now))}
	}
	return problem{kind: api.BadToken, detail: detail}
}
