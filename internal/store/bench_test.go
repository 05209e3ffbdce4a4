package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/inspect"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// signals is what a source file of some size says.
func signals(n int) []inspect.Signal {
	var list []inspect.Signal
	for line := range 20 {
		list = append(list, inspect.Signal{Line: line + 1, EndLine: line + 1,
			Fact: inspect.Import{Path: fmt.Sprintf("example.com/module%d/package%d", n, line), Names: []string{"Name"}}})
	}
	return list
}

// BenchmarkSignals keeps and looks up the signals of 10,000 files with 20
// signals each, in the batches of 500 that inspection asks for.
func BenchmarkSignals(b *testing.B) {
	s := storetest.New(b)
	cache, err := s.Signals()
	if err != nil {
		b.Fatal(err)
	}
	var keys []inspect.CacheKey
	for n := range 10_000 {
		keys = append(keys, key(n))
	}
	b.Run("store", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Pool().Exec(b.Context(), `TRUNCATE signals`); err != nil {
				b.Fatal(err)
			}
			n := 0
			for part := range slices.Chunk(keys, 500) {
				entries := map[inspect.CacheKey][]inspect.Signal{}
				for _, k := range part {
					entries[k] = signals(n)
					n++
				}
				if err := cache.Store(b.Context(), entries); err != nil {
					b.Fatal(err)
				}
			}
		}
		var bytes float64
		if err := s.Pool().QueryRow(b.Context(), `SELECT avg(length(data)) FROM signals`).Scan(&bytes); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(bytes, "bytes/file")
	})
	b.Run("lookup", func(b *testing.B) {
		for b.Loop() {
			for part := range slices.Chunk(keys, 500) {
				if found, err := cache.Lookup(b.Context(), part); err != nil || len(found) != len(part) {
					b.Fatalf("%d of %d found, %v", len(found), len(part), err)
				}
			}
		}
	})
}

// BenchmarkComplete records audits with 1,000 findings: those that the first opened
// and each further one sees again, or others each time, which close the last ones.
func BenchmarkComplete(b *testing.B) {
	b.Run("known", func(b *testing.B) { completes(b, false) })
	b.Run("new", func(b *testing.B) { completes(b, true) })
}

func completes(b *testing.B, others bool) {
	s := storetest.New(b)
	repository, err := s.UpsertLocal(b.Context(), "/src/shop", "main")
	if err != nil {
		b.Fatal(err)
	}
	r := result("")
	for n := range 1000 {
		r.Findings = append(r.Findings, audit.Finding{
			Rule: "config/hardcoded-secret", Factor: factor.Config, Aspect: "a", Severity: audit.High, Confidence: audit.HighConfidence,
			Component: ".", Subject: fmt.Sprint(n), Place: audit.Place{Path: fmt.Sprintf("app%d.py", n), Line: 1, EndLine: 1},
			Message: "A secret stands in the code.", Fix: "Read it from the environment.", Fingerprint: fmt.Sprintf("%032x", n)})
		r.Passes = append(r.Passes, audit.Pass{Rule: "logs/stdout", Factor: factor.Logs, Aspect: "a", Component: ".", Message: "It logs to stdout.", Strength: 1})
	}
	n := 0
	for b.Loop() {
		n++
		var claim store.Claim
		err := pgx.BeginFunc(b.Context(), s.Pool(), func(tx pgx.Tx) error {
			_, _, err := s.CreateAudit(b.Context(), tx, store.Local,
				store.NewAudit{Repository: repository.ID, Commit: commit(n), Branch: "main", Trigger: store.Push},
				func(c store.Claim) (int64, error) { claim = c; return 1, nil })
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		claim.Attempt = 1
		if _, _, err := s.Start(b.Context(), claim, "worker"); err != nil {
			b.Fatal(err)
		}
		for i := range r.Findings {
			if others {
				r.Findings[i].Fingerprint = fmt.Sprintf("%016x%016x", n, i)
			}
		}
		if _, err := s.Complete(b.Context(), claim, store.Result{Audit: r}, nothing); err != nil {
			b.Fatal(err)
		}
	}
}
