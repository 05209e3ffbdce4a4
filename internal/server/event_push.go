package server

import (
	"context"
	"regexp"
	"strings"

	"twelvefold/internal/store"
)

var commitID = regexp.MustCompile(`^[0-9a-f]{40}$`)

// pushEvent audits what was pushed to the default branch.
func (s *Server) pushEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	var more struct {
		Ref     string `json:"ref"`
		After   string `json:"after"`
		Deleted bool   `json:"deleted"`
	}
	tolerant(d.body, &more)
	branch, isBranch := strings.CutPrefix(more.Ref, "refs/heads/")
	if !isBranch || branch != d.payload.Repository.DefaultBranch {
		return "nothing to do: not the default branch", nil
	}
	r, err := s.noted(ctx, tx, d)
	if err != nil {
		return "", err
	}
	if more.Deleted || !commitID.MatchString(more.After) || strings.Trim(more.After, "0") == "" {
		return "repository is reviewed", s.queue.Review(ctx, tx, r)
	}
	if branch != r.DefaultBranch { // it was, or it is going to be
		return "repository is reviewed", s.queue.Review(ctx, tx, r)
	}
	at := d.payload.Repository.PushedAt.Time
	if at.IsZero() {
		at = s.now()
	}
	added, err := s.queue.BranchHead(ctx, tx, r, more.After, at)
	if err != nil || !added {
		return "nothing to do: the commit is known", err
	}
	return "audit queued", nil
}
