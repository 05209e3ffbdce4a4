package adminprocesses

import (
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// bootMigration is a change of the schema that the program itself makes when it
// starts.
type bootMigration struct {
	audit.Located[inspect.Migration]
	sync     bool // derives the schema from models
	doubtful bool // that the call migrates is told by its name and the files beside it alone
}

// bootMigrations are the changes of the schema that the component's program
// makes when it starts, in order of path and line. A script beside the program
// is a task that somebody runs. The call of a function of another file counts
// when that function migrates, or there are migrations for it to carry out.
func bootMigrations(c *audit.Component) []bootMigration {
	var list []bootMigration
	files := c.ProgramFiles()
	for m := range audit.FactsIn[inspect.Migration](files, source.Prod) {
		if !m.Fact.Boot || c.RunsByItself(m.File) || c.CalledInDevelopment(m.Fact.LedBy) {
			continue
		}
		found := bootMigration{Located: m, sync: m.Fact.Sync}
		if m.Fact.Own {
			var known bool
			if found, known = resolved(c, m, files); !known {
				continue
			}
		}
		list = append(list, found)
	}
	return list
}

// resolved follows the call of a function of the program's own by its name.
func resolved(c *audit.Component, call audit.Located[inspect.Migration], files []*audit.File) (found bootMigration, known bool) {
	name := call.Fact.Via[strings.LastIndexByte(call.Fact.Via, '.')+1:]
	for m := range audit.FactsIn[inspect.Migration](files, source.Prod) {
		if m.Fact.In == "" || m.Fact.In != name {
			continue
		}
		if m.Fact.Sync {
			return bootMigration{Located: m, sync: true}, true // the line that derives the schema
		}
		call.Fact.Via = name + " (" + shortName(m.Fact.Via) + ")"
		return bootMigration{Located: call}, true
	}
	if !strings.Contains(strings.ToLower(name), "migrat") {
		return found, false
	}
	for _, list := range [][]*audit.File{c.Files, files} {
		for _, f := range list {
			if f.Role == source.Migration || f.Role == source.Prod && strings.HasPrefix(strings.ToLower(path.Base(path.Dir(f.Path))), "migrat") && path.Dir(f.Path) != path.Dir(call.File.Path) {
				return bootMigration{Located: call, doubtful: true}, true
			}
		}
	}
	return found, false
}
