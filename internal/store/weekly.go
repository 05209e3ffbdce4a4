package store

import (
	"fmt"
	"time"
	_ "time/tzdata" // images have no zones of their own
)

// Weekly is an hour of the week where somebody lives.
type Weekly struct {
	Weekday int    // 1 to 7, Monday first
	Hour    int    // 0 to 23
	Zone    string // IANA's name, such as Europe/Berlin
}

// Check says what is wrong with one: ErrInvalid.
func (w Weekly) Check() error {
	switch _, err := zoneNamed(w.Zone); {
	case w.Weekday < 1 || w.Weekday > 7:
		return fmt.Errorf("weekday %d is not one of 1 to 7: %w", w.Weekday, ErrInvalid)
	case w.Hour < 0 || w.Hour > 23:
		return fmt.Errorf("hour %d is not one of 0 to 23: %w", w.Hour, ErrInvalid)
	default:
		return err
	}
}

// zoneNamed loads a zone. The machine's own, which "" and Local name, is none.
func zoneNamed(name string) (*time.Location, error) {
	if name == "" || name == "Local" || len(name) > 64 {
		return nil, fmt.Errorf("%.64q is not a time zone: %w", name, ErrInvalid)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%.64q is not a time zone: %w", name, ErrInvalid)
	}
	return zone, nil
}

// Slot is one occurrence of a Weekly.
type Slot struct {
	At   time.Time // in its zone
	Week string    // the ISO week of its day there, such as 2026-W53
}

// Next is the first slot after a time.
func (w Weekly) Next(after time.Time) (Slot, error) {
	if err := w.Check(); err != nil {
		return Slot{}, err
	}
	zone, err := zoneNamed(w.Zone)
	if err != nil {
		return Slot{}, err
	}
	year, month, day := after.In(zone).Date()
	// The day before may have a slot that a jump of the clocks put off.
	date := time.Date(year, month, day-1, 0, 0, 0, 0, time.UTC)
	for ; ; date = date.AddDate(0, 0, 1) {
		if isoWeekday(date) != w.Weekday {
			continue
		}
		if at := onset(date.Add(time.Duration(w.Hour)*time.Hour), zone); at.After(after) {
			year, week := date.ISOWeek()
			return Slot{At: at, Week: fmt.Sprintf("%04d-W%02d", year, week)}, nil
		}
	}
}

// Last is the latest slot that is not after a time.
func (w Weekly) Last(now time.Time) (Slot, error) {
	slot, err := w.Next(now.AddDate(0, 0, -9)) // a week and what clocks may jump
	for err == nil {
		var next Slot
		if next, err = w.Next(slot.At); err == nil && next.At.After(now) {
			return slot, nil
		}
		slot = next
	}
	return Slot{}, err
}

func isoWeekday(day time.Time) int { return (int(day.Weekday())+6)%7 + 1 }

// onset is when clocks of a zone first show a wall time, which is given in UTC, or
// the next time that they show at all: of an hour that exists twice the first,
// for one that a jump leaves out the end of the jump.
func onset(wall time.Time, zone *time.Location) time.Time {
	const most = 26 * time.Hour // no zone is further from UTC
	for from := wall.Add(-most); ; {
		_, offset := from.In(zone).Zone()
		_, until := from.In(zone).ZoneBounds()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if at.Before(from) { // it was jumped over
			at = from
		}
		if until.IsZero() || at.Before(until) {
			return at.In(zone)
		}
		from = until
	}
}
