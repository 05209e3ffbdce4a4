package server

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"twelvefold/internal/store"
)

const (
	// manyRepositories are more than sums are worked out of for every page.
	manyRepositories = 1000
	// recentFor is how old a sum may be, and recentStill how old while it is
	// worked out anew behind the page.
	recentFor   = 5 * time.Second
	recentStill = 30 * time.Second
	// recentAtOnce bounds how many are kept: each of one reader's sight, at most some
	// 100 kB of ids.
	recentAtOnce = 200
	// recentWithin bounds the work on one.
	recentWithin = 10 * time.Second
)

// recent keeps sums over many repositories, and their orders, for some seconds. Those over few are
// worked out for every page. A sum is of one sight, which ends with the answer of
// GitHub's that it is made of. It is safe for concurrent use.
type recent struct {
	mu     sync.Mutex
	kept   map[string]recentSum
	works  singleflight.Group
	behind sync.WaitGroup // works that no page waits for
}

type recentSum struct {
	value any
	at    time.Time
}

// recently returns what work has as its answer, or had a short while ago where
// large says so of it. key names it beside whose sight it is of.
func recently[T any](ctx context.Context, r *recent, sight store.Sight, key string, large func(T) bool, work func(context.Context) (T, error)) (T, error) {
	key = sight.Key() + " " + key
	anew := func(ctx context.Context) (T, error) {
		answer, err, _ := r.works.Do(key, func() (any, error) {
			if sum, known := r.of(key); known && time.Since(sum.at) < recentFor { // since it was asked for
				return sum.value, nil
			}
			within, cancel := context.WithTimeout(context.WithoutCancel(ctx), recentWithin) // others wait for it, too
			defer cancel()
			value, err := work(within)
			if err == nil && large(value) {
				r.keep(key, value)
			}
			return value, err
		})
		if err != nil {
			var none T
			return none, err
		}
		return answer.(T), nil
	}
	sum, known := r.of(key)
	switch age := time.Since(sum.at); {
	case known && age < recentFor:
		return sum.value.(T), nil
	case known && age < recentStill:
		r.behind.Go(func() { _, _ = anew(ctx) }) // or the next page tries again
		return sum.value.(T), nil
	}
	return anew(ctx)
}

func (r *recent) of(key string) (sum recentSum, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum, known = r.kept[key]
	return sum, known
}

// keep keeps a sum, and drops those that are too old, or any where that are many.
func (r *recent) keep(key string, value any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil {
		r.kept = map[string]recentSum{}
	}
	for other, sum := range r.kept {
		if time.Since(sum.at) >= recentStill || len(r.kept) >= recentAtOnce {
			delete(r.kept, other)
		}
	}
	r.kept[key] = recentSum{value, time.Now()}
}

// sum is what the repositories of accounts come to.
func (s *Server) sum(ctx context.Context, sight store.Sight, accounts []int64) (store.Sum, error) {
	return recently(ctx, &s.recent, sight, fmt.Sprint("sum ", accounts), func(sum store.Sum) bool { return sum.Repositories > manyRepositories },
		func(ctx context.Context) (store.Sum, error) { return s.store.Sum(ctx, sight, accounts) })
}

// heads counts the heads of accounts.
func (s *Server) heads(ctx context.Context, sight store.Sight, accounts []int64) (store.HeadCount, error) {
	return recently(ctx, &s.recent, sight, fmt.Sprint("heads ", accounts), func(count store.HeadCount) bool { return count.All > manyRepositories },
		func(ctx context.Context) (store.HeadCount, error) { return s.store.CountHeads(ctx, sight, accounts) })
}

// chosen are the ids of the repositories that are asked for, in their order.
func (s *Server) chosen(ctx context.Context, sight store.Sight, accounts []int64, ask heatAsk) ([]int64, error) {
	choice := ask.choice
	choice.Sight, choice.Accounts = sight, accounts
	return recently(ctx, &s.recent, sight, fmt.Sprintf("chosen %v %+v %+v", accounts, ask.choice, ask.order), func(ids []int64) bool { return len(ids) > manyRepositories },
		func(ctx context.Context) ([]int64, error) { return s.store.Chosen(ctx, choice, ask.order) })
}

// ledgerHeads are the heads of an account, and those that are not audited.
type ledgerHeads struct {
	store.HeadCount
	missing []store.LedgerHead
}

// ledger is what the page of the ledger shows.
func (s *Server) ledger(ctx context.Context, sight store.Sight, account int64) (ledgerHeads, error) {
	return recently(ctx, &s.recent, sight, fmt.Sprint("ledger ", account), func(heads ledgerHeads) bool { return heads.All > manyRepositories },
		func(ctx context.Context) (heads ledgerHeads, err error) {
			if heads.HeadCount, err = s.store.CountHeads(ctx, sight, []int64{account}); err != nil || heads.Missing() == 0 {
				return heads, err
			}
			heads.missing, err = s.store.MissingHeads(ctx, sight, account, headsOfLedger)
			return heads, err
		})
}
