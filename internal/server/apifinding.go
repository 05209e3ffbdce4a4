package server

import (
	"bytes"
	"errors"
	"strconv"

	"twelvefold/internal/api"
	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/report"
	"twelvefold/internal/store"
)

// findingRounds bounds how often more findings are read to fill a page: what
// waivers of whole paths accept is only known when it was read.
const findingRounds = 4

func (s *Server) apiRepositoryFindings(c *call) (any, error) {
	return s.findingsAsked(c, []int64{c.v.seen.Installation}, c.v.seen.ID)
}

func (s *Server) apiFindings(c *call) (any, error) {
	accounts, err := s.accountsAsked(c.Context(), c.v.sight, c.Text("installation"))
	if err != nil {
		return nil, err
	}
	return s.findingsAsked(c, accounts, 0)
}

// findingsAsked is a page of findings: of one repository, or of all where it is 0.
func (s *Server) findingsAsked(c *call, accounts []int64, repository int64) (any, error) {
	key, err := c.key(string([]rune{api.Whole, api.Whole}))
	if err != nil {
		return nil, err
	}
	var after, behind int64
	if key != nil {
		var whole [2]bool
		after, whole[0] = key[0].(int64)
		behind, whole[1] = key[1].(int64)
		if !whole[0] || !whole[1] {
			return nil, problem{kind: api.BadCursor}
		}
	}
	state := c.Text("state")
	choice := store.FindingChoice{
		Sight: c.v.sight, Accounts: accounts, Repository: repository, Today: s.today(), Open: state != api.Closed, Closed: state == api.Closed || state == "all", Accepted: state == api.Waived,
		Factor: factor.Key(c.Text("factor")), Severity: audit.Severity(c.Text("severity")), Rule: c.Text("rule"), Component: c.Text("component"),
	}
	page := api.List[api.Finding]{Items: []api.Finding{}}
	for round := 1; ; round++ {
		list, err := s.store.FindingsAfter(c.Context(), choice, after, behind, c.Limit+1)
		if err != nil {
			return nil, err
		}
		more := len(list) > c.Limit
		list = list[:min(len(list), c.Limit)]
		waivers, err := s.waiversFor(c, list)
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			if len(page.Items) == c.Limit {
				more = true
				break
			}
			after, behind = f.Repository.ID, f.ID
			if item := s.apiFindingOf(c, f, waivers[f.Repository.ID]); state == "all" || string(item.State) == state {
				page.Items = append(page.Items, item)
			}
		}
		if !more {
			return page, nil
		}
		if len(page.Items) == c.Limit || round == findingRounds {
			page.Next = c.next(api.Key{after, behind})
			return page, nil
		}
	}
}

