package jobs_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"twelvefold/internal/jobs"
	"twelvefold/internal/store"
)

// weeksAgo is within the week that ended so many weeks before the last one did.
func weeksAgo(weeks int) time.Time {
	now := time.Now().UTC().Truncate(24 * time.Hour)
	return now.AddDate(0, 0, -int(now.Weekday()+6)%7-7*weeks).Add(-30 * time.Hour)
}

// commitAt commits a change with a committer's time.
func (c checkout) commitAt(t *testing.T, at time.Time) string {
	t.Helper()
	c.write(t, map[string]string{"n.go": fmt.Sprintf("package main\n\nvar at = %d\n", at.Unix())})
	who := &object.Signature{Name: "A", Email: "a@example.com", When: at}
	id, err := c.tree.Commit("a change", &git.CommitOptions{Author: who, Committer: who})
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}

// year commits once a week, oldest first, and then just now.
func (c checkout) year(t *testing.T, weeks int) (past []string, head string) {
	t.Helper()
	for week := weeks - 1; week >= 0; week-- {
		past = append(past, c.commitAt(t, weeksAgo(week)))
	}
	return past, c.commitAt(t, time.Now())
}

// past are the commits of audits of the past in the order in which they were
// worked, once their past was asked for and nothing of it waits.
func (b *bundle) past(t *testing.T, repository int64) (commits []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		r, err := b.store.Repository(ctx, store.Local, repository)
		if err != nil {
			t.Fatal(err)
		}
		waiting, err := b.store.PastWaiting(ctx, store.Local, repository)
		if err != nil {
			t.Fatalf("waiting for the past: %v", err)
		}
		if r.Backfilled != nil && waiting == 0 {
			break
		}
		<-ticker.C
	}
	rows, err := b.store.Pool().Query(ctx, `SELECT commit FROM audits WHERE repository_id = $1 AND trigger = 'backfill' AND state = 'done' ORDER BY started_at`, repository)
	if err != nil {
		t.Fatal(err)
	}
	if commits, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		t.Fatal(err)
	}
	return commits
}

// looked waits until the past was looked at so many times.
func (b *bundle) looked(t *testing.T, times int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for b.count(t, `SELECT count(*) FROM river_job WHERE kind = 'backfill_repository' AND state = 'completed'`) < times {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("the past was not looked at %d times", times)
		}
	}
}

// local asks for an audit of a directory and waits for it.
func (b *bundle) local(t *testing.T, dir string) (store.Repository, store.Audit) {
	t.Helper()
	r, id, err := b.queue.EnqueueLocal(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return r, b.await(t, id, store.Done)
}

// backwards is a list from its end.
func backwards(list []string) []string {
	turned := make([]string, 0, len(list))
	for i := range list {
		turned = append(turned, list[len(list)-1-i])
	}
	return turned
}

func TestTheYearOfADirectory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := newCheckout(t)
	past, head := c.year(t, 40)
	b.work(t, b.store, finds)
	r, a := b.local(t, c.dir)
	if diff := cmp.Diff(backwards(past), b.past(t, r.ID)); diff != "" {
		t.Errorf("audits of the past, newest first (-want +got):\n%s", diff)
	}
	if early := b.count(t, `SELECT count(*) FROM audits WHERE trigger = 'backfill' AND started_at < $1`, *a.Finished); early != 0 {
		t.Errorf("%d audits of the past began before that of the head had ended", early)
	}
	points, err := b.store.Trend(t.Context(), store.Local, r.ID, weeksAgo(100))
	if err != nil || len(points) != 41 || points[40].Commit != head || points[0].Commit != past[0] || !points[0].At.Equal(weeksAgo(39)) {
		t.Errorf("%d points of the trend, %v", len(points), err)
	}
	o, err := b.store.Overview(t.Context(), store.Within(store.Local), r.ID)
	if err != nil || o.Newest.ID != a.ID || o.Latest.ID != a.ID {
		t.Errorf("the page shows %+v, %v; want audit %d", o.Newest, err, a.ID)
	}

	// A second run asks for nothing again.
	b.local(t, c.dir)
	b.looked(t, 2)
	if got := b.past(t, r.ID); len(got) != len(past) {
		t.Errorf("%d audits of the past after another run", len(got))
	}
	if points, err = b.store.Trend(t.Context(), store.Local, r.ID, weeksAgo(100)); err != nil || len(points) != 41 {
		t.Errorf("%d points after two runs, %v", len(points), err)
	}

	// Another branch has a past of its own.
	branch := plumbing.NewBranchReferenceName("topic")
	if err := c.tree.Checkout(&git.CheckoutOptions{Branch: branch, Hash: plumbing.NewHash(past[9]), Create: true, Force: true}); err != nil {
		t.Fatal(err)
	}
	if _, a = b.local(t, c.dir); a.Branch != "topic" || !a.HeadAt.Equal(weeksAgo(30)) {
		t.Errorf("audited %q, the head since %v", a.Branch, a.HeadAt)
	}
	if got := b.past(t, r.ID); len(got) != 40+9 {
		t.Errorf("%d audits of the past with the other branch", len(got))
	}
}

