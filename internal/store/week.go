package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// WeekAsk says whose week is asked for.
type WeekAsk struct {
	Sight        Sight
	Installation int64
	Repositories []int64   // those alone, by their ids, as far as the sight sees them; nil: all
	Now          time.Time // the week ends then
	Since        time.Time // where it began earlier for what came and went; zero: seven days before
	Ruleset      string    // that audits are made under today
	Most         int       // rows of each list
}

// LapseDays is for how many days ahead a week tells of waivers that end.
const LapseDays = 7

// week is when the seven days began that scores are compared over.
func (a WeekAsk) week() time.Time { return a.Now.AddDate(0, 0, -7) }

// since is from when on what came and went is told.
func (a WeekAsk) since() time.Time {
	if since := a.week(); a.Since.IsZero() || a.Since.After(since) {
		return since
	}
	return a.Since
}

func (a WeekAsk) among() among {
	return among{a.Sight, []int64{a.Installation}, a.Repositories}
}

// arguments are those of among, with more behind them.
func (a WeekAsk) arguments(more ...any) []any {
	return append(among{a.Sight, []int64{a.Installation}, a.only()}.arguments(), more...)
}

// only is never nil, so that arguments keep their numbers.
func (a WeekAsk) only() []int64 {
	switch {
	case a.Repositories == nil:
		return []int64{}
	case len(a.Repositories) == 0:
		return []int64{0} // none
	}
	return a.Repositories
}

// Week is how the past seven days of an account went, archived repositories left out.
type Week struct {
	Sum
	Worse, Better []Turn // the one that commits moved the most, if any: what other rules moved is told by Moves
	Wins          []Win
	Moves
	Worst     []NewFinding // critical and high findings that were opened and are still open, the worst and newest first
	MoreWorst int          // of those, left out
	Unaudited []Unaudited  // those whose audit failed in the week first, then those that never had one
	More      int          // of those, left out
	Failing   int          // repositories whose newest audit failed in the week, left out or not
	Lapsing   []Waiver     // that end within LapseDays, the soonest first; those of the file have no ID
	MoreEnd   int          // of those, left out
	Waiting   int          // repositories whose newest audit was made under other rules than Ruleset
}

// Moves is what the audits of a week's heads did. What the first audit of a
// repository found is in none of them but First.
type Moves struct {
	Opened, Closed [5]int   // findings that no waiver covers by severity, worst first; under the same rules as before
	First          int      // repositories that were audited for the first time
	Ruled          int      // repositories that were audited for the first time under other rules than before
	OfChange       *float64 // points of the change in 7 days that came with audits under other rules; nil: none
	Beside         *float64 // points by which the score moved as a commit was audited again under other rules; nil: it was not
	Again          int      // repositories whose score moved as a commit was audited again under the same rules, as when a waiver begins or ends
	AgainBy        *float64 // points by which the score moved so; nil where Again is 0
}

// NewFinding is one that was opened in the week.
type NewFinding struct {
	Repository
	Finding Finding
}

// Unaudited is a repository that was never audited, or whose newest audit of the
// default branch failed.
type Unaudited struct {
	Repository
	Never bool
	State State  // of that audit; "" if there is none
	Error string // one sentence for people
}

// Week tells how the past seven days went. It is ten queries, whatever it is asked
// for.
func (s *Store) Week(ctx context.Context, a WeekAsk) (w Week, err error) {
	if w.Sum, err = s.sum(ctx, a.among()); err != nil || w.Repositories == 0 {
		return w, err
	}
	for _, part := range []func() error{
		func() error {
			w.Worse, err = s.turns(ctx, a.among(), worsened+unruled, fellMost, 1)
			return err
		},
		func() error { w.Better, err = s.turns(ctx, a.among(), improved+unruled, roseMost, 1); return err },
		func() error { w.Wins, err = s.wins(ctx, a.among(), 1); return err },
		func() error { w.Moves, err = s.moves(ctx, a); return err },
		func() error { w.Worst, w.MoreWorst, err = s.worstOpened(ctx, a); return err },
		func() error { return s.unaudited(ctx, a, &w) },
		func() error { w.Lapsing, w.MoreEnd, err = s.lapsingSoon(ctx, a); return err },
		func() error { w.Waiting, err = s.underOtherRules(ctx, a); return err },
	} {
		if err := part(); err != nil {
			return w, err
		}
	}
	return w, nil
}

// thereSQL are the repositories that a week is about; $5 are those that it is
// narrowed to, if any.
const thereSQL = `
	WITH there AS MATERIALIZED (
		SELECT r.id, r.default_branch AS branch, r.score, r.score_7, r.latest_audit FROM repositories r
		WHERE ` + visible + ` AND NOT r.archived AND (cardinality($5::bigint[]) = 0 OR r.id = ANY($5)))`

