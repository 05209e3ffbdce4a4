package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// askedFor reports whether a statement of a server's configuration runs only where
// somebody says so: what a condition lets run in a deploy that sets nothing is not
// asked for.
func askedFor(n syntax.Node) bool {
	kinds := []string{"if", "unless", "if_modifier", "unless_modifier"}
	for s := n.Up(kinds...); s.OK(); s = s.Up(kinds...) {
		negated := strings.HasPrefix(s.Kind(), "unless")
		holds := false
		for _, part := range strings.Split(s.Field("condition").Text(), "||") {
			holds = holds || unsetHolds.MatchString(part) != negated
		}
		if !holds {
			return true
		}
	}
	return false
}

// unsetHolds are conditions that hold where a variable is not set, or in
// production.
var unsetHolds = regexp.MustCompile(`!=|^\s*\(?!|\.(nil|blank|empty)\?|production`)
