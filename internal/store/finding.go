package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
)

// Finding is a violation with its life: which audit of the branch saw it first
// and last, and which one found it gone.
type Finding struct {
	ID int64
	audit.Finding
	FirstSeenAudit int64
	LastSeenAudit  int64
	ClosedByAudit  *int64     // nil while it is open
	FirstSeen      time.Time  // when the first audit's commit came to be the head
	Closed         *time.Time // the same of the closing audit
}

// place is how a related place is kept in findings.related.
type place struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`
	EndLine int    `json:"endLine"`
}

// columns are findings turned on their side, for unnest.
type columns struct {
	fingerprint, rule, factor, aspect, severity, confidence []string
	component, subject, path, related, message, fix, words  []string
	waiver                                                  []*string
	line, endLine                                           []int
	gain                                                    []float64
}

func (c *columns) add(f audit.Finding) error {
	related := make([]place, len(f.Related))
	for i, p := range f.Related {
		related[i] = place{text(p.Path), p.Line, p.EndLine}
	}
	encoded, err := json.Marshal(related)
	if err != nil {
		return fmt.Errorf("encoding the places of %s: %w", f.Rule, err)
	}
	c.fingerprint = append(c.fingerprint, f.Fingerprint)
	c.rule = append(c.rule, f.Rule)
	c.factor = append(c.factor, string(f.Factor))
	c.aspect = append(c.aspect, f.Aspect)
	c.severity = append(c.severity, string(f.Severity))
	c.confidence = append(c.confidence, string(f.Confidence))
	c.component = append(c.component, text(f.Component))
	c.subject = append(c.subject, text(f.Subject))
	c.path = append(c.path, text(f.Place.Path))
	c.line = append(c.line, f.Place.Line)
	c.endLine = append(c.endLine, f.Place.EndLine)
	c.related = append(c.related, string(encoded))
	c.message = append(c.message, text(f.Message))
	c.fix = append(c.fix, text(f.Fix))
	c.gain = append(c.gain, f.Gain)
	c.words = append(c.words, strings.Join(Words(f.Rule, text(f.Place.Path), text(f.Message)), " "))
	accepted, err := encodeWaiver(f)
	c.waiver = append(c.waiver, accepted)
	return err
}

// writeFindings brings the branch's findings to what this audit saw.
func writeFindings(ctx context.Context, tx pgx.Tx, l line, findings []audit.Finding) (Change, error) {
	var c columns
	for _, f := range findings {
		if err := c.add(f); err != nil {
			return Change{}, err
		}
	}
	change, err := see(ctx, tx, l, c)
	if err != nil {
		return Change{}, err
	}
	// An overtaken audit saw it before the one that was thought to be the first.
	_, err = tx.Exec(ctx, `
		UPDATE findings SET first_seen_audit = $3, first_seen_at = $4
		WHERE repository_id = $1 AND branch = $2 AND fingerprint = ANY($5::text[])
		  AND (first_seen_at, first_seen_audit) > ($4, $3)`,
		l.repository, l.branch, l.audit, l.at, c.fingerprint)
	if err != nil {
		return Change{}, err
	}
	// What this audit saw has it as last seen by now. Of the rest, those are
	// closed here that an earlier audit saw last, unless one between did it.
	tag, err := tx.Exec(ctx, `
		UPDATE findings SET closed_by_audit = $3, closed_at = $4
		WHERE repository_id = $1 AND branch = $2 AND (last_seen_at, last_seen_audit) < ($4, $3)
		  AND (closed_by_audit IS NULL OR (closed_at, closed_by_audit) > ($4, $3))`,
		l.repository, l.branch, l.audit, l.at)
	change.Closed = int(tag.RowsAffected())
	return change, err
}

// see inserts new findings and moves known ones that were last seen by an
// earlier audit. They are open unless this audit was overtaken: then the next
// audit, which did not see them, has closed them.
func see(ctx context.Context, tx pgx.Tx, l line, c columns) (change Change, err error) {
	if change.Reopened, err = writeAbsences(ctx, tx, l, c.fingerprint); err != nil {
		return change, err
	}
	err = tx.QueryRow(ctx, `
		WITH seen AS (
			INSERT INTO findings AS f (repository_id, branch, fingerprint, rule, factor, aspect, severity, confidence,
				component, subject, path, line, end_line, related, message, fix, gain, waiver, words,
				first_seen_audit, last_seen_audit, closed_by_audit, first_seen_at, last_seen_at, closed_at)
			SELECT $1, $2, n.fingerprint, n.rule, n.factor, n.aspect, n.severity, n.confidence,
				n.component, n.subject, n.path, n.line, n.end_line, n.related::jsonb, n.message, n.fix, n.gain, n.waiver::jsonb, array_to_tsvector(string_to_array(n.words, ' ')),
				$3, $3, $4, $5, $5, $6
			FROM unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[],
				$15::text[], $16::int[], $17::int[], $18::text[], $19::text[], $20::text[], $21::float8[], $22::text[], $23::text[])
				AS n (fingerprint, rule, factor, aspect, severity, confidence, component, subject,
				path, line, end_line, related, message, fix, gain, waiver, words)
			ON CONFLICT (repository_id, branch, fingerprint) DO UPDATE SET
				rule = excluded.rule, factor = excluded.factor, aspect = excluded.aspect,
				severity = excluded.severity, confidence = excluded.confidence,
				component = excluded.component, subject = excluded.subject, path = excluded.path,
				line = excluded.line, end_line = excluded.end_line, related = excluded.related,
				message = excluded.message, fix = excluded.fix, gain = excluded.gain, waiver = excluded.waiver, words = excluded.words,
				last_seen_audit = excluded.last_seen_audit, last_seen_at = excluded.last_seen_at,
				closed_by_audit = excluded.closed_by_audit, closed_at = excluded.closed_at
			WHERE (f.last_seen_at, f.last_seen_audit) < (excluded.last_seen_at, excluded.last_seen_audit)
			RETURNING f.first_seen_audit
		)
		SELECT count(*) FILTER (WHERE first_seen_audit = $3) FROM seen`,
		l.repository, l.branch, l.audit, l.next, l.at, l.nextAt,
		c.fingerprint, c.rule, c.factor, c.aspect, c.severity, c.confidence, c.component, c.subject,
		c.path, c.line, c.endLine, c.related, c.message, c.fix, c.gain, c.waiver, c.words).Scan(&change.Opened)
	return change, err
}

const findingColumns = `f.id, f.rule, f.factor, f.aspect, f.severity, f.confidence, f.component, f.subject,
	f.path, f.line, f.end_line, f.related, f.message, f.fix, f.fingerprint, f.gain, f.waiver,
	f.first_seen_audit, f.last_seen_audit, f.closed_by_audit, f.first_seen_at, f.closed_at`

func rowToFinding(row pgx.CollectableRow) (Finding, error) { return scanFinding(row) }

// scanFinding reads findingColumns and what stands behind them.
func scanFinding(row pgx.CollectableRow, more ...any) (f Finding, err error) {
	var related []place
	var accepted *waiver
	err = row.Scan(append([]any{&f.ID, &f.Rule, &f.Factor, &f.Aspect, &f.Severity, &f.Confidence, &f.Component, &f.Subject,
		&f.Place.Path, &f.Place.Line, &f.Place.EndLine, &related, &f.Message, &f.Fix, &f.Fingerprint, &f.Gain, &accepted,
		&f.FirstSeenAudit, &f.LastSeenAudit, &f.ClosedByAudit, &f.FirstSeen, &f.Closed}, more...)...)
	for _, p := range related {
		f.Related = append(f.Related, audit.Place(p))
	}
	f.Waived = accepted.waiver()
	return f, err
}

// OpenFindings returns the open findings of a repository's branch: worst
// severity first, then by path, line and rule.
func (s *Store) OpenFindings(ctx context.Context, installation, repository int64, branch string) ([]Finding, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+findingColumns+` FROM findings f JOIN repositories r ON r.id = f.repository_id
		WHERE r.installation_id = $1 AND f.repository_id = $2 AND f.branch = $3 AND f.closed_by_audit IS NULL
		ORDER BY array_position($4::text[], f.severity), f.path, f.line, f.rule, f.fingerprint`,
		installation, repository, branch, severities())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, rowToFinding)
}

// OpenFinding returns the open finding of a repository's branch that has a
// fingerprint.
func (s *Store) OpenFinding(ctx context.Context, installation, repository int64, branch, fingerprint string) (Finding, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+findingColumns+` FROM findings f JOIN repositories r ON r.id = f.repository_id
		WHERE r.installation_id = $1 AND f.repository_id = $2 AND f.branch = $3 AND f.fingerprint = $4 AND f.closed_by_audit IS NULL`,
		installation, repository, branch, fingerprint)
	if err != nil {
		return Finding{}, err
	}
	f, err := pgx.CollectExactlyOneRow(rows, rowToFinding)
	return f, found(err, "finding %s", fingerprint)
}

// ClosedFindings returns the findings that one audit found gone.
func (s *Store) ClosedFindings(ctx context.Context, installation, closedBy int64) ([]Finding, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+findingColumns+` FROM findings f JOIN repositories r ON r.id = f.repository_id
		WHERE r.installation_id = $1 AND f.closed_by_audit = $2
		ORDER BY array_position($3::text[], f.severity), f.path, f.line, f.rule, f.fingerprint`,
		installation, closedBy, severities())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, rowToFinding)
}

// Finding returns one finding of an installation, open or closed.
func (s *Store) Finding(ctx context.Context, installation, id int64) (Finding, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+findingColumns+` FROM findings f JOIN repositories r ON r.id = f.repository_id
		WHERE r.installation_id = $1 AND f.id = $2`, installation, id)
	if err != nil {
		return Finding{}, err
	}
	f, err := pgx.CollectExactlyOneRow(rows, rowToFinding)
	return f, found(err, "finding %d", id)
}

// severities are the severities as Postgres takes them, worst first.
func severities() []string {
	var names []string
	for _, s := range audit.Severities() {
		names = append(names, string(s))
	}
	return names
}
