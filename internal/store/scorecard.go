package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// aspect is how an aspect's arithmetic is kept in scores.aspects.
type aspect struct {
	Aspect    string      `json:"aspect"`
	Title     string      `json:"title"`
	Weight    float64     `json:"weight"`
	Ruled     bool        `json:"ruled,omitempty"`
	Failed    bool        `json:"failed,omitempty"`
	Absence   bool        `json:"absence,omitempty"`
	Evidence  float64     `json:"evidence"`
	Penalties []penalty   `json:"penalties,omitempty"`
	Credit    float64     `json:"credit"`
	Findings  int         `json:"findings,omitempty"`
	Passes    int         `json:"passes,omitempty"`
	Contested []contested `json:"contested,omitempty"`
}

type penalty struct {
	Rule     string         `json:"rule"`
	Amount   float64        `json:"amount"`
	Count    int            `json:"count"`
	Counting audit.Counting `json:"counting,omitempty"`
	Good     int            `json:"good,omitempty"`
	Weights  []weights      `json:"weights,omitempty"`
}

type weights struct {
	Weight float64 `json:"weight"`
	Count  int     `json:"count"`
}

type contested struct {
	Path string `json:"path"`
	Line int    `json:"line"`
	Rule string `json:"rule"`
}

func encodeAspects(scores []audit.AspectScore) ([]byte, error) {
	aspects := make([]aspect, len(scores))
	for i, a := range scores {
		aspects[i] = aspect{Aspect: a.Aspect, Title: a.Title, Weight: a.Weight, Ruled: a.Ruled, Failed: a.Failed,
			Absence: a.Absence, Evidence: a.Evidence, Credit: a.Credit, Findings: a.Findings, Passes: a.Passes}
		for _, p := range a.Penalties {
			aspects[i].Penalties = append(aspects[i].Penalties, encodePenalty(p))
		}
		for _, l := range a.Contested {
			aspects[i].Contested = append(aspects[i].Contested, contested{text(l.Path), l.Line, l.Rule})
		}
	}
	return json.Marshal(aspects)
}

func encodePenalty(p audit.Penalty) penalty {
	kept := penalty{Rule: p.Rule, Amount: p.Amount, Count: p.Count, Counting: p.Counting, Good: p.Good}
	for _, w := range p.Weights {
		kept.Weights = append(kept.Weights, weights(w))
	}
	return kept
}

func decodePenalty(p penalty) audit.Penalty {
	read := audit.Penalty{Rule: p.Rule, Amount: p.Amount, Count: p.Count, Counting: p.Counting, Good: p.Good}
	for _, w := range p.Weights {
		read.Weights = append(read.Weights, audit.WeightCount(w))
	}
	return read
}

func decodeAspects(data []byte) ([]audit.AspectScore, error) {
	var aspects []aspect
	if err := json.Unmarshal(data, &aspects); err != nil {
		return nil, err
	}
	scores := make([]audit.AspectScore, len(aspects))
	for i, a := range aspects {
		scores[i] = audit.AspectScore{Aspect: a.Aspect, Title: a.Title, Weight: a.Weight, Ruled: a.Ruled, Failed: a.Failed,
			Absence: a.Absence, Evidence: a.Evidence, Credit: a.Credit, Findings: a.Findings, Passes: a.Passes}
		for _, p := range a.Penalties {
			scores[i].Penalties = append(scores[i].Penalties, decodePenalty(p))
		}
		for _, l := range a.Contested {
			scores[i].Contested = append(scores[i].Contested, audit.ContestedLine(l))
		}
	}
	return scores, nil
}

func writeScorecards(ctx context.Context, tx pgx.Tx, audit int64, cards []audit.Scorecard) error {
	var components, scores [][]any
	for i, card := range cards {
		path := text(card.Path)
		explained, err := json.Marshal(card.Explained)
		if err != nil {
			return fmt.Errorf("encoding the explanation of %s: %w", path, err)
		}
		components = append(components, []any{audit, path, text(card.Name), card.Class, text(card.Why),
			texts(card.Languages), texts(card.Starts), card.Score, card.Grade, card.Coverage, explained, i})
		for _, f := range card.Factors {
			aspects, err := encodeAspects(f.Aspects)
			if err != nil {
				return fmt.Errorf("encoding the aspects of %s: %w", f.Factor, err)
			}
			scores = append(scores, []any{audit, path, f.Factor, f.Status, f.Score, f.Coverage, f.Capped, f.Uncapped, text(f.Why), aspects})
		}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"components"},
		[]string{"audit_id", "path", "name", "class", "why", "languages", "starts", "score", "grade", "coverage", "explained", "position"},
		pgx.CopyFromRows(components))
	if err != nil {
		return err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"scores"},
		[]string{"audit_id", "component", "factor", "status", "score", "coverage", "capped", "uncapped", "why", "aspects"},
		pgx.CopyFromRows(scores))
	return err
}

// texts is text for each; never nil, which would be NULL.
func texts(list []string) []string {
	clean := make([]string, len(list))
	for i, s := range list {
		clean[i] = text(s)
	}
	return clean
}

// Scorecards returns the scorecards of an audit's components in the audit's
// order, each with its twelve factors in canonical order.
func (s *Store) Scorecards(ctx context.Context, installation, id int64) ([]audit.Scorecard, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT c.path, c.name, c.class, c.why, c.languages, c.starts, c.score, c.grade, c.coverage, c.explained
		FROM components c JOIN audits a ON a.id = c.audit_id JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND c.audit_id = $2
		ORDER BY c.position`, installation, id)
	if err != nil {
		return nil, err
	}
	cards, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c audit.Scorecard, err error) {
		err = row.Scan(&c.Path, &c.Name, &c.Class, &c.Why, &c.Languages, &c.Starts, &c.Score, &c.Grade, &c.Coverage, &c.Explained)
		return c, err
	})
	if err != nil || len(cards) == 0 {
		return cards, err
	}
	factors, err := s.factorScores(ctx, installation, id)
	if err != nil {
		return nil, err
	}
	for i := range cards {
		for _, key := range factor.Keys() {
			cards[i].Factors = append(cards[i].Factors, factors[scoreKey{cards[i].Path, key}])
		}
	}
	return cards, nil
}

type scoreKey struct {
	component string
	factor    factor.Key
}

func (s *Store) factorScores(ctx context.Context, installation, id int64) (map[scoreKey]audit.FactorScore, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT s.component, s.factor, s.status, s.score, s.coverage, s.capped, s.uncapped, s.why, s.aspects
		FROM scores s JOIN audits a ON a.id = s.audit_id JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND s.audit_id = $2`, installation, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	scores := map[scoreKey]audit.FactorScore{}
	for rows.Next() {
		var component string
		var f audit.FactorScore
		var aspects []byte
		if err := rows.Scan(&component, &f.Factor, &f.Status, &f.Score, &f.Coverage, &f.Capped, &f.Uncapped, &f.Why, &aspects); err != nil {
			return nil, err
		}
		if f.Aspects, err = decodeAspects(aspects); err != nil {
			return nil, fmt.Errorf("audit %d, component %s, factor %s: %w", id, component, f.Factor, err)
		}
		scores[scoreKey{component, f.Factor}] = f
	}
	return scores, rows.Err()
}
