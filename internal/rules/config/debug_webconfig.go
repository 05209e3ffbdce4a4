package config

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

const compilesForDebugging = "system.web.compilation.debug"

// judgeWebConfig looks at a site of ASP.NET before Core that is compiled for
// debugging: nothing but a transformation of its Web.config turns that off, and
// only a build of the configuration that the transformation is named after.
func judgeWebConfig(c *audit.Component, report *audit.Report) {
	for s := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd) {
		if s.Fact.Key != compilesForDebugging || !strings.EqualFold(s.Fact.Value.Text, "true") || !strings.EqualFold(path.Base(s.File.Path), "web.config") {
			continue
		}
		message := "Web.config compiles the site for debugging, and no transformation turns that off"
		options := []audit.Option{audit.WithFix("Web.config")}
		if turnedOff(c, s.File) {
			command := buildWithoutRelease(c)
			if command == "" {
				continue
			}
			message = fmt.Sprintf("Web.config compiles the site for debugging: %s builds no Release, so the transformation does not run", command)
			options = append(options, audit.WithSeverity(audit.Low), audit.WithConfidence(audit.MediumConfidence))
		}
		report.Violation(s.At(), compilesForDebugging, message, options...)
	}
}

// turnedOff reports whether a transformation beside a Web.config takes the
// debugging away.
func turnedOff(c *audit.Component, webConfig *audit.File) bool {
	for s := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd, source.DeployDev) {
		if s.Fact.Key == compilesForDebugging && s.Fact.Value.Text == "false" && s.File != webConfig && path.Dir(s.File.Path) == path.Dir(webConfig.Path) {
			return true
		}
	}
	return false
}

// configured are the options that name what configuration MSBuild builds.
var configured = regexp.MustCompile(`(?i)^[-/]p(roperty)?:.*(configuration|publishprofile)=`)

// buildWithoutRelease is the program that packages a site in a pipeline without
// saying which configuration, for which the project's own Debug holds; "" when
// none does.
func buildWithoutRelease(c *audit.Component) string {
	for s := range audit.FactsIn[inspect.WorkflowStep](c.Workflows(), source.CI) {
		for _, command := range s.Fact.Commands {
			program := strings.ToLower(strings.TrimSuffix(path.Base(strings.ReplaceAll(command.Argv[0], `\`, "/")), ".exe"))
			if program == "msbuild" && slices.ContainsFunc(command.Argv, packages) && !slices.ContainsFunc(command.Argv, configured.MatchString) {
				return program
			}
		}
	}
	return ""
}

// packages reports whether an option of MSBuild asks for what is deployed.
func packages(option string) bool {
	option = strings.ToLower(option)
	return strings.Contains(option, "deployonbuild=true") || strings.HasSuffix(option, "t:package") || strings.HasSuffix(option, "target:package")
}
