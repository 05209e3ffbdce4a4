package audit

import (
	"slices"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// CalledInDevelopment reports whether the program calls functions only in
// branches for development or tests, as far as its files say where they call
// them. Of no function it says nothing.
func (c *Component) CalledInDevelopment(names []string) bool {
	if len(names) == 0 {
		return false
	}
	calls := OfComponent(c, developersCalls)
	return !slices.ContainsFunc(names, func(name string) bool { return !calls[name] })
}

// developersCalls are the functions that branches for development or tests call.
func developersCalls(c *Component) map[string]bool {
	calls := map[string]bool{}
	for b := range Facts[inspect.EnvBranch](c, source.Prod) {
		for _, name := range b.Fact.Calls {
			calls[name] = true
		}
	}
	return calls
}