func TestPastsThatEndEarly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		weeks int
		spoil func(t *testing.T, c checkout, past []string)
		want  int
	}{
		"one commit": {0, func(*testing.T, checkout, []string) {}, 0},
		"shallow": {10, func(t *testing.T, c checkout, past []string) {
			c.git(t, "shallow", past[4]+"\n")
		}, 6},
		"detached": {10, func(t *testing.T, c checkout, past []string) {
			if err := c.tree.Checkout(&git.CheckoutOptions{Hash: plumbing.NewHash(past[7]), Force: true}); err != nil {
				t.Fatal(err)
			}
		}, 7},
		"contents of three weeks are not here": {10, func(t *testing.T, c checkout, past []string) {
			c.git(t, "config", "[core]\nrepositoryformatversion = 1\n[extensions]\npartialClone = origin\n")
			c.lose(t, past[:3])
		}, 7},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			checkout := newCheckout(t)
			past, _ := checkout.year(t, c.weeks)
			c.spoil(t, checkout, past)
			b.work(t, b.store, finds)
			r, a := b.local(t, checkout.dir)
			if got := b.past(t, r.ID); len(got) != c.want {
				t.Errorf("%d audits of the past, want %d", len(got), c.want)
			}
			if latest, err := b.store.LatestAudit(t.Context(), store.Local, r.ID); err != nil || latest.ID != a.ID {
				t.Errorf("the latest audit is %d, %v", latest.ID, err)
			}
		})
	}
}

// lose removes what n.go held at commits.
func (c checkout) lose(t *testing.T, commits []string) {
	t.Helper()
	for _, id := range commits {
		commit, err := c.repo.CommitObject(plumbing.NewHash(id))
		if err != nil {
			t.Fatal(err)
		}
		file, err := commit.File("n.go")
		if err != nil {
			t.Fatal(err)
		}
		blob := file.Hash.String()
		remove(t, filepath.Join(c.dir, ".git", "objects", blob[:2], blob[2:]))
	}
}

// TestAForkHasNoPastOfItsOwn audits a fork's head, and no more: its commits were
// made elsewhere.
func TestAForkHasNoPastOfItsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.work(t, b.store, finds)
	for i, fork := range []bool{true, false} {
		var audit int64
		err := b.store.InTx(t.Context(), func(tx store.Tx) error {
			if err := b.store.NoteInstallation(t.Context(), tx, store.Installation{ID: 7, Account: "acme", AccountID: 7, AccountType: "Organization"}); err != nil {
				return err
			}
			r, err := b.store.AdoptRepository(t.Context(), tx, 7, store.GitHubRepository{ID: int64(i + 1), Owner: "acme", Name: fmt.Sprint("shop", i), DefaultBranch: "main", Fork: fork})
			if err != nil {
				return err
			}
			audit, _, err = b.queue.Enqueue(t.Context(), tx, 7, store.NewAudit{Repository: r.ID, Commit: commit(i + 1), Branch: "main", Trigger: store.Push})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.done(t, 7, audit)
		if asked := b.count(t, `SELECT count(*) FROM river_job WHERE kind = 'backfill_repository'`); asked != i {
			t.Errorf("fork %v: %d pasts are asked for", fork, asked)
		}
	}
}

// done waits for an audit of an installation.
func (b *bundle) done(t *testing.T, installation, audit int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		a, err := b.store.Audit(ctx, installation, audit)
		if err != nil {
			t.Fatalf("waiting for audit %d: %v", audit, err)
		}
		if a.State == store.Done {
			return
		}
		<-ticker.C
	}
}

