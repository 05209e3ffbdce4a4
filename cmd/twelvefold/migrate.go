package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"twelvefold/internal/config"
	"twelvefold/internal/store"
)

// connectTime bounds the first contact with Postgres: a process that can't
// reach it says so instead of hanging.
const connectTime = 10 * time.Second

// migrateCommand is the release process: it runs once per deploy, before web
// and worker, which refuse to start on another schema.
type migrateCommand struct{}

// Run applies what is missing and prints each step.
func (migrateCommand) Run(a *app) error {
	settings, err := config.LoadMigrate(a.getenv)
	if err != nil {
		return exitCode{2, err}
	}
	pool, err := connect(a.ctx, settings.Database, 4)
	if err != nil {
		return err
	}
	defer pool.Close()
	steps := 0
	err = store.Migrate(a.ctx, pool, func(s store.Step) {
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

// connect opens the database for a process.
func connect(ctx context.Context, database config.Database, conns int) (*pgxpool.Pool, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	return store.Connect(ctx, database.URL.Reveal(), conns)
}
