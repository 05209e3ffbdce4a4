package source

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Entries lists a commit of objects that Unpack gave, by their ids, as Afar wants it but without sizes.
// What the limits leave out anyway is not listed: below directories too deep, and after one entry more than
// there may be. The error is that an object is missing or damaged.
func Entries(commit string, objects map[string][]byte, limits Limits) ([]Entry, error) {
	root, _, found := strings.Cut(string(objects[commit]), "\n")
	root, isTree := strings.CutPrefix(root, "tree ")
	if !found || !isTree {
		return nil, fmt.Errorf("commit %s: %w", commit, errDamaged)
	}
	w := &entryWalk{objects: objects, limits: limits}
	err := w.tree(root, "", 1)
	return w.list, err
}

type entryWalk struct {
	objects map[string][]byte
	limits  Limits
	list    []Entry
}

// tree lists what is below a directory ("" or with a slash behind it).
func (w *entryWalk) tree(id, dir string, depth int) error {
	content, here := w.objects[id]
	if !here {
		return fmt.Errorf("tree %s: %w", id, ErrAbsent)
	}
	entries, err := parseTree(content)
	if err != nil {
		return fmt.Errorf("tree %s: %w", id, err)
	}
	w.list = slices.Grow(w.list, len(entries))
	for _, e := range entries {
		if w.limits.Files > 0 && len(w.list) > w.limits.Files {
			return nil
		}
		if strings.Contains(e.name, "/") {
			return fmt.Errorf("tree %s: %w", id, errDamaged)
		}
		below := hex.EncodeToString(e.id[:])
		w.list = append(w.list, Entry{Path: dir + e.name, Mode: fmt.Sprintf("%06o", uint32(e.mode)), ID: below})
		if e.mode != filemode.Dir || w.limits.Depth > 0 && depth >= w.limits.Depth {
			continue
		}
		if err := w.tree(below, dir+e.name+"/", depth+1); err != nil {
			return err
		}
	}
	return nil
}
