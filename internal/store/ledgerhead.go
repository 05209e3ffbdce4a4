package store

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// LedgerHead is a head that must be audited: of a default branch, or of an open
// pull request.
type LedgerHead struct {
	Repository  int64
	FullName    string
	Line        string // the branch, or "refs/pull/12"
	PullRequest int    // its number; 0 for a branch
	Commit      string // "" of a branch that was never looked at
	State       State  // of the newest audit of it; "" if there is none
	Reason      string // why a failed one failed
	Passing     bool   // the reason may pass: it is asked for again
	// Unlooked says that the repository was not compared with GitHub for longer than
	// a day, so that nobody knows whether the branch is there still.
	Unlooked bool
	Compared *time.Time // when it last was; nil: never
}

// Accounted reports whether the head was audited, is going to be, or failed for
// a reason that stays.
func (h LedgerHead) Accounted() bool {
	return !h.Unlooked && h.State != "" && h.State != Cancelled && !(h.State == Failed && h.Passing)
}

// Why says why a head is not audited, as the end of a sentence; "" of one that
// is or is going to be.
func (h LedgerHead) Why(suspended bool) string {
	switch {
	case h.Unlooked && suspended:
		return "the App is suspended"
	case h.Unlooked && h.Compared == nil:
		return "the repository was never compared with GitHub: GitHub refuses it or does not answer"
	case h.Unlooked:
		return "the repository was last compared with GitHub on " + h.Compared.UTC().Format("2 January 2006") + ": GitHub refuses it or does not answer since"
	case h.State == Failed && h.Passing:
		return strings.TrimSuffix(h.Reason, ".") + "; it is asked for again"
	case h.State == Failed, h.State == Cancelled && h.Reason != "":
		return h.Reason
	case h.Accounted():
		return ""
	case suspended:
		return "the App is suspended"
	}
	return "no audit was asked for yet; the next comparison with GitHub does"
}

// ledgerHeads are the heads of repositories that are visible, each with what
// became of it. Most are what was audited last, which the repository's row tells.
const ledgerHeads = `
	WITH there AS MATERIALIZED (
		SELECT r.id, r.owner || '/' || r.name AS name, r.default_branch AS line, r.head AS commit, r.reviewed_at AS compared,
			r.head <> '' AND r.head = r.latest_commit AS known, coalesce(r.reviewed_at, r.created_at) < now() - interval '1 day' AS unlooked
		FROM repositories r WHERE ` + visible + ` AND r.origin = 'github')
	SELECT t.id, t.name, t.line, 0 AS number, t.commit, t.unlooked, t.compared, 'done' AS state, '' AS reason, false AS passing
	FROM there t WHERE t.known
	UNION ALL
	SELECT t.id, t.name, t.line, 0, t.commit, t.unlooked, t.compared, coalesce(a.state, ''), coalesce(a.error, ''), coalesce(a.passing, false)
	FROM there t LEFT JOIN LATERAL (
		SELECT a.state, a.error, a.passing FROM audits a
		WHERE a.repository_id = t.id AND a.branch = t.line AND a.commit = t.commit ORDER BY a.id DESC LIMIT 1) a ON true
	WHERE NOT t.known AND (t.commit <> '' OR t.unlooked)
	UNION ALL
	SELECT t.id, t.name, 'refs/pull/' || p.number, p.number, p.head, false, t.compared,
		CASE WHEN a.base_branch <> p.base_branch AND a.state IN ('done', 'failed') THEN '' ELSE coalesce(a.state, '') END, coalesce(a.error, ''), coalesce(a.passing, false)
	FROM there t JOIN pull_requests p ON p.repository_id = t.id AND p.state = 'open' LEFT JOIN LATERAL (
		SELECT a.state, a.error, a.passing, a.base_branch FROM audits a
		WHERE a.repository_id = t.id AND a.branch = 'refs/pull/' || p.number AND a.commit = p.head ORDER BY a.id DESC LIMIT 1) a ON true`

// unaccounted is LedgerHead.Accounted turned round.
const unaccounted = `(h.unlooked OR h.state IN ('', 'cancelled') OR h.state = 'failed' AND h.passing)`

// LedgerHeads lists the heads of an installation's repositories that are there.
func (s *Store) LedgerHeads(ctx context.Context, installation int64) ([]LedgerHead, error) {
	return s.SeenLedgerHeads(ctx, Within(installation), installation)
}

// SeenLedgerHeads lists those of them that a sight sees.
func (s *Store) SeenLedgerHeads(ctx context.Context, sight Sight, installation int64) ([]LedgerHead, error) {
	return s.heads(ctx, `ORDER BY lower(h.name), h.number`, append(sight.arguments(), []int64{installation})...)
}

// MissingHeads lists those of them that are not audited, at most so many: first
// those that are not accounted for, then those that failed.
func (s *Store) MissingHeads(ctx context.Context, sight Sight, installation int64, most int) ([]LedgerHead, error) {
	return s.heads(ctx, `
		WHERE h.unlooked OR h.state <> 'done'
		ORDER BY NOT `+unaccounted+`, h.state <> 'failed', lower(h.name), h.number LIMIT $5`, append(sight.arguments(), []int64{installation}, most)...)
}

func (s *Store) heads(ctx context.Context, condition string, arguments ...any) ([]LedgerHead, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT h.id, h.name, h.line, h.number, h.commit, h.unlooked, h.compared, h.state, h.reason, h.passing FROM (`+ledgerHeads+`) h `+condition, arguments...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h LedgerHead, err error) {
		err = row.Scan(&h.Repository, &h.FullName, &h.Line, &h.PullRequest, &h.Commit, &h.Unlooked, &h.Compared, &h.State, &h.Reason, &h.Passing)
		return h, err
	})
}

// HeadCount is how many heads of repositories there are, and what became of them:
// each is in one of the others.
type HeadCount struct{ All, Unaccounted, Audited, Failed, Waiting int }

// Missing is how many are not audited.
func (c HeadCount) Missing() int { return c.All - c.Audited }

// CountHeads counts the heads that a sight sees of accounts: those of default
// branches and of open pull requests.
func (s *Store) CountHeads(ctx context.Context, sight Sight, accounts []int64) (c HeadCount, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE lost), count(*) FILTER (WHERE NOT lost AND state = 'done'), count(*) FILTER (WHERE NOT lost AND state = 'failed'),
			count(*) FILTER (WHERE NOT lost AND state IN ('queued', 'running'))
		FROM (SELECT h.state, `+unaccounted+` AS lost FROM (`+ledgerHeads+`) h) h`, append(sight.arguments(), accounts)...).
		Scan(&c.All, &c.Unaccounted, &c.Audited, &c.Failed, &c.Waiting)
	return c, err
}
