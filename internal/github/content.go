package github

import (
	"context"
	"crypto/sha1" // #nosec G505 -- git's ids
	"encoding/hex"
	"fmt"

	library "github.com/google/go-github/v60/github"
)

const (
	// blobsAtATime keeps far from the hundred requests that GitHub allows at a time.
	blobsAtATime = 8
	// mostTree bounds a list of files: GitHub cuts it off at 100,000 entries,
	// of which each has about 300 bytes and the length of its path.
	mostTree = 96 << 20
	modeLink = "120000"
)

// tree asks for a tree, or for all that is below it. Names are relative to it.
func (c *Client) tree(ctx context.Context, at Slug, id string, recursive bool) (*library.Tree, error) {
	got, _, err := c.api.Git.GetTree(with(ctx, call{most: mostTree, time: c.app.times.tree}), at.Owner, at.Name, id, recursive)
	return got, emptyOr(tidy(err))
}

// blob asks for a content of known size and proves that it is the one.
func (c *Client) blob(ctx context.Context, at Slug, id string, size int64) ([]byte, error) {
	content, _, err := c.api.Git.GetBlobRaw(with(ctx, call{most: max(size, 1<<20), time: c.app.times.tree}), at.Owner, at.Name, id)
	if err != nil {
		return nil, tidy(err)
	}
	if blobID(content) != id {
		return nil, Unavailable{fmt.Errorf("it gave another content than that of blob %s", id)}
	}
	return content, nil
}

// blobID is the id that git gives a content.
func blobID(content []byte) string {
	h := sha1.New() // #nosec G401 -- as above
	fmt.Fprintf(h, "blob %d\x00", len(content))
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}
