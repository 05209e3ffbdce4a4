package store_test

import (
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

func (b *bundle) week(t *testing.T, ids []int64) store.Week {
	t.Helper()
	if _, err := b.StandAnew(t.Context(), 0, 10); err != nil {
		t.Fatal(err)
	}
	w, err := b.Week(t.Context(), store.WeekAsk{Sight: store.Within(store.Local), Installation: store.Local, Repositories: ids, Now: time.Now(), Ruleset: "today", Most: 5})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// ruledBy has audits made under rules.
func (b *bundle) ruledBy(t *testing.T, ruleset string, audits ...int64) {
	t.Helper()
	if _, err := b.Pool().Exec(t.Context(), `UPDATE audits SET ruleset = $1 WHERE id = ANY($2)`, ruleset, audits); err != nil {
		t.Fatal(err)
	}
}

func TestAWeek(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if w := b.week(t, nil); w.Repositories != 1 || len(w.Unaudited) != 1 || !w.Unaudited[0].Never || w.Unaudited[0].State != "" || w.First != 0 {
		t.Errorf("before the first audit: %+v", w)
	}
	b.ruledBy(t, "today", b.scored(t, 1, ago(20), 80, "ab"), b.scored(t, 2, ago(4), 60, "bcd"), b.scored(t, 3, ago(2), 70, "abc"))
	w := b.week(t, nil)
	// a went and came again, c and d came, d went.
	if w.Opened != [5]int{0, 3} || w.Closed != [5]int{0, 2} || w.First != 0 || w.Ruled != 0 || w.OfChange != nil || w.Beside != nil || w.Waiting != 0 {
		t.Errorf("moves: %+v, %d wait", w.Moves, w.Waiting)
	}
	if *w.Changes[7] != -10 || len(w.Worse) != 1 || len(w.Better) != 0 || len(w.Wins) != 1 || len(w.Unaudited) != 0 {
		t.Errorf("turns: %+v", w)
	}
	if len(w.Worst) != 1 || w.Worst[0].Finding.Severity != audit.High || w.Worst[0].FullName() != "local/shop" {
		t.Errorf("worst: %+v", w.Worst)
	}
	if w := b.week(t, []int64{b.repository.ID}); w.Repositories != 1 || w.Opened != [5]int{0, 3} {
		t.Errorf("of it alone: %+v", w)
	}
	// What a waiver covers moves no score, and is no news.
	if tag, err := b.Pool().Exec(t.Context(), `UPDATE findings SET waiver = '{"rule": "x"}' WHERE closed_by_audit IS NOT NULL`); err != nil || tag.RowsAffected() != 1 {
		t.Fatal(tag, err)
	}
	if w := b.week(t, nil); w.Opened != [5]int{0, 2} || w.Closed != [5]int{0, 1} {
		t.Errorf("with one that is waived: %+v", w.Moves)
	}
	for _, none := range [][]int64{{b.repository.ID + 1}, {}} {
		if w := b.week(t, none); w.Repositories != 0 || len(w.Worse) != 0 {
			t.Errorf("of others: %+v", w)
		}
	}
}

// What came between a mail that was on time and one that is late is told by the late one;
// the score's change stays that of a week, and so does what rules have to do with it.
func TestALongerWeek(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ruledBy(t, "old", b.scored(t, 1, ago(20), 80, "ab"), b.scored(t, 2, ago(9), 60, "abc"))
	b.ruledBy(t, "today", b.scored(t, 3, ago(8), 50, "abc"), b.scored(t, 4, ago(2), 40, "abcd"))
	if _, err := b.StandAnew(t.Context(), 0, 10); err != nil {
		t.Fatal(err)
	}
	for since, want := range map[float64][2]int{0: {1, 0}, 3: {1, 0}, 10: {2, 1}} {
		ask := store.WeekAsk{Sight: store.Within(store.Local), Installation: store.Local, Now: time.Now(), Ruleset: "today", Most: 5}
		if since > 0 {
			ask.Since = ago(since)
		}
		w, err := b.Week(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		opened := 0
		for _, n := range w.Opened {
			opened += n
		}
		if opened != want[0] || w.Ruled != want[1] || w.OfChange != nil || *w.Changes[7] != -10 {
			t.Errorf("since %v days ago: %+v, change %v", since, w.Moves, *w.Changes[7])
		}
	}
}

func TestTheFirstAuditOpensNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.scored(t, 1, ago(3), 80, "abc")
	if w := b.week(t, nil); w.First != 1 || w.Opened != [5]int{} || len(w.Worst) != 0 || w.Waiting != 1 {
		t.Errorf("%+v", w)
	}
}

// TestRulesAndPeopleAreToldApart audits under other rules within the week, with a
// commit and without one.
func TestRulesAndPeopleAreToldApart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.ruledBy(t, "old", b.scored(t, 1, ago(20), 80, "a"), b.scored(t, 2, ago(5), 78, "a"))
	b.ruledBy(t, "today", b.scored(t, 3, ago(2), 70, "abc"))
	w := b.week(t, nil)
	if w.Ruled != 1 || w.OfChange == nil || *w.OfChange != -8 || *w.Changes[7] != -10 || w.Opened != [5]int{} || w.Beside != nil || len(w.Worst) != 0 {
		t.Errorf("with a commit: %+v", w.Moves)
	}
	if len(w.Worse) != 0 {
		t.Errorf("nobody's commit turned %+v", w.Worse)
	}

	again := setup(t)
	at := ago(20)
	old, anew := again.scored(t, 1, at, 80, "a"), again.scored(t, 1, at, 74, "abc")
	again.ruledBy(t, "old", old)
	if w := again.week(t, nil); w.Ruled != 1 || w.OfChange != nil || w.Beside == nil || *w.Beside != -6 || w.Opened != [5]int{} || w.Waiting != 1 {
		t.Errorf("without a commit: %+v of %d", w.Moves, anew)
	}
}

// TestWhatMovedWithoutACommitIsTold has a waiver lapse, so that a head of long ago is
// audited again and its score falls: no head moved it, and somebody asks twice.
func TestWhatMovedWithoutACommitIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	at := ago(20)
	b.ruledBy(t, "today", b.scored(t, 1, at, 80, "a"))
	if _, err := b.Pool().Exec(t.Context(), `UPDATE audits SET created_at = head_at`); err != nil {
		t.Fatal(err)
	}
	if w := b.week(t, nil); w.Again != 0 || w.AgainBy != nil {
		t.Errorf("before: %+v", w.Moves)
	}
	b.ruledBy(t, "today", b.scored(t, 1, at, 71, "a"), b.scored(t, 1, at, 71, "a"))
	if w := b.week(t, nil); w.Again != 1 || w.AgainBy == nil || *w.AgainBy != -9 || *w.Changes[7] != 0 || w.Ruled != 0 || w.Beside != nil {
		t.Errorf("after: %+v", w.Moves)
	}
}

