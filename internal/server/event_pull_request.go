package server

import (
	"context"
	"math"

	"twelvefold/internal/store"
)

// pullRequestIn is what is read of a pull request.
type pullRequestIn struct {
	Number int       `json:"number"`
	Title  string    `json:"title"`
	State  string    `json:"state"`
	Draft  bool      `json:"draft"`
	Merged bool      `json:"merged"`
	User   accountIn `json:"user"`
	Head   struct {
		SHA  string `json:"sha"`
		Ref  string `json:"ref"`
		Repo struct {
			FullName string `json:"full_name"`
		} `json:"repo"`
	} `json:"head"`
	Base struct {
		Ref string `json:"ref"`
	} `json:"base"`
	MergeCommit string  `json:"merge_commit_sha"`
	UpdatedAt   instant `json:"updated_at"`
}

func (p pullRequestIn) noun(repository int64) store.PullRequest {
	n := store.PullRequest{
		Repository: repository, Number: p.Number, Title: p.Title, Author: p.User.Login, State: store.PullOpen, Draft: p.Draft,
		Head: p.Head.SHA, HeadBranch: p.Head.Ref, HeadRepository: p.Head.Repo.FullName, BaseBranch: p.Base.Ref, Changed: p.UpdatedAt.Time,
	}
	switch {
	case p.Merged:
		n.State, n.MergeCommit = store.PullMerged, p.MergeCommit
	case p.State == "closed":
		n.State = store.PullClosed
	}
	return n
}

// pullRequestEvent audits the head of an open pull request, once for each head
// and base.
func (s *Server) pullRequestEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	var more struct {
		PullRequest pullRequestIn `json:"pull_request"`
	}
	tolerant(d.body, &more)
	p := more.PullRequest
	if p.Number <= 0 || p.Number > math.MaxInt32 || !commitID.MatchString(p.Head.SHA) || p.UpdatedAt.IsZero() {
		return "nothing to do: the pull request has no head", nil
	}
	r, err := s.noted(ctx, tx, d)
	if err != nil {
		return "", err
	}
	added, err := s.queue.PullHead(ctx, tx, r, p.noun(r.ID))
	if err != nil || !added {
		return "nothing to audit", err
	}
	return "audit queued", nil
}
