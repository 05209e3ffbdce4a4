package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// Choice is which repositories of what a sight sees are meant.
type Choice struct {
	Sight    Sight
	Accounts []int64 // installations; what lies in none of them is left out
	Text     string  // words, each a part of "owner/name" or of a topic, in any case of letters; "" for all
	Language string
	Grade    string
	Class    audit.Class
	Topic    string
	Archived bool // archived ones, too
}

// Standings are ordered by one of these, or by a factor's key.
const (
	ByName     = "name"
	ByScore    = "score"
	ByChange   = "change" // over the span of Order.Days
	ByFindings = "findings"
	ByAudited  = "audited"
)

// Order is how standings are ordered; what has no value comes last.
type Order struct {
	By         string
	Descending bool
	Days       int // of ByChange, one of ChangeDays
}

// visible is the condition on repositories r that a sight may see them and that
// they lie in accounts; $1 to $3 are the sight's arguments, $4 the accounts.
const visible = `r.installation_id = ANY($4) AND r.gone_at IS NULL AND (r.installation_id = $1 OR (r.github_id, r.installation_id) IN (
	SELECT unnest(g.repositories), g.installation_id FROM rights g WHERE g.person_id = $2 AND g.asked_at >= $3 AND g.installation_id <> 0))`

// ranked reads the first so many repositories of an order that a condition holds for,
// account by account: of each an index may know them.
func ranked(condition, order string, most int) string {
	return fmt.Sprintf(`(
		SELECT r.* FROM unnest($4::bigint[]) AS account (id) CROSS JOIN LATERAL (
			SELECT * FROM repositories r WHERE r.installation_id = account.id AND r.gone_at IS NULL AND %[1]s ORDER BY %[2]s LIMIT %[3]d) r
		ORDER BY %[2]s LIMIT %[3]d) r`, condition, order, most)
}

// chosen is the condition that a choice makes; $5 to $10 are its arguments.
const chosen = visible + `
	AND ($10 OR NOT r.archived)
	AND r.sought LIKE ALL ($5::text[])
	AND ($6 = '' OR $6 = ANY(r.languages)) AND ($7 = '' OR r.grade = $7) AND ($8 = '' OR $8 = ANY(r.classes)) AND ($9 = '' OR $9 = ANY(r.topics))`

func (c Choice) arguments() []any {
	return append(c.Sight.arguments(), c.Accounts, patterns(c.Text), text(c.Language), text(c.Grade), text(string(c.Class)), text(c.Topic), c.Archived)
}

// patterns are what LIKE holds texts to that have all words of a question.
func patterns(question string) []string {
	list := []string{}
	for _, word := range strings.Fields(strings.ToLower(text(question))) {
		list = append(list, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word)+"%")
	}
	return list
}

// expression is the order in SQL; unknown ones are ErrInvalid.
func (o Order) expression() (string, error) {
	list, err := o.columns()
	return list.expression(), err
}

// columns are what standings are ordered by, the id last; unknown orders are
// ErrInvalid.
func (o Order) columns() (keyColumns, error) {
	names := func(descending bool) keyColumns {
		return keyColumns{{sql: `lower(r.owner) COLLATE "C"`, descending: descending}, {sql: `lower(r.name) COLLATE "C"`, descending: descending}, {sql: `r.id`}}
	}
	by := func(columns ...keyColumn) (keyColumns, error) {
		for i := range columns {
			columns[i].descending = o.Descending
		}
		return append(columns, names(false)...), nil
	}
	switch o.By {
	case ByName:
		return names(o.Descending), nil
	case ByScore:
		return by(keyColumn{sql: `r.score`, nullable: true})
	case ByFindings:
		return by(keyColumn{sql: `(r.open_findings[1] + r.open_findings[2])::bigint`},
			keyColumn{sql: `(r.open_findings[1] + r.open_findings[2] + r.open_findings[3] + r.open_findings[4] + r.open_findings[5])::bigint`})
	case ByAudited:
		return by(keyColumn{sql: `r.audited_at`, nullable: true})
	case ByChange:
		for _, days := range ChangeDays() {
			if days == o.Days {
				return by(keyColumn{sql: fmt.Sprintf(`(r.score - r.score_%d)`, days), nullable: true})
			}
		}
	}
	for i, key := range factor.Keys() {
		if string(key) == o.By {
			return by(keyColumn{sql: fmt.Sprintf(`(CASE WHEN r.cells[%d] >= 0 THEN r.cells[%d] END)::bigint`, i+1, i+1), nullable: true})
		}
	}
	return nil, fmt.Errorf("standings can't be ordered by %q: %w", o.By, ErrInvalid)
}