func TestWhatIsNotAuditedIsTold(t *testing.T) {
	t.Parallel()
	s, installation := team(t)
	ask := store.WeekAsk{Sight: store.Within(installation), Installation: installation, Now: time.Now(), Most: 1}
	_, err := s.Pool().Exec(t.Context(), `
		INSERT INTO audits (repository_id, commit, branch, trigger, state, error, finished_at)
		SELECT id, repeat('a', 40), 'main', 'push', 'failed', 'It is too large.', now() FROM repositories WHERE name = 'alpha'`)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Week(t.Context(), ask)
	if err != nil || len(w.Unaudited) != 1 || w.Unaudited[0].Name != "alpha" || w.Unaudited[0].Never || w.More != 1 || w.Failing != 1 {
		t.Fatalf("%+v and %d more, %v", w.Unaudited, w.More, err)
	}
	ask.Most, ask.Now = 5, ask.Now.AddDate(0, 0, 8) // it failed before that week
	if w, err = s.Week(t.Context(), ask); err != nil || len(w.Unaudited) != 2 || w.Failing != 0 || w.Unaudited[0].Name != "delta" || !w.Unaudited[0].Never || w.Unaudited[1].Error != "It is too large." || w.Unaudited[1].Never || w.More != 0 {
		t.Errorf("%+v, %v", w.Unaudited, err)
	}
	ask.Sight = store.Sight{}
	if w, err = s.Week(t.Context(), ask); err != nil || w.Repositories != 0 || len(w.Unaudited) != 0 {
		t.Errorf("nobody sees %+v, %v", w, err)
	}
}

