package dependencies

import (
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
	"twelvefold/internal/source"
)

// stageOfLife is when a command runs on the way of the program to production.
type stageOfLife int

const (
	inImageStage stageOfLife = iota // while the deployed stage of the image is built, or what it is built FROM
	inBuildStage                    // in another stage, from which the image copies
	onPlatform                      // a platform's build, or the start of a process
	inDelivery                      // a job of CI that deploys or publishes
)

// madeBy is one command that makes what is deployed.
type madeBy struct {
	inspect.Command
	when stageOfLife
	at   audit.Place
	ci   bool // CI is set, which makes some package managers stricter
}

// making lists the commands that make what a component is deployed as: of its
// Dockerfiles' stages other than those for development, with the scripts that
// they call, of platforms' builds and starts, on servers over ssh, and of the
// jobs that deploy.
func making(c *audit.Component) []madeBy {
	var list []madeBy
	add := func(start inspect.Start, file *audit.File, line, end int, when stageOfLife, ci bool) {
		for _, s := range c.Steps(start, file) {
			at := s.At()
			if s.File == file && (s.Line < line || s.Line > end) {
				at = audit.Place{Path: file.Path, Line: line, EndLine: end}
			}
			list = append(list, madeBy{s.Command, when, at, ci || assigned(s.Assigns, "CI")})
		}
	}
	for _, d := range dockerfiles(c) {
		ci := false
		for i := range audit.FactsIn[inspect.Instruction]([]*audit.File{d.file}, d.file.Role) {
			ci = ci || i.Fact.Name == "ENV" && slices.ContainsFunc(i.Fact.Pairs, func(e inspect.EnvEntry) bool { return e.Name == "CI" && e.Value.Text != "false" })
			if i.Fact.Name != "RUN" || i.Fact.Start == nil || !d.feeds[i.Fact.Stage] || d.aside[i.Fact.Stage] {
				continue
			}
			when := inBuildStage
			if d.final[i.Fact.Stage] {
				when = inImageStage
			}
			add(*i.Fact.Start, i.File, i.Line, i.EndLine, when, ci)
		}
	}
	for p := range audit.Facts[inspect.PlatformService](c, source.Prod, source.DeployProd) {
		if p.Fact.Build != nil {
			add(*p.Fact.Build, p.File, p.Line, p.EndLine, onPlatform, false)
		}
	}
	for s := range audit.Facts[inspect.Script](c) {
		if platformHooks[s.Fact.Name] || len(list) == 0 && s.Fact.Name == "build" && installsItself(s.Fact) {
			add(inspect.Start{Shell: true, Text: s.Fact.Text, Commands: s.Fact.Command, Line: s.Line}, s.File, s.Line, s.EndLine, onPlatform, false)
		}
	}
	for _, p := range c.Running() {
		if p.Deployed() {
			add(p.Start, p.File, p.Line, p.Line, onPlatform, false)
		}
	}
	return append(append(list, onServers(c)...), delivery(c)...)
}

// installsItself reports whether a script installs packages before it builds from
// them: a platform calls it where it finds one, people have no need to.
func installsItself(s inspect.Script) bool {
	return slices.ContainsFunc(s.Command, func(command inspect.Command) bool {
		_, ok := installOf(command.Argv)
		return ok
	})
}

// platformHooks are the scripts of package.json that a platform's build calls by
// their names.
var platformHooks = words(`heroku-prebuild heroku-postbuild gcp-build vercel-build now-build`)

func assigned(assigns []string, name string) bool {
	return slices.ContainsFunc(assigns, func(a string) bool {
		n, value, _ := strings.Cut(a, "=")
		return n == name && value != "" && value != "false"
	})
}

// delivery lists the commands of the CI jobs that deploy or publish.
func delivery(c *audit.Component) []madeBy {
	type job struct{ file, name string }
	delivers := map[job]bool{}
	for s := range audit.Facts[inspect.WorkflowStep](c) {
		if audit.Delivers(s.Fact) != "" {
			delivers[job{s.File.Path, s.Fact.Job}] = true
		}
	}
	var list []madeBy
	for s := range audit.Facts[inspect.WorkflowStep](c) {
		if !delivers[job{s.File.Path, s.Fact.Job}] {
			continue
		}
		for _, command := range s.Fact.Commands {
			at := s.At()
			if command.Line > 0 {
				at.Line, at.EndLine = command.Line, command.Line
			}
			nested := shell.NestedCommands(command)
			if nested == nil {
				nested = []inspect.Command{command}
			}
			for _, inner := range nested {
				list = append(list, madeBy{inner, inDelivery, at, s.Fact.System == "" || s.Fact.System == "gitlab" || s.Fact.System == "circleci"})
			}
		}
	}
	return list
}
