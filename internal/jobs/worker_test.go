package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/jobs"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// bundle is a queue on a database of its own with one repository.
type bundle struct {
	url        string
	store      *store.Store
	queue      *jobs.Queue
	repository store.Repository
}

func setup(t *testing.T) *bundle {
	t.Helper()
	url := storetest.URL(t)
	s := storetest.Open(t, url)
	queue, err := jobs.NewQueue(s, quiet())
	if err != nil {
		t.Fatal(err)
	}
	repository, err := s.UpsertLocal(t.Context(), "/src/shop", "main")
	if err != nil {
		t.Fatal(err)
	}
	return &bundle{url, s, queue, repository}
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func commit(n int) string { return fmt.Sprintf("%040x", n) }

func (b *bundle) enqueue(t *testing.T, n int) (id int64) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) (err error) {
		id, _, err = b.queue.Enqueue(t.Context(), tx, store.Local,
			store.NewAudit{Repository: b.repository.ID, Commit: commit(n), Branch: "main", Trigger: store.Manual})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// work runs a worker over a pool until stop is called, or the test ends.
func (b *bundle) work(t *testing.T, s *store.Store, engine jobs.Engine) (stop func()) {
	t.Helper()
	started := make(chan struct{})
	worker, err := jobs.NewWorker(s, engine, jobs.Options{
		Concurrency: 1, Local: true, Grace: 4 * time.Second, Log: slog.New(startedLog{quiet().Handler(), sync.OnceFunc(func() { close(started) })}),
		Beat: 20 * time.Millisecond, Silence: 400 * time.Millisecond, Sweep: 20 * time.Millisecond, Fetch: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := worker.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	stop = sync.OnceFunc(func() { cancel(); <-ended })
	t.Cleanup(stop)
	select {
	case <-started: // before, a database that goes away ends it
	case <-ended:
	}
	return stop
}

// startedLog tells that a worker has started, which it logs.
type startedLog struct {
	slog.Handler
	tell func()
}

func (l startedLog) Enabled(context.Context, slog.Level) bool { return true }

func (l startedLog) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "worker started" {
		l.tell()
	}
	return nil
}

// await waits until an audit is in a state.
func (b *bundle) await(t *testing.T, id int64, state store.State) store.Audit {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		a, err := b.store.Audit(ctx, store.Local, id)
		if err != nil {
			t.Fatalf("waiting for audit %d to be %s: %v", id, state, err)
		}
		if a.State == state {
			return a
		}
		<-ticker.C
	}
}

// count asks for one number.
func (b *bundle) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := b.store.Pool().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// finds is an engine that finds one thing.
func finds(context.Context, jobs.Question, func(int, int)) (store.Result, error) {
	return store.Result{Audit: result(), Stats: store.Stats{Files: 3, Inspected: 1, Cached: 2}}, nil
}

func result() *audit.Audit {
	card := audit.Scorecard{Path: ".", Name: "shop", Class: audit.WebService}
	for _, key := range factor.Keys() {
		card.Factors = append(card.Factors, audit.FactorScore{Factor: key, Status: audit.Unknown})
	}
	return &audit.Audit{Scorecards: []audit.Scorecard{card}, Findings: []audit.Finding{{
		Rule: "config/x", Factor: factor.Config, Severity: audit.High, Confidence: audit.HighConfidence, Component: ".",
		Place: audit.Place{Path: "app.py", Line: 1, EndLine: 1}, Fingerprint: strings.Repeat("ab", 16)}}}
}

func TestAnAuditIsWorked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.enqueue(t, 1)
	b.work(t, b.store, finds)
	a := b.await(t, id, store.Done)
	if diff := cmp.Diff(store.Stats{Files: 3, Inspected: 1, Cached: 2}, a.Stats); diff != "" {
		t.Errorf("statistics (-want +got):\n%s", diff)
	}
	if n := b.count(t, `SELECT count(*) FROM river_job WHERE kind = 'audit' AND state = 'completed'`); n != 1 {
		t.Errorf("%d completed jobs, want 1", n)
	}
}

func TestTheSameAuditIsQueuedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() { defer all.Done(); b.enqueue(t, 1) }()
	}
	all.Wait()
	if audits, queued := b.count(t, `SELECT count(*) FROM audits`), b.count(t, `SELECT count(*) FROM river_job`); audits != 1 || queued != 1 {
		t.Errorf("%d audits and %d jobs, want one of each", audits, queued)
	}
}

func TestARolledBackRequestLeavesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	refused := errors.New("the delivery is invalid")
	err := pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error {
		_, _, err := b.queue.Enqueue(t.Context(), tx, store.Local, store.NewAudit{Repository: b.repository.ID, Commit: commit(1), Trigger: store.Push})
		return errors.Join(err, refused)
	})
	if !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if n := b.count(t, `SELECT (SELECT count(*) FROM audits) + (SELECT count(*) FROM river_job)`); n != 0 {
		t.Errorf("%d rows were left", n)
	}
}