func TestWaiversThatLapseSoon(t *testing.T) {
	t.Parallel()
	b := setup(t)
	day := func(days int) string { return time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly) }
	claim := b.start(t, b.queueAt(t, 1, ago(1)))
	r := result("abcd")
	for i, days := range []int{5, 5, 9, -1} {
		r.Findings[i].Waived = &audit.Waiver{Rule: r.Findings[i].Rule, Path: "**", Reason: "later", Owner: "@ada", Expires: day(days), Line: 3}
		if i < 2 {
			r.Findings[i].Waived.Rule = "config/one"
		}
	}
	if _, err := b.Complete(t.Context(), claim, store.Result{Audit: r}, nothing); err != nil {
		t.Fatal(err)
	}
	err := pgx.BeginFunc(t.Context(), b.Pool(), func(tx pgx.Tx) error {
		for i, days := range []int{0, 7, 8} {
			w := audit.Waiver{Rule: "config/two", Path: []string{"a", "b", "c"}[i], Reason: "later", Owner: "bob", Expires: day(days)}
			if _, err := b.AddWaiver(t.Context(), tx, store.Local, 0, store.Waiver{Waiver: w, Repository: b.repository.ID, Message: "DEBUG is on"}); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), `UPDATE audits SET warnings = '[{"message": "a waiver expires"}]'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w := b.week(t, nil)
	if len(w.Lapsing) != 3 || w.MoreEnd != 0 {
		t.Fatalf("%+v and %d more", w.Lapsing, w.MoreEnd)
	}
	if one, two, three := w.Lapsing[0], w.Lapsing[1], w.Lapsing[2]; one.Path != "a" || one.ID == 0 || two.Rule != "config/one" || two.ID != 0 || two.Owner != "@ada" || three.Path != "b" ||
		one.FullName != "local/shop" || two.Expires != day(5) {
		t.Errorf("%+v", w.Lapsing)
	}
}

// BenchmarkWeek asks for a week of all of an installation as a person who may read
// all of it, and of a few repositories.
func BenchmarkWeek(b *testing.B) {
	s := storetest.New(b)
	made := storetest.Fill(b, s, load())
	sight := store.As(made.Person, time.Now().Add(-time.Hour))
	if os.Getenv("WAIVED") != "" { // every hundredth finding by a file
		_, err := s.Pool().Exec(b.Context(), `
			UPDATE findings SET waiver = jsonb_build_object('rule', rule, 'reason', 'x', 'owner', 'ada', 'expires', to_char(now() + interval '3 days', 'YYYY-MM-DD')) WHERE id % 100 = 0;
			UPDATE audits SET warnings = '[{"message": "x"}]' WHERE id IN (SELECT latest_audit FROM repositories)`)
		if err != nil {
			b.Fatal(err)
		}
	}
	for name, ids := range map[string][]int64{"all": nil, "five": {1, 2, 3, 4, 5}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w, err := s.Week(b.Context(), store.WeekAsk{Sight: sight, Installation: made.Installation, Repositories: ids, Now: time.Now(), Ruleset: "r2", Most: 5})
				if err != nil || w.Repositories == 0 || w.Waiting == 0 {
					b.Fatal(w, err)
				}
			}
		})
	}
}
