package server

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/report"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// What the page of an audit shows at the most.
const (
	changesOfPage    = 50
	componentsOfPage = 50
	warningsOfPage   = 100
)

// auditOf is the audit that the path names.
func (s *Server) auditOf(r *http.Request, o store.Overview) (store.Audit, error) {
	id, err := idOf(r, "audit")
	if err != nil {
		return store.Audit{}, err
	}
	return s.store.AuditOf(r.Context(), o.Installation, o.ID, id)
}

// auditPage shows one audit. ?opened= and ?closed= show more of what came and went.
func (s *Server) auditPage(w http.ResponseWriter, r *http.Request) error {
	o := viewerOf(r.Context()).seen
	a, err := s.auditOf(r, o)
	if err != nil {
		return err
	}
	at := s.hostedOf(o.Repository, a.Commit)
	view := templates.Audit{
		Page: s.page(r, "Audit of "+templates.Short(a.Commit)+" of "+o.FullName()), Repository: templates.Link{Href: repositoryHref(o.ID), Text: o.FullName()}, Files: auditHref(o.ID, a.ID),
		State: string(a.State), Trigger: triggerName(a.Trigger), Hash: a.Commit, Branch: a.Branch, HeadAt: a.HeadAt, At: a.Created,
		Progress: auditProgress(o.ID, &a),
	}
	if at.repository != "" {
		view.Commit = templates.Link{Href: at.repository + "/commit/" + a.Commit, Text: "commit on GitHub"}
	}
	line := auditLine(a)
	view.Took = line.Took
	switch {
	case a.Finished != nil:
		view.At = *a.Finished
	case a.Started != nil:
		view.At = *a.Started
	}
	if view.Progress != nil {
		view.Page.Refresh = refreshEvery
	}
	if a.PullRequest != 0 {
		if err := s.auditPull(r, at, a, &view); err != nil {
			return err
		}
	}
	s.auditFailure(o, a, &view)
	if a.State == store.Done {
		if err := s.auditResult(r, o, a, &view); err != nil {
			return err
		}
	}
	return s.render(w, r, templates.AuditPage(view))
}

// auditProgressPart answers the running audit's fragment, or has the page
// reloaded when the audit has ended.
func (s *Server) auditProgressPart(w http.ResponseWriter, r *http.Request) error {
	o := viewerOf(r.Context()).seen
	a, err := s.auditOf(r, o)
	if err != nil {
		return err
	}
	if r.Header.Get("HX-Request") == "" {
		return seeOther(w, r, auditHref(o.ID, a.ID))
	}
	progress := auditProgress(o.ID, &a)
	if progress == nil {
		w.Header().Set("HX-Refresh", "true")
	}
	return s.render(w, r, templates.ProgressRegion(progress))
}

func auditProgress(repository int64, a *store.Audit) *templates.Progress {
	progress := progressOf(repository, a)
	if progress != nil {
		progress.Href = auditHref(repository, a.ID) + "/progress"
	}
	return progress
}

// triggerName says why an audit was asked for.
func triggerName(t store.Trigger) string {
	switch t {
	case store.Push:
		return "after a push"
	case store.OnPullRequest:
		return "for a pull request"
	case store.Schedule:
		return "by the schedule"
	case store.Backfill:
		return "to fill in the past"
	}
	return "asked for by hand"
}

// auditPull names the pull request that the audit is of.
func (s *Server) auditPull(r *http.Request, at hosted, a store.Audit, view *templates.Audit) error {
	pull, err := s.store.PullRequest(r.Context(), a.Installation, a.PullRequest)
	if err != nil {
		return err
	}
	view.PullRequest = &templates.AuditPull{Link: templates.Link{Text: fmt.Sprintf("#%d %s", pull.Number, pull.Title)}, By: pull.Author}
	if at.repository != "" {
		view.PullRequest.Link.Href = fmt.Sprintf("%s/pull/%d", at.repository, pull.Number)
	}
	return nil
}

// auditFailure says why an audit came to nothing, and what to do.
func (s *Server) auditFailure(o store.Overview, a store.Audit, view *templates.Audit) {
	if a.State != store.Failed && a.State != store.Cancelled {
		return
	}
	view.Failure = a.Error
	switch {
	case a.State == store.Cancelled:
		view.Advice = "Nothing is lost: another audit stands in its place, or the next push brings one."
	case o.Origin == store.FromLocal:
		view.Advice = "Mend what it says, then audit the repository again."
	default:
		view.Advice = "The next push is audited by itself. If that fails, too, tell the operator this page’s address."
	}
	if o.Latest != nil {
		view.Latest = templates.Link{Href: auditHref(o.ID, o.Latest.ID), Text: "The last audit that succeeded is of " + templates.Short(o.Latest.Commit)}
	}
}

