package server_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/proto"
	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
)

// busy is a site with waivers in every state, a pull request that fails its
// check, and heads that are not audited.
func busy(t *testing.T) *site {
	t.Helper()
	s := manned(t)
	ctx := context.Background()
	s.Join("wes", "acme", true)
	r := s.repositories["acme/shop"]
	add := func(path, fingerprint, reason string, days int) {
		err := s.store.InTx(ctx, func(tx store.Tx) error {
			_, err := s.store.AddWaiver(ctx, tx, s.acme, 0, store.Waiver{Repository: r.ID, Message: "`SESSION_SECRET` has a real value in config/production.env",
				Waiver: audit.Waiver{Rule: "config/env-file-committed", Path: path, Fingerprint: fingerprint, Reason: reason, Owner: "wes", Expires: s.day(days)}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	add("legacy/**", "", "The legacy shop is switched off in spring; nobody deploys it any more, and its last release is a year old.", -3)
	add("tools/**", "", "Runs on the build machine alone.", 9)
	add("", strings.Repeat("a1", 16), "Moves to the vault with the next release.", 80)
	add("src/"+strings.Repeat("a-long-name/", 9)+"**", "", strings.Repeat("unbroken", 30), 200)
	s.brings(t, r)
	err := s.store.InTx(ctx, func(tx store.Tx) error {
		if _, err := s.store.WithdrawWaiver(ctx, tx, s.acme, r.ID, s.waivers(t, "acme/shop")[3].ID, "wes"); err != nil {
			return err
		}
		_, err := s.store.NoteHead(ctx, tx, s.acme, r.ID, commit(99), s.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.NoteLedgerRun(ctx, store.LedgerRun{Since: s.Now(), Asked: s.Now().Add(-4 * time.Minute)}); err != nil {
		t.Fatal(err)
	}
	return s
}

// brings opens a pull request whose audit has two new findings, of which one
// fails its check.
func (s *site) brings(t *testing.T, r store.Repository) {
	t.Helper()
	ctx := context.Background()
	var claim store.Claim
	err := s.store.InTx(ctx, func(tx store.Tx) error {
		pull, _, err := s.store.NotePullRequest(ctx, tx, s.acme, store.PullRequest{Repository: r.ID, Number: 12, Title: "Pay by card <b>now</b>", Author: "ada",
			State: store.PullOpen, Head: commit(77), HeadBranch: "card", HeadRepository: "acme/shop", BaseBranch: "main", Changed: s.Now()})
		if err != nil {
			return err
		}
		_, _, err = s.store.CreateAudit(ctx, tx, s.acme, store.NewAudit{Repository: r.ID, Commit: commit(77), Branch: pull.Line(), Trigger: store.OnPullRequest, PullRequest: pull.ID},
			func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	claim.Attempt = 1
	if _, _, err := s.store.Start(ctx, claim, "test"); err != nil {
		t.Fatal(err)
	}
	result := designed(commit(77))
	changes := audit.Comparison{New: result.Findings}
	for i := range changes.New {
		changes.New[i].Fingerprint = strings.Repeat(fmt.Sprintf("c%d", i), 16)
	}
	if _, err := s.store.Complete(ctx, claim, store.Result{Audit: result, Against: &store.Against{Commit: commit(1), Changes: changes}}, func(pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestSettingsPagesInABrowser(t *testing.T) {
	t.Parallel()
	s := busy(t)
	checker, chromium := axe(t), browser(t)
	enter(t, s, chromium, "wes", "/")
	account := fmt.Sprintf("/installations/%d/", s.acme)
	waive := s.page("acme/shop") + "/waive?finding=" + strings.Repeat("c0", 16)
	for name, path := range map[string]string{
		"repository-waivers": s.page("acme/shop"), "settings": account + "settings", "settings-saved": account + "settings?saved", "ledger": account + "ledger", "waive": waive, "home-accounts": "/",
	} {
		look(t, chromium, checker, s.url+path, name)
	}
}

// TestWaivingInABrowser fills the form in as people do, first wrongly.
func TestWaivingInABrowser(t *testing.T) {
	t.Parallel()
	s := busy(t)
	checker, chromium := axe(t), browser(t)
	page := enter(t, s, chromium, "wes", s.page("acme/shop"))
	evaluate(t, page, `() => { document.querySelectorAll("details.pull, .pull .finding, .pull .waive").forEach((d) => { d.open = true }); return "" }`)
	if _, err := page.Eval(`() => { const f = document.querySelector(".pull form.waiver"); f.noValidate = true; f.reason.value = ""; f.path.value = "elsewhere/**"; f.scope.value = "path"; f.querySelector("button").click() }`); err != nil {
		t.Fatal(err)
	}
	_, err := page.ElementR(".wrong", "Say why")
	for range 20 { // asked of the page that is being left, it is an error
		if err == nil {
			break
		}
		time.Sleep(250 * time.Millisecond)
		_, err = page.ElementR(".wrong", "Say why")
	}
	if err != nil {
		t.Fatalf("what to change is not said: %v", err)
	}
	if kept := evaluate(t, page, `() => document.querySelector("form.waiver").path.value`); kept != "elsewhere/**" {
		t.Errorf("kept is %q", kept)
	}
	if _, err := (proto.RuntimeEvaluate{Expression: checker}).Call(page); err != nil {
		t.Fatal(err)
	}
	if found := evaluate(t, page, violations("light")); found != "" {
		t.Errorf("the form with errors: %s", found)
	}
	if dir := os.Getenv("TWELVEFOLD_SCREENSHOTS"); dir != "" {
		screenshot(t, page, dir, "waive-wrong", "light", 1280)
	}
	evaluate(t, page, `() => { const f = document.querySelector("form.waiver"); f.scope.value = "finding"; f.reason.value = "Gone by Friday."; return "" }`)
	press(t, page, "^Waive$", s.url+s.page("acme/shop")+"#p12-f-c0c0")
	if err := page.WaitLoad(); err != nil { // its script opens what the address points at
		t.Fatal(err)
	}
	if open := evaluate(t, page, `() => { const f = document.querySelector(location.hash); return String(f.open && f.closest(".pull").open) }`); open != "true" {
		t.Error("what was waived is not shown")
	}
	if list := s.waivers(t, "acme/shop"); len(list) != 4 || list[2].Reason != "Gone by Friday." && list[3].Reason != "Gone by Friday." {
		t.Errorf("%+v", list)
	}
}
