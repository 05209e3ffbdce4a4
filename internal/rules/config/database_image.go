package config

import (
	"fmt"
	"regexp"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// judgeDatabases reports the passwords that images of databases are built with:
// every copy is entered with them, however plain they are.
func judgeDatabases(c *audit.Component, report *audit.Report) {
	for i := range audit.Facts[inspect.Instruction](c) {
		if i.Fact.Name != "ENV" || !i.Fact.Final || !ofDatabase(i.File) {
			continue
		}
		for _, pair := range i.Fact.Pairs {
			if v := pair.Value; !pair.Secret || !imagePassword.MatchString(pair.Name) || !v.IsLiteral() || v.Secret == nil || v.Secret.Unset || v.Secret.Placeholder && !v.Secret.Common {
				continue
			}
			at := audit.Place{Path: i.File.Path, Line: pair.Line, EndLine: pair.Line}
			report.Violation(at, pair.Name, fmt.Sprintf("ENV %s gives every copy of this database's image the same password", pair.Name), audit.WithFix("Docker"), audit.Naming("variable", pair.Name))
		}
	}
}

var imagePassword = regexp.MustCompile(`(?i)(passw(or)?d|_pwd|_pass)$`)

// ofDatabase reports whether the last stage of a Dockerfile builds on a
// database's image.
func ofDatabase(f *audit.File) bool {
	base := ""
	for s := range audit.FactsIn[inspect.Stage]([]*audit.File{f}, f.Role) {
		if s.Fact.Final {
			base = s.Fact.Base
		}
	}
	return base != "" && audit.BackingService(base) != ""
}
