package e2e

import (
	"testing"
	"time"

	"twelvefold/internal/github/githubtest"
)

// TestAComparisonThatIsLimitedKeepsWhatItLearnt: hundreds of pull requests were
// closed while deliveries were lost, and the hour's requests end in the middle. Where
// the next try begins from nothing, it ends in the same place, for ever.
func TestAComparisonThatIsLimitedKeepsWhatItLearnt(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	d.audited(t, d.HeadOf("acme/shop", "main"))
	d.settles(t, "all is done")
	const closed, answered = 60, 40
	d.exec(t, `
		INSERT INTO pull_requests (repository_id, number, title, author, state, draft, head, head_branch, head_repository, base_branch, merge_commit, changed_at)
		SELECT r.id, 1000 + n, 't', 'a', 'open', false, lpad(n::text, 40, '0'), 'b', '', 'main', '', now() - interval '1 day'
		FROM repositories r CROSS JOIN generate_series(1, $1::int) n`, closed)
	d.ForgetRequests()
	limit := githubtest.PrimaryLimit("GET /repos/*/*/pulls/*", d.Now().Add(time.Hour))
	limit.Skip = answered
	d.Inject(limit)
	d.compare(t)
	eventually(t, "the comparison waits for the next hour", func() bool {
		return d.number(t, `SELECT count(*) FROM river_job WHERE kind = 'review_repository' AND state = 'scheduled'`) == 1
	})
	asked := len(d.Requests("GET /repos/*/*/pulls/*"))
	if open := d.number(t, `SELECT count(*) FROM pull_requests WHERE state = 'open'`); open == closed {
		t.Errorf("%d pull requests were asked for, and all %d are as before: the next hour's requests go the same way", asked, open)
	}
}
