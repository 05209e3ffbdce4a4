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

// rescues is how often a job loses no attempt when its worker dies: a deploy takes
// one each. What dies more often may be what its workers die of.
const rescues = 5

// Rescue returns jobs to the queue whose worker was not seen for longer than
// silence, and says how many: all but audits, which have leases. Every job may run
// twice, so that a worker that was only cut off does no harm. One that has no
// attempt left is discarded.
func (s *Store) Rescue(ctx context.Context, silence time.Duration) (rescued int64, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			WITH orphans AS (
				SELECT j.id, coalesce((j.metadata->>'rescued')::int, 0) + 1 AS times FROM river_job j
				WHERE j.state = 'running' AND j.kind <> 'audit' AND j.attempt > 0 AND j.attempted_at < now() - $1::interval
				  AND NOT EXISTS (SELECT FROM workers w
				                  WHERE w.client = j.attempted_by[array_upper(j.attempted_by, 1)] AND w.seen_at > now() - $1::interval)
				FOR UPDATE SKIP LOCKED)
			UPDATE river_job j SET
				state = CASE WHEN o.times > $2 AND j.attempt >= j.max_attempts THEN 'discarded' ELSE 'available' END::river_job_state,
				finalized_at = CASE WHEN o.times > $2 AND j.attempt >= j.max_attempts THEN now() END,
				scheduled_at = now(), attempt = j.attempt - CASE WHEN o.times > $2 THEN 0 ELSE 1 END,
				metadata = jsonb_set(j.metadata, '{rescued}', to_jsonb(o.times)),
				errors = array_append(j.errors, jsonb_build_object('at', now(), 'attempt', j.attempt, 'error', 'the worker died', 'trace', ''))
			FROM orphans o WHERE j.id = o.id`, silence, rescues)
		if err != nil {
			return err
		}
		rescued = tag.RowsAffected()
		_, err = tx.Exec(ctx, `DELETE FROM workers WHERE seen_at < now() - interval '1 day'`)
		return err
	})
	return rescued, err
}
