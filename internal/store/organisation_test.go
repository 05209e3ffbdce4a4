package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// scored completes an audit of main at a score.
func (b *bundle) scored(t *testing.T, n int, at time.Time, score float64, letters string) int64 {
	t.Helper()
	c := b.start(t, b.queueAt(t, n, at))
	r := result(letters)
	r.Score = &score
	r.Scorecards[0].Score = &score
	r.Scorecards[0].Languages = []string{"python", "go"}
	for i := range r.Scorecards[0].Factors {
		r.Scorecards[0].Factors[i].Score = &score
	}
	if _, err := b.Complete(t.Context(), c, store.Result{Audit: r}, nothing); err != nil {
		t.Fatal(err)
	}
	return c.Audit
}

// everyID are more ids than there are repositories.
var everyID = []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}

// standings are those of all that is chosen.
func standings(ctx context.Context, s *store.Store, c store.Choice, o store.Order) ([]store.Standing, error) {
	ids, err := s.Chosen(ctx, c, o)
	if err != nil {
		return nil, err
	}
	return s.Standings(ctx, c.Sight, c.Accounts, ids)
}

// standing is the only repository's.
func (b *bundle) standing(t *testing.T) store.Standing {
	t.Helper()
	list, err := standings(t.Context(), b.Store, store.Choice{Sight: store.Within(store.Local), Accounts: []int64{store.Local}}, store.Order{By: store.ByName})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d standings, %v", len(list), err)
	}
	return list[0]
}

func ago(days float64) time.Time {
	return time.Now().Add(-time.Duration(days * 24 * float64(time.Hour)))
}

func TestAStandingFollowsTheAudits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if s := b.standing(t); s.Audit != 0 || s.Score != nil || len(s.Cells) != 0 || s.Change(7) != nil {
		t.Errorf("before the first audit: %+v", s)
	}
	newest := b.scored(t, 5, ago(1), 60, "abc")
	b.scored(t, 1, ago(100), 90, "") // the past comes after
	b.scored(t, 2, ago(40), 80, "a")
	turned := b.scored(t, 3, ago(4), 50, "abcd")
	b.scored(t, 4, ago(9), 75, "ab")
	s := b.standing(t)
	if s.Audit != newest || *s.Score != 60 || s.Commit != commit(5) || s.Grade != "B" || s.Audited == nil {
		t.Errorf("the newest head's audit does not stand: %+v", s)
	}
	for days, want := range map[int]float64{7: -15, 30: -20, 90: -30} {
		if got := s.Change(days); got == nil || *got != want {
			t.Errorf("over %d days %v, want %v", days, got, want)
		}
	}
	if len(s.Weeks) != 13 || *s.Weeks[0] != 75 || *s.Weeks[1] != 80 || *s.Weeks[5] != 90 || *s.Weeks[12] != 90 {
		t.Errorf("weeks: %v", s.Weeks)
	}
	if s.TurnedBy != turned {
		t.Errorf("turned by %d, want %d, which took it from 75 to 50", s.TurnedBy, turned)
	}
	if s.Open != [5]int{0, 3} || s.WinGain != 4.5 || s.Win == 0 {
		t.Errorf("open %v, win %v %v", s.Open, s.Win, s.WinGain)
	}
	if len(s.Cells) != 12 || s.Cells[0] != 60 || !slices.Equal(s.Classes, []audit.Class{audit.WebService}) || !slices.Equal(s.Languages, []string{"go", "python"}) {
		t.Errorf("cells %v, classes %v, languages %v", s.Cells, s.Classes, s.Languages)
	}
	// Another branch becomes the default one: nothing was audited there.
	if _, err := b.UpsertLocal(t.Context(), "/src/shop", "trunk"); err != nil {
		t.Fatal(err)
	}
	if s := b.standing(t); s.Audit != 0 || s.Score != nil || s.Open != [5]int{} || s.Win != 0 {
		t.Errorf("of another branch: %+v", s)
	}
}

