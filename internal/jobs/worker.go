package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"twelvefold/internal/audit"
	"twelvefold/internal/github"
	"twelvefold/internal/mail"
	"twelvefold/internal/rights"
	"twelvefold/internal/store"
)

// Options say how a worker works. The zero value of a duration means the
// production value; tests shorten them.
type Options struct {
	Concurrency int             // audits at a time of each queue but backfill, which runs one
	GitHub      *github.App     // nil: no check run is published and nothing is asked of GitHub
	Local       bool            // directories of this machine may be read
	BaseURL     string          // of this deploy's pages, for links; "" for none
	Rights      *rights.Service // nil: nobody can sign in
	Rules       []audit.Rule    // whose titles check runs show
	Mailer      *mail.Mailer    // nil: no mail is sent; else Rights and Compose are needed, too
	Compose     Compose         // what digests say
	Version     string          // of this program, for SARIF
	Hooks       Hooks           // what is told of scores that drop
	Grace       time.Duration
	Log         *slog.Logger
	Now         func() time.Time // nil: the machine's clock; for waivers' last days

	Beat    time.Duration // between heartbeats; 2 s
	Silence time.Duration // without a heartbeat, after which an audit is adopted; 15 s
	Sweep   time.Duration // between looks for silent audits; 5 s
	Fetch   time.Duration // between looks for jobs when no notice comes; 1 s
}

func (o *Options) defaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	for value, standard := range map[*time.Duration]time.Duration{
		&o.Beat: 2 * time.Second, &o.Silence: 15 * time.Second, &o.Sweep: 5 * time.Second, &o.Fetch: time.Second,
	} {
		if *value == 0 {
			*value = standard
		}
	}
}

// Worker works the queues and adopts audits whose worker died: River itself
// would notice a dead worker only long after the longest job.
type Worker struct {
	store   *store.Store
	queue   *Queue
	client  *river.Client[pgx.Tx]
	options Options
}

// asksAtATime is how many jobs ask GitHub something at once. Each may hold a
// connection to the database meanwhile.
const asksAtATime = 4

// Connections is how many connections to the database a worker needs: two for
// each job (its queries beside a heartbeat or an open transaction), and what
// River holds for listening, leading and fetching from its queues.
func Connections(concurrency int) int {
	return 2*(2*concurrency+1+asksAtATime+toldAtATime+mailsAtATime) + 11
}

// NewWorker makes a worker that audits with engine.
func NewWorker(s *store.Store, engine Engine, o Options) (*Worker, error) {
	o.defaults()
	signals, err := s.Signals()
	if err != nil {
		return nil, err
	}
	workers := river.NewWorkers()
	queue, err := NewQueue(s, o.Log)
	if err != nil {
		return nil, err
	}
	river.AddWorker(workers, &auditWorker{store: s, queue: queue, engine: engine, name: processName(), beat: o.Beat, now: o.Now, log: o.Log, rules: o.Rules, version: o.Version})
	river.AddWorker(workers, &backfillWorker{store: s, queue: queue, app: o.GitHub, local: o.Local, log: o.Log})
	river.AddWorker(workers, &headWorker{store: s, queue: queue, app: o.GitHub, local: o.Local, log: o.Log})
	river.AddWorker(workers, &forgetWorker{store: s, signals: signals, log: o.Log})
	river.AddWorker(workers, &lapseWorker{store: s, queue: queue, now: o.Now, log: o.Log})
	river.AddWorker(workers, &standWorker{store: s, log: o.Log})
	river.AddWorker(workers, newNoticeWorker(s, o))
	periodic := []*river.PeriodicJob{forgetDaily(), lapsePeriodically(), standPeriodically()}
	if o.GitHub != nil {
		addGitHub(workers, s, queue, o)
		periodic = append(periodic, ledgerPeriodically())
	}
	if o.Rights != nil {
		river.AddWorker(workers, &rightsWorker{rights: o.Rights, log: o.Log})
		periodic = append(periodic, rightsPeriodically())
	}
	queues := map[string]river.QueueConfig{
		QueuePullRequest: {MaxWorkers: o.Concurrency},
		QueuePush:        {MaxWorkers: o.Concurrency},
		QueueGitHub:      {MaxWorkers: asksAtATime},
		QueueBackfill:    {MaxWorkers: 1},
		QueueHooks:       {MaxWorkers: toldAtATime},
	}
	if o.mails() {
		addMail(workers, s, queue, o)
		periodic = append(periodic, duePeriodically())
		queues[QueueMail] = river.QueueConfig{MaxWorkers: mailsAtATime}
	}
	client, err := river.NewClient(riverpgxv5.New(s.Pool()), &river.Config{
		Queues:               queues,
		Workers:              workers,
		PeriodicJobs:         periodic,
		Logger:               quietly(o.Log),
		JobTimeout:           Limit,
		RescueStuckJobsAfter: Limit + 5*time.Minute,
		FetchPollInterval:    o.Fetch,
		FetchCooldown:        min(o.Fetch, river.FetchCooldownDefault),
		// Half of the grace is for jobs to finish, the rest to return them.
		SoftStopTimeout: o.Grace / 2,
	})
	if err != nil {
		return nil, fmt.Errorf("preparing the worker: %w", err)
	}
	return &Worker{s, queue, client, o}, nil
}