// waiversFor are the waivers of the repositories of open findings.
func (s *Server) waiversFor(c *call, list []store.ListedFinding) (map[int64][]audit.Waiver, error) {
	var ids []int64
	for _, f := range list {
		if f.ClosedByAudit == nil {
			ids = append(ids, f.Repository.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return s.store.StandingWaivers(c.Context(), ids)
}

func (s *Server) apiFindingOf(c *call, f store.ListedFinding, waivers []audit.Waiver) api.Finding {
	at := s.hostedOf(f.Repository, f.Commit)
	finding := api.Finding{
		ID: f.ID, Repository: c.reference(f.Repository), State: api.Open, Rule: f.Rule, Factor: f.Factor, Aspect: f.Aspect, Severity: f.Severity, Confidence: f.Confidence,
		Component: f.Component, Place: linesOf(f.Place, at), Related: []api.Lines{}, Message: f.Message, Fix: orNull(f.Fix), Fingerprint: f.Fingerprint, Weight: f.Weight(), Gain: f.Gain,
		FirstSeenAt: f.FirstSeen.UTC(), FirstSeenBy: f.FirstSeenAudit, LastSeenBy: f.LastSeenAudit, ClosedAt: inUTC(f.Closed), ClosedBy: f.ClosedByAudit,
		Places: api.Places{URL: c.at("/findings/%d", f.ID), Page: c.site + findingHref(f.Repository.ID, f.ID)},
	}
	for _, p := range f.Related {
		finding.Related = append(finding.Related, linesOf(p, at))
	}
	if f.ClosedByAudit != nil {
		finding.State = api.Closed
	} else if w := f.WaivedOn(s.today(), waivers); w != nil {
		finding.State, finding.Waiver = api.Waived, &api.Waiver{Reason: w.Reason, Owner: w.Owner, Expires: w.Expires}
	}
	return finding
}

func linesOf(p audit.Place, at hosted) api.Lines {
	return api.Lines{Path: p.Path, Line: p.Line, EndLine: max(p.Line, p.EndLine), Source: orNull(at.place(p).Href)}
}

func (s *Server) apiFinding(c *call) (any, error) {
	id, err := strconv.ParseInt(c.PathValue("finding"), 10, 64)
	if err != nil {
		return nil, store.ErrNotFound
	}
	repository, err := s.store.RepositoryOfFinding(c.Context(), c.v.sight, id)
	if err != nil {
		return nil, err
	}
	if err := s.enter(c.Context(), c.v, reader, repository); err != nil {
		return nil, err
	}
	o := c.v.seen
	life, err := s.store.Life(c.Context(), o.Installation, o.ID, id)
	if err != nil {
		return nil, err
	}
	listed := store.ListedFinding{Finding: life.Finding, Repository: o.Repository, Commit: life.Commit}
	waivers, err := s.waiversFor(c, []store.ListedFinding{listed})
	if err != nil {
		return nil, err
	}
	rule := s.byID[life.Rule]
	// What nothing looks at any more neither stands nor is accepted.
	former := life.Branch != o.DefaultBranch && life.ClosedByAudit == nil
	detail := api.FindingDetail{Finding: s.apiFindingOf(c, listed, waivers[o.ID]), Title: rule.Title, Why: rule.Why, Absences: []api.Absence{}}
	if former {
		detail.State, detail.Waiver = api.Former, nil
	}
	for _, a := range life.Absences {
		detail.Absences = append(detail.Absences, api.Absence{ClosedAt: a.Closed.UTC(), ClosedBy: a.ClosedBy, ReopenedAt: a.Reopened.UTC(), ReopenedBy: a.ReopenedBy})
	}
	return detail, nil
}

// apiSARIF is the latest audit as the command line writes it, with who accepted
// what today.
func (s *Server) apiSARIF(c *call) (any, error) {
	o := c.v.seen
	if o.Latest == nil {
		return nil, problem{kind: api.Missing, detail: "No audit of this repository’s default branch is done yet. Ask for one with POST " + c.at("/repositories/%d/audits", o.ID) + ", or wait for the one that runs."}
	}
	findings, err := s.store.OpenFindings(c.Context(), o.Installation, o.ID, o.Latest.Branch)
	if err != nil {
		return nil, err
	}
	waivers, err := s.store.StandingWaivers(c.Context(), []int64{o.ID})
	if err != nil {
		return nil, err
	}
	whole := &audit.Audit{Repository: o.FullName(), Commit: o.Latest.Commit, Ruleset: o.Latest.Ruleset, Score: o.Latest.Score, Grade: o.Latest.Grade,
		Coverage: o.Latest.Coverage, Warnings: o.Latest.Warnings}
	for _, f := range findings {
		f.Waived = f.WaivedOn(s.today(), waivers[o.ID])
		whole.Findings = append(whole.Findings, f.Finding)
	}
	var text bytes.Buffer
	err = report.SARIF(&text, whole, s.rules, s.version)
	return text.Bytes(), err
}

func isInvalid(err error) bool { return errors.Is(err, store.ErrInvalid) }
