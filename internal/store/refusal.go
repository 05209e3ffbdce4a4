package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// NoteTaken records that a server took a mail to the address of a subscription.
func (s *Store) NoteTaken(ctx context.Context, person, installation int64, address string) error {
	_, err := s.pool.Exec(ctx, `UPDATE digests SET refusals = 0, barred = 0, said = '' WHERE person_id = $1 AND installation_id = $2 AND address = $3`, person, installation, address)
	return err
}

// refusalsMost is how many weeks in a row an address may be refused.
const refusalsMost = 2

// NoteRefused records that a server refused the address of a subscription for good,
// and stops it at the second week in a row, or at once where there is no such
// address. It says whether it stopped.
func (s *Store) NoteRefused(ctx context.Context, person, installation int64, address, said string, gone bool, now time.Time) (stopped bool, err error) {
	err = s.pool.QueryRow(ctx, `
		UPDATE digests SET refusals = refusals + 1, said = $4,
			state = CASE WHEN v.ends THEN 'stopped' ELSE state END,
			why = CASE WHEN v.ends THEN 'bounced' ELSE '' END,
			next_at = CASE WHEN v.ends THEN NULL ELSE next_at END,
			stopped_at = CASE WHEN v.ends THEN $6::timestamptz END
		FROM (SELECT person_id, installation_id, $5::boolean OR refusals + 1 >= $7 AS ends FROM digests WHERE person_id = $1 AND installation_id = $2) v
		WHERE digests.person_id = v.person_id AND digests.installation_id = v.installation_id AND digests.address = $3 AND digests.state <> 'stopped'
		RETURNING v.ends`, person, installation, address, text(said), gone, now, refusalsMost).Scan(&stopped)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return stopped, err
}

// barredMost is for how many weeks in a row mail to an address may be refused for
// reasons that are not said to be the address's.
const barredMost = 4

// NoteBarred records that a server refused a week's mail to the address of a
// subscription for good, and did not say that the address is why. At the fourth week in
// a row it stops the subscription; it says whether.
func (s *Store) NoteBarred(ctx context.Context, person, installation int64, address, said string, now time.Time) (stopped bool, err error) {
	err = s.pool.QueryRow(ctx, `
		UPDATE digests SET barred = barred + 1, said = $4,
			state = CASE WHEN barred + 1 >= $6 THEN 'stopped' ELSE state END,
			why = CASE WHEN barred + 1 >= $6 THEN 'barred' ELSE '' END,
			next_at = CASE WHEN barred + 1 >= $6 THEN NULL ELSE next_at END,
			stopped_at = CASE WHEN barred + 1 >= $6 THEN $5::timestamptz END
		WHERE person_id = $1 AND installation_id = $2 AND address = $3 AND state <> 'stopped'
		RETURNING state = 'stopped'`, person, installation, address, text(said), now, barredMost).Scan(&stopped)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return stopped, err
}
