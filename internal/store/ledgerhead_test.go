package store_test

import (
	"testing"
	"time"

	"twelvefold/internal/store"
)

// TestTheStripAndTheLedgerCountTheSame of a pull request whose base was changed
// since it was audited.
func TestTheStripAndTheLedgerCountTheSame(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	h.in(t, func(tx store.Tx) error {
		p, _, err := h.NotePullRequest(ctx, tx, acme, store.PullRequest{Repository: h.shop.ID, Number: 1, State: store.PullOpen, Head: commit(1), BaseBranch: "main", Changed: time.Now()})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO audits (repository_id, commit, branch, trigger, pull_request, base_branch, state, finished_at)
			VALUES ($1, $2, 'refs/pull/1', 'pull_request', $3, 'main', 'failed', now())`, h.shop.ID, commit(1), p.ID)
		if err != nil {
			return err
		}
		p.BaseBranch, p.Changed = "next", p.Changed.Add(time.Second)
		_, _, err = h.NotePullRequest(ctx, tx, acme, p)
		return err
	})
	list, err := h.LedgerHeads(ctx, acme)
	if err != nil {
		t.Fatal(err)
	}
	unaccounted := 0
	for _, head := range list {
		if !head.Accounted() {
			unaccounted++
		}
	}
	counted, err := h.CountHeads(ctx, store.Within(acme), []int64{acme})
	if err != nil || counted.Unaccounted != unaccounted || counted.All != len(list) {
		t.Errorf("the ledger has %d of %d unaccounted for, the first page %d of %d, %v", unaccounted, len(list), counted.Unaccounted, counted.All, err)
	}
}

// TestTheLedgerTellsOfRepositoriesThatWereNeverCompared: GitHub listed one, and no
// comparison came to its end, so that its head isn't known. To say that all heads
// are accounted for is not true.
func TestTheLedgerTellsOfRepositoriesThatWereNeverCompared(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	h.in(t, func(tx store.Tx) error { _, err := h.AdoptRepository(ctx, tx, acme, shop); return err })
	if _, err := h.Pool().Exec(ctx, `UPDATE repositories SET created_at = now() - interval '3 days'`); err != nil {
		t.Fatal(err)
	}
	list, err := h.LedgerHeads(ctx, acme)
	if err != nil || len(list) == 0 {
		t.Errorf("acme/shop was never compared for 3 days, and the ledger has %d heads of it, %v: all of them are accounted for", len(list), err)
	}
}
