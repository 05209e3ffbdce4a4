package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"twelvefold/internal/hook"
	"twelvefold/internal/seal"
	"twelvefold/internal/store"
)

const (
	// toldAtATime is how many receivers are told something at once.
	toldAtATime = 4
	// failingFor is over how long so many notices have to be given up, with nothing
	// delivered between, until a hook is switched off.
	failingFor  = 3 * 24 * time.Hour
	mostGivenUp = 3
)

// pauses are how long a notice waits after each attempt that failed: about a day
// in all, then it is given up.
var pauses = []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour, 10 * time.Hour}

// Hooks are what telling receivers takes.
type Hooks struct {
	Sender *hook.Sender                      // nil: one for public addresses
	Keys   *seal.Keys                        // nil: no secret can be read, and nothing is told
	Pause  func(time.Duration) time.Duration // of a wait, what is waited; nil: as long, or a tenth longer
	Now    func() time.Time                  // nil: the machine's clock
}

// NoticeArgs name an event that a hook is to be told.
type NoticeArgs struct {
	Installation int64  `json:"installation"`
	Notice       string `json:"notice"`
}

// Kind names the job in River's table.
func (NoticeArgs) Kind() string { return "notice" }

// InsertOpts bound what errors of our own may cost: attempts to tell are counted
// with the notice.
func (NoticeArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: QueueHooks, Priority: second, MaxAttempts: 20}
}

// notify asks, inside the transaction that keeps an audit's result, for whatever the
// account's hook is to be told of it.
func (q *Queue) notify(ctx context.Context, tx pgx.Tx, r store.Repository, a store.Audit) error {
	if a.PullRequest != 0 || a.Trigger == store.Backfill || a.Branch == "" || a.Branch != r.DefaultBranch {
		return nil
	}
	id, err := q.store.AddNotice(ctx, tx, r.Installation, a.ID)
	if err != nil || id == "" {
		return err
	}
	return q.tell(ctx, tx, r.Installation, id)
}

func (q *Queue) tell(ctx context.Context, tx pgx.Tx, installation int64, id string) error {
	_, err := q.client.InsertTx(ctx, tx, NoticeArgs{installation, id}, nil)
	return err
}

// TestHook asks, inside the caller's transaction, for a test to be sent to an
// account's hook.
func (q *Queue) TestHook(ctx context.Context, tx pgx.Tx, installation int64) error {
	id, err := q.store.AddTest(ctx, tx, installation)
	if err != nil {
		return err
	}
	return q.tell(ctx, tx, installation, id)
}

// Resend asks, inside the caller's transaction, for a notice to be told again.
func (q *Queue) Resend(ctx context.Context, tx pgx.Tx, installation int64, id string) error {
	if err := q.store.Resend(ctx, tx, installation, id); err != nil {
		return err
	}
	return q.tell(ctx, tx, installation, id)
}

type noticeWorker struct {
	river.WorkerDefaults[NoticeArgs]
	Hooks
	store   *store.Store
	baseURL string
	log     *slog.Logger
}

