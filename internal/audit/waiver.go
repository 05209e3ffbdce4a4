package audit

import (
	"fmt"
	"slices"
	"time"

	"twelvefold/internal/source"
)

// Waiver accepts findings until a day, for a reason and on somebody's word.
// What it accepts is still shown.
type Waiver struct {
	Rule        string // "" with a fingerprint: whatever rule it is of
	Path        string // glob of all the finding's places, ** spans directories; "" for any
	Fingerprint string // of one finding; "" for any
	Reason      string
	Owner       string
	Expires     string // the last day that it holds, "2006-01-02"
	Line        int    // in .twelvefold.yml; 0 for one that was given elsewhere
	ID          int64  // on the dashboard; 0 for one of the file
}

const (
	day = time.DateOnly
	// LongestWaiver bounds how many days ahead a waiver may expire: who accepts
	// something looks at it once a year.
	LongestWaiver = 366
	// Announced is how many days before its end a waiver is warned of.
	Announced = 14
	// MaxReason is the most bytes of a waiver's reason.
	MaxReason = 500
)

// Accepts reports whether the waiver is for the finding, whatever the day. One of a
// path is for what stands there alone: a place elsewhere was accepted by nobody.
func (w Waiver) Accepts(f Finding) bool {
	_, more := w.LeavesOut(f)
	return !more && w.Names(f)
}

// Names reports whether the waiver is for findings of that rule and fingerprint,
// wherever they stand.
func (w Waiver) Names(f Finding) bool {
	return (w.Rule == "" || w.Rule == f.Rule) && (w.Fingerprint == "" || w.Fingerprint == f.Fingerprint)
}

// LeavesOut is the first place of a finding that is to be accepted and lies outside
// of the waiver's path; is is false where none does.
func (w Waiver) LeavesOut(f Finding) (at Place, is bool) {
	if w.Path == "" {
		return at, false
	}
	asked := f.asked()
	i := slices.IndexFunc(asked, func(p Place) bool { return !matchGlob(w.Path, p.Path) })
	if i < 0 {
		return at, false
	}
	return asked[i], true
}

// reaches reports whether a place of the finding lies in the waiver's path.
func (w Waiver) reaches(f Finding) bool {
	return w.Names(f) && slices.ContainsFunc(f.places(), func(p Place) bool { return w.Path == "" || matchGlob(w.Path, p.Path) })
}

// Left is how many days a waiver still holds on a day, "2006-01-02": 0 on its
// last, less afterwards. ok is false where one of the two is no day.
func (w Waiver) Left(today string) (days int, ok bool) {
	now, wrong := time.Parse(day, today)
	expires, err := time.Parse(day, w.Expires)
	if wrong != nil || err != nil {
		return 0, false
	}
	return int(expires.Sub(now).Hours() / 24), true
}

// Holds reports whether a waiver holds on a day.
func (w Waiver) Holds(today string) bool {
	left, ok := w.Left(today)
	return ok && left >= 0 && left <= LongestWaiver
}

// WaivedOn is the waiver that accepts a finding on a day: the file's, as the
// audit noted it, else the first of the dashboard's; nil if none does.
func (f Finding) WaivedOn(today string, dashboard []Waiver) *Waiver {
	if w := f.Waived; w != nil && w.ID == 0 && w.Holds(today) {
		return w
	}
	for i, w := range dashboard {
		if w.Accepts(f) && w.Holds(today) {
			return &dashboard[i]
		}
	}
	return nil
}

// what names the waiver in a sentence.
func (w Waiver) what() string {
	what := "of " + w.Rule
	switch {
	case w.Rule == "":
		what = "of finding " + w.Fingerprint
	case w.Fingerprint != "":
		what += ", finding " + w.Fingerprint[:min(12, len(w.Fingerprint))]
	case w.Path != "":
		what += " in " + w.Path
	}
	if w.ID != 0 {
		what += ", made on the dashboard,"
	}
	return what
}

