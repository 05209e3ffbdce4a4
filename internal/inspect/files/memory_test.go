package files

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
)

// counted is a cache that counts what it is asked for.
type counted struct {
	kept  map[inspect.CacheKey][]inspect.Signal
	asked int
	err   error
}

func (c *counted) Lookup(_ context.Context, keys []inspect.CacheKey) (map[inspect.CacheKey][]inspect.Signal, error) {
	found := map[inspect.CacheKey][]inspect.Signal{}
	for _, key := range keys {
		c.asked++
		if signals, ok := c.kept[key]; ok {
			found[key] = signals
		}
	}
	return found, c.err
}

func (c *counted) Store(_ context.Context, signals map[inspect.CacheKey][]inspect.Signal) error {
	for key, list := range signals {
		c.kept[key] = list
	}
	return c.err
}

func cacheKey(n int) inspect.CacheKey {
	return inspect.CacheKey{Blob: fmt.Sprintf("%040x", n), Format: inspect.Go}
}

func TestMemoryGivesWhatTheCacheWould(t *testing.T) {
	t.Parallel()
	behind := &counted{kept: map[inspect.CacheKey][]inspect.Signal{cacheKey(1): lines("a", "b"), cacheKey(2): nil}}
	m := NewMemory(behind, 1000)
	today := time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC)
	m.clock = func() time.Time { return today }
	keys := []inspect.CacheKey{cacheKey(1), cacheKey(2), cacheKey(3)}
	want := map[inspect.CacheKey][]inspect.Signal{cacheKey(1): lines("a", "b"), cacheKey(2): nil}
	look := func(asked int) {
		t.Helper()
		got, err := m.Lookup(t.Context(), keys)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v, (-want +got):\n%s", err, diff)
		}
		if behind.asked != asked {
			t.Errorf("the cache was asked for %d keys, want %d", behind.asked, asked)
		}
	}
	look(3)
	look(4) // for the one that it has not
	if err := m.Store(t.Context(), map[inspect.CacheKey][]inspect.Signal{cacheKey(3): lines("c")}); err != nil {
		t.Fatal(err)
	}
	want[cacheKey(3)] = lines("c")
	look(4)
	today = today.Add(2 * time.Hour) // the next day: the cache is to note what is in use
	look(7)
	look(7)

	behind.err = errors.New("gone")
	if err := m.Store(t.Context(), map[inspect.CacheKey][]inspect.Signal{cacheKey(4): nil}); err == nil {
		t.Error("an error of the cache is hidden")
	}
	if _, err := m.Lookup(t.Context(), []inspect.CacheKey{cacheKey(4)}); err == nil {
		t.Error("an error of the cache is hidden")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := NewMemory(&counted{kept: map[inspect.CacheKey][]inspect.Signal{}}, 100)
	for n := range 1000 {
		if err := m.Store(t.Context(), map[inspect.CacheKey][]inspect.Signal{cacheKey(n): lines("a", "b", "c")}); err != nil {
			t.Fatal(err)
		}
		if kept := len(m.now) + len(m.before); kept > 25 {
			t.Fatalf("%d files of four are kept", kept)
		}
	}
	if err := m.Store(t.Context(), map[inspect.CacheKey][]inspect.Signal{cacheKey(-1): make([]inspect.Signal, 60)}); err != nil {
		t.Fatal(err)
	}
	if _, kept := m.now[cacheKey(-1)]; kept {
		t.Error("a file that fills the memory alone is kept")
	}
}
