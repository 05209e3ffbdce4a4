package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
)

// Kinds of nothing in a standing's cells.
const (
	CellUnknown       = -1
	CellNotApplicable = -2
)

// Standing is a repository as pages of many order, filter and add it up: by its
// newest done audit of the default branch and by those of the past. It is kept
// on the repository's row.
type Standing struct {
	Repository
	Topics []string // as GitHub has them

	Audit     int64 // the newest done one of the default branch; 0 if there is none
	Commit    string
	Audited   *time.Time // when it ended
	Score     *float64   // 0 to 100; nil: nothing can be scored
	Grade     string     // "" when withheld
	Coverage  float64
	Cells     []int         // the twelve factors in points, CellUnknown or CellNotApplicable; none before the first audit
	Classes   []audit.Class // of its components, without repetition
	Languages []string
	Then      map[int]*float64 // the score so many days ago, of each of ChangeDays; nil: there was none
	Weeks     []*float64       // the score 1 to 13 weeks ago
	TurnedBy  int64            // the audit of the past 7 days that moved the score the most the way it went; 0: it did not move
	Open      [5]int           // open findings by severity, worst first
	Win       int64            // the open finding whose mending gains the most; 0: none gains
	WinGain   float64          // in points of the repository
}

// ChangeDays are the spans that changes of a score are told over.
func ChangeDays() []int { return []int{7, 30, 90} }

// Change is by how many points the score changed in so many days, one of
// ChangeDays; nil where there is no score now or was none then.
func (s Standing) Change(days int) *float64 {
	then := s.Then[days]
	if s.Score == nil || then == nil {
		return nil
	}
	change := *s.Score - *then
	return &change
}

// pastDays are the days before now of which a standing keeps the score: first
// ChangeDays, then the end of each of the 13 weeks.
func pastDays() []int {
	days := ChangeDays()
	for week := 1; week <= 13; week++ {
		days = append(days, 7*week)
	}
	return days
}

// beside orders the classes of components c as the score takes them: a greater one
// counts only where there is no lesser, as audit.Audit.Deployable has it.
const beside = `CASE c.class WHEN 'library' THEN 2 WHEN 'infra' THEN 1 ELSE 0 END`

// stand works out the standings of repositories, by their ids, in the
// transaction that changed what they follow from.
func stand(ctx context.Context, tx pgx.Tx, repositories ...int64) error {
	_, err := tx.Exec(ctx, `
		WITH wanted AS (SELECT id, default_branch AS branch FROM repositories WHERE id = ANY($1))
		UPDATE repositories r SET
			stood_at = now(), latest_audit = latest.id, latest_commit = coalesce(latest.commit, ''), audited_at = latest.finished_at,
			score = latest.score, grade = coalesce(latest.grade, ''), coverage = coalesce(latest.coverage, 0),
			cells = CASE WHEN latest.id IS NULL THEN '{}' ELSE cells.points END,
			classes = coalesce(parts.classes, '{}'), languages = coalesce(parts.languages, '{}'),
			score_7 = past.scores[1], score_30 = past.scores[2], score_90 = past.scores[3], weeks = past.scores[4:],
			turned_by = turn.id, open_findings = open.counts, win = win.id, win_gain = coalesce(win.gain, 0)
		FROM wanted w
		LEFT JOIN LATERAL (
			SELECT a.id, a.commit, a.finished_at, a.score, a.grade, a.coverage, a.cells FROM audits a
			WHERE a.repository_id = w.id AND a.branch = w.branch AND a.state = 'done'
			ORDER BY a.head_at DESC, a.id DESC LIMIT 1) latest ON true
		LEFT JOIN LATERAL (
			SELECT array_agg(CASE
				WHEN c->>'status' = 'not-applicable' THEN -2
				WHEN c->>'status' = 'assessed' AND c->>'score' IS NOT NULL THEN floor((c->>'score')::float8 + 1e-9)
				ELSE -1 END ORDER BY position) AS points
			FROM jsonb_array_elements(latest.cells) WITH ORDINALITY AS x(c, position)) cells ON true
		LEFT JOIN LATERAL (
			SELECT (SELECT array_agg(class ORDER BY first) FROM (
					SELECT class, min(position) AS first FROM components WHERE audit_id = latest.id GROUP BY class) c) AS classes,
				(SELECT array_agg(DISTINCT l) FROM components c CROSS JOIN unnest(c.languages) AS l WHERE c.audit_id = latest.id) AS languages,
				(SELECT min(`+beside+`) FROM components c WHERE c.audit_id = latest.id) AS beside
			) parts ON true
		LEFT JOIN LATERAL (
			SELECT count(*) AS n FROM components c WHERE c.audit_id = latest.id AND c.score IS NOT NULL AND `+beside+` = parts.beside) counts ON true
		LEFT JOIN LATERAL (
			SELECT array_agg(p.score ORDER BY d.position) AS scores
			FROM unnest($2::int[]) WITH ORDINALITY AS d(days, position)
			LEFT JOIN LATERAL (
				SELECT a.score FROM audits a
				WHERE a.repository_id = w.id AND a.branch = w.branch AND a.state = 'done' AND a.head_at <= now() - make_interval(days => d.days)
				ORDER BY a.head_at DESC, a.id DESC LIMIT 1) p ON true) past ON true
		LEFT JOIN LATERAL (
			SELECT t.id FROM (
				SELECT a.id, a.head_at, a.score - lag(a.score) OVER (ORDER BY a.head_at, a.id) AS moved FROM audits a
				WHERE a.repository_id = w.id AND a.branch = w.branch AND a.state = 'done' AND a.head_at >= coalesce((
					SELECT max(b.head_at) FROM audits b
					WHERE b.repository_id = w.id AND b.branch = w.branch AND b.state = 'done' AND b.head_at <= now() - interval '7 days'), '-infinity')
				) t
			WHERE t.head_at > now() - interval '7 days' AND t.moved * sign(latest.score - past.scores[1]) > 0
			ORDER BY abs(t.moved) DESC, t.id DESC LIMIT 1) turn ON true
		LEFT JOIN LATERAL (
			SELECT array_agg(coalesce(f.n, 0)::int ORDER BY s.position) AS counts
			FROM unnest($3::text[]) WITH ORDINALITY AS s(severity, position)
			LEFT JOIN (
				SELECT f.severity, count(*) AS n FROM findings f
				WHERE f.repository_id = w.id AND f.branch = w.branch AND f.closed_by_audit IS NULL GROUP BY f.severity) f USING (severity)
			) open ON true
		LEFT JOIN LATERAL (
			SELECT f.id, f.gain / greatest(counts.n, 1) AS gain FROM findings f
			LEFT JOIN components c ON c.audit_id = latest.id AND c.path = f.component
			WHERE f.repository_id = w.id AND f.branch = w.branch AND f.closed_by_audit IS NULL AND f.waiver IS NULL AND f.gain / greatest(counts.n, 1) >= 0.05
				AND coalesce(`+beside+`, parts.beside) = parts.beside
			ORDER BY f.gain DESC, array_position($3::text[], f.severity), f.id LIMIT 1) win ON true
		WHERE r.id = w.id`, repositories, pastDays(), severities())
	return err
}