// git writes a file of the git directory.
func (c checkout) git(t *testing.T, name, content string) {
	t.Helper()
	writeFile(t, filepath.Join(c.dir, ".git", name), content)
}

// TestWhatIsCheckedOutIsTheHead goes back to an older commit, which is then what
// the page is about.
func TestWhatIsCheckedOutIsTheHead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := newCheckout(t)
	older, newer := c.commitAt(t, weeksAgo(3)), c.commitAt(t, weeksAgo(1))
	b.work(t, b.store, finds)
	began := time.Now()
	for i, want := range []string{newer, older, newer, newer} {
		if err := c.tree.Reset(&git.ResetOptions{Commit: plumbing.NewHash(want), Mode: git.HardReset}); err != nil {
			t.Fatal(err)
		}
		r, a := b.local(t, c.dir)
		latest, err := b.store.LatestAudit(t.Context(), store.Local, r.ID)
		if err != nil || latest.ID != a.ID || latest.Commit != want {
			t.Errorf("checkout %d: the latest audit is of %s, %v; want %s", i, latest.Commit, err, want)
		}
		if now := a.HeadAt.After(began); now != (i > 0) {
			t.Errorf("checkout %d is the head since %v", i, a.HeadAt)
		}
	}
}

func TestTheHeadIsAuditedOnceWhenAskedTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := newCheckout(t)
	c.commitAt(t, weeksAgo(2))
	hold := make(chan struct{})
	b.work(t, b.store, func(ctx context.Context, q jobs.Question, p func(int, int)) (store.Result, error) {
		select {
		case <-hold:
		case <-ctx.Done():
			return store.Result{}, ctx.Err()
		}
		return finds(ctx, q, p)
	})
	r, first, err := b.queue.EnqueueLocal(t.Context(), c.dir)
	if err != nil {
		t.Fatal(err)
	}
	b.await(t, first, store.Running)
	now := c.commitAt(t, time.Now().Add(-time.Second))
	for range 3 {
		if err := b.queue.AuditHead(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if asked, err := b.store.HeadAsked(t.Context(), store.Local, r.ID); err != nil || !asked && b.count(t, `SELECT count(*) FROM audits`) == 1 {
		t.Errorf("it is asked for: %v, %v", asked, err)
	}
	close(hold)
	b.await(t, first, store.Done)
	second := b.newest(t, r.ID, first)
	if second.Commit != now || second.Trigger != store.Manual {
		t.Errorf("audited %s by %s", second.Commit, second.Trigger)
	}
	b.await(t, second.ID, store.Done)
	for asked, err := true, error(nil); asked; {
		if asked, err = b.store.HeadAsked(t.Context(), store.Local, r.ID); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.count(t, `SELECT count(*) FROM audits WHERE trigger = 'manual'`); n != 2 {
		t.Errorf("%d audits", n)
	}
}

// newest waits for an audit that is newer than one and not of the past.
func (b *bundle) newest(t *testing.T, repository, than int64) store.Audit {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		o, err := b.store.Overview(ctx, store.Within(store.Local), repository)
		if err != nil {
			t.Fatalf("waiting for a newer audit: %v", err)
		}
		if o.Newest != nil && o.Newest.ID > than {
			return *o.Newest
		}
		<-ticker.C
	}
}

func TestAHeadThatCannotBeToldIsSaid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := newCheckout(t)
	c.commitAt(t, weeksAgo(2))
	b.work(t, b.store, b.engine(t, true))
	r, a := b.local(t, c.dir)
	b.past(t, r.ID)
	remove(t, c.dir)
	if err := b.queue.AuditHead(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	failed := b.await(t, b.newest(t, r.ID, a.ID).ID, store.Failed)
	if want := c.dir + " does not exist: name a directory or a git repository."; failed.Error != want || !strings.HasSuffix(failed.Commit, a.Commit) {
		t.Errorf("people read %q", failed.Error)
	}
}