// Chosen are the ids of all chosen repositories in an order.
func (s *Store) Chosen(ctx context.Context, c Choice, o Order) ([]int64, error) {
	order, err := o.expression()
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `SELECT r.id FROM repositories r WHERE `+chosen+` ORDER BY `+order, c.arguments()...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// Standings lists the standings of repositories by their ids, in the same order:
// of those of accounts that a sight sees.
func (s *Store) Standings(ctx context.Context, sight Sight, accounts, ids []int64) ([]Standing, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.pool.Query(ctx, `
		SELECT `+standingColumns+` FROM unnest($5::bigint[]) WITH ORDINALITY AS asked (id, position) JOIN repositories r ON r.id = asked.id
		WHERE `+visible+` ORDER BY asked.position`, append(sight.arguments(), accounts, ids)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Standing, error) { return scanStanding(row) })
}

// Sum is what the repositories of accounts come to together, archived ones left
// out.
type Sum struct {
	Repositories int
	Archived     int // left out
	Audited      int // of them, with a done audit
	Scored       int // of them, with a score
	Score        *float64
	Changes      map[int]*float64 // by ChangeDays: the mean change of those that had a score then
	Weeks        [13]*float64     // the mean change of the past 1 to 13 weeks
	Since        map[int]int      // by ChangeDays: how many had a score then and have one now
	Cells        [12]*float64     // means of the factors where they are assessed
	Assessed     [12]int          // in how many repositories
	Open         [5]int           // open findings by severity, worst first
	Newest       *time.Time       // when the last audit ended
}

// Sum adds up what a sight sees of accounts.
func (s *Store) Sum(ctx context.Context, sight Sight, accounts []int64) (sum Sum, err error) {
	return s.sum(ctx, all(sight, accounts))
}

func (s *Store) sum(ctx context.Context, of among) (sum Sum, err error) {
	var changes [3]*float64
	var since [3]int
	fields := []any{&sum.Repositories, &sum.Audited, &sum.Scored, &sum.Score, &changes[0], &changes[1], &changes[2], &sum.Newest}
	columns := []string{`count(*)`, `count(audited_at)`, `count(score)`, `avg(score)`, `avg(score - score_7)`, `avg(score - score_30)`, `avg(score - score_90)`, `max(audited_at)`}
	for i, days := range ChangeDays() {
		columns = append(columns, fmt.Sprintf(`count(score - score_%d)`, days))
		fields = append(fields, &since[i])
	}
	for i := range sum.Weeks {
		columns = append(columns, fmt.Sprintf(`avg(score - weeks[%d])`, i+1))
		fields = append(fields, &sum.Weeks[i])
	}
	for i := range sum.Cells {
		cell := fmt.Sprintf(`nullif(greatest(cells[%d], -1), -1)`, i+1)
		columns = append(columns, `avg(`+cell+`)::float8`, `count(`+cell+`)`)
		fields = append(fields, &sum.Cells[i], &sum.Assessed[i])
	}
	for i := range sum.Open {
		columns = append(columns, fmt.Sprintf(`coalesce(sum(open_findings[%d]), 0)`, i+1))
		fields = append(fields, &sum.Open[i])
	}
	err = s.pool.QueryRow(ctx, `SELECT `+strings.Join(columns, ", ")+` FROM repositories r WHERE NOT r.archived AND `+of.condition(), of.arguments()...).Scan(fields...)
	if err != nil {
		return sum, err
	}
	err = s.pool.QueryRow(ctx, `SELECT count(*) FROM repositories r WHERE r.archived AND `+of.condition(), of.arguments()...).Scan(&sum.Archived)
	sum.Changes, sum.Since = map[int]*float64{}, map[int]int{}
	for i, days := range ChangeDays() {
		sum.Changes[days], sum.Since[days] = changes[i], since[i]
	}
	return sum, err
}

// Reach is what the App may read of accounts, as far as a sight sees it.
type Reach struct{ Repositories, Private, Archived int }

