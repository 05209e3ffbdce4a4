package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"twelvefold/internal/mail"
	"twelvefold/internal/store"
)

const (
	// dueEvery is how often subscriptions are looked for that are due.
	dueEvery = 2 * time.Minute
	// dueAtOnce are taken in one transaction.
	dueAtOnce = 100
	// mailsAtATime is how many mails one worker sends at a time.
	mailsAtATime = 3
)

// DueArgs ask for the digests that are due to be sent.
type DueArgs struct{}

// Kind names the job in River's table.
func (DueArgs) Kind() string { return "due_digests" }

// InsertOpts allow one at a time. The next one is the retry.
func (DueArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueMail, Priority: first, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: unfinished}}
}

func duePeriodically() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(dueEvery),
		func() (river.JobArgs, *river.InsertOpts) { return DueArgs{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}

type dueWorker struct {
	river.WorkerDefaults[DueArgs]
	store *store.Store
	queue *Queue
	now   func() time.Time
	log   *slog.Logger
}

// Work takes what is due, and has each mail sent by a job of its own.
func (w *dueWorker) Work(ctx context.Context, _ *river.Job[DueArgs]) error {
	all := 0
	for {
		due, err := w.store.TakeDue(ctx, w.now(), dueAtOnce, func(tx pgx.Tx, m store.WeekMail) error {
			_, err := w.queue.client.InsertTx(ctx, tx, DigestArgs(m), nil)
			return err
		})
		if err != nil {
			return err
		}
		if all += due; due < dueAtOnce {
			break
		}
	}
	if all > 0 {
		w.log.InfoContext(ctx, "digests are due", "digests", all)
	}
	return nil
}

// DigestArgs name the mail that a job is for.
type DigestArgs struct {
	Person       int64  `json:"person"`
	Installation int64  `json:"installation"`
	Week         string `json:"week"`
}

// Kind names the job in River's table.
func (DigestArgs) Kind() string { return "digest" }

// InsertOpts let a job last as long as its mail is tried: what ends it is its row.
func (DigestArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueMail, Priority: second, MaxAttempts: 1000, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
}

type digestWorker struct {
	river.WorkerDefaults[DigestArgs]
	post *Post
}

// Timeout is River's limit for one attempt.
func (w *digestWorker) Timeout(*river.Job[DigestArgs]) time.Duration {
	return mail.Longest + 2*time.Minute
}

// NextRetry follows an error of the database's.
func (w *digestWorker) NextRetry(*river.Job[DigestArgs]) time.Time {
	return time.Now().Add(time.Minute)
}

// Work sends the mail, or waits for the next try.
func (w *digestWorker) Work(ctx context.Context, job *river.Job[DigestArgs]) error {
	wait, err := w.post.Deliver(ctx, store.WeekMail(job.Args))
	if err == nil && wait > 0 {
		return river.JobSnooze(wait)
	}
	return err
}
