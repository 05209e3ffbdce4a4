package main

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"

	"twelvefold/internal/localpg/pgtest"
	"twelvefold/internal/store/storetest"
)

// from is an environment.
func from(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestMigrateSaysWhatItDid(t *testing.T) {
	t.Parallel()
	environment := from(map[string]string{"DATABASE_URL": pgtest.Database(t, nil)})
	for _, want := range []string{"twelvefold 1: 00001_repositories.sql", "The database is up to date: nothing to do."} {
		var out bytes.Buffer
		if err := run(t.Context(), []string{"migrate"}, environment, nil, &out, &out); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(out.String(), want) {
			t.Errorf("it said %q, want %q", out.String(), want)
		}
	}
}

func TestAProcessThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	empty := pgtest.Database(t, nil)
	for _, c := range []struct {
		name, command string
		environment   map[string]string
		code          int
		want          string
	}{
		{"nothing set", "worker", nil, 2, "twelvefold: the environment needs correction: DATABASE_URL is not set"},
		{"nothing set", "migrate", nil, 2, "twelvefold: the environment needs correction: DATABASE_URL is not set"},
		{"no server", "worker", map[string]string{"DATABASE_URL": "postgres://u:hunter2@127.0.0.1:1/x?sslmode=disable"}, 1,
			"twelvefold: no Postgres answers at 127.0.0.1:1: start it or correct DATABASE_URL"},
		{"no schema", "worker", map[string]string{"DATABASE_URL": empty}, 1, "twelvefold: the database's schema does not exist yet"},
	} {
		t.Run(c.command+" "+c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			code := status(run(t.Context(), []string{c.command}, from(c.environment), nil, &out, &out), &out)
			if code != c.code || !strings.HasPrefix(out.String(), c.want) || strings.Count(out.String(), "\n") != 1 {
				t.Errorf("exit %d, %q; want %d, %q", code, out.String(), c.code, c.want)
			}
		})
	}
}

// notice is a log that tells when a line with some text is written.
type notice struct {
	mu   sync.Mutex
	log  bytes.Buffer
	text string
	seen chan struct{}
}

func (n *notice) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen != nil && bytes.Contains(p, []byte(n.text)) {
		close(n.seen)
		n.seen = nil
	}
	return n.log.Write(p)
}

func TestAWorkerStopsWithoutError(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	log := &notice{text: `"msg":"worker started"`, seen: started}
	ctx, terminate := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	environment := from(map[string]string{"DATABASE_URL": storetest.URL(t)})
	go func() { ended <- run(ctx, []string{"worker"}, environment, nil, log, log) }()
	select {
	case <-started:
	case err := <-ended:
		t.Fatalf("it ended before it started: %v", err)
	}
	terminate()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	if !strings.Contains(log.log.String(), `"msg":"worker stopped"`) {
		t.Errorf("it did not say that it stopped:\n%s", &log.log)
	}
}
