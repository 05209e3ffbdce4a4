package source

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// maxRefs bounds how many branches, and how many tags, a snapshot names. The
// development subjects have up to 5,000 references, nearly all of pull requests,
// and at most a few hundred of either sort.
const maxRefs = 2000

// refs lists branches and tags by name.
type refs struct {
	branches []string // local ones and origin's
	tags     []string
	merged   []string // of the branches; see store.merged
	cut      bool     // there are more than maxRefs of a sort: the first by name are kept
}

// The places of the references that are named here. What else a repository
// keeps references of (pull requests, notes, stashes) is neither branch nor tag.
var (
	branchPrefixes = []string{"refs/heads/", "refs/remotes/origin/"}
	tagPrefixes    = []string{"refs/tags/"}
)

// readRefs reads the names of branches and tags, sorted: of files of their own,
// and of the one that git packs them into.
func readRefs(g gitDir) refs {
	branches, tags := map[string]bool{}, map[string]bool{}
	packed := readPackedRefs(g)
	for _, sort := range []struct {
		names    map[string]bool
		prefixes []string
	}{{branches, branchPrefixes}, {tags, tagPrefixes}} {
		for _, prefix := range sort.prefixes {
			packedRefs(packed, prefix, sort.names)
			looseRefs(filepath.Join(g.common, filepath.FromSlash(prefix)), sort.names)
		}
	}
	delete(branches, "HEAD") // origin's is the name of another
	r := refs{cut: len(branches) > maxRefs || len(tags) > maxRefs}
	r.branches, r.tags = firstNames(branches), firstNames(tags)
	return r
}

// readPackedRefs reads at most 64 MB of the file of packed references.
func readPackedRefs(g gitDir) []byte {
	f, size, err := openRegular(filepath.Join(g.common, "packed-refs"))
	if err != nil {
		return nil
	}
	defer f.Close()
	packed := make([]byte, min(size, 64<<20))
	n, _ := io.ReadFull(f, packed) // what can't be read names nothing
	return packed[:n]
}

// packedRefs takes names from lines of an id, a space and a reference's name.
func packedRefs(packed []byte, prefix string, names map[string]bool) {
	mark := []byte(" " + prefix)
	for {
		at := bytes.Index(packed, mark)
		if at < 0 {
			return
		}
		line := packed[at+len(mark):]
		end := bytes.IndexByte(line, '\n')
		if end < 0 {
			end = len(line)
		}
		start := bytes.LastIndexByte(packed[:at], '\n') + 1
		if name := strings.TrimSpace(string(line[:end])); fullID.Match(packed[start:at]) && name != "" && !strings.Contains(name, " ") {
			names[name] = true
		}
		packed = line[end:]
	}
}

// looseRefs takes the paths of the files in a directory that say something.
func looseRefs(dir string, names map[string]bool) {
	_ = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // what can't be read names nothing
		}
		info, err := entry.Info()
		if below, rel := filepath.Rel(dir, name); err == nil && rel == nil && info.Size() > 0 && !strings.HasSuffix(below, ".lock") {
			names[filepath.ToSlash(below)] = true
		}
		return nil
	})
}

// firstNames is at most maxRefs names of a set, sorted.
func firstNames(set map[string]bool) []string {
	names := slices.Sorted(maps.Keys(set))
	return names[:min(len(names), maxRefs)]
}
