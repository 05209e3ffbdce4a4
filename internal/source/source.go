// Package source reads a Snapshot: all files of a repository at one commit (or
// of a directory as it stands), with path, mode, blob id, size and role, and
// content on demand. It follows no link, runs no code of the repository and
// keeps to Limits; what it leaves out is said in the snapshot's warnings.
package source

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"path"
	"slices"
	"sort"
	"strings"
)

// Mode is what git says an entry is.
type Mode string

// The modes that a git tree knows.
const (
	Regular    Mode = "regular"
	Executable Mode = "executable"
	Symlink    Mode = "symlink"   // content is the link's target; never followed
	Submodule  Mode = "submodule" // blob is the commit id; has no content here
)

// File is one entry of a snapshot.
type File struct {
	Path string // relative to the repository root, forward slashes
	Mode Mode
	Blob string // git blob id, 40 lower-case hex digits, also for plain directories; "" only where Limits forbid to read the file
	Size int64  // bytes; 0 when the object store does not have the blob
	Role Role   // from the path alone; see RoleOf
}

// Warning says what was left out of a snapshot or an audit, and why.
type Warning struct {
	Path    string `json:"path"` // "" when it concerns the whole repository
	Message string `json:"message"`
}

// Limits bound what one snapshot may cost. The zero value of a field means no bound.
type Limits struct {
	Files    int   // entries; a larger tree is cut off after this many, with a warning
	FileSize int64 // bytes; a larger file is listed, but Read refuses it
	LockSize int64 // bytes of a lock file, which programs write and which is larger; 0 means FileSize
	Total    int64 // bytes of all contents that Read may be asked for, in order of path
	Depth    int   // path segments
}

// DefaultLimits are what CLI and worker use: above the largest development
// subject (11,900 files) by a factor of ten, and one megabyte a file because
// no hand-written source of theirs is larger. Their largest lock has 1.2 MB,
// those of the largest monorepos ten times that.
var DefaultLimits = Limits{Files: 120_000, FileSize: 1 << 20, LockSize: 24 << 20, Total: 2 << 30, Depth: 64}

var lockFile = words(`package-lock.json npm-shrinkwrap.json pnpm-lock.yaml yarn.lock bun.lock poetry.lock uv.lock pdm.lock
	pipfile.lock go.sum cargo.lock gemfile.lock composer.lock`)

// fileSize is the most bytes that Read gives of a file, 0 for no bound.
func (l Limits) fileSize(name string) int64 {
	if l.LockSize > 0 && lockFile[strings.ToLower(path.Base(name))] {
		return l.LockSize
	}
	return l.FileSize
}

// Why Read refuses a file. The error's text is what a warning says of it.
var (
	ErrTooLarge = errors.New("left out: larger than the limit")
	ErrAbsent   = errors.New("left out: its content is absent from the object store")
	ErrChanged  = errors.New("left out: it changed while it was read")
	ErrCorrupt  = errors.New("left out: its content does not match its id")
	ErrPointer  = errors.New("left out: only its Git LFS pointer is here; run git lfs pull and audit the directory as it stands")
	ErrNoFile   = errors.New("left out: a submodule has no content here")
)

// Snapshot is all files of a repository at one commit. It is safe for
// concurrent reads. Close releases what Read uses.
type Snapshot struct {
	Repository string   // "owner/name" where a remote tells, else the directory's name
	Commit     string   // 40 hex digits; "" for a directory without git
	Branch     string   // the checked-out or default branch; "" if unknown
	Branches   []string // names of the repository's branches, local ones and origin's, sorted; at most maxRefs
	Merged     []string // those of Branches that are called as environments are and have no commit that Commit lacks, where history tells; sorted
	Tags       []string // names of its tags, sorted; at most maxRefs
	Dirty      bool     // true when files differ from Commit (work tree audits only)
	Files      []File   // sorted by Path
	Warnings   []Warning

	read    func(ctx context.Context, f File) ([]byte, error)
	prepare func(ctx context.Context, files []File) error // nil: nothing to prepare
	trouble *trouble                                      // nil: none is possible
	close   func() error
}

