package audit

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// beyond is what a finding adds to the same one of the base: itself, at the first
// place that the base does not have, or at its own where it is only worse, or where
// a waiver that accepted the base's does not reach. is is false where it adds
// nothing: moved lines and renamed files leave as many places.
//
// What adds a place or is worse has a fingerprint of its own, by the files of the
// added places and by how far it goes: who accepted the one of the base by its
// fingerprint, or another addition, has not seen this. Waivers by rule and path are
// asked about all places that were added; where it is worse, about all that it has.
func (f Finding) beyond(was Finding, waivers []Waiver) (more Finding, is bool) {
	added, there := apart(was.places(), f.places())
	grade := ""
	switch {
	case f.Severity.Rank() < was.Severity.Rank():
		grade = fmt.Sprintf(": %s now, %s before", f.Severity, was.Severity)
	case f.Weight() > 0 && was.Weight() == 0:
		grade = ": certain now, advisory before"
	case len(added) == 0:
		return f.outside(was)
	}
	f.Message = strings.TrimSuffix(f.Message, ".")
	if len(added) > 0 {
		f.Place, f.Related = added[0], slices.Concat(added[1:], there)
		f.Message += ", as " + there[0].String() + " has it already"
	}
	f.Message += grade
	if grade == "" {
		f.Added = len(added)
	}
	f.Fingerprint = hashOf(append(filesOf(added), f.Fingerprint, strconv.Itoa(len(f.Related)), strconv.Itoa(len(added)), grade)...)[:32]
	f.Waived = nil
	if at := slices.IndexFunc(waivers, func(w Waiver) bool { return w.Accepts(f) }); at >= 0 {
		f.Waived = &waivers[at]
	}
	return f, true
}

// outside is a finding that stands as often as in the base, and where nobody accepts
// it any more: the waivers of both are the same, so that it left the path of one.
// The fingerprint that another one accepted changes with a component's directory,
// which is no reason to look again.
func (f Finding) outside(was Finding) (Finding, bool) {
	if was.Waived == nil || was.Waived.Path == "" || f.Waived != nil {
		return f, false
	}
	f.Message = strings.TrimSuffix(f.Message, ".") + ", which was accepted at " + was.Place.String() + " and is not here"
	return f, true
}

// places are all places of a finding, its own first.
func (f Finding) places() []Place { return append([]Place{f.Place}, f.Related...) }

// asked are the places that a waiver of a path is asked about: all, or those that a
// pull request adds.
func (f Finding) asked() []Place {
	if f.Added > 0 && f.Added <= len(f.Related) {
		return f.places()[:f.Added]
	}
	return f.places()
}

// Directory is the deepest one, "." for the root, in which all places lie that a
// waiver of the finding is asked about.
func (f Finding) Directory() string {
	dir := path.Dir(f.Place.Path)
	for _, p := range f.asked() {
		for dir != "." && !strings.HasPrefix(p.Path, dir+"/") {
			dir = path.Dir(dir)
		}
	}
	return dir
}

// filesOf are the paths of places, sorted, each as often as it has one.
func filesOf(places []Place) (list []string) {
	for _, p := range places {
		list = append(list, p.Path)
	}
	slices.Sort(list)
	return list
}

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
