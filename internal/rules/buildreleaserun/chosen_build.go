package buildreleaserun

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// chosenBuild is a build argument by whose value an image is one environment's:
// it picks the script, the mode or the file of settings.
type chosenBuild struct {
	argument string
	at       audit.Place // of what it picks
	text     string      // "npm run build:$APP_ENV"
}

var (
	namesEnvironment = regexp.MustCompile(`^(?:\w+_)?(?:ENV|ENVIRONMENT|STAGE|MODE|PROFILE|CONFIG|CONFIGURATION)$`)
	// picks are the ways in which a command is one environment's, each before the
	// argument: a script by its name, a bundler's mode, a dotenv file.
	picks = regexp.MustCompile(`(?:\b(?:npm|yarn|pnpm|bun)\s+(?:run\s+)?(?:build|start|bundle|compile|generate)[-:_]|\b(?:ng|vite|nx|npm|yarn|pnpm)\s[^&|;]*(?:--configuration|--mode|-c)[= ]["']?|\.env\.)\$\{?(\w+)`)
)

// chosenBuilds lists the arguments of the component's images that pick an
// environment.
func chosenBuilds(c *audit.Component) []chosenBuild {
	var list []chosenBuild
	arguments := map[string]bool{} // by file and name
	for i := range audit.Facts[inspect.Instruction](c, source.Prod, source.DeployProd) {
		if i.Fact.Name == "ARG" {
			for _, p := range i.Fact.Pairs {
				arguments[i.File.Path+" "+p.Name] = true
			}
		}
		if i.Fact.Start == nil {
			continue
		}
		for _, m := range picks.FindAllStringSubmatch(i.Fact.Start.Text, -1) {
			if namesEnvironment.MatchString(m[1]) && arguments[i.File.Path+" "+m[1]] {
				list = append(list, chosenBuild{m[1], i.At(), strings.Join(strings.Fields(strings.ReplaceAll(m[0], "${"+m[1], "$"+m[1])), " ")})
			}
		}
	}
	return list
}

// judgeChosenBuilds reports images of which each environment has its own: where
// a deploy's descriptor gives the argument, else where the build uses it.
func judgeChosenBuilds(c *audit.Component, report *audit.Report) {
	for _, b := range chosenBuilds(c) {
		given := false
		for s := range audit.AllFacts[inspect.ComposeService](c.Repo, source.Prod, source.DeployProd) {
			if c.File(s.File.Path) == nil && !c.RunsService(s) && s.Fact.Name != path.Base(c.Path) {
				continue
			}
			for _, a := range s.Fact.BuildArgs {
				if a.Name == b.argument && a.Value.IsLiteral() && deployEnvironment.MatchString(a.Value.Text) {
					given = true
					report.Violation(audit.Place{Path: s.File.Path, Line: a.Line, EndLine: a.Line}, b.argument,
						fmt.Sprintf("the image of %s is built for %s: %s picks what is in it (%s)", s.Fact.Name, strings.ToLower(a.Value.Text), b.argument, b.text), chosenFix(b.argument)...)
				}
			}
		}
		if !given {
			report.Violation(b.at, b.argument, fmt.Sprintf("the build is told its environment: %s picks what is in the image (%s)", b.argument, b.text), chosenFix(b.argument)...)
		}
	}
}

// chosenFix names the argument that a build is told its environment by.
func chosenFix(argument string) []audit.Option {
	return []audit.Option{audit.WithFix("an argument"), audit.Naming("argument", argument)}
}
