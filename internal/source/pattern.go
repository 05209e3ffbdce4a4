package source

import (
	"regexp"
	"strings"
)

// pattern is a regular expression over names that is tried only on those that
// have one of its marks: texts of which every match has at least one. Roles are
// asked of every file of a repository, and nearly all answers are no.
type pattern struct {
	expression *regexp.Regexp
	marks      []string
}

func namePattern(expression string, marks ...string) pattern {
	return pattern{regexp.MustCompile(expression), marks}
}

func (p pattern) MatchString(name string) bool {
	for _, mark := range p.marks {
		if strings.Contains(name, mark) {
			return p.expression.MatchString(name)
		}
	}
	return false
}
