package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// Bounds of what is searched for and by.
const (
	mostWords    = 120 // of one finding
	askedWords   = 8   // of one question
	longestWord  = 40  // characters; what is longer is cut
	longestAsked = 200 // bytes of a question that are looked at
)

// Words are what texts are found by: runs of letters and runs of digits in lower
// case, and the parts of such as are put together likeThis; each once.
func Words(texts ...string) []string {
	var list []string
	seen := map[string]bool{}
	add := func(word []rune) {
		w := strings.ToLower(string(word[:min(len(word), longestWord)]))
		if w != "" && !seen[w] && len(list) < mostWords {
			seen[w] = true
			list = append(list, w)
		}
	}
	for _, text := range texts {
		for word := range runs(text) {
			add(word)
			if parts := humps(word); len(parts) > 1 {
				for _, part := range parts {
					add(part)
				}
			}
		}
	}
	return list
}

// runs are the runs of letters and of digits of a text. Numbers stand alone, so
// that names that only differ in one have a word in common.
func runs(text string) iter.Seq[[]rune] {
	return func(yield func([]rune) bool) {
		var word []rune
		last := apart
		for _, r := range text {
			kind := kindOf(r)
			if kind != last && len(word) > 0 {
				if !yield(word) {
					return
				}
				word = nil
			}
			if last = kind; kind != apart {
				word = append(word, r)
			}
		}
		if len(word) > 0 {
			yield(word)
		}
	}
}

// kind is what a character is to words.
type kind int

const (
	apart kind = iota // stands between them
	letter
	digit
)

func kindOf(r rune) kind {
	switch {
	case unicode.IsDigit(r):
		return digit
	case unicode.IsLetter(r), unicode.IsMark(r):
		return letter
	}
	return apart
}

// humps takes a word apart before each capital that follows a small letter, or that
// a small letter follows: likeThis, HTTPServer.
func humps(word []rune) (parts [][]rune) {
	from := 0
	for i := 1; i < len(word); i++ {
		if unicode.IsUpper(word[i]) && (unicode.IsLower(word[i-1]) || i+1 < len(word) && unicode.IsLower(word[i+1])) {
			parts, from = append(parts, word[from:i]), i
		}
	}
	return append(parts, word[from:])
}

// tsquery asks for what has all words of a question, of which those of two letters
// or more may go on, or the last of them alone; "" where there is no word to ask for.
func tsquery(question string, last bool) string {
	question = strings.ToValidUTF8(question[:min(len(question), longestAsked)], " ")
	var words [][]rune
	for word := range runs(strings.ToLower(question)) {
		word = word[:min(len(word), longestWord)]
		if len(words) < askedWords && !slices.ContainsFunc(words, func(w []rune) bool { return slices.Equal(w, word) }) {
			words = append(words, word)
		}
	}
	terms := make([]string, len(words))
	for i, word := range words {
		terms[i] = "'" + string(word) + "'" // nothing but letters or digits
		if len(word) > 1 && kindOf(word[0]) == letter && (!last || i == len(words)-1) {
			terms[i] += ":*"
		}
	}
	return strings.Join(terms, " & ")
}

// SearchRepositories lists repositories of accounts that a sight sees whose
// "owner/name" and topics hold all words of a question, at most so many: first
// those whose name it is, then those whose name begins with it.
func (s *Store) SearchRepositories(ctx context.Context, sight Sight, accounts []int64, q string, most int) ([]Standing, error) {
	q = strings.ToLower(text(strings.TrimSpace(q[:min(len(q), longestAsked)])))
	words := strings.Fields(q)
	if len(words) == 0 {
		return nil, nil
	}
	arguments, holds := append(sight.arguments(), accounts, q, most), ""
	for _, word := range words {
		arguments = append(arguments, word)
		holds += fmt.Sprintf(` AND strpos(r.sought, $%d) > 0`, len(arguments))
	}
	rows, err := s.pool.Query(ctx, `
		SELECT `+standingColumns+` FROM repositories r WHERE `+visible+holds+`
		ORDER BY lower(r.name) <> $5, NOT starts_with(lower(r.name), $5), NOT starts_with(lower(r.owner || '/' || r.name), $5),
		         length(r.name), lower(r.owner || '/' || r.name), r.id
		LIMIT $6`, arguments...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Standing, error) { return scanStanding(row) })
}

// FoundFinding is an open finding that a search found.
type FoundFinding struct {
	ID          int64
	Repository  int64
	FullName    string // of the repository
	Fingerprint string
	Factor      factor.Key
	Rule        string
	Severity    audit.Severity
	Place       audit.Place
	Message     string
}

// How much of a search is looked through at the most. Whatever is asked for, and
// however common its words are, the work is bounded by these.
const (
	fewFindings  = 20_000 // a sight that sees no more open findings has them all looked at
	worstLooked  = 2_000  // of the worst open findings, in order
	mostMatching = 1_000  // of those that the index of words knows
)

