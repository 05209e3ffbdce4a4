package store_test

import (
	"testing"
	"time"

	"twelvefold/internal/store"
)

// TestRepositoriesThatCanNotBeReviewedStarveNoOther: of one account GitHub refuses
// to tell anything, as with an allow list of addresses, so that NoteReviewed is never
// reached for it.
func TestRepositoriesThatCanNotBeReviewedStarveNoOther(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	if err := h.NoteReviewed(ctx, acme, h.shop.ID); err != nil {
		t.Fatal(err)
	}
	const most = 500 // as a look of the ledger asks for
	_, err := h.Pool().Exec(ctx, `
		INSERT INTO repositories (installation_id, origin, owner, name, default_branch, github_id)
		SELECT $1, 'github', 'globex', 'app' || n, 'main', 1000 + n FROM generate_series(1, $2::int) n`, globex, most)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Pool().Exec(ctx, `UPDATE repositories SET reviewed_at = now() - interval '3 days' WHERE id = $1`, h.shop.ID); err != nil {
		t.Fatal(err)
	}
	for look := range 3 { // every ten minutes, for ever: nothing of globex's is noted as reviewed
		var list []store.Repository
		h.in(t, func(tx store.Tx) (err error) { list, err = h.ToReview(ctx, tx, time.Hour, most); return err })
		for _, r := range list {
			if r.ID == h.shop.ID {
				return
			}
		}
		t.Logf("look %d: %d repositories, none is acme/shop, which waits for 3 days", look+1, len(list))
	}
	t.Error("acme/shop is never compared with GitHub any more")
}
