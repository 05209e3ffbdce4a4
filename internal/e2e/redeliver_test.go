package e2e

import (
	"testing"

	"twelvefold/internal/github/githubtest"
)

// TestADeliveryThatIsAlwaysRefusedIsSentMoreAndMoreSeldom: one that is refused for
// what it is, such as a form, is refused again. Every look sends all of them, which
// takes the App's hour of requests once there are a thousand.
func TestADeliveryThatIsAlwaysRefusedIsSentMoreAndMoreSeldom(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	d.audited(t, d.HeadOf("acme/shop", "main"))
	d.SendTo(d.web + "/healthz") // which takes no delivery
	d.Push("acme/shop", "main", githubtest.Files{"README.md": "# Shop\n"})
	d.Settle()
	const looks = 6
	for range looks {
		eventually(t, "the last look is over", func() bool {
			return d.number(t, `SELECT count(*) FROM river_job WHERE kind = 'ledger' AND state NOT IN ('completed', 'cancelled')`) == 0
		})
		before := d.number(t, `SELECT count(*) FROM ledger_runs`)
		if err := d.queue.Ledger(t.Context()); err != nil {
			t.Fatal(err)
		}
		eventually(t, "deliveries are looked at", func() bool { return d.number(t, `SELECT count(*) FROM ledger_runs`) > before })
		d.Settle()
	}
	if sent := len(d.Requests("POST /app/hook/deliveries/*/attempts")); sent >= looks {
		t.Errorf("%d looks asked %d times for the same refused delivery", looks, sent)
	}
}
