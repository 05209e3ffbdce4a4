package server

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"twelvefold/internal/store"
)

// TestSumsOverManyAreKeptForSeconds, those over few are not, and none is another's.
func TestSumsOverManyAreKeptForSeconds(t *testing.T) {
	t.Parallel()
	r := &recent{}
	var works atomic.Int64
	many := func(n int64) bool { return n > 0 }
	ask := func(sight store.Sight, large func(int64) bool) int64 {
		t.Helper()
		n, err := recently(t.Context(), r, sight, "sum", large, func(context.Context) (int64, error) { return works.Add(1), nil })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	age := func(by time.Duration) {
		r.mu.Lock()
		defer r.mu.Unlock()
		for key, sum := range r.kept {
			r.kept[key] = recentSum{sum.value, sum.at.Add(-by)}
		}
	}
	one, asked := store.Within(1), time.Now()
	few := func(int64) bool { return false }
	if a, b := ask(one, few), ask(one, few); a != 1 || b != 2 {
		t.Errorf("of few: %d, then %d", a, b)
	}
	if a, b := ask(one, many), ask(one, many); a != 3 || b != 3 {
		t.Errorf("of many: %d, then %d", a, b)
	}
	for _, other := range []store.Sight{store.Within(2), store.As(1, asked), store.As(1, asked.Add(1)), store.As(2, asked)} {
		if before := works.Load(); ask(other, many) != before+1 {
			t.Errorf("%s sees another's", other.Key())
		}
	}
	age(recentFor)
	if got := ask(one, many); got != 3 {
		t.Errorf("after %v the page has %d", recentFor, got)
	}
	for ask(one, many) == 3 { // until what goes on behind it has ended
		if t.Context().Err() != nil {
			t.Fatal("it is never worked out anew")
		}
	}
	r.behind.Wait()
	age(recentStill)
	if before := works.Load(); ask(one, many) != before+1 {
		t.Error("one that is too old is shown")
	}
	for i := range 2 * recentAtOnce {
		r.keep(fmt.Sprint(i), int64(i))
	}
	if len(r.kept) > recentAtOnce {
		t.Errorf("%d are kept", len(r.kept))
	}
	wrong := errors.New("away")
	if _, err := recently(t.Context(), r, one, "other", many, func(context.Context) (int64, error) { return 0, wrong }); !errors.Is(err, wrong) {
		t.Errorf("got %v", err)
	}
}
