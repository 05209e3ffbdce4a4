package github

import (
	"context"
	"slices"
	"time"

	library "github.com/google/go-github/v60/github"
)

// Commit is a commit of a branch.
type Commit struct {
	SHA string
	At  time.Time // committed
}

// weeklyPages is how many pages of a branch's commits are read before the
// weeks that are left are asked for one by one: what that costs in a year.
const weeklyPages = 52

// Weekly lists the commits that the branch was at when each of the last so many
// weeks ended (Monday 00:00 UTC), oldest first; weeks without a new commit bring none.
// It follows first parents, so that a merged branch's own commits are not
// taken for the branch's. In a history of more than 5,200 commits a year
// the older weeks are told by dates alone.
func (c *Client) Weekly(ctx context.Context, at Slug, branch string, weeks int) ([]Commit, error) {
	head, err := c.Head(ctx, at, branch)
	if err != nil {
		return nil, err
	}
	ends := weekEnds(c.app.now(), weeks)
	if len(ends) == 0 {
		return nil, nil
	}
	w := &weekly{client: c, at: at, next: head, ends: ends}
	if err := w.follow(ctx, head, ends[len(ends)-1].AddDate(0, 0, -7)); err != nil {
		return nil, err
	}
	if err := w.askRest(ctx); err != nil {
		return nil, err
	}
	return w.commits(), nil
}

// weekEnds are the ends of the last weeks, newest first.
func weekEnds(now time.Time, weeks int) []time.Time {
	day := now.UTC().Truncate(24 * time.Hour)
	end := day.AddDate(0, 0, -int(day.Weekday()+6)%7)
	ends := make([]time.Time, 0, max(weeks, 0))
	for range weeks {
		ends = append(ends, end)
		end = end.AddDate(0, 0, -7)
	}
	return ends
}

// weekly fills weeks with the commits of a branch, newest first.
type weekly struct {
	client *Client
	at     Slug
	next   string      // the first parent that is looked for; "" at the root
	ends   []time.Time // of weeks that have no commit yet
	found  []Commit
}

// follow walks along first parents through the listing. since is before all
// weeks: what is older is asked for only if the listing ends there.
func (w *weekly) follow(ctx context.Context, head string, since time.Time) error {
	listed := map[string]*library.RepositoryCommit{}
	options := &library.CommitsListOptions{SHA: head, Since: since, ListOptions: library.ListOptions{PerPage: pageSize}}
	for range weeklyPages {
		list, response, err := w.client.api.Repositories.ListCommits(ctx, w.at.Owner, w.at.Name, options)
		if err != nil {
			return emptyOr(tidy(err))
		}
		for _, commit := range list {
			listed[commit.GetSHA()] = commit
		}
		for len(w.ends) > 0 && listed[w.next] != nil {
			w.take(listed[w.next])
		}
		if len(w.ends) == 0 || response.NextPage == 0 {
			break
		}
		options.Page = response.NextPage
	}
	return nil
}

// take goes one commit back.
func (w *weekly) take(commit *library.RepositoryCommit) {
	at := commit.GetCommit().GetCommitter().GetDate().Time
	for len(w.ends) > 0 && !at.After(w.ends[0]) {
		w.found, w.ends = append(w.found, Commit{commit.GetSHA(), at}), w.ends[1:]
	}
	w.next = ""
	if len(commit.Parents) > 0 {
		w.next = commit.Parents[0].GetSHA()
	}
}

// askRest asks for the weeks that the listing did not reach, unless the history
// ended before them.
func (w *weekly) askRest(ctx context.Context) error {
	for len(w.ends) > 0 && w.next != "" {
		list, _, err := w.client.api.Repositories.ListCommits(ctx, w.at.Owner, w.at.Name, &library.CommitsListOptions{SHA: w.next, Until: w.ends[0], ListOptions: library.ListOptions{PerPage: 1}})
		if err != nil {
			return emptyOr(tidy(err))
		}
		if len(list) == 0 {
			return nil
		}
		before := len(w.ends)
		if w.take(list[0]); len(w.ends) == before {
			return nil // dates that go against the order
		}
	}
	return nil
}

// commits are those found, each once, oldest first.
func (w *weekly) commits() []Commit {
	slices.Reverse(w.found)
	return slices.CompactFunc(w.found, func(a, b Commit) bool { return a.SHA == b.SHA })
}
