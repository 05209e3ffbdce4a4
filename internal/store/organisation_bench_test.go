package store_test

import (
	"os"
	"testing"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// load is what benchmarks of pages are filled with: LOAD=huge for all of it.
func load() storetest.Load {
	if os.Getenv("LOAD") == "huge" {
		return storetest.Huge()
	}
	return storetest.Load{Installation: 7001, Repositories: 500, Audits: 20, Findings: 20}
}

// BenchmarkOrganisation asks what the organisation's page asks, of all of an
// installation and as a person who may read all of it.
func BenchmarkOrganisation(b *testing.B) {
	s := storetest.New(b)
	made := storetest.Fill(b, s, load())
	accounts := []int64{made.Installation}
	for _, as := range []struct {
		name  string
		sight store.Sight
	}{{"within", store.Within(made.Installation)}, {"person", store.As(made.Person, time.Now().Add(-time.Hour))}} {
		all := store.Choice{Sight: as.sight, Accounts: accounts}
		narrow := all
		narrow.Text, narrow.Language, narrow.Class = "api", "go", audit.WebService
		list := func(c store.Choice, o store.Order, offset int) func() (int, error) {
			return func() (int, error) {
				ids, err := s.Chosen(b.Context(), c, o)
				if err != nil || len(ids) <= offset {
					return 0, err
				}
				found, err := s.Standings(b.Context(), c.Sight, c.Accounts, ids[offset:min(offset+50, len(ids))])
				return len(found), err
			}
		}
		for _, q := range []struct {
			name string
			ask  func() (int, error)
		}{
			{"sum", func() (int, error) {
				sum, err := s.Sum(b.Context(), as.sight, accounts)
				return sum.Repositories, err
			}},
			{"score", list(all, store.Order{By: store.ByScore}, 0)},
			{"name", list(all, store.Order{By: store.ByName}, 0)},
			{"last page", list(all, store.Order{By: "logs", Descending: true}, load().Repositories*9/10)},
			{"narrowed", list(narrow, store.Order{By: store.ByChange, Days: 7}, 0)},
			{"worsened", func() (int, error) {
				turns, err := s.Worsened(b.Context(), as.sight, accounts, 5)
				return len(turns), err
			}},
			{"wins", func() (int, error) {
				wins, err := s.Wins(b.Context(), as.sight, accounts, 5)
				return len(wins), err
			}},
			{"heads", func() (int, error) {
				heads, err := s.CountHeads(b.Context(), as.sight, accounts)
				return heads.All, err
			}},
		} {
			b.Run(as.name+"/"+q.name, func(b *testing.B) {
				for b.Loop() {
					if n, err := q.ask(); err != nil || n == 0 {
						b.Fatal(n, err)
					}
				}
			})
		}
	}
}
