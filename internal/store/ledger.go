package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// LedgerRun is one look for deliveries that failed.
type LedgerRun struct {
	Since, Asked        time.Time
	Failed, Redelivered int
}

// LastLedgerRun returns the newest look, the zero value if there was none.
func (s *Store) LastLedgerRun(ctx context.Context) (r LedgerRun, err error) {
	err = s.pool.QueryRow(ctx, `SELECT asked_since, asked_at, failed, redelivered FROM ledger_runs ORDER BY id DESC LIMIT 1`).
		Scan(&r.Since, &r.Asked, &r.Failed, &r.Redelivered)
	if errors.Is(err, pgx.ErrNoRows) {
		return LedgerRun{}, nil
	}
	return r, err
}

// NoteLedgerRun records a look, and drops those of more than a month ago.
func (s *Store) NoteLedgerRun(ctx context.Context, r LedgerRun) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO ledger_runs (asked_since, asked_at, failed, redelivered) VALUES ($1, $2, $3, $4)`,
			r.Since, r.Asked, r.Failed, r.Redelivered)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM ledger_runs WHERE asked_at < now() - interval '1 month'`)
		return err
	})
}

// ToReview takes repositories, of installations that GitHub can be asked for,
// that the ledger has not compared with GitHub for so long, nor taken for it: those
// first that wait the longest, at most limit. Those of which no comparison comes to
// its end so keep no other waiting.
func (s *Store) ToReview(ctx context.Context, tx pgx.Tx, age time.Duration, limit int) ([]Repository, error) {
	rows, err := tx.Query(ctx, `
		UPDATE repositories r SET review_asked_at = now()
		WHERE r.id IN (
			SELECT r.id FROM repositories r JOIN installations i ON i.id = r.installation_id
			WHERE r.origin = 'github' AND r.gone_at IS NULL AND i.deleted_at IS NULL AND NOT i.suspended
			  AND (r.reviewed_at IS NULL OR r.reviewed_at < now() - $1::interval)
			ORDER BY greatest(r.reviewed_at, r.review_asked_at) NULLS FIRST, r.id LIMIT $2)
		RETURNING `+repositoryColumns, age, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Repository, error) { return scanRepository(row) })
}