// Holding are the waivers that hold on a day, "2006-01-02"; on no day all of them.
func Holding(today string, lists ...[]Waiver) []Waiver {
	list, _ := holding(slices.Concat(lists...), today)
	return list
}

// holding are the waivers that hold on a day, "2006-01-02", and a warning for
// each that doesn't or soon won't. On no day all of them hold.
func holding(waivers []Waiver, today string) (list []Waiver, warnings []source.Warning) {
	if _, err := time.Parse(day, today); err != nil {
		return waivers, nil
	}
	for _, w := range waivers {
		left, ok := w.Left(today)
		if !ok {
			continue // said where it was read
		}
		switch {
		case left < 0:
			warnings = append(warnings, w.warn("the waiver %s expired on %s, so that its findings count again: fix them, or have %s renew it", w.what(), w.Expires, w.Owner))
			continue
		case left > LongestWaiver:
			warnings = append(warnings, w.warn("the waiver %s does not count: it expires on %s, and a waiver may last a year at most", w.what(), w.Expires))
			continue
		case left <= Announced:
			warnings = append(warnings, w.warn("the waiver %s expires on %s: fix its findings until then, or have %s renew it", w.what(), w.Expires, w.Owner))
		}
		list = append(list, w)
	}
	return list, warnings
}

func (w Waiver) warn(format string, args ...any) source.Warning {
	message := fmt.Sprintf(format, args...)
	if w.Line == 0 {
		return source.Warning{Message: message}
	}
	return source.Warning{Path: SettingsFile, Message: fmt.Sprintf("line %d: %s", w.Line, message)}
}

// accept notes which waivers hold for the tree, and returns the warnings of the
// others. A waiver of the file that names none of the rules is a slip of the pen.
func (r *Repository) accept(tree Tree, settings Settings, rules []Rule) (warnings []source.Warning) {
	r.waivers, warnings = holding(slices.Concat(settings.Waivers, tree.Waivers), tree.Today)
	r.waivers = slices.DeleteFunc(slices.Clone(r.waivers), func(w Waiver) bool {
		unknown := w.ID == 0 && w.Rule != "" && !slices.ContainsFunc(rules, func(rule Rule) bool { return rule.ID == w.Rule })
		if unknown {
			warnings = append(warnings, w.warn("there is no rule %s, so its waiver does not count: twelvefold rules lists them all", w.Rule))
		}
		return unknown
	})
	r.unscored = settings.Unscored
	return warnings
}

// waive marks the findings that a waiver accepts, by the first that does.
func (r *Repository) waive(findings []Finding) {
	for i := range findings {
		if at := slices.IndexFunc(r.waivers, func(w Waiver) bool { return w.Accepts(findings[i]) }); at >= 0 {
			findings[i].Waived = &r.waivers[at]
		}
	}
}

// idle warns of the file's waivers that accept nothing. One of the dashboard may
// be for what a pull request brings; its page counts what it accepts.
func (r *Repository) idle(findings []Finding) (warnings []source.Warning) {
	for i := range r.waivers {
		w := &r.waivers[i]
		if w.ID != 0 || slices.ContainsFunc(findings, w.Accepts) {
			continue
		}
		if partly := slices.IndexFunc(findings, w.reaches); partly >= 0 {
			at, _ := w.LeavesOut(findings[partly])
			warnings = append(warnings, w.warn("the waiver %s accepts nothing: what it is for stands at %s as well, which it leaves out", w.what(), at))
			continue
		}
		warnings = append(warnings, w.warn("the waiver %s accepts no finding any more: remove it", w.what()))
	}
	return warnings
}

// unscored takes the waived findings out of what is scored.
func (e *evidence) unscored() (waived []Finding) {
	scored := make([]Finding, 0, len(e.findings))
	for _, f := range e.findings {
		if f.Waived == nil {
			scored = append(scored, f)
			continue
		}
		waived = append(waived, f)
		delete(e.said, saidKey{f.Rule, f.Subject})
	}
	e.findings = scored
	return waived
}
