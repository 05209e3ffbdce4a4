package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"

	"twelvefold/internal/store"
)

// What a session's Values hold, beside nothing else.
const (
	personValue = "person" // int64, GitHub's id
	loginValue  = "login"
)

// cookies is gorilla's store of sessions over Postgres. A cookie holds a signed
// random id; what it stands for is in the database, under the id's hash.
type cookies struct {
	store  *store.Store
	codecs []securecookie.Codec
	name   string
	secure bool
	now    func() time.Time
}

var _ sessions.Store = (*cookies)(nil)

// newCookies signs with the first key and takes what any of them signed. The
// name of a secure cookie keeps other hosts of the domain from setting it.
func newCookies(s *store.Store, keys [][]byte, secure bool, now func() time.Time) *cookies {
	c := &cookies{store: s, name: "twelvefold", secure: secure, now: now}
	if secure {
		c.name = "__Host-twelvefold"
	}
	for _, key := range keys {
		codec := securecookie.New(key, nil)
		codec.MaxAge(0) // the database knows how old it is
		codec.SetSerializer(securecookie.JSONEncoder{})
		c.codecs = append(c.codecs, codec)
	}
	return c
}

// Get is the session of a request, read once.
func (c *cookies) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(c, name)
}

// New reads the session of a request. A cookie that is missing, not signed here,
// expired or signed out is no session: then IsNew is true.
func (c *cookies) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(c, name)
	session.IsNew = true
	session.Options = &sessions.Options{Path: "/", Secure: c.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		MaxAge: int(store.SessionMost.Seconds())}
	cookie, err := r.Cookie(name)
	if err != nil {
		return session, nil
	}
	var id string
	if securecookie.DecodeMulti(name, cookie.Value, &id, c.codecs...) != nil {
		return session, nil
	}
	kept, err := c.store.Session(r.Context(), hashOf(id), c.now())
	if errors.Is(err, store.ErrNotFound) {
		return session, nil
	}
	if err != nil {
		return session, err
	}
	session.ID, session.IsNew = id, false
	if kept.Person != 0 {
		session.Values[personValue], session.Values[loginValue] = kept.Person, kept.Login
	}
	return session, nil
}

// Save keeps a new session, or ends one whose MaxAge is below zero, and sets the
// cookie. What else a session says changes by signIn alone.
func (c *cookies) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	switch {
	case session.Options.MaxAge < 0:
		if session.ID != "" {
			if err := c.store.EndSession(r.Context(), hashOf(session.ID), c.now()); err != nil {
				return err
			}
		}
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		return nil
	case session.ID == "":
		session.ID = rand.Text()
		if err := c.store.AddSession(r.Context(), hashOf(session.ID), c.now()); err != nil {
			return err
		}
	}
	return c.set(w, session)
}

// signIn gives a session its person and a new id, in one transaction with what
// keep does.
func (c *cookies) signIn(ctx context.Context, w http.ResponseWriter, session *sessions.Session, person int64, keep func(store.Tx) error) error {
	old := hashOf(session.ID)
	session.ID = rand.Text()
	err := c.store.InTx(ctx, func(tx store.Tx) error {
		if err := keep(tx); err != nil {
			return err
		}
		return c.store.RotateSession(ctx, tx, old, hashOf(session.ID), person, c.now())
	})
	if err != nil {
		return err
	}
	return c.set(w, session)
}

func (c *cookies) set(w http.ResponseWriter, session *sessions.Session) error {
	value, err := securecookie.EncodeMulti(session.Name(), session.ID, c.codecs...)
	if err != nil {
		return err
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), value, session.Options))
	return nil
}

// hashOf is what the database keeps of a secret.
func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// personOf is who signed in to a session; 0 for nobody.
func personOf(session *sessions.Session) (id int64, login string) {
	id, _ = session.Values[personValue].(int64)
	login, _ = session.Values[loginValue].(string)
	return id, login
}
