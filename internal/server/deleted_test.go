package server_test

import (
	"fmt"
	"testing"
	"time"

	"twelvefold/internal/store"
)

// TestALateEndOfARepositoryIsAskedFor: it was deleted, restored by its owner and
// listed again, and only now its end is delivered.
func TestALateEndOfARepositoryIsAskedFor(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.taken(t, "push", pushed(commit(1), time.Now().Add(-time.Hour)))
	listed := store.GitHubRepository{ID: 7, Owner: "acme", Name: "shop", DefaultBranch: "main", Private: true}
	err := r.store.InTx(t.Context(), func(tx store.Tx) error { _, err := r.store.AdoptRepository(t.Context(), tx, 5, listed); return err })
	if err != nil {
		t.Fatal(err)
	}
	r.exec(t, `DELETE FROM river_job`)
	r.taken(t, "repository", fmt.Appendf(nil, `{"action": "deleted", "installation": {"id": 5}, "sender": {"id": 9, "login": "octo"},
		"repository": {"id": 7, "name": "shop", "full_name": "acme/shop", "owner": %s, "default_branch": "main", "private": true}}`, account))
	known, err := r.store.RepositoryNamed(t.Context(), 5, "acme", "shop")
	if (err != nil || known.Gone != nil) && r.jobs(t, "refresh_installation") == 0 {
		t.Errorf("a late delivery ends it, and GitHub is not asked: gone at %v, %v", known.Gone, err)
	}
}
