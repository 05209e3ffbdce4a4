package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// judgeExample reports what an example holds that isn't one: a credential that
// another service has given to somebody, and the key of a Laravel application, which
// every install that copies the file then has. A key that people make up themselves
// may be long and random in an example: it is a sample all the same.
func judgeExample(c *audit.Component, file *audit.File, report *audit.Report) {
	var drawn []audit.Located[inspect.EnvAssignment]
	name := path.Base(file.Path)
	for a := range audit.FactsIn[inspect.EnvAssignment]([]*audit.File{file}, file.Role) {
		s := a.Fact.Value.Secret
		switch {
		case s == nil:
		case a.Fact.Name == "APP_KEY" && s.Length >= laravelKey && s.Masked == "base…":
			if slices.Contains(c.Frameworks, "Laravel") && !makesKey(c) {
				report.Violation(a.At(), name, fmt.Sprintf("%s has a whole APP_KEY, which each install that copies it shares with everybody", name),
					audit.WithSeverity(audit.Medium), audit.WithFix("Laravel's key"), audit.Naming("file", name))
			}
		case a.Fact.Secret && isDrawn(s) && !ownKey.MatchString(a.Fact.Name) && !publicVariable.MatchString(a.Fact.Name):
			drawn = append(drawn, a)
		}
	}
	for _, a := range drawn {
		message := fmt.Sprintf("%s has a %s that looks real", name, a.Fact.Name)
		if len(drawn) > 1 {
			message = fmt.Sprintf("%s has values that look real, for %s and %d more", name, a.Fact.Name, len(drawn)-1)
		}
		report.Violation(a.At(), name, message, audit.WithFix("example"), audit.WithConfidence(audit.MediumConfidence),
			audit.Naming("file", name), audit.Naming("variable", a.Fact.Name))
	}
}

// laravelKey is the least length of "base64:" and a key of 32 bytes, of which people
// lose an end.
const laravelKey = 44

// isDrawn reports whether a secret was drawn at random, by its form: long, and of
// more different characters than words have. A provider's format is left out: what
// stands in examples is the sample of its documentation.
func isDrawn(s *inspect.Secret) bool {
	return s.Format == "" && !s.Guessable() && s.Length >= fewestDrawn && s.Entropy >= drawnEntropy
}

const (
	fewestDrawn  = 20  // characters
	drawnEntropy = 4.2 // bits for each character
)

// ownKey names keys that each install makes for itself.
var ownKey = regexp.MustCompile(`(?i)jwt|session|cookie|salt|sign|encrypt|hash|app_?(key|secret)|secret_?key_?base|auth_secret|nextauth|^secret(_key)?$|django|passport|_app_|webhook`)

// makesKey reports whether something of the component makes the application's key
// when it is installed or started.
func makesKey(c *audit.Component) bool {
	for _, p := range c.Running() {
		if slices.ContainsFunc(c.RunSteps(p), func(s audit.Step) bool { return slices.Contains(s.Argv, "key:generate") }) {
			return true
		}
	}
	if c.Image == nil {
		return false
	}
	return slices.ContainsFunc(c.Image.Instructions, func(i audit.Located[inspect.Instruction]) bool {
		return i.Fact.Start != nil && slices.ContainsFunc(i.Fact.Start.Commands, func(command inspect.Command) bool { return slices.Contains(command.Argv, "key:generate") })
	})
}
