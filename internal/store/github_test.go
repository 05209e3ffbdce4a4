package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/audit"
	"twelvefold/internal/source"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

const acme, globex = 41, 42 // installations

// hub is a store with two installations, and acme/shop.
type hub struct {
	*store.Store
	shop store.Repository
}

var shop = store.GitHubRepository{ID: 7, Owner: "acme", Name: "shop", DefaultBranch: "main", Private: true}

func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{Store: storetest.New(t)}
	h.in(t, func(tx store.Tx) error {
		for id, name := range map[int64]string{acme: "acme", globex: "globex"} {
			if err := h.NoteInstallation(t.Context(), tx, store.Installation{ID: id, Account: name, AccountID: id * 10, AccountType: "Organization"}); err != nil {
				return err
			}
		}
		var err error
		h.shop, err = h.NoteRepository(t.Context(), tx, acme, shop)
		return err
	})
	return h
}

func (h *hub) in(t *testing.T, f func(tx store.Tx) error) {
	t.Helper()
	if err := h.InTx(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func TestInstallationsComeAndGo(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	h.in(t, func(tx store.Tx) error {
		return h.RefreshInstallation(ctx, tx, store.Installation{ID: acme, Account: "acme-inc", AccountID: 410, AccountType: "Organization",
			Suspended: true, Permissions: map[string]string{"checks": "write"}})
	})
	// A late delivery knows less: it changes neither what was answered nor the end.
	h.in(t, func(tx store.Tx) error {
		return h.NoteInstallation(ctx, tx, store.Installation{ID: acme, Account: "acme-inc", AccountID: 410})
	})
	i, err := h.Installation(ctx, acme)
	if err != nil || i.Account != "acme-inc" || !i.Suspended || i.Permissions["checks"] != "write" || i.AccountType != "Organization" || i.Active() {
		t.Errorf("%+v, %v", i, err)
	}
	h.in(t, func(tx store.Tx) error { return h.DeleteInstallation(ctx, tx, acme) })
	h.in(t, func(tx store.Tx) error {
		return h.NoteInstallation(ctx, tx, store.Installation{ID: acme, Account: "acme-inc", AccountID: 410})
	})
	if i, err = h.Installation(ctx, acme); err != nil || i.Deleted == nil {
		t.Errorf("%+v, %v", i, err)
	}
	if r, err := h.Repository(ctx, acme, h.shop.ID); err != nil || r.Gone == nil {
		t.Errorf("its repository is still there: %+v, %v", r, err)
	}
	list, err := h.Installations(ctx)
	if err != nil || len(list) != 1 || list[0].ID != globex {
		t.Errorf("%+v, %v", list, err)
	}
	for _, wrong := range []store.Installation{{}, {ID: 5}, {ID: 5, Account: "x"}} {
		err := h.InTx(ctx, func(tx store.Tx) error { return h.NoteInstallation(ctx, tx, wrong) })
		if !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}

// TestRepositoriesMoveByAnswersOnly: a delivery's word does not take a
// repository from another living installation.
func TestRepositoriesMoveByAnswersOnly(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	moved := shop
	moved.Owner = "globex"
	err := h.InTx(ctx, func(tx store.Tx) error { _, err := h.NoteRepository(ctx, tx, globex, moved); return err })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a delivery of another installation: %v", err)
	}
	h.in(t, func(tx store.Tx) error { _, err := h.AdoptRepository(ctx, tx, globex, moved); return err })
	if r, err := h.Repository(ctx, globex, h.shop.ID); err != nil || r.FullName() != "globex/shop" || r.GitHubID != 7 || !r.Private {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := h.Repository(ctx, acme, h.shop.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("it is still acme's: %v", err)
	}
	// Not back by a delivery, though globex's installation is gone: by an answer.
	h.in(t, func(tx store.Tx) error { return h.DeleteInstallation(ctx, tx, globex) })
	err = h.InTx(ctx, func(tx store.Tx) error { _, err := h.NoteRepository(ctx, tx, acme, shop); return err })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a delivery of the former installation: %v", err)
	}
	h.in(t, func(tx store.Tx) error { _, err := h.AdoptRepository(ctx, tx, acme, shop); return err })
	if r, err := h.RepositoryNamed(ctx, acme, "ACME", "Shop"); err != nil || r.ID != h.shop.ID || r.Gone != nil {
		t.Errorf("%+v, %v", r, err)
	}
	// Renamed while another takes the old name, told in the wrong order.
	other := store.GitHubRepository{ID: 8, Owner: "acme", Name: "shop", DefaultBranch: "trunk"}
	renamed := shop
	renamed.Name = "store"
	for _, g := range []store.GitHubRepository{other, renamed} {
		h.in(t, func(tx store.Tx) error { _, err := h.AdoptRepository(ctx, tx, acme, g); return err })
	}
	h.in(t, func(tx store.Tx) error { // late
		if r, err := h.NoteRepository(ctx, tx, acme, shop); err != nil || r.Name != "store" {
			t.Errorf("%+v, %v", r, err)
		}
		return nil
	})
	if r, err := h.RepositoryNamed(ctx, acme, "acme", "shop"); err != nil || r.GitHubID != 8 {
		t.Errorf("%+v, %v", r, err)
	}
	h.in(t, func(tx store.Tx) error { _, err := h.KeepRepositories(ctx, tx, acme, []int64{8}); return err })
	for name, gone := range map[string]bool{"shop": false, "store": true} {
		if r, err := h.RepositoryNamed(ctx, acme, "acme", name); err != nil || (r.Gone != nil) != gone {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func TestADeliveryIsTakenOnce(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	d := store.Delivery{ID: "72d3162e-cc78-11e3-81ab-4c9367dc0958", Event: "push", Installation: acme}
	for i, want := range []bool{true, false} {
		h.in(t, func(tx store.Tx) error {
			fresh, err := h.TakeDelivery(ctx, tx, d)
			if fresh != want {
				t.Errorf("time %d: fresh is %v", i+1, fresh)
			}
			return err
		})
	}
	for _, r := range []store.Redelivery{{GUID: d.ID, Delivery: 1, Event: "push"}, {GUID: "another-one", Delivery: 2, Event: "push"}, {GUID: "another-one", Delivery: 3, Event: "push"}} {
		if fresh, err := h.NoteFailed(ctx, r); err != nil || fresh != (r.Delivery == 2) {
			t.Errorf("%+v is fresh: %v, %v", r, fresh, err)
		}
	}
	if due, err := h.DueRedeliveries(ctx, 10); err != nil || len(due) != 1 || due[0].Delivery != 3 {
		t.Errorf("due are %+v, %v", due, err)
	}
	if err := h.NoteRedelivered(ctx, "another-one"); err != nil {
		t.Fatal(err)
	}
	if due, err := h.DueRedeliveries(ctx, 10); err != nil || len(due) != 0 {
		t.Errorf("due at once are %+v, %v", due, err)
	}
	for _, id := range []string{"", "short", "' OR 1=1 --", string(make([]byte, 100))} {
		err := h.InTx(ctx, func(tx store.Tx) error { _, err := h.TakeDelivery(ctx, tx, store.Delivery{ID: id}); return err })
		if !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if gone, err := h.ForgetDeliveries(ctx, 1); err != nil || gone != 0 {
		t.Error(gone, err)
	}
}

func pull(n int, head string, at time.Time) store.PullRequest {
	return store.PullRequest{Number: n, Title: "A title", Author: "ada", State: store.PullOpen, Head: head, HeadBranch: "topic",
		HeadRepository: "acme/shop", BaseBranch: "main", Changed: at}
}

func TestTheNewestWordOfAPullRequestStands(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	closed := pull(3, commit(2), at.Add(2*time.Minute))
	closed.State, closed.MergeCommit = store.PullMerged, commit(9)
	for i, c := range []struct {
		p    store.PullRequest
		late bool
		want string
	}{
		{pull(3, commit(2), at.Add(time.Minute)), false, commit(2)},
		{pull(3, commit(1), at), true, commit(2)},
		{closed, false, commit(2)},
		{pull(3, commit(2), at.Add(time.Minute)), true, commit(2)},
	} {
		h.in(t, func(tx store.Tx) error {
			c.p.Repository = h.shop.ID
			known, late, err := h.NotePullRequest(ctx, tx, acme, c.p)
			if late != c.late || known.Head != c.want {
				t.Errorf("%d: %+v, late %v", i, known, late)
			}
			return err
		})
	}
	open, err := h.OpenPullRequests(ctx, acme, h.shop.ID)
	if err != nil || len(open) != 0 {
		t.Errorf("%+v, %v", open, err)
	}
	err = h.InTx(ctx, func(tx store.Tx) error {
		p := pull(4, commit(4), at)
		p.Repository = h.shop.ID
		_, _, err := h.NotePullRequest(ctx, tx, globex, p)
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another installation's repository: %v", err)
	}
}

// TestTheLedgerCountsHeads has a branch and two pull requests.
func TestTheLedgerCountsHeads(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	var claim store.Claim
	h.in(t, func(tx store.Tx) error {
		for _, head := range []struct {
			commit string
			at     time.Time
			newer  bool
		}{{commit(1), at, true}, {commit(2), at.Add(time.Second), true}, {commit(1), at, false}} {
			newer, err := h.NoteHead(ctx, tx, acme, h.shop.ID, head.commit, head.at)
			if err != nil || newer != head.newer {
				t.Errorf("%s is newer: %v, %v", head.commit, newer, err)
			}
		}
		for n := range 2 {
			p := pull(n+1, commit(10+n), at)
			p.Repository = h.shop.ID
			known, _, err := h.NotePullRequest(ctx, tx, acme, p)
			if err != nil {
				return err
			}
			if n == 1 {
				_, _, err = h.CreateAudit(ctx, tx, acme, store.NewAudit{Repository: h.shop.ID, Commit: known.Head, Branch: known.Line(), Trigger: store.OnPullRequest, PullRequest: known.ID},
					func(c store.Claim) (int64, error) { claim = c; return 1, nil })
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	heads := func() map[string]store.State {
		t.Helper()
		list, err := h.LedgerHeads(ctx, acme)
		if err != nil {
			t.Fatal(err)
		}
		states := map[string]store.State{}
		for _, head := range list {
			states[head.Line] = head.State
			if head.Accounted() != (head.State != "") {
				t.Errorf("%+v", head)
			}
		}
		return states
	}
	if diff := cmp.Diff(map[string]store.State{"main": "", "refs/pull/1": "", "refs/pull/2": store.Queued}, heads()); diff != "" {
		t.Error(diff)
	}
	claim.Attempt = 1
	a, _, err := h.Start(ctx, claim, "w")
	if err != nil || a.PullRequest == 0 {
		t.Fatal(a, err)
	}
	base := 80.0
	waived := result("abc").Findings
	waived[1].Waived, waived[1].Added = &audit.Waiver{Reason: "r", Owner: "o", Expires: "2027-01-01"}, 2
	against := &store.Against{Commit: commit(5), Score: &base, Changes: audit.Comparison{New: waived[:2], Fixed: waived[2:], Unchanged: waived[:1]}}
	for n := range 60 {
		against.Unread = append(against.Unread, source.Warning{Path: fmt.Sprintf("%d\xff.py", n), Message: "larger than the limit"})
	}
	against.Changes.Unseen = waived[:2]
	change, err := h.Complete(ctx, claim, store.Result{Audit: result("ab"), Against: against}, nothing)
	if err != nil || change.Opened != 2 || change.Closed != 1 {
		t.Fatal(change, err)
	}
	if got := heads()["refs/pull/2"]; got != store.Done {
		t.Errorf("it is %s", got)
	}
	changes, err := h.Changes(ctx, acme, claim.Audit)
	if err != nil || len(changes) != 3 {
		t.Fatal(changes, err)
	}
	if kept, err := h.Audit(ctx, acme, claim.Audit); err != nil || kept.UnreadFiles != 60 || len(kept.Unread) != 50 || kept.Unread[49].Message != "larger than the limit" || kept.Unseen != 2 {
		t.Errorf("%+v, %v", kept, err)
	}
	for i, want := range []store.ChangedFinding{{Finding: waived[0], New: true, Fails: true}, {Finding: waived[1], New: true}, {Finding: waived[2]}} {
		if diff := cmp.Diff(want, changes[i]); diff != "" {
			t.Errorf("change %d:\n%s", i, diff)
		}
	}
	if other, err := h.Changes(ctx, globex, claim.Audit); err != nil || len(other) != 0 {
		t.Errorf("another installation sees %v, %v", other, err)
	}
	if open, err := h.OpenFindings(ctx, acme, h.shop.ID, "refs/pull/2"); err != nil || len(open) != 0 {
		t.Errorf("findings of a pull request live: %v, %v", open, err)
	}
	all, err := h.HeadAudits(ctx, acme, h.shop.ID, commit(11))
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	done := all[0]
	if done.BaseCommit != commit(5) || *done.BaseScore != base || done.Unchanged != 1 || done.Gate != "high" || len(done.Cells) != 12 || len(done.BaseCells) != 12 {
		t.Errorf("%+v", done)
	}
}

func TestOneHasTheCheck(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	h.in(t, func(tx store.Tx) error {
		check, ok, err := h.LockCheck(ctx, tx, acme, h.shop.ID, commit(1))
		if err != nil || !ok || check.Run != 0 {
			t.Errorf("%+v, %v, %v", check, ok, err)
		}
		check.Run, check.Shown = 99, "in_progress"
		return h.SaveCheck(ctx, tx, check)
	})
	h.in(t, func(first store.Tx) error {
		check, ok, err := h.LockCheck(ctx, first, acme, h.shop.ID, commit(1))
		if err != nil || !ok || check.Run != 99 || check.Shown != "in_progress" {
			t.Errorf("%+v, %v, %v", check, ok, err)
		}
		h.in(t, func(second store.Tx) error {
			_, ok, err := h.LockCheck(ctx, second, acme, h.shop.ID, commit(1))
			if ok {
				t.Error("two have it")
			}
			return err
		})
		return nil
	})
	h.in(t, func(tx store.Tx) error {
		_, ok, err := h.LockCheck(ctx, tx, globex, h.shop.ID, commit(2))
		if ok {
			t.Error("another installation has a check on it")
		}
		return err
	})
}

func TestLimitsAndAnswersAreShared(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	until := time.Now().Add(time.Hour).Truncate(time.Second)
	for _, block := range []time.Time{until, until.Add(-30 * time.Minute)} {
		if err := h.Limit(ctx, acme, block, block.Add(time.Hour), 2); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Limit(ctx, acme, time.Time{}, time.Time{}, 1); err != nil {
		t.Fatal(err)
	}
	if got, scarce, strikes, err := h.Limits(ctx, acme); err != nil || !got.Equal(until) || !scarce.Equal(until.Add(time.Hour)) || strikes != 1 {
		t.Errorf("until %v, scarce until %v, %d strikes, %v", got, scarce, strikes, err)
	}
	if got, scarce, strikes, err := h.Limits(ctx, globex); err != nil || !got.IsZero() || !scarce.IsZero() || strikes != 0 {
		t.Errorf("another installation waits until %v, %v, %d, %v", got, scarce, strikes, err)
	}
	answers := h.Responses()
	for _, body := range []string{"one", "two"} {
		if err := answers.Put(ctx, acme, "/repos/acme/shop", `"`+body+`"`, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if etag, body, err := answers.Get(ctx, acme, "/repos/acme/shop"); err != nil || etag != `"two"` || string(body) != "two" {
		t.Error(etag, string(body), err)
	}
	if etag, _, err := answers.Get(ctx, globex, "/repos/acme/shop"); err != nil || etag != "" {
		t.Errorf("another installation is given %q, %v", etag, err)
	}
	if gone, err := answers.Forget(ctx, 1); err != nil || gone != 0 {
		t.Error(gone, err)
	}
	last, err := h.LastLedgerRun(ctx)
	if err != nil || !last.Asked.IsZero() {
		t.Error(last, err)
	}
	run := store.LedgerRun{Since: until.Add(-time.Hour), Asked: until, Failed: 3, Redelivered: 2}
	if err := h.NoteLedgerRun(ctx, run); err != nil {
		t.Fatal(err)
	}
	if last, err := h.LastLedgerRun(ctx); err != nil || !last.Asked.Equal(run.Asked) || last.Failed != 3 {
		t.Error(last, err)
	}
}
