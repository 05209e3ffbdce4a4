// Package source reads a Snapshot: all files of a repository at one commit (or
// of a directory as it stands), with path, mode, blob id, size and role, and
// content on demand. It follows no link, runs no code of the repository and
// keeps to Limits; what it leaves out is said in the snapshot's warnings.
package source

import (
	"context"
	"sort"
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
	Blob string // git blob id, 40 lower-case hex digits, also for plain directories
	Size int64  // bytes
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
	Total    int64 // bytes of all contents read
	Depth    int   // path segments
}

// DefaultLimits are what CLI and worker use: above the largest development
// subject (11,900 files) by a factor of ten, and one megabyte a file because
// no hand-written source of theirs is larger.
var DefaultLimits = Limits{Files: 120_000, FileSize: 1 << 20, Total: 2 << 30, Depth: 64}

// Snapshot is all files of a repository at one commit. It is safe for
// concurrent reads. Close releases what Read uses.
type Snapshot struct {
	Repository string   // "owner/name" where a remote tells, else the directory's name
	Commit     string   // 40 hex digits; "" for a directory without git
	Branch     string   // the checked-out or default branch; "" if unknown
	Branches   []string // local and remote branch names, sorted, refs/heads only
	Dirty      bool     // true when files differ from Commit (work tree audits only)
	Files      []File   // sorted by Path
	Warnings   []Warning

	read  func(ctx context.Context, f File) ([]byte, error)
	close func() error
}

// New makes a snapshot from files and a reader of their content. Files are
// sorted in place. closer may be nil.
func New(repository, commit string, files []File, read func(context.Context, File) ([]byte, error), closer func() error) *Snapshot {
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
	return &Snapshot{Repository: repository, Commit: commit, Files: files, read: read, close: closer}
}

// Read returns a file's content: for a link its target, as git stores it.
// Errors: a file over the size limit, unreadable, absent from the object store.
func (s *Snapshot) Read(ctx context.Context, f File) ([]byte, error) { return s.read(ctx, f) }

// Close releases file handles. The snapshot can't be read afterwards.
func (s *Snapshot) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}
