package server

import (
	"context"

	"twelvefold/internal/jobs"
	"twelvefold/internal/store"
)

// checkRunEvent does what somebody asked for at the check run: audit again, or
// explain.
func (s *Server) checkRunEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	var more struct {
		CheckRun struct {
			HeadSHA string `json:"head_sha"`
			App     struct {
				ID int64 `json:"id"`
			} `json:"app"`
		} `json:"check_run"`
		Requested struct {
			Identifier string `json:"identifier"`
		} `json:"requested_action"`
	}
	tolerant(d.body, &more)
	if more.CheckRun.App.ID != s.appID {
		return "nothing to do: another App's check run", nil
	}
	switch {
	case d.payload.Action == "rerequested", d.payload.Action == "requested_action" && more.Requested.Identifier == jobs.ActionRerun:
		return s.auditAgain(ctx, tx, d, more.CheckRun.HeadSHA)
	case d.payload.Action == "requested_action" && more.Requested.Identifier == jobs.ActionExplain:
		r, err := s.noted(ctx, tx, d)
		if err != nil {
			return "", err
		}
		return "check run is explained", s.queue.Publish(ctx, tx, jobs.PublishArgs{
			Installation: r.Installation, Repository: r.ID, Commit: more.CheckRun.HeadSHA, Explain: true})
	}
	return "nothing to do", nil
}

// checkSuiteEvent audits again what somebody asked to be checked again.
func (s *Server) checkSuiteEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	var more struct {
		CheckSuite struct {
			HeadSHA string `json:"head_sha"`
			App     struct {
				ID int64 `json:"id"`
			} `json:"app"`
		} `json:"check_suite"`
	}
	tolerant(d.body, &more)
	if d.payload.Action != "rerequested" || more.CheckSuite.App.ID != s.appID {
		return "nothing to do", nil // pull requests tell of themselves
	}
	return s.auditAgain(ctx, tx, d, more.CheckSuite.HeadSHA)
}

// auditAgain asks for new audits of the open pull requests at a commit.
func (s *Server) auditAgain(ctx context.Context, tx store.Tx, d delivery, commit string) (string, error) {
	if !commitID.MatchString(commit) {
		return "nothing to do: no commit is named", nil
	}
	r, err := s.noted(ctx, tx, d)
	if err != nil {
		return "", err
	}
	pulls, err := s.store.PullRequestsAt(ctx, tx, r.Installation, r.ID, commit)
	if err != nil {
		return "", err
	}
	if len(pulls) == 0 { // GitHub shows it as queued now: it is to say again what it said
		return "check run is shown again: no open pull request has this head", s.queue.Publish(ctx, tx, jobs.PublishArgs{
			Installation: r.Installation, Repository: r.ID, Commit: commit, Again: true})
	}
	for _, p := range pulls {
		if _, err := s.queue.PullAudit(ctx, tx, r, p); err != nil {
			return "", err
		}
	}
	return "audit queued", nil
}
