package store_test

import (
	"fmt"
	"testing"

	"twelvefold/internal/store"
)

// TestCodeScanningStaysChosenWithTheAccount that installed the App anew, and with no
// other; what was on its way ends with either.
func TestCodeScanningStaysChosenWithTheAccount(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	const anew = 43
	h.in(t, func(tx store.Tx) error {
		if err := h.NoteInstallation(ctx, tx, store.Installation{ID: anew, Account: "acme", AccountID: acme * 10, AccountType: "Organization"}); err != nil {
			return err
		}
		return h.SetScanning(ctx, tx, acme, h.shop.ID, true, "wes")
	})
	h.in(t, func(tx store.Tx) error {
		audited, _, err := h.CreateAudit(ctx, tx, acme, store.NewAudit{Repository: h.shop.ID, Commit: fmt.Sprintf("%040x", 1), Branch: "main", Trigger: store.Push},
			func(store.Claim) (int64, error) { return 1, nil })
		if err != nil {
			return err
		}
		n := store.NewUpload{Audit: audited, Ref: "refs/heads/main", Commit: fmt.Sprintf("%040x", 1), SARIF: []byte("x"), Digest: []byte("y")}
		if id, err := h.AddUpload(ctx, tx, globex, h.shop.ID, n); err != nil || id != 0 {
			t.Errorf("by another installation: %d, %v", id, err)
		}
		_, err = h.AddUpload(ctx, tx, acme, h.shop.ID, n)
		return err
	})
	for _, c := range []struct {
		to     int64
		wanted bool
	}{{anew, true}, {anew, true}, {globex, false}, {acme, false}} {
		h.in(t, func(tx store.Tx) error { _, err := h.AdoptRepository(ctx, tx, c.to, shop); return err })
		chosen, err := h.Scanning(ctx, c.to, h.shop.ID)
		list, listed := h.Uploads(ctx, c.to, h.shop.ID, 10)
		if err != nil || chosen.Wanted != c.wanted || listed != nil || len(list) != 1 || list[0].State != store.UploadSuperseded {
			t.Errorf("at %d: %+v, %v; %+v, %v", c.to, chosen, err, list, listed)
		}
	}
}

// TestAnUploadThatNobodyMovesEnds and the same audit is uploaded again after that.
func TestAnUploadThatNobodyMovesEnds(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	ctx := t.Context()
	var added []int64
	add := func(n int) {
		h.in(t, func(tx store.Tx) error {
			audited, _, err := h.CreateAudit(ctx, tx, acme, store.NewAudit{Repository: h.shop.ID, Commit: fmt.Sprintf("%040x", 1), Branch: fmt.Sprint("b", n), Trigger: store.Push},
				func(store.Claim) (int64, error) { return 1, nil })
			if err != nil {
				return err
			}
			id, err := h.AddUpload(ctx, tx, acme, h.shop.ID, store.NewUpload{Audit: audited, Ref: "refs/heads/main", Commit: fmt.Sprintf("%040x", 1), SARIF: []byte("x"), Digest: []byte("y")})
			added = append(added, id)
			return err
		})
	}
	h.in(t, func(tx store.Tx) error { return h.SetScanning(ctx, tx, acme, h.shop.ID, true, "wes") })
	forget := func(days int) store.Upload {
		if _, err := h.Pool().Exec(ctx, `UPDATE uploads SET created_at = now() - make_interval(days => $1)`, days); err != nil {
			t.Fatal(err)
		}
		if _, err := h.ForgetUploads(ctx, 90); err != nil {
			t.Fatal(err)
		}
		list, err := h.Uploads(ctx, acme, h.shop.ID, 10)
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		return list[0]
	}
	add(1)
	if u := forget(6); u.State != store.UploadWaiting {
		t.Errorf("within the week: %+v", u)
	}
	add(2)
	if u := forget(8); u.State != store.UploadFailed || u.Why == "" {
		t.Errorf("after it: %+v", u)
	}
	add(3)
	if added[0] == 0 || added[1] != 0 || added[2] != added[0] {
		t.Errorf("uploads %v: the second is on its way, the third is not", added)
	}
}
