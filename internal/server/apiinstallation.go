package server

import (
	"cmp"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"

	"twelvefold/internal/api"
	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
)

func (s *Server) apiInstallations(c *call) (any, error) {
	key, err := c.key(string(api.Whole))
	if err != nil {
		return nil, err
	}
	accounts, err := s.store.Accounts(c.Context(), c.v.sight)
	if err != nil {
		return nil, err
	}
	keyOf := func(a store.Account) api.Key { return api.Key{a.ID} }
	accounts = slices.DeleteFunc(accounts, func(a store.Account) bool { return !behind(keyOf(a), key) })
	slices.SortFunc(accounts, func(a, b store.Account) int { return cmp.Compare(a.ID, b.ID) })
	return listed(c, accounts[:min(len(accounts), c.Limit+1)], c.installation, keyOf), nil
}

func (c *call) installation(a store.Account) api.Installation {
	i := api.Installation{
		ID: a.ID, Account: a.Account, AccountType: orNull(a.AccountType), Suspended: a.Suspended, Administers: a.Administers && c.v.since.IsZero(), Gate: "default",
		Places: api.Places{URL: c.at("/installations/%d", a.ID), Page: c.site + accountHref(a.ID, "settings")},
	}
	if a.Gate != (audit.Gate{}) {
		i.Gate = a.Gate.Name()
	}
	if a.ID == store.Local {
		i.AccountType = nil
	}
	return i
}

func (s *Server) apiInstallation(c *call) (any, error) {
	ids := []int64{c.v.of.ID}
	var sum store.Sum
	var heads store.HeadCount
	group, ctx := errgroup.WithContext(c.Context())
	group.Go(func() (err error) { sum, err = s.sum(ctx, c.v.sight, ids); return err })
	group.Go(func() (err error) { heads, err = s.heads(ctx, c.v.sight, ids); return err })
	if err := group.Wait(); err != nil {
		return nil, err
	}
	of := api.InstallationSum{
		Installation: c.installation(c.v.of), Repositories: sum.Repositories, Archived: sum.Archived, Audited: sum.Audited, Score: tenths(sum.Score),
		Changes: changesOf(func(days int) *float64 { return sum.Changes[days] }), Weeks: []api.Week{{Score: tenths(sum.Score)}}, Factors: []api.Cell{}, OpenFindings: countsOf(sum.Open),
		Heads:     api.Heads{All: heads.All, Audited: heads.Audited, Waiting: heads.Waiting, Failed: heads.Failed, Unaccounted: heads.Unaccounted},
		AuditedAt: inUTC(sum.Newest),
	}
	for i, change := range sum.Weeks {
		of.Weeks = slices.Insert(of.Weeks, 0, api.Week{Ago: i + 1, Score: tenths(before(sum.Score, change))})
	}
	for i, f := range factor.All() {
		cell := api.Cell{Factor: f.Key, Status: audit.Unknown, Score: tenths(sum.Cells[i])}
		if cell.Score != nil {
			cell.Status = audit.Assessed
		}
		of.Factors = append(of.Factors, cell)
	}
	return of, nil
}

// tenths is a mean or a difference as scores are written: to one decimal, and no zero
// with a sign.
func tenths(mean *float64) *float64 {
	if mean == nil {
		return nil
	}
	rounded := math.Round(*mean*10)/10 + 0 // of −0, 0
	return &rounded
}

func (s *Server) apiLedger(c *call) (any, error) {
	key, err := c.key(string([]rune{api.Whole, api.Whole}))
	if err != nil {
		return nil, err
	}
	var repository, number int64
	if key != nil {
		var whole [2]bool
		repository, whole[0] = key[0].(int64)
		number, whole[1] = key[1].(int64)
		if !whole[0] || !whole[1] || number < 0 || number > 1<<31-1 {
			return nil, problem{kind: api.BadCursor}
		}
	}
	var accounted *bool
	if text := c.Text("accounted"); text != "" {
		is := text == "true"
		accounted = &is
	}
	heads, err := s.store.HeadsAfter(c.Context(), c.v.sight, c.v.of.ID, accounted, repository, int(number), c.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(c, heads, func(h store.LedgerHead) api.Head {
		return api.Head{
			Repository: api.Reference{ID: h.Repository, FullName: h.FullName, URL: c.at("/repositories/%d", h.Repository)}, Branch: h.Line, PullRequest: orNull(h.PullRequest),
			Commit: orNull(h.Commit), State: orNull(api.State(h.State)), Accounted: h.Accounted(), Why: orNull(h.Why(c.v.of.Suspended)),
		}
	}, func(h store.LedgerHead) api.Key { return api.Key{h.Repository, int64(h.PullRequest)} }), nil
}
