package jobs

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"twelvefold/internal/github"
	"twelvefold/internal/report"
	"twelvefold/internal/store"
)

// scanTool is what code scanning calls this program.
const scanTool = "Twelvefold"

// How often GitHub is asked what became of an upload: after a second, then twice
// as long each time, up to ten minutes; for two hours and a half in all.
const (
	mostAsked    = 25
	longestAsked = 10 * time.Minute
)

// UploadArgs ask for what an audit found to be uploaded to code scanning.
type UploadArgs struct {
	Installation int64 `json:"installation"`
	Upload       int64 `json:"upload"`
	Audit        int64 `json:"audit"` // whose it is; that of a later one has a job of its own
}

// Kind names the job in River's table.
func (UploadArgs) Kind() string { return "upload" }

// InsertOpts let check runs go first.
func (UploadArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueGitHub, Priority: second, MaxAttempts: twoDays}
}

// packed is what an audit uploads, nil when nobody wants it: what is history is not
// uploaded, nor what a directory of this machine holds. It is made of the audit as
// it is, before anything is left out of what the store keeps.
func (w *auditWorker) packed(ctx context.Context, a store.Audit, q Question, result store.Result) (*store.NewUpload, error) {
	ref := scanRef(a, q)
	if ref == "" || a.Trigger == store.Backfill || q.Repository.Origin != store.FromGitHub {
		return nil, nil
	}
	scanning, err := w.store.Scanning(ctx, q.Repository.Installation, q.Repository.ID)
	if err != nil || !scanning.Wanted {
		return nil, err
	}
	u, err := report.UploadOf(result.Audit, w.rules, w.version)
	if err != nil {
		return nil, fmt.Errorf("making the SARIF of audit %d: %w", a.ID, err)
	}
	digest := sha256.Sum256(u.Gzip)
	return &store.NewUpload{Audit: a.ID, Ref: ref, Commit: a.Commit, SARIF: u.Gzip, Digest: digest[:], Findings: u.Findings, LeftOut: u.LeftOut}, nil
}

// scanRef is the ref that code scanning shows an audit at; "" for none.
func scanRef(a store.Audit, q Question) string {
	switch {
	case q.Pull != nil:
		return pullRef(q.Pull.Number)
	case a.Branch != "" && a.Branch == q.Repository.DefaultBranch:
		return "refs/heads/" + a.Branch
	}
	return ""
}

// pullRef is the ref of a pull request's head.
func pullRef(number int) string { return fmt.Sprintf("refs/pull/%d/head", number) }

// upload asks, inside the transaction that keeps an audit's result, for its upload.
func (q *Queue) upload(ctx context.Context, tx pgx.Tx, r store.Repository, n *store.NewUpload) error {
	if n == nil {
		return nil
	}
	id, err := q.store.AddUpload(ctx, tx, r.Installation, r.ID, *n)
	if err != nil || id == 0 {
		return err
	}
	_, err = q.client.InsertTx(ctx, tx, UploadArgs{r.Installation, id, n.Audit}, nil)
	return err
}

// Scan asks, inside the caller's transaction, for the default branch to be audited
// again as it was last, so that it is uploaded.
func (q *Queue) Scan(ctx context.Context, tx pgx.Tx, r store.Repository) error {
	latest, err := q.store.In(tx).LatestAudit(ctx, r.Installation, r.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return q.AuditAgain(ctx, tx, r, latest)
}

type uploadWorker struct {
	river.WorkerDefaults[UploadArgs]
	store *store.Store
	app   *github.App
	log   *slog.Logger
}

// Timeout is River's limit for one attempt.
func (w *uploadWorker) Timeout(*river.Job[UploadArgs]) time.Duration { return 5 * time.Minute }

// Work sends an upload, then asks what became of it. It may run twice: an upload
// that is sent again replaces itself.
func (w *uploadWorker) Work(ctx context.Context, job *river.Job[UploadArgs]) error {
	u, err := w.store.Upload(ctx, job.Args.Installation, job.Args.Upload)
	if errors.Is(err, store.ErrNotFound) || err == nil && job.Args.over(u) {
		return nil
	}
	if err != nil {
		return err
	}
	r, err := w.store.Repository(ctx, job.Args.Installation, u.Repository)
	if err != nil {
		return err
	}
	if u.State == store.UploadWaiting {
		return w.sendAlone(ctx, job, r, u.Ref)
	}
	return w.moved(ctx, job, r, &u, w.ask(ctx, r, &u))
}

// over reports whether an upload is no longer this job's to move.
func (a UploadArgs) over(u store.Upload) bool { return u.Ended != nil || u.Audit != a.Audit }

// sendAlone sends an upload while no other worker sends one of its ref, and unless
// something newer is known then: GitHub shows of a ref what came last.
func (w *uploadWorker) sendAlone(ctx context.Context, job *river.Job[UploadArgs], r store.Repository, ref string) error {
	return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
		ok, err := w.store.LockRef(ctx, tx, r.ID, ref)
		if err != nil {
			return err
		}
		if !ok {
			return river.JobSnooze(time.Second)
		}
		u, err := w.store.Upload(ctx, r.Installation, job.Args.Upload) // another worker may have sent it
		if err != nil || job.Args.over(u) || u.State != store.UploadWaiting {
			return err
		}
		current, err := w.current(ctx, r, u)
		if err != nil {
			return err
		}
		if !current {
			u.State = store.UploadSuperseded
			return w.store.SaveUpload(ctx, r.Installation, u)
		}
		return w.moved(ctx, job, r, &u, w.send(ctx, r, &u))
	})
}

