package inspect

import (
	"regexp"
	"slices"
	"strings"
)

// What is grouped by the names of environments: settings of which one group
// holds, and variables of which one is read.

const groupWords = `dev|develop|development|local|test|testing|qa|uat|staging|stage|stg|pre-?prod|prod|production|live|demo|sandbox`

var (
	stageGroup = regexp.MustCompile(`(?i)^_*(` + groupWords + `)_?(app|flask|server)?_?(configs?|configuration|settings|conf|cfg|environment|env|keys)$|^_*(app|flask|server)?_?(configs?|configuration|settings|conf|keys)_?(for_?)?(` + groupWords + `)$`)
	groupFile  = regexp.MustCompile(`(?i)(^|[/._-])(config|configs|configuration|conf|settings|env|envs|environments?|keys|secrets|credentials|knexfile)([/._-]|$)`)
	groupWord  = regexp.MustCompile(`(?i)^(` + groupWords + `)$`)
	constant   = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$`)
)

// IsStageGroup reports whether a class, a variable or a module of this name
// holds the settings of one environment: "ProductionConfig", "devSettings".
func IsStageGroup(name string) bool {
	return stageGroup.MatchString(name[strings.LastIndexByte(name, '.')+1:])
}

// IsGroupFile reports whether a module at this path holds settings:
// "../config/config.json", "./keys_prod".
func IsGroupFile(path string) bool { return groupFile.MatchString(path) }

// IsStageFile reports whether a module at this path holds the settings of one
// environment: "./keys_prod", "./env/production".
func IsStageFile(path string) bool {
	return groupFile.MatchString(path) && slices.ContainsFunc(strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("/._-", r) }), groupWord.MatchString)
}

// IsVariableName reports whether a text is written like an environment variable
// of several words: "DATABASE_URI_DEV".
func IsVariableName(text string) bool { return constant.MatchString(text) }

// DifferByStage reports whether the branches of a decision read different
// variables for the same thing: DATABASE_URI_DEV in one, DATABASE_URI_PROD or
// DATABASE_URI in the other.
func DifferByStage(branches [][]string) bool {
	for i, names := range branches {
		for _, name := range names {
			plain := withoutStage(name)
			for _, others := range branches[i+1:] {
				if slices.Contains(others, name) {
					continue
				}
				if slices.ContainsFunc(others, func(other string) bool { return withoutStage(other) == plain && !slices.Contains(names, other) }) {
					return true
				}
			}
		}
	}
	return false
}

// withoutStage is the name of a variable without the names of environments.
func withoutStage(name string) string {
	words := strings.Split(name, "_")
	return strings.Join(slices.DeleteFunc(words, groupWord.MatchString), "_")
}
