package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Session is a browser. Its id is the hash of what the cookie holds.
type Session struct {
	ID      []byte
	Person  int64  // 0 until sign-in
	Login   string // of the person
	Created time.Time
	Used    time.Time
}

// How long sessions live.
const (
	SessionIdle   = 7 * 24 * time.Hour  // without a request
	SessionMost   = 30 * 24 * time.Hour // since sign-in
	sessionBegun  = time.Hour           // without sign-in
	sessionNoted  = 5 * time.Minute     // how exactly Used is kept
	signInWithin  = 10 * time.Minute    // from the button to GitHub's answer
	signInsAtOnce = 10                  // that one browser may have begun
)

// Session returns a session that has not expired.
func (s *Store) Session(ctx context.Context, id []byte, now time.Time) (Session, error) {
	session := Session{ID: id}
	err := s.pool.QueryRow(ctx, `
		SELECT coalesce(s.person_id, 0), coalesce(p.login, ''), s.created_at, s.used_at
		FROM sessions s LEFT JOIN people p ON p.id = s.person_id
		WHERE s.id = $1 AND s.used_at > $2 AND s.created_at > CASE WHEN s.person_id IS NULL THEN $3::timestamptz ELSE $4::timestamptz END`,
		id, now.Add(-SessionIdle), now.Add(-sessionBegun), now.Add(-SessionMost)).Scan(&session.Person, &session.Login, &session.Created, &session.Used)
	if err != nil {
		return Session{}, found(err, "session")
	}
	if now.Sub(session.Used) > sessionNoted {
		_, err = s.pool.Exec(ctx, `UPDATE sessions SET used_at = $2 WHERE id = $1`, id, now)
	}
	return session, err
}

// AddSession keeps a new session that nobody has signed in to.
func (s *Store) AddSession(ctx context.Context, id []byte, now time.Time) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO sessions (id, created_at, used_at) VALUES ($1, $2, $2)`, id, now)
	return err
}

// RotateSession makes a session of a person's in place of the one that sign-in
// began in, inside the caller's transaction. That one never becomes anybody's;
// other tabs that began in it may still finish, and a session that was somebody's
// already ends.
func (s *Store) RotateSession(ctx context.Context, tx pgx.Tx, old, id []byte, person int64, now time.Time) error {
	_, err := tx.Exec(ctx, `
		WITH ended AS (DELETE FROM sessions WHERE id = $1 AND person_id IS NOT NULL RETURNING begun_as)
		INSERT INTO sessions (id, person_id, begun_as, created_at, used_at)
		VALUES ($2, $3, coalesce((SELECT begun_as FROM ended), $1), $4, $4)`, old, id, person, now)
	return err
}

// reads is whether a person still has something read to them without a session: a
// digest asks GitHub what they may see.
const reads = `EXISTS (SELECT FROM digests d WHERE d.person_id = p.id AND d.state <> 'stopped')`

// EndSession deletes a session. The tokens of a person without any other go
// with it, unless a digest needs them or the person's own token for the API lives.
func (s *Store) EndSession(ctx context.Context, id []byte, now time.Time) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		var person *int64
		err := tx.QueryRow(ctx, `SELECT person_id FROM sessions WHERE id = $1`, id).Scan(&person)
		if isNotFound(found(err, "session")) {
			return nil
		}
		if err != nil {
			return err
		}
		if person != nil { // two that end at once count each other; the person comes first everywhere
			if _, err := s.LockPerson(ctx, tx, *person); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sessions WHERE id = $1`, id); err != nil || person == nil {
			return err
		}
		var others bool
		err = tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT FROM sessions WHERE person_id = p.id AND used_at > $2 AND created_at > $3) OR `+reads+`
				OR EXISTS (SELECT FROM tokens t WHERE t.person_id = p.id AND `+fmt.Sprintf(livingToken, "$4")+`)
			FROM people p WHERE p.id = $1`,
			*person, now.Add(-SessionIdle), now.Add(-SessionMost), now).Scan(&others)
		if err != nil || others {
			return err
		}
		return s.SignOutEverywhere(ctx, tx, *person)
	})
}

// ForgetSessions deletes what has expired, the tokens of people without a
// session, without a digest and without a token for the API, and drops of rights
// that no answer can be older than. It returns how many sessions.
func (s *Store) ForgetSessions(ctx context.Context, now time.Time) (int64, error) {
	tag, err := s.pool.Exec(ctx, `
		DELETE FROM sessions WHERE used_at <= $1 OR created_at <= CASE WHEN person_id IS NULL THEN $2::timestamptz ELSE $3::timestamptz END`,
		now.Add(-SessionIdle), now.Add(-sessionBegun), now.Add(-SessionMost))
	if err != nil {
		return 0, err
	}
	if err := s.inTx(ctx, func(tx pgx.Tx) error { return forgetTokens(ctx, tx, now) }); err != nil {
		return 0, err
	}
	for _, statement := range []string{
		`DELETE FROM sign_ins WHERE created_at < now() - interval '1 day'`,
		`DELETE FROM rights_drops WHERE dropped_at < now() - interval '1 day'`,
	} {
		if _, err := s.pool.Exec(ctx, statement); err != nil {
			return 0, err
		}
	}
	return tag.RowsAffected(), nil
}

// forgetTokens deletes the tokens of people whom nothing is shown or sent to any more,
// and what they let be seen. What was answered of people with a digest or a token lasts
// while GitHub can't be asked; a digest that is being sent would say that they see
// nothing.
func forgetTokens(ctx context.Context, tx pgx.Tx, now time.Time) error {
	without := `NOT EXISTS (SELECT FROM sessions s WHERE s.person_id = p.id) AND NOT ` + reads + `
		AND NOT EXISTS (SELECT FROM tokens t WHERE t.person_id = p.id AND ` + fmt.Sprintf(livingToken, "$1") + `)`
	// Who signs in just now is waited for here, and then seen by the statement behind:
	// a statement that waits itself goes on with what it saw before.
	if _, err := tx.Exec(ctx, `SELECT FROM people p WHERE p.tokens IS NOT NULL AND `+without+` ORDER BY p.id FOR NO KEY UPDATE`, now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE people p SET tokens = NULL, access_expires = NULL WHERE p.tokens IS NOT NULL AND `+without, now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM rights r USING people p WHERE p.id = r.person_id AND p.tokens IS NULL AND `+without, now)
	return err
}
