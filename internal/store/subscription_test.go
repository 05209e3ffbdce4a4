package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"twelvefold/internal/store"
)

// post is a database with the installation 7 and the people 1 and 2.
func post(t *testing.T) (*store.Store, time.Time) {
	t.Helper()
	h := newHub(t)
	now := instant(t, "2026-11-18T12:00:00Z") // a Wednesday
	h.in(t, func(tx store.Tx) error {
		if err := h.NoteInstallation(t.Context(), tx, store.Installation{ID: 77, Account: "acme", AccountID: 5}); err != nil {
			return err
		}
		for id, login := range map[int64]string{1: "ada", 2: "bob"} {
			if err := h.SavePerson(t.Context(), tx, store.Person{ID: id, Login: login, Tokens: []byte("sealed")}, now); err != nil {
				return err
			}
		}
		return nil
	})
	return h.Store, now
}

func wanted(address string) store.Wanted {
	return store.Wanted{Address: address, When: store.Weekly{Weekday: 1, Hour: 8, Zone: "Europe/Berlin"}}
}

func subscribe(t *testing.T, s *store.Store, person int64, w store.Wanted, now time.Time) store.Subscription {
	t.Helper()
	var d store.Subscription
	err := s.InTx(t.Context(), func(tx store.Tx) (err error) {
		d, err = s.Subscribe(t.Context(), tx, person, 77, w, now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := s.Subscription(t.Context(), person, 77)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, kept, cmp.Comparer(time.Time.Equal)); diff != "" {
		t.Errorf("said and kept differ:\n%s", diff)
	}
	return kept
}

// confirmed is subscribe with an address that its owner confirmed.
func confirmed(t *testing.T, s *store.Store, person int64, w store.Wanted, now time.Time) store.Subscription {
	t.Helper()
	d := subscribe(t, s, person, w, now)
	d, err := s.ConfirmSubscription(t.Context(), d.Confirm, now)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestASubscriptionIsConfirmedFirst(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	pending := subscribe(t, s, 1, wanted("ada@example.com"), now)
	if pending.State != store.Pending || len(pending.Confirm) != 32 || len(pending.Token) != 32 || !pending.Next.IsZero() || bytes.Equal(pending.Confirm, pending.Token) {
		t.Errorf("%+v", pending)
	}
	if n, err := s.TakeDue(t.Context(), now.AddDate(1, 0, 0), 10, func(pgx.Tx, store.WeekMail) error { t.Error("a pending one gets mail"); return nil }); n != 0 || err != nil {
		t.Error(n, err)
	}
	if _, err := s.ConfirmSubscription(t.Context(), pending.Token, now); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the link that ends it confirms: %v", err)
	}
	active, err := s.ConfirmSubscription(t.Context(), pending.Confirm, now)
	if err != nil || active.State != store.Active || !active.Next.Equal(instant(t, "2026-11-23T07:00:00Z")) {
		t.Errorf("%+v, %v", active, err)
	}
	if _, err := s.ConfirmSubscription(t.Context(), pending.Confirm, now); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a link confirms twice: %v", err)
	}
	changed := wanted("ADA@example.com")
	changed.When, changed.OnlyIfChanged, changed.Repositories = store.Weekly{Weekday: 5, Hour: 17, Zone: "America/New_York"}, true, []int64{9, 3, 9}
	d := subscribe(t, s, 1, changed, now)
	if d.State != store.Active || !d.Next.Equal(instant(t, "2026-11-20T22:00:00Z")) || !bytes.Equal(d.Token, pending.Token) || !d.Confirmed.Equal(now) || fmt.Sprint(d.Repositories) != "[3 9]" {
		t.Errorf("another day of the same address: %+v", d)
	}
	d = subscribe(t, s, 1, wanted("other@example.com"), now)
	if d.State != store.Pending || d.Confirm == nil || !d.Next.IsZero() {
		t.Errorf("another address is confirmed by nobody: %+v", d)
	}
}

func TestWhatIsNotSubscribed(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	for _, w := range []store.Wanted{
		wanted(""), wanted("ada"), wanted("ada@host"), wanted("ada@example.com\r\nBcc: x@example.com"), wanted("Ada <ada@example.com>"), wanted("a@b.example, c@d.example"),
		wanted(`"ada lovelace"@example.com`), wanted("ada@exam ple.com"), wanted("adä@example.com"), wanted("@example.com"), wanted("a@@example.com"), wanted("a@example..com"),
		{Address: "ada@example.com", When: store.Weekly{Weekday: 1, Hour: 8, Zone: "Nowhere"}},
		{Address: "ada@example.com", When: wanted("").When, Repositories: []int64{}},
		{Address: "ada@example.com", When: wanted("").When, Repositories: make([]int64, 501)},
	} {
		err := s.InTx(t.Context(), func(tx store.Tx) error {
			_, err := s.Subscribe(t.Context(), tx, 1, 77, w, now)
			return err
		})
		if !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%q: %v", w.Address, err)
		}
	}
}

