package github

import (
	"cmp"
	"context"
	"crypto/sha1" // #nosec G505 -- git's ids
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	library "github.com/google/go-github/v60/github"
	"golang.org/x/sync/errgroup"

	"twelvefold/internal/source"
)

const (
	// blobsAtATime keeps far from the hundred requests that GitHub allows at a time.
	blobsAtATime = 8
	// mostTree bounds a list of files: GitHub cuts it off at 100,000 entries,
	// of which each has about 300 bytes and the length of its path.
	mostTree = 96 << 20
	modeLink = "120000"
	// usualWindow is how many bytes of contents wait in memory to be read.
	usualWindow = 128 << 20
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

// contents fetches what is read of a commit: few contents blob by blob, many
// from the archive. It holds a window of what was announced and goes on to the
// next when that is asked for; what nobody announced is fetched alone.
type contents struct {
	client *Client
	at     Slug
	commit string
	bytes  int64 // of all files
	files  int
	window int64

	mu     sync.Mutex
	wishes []source.File // in the order of reading, each content once
	place  map[string]int
	loaded int               // wishes of the windows so far
	held   map[string][]byte // by blob
	failed error             // what ended the fetching: nothing is asked again
}

func newContents(c *Client, at Slug, commit string, tree listed) *contents {
	k := &contents{client: c, at: at, commit: commit, files: len(tree.entries), window: c.app.window, held: tree.held}
	for _, e := range tree.entries {
		k.bytes += e.Size
	}
	return k
}

// Prepare is told what will be read, and fetches the first window of it.
func (k *contents) Prepare(ctx context.Context, files []source.File) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := k.held
	k.wishes, k.place, k.loaded, k.held = nil, map[string]int{}, 0, map[string][]byte{}
	for _, f := range files {
		if _, twice := k.place[f.Blob]; twice || f.Mode == source.Submodule {
			continue
		}
		if content, ok := before[f.Blob]; ok {
			k.held[f.Blob] = content
			continue
		}
		k.place[f.Blob] = len(k.wishes)
		k.wishes = append(k.wishes, f)
	}
	return k.next(ctx)
}

// next fetches the next window, unless fetching has failed before: the next
// thousand files would wait as long as the last one.
func (k *contents) next(ctx context.Context) error {
	if k.failed == nil {
		k.failed = k.load(ctx)
	}
	return k.failed
}

// Read gives a content. It has one window at a time fetched.
func (k *contents) Read(ctx context.Context, f source.File) ([]byte, error) {
	k.mu.Lock()
	for {
		if content, ok := k.held[f.Blob]; ok {
			k.mu.Unlock()
			return slices.Clip(content), nil // who appends to it gets a copy
		}
		if at, wished := k.place[f.Blob]; !wished || at < k.loaded {
			break
		}
		clear(k.held)
		if err := k.next(ctx); err != nil {
			k.mu.Unlock()
			return nil, err
		}
	}
	failed := k.failed
	k.mu.Unlock()
	if failed != nil {
		return nil, failed
	}
	content, err := k.client.blob(ctx, k.at, f.Blob, f.Size)
	if err != nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.failed = cmp.Or(k.failed, err)
	}
	return content, err
}

// Close frees what is held.
func (k *contents) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.held, k.wishes, k.place = nil, nil, nil
	return nil
}

// load fetches the next window. What the archive lacks, and can't be fetched by a few
// requests more, is left to be read one by one: so each try gets on.
func (k *contents) load(ctx context.Context) error {
	end, total := k.loaded, int64(0)
	for end < len(k.wishes) && (end == k.loaded || total+k.wishes[end].Size <= k.window) {
		total += k.wishes[end].Size
		end++
	}
	part := k.wishes[k.loaded:end]
	if len(part) == 0 {
		return nil
	}
	missing, left := part, len(k.wishes)
	if k.client.sparing {
		got, err := k.overGit(ctx, part)
		if err != nil {
			return err
		}
		missing = k.hold(part, got)
		left -= len(part) - len(missing)
	}
	if len(missing) > 0 && k.archived(left) {
		got, err := k.fromArchive(ctx, missing)
		if err != nil {
			return err
		}
		missing = k.hold(missing, got)
	}
	if len(missing) <= mostBlobs {
		if err := k.fromBlobs(ctx, missing); err != nil {
			return err
		}
	}
	k.loaded = end
	return nil
}

// hold keeps contents, and tells which of those that were wanted are still missing.
func (k *contents) hold(wanted []source.File, got map[string][]byte) (missing []source.File) {
	maps.Copy(k.held, got)
	return slices.DeleteFunc(slices.Clone(wanted), func(f source.File) bool { _, had := got[f.Blob]; return had })
}

// What a request and an archive cost. There is no measuring GitHub from a test:
// these are of its answers as they are usually seen, and the choice is not delicate. One
// more request costs something by itself, as 5,000 an hour are all there are.
const (
	blobTime    = 120 * time.Millisecond
	requestCost = 20 * time.Millisecond
	archiveTime = 400 * time.Millisecond // until its first byte
	archiveRate = 20 << 20               // bytes a second, inflated
	mostBlobs   = 200
	mostArchive = 8 << 30 // bytes, inflated
)

// archived reports whether so many contents are cheaper from the archive: more
// than 8 of a small repository, 60 of one of 35 MB, 150 of one of 100 MB.
func (k *contents) archived(n int) bool {
	if k.bytes > mostArchive {
		return false
	}
	blobs := time.Duration((n+blobsAtATime-1)/blobsAtATime)*blobTime + time.Duration(n)*requestCost
	archive := archiveTime + time.Duration(k.bytes)*time.Second/archiveRate
	return n > mostBlobs || blobs > archive
}

// fromBlobs fetches contents one by one, several at a time.
func (k *contents) fromBlobs(ctx context.Context, files []source.File) error {
	var mu sync.Mutex
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(blobsAtATime)
	for _, f := range files {
		group.Go(func() error {
			content, err := k.client.blob(within, k.at, f.Blob, f.Size)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			k.held[f.Blob] = content
			return nil
		})
	}
	return group.Wait()
}
