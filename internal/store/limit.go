package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Blocked returns until when an installation may not ask GitHub, the zero time
// when it may; installation 0 is the App itself.
func (s *Store) Blocked(ctx context.Context, installation int64) (until time.Time, err error) {
	err = s.pool.QueryRow(ctx, `SELECT until FROM rate_limits WHERE installation_id = $1 AND until > now()`, installation).Scan(&until)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, nil
	}
	return until, err
}

// Block keeps every process from asking GitHub for an installation until then.
func (s *Store) Block(ctx context.Context, installation int64, until time.Time) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO rate_limits (installation_id, until) VALUES ($1, $2)
		ON CONFLICT (installation_id) DO UPDATE SET until = greatest(rate_limits.until, excluded.until)`, installation, until)
	return err
}
