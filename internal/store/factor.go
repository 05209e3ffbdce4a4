package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// FactorFindings returns open findings of one factor on a repository's branch,
// those that gain most first, and how many there are: of one component, or of
// all when it is "". Beyond the last one there are none.
func (s *Store) FactorFindings(ctx context.Context, installation, repository int64, branch string, key factor.Key, component string, limit, offset int) ([]Finding, int, error) {
	return counted(s.pool.Query(ctx, `
		SELECT `+findingColumns+`, count(*) OVER () FROM findings f JOIN repositories r ON r.id = f.repository_id
		WHERE r.installation_id = $1 AND f.repository_id = $2 AND f.branch = $3 AND f.closed_by_audit IS NULL
		  AND f.factor = $4 AND ($5 = '' OR f.component = $5)
		ORDER BY f.gain DESC, array_position($6::text[], f.severity), f.path, f.line, f.rule, f.fingerprint
		LIMIT $7 OFFSET $8`,
		installation, repository, branch, key, text(component), severities(), limit, offset))
}

// factorKeys are the factors as Postgres takes them, in canonical order.
func factorKeys() []string {
	var keys []string
	for _, key := range factor.Keys() {
		keys = append(keys, string(key))
	}
	return keys
}

// FactorCard is what an audit says of one factor of one component.
type FactorCard struct {
	Component audit.Scorecard // without its factors
	Score     audit.FactorScore
}

// FactorCards returns what an audit says of one factor of each component, in the
// audit's order, at most limit.
func (s *Store) FactorCards(ctx context.Context, installation, id int64, key factor.Key, limit int) ([]FactorCard, error) {
	return s.factorCards(ctx, installation, id, key, "", limit)
}

// FactorCardOf is the one of a component, nil when the audit has no such component.
func (s *Store) FactorCardOf(ctx context.Context, installation, id int64, key factor.Key, component string) (*FactorCard, error) {
	list, err := s.factorCards(ctx, installation, id, key, component, 1)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

func (s *Store) factorCards(ctx context.Context, installation, id int64, key factor.Key, component string, limit int) ([]FactorCard, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT c.path, c.name, c.class, c.why, c.score, c.grade, c.coverage,
			s.factor, s.status, s.score, s.coverage, s.capped, s.uncapped, s.why, s.aspects
		FROM components c JOIN audits a ON a.id = c.audit_id JOIN repositories r ON r.id = a.repository_id
		JOIN scores s ON s.audit_id = c.audit_id AND s.component = c.path AND s.factor = $3
		WHERE r.installation_id = $1 AND c.audit_id = $2 AND ($4 = '' OR c.path = $4)
		ORDER BY c.position LIMIT $5`, installation, id, key, text(component), limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c FactorCard, err error) {
		var aspects []byte
		f := &c.Score
		if err = row.Scan(&c.Component.Path, &c.Component.Name, &c.Component.Class, &c.Component.Why, &c.Component.Score, &c.Component.Grade, &c.Component.Coverage,
			&f.Factor, &f.Status, &f.Score, &f.Coverage, &f.Capped, &f.Uncapped, &f.Why, &aspects); err == nil {
			f.Aspects, err = decodeAspects(aspects)
		}
		return c, err
	})
}

// ComponentCells are the twelve factors of one component of an audit.
// ErrNotFound: it has no such component.
func (s *Store) ComponentCells(ctx context.Context, installation, id int64, component string) (cells []audit.Cell, err error) {
	rows, err := s.pool.Query(ctx, `
		SELECT s.factor, s.status, s.score
		FROM scores s JOIN audits a ON a.id = s.audit_id JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND s.audit_id = $2 AND s.component = $3
		ORDER BY array_position($4::text[], s.factor)`, installation, id, text(component), factorKeys())
	if err != nil {
		return cells, err
	}
	cells, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c audit.Cell, err error) {
		err = row.Scan(&c.Factor, &c.Status, &c.Score)
		return c, err
	})
	if err == nil && len(cells) != len(factor.Keys()) {
		err = found(pgx.ErrNoRows, "component %s of audit %d", component, id)
	}
	return cells, err
}

// FactorPasses returns positive evidence of an audit on one factor, in the
// audit's order, and how much there is: of one component, or of all when it is "".
func (s *Store) FactorPasses(ctx context.Context, installation, id int64, key factor.Key, component string, limit int) (list []audit.Pass, all int, err error) {
	rows, err := s.pool.Query(ctx, `
		SELECT p.rule, p.factor, p.aspect, p.component, p.path, p.line, p.end_line, p.message, p.strength, count(*) OVER ()
		FROM passes p JOIN audits a ON a.id = p.audit_id JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND p.audit_id = $2 AND p.factor = $3 AND ($4 = '' OR p.component = $4)
		ORDER BY p.position LIMIT $5`, installation, id, key, text(component), limit)
	if err != nil {
		return nil, 0, err
	}
	list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p audit.Pass, err error) {
		err = row.Scan(&p.Rule, &p.Factor, &p.Aspect, &p.Component, &p.Place.Path, &p.Place.Line, &p.Place.EndLine, &p.Message, &p.Strength, &all)
		return p, err
	})
	return list, all, err
}
