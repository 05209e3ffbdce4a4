package e2e

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// TestNothingIsLost has many pushes and pull requests told of with a fifth of
// the deliveries twice, a tenth out of order and some that never arrive, while a
// twentieth of all requests to GitHub goes wrong and Postgres is restarted three
// times. In the end every head is audited, and none ever had two check runs.
// DELIVERIES says how many; the default keeps the test short.
func TestNothingIsLost(t *testing.T) {
	deliveries, patience := 300, 2*time.Minute
	hub := githubtest.New(t)
	if n, err := strconv.Atoi(os.Getenv("DELIVERIES")); err == nil {
		deliveries, patience = n, time.Hour
		hub = githubtest.NewUnchecked(t) // checking each request takes longer than the request
		hub.SetHourly(1_000_000)         // else the hours are waited for: 5,000 requests each
	} else {
		t.Parallel()
	}
	postgres := newRestarting(t)
	d := startDeployOver(t, postgres.store(t), hub, slog.LevelWarn)
	d.Advance(-time.Duration(2*deliveries) * time.Second) // each event is a second after the last, none in the future
	repositories := max(4, min(40, deliveries/50))
	name := func(i int) string { return fmt.Sprintf("acme/app%02d", i) }
	for i := range repositories {
		d.AddRepository(d.installation, name(i), githubtest.RepositoryOptions{Private: true})
		d.Commit(name(i), "main", soundApp)
	}
	d.Install(d.installation)
	eventually(t, "all are audited once", func() bool {
		heads, err := d.store.LedgerHeads(t.Context(), d.installation)
		return err == nil && len(heads) == repositories && done(heads) == repositories
	})

	d.Hold()
	open := d.happens(deliveries, repositories, name)
	d.Advance(-time.Until(d.Now()))
	for _, f := range []githubtest.Fault{
		{Status: 500, Chance: .01}, {Status: 502, Chance: .01}, githubtest.SecondaryLimit("", time.Second), githubtest.TooMany("", time.Second),
		{Cut: true, Chance: .01}, {Lost: true, Chance: .01},
	} {
		if f.Times = -1; f.Chance == 0 {
			f.Chance = .005
		}
		d.Inject(f)
	}
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		for range 3 {
			time.Sleep(300 * time.Millisecond)
			postgres.restart(t)
		}
	}()
	began := time.Now()
	sent := d.Release(githubtest.Disorder{Seed: 12, Duplicates: .2, Reordered: .1, Lost: .05, AtATime: 8})
	took := time.Since(began)
	<-stop
	t.Logf("%d requests for %d deliveries in %.1f s: %.0f a second", sent, deliveries, took.Seconds(), float64(sent)/took.Seconds())

	d.Heal()
	deadline := time.Now().Add(patience)
	for asked := began; ; time.Sleep(200 * time.Millisecond) {
		missing := d.missing(t, repositories, name, open)
		if missing == "" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %v: %s\nunfinished jobs: %s", patience, missing, d.unfinished(t))
		}
		if time.Since(asked) > 5*time.Second { // in production every ten minutes
			asked = time.Now()
			d.exec(t, `UPDATE redeliveries SET due_at = now()`)
			if err := d.queue.Ledger(t.Context()); err != nil {
				t.Logf("asking for the ledger: %v", err)
			}
		}
	}
	heads, err := d.store.LedgerHeads(t.Context(), d.installation)
	if err != nil || done(heads) != len(heads) {
		t.Errorf("%d of %d heads are audited, %v", done(heads), len(heads), err)
	}
	checked := d.oneCheckEach(t)
	run, err := d.store.LastLedgerRun(t.Context())
	t.Logf("%d heads, all audited, and %d that pull requests ever had, with one check run at most, %.1f s after the last delivery; the last look for failed deliveries found %d (%v)", len(heads), checked, time.Since(began.Add(took)).Seconds(), run.Failed, err)
}

