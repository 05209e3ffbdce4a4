package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// ListedAudit is an audit with the number of its pull request.
type ListedAudit struct {
	Audit
	Pull int // 0 for none
}

const listedAuditColumns = auditColumns + `, coalesce((SELECT p.number FROM pull_requests p WHERE p.id = a.pull_request), 0)`

func scanListedAudit(row pgx.CollectableRow) (a ListedAudit, err error) {
	err = row.Scan(append(a.fields(), &a.Pull)...)
	return a, err
}

// AuditsAfter lists audits of a repository, those of the newest heads first, behind
// one of a head at a time and with an id, at most so many; the zero time is before
// all. State and trigger narrow them down.
func (s *Store) AuditsAfter(ctx context.Context, installation, repository int64, state State, trigger Trigger, at time.Time, id int64, most int) ([]ListedAudit, error) {
	behind := ""
	arguments := []any{installation, repository, state, trigger, most}
	if !at.IsZero() {
		behind, arguments = ` AND (a.head_at, a.id) < ($6, $7)`, append(arguments, at, id)
	}
	rows, err := s.pool.Query(ctx, `
		SELECT `+listedAuditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND a.repository_id = $2 AND ($3 = '' OR a.state = $3) AND ($4 = '' OR a.trigger = $4)`+behind+`
		ORDER BY a.head_at DESC, a.id DESC LIMIT $5`, arguments...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanListedAudit)
}

// SeenAudit returns an audit of a repository that a sight sees.
func (s *Store) SeenAudit(ctx context.Context, sight Sight, id int64) (ListedAudit, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+listedAuditColumns+` FROM audits a JOIN repositories r ON r.id = a.repository_id
		WHERE a.id = $4 AND r.gone_at IS NULL AND r.id IN (`+sight.seen()+`)`, append(sight.arguments(), id)...)
	if err != nil {
		return ListedAudit{}, err
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanListedAudit)
	return a, found(err, "audit %d", id)
}

// ScoresAfter lists the done audits of a repository's default branch whose heads
// came from a time on and before another, oldest first, behind one of a head at a
// time and with an id, at most so many.
func (s *Store) ScoresAfter(ctx context.Context, installation, repository int64, from, to, at time.Time, id int64, most int) ([]TrendPoint, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT a.id, a.head_at, a.commit, a.score, a.ruleset, a.cells
		FROM repositories r JOIN audits a ON a.repository_id = r.id AND a.branch = r.default_branch
		WHERE r.installation_id = $1 AND r.id = $2 AND a.state = 'done' AND a.head_at >= $3 AND a.head_at < $4 AND (a.head_at, a.id) > ($5, $6)
		ORDER BY a.head_at, a.id LIMIT $7`, installation, repository, from, to, at, id, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanTrendPoint)
}

// HeadsAfter lists the heads of an installation that a sight sees, by repository
// and number, behind one of them, at most so many: all, or those that are
// accounted for, or those that are not.
func (s *Store) HeadsAfter(ctx context.Context, sight Sight, installation int64, accounted *bool, repository int64, number, most int) ([]LedgerHead, error) {
	return s.heads(ctx, `
		WHERE (h.id, h.number) > ($5, $6) AND ($7::boolean IS NULL OR `+unaccounted+` <> $7)
		ORDER BY h.id, h.number LIMIT $8`, append(sight.arguments(), []int64{installation}, repository, number, accounted, most)...)
}
