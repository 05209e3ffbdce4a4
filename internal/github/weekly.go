package github

import (
	"context"

	library "github.com/google/go-github/v60/github"

	"twelvefold/internal/source"
)

// weeklyPages is how many pages of a branch's commits are read before the
// weeks that are left are asked for one by one: what that costs in a year.
const weeklyPages = 52

// Weekly lists the commits that the branch was at when each of the last so many
// weeks ended, oldest first; see source.Weeks.
// It follows first parents, so that a merged branch's own commits are not
// taken for the branch's. In a history of more than 5,200 commits a year
// the older weeks are told by dates alone.
func (c *Client) Weekly(ctx context.Context, at Slug, branch string, weeks int) ([]source.Commit, error) {
	head, err := c.Head(ctx, at, branch)
	if err != nil {
		return nil, err
	}
	w := &weekly{client: c, at: at, next: head, weeks: source.NewWeeks(c.app.now(), weeks)}
	if err := w.follow(ctx, head); err != nil {
		return nil, err
	}
	if err := w.askRest(ctx); err != nil {
		return nil, err
	}
	return w.weeks.Commits(), nil
}

// weekly fills weeks with the commits of a branch, newest first.
type weekly struct {
	client *Client
	at     Slug
	next   string // the first parent that is looked for; "" at the root
	weeks  *source.Weeks
}

func (w *weekly) left() bool {
	_, more := w.weeks.Left()
	return more
}

// follow walks along first parents through the listing. It is asked from before
// all weeks on: what is older is asked for only if the listing ends there.
func (w *weekly) follow(ctx context.Context, head string) error {
	listed := map[string]*library.RepositoryCommit{}
	options := &library.CommitsListOptions{SHA: head, Since: w.weeks.Since(), ListOptions: library.ListOptions{PerPage: pageSize}}
	for page := 0; page < weeklyPages && w.left(); page++ {
		list, response, err := w.client.api.Repositories.ListCommits(ctx, w.at.Owner, w.at.Name, options)
		if err != nil {
			return emptyOr(tidy(err))
		}
		for _, commit := range list {
			listed[commit.GetSHA()] = commit
		}
		for w.left() && listed[w.next] != nil {
			w.take(listed[w.next])
		}
		if response.NextPage == 0 {
			break
		}
		options.Page = response.NextPage
	}
	return nil
}

// take goes one commit back.
func (w *weekly) take(commit *library.RepositoryCommit) {
	w.weeks.Take(source.Commit{SHA: commit.GetSHA(), At: commit.GetCommit().GetCommitter().GetDate().Time})
	w.next = ""
	if len(commit.Parents) > 0 {
		w.next = commit.Parents[0].GetSHA()
	}
}

// askRest asks for the weeks that the listing did not reach, unless the history
// ended before them.
func (w *weekly) askRest(ctx context.Context) error {
	for w.next != "" {
		end, more := w.weeks.Left()
		if !more {
			return nil
		}
		list, _, err := w.client.api.Repositories.ListCommits(ctx, w.at.Owner, w.at.Name, &library.CommitsListOptions{SHA: w.next, Until: end, ListOptions: library.ListOptions{PerPage: 1}})
		if err != nil {
			return emptyOr(tidy(err))
		}
		if len(list) == 0 {
			return nil
		}
		w.take(list[0])
		if now, more := w.weeks.Left(); more && now.Equal(end) {
			return nil // dates that go against the order
		}
	}
	return nil
}
