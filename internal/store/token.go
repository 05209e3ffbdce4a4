package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// MostTokens bounds how many tokens one person has that live.
const MostTokens = 50

// endedTokens is how many tokens that are over are kept of one person.
const endedTokens = 50

// Token is a person's own token for the JSON API. What it is made of is not kept.
type Token struct {
	ID       int64
	Person   int64
	Login    string // of the person
	Name     string
	Scopes   []string
	Created  time.Time
	Expires  time.Time
	LastUsed *time.Time // to the minute; nil: never
	Revoked  *time.Time
	Rests    bool // until the person signs in again: GitHub can't be asked for that one
}

// Lives reports whether a token is neither revoked nor over.
func (t Token) Lives(now time.Time) bool { return t.Revoked == nil && now.Before(t.Expires) }

// livingToken is the condition on a token t that it lives at a time.
const livingToken = `t.revoked_at IS NULL AND t.expires_at > %s::timestamptz`

const tokenColumns = `t.id, t.person_id, p.login, t.name, t.scopes, t.created_at, t.expires_at, t.last_used_at, t.revoked_at, p.tokens IS NULL`

func scanToken(row pgx.CollectableRow) (t Token, err error) {
	err = row.Scan(&t.ID, &t.Person, &t.Login, &t.Name, &t.Scopes, &t.Created, &t.Expires, &t.LastUsed, &t.Revoked, &t.Rests)
	return t, err
}

// AddToken keeps a person's new token under its hash and returns its id. ErrFull:
// there are MostTokens that live.
func (s *Store) AddToken(ctx context.Context, t Token, hash []byte) (id int64, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		// Two at once would count each other's absence.
		if _, err := s.LockPerson(ctx, tx, t.Person); err != nil {
			return err
		}
		var living int
		err := tx.QueryRow(ctx, `SELECT count(*) FROM tokens WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2`, t.Person, t.Created).Scan(&living)
		if err != nil {
			return err
		}
		if living >= MostTokens {
			return fmt.Errorf("tokens of person %d: %w", t.Person, ErrFull)
		}
		_, err = tx.Exec(ctx, `
			DELETE FROM tokens WHERE id IN (
				SELECT id FROM tokens WHERE person_id = $1 AND (revoked_at IS NOT NULL OR expires_at <= $2)
				ORDER BY created_at DESC, id DESC OFFSET $3)`, t.Person, t.Created, endedTokens)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `
			INSERT INTO tokens (person_id, hash, name, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
			t.Person, hash, text(t.Name), t.Scopes, t.Created, t.Expires).Scan(&id)
	})
	return id, err
}

// Tokens lists a person's tokens, those over included, the newest first.
func (s *Store) Tokens(ctx context.Context, person int64) ([]Token, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+tokenColumns+` FROM tokens t JOIN people p ON p.id = t.person_id
		WHERE t.person_id = $1 ORDER BY t.created_at DESC, t.id DESC`, person)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanToken)
}

// TokenOf is the token that has a hash, whether it lives or not.
func (s *Store) TokenOf(ctx context.Context, hash []byte) (Token, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+tokenColumns+` FROM tokens t JOIN people p ON p.id = t.person_id WHERE t.hash = $1`, hash)
	if err != nil {
		return Token{}, err
	}
	t, err := pgx.CollectExactlyOneRow(rows, scanToken)
	return t, found(err, "token")
}

// RevokeToken ends a person's token. ErrNotFound: there is none, or it was revoked
// before.
func (s *Store) RevokeToken(ctx context.Context, person, id int64, now time.Time) error {
	tag, err := s.pool.Exec(ctx, `UPDATE tokens SET revoked_at = $3 WHERE person_id = $1 AND id = $2 AND revoked_at IS NULL`, person, id, now)
	if err == nil && tag.RowsAffected() == 0 {
		return fmt.Errorf("token %d: %w", id, ErrNotFound)
	}
	return err
}

// UseToken notes that a token was used, at most once a minute.
func (s *Store) UseToken(ctx context.Context, id int64, now time.Time) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE tokens SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $2::timestamptz - interval '1 minute')`, id, now)
	return err
}

// Use counts a request of somebody's, whichever process took it, and returns how
// many there were in a window of time and when that one ends.
func (s *Store) Use(ctx context.Context, who string, window time.Duration, now time.Time) (used int, ends time.Time, err error) {
	err = s.pool.QueryRow(ctx, `
		INSERT INTO uses AS u (who, began, used) VALUES ($1, $2, 1)
		ON CONFLICT (who) DO UPDATE SET
			used = CASE WHEN u.began > $3::timestamptz THEN least(u.used, 1000000) + 1 ELSE 1 END,
			began = CASE WHEN u.began > $3::timestamptz THEN u.began ELSE $2::timestamptz END
		RETURNING used, began`, text(who), now, now.Add(-window)).Scan(&used, &ends)
	return used, ends.Add(window), err
}

// ForgetUses deletes counts of windows that are over, and returns how many.
func (s *Store) ForgetUses(ctx context.Context, before time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM uses WHERE began < $1`, before)
	return tag.RowsAffected(), err
}