// auditResult fills in what a done audit came to.
func (s *Server) auditResult(r *http.Request, o store.Overview, a store.Audit, view *templates.Audit) error {
	view.Score, view.Grade, view.Coverage = a.Score, a.Grade, a.Coverage
	view.Strip = stripOf(a.Cells, nil)
	if err := s.auditBeside(r, o, a, view); err != nil {
		return err
	}
	var err error
	if a.PullRequest != 0 {
		err = s.pullChanges(r, o, a, view)
	} else {
		err = s.branchChanges(r, o, a, view)
	}
	if err != nil {
		return err
	}
	cards, err := s.store.Scorecards(r.Context(), o.Installation, a.ID)
	if err != nil {
		return err
	}
	for _, card := range cards[:min(len(cards), componentsOfPage)] {
		row := componentRow(card, &templates.Repository{Href: repositoryHref(o.ID)}, -1)
		if o.Latest == nil || o.Latest.ID != a.ID {
			row.Href = "" // the repository's page is about another audit
		}
		view.Components = append(view.Components, row)
	}
	view.MoreRows = max(0, len(cards)-componentsOfPage)
	for _, w := range a.Warnings[:min(len(a.Warnings), warningsOfPage)] {
		view.Warnings = append(view.Warnings, templates.Warning{Path: w.Path, Message: w.Message})
	}
	view.MoreWarned = max(0, len(a.Warnings)-warningsOfPage)
	view.Reads = readsOf(a)
	return nil
}

