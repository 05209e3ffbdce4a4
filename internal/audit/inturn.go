package audit

import (
	"path"
	"strings"
)

// inTurn are the scripts of package.json that npm-run-all runs one after the
// other: npm-run-all check build start. Patterns and what runs side by side are
// left out.
func inTurn(argv []string) []string {
	if len(argv) < 2 {
		return nil
	}
	switch path.Base(argv[0]) {
	case "npm-run-all", "npm-run-all2", "run-s":
	default:
		return nil
	}
	var names []string
	for _, word := range argv[1:] {
		switch {
		case word == "-p", word == "--parallel":
			return names
		case strings.HasPrefix(word, "-"), strings.ContainsAny(word, "*{ "):
		default:
			names = append(names, word)
		}
	}
	return names
}
