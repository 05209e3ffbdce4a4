package store_test

import (
	"context"
	"testing"
	"time"

	"twelvefold/internal/store"
)

// TestTheFirstPublishingKeepsNoOtherWaiting: it holds the check while GitHub is
// asked, which may take minutes; the next job is told so at once and comes back,
// rather than to keep a worker and a connection.
func TestTheFirstPublishingKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.in(t, func(first store.Tx) error {
		if _, ok, err := h.LockCheck(t.Context(), first, acme, h.shop.ID, commit(1)); err != nil || !ok {
			t.Fatal(ok, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		err := h.InTx(ctx, func(second store.Tx) error {
			_, ok, err := h.LockCheck(ctx, second, acme, h.shop.ID, commit(1))
			if ok {
				t.Error("two have it")
			}
			return err
		})
		if err != nil {
			t.Errorf("it waits until the first has ended: %v", err)
		}
		return nil
	})
}
