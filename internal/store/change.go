package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
)

// Against is what the audit of a pull request is compared with: its base, where
// the pull request left it.
type Against struct {
	Commit  string
	Score   *float64
	Cells   [12]audit.Cell
	Changes audit.Comparison
	Gate    audit.Gate
}

// ChangedFinding is a finding that a pull request brings or takes away.
type ChangedFinding struct {
	audit.Finding
	New   bool // else fixed
	Fails bool // by the gate
}

// waiver is how a waiver is kept beside what it accepts.
type waiver struct {
	Rule        string `json:"rule,omitempty"`
	Path        string `json:"path,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
	Reason      string `json:"reason"`
	Owner       string `json:"owner"`
	Expires     string `json:"expires"`
	Line        int    `json:"line,omitempty"` // of .twelvefold.yml
}

// encodeWaiver is a finding's waiver as JSON, nil while nobody accepted it.
func encodeWaiver(f audit.Finding) (*string, error) {
	if f.Waived == nil {
		return nil, nil
	}
	w := waiver(*f.Waived)
	w.Path, w.Reason, w.Owner = text(w.Path), text(w.Reason), text(w.Owner)
	encoded, err := json.Marshal(w)
	kept := string(encoded)
	return &kept, err
}

func (w *waiver) waiver() *audit.Waiver {
	if w == nil {
		return nil
	}
	accepted := audit.Waiver(*w)
	return &accepted
}

// gateName is how a gate is kept in audits.gate.
func gateName(g audit.Gate) string {
	switch {
	case g.Open:
		return "none"
	case g.FailOn == "":
		return string(audit.GateDefault)
	}
	return string(g.FailOn)
}

func writeChanges(ctx context.Context, tx pgx.Tx, l line, against Against) error {
	_, err := tx.Exec(ctx, `
		UPDATE audits SET base_commit = $2, base_score = $3, base_cells = $4, unchanged = $5, gate = $6 WHERE id = $1`,
		l.audit, against.Commit, against.Score, against.Cells[:], len(against.Changes.Unchanged), gateName(against.Gate))
	if err != nil {
		return err
	}
	var rows [][]any
	for _, part := range []struct {
		change   string
		findings []audit.Finding
	}{{"new", against.Changes.New}, {"fixed", against.Changes.Fixed}} {
		for _, f := range part.findings {
			row, err := changeRow(f)
			if err != nil {
				return err
			}
			fails := part.change == "new" && against.Gate.Fails(f)
			rows = append(rows, append([]any{l.audit, len(rows), part.change, fails}, row...))
		}
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"changes"},
		[]string{"audit_id", "position", "change", "fails", "fingerprint", "rule", "factor", "aspect", "severity", "confidence", "component", "subject",
			"path", "line", "end_line", "related", "message", "fix", "gain", "waiver"}, pgx.CopyFromRows(rows))
	return err
}

func changeRow(f audit.Finding) ([]any, error) {
	related := make([]place, len(f.Related))
	for i, p := range f.Related {
		related[i] = place{text(p.Path), p.Line, p.EndLine}
	}
	accepted, err := encodeWaiver(f)
	if err != nil {
		return nil, fmt.Errorf("encoding the waiver of %s: %w", f.Rule, err)
	}
	return []any{f.Fingerprint, f.Rule, string(f.Factor), f.Aspect, string(f.Severity), string(f.Confidence), text(f.Component), text(f.Subject),
		text(f.Place.Path), f.Place.Line, f.Place.EndLine, related, text(f.Message), text(f.Fix), f.Gain, accepted}, nil
}

// Changes returns what an audit of a pull request found new and fixed, in the
// order of the audit.
func (s *Store) Changes(ctx context.Context, installation, id int64) ([]ChangedFinding, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT c.change = 'new', c.fails, c.fingerprint, c.rule, c.factor, c.aspect, c.severity, c.confidence, c.component, c.subject,
		       c.path, c.line, c.end_line, c.related, c.message, c.fix, c.gain, c.waiver
		FROM changes c JOIN audits a ON a.id = c.audit_id JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND c.audit_id = $2
		ORDER BY c.position`, installation, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c ChangedFinding, err error) {
		var related []place
		var accepted *waiver
		err = row.Scan(&c.New, &c.Fails, &c.Fingerprint, &c.Rule, &c.Factor, &c.Aspect, &c.Severity, &c.Confidence, &c.Component, &c.Subject,
			&c.Place.Path, &c.Place.Line, &c.Place.EndLine, &related, &c.Message, &c.Fix, &c.Gain, &accepted)
		for _, p := range related {
			c.Related = append(c.Related, audit.Place(p))
		}
		c.Waived = accepted.waiver()
		return c, err
	})
}
