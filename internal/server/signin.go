package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/gorilla/sessions"

	"twelvefold/internal/github"
	"twelvefold/internal/rights"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// SignIn is how people sign in with GitHub.
type SignIn struct {
	Rights  *rights.Service
	People  *github.People
	OAuth   *github.OAuth
	Keys    [][]byte // sign cookies; the first signs, all are taken
	BaseURL string   // where GitHub sends people back to: https, or http on a loopback address
	Install string   // where the App is installed from; "" when that is not known
}

// callbackPath is where GitHub sends people back to.
const callbackPath = "/sign-in/callback"

var (
	againLink = templates.Link{Href: "/sign-in", Text: "Sign in again"}

	errDeclined = told{http.StatusForbidden, "Sign-in was declined", "GitHub was told not to let Twelvefold know who you are. Nothing was kept. Sign in again whenever you want to.", againLink}
	errState    = told{http.StatusBadRequest, "This sign-in can’t be finished", "It took more than ten minutes, was finished already, or was begun in another browser or under another address of this site. Begin it again here.", againLink}
	errCode     = told{http.StatusBadRequest, "GitHub did not accept the sign-in", "What it sent you back with works once and for a few minutes. Sign in again; if that stays so, tell the operator the request below.", againLink}
	errOther    = told{http.StatusConflict, "Somebody else is signed in here", "Sign out first, then sign in with the other account.", templates.Link{Href: "/", Text: "All repositories"}}
	errAway     = told{http.StatusServiceUnavailable, "GitHub does not answer", "Only GitHub knows what you may see, and it can’t be asked just now. Nothing is lost: try again in a moment.", templates.Link{Href: "/", Text: "Try again"}}
	errSpent    = told{http.StatusServiceUnavailable, "GitHub answers no more of your questions for now", "Only GitHub knows what you may see, and all that you and your other tools may ask it in an hour is used up. Nothing is lost: try again within the hour.", templates.Link{Href: "/", Text: "Try again"}}
	errSigned   = told{http.StatusUnauthorized, "Sign in first", "This needs somebody who is signed in. Sign in, then do it again.", templates.Link{Href: "/sign-in", Text: "Sign in"}}
)

// browserSession is the session of a request, on routes where it may be missing.
func (s *Server) browserSession(r *http.Request) (*sessions.Session, error) {
	if s.signIn == nil {
		return nil, errSignIn
	}
	return s.cookies.Get(r, s.cookies.name)
}

// signInPage offers the button. Who is signed in goes on.
func (s *Server) signInPage(w http.ResponseWriter, r *http.Request) error {
	session, err := s.browserSession(r)
	if err != nil {
		return err
	}
	next := ownPath(r.URL.Query().Get("next"))
	if person, _ := personOf(session); person != 0 {
		return seeOther(w, r, next)
	}
	// Browsers hold the form's redirect to its policy, too.
	w.Header().Set("Content-Security-Policy", strings.Replace(policy, "form-action 'self'", "form-action 'self' "+s.gitHubOrigin, 1))
	return s.render(w, r, templates.SignInPage(templates.SignIn{Page: s.page(r, "Sign in"), Next: next, Ended: r.URL.Query().Has("ended")}))
}

