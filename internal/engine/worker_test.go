package engine_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/inspect/files"
	"twelvefold/internal/jobs"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// BenchmarkWorker is a worker's audit of a commit with five changed files, from
// taking the audit to recording its result, with a real database: in the
// process that audited the commit before, and in one that has only the
// database's signals.
func BenchmarkWorker(b *testing.B) {
	for _, process := range []struct {
		name string
		kept bool
	}{{"running", true}, {"started", false}} {
		b.Run(process.name, func(b *testing.B) {
			history := newHistory(b, subject(b))
			s := storetest.New(b)
			cache, err := s.Signals()
			if err != nil {
				b.Fatal(err)
			}
			repository, err := s.UpsertLocal(b.Context(), history.dir, "master")
			if err != nil {
				b.Fatal(err)
			}
			start := func() jobs.Engine {
				return jobs.NewEngine(jobs.EngineOptions{Inspector: files.InProcess(), Cache: cache, Rules: rules.All(), Local: true})
			}
			engine := start()
			work := func(claim store.Claim) {
				audit, repository, err := s.Start(b.Context(), claim, "worker")
				if err != nil {
					b.Fatal(err)
				}
				result, err := engine(b.Context(), jobs.Question{Repository: repository, Commit: audit.Commit}, func(int, int) {})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.Complete(b.Context(), claim, result, func(pgx.Tx) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			work(newClaim(b, s, repository, history))
			for b.Loop() {
				b.StopTimer()
				history.change(b, 5)
				claim := newClaim(b, s, repository, history)
				if !process.kept {
					engine = start()
				}
				b.StartTimer()
				work(claim)
			}
		})
	}
}

// newClaim asks for an audit of the history's newest commit.
func newClaim(b *testing.B, s *store.Store, repository store.Repository, h *history) (claim store.Claim) {
	b.Helper()
	snapshot, err := source.OpenGit(b.Context(), h.dir, "", source.DefaultLimits)
	if err != nil {
		b.Fatal(err)
	}
	defer snapshot.Close()
	err = pgx.BeginFunc(b.Context(), s.Pool(), func(tx pgx.Tx) error {
		_, _, err := s.CreateAudit(b.Context(), tx, store.Local,
			store.NewAudit{Repository: repository.ID, Commit: snapshot.Commit, Branch: "master", Trigger: store.Push},
			func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	claim.Attempt = 1
	return claim
}
