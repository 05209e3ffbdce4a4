package server

import (
	"net/http"
	"strconv"

	"twelvefold/internal/api"
	"twelvefold/internal/report"
	"twelvefold/internal/store"
)

func (s *Server) apiAudits(c *call) (any, error) {
	key, err := c.key(string([]rune{api.Moment, api.Whole}))
	if err != nil {
		return nil, err
	}
	at, id, err := momentAndID(key)
	if err != nil {
		return nil, err
	}
	o := c.v.seen
	list, err := s.store.AuditsAfter(c.Context(), o.Installation, o.ID, store.State(c.Text("state")), store.Trigger(c.Text("trigger")), at, id, c.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(c, list, func(a store.ListedAudit) api.AuditSummary { return c.audit(a, o.Repository) },
		func(a store.ListedAudit) api.Key { return api.Key{a.HeadAt, a.ID} }), nil
}

func (c *call) audit(a store.ListedAudit, of store.Repository) api.AuditSummary {
	summary := api.AuditSummary{
		ID: a.ID, Repository: c.reference(of), Commit: a.Commit, Branch: a.Branch, PullRequest: orNull(a.Pull), Trigger: api.Trigger(a.Trigger), State: api.State(a.State),
		Error: orNull(a.Error), Ruleset: orNull(a.Ruleset), Score: a.Score, Grade: orNull(a.Grade), Factors: auditCells(a.Cells),
		HeadAt: a.HeadAt.UTC(), CreatedAt: a.Created.UTC(), StartedAt: inUTC(a.Started), FinishedAt: inUTC(a.Finished),
		Places: api.Places{URL: c.at("/audits/%d", a.ID), Page: c.site + auditHref(of.ID, a.ID)},
	}
	if a.State == store.Done {
		summary.Coverage = &a.Coverage
	}
	return summary
}

func (s *Server) apiAudit(c *call) (any, error) {
	id, err := strconv.ParseInt(c.PathValue("audit"), 10, 64)
	if err != nil {
		return nil, store.ErrNotFound
	}
	a, err := s.store.SeenAudit(c.Context(), c.v.sight, id)
	if err != nil {
		return nil, err
	}
	of, err := s.store.Repository(c.Context(), a.Installation, a.Repository)
	if err != nil {
		return nil, err
	}
	cards, err := s.store.Scorecards(c.Context(), a.Installation, a.ID)
	if err != nil {
		return nil, err
	}
	detail := api.AuditDetail{AuditSummary: c.audit(a, of), Components: []report.Component{}, Warnings: all(a.Warnings),
		Work: api.Work{Files: a.Stats.Files, Inspected: a.Stats.Inspected, Cached: a.Stats.Cached, Skipped: a.Stats.Skipped, Failed: a.Stats.Failed}}
	if a.BaseCommit != "" {
		detail.Base = &api.Base{Branch: a.BaseBranch, Commit: a.BaseCommit, Score: a.BaseScore, Unchanged: a.Unchanged, Gate: a.Gate}
	}
	only := c.Text("component")
	for _, card := range cards {
		if only == "" || card.Path == only {
			detail.Components = append(detail.Components, report.ComponentOf(card))
		}
	}
	return detail, nil
}

// apiAskAudit asks for an audit of what the default branch is at now.
func (s *Server) apiAskAudit(c *call) (any, error) {
	o := c.v.seen
	if err := s.queue.AuditHead(c.Context(), o.Repository); err != nil {
		return nil, err
	}
	s.logger.InfoContext(c.Context(), "an audit was asked for", "id", requestID(c.Context()), "repository", o.ID, "by", c.v.signature(), "over", http.MethodPost+" "+api.Prefix)
	return api.Asked{Repository: c.reference(o.Repository), Audits: c.at("/repositories/%d/audits", o.ID)}, nil
}
