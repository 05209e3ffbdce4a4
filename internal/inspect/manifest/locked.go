package manifest

import (
	"sort"
	"strings"

	"twelvefold/internal/inspect"
)

// conflictLeft is why a lock with git's conflict markers can't be read.
const conflictLeft = "a merge conflict is left in the lock; resolve it and lock again"

func inConflict(line string) bool {
	return strings.HasPrefix(line, "<<<<<<<") || strings.HasPrefix(line, ">>>>>>>")
}

// locked collects a lock's packages: each name and version once, sorted.
type locked struct {
	direct map[inspect.Locked]bool
	roots  map[string]bool // names that the project itself asks for
}

func newLocked() *locked { return &locked{map[inspect.Locked]bool{}, map[string]bool{}} }

func (l *locked) add(name, version string, direct bool) {
	if name != "" {
		p := inspect.Locked{Name: name, Version: version}
		l.direct[p] = l.direct[p] || direct
	}
}

func (l *locked) packages() []inspect.Locked {
	list := make([]inspect.Locked, 0, len(l.direct))
	for p, direct := range l.direct {
		p.Direct = direct || l.roots[p.Name]
		list = append(list, p)
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].Name != list[j].Name {
			return list[i].Name < list[j].Name
		}
		return list[i].Version < list[j].Version
	})
	return list
}
