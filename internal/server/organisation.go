package server

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

const (
	turnsOfWeek = 5 // repositories that got worse, better or easy to mend
	heatOfPage  = 50
)

// organisation shows how the repositories that the viewer sees stand, what
// changed in the past week, what to mend first, and all of them by factor.
// ?account= shows those of one account; the rest of the query is the heat map's.
// HTMX asks for that alone.
func (s *Server) organisation(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	accounts, err := s.store.Accounts(r.Context(), v.sight)
	if err != nil {
		return err
	}
	view := templates.Organisation{Page: s.page(r, "Repositories"), Name: "Repositories", SignedIn: v.person != 0}
	if view.SignedIn {
		view.Install = s.signIn.Install
	}
	chosen, ids, err := accountsOf(r.URL.Query().Get("account"), accounts)
	if err != nil {
		return err
	}
	view.Accounts = accountLinks(accounts, chosen)
	if len(accounts) == 1 {
		chosen = &accounts[0]
	}
	if chosen != nil {
		view.Name = accountOf(chosen.Installation).Name
		if chosen.ID == store.Local {
			view.Name = "This machine"
		}
		view.Page.Title = view.Name
	}
	ask, err := heatAsked(r.URL.Query())
	if err != nil {
		return err
	}
	now := s.now()
	group, ctx := errgroup.WithContext(r.Context())
	group.Go(func() (err error) { view.Heat, err = s.heat(ctx, v.sight, ids, ask); return err })
	if regionAsked(r, "heat") {
		if err := group.Wait(); err != nil {
			return err
		}
		view.Heat.Now = now
		return s.render(w, r, templates.HeatRegion(view.Heat))
	}
	group.Go(func() error { return s.summed(ctx, v.sight, ids, ask, &view) })
	group.Go(func() (err error) { view.Offer, err = s.offer(ctx, v, accounts); return err })
	group.Go(func() (err error) { view.Worse, err = s.turns(ctx, s.store.Worsened, v.sight, ids); return err })
	group.Go(func() (err error) { view.Better, err = s.turns(ctx, s.store.Improved, v.sight, ids); return err })
	group.Go(func() (err error) { view.Wins, err = s.wins(ctx, v.sight, ids); return err })
	group.Go(func() error {
		heads, err := s.heads(ctx, v.sight, ids)
		view.Heads, view.Unaccounted = heads.All, heads.Unaccounted
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	view.Heat.Now = now
	if view.Heat.Running > 0 {
		view.Page.Refresh = refreshEvery
	}
	return s.render(w, r, templates.OrganisationPage(view))
}

// accountsOf are the ids of the account that is asked for, or of all.
func accountsOf(asked string, accounts []store.Account) (chosen *store.Account, ids []int64, err error) {
	for i, a := range accounts {
		if asked == strconv.FormatInt(a.ID, 10) {
			return &accounts[i], []int64{a.ID}, nil
		}
		ids = append(ids, a.ID)
	}
	if asked != "" {
		return nil, nil, store.ErrNotFound
	}
	return nil, ids, nil
}

// accountsAsked are the ids of the account that is asked for, or of all that a sight
// has.
func (s *Server) accountsAsked(ctx context.Context, sight store.Sight, asked string) ([]int64, error) {
	accounts, err := s.store.Accounts(ctx, sight)
	if err != nil {
		return nil, err
	}
	_, ids, err := accountsOf(asked, accounts)
	return ids, err
}

func accountLinks(accounts []store.Account, chosen *store.Account) (list []templates.AccountLink) {
	for _, a := range accounts {
		account := accountOf(a.Installation)
		list = append(list, templates.AccountLink{Account: account, Href: "/?account=" + strconv.FormatInt(a.ID, 10), Chosen: chosen != nil && chosen.ID == a.ID})
	}
	return list
}

// summed fills in what all repositories come to together.
func (s *Server) summed(ctx context.Context, sight store.Sight, ids []int64, ask heatAsk, view *templates.Organisation) error {
	sum, err := s.sum(ctx, sight, ids)
	if err != nil {
		return err
	}
	view.Repositories, view.Audited, view.Archived, view.Scored, view.Score = sum.Repositories, sum.Audited, sum.Archived, sum.Scored, sum.Score
	view.Severe, view.Findings = sum.Open[0]+sum.Open[1], total(sum.Open)
	if sum.Newest != nil {
		view.Newest = *sum.Newest
	}
	for _, days := range store.ChangeDays() {
		view.Changes = append(view.Changes, templates.ChangeOver{Days: days, Points: sum.Changes[days], Of: sum.Since[days]})
	}
	view.Weeks, view.Export = weeksOf(sum), addressed("/weeks", ask.ofAccount())
	for i, f := range factor.All() {
		status := audit.Unknown
		if sum.Cells[i] != nil {
			status = audit.Assessed
		}
		view.Strip[i] = cellOf(f, status, sum.Cells[i], "")
		view.Strip[i].Href = ask.sorted(string(f.Key)).href()
		view.Means = append(view.Means, templates.FactorMean{Factor: f, Mean: sum.Cells[i], Of: sum.Assessed[i]})
	}
	return nil
}

// weeksOf is the score of the past weeks, the oldest first and now last; none where
// there is no score.
func weeksOf(sum store.Sum) (weeks []*float64) {
	if sum.Score == nil {
		return nil
	}
	for week := len(sum.Weeks) - 1; week >= 0; week-- {
		weeks = append(weeks, before(sum.Score, sum.Weeks[week]))
	}
	return append(weeks, sum.Score)
}

// before is a score so much ago, by how much it changed since.
func before(score, change *float64) *float64 {
	if score == nil || change == nil {
		return nil
	}
	then := *score - *change
	return &then
}

// turns are the repositories that a list of the store names, with what turned them.
func (s *Server) turns(ctx context.Context, list func(context.Context, store.Sight, []int64, int) ([]store.Turn, error), sight store.Sight, ids []int64) (items []templates.TurnItem, err error) {
	turns, err := list(ctx, sight, ids, turnsOfWeek)
	for _, t := range turns {
		item := templates.TurnItem{Name: t.FullName(), Href: repositoryHref(t.ID), From: *t.Then[7], To: *t.Score}
		if t.Cause.Commit != "" {
			item.At, item.Ruled, item.Audit = t.Cause.At, t.Ruled, auditHref(t.ID, t.TurnedBy)
		}
		if t.Cause.Commit != "" && !t.Ruled { // nobody is named for what rules did
			item.Cause, item.By = s.hostedOf(t.Repository, t.Cause.Commit).cause(t.Cause)
		}
		if f, from, to, ok := t.Moved(); ok {
			item.Factor, item.FactorFrom, item.FactorTo = f, from, to
		}
		items = append(items, item)
	}
	return items, err
}

func (s *Server) wins(ctx context.Context, sight store.Sight, ids []int64) (items []templates.WinItem, err error) {
	wins, err := s.store.Wins(ctx, sight, ids, turnsOfWeek)
	for _, w := range wins {
		items = append(items, templates.WinItem{
			Name: w.FullName(), Href: findingHref(w.ID, w.Finding.ID), Message: w.Finding.Message,
			Severity: string(w.Finding.Severity), Factor: factorOf(w.Finding.Factor), Gain: w.Gain})
	}
	return items, err
}

// heat is the chosen page of repositories by factors.
func (s *Server) heat(ctx context.Context, sight store.Sight, ids []int64, ask heatAsk) (heat templates.Heat, err error) {
	chosen, err := s.chosen(ctx, sight, ids, ask)
	if err != nil {
		return heat, err
	}
	count := len(chosen)
	first := min((ask.page-1)*heatOfPage, count)
	list, err := s.store.Standings(ctx, sight, ids, chosen[first:min(first+heatOfPage, count)])
	if err != nil {
		return heat, err
	}
	newest, err := s.store.Newest(ctx, list)
	if err != nil {
		return heat, err
	}
	heat = templates.Heat{Total: count, First: (ask.page-1)*heatOfPage + 1, Href: ask.href(), Filter: filterOf(ask), Days: ask.order.Days}
	heat.Export = strings.Replace(ask.at(1).href(), "/", "/repositories", 1)
	heat.Narrowed = ask.choice.Text != "" || ask.choice.Language != "" || ask.choice.Grade != "" || ask.choice.Class != "" || ask.choice.Topic != ""
	heat.Clear = heatAsk{account: ask.account, order: ask.order, page: 1}.href()
	if ask.page > 1 {
		heat.Before = ask.at(max(1, min(ask.page-1, (count+heatOfPage-1)/heatOfPage))).href()
	}
	if ask.page*heatOfPage < count {
		heat.After = ask.at(ask.page + 1).href()
	}
	heat.Columns = columnsOf(ask)
	for _, standing := range list {
		row := heatRow(standing, newest[standing.ID], ask.order.Days)
		if row.Progress != nil {
			heat.Running++
		}
		heat.Rows = append(heat.Rows, row)
	}
	return heat, nil
}

func columnsOf(ask heatAsk) (list []templates.HeatColumn) {
	column := func(by, title, class string) templates.HeatColumn {
		c := templates.HeatColumn{By: by, Title: title, Class: class, Href: ask.sorted(by).href()}
		if ask.order.By == by {
			c.Sort = "ascending"
			if ask.order.Descending {
				c.Sort = "descending"
			}
		}
		return c
	}
	list = append(list, column(store.ByName, "Repository", "name"), column(store.ByScore, "Score", "num"), column(store.ByChange, strconv.Itoa(ask.order.Days)+" days", "num"))
	for _, f := range factor.All() {
		c := column(string(f.Key), f.Numeral, "heat-cell")
		c.Says = f.Name
		list = append(list, c)
	}
	return append(list, column(store.ByFindings, "Findings", "num"), column(store.ByAudited, "Audited", "last"))
}

func filterOf(ask heatAsk) templates.HeatFilter {
	f := templates.HeatFilter{Account: ask.account, Text: ask.choice.Text, Topic: ask.choice.Topic, Archived: ask.choice.Archived}
	if sort := ask.sort(); sort != store.ByScore {
		f.Sort = sort
	}
	choices := func(chosen string, list []string, says func(string) string) (all []templates.Choice) {
		if chosen != "" && !slices.Contains(list, chosen) { // it narrows the table all the same
			list = append(slices.Clone(list), chosen)
		}
		for _, value := range list {
			all = append(all, templates.Choice{Value: value, Says: says(value), Chosen: value == chosen})
		}
		return all
	}
	same := func(value string) string { return value }
	f.Languages = choices(ask.choice.Language, audit.ReadLanguages(), same)
	f.Grades = choices(ask.choice.Grade, audit.Grades(), same)
	var classes []string
	for _, c := range audit.Classes() {
		classes = append(classes, string(c))
	}
	f.Classes = choices(string(ask.choice.Class), classes, func(c string) string { return className(audit.Class(c)) })
	for _, days := range store.ChangeDays() {
		value := strconv.Itoa(days)
		f.Days = append(f.Days, templates.Choice{Value: value, Says: value + " days", Chosen: days == ask.order.Days})
	}
	return f
}

func heatRow(o store.Standing, newest *store.Audit, days int) templates.HeatRow {
	row := templates.HeatRow{
		Name: o.FullName(), Href: repositoryHref(o.ID), Classes: classes(o.Classes), Archived: o.Archived,
		Score: o.Score, Grade: o.Grade, Change: o.Change(days), Findings: total(o.Open), Severe: o.Open[0] + o.Open[1],
		Commit: o.Commit, Progress: progressOf(o.ID, newest), Failure: failureOf(newest),
	}
	if o.Audited != nil {
		row.AuditedAt = *o.Audited
	}
	row.Strip = standingStrip(o, func(key factor.Key) string { return factorHref(o.ID, key, "", 1) })
	return row
}
