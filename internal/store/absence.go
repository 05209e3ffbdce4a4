package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// keptAbsences is how many of a finding's absences are told, the latest.
const keptAbsences = 20

// Absence is when a finding was gone between two audits that saw it.
type Absence struct {
	ClosedBy   int64     `json:"closedBy"` // the first done audit that did not see it
	Closed     time.Time `json:"closed"`   // when that one's commit came to be the head
	ReopenedBy int64     `json:"reopenedBy"`
	Reopened   time.Time `json:"reopened"`
}

// writeAbsences brings the branch's absences to what an audit saw, before its
// findings are written, and returns how many it brings back. They come to the
// same in whatever order audits finish.
func writeAbsences(ctx context.Context, tx pgx.Tx, l line, fingerprints []string) (reopened int, err error) {
	saw := pgx.NamedArgs{"repository": l.repository, "branch": l.branch, "audit": l.audit, "at": l.at, "next": l.next, "nextAt": l.nextAt, "seen": fingerprints}
	tag, err := tx.Exec(ctx, `
		INSERT INTO absences (finding_id, closed_by, closed_at, reopened_by, reopened_at)
		SELECT id, closed_by_audit, closed_at, @audit::bigint, @at::timestamptz FROM findings
		WHERE repository_id = @repository AND branch = @branch AND fingerprint = ANY(@seen::text[]) AND (closed_at, closed_by_audit) < (@at::timestamptz, @audit::bigint)`, saw)
	if err != nil || l.next == nil {
		return int(tag.RowsAffected()), err
	}
	for _, overtaken := range []string{
		// It was seen before what was thought to be the first time, and not by the next.
		`INSERT INTO absences (finding_id, closed_by, closed_at, reopened_by, reopened_at)
		SELECT id, @next::bigint, @nextAt::timestamptz, first_seen_audit, first_seen_at FROM findings
		WHERE repository_id = @repository AND branch = @branch AND fingerprint = ANY(@seen::text[])
		  AND (first_seen_at, first_seen_audit) > (@at::timestamptz, @audit::bigint) AND (first_seen_at, first_seen_audit) > (@nextAt::timestamptz, @next::bigint)`,
		// It was seen while it was thought to be gone: what follows is another absence.
		`INSERT INTO absences (finding_id, closed_by, closed_at, reopened_by, reopened_at)
		SELECT b.finding_id, @next::bigint, @nextAt::timestamptz, b.reopened_by, b.reopened_at FROM absences b JOIN findings f ON f.id = b.finding_id
		WHERE f.repository_id = @repository AND f.branch = @branch AND f.fingerprint = ANY(@seen::text[])
		  AND (b.closed_at, b.closed_by) < (@at::timestamptz, @audit::bigint) AND (b.reopened_at, b.reopened_by) > (@nextAt::timestamptz, @next::bigint)`,
		`UPDATE absences b SET reopened_by = @audit::bigint, reopened_at = @at::timestamptz FROM findings f
		WHERE f.id = b.finding_id AND f.repository_id = @repository AND f.branch = @branch AND f.fingerprint = ANY(@seen::text[])
		  AND (b.closed_at, b.closed_by) < (@at::timestamptz, @audit::bigint) AND (b.reopened_at, b.reopened_by) > (@at::timestamptz, @audit::bigint)`,
		// It was gone before what was thought to be when it went.
		`UPDATE absences b SET closed_by = @audit::bigint, closed_at = @at::timestamptz FROM findings f
		WHERE f.id = b.finding_id AND f.repository_id = @repository AND f.branch = @branch AND NOT f.fingerprint = ANY(@seen::text[])
		  AND b.closed_by = @next::bigint AND b.closed_at = @nextAt::timestamptz`,
		// It was gone while it was thought to be there.
		`INSERT INTO absences (finding_id, closed_by, closed_at, reopened_by, reopened_at)
		SELECT f.id, @audit::bigint, @at::timestamptz, @next::bigint, @nextAt::timestamptz FROM findings f
		WHERE f.repository_id = @repository AND f.branch = @branch AND NOT f.fingerprint = ANY(@seen::text[])
		  AND (f.first_seen_at, f.first_seen_audit) < (@at::timestamptz, @audit::bigint) AND (f.last_seen_at, f.last_seen_audit) > (@at::timestamptz, @audit::bigint)
		  AND NOT EXISTS (SELECT FROM absences b WHERE b.finding_id = f.id
			AND (b.closed_at, b.closed_by) <= (@at::timestamptz, @audit::bigint) AND (b.reopened_at, b.reopened_by) > (@at::timestamptz, @audit::bigint))`,
	} {
		if _, err := tx.Exec(ctx, overtaken, saw); err != nil {
			return 0, err
		}
	}
	return int(tag.RowsAffected()), nil
}
