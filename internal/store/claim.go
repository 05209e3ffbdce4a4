package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Claim is a job's right to work on an audit. Lease is what the job was queued
// with, Attempt is River's count of the job's starts. Whoever holds an older
// lease or attempt is too late: all that it writes is refused with ErrConflict.
type Claim struct {
	Installation int64
	Audit        int64
	Lease        int
	Attempt      int // from 1
}

// Start takes a queued audit for the claim's job, or one that an earlier
// attempt of the same job left running. ErrConflict: it is finished, cancelled,
// or another job has it.
func (s *Store) Start(ctx context.Context, c Claim, worker string) (Audit, Repository, error) {
	var a Audit
	var r Repository
	err := s.pool.QueryRow(ctx, `
		UPDATE audits a
		SET state = 'running', attempt = $4, worker = $5, heartbeat_at = now(),
		    started_at = coalesce(a.started_at, now()), progress_done = 0, progress_total = 0,
		    base_branch = coalesce((SELECT p.base_branch FROM pull_requests p WHERE p.id = a.pull_request), a.base_branch)
		FROM repositories r
		WHERE r.id = a.repository_id AND r.installation_id = $1 AND a.id = $2 AND a.lease = $3
		  AND (a.state = 'queued' OR a.state = 'running' AND a.attempt < $4)
		RETURNING `+auditColumns+`, `+repositoryColumns,
		c.Installation, c.Audit, c.Lease, c.Attempt, worker).Scan(append(a.fields(), r.fields()...)...)
	return a, r, c.conflict(found(err, "audit %d", c.Audit))
}

// Heartbeat says that the claim's worker is alive and how many of the files are
// inspected. ErrConflict: the audit is no longer this worker's, stop.
func (s *Store) Heartbeat(ctx context.Context, c Claim, done, total int) error {
	tag, err := s.pool.Exec(ctx, `
		UPDATE audits a SET heartbeat_at = now(), progress_done = $5, progress_total = $6
		FROM repositories r
		WHERE r.id = a.repository_id AND r.installation_id = $1
		  AND a.id = $2 AND a.lease = $3 AND a.attempt = $4 AND a.state = 'running'`,
		c.Installation, c.Audit, c.Lease, c.Attempt, done, total)
	return c.held(tag.RowsAffected(), err)
}

// Release returns a running audit to the queue: the same job will start it again.
func (s *Store) Release(ctx context.Context, c Claim) error {
	return s.release(ctx, c, `away_since`)
}

// ReleaseAnswered does so because GitHub said that it is to be asked later.
func (s *Store) ReleaseAnswered(ctx context.Context, c Claim) error {
	return s.release(ctx, c, `NULL`)
}

// ReleaseAway does so because GitHub did not answer.
func (s *Store) ReleaseAway(ctx context.Context, c Claim) error {
	return s.release(ctx, c, `coalesce(away_since, now())`)
}

func (s *Store) release(ctx context.Context, c Claim, away string) error {
	tag, err := s.pool.Exec(ctx, `
		UPDATE audits a SET state = 'queued', worker = '', heartbeat_at = now(), progress_done = 0, progress_total = 0, away_since = `+away+`
		FROM repositories r
		WHERE r.id = a.repository_id AND r.installation_id = $1
		  AND a.id = $2 AND a.lease = $3 AND a.attempt = $4 AND a.state = 'running'`,
		c.Installation, c.Audit, c.Lease, c.Attempt)
	return c.held(tag.RowsAffected(), err)
}

// Wake has the jobs of an installation's audits that wait for a later time start
// now, inside the caller's transaction: what they waited for is over.
func (s *Store) Wake(ctx context.Context, tx pgx.Tx, installation int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE river_job j SET scheduled_at = now()
		FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND a.state = 'queued' AND j.id = a.job_id AND j.state = 'scheduled'`, installation)
	return err
}

// End finishes a running audit without a result: Failed or Cancelled, with one
// sentence for people. passing says of a failed one that it may be asked for
// again. within takes part in the transaction.
func (s *Store) End(ctx context.Context, c Claim, state State, sentence string, passing bool, within func(pgx.Tx) error) error {
	if state != Failed && state != Cancelled {
		return fmt.Errorf("an audit can't end as %s without a result: %w", state, ErrInvalid)
	}
	return s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE audits a SET state = $5, error = $6, passing = $7, finished_at = now()
			FROM repositories r
			WHERE r.id = a.repository_id AND r.installation_id = $1
			  AND a.id = $2 AND a.lease = $3 AND a.attempt = $4 AND a.state = 'running'`,
			c.Installation, c.Audit, c.Lease, c.Attempt, state, text(sentence), passing && state == Failed)
		if err := c.held(tag.RowsAffected(), err); err != nil {
			return err
		}
		return within(tx)
	})
}

