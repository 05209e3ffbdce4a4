package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// gitDir is where a repository's own files are.
type gitDir struct {
	shown  string // how messages name it: "DIR/.git", or DIR when bare
	dot    string // the git directory
	common string // what worktrees share; dot itself elsewhere
	work   string // root of the work tree; "" when bare
}

// unreadable words what is wrong with a git directory, and what to do.
func (g gitDir) unreadable(reason string, args ...any) error {
	return fmt.Errorf("%s is not a readable git repository (%s): run git fsck there, or audit a copy without .git", g.shown, fmt.Sprintf(reason, args...))
}

// unsupported is the error of a way of git's to store things that is not known
// here. What stands in the work tree can still be read.
type unsupported struct {
	git  gitDir
	kind string
}

func (u unsupported) Error() string {
	instead := "leave out the revision to audit the directory as it stands"
	if u.git.work == "" {
		instead = "check it out, and audit the directory as it stands"
	}
	return fmt.Sprintf("%s is a git repository of a kind that is not supported (%s): %s", u.git.shown, u.kind, instead)
}

// harm is what is wrong with an object, in a word: what the library says of
// bytes that it can't read helps nobody who reads a message.
func harm(err error) string {
	switch {
	case errors.Is(err, plumbing.ErrObjectNotFound):
		return "is missing"
	case errors.Is(err, fs.ErrPermission):
		return "may not be read"
	}
	return "is damaged"
}

// findGit looks for the repository that dir belongs to: dir itself when bare,
// its .git, or that of a directory above. found is false when there is none. A
// broken .git counts in dir itself only; above it, dir is simply not in git.
func findGit(dir string) (g gitDir, found bool, err error) {
	if isGitDir(dir) {
		return gitDir{shown: dir, dot: dir, common: commonDir(dir)}, true, nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return g, false, err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	for work := abs; ; work = filepath.Dir(work) {
		shown := filepath.Join(work, ".git")
		if work == abs {
			shown = filepath.Join(dir, ".git")
		}
		if _, err := os.Lstat(filepath.Join(work, ".git")); err == nil {
			g, err := openDotGit(work, shown)
			if work == abs || err == nil {
				return g, err == nil, err
			}
		}
		if filepath.Dir(work) == work {
			return g, false, nil
		}
	}
}

// openDotGit reads what .git in a work tree is: a directory, or a file that
// names one (worktrees, submodules).
func openDotGit(work, shown string) (gitDir, error) {
	g := gitDir{shown: shown, work: work, dot: filepath.Join(work, ".git")}
	info, err := os.Stat(g.dot)
	if err != nil {
		return g, g.unreadable("%s", reason(err))
	}
	if !info.IsDir() {
		text, err := readSmall(g.dot)
		if err != nil {
			return g, g.unreadable("%s", reason(err))
		}
		target, ok := strings.CutPrefix(strings.TrimSpace(text), "gitdir:")
		if !ok {
			return g, g.unreadable("it is a file that names no git directory")
		}
		target = strings.TrimSpace(target)
		if !filepath.IsAbs(target) {
			target = filepath.Join(work, target)
		}
		g.dot = target
		if _, err := os.Stat(target); err != nil {
			return g, g.unreadable("it points to %s, which does not exist", target)
		}
	}
	if _, err := os.Stat(filepath.Join(g.dot, "HEAD")); errors.Is(err, fs.ErrPermission) {
		return g, g.unreadable("it %s", harm(err))
	} else if err != nil {
		return g, g.unreadable("it has no HEAD")
	}
	g.common = commonDir(g.dot)
	if _, err := os.Stat(filepath.Join(g.common, "objects")); err != nil {
		return g, g.unreadable("it has no objects")
	}
	return g, nil
}

// isGitDir reports whether dir is itself a git directory.
func isGitDir(dir string) bool {
	head, err := os.Stat(filepath.Join(dir, "HEAD"))
	if err != nil || !head.Mode().IsRegular() {
		return false
	}
	objects, err := os.Stat(filepath.Join(commonDir(dir), "objects"))
	return err == nil && objects.IsDir() && (exists(filepath.Join(commonDir(dir), "refs")) || exists(filepath.Join(dir, "packed-refs")))
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// commonDir is the directory that a worktree shares with its repository.
func commonDir(dot string) string {
	text, err := readSmall(filepath.Join(dot, "commondir"))
	if err != nil || strings.TrimSpace(text) == "" {
		return dot
	}
	common := strings.TrimSpace(text)
	if !filepath.IsAbs(common) {
		common = filepath.Join(dot, common)
	}
	return common
}

// readSmall reads at most 64 kB of a regular file.
func readSmall(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("not a regular file")
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 64<<10))
	return string(text), err
}

// reason is an error without the operation and path that os puts around it.
func reason(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return strings.TrimSpace(err.Error())
}
