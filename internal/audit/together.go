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

// together makes one finding of those that components have of the same cause: causes
// has one for each finding, "" for one of its own. The
// first component's stays, and the places of the others are related to it. What
// each component's score loses is not changed by that, nor are findings that
// somebody waived.
func together(findings []Finding, causes []string) []Finding {
	first, more, library := map[[2]string]int{}, map[int]int{}, map[int]bool{}
	list := make([]Finding, 0, len(findings))
	for i, f := range findings {
		key := [2]string{f.Rule, causes[i]}
		at, known := first[key]
		switch {
		case causes[i] == "" || f.Waived != nil:
			list = append(list, f)
		case !known:
			first[key], library[len(list)] = len(list), strings.HasPrefix(causes[i], ofLibrary)
			list = append(list, f)
		default:
			if !library[at] { // where it is one place for all of them
				list[at].Related = slices.Concat(list[at].Related, []Place{f.Place}, f.Related)
			}
			more[at]++
		}
	}
	for at, n := range more {
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