// Reach counts the repositories of accounts that a sight sees.
func (s *Store) Reach(ctx context.Context, sight Sight, accounts []int64) (r Reach, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE r.private), count(*) FILTER (WHERE r.archived) FROM repositories r WHERE `+visible,
		append(sight.arguments(), accounts)...).Scan(&r.Repositories, &r.Private, &r.Archived)
	return r, err
}

// Turn is a repository whose score changed in the past 7 days, and the audit
// that did the most of it.
type Turn struct {
	Standing
	Cause  Cause
	Before []audit.Cell // of the audit before the one that turned it
	After  []audit.Cell // of the one that did
	Ruled  bool         // the two were made under different rules
}

// Moved is the factor that the audit which turned a repository moved the most, the
// way that its score went.
func (t Turn) Moved() (of factor.Factor, from, to float64, ok bool) {
	if len(t.Before) != 12 || len(t.After) != 12 {
		return of, 0, 0, false
	}
	sign := 1.0
	if *t.Score < *t.Then[7] {
		sign = -1
	}
	most := 0.0
	for i, f := range factor.All() {
		a, b := t.Before[i].Score, t.After[i].Score
		if a == nil || b == nil {
			continue
		}
		if by := sign * (*b - *a); by > most {
			most, of, from, to, ok = by, f, *a, *b, true
		}
	}
	return of, from, to, ok
}

// Conditions and orders of turns.
const (
	worsened = `r.score - r.score_7 <= -0.5`
	fellMost = `r.score - r.score_7, r.id`
	improved = `r.score - r.score_7 >= 0.5`
	roseMost = `r.score - r.score_7 DESC, r.id DESC`
	// unruled leaves out what an audit under other rules than the one before turned.
	unruled = ` AND NOT EXISTS (
		SELECT FROM audits a JOIN LATERAL (
			SELECT b.ruleset FROM audits b
			WHERE b.repository_id = a.repository_id AND b.branch = a.branch AND b.state = 'done' AND (b.head_at, b.id) < (a.head_at, a.id)
			ORDER BY b.head_at DESC, b.id DESC LIMIT 1) before ON before.ruleset <> a.ruleset
		WHERE a.id = r.turned_by AND a.repository_id = r.id)`
)

// among is which repositories a question is about.
type among struct {
	sight    Sight
	accounts []int64
	only     []int64 // of them; nil: all
}

func all(sight Sight, accounts []int64) among { return among{sight, accounts, nil} }

// condition is visible, and that a repository is one of only; its arguments are
// those of visible, and only's as the fifth.
func (a among) condition() string {
	if a.only == nil {
		return visible
	}
	return visible + ` AND r.id = ANY($5)`
}

func (a among) arguments() []any {
	if a.only == nil {
		return append(a.sight.arguments(), a.accounts)
	}
	return append(a.sight.arguments(), a.accounts, a.only)
}

// Worsened lists the repositories of accounts whose score fell the most in the
// past 7 days, Improved those whose rose.
func (s *Store) Worsened(ctx context.Context, sight Sight, accounts []int64, limit int) ([]Turn, error) {
	return s.turns(ctx, all(sight, accounts), worsened, fellMost, limit)
}

// Improved is the opposite of Worsened.
func (s *Store) Improved(ctx context.Context, sight Sight, accounts []int64, limit int) ([]Turn, error) {
	return s.turns(ctx, all(sight, accounts), improved, roseMost, limit)
}

func (s *Store) turns(ctx context.Context, of among, condition, order string, limit int) ([]Turn, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+standingColumns+`, coalesce(a.commit, ''), coalesce(a.head_at, now()), coalesce(p.number, 0), coalesce(p.title, ''), coalesce(p.author, ''),
			coalesce(before.cells, '[]'), coalesce(a.cells, '[]'), coalesce(before.ruleset <> a.ruleset, false)
		FROM `+ranked(of.condition()+` AND NOT r.archived AND `+condition, order, limit)+`
		LEFT JOIN audits a ON a.id = r.turned_by AND a.repository_id = r.id
		LEFT JOIN LATERAL (
			SELECT b.cells, b.ruleset FROM audits b
			WHERE b.repository_id = r.id AND b.branch = a.branch AND b.state = 'done' AND (b.head_at, b.id) < (a.head_at, a.id)
			ORDER BY b.head_at DESC, b.id DESC LIMIT 1) before ON true
		LEFT JOIN LATERAL (
			SELECT p.number, p.title, p.author FROM pull_requests p
			WHERE p.repository_id = r.id AND p.merge_commit = a.commit AND p.merge_commit <> ''
			ORDER BY p.number DESC LIMIT 1) p ON true
		ORDER BY `+order, of.arguments()...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Turn, err error) {
		t.Standing, err = scanStanding(row, &t.Cause.Commit, &t.Cause.At, &t.Cause.PullRequest, &t.Cause.Title, &t.Cause.Author, &t.Before, &t.After, &t.Ruled)
		return t, err
	})
}

// Win is the open finding of a repository whose mending gains the most.
type Win struct {
	Repository
	Finding Finding
	Gain    float64 // in points of the repository's score, which may be the mean of several components
}

// Wins lists the quickest wins of accounts, one of each repository, the greatest
// first.
func (s *Store) Wins(ctx context.Context, sight Sight, accounts []int64, limit int) ([]Win, error) {
	return s.wins(ctx, all(sight, accounts), limit)
}

func (s *Store) wins(ctx context.Context, of among, limit int) ([]Win, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT `+findingColumns+`, r.win_gain, `+repositoryColumns+`
		FROM `+ranked(of.condition()+` AND NOT r.archived AND r.win IS NOT NULL`, `r.win_gain DESC, r.id`, limit)+`
		JOIN findings f ON f.id = r.win AND f.repository_id = r.id AND f.closed_by_audit IS NULL
		ORDER BY r.win_gain DESC, r.id`, of.arguments()...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Win, err error) {
		w.Finding, err = scanFinding(row, append([]any{&w.Gain}, w.Repository.fields()...)...)
		return w, err
	})
}
