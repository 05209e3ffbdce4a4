package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/store"
)

// TestWhatADropIs tells, by the audit before in the order of heads, which audits are
// told of.
func TestWhatADropIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	start := time.Now().Add(-time.Hour)
	if _, err := b.SetHook(t.Context(), store.Hook{Installation: store.Local, URL: "https://example.org", Secret: []byte("x"), Points: 5, Grades: true}); err != nil {
		t.Fatal(err)
	}
	n := 0
	// audited completes an audit of a head that came so many minutes after the start.
	audited := func(minute int, score float64, grade, rules string) (told bool) {
		t.Helper()
		n++
		claim := b.start(t, b.queueAt(t, n, start.Add(time.Duration(minute)*time.Minute)))
		a := result("a")
		a.Score, a.Grade, a.Ruleset = &score, grade, rules
		_, err := b.Complete(t.Context(), claim, store.Result{Audit: a}, func(tx pgx.Tx) error {
			id, err := b.AddNotice(t.Context(), tx, store.Local, claim.Audit)
			told = id != ""
			if again, err := b.AddNotice(t.Context(), tx, store.Local, claim.Audit); err != nil || again != "" {
				t.Errorf("told twice: %q, %v", again, err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return told
	}
	for i, c := range []struct {
		minute int
		score  float64
		grade  string
		rules  string
		told   bool
	}{
		{10, 90, "A", "1", false},   // the first
		{20, 86, "A", "1", false},   // by less
		{30, 81, "B", "1", true},    // by as much, and the grade
		{40, 80, "C", "1", true},    // the grade alone
		{50, 88, "A", "1", false},   // it rises
		{60, 70, "", "1", true},     // a grade that is withheld fell nowhere
		{70, 69, "F", "1", false},   // nor from there
		{80, 10, "F", "2", false},   // by other rules
		{90, 5, "F", "2", true},     // and from there by the same
		{35, 0, "F", "1", false},    // overtaken
		{100, 0.1, "F", "2", false}, // by 4.9
	} {
		if told := audited(c.minute, c.score, c.grade, c.rules); told != c.told {
			t.Errorf("%d: %v is told: %v", i, c, told)
		}
	}
	lost := errors.New("the worker died")
	claim := b.start(t, b.queueAt(t, 100, start.Add(2*time.Hour)))
	zero := 0.0
	a := result("a")
	a.Score, a.Ruleset = &zero, "2"
	before, _ := b.Notices(t.Context(), store.Local, 100)
	_, err := b.Complete(t.Context(), claim, store.Result{Audit: a}, func(tx pgx.Tx) error {
		_, err := b.AddNotice(t.Context(), tx, store.Local, claim.Audit)
		return errors.Join(err, lost)
	})
	if after, _ := b.Notices(t.Context(), store.Local, 100); !errors.Is(err, lost) || len(after) != len(before) || len(before) != 4 {
		t.Errorf("%d notices, then %d: %v", len(before), len(after), err)
	}
	if _, err := b.Pool().Exec(t.Context(), `UPDATE hooks SET stopped_at = now(), stopped_why = 'x'`); err != nil {
		t.Fatal(err)
	}
	if audited(110, 0, "F", "3") || audited(120, 0, "F", "3") {
		t.Error("a hook that is switched off is told")
	}
}

// TestManyThatAreGivenUpAtOnceStopTheHook without waiting for each other: every
// attempt is kept, whichever of them switches it off.
func TestManyThatAreGivenUpAtOnceStopTheHook(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.SetHook(t.Context(), store.Hook{Installation: store.Local, URL: "https://example.org", Secret: []byte("x"), Points: 5}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Pool().Exec(t.Context(), `INSERT INTO notices (id, installation_id, event) SELECT gen_random_uuid(), $1, 'test' FROM generate_series(1, 12)`, store.Local); err != nil {
		t.Fatal(err)
	}
	list, err := b.Notices(t.Context(), store.Local, 100)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, n := range list {
		all.Go(func() {
			now := time.Now()
			n.Event, n.State, n.Attempts, n.Status, n.Why, n.Tried = store.ScoreDropped, store.NoticeFailed, 1, 410, "Gone.", &now
			err := b.Tried(t.Context(), n, store.GiveUp{Counts: true, Stop: "It wants nothing any more."})
			if err != nil && !errors.Is(err, store.ErrConflict) { // another one ended all that waited
				t.Error(err)
			}
		})
	}
	all.Wait()
	if h, err := b.Hook(t.Context(), store.Local); err != nil || h.Stopped == nil || h.GivenUp == 0 {
		t.Errorf("%+v, %v", h, err)
	}
	if list, err = b.Notices(t.Context(), store.Local, 100); err != nil || slices.ContainsFunc(list, func(n store.Notice) bool { return n.State != store.NoticeFailed }) {
		t.Errorf("%+v, %v", list, err)
	}
}
