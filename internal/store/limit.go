package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Limits tells what every process must know of GitHub's limits for an installation,
// 0 for the App itself: until when nothing may be asked, until when less than half
// of the hour's requests are left, and how many secondary limits came in a row.
// Times are zero where there is no limit.
func (s *Store) Limits(ctx context.Context, installation int64) (until, scarce time.Time, strikes int, err error) {
	err = s.pool.QueryRow(ctx, `SELECT until, scarce_until, strikes FROM rate_limits WHERE installation_id = $1`, installation).Scan(&until, &scarce, &strikes)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, time.Time{}, 0, nil
	}
	return until, scarce, strikes, err
}

// Limit notes them. Of times the later one holds.
func (s *Store) Limit(ctx context.Context, installation int64, until, scarce time.Time, strikes int) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO rate_limits (installation_id, until, scarce_until, strikes) VALUES ($1, $2, $3, $4)
		ON CONFLICT (installation_id) DO UPDATE SET until = greatest(rate_limits.until, excluded.until),
			scarce_until = greatest(rate_limits.scarce_until, excluded.scarce_until), strikes = excluded.strikes`, installation, until, scarce, strikes)
	return err
}
