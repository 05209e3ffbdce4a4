package dependencies

import (
	"fmt"
	"path"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// namedVersions is what holds the packages of ecosystems whose manifests name
// versions rather than ranges, and that have a lock only where someone asked for
// one. ok is false where a package is left open.
func namedVersions(c *audit.Component) (list []evidence, ok bool) {
	for _, ecosystem := range []inspect.Ecosystem{inspect.Maven, inspect.NuGet} {
		e, n := evidence{}, 0
		held, none := lockedIn(c), withoutVersion(c.Repo)
		for d := range audit.Facts[inspect.Dependency](c) {
			if d.Fact.Ecosystem != ecosystem || d.Fact.Group != inspect.Runtime || d.Fact.Origin == "workspace" || d.Fact.Origin == "path" {
				continue
			}
			how, _ := floats(d.Fact)
			lock := held(d)
			if !lock && (none(d) || how != "" || !d.Fact.Exact && !d.Fact.Managed && d.Fact.Origin != "catalog") {
				return nil, false
			}
			if n++; n == 1 {
				e = evidence{0.5, d.At(), ""}
				if lock {
					e = lockOfBuild(c, d, ecosystem)
				}
			}
		}
		if n == 0 {
			continue
		}
		if e.message == "" {
			e.message = fmt.Sprintf("%s names one version of each of its packages, %d in all, itself or through what manages them", path.Base(e.at.Path), n)
		}
		list = append(list, e)
	}
	return list, true
}

// lockOfBuild is the lock beside a manifest. Gradle obeys its own; NuGet writes
// its anew unless it is told not to.
func lockOfBuild(c *audit.Component, d audit.Located[inspect.Dependency], ecosystem inspect.Ecosystem) evidence {
	name, strength := "gradle.lockfile", 1.0
	if ecosystem == inspect.NuGet {
		name, strength = "packages.lock.json", 0.5
		for _, command := range audit.OfComponent(c, making) {
			if contains(command.Argv, "--locked-mode") {
				return evidence{1, command.at, "dotnet restores exactly what packages.lock.json holds"}
			}
		}
	}
	at := audit.Place{Path: path.Join(path.Dir(d.File.Path), name), Line: 1, EndLine: 1}
	return evidence{strength, at, name + " holds the versions of the dependencies"}
}
