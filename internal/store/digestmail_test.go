package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/store"
)

func TestAWeekHasOneMail(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	for person, address := range map[int64]string{1: "ada@example.com", 2: "bob@example.com"} {
		confirmed(t, s, person, wanted(address), now)
	}
	due := instant(t, "2026-11-23T07:02:00Z")
	var mu sync.Mutex
	var got []store.WeekMail
	add := func(_ pgx.Tx, m store.WeekMail) error {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, m)
		return nil
	}
	var group sync.WaitGroup
	for range 4 { // leaders that don't know of each other
		group.Go(func() {
			for range 3 {
				if _, err := s.TakeDue(t.Context(), due, 1, add); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if len(got) != 2 || got[0].Week != "2026-W48" {
		t.Errorf("taken: %v", got)
	}
	// Who moves the day within the week gets no second mail, and is told the right day.
	friday := wanted("ada@example.com")
	friday.When.Weekday = 5
	if d := subscribe(t, s, 1, friday, due); !d.Next.Equal(instant(t, "2026-12-04T07:00:00Z")) {
		t.Errorf("the next is said to come at %s", d.Next)
	}
	m := store.WeekMail{Person: 1, Installation: 77, Week: "2026-W48"}
	if err := s.ClaimMail(t.Context(), m, due); err != nil {
		t.Fatal(err)
	}
	if err := s.ClaimMail(t.Context(), m, due); !errors.Is(err, store.ErrConflict) {
		t.Errorf("claimed twice: %v", err)
	}
	if err := s.FinishMail(t.Context(), m, store.MailUnknown, "cut off", due); err != nil {
		t.Fatal(err)
	}
	if err := s.ReleaseMail(t.Context(), m, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.ClaimMail(t.Context(), m, due); !errors.Is(err, store.ErrConflict) {
		t.Errorf("one that may have been sent waits again: %v", err)
	}
	if err := s.FinishMail(t.Context(), m, store.MailSent, "250 ok", due); err != nil {
		t.Fatal(err)
	}
	if list, err := s.DigestMails(t.Context(), 1, 77, 5); err != nil || len(list) != 1 || list[0].State != store.MailSent || list[0].Attempts != 1 || list[0].Address != "ada@example.com" {
		t.Errorf("%+v, %v", list, err)
	}
	other := store.WeekMail{Person: 2, Installation: 77, Week: "2026-W48"}
	if _, err := s.StopSubscription(t.Context(), 2, 77, store.StoppedByLink, due); err != nil {
		t.Fatal(err)
	}
	if err := s.ClaimMail(t.Context(), other, due); !errors.Is(err, store.ErrConflict) {
		t.Errorf("somebody who unsubscribed gets the mail that waited: %v", err)
	}
}

// What became of a mail is known in the end, whatever became of its job.
func TestAMailThatNoJobWorks(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	mails := map[int64]store.MailState{1: store.MailFailed, 2: store.MailUnknown}
	for person, address := range map[int64]string{1: "ada@example.com", 2: "bob@example.com"} {
		confirmed(t, s, person, wanted(address), now)
	}
	due := instant(t, "2026-11-23T07:02:00Z")
	if _, err := s.TakeDue(t.Context(), due, 10, func(pgx.Tx, store.WeekMail) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := s.ClaimMail(t.Context(), store.WeekMail{Person: 2, Installation: 77, Week: "2026-W48"}, due); err != nil {
		t.Fatal(err)
	}
	for _, later := range []time.Duration{48 * time.Hour, 73 * time.Hour} {
		if _, err := s.ForgetMails(t.Context(), due.Add(later)); err != nil {
			t.Fatal(err)
		}
		for person, want := range mails {
			m, err := s.DigestMail(t.Context(), store.WeekMail{Person: person, Installation: 77, Week: "2026-W48"})
			if err != nil || m.Finished.IsZero() != (later < 72*time.Hour) || later > 72*time.Hour && (m.State != want || m.Said == "") {
				t.Errorf("%s later: %+v, %v", later, m, err)
			}
		}
	}
}

func TestDowntime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		back  string // when mail is sent again, after Monday 2026-11-23, 08:00 in Berlin
		week  string
		state store.MailState
		next  string
	}{
		{"2026-11-25T07:00:00Z", "2026-W48", store.MailWaiting, "2026-11-30T07:00:00Z"}, // two days
		{"2026-11-28T07:00:00Z", "2026-W48", store.MailSkipped, "2026-11-30T07:00:00Z"}, // five
		{"2026-12-01T07:00:00Z", "2026-W49", store.MailWaiting, "2026-12-07T07:00:00Z"}, // eight: the second Monday was yesterday
		{"2027-03-18T07:00:00Z", "2027-W11", store.MailSkipped, "2027-03-22T07:00:00Z"}, // a winter
	} {
		s, now := post(t)
		confirmed(t, s, 1, wanted("ada@example.com"), now)
		added := 0
		for range 2 {
			if _, err := s.TakeDue(t.Context(), instant(t, c.back), 10, func(pgx.Tx, store.WeekMail) error { added++; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		list, err := s.DigestMails(t.Context(), 1, 77, 5)
		if err != nil || len(list) != 1 || list[0].Week != c.week || list[0].State != c.state || (added == 1) != (c.state == store.MailWaiting) {
			t.Errorf("back at %s: %+v, %d added, %v", c.back, list, added, err)
		}
		if d, err := s.Subscription(t.Context(), 1, 77); err != nil || !d.Next.Equal(instant(t, c.next)) {
			t.Errorf("back at %s: the next comes at %s, %v", c.back, d.Next, err)
		}
	}
}

func TestRefusalsStopASubscription(t *testing.T) {
	t.Parallel()
	s, now := post(t)
	confirmed(t, s, 1, wanted("ada@example.com"), now)
	refuse := func(gone bool) bool {
		stopped, err := s.NoteRefused(t.Context(), 1, 77, "ada@example.com", "550 5.7.1 no", gone, now)
		if err != nil {
			t.Fatal(err)
		}
		return stopped
	}
	if refuse(false) {
		t.Error("it stopped at the first refusal")
	}
	if err := s.NoteTaken(t.Context(), 1, 77, "ada@example.com"); err != nil {
		t.Fatal(err)
	}
	if refuse(false) || !refuse(false) || refuse(false) {
		t.Error("it does not stop at the second refusal in a row, once")
	}
	d, err := s.Subscription(t.Context(), 1, 77)
	if err != nil || d.State != store.Stopped || d.Why != store.StoppedBounced || d.Said != "550 5.7.1 no" {
		t.Errorf("%+v, %v", d, err)
	}
	confirmed(t, s, 2, wanted("bob@example.com"), now)
	if stopped, err := s.NoteRefused(t.Context(), 2, 77, "older@example.com", "550 5.1.1 no", true, now); stopped || err != nil {
		t.Errorf("a refusal of the address before counts: %v", err)
	}
	if stopped, err := s.NoteRefused(t.Context(), 2, 77, "bob@example.com", "550 5.1.1 no", true, now); !stopped || err != nil {
		t.Errorf("an address that doesn't exist goes on: %v", err)
	}
}
