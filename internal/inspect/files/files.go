// Package files inspects the files of a snapshot: it knows every extractor,
// runs them in child processes and asks the cache first.
package files

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sort"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/accounts"
	"twelvefold/internal/inspect/credentials"
	"twelvefold/internal/inspect/csharp"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/ecmascript"
	"twelvefold/internal/inspect/golang"
	"twelvefold/internal/inspect/infra"
	"twelvefold/internal/inspect/jvm"
	"twelvefold/internal/inspect/links"
	"twelvefold/internal/inspect/manifest"
	"twelvefold/internal/inspect/php"
	"twelvefold/internal/inspect/pipeline"
	"twelvefold/internal/inspect/platform"
	"twelvefold/internal/inspect/python"
	"twelvefold/internal/inspect/ruby"
	"twelvefold/internal/inspect/settings"
	"twelvefold/internal/inspect/shell"
	"twelvefold/internal/inspect/syntax"
	"twelvefold/internal/inspect/tasks"
	"twelvefold/internal/inspect/tokens"
)

// File inspects one file. Of inspect.Text and an unknown format only tokens are
// stated, which any text may hold, and links to the developer's machine; of a source file that a program wrote,
// Generated beside them. A file that does not parse has a ParseFailed signal,
// beside whatever was read of it; one that is long enough a Sketch. Signals are in order of line, then of kind.
func File(format inspect.Format, content []byte) []inspect.Signal {
	return file(format, content, &inspect.Emitter{})
}

// Whole is File without the prefilter: what File is held to.
func Whole(format inspect.Format, content []byte) []inspect.Signal {
	return file(format, content, &inspect.Emitter{Whole: true})
}

