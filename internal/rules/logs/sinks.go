package logs

import (
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
		library := c.Borrowed(s.File)
		if library && (s.Fact.Via == "console" || besideProgram.MatchString(s.File.Path)) {
			continue
		}
		if !s.Fact.Debug && !separate(c, s.File) && selected(c, s) && switched(c, s) && used(c, s) {
			list = append(list, sink{s, library})
		}
	}
	for _, l := range c.Libraries() { // their settings of logging, which are no code
		for s := range audit.Facts[inspect.LogSink](l, source.Prod) {
			if c.Borrowed(s.File) || s.Fact.Debug || s.Fact.Via == "console" || routed(s.File) && configured || !l.Reaches(s.File.Path) || besideProgram.MatchString(s.File.Path) || !selected(c, s) || !used(c, s) {
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