func TestStartingAgain(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	for why, state := range map[store.StopReason]store.SubscriptionState{
		store.StoppedByPerson: store.Active, store.StoppedLostAccess: store.Active, store.StoppedSignedOut: store.Active,
		store.StoppedByLink: store.Pending, store.StoppedBounced: store.Pending, store.StoppedByOperator: store.Pending,
	} {
		if d := subscribe(t, s, 1, wanted("ada@example.com"), now); d.State == store.Pending {
			if _, err := s.ConfirmSubscription(t.Context(), d.Confirm, now); err != nil {
				t.Fatal(err)
			}
		}
		if stopped, err := s.StopSubscription(t.Context(), 1, 77, why, now); !stopped || err != nil {
			t.Fatal(stopped, err)
		}
		if stopped, err := s.StopSubscription(t.Context(), 1, 77, store.StoppedBounced, now); stopped || err != nil {
			t.Errorf("it stopped twice: %v", err)
		}
		d, err := s.Subscription(t.Context(), 1, 77)
		if err != nil || d.State != store.Stopped || d.Why != why || !d.Next.IsZero() || !d.Stopped.Equal(now) {
			t.Errorf("%s: %+v, %v", why, d, err)
		}
		if d := subscribe(t, s, 1, wanted("ada@example.com"), now); d.State != state || d.Why != "" {
			t.Errorf("%s: then %s", why, d.State)
		}
	}
}

