package e2e

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// TestTheYearBeforeTheInstallation audits a repository's past weeks, so that its
// trend and the lives of its findings begin long before it was known.
func TestTheYearBeforeTheInstallation(t *testing.T) {
	t.Parallel()
	githubtest.Git(t)
	d := startDeploy(t, githubtest.New(t), slog.LevelInfo)
	d.AddRepository(d.installation, "acme/shop", githubtest.RepositoryOptions{Private: true, Language: "Python"})
	now := d.Now()
	monday := now.Truncate(24*time.Hour).AddDate(0, 0, -int(now.Weekday()+6)%7)
	at := func(weeks int) time.Time { return monday.AddDate(0, 0, -7*weeks+1) }
	sound := soundApp["mail.py"]
	secret := githubtest.Files{"db.py": paymentToken}
	clean := githubtest.Files{"db.py": "import os\n\nPAYMENT_TOKEN = os.environ[\"PAYMENT_TOKEN\"]\n"}
	d.CommitAt("acme/shop", "main", at(60), soundApp)
	yearAgo := d.CommitAt("acme/shop", "main", at(55), unrelated)
	opened := d.CommitAt("acme/shop", "main", at(20), secret)
	d.CommitAt("acme/shop", "main", at(9), githubtest.Files{"README.md": "# Shop 1\n"})
	d.CommitAt("acme/shop", "main", at(9).Add(time.Hour), githubtest.Files{"README.md": "# Shop 2\n"})
	closed := d.CommitAt("acme/shop", "main", at(4), clean)
	head := d.CommitAt("acme/shop", "main", now, githubtest.Files{"mail.py": sound + "\n# now\n"})

	d.ForgetRequests()
	d.Install(d.installation)
	last := d.audited(t, head)
	var past []store.Audit
	eventually(t, "the past is audited", func() bool {
		list, err := d.store.Audits(t.Context(), d.installation, last.Repository, 100)
		past = slices.DeleteFunc(list, func(a store.Audit) bool { return a.Trigger != store.Backfill || a.State != store.Done })
		return err == nil && len(past) == 4
	})
	slices.SortFunc(past, func(a, b store.Audit) int { return a.HeadAt.Compare(b.HeadAt) })
	if past[0].Commit != yearAgo || past[1].Commit != opened || past[3].Commit != closed {
		t.Errorf("audited were %s, %s, %s, %s", past[0].Commit, past[1].Commit, past[2].Commit, past[3].Commit)
	}
	if *past[1].Score >= *past[0].Score || *past[3].Score <= *past[2].Score {
		t.Errorf("scores %v, %v, %v, %v", *past[0].Score, *past[1].Score, *past[2].Score, *past[3].Score)
	}
	if latest := d.audited(t, head); latest.ID != last.ID {
		t.Errorf("the latest audit is %d, of %s", latest.ID, latest.Trigger)
	}

	over, err := d.store.ClosedFindings(t.Context(), d.installation, past[3].ID)
	if err != nil || len(over) != 1 || over[0].Place.Path != "db.py" || over[0].FirstSeenAudit != past[1].ID {
		t.Errorf("closed four weeks ago: %+v, %v", over, err)
	}
	var first int64
	if err := d.store.Pool().QueryRow(t.Context(), `SELECT first_seen_audit FROM findings WHERE path = 'mail.py' AND closed_by_audit IS NULL`).Scan(&first); err != nil || first != past[0].ID {
		t.Errorf("mail.py is first seen by %d, not %d, %v", first, past[0].ID, err)
	}
	var early int
	if err := d.store.Pool().QueryRow(t.Context(), `
		SELECT count(*) FROM audits p JOIN audits h ON h.id = $1 WHERE p.trigger = 'backfill' AND p.started_at < h.finished_at`, last.ID).Scan(&early); err != nil || early != 0 {
		t.Errorf("%d audits of the past began before that of the head had ended, %v", early, err)
	}
	// At the price of the changed contents, and over git: of the API only the head's contents and tree are
	// asked for, and the tree of the past's first commit.
	if n := len(d.Requests("GET /repos/*/*/git/blobs/*")) + len(d.Requests("GET /repos/*/*/tarball/*")); n == 0 || n > 10 {
		t.Errorf("%d contents were fetched by the API", n)
	}
	if n, m := len(d.Requests("GET /repos/*/*/git/trees/*")), len(d.Requests("POST /acme/shop.git/git-upload-pack")); n != 2 || m < 3 || m > 7 {
		t.Errorf("%d trees were fetched by the API, %d packs over git", n, m)
	}

	// It is done once.
	if err := d.queue.Ledger(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.Push("acme/shop", "main", githubtest.Files{"README.md": "# Shop 3\n"})
	d.audited(t, d.HeadOf("acme/shop", "main"))
	if r := d.repository(t); r.Backfilled == nil {
		t.Error("it is not noted")
	}
	var backfills int
	if err := d.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM audits WHERE trigger = 'backfill'`).Scan(&backfills); err != nil || backfills != 4 {
		t.Errorf("%d audits of the past, %v", backfills, err)
	}
}

// TestThePastWaitsForTheHour has half of the hour's requests left for what
// people wait for.
func TestThePastWaitsForTheHour(t *testing.T) {
	t.Parallel()
	d := startDeploy(t, githubtest.New(t), slog.LevelInfo)
	d.AddRepository(d.installation, "acme/shop", githubtest.RepositoryOptions{Private: true, Language: "Python"})
	for week := range 10 {
		d.CommitAt("acme/shop", "main", d.Now().AddDate(0, 0, 7*(week-11)), githubtest.Files{"README.md": time.Duration(week).String(), "mail.py": soundApp["mail.py"]})
	}
	d.SetRemaining(2400)
	d.Install(d.installation)
	d.audited(t, d.HeadOf("acme/shop", "main"))
	pushed := d.Push("acme/shop", "main", unrelated)
	d.audited(t, pushed)
	var until *time.Time
	eventually(t, "the past waits", func() bool {
		err := d.store.Pool().QueryRow(t.Context(), `SELECT min(scheduled_at) FROM river_job WHERE kind = 'backfill_repository' AND state = 'scheduled'`).Scan(&until)
		return err == nil && until != nil
	})
	if wait := until.Sub(d.Now()); wait < 0 || wait > time.Hour+time.Minute {
		t.Errorf("it waits until %v, %v from now", until, wait)
	}
	var asked int
	if err := d.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM audits WHERE trigger = 'backfill'`).Scan(&asked); err != nil || asked != 0 {
		t.Errorf("%d audits of the past, %v", asked, err)
	}

	// One that was asked for while there was enough waits as well.
	r := d.repository(t)
	err := d.store.InTx(t.Context(), func(tx store.Tx) error {
		_, _, err := d.queue.Enqueue(t.Context(), tx, r.Installation, store.NewAudit{Repository: r.ID, Commit: d.HeadOf("acme/shop", "main"), Branch: "main", Trigger: store.Backfill, HeadAt: d.Now().AddDate(0, 0, -7)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "its job waits for the next hour", func() bool {
		var waits int
		err := d.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'audit' AND queue = 'backfill' AND state = 'scheduled'`).Scan(&waits)
		return err == nil && waits == 1
	})
	if err := d.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM audits WHERE trigger = 'backfill' AND state = 'queued'`).Scan(&asked); err != nil || asked != 1 {
		t.Errorf("%d audits wait, %v", asked, err)
	}
}
