package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/source"
)

// Against is what the audit of a pull request is compared with: its base, where
// the pull request left it.
type Against struct {
	Commit  string
	Score   *float64
	Cells   [12]audit.Cell
	Changes audit.Comparison
	Gate    audit.Gate
	Unread  []source.Warning // what the pull request changes and could not be read, and why
}

// keptUnread is how many of those are kept by name.
const keptUnread = 50

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
	ID          int64  `json:"id,omitempty"`   // on the dashboard
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

func writeChanges(ctx context.Context, tx pgx.Tx, l line, against Against) error {
	unread, err := encodeWarnings(against.Unread[:min(keptUnread, len(against.Unread))])
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		UPDATE audits
		SET base_commit = $2, base_score = $3, base_cells = $4, unchanged = $5, gate = $6, unread = $7, unread_files = $8, unseen = $9
		WHERE id = $1`,
		l.audit, against.Commit, against.Score, against.Cells[:], len(against.Changes.Unchanged), against.Gate.Name(),
		unread, len(against.Unread), len(against.Changes.Unseen))
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
			"path", "line", "end_line", "related", "added", "message", "fix", "gain", "waiver"}, pgx.CopyFromRows(rows))
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
		text(f.Place.Path), f.Place.Line, f.Place.EndLine, related, f.Added, text(f.Message), text(f.Fix), f.Gain, accepted}, nil
}

const changeColumns = `c.change = 'new', c.fails, c.fingerprint, c.rule, c.factor, c.aspect, c.severity, c.confidence, c.component, c.subject,
	c.path, c.line, c.end_line, c.related, c.added, c.message, c.fix, c.gain, c.waiver`

// Changes returns what an audit of a pull request found new and fixed, in the
// order of the audit.
func (s *Store) Changes(ctx context.Context, installation, id int64) ([]ChangedFinding, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+changeColumns+`
		FROM changes c JOIN audits a ON a.id = c.audit_id JOIN repositories r ON r.id = a.repository_id
		WHERE r.installation_id = $1 AND c.audit_id = $2
		ORDER BY c.position`, installation, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (ChangedFinding, error) { return scanChange(row) })
}

// scanChange reads changeColumns and what stands behind them.
func scanChange(row pgx.CollectableRow, more ...any) (c ChangedFinding, err error) {
	var related []place
	var accepted *waiver
	err = row.Scan(append([]any{&c.New, &c.Fails, &c.Fingerprint, &c.Rule, &c.Factor, &c.Aspect, &c.Severity, &c.Confidence, &c.Component, &c.Subject,
		&c.Place.Path, &c.Place.Line, &c.Place.EndLine, &related, &c.Added, &c.Message, &c.Fix, &c.Gain, &accepted}, more...)...)
	for _, p := range related {
		c.Related = append(c.Related, audit.Place(p))
	}
	c.Waived = accepted.waiver()
	return c, err
}

// PullFinding is a new finding of an open pull request, by the newest audit of
// its head.
type PullFinding struct {
	ChangedFinding
	Pull   int64 // the store's id
	Title  string
	Number int
}

// PullFindings lists what the open pull requests of a repository bring, in the
// order of their numbers and their audits; with a fingerprint that one alone.
func (s *Store) PullFindings(ctx context.Context, installation, repository int64, fingerprint string) ([]PullFinding, error) {
	rows, err := s.reader().Query(ctx, `
		SELECT `+changeColumns+`, p.id, p.title, p.number
		FROM pull_requests p JOIN repositories r ON r.id = p.repository_id
		JOIN LATERAL (
			SELECT a.id FROM audits a
			WHERE a.repository_id = r.id AND a.commit = p.head AND a.branch = 'refs/pull/' || p.number AND a.state = 'done'
			ORDER BY a.id DESC LIMIT 1) newest ON true
		JOIN changes c ON c.audit_id = newest.id AND c.change = 'new'
		WHERE r.installation_id = $1 AND r.id = $2 AND p.state = 'open' AND ($3 = '' OR c.fingerprint = $3)
		ORDER BY p.number, c.position LIMIT 5000`, installation, repository, fingerprint)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f PullFinding, err error) {
		f.ChangedFinding, err = scanChange(row, &f.Pull, &f.Title, &f.Number)
		return f, err
	})
}
