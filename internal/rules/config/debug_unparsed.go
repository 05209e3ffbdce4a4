package config

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// judgeUnparsed reports a DEBUG of Django that is a variable's text as it is, with
// a fallback: to Python each text but the empty one is true, "False" too, so that
// nobody turns it off by saying so.
func judgeUnparsed(c *audit.Component, s audit.EffectiveSetting, report *audit.Report) {
	if s.Framework != "django" || !isDebugKey(s) || s.Value.Source != inspect.Env || strings.Trim(s.Value.Text, "0123456789") == "" || s.Value.Text == "False" || s.Value.Text == "None" {
		return // a number may have been parsed, and False need be no text
	}
	for read := range audit.FactsIn[inspect.EnvRead]([]*audit.File{s.File}, s.File.Role) {
		if read.Line < s.At.Line || read.Line > max(s.At.Line, s.At.EndLine) || !asText[read.Fact.Via] || !read.Fact.Fallback.IsLiteral() {
			continue
		}
		if given, ok := c.ProvidedIn(audit.Production, read.Fact.Name); ok && given.Value.IsLiteral() && given.Value.Text == "" {
			return
		}
		message := fmt.Sprintf("%s is on in %s unless %s is set to nothing: each other text is true, False as well", s.Key, path.Base(s.File.Path), read.Fact.Name)
		report.Violation(s.At, s.Key, message, audit.WithFix("text"), audit.Naming("switch", s.Key), audit.Naming("variable", read.Fact.Name), audit.SameCause(s.Key+" as text "+path.Base(s.At.Path)))
		return
	}
}

// asText are calls of Python that give a variable's text as it is.
var asText = map[string]bool{"os.getenv": true, "os.environ.get": true}
