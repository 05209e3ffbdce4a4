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
	Path        string // glob of the finding's path, ** spans directories; "" for any
	Fingerprint string // of one finding; "" for any
	Reason      string
	Owner       string
	Expires     string // the last day that it holds, "2006-01-02"
	Line        int    // in .twelvefold.yml; 0 for one that was given elsewhere
}

const (
	day = time.DateOnly
	// longestWaiver bounds how far ahead a waiver may expire: who accepts
	// something looks at it once a year.
	longestWaiver = 366
	// announced is how many days before its end a waiver is warned of.
	announced = 14
)

// accepts reports whether the waiver is for the finding.
func (w Waiver) accepts(f Finding) bool {
	return (w.Rule == "" || w.Rule == f.Rule) && (w.Fingerprint == "" || w.Fingerprint == f.Fingerprint) &&
		(w.Path == "" || matchGlob(w.Path, f.Place.Path))
}

// what names the waiver in a sentence.
func (w Waiver) what() string {
	switch {
	case w.Rule == "":
		return "of finding " + w.Fingerprint
	case w.Path != "":
		return fmt.Sprintf("of %s in %s", w.Rule, w.Path)
	}
	return "of " + w.Rule
}

// holding are the waivers that hold on a day, "2006-01-02", and a warning for
// each that doesn't or soon won't. On no day all of them hold.
func holding(waivers []Waiver, today string) (list []Waiver, warnings []source.Warning) {
	now, err := time.Parse(day, today)
	if err != nil {
		return waivers, nil
	}
	for _, w := range waivers {
		expires, err := time.Parse(day, w.Expires)
		if err != nil {
			continue // said where it was read
		}
		left := int(expires.Sub(now).Hours() / 24)
		switch {
		case left < 0:
			warnings = append(warnings, w.warn("the waiver %s expired on %s, so that its findings count again: fix them, or have %s renew it", w.what(), w.Expires, w.Owner))
			continue
		case left > longestWaiver:
			warnings = append(warnings, w.warn("the waiver %s does not count: it expires on %s, and a waiver may last a year at most", w.what(), w.Expires))
			continue
		case left <= announced:
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
// others.
func (r *Repository) accept(tree Tree, settings Settings) (warnings []source.Warning) {
	r.waivers, warnings = holding(slices.Concat(settings.Waivers, tree.Waivers), tree.Today)
	r.unscored = settings.Unscored
	return warnings
}

// waive marks the findings that a waiver accepts, by the first that does.
func (r *Repository) waive(findings []Finding) {
	for i := range findings {
		if at := slices.IndexFunc(r.waivers, func(w Waiver) bool { return w.accepts(findings[i]) }); at >= 0 {
			findings[i].Waived = &r.waivers[at]
		}
	}
}

// idle warns of the waivers that accept nothing.
func (r *Repository) idle(findings []Finding) (warnings []source.Warning) {
	for i := range r.waivers {
		w := &r.waivers[i]
		if !slices.ContainsFunc(findings, func(f Finding) bool { return w.accepts(f) }) {
			warnings = append(warnings, w.warn("the waiver %s accepts no finding any more: remove it", w.what()))
		}
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
