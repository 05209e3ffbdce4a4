package localpg

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// maxSlots bounds how many servers one state directory serves at once.
const maxSlots = 64

// slot is one data directory with its password and its log, held by lock.
type slot struct {
	dir      string
	lock     *os.File
	password string
}

func (s *slot) data() string         { return filepath.Join(s.dir, "data") }
func (s *slot) passwordFile() string { return filepath.Join(s.dir, "password") }
func (s *slot) log() string          { return filepath.Join(s.dir, "server.log") }

// release unlocks the slot in words: a child that another goroutine is just
// starting has a copy of the open file, which would keep the lock for a moment.
func (s *slot) release() {
	_ = syscall.Flock(int(s.lock.Fd()), syscall.LOCK_UN)
	_ = s.lock.Close()
}

// takeSlot locks the first free slot of dir. The lock falls with the process.
func takeSlot(dir string, as *account) (*slot, error) {
	for n := range maxSlots {
		s := &slot{dir: filepath.Join(dir, "slot-"+strconv.Itoa(n))}
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			return nil, err
		}
		lock, err := os.OpenFile(s.dir+".lock", os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			_ = lock.Close()
			continue
		}
		if err == nil {
			s.lock = lock
			err = errors.Join(as.own(s.dir), s.readPassword(as))
		}
		if err != nil {
			_ = lock.Close()
			return nil, err
		}
		return s, nil
	}
	return nil, fmt.Errorf("all %d slots in %s are in use: stop some of the runs that hold them", maxSlots, dir)
}

// readPassword reads the slot's password, or makes one that only this user and
// the server's account can read.
func (s *slot) readPassword(as *account) error {
	text, err := os.ReadFile(s.passwordFile())
	if err == nil && len(text) > 0 {
		s.password = string(text)
		return nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(s.data()); err == nil {
		return fmt.Errorf("%s is missing, so the data beside it can't be opened: remove %s to start afresh", s.passwordFile(), s.dir)
	}
	s.password = rand.Text()
	// Written whole, then named: a crash leaves no half password.
	draft := s.passwordFile() + ".new"
	if err := os.WriteFile(draft, []byte(s.password), 0o600); err != nil {
		return err
	}
	return errors.Join(as.own(draft), os.Rename(draft, s.passwordFile()))
}

// major is the version that made the slot's data, or 0 when it has none yet.
func (s *slot) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(s.data(), "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s is not a Postgres data directory: remove %s to start afresh", s.data(), s.dir)
	}
	return major, nil
}

// standIn names a directory after another one: the end of its path for people,
// a digest of the whole so that no two meet.
func standIn(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	name := strings.ReplaceAll(strings.Trim(dir, "/"), "/", "-")
	return name[max(0, len(name)-100):] + "-" + hex.EncodeToString(sum[:4])
}

// lockFile waits for the lock on path.
func lockFile(ctx context.Context, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			_ = f.Close()
			return nil, err
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}