// moved keeps how far an upload came, or why it did not.
func (w *uploadWorker) moved(ctx context.Context, job *river.Job[UploadArgs], r store.Repository, u *store.Upload, err error) error {
	if err == nil {
		return w.saved(ctx, r, *u)
	}
	return w.refused(ctx, job, r, *u, refusal(err))
}

// current reports whether nothing newer than an upload is known: of the default
// branch the last head that was audited, of a pull request its open head.
func (w *uploadWorker) current(ctx context.Context, r store.Repository, u store.Upload) (bool, error) {
	if r.Gone != nil {
		return false, nil
	}
	a, err := w.store.Audit(ctx, r.Installation, u.Audit)
	if err != nil {
		return false, err
	}
	if a.PullRequest != 0 {
		pull, err := w.store.PullRequest(ctx, r.Installation, a.PullRequest)
		return err == nil && pull.State == store.PullOpen && pull.Head == u.Commit, err
	}
	latest, err := w.store.LatestAudit(ctx, r.Installation, r.ID)
	if errors.Is(err, store.ErrNotFound) { // the default branch is another one now
		return false, nil
	}
	return err == nil && latest.Commit == u.Commit && "refs/heads/"+latest.Branch == u.Ref, err
}

// send gives GitHub an upload.
func (w *uploadWorker) send(ctx context.Context, r store.Repository, u *store.Upload) error {
	content, err := w.store.UploadContent(ctx, r.Installation, *u)
	if err != nil {
		return err
	}
	u.Remote, err = w.app.For(r.Installation).UploadAnalysis(ctx, slugOf(r), github.Analysis{Commit: u.Commit, Ref: u.Ref, Tool: scanTool, SARIF: content})
	if err == nil {
		u.State = store.UploadProcessing
	}
	return err
}

// ask asks GitHub what became of an upload.
func (w *uploadWorker) ask(ctx context.Context, r store.Repository, u *store.Upload) error {
	p, err := w.app.For(r.Installation).AnalysisProcessed(ctx, slugOf(r), u.Remote)
	if err != nil && !errors.Is(err, github.ErrNotFound) { // it may not be known everywhere yet
		return err
	}
	u.Asked++
	switch {
	case p.Failed:
		u.State, u.Why = store.UploadFailed, "GitHub could not process it: "+strings.Join(p.Errors, "; ")
	case p.Done:
		u.State, u.Why = store.UploadComplete, strings.Join(p.Errors, "; ")
	case u.Asked >= mostAsked:
		u.State, u.Why = store.UploadFailed, "GitHub took it and did not say within hours what became of it."
	}
	return nil
}

// saved keeps how far an upload is, and comes back while GitHub processes it.
func (w *uploadWorker) saved(ctx context.Context, r store.Repository, u store.Upload) error {
	if err := w.store.SaveUpload(ctx, r.Installation, u); err != nil {
		return err
	}
	if u.State == store.UploadProcessing {
		return river.JobSnooze(min(time.Second<<min(u.Asked, 20), longestAsked))
	}
	w.log.InfoContext(ctx, "code scanning upload ended", "repository", r.FullName(), "commit", u.Commit, "ref", u.Ref, "state", u.State, "why", u.Why)
	return nil
}

// refused keeps why GitHub does not take an upload, or comes back when it may.
func (w *uploadWorker) refused(ctx context.Context, job *river.Job[UploadArgs], r store.Repository, u store.Upload, err error) error {
	var permanent Permanent
	var later Later
	switch {
	case errors.As(err, &later):
		return river.JobSnooze(max(time.Second, time.Until(later.Until)))
	case errors.As(err, &permanent):
		u.State, u.Why = store.UploadFailed, scanSentence(permanent)
		return w.saved(ctx, r, u)
	case job.Attempt >= job.MaxAttempts:
		u.State, u.Why = store.UploadFailed, "GitHub could not be asked for two days."
		return errors.Join(err, w.saved(ctx, r, u))
	}
	return err
}

// scanSentence says what a refusal of code scanning means, and who mends it.
func scanSentence(p Permanent) string {
	switch {
	case errors.Is(p, github.ErrScanningOff):
		return "GitHub has code scanning switched off for this repository. An admin switches it on under Settings, Advanced Security; private repositories need GitHub Code Security for it."
	case errors.Is(p, github.ErrMayNotScan):
		return "The App lacks the permission security_events: write. Whoever owns the App adds it, and an owner of the account accepts it."
	case errors.Is(p, github.ErrArchivedThere):
		return "The repository is archived: GitHub takes nothing for it."
	case errors.Is(p, github.ErrNotFound):
		return "GitHub does not know the commit, or the repository, any more."
	}
	return p.Sentence
}
