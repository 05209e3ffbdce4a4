package server

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// usualWaiver is how many days a waiver holds unless somebody says otherwise.
const usualWaiver = 90

// What a waiver can be for.
const (
	scopeFinding = "finding" // one finding
	scopePath    = "path"    // whatever its rule finds in a path
)

// blankWaiver is the form of a finding before anybody filled it in.
func (s *Server) blankWaiver(o store.Overview, f audit.Finding, next string) templates.WaiverForm {
	now := s.now().UTC()
	return templates.WaiverForm{
		Action: repositoryHref(o.ID) + "/waivers", Next: next, Key: f.Fingerprint[:12], Finding: f.Fingerprint, Rule: f.Rule, Scope: scopeFinding,
		Path: audit.GlobBelow(f.Directory()), Expires: dayAfter(now, usualWaiver), First: dayAfter(now, 0), Last: dayAfter(now, audit.LongestWaiver),
		MaxReason: audit.MaxReason,
	}
}

func dayAfter(now time.Time, days int) string { return now.AddDate(0, 0, days).Format(time.DateOnly) }

// readWaiver reads what somebody filled in: the form as it was typed, with what
// is wrong with it, and the waiver if nothing is.
func (s *Server) readWaiver(r *http.Request, o store.Overview, f audit.Finding) (templates.WaiverForm, audit.Waiver) {
	form := s.blankWaiver(o, f, backTo(r, o))
	typed := r.PostForm
	form.Scope, form.Reason, form.Expires = typed.Get("scope"), typed.Get("reason"), strings.TrimSpace(typed.Get("expires"))
	w := audit.Waiver{Rule: f.Rule, Reason: oneLine(form.Reason), Expires: form.Expires}
	switch form.Scope {
	case scopeFinding:
		w.Fingerprint = f.Fingerprint
	case scopePath:
		form.Path = typed.Get("path")
		w.Path, form.Wrongs.Path = cleanPath(form.Path, f)
	default:
		form.Scope, form.Wrongs.Path = scopeFinding, "Choose what is accepted: this finding, or its rule in a path."
	}
	switch {
	case w.Reason == "":
		form.Wrongs.Reason = "Say why this is accepted: others read it, and you in a year."
	case len(w.Reason) > audit.MaxReason:
		form.Wrongs.Reason = fmt.Sprintf("The reason has %d bytes and may have %d: shorten it.", len(w.Reason), audit.MaxReason)
	}
	switch left, ok := w.Left(s.today()); {
	case !ok:
		form.Wrongs.Expires = "Write the last day that the waiver holds, as in " + dayAfter(s.now().UTC(), usualWaiver) + "."
	case left < 0:
		form.Wrongs.Expires = "That day is over: choose " + form.First + " or a later one."
	case left > audit.LongestWaiver:
		form.Wrongs.Expires = "A waiver lasts a year at most: choose " + form.Last + " or an earlier day."
	}
	return form, w
}

// oneLine is what somebody typed without line ends and whatever else is no
// character that is seen.
func oneLine(typed string) string {
	seen := strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(typed, "\uFFFD"))
	return strings.Join(strings.Fields(seen), " ")
}

// cleanPath is the glob that somebody typed, or what is wrong with it.
func cleanPath(typed string, f audit.Finding) (glob, wrong string) {
	typed = oneLine(typed)
	if typed == "" {
		return "", "Write the directory in which the rule is waived, as in src/legacy/**, or ** for all."
	}
	glob, wrong = audit.CleanGlob(typed)
	if wrong != "" {
		return "", strings.ToUpper(wrong[:1]) + wrong[1:] + "."
	}
	if at, is := (audit.Waiver{Path: glob}).LeavesOut(f); is {
		return "", "This path leaves out " + at.Path + ", where the finding is: name a directory above it."
	}
	return glob, ""
}

// anchorOf is where a finding is on its repository's page.
func anchorOf(fingerprint string) string { return "f-" + fingerprint[:12] }

// pullAnchor is where it is among what a pull request brings.
func pullAnchor(number int, fingerprint string) string {
	return fmt.Sprintf("p%d-%s", number, anchorOf(fingerprint))
}
