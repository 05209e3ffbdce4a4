// Package storetest gives tests a migrated database of their own.
package storetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"twelvefold/internal/localpg/pgtest"
	"twelvefold/internal/store"
)

// URL is the address of a new migrated database, dropped when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	return pgtest.Database(t, migrate)
}

// Pool is open on a new migrated database.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return Connect(t, URL(t))
}

// Connect is open on the database of this address until the test ends.
func Connect(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := store.Connect(context.Background(), url, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func migrate(url string) error {
	ctx := context.Background()
	pool, err := store.Connect(ctx, url, 4)
	if err != nil {
		return err
	}
	defer pool.Close()
	return store.Migrate(ctx, pool, func(store.Step) {})
}