// mails reports whether this worker sends mail.
func (o Options) mails() bool { return o.Mailer != nil && o.Rights != nil && o.Compose != nil }

// addMail registers what talks with the mail server.
func addMail(workers *river.Workers, s *store.Store, queue *Queue, o Options) {
	post := NewPost(PostOptions{Store: s, Rights: o.Rights, Mailer: o.Mailer, Compose: o.Compose, BaseURL: o.BaseURL, Now: o.Now, Log: o.Log})
	river.AddWorker(workers, &dueWorker{store: s, queue: queue, now: o.Now, log: o.Log})
	river.AddWorker(workers, &digestWorker{post: post})
	river.AddWorker(workers, &confirmWorker{post: post})
}

// addGitHub registers what asks or tells GitHub something.
func addGitHub(workers *river.Workers, s *store.Store, queue *Queue, o Options) {
	byID := map[string]audit.Rule{}
	for _, r := range o.Rules {
		byID[r.ID] = r
	}
	river.AddWorker(workers, &publishWorker{store: s, app: o.GitHub, baseURL: o.BaseURL, rules: byID, log: o.Log})
	river.AddWorker(workers, &uploadWorker{store: s, app: o.GitHub, log: o.Log})
	river.AddWorker(workers, &refreshWorker{store: s, queue: queue, app: o.GitHub, log: o.Log})
	river.AddWorker(workers, &reviewWorker{store: s, queue: queue, app: o.GitHub, log: o.Log})
	river.AddWorker(workers, &ledgerWorker{store: s, queue: queue, app: o.GitHub, log: o.Log})
}

// Run works until ctx ends and then stops within the grace: running audits
// finish in its first half or are returned to the queue for another worker.
func (w *Worker) Run(ctx context.Context) error {
	// It is seen from before its first job until after its last.
	seen, unseen := context.WithCancel(context.WithoutCancel(ctx))
	defer unseen()
	w.sight(seen)
	go w.beSeen(seen)
	w.reseal(ctx)
	// The end of ctx must not cancel running jobs: Stop does that in order.
	if err := w.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("starting the worker: %w", err)
	}
	w.options.Log.InfoContext(ctx, "worker started", "concurrency", w.options.Concurrency)
	w.adoptUntil(ctx)

	w.options.Log.Info("worker stopping", "grace", w.options.Grace.String())
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.options.Grace)
	defer cancel()
	if err := w.client.Stop(stopping); err != nil {
		// Whatever still runs has a lease: another worker adopts it.
		w.options.Log.Warn("worker stopped with jobs running; others will adopt them", "error", err)
		return nil
	}
	w.options.Log.Info("worker stopped")
	return nil
}

// adoptUntil looks for silent audits until ctx ends.
func (w *Worker) adoptUntil(ctx context.Context) {
	ticker := time.NewTicker(w.options.Sweep)
	defer ticker.Stop()
	for {
		w.adopt(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (w *Worker) adopt(ctx context.Context) {
	adopted, err := w.store.Adopt(ctx, w.options.Silence, leases, func(tx pgx.Tx, o store.Orphan) (int64, error) {
		return insert(ctx, w.client, tx, o.Claim, o.Trigger)
	}, func(tx pgx.Tx, a store.Audit) error { return w.queue.follow(ctx, tx, a) })
	if err != nil && !errors.Is(err, context.Canceled) {
		w.options.Log.WarnContext(ctx, "looking for silent audits failed", "error", err)
	}
	for _, o := range adopted {
		w.options.Log.WarnContext(ctx, "audit had no living worker and is queued again",
			"audit", o.Claim.Audit, "lease", o.Claim.Lease, "silent_worker", o.Worker)
	}
}

// processName tells this process in an audit's row: host and process id.
func processName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}
