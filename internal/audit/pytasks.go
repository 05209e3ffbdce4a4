package audit

import (
	"path"

	"twelvefold/internal/inspect"
)

// taskProcesses are the servers, workers and clocks that a Python project's
// task runner starts for developers: beside an image that only serves, they
// tell what else the program is.
func taskProcesses(c *Component) []Process {
	var list []Process
	for s := range Facts[inspect.Script](c) {
		if !holdsTasks(s.File) || path.Dir(s.File.Path) != c.Path || len(s.Fact.Command) == 0 {
			continue
		}
		last := s.Fact.Command[len(s.Fact.Command)-1]
		if c.serves(last) || TakesJobs(last) || KeepsTime(last) {
			list = append(list, Process{Name: s.Fact.Name, File: s.File, Line: s.Line, Dev: true,
				Start: inspect.Start{Shell: true, Text: s.Fact.Text, Commands: s.Fact.Command, Line: s.Line}})
		}
	}
	return list
}

func holdsTasks(f *File) bool { return f.Format == inspect.PyProject || f.Format == inspect.Pipfile }

// task reports whether a task runner starts the process.
func (p Process) task() bool { return holdsTasks(p.File) }
