package main

import (
	"context"
	"fmt"
	"time"

	"twelvefold/internal/config"
	"twelvefold/internal/store"
)

// connectTime bounds the first contact with Postgres: a process that can't
// reach it says so instead of hanging.
const connectTime = 10 * time.Second

// migrateCommand is the release process: it runs once per deploy, before web
// and worker, which refuse to start on another schema.
type migrateCommand struct{}

// processStatus ends the help of the process types.
const processStatus = `
Exit status: 0 when told to stop or done, 1 for a failure, 2 when the
environment needs correction.`

// Help is the long help text.
func (migrateCommand) Help() string {
	return `Applies the migrations that the database lacks, prints each, and ends. Run it
once per release, before web and worker. Running it again changes nothing, and
two at once wait for each other.

Environment:

` + config.Help("migrate") + processStatus
}

// Run applies what is missing and prints each step.
func (migrateCommand) Run(a *app) error {
	settings, err := config.LoadMigrate(a.getenv)
	if err != nil {
		return exitCode{2, err}
	}
	s, err := openStore(a.ctx, settings.Database, 4)
	if err != nil {
		return err
	}
	defer s.Close()
	steps := 0
	err = s.Migrate(a.ctx, func(s store.Step) {
		steps++
		fmt.Fprintf(a.stdout, "%s %d: %s (%d ms)\n", s.Line, s.Version, s.Name, s.Took.Milliseconds())
	})
	if err != nil {
		return err
	}
	if steps == 0 {
		fmt.Fprintln(a.stdout, "The database is up to date: nothing to do.")
		return nil
	}
	fmt.Fprintf(a.stdout, "The database is up to date after %d steps.\n", steps)
	return nil
}

// openStore opens the database for a process.
func openStore(ctx context.Context, database config.Database, conns int) (*store.Store, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	return store.Open(ctx, database.URL.Reveal(), conns)
}
