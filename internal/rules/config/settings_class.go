package config

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// settingsClass are the annotations of classes whose fields hold properties.
var settingsClass = regexp.MustCompile(`^@(ConfigurationProperties|ConfigMapping|ConfigProperties)$`)

// setAbove reports whether a field of a class of settings only seems to fall back
// to its initializer: the program's own settings give the property a value, so
// that the initializer is never in effect.
func setAbove(c *audit.Component, found audit.Located[inspect.EnvRead]) bool {
	if !settingsClass.MatchString(found.Fact.Via) {
		return false
	}
	name := relaxed(found.Fact.Name)
	return slices.ContainsFunc(audit.OfComponent(c, (*audit.Component).EffectiveSettings), func(s audit.EffectiveSetting) bool {
		return s.At.Path != found.File.Path && relaxed(s.Key) == name && (s.Value.FromEnv() || s.Value.HasText && s.Value.Text != "" || s.Value.Secret != nil)
	})
}

// accessKey is the name by which an object store knows who asks.
var accessKey = regexp.MustCompile(`(?i)^(.*?)_?access_?key$`)

// namesAccessKey reports whether a variable is an access key beside the secret
// key that belongs to it: the one is the other's user name.
func namesAccessKey(c *audit.Component, name string) bool {
	m := accessKey.FindStringSubmatch(name)
	if m == nil || strings.Contains(strings.ToLower(m[1]), "secret") {
		return false
	}
	return audit.Has(c, func(read inspect.EnvRead) bool {
		rest, ok := strings.CutPrefix(strings.ToLower(read.Name), strings.ToLower(m[1]))
		return ok && secretKey.MatchString(rest)
	})
}

var secretKey = regexp.MustCompile(`^_?secret_?(access_?)?(key)?$`)
