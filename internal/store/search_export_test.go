package store

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
)

// What plans are looked at of.
const (
	TrendSQL       = trendSQL
	PastWaitingSQL = pastWaitingSQL
	HeadAskedSQL   = headAskedSQL
)

// ExplainSearch are the plans of SearchFindings, carried out, as if a sight saw
// many findings.
func (s *Store) ExplainSearch(ctx context.Context, sight Sight, q string) (plans map[string]string, err error) {
	plans = map[string]string{}
	explain := func(tx Tx, name, sql string, arguments ...any) error {
		rows, err := tx.Query(ctx, "EXPLAIN (ANALYZE, BUFFERS) "+sql, append(append([]any{pgx.QueryExecModeCacheDescribe}, sight.arguments()...), arguments...)...)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plans[name] = strings.Join(lines, "\n")
		return err
	}
	return plans, s.InTx(ctx, func(tx Tx) error {
		_, limit := tx.Exec(ctx, byIndexes)
		err := errors.Join(limit, explain(tx, "few", amongFew(sight), tsquery(q, false), 11),
			explain(tx, "worst", amongWorst(sight), tsquery(q, false), 11, worstLooked))
		_, limit = tx.Exec(ctx, byBitmaps)
		return errors.Join(err, limit, explain(tx, "words", amongWords(sight), tsquery(q, false), 11, mostMatching))
	})
}

// SearchEachWay is what SearchFindings finds in each of its ways, whatever the
// sight sees.
func (s *Store) SearchEachWay(ctx context.Context, sight Sight, q string, most int) (few, worst, words []FoundFinding, err error) {
	err = s.InTx(ctx, func(tx Tx) error {
		arguments := append(sight.arguments(), tsquery(q, false), most)
		var errs [3]error
		few, errs[0] = collectFound(ctx, tx, amongFew(sight), arguments)
		worst, errs[1] = collectFound(ctx, tx, amongWorst(sight), append(arguments, worstLooked))
		words, errs[2] = collectFound(ctx, tx, amongWords(sight), append(arguments, mostMatching))
		return errors.Join(errs[:]...)
	})
	return few, worst, words, err
}