func file(format inspect.Format, content []byte, e *inspect.Emitter) []inspect.Signal {
	content = bytes.TrimPrefix(content, byteOrderMark)
	signal, written := generated(format, content)
	if written {
		e.Signals = append(e.Signals, signal)
	} else if extract, ok := extractors[format]; ok {
		if err := extract(e, content); err != nil {
			e.Emit(1, 1, inspect.ParseFailed{Reason: err.Error()})
		}
	}
	if !lists[format] {
		tokens.Scan(e, content)
	}
	if format == inspect.Text {
		links.InText(e, content)
	}
	if words, names := namesSettings(format); names && !written {
		settings.ConfigLoads(e, format, content, words)
	}
	if sketched[format] && !written {
		accounts.Scan(e, content)
		links.Scan(e, content)
		if sketch, first, last, ok := inspect.SketchOf(content); ok {
			e.Emit(first, last, sketch)
		}
	}
	if !lists[format] {
		e.Signals = few(e.Signals)
	}
	keepWithin(e.Signals, bytes.Count(content, []byte{'\n'})+1)
	sort.SliceStable(e.Signals, func(i, j int) bool {
		a, b := e.Signals[i], e.Signals[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Fact.Kind() < b.Fact.Kind()
	})
	return e.Signals
}

// mostOfKind is how many facts of one kind a file states that people write: several
// times what the longest known one does. With more it is data or an attack,
// and rules compare facts with each other.
const mostOfKind = 4000

// few leaves out what is stated beyond mostOfKind, and says so.
func few(signals []inspect.Signal) []inspect.Signal {
	if len(signals) <= mostOfKind {
		return signals
	}
	stated, left := map[inspect.Kind]int{}, signals[:0]
	for _, s := range signals {
		kind := s.Fact.Kind()
		if stated[kind]++; stated[kind] <= mostOfKind {
			left = append(left, s)
		}
	}
	if len(left) < len(signals) {
		reason := fmt.Sprintf("more than %d facts of one kind: the rest is left out", mostOfKind)
		left = append(left, inspect.Signal{Line: 1, EndLine: 1, Fact: inspect.ParseFailed{Reason: reason}})
	}
	return left
}

// namesSettings reports whether files of a format name the settings that they
// read, and whether as words of a command line.
func namesSettings(format inspect.Format) (words, ok bool) {
	if format == inspect.Dockerfile || format == inspect.Procfile || format.IsShell() {
		return true, true
	}
	return false, sketched[format]
}

// sketched are the formats whose files can be told to be copies.
var sketched = map[inspect.Format]bool{
	inspect.Python: true, inspect.JavaScript: true, inspect.TypeScript: true, inspect.TSX: true, inspect.Go: true, inspect.Ruby: true, inspect.Java: true,
	inspect.Kotlin: true, inspect.PHP: true, inspect.CSharp: true, inspect.Vue: true, inspect.Svelte: true, inspect.Astro: true,
}

// lists are formats that name packages by their hashes, in which no token stands.
var lists = map[inspect.Format]bool{
	inspect.PackageLock: true, inspect.PnpmLock: true, inspect.YarnLock: true, inspect.BunLock: true, inspect.PipfileLock: true,
	inspect.PoetryLock: true, inspect.UVLock: true, inspect.ComposerLock: true, inspect.GemfileLock: true, inspect.GoSum: true,
	inspect.GoModFile: true, inspect.GradleLock: true, inspect.NuGetLock: true,
}

// keepWithin holds lines to those of the file as git and editors count them. A
// parser of YAML also counts carriage returns that stand alone.
func keepWithin(signals []inspect.Signal, last int) {
	for i := range signals {
		s := &signals[i]
		s.Line, s.EndLine = min(s.Line, last), min(s.EndLine, last)
	}
}

// byteOrderMark stands before the text that some editors write. It says nothing,
// and hardly a parser expects it.
var byteOrderMark = []byte("\ufeff")

// Formats lists the formats that have an extractor, sorted.
func Formats() []inspect.Format { return slices.Sorted(maps.Keys(extractors)) }

// railsOrDeploy reads a YAML file of a directory called config: a Rails
// application's, or a manifest that only has the name of one.
func railsOrDeploy(e *inspect.Emitter, content []byte) error {
	if manifestYAML.Match(content) {
		return deploy.YAML(e, content)
	}
	return ruby.RailsYAML(e, content)
}

// deployOrTemplate reads a YAML file of any name: settings that Ruby fills in, or
// what a deploy is made of.
func deployOrTemplate(e *inspect.Emitter, content []byte) error {
	if rubyFillsIn(content) {
		return ruby.RailsYAML(e, content)
	}
	return deploy.YAML(e, content)
}

// configOrTemplate reads a program's own settings, those that Ruby fills in too.
func configOrTemplate(e *inspect.Emitter, content []byte) error {
	if rubyFillsIn(content) {
		return ruby.RailsYAML(e, content)
	}
	return settings.ConfigYAML(e, content)
}

// rubyFillsIn reports whether a file is a template that Ruby fills in with
// variables.
func rubyFillsIn(content []byte) bool {
	return bytes.Contains(content, []byte("<%=")) && bytes.Contains(content, []byte("ENV")) && !manifestYAML.Match(content)
}

var manifestYAML = regexp.MustCompile(`(?m)^(apiVersion|services):`)

// logOrDeploy reads a file that is named for logging: a library's configuration,
// or a manifest that deploys what collects logs.
func logOrDeploy(e *inspect.Emitter, content []byte) error {
	if manifestYAML.Match(content) {
		return deploy.YAML(e, content)
	}
	return settings.LogConfig(e, content)
}

// configOrUWSGI reads an INI file called app.ini or the like: a program's own
// settings, or those of the server that runs it.
func configOrUWSGI(e *inspect.Emitter, content []byte) error {
	if sectionUWSGI.Match(content) {
		return deploy.UWSGI(e, content)
	}
	return settings.ConfigINI(e, content)
}

var sectionUWSGI = regexp.MustCompile(`(?m)^\[uwsgi\]`)

// extractors has one entry for each format: the index of this package.
var extractors = map[inspect.Format]inspect.Extractor{
	inspect.Go:                 golang.Extract,
	inspect.Shell:              shell.Extract,
	inspect.Program:            shell.ExtractScript,
	inspect.Dockerfile:         deploy.Dockerfile,
	inspect.Compose:            deploy.Compose,
	inspect.YAML:               deployOrTemplate,
	inspect.Workflow:           deploy.Workflow,
	inspect.Procfile:           deploy.Procfile,
	inspect.Fly:                deploy.Fly,
	inspect.Supervisor:         deploy.Supervisor,
	inspect.UWSGI:              deploy.UWSGI,
	inspect.Nginx:              deploy.Nginx,
	inspect.DotEnv:             deploy.DotEnv,
	inspect.GitIgnore:          deploy.IgnoreFile,
	inspect.DockerIgnore:       deploy.IgnoreFile,
	inspect.AppEngine:          platform.AppYAML,
	inspect.HelmValues:         deploy.Values,
	inspect.RailsYAML:          railsOrDeploy,
	inspect.Kustomize:          deploy.Kustomize,
	inspect.Render:             platform.Render,
	inspect.Kamal:              platform.Kamal,
	inspect.ChartYAML:          deploy.Chart,
	inspect.HerokuYAML:         platform.HerokuYAML,
	inspect.Python:             python.Extract,
	inspect.JavaScript:         ecmascript.Extract(syntax.JavaScript),
	inspect.TypeScript:         ecmascript.Extract(syntax.TypeScript),
	inspect.TSX:                ecmascript.Extract(syntax.TSX),
	inspect.Vue:                ecmascript.Component,
	inspect.Svelte:             ecmascript.Component,
	inspect.Astro:              ecmascript.Astro,
	inspect.Makefile:           tasks.Makefile,
	inspect.Justfile:           tasks.Justfile,
	inspect.Taskfile:           tasks.Taskfile,
	inspect.CSharp:             csharp.Extract,
	inspect.SQL:                accounts.SQL,
	inspect.SpringProperties:   settings.SpringProperties,
	inspect.SpringYAML:         settings.SpringYAML,
	inspect.SymfonyYAML:        settings.SymfonyYAML,
	inspect.ConfigINI:          configOrUWSGI,
	inspect.ConfigTOML:         settings.ConfigTOML,
	inspect.ConfigJSON:         settings.ConfigJSON,
	inspect.ConfigYAML:         configOrTemplate,
	inspect.AppJSON:            platform.AppJSON,
	inspect.DOApp:              platform.DOApp,
	inspect.RailwayJSON:        platform.RailwayJSON,
	inspect.RailwayTOML:        platform.RailwayTOML,
	inspect.VercelJSON:         platform.Vercel,
	inspect.NetlifyTOML:        platform.Netlify,
	inspect.Serverless:         platform.Serverless,
	inspect.SAMTemplate:        platform.CloudFormation,
	inspect.Terraform:          infra.Terraform,
	inspect.TerraformVars:      infra.Variables,
	inspect.Bake:               infra.Bake,
	inspect.Nomad:              infra.Nomad,
	inspect.HOCON:              settings.HOCON,
	inspect.AppSettings:        settings.AppSettings,
	inspect.LogXML:             settings.LogXML,
	inspect.LogProperties:      settings.LogProperties,
	inspect.LogConfig:          logOrDeploy,
	inspect.WebXML:             settings.WebXML,
	inspect.JavaXML:            settings.JavaXML,
	inspect.Ruby:               ruby.Extract,
	inspect.Java:               jvm.Java,
	inspect.Kotlin:             jvm.Kotlin,
	inspect.PHP:                php.Extract,
	inspect.Systemd:            deploy.Systemd,
	inspect.Action:             deploy.Action,
	inspect.GitLabCI:           pipeline.GitLab,
	inspect.CircleCI:           pipeline.CircleCI,
	inspect.CloudBuild:         pipeline.CloudBuild,
	inspect.AzurePipelines:     pipeline.Azure,
	inspect.BitbucketPipelines: pipeline.Bitbucket,
	inspect.Travis:             pipeline.Travis,
	inspect.Jenkinsfile:        pipeline.Jenkins,
	inspect.GunicornConf:       python.GunicornConf,

	inspect.NpmRC:          credentials.Extract(inspect.NpmRC),
	inspect.PyPIRC:         credentials.Extract(inspect.PyPIRC),
	inspect.Netrc:          credentials.Extract(inspect.Netrc),
	inspect.MySQLOptions:   credentials.Extract(inspect.MySQLOptions),
	inspect.HTPasswd:       credentials.Extract(inspect.HTPasswd),
	inspect.S3Config:       credentials.Extract(inspect.S3Config),
	inspect.GitCredentials: credentials.Extract(inspect.GitCredentials),
	inspect.PgPass:         credentials.Extract(inspect.PgPass),
	inspect.DockerConfig:   credentials.Extract(inspect.DockerConfig),
	inspect.KubeConfig:     credentials.Extract(inspect.KubeConfig),
	inspect.AWSCredentials: credentials.Extract(inspect.AWSCredentials),
	inspect.MasterKey:      credentials.Extract(inspect.MasterKey),
	inspect.TerraformState: credentials.Extract(inspect.TerraformState),
	inspect.KeyRing:        credentials.Extract(inspect.KeyRing),
	inspect.WebKey:         credentials.Extract(inspect.WebKey),
	inspect.PuTTYKey:       credentials.Extract(inspect.PuTTYKey),

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
	inspect.ComposerJSON: manifest.ComposerJSON,
	inspect.ComposerLock: manifest.ComposerLock,
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

	inspect.MavenPOM:      manifest.MavenPOM,
	inspect.MavenProps:    manifest.MavenProperties,
	inspect.Gradle:        manifest.Gradle,
	inspect.GradleKotlin:  manifest.Gradle,
	inspect.GradleCatalog: manifest.GradleCatalog,
	inspect.GradleLock:    manifest.GradleLock,
	inspect.GradleProps:   manifest.GradleProperties,
	inspect.JavaFile:      manifest.JavaVersion,
	inspect.JavaProps:     manifest.JavaProperties,

	inspect.MSBuild:      manifest.MSBuild,
	inspect.Solution:     manifest.Solution,
	inspect.NuGetLock:    manifest.NuGetLock,
	inspect.NuGetConfig:  manifest.NuGetConfig,
	inspect.NuGetSources: manifest.NuGetSources,
	inspect.GlobalJSON:   manifest.GlobalJSON,
	inspect.DotnetTools:  manifest.DotnetTools,
}