// beginSignIn sends a person to GitHub, with a state and a challenge that this
// browser's session knows.
func (s *Server) beginSignIn(w http.ResponseWriter, r *http.Request) error {
	session, err := s.browserSession(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	next := ownPath(r.PostFormValue("next"))
	if person, _ := personOf(session); person != 0 {
		return seeOther(w, r, next)
	}
	from := client(r)
	if begun, err := s.store.SignInsBegun(r.Context(), from, s.now().Add(-time.Minute)); err != nil {
		return err
	} else if begun >= signInsAMinute {
		w.Header().Set("Retry-After", "60")
		return errOften
	}
	if session.IsNew {
		if err := s.cookies.Save(r, w, session); err != nil {
			return err
		}
	}
	state, verifier := rand.Text()+rand.Text(), rand.Text()+rand.Text()
	challenge := sha256.Sum256([]byte(verifier))
	begun := store.SignIn{State: hashOf(state), Verifier: verifier, Next: next, Client: from}
	if err := s.store.BeginSignIn(r.Context(), hashOf(session.ID), begun, s.now()); err != nil {
		return err
	}
	return seeOther(w, r, s.signIn.OAuth.AuthorizeURL(state, base64.RawURLEncoding.EncodeToString(challenge[:]), s.signIn.BaseURL+callbackPath))
}

// maxForm bounds a form's body, in bytes.
const maxForm = 64 << 10

// finishSignIn takes what GitHub sends a person back with.
func (s *Server) finishSignIn(w http.ResponseWriter, r *http.Request) error {
	session, err := s.browserSession(r)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	if session.IsNew || query.Get("state") == "" {
		return errState
	}
	begun, err := s.store.TakeSignIn(r.Context(), hashOf(session.ID), hashOf(query.Get("state")), s.now())
	if errors.Is(err, store.ErrNotFound) {
		return errState
	}
	if err != nil {
		return err
	}
	switch problem := query.Get("error"); {
	case problem == "access_denied":
		return errDeclined
	case problem != "":
		s.logger.WarnContext(r.Context(), "GitHub refuses sign-in", "id", requestID(r.Context()), "error", problem, "description", query.Get("error_description"))
		return errCode
	case query.Get("code") == "":
		return errState
	}
	person, token, err := s.whoIs(r.Context(), query.Get("code"), begun)
	if err != nil {
		return s.notSignedIn(r, err)
	}
	if before, _ := personOf(session); before != 0 && before != person.ID {
		return errOther
	}
	keep := func(tx store.Tx) error { return s.signIn.Rights.Keep(r.Context(), tx, person, token) }
	if err := s.cookies.signIn(r.Context(), w, session, person.ID, keep); err != nil {
		return err
	}
	s.logger.InfoContext(r.Context(), "signed in", "id", requestID(r.Context()), "person", person.ID, "login", person.Login)
	return seeOther(w, r, begun.Next)
}

// whoIs asks GitHub who a code stands for.
func (s *Server) whoIs(ctx context.Context, code string, begun store.SignIn) (github.Person, github.Token, error) {
	token, err := s.signIn.OAuth.Exchange(ctx, code, begun.Verifier, s.signIn.BaseURL+callbackPath)
	if err != nil {
		return github.Person{}, github.Token{}, err
	}
	person, err := s.signIn.People.Person(ctx, token.Access)
	return person, token, err
}

// notSignedIn words why GitHub did not say who a person is.
func (s *Server) notSignedIn(r *http.Request, err error) error {
	s.logger.WarnContext(r.Context(), "sign-in failed", "id", requestID(r.Context()), "error", err.Error())
	switch {
	case errors.Is(err, github.ErrForbidden):
		return errCode
	case errors.As(err, new(github.Unavailable)), errors.As(err, new(github.RateLimited)), errors.Is(err, context.DeadlineExceeded):
		away := errAway
		away.message, away.link = "Nobody can sign in until it does. Nothing is lost: try again in a moment.", againLink
		return away
	}
	return err
}

// signOut ends this browser's session, or with everywhere=yes all of the
// person's.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	session, err := s.browserSession(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if person, _ := personOf(session); person != 0 && r.PostFormValue("everywhere") == "yes" {
		if err := s.signIn.Rights.Forget(r.Context(), person); err != nil {
			return err
		}
	}
	session.Options.MaxAge = -1
	if err := s.cookies.Save(r, w, session); err != nil {
		return err
	}
	return seeOther(w, r, "/sign-in?ended")
}

func seeOther(w http.ResponseWriter, r *http.Request, to string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// maxNext bounds a path that is gone on to after sign-in.
const maxNext = 2000

// ownPath is a path of this site with its query, and "/" for whatever else a
// browser could take a text for.
func ownPath(text string) string {
	u, err := url.Parse(text)
	strange := strings.ContainsFunc(text, func(c rune) bool { return c == '\\' || unicode.IsControl(c) || unicode.IsSpace(c) })
	if err != nil || strange || len(text) > maxNext || !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") ||
		u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	path := u.EscapedPath()
	if strings.HasPrefix(path, "//") || path == "/sign-in" || strings.HasPrefix(path, "/sign-in/") || path == "/sign-out" {
		return "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return path
}
