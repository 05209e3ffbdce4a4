package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Hook is where an installation is told of scores that drop.
type Hook struct {
	Installation int64
	URL          string
	Secret       []byte // sealed
	Former       []byte // sealed: signs, too, until FormerUntil; nil for none
	FormerUntil  *time.Time
	Points       int  // a drop of so many is told
	Grades       bool // and every fall of a grade
	By           string
	At           time.Time
	Failing      *time.Time // since when no attempt got through
	Stopped      *time.Time
	StoppedWhy   string // a sentence
}

const hookColumns = `h.installation_id, h.url, h.secret, h.former, h.former_until, h.points, h.grades, h.set_by, h.set_at, h.failing_since, h.stopped_at, h.stopped_why`

// Hook returns an installation's hook.
func (s *Store) Hook(ctx context.Context, installation int64) (h Hook, err error) {
	err = s.reader().QueryRow(ctx, `SELECT `+hookColumns+` FROM hooks h WHERE h.installation_id = $1`, installation).
		Scan(&h.Installation, &h.URL, &h.Secret, &h.Former, &h.FormerUntil, &h.Points, &h.Grades, &h.By, &h.At, &h.Failing, &h.Stopped, &h.StoppedWhy)
	return h, found(err, "the hook of installation %d", installation)
}

// SetHook keeps an installation's hook: its address, from when on it is told, and
// who said so. A new one has the secret that is given; one that is there keeps its
// own. Whatever stopped it is over.
func (s *Store) SetHook(ctx context.Context, h Hook) (added bool, err error) {
	err = s.pool.QueryRow(ctx, `
		INSERT INTO hooks AS h (installation_id, url, secret, points, grades, set_by)
		SELECT i.id, $2, $3, $4, $5, $6 FROM installations i WHERE i.id = $1 AND i.deleted_at IS NULL
		ON CONFLICT (installation_id) DO UPDATE SET url = excluded.url, points = excluded.points, grades = excluded.grades,
			set_by = excluded.set_by, set_at = now(), failing_since = NULL, stopped_at = NULL, stopped_why = ''
		RETURNING h.secret = $3`, h.Installation, text(h.URL), h.Secret, h.Points, h.Grades, text(h.By)).Scan(&added)
	return added, found(err, "installation %d", h.Installation)
}

// RotateHook gives a hook another secret. The one before signs, too, until a time.
func (s *Store) RotateHook(ctx context.Context, installation int64, secret []byte, until time.Time, login string) error {
	tag, err := s.pool.Exec(ctx, `
		UPDATE hooks SET former = secret, former_until = $3, secret = $2, set_by = $4, set_at = now() WHERE installation_id = $1`,
		installation, secret, until, text(login))
	if err == nil && tag.RowsAffected() == 0 {
		return fmt.Errorf("the hook of installation %d: %w", installation, ErrNotFound)
	}
	return err
}

// RemoveHook forgets a hook and what it was told.
func (s *Store) RemoveHook(ctx context.Context, installation int64) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM notices WHERE installation_id = $1`, installation); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM hooks WHERE installation_id = $1`, installation)
		return err
	})
}

// stopHook ends telling, inside the caller's transaction: what waits has failed.
func stopHook(ctx context.Context, tx pgx.Tx, installation int64, why string) error {
	_, err := tx.Exec(ctx, `UPDATE hooks SET stopped_at = now(), stopped_why = $2 WHERE installation_id = $1 AND stopped_at IS NULL`, installation, text(why))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE notices SET state = 'failed', next_at = NULL, why = CASE WHEN why = '' THEN 'The webhook was switched off before.' ELSE why END
		WHERE installation_id = $1 AND state = 'waiting'`, installation)
	return err
}
