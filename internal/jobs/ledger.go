package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"twelvefold/internal/github"
	"twelvefold/internal/store"
)

const (
	// ledgerEvery is how often GitHub is asked for deliveries that failed, which
	// it does not send again by itself.
	ledgerEvery = 10 * time.Minute
	// longestSince is how long GitHub keeps deliveries.
	longestSince = 3 * 24 * time.Hour
	// overlap looks again at deliveries that were under way at the last look.
	overlap = 15 * time.Minute
	// reviewAge is how long a repository goes without being compared with GitHub.
	reviewAge = time.Hour
	// refreshAge is how long an installation goes without its repositories being listed.
	refreshAge = 24 * time.Hour
	// redeliveriesAtOnce bounds how many deliveries one look has sent again.
	redeliveriesAtOnce = 500
	// reviewsAtOnce bounds how many repositories one look asks to be reviewed.
	reviewsAtOnce = 500
)

// LedgerArgs ask for whatever was missed to be found.
type LedgerArgs struct{}

// Kind names the job in River's table.
func (LedgerArgs) Kind() string { return "ledger" }

// InsertOpts allow one at a time.
func (LedgerArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueGitHub, Priority: second, MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByState: unfinished}}
}

// Ledger asks for it now.
func (q *Queue) Ledger(ctx context.Context) error {
	_, err := q.client.Insert(ctx, LedgerArgs{}, nil)
	return err
}

func ledgerPeriodically() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(ledgerEvery),
		func() (river.JobArgs, *river.InsertOpts) { return LedgerArgs{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}

type ledgerWorker struct {
	river.WorkerDefaults[LedgerArgs]
	store *store.Store
	queue *Queue
	app   *github.App
	log   *slog.Logger
}

// Timeout is River's limit for one attempt.
func (w *ledgerWorker) Timeout(*river.Job[LedgerArgs]) time.Duration { return 10 * time.Minute }

// Work has GitHub send again what it could not deliver, looks for installations
// that no delivery told of, and has repositories compared with GitHub that were
// not for an hour.
func (w *ledgerWorker) Work(ctx context.Context, _ *river.Job[LedgerArgs]) error {
	return answered(errors.Join(w.review(ctx), w.installations(ctx), w.redeliver(ctx)))
}

// redeliver has GitHub send again what failed: each at once, and more and more
// seldom while it is refused.
func (w *ledgerWorker) redeliver(ctx context.Context) error {
	last, err := w.store.LastLedgerRun(ctx)
	if err != nil {
		return err
	}
	run := store.LedgerRun{Asked: time.Now()}
	run.Since = run.Asked.Add(-longestSince)
	if after := last.Asked.Add(-overlap); after.After(run.Since) {
		run.Since = after
	}
	failed, err := w.app.FailedDeliveries(ctx, run.Since)
	if err != nil {
		return err
	}
	for _, d := range failed {
		fresh, err := w.store.NoteFailed(ctx, store.Redelivery{GUID: d.GUID, Delivery: d.ID, Event: d.Event})
		if err != nil {
			return err
		}
		if fresh {
			run.Failed++
		}
	}
	run.Redelivered, err = w.sendAgain(ctx)
	if run.Failed+run.Redelivered > 0 {
		w.log.InfoContext(ctx, "failed deliveries are sent again", "failed", run.Failed, "redelivered", run.Redelivered)
	}
	return errors.Join(err, w.store.NoteLedgerRun(ctx, run))
}

func (w *ledgerWorker) sendAgain(ctx context.Context) (sent int, err error) {
	due, err := w.store.DueRedeliveries(ctx, redeliveriesAtOnce)
	if err != nil {
		return 0, err
	}
	for _, d := range due {
		err := w.app.Redeliver(ctx, d.Delivery)
		switch {
		case errors.Is(err, github.ErrNotFound), errors.Is(err, github.ErrInvalid): // too old; the reviews find what it told of
			w.log.WarnContext(ctx, "a failed delivery can't be sent again", "delivery", d.GUID, "event", d.Event, "error", err)
			err = w.store.DropRedelivery(ctx, d.GUID)
		case err == nil:
			sent++
			err = w.store.NoteRedelivered(ctx, d.GUID)
		}
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// installations refreshes those that are unknown, that were not listed for a day,
// or that GitHub no longer lists.
func (w *ledgerWorker) installations(ctx context.Context) error {
	listed, err := w.app.Installations(ctx)
	if err != nil {
		return err
	}
	known, err := w.store.Installations(ctx)
	if err != nil {
		return err
	}
	now, before := map[int64]bool{}, map[int64]store.Installation{}
	for _, i := range known {
		before[i.ID] = i
	}
	return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
		for _, i := range listed {
			now[i.ID] = true
			if k, ok := before[i.ID]; ok && k.Refreshed != nil && time.Since(*k.Refreshed) < refreshAge && k.Suspended == i.Suspended {
				continue
			}
			if err := w.queue.Refresh(ctx, tx, i.ID); err != nil {
				return err
			}
		}
		for _, i := range known {
			if now[i.ID] {
				continue
			}
			if err := w.queue.Refresh(ctx, tx, i.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *ledgerWorker) review(ctx context.Context) error {
	return pgx.BeginFunc(ctx, w.store.Pool(), func(tx pgx.Tx) error {
		list, err := w.store.ToReview(ctx, tx, reviewAge, reviewsAtOnce)
		if err != nil {
			return err
		}
		for _, r := range list {
			if err := w.queue.reviewInTurn(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}
