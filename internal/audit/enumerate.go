package audit

import (
	"fmt"
	"strings"
)

// Enumerated names the first of some things, and how many more there are: "a",
// "a and b", "a, b, c, d and 3 more".
func Enumerated(names []string) string {
	const most = 4
	switch {
	case len(names) == 0:
		return ""
	case len(names) == 1:
		return names[0]
	case len(names) > most+1:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
