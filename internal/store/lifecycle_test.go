package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// bundle is a store with one local repository.
type bundle struct {
	*store.Store
	repository store.Repository
}

func setup(t *testing.T) *bundle {
	t.Helper()
	s := storetest.New(t)
	repository, err := s.UpsertLocal(t.Context(), "/src/shop", "main")
	if err != nil {
		t.Fatal(err)
	}
	return &bundle{s, repository}
}

// commit is a commit id made of a number.
func commit(n int) string { return fmt.Sprintf("%040x", n) }

// queue asks for an audit of main at a commit.
func (b *bundle) queue(t *testing.T, n int) store.Claim {
	t.Helper()
	return b.queueAt(t, n, time.Time{})
}

// queueAt is queue for a commit that came to be the head at some time.
func (b *bundle) queueAt(t *testing.T, n int, at time.Time) store.Claim {
	t.Helper()
	var claim store.Claim
	err := pgx.BeginFunc(t.Context(), b.Pool(), func(tx pgx.Tx) error {
		_, _, err := b.CreateAudit(t.Context(), tx, store.Local,
			store.NewAudit{Repository: b.repository.ID, Commit: commit(n), Branch: "main", Trigger: store.Push, HeadAt: at},
			func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return claim
}

// start lets a worker take an audit.
func (b *bundle) start(t *testing.T, c store.Claim) store.Claim {
	t.Helper()
	c.Attempt++
	if _, _, err := b.Start(t.Context(), c, "worker"); err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *bundle) complete(t *testing.T, c store.Claim, fingerprints string) store.Change {
	t.Helper()
	change, err := b.Complete(t.Context(), c, store.Result{Audit: result(fingerprints)}, nothing)
	if err != nil {
		t.Fatal(err)
	}
	return change
}

func nothing(pgx.Tx) error { return nil }

// print is a fingerprint made of a letter.
func print(letter rune) string { return strings.Repeat(fmt.Sprintf("%02x", letter), 16) }

// result is an audit that finds one thing for each letter.
func result(letters string) *audit.Audit {
	score := 70.0
	card := audit.Scorecard{Path: ".", Name: "shop", Class: audit.WebService, Why: "it listens", Score: &score, Grade: "B", Coverage: 1}
	for _, key := range factor.Keys() {
		card.Factors = append(card.Factors, audit.FactorScore{Factor: key, Status: audit.Assessed, Score: &score, Coverage: 1})
	}
	a := &audit.Audit{Ruleset: "r1", Score: &score, Grade: "B", Coverage: 1, Worst: ".", Scorecards: []audit.Scorecard{card}}
	for i, letter := range letters {
		a.Findings = append(a.Findings, audit.Finding{
			Rule: "config/hardcoded-secret", Factor: factor.Config, Aspect: "a", Severity: audit.High, Confidence: audit.HighConfidence,
			Component: ".", Subject: string(letter), Place: audit.Place{Path: "app.py", Line: i + 1, EndLine: i + 1},
			Message: "A secret.", Fix: "Read it from the environment.", Fingerprint: print(letter), Gain: 4.5})
		a.Passes = append(a.Passes, audit.Pass{Rule: "logs/stdout", Factor: factor.Logs, Aspect: "a", Component: ".",
			Place: audit.Place{Path: "app.py", Line: 1, EndLine: 1}, Message: "It logs to stdout.", Strength: 1})
	}
	return a
}

// lives tells of every finding of main: letter, first and last audit that saw
// it and the one that closed it, counting audits from 1.
func (b *bundle) lives(t *testing.T, claims []store.Claim) []string {
	t.Helper()
	number := map[int64]int{}
	for i, c := range claims {
		number[c.Audit] = i + 1
	}
	open, err := b.OpenFindings(t.Context(), store.Local, b.repository.ID, "main")
	if err != nil {
		t.Fatal(err)
	}
	all := open
	for _, c := range claims {
		closed, err := b.ClosedFindings(t.Context(), store.Local, c.Audit)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, closed...)
	}
	var lives []string
	for _, f := range all {
		life := fmt.Sprintf("%s %d-%d", f.Subject, number[f.FirstSeenAudit], number[f.LastSeenAudit])
		if f.ClosedByAudit != nil {
			life += fmt.Sprintf(" closed %d", number[*f.ClosedByAudit])
		}
		lives = append(lives, life)
	}
	slices.Sort(lives)
	return lives
}

func TestFindingsLive(t *testing.T) {
	t.Parallel()
	// Every case queues as many audits as it has steps; step i completes
	// audit order[i] with the findings of that audit.
	for _, c := range []struct {
		name  string
		seen  []string // letters found by each audit, in the order of their commits
		order []int    // in which they finish; nil: as asked for
		want  []string
	}{
		{"opened", []string{"a"}, nil, []string{"a 1-1"}},
		{"stays open", []string{"a", "a"}, nil, []string{"a 1-2"}},
		{"closed", []string{"ab", "b"}, nil, []string{"a 1-1 closed 2", "b 1-2"}},
		{"stays closed", []string{"a", "", ""}, nil, []string{"a 1-1 closed 2"}},
		{"reopened", []string{"a", "", "a"}, nil, []string{"a 1-3"}},
		{"closed again", []string{"a", "", "a", ""}, nil, []string{"a 1-3 closed 4"}},
		{"overtaken, still there", []string{"a", "a"}, []int{2, 1}, []string{"a 1-2"}},
		{"overtaken, gone since", []string{"a", ""}, []int{2, 1}, []string{"a 1-1 closed 2"}},
		{"overtaken, new since", []string{"", "a"}, []int{2, 1}, []string{"a 2-2"}},
		{"overtaken, doesn't reopen", []string{"a", "a", ""}, []int{1, 3, 2}, []string{"a 1-2 closed 3"}},
		{"overtaken, doesn't close", []string{"a", "", "a"}, []int{1, 3, 2}, []string{"a 1-3"}},
		{"overtaken, closes earlier", []string{"a", "", ""}, []int{1, 3, 2}, []string{"a 1-1 closed 2"}},
		{"all reversed", []string{"ab", "bc", "c"}, []int{3, 2, 1}, []string{"a 1-1 closed 2", "b 1-2 closed 3", "c 2-3"}},
	} {
		for _, asked := range []string{"in order", "in reverse", "of old heads at once"} {
			t.Run(c.name+", asked "+asked, func(t *testing.T) {
				t.Parallel()
				b := setup(t)
				claims := make([]store.Claim, len(c.seen))
				for i := range c.seen {
					at := time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC)
					switch asked {
					case "in order":
						at = time.Time{}
					case "in reverse":
						i = len(c.seen) - 1 - i
						at = time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC)
					}
					claims[i] = b.start(t, b.queueAt(t, i, at))
				}
				order := c.order
				if order == nil {
					for i := range c.seen {
						order = append(order, i+1)
					}
				}
				for _, n := range order {
					b.complete(t, claims[n-1], c.seen[n-1])
				}
				if diff := cmp.Diff(c.want, b.lives(t, claims)); diff != "" {
					t.Errorf("findings (-want +got):\n%s", diff)
				}
				last := claims[len(claims)-1].Audit
				passes, err := b.Passes(t.Context(), store.Local, last)
				if err != nil || len(passes) != len(c.seen[len(claims)-1]) {
					t.Errorf("%d passes of the latest audit, %v", len(passes), err)
				}
				if latest, err := b.LatestAudit(t.Context(), store.Local, b.repository.ID); err != nil || latest.ID != last {
					t.Errorf("the latest audit is %d, not %d, %v", latest.ID, last, err)
				}
			})
		}
	}
}

