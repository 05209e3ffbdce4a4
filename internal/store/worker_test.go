package store_test

import (
	"testing"
	"time"
)

// TestAJobThatKillsItsWorkersEnds: audits have five leases for it. Each turn here is
// what happens when a worker starts the job and dies of it.
func TestAJobThatKillsItsWorkersEnds(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	_, err := h.Pool().Exec(ctx, `
		INSERT INTO river_job (kind, args, queue, max_attempts, state, attempt) VALUES ('review_repository', '{}', 'github', 10, 'available', 0)`)
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		tag, err := h.Pool().Exec(ctx, `
			UPDATE river_job SET state = 'running', attempt = attempt + 1, attempted_at = now() - interval '1 minute', attempted_by = '{dead}'
			WHERE state = 'available' AND attempt < max_attempts`)
		if err != nil {
			t.Fatal(err)
		}
		if tag.RowsAffected() == 0 {
			return
		}
		if _, err := h.Rescue(ctx, 15*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	var attempt int
	if err := h.Pool().QueryRow(ctx, `SELECT attempt FROM river_job`).Scan(&attempt); err != nil {
		t.Fatal(err)
	}
	t.Errorf("it was started 1000 times, of 10 attempts it used up %d", attempt)
}
