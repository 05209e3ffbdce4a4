package jobs_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/jobs"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// wire is a TCP relay to the database that can be cut: seen from Postgres, the
// worker behind it is dead from that moment.
type wire struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	isCut bool
	conns []net.Conn
}

// newWire returns the relay and the database's address through it.
func newWire(t *testing.T, address string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener, target: u.Host}
	t.Cleanup(func() { listener.Close(); w.cut() })
	go w.relay()
	u.Host = listener.Addr().String()
	return w, u.String()
}

func (w *wire) relay() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.target)
		if err != nil {
			near.Close()
			continue
		}
		w.mu.Lock()
		w.conns = append(w.conns, near, far)
		if w.isCut {
			near.Close()
			far.Close()
		}
		w.mu.Unlock()
		go carry(near, far)
		go carry(far, near)
	}
}

// carry copies until either end closes, and closes both.
func carry(to, from net.Conn) {
	io.Copy(to, from)
	to.Close()
	from.Close()
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = true
	for _, c := range w.conns {
		c.Close()
	}
	w.conns = nil
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = false
}

func TestAKilledWorkersAuditIsFinishedByAnother(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.enqueue(t, 1)
	wire, address := newWire(t, b.url)

	started, zombie, returned := make(chan struct{}), make(chan struct{}), make(chan struct{})
	b.work(t, storetest.Open(t, address), func(ctx context.Context, q jobs.Question, p func(int, int)) (store.Result, error) {
		if q.Commit == commit(1) {
			defer close(returned)
			close(started)
			<-zombie // deaf to ctx, as a killed process is
		}
		return finds(ctx, q, p)
	})
	<-started
	wire.cut()
	b.work(t, b.store, finds)
	b.await(t, id, store.Done)
	first := b.finished(t, id)

	// The dead one was only cut off: it comes back and says what it has.
	wire.mend()
	close(zombie)
	<-returned
	second := b.enqueue(t, 2)
	b.await(t, second, store.Done)

	if got := b.finished(t, id); got != first {
		t.Errorf("the late result was taken: %s after %s", got, first)
	}
	if n := b.count(t, `SELECT count(*) FROM findings`); n != 1 {
		t.Errorf("%d findings, want 1", n)
	}
	if n := b.count(t, `SELECT count(*) FROM components WHERE audit_id = $1`, id); n != 1 {
		t.Errorf("%d components, want 1", n)
	}
	if n := b.count(t, `SELECT lease FROM audits WHERE id = $1`, id); n != 2 {
		t.Errorf("lease %d, want 2", n)
	}
}

// finished is when and by whom an audit was done.
func (b *bundle) finished(t *testing.T, id int64) (s string) {
	t.Helper()
	if err := b.store.Pool().QueryRow(t.Context(), `SELECT finished_at || ' ' || lease FROM audits WHERE id = $1`, id).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAnAuditWhoseJobIsLostIsQueuedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.enqueue(t, 1)
	if _, err := b.store.Pool().Exec(t.Context(), `DELETE FROM river_job`); err != nil {
		t.Fatal(err)
	}
	b.work(t, b.store, finds)
	b.await(t, id, store.Done)
}

func TestAWaitingAuditKeepsItsPlace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.enqueue(t, 1)
	if _, err := b.store.Pool().Exec(t.Context(), `UPDATE audits SET heartbeat_at = now() - interval '1 day'`); err != nil {
		t.Fatal(err)
	}
	adopted, err := b.store.Adopt(t.Context(), 0, 5, func(pgx.Tx, store.Orphan) (int64, error) {
		return 0, errors.New("its job waits")
	}, func(pgx.Tx, store.Audit) error { return errors.New("it is given up") })
	if err != nil || len(adopted) != 0 {
		t.Errorf("adopted %v, %v", adopted, err)
	}
}

func TestAnAuditThatKillsItsWorkersIsGivenUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.enqueue(t, 1)
	if _, err := b.store.Pool().Exec(t.Context(), `
		UPDATE audits SET state = 'running', lease = 5, heartbeat_at = now() - interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
	b.work(t, b.store, finds)
	a := b.await(t, id, store.Failed)
	if want := "The audit was given up: the worker stopped 5 times in the middle of it."; a.Error != want {
		t.Errorf("people read %q, want %q", a.Error, want)
	}
}

func TestAnAuditTakenAwayStopsItsWorker(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.enqueue(t, 1)
	started, stopped := make(chan struct{}), make(chan error, 1)
	b.work(t, b.store, func(ctx context.Context, _ jobs.Question, _ func(int, int)) (store.Result, error) {
		close(started)
		<-ctx.Done()
		stopped <- context.Cause(ctx)
		return store.Result{}, ctx.Err()
	})
	<-started
	if _, err := b.store.Pool().Exec(t.Context(), `
		UPDATE audits SET state = 'cancelled', finished_at = now() WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	if cause := <-stopped; cause == nil {
		t.Error("the worker went on")
	}
	b.await(t, id, store.Cancelled)
}

// TestJobsOfADeadWorkerRunSoon though they are no audits; those of one that was
// seen are left alone.
func TestJobsOfADeadWorkerRunSoon(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, worker := range []string{"dead", "alive"} {
		if _, err := b.store.Pool().Exec(t.Context(), `
			INSERT INTO river_job (kind, args, queue, priority, max_attempts, state, attempt, attempted_at, attempted_by, scheduled_at)
			VALUES ('lapse_waivers', '{}', 'backfill', 1, 1, 'running', 1, now() - interval '1 minute', ARRAY[$1], now() - interval '1 minute')`, worker); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.store.Pool().Exec(t.Context(), `INSERT INTO workers (client, seen_at) VALUES ('alive', now() + interval '1 hour')`); err != nil {
		t.Fatal(err)
	}
	b.work(t, b.store, finds)
	const state = `SELECT count(*) FROM river_job WHERE attempted_by[1] = $1 AND state = $2`
	for end := time.Now().Add(20 * time.Second); b.count(t, state, "dead", "completed") == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it waits")
		}
	}
	if n := b.count(t, state, "alive", "running"); n != 1 {
		t.Error("the living one's was taken away")
	}
}
