package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
)

// TestWhatPagesOfAFindingAFactorAndAnAuditAsk follows three audits: a and b come,
// b goes, c comes.
func TestWhatPagesOfAFindingAFactorAndAnAuditAsk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	var claims []store.Claim
	for i, letters := range []string{"ab", "a", "acd"} {
		c := b.start(t, b.queue(t, i+1))
		b.complete(t, c, letters)
		claims = append(claims, c)
	}
	letters := func(list []store.Finding, all int, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var s strings.Builder
		for _, f := range list {
			s.WriteString(f.Subject)
		}
		return fmt.Sprintf("%s of %d", s.String(), all)
	}
	repository := b.repository.ID
	got := []string{
		letters(b.FindingsOpenedBy(ctx, store.Local, repository, claims[0].Audit, 10, 0)),
		letters(b.FindingsOpenedBy(ctx, store.Local, repository, claims[2].Audit, 1, 1)),
		letters(b.FindingsOpenedBy(ctx, store.Local, repository, claims[2].Audit, 10, 10)),
		letters(b.FindingsClosedBy(ctx, store.Local, repository, claims[1].Audit, 10, 0)),
		letters(b.FindingsClosedBy(ctx, store.Local, repository, claims[2].Audit, 10, 0)),
		letters(b.FactorFindings(ctx, store.Local, repository, "main", factor.Config, "", 2, 0)),
		letters(b.FactorFindings(ctx, store.Local, repository, "main", factor.Config, ".", 2, 2)),
		letters(b.FactorFindings(ctx, store.Local, repository, "main", factor.Config, "other\x00", 2, 0)),
		letters(b.FactorFindings(ctx, store.Local, repository, "main", factor.Logs, "", 2, 0)),
	}
	want := []string{"ab of 2", "d of 2", " of 0", "b of 1", " of 0", "ac of 3", "d of 3", " of 0", " of 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	closed, _, err := b.FindingsClosedBy(ctx, store.Local, repository, claims[1].Audit, 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	life, err := b.Life(ctx, store.Local, repository, closed[0].ID)
	if err != nil || life.Branch != "main" || life.ClosedByAudit == nil || *life.ClosedByAudit != claims[1].Audit || life.LastSeen.IsZero() {
		t.Errorf("the life of b: %+v, %v", life, err)
	}
	second, err := b.AuditOf(ctx, store.Local, repository, claims[1].Audit)
	if err != nil {
		t.Fatal(err)
	}
	before, err1 := b.AuditBefore(ctx, second)
	after, err2 := b.AuditAfter(ctx, second)
	if err := errors.Join(err1, err2); err != nil || before.ID != claims[0].Audit || after.ID != claims[2].Audit {
		t.Errorf("beside the second: %d and %d, %v", before.ID, after.ID, err)
	}
	if _, err := b.AuditBefore(ctx, before); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("before the first: %v", err)
	}
	latest := claims[2].Audit
	cards, err := b.FactorCards(ctx, store.Local, latest, factor.Config, 10)
	if err != nil || len(cards) != 1 || cards[0].Component.Name != "shop" || cards[0].Score.Factor != factor.Config || *cards[0].Score.Score != 70 {
		t.Errorf("cards: %+v, %v", cards, err)
	}
	if none, err := b.FactorCardOf(ctx, store.Local, latest, factor.Config, "none"); none != nil || err != nil {
		t.Errorf("the card of no component: %+v, %v", none, err)
	}
	cells, err := b.ComponentCells(ctx, store.Local, latest, ".")
	if err != nil || cells[11].Factor != factor.AdminProcesses || cells[0].Status != audit.Assessed {
		t.Errorf("cells: %+v, %v", cells, err)
	}
	if _, err := b.ComponentCells(ctx, store.Local, latest, "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("cells of no component: %v", err)
	}
	passes, all, err := b.FactorPasses(ctx, store.Local, latest, factor.Logs, ".", 2)
	if err != nil || len(passes) != 2 || all != 3 {
		t.Errorf("%d passes of %d, %v", len(passes), all, err)
	}
	spots, err := b.Spots(ctx, store.Local, repository, "main", "app.py", []string{"config/hardcoded-secret"})
	if err != nil || len(spots) != 4 {
		t.Errorf("%d spots, %v", len(spots), err)
	}
	b.othersSee(t, life.ID, second)
}

// othersSee asks for the same as another installation, and in another repository.
func (b *bundle) othersSee(t *testing.T, finding int64, a store.Audit) {
	t.Helper()
	ctx := context.Background()
	other, err := b.UpsertLocal(ctx, "/srv/other", "main")
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []struct{ installation, repository int64 }{{7, b.repository.ID}, {store.Local, other.ID}} {
		_, err1 := b.Life(ctx, who.installation, who.repository, finding)
		_, err2 := b.AuditOf(ctx, who.installation, who.repository, a.ID)
		if !errors.Is(err1, store.ErrNotFound) || !errors.Is(err2, store.ErrNotFound) {
			t.Errorf("%+v sees %v, %v", who, err1, err2)
		}
		opened, _, err1 := b.FindingsOpenedBy(ctx, who.installation, who.repository, a.ID-1, 10, 0)
		closed, _, err2 := b.FindingsClosedBy(ctx, who.installation, who.repository, a.ID, 10, 0)
		findings, _, err3 := b.FactorFindings(ctx, who.installation, who.repository, "main", factor.Config, "", 10, 0)
		spots, err4 := b.Spots(ctx, who.installation, who.repository, "main", "app.py", []string{"config/hardcoded-secret"})
		if n := len(opened) + len(closed) + len(findings) + len(spots); n != 0 || errors.Join(err1, err2, err3, err4) != nil {
			t.Errorf("%+v sees %d rows, %v", who, n, errors.Join(err1, err2, err3, err4))
		}
	}
	cards, err1 := b.FactorCards(ctx, 7, a.ID, factor.Config, 10)
	passes, _, err2 := b.FactorPasses(ctx, 7, a.ID+1, factor.Logs, "", 10)
	_, err3 := b.ComponentCells(ctx, 7, a.ID, ".")
	if len(cards)+len(passes) != 0 || err1 != nil || err2 != nil || !errors.Is(err3, store.ErrNotFound) {
		t.Errorf("another installation sees %d cards and %d passes, %v", len(cards), len(passes), err3)
	}
	a.Installation = 7
	if _, err := b.AuditBefore(ctx, a); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another installation sees the audit before: %v", err)
	}
}