// StandAnew works out standings that are older than an age, those first that
// were never worked out, at most limit, and returns how many.
func (s *Store) StandAnew(ctx context.Context, age time.Duration, limit int) (done int, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT id FROM repositories WHERE stood_at IS NULL OR stood_at < now() - $1::interval
			ORDER BY stood_at NULLS FIRST, id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`, age, limit)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		done = len(ids)
		return stand(ctx, tx, ids...)
	})
	return done, err
}

const standingColumns = repositoryColumns + `, r.topics, coalesce(r.latest_audit, 0), r.latest_commit, r.audited_at, r.score, r.grade, r.coverage, r.cells,
	r.classes, r.languages, r.score_7, r.score_30, r.score_90, r.weeks, coalesce(r.turned_by, 0), r.open_findings, coalesce(r.win, 0), r.win_gain`

func scanStanding(row pgx.CollectableRow, more ...any) (s Standing, err error) {
	var then [3]*float64
	var open []int
	err = row.Scan(append(append(s.Repository.fields(), &s.Topics, &s.Audit, &s.Commit, &s.Audited, &s.Score, &s.Grade, &s.Coverage, &s.Cells,
		&s.Classes, &s.Languages, &then[0], &then[1], &then[2], &s.Weeks, &s.TurnedBy, &open, &s.Win, &s.WinGain), more...)...)
	s.Then = map[int]*float64{}
	for i, days := range ChangeDays() {
		s.Then[days] = then[i]
	}
	copy(s.Open[:], open)
	return s, err
}

// Newest are the newest audits of default branches, in any state, that are not of
// the past, by the ids of repositories that were seen.
func (s *Store) Newest(ctx context.Context, seen []Standing) (map[int64]*Audit, error) {
	ids := make([]int64, len(seen))
	for i, r := range seen {
		ids[i] = r.ID
	}
	rows, err := s.pool.Query(ctx, `
		SELECT `+auditColumns+` FROM repositories r
		JOIN LATERAL (
			SELECT * FROM audits a WHERE a.repository_id = r.id AND a.branch = r.default_branch AND a.trigger <> 'backfill'
			ORDER BY a.id DESC LIMIT 1) a ON true
		WHERE r.id = ANY($1)`, ids)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Audit, error) { return scanAudit(row) })
	newest := make(map[int64]*Audit, len(list))
	for i := range list {
		newest[list[i].Repository] = &list[i]
	}
	return newest, err
}

// BadgeOf is the standing of a repository by its owner and name, in any case of
// letters: of GitHub, in whichever living installation, or with local of this
// machine. Whether it may be shown is the caller's to say.
func (s *Store) BadgeOf(ctx context.Context, owner, name string, local bool) (Standing, error) {
	origin := FromGitHub
	if local {
		origin = FromLocal
	}
	rows, err := s.pool.Query(ctx, `
		SELECT `+standingColumns+` FROM installations i JOIN repositories r ON r.installation_id = i.id
		WHERE lower(r.owner) = lower($1) AND lower(r.name) = lower($2) AND r.origin = $3 AND r.gone_at IS NULL AND i.deleted_at IS NULL
		ORDER BY r.id DESC LIMIT 1`, text(owner), text(name), origin)
	if err != nil {
		return Standing{}, err
	}
	standing, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Standing, error) { return scanStanding(row) })
	return standing, found(err, "repository %s/%s", owner, name)
}
