package jobs_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/store"
)

// TestTwoFirstWordsOfAPullRequestInOneSecond come at once, by two processes: of two
// states of one second nobody knows the later, so that GitHub is asked.
func TestTwoFirstWordsOfAPullRequestInOneSecond(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	told := func(head int) store.PullRequest {
		return store.PullRequest{Repository: b.repository.ID, Number: 1, State: store.PullOpen, Head: commit(head), BaseBranch: "main", Changed: time.Unix(1_790_000_000, 0)}
	}
	second := make(chan error, 1)
	err := pgx.BeginFunc(ctx, b.store.Pool(), func(tx pgx.Tx) error {
		if _, err := b.queue.PullHead(ctx, tx, b.repository, told(2)); err != nil { // the later state
			return err
		}
		go func() {
			second <- pgx.BeginFunc(ctx, b.store.Pool(), func(tx pgx.Tx) error {
				_, err := b.queue.PullHead(ctx, tx, b.repository, told(1))
				return err
			})
		}()
		for b.count(t, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	head := ""
	if err := b.store.Pool().QueryRow(ctx, `SELECT head FROM pull_requests`).Scan(&head); err != nil {
		t.Fatal(err)
	}
	if n := b.count(t, `SELECT count(*) FROM river_job WHERE kind = 'review_repository'`); n == 0 && head != commit(2) {
		t.Errorf("the older state won, the audit of the newer head is %s, and GitHub is not asked", cancelled(t, b))
	}
}

func cancelled(t *testing.T, b *bundle) (state string) {
	t.Helper()
	if err := b.store.Pool().QueryRow(t.Context(), `SELECT state FROM audits WHERE commit = $1`, commit(2)).Scan(&state); err != nil {
		t.Fatal(err)
	}
	return state
}
