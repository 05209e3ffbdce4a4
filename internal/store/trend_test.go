package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// heads adds done audits of a branch, so many a day for so many days from a time
// on; commits count from 1.
func heads(t *testing.T, s *store.Store, repository int64, branch string, from time.Time, days, each int) {
	t.Helper()
	_, err := s.Pool().Exec(t.Context(), `
		INSERT INTO audits (repository_id, commit, branch, trigger, state, head_at, finished_at, ruleset, score, cells)
		SELECT $1, lpad(to_hex(day * $5 + n + 1), 40, '0'), $2, 'backfill', 'done', $3::timestamptz + day * interval '1 day' + n * interval '1 minute', now(),
		       'r' || day / 100, day % 100, '[{"factor": "codebase", "status": "assessed", "score": 50, "worst": 50}]'
		FROM generate_series(0, $4 - 1) AS day, generate_series(0, $5 - 1) AS n`, repository, branch, from, days, each)
	if err != nil {
		t.Fatal(err)
	}
}

func local(t *testing.T, s *store.Store, dir string) int64 {
	t.Helper()
	r, err := s.UpsertLocal(t.Context(), dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}

func TestTrend(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ctx := t.Context()
	shop, mill := local(t, s, "/src/shop"), local(t, s, "/src/mill")
	start := time.Date(2024, 1, 1, 10, 0, 0, 0, time.UTC)
	heads(t, s, shop, "main", start, 365, 3)
	heads(t, s, shop, "topic", start, 20, 1)
	heads(t, s, mill, "main", start, 3, 1)

	points, err := s.Trend(ctx, store.Local, shop, start)
	if err != nil {
		t.Fatal(err)
	}
	if len(points) < store.TrendPoints || len(points) > store.TrendPoints+1 {
		t.Errorf("a year of days is thinned to %d points", len(points))
	}
	first, last := points[0], points[len(points)-1]
	if !first.At.Equal(start.Add(2*time.Minute)) || !last.At.Equal(start.AddDate(0, 0, 364).Add(2*time.Minute)) || last.Commit != strings.Repeat("0", 37)+"447" || last.Ruleset != "r3" || *last.Score != 64 || len(last.Cells) != 1 {
		t.Errorf("from %+v to %+v", first, last)
	}
	for i := 1; i < len(points); i++ {
		if points[i].At.Sub(points[i-1].At) < 24*time.Hour {
			t.Errorf("%v and %v are of one day, or out of order", points[i-1].At, points[i].At)
		}
	}
	for days, want := range map[int]int{-1: 0, 0: 1, 30: 31, 119: 120} {
		since := start.AddDate(0, 0, 364-days)
		if got, err := s.Trend(ctx, store.Local, shop, since); err != nil || len(got) != want {
			t.Errorf("the last %d days have %d points, %v; want %d", days, len(got), err, want)
		}
	}
	if got, err := s.Trend(ctx, 7, shop, start); err != nil || len(got) != 0 {
		t.Errorf("another installation sees %d points, %v", len(got), err)
	}
	if got, err := s.Trend(ctx, store.Local, mill, start); err != nil || len(got) != 3 {
		t.Errorf("another repository has %d points, %v", len(got), err)
	}
}

// TestTheTrendIsAnsweredByItsIndex looks at the plans where there is much else.
func TestTheTrendIsAnsweredByItsIndex(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	start := time.Date(2024, 1, 1, 10, 0, 0, 0, time.UTC)
	shop := local(t, s, "/src/shop")
	heads(t, s, shop, "main", start, 365, 1)
	for _, dir := range []string{"/src/a", "/src/b", "/src/c", "/src/d", "/src/e", "/src/f", "/src/g", "/src/h"} {
		heads(t, s, local(t, s, dir), "main", start, 365, 4)
	}
	_, err := s.Pool().Exec(t.Context(), `
		INSERT INTO river_job (kind, args, queue, state, max_attempts, finalized_at)
		SELECT 'audit', jsonb_build_object('installation', 0, 'audit', n, 'lease', 1), CASE n % 3 WHEN 0 THEN 'backfill' ELSE 'github' END,
		       CASE n % 3 WHEN 0 THEN 'available' ELSE 'completed' END::river_job_state, 5, CASE n % 3 WHEN 0 THEN NULL ELSE now() END
		FROM generate_series(1, 20000) AS n`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pool().Exec(t.Context(), `VACUUM ANALYZE audits, repositories, river_job`); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		sql, index string
		arguments  []any
	}{
		"trend":        {store.TrendSQL, "Index Only Scan using audits_done on audits", []any{store.Local, shop, start, store.TrendPoints}},
		"head asked":   {store.HeadAskedSQL, " using river_job", []any{store.Local, shop, store.HeadJob}},
		"past waiting": {store.PastWaitingSQL, " using audits_", []any{store.Local, shop}},
	} {
		rows, err := s.Pool().Query(t.Context(), "EXPLAIN "+c.sql, c.arguments...)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		plan := strings.Join(lines, "\n")
		if strings.Contains(plan, "Seq Scan on audits") || strings.Contains(plan, "Seq Scan on river_job") || !strings.Contains(plan, c.index) {
			t.Errorf("%s has another plan than expected:\n%s", what, plan)
		}
	}
}

func TestPastWaiting(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	_, err := b.Pool().Exec(ctx, `
		INSERT INTO audits (repository_id, commit, branch, trigger, state, finished_at)
		SELECT $1, lpad(n::text, 40, '0'), CASE n WHEN 5 THEN 'topic' ELSE 'main' END, CASE n WHEN 4 THEN 'manual' ELSE 'backfill' END,
		       CASE n WHEN 1 THEN 'running' WHEN 2 THEN 'done' ELSE 'queued' END, CASE n WHEN 2 THEN now() END
		FROM generate_series(1, 6) AS n`, b.repository.ID)
	if err != nil {
		t.Fatal(err)
	}
	mine, err1 := b.PastWaiting(ctx, store.Local, b.repository.ID)
	others, err2 := b.PastWaiting(ctx, 7, b.repository.ID)
	if diff := cmp.Diff([]int{3, 0}, []int{mine, others}); diff != "" || err1 != nil || err2 != nil {
		t.Errorf("%v, %v, waiting (-want +got):\n%s", err1, err2, diff)
	}
}
