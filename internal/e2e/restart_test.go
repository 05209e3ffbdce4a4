package e2e

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"twelvefold/internal/localpg"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// restarting is a Postgres of its own that is stopped and started again, at one
// address: the relay's.
type restarting struct {
	dir   string
	relay net.Listener

	mu     sync.Mutex
	server *localpg.Server // nil while it is away
	conns  sync.WaitGroup
}

func newRestarting(t *testing.T) *restarting {
	t.Helper()
	// Run by root, Postgres is another account's and must reach it.
	dir, err := os.MkdirTemp("", "twelvefold-restart-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	r := &restarting{dir: filepath.Join(dir, "postgres")}
	if r.relay, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.relay.Close()
		r.conns.Wait()
		r.take().Stop()
	})
	if err := r.start(); errors.Is(err, localpg.ErrUnavailable) && os.Getenv("CI") != "true" {
		t.Skipf("skipped: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	go r.serve()
	return r
}

// store is the store of a migrated database there, until the test ends.
func (r *restarting) store(t *testing.T) *store.Store {
	t.Helper()
	if err := r.server.CreateDatabase(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(r.server.URL("shop"))
	if err != nil {
		t.Fatal(err)
	}
	address.Host = r.relay.Addr().String()
	s := storetest.Open(t, address.String())
	if err := s.Migrate(t.Context(), func(store.Step) {}); err != nil {
		t.Fatal(err)
	}
	return s
}

// start starts it over its data.
func (r *restarting) start() error {
	server, err := localpg.Start(context.Background(), localpg.Options{Dir: r.dir, Durable: true})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.server = server
	return nil
}

func (r *restarting) take() *localpg.Server {
	r.mu.Lock()
	defer r.mu.Unlock()
	server := r.server
	r.server = nil
	return server
}

// restart stops it and starts it again: in between nobody answers.
func (r *restarting) restart(t *testing.T) {
	r.take().Stop()
	if err := r.start(); err != nil {
		t.Errorf("Postgres does not start again: %v", err)
	}
}

// serve carries connections to wherever it is now.
func (r *restarting) serve() {
	for {
		near, err := r.relay.Accept()
		if err != nil {
			return
		}
		r.conns.Go(func() {
			defer near.Close()
			r.mu.Lock()
			server := r.server
			r.mu.Unlock()
			if server == nil {
				return
			}
			address, err := url.Parse(server.URL("shop"))
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", address.Host)
			if err != nil {
				return
			}
			defer far.Close()
			go func() {
				_, _ = io.Copy(far, near)
				far.Close()
			}()
			_, _ = io.Copy(near, far)
		})
	}
}
