package audit

import (
	"bytes"
	"slices"

	"twelvefold/internal/source"
)

// statesLike reports whether two commits of a repository state the same, so that
// there is nothing to judge: the same files, of which some may have another
// content, and in each of them the same facts.
func statesLike(tree, old Tree) bool {
	now, before := tree.Snapshot, old.Snapshot
	if tree.Siblings != nil || old.Siblings != nil || !bytes.Equal(tree.Settings, old.Settings) || tree.Today != old.Today || !slices.Equal(tree.Waivers, old.Waivers) || now.Branch != before.Branch ||
		!slices.Equal(now.Branches, before.Branches) || !slices.Equal(now.Merged, before.Merged) || !slices.Equal(now.Tags, before.Tags) || len(now.Files) != len(before.Files) {
		return false
	}
	changed := map[string]bool{} // contents that came or went
	for i, f := range now.Files {
		was := before.Files[i]
		if f.Path != was.Path || f.Role != was.Role || f.Mode != was.Mode || (f.Size <= 1) != (was.Size <= 1) {
			return false
		}
		if f.Blob != was.Blob {
			if f.Blob == "" || was.Blob == "" || changed[f.Blob] || changed[was.Blob] {
				return false
			}
			changed[f.Blob], changed[was.Blob] = true, true
		}
		if differing(old.Signals[f.Path], tree.Signals[f.Path]) != nil {
			return false
		}
	}
	for i, f := range now.Files {
		if len(changed) == 0 {
			break
		}
		if f.Blob == before.Files[i].Blob && changed[f.Blob] {
			return false // another file has, or had, the same content
		}
	}
	return true
}

// unread is a tree without what can read it, so that nothing is held open.
func unread(tree Tree) Tree {
	s := tree.Snapshot
	tree.Snapshot = &source.Snapshot{Branch: s.Branch, Branches: s.Branches, Merged: s.Merged, Tags: s.Tags, Files: s.Files}
	return tree
}
