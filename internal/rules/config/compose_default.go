package config

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// judgeComposeDefaults reports secrets that a Compose file gives where the
// variable it asks for is unset: ${DB_PASSWORD:-password}. Only a file that people
// run the program with counts: who develops against one may have any password.
func judgeComposeDefaults(c *audit.Component, report *audit.Report) {
	first := audit.OfRepository(c.Repo, firstComponents)
	for s := range audit.Facts[inspect.ComposeService](c) {
		if first[s.At()] != c.Path || stackOf(c, s.File) != installed {
			continue
		}
		for _, e := range s.Fact.Environment {
			severity, ok := badComposeDefault(s.File, e)
			if !ok {
				continue
			}
			name := e.Value.Env[0]
			report.Violation(audit.Place{Path: s.File.Path, Line: e.Line, EndLine: e.Line}, name,
				fmt.Sprintf("%s falls back to %d characters that the Compose file gives the service %s", name, e.Value.Secret.Length, s.Fact.Name),
				audit.WithSeverity(severity), audit.Naming("variable", name))
		}
	}
}

// badComposeDefault judges what one variable of a service is when the deployer
// sets none. A key signs with any text; a password of words that everybody tries
// opens what is published, and little where only the file's services reach it.
func badComposeDefault(file *audit.File, e inspect.EnvEntry) (audit.Severity, bool) {
	v := e.Value
	if v.Source != inspect.Env || len(v.Env) == 0 || !v.HasText || e.From != "" || !e.Secret || v.Secret == nil || v.Secret.Unset || v.Secret.Length == 0 ||
		namesSecret(e.Name) || strings.Contains(v.Text, "://") {
		return "", false
	}
	switch {
	case signs(e.Name):
		return audit.High, true // everybody who sets none signs with what everybody knows
	case opensAccount(e.Name) && !hint.MatchString(v.Secret.Masked):
		return audit.High, true
	case v.Secret.Format != "":
		return audit.Medium, true
	case audit.OpensDoor(v.Secret), password.MatchString(e.Name) && (v.Secret.Common || !v.Secret.Placeholder && v.Secret.Length >= 3):
		return weightOf(file, e.Line), true
	}
	return "", false
}