func TestChangeCountsWhatAnAuditDid(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var got []store.Change
	for i, seen := range []string{"ab", "bc", "a"} {
		got = append(got, b.complete(t, b.start(t, b.queue(t, i)), seen))
	}
	want := []store.Change{{Opened: 2}, {Opened: 1, Closed: 1}, {Reopened: 1, Closed: 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestOnlyTheHolderOfTheLeaseCanWrite(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	held := b.start(t, b.queue(t, 1))
	late := func(change func(*store.Claim)) store.Claim { c := held; change(&c); return c }
	for name, c := range map[string]store.Claim{
		"older lease":        late(func(c *store.Claim) { c.Lease-- }),
		"later lease":        late(func(c *store.Claim) { c.Lease++ }),
		"older attempt":      late(func(c *store.Claim) { c.Attempt-- }),
		"other installation": late(func(c *store.Claim) { c.Installation = 7 }),
	} {
		_, complete := b.Complete(ctx, c, store.Result{Audit: result("a")}, nothing)
		for what, err := range map[string]error{
			"complete":  complete,
			"heartbeat": b.Heartbeat(ctx, c, 1, 2),
			"release":   b.Release(ctx, c),
			"end":       b.End(ctx, c, store.Failed, "no", true, nothing),
		} {
			if !errors.Is(err, store.ErrConflict) {
				t.Errorf("%s, %s: %v, want a conflict", name, what, err)
			}
		}
	}
	b.complete(t, held, "a")
	if _, err := b.Complete(ctx, held, store.Result{Audit: result("b")}, nothing); !errors.Is(err, store.ErrConflict) {
		t.Errorf("second completion: %v, want a conflict", err)
	}
	if diff := cmp.Diff([]string{"a 1-1"}, b.lives(t, []store.Claim{held})); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestResultAndJobShareOneTransaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	held := b.start(t, b.queue(t, 1))
	refused := errors.New("the job is gone")
	_, err := b.Complete(t.Context(), held, store.Result{Audit: result("a")}, func(pgx.Tx) error { return refused })
	if !errors.Is(err, refused) {
		t.Fatal(err)
	}
	a, err := b.Audit(t.Context(), store.Local, held.Audit)
	if err != nil || a.State != store.Running {
		t.Errorf("audit is %s, %v; want running", a.State, err)
	}
	if lives := b.lives(t, []store.Claim{held}); len(lives) != 0 {
		t.Errorf("findings were left: %v", lives)
	}
}

func TestTheSameQuestionWaitsOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.queue(t, 1)
	if again := b.queue(t, 1); again != (store.Claim{}) {
		t.Errorf("a second job was queued: %+v", again)
	}
	b.complete(t, b.start(t, first), "")
	if later := b.queue(t, 1); later.Audit == 0 || later.Audit == first.Audit {
		t.Errorf("after the first is done: %+v, want a new audit", later)
	}
}

func TestBranchesHaveFindingsOfTheirOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	onMain := b.start(t, b.queue(t, 1))
	b.complete(t, onMain, "a")
	var claim store.Claim
	err := pgx.BeginFunc(t.Context(), b.Pool(), func(tx pgx.Tx) error {
		_, _, err := b.CreateAudit(t.Context(), tx, store.Local,
			store.NewAudit{Repository: b.repository.ID, Commit: commit(2), Branch: "topic", Trigger: store.OnPullRequest},
			func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.complete(t, b.start(t, claim), "b")
	if diff := cmp.Diff([]string{"a 1-1"}, b.lives(t, []store.Claim{onMain})); diff != "" {
		t.Errorf("findings of main (-want +got):\n%s", diff)
	}
}

func TestSupersededPullRequestAuditsAreCancelled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	queue := func(n int, trigger store.Trigger) (id int64) {
		err := pgx.BeginFunc(t.Context(), b.Pool(), func(tx pgx.Tx) (err error) {
			id, _, err = b.CreateAudit(t.Context(), tx, store.Local,
				store.NewAudit{Repository: b.repository.ID, Commit: commit(n), Branch: "topic", Trigger: trigger},
				func(store.Claim) (int64, error) { return 1, nil })
			if err == nil {
				_, err = b.CancelSuperseded(t.Context(), tx, store.Local, id)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	ids := []int64{queue(1, store.Push), queue(2, store.OnPullRequest), queue(3, store.OnPullRequest)}
	var got []store.State
	for _, id := range ids {
		a, err := b.Audit(context.Background(), store.Local, id)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a.State)
	}
	if diff := cmp.Diff([]store.State{store.Queued, store.Cancelled, store.Queued}, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}