// auditBeside compares an audit with the one before it, or with its base.
func (s *Server) auditBeside(r *http.Request, o store.Overview, a store.Audit, view *templates.Audit) error {
	link := func(b store.Audit) templates.Link {
		return templates.Link{Href: auditHref(o.ID, b.ID), Text: templates.Short(b.Commit)}
	}
	before, err := s.store.AuditBefore(r.Context(), a)
	switch {
	case err == nil:
		view.Before = link(before)
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	if a.PullRequest != 0 {
		if a.BaseCommit != "" {
			base := templates.Link{Text: templates.Short(a.BaseCommit)}
			if at := s.hostedOf(o.Repository, a.BaseCommit); at.repository != "" {
				base.Href = at.repository + "/commit/" + a.BaseCommit
			}
			view.Against = againstOf(a, a.BaseScore, a.BaseCells, "the base of the pull request")
			view.Against.Commit, view.Against.Link = a.BaseCommit, base
		}
	} else if view.Before.Href != "" {
		view.Against = againstOf(a, before.Score, before.Cells, "the audit before")
		view.Against.Commit, view.Against.Link, view.Against.Rules = before.Commit, view.Before, before.Ruleset != a.Ruleset
	}
	if view.Against != nil {
		view.Change = changeOf(a.Score, view.Against.Score)
	}
	after, err := s.store.AuditAfter(r.Context(), a)
	if err == nil {
		view.After = link(after)
	} else if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return err
}

// againstOf tells which factors have another score than there.
func againstOf(a store.Audit, score *float64, before []audit.Cell, what string) *templates.Against {
	var here, there [12]audit.Cell
	copy(here[:], a.Cells)
	copy(there[:], before)
	against := &templates.Against{What: what, Score: score, Strip: stripOf(before, nil)}
	strip := stripOf(a.Cells, nil)
	for i, f := range factor.All() {
		from, to := against.Strip[i], strip[i]
		moved := templates.Moved{Factor: f, Before: from, After: to}
		if here[i].Score != nil && there[i].Score != nil {
			moved.Change = *here[i].Score - *there[i].Score
		}
		if from.Level != to.Level || math.Abs(moved.Change) >= 0.05 {
			against.Moved = append(against.Moved, moved)
		}
	}
	return against
}

// branchChanges are the findings that an audit of a branch opened and closed.
func (s *Server) branchChanges(r *http.Request, o store.Overview, a store.Audit, view *templates.Audit) error {
	at := s.hostedOf(o.Repository, a.Commit)
	for _, part := range []struct {
		name string
		list *templates.ChangeList
		read func(limit, offset int) ([]store.Finding, int, error)
	}{
		{"opened", &view.Opened, func(limit, offset int) ([]store.Finding, int, error) {
			return s.store.FindingsOpenedBy(r.Context(), o.Installation, o.ID, a.ID, limit, offset)
		}},
		{"closed", &view.Closed, func(limit, offset int) ([]store.Finding, int, error) {
			return s.store.FindingsClosedBy(r.Context(), o.Installation, o.ID, a.ID, limit, offset)
		}},
	} {
		page, err := pageNumber(r, part.name)
		if err != nil {
			return err
		}
		findings, all, err := part.read(changesOfPage, (page-1)*changesOfPage)
		if err != nil {
			return err
		}
		if page > 1 && len(findings) == 0 {
			return store.ErrNotFound
		}
		for _, f := range findings {
			item := changeItem(f.Finding, at)
			if item.Href = findingHref(o.ID, f.ID); part.name == "closed" {
				item.Place.Href = "" // it is gone at this commit
			}
			addChange(part.list, f.Factor, item)
		}
		paged(part.list, r, part.name, page, len(findings), all)
	}
	return nil
}

// pullChanges are what a pull request brings and takes away.
func (s *Server) pullChanges(r *http.Request, o store.Overview, a store.Audit, view *templates.Audit) error {
	changes, err := s.store.Changes(r.Context(), o.Installation, a.ID)
	if err != nil {
		return err
	}
	view.Unchanged = a.Unchanged
	for _, part := range []struct {
		name string
		list *templates.ChangeList
		at   hosted
	}{{"opened", &view.Opened, s.hostedOf(o.Repository, a.Commit)}, {"closed", &view.Closed, s.hostedOf(o.Repository, a.BaseCommit)}} {
		page, err := pageNumber(r, part.name)
		if err != nil {
			return err
		}
		all, shown := 0, 0
		for _, c := range changes {
			if c.New != (part.name == "opened") {
				continue
			}
			if all++; all <= (page-1)*changesOfPage || all > page*changesOfPage {
				continue
			}
			item := changeItem(c.Finding, part.at)
			item.Fails, item.Rule = c.Fails, c.Rule
			if c.New { // it has no page of its own
				item.Fix = c.Fix
			}
			addChange(part.list, c.Factor, item)
			shown++
		}
		if page > 1 && shown == 0 {
			return store.ErrNotFound
		}
		paged(part.list, r, part.name, page, shown, all)
	}
	return nil
}

func changeItem(f audit.Finding, at hosted) templates.ChangeItem {
	return templates.ChangeItem{Severity: string(f.Severity), Message: f.Message, Place: at.place(f.Place)}
}

// addChange adds an item below its factor.
func addChange(list *templates.ChangeList, key factor.Key, item templates.ChangeItem) {
	for i := range list.Groups {
		if list.Groups[i].Factor.Key == key {
			list.Groups[i].Items = append(list.Groups[i].Items, item)
			return
		}
	}
	list.Groups = append(list.Groups, templates.ChangeGroup{Factor: factorOf(key), Items: []templates.ChangeItem{item}})
}

// paged notes which part of a list is shown, and where the others are; the other
// list stays where it is.
func paged(list *templates.ChangeList, r *http.Request, name string, page, shown, all int) {
	list.All, list.First, list.Shown = all, (page-1)*changesOfPage+1, shown
	href := func(page int) string {
		query := url.Values{}
		for _, key := range []string{"opened", "closed"} {
			if n, err := pageNumber(r, key); err == nil && n > 1 && key != name {
				query.Set(key, strconv.Itoa(n))
			}
		}
		if page > 1 {
			query.Set(name, strconv.Itoa(page))
		}
		if len(query) == 0 {
			return r.URL.Path
		}
		return r.URL.Path + "?" + query.Encode()
	}
	if page > 1 {
		list.Newer = href(page - 1)
	}
	if page*changesOfPage < all {
		list.Older = href(page + 1)
	}
}

// readsOf is what an audit looked at.
func readsOf(a store.Audit) []templates.Fact {
	count := func(name string, n int) templates.Fact {
		return templates.Fact{Name: name, Value: templates.Thousands(n)}
	}
	facts := []templates.Fact{
		count("Files", a.Stats.Files), count("That matter", a.Stats.Candidates), count("Read anew", a.Stats.Inspected),
		count("Known from before", a.Stats.Cached), count("Left out", a.Stats.Skipped), count("Not readable", a.Stats.Failed),
		{Name: "Amount read", Value: kilobytes(a.Stats.Bytes)}, {Name: "Questions with evidence", Value: report.Percent(a.Coverage)},
		{Name: "Ruleset", Value: a.Ruleset},
	}
	return facts
}

// kilobytes words an amount: "812 kB", "3.4 MB".
func kilobytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d kB", (n+1023)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}
