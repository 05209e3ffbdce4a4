package backingservices

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// identityServer reports a Keycloak that a deploy starts in the mode for
// developers: its users lie in a file of its own container, and go with it.
func identityServer(c *audit.Component, report *audit.Report) {
	for w := range audit.Facts[inspect.Workload](c, source.Prod, source.DeployProd) {
		for _, box := range w.Fact.Containers {
			if !box.Init && len(box.EnvFrom) == 0 && keepsUsersInside(box.Name+" "+box.Image, append(slices.Clone(box.Command), box.Args...), box.Env, box.Mounts) {
				reportIdentityServer(report, audit.Place{Path: w.File.Path, Line: box.Line, EndLine: box.Line}, box.Name)
			}
		}
	}
	for s := range audit.Facts[inspect.ComposeService](c, source.DeployProd) {
		if !forProduction.MatchString(path.Base(s.File.Path)) || len(s.Fact.EnvFiles) > 0 || s.Fact.Command == nil {
			continue
		}
		var words []string
		for _, command := range s.Fact.Command.Commands {
			words = append(words, command.Argv...)
		}
		if keepsUsersInside(s.Fact.Image, words, s.Fact.Environment, s.Fact.Volumes) {
			reportIdentityServer(report, s.At(), s.Fact.Name)
		}
	}
}

// forProduction are Compose files that say that they are no stack to develop against.
var forProduction = regexp.MustCompile(`(?i)prod|deploy|release|server|aws|azure|gcp`)

func reportIdentityServer(report *audit.Report, at audit.Place, name string) {
	message := fmt.Sprintf("%s is started by start-dev without a database: its users and clients lie in a file inside of its container, and a restart forgets them", name)
	report.Violation(at, name+" start-dev", message, audit.WithSeverity(audit.High), audit.WithFix("Keycloak"))
}

// keepsUsersInside reports whether a container is a Keycloak for developers, with
// neither a database nor a volume.
func keepsUsersInside(named string, words []string, env []inspect.EnvEntry, mounts []inspect.Volume) bool {
	if !strings.Contains(strings.ToLower(named), "keycloak") || !slices.Contains(strings.Fields(strings.Join(words, " ")), "start-dev") || strings.Contains(strings.Join(words, " "), "--db") {
		return false
	}
	for _, e := range env {
		if (e.Name == "KC_DB" || e.Name == "KC_DB_URL" || e.Name == "DB_VENDOR") && !strings.HasPrefix(e.Value.Text, "dev-") {
			return false
		}
	}
	return !slices.ContainsFunc(mounts, func(v inspect.Volume) bool {
		target := strings.TrimRight(v.Target, "/")
		return strings.Contains(target, "keycloak") && (strings.HasSuffix(target, "/data") || strings.HasSuffix(target, "/data/h2") || strings.HasSuffix(target, "/keycloak"))
	})
}
