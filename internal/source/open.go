package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// Open reads what a person names on a command line: a directory as it stands,
// or, with a revision or where there is no work tree, a commit. Its errors are
// the person's to act on: one sentence each.
func Open(ctx context.Context, dir, revision string, limits Limits) (*Snapshot, error) {
	if err := checkDirectory(dir); err != nil {
		return nil, err
	}
	if revision != "" || isGitDir(dir) {
		return OpenGit(ctx, dir, revision, limits)
	}
	return OpenDirectory(ctx, dir, limits)
}

// checkDirectory says what is wrong with a directory that can't be audited.
func checkDirectory(dir string) error {
	if dir == "" {
		return errors.New("no directory given: name the one to audit")
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%s does not exist: name a directory or a git repository", dir)
	case err != nil:
		return closed(dir, err)
	case !info.IsDir():
		return fmt.Errorf("%s is a file: give a directory", dir)
	}
	handle, err := os.Open(dir)
	if err != nil {
		return closed(dir, err)
	}
	defer handle.Close()
	if names, _ := handle.Readdirnames(1); len(names) == 0 {
		return fmt.Errorf("%s is empty: nothing to audit", dir)
	}
	return nil
}

// closed is the error of a directory that may not be looked into.
func closed(dir string, err error) error {
	return fmt.Errorf("%s can't be read (%s): give its files to this user, or audit a copy", dir, reason(err))
}
