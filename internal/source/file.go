package source

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// FileAt reads one file of a local repository at a commit, of at most so many
// bytes, without listing the others. name is relative to dir. A link is not
// followed. Errors: fs.ErrNotExist when no file is called so there, ErrTooLarge,
// ErrAbsent, ErrCorrupt, ErrPointer, or what is wrong with the repository.
func FileAt(ctx context.Context, dir, commit, name string, most int64) ([]byte, error) {
	if err := checkDirectory(dir); err != nil {
		return nil, err
	}
	g, found, err := findGit(dir)
	if err != nil {
		return nil, err
	}
	if !found || !fullID.MatchString(commit) {
		return nil, notInGit(dir, commit)
	}
	store := openStore(g, most)
	blobs := &blobs{store: store}
	defer blobs.close()
	at, err := store.resolve(g, commit)
	if err != nil {
		return nil, err
	}
	f, err := fileIn(ctx, store, at.TreeHash, strings.Trim(below(g, dir)+"/"+name, "/"))
	if err != nil {
		return nil, err
	}
	if f.Size, err = store.size(plumbing.NewHash(f.Blob)); err != nil {
		return nil, ErrAbsent
	}
	if f.Size > most {
		return nil, fmt.Errorf("%w of %s (%s)", ErrTooLarge, size(most), size(f.Size))
	}
	content, err := blobs.read(ctx, f)
	if isPointer(content) {
		return nil, ErrPointer
	}
	return content, err
}

// fileIn looks for a file below a tree.
func fileIn(ctx context.Context, store *store, tree plumbing.Hash, name string) (File, error) {
	for rest := name; ctx.Err() == nil; {
		first, below, deeper := strings.Cut(rest, "/")
		entries, err := readTree(store, tree)
		if err != nil {
			return File{}, ErrAbsent
		}
		entry := entryOf(entries, first)
		switch {
		case entry != nil && deeper && entry.mode == filemode.Dir:
			tree, rest = entry.id, below
		case entry != nil && !deeper && (entry.mode == filemode.Regular || entry.mode == filemode.Executable):
			return File{Path: name, Blob: entry.id.String()}, nil
		default:
			return File{}, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
		}
	}
	return File{}, ctx.Err()
}
