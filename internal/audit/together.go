package audit

import (
	"fmt"
	"slices"
)

// SameCause says what is behind a finding, so that several components in which it
// is the same have one finding together: the same keys with the same values, say.
func SameCause(cause string) Option { return func(d *draft) { d.cause = cause } }

// together makes one finding of those that components have of the same cause: causes
// has one for each finding, "" for one of its own. The
// first component's stays, and the places of the others are related to it. What
// each component's score loses is not changed by that, nor are findings that
// somebody waived.
func together(findings []Finding, causes []string) []Finding {
	first, more := map[[2]string]int{}, map[int]int{}
	list := make([]Finding, 0, len(findings))
	for i, f := range findings {
		key := [2]string{f.Rule, causes[i]}
		at, known := first[key]
		switch {
		case causes[i] == "" || f.Waived != nil:
			list = append(list, f)
		case !known:
			first[key] = len(list)
			list = append(list, f)
		default:
			list[at].Related = slices.Concat(list[at].Related, []Place{f.Place}, f.Related)
			more[at]++
		}
	}
	for at, n := range more {
		others := "one more component has"
		if n > 1 {
			others = fmt.Sprintf("%d more components have", n)
		}
		list[at].Message += ", and " + others + " the same"
	}
	return list
}
