package files

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// Unread is a file that rules would have read and that could not be: too large,
// absent, or more than its parser bears. Neither locks count nor what only tokens
// are looked for in.
type Unread struct {
	Path string
	Blob string
	Why  string // a sentence's end: "larger than the limit of 1 MB (1.2 MB)"
}

// wornOut is why files are not read whose parser would be lost once more.
const wornOut = "too many others brought their parsers down"

// unreadable notes the files of a content that were not read.
func (t *tree) unreadable(key inspect.CacheKey, why string) {
	if key.Format == inspect.Text || lists[key.Format] {
		return
	}
	for _, i := range t.files[key] {
		if f := t.snapshot.Files[i]; f.Role.CanViolate() {
			t.unread = append(t.unread, Unread{f.Path, f.Blob, strings.TrimPrefix(why, "left out: ")})
		}
	}
}

// Since are the files among these that the older commit's do not hold with the
// same content: those that it leaves unread are no change's doing.
func Since(list, older []Unread) (changed []Unread) {
	was := map[string]bool{}
	for _, u := range older {
		was[u.Blob] = true
	}
	for _, u := range list {
		if !was[u.Blob] {
			changed = append(changed, u)
		}
	}
	return changed
}

// sortUnread orders by path.
func sortUnread(list []Unread) {
	slices.SortFunc(list, func(a, b Unread) int { return strings.Compare(a.Path, b.Path) })
}
