package letter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/digest"
	"twelvefold/internal/letter"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// TestOfALoadedAccount puts together the week of an account with a year of audits,
// as somebody who may read all of it.
func TestOfALoadedAccount(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	made := storetest.Fill(t, s, storetest.Load{Installation: 7001, Repositories: 40, Audits: 4, Findings: 6})
	now := time.Now().UTC()
	ask := letter.Ask{Sight: store.As(made.Person, now.Add(-time.Hour)), Installation: store.Installation{ID: made.Installation, Account: "Acme"}, Now: now,
		Base: "https://twelvefold.example.com/", Unsubscribe: "https://twelvefold.example.com/unsubscribe/x", Ruleset: "r2"}
	d, err := letter.Of(t.Context(), s, ask)
	if err != nil {
		t.Fatal(err)
	}
	if d.Repositories != 39 || d.Audited != 39 || d.Score == nil || d.Change == nil || d.Rules.Waiting != 39 || d.Closed.All() == 0 || d.FirstAudited != 0 || !d.Changed() {
		t.Errorf("%+v", d)
	}
	if d.Worse == nil || d.Worse.Number != 12 || d.Worse.Title != "Cache sessions in memory" || d.Worse.To >= d.Worse.From ||
		!strings.HasPrefix(d.Worse.Href, "https://twelvefold.example.com/repositories/") || !strings.Contains(d.Worse.Href, "/audits/") {
		t.Errorf("worse: %+v", d.Worse)
	}
	if d.Better == nil || d.Better.To <= d.Better.From || d.Better.Factor.Key == "" || d.Win == nil || d.Win.Gain < 1 || d.Win.Factor.Name == "" || !strings.Contains(d.Win.Href, "/findings/") {
		t.Errorf("better: %+v, win: %+v", d.Better, d.Win)
	}
	m, err := digest.Compose(d)
	if err != nil || !strings.Contains(m.Text, "https://twelvefold.example.com/unsubscribe/x") || !strings.Contains(m.Subject, "Acme: ") {
		t.Errorf("%s, %v", m.Subject, err)
	}

	ask.Repositories, ask.Base, ask.Unsubscribe = []int64{1, 2}, "", ""
	few, err := letter.Of(t.Context(), s, ask)
	if err != nil || few.Repositories != 2 || !few.Chosen || few.Home != "" || few.Worse != nil && few.Worse.Href != "" {
		t.Errorf("of two: %+v, %v", few, err)
	}
	ask.Sight, ask.Repositories = store.As(made.Person+1, now.Add(-time.Hour)), nil
	if none, err := letter.Of(t.Context(), s, ask); err != nil || none.Repositories != 0 || none.Worse != nil || none.Changed() {
		t.Errorf("somebody else sees %+v, %v", none, err)
	}
}

// TestWhatRulesMovedIsNobodysDoing leaves out turns of the week that came with other
// rules.
func TestWhatRulesMovedIsNobodysDoing(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	made := storetest.Fill(t, s, storetest.Load{Installation: 7001, Repositories: 10, Audits: 3, Findings: 2})
	if _, err := s.Pool().Exec(t.Context(), `UPDATE audits a SET ruleset = 'r2' FROM repositories r WHERE r.latest_audit = a.id`); err != nil {
		t.Fatal(err)
	}
	d, err := letter.Of(t.Context(), s, letter.Ask{Sight: store.Within(made.Installation), Installation: store.Installation{ID: made.Installation, Account: "Acme"}, Now: time.Now().UTC(), Ruleset: "r2"})
	if err != nil {
		t.Fatal(err)
	}
	if d.Worse != nil || d.Better != nil || d.Rules.First != 9 && d.Rules.First != 10 || d.Rules.Of == nil || d.Change == nil || d.Rules.Waiting != 0 || d.Closed.All()+d.Opened.All() != 0 {
		t.Errorf("%+v, %+v", d.Rules, d)
	}
	if by := *d.Change - *d.Rules.Of; by > 0.01 || by < -0.01 {
		t.Errorf("of %v the rules moved %v", *d.Change, *d.Rules.Of)
	}
}

