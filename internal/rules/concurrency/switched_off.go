package concurrency

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// switchedOff reports whether supervisord leaves a program alone at its start:
// autostart says so, or a variable that nothing in the repository sets to true.
// That one image has such switches is how its processes are told apart.
func switchedOff(c *audit.Component, p audit.Process) bool {
	autostart, ok := p.StartSetting("autostart")
	if !ok {
		return false
	}
	value := autostart.Fact.Value
	if value.IsLiteral() {
		return !isOn(value.Text)
	}
	return value.FromEnv() && !slices.ContainsFunc(c.Variables(), func(v audit.Variable) bool {
		return slices.Contains(value.Env, v.Name) && slices.ContainsFunc(v.Given, func(g audit.VariableGiven) bool { return g.Known && isOn(g.Value) })
	})
}

// runsOnce reports whether supervisord starts a program once and leaves it be when
// it has ended.
func runsOnce(p audit.Process) bool {
	again, ok := p.StartSetting("autorestart")
	return ok && again.Fact.Value.IsLiteral() && again.Fact.Value.Text == "false"
}

func isOn(text string) bool {
	return slices.Contains([]string{"true", "yes", "on", "1"}, strings.ToLower(strings.Trim(text, `"' `)))
}

// together reports whether one supervisord can run the programs of both files:
// not where a command starts one with either alone.
func together(c *audit.Component, one, other *audit.File) bool {
	return one == other || !startsAlone(c, one) && !startsAlone(c, other)
}

// startsAlone reports whether a command starts supervisord with this file, which
// does not stand for what others include.
func startsAlone(c *audit.Component, f *audit.File) bool {
	if path.Base(f.Path) == "supervisord.conf" {
		return false
	}
	named := func(command inspect.Command) bool {
		argv := audit.Unwrap(command.Argv)
		return len(argv) > 0 && path.Base(argv[0]) == "supervisord" &&
			slices.ContainsFunc(argv[1:], func(word string) bool {
				return path.Base(strings.TrimPrefix(word, "--configuration=")) == path.Base(f.Path)
			})
	}
	for command := range audit.Facts[inspect.Command](c, source.Prod, source.DeployProd) {
		if named(command.Fact) {
			return true
		}
	}
	return slices.ContainsFunc(c.Processes, func(p audit.Process) bool { return slices.ContainsFunc(p.Start.Commands, named) })
}
