package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// WorkerSeen notes that a worker lives, by the name that it has in the queue.
func (s *Store) WorkerSeen(ctx context.Context, client string) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO workers (client) VALUES ($1) ON CONFLICT (client) DO UPDATE SET seen_at = now()`, client)
	return err
}

// Rescue returns jobs to the queue whose worker was not seen for longer than
// silence, and says how many: all but audits, which have leases. They lose no
// attempt by it. Every job may run twice, so that a worker that was only cut off
// does no harm.
func (s *Store) Rescue(ctx context.Context, silence time.Duration) (rescued int64, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE river_job SET state = 'available', scheduled_at = now(), attempt = attempt - 1
			WHERE id IN (
				SELECT j.id FROM river_job j
				WHERE j.state = 'running' AND j.kind <> 'audit' AND j.attempt > 0 AND j.attempted_at < now() - $1::interval
				  AND NOT EXISTS (SELECT FROM workers w
				                  WHERE w.client = j.attempted_by[array_upper(j.attempted_by, 1)] AND w.seen_at > now() - $1::interval)
				FOR UPDATE SKIP LOCKED)`, silence)
		if err != nil {
			return err
		}
		rescued = tag.RowsAffected()
		_, err = tx.Exec(ctx, `DELETE FROM workers WHERE seen_at < now() - interval '1 day'`)
		return err
	})
	return rescued, err
}