// weekSQL adds the audits of the week's heads, each with the one before it, from $6 on.
const weekSQL = thereSQL + `, week AS MATERIALIZED (
		SELECT t.id AS repository, t.branch, a.id, a.head_at, a.score, b.id IS NULL AS first, b.score AS was, coalesce(a.ruleset <> b.ruleset, false) AS ruled
		FROM there t JOIN audits a ON a.repository_id = t.id AND a.branch = t.branch AND a.state = 'done' AND a.head_at > $6
		LEFT JOIN LATERAL (
			SELECT b.id, b.score, b.ruleset FROM audits b
			WHERE b.repository_id = t.id AND b.branch = t.branch AND b.state = 'done' AND (b.head_at, b.id) < (a.head_at, a.id)
			ORDER BY b.head_at DESC, b.id DESC LIMIT 1) b ON true)`

// bySeverity counts rows by their severity, as $7 orders them.
const bySeverity = `ARRAY[count(*) FILTER (WHERE severity = ($7::text[])[1]), count(*) FILTER (WHERE severity = ($7::text[])[2]), count(*) FILTER (WHERE severity = ($7::text[])[3]),
	count(*) FILTER (WHERE severity = ($7::text[])[4]), count(*) FILTER (WHERE severity = ($7::text[])[5])]`

const movesSQL = weekSQL + `, again AS (
		SELECT t.id, a.score - b.score AS points, b.ruleset <> a.ruleset AS ruled
		FROM there t JOIN audits a ON a.id = t.latest_audit AND a.head_at <= $6 AND a.created_at > $6
		JOIN LATERAL ( -- as the week found it, else as it was first audited
			SELECT b.score, b.ruleset FROM audits b
			WHERE b.repository_id = t.id AND b.branch = t.branch AND b.state = 'done' AND (b.head_at, b.id) < (a.head_at, a.id) AND b.commit = a.commit
			ORDER BY b.created_at > $6, CASE WHEN b.created_at > $6 THEN b.id ELSE -b.id END LIMIT 1) b ON b.ruleset <> a.ruleset OR abs(a.score - b.score) >= 0.05
	), same AS (SELECT id, branch, repository FROM week WHERE NOT first AND NOT ruled
	), opened AS (
		SELECT f.severity FROM same w JOIN findings f ON f.first_seen_audit = w.id WHERE f.waiver IS NULL
		UNION ALL
		SELECT f.severity FROM same w JOIN absences b ON b.reopened_by = w.id JOIN findings f ON f.id = b.finding_id WHERE f.waiver IS NULL
	), closed AS (
		SELECT f.severity FROM same w JOIN findings f ON f.closed_by_audit = w.id WHERE f.waiver IS NULL
		UNION ALL
		SELECT f.severity FROM same w JOIN absences b ON b.closed_by = w.id JOIN findings f ON f.id = b.finding_id WHERE f.waiver IS NULL
	)
	SELECT
		(SELECT ` + bySeverity + ` FROM opened),
		(SELECT ` + bySeverity + ` FROM closed),
		(SELECT count(DISTINCT repository) FROM week WHERE first),
		(SELECT count(*) FROM (SELECT repository FROM week WHERE ruled UNION SELECT id FROM again WHERE ruled) r),
		(SELECT sum(w.score - w.was) FROM week w JOIN there t ON t.id = w.repository WHERE w.ruled AND w.head_at > $8 AND t.score IS NOT NULL AND t.score_7 IS NOT NULL)
			/ (SELECT nullif(count(*), 0) FROM there WHERE score IS NOT NULL AND score_7 IS NOT NULL),
		(SELECT sum(points) FROM again WHERE ruled) / (SELECT nullif(count(*), 0) FROM there WHERE score IS NOT NULL),
		(SELECT count(*) FROM again WHERE NOT ruled),
		(SELECT sum(points) FROM again WHERE NOT ruled) / (SELECT nullif(count(*), 0) FROM there WHERE score IS NOT NULL)`

// moves counts what the audits of the week's heads did.
func (s *Store) moves(ctx context.Context, a WeekAsk) (m Moves, err error) {
	var opened, closed []int
	err = s.pool.QueryRow(ctx, movesSQL, a.arguments(a.since(), severities(), a.week())...).Scan(&opened, &closed, &m.First, &m.Ruled, &m.OfChange, &m.Beside, &m.Again, &m.AgainBy)
	copy(m.Opened[:], opened)
	copy(m.Closed[:], closed)
	return m, err
}

// worstOpened lists critical and high findings that the week opened and that are
// still open, and counts those left out.
func (s *Store) worstOpened(ctx context.Context, a WeekAsk) (list []NewFinding, more int, err error) {
	rows, err := s.pool.Query(ctx, weekSQL+`
		SELECT `+findingColumns+`, `+repositoryColumns+`, count(*) OVER ()
		FROM week w JOIN findings f ON f.first_seen_audit = w.id JOIN repositories r ON r.id = f.repository_id
		WHERE NOT w.first AND NOT w.ruled AND f.closed_by_audit IS NULL AND f.waiver IS NULL AND f.severity IN ('critical', 'high')
		ORDER BY f.severity, f.first_seen_at DESC, f.id LIMIT $7`, a.arguments(a.since(), a.Most)...)
	if err != nil {
		return nil, 0, err
	}
	all := 0
	list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (n NewFinding, err error) {
		n.Finding, err = scanFinding(row, append(n.Repository.fields(), &all)...)
		return n, err
	})
	return list, all - len(list), err
}

