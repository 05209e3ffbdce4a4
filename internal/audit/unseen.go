package audit

import "slices"

// Withhold takes out of what is fixed the findings of files that the newer commit
// has and that could not be read: whether they are still there, nobody knows.
func (c *Comparison) Withhold(unread []string) {
	left := map[string]bool{}
	for _, path := range unread {
		left[path] = true
	}
	var fixed []Finding
	for _, f := range c.Fixed {
		if slices.ContainsFunc(f.places(), func(p Place) bool { return left[p.Path] }) {
			c.Unseen = append(c.Unseen, f)
		} else {
			fixed = append(fixed, f)
		}
	}
	c.Fixed = fixed
}
