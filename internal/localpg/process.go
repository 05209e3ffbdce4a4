package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"twelvefold/internal/child"
)

// initialise makes the slot's data directory, which appears only when whole.
func (s *slot) initialise(ctx context.Context, programs binaries, opts Options, as *account) error {
	draft := filepath.Join(s.dir, "data.new")
	if err := errors.Join(os.RemoveAll(draft), s.removeData()); err != nil {
		return err
	}
	args := []string{"-D", draft, "-U", userName, "--auth=scram-sha-256", "--pwfile=" + s.passwordFile(), "--encoding=UTF8", "--no-locale"}
	if !opts.Durable {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, programs.program("initdb"), args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = s.dir, environment(), as.attributes()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := child.Run(cmd, syscall.SIGINT); err != nil {
		return fmt.Errorf("initdb could not make %s: %s", s.data(), lastLine(out.Bytes(), err.Error()))
	}
	return os.Rename(draft, s.data())
}

// launch starts the server on a loopback port, without a Unix socket.
func (s *slot) launch(programs binaries, port int, opts Options, as *account) (*child.Process, error) {
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := []string{"-D", s.data()}
	for _, setting := range settings(port, opts.Durable) {
		args = append(args, "-c", setting)
	}
	cmd := exec.Command(programs.program("postgres"), args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = s.dir, environment(), as.attributes()
	cmd.Stdout, cmd.Stderr = log, log

	// SIGINT is Postgres's fast shutdown.
	p, err := child.Start(cmd, syscall.SIGINT)
	if err != nil {
		return nil, fmt.Errorf("can't start Postgres: %w", err)
	}
	return p, nil
}

// settings are the server's options over its configuration file's.
func settings(port int, durable bool) []string {
	list := []string{
		"listen_addresses=127.0.0.1",
		"port=" + strconv.Itoa(port),
		"unix_socket_directories=",
		"max_connections=200",
		"logging_collector=off",
		"log_destination=stderr",
	}
	if !durable {
		list = append(list, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
			"min_wal_size=32MB", "max_wal_size=256MB") // which may be memory
	}
	return list
}

// stopLeftover deals with the pid file of an earlier run. A server that lost
// its parent a moment ago is about to end: it is waited for. One that stays
// (systems without a parent-death signal) is stopped. A file that names
// another program, whose process id was the server's once, is removed; one that
// names no living process is left to Postgres, which knows what to check.
func (s *slot) stopLeftover(ctx context.Context) error {
	pid, err := readPidFile(s.data())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil || lives(pid) && !servesData(pid, s.data()) {
		return s.removePidFile()
	}
	if !lives(pid) {
		return nil
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		_ = syscall.Kill(pid, sig)
		for range 100 { // 5 s
			if !servesData(pid, s.data()) {
				return nil
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	return fmt.Errorf("an earlier Postgres (process %d) over %s doesn't end: stop it", pid, s.data())
}

func (s *slot) removePidFile() error {
	err := os.Remove(filepath.Join(s.data(), "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// readPidFile is the process id that a server wrote into its data directory.
func readPidFile(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 1 {
		return 0, errors.New("postmaster.pid names no process")
	}
	return pid, nil
}

// servesData tells whether the process lives and is a server over this data
// directory: a process id may have been given to another program since.
func servesData(pid int, data string) bool {
	if !lives(pid) {
		return false
	}
	if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil {
		return bytes.Contains(line, []byte(data)) // empty for a zombie
	} else if runtime.GOOS == "linux" {
		return false
	}
	line, err := exec.Command("ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && bytes.Contains(line, []byte(data))
}

// lives tells whether there is such a process, of whatever user.
func lives(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func (s *slot) logHas(text string) bool {
	log, _ := os.ReadFile(s.log())
	return bytes.Contains(log, []byte(text))
}

func (s *slot) lastLogLine() string {
	log, _ := os.ReadFile(s.log())
	for _, line := range bytes.Split(log, []byte("\n")) {
		if bytes.Contains(line, []byte("FATAL")) {
			return string(line)
		}
	}
	return lastLine(log, "it wrote no reason")
}

// lastLine is the last line of a program's output, or otherwise.
func lastLine(output []byte, otherwise string) string {
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return otherwise
}
