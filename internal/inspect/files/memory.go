package files

import (
	"context"
	"sync"
	"time"

	"twelvefold/internal/inspect"
)

// Memory is a cache in front of another: it keeps the signals of the last
// audits decoded, for the next audits of the same repositories. What it gives
// is shared by them, and not to be changed. It is safe for concurrent use.
type Memory struct {
	cache Cache
	most  int              // signals of half of what is kept
	clock func() time.Time // tests set it

	mu     sync.Mutex
	day    time.Time // on which now and before were asked for
	n      int       // signals of now; a file counts as one more
	now    map[inspect.CacheKey][]inspect.Signal
	before map[inspect.CacheKey][]inspect.Signal // goes when now is full
}

// NewMemory keeps so many signals of a cache in memory, at about 300 bytes each.
func NewMemory(cache Cache, signals int) *Memory {
	return &Memory{cache: cache, most: signals / 2, clock: time.Now, now: map[inspect.CacheKey][]inspect.Signal{}}
}

// Lookup asks the cache behind for what is not in memory. Each day it asks
// anew, so that the cache notes what is still in use.
func (m *Memory) Lookup(ctx context.Context, keys []inspect.CacheKey) (map[inspect.CacheKey][]inspect.Signal, error) {
	known := make(map[inspect.CacheKey][]inspect.Signal, len(keys))
	var misses []inspect.CacheKey
	m.mu.Lock()
	m.newDay()
	for _, key := range keys {
		signals, ok := m.now[key]
		if !ok {
			if signals, ok = m.before[key]; ok {
				m.keep(key, signals)
			}
		}
		if ok {
			known[key] = signals
		} else {
			misses = append(misses, key)
		}
	}
	m.mu.Unlock()
	if len(misses) == 0 {
		return known, ctx.Err()
	}
	found, err := m.cache.Lookup(ctx, misses)
	if err != nil {
		return nil, err
	}
	for key, signals := range found {
		known[key] = signals
	}
	m.keepAll(found)
	return known, nil
}

// Store hands signals on, and keeps them.
func (m *Memory) Store(ctx context.Context, signals map[inspect.CacheKey][]inspect.Signal) error {
	if err := m.cache.Store(ctx, signals); err != nil {
		return err
	}
	m.keepAll(signals)
	return nil
}

func (m *Memory) keepAll(signals map[inspect.CacheKey][]inspect.Signal) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.newDay()
	for key, list := range signals {
		if _, ok := m.now[key]; !ok && len(list) < m.most {
			m.keep(key, list)
		}
	}
}

func (m *Memory) keep(key inspect.CacheKey, signals []inspect.Signal) {
	if m.n+len(signals)+1 > m.most {
		m.before, m.now, m.n = m.now, map[inspect.CacheKey][]inspect.Signal{}, 0
	}
	m.now[key] = signals
	m.n += len(signals) + 1
}

func (m *Memory) newDay() {
	if day := m.clock().UTC().Truncate(24 * time.Hour); !day.Equal(m.day) {
		m.day, m.n, m.before, m.now = day, 0, nil, map[inspect.CacheKey][]inspect.Signal{}
	}
}