// TestOneOfFiftyTellsOfNoOther gives people one of fifty repositories, of all kinds: what
// they are mailed is what it would be if the others were not there.
func TestOneOfFiftyTellsOfNoOther(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	made := storetest.Fill(t, s, storetest.Load{Installation: 7001, Repositories: 50, Audits: 4, Findings: 6})
	now := time.Now().UTC()
	run := func(sql string, arguments ...any) {
		t.Helper()
		if _, err := s.Pool().Exec(t.Context(), sql, arguments...); err != nil {
			t.Fatal(err)
		}
	}
	run(`INSERT INTO audits (repository_id, commit, branch, trigger, state, error, finished_at)
		SELECT id, md5(id::text) || '11111111', 'main', 'push', 'failed', 'It is too large.', now() FROM repositories WHERE id % 3 = 0`)
	run(`INSERT INTO waivers (repository_id, rule, path, fingerprint, message, reason, owner, expires)
		SELECT id, 'config/x', 'a', '', 'm', 'later', 'ada', current_date + 2 FROM repositories WHERE id % 2 = 0`)
	run(`UPDATE audits a SET ruleset = 'r2' FROM repositories r WHERE r.latest_audit = a.id AND r.id % 4 = 0`)
	run(`INSERT INTO repositories (installation_id, origin, owner, name, default_branch, github_id, private) VALUES (7001, 'github', 'Acme', 'never', 'main', 999, true)`)
	if _, err := s.StandAnew(t.Context(), 0, 500); err != nil {
		t.Fatal(err)
	}
	of := func(sight store.Sight, only []int64) digest.Digest {
		t.Helper()
		d, err := letter.Of(t.Context(), s, letter.Ask{Sight: sight, Installation: store.Installation{ID: made.Installation, Account: "Acme"}, Repositories: only, Now: now,
			Base: "https://twelvefold.example.com", Ruleset: "r2"})
		if err != nil {
			t.Fatal(err)
		}
		d.Chosen = false
		return d
	}
	ids := []int64{1, 2, 3, 4, 7, 12, 24, 51}
	said := map[int64]digest.Digest{}
	for _, id := range ids {
		run(`INSERT INTO people (id, login, name, email, tokens, signed_in_at) VALUES ($1, 'p', '', '', 'x', now())`, id)
		run(`INSERT INTO rights (person_id, installation_id, repositories, asked_at, writes, administers)
			SELECT $1, $2, array_agg(github_id), now(), '{}', false FROM repositories WHERE id = $1`, id, made.Installation)
		said[id] = of(store.As(id, now.Add(-time.Hour)), nil)
		if repositories := said[id].Repositories; repositories != 1 && id != 7 { // which is archived
			t.Errorf("%d sees %d repositories", id, repositories)
		}
		for what, alone := range map[string]digest.Digest{
			"all, of it alone":         of(store.Within(made.Installation), []int64{id}),
			"one, of all by their ids": of(store.As(id, now.Add(-time.Hour)), []int64{1, 2, 3, 4, 7, 12, 24, 51}),
		} {
			if diff := cmp.Diff(alone, said[id]); diff != "" {
				t.Errorf("%d sees more than who sees %s:\n%s", id, what, diff)
			}
		}
	}
	for _, id := range ids {
		run(`UPDATE repositories SET gone_at = CASE WHEN id <> $1 THEN now() END`, id)
		if diff := cmp.Diff(of(store.Within(made.Installation), nil), said[id]); diff != "" {
			t.Errorf("with the others gone %d sees something else:\n%s", id, diff)
		}
	}
}

// TestManyThatRulesMovedHideNoOther has rules move most repositories further than
// anybody's commit moved one.
func TestManyThatRulesMovedHideNoOther(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	made := storetest.Fill(t, s, storetest.Load{Installation: 7001, Repositories: 60, Audits: 3, Findings: 2})
	for _, sql := range []string{
		`UPDATE audits a SET ruleset = 'r2' FROM repositories r WHERE r.latest_audit = a.id AND r.id NOT IN (11, 12)`,
		`UPDATE repositories SET score = 40, score_7 = CASE WHEN id % 2 = 0 THEN 70 ELSE 10 END WHERE turned_by IS NOT NULL`,
		`UPDATE repositories SET score_7 = CASE id WHEN 11 THEN 45 ELSE 35 END, turned_by = latest_audit WHERE id IN (11, 12)`,
	} {
		if _, err := s.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	d, err := letter.Of(t.Context(), s, letter.Ask{Sight: store.Within(made.Installation), Installation: store.Installation{ID: made.Installation, Account: "Acme"}, Now: time.Now().UTC(), Ruleset: "r2"})
	if err != nil {
		t.Fatal(err)
	}
	if d.Worse == nil || d.Worse.From != 45 || d.Better == nil || d.Better.From != 35 || d.Rules.First < 50 {
		t.Errorf("worse: %+v, better: %+v, %d under other rules", d.Worse, d.Better, d.Rules.First)
	}
}

// TestAFailureIsNewsBesideManyWithoutAudits has an audit fail in an account with more
// repositories that nothing was pushed to than a mail looks at.
func TestAFailureIsNewsBesideManyWithoutAudits(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	made := storetest.Fill(t, s, storetest.Load{Installation: 7001, Repositories: 1, Audits: 3, Findings: 0})
	for _, sql := range []string{
		`UPDATE audits SET head_at = head_at - interval '30 days'`,
		`INSERT INTO repositories (installation_id, origin, owner, name, default_branch, github_id, private) SELECT 7001, 'github', 'Acme', 'empty-' || i, 'main', 1000 + i, true FROM generate_series(1, 30) i`,
		`INSERT INTO audits (repository_id, commit, branch, trigger, state, error, finished_at)
			SELECT id, repeat('a', 40), 'main', 'push', 'failed', 'It is too large.', now() - interval '1 day' FROM repositories WHERE github_id = 1`,
		`UPDATE repositories SET score_7 = score`,
	} {
		if _, err := s.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	d, err := letter.Of(t.Context(), s, letter.Ask{Sight: store.Within(made.Installation), Installation: store.Installation{ID: made.Installation, Account: "Acme"}, Now: time.Now().UTC(), Ruleset: "r1"})
	if err != nil {
		t.Fatal(err)
	}
	m, err := digest.Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	if !d.Changed() || !strings.HasSuffix(m.Subject, "An audit failed") || strings.Contains(m.Text, "quiet") || !strings.Contains(m.Text, "It is too large.") || !strings.Contains(m.Text, "and 26 more") {
		t.Errorf("changed: %v, %s\n%s", d.Changed(), m.Subject, m.Text)
	}
}
