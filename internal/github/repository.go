package github

import (
	"context"

	library "github.com/google/go-github/v60/github"
)

// Repositories lists what the installation gives the App access to.
func (c *Client) Repositories(ctx context.Context) ([]Repository, error) {
	list, err := pages(kept(ctx), func(ctx context.Context, page library.ListOptions) ([]*library.Repository, *library.Response, error) {
		got, response, err := c.api.Apps.ListRepos(ctx, &page)
		if err != nil {
			return nil, response, err
		}
		return got.Repositories, response, nil
	})
	return convert(list, repositoryOf), err
}

// Repository asks for a repository by its id, which stays the same when it is
// renamed or transferred.
func (c *Client) Repository(ctx context.Context, id int64) (Repository, error) {
	got, _, err := c.api.Repositories.GetByID(kept(ctx), id)
	if err != nil {
		return Repository{}, tidy(err)
	}
	return repositoryOf(got), nil
}

// byName asks for a repository by its name of now or of before.
func (c *Client) byName(ctx context.Context, at Slug) (Repository, error) {
	got, _, err := c.api.Repositories.Get(kept(ctx), at.Owner, at.Name)
	if err != nil {
		return Repository{}, tidy(err)
	}
	return repositoryOf(got), nil
}