// TestStandingsMoveOn takes what a standing says of the past when days have gone by.
func TestStandingsMoveOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.scored(t, 1, ago(20), 40, "")
	b.scored(t, 2, ago(5), 60, "")
	if c := b.standing(t).Change(7); c == nil || *c != 20 {
		t.Fatalf("change %v", c)
	}
	if n, err := b.StandAnew(t.Context(), time.Hour, 10); n != 0 || err != nil {
		t.Errorf("%d worked out anew, %v; none is an hour old", n, err)
	}
	_, err := b.Pool().Exec(t.Context(), `UPDATE audits SET head_at = head_at - interval '3 days'; UPDATE repositories SET stood_at = now() - interval '3 days'`)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := b.StandAnew(t.Context(), time.Hour, 10); n != 1 || err != nil {
		t.Fatalf("%d worked out anew, %v", n, err)
	}
	if s := b.standing(t); *s.Change(7) != 0 || s.TurnedBy != 0 {
		t.Errorf("change %v by %d", *s.Change(7), s.TurnedBy)
	}
}

// team is an installation with a few repositories whose standings are as written.
func team(t *testing.T) (*store.Store, int64) {
	t.Helper()
	s := storetest.New(t)
	const installation = 77
	err := pgx.BeginFunc(t.Context(), s.Pool(), func(tx pgx.Tx) error {
		if err := s.NoteInstallation(t.Context(), tx, store.Installation{ID: installation, Account: "Acme", AccountID: 1, AccountType: "Organization"}); err != nil {
			return err
		}
		for i, name := range []string{"alpha", "Beta", "gamma", "delta", "attic"} {
			g := store.GitHubRepository{ID: int64(100 + i), Owner: "Acme", Name: name, DefaultBranch: "main", Archived: name == "attic", Topics: []string{"team-" + name[:1]}}
			if _, err := s.NoteRepository(t.Context(), tx, installation, g); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), `
			UPDATE repositories SET score = v.score, score_7 = v.before, grade = v.grade, audited_at = now(), latest_audit = 1,
				cells = array_fill(v.score::smallint, ARRAY[12]), languages = ARRAY[v.language], classes = ARRAY[v.class],
				open_findings = ARRAY[v.critical, 0, 0, 0, 5], weeks = array_fill(v.before::real, ARRAY[13])
			FROM (VALUES ('alpha', 90, 80, 'A', 'go', 'worker', 0), ('Beta', 40, 70, 'D', 'python', 'web-service', 2), ('gamma', 60, NULL, 'C', 'go', 'web-service', 1), ('attic', 5, 5, 'F', 'go', 'cli', 9))
				AS v (name, score, before, grade, language, class, critical)
			WHERE repositories.name = v.name`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, installation
}

func namesOf(list []store.Standing) string {
	var all []string
	for _, s := range list {
		all = append(all, s.Name)
	}
	return strings.Join(all, " ")
}

func TestStandingsAreChosenAndOrdered(t *testing.T) {
	t.Parallel()
	s, installation := team(t)
	for _, c := range []struct {
		choice store.Choice
		order  store.Order
		want   string
	}{
		{store.Choice{}, store.Order{By: store.ByName}, "alpha Beta delta gamma"},
		{store.Choice{}, store.Order{By: store.ByName, Descending: true}, "gamma delta Beta alpha"},
		{store.Choice{Archived: true}, store.Order{By: store.ByScore}, "attic Beta gamma alpha delta"},
		{store.Choice{}, store.Order{By: store.ByScore, Descending: true}, "alpha gamma Beta delta"},
		{store.Choice{}, store.Order{By: store.ByChange, Days: 7}, "Beta alpha delta gamma"},
		{store.Choice{}, store.Order{By: store.ByFindings, Descending: true}, "Beta gamma alpha delta"},
		{store.Choice{}, store.Order{By: "logs"}, "Beta gamma alpha delta"},
		{store.Choice{Text: "ACME/b"}, store.Order{By: store.ByName}, "Beta"},
		{store.Choice{Text: "team-g"}, store.Order{By: store.ByName}, "gamma"},
		{store.Choice{Text: "100%_'"}, store.Order{By: store.ByName}, ""},
		{store.Choice{Language: "go"}, store.Order{By: store.ByName}, "alpha gamma"},
		{store.Choice{Grade: "D"}, store.Order{By: store.ByName}, "Beta"},
		{store.Choice{Class: audit.WebService}, store.Order{By: store.ByName}, "Beta gamma"},
		{store.Choice{Topic: "team-a"}, store.Order{By: store.ByName}, "alpha"},
	} {
		c.choice.Sight, c.choice.Accounts = store.Within(installation), []int64{installation}
		list, err := standings(t.Context(), s, c.choice, c.order)
		if err != nil || namesOf(list) != c.want {
			t.Errorf("%+v by %+v: %q, %v; want %q", c.choice, c.order, namesOf(list), err, c.want)
		}
	}
	if _, err := s.Chosen(t.Context(), store.Choice{}, store.Order{By: "1; DROP TABLE audits"}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("an unknown order gives %v", err)
	}
}

func TestTheSumLeavesArchivedOnesOut(t *testing.T) {
	t.Parallel()
	s, installation := team(t)
	sum, err := s.Sum(t.Context(), store.Within(installation), []int64{installation})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Repositories != 4 || sum.Archived != 1 || sum.Audited != 3 || sum.Scored != 3 || fmt.Sprintf("%.2f", *sum.Score) != "63.33" {
		t.Errorf("%+v", sum)
	}
	if *sum.Changes[7] != -10 || sum.Changes[30] != nil || *sum.Weeks[12] != -10 || *sum.Cells[3] != *sum.Score || sum.Open != [5]int{3, 0, 0, 0, 15} {
		t.Errorf("change %v, weeks %v, cells %v, open %v", *sum.Changes[7], sum.Weeks, sum.Cells, sum.Open)
	}
	worse, err1 := s.Worsened(t.Context(), store.Within(installation), []int64{installation}, 5)
	better, err2 := s.Improved(t.Context(), store.Within(installation), []int64{installation}, 5)
	if err1 != nil || err2 != nil || len(worse) != 1 || worse[0].Name != "Beta" || len(better) != 1 || better[0].Name != "alpha" {
		t.Errorf("worse %v, better %v, %v %v", worse, better, err1, err2)
	}
}

// TestOnlyWhatASightSeesStands asks with every sight that must see less.
func TestOnlyWhatASightSeesStands(t *testing.T) {
	t.Parallel()
	s, installation := team(t)
	ctx := t.Context()
	person(t, s, 5, map[int64]store.Right{installation: {Repositories: []int64{101, 102, 999}}})
	count := func(sight store.Sight, accounts ...int64) string {
		list, err1 := standings(ctx, s, store.Choice{Sight: sight, Accounts: accounts}, store.Order{By: store.ByName})
		ids, err6 := s.Chosen(ctx, store.Choice{Sight: sight, Accounts: accounts}, store.Order{By: store.ByScore})
		if others, err := s.Standings(ctx, sight, accounts, everyID); err != nil || len(others) < len(ids) || len(ids) == 0 && len(others) > 0 {
			t.Errorf("by their ids %d are seen, chosen are %d, %v", len(others), len(ids), err)
		}
		total := len(ids)
		sum, err2 := s.Sum(ctx, sight, accounts)
		worse, err3 := s.Worsened(ctx, sight, accounts, 9)
		better, err4 := s.Improved(ctx, sight, accounts, 9)
		wins, err5 := s.Wins(ctx, sight, accounts, 9)
		if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(len(list), total, sum.Repositories, len(worse), len(better), len(wins))
	}
	past := time.Now().Add(-time.Hour)
	for what, c := range map[string]struct {
		sight    store.Sight
		accounts []int64
		want     string
	}{
		"all of it":                  {store.Within(installation), []int64{installation}, "4 4 4 1 1 0"},
		"what a person may read":     {store.As(5, past), []int64{installation}, "2 2 2 1 0 0"},
		"answers that are too old":   {store.As(5, time.Now().Add(time.Hour)), []int64{installation}, "0 0 0 0 0 0"},
		"another person":             {store.As(6, past), []int64{installation}, "0 0 0 0 0 0"},
		"another account":            {store.As(5, past), []int64{store.Local}, "0 0 0 0 0 0"},
		"another installation's all": {store.Within(store.Local), []int64{installation}, "0 0 0 0 0 0"},
		"nobody":                     {store.Sight{}, []int64{installation, store.Local}, "0 0 0 0 0 0"},
	} {
		if got := count(c.sight, c.accounts...); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	if _, err := s.Pool().Exec(ctx, `UPDATE repositories SET gone_at = now() WHERE name = 'Beta'`); err != nil {
		t.Fatal(err)
	}
	if got := count(store.As(5, past), installation); got != "1 1 1 0 0 0" {
		t.Errorf("one is gone: %s", got)
	}
}

// person signs somebody in whom GitHub lets read what is written.
func person(t *testing.T, s *store.Store, id int64, rights store.Rights) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	_, err := s.Pool().Exec(ctx, `INSERT INTO people (id, login, name, email, tokens, signed_in_at) VALUES ($1, 'p', '', '', 'x', now())`, id)
	if err != nil {
		t.Fatal(err)
	}
	began, err := s.Clock(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if whole, err := s.KeepRights(ctx, id, rights, began, began); err != nil || !whole {
		t.Fatal(whole, err)
	}
}

// TestHeadsAreCountedAsTheLedgerListsThem has heads of every state.
func TestHeadsAreCountedAsTheLedgerListsThem(t *testing.T) {
	t.Parallel()
	s, installation := team(t)
	ctx := t.Context()
	_, err := s.Pool().Exec(ctx, `
		UPDATE repositories SET head = lpad(id::text, 40, '0'), latest_commit = CASE name WHEN 'alpha' THEN lpad(id::text, 40, '0') ELSE '' END;
		INSERT INTO audits (repository_id, commit, branch, trigger, state, passing, finished_at)
		SELECT r.id, r.head, 'main', 'push', v.state, v.passing, CASE WHEN v.state <> 'queued' THEN now() END
		FROM repositories r JOIN (VALUES ('alpha', 'done', false), ('Beta', 'failed', true), ('gamma', 'failed', false), ('delta', 'cancelled', false)) v (name, state, passing) USING (name);
		INSERT INTO pull_requests (repository_id, number, title, author, state, draft, head, head_branch, head_repository, base_branch, merge_commit, changed_at)
		SELECT id, 1, 't', 'a', 'open', false, lpad('9', 40, '0'), 'b', '', 'main', '', now() FROM repositories WHERE name IN ('alpha', 'Beta');
		INSERT INTO audits (repository_id, commit, branch, trigger, state) SELECT id, lpad('9', 40, '0'), 'refs/pull/1', 'pull_request', 'queued' FROM repositories WHERE name = 'alpha'`)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := s.SeenLedgerHeads(ctx, store.Within(installation), installation)
	if err != nil {
		t.Fatal(err)
	}
	want := store.HeadCount{All: len(heads)}
	for _, h := range heads {
		switch {
		case !h.Accounted():
			want.Unaccounted++
		case h.State == store.Done:
			want.Audited++
		case h.State == store.Failed:
			want.Failed++
		default:
			want.Waiting++
		}
	}
	missing, err := s.MissingHeads(ctx, store.Within(installation), installation, 10)
	if err != nil || len(missing) != want.Missing() || missing[0].Accounted() || missing[4].State != store.Failed || missing[5].State != store.Queued {
		t.Errorf("missing are %+v, %v", missing, err)
	}
	got, err := s.CountHeads(ctx, store.Within(installation), []int64{installation})
	if err != nil || got != want || want.All != 7 || want.Unaccounted != 4 {
		t.Errorf("%+v, %v; the ledger lists %+v", got, err, want)
	}
}
