package devprodparity

import (
	"path"
	"regexp"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// targetName are the frameworks that a runtime of the same major alone runs.
var targetName = regexp.MustCompile(`^net(?:coreapp)?([1-9]\d*)\.\d`)

// targetOf is the release that the component's project is compiled for: an
// image with a lower one can't run it, and one with a higher one doesn't
// either, unless it is told to. Several frameworks are compiled for side by
// side, and those of other projects are those of libraries.
func targetOf(c *audit.Component, v audit.Located[inspect.RuntimeVersion]) (release, bool) {
	m := targetName.FindStringSubmatch(v.Fact.Version)
	if m == nil || v.Fact.Via != "TargetFramework" || path.Dir(v.File.Path) != c.Path && (path.Base(v.File.Path) != "Directory.Build.props" || namesTarget(c)) {
		return release{}, false
	}
	return release{number(m[1]), -1}, true
}

// namesTarget reports whether the component's own project says what it is
// compiled for.
func namesTarget(c *audit.Component) bool {
	for v := range audit.Facts[inspect.RuntimeVersion](c, source.Prod) {
		if v.Fact.Runtime == "dotnet" && path.Dir(v.File.Path) == c.Path && path.Base(v.File.Path) != "global.json" {
			return true
		}
	}
	return false
}
