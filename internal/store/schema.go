package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"twelvefold/migrations"
)

// Step is one migration that was applied.
type Step struct {
	Line    string // whose: "twelvefold" or "river"
	Version int64
	Name    string
	Took    time.Duration
}

// migrateLock is the advisory lock that a run of migrations holds: an arbitrary
// number that every version of the program shares.
const migrateLock = 0x7477656c7665 // "twelve"

// Migrate brings the database to the schema that this program needs, its own
// tables and River's, and tells each step as it is done. Runs at the same time
// wait for each other. A database that is newer than the program is an error.
func (s *Store) Migrate(ctx context.Context, done func(Step)) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if err := lockForMigration(ctx, conn.Conn()); err != nil {
		return s.refused("the database could not be locked for migration", err)
	}
	defer conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrateLock))

	if err := s.CheckSchema(ctx); errors.Is(err, errNewer) {
		return err
	}
	if err := migrateTwelvefold(ctx, s.pool, done); err != nil {
		return s.refused("the database could not be migrated", err)
	}
	if err := migrateRiver(ctx, s.pool, done); err != nil {
		return s.refused("the job queue's tables could not be migrated", err)
	}
	return nil
}

// lockForMigration polls, because a session that waits inside Postgres would
// hold up another's CREATE INDEX CONCURRENTLY for ever.
func lockForMigration(ctx context.Context, conn *pgx.Conn) error {
	for {
		var locked bool
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, int64(migrateLock)).Scan(&locked); err != nil {
			return err
		}
		if locked {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func migrateTwelvefold(ctx context.Context, pool *pgxpool.Pool, done func(Step)) error {
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files(), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	results, err := provider.Up(ctx)
	for _, r := range results {
		done(Step{"twelvefold", r.Source.Version, r.Source.Path, r.Duration})
	}
	return err
}

func migrateRiver(ctx context.Context, pool *pgxpool.Pool, done func(Step)) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return err
	}
	result, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return err
	}
	for _, v := range result.Versions {
		done(Step{"river", int64(v.Version), v.Name, v.Duration})
	}
	return nil
}

// Errors of CheckSchema, to tell them apart in Migrate.
var (
	errOlder = errors.New("run `twelvefold migrate`")
	errNewer = errors.New("deploy a newer twelvefold")
)

// CheckSchema returns nil when the database has exactly the schema that this
// program needs, else one sentence that says what to run.
func (s *Store) CheckSchema(ctx context.Context) error {
	own, err := migrations.Version()
	if err != nil {
		return err
	}
	const asked = "the database's schema could not be looked at"
	have, err := version(ctx, s.pool, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`)
	if err != nil {
		return s.refused(asked, err)
	}
	if err := compare("the database's schema", have, own); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(s.pool), nil)
	if err != nil {
		return err
	}
	var needed int64
	for _, m := range migrator.AllVersions() {
		needed = max(needed, int64(m.Version))
	}
	// Before its fifth version the table had no lines, and only one was there.
	have, err = version(ctx, s.pool, `SELECT coalesce(max(version), 0) FROM river_migration`)
	if err != nil {
		return s.refused(asked, err)
	}
	return compare("the job queue's schema", have, needed)
}

// refused words an error of the schema for who runs the program.
func (s *Store) refused(what string, err error) error {
	config := s.pool.Config().ConnConfig
	var server *pgconn.PgError
	switch {
	case errors.As(err, &server) && server.Code == "42501": // insufficient privilege
		return fmt.Errorf("%s: user %q has no right to it, so make it the owner of database %q or name another user in DATABASE_URL", what, config.User, config.Database)
	case Unavailable(err):
		return fmt.Errorf("%s: the Postgres at %s:%d does not answer any more", what, config.Host, config.Port)
	case errors.As(err, &server):
		return fmt.Errorf("%s: Postgres says %q (SQLSTATE %s)", what, server.Message, server.Code)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: it was interrupted", what)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// version asks for a version; a missing table is version 0.
func version(ctx context.Context, pool *pgxpool.Pool, sql string) (int64, error) {
	var v int64
	err := pool.QueryRow(ctx, sql).Scan(&v)
	var server *pgconn.PgError
	if errors.As(err, &server) && server.Code == "42P01" { // undefined table
		return 0, nil
	}
	return v, err
}

func compare(what string, have, needed int64) error {
	switch {
	case have == 0:
		return fmt.Errorf("%s does not exist yet and this program needs version %d: %w", what, needed, errOlder)
	case have < needed:
		return fmt.Errorf("%s is at version %d and this program needs %d: %w", what, have, needed, errOlder)
	case have > needed:
		return fmt.Errorf("%s is at version %d and this program knows only %d: %w", what, have, needed, errNewer)
	}
	return nil
}
