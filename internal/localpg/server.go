package localpg

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/child"
)

// userName is the superuser of every private server.
const userName = "twelvefold"

// startLimit bounds one start, crash recovery included.
const startLimit = 60 * time.Second

// Server is a running private Postgres. Its methods may be called from any
// goroutine.
type Server struct {
	slot    *slot
	port    int
	process *child.Process
	stop    sync.Once
}

// Start runs a Postgres over the first free slot of opts.Dir and returns when
// it accepts connections. The server ends with Stop, with the calling process
// (on Linux), or with ctx while it starts. Errors are sentences for people;
// ErrUnavailable is among them.
func Start(ctx context.Context, opts Options) (*Server, error) {
	opts = opts.withDefaults()
	as, err := serverAccount()
	if err != nil {
		return nil, err
	}
	dir, err := stateDir(opts.Dir, as)
	if err != nil {
		return nil, err
	}
	s, err := takeSlot(dir, as)
	if err != nil {
		return nil, fmt.Errorf("can't prepare a place for Postgres's data: %w", err)
	}
	server, err := startIn(ctx, s, opts, as)
	if err != nil {
		s.release()
		return nil, err
	}
	return server, nil
}

func startIn(ctx context.Context, s *slot, opts Options, as *account) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit+fetchLimit)
	defer cancel()
	major, err := s.major()
	if err != nil {
		return nil, err
	}
	programs, err := choose(ctx, opts, as, major)
	if err != nil {
		return nil, err
	}
	if major != 0 && major != programs.major {
		if opts.Durable {
			return nil, fmt.Errorf("the data in %s was made by Postgres %d and this machine has %d: install Postgres %d, or remove %s to start afresh", s.dir, major, programs.major, major, s.dir)
		}
		major = 0 // nobody keeps a test's data
	}
	if err := s.stopLeftover(ctx); err != nil {
		return nil, err
	}
	if major == 0 {
		if err := s.initialise(ctx, programs, opts, as); err != nil {
			return nil, err
		}
	}
	server, err := s.run(ctx, programs, opts, as)
	if err != nil && !opts.Durable && major != 0 && ctx.Err() == nil {
		// Unsynced data may not have survived a crash of the machine.
		if err := s.initialise(ctx, programs, opts, as); err != nil {
			return nil, err
		}
		server, err = s.run(ctx, programs, opts, as)
	}
	return server, err
}

// choose picks the installation: the one that made the data if it is there,
// else the preferred one, else a download.
func choose(ctx context.Context, opts Options, as *account, major int) (binaries, error) {
	found, err := find(ctx, opts, as)
	if err != nil {
		return binaries{}, err
	}
	for _, b := range found {
		if b.major == major {
			return b, nil
		}
	}
	if len(found) > 0 {
		return found[0], nil
	}
	fetched, err := fetch(ctx, opts, as)
	if err != nil {
		return binaries{}, unavailable(err)
	}
	return fetched, nil
}

// run starts the server over initialised data. It tries again on another port
// when the chosen one was taken meanwhile, and after a moment when processes
// of a killed server have not all ended yet.
func (s *slot) run(ctx context.Context, programs binaries, opts Options, as *account) (*Server, error) {
	for attempt := 1; ; attempt++ {
		port, err := freePort()
		if err != nil {
			return nil, fmt.Errorf("can't listen on 127.0.0.1: %w", err)
		}
		p, err := s.launch(programs, port, opts, as)
		if err != nil {
			return nil, err
		}
		server := &Server{slot: s, port: port, process: p}
		err = server.awaitReady(ctx)
		if err == nil {
			return server, nil
		}
		server.end(0)
		again := s.logHas("could not bind") && attempt < 5 || s.logHas("pre-existing shared memory block") && attempt < 50
		if !again && ctx.Err() == nil {
			return nil, fmt.Errorf("the private Postgres did not start: %s (its log: %s)", s.lastLogLine(), s.log())
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the private Postgres was not ready in time (its log: %s): %w", s.log(), ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// awaitReady returns when the server accepts a connection, or why it never will.
func (s *Server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.process.Done():
			return errors.New("it ended while starting")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// URL is the address of a database of this server.
func (s *Server) URL(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(userName, s.slot.password),
		Host:     "127.0.0.1:" + strconv.Itoa(s.port),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Dir is the slot that this server runs over: its data, its log, its password.
func (s *Server) Dir() string { return s.slot.dir }

// Log is the file that the server logs to.
func (s *Server) Log() string { return s.slot.log() }

// Done is closed when the server has ended, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// CreateDatabase makes the database unless it is there already.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var there bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil {
		return err
	}
	if there {
		return nil
	}
	_, err = conn.Exec(ctx, `CREATE DATABASE `+pgx.Identifier{name}.Sanitize())
	return err
}

// stopLimit is how long a fast shutdown, which ends all sessions and writes a
// checkpoint, may take before the server is told to drop everything: its next
// start then replays the log, and nothing committed is lost.
const stopLimit = 2 * time.Second

// Stop ends the server and frees its slot. The data stay.
func (s *Server) Stop() {
	s.stop.Do(func() {
		s.end(stopLimit)
		s.slot.release()
	})
}

// end asks the server to shut down fast, after patience immediately, and kills
// it when that doesn't help either.
func (s *Server) end(patience time.Duration) {
	for _, step := range []struct {
		signal  syscall.Signal
		patient time.Duration
	}{{syscall.SIGINT, patience}, {syscall.SIGQUIT, time.Second}, {syscall.SIGKILL, time.Minute}} {
		s.signal(step.signal)
		select {
		case <-s.process.Done():
			return
		case <-time.After(step.patient):
		}
	}
}

// signal reaches the server even where a wrapper script started it: the pid
// file names the server itself.
func (s *Server) signal(sig syscall.Signal) {
	pid := s.process.Pid()
	if written, err := readPidFile(s.slot.data()); err == nil && servesData(written, s.slot.data()) {
		pid = written
	}
	if syscall.Kill(pid, sig) != nil && pid != s.process.Pid() {
		_ = syscall.Kill(s.process.Pid(), sig)
	}
}

// removeData empties the slot of a data directory.
func (s *slot) removeData() error { return os.RemoveAll(s.data()) }
