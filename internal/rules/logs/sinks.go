package logs

import (
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// sink is a destination of what the component logs, and whether it is set up in
// a library of the repository that the component uses.
type sink struct {
	audit.Located[inspect.LogSink]
	library bool
}

// sinks lists where production's loggers write: as the component's own files
// and settings say, and those of the repository's libraries that it uses. Left
// out are tools beside the program, what only development has, and what is
// defined and not in use.
func sinks(c *audit.Component) []sink { return audit.OfComponent(c, findSinks) }

func findSinks(c *audit.Component) []sink {
	var list []sink
	configured := false
	for s := range audit.Facts[inspect.LogSink](c, source.Prod, source.DeployProd) {
		configured = configured || routed(s.File)
		if !s.Fact.Debug && !separate(c, s.File) && selected(c, s) && used(c, s) {
			list = append(list, sink{s, false})
		}
	}
	for _, l := range libraries(c) {
		for s := range audit.Facts[inspect.LogSink](l, source.Prod) {
			if s.Fact.Debug || s.Fact.Via == "console" || routed(s.File) && configured || !l.Reaches(s.File.Path) || besideProgram.MatchString(s.File.Path) || !selected(c, s) || !used(c, s) {
				continue
			}
			list = append(list, sink{s, true})
		}
	}
	return list
}

// routed reports whether a file configures a JVM's logging as a whole: of
// several on the class path the program's own holds.
func routed(f *audit.File) bool {
	return f.Format == inspect.LogXML || f.Format == inspect.LogProperties
}

// libraries are the repository's own that a component uses, and those that
// these use.
func libraries(c *audit.Component) []*audit.Component {
	var list []*audit.Component
	seen := map[string]bool{}
	var visit func(c *audit.Component)
	visit = func(c *audit.Component) {
		for _, name := range c.Imports {
			i := slices.IndexFunc(c.Repo.Components, func(other *audit.Component) bool { return other.Path == name })
			if i < 0 || seen[name] {
				continue
			}
			seen[name] = true
			list = append(list, c.Repo.Components[i])
			visit(c.Repo.Components[i])
		}
	}
	visit(c)
	return list
}
