package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/store"
)

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestSlotsFollowTheClocksOfAZone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what    string
		weekly  store.Weekly
		after   string
		at      string // in the zone
		week    string
		another string // the slot behind it
	}{
		{"an ordinary Monday", store.Weekly{1, 8, "Europe/Berlin"}, "2026-11-18T12:00:00Z", "2026-11-23T08:00:00+01:00", "2026-W48", "2026-11-30T08:00:00+01:00"},
		{"at the slot itself, the next", store.Weekly{1, 8, "Europe/Berlin"}, "2026-11-23T07:00:00Z", "2026-11-30T08:00:00+01:00", "2026-W49", "2026-12-07T08:00:00+01:00"},
		{"Berlin leaves out 2 to 3 o'clock", store.Weekly{7, 2, "Europe/Berlin"}, "2027-03-25T00:00:00Z", "2027-03-28T03:00:00+02:00", "2027-W12", "2027-04-04T02:00:00+02:00"},
		{"Berlin has 2 to 3 o'clock twice", store.Weekly{7, 2, "Europe/Berlin"}, "2026-10-20T00:00:00Z", "2026-10-25T02:00:00+02:00", "2026-W43", "2026-11-01T02:00:00+01:00"},
		{"between the two, the next week's", store.Weekly{7, 2, "Europe/Berlin"}, "2026-10-25T00:30:00Z", "2026-11-01T02:00:00+01:00", "2026-W44", "2026-11-08T02:00:00+01:00"},
		{"New York leaves out 2 to 3 o'clock", store.Weekly{7, 2, "America/New_York"}, "2027-03-10T00:00:00Z", "2027-03-14T03:00:00-04:00", "2027-W10", "2027-03-21T02:00:00-04:00"},
		{"New York has 1 to 2 o'clock twice", store.Weekly{7, 1, "America/New_York"}, "2026-10-28T00:00:00Z", "2026-11-01T01:00:00-04:00", "2026-W44", "2026-11-08T01:00:00-05:00"},
		{"half an hour beside", store.Weekly{3, 9, "Asia/Kolkata"}, "2026-11-23T00:00:00Z", "2026-11-25T09:00:00+05:30", "2026-W48", "2026-12-02T09:00:00+05:30"},
		{"clocks that jump by half an hour", store.Weekly{7, 2, "Australia/Lord_Howe"}, "2026-10-01T00:00:00Z", "2026-10-04T02:30:00+11:00", "2026-W40", "2026-10-11T02:00:00+11:00"},
		{"a day that Samoa left out", store.Weekly{5, 9, "Pacific/Apia"}, "2011-12-28T00:00:00Z", "2011-12-31T00:00:00+14:00", "2011-W52", "2012-01-06T09:00:00+14:00"},
		{"Monday there is Sunday in UTC", store.Weekly{1, 0, "Pacific/Kiritimati"}, "2026-11-20T00:00:00Z", "2026-11-23T00:00:00+14:00", "2026-W48", "2026-11-30T00:00:00+14:00"},
		{"a year of 53 weeks", store.Weekly{5, 9, "UTC"}, "2026-12-31T12:00:00Z", "2027-01-01T09:00:00Z", "2026-W53", "2027-01-08T09:00:00Z"},
		{"the first week begins in the old year", store.Weekly{1, 9, "UTC"}, "2025-12-24T12:00:00Z", "2025-12-29T09:00:00Z", "2026-W01", "2026-01-05T09:00:00Z"},
	} {
		slot, err := c.weekly.Next(instant(t, c.after))
		if err != nil || slot.At.Format(time.RFC3339) != c.at || slot.Week != c.week {
			t.Errorf("%s: %s %s, %v", c.what, slot.At.Format(time.RFC3339), slot.Week, err)
		}
		next, err := c.weekly.Next(slot.At)
		if err != nil || next.At.Format(time.RFC3339) != c.another {
			t.Errorf("%s: then %s, %v", c.what, next.At.Format(time.RFC3339), err)
		}
		for at, want := range map[time.Time]time.Time{slot.At: slot.At, next.At.Add(-time.Second): slot.At, next.At: next.At} {
			if last, err := c.weekly.Last(at); err != nil || !last.At.Equal(want) {
				t.Errorf("%s: the last at %s is %s, %v", c.what, at, last.At, err)
			}
		}
	}
}

// Every hour of every week comes once a week, in every order.
func TestEveryWeekHasOneSlot(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"} {
		for weekday := 1; weekday <= 7; weekday++ {
			for hour := 0; hour < 24; hour++ {
				weekly := store.Weekly{Weekday: weekday, Hour: hour, Zone: zone}
				at, weeks := instant(t, "2026-01-01T00:00:00Z"), map[string]bool{}
				for range 70 {
					slot, err := weekly.Next(at)
					if err != nil || weeks[slot.Week] || !slot.At.After(at) {
						t.Fatalf("%v after %s: %v, %v", weekly, at, slot, err)
					}
					weeks[slot.Week], at = true, slot.At
				}
			}
		}
	}
}

func TestWhatIsNoWeekly(t *testing.T) {
	t.Parallel()
	for _, w := range []store.Weekly{{0, 8, "UTC"}, {8, 8, "UTC"}, {1, -1, "UTC"}, {1, 24, "UTC"}, {1, 8, ""}, {1, 8, "Local"}, {1, 8, "Europe/Atlantis"},
		{1, 8, "../../etc/passwd"}, {1, 8, strings.Repeat("a", 10_000)}, {1, 8, "/etc/localtime"}} {
		if err := w.Check(); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%v: %v", w, err)
		}
		if _, err := w.Next(time.Now()); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%v: %v", w, err)
		}
	}
}
