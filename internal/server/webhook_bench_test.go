package server_test

import (
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"twelvefold/internal/jobs"
)

// BenchmarkIntake takes pushes to a hundred repositories of one installation,
// eight at a time as GitHub sends them, and beside it inserts bare jobs in the
// same way: what no intake can do without.
func BenchmarkIntake(b *testing.B) {
	b.Run("push", func(b *testing.B) {
		r := newReceiver(b)
		at := time.Now()
		eightAtATime(b, func(n int64) error {
			body := pushedTo(int(n%100), fmt.Sprintf("%040x", n), at.Add(time.Duration(n)*time.Second))
			if status, answer := r.post(b, "push", body, nil); status != 202 {
				return fmt.Errorf("%d %s", status, answer)
			}
			return nil
		})
		b.StopTimer()
		if n := r.count(b, "audits"); n != int(r.sent.Load()) {
			b.Fatalf("%d audits of %d pushes", n, r.sent.Load())
		}
	})
	b.Run("river", func(b *testing.B) {
		r := newReceiver(b)
		client, err := river.NewClient(riverpgxv5.New(r.store.Pool()), &river.Config{Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			b.Fatal(err)
		}
		eightAtATime(b, func(n int64) error {
			_, err := client.Insert(b.Context(), jobs.AuditArgs{Installation: 5, Audit: n, Lease: 1}, nil)
			return err
		})
	})
}

// eightAtATime measures do, and reports what half of the calls took at most, and
// what 99 of 100 did.
func eightAtATime(b *testing.B, do func(n int64) error) {
	var next atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	var senders sync.WaitGroup
	b.ResetTimer()
	for range 8 {
		senders.Go(func() {
			var own []time.Duration
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				began := time.Now()
				if err := do(n); err != nil {
					b.Error(err)
					return
				}
				own = append(own, time.Since(began))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, own...)
		})
	}
	senders.Wait()
	b.StopTimer()
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	for name, share := range map[string]float64{"ms-p50": .5, "ms-p99": .99} {
		b.ReportMetric(float64(took[int(share*float64(len(took)-1))].Microseconds())/1000, name)
	}
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "per-s")
}
