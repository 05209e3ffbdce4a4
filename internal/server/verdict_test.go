package server_test

import (
	"fmt"
	"testing"
	"time"
)

// TestACancelledReRunIsNoVerdict: somebody asked for another audit, as a withdrawn
// waiver does; a push cancels it, and a forced push brings the commit back. The old
// verdict, which nobody trusted any more, must not stand for it.
func TestACancelledReRunIsNoVerdict(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	at := time.Now().Add(-time.Hour)
	r.taken(t, "pull_request", pulled("opened", 1, commit(1), "main", "", at))
	r.exec(t, `UPDATE audits SET state = 'done', finished_at = now() WHERE state = 'queued'`)
	r.taken(t, "check_run", fmt.Appendf(nil, `{"action": "rerequested", "installation": {"id": 5}, "check_run": {"head_sha": %q, "app": {"id": 4321}},
		"repository": {"id": 7, "name": "shop", "full_name": "acme/shop", "owner": %s, "default_branch": "main", "private": true}}`, commit(1), account))
	r.taken(t, "pull_request", pulled("synchronize", 1, commit(2), "main", "", at.Add(time.Minute)))
	r.taken(t, "pull_request", pulled("synchronize", 1, commit(1), "main", "", at.Add(2*time.Minute)))
	var queued, cancelled int
	err := r.store.Pool().QueryRow(t.Context(), `
		SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'cancelled') FROM audits WHERE commit = $1`, commit(1)).Scan(&queued, &cancelled)
	if err != nil || cancelled != 1 {
		t.Fatal(queued, cancelled, err)
	}
	if queued == 0 {
		t.Error("the audit that was asked for is cancelled, the commit is the head again, and the verdict of before it stands")
	}
}
