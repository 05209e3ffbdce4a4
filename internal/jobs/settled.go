package jobs

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/store"
)

// errSuspended says that an account suspended the App: nothing is asked for it.
var errSuspended = errors.New("the App is suspended")

// settled fills in what people settled on the dashboard. The error is Later while
// the account suspends the App.
func (w *auditWorker) settled(ctx context.Context, q *Question) (err error) {
	if q.Waivers, err = w.waivers(ctx, q.Repository); err != nil || q.Repository.Origin != store.FromGitHub {
		return err
	}
	account, err := w.store.Installation(ctx, q.Repository.Installation)
	if err == nil && account.Suspended {
		return Later{time.Now().Add(suspendedFor), errSuspended}
	}
	q.Gate = account.Gate
	return err
}

func (w *auditWorker) waivers(ctx context.Context, r store.Repository) ([]audit.Waiver, error) {
	return w.store.AuditWaivers(ctx, r.Installation, r.ID, engine.Today(w.now()))
}

// rewaived reports whether waivers were made or withdrawn while the audit ran. It
// is asked while the audit holds the lock that those wait for. What is history is
// left as it is.
func (w *auditWorker) rewaived(ctx context.Context, a store.Audit, q Question) (bool, error) {
	if a.Trigger == store.Backfill {
		return false, nil
	}
	now, err := w.waivers(ctx, q.Repository)
	return !slices.Equal(now, q.Waivers), err
}

// AuditAgain asks, inside the caller's transaction, for another audit of what an
// audit was of: of a pull request as it is now.
func (q *Queue) AuditAgain(ctx context.Context, tx pgx.Tx, r store.Repository, a store.Audit) error {
	if a.PullRequest == 0 {
		_, _, err := q.Enqueue(ctx, tx, r.Installation, store.NewAudit{Repository: r.ID, Commit: a.Commit, Branch: a.Branch, Trigger: store.Manual, HeadAt: a.HeadAt})
		return err
	}
	pull, err := q.store.In(tx).PullRequest(ctx, r.Installation, a.PullRequest)
	if err != nil || pull.State != store.PullOpen || pull.Head != a.Commit {
		return err
	}
	_, err = q.PullAudit(ctx, tx, r, pull)
	return err
}

// Waive asks, inside the caller's transaction, for whatever a waiver changes to
// be audited again: the default branch as it was audited last, and the heads of
// open pull requests that bring what the waiver names, in its path or not: one that
// takes a finding out of the path is new by the waiver alone.
func (q *Queue) Waive(ctx context.Context, tx pgx.Tx, r store.Repository, w audit.Waiver) error {
	latest, err := q.store.In(tx).LatestAudit(ctx, r.Installation, r.ID)
	if err == nil {
		err = q.AuditAgain(ctx, tx, r, latest)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	findings, err := q.store.In(tx).PullFindings(ctx, r.Installation, r.ID, w.Fingerprint)
	if err != nil {
		return err
	}
	asked := map[int64]bool{}
	for _, f := range findings {
		if asked[f.Pull] || !w.Names(f.Finding) {
			continue
		}
		asked[f.Pull] = true
		pull, err := q.store.In(tx).PullRequest(ctx, r.Installation, f.Pull)
		if err != nil {
			return err
		}
		if _, err := q.PullAudit(ctx, tx, r, pull); err != nil {
			return err
		}
	}
	return nil
}
