package deploy

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// dependent fills $(NAME) of a container's variable in from those before it, as
// Kubernetes does: $$(NAME) is none, and a name that is not a text of the list
// leaves the value to the cluster.
func dependent(e *inspect.EnvEntry, before []inspect.EnvEntry, text string) {
	if !e.Value.IsLiteral() || !dependentVariable.MatchString(text) {
		return
	}
	open := false
	filled := dependentVariable.ReplaceAllStringFunc(text, func(reference string) string {
		if strings.HasPrefix(reference, "$$") {
			return reference[1:]
		}
		name := dependentVariable.FindStringSubmatch(reference)[1]
		for i := len(before) - 1; i >= 0; i-- {
			if v := before[i].Value; before[i].Name == name && v.IsLiteral() && v.Secret == nil {
				return v.Text
			}
		}
		open = true
		return reference
	})
	if open || len(filled) > inspect.MaxText {
		e.Value = inspect.Value{Source: inspect.Input, Text: inspect.MaskText(text)}
		return
	}
	e.Value = inspect.LiteralOf(e.Name, filled)
}

var dependentVariable = regexp.MustCompile(`\$?\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)`)