// New makes a snapshot from files and a reader of their content. Files are
// sorted in place. closer may be nil.
func New(repository, commit string, files []File, read func(context.Context, File) ([]byte, error), closer func() error) *Snapshot {
	byPath := func(a, b File) int { return strings.Compare(a.Path, b.Path) }
	if !slices.IsSortedFunc(files, byPath) { // git's trees are
		slices.SortFunc(files, byPath)
	}
	return &Snapshot{Repository: repository, Commit: commit, Files: files, read: read, close: closer}
}

// Read returns a file's content: for a link its target, as git stores it. The
// content has the file's blob id. Errors: ErrTooLarge, ErrAbsent, ErrChanged,
// ErrCorrupt, ErrNoFile, ErrPointer, or why the file could not be read.
func (s *Snapshot) Read(ctx context.Context, f File) ([]byte, error) { return s.read(ctx, f) }

// Close releases file handles. The snapshot can't be read afterwards.
func (s *Snapshot) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// name notes which branch was read, and the branches and tags beside it.
func (s *Snapshot) name(branch string, r refs) {
	s.Branch, s.Branches, s.Merged, s.Tags = branch, r.branches, r.merged, r.tags
	if r.cut {
		s.warn("", "only the first %d branches and tags are looked at", maxRefs)
	}
}

func (s *Snapshot) warn(name, format string, args ...any) {
	s.Warnings = append(s.Warnings, Warning{name, fmt.Sprintf(format, args...)})
}

// limit makes Read keep to the limits. Which files are beyond Total is decided
// by their order, not by who reads first: the same tree gives the same audit.
func (s *Snapshot) limit(limits Limits) {
	refused := map[string]bool{}
	var total int64
	for _, f := range s.Files {
		if f.Mode == Submodule {
			s.warn(f.Path, "left out: a submodule is a git repository of its own; audit it by itself")
		}
		if most := limits.fileSize(f.Path); most > 0 && f.Size > most {
			continue
		}
		total += f.Size
		if limits.Total > 0 && total > limits.Total {
			refused[f.Path] = true
		}
	}
	if len(refused) > 0 {
		s.warn("", "the contents of %d files are left out: all together are larger than %s", len(refused), size(limits.Total))
	}
	refuse := func(f File) error {
		most := limits.fileSize(f.Path)
		switch {
		case f.Mode == Submodule:
			return ErrNoFile
		case most > 0 && f.Size > most:
			return fmt.Errorf("%w of %s (%s)", ErrTooLarge, size(most), size(f.Size))
		case refused[f.Path]:
			return fmt.Errorf("%w of %s for all files together", ErrTooLarge, size(limits.Total))
		}
		return nil
	}
	read := s.read
	s.read = func(ctx context.Context, f File) ([]byte, error) {
		if err := cmp.Or(ctx.Err(), refuse(f)); err != nil {
			return nil, err
		}
		content, err := read(ctx, f)
		if isPointer(content) {
			return nil, ErrPointer
		}
		return content, err
	}
	if prepare := s.prepare; prepare != nil {
		s.prepare = func(ctx context.Context, files []File) error {
			return prepare(ctx, slices.DeleteFunc(slices.Clone(files), func(f File) bool { return refuse(f) != nil }))
		}
	}
	sort.SliceStable(s.Warnings, func(i, j int) bool { return s.Warnings[i].Path < s.Warnings[j].Path })
}

// isPointer reports whether a content is what Git LFS commits in place of a file:
// less than 1024 bytes that begin so, by its specification.
func isPointer(content []byte) bool {
	return len(content) < 1024 && bytes.HasPrefix(content, []byte("version https://git-lfs.github.com/spec/"))
}

// size words a number of bytes: "1 MB", "1.4 MB", "12 kB" (powers of 1024).
func size(n int64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB"}
	value, unit := float64(n), 0
	for value >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	if value == float64(int64(value)) {
		return fmt.Sprintf("%d %s", int64(value), units[unit])
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}

// newBlobHash starts the hash that git names a blob by.
func newBlobHash(size int64) hash.Hash {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", size)
	return h
}

// blobID is the id that git gives this content.
func blobID(content []byte) string {
	h := newBlobHash(int64(len(content)))
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}