func newNoticeWorker(s *store.Store, o Options) *noticeWorker {
	w := &noticeWorker{Hooks: o.Hooks, store: s, baseURL: o.BaseURL, log: o.Log}
	if w.Sender == nil {
		w.Sender = hook.New(hook.Options{})
	}
	if w.Pause == nil {
		w.Pause = func(d time.Duration) time.Duration { return d + rand.N(d/10+1) }
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	return w
}

// Timeout is River's limit for one attempt.
func (w *noticeWorker) Timeout(*river.Job[NoticeArgs]) time.Duration { return time.Minute }

// Work makes one attempt to tell a notice. A worker that dies after the receiver
// took it tells it once more, under the same id.
func (w *noticeWorker) Work(ctx context.Context, job *river.Job[NoticeArgs]) error {
	n, err := w.store.Notice(ctx, job.Args.Installation, job.Args.Notice)
	if errors.Is(err, store.ErrNotFound) || err == nil && n.State != store.NoticeWaiting {
		return nil
	}
	if err != nil {
		return err
	}
	h, err := w.store.Hook(ctx, n.Installation)
	if errors.Is(err, store.ErrNotFound) {
		return nil // and its notices go with it
	}
	if err != nil {
		return err
	}
	if h.Stopped != nil {
		return w.store.FailStopped(ctx, n.Installation)
	}
	if n.Next != nil { // another job of it is due sooner than it may be tried
		if wait := n.Next.Sub(w.Now()); wait > 0 {
			return river.JobSnooze(wait)
		}
	}
	answer, err := w.attempt(ctx, n, h)
	own := err != nil // and no fault of the receiver's
	switch {
	case errors.Is(err, store.ErrNotFound):
		answer = hook.Answer{Why: "What it tells of is gone, or is no longer this account’s."}
	case errors.Is(err, seal.ErrUnreadable):
		answer = hook.Answer{Why: "The secret can’t be read with this deploy’s ENCRYPTION_KEY: change the secret, then send this again."}
	case err != nil && ctx.Err() == nil && job.Attempt >= job.MaxAttempts:
		answer = hook.Answer{Why: "An error in Twelvefold or its database kept it from being sent."}
	case err != nil:
		return err
	}
	return w.tried(ctx, n, answer, own)
}

// attempt sends a notice once, with what it says from the first attempt on.
func (w *noticeWorker) attempt(ctx context.Context, n store.Notice, h store.Hook) (hook.Answer, error) {
	secrets, err := w.secrets(h)
	if err != nil {
		return hook.Answer{}, err
	}
	account, err := w.store.Installation(ctx, n.Installation)
	if err == nil && account.Deleted != nil { // nothing leaves for who uninstalled the App
		err = fmt.Errorf("installation %d: %w", n.Installation, store.ErrNotFound)
	}
	if err != nil {
		return hook.Answer{}, err
	}
	if n.Payload == nil {
		if n.Payload, err = w.payload(ctx, n, account.Account); err != nil {
			return hook.Answer{}, err
		}
	}
	return w.Sender.Send(ctx, hook.Message{URL: h.URL, ID: n.ID, Event: n.Event, Body: n.Payload, Secrets: secrets})
}

// tried keeps what an attempt came to, also while the worker stops, and comes back
// when the next is due.
func (w *noticeWorker) tried(ctx context.Context, n store.Notice, a hook.Answer, own bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	now := w.Now()
	pause := time.Duration(0)
	n.Attempts++
	n.Status, n.Answer, n.Why, n.Took, n.Tried, n.Next = a.Status, a.Body, a.Why, a.Took, &now, nil
	switch {
	case a.OK():
		n.State = store.NoticeDelivered
	case a.Again && n.Attempts <= len(pauses) && n.Event != store.HookTest:
		pause = max(w.Pause(pauses[n.Attempts-1]), a.Wait)
		next := now.Add(pause)
		n.Next = &next
	default:
		n.State = store.NoticeFailed
	}
	give := store.GiveUp{Counts: !own, Before: now.Add(-failingFor), Most: mostGivenUp}
	if a.Gone {
		give.Stop = "The receiver answered with 410: it wants nothing any more."
	}
	err := w.store.Tried(ctx, n, give)
	if errors.Is(err, store.ErrConflict) { // another worker goes on with it, or it is over
		w.log.WarnContext(ctx, "webhook told twice", "installation", n.Installation, "notice", n.ID, "status", n.Status)
		return nil
	}
	if err != nil {
		return err
	}
	w.log.InfoContext(ctx, "webhook told", "installation", n.Installation, "notice", n.ID, "event", n.Event, "state", n.State, "attempt", n.Attempts, "status", n.Status, "why", n.Why, "took_ms", n.Took.Milliseconds())
	if n.State == store.NoticeWaiting {
		return river.JobSnooze(pause)
	}
	return nil
}