func TestUrgency(t *testing.T) {
	t.Parallel()
	b := setup(t)
	err := pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error {
		for _, trigger := range store.Triggers() {
			n := store.NewAudit{Repository: b.repository.ID, Commit: commit(1), Trigger: trigger}
			if _, _, err := b.queue.Enqueue(t.Context(), tx, store.Local, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := b.store.Pool().Query(t.Context(), `
		SELECT a.trigger || ' ' || j.queue || ' ' || j.priority FROM audits a JOIN river_job j ON j.id = a.job_id ORDER BY a.trigger`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	want := []string{"backfill backfill 2", "manual push 1", "pull_request pull_request 1", "push push 2", "schedule backfill 1"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, places (-want +got):\n%s", err, diff)
	}
}

func TestAPermanentErrorIsNotRetried(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.enqueue(t, 1)
	b.work(t, b.store, func(context.Context, jobs.Question, func(int, int)) (store.Result, error) {
		return store.Result{}, jobs.Permanent{Sentence: "The repository is gone.", Err: errors.New("404 at 10.0.0.1")}
	})
	a := b.await(t, id, store.Failed)
	if a.Error != "The repository is gone." {
		t.Errorf("people read %q", a.Error)
	}
}

func TestAPassingErrorIsRetried(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"error": func() error { return errors.New("connection reset") },
		"panic": func() error { panic("index out of range") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			id := b.enqueue(t, 1)
			var calls atomic.Int32
			b.work(t, b.store, func(ctx context.Context, q jobs.Question, p func(int, int)) (store.Result, error) {
				if calls.Add(1) == 1 {
					return store.Result{}, fail()
				}
				return finds(ctx, q, p)
			})
			b.await(t, id, store.Done)
		})
	}
}

func TestAnErrorOfTheLastAttemptIsSaid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.enqueue(t, 1)
	if _, err := b.store.Pool().Exec(t.Context(), `UPDATE river_job SET max_attempts = 1`); err != nil {
		t.Fatal(err)
	}
	b.work(t, b.store, func(context.Context, jobs.Question, func(int, int)) (store.Result, error) {
		return store.Result{}, errors.New("password=hunter2 refused")
	})
	a := b.await(t, id, store.Failed)
	if want := "The audit failed 1 times because of an error in Twelvefold or its database."; a.Error != want {
		t.Errorf("people read %q, want %q", a.Error, want)
	}
}

func TestProgressIsShown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.enqueue(t, 1)
	seen := make(chan struct{})
	b.work(t, b.store, func(ctx context.Context, q jobs.Question, progress func(int, int)) (store.Result, error) {
		progress(7, 9)
		select {
		case <-seen:
			return finds(ctx, q, progress)
		case <-ctx.Done():
			return store.Result{}, ctx.Err()
		}
	})
	for a := b.await(t, id, store.Running); a.Done != 7 || a.Total != 9; {
		a = b.await(t, id, store.Running)
	}
	close(seen)
	b.await(t, id, store.Done)
}

func TestALaterCommitStopsAnAuditThatRuns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	pull := func(n int) (id int64) {
		t.Helper()
		err := pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error {
			p, _, err := b.store.NotePullRequest(t.Context(), tx, store.Local, store.PullRequest{Repository: b.repository.ID, Number: 1, State: store.PullOpen,
				Head: commit(n), HeadBranch: "topic", BaseBranch: "main", Changed: time.Now()})
			if err != nil {
				return err
			}
			id, _, err = b.queue.Enqueue(t.Context(), tx, store.Local,
				store.NewAudit{Repository: b.repository.ID, Commit: p.Head, Branch: p.Line(), Trigger: store.OnPullRequest, PullRequest: p.ID})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := pull(1)
	stopped := make(chan error, 1)
	b.work(t, b.store, func(ctx context.Context, q jobs.Question, p func(int, int)) (store.Result, error) {
		if q.Commit != commit(1) {
			return finds(ctx, q, p)
		}
		<-ctx.Done()
		stopped <- context.Cause(ctx)
		return store.Result{}, ctx.Err()
	})
	b.await(t, first, store.Running)
	second := pull(2)
	select {
	case <-stopped:
	case <-time.After(10 * time.Second):
		t.Fatal("it still runs")
	}
	if a := b.await(t, first, store.Cancelled); a.Error != "A later commit of the same pull request is audited instead." {
		t.Errorf("people read %q", a.Error)
	}
	b.await(t, second, store.Done)
}

func TestAStoppedWorkerReturnsItsAudit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.enqueue(t, 1)
	started := make(chan struct{})
	stop := b.work(t, b.store, func(ctx context.Context, _ jobs.Question, _ func(int, int)) (store.Result, error) {
		close(started)
		<-ctx.Done()
		return store.Result{}, ctx.Err()
	})
	<-started
	stop()
	b.await(t, id, store.Queued)
	if n := b.count(t, `SELECT count(*) FROM river_job WHERE kind = 'audit' AND state = 'available'`); n != 1 {
		t.Errorf("%d jobs wait, want the returned one", n)
	}
	b.work(t, storetest.Open(t, b.url), finds)
	b.await(t, id, store.Done)
	if lease := b.count(t, `SELECT lease FROM audits`); lease != 1 {
		t.Errorf("lease %d: it was adopted, not returned", lease)
	}
}
