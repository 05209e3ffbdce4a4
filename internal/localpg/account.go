package localpg

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that Postgres runs under where the caller is root.
type account struct {
	name     string
	uid, gid uint32
}

// serverAccount is nil for an ordinary user, who runs Postgres as himself.
func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &account{name, uint32(uid), uint32(gid)}, nil
	}
	return nil, errors.New("a Postgres refuses to run as root and this system has neither a user postgres nor nobody: add one (useradd --system postgres)")
}

// attributes start a program as the account.
func (a *account) attributes() *syscall.SysProcAttr {
	if a == nil {
		return nil
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: a.uid, Gid: a.gid}}
}

// own gives a path to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

// reaches tells whether the account may pass through every existing directory
// on the way to path, by mode bits.
func (a *account) reaches(path string) bool {
	if a == nil {
		return true
	}
	for dir := path; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err == nil && !a.passes(info) {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

func (a *account) passes(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	mode := info.Mode().Perm()
	switch {
	case stat.Uid == a.uid:
		return mode&0o100 != 0
	case stat.Gid == a.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

// stateDir is dir made absolute, or its stand-in under /var/lib where the
// account can't reach it; it exists on return and is the caller's own.
func stateDir(dir string, as *account) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if !as.reaches(dir) {
		dir = filepath.Join("/var/lib/twelvefold", standIn(dir))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("can't make the directory for Postgres's data: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	// Another user could have made a predictable directory first, to read or
	// replace what is kept in it.
	if stat, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || (ok && int(stat.Uid) != os.Geteuid()) {
		return "", fmt.Errorf("%s is not a directory of this user: remove it or run as its owner", dir)
	}
	return dir, nil
}
