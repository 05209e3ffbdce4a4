package server_test

import (
	"testing"
	"time"
)

// TestTwoPushesOfOneSecond have no order that a delivery tells: GitHub is asked, as
// it is for pull requests.
func TestTwoPushesOfOneSecond(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	at := time.Now().Add(-time.Hour)
	r.taken(t, "push", pushed(commit(2), at)) // the later one comes first
	r.exec(t, `UPDATE repositories SET reviewed_at = now()`)
	r.taken(t, "push", pushed(commit(1), at))
	known, err := r.store.RepositoryNamed(t.Context(), 5, "acme", "shop")
	if err != nil {
		t.Fatal(err)
	}
	if known.Head != commit(2) && r.jobs(t, "review_repository") == 0 {
		t.Errorf("the older of two pushes, told later, is the head %s now, and GitHub is not asked", known.Head[36:])
	}
}