// oneCheckEach looks at all heads that pull requests ever had, and says how many
// have a check run: none has two.
func (d *deploy) oneCheckEach(t *testing.T) (checked int) {
	t.Helper()
	rows, err := d.store.Pool().Query(t.Context(), `
		SELECT DISTINCT r.owner || '/' || r.name, a.commit FROM audits a JOIN repositories r ON r.id = a.repository_id WHERE a.trigger = 'pull_request'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, commit string
		if err := rows.Scan(&name, &commit); err != nil {
			t.Fatal(err)
		}
		switch n := len(d.Checks(name, commit)); {
		case n > 1:
			t.Errorf("%d check runs on %s of %s", n, commit, name)
		case n == 1:
			checked++
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return checked
}

func done(heads []store.LedgerHead) (n int) {
	for _, h := range heads {
		if h.State == store.Done {
			n++
		}
	}
	return n
}

// happens makes things happen on GitHub until about so many deliveries tell of
// them, and returns the numbers of the pull requests that stay open.
func (d *deploy) happens(deliveries, repositories int, name func(int) string) map[string][]int {
	r := rand.New(rand.NewPCG(12, 12))
	open := map[string][]int{}
	branches := map[string][]string{}
	for n := 0; d.Waiting() < deliveries; n++ {
		d.Advance(time.Second)
		repository := name(r.IntN(repositories))
		change := githubtest.Files{fmt.Sprintf("part%03d.py", r.IntN(200)): fmt.Sprintf("import os\n\nVALUE = os.environ[\"VALUE_%d\"]\n", n)}
		switch branch := fmt.Sprintf("topic-%d", n); {
		case r.IntN(5) == 0:
			d.Branch(repository, branch, d.HeadOf(repository, "main"))
			d.Push(repository, branch, change)
			open[repository] = append(open[repository], d.OpenPullRequest(repository, githubtest.PullRequest{Branch: branch}))
			branches[repository] = append(branches[repository], branch)
		case r.IntN(2) == 0 && len(branches[repository]) > 0:
			d.Push(repository, branches[repository][r.IntN(len(branches[repository]))], change)
		default:
			d.Push(repository, "main", change)
		}
	}
	return open
}

// missing says what is not as it must be yet, or "".
func (d *deploy) missing(t *testing.T, repositories int, name func(int) string, open map[string][]int) string {
	t.Helper()
	heads, err := d.store.LedgerHeads(t.Context(), d.installation)
	if err != nil {
		return err.Error() // the database is away
	}
	byLine := map[string]store.LedgerHead{}
	for _, h := range heads {
		byLine[h.FullName+" "+h.Line] = h
	}
	for i := range repositories {
		if h := byLine[name(i)+" main"]; h.Commit != d.HeadOf(name(i), "main") || h.State != store.Done {
			return fmt.Sprintf("%s main is %+v", name(i), h)
		}
		for _, number := range open[name(i)] {
			h := byLine[fmt.Sprintf("%s refs/pull/%d", name(i), number)]
			if h.State != store.Done {
				return fmt.Sprintf("%s #%d is %+v", name(i), number, h)
			}
			checks := d.Checks(name(i), h.Commit)
			if len(checks) > 1 {
				t.Fatalf("%d check runs on %s of %s", len(checks), h.Commit, name(i))
			}
			if len(checks) == 0 || checks[0].Status != "completed" {
				return fmt.Sprintf("the check run of %s #%d is %+v", name(i), number, checks)
			}
		}
	}
	return ""
}

// unfinished lists the jobs that are still to do something.
func (d *deploy) unfinished(t *testing.T) (list string) {
	t.Helper()
	err := d.store.Pool().QueryRow(t.Context(), `
		SELECT coalesce(string_agg(format('%s %s %s attempt %s at %s: %s', kind, args, state, attempt, scheduled_at, errors[array_upper(errors, 1)] ->> 'error'), E'\n'), '')
		FROM river_job WHERE state NOT IN ('completed', 'cancelled')`).Scan(&list)
	if err != nil {
		return err.Error()
	}
	return list
}
