package server_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// queries notes what is asked of the database.
type queries struct {
	mu   sync.Mutex
	list []pgx.TraceQueryStartData
}

// TraceQueryStart notes a query.
func (q *queries) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, data)
	return ctx
}

// TraceQueryEnd does nothing.
func (*queries) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// take are the queries since it was last called, without what only begins or ends
// a transaction.
func (q *queries) take() []pgx.TraceQueryStartData {
	q.mu.Lock()
	defer q.mu.Unlock()
	list := q.list
	q.list = nil
	return slices.DeleteFunc(list, func(data pgx.TraceQueryStartData) bool {
		word, _, _ := strings.Cut(strings.ToLower(data.SQL), " ")
		return slices.Contains([]string{"begin", "commit", "rollback", "set"}, word)
	})
}

// planned is how a query would be carried out if whole tables were read only
// where no index helps.
func (b bundle) planned(t *testing.T, query pgx.TraceQueryStartData) string {
	t.Helper()
	ctx := t.Context()
	conn, err := b.store.Pool().Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	tx, err := conn.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	if _, err := tx.Exec(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
		t.Fatal(err)
	}
	rows, err := tx.Query(ctx, "EXPLAIN "+query.SQL, query.Args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%v: %s", err, query.SQL)
	}
	return strings.Join(lines, "\n")
}

// TestPagesAskFewQueriesWithIndexes counts what each page asks, whatever it
// shows, and holds every query to an index.
func TestPagesAskFewQueriesWithIndexes(t *testing.T) {
	t.Parallel()
	asked := &queries{}
	b := setupTraced(t, true, asked)
	large := designed(commit(1))
	for i := range 300 {
		f := large.Findings[i%2]
		f.Fingerprint = fmt.Sprintf("%032x", i+1)
		large.Findings = append(large.Findings, f)
	}
	page := fmt.Sprintf("/repositories/%d", b.audited(t, "/srv/shop", large).ID)
	b.audited(t, "/srv/shop", designed(commit(2)))
	for path, most := range map[string]int{
		"/": 10,
		"/?q=shop&language=Go&grade=A&class=worker&topic=x&archived=1&sort=-config&days=90&page=1": 9,
		"/installations/0/digest":                        1,
		"/installations/0/digest/preview":                11,
		"/installations/0/digest/mail":                   11,
		linkOf("/unsubscribe/", make([]byte, 32)):        2,
		"/search?q=config":                               5,
		"/installations/0/settings":                      5,
		"/installations/0/ledger":                        4,
		"/rules":                                         0,
		"/rules/config/hardcoded-credential":             0,
		page + "?component=.":                            14,
		page + "/env":                                    3,
		page + "/components.csv":                         5,
		page + "/waivers.csv":                            5,
		page + "/findings.csv":                           5,
		page + "/audits.csv":                             5,
		page + "/trend.csv":                              5,
		page + "/uploads.csv":                            5,
		page + "/audits/1/changes.csv":                   6,
		page + "/audits/1/components.csv":                6,
		"/weeks.csv":                                     3,
		page + "/env.csv":                                5,
		"/installations/0/ledger.csv":                    5,
		"/installations/0/waivers.csv":                   5,
		"/rules.csv":                                     0,
		"/repositories.csv":                              3,
		"/badge/local/shop.svg":                          1,
		"/api":                                           0,
		"/account/tokens":                                0,
		"/api/v1/openapi.json":                           0,
		"/api/v1/rules":                                  0,
		"/api/v1/installations":                          1,
		"/api/v1/installations/0":                        4,
		"/api/v1/installations/0/ledger?accounted=false": 2,
		"/api/v1/repositories?q=shop&language=Go&grade=A&class=worker&topic=x&archived=true&sort=-config": 2,
		"/api/v1/repositories?sort=change&days=30":                                                        2,
		"/api/v1/repositories/local/shop":                                                                 3,
		"/api/v1" + page:                                                                                  2,
		"/api/v1" + page + "/scores":                                                                      3,
		"/api/v1" + page + "/env":                                                                         3,
		"/api/v1" + page + "/audits?state=done":                                                           3,
		"/api/v1" + page + "/findings?limit=200":                                                          4,
		"/api/v1" + page + "/findings?state=waived&severity=high":                                         3,
		"/api/v1" + page + "/sarif":                                                                       4,
		"/api/v1/findings?rule=config/env-file-committed&limit=20":                                        3,
		"/api/v1/findings?state=closed&factor=config":                                                     2,
		"/api/v1/findings/1":                                                                              5,
		"/api/v1/audits/1":                                                                                4,
		page:                                                                                              16,
		page + "/factors/config":                                                                          9,
		page + "/findings/1":                                                                              9,
		page + "/findings/1?code=1":                                                                       10,
		page + "/findings/5":                                                                              8,
		page + "/audits/1":                                                                                11,
		page + "/audits/2?closed=2":                                                                       11,
		page + "/factors/logs?component=.":                                                                10,
	} {
		asked.take()
		if status, _, _ := b.get(t, path); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
		list := asked.take()
		if len(list) > most || len(list) == 0 && most > 0 {
			t.Errorf("%s asks %d queries, at most %d are right", path, len(list), most)
		}
		for _, query := range list {
			if plan := b.planned(t, query); strings.Contains(plan, "Seq Scan") && !strings.Contains(plan, "Seq Scan on installations") {
				t.Errorf("%s reads a whole table:\n%s\n%s", path, query.SQL, plan)
			}
		}
	}
}
