// Package files inspects the files of a snapshot: it knows every extractor,
// runs them in child processes and asks the cache first.
package files

import (
	"regexp"
	"sort"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/ecmascript"
	"twelvefold/internal/inspect/golang"
	"twelvefold/internal/inspect/manifest"
	"twelvefold/internal/inspect/python"
	"twelvefold/internal/inspect/ruby"
	"twelvefold/internal/inspect/shell"
	"twelvefold/internal/inspect/syntax"
)

// File inspects one file. An unknown format has no signals. A source file that
// a program wrote has Generated alone. A file that does not parse has a
// ParseFailed signal, beside whatever was read of it. Signals are in order of
// line, then of kind.
func File(format inspect.Format, content []byte) []inspect.Signal {
	extract, ok := extractors[format]
	if !ok {
		return nil
	}
	if signal, ok := generated(format, content); ok {
		return []inspect.Signal{signal}
	}
	e := &inspect.Emitter{}
	if err := extract(e, content); err != nil {
		e.Emit(1, 1, inspect.ParseFailed{Reason: err.Error()})
	}
	sort.SliceStable(e.Signals, func(i, j int) bool {
		a, b := e.Signals[i], e.Signals[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Fact.Kind() < b.Fact.Kind()
	})
	return e.Signals
}

// railsOrDeploy reads a YAML file of a directory called config: a Rails
// application's, or a manifest that only has the name of one.
func railsOrDeploy(e *inspect.Emitter, content []byte) error {
	if manifestYAML.Match(content) {
		return deploy.YAML(e, content)
	}
	return ruby.RailsYAML(e, content)
}

var manifestYAML = regexp.MustCompile(`(?m)^(apiVersion|services):`)

// extractors has one entry for each format: the index of this package.
var extractors = map[inspect.Format]inspect.Extractor{
	inspect.Go:           golang.Extract,
	inspect.Shell:        shell.Extract,
	inspect.Dockerfile:   deploy.Dockerfile,
	inspect.Compose:      deploy.Compose,
	inspect.YAML:         deploy.YAML,
	inspect.Workflow:     deploy.Workflow,
	inspect.Procfile:     deploy.Procfile,
	inspect.Fly:          deploy.Fly,
	inspect.Supervisor:   deploy.Supervisor,
	inspect.UWSGI:        deploy.UWSGI,
	inspect.Nginx:        deploy.Nginx,
	inspect.DotEnv:       deploy.DotEnv,
	inspect.GitIgnore:    deploy.IgnoreFile,
	inspect.DockerIgnore: deploy.IgnoreFile,
	inspect.AppEngine:    deploy.YAML,
	inspect.HelmValues:   deploy.YAML,
	inspect.SpringYAML:   deploy.YAML,
	inspect.RailsYAML:    railsOrDeploy,
	inspect.Kustomize:    deploy.YAML,
	inspect.Render:       deploy.YAML,
	inspect.ChartYAML:    deploy.YAML,
	inspect.HerokuYAML:   deploy.YAML,
	inspect.Python:       python.Extract,
	inspect.Ruby:         ruby.Extract,
	inspect.JavaScript:   ecmascript.Extract(syntax.JavaScript),
	inspect.TypeScript:   ecmascript.Extract(syntax.TypeScript),
	inspect.TSX:          ecmascript.Extract(syntax.TSX),

	inspect.PackageJSON:  manifest.PackageJSON,
	inspect.PackageLock:  manifest.PackageLock,
	inspect.PnpmLock:     manifest.PnpmLock,
	inspect.PnpmSpace:    manifest.PnpmWorkspace,
	inspect.YarnLock:     manifest.YarnLock,
	inspect.BunLock:      manifest.BunLock,
	inspect.TSConfig:     manifest.TSConfig,
	inspect.PyProject:    manifest.PyProject,
	inspect.Requirements: manifest.RequirementsFile,
	inspect.Pipfile:      manifest.Pipfile,
	inspect.PipfileLock:  manifest.PipfileLock,
	inspect.PoetryLock:   manifest.PoetryLock,
	inspect.UVLock:       manifest.UVLock,
	inspect.SetupPy:      manifest.SetupPy,
	inspect.SetupCfg:     manifest.SetupCfg,
	inspect.GoModFile:    manifest.GoMod,
	inspect.GoSum:        manifest.GoSum,
	inspect.GoWork:       manifest.GoWork,
	inspect.VersionFile:  manifest.VersionFile,
	inspect.NodeFile:     manifest.NodeVersion,
	inspect.Gemfile:      manifest.Gemfile,
	inspect.GemfileLock:  manifest.GemfileLock,
	inspect.Gemspec:      manifest.Gemspec,
	inspect.RubyFile:     manifest.RubyVersion,
	inspect.PythonFile:   manifest.PythonVersion,
}
