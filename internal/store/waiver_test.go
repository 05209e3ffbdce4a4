package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
)

const fingerprint = "0f3c5a1be2d94c7783a6b1c2d3e4f506"

func ofRule(path, expires string) audit.Waiver {
	return audit.Waiver{Rule: "config/debug-literal", Path: path, Reason: "it runs at home", Owner: "ada", Expires: expires}
}

// waive adds a waiver of acme/shop.
func (h *hub) waive(t *testing.T, w audit.Waiver) (id int64) {
	t.Helper()
	h.in(t, func(tx store.Tx) (err error) {
		id, err = h.AddWaiver(t.Context(), tx, acme, 0, store.Waiver{Waiver: w, Repository: h.shop.ID, Message: "DEBUG is on"})
		return err
	})
	return id
}

func TestWaiversOfTheDashboard(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	one := audit.Waiver{Rule: "config/debug-literal", Fingerprint: fingerprint, Reason: "soon", Owner: "ada", Expires: "2026-12-01"}
	late, early := h.waive(t, ofRule("src/**", "2027-02-01")), h.waive(t, one)
	list, err := h.RepositoryWaivers(ctx, acme, h.shop.ID)
	if err != nil || len(list) != 2 || list[0].ID != early || list[1].ID != late || list[1].Expires != "2027-02-01" || list[0].Fingerprint != fingerprint ||
		list[0].FullName != "acme/shop" || list[0].Message != "DEBUG is on" || list[0].Owner != "ada" || list[0].Created.IsZero() {
		t.Fatalf("%+v, %v", list, err)
	}
	if list, err := h.RepositoryWaivers(ctx, globex, h.shop.ID); err != nil || len(list) != 0 {
		t.Errorf("another installation sees %+v, %v", list, err)
	}

	// The same once more takes its place; what was stays as history.
	renewed := ofRule("src/**", "2027-05-01")
	renewed.Owner = "bob"
	again := h.waive(t, renewed)
	list, err = h.RepositoryWaivers(ctx, acme, h.shop.ID)
	if err != nil || len(list) != 2 || list[1].ID != again || list[1].Owner != "bob" {
		t.Errorf("renewed: %+v, %v", list, err)
	}
	ended, err := h.EndedWaivers(ctx, store.Within(acme), acme, 10)
	if err != nil || len(ended) != 1 || ended[0].ID != late || ended[0].WithdrawnBy != "bob" || ended[0].Withdrawn == nil || ended[0].Owner != "ada" {
		t.Errorf("history: %+v, %v", ended, err)
	}

	// Withdrawn once, by whoever has the repository.
	withdraw := func(installation, id int64) error {
		return h.InTx(ctx, func(tx store.Tx) error {
			w, err := h.WithdrawWaiver(ctx, tx, installation, h.shop.ID, id, "eve")
			if err == nil && w.ID != id {
				t.Errorf("withdrawn is %+v", w)
			}
			return err
		})
	}
	if err := withdraw(globex, again); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("by another installation: %v", err)
	}
	if err := withdraw(acme, again); err != nil {
		t.Error(err)
	}
	if err := withdraw(acme, again); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("twice: %v", err)
	}
	err = h.InTx(ctx, func(tx store.Tx) error {
		_, err := h.AddWaiver(ctx, tx, globex, 0, store.Waiver{Waiver: one, Repository: h.shop.ID})
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("made by another installation: %v", err)
	}
	for _, c := range []struct {
		sight store.Sight
		want  int
	}{{store.Within(acme), 1}, {store.Within(globex), 0}, {store.Sight{}, 0}} {
		if list, err := h.SeenWaivers(ctx, c.sight, acme); err != nil || len(list) != c.want {
			t.Errorf("%+v sees %d, %v", c.sight, len(list), err)
		}
	}
}

func TestAuditsKnowWaiversForAFortnightAfterTheirEnd(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.waive(t, ofRule("**", "2026-12-01"))
	for today, want := range map[string]int{"2026-11-01": 1, "2026-12-01": 1, "2026-12-15": 1, "2026-12-16": 0} {
		if list, err := h.AuditWaivers(t.Context(), acme, h.shop.ID, today); err != nil || len(list) != want {
			t.Errorf("%s: %+v, %v", today, list, err)
		}
	}
}

func TestARepositoryHasOnlySoManyWaivers(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	h.in(t, func(tx store.Tx) error {
		for i := range store.MostWaivers {
			if _, err := h.AddWaiver(t.Context(), tx, acme, 0, store.Waiver{Waiver: ofRule(fmt.Sprintf("src/%d", i), "2026-12-01"), Repository: h.shop.ID}); err != nil {
				return err
			}
		}
		return nil
	})
	add := func(path string) error {
		return h.InTx(t.Context(), func(tx store.Tx) error {
			_, err := h.AddWaiver(t.Context(), tx, acme, 0, store.Waiver{Waiver: ofRule(path, "2026-12-02"), Repository: h.shop.ID})
			return err
		})
	}
	if err := add("one/more"); !errors.Is(err, store.ErrFull) {
		t.Errorf("one more: %v", err)
	}
	if err := add("src/7"); err != nil {
		t.Errorf("renewing: %v", err)
	}
}

