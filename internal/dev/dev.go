// Package dev runs the whole product on one machine for the person who works
// on it: a private Postgres, the Procfile's process types as separate
// processes, and an audit of some directories through the queue.
package dev

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"time"

	"twelvefold/internal/localpg"
)

// Options are what a run is about.
type Options struct {
	Dir        string   // the checkout: holds the Procfile and, in .dev, the data
	Executable string   // the program that the process types run
	Audit      []string // git repositories to audit
	Open       bool     // open the browser when the first result is there
	Stdout     io.Writer
	// Auditor reaches the queue in a database.
	Auditor func(ctx context.Context, databaseURL string) (Auditor, error)
}

// ErrInput is among the errors for what the caller gave: a directory, its
// Procfile, the environment.
var ErrInput = errors.New("wrong input")

// input is an error that is ErrInput and says only its own words.
type input struct{ error }

func (input) Is(target error) bool { return target == ErrInput }

func wrong(format string, args ...any) error { return input{fmt.Errorf(format, args...)} }

// run is one run of dev.
type run struct {
	Options
	environment environment
	console     *console
	executable  string
	dir         string
	port        int
	cancel      context.CancelCauseFunc // ends the run, with the reason
}

// databaseName is the database in the private Postgres.
const databaseName = "twelvefold"

// Run starts everything, audits, prints where to look, and stays until ctx
// ends, which is success. Anything that ends by itself meanwhile ends all the
// rest and is the error. Nothing that Run started lives when it returns.
func Run(ctx context.Context, o Options) error {
	inner, cancel := context.WithCancelCause(ctx)
	r := &run{Options: o, environment: inherited(), cancel: cancel}
	cancel(r.run(inner))
	if ctx.Err() != nil {
		return nil // asked to end, whatever was under way
	}
	if reason := context.Cause(inner); !errors.Is(reason, context.Canceled) {
		return reason
	}
	return nil
}

func (r *run) run(ctx context.Context) error {
	types, err := r.prepare()
	if err != nil {
		return err
	}
	chosen, err := choosePort(r.environment.get("PORT"))
	if err != nil {
		return err
	}
	defer chosen.release()
	r.port = chosen.number
	if r.environment.get("PORT") == "" && r.port != defaultPort {
		r.console.say("Port %d is taken: using %d.", defaultPort, r.port)
	}
	stopDatabase, err := r.database(ctx)
	if err != nil {
		return err
	}
	r.setEnvironment()
	running, err := r.startAll(ctx, types)
	if err == nil {
		err = r.serve(ctx)
	}
	// The first reason counts: what ends from here on ends because of it.
	r.cancel(err)
	r.end(running)
	stopDatabase()
	return err
}

// serve shows the audits and returns when ctx ends.
func (r *run) serve(ctx context.Context) error {
	if err := r.awaitReady(ctx); err != nil {
		return err
	}
	if err := r.auditAll(ctx); err != nil {
		return err
	}
	r.console.say("Press Ctrl-C to stop. The data stay.")
	r.remind(ctx)
	r.console.say("Stopping.")
	return nil
}

// remind says again where to look whenever the log has carried it away, until ctx
// ends: the audits of the past year write a hundred lines at once.
func (r *run) remind(ctx context.Context) {
	tick := time.NewTicker(quiet / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if r.console.scrolled(now) {
				r.console.say("All of it is at %s; Ctrl-C stops it.", r.address("/"))
			}
		}
	}
}

// prepare checks what can be checked before anything is started.
func (r *run) prepare() ([]processType, error) {
	var err error
	if r.dir, err = filepath.Abs(r.Dir); err != nil {
		return nil, err
	}
	if r.executable, err = filepath.Abs(r.Executable); err != nil {
		return nil, err
	}
	types, err := readProcfile(r.dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range types {
		if _, err := p.arguments(r.environment.get); err != nil {
			return nil, err
		}
		names = append(names, p.name)
	}
	r.console = newConsole(r.Stdout, r.environment.get, names)
	return types, nil
}

// database makes DATABASE_URL name a running Postgres: the caller's own, or a
// private one that stop ends.
func (r *run) database(ctx context.Context) (stop func(), err error) {
	if r.environment.get("DATABASE_URL") != "" {
		r.console.say("Using the Postgres of DATABASE_URL.")
		return func() {}, nil
	}
	server, err := localpg.Start(ctx, localpg.Options{
		Dir:     filepath.Join(r.dir, ".dev", "postgres"),
		Durable: true,
		Getenv:  r.environment.get,
		Notice:  func(text string) { r.console.say("%s", text) },
	})
	if err != nil {
		return nil, err
	}
	if err := server.CreateDatabase(ctx, databaseName); err != nil {
		server.Stop()
		return nil, fmt.Errorf("can't make the database: %w", err)
	}
	r.console.say("Postgres runs, its data in %s.", server.Dir())
	r.environment["DATABASE_URL"] = server.URL(databaseName)
	go func() {
		<-server.Done()
		r.cancel(fmt.Errorf("the private Postgres ended unexpectedly: see %s", server.Log()))
	}()
	return server.Stop, nil
}

// setEnvironment gives the processes what differs between deploys, for a
// development machine: pages without a sign-in, to this machine only.
func (r *run) setEnvironment() {
	e := r.environment
	e.putFirst(filepath.Dir(r.executable))
	e["PORT"] = strconv.Itoa(r.port)
	e["ANONYMOUS_ACCESS"] = "loopback"
	delete(e, "GITHUB_CLIENT_ID") // nobody signs in here
	delete(e, "GITHUB_CLIENT_SECRET")
	e["LOCAL_REPOSITORIES"] = "on"
	e.otherwise("LOG_FORMAT", "text")
	e.otherwise("BASE_URL", r.address(""))
	e.otherwise("SHUTDOWN_GRACE", "5s")
}

// address is the URL of a path of this run's web process.
func (r *run) address(path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", r.port, path)
}

// startAll runs the release process type to its end and starts the others. It
// returns those it started also with an error.
func (r *run) startAll(ctx context.Context, types []processType) (running []*process, err error) {
	for index, p := range types {
		if p.name == releaseType {
			if err := r.once(ctx, p, index); err != nil {
				return nil, err
			}
		}
	}
	for index, p := range types {
		if p.name == releaseType {
			continue
		}
		started, err := r.start(p, index)
		if err != nil {
			return running, err
		}
		running = append(running, started)
		go func() {
			<-started.Done()
			how := started.Err()
			if how == nil {
				how = errors.New("exit status 0")
			}
			r.cancel(fmt.Errorf("%s ended unexpectedly (%w): its last lines above say why", started.name, how))
		}()
	}
	return running, nil
}
