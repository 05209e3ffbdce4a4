package github

import (
	"context"
	"errors"
	"fmt"
	"strings"

	library "github.com/google/go-github/v60/github"
	"golang.org/x/sync/errgroup"

	"twelvefold/internal/source"
)

// mostRefs bounds the answer that names all branches, or all tags: each takes
// some 350 bytes.
const mostRefs = 32 << 20

// Snapshot lists a repository's files at a commit, which may be one of a fork's
// pull request. Contents come when they are prepared or read. Errors: ErrEmpty, ErrCommitGone,
// ErrRepositoryGone, or why GitHub can't be asked now.
func (c *Client) Snapshot(ctx context.Context, at Slug, commit string, limits source.Limits) (*source.Snapshot, error) {
	if err := at.checkCommit(commit); err != nil {
		return nil, err
	}
	var (
		tree           listed
		repository     Repository
		branches, tags []string
		warnings       [2][]source.Warning
	)
	lists := c.list
	if c.sparing {
		lists = c.listSparing
	}
	group, within := errgroup.WithContext(ctx)
	group.Go(func() (err error) { tree, err = lists(within, at, commit, limits); return err })
	group.Go(func() (err error) { repository, err = c.byName(within, at); return err })
	group.Go(func() (err error) { branches, warnings[0], err = c.refs(within, at, "heads"); return err })
	group.Go(func() (err error) { tags, warnings[1], err = c.refs(within, at, "tags"); return err })
	if err := group.Wait(); err != nil {
		return nil, c.whyNot(ctx, at, err)
	}
	return source.OpenAfar(ctx, source.Afar{
		Repository: repository.Slug().String(), Commit: commit, Branch: repository.DefaultBranch, Branches: branches, Tags: tags,
		Entries: tree.entries, Warnings: append(append(tree.warnings, warnings[0]...), warnings[1]...), Contents: newContents(c, at, commit, tree),
	}, limits)
}

// whyNot tells a commit that is gone from a repository that is.
func (c *Client) whyNot(ctx context.Context, at Slug, err error) error {
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	switch _, gone := c.byName(ctx, at); {
	case errors.Is(gone, ErrNotFound):
		return fmt.Errorf("%s: %w", at, ErrRepositoryGone)
	case gone != nil:
		return gone
	}
	return fmt.Errorf("%s: %w", at, ErrCommitGone)
}

// refs names branches ("heads") or tags.
func (c *Client) refs(ctx context.Context, at Slug, sort string) ([]string, []source.Warning, error) {
	list, _, err := get[[]struct {
		Ref string `json:"ref"`
	}](with(ctx, call{keep: true, most: mostRefs, time: c.app.times.tree}), c.api, fmt.Sprintf("repos/%s/git/matching-refs/%s/", at, sort))
	if err = tidy(err); errors.Is(err, errTooLong) {
		return nil, []source.Warning{{Message: "left out: the names of its " + sort + ", of which there are too many"}}, nil
	}
	if err != nil {
		return nil, nil, emptyOr(err)
	}
	names := make([]string, len(list))
	for i, ref := range list {
		names[i] = strings.TrimPrefix(ref.Ref, "refs/"+sort+"/")
	}
	return names, nil, nil
}

// listed is a commit's tree.
type listed struct {
	entries  []source.Entry
	warnings []source.Warning
	held     map[string][]byte // contents that came with it, by blob
}

// mostLists bounds how many requests list one commit that GitHub does not list
// at once: a tenth of what it grants in an hour.
const mostLists = 500

// list lists a commit: at once where GitHub does, else directory by directory.
func (c *Client) list(ctx context.Context, at Slug, commit string, limits source.Limits) (listed, error) {
	tree, err := c.tree(ctx, at, commit, true)
	if err != nil {
		return listed{}, err
	}
	if !tree.GetTruncated() {
		return listed{entries: entriesOf(tree, "")}, nil
	}
	w := &lister{client: c, at: at, most: limits.Files, left: mostLists}
	if err := w.divide(ctx, commit, ""); err != nil {
		return listed{}, err
	}
	return w.listed, nil
}

// entriesOf are a tree's entries with whole paths.
func entriesOf(tree *library.Tree, prefix string) []source.Entry {
	list := make([]source.Entry, len(tree.Entries))
	for i, e := range tree.Entries {
		list[i] = source.Entry{Path: prefix + e.GetPath(), Mode: e.GetMode(), ID: e.GetSHA(), Size: int64(e.GetSize())}
	}
	return list
}

// lister lists a tree of which GitHub does not give all at once. What the first
// list has is not used: GitHub does not say which part it is.
type lister struct {
	client *Client
	at     Slug
	most   int // entries, 0 for no bound
	left   int // requests
	listed
}

func (w *lister) full() bool { return w.most > 0 && len(w.entries) > w.most }

// divide lists a directory that is too large for one list: its own entries,
// then what is below each, some at a time.
func (w *lister) divide(ctx context.Context, id, prefix string) error {
	w.left--
	own, err := w.client.tree(ctx, w.at, id, false)
	if err != nil {
		return err
	}
	entries := entriesOf(own, prefix)
	for i := 0; i < len(entries) && !w.full(); {
		if !isTree(entries[i]) {
			w.entries = append(w.entries, entries[i])
			i++
			continue
		}
		end := i
		for end < len(entries) && isTree(entries[end]) && end-i < blobsAtATime {
			end++
		}
		if err := w.below(ctx, entries[i:end]); err != nil {
			return err
		}
		i = end
	}
	if own.GetTruncated() {
		w.warnings = append(w.warnings, source.Warning{Path: strings.TrimSuffix(prefix, "/"), Message: "left out: files of a directory that has more than GitHub lists"})
	}
	return nil
}

func isTree(e source.Entry) bool { return strings.TrimPrefix(e.Mode, "0") == "40000" }

// below lists what is below some directories.
func (w *lister) below(ctx context.Context, dirs []source.Entry) error {
	trees := make([]*library.Tree, len(dirs))
	group, within := errgroup.WithContext(ctx)
	for i, dir := range dirs {
		if w.left--; w.left < 0 {
			break
		}
		group.Go(func() (err error) { trees[i], err = w.client.tree(within, w.at, dir.ID, true); return err })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, dir := range dirs {
		if w.full() {
			return nil
		}
		w.entries = append(w.entries, dir)
		switch {
		case trees[i] == nil:
			w.warnings = append(w.warnings, source.Warning{Path: dir.Path, Message: fmt.Sprintf("left out: listing all directories would take more than %d requests", mostLists)})
		case trees[i].GetTruncated():
			if err := w.divide(ctx, dir.ID, dir.Path+"/"); err != nil {
				return err
			}
		default:
			w.entries = append(w.entries, entriesOf(trees[i], dir.Path+"/")...)
		}
	}
	return nil
}
