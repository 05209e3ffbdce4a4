package audit

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// Names that Java and Kotlin know by their packages, and settings that their
// frameworks hand around.

// springSettings are a component's settings by the variable that sets each, in
// both forms: Spring's, without the dashes of the key, and MicroProfile's.
func (j *envJoin) springSettings(c *Component) map[string]EffectiveSetting {
	if known := j.spring[c]; known != nil {
		return known
	}
	settings := map[string]EffectiveSetting{}
	j.spring[c] = settings
	layers := c.springLayers()
	for _, s := range layers.effective(c) {
		for _, variable := range layers.variable(s.Key) {
			if _, twice := settings[variable]; !twice {
				settings[variable] = s
			}
		}
	}
	return settings
}

// springSetting is a property as production has it, by the variable that sets
// it: what a file's placeholders read, or else that variable, with what a file
// gives the property as its fallback.
func (j *envJoin) springSetting(c *Component, variable string) inspect.Value {
	variable = strings.ToUpper(strings.ReplaceAll(variable, ".", "_"))
	read := inspect.Value{Source: inspect.Env, Env: []string{variable}}
	if c == nil {
		return read
	}
	s, ok := j.springSettings(c)[variable]
	switch {
	case !ok:
	case s.Value.FromEnv() && len(s.Value.Env) > 0:
		return s.Value
	case s.Value.IsLiteral() && s.File != nil && (s.File.Format == inspect.SpringYAML || s.File.Format == inspect.SpringProperties):
		read.Text, read.HasText, read.Secret = s.Value.Text, s.Value.HasText, s.Value.Secret
	}
	return read
}

// settles reports whether what a framework's files tell of a setting stands above
// the fallback that its reader has.
func settles(symbol string, told inspect.Value) bool {
	variable, ok := strings.CutPrefix(symbol, "spring:")
	return ok && (told.HasText || !slices.Equal(told.Env, []string{variable}))
}

// confSetting is what an application.conf reads for a key, or Ktor's
// application.yaml, when all that have the key agree.
func (j *envJoin) confSetting(c *Component, key string) (found inspect.Value, ok bool) {
	if c == nil {
		return found, false
	}
	settings, known := j.conf[c]
	if !known {
		settings = map[string][]inspect.Value{}
		for _, f := range c.Files {
			if (f.Format == inspect.HOCON || f.Format == inspect.SpringYAML) && f.Role.CanViolate() {
				for s := range FactsIn[inspect.Setting]([]*File{f}, f.Role) {
					settings[s.Fact.Key] = append(settings[s.Fact.Key], s.Fact.Value)
				}
			}
		}
		j.conf[c] = settings
	}
	for i, v := range settings[key] {
		if !v.FromEnv() || i > 0 && !slices.Equal(v.Env, found.Env) {
			return inspect.Value{}, false
		}
		found, ok = v, true
	}
	return found, ok
}
