// Package jobs puts audits on River's queue and works them. A job carries ids
// only; what it is about stands in the audit's row. Every job may run twice and
// die at any byte: the row's lease decides whose result counts.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"twelvefold/internal/store"
)

// The queues by urgency. Each has workers of its own, so that a year of
// history never keeps a pull request waiting.
const (
	QueuePullRequest = "pull_request" // a person waits for the check
	QueuePush        = "push"         // a branch moved, or someone asked for an audit
	QueueGitHub      = "github"       // what only asks or tells GitHub: no audit keeps it waiting
	QueueMail        = "mail"         // what only talks with the mail server
	QueueHooks       = "hooks"        // what others are told: no slow receiver keeps GitHub waiting
	QueueBackfill    = "backfill"     // schedules, history and housekeeping: when there is time
)

// Within a queue, River starts the lowest priority number first.
const (
	first  = 1
	second = 2
	last   = 3
)

// place is where audits of a trigger wait.
func place(trigger store.Trigger) (queue string, priority int) {
	switch trigger {
	case store.OnPullRequest:
		return QueuePullRequest, first
	case store.Manual: // someone waits for it
		return QueuePush, first
	case store.Push:
		return QueuePush, second
	case store.Schedule:
		return QueueBackfill, first
	default:
		return QueueBackfill, second
	}
}

const (
	// attempts bounds how often a job is started. With River's policy the
	// retries follow after 1, 16, 81 and 256 seconds.
	attempts = 5
	// leases bounds how often an audit is handed to a new job because its
	// worker died: a repository that kills its worker must not do so for ever.
	leases = 5
	// Limit is what one audit may take. The largest development subject takes
	// a hundredth of it.
	Limit = 15 * time.Minute
)

// AuditArgs name the audit that a job is for, and the lease it was queued with.
type AuditArgs struct {
	Installation int64 `json:"installation"`
	Audit        int64 `json:"audit"`
	Lease        int   `json:"lease"`
}

// Kind names the job in River's table.
func (AuditArgs) Kind() string { return "audit" }

// InsertOpts allow one job for each audit and lease.
func (AuditArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: attempts, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

func argsOf(c store.Claim) AuditArgs { return AuditArgs{c.Installation, c.Audit, c.Lease} }

// Queue adds audits. It works none.
type Queue struct {
	store  *store.Store
	client *river.Client[pgx.Tx]
}

// NewQueue makes a queue over the store's database.
func NewQueue(s *store.Store, log *slog.Logger) (*Queue, error) {
	client, err := river.NewClient(riverpgxv5.New(s.Pool()), &river.Config{Logger: quietly(log)})
	if err != nil {
		return nil, fmt.Errorf("preparing the job queue: %w", err)
	}
	return &Queue{s, client}, nil
}

// Enqueue asks for an audit inside the caller's transaction: the audit's row
// and its job are committed together with whatever else the caller does. An
// audit that waits or runs already is not added again; its id is returned. A
// later audit of a pull request cancels the earlier ones that still wait.
func (q *Queue) Enqueue(ctx context.Context, tx pgx.Tx, installation int64, n store.NewAudit) (audit int64, added bool, err error) {
	audit, added, err = q.store.CreateAudit(ctx, tx, installation, n, func(c store.Claim) (int64, error) {
		return insert(ctx, q.client, tx, c, n.Trigger)
	})
	if err != nil {
		return 0, false, fmt.Errorf("queueing an audit of %s: %w", n.Commit, err)
	}
	if !added {
		return audit, false, nil
	}
	if n.PullRequest == 0 {
		return audit, true, nil
	}
	superseded, err := q.store.CancelSuperseded(ctx, tx, installation, audit)
	if err != nil {
		return 0, false, err
	}
	for _, commit := range append(superseded, n.Commit) { // the check run says at once what becomes of it
		if err := q.Publish(ctx, tx, PublishArgs{Installation: installation, Repository: n.Repository, Commit: commit}); err != nil {
			return 0, false, err
		}
	}
	return audit, true, nil
}

func insert(ctx context.Context, client *river.Client[pgx.Tx], tx pgx.Tx, c store.Claim, trigger store.Trigger) (job int64, err error) {
	queue, priority := place(trigger)
	result, err := client.InsertTx(ctx, tx, argsOf(c), &river.InsertOpts{Queue: queue, Priority: priority})
	if err != nil {
		return 0, err
	}
	return result.Job.ID, nil
}

// completed marks a job as done in the transaction that keeps its result.
func completed[T river.JobArgs](ctx context.Context, tx pgx.Tx, job *river.Job[T]) error {
	_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
	return err
}

// cancelledByOperator tells a job that was cancelled in River from one that was
// stopped by a shutdown.
func cancelledByOperator(ctx context.Context) bool {
	return context.Cause(ctx) == rivertype.ErrJobCancelledRemotely
}
