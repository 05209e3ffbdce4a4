package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestInterruptedAuditEndsByTheSignal: a shell tells that from an exit status, and
// ends its own loop. Nothing is left on the terminal but why.
func TestInterruptedAuditEndsByTheSignal(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("twelvefold") // of TestMain
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for i := range 2000 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("m%d.py", i)), []byte(strings.Repeat("print(1)\n", 50)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Where the tests run in the background SIGINT is ignored, and a child's would be:
	// one that is listened to is not.
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGINT)
	t.Cleanup(func() { signal.Stop(heard) })
	for _, by := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(by.String(), func(t *testing.T) {
			t.Parallel()
			near, far := openTerminal(t)
			cmd := exec.Command(program, "audit", dir)
			cmd.Stderr = far
			cmd.Env = append(os.Environ(), "TERM=xterm")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			far.Close()
			var said bytes.Buffer
			sent := false
			for chunk := make([]byte, 4096); ; {
				n, err := near.Read(chunk)
				said.Write(chunk[:n])
				if err != nil { // the other end is closed
					break
				}
				if !sent && strings.Contains(said.String(), "▱") { // it is at work
					sent = true
					if err := cmd.Process.Signal(by); err != nil {
						t.Fatal(err)
					}
				}
			}
			var failed *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &failed) {
				t.Fatalf("%v: %q", err, &said)
			}
			if state := failed.Sys().(syscall.WaitStatus); !state.Signaled() || state.Signal() != by {
				t.Errorf("it ends with %v, not by %v", failed, by)
			}
			if !strings.HasSuffix(said.String(), "\r\x1b[Ktwelvefold: stopped before the audit was done\r\n") {
				t.Errorf("it leaves %q", &said)
			}
		})
	}
}

// openTerminal is a terminal of 80 columns: what looks at it, and what writes on it.
func openTerminal(t *testing.T) (near, far *os.File) {
	t.Helper()
	if runtime.GOOS != "linux" {
		skipped(t, "terminals are opened as Linux does")
	}
	near, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		skipped(t, err.Error())
	}
	t.Cleanup(func() { near.Close() })
	number, err := unix.IoctlGetInt(int(near.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(near.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		far, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return near, far
}