// A link confirms for seven days from when it was asked for last, whether or not what is
// old was forgotten meanwhile.
func TestALinkEndsInSevenDays(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	d := subscribe(t, s, 1, wanted("ada@example.com"), now)
	late := now.AddDate(0, 0, 7).Add(time.Minute)
	if _, err := s.ConfirmSubscription(t.Context(), d.Confirm, late); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("seven days later: %v", err)
	}
	err := s.InTx(t.Context(), func(tx store.Tx) error {
		_, err := s.ConfirmAnew(t.Context(), tx, 1, 77, now.AddDate(0, 0, 6))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ForgetMails(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	if d, err := s.ConfirmSubscription(t.Context(), d.Confirm, late); err != nil || d.State != store.Active {
		t.Errorf("mailed again a day ago: %+v, %v", d, err)
	}
}

func TestConfirmationsAreFew(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	note := func(person int64, address string, now time.Time) error {
		return s.InTx(t.Context(), func(tx store.Tx) error { return s.NoteConfirmation(t.Context(), tx, person, address, now) })
	}
	for i := range 3 {
		if err := note(int64(1+i%2), "Eve@example.com", now); err != nil {
			t.Fatal(err)
		}
	}
	for person := range int64(2) {
		if err := note(person+1, "eve@example.com", now); !errors.Is(err, store.ErrOften) {
			t.Errorf("the fourth to one address: %v", err)
		}
	}
	for i := range 8 {
		if err := note(1, fmt.Sprintf("x%d@example.com", i), now); err != nil {
			t.Fatal(err)
		}
	}
	if err := note(1, "y@example.com", now); !errors.Is(err, store.ErrOften) {
		t.Errorf("the eleventh of one person: %v", err)
	}
	if err := note(1, "eve@example.com", now.Add(25*time.Hour)); err != nil {
		t.Errorf("a day later: %v", err)
	}
	got := 4
	for day := range 12 {
		at := now.AddDate(0, 0, 2+day)
		if err := note(int64(1+day%2), "eve@example.com", at); err == nil {
			got++
		} else if !errors.Is(err, store.ErrOften) {
			t.Fatal(err)
		}
		if _, err := s.ForgetMails(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	if got != 10 {
		t.Errorf("an address gets %d in two weeks", got)
	}
	if err := note(1, "eve@example.com", now.AddDate(0, 0, 32)); err != nil {
		t.Errorf("a month later: %v", err)
	}
}

func TestADigestKeepsTheTokensThatItNeeds(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	confirmed(t, s, 1, wanted("ada@example.com"), now)
	subscribe(t, s, 2, wanted("bob@example.com"), now) // pending
	for _, person := range []int64{1, 2} {
		began, err := s.Clock(t.Context())
		if err == nil {
			_, err = s.KeepRights(t.Context(), person, store.Rights{77: {Repositories: []int64{1}}}, began, now)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	tokens := func(person int64) bool {
		if _, err := s.ForgetSessions(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		p, err := s.Person(t.Context(), person)
		if err != nil {
			t.Fatal(err)
		}
		asked, _, err := s.RightsAsked(t.Context(), person, now)
		if err != nil {
			t.Fatal(err)
		}
		if (p.Tokens != nil) == asked.IsZero() {
			t.Errorf("person %d: token %v, but rights of %s", person, p.Tokens != nil, asked)
		}
		return p.Tokens != nil
	}
	if !tokens(1) || !tokens(2) {
		t.Errorf("active: %v, pending: %v", tokens(1), tokens(2))
	}
	if _, err := s.StopSubscription(t.Context(), 1, 77, store.StoppedByPerson, now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ForgetMails(t.Context(), now.AddDate(0, 0, 8)); err != nil {
		t.Fatal(err)
	}
	if tokens(1) || tokens(2) {
		t.Errorf("stopped: %v, never confirmed: %v", tokens(1), tokens(2))
	}
	if _, err := s.Subscription(t.Context(), 2, 77); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("one that nobody confirmed: %v", err)
	}
}

// Who signs in while what is old is forgotten keeps the tokens that came with it.
func TestSigningInWhileTokensAreForgotten(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	forgotten := make(chan error, 1)
	err := s.InTx(t.Context(), func(tx store.Tx) error {
		if err := s.SavePerson(t.Context(), tx, store.Person{ID: 1, Login: "ada", Tokens: []byte("new")}, now); err != nil {
			return err
		}
		if err := s.RotateSession(t.Context(), tx, bytes.Repeat([]byte("b"), 32), bytes.Repeat([]byte("s"), 32), 1, now); err != nil {
			return err
		}
		go func() {
			_, err := s.ForgetSessions(t.Context(), now)
			forgotten <- err
		}()
		ticker := time.NewTicker(5 * time.Millisecond)
		defer ticker.Stop()
		for waits, n := 0, 0; waits == 0 && n < 2000; n++ {
			if err := s.Pool().QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waits); err != nil {
				return err
			}
			<-ticker.C
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-forgotten; err != nil {
		t.Fatal(err)
	}
	if p, err := s.Person(t.Context(), 1); err != nil || string(p.Tokens) != "new" {
		t.Errorf("tokens %q, %v", p.Tokens, err)
	}
	if p, err := s.Person(t.Context(), 2); err != nil || p.Tokens != nil {
		t.Errorf("of who has neither session nor digest: %q, %v", p.Tokens, err)
	}
}

func TestTheOfferIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	if answered, err := s.DigestAnswered(t.Context(), 1); answered || err != nil {
		t.Error(answered, err)
	}
	if err := s.NoteDigestAnswer(t.Context(), 1, now); err != nil {
		t.Fatal(err)
	}
	if answered, err := s.DigestAnswered(t.Context(), 1); !answered || err != nil {
		t.Error(answered, err)
	}
}

// Those that are due are found among 20,000 by an index, and so is a link.
func TestWhatIsDueIsFoundByAnIndex(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	for _, statement := range []string{
		`INSERT INTO people (id, login, name, email, signed_in_at) SELECT n, 'p' || n, '', '', now() FROM generate_series(1000, 20999) n`,
		`INSERT INTO digests (person_id, installation_id, address, weekday, hour, zone, only_if_changed, state, token, next_at, created_at, changed_at)
			SELECT n, 77, 'p' || n || '@example.com', 1, 8, 'UTC', false, 'active', sha256(n::text::bytea), timestamptz '2026-11-18 12:00Z' + (n - 1010) * interval '1 minute', now(), now()
			FROM generate_series(1000, 20999) n`,
		`ANALYZE digests`,
	} {
		if _, err := s.Pool().Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for index, ask := range map[string][]any{
		"digests_next":      {store.DueQuery, now, 100},
		"digests_token_key": {`SELECT 1 FROM digests d WHERE d.token = $1 OR d.confirm = $1`, make([]byte, 32)},
		"digests_address":   {`SELECT 1 FROM digests d WHERE lower(d.address) = lower($1)`, "p1@example.com"},
	} {
		rows, err := s.Pool().Query(t.Context(), "EXPLAIN "+ask[0].(string), ask[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if text := strings.Join(plan, "\n"); err != nil || !strings.Contains(text, index) || strings.Contains(text, "Seq Scan") {
			t.Errorf("%s: %v\n%s", index, err, text)
		}
	}
	taken := 0
	due, err := s.TakeDue(t.Context(), now, 100, func(pgx.Tx, store.WeekMail) error { taken++; return nil })
	if err != nil || due != 11 {
		t.Errorf("%d are due, %d taken, %v", due, taken, err)
	}
}
