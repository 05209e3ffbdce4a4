package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
)

// Lapsing lists repositories in which a waiver, of the file or of the dashboard,
// that the last audit of the default branch noted on an open finding has ended
// since, or has come as near to its end as is announced; at most so many. An audit is
// of a day between those when it was asked for and when it ended. One that was asked
// for a short while ago is left out, whatever became of it: others have their turn.
func (s *Store) Lapsing(ctx context.Context, today string, most int) ([]Repository, error) {
	day, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return nil, fmt.Errorf("%q is no day: %w", today, ErrInvalid)
	}
	near := day.AddDate(0, 0, audit.Announced).Format(time.DateOnly)
	rows, err := s.pool.Query(ctx, `
		SELECT `+repositoryColumns+` FROM repositories r JOIN installations i ON i.id = r.installation_id
		WHERE r.gone_at IS NULL AND i.deleted_at IS NULL AND NOT i.suspended AND EXISTS (
			SELECT FROM findings f JOIN audits a ON a.id = f.last_seen_audit
			CROSS JOIN LATERAL (SELECT f.waiver->>'expires' AS expires, a.created_at AT TIME ZONE 'UTC' AS seen) w
			WHERE f.repository_id = r.id AND f.branch = r.default_branch AND f.closed_by_audit IS NULL AND f.waiver IS NOT NULL
			  AND (w.expires < $1 AND w.expires >= to_char(w.seen, 'YYYY-MM-DD')
			    OR w.expires <= $2 AND w.expires > to_char(w.seen + make_interval(days => $3), 'YYYY-MM-DD')))
		  AND NOT EXISTS (SELECT FROM audits o WHERE o.repository_id = r.id AND o.branch = r.default_branch AND o.state = 'failed' AND o.created_at > now() - interval '12 hours')
		ORDER BY r.id LIMIT $4`, today, near, audit.Announced, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Repository, error) { return scanRepository(row) })
}

// LapsedAudits lists the newest audits of open pull requests' heads that note a
// waiver on what is new which has ended since; at most so many, the oldest first.
func (s *Store) LapsedAudits(ctx context.Context, today string, most int) ([]Audit, error) {
	return s.audits(ctx, `
		SELECT `+auditColumns+` FROM pull_requests p JOIN repositories r ON r.id = p.repository_id JOIN installations i ON i.id = r.installation_id `+newestAudits+`
		WHERE p.state = 'open' AND a.state = 'done' AND r.gone_at IS NULL AND i.deleted_at IS NULL AND NOT i.suspended
		  AND EXISTS (SELECT FROM changes c WHERE c.audit_id = a.id AND c.change = 'new' AND c.waiver->>'expires' < $1)
		ORDER BY a.id LIMIT $2`, today, most)
}
