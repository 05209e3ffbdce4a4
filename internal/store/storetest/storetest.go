// Package storetest gives tests a migrated database of their own.
package storetest

import (
	"context"
	"testing"

	"twelvefold/internal/localpg/pgtest"
	"twelvefold/internal/store"
)

// URL is the address of a new migrated database, dropped when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	return pgtest.Database(t, migrate)
}

// New is the store of a new migrated database.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, URL(t))
}

// Connections are enough for a web process and a worker of two audits at a time: jobs
// that hold one need another.
const Connections = 24

// Open is the store of this address until the test ends.
func Open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), url, Connections)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func migrate(url string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, url, 4)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Migrate(ctx, func(store.Step) {})
}