// unaudited fills in repositories without an audit and those whose newest one failed.
func (s *Store) unaudited(ctx context.Context, a WeekAsk, w *Week) error {
	rows, err := s.pool.Query(ctx, thereSQL+`
		SELECT `+repositoryColumns+`, t.latest_audit IS NULL, coalesce(n.state, ''), coalesce(n.error, ''), count(*) OVER (), count(*) FILTER (WHERE fresh) OVER ()
		FROM there t JOIN repositories r ON r.id = t.id LEFT JOIN LATERAL (
			SELECT a.state, a.error, a.finished_at FROM audits a WHERE a.repository_id = t.id AND a.branch = t.branch AND a.trigger <> 'backfill'
			ORDER BY a.id DESC LIMIT 1) n ON true
		CROSS JOIN LATERAL (SELECT coalesce(n.state = 'failed' AND n.finished_at > $6, false) AS fresh) f
		WHERE t.latest_audit IS NULL OR n.state = 'failed'
		ORDER BY fresh DESC, t.latest_audit IS NOT NULL, lower(r.owner), lower(r.name), r.id LIMIT $7`, a.arguments(a.since(), a.Most)...)
	if err != nil {
		return err
	}
	all := 0
	w.Unaudited, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (u Unaudited, err error) {
		err = row.Scan(append(u.Repository.fields(), &u.Never, &u.State, &u.Error, &all, &w.Failing)...)
		return u, err
	})
	w.More = all - len(w.Unaudited)
	return err
}

// lapsingSoon lists waivers of the dashboard, and of files as the last audit noted
// them, that hold today and end soon, and counts those left out. What ends soon was
// announced by the last audit, so that one without a warning has none.
func (s *Store) lapsingSoon(ctx context.Context, a WeekAsk) (list []Waiver, more int, err error) {
	rows, err := s.pool.Query(ctx, thereSQL+`, ending AS (
			SELECT w.id, w.rule, w.path, w.fingerprint, w.reason, w.owner, to_char(w.expires, 'YYYY-MM-DD') AS expires, w.repository_id, w.message
			FROM there t JOIN waivers w ON w.repository_id = t.id
			WHERE w.withdrawn_at IS NULL AND w.expires BETWEEN $6::text::date AND $7::text::date
			UNION ALL
			SELECT 0, coalesce(f.waiver->>'rule', ''), coalesce(f.waiver->>'path', ''), coalesce(f.waiver->>'fingerprint', ''), coalesce(f.waiver->>'reason', ''),
				coalesce(f.waiver->>'owner', ''), f.waiver->>'expires', t.id, min(f.message)
			FROM there t JOIN audits a ON a.id = t.latest_audit AND a.warnings <> '[]'
			JOIN findings f ON f.repository_id = t.id AND f.branch = t.branch AND f.closed_by_audit IS NULL
			WHERE f.waiver IS NOT NULL AND f.waiver->>'id' IS NULL AND f.waiver->>'expires' BETWEEN $6 AND $7
			GROUP BY t.id, f.waiver)
		SELECT e.id, e.rule, e.path, e.fingerprint, e.reason, e.owner, e.expires, e.repository_id, r.owner || '/' || r.name, e.message, count(*) OVER ()
		FROM ending e JOIN repositories r ON r.id = e.repository_id
		ORDER BY e.expires, lower(r.owner), lower(r.name), e.rule, e.id LIMIT $8`,
		a.arguments(a.Now.UTC().Format(time.DateOnly), a.Now.UTC().AddDate(0, 0, LapseDays).Format(time.DateOnly), a.Most)...)
	if err != nil {
		return nil, 0, err
	}
	all := 0
	list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Waiver, err error) {
		err = row.Scan(&w.ID, &w.Rule, &w.Path, &w.Fingerprint, &w.Reason, &w.Owner, &w.Expires, &w.Repository, &w.FullName, &w.Message, &all)
		return w, err
	})
	return list, all - len(list), err
}

// underOtherRules counts repositories whose newest audit was made under other rules
// than today's.
func (s *Store) underOtherRules(ctx context.Context, a WeekAsk) (count int, err error) {
	err = s.pool.QueryRow(ctx, thereSQL+`
		SELECT count(*) FROM there t JOIN audits a ON a.id = t.latest_audit WHERE a.ruleset <> $6`, a.arguments(a.Ruleset)...).Scan(&count)
	return count, err
}
