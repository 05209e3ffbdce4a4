package adminprocesses

import (
	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// bootMigration is a change of the schema that the program itself makes when it
// starts.
type bootMigration struct {
	audit.Located[inspect.Migration]
	doubtful bool // that the start comes to it is told by names alone
}

// bootMigrations are the changes of the schema that the component's program
// makes when it starts, in order of path and line. A script beside the program
// is a task that somebody runs.
func bootMigrations(c *audit.Component) []bootMigration {
	var list []bootMigration
	for m := range audit.FactsIn[inspect.Migration](c.ProgramFiles(), source.Prod) {
		if m.Fact.Boot && !c.RunsByItself(m.File) {
			list = append(list, bootMigration{Located: m})
		}
	}
	return list
}
