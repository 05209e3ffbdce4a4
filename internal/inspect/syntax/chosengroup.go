package syntax

import "twelvefold/internal/inspect"

// ChosenGroup tells whether a decision takes one of several groups of settings,
// or reads one of several variables for one thing, by what a language tells of
// each branch.
func ChosenGroup(branches []Node, takesGroup func(Node) bool, variablesIn func(Node) []string) inspect.Choice {
	var names [][]string
	for _, branch := range branches {
		if !branch.OK() {
			continue
		}
		if takesGroup(branch) {
			return inspect.ChoosesConfig
		}
		names = append(names, variablesIn(branch))
	}
	if inspect.DifferByStage(names) {
		return inspect.ChoosesConfig
	}
	return ""
}
