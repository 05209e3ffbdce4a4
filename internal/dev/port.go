package dev

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

const defaultPort = 8080

// port is a TCP port that this run holds against other runs of dev from its
// choice until the end, so that two started together don't choose the same
// before either listens.
type port struct {
	number int
	lock   *os.File
}

func (p *port) release() {
	// In words: a child being started has a copy of the open file for a moment.
	_ = syscall.Flock(int(p.lock.Fd()), syscall.LOCK_UN)
	_ = p.lock.Close()
}

// choosePort takes the wanted port ("" means the default or the next free one
// after it). A wanted port that is taken is an error.
func choosePort(wanted string) (*port, error) {
	if wanted != "" {
		n, err := strconv.Atoi(wanted)
		if err != nil || n < 1 || n > 65535 {
			return nil, wrong("PORT=%s is not a port: give a number from 1 to 65535", wanted)
		}
		p, err := takePort(n)
		switch {
		case err == nil:
			return p, nil
		case errors.Is(err, fs.ErrPermission):
			return nil, fmt.Errorf("port %d is not for this user to listen on: give a PORT above 1023", n)
		}
		return nil, fmt.Errorf("port %d is taken: stop what listens there, or give another PORT", n)
	}
	for n := defaultPort; n < defaultPort+100; n++ {
		if p, err := takePort(n); err == nil {
			return p, nil
		}
	}
	return nil, fmt.Errorf("ports %d to %d are all taken: give a free one as PORT", defaultPort, defaultPort+99)
}

func takePort(n int) (*port, error) {
	name := fmt.Sprintf("twelvefold-%d-port-%d.lock", os.Geteuid(), n)
	lock, err := os.OpenFile(filepath.Join(os.TempDir(), name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		err = errors.Join(listens(fmt.Sprintf("127.0.0.1:%d", n)), listens(fmt.Sprintf(":%d", n)))
	}
	if err != nil {
		_ = lock.Close()
		return nil, err
	}
	return &port{n, lock}, nil
}

// listens tells whether an address can be listened on, by trying.
func listens(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return l.Close()
}