// Orphan is an audit whose worker or job is gone.
type Orphan struct {
	Claim   Claim // the new one, without an attempt yet
	Trigger Trigger
	Worker  string // the one that had it; "" if it was queued
}

// Adopt finds audits that nobody works on: running ones without a heartbeat for
// longer than silence, and queued ones whose job no longer waits. Each gets the
// next lease and, through enqueue, a new job in the same transaction; one that
// has used up its leases fails with a sentence, and given up follows it up in the
// same transaction. Safe to run everywhere at once. It looks across installations:
// it is the machine's housekeeping.
func (s *Store) Adopt(ctx context.Context, silence time.Duration, leases int, enqueue func(pgx.Tx, Orphan) (job int64, err error), givenUp func(pgx.Tx, Audit) error) (adopted []Orphan, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		orphans, err := orphans(ctx, tx, silence)
		if err != nil {
			return err
		}
		for _, o := range orphans {
			if o.Claim.Lease >= leases {
				a, err := abandon(ctx, tx, o, leases)
				if err == nil {
					err = givenUp(tx, a)
				}
				if err != nil {
					return err
				}
				continue
			}
			o.Claim.Lease++
			_, err := tx.Exec(ctx, `
				UPDATE audits SET state = 'queued', lease = $2, attempt = 0, worker = '', heartbeat_at = now(),
				       progress_done = 0, progress_total = 0
				WHERE id = $1`, o.Claim.Audit, o.Claim.Lease)
			if err != nil {
				return err
			}
			err = attachJob(ctx, tx, o.Claim, func(Claim) (int64, error) { return enqueue(tx, o) })
			if err != nil {
				return err
			}
			adopted = append(adopted, o)
		}
		return nil
	})
	return adopted, err
}

func orphans(ctx context.Context, tx pgx.Tx, silence time.Duration) ([]Orphan, error) {
	rows, err := tx.Query(ctx, `
		SELECT r.installation_id, a.id, a.lease, a.trigger, a.worker
		FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE a.heartbeat_at < now() - $1::interval
		  AND (a.state = 'running'
		    OR a.state = 'queued' AND NOT EXISTS (
		         SELECT FROM river_job j
		         WHERE j.id = a.job_id
		           AND (j.state IN ('available', 'pending', 'retryable', 'scheduled')
		             OR j.state = 'running' AND j.attempted_at > now() - $1::interval)))
		ORDER BY a.id LIMIT 100
		FOR UPDATE OF a SKIP LOCKED`, silence)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (o Orphan, err error) {
		err = row.Scan(&o.Claim.Installation, &o.Claim.Audit, &o.Claim.Lease, &o.Trigger, &o.Worker)
		return o, err
	})
}

func abandon(ctx context.Context, tx pgx.Tx, o Orphan, leases int) (Audit, error) {
	return scanAudit(tx.QueryRow(ctx, `
		UPDATE audits a SET state = 'failed', finished_at = now(), error = $2, passing = true
		FROM repositories r WHERE r.id = a.repository_id AND a.id = $1
		RETURNING `+auditColumns,
		o.Claim.Audit, fmt.Sprintf("The audit was given up: the worker stopped %d times in the middle of it.", leases)))
}

// held turns "no row" into ErrConflict.
func (c Claim) held(rows int64, err error) error {
	if err == nil && rows == 0 {
		return c.conflict(ErrNotFound)
	}
	return err
}

// conflict explains a missing row: seen from a job, an audit that is not its
// own and one that does not exist are the same.
func (c Claim) conflict(err error) error {
	if isNotFound(err) {
		return fmt.Errorf("audit %d is not held by lease %d, attempt %d: %w", c.Audit, c.Lease, c.Attempt, ErrConflict)
	}
	return err
}
