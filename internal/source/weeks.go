package source

import (
	"slices"
	"time"
)

// Commit is a commit of a branch.
type Commit struct {
	SHA string
	At  time.Time // committed
}

// Weeks picks, of a branch's commits along first parents, those that it was at
// when each of the last weeks ended (Monday 00:00 UTC). Wherever a history is
// read, it is told to Weeks from its newest commit back.
type Weeks struct {
	since time.Time
	ends  []time.Time // of weeks that have no commit yet, newest first
	found []Commit
}

// NewWeeks wants the last so many weeks that ended by a time.
func NewWeeks(by time.Time, count int) *Weeks {
	day := by.UTC().Truncate(24 * time.Hour)
	end := day.AddDate(0, 0, -int(day.Weekday()+6)%7)
	w := &Weeks{since: end.AddDate(0, 0, -7*max(count, 0))}
	for range count {
		w.ends = append(w.ends, end)
		end = end.AddDate(0, 0, -7)
	}
	return w
}

// Since is when the first of the weeks began.
func (w *Weeks) Since() time.Time { return w.since }

// Left is the latest end that no commit was found for yet; false when there is none.
func (w *Weeks) Left() (end time.Time, more bool) {
	if len(w.ends) == 0 {
		return time.Time{}, false
	}
	return w.ends[0], true
}

// Take goes one commit back.
func (w *Weeks) Take(c Commit) {
	for len(w.ends) > 0 && !c.At.After(w.ends[0]) {
		w.found, w.ends = append(w.found, c), w.ends[1:]
	}
}

// Commits are those found, each once, oldest first: weeks without a new commit
// bring none.
func (w *Weeks) Commits() []Commit {
	list := slices.Clone(w.found)
	slices.Reverse(list)
	return slices.CompactFunc(list, func(a, b Commit) bool { return a.SHA == b.SHA })
}
