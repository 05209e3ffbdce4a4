package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Life is a finding with the branch that it lives on.
type Life struct {
	Finding
	Branch   string
	Commit   string    // that the last audit was of that saw it
	LastSeen time.Time // when the last audit's commit that saw it came to be the head
	Absences []Absence // the latest, oldest first
	Absent   int       // how often it was gone and came back
}

// Life returns one finding of a repository, open or closed.
func (s *Store) Life(ctx context.Context, installation, repository, id int64) (Life, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+findingColumns+`, f.branch, (SELECT a.commit FROM audits a WHERE a.id = f.last_seen_audit), f.last_seen_at,
			(SELECT count(*) FROM absences b WHERE b.finding_id = f.id),
			(SELECT coalesce(jsonb_agg(jsonb_build_object('closedBy', b.closed_by, 'closed', b.closed_at, 'reopenedBy', b.reopened_by, 'reopened', b.reopened_at)
				ORDER BY b.closed_at, b.closed_by), '[]')
			FROM (SELECT * FROM absences WHERE finding_id = f.id ORDER BY closed_at DESC, closed_by DESC LIMIT $4) b)
		FROM findings f JOIN repositories r ON r.id = f.repository_id
		WHERE r.installation_id = $1 AND f.repository_id = $2 AND f.id = $3`, installation, repository, id, keptAbsences)
	if err != nil {
		return Life{}, err
	}
	l, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (l Life, err error) {
		l.Finding, err = scanFinding(row, &l.Branch, &l.Commit, &l.LastSeen, &l.Absent, &l.Absences)
		return l, err
	})
	return l, found(err, "finding %d", id)
}

// counted reads findings of which each row has the number of all.
func counted(rows pgx.Rows, err error) (list []Finding, all int, err2 error) {
	if err != nil {
		return nil, 0, err
	}
	list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Finding, error) { return scanFinding(row, &all) })
	return list, all, err
}

// FindingsOpenedBy returns the findings that an audit was the first to see, or to
// see again, by factor, worst first, and how many there are. Beyond the last one there are none.
func (s *Store) FindingsOpenedBy(ctx context.Context, installation, repository, id int64, limit, offset int) ([]Finding, int, error) {
	return counted(s.pool.Query(ctx, `
		SELECT `+findingColumns+`, count(*) OVER () FROM findings f JOIN repositories r ON r.id = f.repository_id
		WHERE r.installation_id = $1 AND f.repository_id = $2 AND f.id IN (
			SELECT id FROM findings WHERE first_seen_audit = $3 UNION ALL SELECT finding_id FROM absences WHERE reopened_by = $3)
		ORDER BY array_position($4::text[], f.factor), array_position($5::text[], f.severity), f.path, f.line, f.rule, f.fingerprint
		LIMIT $6 OFFSET $7`,
		installation, repository, id, factorKeys(), severities(), limit, offset))
}

// FindingsClosedBy is FindingsOpenedBy of those that an audit found gone.
func (s *Store) FindingsClosedBy(ctx context.Context, installation, repository, id int64, limit, offset int) ([]Finding, int, error) {
	return counted(s.pool.Query(ctx, `
		SELECT `+findingColumns+`, count(*) OVER () FROM findings f JOIN repositories r ON r.id = f.repository_id
		WHERE r.installation_id = $1 AND f.repository_id = $2 AND f.id IN (
			SELECT id FROM findings WHERE closed_by_audit = $3 UNION ALL SELECT finding_id FROM absences WHERE closed_by = $3)
		ORDER BY array_position($4::text[], f.factor), array_position($5::text[], f.severity), f.path, f.line, f.rule, f.fingerprint
		LIMIT $6 OFFSET $7`,
		installation, repository, id, factorKeys(), severities(), limit, offset))
}

// Spot is where a rule's finding is in a file.
type Spot struct {
	Rule          string
	Line, EndLine int
}

// Spots lists where findings of some rules are, or were, in one file of a
// repository's branch, related places too.
func (s *Store) Spots(ctx context.Context, installation, repository int64, branch, path string, rules []string) ([]Spot, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT f.rule, p.line, p.end_line
		FROM findings f JOIN repositories r ON r.id = f.repository_id
		CROSS JOIN LATERAL (
			SELECT f.path, f.line, f.end_line
			UNION ALL
			SELECT x.path, x.line, x."endLine" FROM jsonb_to_recordset(f.related) AS x (path text, line integer, "endLine" integer)) p
		WHERE r.installation_id = $1 AND f.repository_id = $2 AND f.branch = $3 AND f.rule = ANY($5) AND p.path = $4`,
		installation, repository, branch, text(path), rules)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Spot, err error) {
		err = row.Scan(&p.Rule, &p.Line, &p.EndLine)
		return p, err
	})
}
