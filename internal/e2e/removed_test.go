package e2e

import (
	"testing"
	"time"

	"twelvefold/internal/github/githubtest"
)

// TestAskingForAnAuditBringsNothingBack: a public repository is taken from the
// installation while GitHub is asked where it is, which GitHub tells anybody.
func TestAskingForAnAuditBringsNothingBack(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	d.audited(t, d.HeadOf("acme/shop", "main"))
	d.SetRepository("acme/shop", "publicized")
	eventually(t, "it is public", func() bool {
		return d.number(t, `SELECT count(*) FROM repositories WHERE NOT private`) == 1 && d.unfinished(t) == ""
	})
	r := d.repository(t)
	d.ForgetRequests()
	d.Inject(githubtest.Fault{Match: "GET /repositories/*", Delay: 12 * time.Second})
	if err := d.queue.AuditHead(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	eventually(t, "GitHub is asked", func() bool { return len(d.Requests("GET /repositories/*")) > 0 })
	d.Remove(d.installation, "acme/shop")
	const refreshed = `SELECT count(*) FROM river_job WHERE kind = 'refresh_installation' AND state NOT IN ('completed', 'cancelled')`
	eventually(t, "it is gone", func() bool {
		return d.number(t, `SELECT count(*) FROM repositories WHERE gone_at IS NOT NULL`) == 1 && d.number(t, refreshed) == 0
	})
	d.settles(t, "all is done")
	if n := d.number(t, `SELECT count(*) FROM repositories WHERE gone_at IS NULL`); n != 0 {
		t.Errorf("it is back, and audited %d times, though the installation does not have it", d.number(t, `SELECT count(*) FROM audits`))
	}
}
