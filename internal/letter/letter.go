// Package letter puts the weekly digest of an account together: it asks the store
// how the week went, as far as one person sees it.
package letter

import (
	"context"
	"fmt"
	"strings"
	"time"

	"twelvefold/internal/digest"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// Ask says whose digest is asked for.
type Ask struct {
	Sight        store.Sight
	Installation store.Installation
	Repositories []int64   // those alone; nil: all that the sight sees
	Now          time.Time // in the reader's zone: the week ends then
	Since        time.Time // when the digest before was made, if that is longer ago than a week; else zero
	Base         string    // of this deploy's pages, without a slash at its end; "": the mail has no links
	Unsubscribe  string    // where the reader ends it; "" for nowhere
	Ruleset      string    // that audits are made under today
	Doubt, Lost  bool      // the mail before may not have arrived, or could not be sent
}

// Of is the digest of the seven days until now.
func Of(ctx context.Context, s *store.Store, a Ask) (digest.Digest, error) {
	d := digest.Digest{Account: a.Installation.Account, Chosen: a.Repositories != nil, From: a.Now.AddDate(0, 0, -7), To: a.Now,
		LapseBy: a.Now.UTC().AddDate(0, 0, store.LapseDays), Unsubscribe: a.Unsubscribe, Doubt: a.Doubt, Lost: a.Lost}
	if a.Installation.ID == store.Local {
		d.Account = "This machine"
	}
	d.Home, d.Settings = a.at("/?account=%d", a.Installation.ID), a.at("/installations/%d/digest", a.Installation.ID)
	if !a.Since.IsZero() && a.Since.Before(d.From) {
		d.From = a.Since.In(a.Now.Location())
	}
	week, err := s.Week(ctx, store.WeekAsk{Since: a.Since, Sight: a.Sight, Installation: a.Installation.ID, Repositories: a.Repositories, Now: a.Now, Ruleset: a.Ruleset, Most: digest.Most})
	if err != nil {
		return d, err
	}
	d.Repositories, d.Audited, d.Scored, d.Score, d.Change = week.Repositories, week.Audited, week.Scored, week.Score, week.Changes[7]
	d.Severe = week.Open[0] + week.Open[1]
	d.Findings = digest.Counts(week.Open).All()
	for i, f := range factor.All() {
		cell := templates.Cell{Factor: f, Level: templates.UnknownLevel}
		if mean := week.Cells[i]; mean != nil {
			cell.Level, cell.Score = templates.LevelOf(*mean), *mean
		}
		d.Strip[i] = cell
	}
	d.Worse, d.Better = a.turn(week.Worse), a.turn(week.Better)
	d.Opened, d.Closed, d.FirstAudited = digest.Counts(week.Opened), digest.Counts(week.Closed), week.First
	d.Again, d.AgainBy = week.Again, week.AgainBy
	d.Rules = digest.Rules{First: week.Ruled, Of: week.OfChange, Beside: week.Beside, Waiting: week.Waiting}
	a.lists(&d, week)
	return d, nil
}

// at is an address of this deploy; "" where none is known.
func (a Ask) at(path string, ids ...any) string {
	if a.Base == "" {
		return ""
	}
	return strings.TrimSuffix(a.Base, "/") + fmt.Sprintf(path, ids...)
}

// own is a repository's full name, without the owner that all of this machine's have.
func (a Ask) own(name string) string {
	if a.Installation.ID == store.Local {
		_, name, _ = strings.Cut(name, "/")
	}
	return name
}

// turn is the first of turns, nil where there is none.
func (a Ask) turn(turns []store.Turn) *digest.Turn {
	if len(turns) == 0 {
		return nil
	}
	t := turns[0]
	d := &digest.Turn{Repository: a.own(t.FullName()), Href: a.at("/repositories/%d", t.ID), From: *t.Then[7], To: *t.Score,
		Commit: t.Cause.Commit, Number: t.Cause.PullRequest, Title: t.Cause.Title, By: t.Cause.Author}
	if t.TurnedBy != 0 {
		d.Href = a.at("/repositories/%d/audits/%d", t.ID, t.TurnedBy)
	}
	if f, from, to, ok := t.Moved(); ok {
		d.Factor, d.FactorFrom, d.FactorTo = f, from, to
	}
	return d
}

// lists fills in what the mail lists.
func (a Ask) lists(d *digest.Digest, week store.Week) {
	for _, w := range week.Wins {
		d.Win = &digest.Win{Repository: a.own(w.FullName()), Href: a.at("/repositories/%d/findings/%d", w.ID, w.Finding.ID), Message: w.Finding.Message,
			Severity: string(w.Finding.Severity), Factor: named(w.Finding.Factor), Gain: w.Gain}
	}
	for _, n := range week.Worst {
		d.Worst = append(d.Worst, digest.Finding{Repository: a.own(n.FullName()), Href: a.at("/repositories/%d/findings/%d", n.ID, n.Finding.ID), Message: n.Finding.Message,
			Severity: string(n.Finding.Severity), Factor: named(n.Finding.Factor)})
	}
	d.MoreWorst = week.MoreWorst
	for _, u := range week.Unaudited {
		d.Unaudited = append(d.Unaudited, digest.Unaudited{Repository: a.own(u.FullName()), Href: a.at("/repositories/%d", u.ID), Never: u.Never, Why: why(u), Failed: u.State == store.Failed})
	}
	d.MoreUnaudited, d.Failing = week.More, week.Failing
	for _, w := range week.Lapsing {
		ends, err := time.Parse(time.DateOnly, w.Expires)
		if err != nil {
			continue // no audit takes such a waiver
		}
		d.Lapsing = append(d.Lapsing, digest.Waiver{Repository: a.own(w.FullName), Href: a.at("/repositories/%d", w.Repository), Of: of(w), Owner: w.Owner, Expires: ends, File: w.ID == 0})
	}
	d.MoreLapsing = week.MoreEnd
}

// why is a sentence on why a repository is not audited.
func why(u store.Unaudited) string {
	switch {
	case u.State == store.Queued || u.State == store.Running:
		return "Its first audit is on its way."
	case u.State == store.Failed || u.State == store.Cancelled:
		return u.Error
	}
	return "Nothing was pushed yet, or GitHub does not let Twelvefold read it."
}

// of is what a waiver is for.
func of(w store.Waiver) string {
	switch {
	case w.Fingerprint != "" && w.Message != "":
		return strings.TrimRight(w.Message, ". ")
	case w.Rule == "":
		return "a finding"
	case w.Path != "":
		return w.Rule + " in " + w.Path
	}
	return w.Rule
}

func named(key factor.Key) factor.Factor {
	f, err := factor.Of(key)
	if err != nil {
		return factor.Factor{Key: key, Name: string(key)}
	}
	return f
}