const worstFirst = `array_position('{critical,high,medium,low,info}'::text[], f.severity), f.id DESC`

// Statements of a search: $1 to $3 are the sight, $4 is the question, $5 how many
// are wanted.

// amongFew reads all open findings of the repositories that are seen; OFFSET keeps
// the planner from asking the index of words once for each repository.
func amongFew(v Sight) string {
	return `
	WITH matching AS MATERIALIZED (
		SELECT f.id, f.severity, f.repository_id, f.branch FROM (` + v.seen() + `) v
		CROSS JOIN LATERAL (
			SELECT f.id, f.severity, f.repository_id, f.branch, f.words FROM findings f
			WHERE f.repository_id = v.id AND f.closed_by_audit IS NULL OFFSET 0) f
		WHERE f.words @@ $4::text::tsquery)` + ofMatching
}

// amongWorst reads the worst findings of all in order, where a common word stands
// often enough.
func amongWorst(v Sight) string {
	return `
	WITH matching AS MATERIALIZED (
		SELECT f.id, f.severity, f.repository_id, f.branch FROM (
			SELECT f.id, f.severity, f.repository_id, f.branch, f.words FROM findings f
			WHERE f.closed_by_audit IS NULL ORDER BY ` + worstFirst + ` LIMIT $6) f
		WHERE f.words @@ $4::text::tsquery AND f.repository_id IN (` + v.seen() + `))` + ofMatching
}

// amongWords reads what the index of words knows, for words that are rare; OFFSET
// as above.
func amongWords(v Sight) string {
	return `
	WITH matching AS MATERIALIZED (
		SELECT f.id, f.severity, f.repository_id, f.branch FROM (
			SELECT f.id, f.severity, f.repository_id, f.branch FROM findings f
			WHERE f.closed_by_audit IS NULL AND f.words @@ $4::text::tsquery OFFSET 0) f
		WHERE f.repository_id IN (` + v.seen() + `) LIMIT $6)` + ofMatching
}

const (
	ofMatching = `, first AS (
		SELECT f.id FROM matching f JOIN repositories r ON r.id = f.repository_id AND r.default_branch = f.branch
		WHERE r.gone_at IS NULL ORDER BY ` + worstFirst + ` LIMIT $5)
	SELECT f.id, f.repository_id, r.owner || '/' || r.name, f.fingerprint, f.factor, f.rule, f.severity, f.path, f.line, f.end_line, f.message
	FROM findings f JOIN repositories r ON r.id = f.repository_id
	WHERE f.id IN (SELECT id FROM first)
	ORDER BY ` + worstFirst + `
	LIMIT $5`

	// byIndexes keeps the planner, which takes a word that it does not know for one
	// that many have, from reading whole tables until it has found them.
	byIndexes = `SET LOCAL enable_seqscan = off`
	byBitmaps = `SET LOCAL enable_indexscan = off`
)

// SearchFindings lists open findings of the default branches of repositories that
// a sight sees in whose rule, path and message are words that begin with those of
// a question, at most so many: worst severity first, then the newest. Where very
// many match, the worst of a part of them.
func (s *Store) SearchFindings(ctx context.Context, sight Sight, open int, q string, most int) (list []FoundFinding, err error) {
	query, strict := tsquery(q, false), tsquery(q, true)
	if query == "" {
		return nil, nil
	}
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, byIndexes); err != nil {
			return err
		}
		arguments := append(sight.arguments(), query, most)
		if open <= fewFindings {
			list, err = collectFound(ctx, tx, amongFew(sight), arguments)
			return err
		}
		list, err = collectFound(ctx, tx, amongWorst(sight), append(arguments, worstLooked))
		if err != nil || len(list) == most {
			return err
		}
		if _, err := tx.Exec(ctx, byBitmaps); err != nil {
			return err
		}
		// Words that go on are dear where many do: first those as they stand.
		if strict != query {
			list, err = collectFound(ctx, tx, amongWords(sight), append(sight.arguments(), strict, most, mostMatching))
			if err != nil || len(list) == most {
				return err
			}
		}
		list, err = collectFound(ctx, tx, amongWords(sight), append(arguments, mostMatching))
		return err
	})
	return list, err
}

func collectFound(ctx context.Context, tx pgx.Tx, sql string, arguments []any) ([]FoundFinding, error) {
	// Planned anew for each question: a plan for any word is right for none.
	rows, err := tx.Query(ctx, sql, append([]any{pgx.QueryExecModeCacheDescribe}, arguments...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f FoundFinding, err error) {
		err = row.Scan(&f.ID, &f.Repository, &f.FullName, &f.Fingerprint, &f.Factor, &f.Rule, &f.Severity, &f.Place.Path, &f.Place.Line, &f.Place.EndLine, &f.Message)
		return f, err
	})
}
