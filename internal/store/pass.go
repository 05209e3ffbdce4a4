package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
)

// writePasses replaces the branch's passes by those of its latest audit. An
// overtaken audit leaves them alone.
func writePasses(ctx context.Context, tx pgx.Tx, l line, passes []audit.Pass) error {
	if l.next != nil {
		return nil
	}
	if err := forgetBefore(ctx, tx, "passes", l); err != nil {
		return err
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"passes"},
		[]string{"audit_id", "position", "rule", "factor", "aspect", "component", "path", "line", "end_line", "message", "strength"},
		pgx.CopyFromSlice(len(passes), func(i int) ([]any, error) {
			p := passes[i]
			return []any{l.audit, i, p.Rule, p.Factor, p.Aspect, text(p.Component),
				text(p.Place.Path), p.Place.Line, p.Place.EndLine, text(p.Message), p.Strength}, nil
		}))
	return err
}

// forgetBefore deletes what a table keeps of the branch's latest audits alone: of
// the one that was the latest until now, since no other has any.
func forgetBefore(ctx context.Context, tx pgx.Tx, table string, l line) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM `+pgx.Identifier{table}.Sanitize()+` WHERE audit_id = (
			SELECT id FROM audits
			WHERE repository_id = $1 AND branch = $2 AND state = 'done' AND (head_at, id) < ($3, $4)
			ORDER BY head_at DESC, id DESC LIMIT 1)`,
		l.repository, l.branch, l.at, l.audit)
	return err
}

// Passes returns the positive evidence of an audit in the audit's order. Only
// the latest done audit of a branch has any.
func (s *Store) Passes(ctx context.Context, installation, id int64) ([]audit.Pass, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT p.rule, p.factor, p.aspect, p.component, p.path, p.line, p.end_line, p.message, p.strength
		FROM passes p JOIN audits a ON a.id = p.audit_id JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND p.audit_id = $2
		ORDER BY p.position`, installation, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p audit.Pass, err error) {
		err = row.Scan(&p.Rule, &p.Factor, &p.Aspect, &p.Component, &p.Place.Path, &p.Place.Line, &p.Place.EndLine, &p.Message, &p.Strength)
		return p, err
	})
}
