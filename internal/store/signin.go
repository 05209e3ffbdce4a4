package store

import (
	"context"
	"crypto/subtle"
	"time"

	"github.com/jackc/pgx/v5"
)

// SignIn is a sign-in that a browser began.
type SignIn struct {
	State    []byte // hash of the state
	Verifier string // of PKCE
	Next     string // path of this site that the person wanted
	Client   string // where it came from: an address or a network
}

// SignInsBegun counts the sign-ins that a client began since then and that were
// not finished.
func (s *Store) SignInsBegun(ctx context.Context, client string, since time.Time) (n int, err error) {
	err = s.pool.QueryRow(ctx, `SELECT count(*) FROM sign_ins WHERE client = $1 AND created_at > $2`, client, since).Scan(&n)
	return n, err
}

// BeginSignIn keeps a sign-in for a session; the oldest ones beyond a few are
// forgotten.
func (s *Store) BeginSignIn(ctx context.Context, session []byte, begun SignIn, now time.Time) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO sign_ins (state, session_id, verifier, next, client, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		begun.State, session, begun.Verifier, text(begun.Next), text(begun.Client), now)
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, `
		DELETE FROM sign_ins WHERE state IN (
			SELECT state FROM sign_ins WHERE session_id = $1 ORDER BY created_at DESC, state OFFSET $2)`, session, signInsAtOnce)
	return err
}

// TakeSignIn returns the sign-in that a session began with a state, once.
// ErrNotFound: none, another session's, too old or used.
func (s *Store) TakeSignIn(ctx context.Context, session, state []byte, now time.Time) (SignIn, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT state, verifier, next FROM sign_ins
		WHERE session_id IN (SELECT $1::bytea UNION ALL SELECT begun_as FROM sessions WHERE id = $1) AND created_at > $2`, session, now.Add(-signInWithin))
	if err != nil {
		return SignIn{}, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (begun SignIn, err error) {
		err = row.Scan(&begun.State, &begun.Verifier, &begun.Next)
		return begun, err
	})
	if err != nil {
		return SignIn{}, err
	}
	for _, begun := range list {
		if subtle.ConstantTimeCompare(begun.State, state) != 1 {
			continue
		}
		tag, err := s.pool.Exec(ctx, `DELETE FROM sign_ins WHERE state = $1`, begun.State)
		if err != nil || tag.RowsAffected() == 1 {
			return begun, err
		}
	}
	return SignIn{}, found(pgx.ErrNoRows, "sign-in")
}
