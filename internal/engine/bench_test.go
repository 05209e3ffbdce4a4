package engine_test

import (
	"context"
	"os"
	"testing"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

// subject is what the benchmarks audit: the repository that SUBJECT names, or
// else this one. Their figures are comparable for one subject only.
func subject(b *testing.B) string {
	b.Helper()
	if dir := os.Getenv("SUBJECT"); dir != "" {
		return dir
	}
	return "../.."
}

func snapshot(b *testing.B) *source.Snapshot {
	b.Helper()
	s, err := source.Open(b.Context(), subject(b), "", source.DefaultLimits)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// remembered is a cache that keeps everything.
type remembered map[inspect.CacheKey][]inspect.Signal

func (r remembered) Lookup(_ context.Context, keys []inspect.CacheKey) (map[inspect.CacheKey][]inspect.Signal, error) {
	known := make(map[inspect.CacheKey][]inspect.Signal, len(keys))
	for _, key := range keys {
		if signals, ok := r[key]; ok {
			known[key] = signals
		}
	}
	return known, nil
}

func (r remembered) Store(_ context.Context, signals map[inspect.CacheKey][]inspect.Signal) error {
	for key, list := range signals {
		r[key] = list
	}
	return nil
}

// BenchmarkAudit goes from the files to the audit: cold, with nothing known,
// and again, in a process that audited the commit before, after five source
// files of different directories have changed. Parsing is done in this process,
// on all processors.
func BenchmarkAudit(b *testing.B) {
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			s := snapshot(b)
			_, inspected, err := engine.Audit(b.Context(), s, rules.All(), engine.Options{Options: files.Options{Inspector: files.InProcess()}})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(inspected.Stats.Bytes)
			b.ReportMetric(float64(inspected.Stats.Files), "files")
			_ = s.Close()
		}
	})
	b.Run("again", func(b *testing.B) {
		history := newHistory(b, subject(b))
		cache, listings, memory := remembered{}, source.NewListings(100_000), audit.NewMemory(rules.All(), 100_000)
		run := func() files.Stats {
			s, err := listings.OpenGit(b.Context(), history.dir, "", source.DefaultLimits)
			if err != nil {
				b.Fatal(err)
			}
			_, inspected, err := engine.Again(b.Context(), s, memory, engine.Options{Options: files.Options{Inspector: files.InProcess(), Cache: cache}})
			if err != nil {
				b.Fatal(err)
			}
			_ = s.Close()
			return inspected.Stats
		}
		run()
		inspected := 0
		for b.Loop() {
			b.StopTimer()
			history.change(b, 5)
			b.StartTimer()
			inspected = run().Inspected
		}
		b.ReportMetric(float64(inspected), "inspected")
	})
}

// BenchmarkSnapshot lists the files with their roles, and BenchmarkJudge turns
// their signals into the audit: milliseconds for each thousand files.
func BenchmarkSnapshot(b *testing.B) {
	n := 0
	for b.Loop() {
		s := snapshot(b)
		n = len(s.Files)
		_ = s.Close()
	}
	perThousand(b, n)
}

func BenchmarkJudge(b *testing.B) {
	s := snapshot(b)
	defer s.Close()
	inspected, err := files.All(b.Context(), s, files.Options{Inspector: files.InProcess()})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := audit.Run(b.Context(), audit.Tree{Snapshot: s, Signals: inspected.Signals}, rules.All()); err != nil {
			b.Fatal(err)
		}
	}
	perThousand(b, len(s.Files))
}

func perThousand(b *testing.B, files int) {
	b.Helper()
	each := float64(b.Elapsed()) / float64(b.N) / float64(files)
	b.ReportMetric(each*1000/float64(time.Millisecond), "ms/1000files")
}
