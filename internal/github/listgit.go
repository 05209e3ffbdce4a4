package github

import (
	"context"
	"sync"

	"twelvefold/internal/source"
)

const (
	// sizesOf is of how many repositories sizes are kept, and mostSizes how many of each:
	// some 80 bytes for one.
	sizesOf   = 4
	mostSizes = 200_000
	// mostTrees bounds a commit's trees, and the deltas that they come by.
	mostTrees = 64 << 20
)

// sizes are what is known of how long contents are. Git's trees don't say it, and an audit must know it.
type sizes struct {
	mu     sync.Mutex
	of     map[sizesKey]map[string]int64 // by blob
	recent []sizesKey                    // the last used at the end
}

// sizesKey is a repository as one installation sees it.
type sizesKey struct {
	installation int64
	at           Slug
}

// fill gives blobs their sizes, and lists those that it does not know, each once.
// known is false of a repository that it knows nothing of.
func (s *sizes) fill(key sizesKey, entries []source.Entry) (unknown []string, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.of[key]
	missing := map[string]bool{}
	for i, e := range entries {
		if !isBlob(e) {
			continue
		}
		size, ok := all[e.ID]
		if entries[i].Size = size; !ok && !missing[e.ID] {
			missing[e.ID] = true
			unknown = append(unknown, e.ID)
		}
	}
	return unknown, all != nil
}

// knows reports whether anything of a repository is known.
func (s *sizes) knows(key sizesKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of[key] != nil
}

// note remembers the sizes of a commit's contents.
func (s *sizes) note(key sizesKey, entries []source.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.of[key]
	if all == nil || len(all)+len(entries) > mostSizes {
		all = make(map[string]int64, len(entries))
	}
	for _, e := range entries {
		if isBlob(e) {
			all[e.ID] = e.Size
		}
	}
	for i, one := range s.recent {
		if one == key {
			s.recent = append(s.recent[:i], s.recent[i+1:]...)
			break
		}
	}
	if s.recent = append(s.recent, key); len(s.recent) > sizesOf {
		delete(s.of, s.recent[0])
		s.recent = s.recent[1:]
	}
	s.of[key] = all
}

func isBlob(e source.Entry) bool { return !isTree(e) && e.Mode != modeModule }

const modeModule = "160000"

// listSparing lists a commit over git: its trees, and the contents whose sizes are not known yet, which
// are held for the audit that wants most of them. The first commit of a repository is listed by
// the API, which tells all sizes at once.
func (c *Client) listSparing(ctx context.Context, at Slug, commit string, limits source.Limits) (listed, error) {
	key := sizesKey{c.installation, at}
	var tree listed
	if c.app.sizes.knows(key) {
		entries, held, err := c.listOverGit(ctx, at, commit, limits)
		if err != nil {
			return listed{}, err
		}
		tree = listed{entries: entries, held: held}
	}
	if tree.entries == nil {
		byAPI, err := c.list(ctx, at, commit, limits)
		if err != nil {
			return listed{}, err
		}
		tree = byAPI
	}
	c.app.sizes.note(key, tree.entries)
	return tree, nil
}

// listOverGit lists a commit, or nothing where git does not give it.
func (c *Client) listOverGit(ctx context.Context, at Slug, commit string, limits source.Limits) ([]source.Entry, map[string][]byte, error) {
	objects, asked := map[string][]byte{}, false
	q := &question{
		wants: []string{commit}, how: []string{"deepen 1", "filter blob:none"}, objects: mostSizes, most: mostTrees,
		give:     func(_, id string, content []byte) { objects[id] = content },
		complete: func() bool { asked = true; return objects[commit] != nil },
	}
	answered, err := c.overGit(ctx, at, func() *question {
		if asked {
			return nil
		}
		return q
	})
	if err != nil || !answered {
		return nil, nil, err
	}
	entries, err := source.Entries(commit, objects, limits)
	if err != nil {
		c.app.log.Warn("the API is asked for a commit's files: git's answer can't be used", "repository", at.String(), "error", err)
		return nil, nil, nil
	}
	unknown, known := c.app.sizes.fill(sizesKey{c.installation, at}, entries)
	if !known {
		return nil, nil, nil // forgotten meanwhile
	}
	held, err := c.unknown(ctx, at, unknown)
	if err != nil || held == nil {
		return nil, nil, err
	}
	for i, e := range entries {
		if content, ok := held[e.ID]; ok {
			entries[i].Size = int64(len(content))
		}
	}
	return entries, held, nil
}

// unknown fetches contents of unknown sizes: nil where git does not give them, or
// where they are more than may wait in memory.
func (c *Client) unknown(ctx context.Context, at Slug, ids []string) (map[string][]byte, error) {
	got := map[string][]byte{}
	if len(ids) > mostWanted {
		return nil, nil
	}
	answered, err := c.overGit(ctx, at, func() *question {
		if hasAll(got, ids) {
			return nil
		}
		return &question{
			wants: ids, objects: len(ids), most: c.app.window,
			give:     func(_, id string, content []byte) { got[id] = content },
			complete: func() bool { return hasAll(got, ids) },
		}
	})
	if err != nil || !answered {
		return nil, err
	}
	return got, nil
}
