package github

import (
	"context"
	"fmt"
	"path"
	"strings"

	library "github.com/google/go-github/v60/github"
)

// Head asks for the commit that a branch is at. Errors: ErrNotFound when there
// is no such branch, ErrEmpty when the repository has no commit.
func (c *Client) Head(ctx context.Context, at Slug, branch string) (string, error) {
	if err := at.check(); err != nil {
		return "", err
	}
	if branch == "" {
		return "", fmt.Errorf("%w: no branch is named", ErrInvalid)
	}
	ref, _, err := c.api.Git.GetRef(kept(ctx), at.Owner, at.Name, "refs/heads/"+branch)
	if err != nil {
		return "", emptyOr(tidy(err))
	}
	return ref.GetObject().GetSHA(), nil
}

// emptyOr names the one conflict that GitHub reports of git data.
func emptyOr(err error) error {
	if statusOf(err) == 409 {
		return ErrEmpty
	}
	return err
}

// MergeBase asks where two commits part. The head may be one of a fork: it is
// looked for through the base repository. ErrNotFound: they have nothing in
// common, or one is gone.
func (c *Client) MergeBase(ctx context.Context, at Slug, base, head string) (string, error) {
	if err := at.checkCommit(base, head); err != nil {
		return "", err
	}
	if base == head {
		return base, nil
	}
	got, _, err := c.api.Repositories.CompareCommits(ctx, at.Owner, at.Name, base, head, &library.ListOptions{PerPage: 1})
	if err != nil {
		return "", tidy(err)
	}
	if got.GetMergeBaseCommit().GetSHA() == "" {
		return "", fmt.Errorf("%w: %s and %s have no commit in common", ErrNotFound, base, head)
	}
	return got.GetMergeBaseCommit().GetSHA(), nil
}

// File reads one file at a commit, of at most so many bytes. A link is not
// followed. Errors: ErrNotFound when it is not there or no file, ErrInvalid when it is
// larger.
func (c *Client) File(ctx context.Context, at Slug, commit, name string, most int64) ([]byte, error) {
	if err := at.checkCommit(commit); err != nil {
		return nil, err
	}
	tree := commit
	rest := strings.Trim(path.Clean("/"+name), "/")
	for {
		first, below, deeper := strings.Cut(rest, "/")
		entry, err := c.entry(ctx, at, tree, first)
		switch {
		case err != nil:
			return nil, err
		case deeper && entry.GetType() == "tree":
			tree, rest = entry.GetSHA(), below
			continue
		case deeper || entry.GetType() != "blob" || entry.GetMode() == modeLink:
			return nil, fmt.Errorf("%w: %s is no file at commit %s", ErrNotFound, name, commit)
		case int64(entry.GetSize()) > most:
			return nil, fmt.Errorf("%w: %s is larger than %d bytes", ErrInvalid, name, most)
		}
		return c.blob(ctx, at, entry.GetSHA(), int64(entry.GetSize()))
	}
}

// entry looks for a name in a tree.
func (c *Client) entry(ctx context.Context, at Slug, tree, name string) (*library.TreeEntry, error) {
	got, err := c.tree(ctx, at, tree, false)
	if err != nil {
		return nil, err
	}
	for _, entry := range got.Entries {
		if entry.GetPath() == name {
			return entry, nil
		}
	}
	return nil, fmt.Errorf("%w: no %s in tree %s", ErrNotFound, name, tree)
}
