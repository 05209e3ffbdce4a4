package rights

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/store"
)

// margin is how long before it expires an access is refreshed: longer than
// asking takes.
const margin = 5 * time.Minute

func keyOf(person int64) string { return strconv.FormatInt(person, 10) }

// sealed is how tokens are kept.
type sealed struct {
	Access  string `json:"access"`
	Refresh string `json:"refresh"`
}

func (s *Service) seal(person int64, t github.Token) ([]byte, error) {
	text, err := json.Marshal(sealed{t.Access, t.Refresh})
	if err != nil {
		return nil, fmt.Errorf("encoding a token: %w", err)
	}
	return s.keys.Seal(text, []byte(keyOf(person))), nil
}

func (s *Service) open(p store.Person) (t sealed, err error) {
	if p.Tokens == nil {
		return t, ErrSignIn
	}
	text, err := s.keys.Open(p.Tokens, []byte(keyOf(p.ID)))
	if err != nil {
		return t, errors.Join(ErrSignIn, err)
	}
	return t, json.Unmarshal(text, &t)
}

// Keep records who signed in, with the tokens, inside the caller's transaction.
func (s *Service) Keep(ctx context.Context, tx store.Tx, p github.Person, t github.Token) error {
	tokens, err := s.seal(p.ID, t)
	if err != nil {
		return err
	}
	return s.store.SavePerson(ctx, tx, store.Person{ID: p.ID, Login: p.Login, Name: p.Name, Email: p.Email, Tokens: tokens, AccessExpires: t.Expires}, s.now())
}

// Forget ends all sessions of a person and drops the tokens.
func (s *Service) Forget(ctx context.Context, person int64) error {
	return s.store.InTx(ctx, func(tx store.Tx) error { return s.store.SignOutEverywhere(ctx, tx, person) })
}

// access is a person's access token, refreshed if it expires soon or if it is
// the one that GitHub refused. ErrSignIn: there is none any more.
func (s *Service) access(ctx context.Context, person int64, refused string) (string, error) {
	p, err := s.store.Person(ctx, person)
	if err != nil {
		return "", signIn(err)
	}
	t, err := s.open(p)
	if err != nil {
		return "", s.lost(ctx, person, err)
	}
	if s.good(p, t, refused) {
		return t.Access, nil
	}
	select {
	case s.refreshes <- struct{}{}:
		defer func() { <-s.refreshes }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	return s.refresh(ctx, person, refused)
}

// File reads one file of GitHub's at a commit, of at most so many bytes, with a
// person's own rights. Errors: ErrSignIn, github.ErrNotFound when the person may
// not see it or it is not there, github.ErrInvalid when it is larger, and what says
// that GitHub can't be asked just now.
func (s *Service) File(ctx context.Context, person int64, at github.Slug, commit, name string, most int64) ([]byte, error) {
	access, err := s.access(ctx, person, "")
	if err != nil {
		return nil, err
	}
	content, err := s.people.File(ctx, access, at, commit, name, most)
	if !github.TokenRefused(err) {
		return content, err
	}
	if access, err = s.access(ctx, person, access); err != nil {
		return nil, err
	}
	return s.people.File(ctx, access, at, commit, name, most)
}

// good reports whether an access needs no refresh.
func (s *Service) good(p store.Person, t sealed, refused string) bool {
	return t.Access != refused && (p.AccessExpires.IsZero() || s.now().Before(p.AccessExpires.Add(-margin)))
}

// refresh takes new tokens, one process at a time for each person: a refresh
// token works once. An answer is kept whoever still waits for it.
func (s *Service) refresh(ctx context.Context, person int64, refused string) (access string, err error) {
	gone := false
	err = s.store.InTx(ctx, func(tx store.Tx) error {
		p, err := s.store.LockPerson(ctx, tx, person)
		if err != nil {
			return signIn(err)
		}
		t, err := s.open(p)
		if err != nil {
			return err
		}
		if s.good(p, t, refused) { // another one was quicker
			access = t.Access
			return nil
		}
		var fresh github.Token
		err = github.ErrForbidden // an access without a refresh ends for good
		if t.Refresh != "" {
			fresh, err = s.oauth.Refresh(ctx, t.Refresh)
		}
		if errors.Is(err, github.ErrForbidden) {
			gone = true
			return s.store.SignOutEverywhere(ctx, tx, person)
		}
		if err != nil {
			if t.Access != refused && s.now().Before(p.AccessExpires) {
				access = t.Access // it does for now
				return nil
			}
			return err
		}
		tokens, err := s.seal(person, fresh)
		if err != nil {
			return err
		}
		access = fresh.Access
		return s.store.SetTokens(ctx, tx, person, tokens, fresh.Expires)
	})
	if gone && err == nil {
		err = ErrSignIn
	}
	return access, err
}

// lost ends the sessions of a person whose tokens can't be read: they were
// sealed with a key that is gone.
func (s *Service) lost(ctx context.Context, person int64, err error) error {
	s.log.WarnContext(ctx, "a person's tokens can't be used any more", "person", person, "error", err)
	return errors.Join(ErrSignIn, err, s.Forget(ctx, person))
}

// signIn is the error for a person who is not known.
func signIn(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return errors.Join(ErrSignIn, err)
	}
	return err
}
