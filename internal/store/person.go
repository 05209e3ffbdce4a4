package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Person is somebody who signed in.
type Person struct {
	ID            int64 // GitHub's
	Login         string
	Name          string    // may be ""
	Email         string    // "" unless public
	Tokens        []byte    // sealed; nil once dropped
	AccessExpires time.Time // zero: never
}

const personColumns = `p.id, p.login, p.name, p.email, p.tokens, p.access_expires`

func scanPerson(row pgx.Row) (p Person, err error) {
	var expires *time.Time
	err = row.Scan(&p.ID, &p.Login, &p.Name, &p.Email, &p.Tokens, &expires)
	if expires != nil {
		p.AccessExpires = *expires
	}
	return p, err
}

// moment is what a column keeps of a time: nothing of the zero one.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// SavePerson records who signed in, and the tokens that came with it, inside
// the caller's transaction.
func (s *Store) SavePerson(ctx context.Context, tx pgx.Tx, p Person, at time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO people (id, login, name, email, tokens, access_expires, signed_in_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name, email = excluded.email,
			tokens = excluded.tokens, access_expires = excluded.access_expires, signed_in_at = excluded.signed_in_at`,
		p.ID, text(p.Login), text(p.Name), text(p.Email), p.Tokens, moment(p.AccessExpires), at)
	return err
}

// Person returns one person.
func (s *Store) Person(ctx context.Context, id int64) (Person, error) {
	p, err := scanPerson(s.pool.QueryRow(ctx, `SELECT `+personColumns+` FROM people p WHERE p.id = $1`, id))
	return p, found(err, "person %d", id)
}

// PersonNamed returns who signed in last under a login: GitHub lets names go from one
// to another.
func (s *Store) PersonNamed(ctx context.Context, login string) (Person, error) {
	p, err := scanPerson(s.pool.QueryRow(ctx, `SELECT `+personColumns+` FROM people p WHERE lower(p.login) = lower($1) ORDER BY p.signed_in_at DESC LIMIT 1`, login))
	return p, found(err, "person %q", login)
}

// LockPerson returns one person and keeps every other process from changing
// that row until the transaction ends.
func (s *Store) LockPerson(ctx context.Context, tx pgx.Tx, id int64) (Person, error) {
	p, err := scanPerson(tx.QueryRow(ctx, `SELECT `+personColumns+` FROM people p WHERE p.id = $1 FOR NO KEY UPDATE`, id))
	return p, found(err, "person %d", id)
}

// SetTokens replaces a person's tokens.
func (s *Store) SetTokens(ctx context.Context, tx pgx.Tx, id int64, tokens []byte, expires time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE people SET tokens = $2, access_expires = $3 WHERE id = $1`, id, tokens, moment(expires))
	return err
}

// SignOutEverywhere ends all sessions of a person and drops the tokens and what
// they let be seen.
func (s *Store) SignOutEverywhere(ctx context.Context, tx pgx.Tx, id int64) error {
	for _, statement := range []string{
		`UPDATE people SET tokens = NULL, access_expires = NULL WHERE id = $1`,
		`DELETE FROM sessions WHERE person_id = $1`,
		`DELETE FROM rights WHERE person_id = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, id); err != nil {
			return err
		}
	}
	return nil
}
