package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"twelvefold/internal/config"
	"twelvefold/internal/dev"
	"twelvefold/internal/jobs"
	"twelvefold/internal/source"
	"twelvefold/internal/store"
)

// devCommand is the development machine: see internal/dev.
type devCommand struct {
	Dirs []string `arg:"" optional:"" name:"dir" help:"Git repositories to audit; the current directory when none is given."`
	Open bool     `negatable:"" default:"true" help:"Open the browser on a desktop when the result is there."`
}

// Help is what --help says beyond the options.
func (devCommand) Help() string {
	return `Starts a private Postgres (or uses DATABASE_URL), migrates it, starts the process
types of the Procfile in the current directory, which must be a checkout of
Twelvefold, and audits through the queue: the commit that each repository stands
at. Pages are shown without sign-in, to this machine alone. Ctrl-C stops
everything; the data stay in .dev.

PORT chooses the port (8080, or the next free one, when unset),
TWELVEFOLD_POSTGRES_BIN the directory of Postgres's programs. All variables of
web and worker are passed on.

Exit status: 0 when told to stop, 1 for a failure, 2 for a directory or an
environment that can't be used.`
}

func (c devCommand) Run(a *app) error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	if len(c.Dirs) == 0 {
		c.Dirs = []string{"."}
	}
	for _, dir := range c.Dirs { // before anything is started
		snapshot, err := source.OpenGit(a.ctx, dir, "", source.DefaultLimits)
		if err != nil {
			return usage("%v", err)
		}
		snapshot.Close()
	}
	if err := config.Check(developed(a.getenv)); err != nil {
		return usage("%v", err)
	}
	ctx := a.ctx
	if !signal.Ignored(syscall.SIGHUP) { // nohup's wish
		// A terminal that closes ends what was started in it, in order.
		var stop func()
		ctx, stop = signal.NotifyContext(ctx, syscall.SIGHUP)
		defer stop()
	}
	err = dev.Run(ctx, dev.Options{
		Dir:        ".",
		Executable: executable,
		Audit:      c.Dirs,
		Open:       c.Open,
		Stdout:     a.stdout,
		Auditor:    newLocalAuditor,
	})
	if errors.Is(err, dev.ErrInput) {
		return usage("%v", err)
	}
	return err
}

// developed is the environment that the processes will have, as far as it can be
// wrong: dev chooses a port and a database where none is given.
func developed(getenv func(string) string) func(string) string {
	return func(name string) string {
		value := getenv(name)
		if value == "" && name == "DATABASE_URL" {
			return "postgres://localhost"
		}
		return value
	}
}

// localAuditor asks the queue of a database for audits of local repositories.
type localAuditor struct {
	store *store.Store
	queue *jobs.Queue
}

func newLocalAuditor(ctx context.Context, databaseURL string) (dev.Auditor, error) {
	s, err := store.Open(ctx, databaseURL, 2)
	if err != nil {
		return nil, err
	}
	queue, err := jobs.NewQueue(s, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		s.Close()
		return nil, err
	}
	return &localAuditor{s, queue}, nil
}

// Enqueue asks for an audit of the commit that dir stands at.
func (l *localAuditor) Enqueue(ctx context.Context, dir string) (dev.Queued, error) {
	repository, audit, err := l.queue.EnqueueLocal(ctx, dir)
	if err != nil {
		return dev.Queued{}, err
	}
	return dev.Queued{
		Audit: audit,
		Name:  repository.Name,
		Page:  fmt.Sprintf("/repositories/%d", repository.ID),
	}, nil
}

// Progress tells how far an audit is.
func (l *localAuditor) Progress(ctx context.Context, audit int64) (dev.Progress, error) {
	a, err := l.store.Audit(ctx, store.Local, audit)
	if err != nil {
		return dev.Progress{}, err
	}
	p := dev.Progress{Done: a.Done, Total: a.Total, Score: a.Score}
	switch a.State {
	case store.Queued, store.Running:
	case store.Done:
		p.Finished = true
	default:
		p.Finished = true
		if p.Failure = a.Error; p.Failure == "" {
			p.Failure = string(a.State) + "."
		}
	}
	return p, nil
}

// Close ends the connections.
func (l *localAuditor) Close() { l.store.Close() }
