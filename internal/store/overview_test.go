package store_test

import (
	"testing"
	"time"

	"twelvefold/internal/store"
)

// TestThePastIsNotWhatHappensNow queues audits of the past, which pages show
// neither as running nor before those of later heads.
func TestThePastIsNotWhatHappensNow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	now := b.queue(t, 1)
	b.complete(t, b.start(t, now), "a")
	err := b.InTx(ctx, func(tx store.Tx) error {
		for week := range 3 {
			_, _, err := b.CreateAudit(ctx, tx, store.Local, store.NewAudit{Repository: b.repository.ID, Commit: commit(10 + week), Branch: "main", Trigger: store.Backfill,
				HeadAt: time.Now().AddDate(0, 0, -7*(week+1))}, func(store.Claim) (int64, error) { return 1, nil })
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	o, err := b.Overview(ctx, store.Within(store.Local), b.repository.ID)
	if err != nil || o.Newest == nil || o.Newest.ID != now.Audit {
		t.Errorf("newest is %+v, %v", o.Newest, err)
	}
	list, err := b.Audits(ctx, store.Local, b.repository.ID, 2)
	if err != nil || len(list) != 2 || list[0].ID != now.Audit || list[1].Commit != commit(10) {
		t.Errorf("%+v, %v", list, err)
	}
}
