package github

import (
	"context"

	library "github.com/google/go-github/v60/github"
)

// OpenPullRequests lists the open pull requests, newest first.
func (c *Client) OpenPullRequests(ctx context.Context, at Slug) ([]PullRequest, error) {
	if err := at.check(); err != nil {
		return nil, err
	}
	list, err := pages(kept(ctx), func(ctx context.Context, page library.ListOptions) ([]*library.PullRequest, *library.Response, error) {
		return c.api.PullRequests.List(ctx, at.Owner, at.Name, &library.PullRequestListOptions{State: "open", ListOptions: page})
	})
	return convert(list, pullRequestOf), err
}

// PullRequest asks for one pull request.
func (c *Client) PullRequest(ctx context.Context, at Slug, number int) (PullRequest, error) {
	if err := at.check(); err != nil {
		return PullRequest{}, err
	}
	got, _, err := c.api.PullRequests.Get(kept(ctx), at.Owner, at.Name, number)
	if err != nil {
		return PullRequest{}, tidy(err)
	}
	return pullRequestOf(got), nil
}

// PullRequestsOf lists the pull requests that brought a commit, or would. Of a
// commit that GitHub does not have there are none.
func (c *Client) PullRequestsOf(ctx context.Context, at Slug, commit string) ([]PullRequest, error) {
	if err := at.checkCommit(commit); err != nil {
		return nil, err
	}
	list, err := pages(kept(ctx), func(ctx context.Context, page library.ListOptions) ([]*library.PullRequest, *library.Response, error) {
		return c.api.PullRequests.ListPullRequestsWithCommit(ctx, at.Owner, at.Name, commit, &page)
	})
	if status := statusOf(err); status == 422 || status == 409 {
		return nil, nil
	}
	return convert(list, pullRequestOf), err
}
