package dependencies

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// withoutVersion tells which packages a project of .NET asks for without a version
// that nothing of the repository gives: neither Directory.Packages.props nor what
// projects import beside it.
func withoutVersion(r *audit.Repository) func(audit.Located[inspect.Dependency]) bool {
	shared := audit.OfRepository(r, sharedVersions)
	return func(d audit.Located[inspect.Dependency]) bool {
		return d.Fact.Ecosystem == inspect.NuGet && d.Fact.Managed && d.Fact.Constraint == "" && d.Fact.Origin == "" && !d.Fact.Indirect &&
			strings.HasSuffix(path.Ext(d.File.Path), "proj") && !shared.unknown && !shared.named[strings.ToLower(d.Fact.Name)] && !ofSDK[strings.ToLower(d.Fact.Name)]
	}
}

// ofSDK are packages whose version comes with the SDK.
var ofSDK = words(`microsoft.aspnetcore.app microsoft.aspnetcore.all microsoft.netcore.app netstandard.library fsharp.core microsoft.net.test.sdk`)

// versions are what a repository's projects share.
type versions struct {
	named   map[string]bool // packages that have a version, in lower case
	unknown bool            // something else gives versions, or could
}

func sharedVersions(r *audit.Repository) versions {
	shared := versions{named: map[string]bool{}}
	for _, f := range r.Files {
		base := strings.ToLower(path.Base(f.Path))
		shared.unknown = shared.unknown || base == "paket.dependencies" || f.Format == inspect.MSBuild && f.Failed() != ""
	}
	for d := range audit.AllFacts[inspect.Dependency](r, everyRole...) {
		updates := d.File.Format == inspect.MSBuild && !strings.HasSuffix(path.Ext(d.File.Path), "proj")
		if d.Fact.Ecosystem == inspect.NuGet && updates && d.Fact.Constraint != "" {
			shared.named[strings.ToLower(d.Fact.Name)] = true
		}
	}
	return shared
}

// reportWithoutVersion reports the packages of one project that nothing gives a
// version: NuGet takes the lowest that it finds, or refuses.
func reportWithoutVersion(list []audit.Located[inspect.Dependency], report *audit.Report) {
	var names []string
	for _, d := range list {
		names = append(names, d.Fact.Name)
	}
	for _, d := range list {
		file := path.Base(d.File.Path)
		message := fmt.Sprintf("%s asks for %s without a version, and no Directory.Packages.props gives one", file, audit.Enumerated(names))
		report.Violation(d.At(), "without a version in "+d.File.Path, message, audit.WithFix("project"), audit.Naming("file", file))
	}
}
