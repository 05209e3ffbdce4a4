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
	Secret       []byte   // sealed
	Former       []Former // sign, too, the last to end first
	Points       int      // a drop of so many is told
	Grades       bool     // and every fall of a grade
	By           string
	At           time.Time
	Failing      *time.Time // since when notices were given up, and nothing was delivered
	GivenUp      int        // so many since
	Stopped      *time.Time
	StoppedWhy   string // a sentence
}

// Former is a secret of before, which signs, too, until a time.
type Former struct {
	Secret []byte // sealed
	Until  time.Time
}

// MostFormer is how many secrets of before a hook may have: each is a signature in
// every request.
const MostFormer = 5

const (
	// MostTests bounds how many tests an installation sends in an hour: they go to
	// an address that nobody proved to be their own.
	MostTests = 10
	// MostResends bounds so what it sends again.
	MostResends = 30
)

// What people have sent by hand.
const (
	sendTest  = "test"
	sendAgain = "again"
)

const hookColumns = `h.installation_id, h.url, h.secret, h.points, h.grades, h.set_by, h.set_at, h.failing_since, h.given_up, h.stopped_at, h.stopped_why,
	ARRAY(SELECT s.secret FROM hook_secrets s WHERE s.installation_id = h.installation_id ORDER BY s.until DESC, s.id DESC),
	ARRAY(SELECT s.until FROM hook_secrets s WHERE s.installation_id = h.installation_id ORDER BY s.until DESC, s.id DESC)`

// Hook returns an installation's hook.
func (s *Store) Hook(ctx context.Context, installation int64) (h Hook, err error) {
	var former [][]byte
	var until []time.Time
	err = s.reader().QueryRow(ctx, `SELECT `+hookColumns+` FROM hooks h WHERE h.installation_id = $1`, installation).
		Scan(&h.Installation, &h.URL, &h.Secret, &h.Points, &h.Grades, &h.By, &h.At, &h.Failing, &h.GivenUp, &h.Stopped, &h.StoppedWhy, &former, &until)
	for i, secret := range former {
		h.Former = append(h.Former, Former{secret, until[i]})
	}
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
			set_by = excluded.set_by, set_at = now(), failing_since = NULL, given_up = 0, stopped_at = NULL, stopped_why = ''
		RETURNING h.secret = $3`, h.Installation, text(h.URL), h.Secret, h.Points, h.Grades, text(h.By)).Scan(&added)
	return added, found(err, "installation %d", h.Installation)
}

// RotateHook gives a hook another secret. The one before signs, too, until a time,
// and so do those before it until theirs. ErrFull: there are MostFormer.
func (s *Store) RotateHook(ctx context.Context, installation int64, secret []byte, now, until time.Time, login string) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		var former []byte
		err := tx.QueryRow(ctx, `SELECT secret FROM hooks WHERE installation_id = $1 FOR UPDATE`, installation).Scan(&former)
		if err != nil {
			return found(err, "the hook of installation %d", installation)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM hook_secrets WHERE installation_id = $1 AND until <= $2`, installation, now); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO hook_secrets (installation_id, secret, until)
			SELECT $1, $2, $3 WHERE (SELECT count(*) FROM hook_secrets WHERE installation_id = $1) < $4`, installation, former, until, MostFormer)
		if err == nil && tag.RowsAffected() == 0 {
			err = fmt.Errorf("secrets of the hook of installation %d: %w", installation, ErrFull)
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE hooks SET secret = $2, set_by = $3, set_at = now() WHERE installation_id = $1`, installation, secret, text(login))
		return err
	})
}

// HookSecret is a secret of a hook as it is kept.
type HookSecret struct {
	Installation int64
	Former       int64  // its row, of one of before; 0: the present one
	Secret       []byte // sealed
}

// HookSecrets lists the secrets of all hooks, for their keys to be changed.
func (s *Store) HookSecrets(ctx context.Context) ([]HookSecret, error) {
	rows, err := s.pool.Query(ctx, `SELECT installation_id, 0, secret FROM hooks UNION ALL SELECT installation_id, id, secret FROM hook_secrets ORDER BY 1, 2`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[HookSecret])
}

// ResealHook keeps a secret sealed anew, unless it was changed meanwhile.
func (s *Store) ResealHook(ctx context.Context, was HookSecret, secret []byte) error {
	if was.Former == 0 {
		_, err := s.pool.Exec(ctx, `UPDATE hooks SET secret = $3 WHERE installation_id = $1 AND secret = $2`, was.Installation, was.Secret, secret)
		return err
	}
	_, err := s.pool.Exec(ctx, `UPDATE hook_secrets SET secret = $4 WHERE installation_id = $1 AND id = $2 AND secret = $3`, was.Installation, was.Former, was.Secret, secret)
	return err
}

// RemoveHook forgets a hook and what it was told.
func (s *Store) RemoveHook(ctx context.Context, installation int64) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM hooks WHERE installation_id = $1`, installation); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM notices WHERE installation_id = $1`, installation)
		return err
	})
}

// stopHook ends telling, inside the caller's transaction: what waits has failed.
func stopHook(ctx context.Context, tx pgx.Tx, installation int64, why string) error {
	_, err := tx.Exec(ctx, `UPDATE hooks SET stopped_at = now(), stopped_why = $2 WHERE installation_id = $1 AND stopped_at IS NULL`, installation, text(why))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, failStopped, installation)
	return err
}

// failStopped ends what waits for a hook that is switched off.
const failStopped = `
	UPDATE notices n SET state = 'failed', next_at = NULL, why = CASE WHEN why = '' THEN 'The webhook was switched off before.' ELSE why END
	FROM hooks h WHERE h.installation_id = n.installation_id AND h.stopped_at IS NOT NULL AND n.installation_id = $1 AND n.state = 'waiting'`

// FailStopped ends what waits for an installation's hook that is switched off.
func (s *Store) FailStopped(ctx context.Context, installation int64) error {
	_, err := s.pool.Exec(ctx, failStopped, installation)
	return err
}

// countSend counts, inside the caller's transaction, what people have sent by hand.
// ErrFull: it was as often as it may within an hour.
func countSend(ctx context.Context, tx pgx.Tx, installation int64, what string, most int) error {
	if _, err := tx.Exec(ctx, `SELECT FROM installations WHERE id = $1 FOR NO KEY UPDATE`, installation); err != nil { // two at once would both be the last
		return err
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO hook_sends (installation_id, what)
		SELECT $1, $2 WHERE (SELECT count(*) FROM hook_sends WHERE installation_id = $1 AND what = $2 AND sent_at > now() - interval '1 hour') < $3`,
		installation, what, most)
	if err == nil && tag.RowsAffected() == 0 {
		return fmt.Errorf("what installation %d has sent by hand (%s): %w", installation, what, ErrFull)
	}
	return err
}
