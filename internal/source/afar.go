package source

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing/filemode"
)

// Afar is a commit whose files are listed and kept elsewhere: behind an API.
type Afar struct {
	Repository string // "owner/name"
	Commit     string
	Branch     string // the default branch; "" if unknown
	Branches   []string
	Tags       []string
	Entries    []Entry   // in git's order: a directory, then what is below it
	Warnings   []Warning // of what is not listed
	Contents   Contents
}

// Entry is one of a git tree.
type Entry struct {
	Path string // from the root, forward slashes
	Mode string // octal, as git writes it: 100644 100755 120000 160000 040000
	ID   string // 40 lower-case hex digits
	Size int64  // of a blob
}

// Contents gives what is kept afar.
type Contents interface {
	// Prepare is told what will be read, in the order of reading, so that it
	// can be fetched together. The error is that it can't be had now.
	Prepare(ctx context.Context, files []File) error
	// Read gives a content that has the file's blob id. An error that is none of
	// those of Snapshot.Read says nothing about the file, but that it can't be had now.
	Read(ctx context.Context, f File) ([]byte, error)
	Close() error
}

// OpenAfar makes a snapshot of such a commit, by the same rules and limits as of one
// that is here.
func OpenAfar(ctx context.Context, a Afar, limits Limits) (*Snapshot, error) {
	s := &Snapshot{}
	files, err := s.list(ctx, a.Entries, limits)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 && len(s.Warnings)+len(a.Warnings) == 0 {
		return nil, fmt.Errorf("%s is empty at commit %s: nothing to audit", a.Repository, a.Commit)
	}
	warnings := append(slices.Clone(a.Warnings), s.Warnings...)
	s = New(a.Repository, a.Commit, files, nil, a.Contents.Close)
	s.Warnings, s.trouble = warnings, &trouble{}
	s.read = func(ctx context.Context, f File) ([]byte, error) {
		content, err := a.Contents.Read(ctx, f)
		if err != nil && !ofTheFile(err) {
			s.trouble.note(err)
		}
		return content, err
	}
	s.prepare = a.Contents.Prepare
	branches, tags := set(a.Branches), set(a.Tags)
	s.name(a.Branch, refs{branches: firstNames(branches), tags: firstNames(tags), cut: len(branches) > maxRefs || len(tags) > maxRefs})
	s.limit(limits)
	return s, nil
}

func set(names []string) map[string]bool {
	all := map[string]bool{}
	for _, name := range names {
		all[name] = true
	}
	return all
}

// list takes files from entries as treeWalk does from trees.
func (s *Snapshot) list(ctx context.Context, entries []Entry, limits Limits) (files []File, err error) {
	seen, below := 0, "" // a directory left out
	for _, e := range entries {
		if below != "" && strings.HasPrefix(e.Path, below) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if limits.Files > 0 && seen >= limits.Files {
			s.warn("", "left out: everything after the first %d entries", limits.Files)
			break
		}
		seen++
		mode, err := strconv.ParseUint(e.Mode, 8, 32)
		if err != nil {
			return nil, fmt.Errorf("%s has the unknown mode %q", e.Path, e.Mode)
		}
		isDir := canonical(uint32(mode)) == filemode.Dir
		switch {
		case !validName(path.Base(e.Path)) || e.Path == "":
			s.warn(strings.ToValidUTF8(e.Path, "?"), "left out: git does not allow this name")
			below = e.Path + "/"
		case isDir && limits.Depth > 0 && strings.Count(e.Path, "/")+1 >= limits.Depth:
			s.warn(e.Path, "left out: more than %d directories deep", limits.Depth-1)
			below = e.Path + "/"
		case !isDir:
			files = append(files, e.file(canonical(uint32(mode))))
		}
	}
	return files, nil
}

// file is an entry that is none of a directory.
func (e Entry) file(mode filemode.FileMode) File {
	f := File{Path: e.Path, Mode: modeOf(mode), Blob: e.ID, Size: e.Size, Role: RoleOf(e.Path)}
	if f.Mode == Submodule {
		f.Size = 0
	}
	return f
}

// Prepare tells which files will be read, in the order of reading: what keeps
// them afar fetches them together. Of a directory and of a repository that is
// here it does nothing. The error is that they can't be had now.
func (s *Snapshot) Prepare(ctx context.Context, files []File) error {
	if s.prepare == nil || len(files) == 0 {
		return ctx.Err()
	}
	if err := s.prepare(ctx, files); err != nil {
		s.trouble.note(err)
		return err
	}
	return nil
}

// Err is why contents could not be had though they exist: what keeps them
// afar failed. What an audit made without them is not to be kept. It is nil of
// a directory and of a repository that is here.
func (s *Snapshot) Err() error {
	if s.trouble == nil {
		return nil
	}
	return s.trouble.first()
}

// trouble keeps the first error.
type trouble struct {
	mu  sync.Mutex
	err error
}

func (t *trouble) note(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
}

func (t *trouble) first() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// ofTheFile reports whether an error of reading is about the file.
func ofTheFile(err error) bool {
	return slices.ContainsFunc([]error{ErrTooLarge, ErrAbsent, ErrChanged, ErrCorrupt, ErrPointer, ErrNoFile}, func(known error) bool { return errors.Is(err, known) })
}
