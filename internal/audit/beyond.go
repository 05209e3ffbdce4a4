package audit

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// beyond is what a finding adds to the same one of the base: itself, at the first
// place that the base does not have, or at its own where it is only worse. is is
// false where it adds nothing: moved lines and renamed files leave as many places.
//
// It has a fingerprint of its own, by how far it goes: who accepted the one of the
// base by its fingerprint has not seen this. Waivers by rule and path are asked
// about the place that was added.
func (f Finding) beyond(was Finding, waivers []Waiver) (more Finding, is bool) {
	added, there := apart(was.places(), f.places())
	grade := ""
	switch {
	case f.Severity.Rank() < was.Severity.Rank():
		grade = fmt.Sprintf(": %s now, %s before", f.Severity, was.Severity)
	case f.Weight() > 0 && was.Weight() == 0:
		grade = ": certain now, advisory before"
	case len(added) == 0:
		return f, false
	}
	f.Message = strings.TrimSuffix(f.Message, ".")
	if len(added) > 0 {
		f.Place, f.Related = added[0], slices.Concat(added[1:], there)
		f.Message += ", as " + there[0].String() + " has it already"
	}
	f.Message += grade
	f.Fingerprint = hashOf(f.Fingerprint, strconv.Itoa(len(f.Related)), strconv.Itoa(len(added)), grade)[:32]
	f.Waived = nil
	if at := slices.IndexFunc(waivers, func(w Waiver) bool { return w.Accepts(f) }); at >= 0 {
		f.Waived = &waivers[at]
	}
	return f, true
}

// places are all places of a finding, its own first.
func (f Finding) places() []Place { return append([]Place{f.Place}, f.Related...) }

// apart tells the places that were added from those that stand for one of before:
// the same line, else another of the same file, else a file of the same name, else
// any. So nothing is added while their number does not grow.
func apart(before, now []Place) (added, there []Place) {
	left, known := slices.Clone(before), make([]bool, len(now))
	for _, alike := range []func(a, b Place) bool{
		func(a, b Place) bool { return lineOf(a) == lineOf(b) },
		func(a, b Place) bool { return a.Path == b.Path },
		func(a, b Place) bool { return path.Base(a.Path) == path.Base(b.Path) },
		func(a, b Place) bool { return true },
	} {
		for i, p := range now {
			at := slices.IndexFunc(left, func(q Place) bool { return alike(p, q) })
			if !known[i] && at >= 0 {
				known[i], left = true, slices.Delete(left, at, at+1)
			}
		}
	}
	for i, p := range now {
		if known[i] {
			there = append(there, p)
		} else {
			added = append(added, p)
		}
	}
	return added, there
}
