package audit

import (
	"fmt"
	"slices"
	"strings"
)

// SameCause says what is behind a finding, so that several components in which it
// is the same have one finding together: the same keys with the same values, say.
func SameCause(cause string) Option { return func(d *draft) { d.cause = cause } }

// ofLibrary begins the cause of what stands in a library: all programs that run
// with it have the finding together.
const ofLibrary = "library "

// ToldBy says that another rule reports the same cause where it reports the same
// file of the same component: the finding's places then belong to that one.
func ToldBy(rule string) Option { return func(d *draft) { d.cause = toldBy + rule } }

// toldBy begins the cause of what another rule tells.
const toldBy = "told by "

// folded puts the places of findings that another rule tells into that rule's, and
// gives back the rest with their causes.
func folded(findings []Finding, causes []string) ([]Finding, []string) {
	type host struct{ rule, component, path string }
	hosts := map[host]bool{}
	for _, f := range findings {
		if f.Waived == nil {
			hosts[host{f.Rule, f.Component, f.Place.Path}] = true
		}
	}
	guests, with := map[host][]Place{}, map[host][]Same{}
	list, kept := make([]Finding, 0, len(findings)), make([]string, 0, len(findings))
	for i, f := range findings {
		rule, told := strings.CutPrefix(causes[i], toldBy)
		if at := (host{rule, f.Component, f.Place.Path}); told && f.Waived == nil && hosts[at] {
			guests[at], with[at] = append(guests[at], append([]Place{f.Place}, f.Related...)...), append(with[at], f.same()...)
			continue
		}
		if told {
			causes[i] = ""
		}
		list, kept = append(list, f), append(kept, causes[i])
	}
	for i, f := range list {
		at := host{f.Rule, f.Component, f.Place.Path}
		list[i].Related, list[i].With = slices.Concat(f.Related, guests[at]), slices.Concat(f.With, with[at])
		delete(guests, at)
		delete(with, at)
	}
	return list, kept
}

// together makes one finding of those that components have of the same cause: causes
// has one for each finding, "" for one of its own. What a rule says of several
// components at one line has one cause, too: the parent that their manifests share,
// the workflow that builds all of them. The first component's stays, and the places
// of the others are related to it. What each component's score loses is not changed
// by that, nor are findings that somebody waived.
func together(findings []Finding, causes []string) []Finding {
	findings, causes = folded(findings, causes)
	type shared struct{ rule, cause string }
	first, more, library := map[shared]int{}, map[int]map[string]bool{}, map[int]bool{}
	list := make([]Finding, 0, len(findings))
	for i, f := range findings {
		key := shared{f.Rule, causes[i]}
		own := causes[i] == ""
		if own && f.Place.Line > 0 {
			key.cause = f.Place.String() + " " + string(f.Severity)
		}
		at, known := first[key]
		switch {
		case key.cause == "" || f.Waived != nil || own && known && list[at].Component == f.Component:
			list = append(list, f)
		case !known:
			first[key], library[len(list)] = len(list), strings.HasPrefix(causes[i], ofLibrary)
			list = append(list, f)
		default:
			if !library[at] { // where it is one place for all of them
				list[at].Related = withPlaces(list[at], append([]Place{f.Place}, f.Related...))
			}
			list[at].With = slices.Concat(list[at].With, f.same())
			if more[at] == nil {
				more[at] = map[string]bool{}
			}
			more[at][f.Component] = true
		}
	}
	for at, components := range more {
		n := len(components)
		others := "one more component has"
		if n > 1 {
			others = fmt.Sprintf("%d more components have", n)
		}
		if library[at] {
			list[at].Message += fmt.Sprintf(", in a library of %d programs", n+1)
			continue
		}
		list[at].Message += ", and " + others + " the same"
	}
	return list
}

// withPlaces is what is related to a finding, with those places that it does not
// name already.
func withPlaces(f Finding, places []Place) []Place {
	related := slices.Clone(f.Related)
	for _, p := range places {
		if p != f.Place && !slices.Contains(related, p) {
			related = append(related, p)
		}
	}
	return related
}