// TestAWaiverWaitsForAnAuditThatIsCompleted: whoever is second sees what the
// first did.
func TestAWaiverWaitsForAnAuditThatIsCompleted(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	var claim store.Claim
	h.in(t, func(tx store.Tx) error {
		_, _, err := h.CreateAudit(ctx, tx, acme, store.NewAudit{Repository: h.shop.ID, Commit: commit(1), Branch: "main", Trigger: store.Push},
			func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	claim.Attempt = 1
	if _, _, err := h.Start(ctx, claim, "test"); err != nil {
		t.Fatal(err)
	}
	waived := make(chan error, 1)
	_, err := h.Complete(ctx, claim, store.Result{Audit: &audit.Audit{Commit: commit(1)}}, func(pgx.Tx) error {
		go func() {
			waived <- h.InTx(ctx, func(tx store.Tx) error {
				if _, err := h.AddWaiver(ctx, tx, acme, 0, store.Waiver{Waiver: ofRule("**", "2026-12-01"), Repository: h.shop.ID}); err != nil {
					return err
				}
				a, err := h.LatestAudit(ctx, acme, h.shop.ID)
				if err == nil && a.Commit != commit(1) {
					err = errors.New("the audit is not done")
				}
				return err
			})
		}()
		select {
		case err := <-waived:
			return fmt.Errorf("the waiver did not wait: %v", err)
		case <-time.After(200 * time.Millisecond):
			return nil
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-waived; err != nil {
		t.Error(err)
	}
}

func TestGatesOfAccounts(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	for _, want := range []audit.Gate{{FailOn: audit.Critical}, {Open: true}, {}} {
		if err := h.SetGate(ctx, acme, want, "ada"); err != nil {
			t.Fatal(err)
		}
		if i, err := h.Installation(ctx, acme); err != nil || i.Gate != want || i.GateBy != "ada" || i.GateAt == nil {
			t.Errorf("%+v, %v", i, err)
		}
	}
	if i, err := h.Installation(ctx, globex); err != nil || i.GateBy != "" || i.GateAt != nil {
		t.Errorf("another's: %+v, %v", i, err)
	}
	if err := h.SetGate(ctx, 99, audit.Gate{}, "ada"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a missing installation: %v", err)
	}
}

// TestWhoMayChangeWhat keeps rights of four people and asks.
func TestWhoMayChangeWhat(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx, asked := t.Context(), time.Now()
	for person, right := range map[int64]store.Rights{
		1: {acme: {Repositories: []int64{shop.ID}}},
		2: {acme: {Repositories: []int64{shop.ID}, Writes: []int64{shop.ID}}},
		3: {acme: {Repositories: []int64{shop.ID}, Writes: []int64{shop.ID}, Administers: true}},
		4: {globex: {Repositories: []int64{shop.ID}, Writes: []int64{shop.ID}, Administers: true}}, // an answer for another installation
	} {
		h.in(t, func(tx store.Tx) error {
			return h.SavePerson(ctx, tx, store.Person{ID: person, Login: "p", Tokens: []byte("x")}, asked)
		})
		if _, err := h.KeepRights(ctx, person, right, asked, asked); err != nil {
			t.Fatal(err)
		}
	}
	old := asked.Add(time.Minute)
	for _, c := range []struct {
		sight                    store.Sight
		sees, writes, administer bool
	}{
		{store.As(1, asked.Add(-time.Second)), true, false, false}, {store.As(2, asked.Add(-time.Second)), true, true, false},
		{store.As(3, asked.Add(-time.Second)), true, true, true}, {store.As(4, asked.Add(-time.Second)), false, false, false},
		{store.As(3, old), false, false, false}, {store.As(5, asked), false, false, false}, {store.Sight{}, false, false, false},
		{store.Within(acme), true, true, true}, {store.Within(globex), false, false, false}, {store.Within(store.Local), false, false, false},
	} {
		may, err := h.Writable(ctx, c.sight, []int64{h.shop.ID})
		if err != nil || may[h.shop.ID] != c.writes {
			t.Errorf("%+v writes: %v, %v", c.sight, may, err)
		}
		a, err := h.Account(ctx, c.sight, acme)
		if errors.Is(err, store.ErrNotFound) == c.sees || a.Administers != c.administer {
			t.Errorf("%+v of the account: %+v, %v", c.sight, a, err)
		}
	}
	if list, err := h.Accounts(ctx, store.Within(store.Local)); err != nil || len(list) != 1 || list[0].ID != store.Local || !list[0].Administers {
		t.Errorf("this machine: %+v, %v", list, err)
	}
}
