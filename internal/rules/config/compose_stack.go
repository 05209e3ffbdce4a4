package config

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// stack is what a Compose file is for.
type stack int

const (
	developers stack = iota // a stack to develop and test against
	installed               // kept running, and nothing else deploys: what people install
)

// stackOf tells what a Compose file is for. Whoever keeps the program running
// over restarts of the machine uses the file to run it, and where another file
// of the repository deploys, it is the developers' all the same.
func stackOf(c *audit.Component, f *audit.File) stack {
	if production.MatchString(f.Path) {
		return installed
	}
	if forDevelopers.MatchString(f.Path) || madeForDevelopers(c.Repo, f) {
		return developers
	}
	result := developers
	for s := range audit.FactsIn[inspect.ComposeService]([]*audit.File{f}, f.Role) {
		own := s.Fact.Build || c.RunsService(s)
		if !(own && keptRunning(s.Fact)) && !runsAsProduction(s.Fact) {
			continue
		}
		if audit.MountsSource(s.Fact) {
			return developers // who changes it while it runs
		}
		result = installed
	}
	return result
}

// runsAsProduction reports whether a service is started with the profile or the
// environment that the program has in production.
func runsAsProduction(s inspect.ComposeService) bool {
	for _, start := range []*inspect.Start{s.Command, s.Entrypoint} {
		if start != nil && productionFlag.MatchString(start.Text) {
			return true
		}
	}
	return slices.ContainsFunc(s.Environment, func(e inspect.EnvEntry) bool {
		return environmentName.MatchString(e.Name) && e.Value.IsLiteral() && productionName.MatchString(e.Value.Text)
	})
}

var (
	productionFlag  = regexp.MustCompile(`(?i)(--|-D)spring\.profiles\.active[= ]prod|\b(NODE_ENV|RAILS_ENV|RACK_ENV|APP_ENV)=prod|--environment[= ]prod|\bstart:prod\b`)
	environmentName = regexp.MustCompile(`^(SPRING_PROFILES_ACTIVE|NODE_ENV|RAILS_ENV|RACK_ENV|APP_ENV|ASPNETCORE_ENVIRONMENT|DOTNET_ENVIRONMENT|MIX_ENV|MICRONAUT_ENVIRONMENTS|QUARKUS_PROFILE|FLASK_ENV|DJANGO_ENV)$`)
	productionName  = regexp.MustCompile(`(?i)^prod(uction)?\b`)
)

// keptRunning reports whether a service comes back by itself: always, or after a
// failure where its image is pulled, which nobody does who works on the program.
func keptRunning(s inspect.ComposeService) bool {
	switch restart, _, _ := strings.Cut(s.Restart, ":"); restart {
	case "always", "unless-stopped":
		return true
	case "on-failure":
		return !s.Build && s.Image != ""
	}
	return false
}

// madeForDevelopers reports whether any component that a Compose file is about
// is deployed by another file.
func madeForDevelopers(r *audit.Repository, f *audit.File) bool {
	return audit.OfRepository(r, developersFiles)[f.Path]
}

func developersFiles(r *audit.Repository) map[string]bool {
	made := map[string]bool{}
	for _, c := range r.Components {
		for _, f := range c.Files {
			if f.Format == inspect.Compose && f.Role != source.DeployDev && !made[f.Path] {
				made[f.Path] = c.EnvironmentOf(f) == audit.Development
			}
		}
	}
	return made
}

// weightOf is how much a weak password weighs that stands on a line of a Compose
// file: little where only the file's other services reach what it opens.
func weightOf(f *audit.File, line int) audit.Severity {
	for s := range audit.FactsIn[inspect.ComposeService]([]*audit.File{f}, f.Role) {
		if s.Line <= line && line <= s.EndLine && len(s.Fact.Ports) == 0 {
			return audit.Low
		}
	}
	return audit.Medium
}

// forDevelopers are names of files and directories of what developers and tests
// run.
var forDevelopers = regexp.MustCompile(`(?i)(^|[./_-])(dev|devel|development|devcontainer|local|override|debug|tests?|testing|ci|e2e|examples?|samples?|demo)([./_-]|$)`)
