package dependencies

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/runtime-undeclared",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "Nothing says which version of the language's runtime it needs",
	Why: "Each machine and each platform takes the version that is its default that day: the program runs on one that nobody has " +
		"tested, and stops when the default moves on.",
	Fixes: []audit.Fix{
		{For: "node", Text: "Set engines.node in package.json to the version that production runs, and write the same into .nvmrc."},
		{For: "python", Text: "Set requires-python in pyproject.toml, or write the version that production runs into .python-version."},
		{For: "ruby", Text: `Write the version that production runs into .ruby-version, and let the Gemfile read it (ruby file: ".ruby-version").`},
		{For: "php", Text: "Require php in composer.json at the version that production runs."},
		{For: "go", Text: "Add a go directive to go.mod (go mod edit -go) with the version that production is built by."},
		{Text: "Declare the runtime's version in the manifest or in a version file that the platform reads, and use the same in development and CI."},
	},
	Severity:   audit.Low,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"002"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Procfile --
web: node server.js
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "engines": {"node": "22.x"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Procfile --
web: node server.js
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if len(c.Languages) == 0 || c.Image != nil || publishes(c) || c.Class == audit.Infra || c.Class == audit.Function {
			return // the image's base is the runtime's version, and so is a function's platform
		}
		runtime := runtimeOf[c.Languages[0]]
		manifest := c.Repo.File(c.Manifest)
		if runtime == "" || manifest == nil || declaresRuntime(c, runtime) {
			return
		}
		report.Violation(c.Absence(), runtime, fmt.Sprintf("Neither %s nor a version file says which version of %s %s needs", path.Base(c.Manifest), runtimeTitle[runtime], c.Name), audit.WithFix(runtime))
	},
})

var (
	runtimeOf = map[string]string{
		"JavaScript": "node", "TypeScript": "node", "Vue": "node", "Svelte": "node", "Astro": "node", "Python": "python", "Ruby": "ruby", "PHP": "php", "Go": "go",
	}
	runtimeTitle = map[string]string{"node": "Node.js", "python": "Python", "ruby": "Ruby", "php": "PHP", "go": "Go"}
	// versionFiles may state runtimes in ways that no fact is made of.
	versionFiles = words(`.tool-versions mise.toml .mise.toml runtime.txt .nvmrc .node-version .python-version .ruby-version .php-version nixpacks.toml railpack.json flake.nix shell.nix default.nix
		devbox.json environment.yml environment.yaml pixi.toml deno.json deno.jsonc bunfig.toml bun.lock bun.lockb volta.json .devcontainer.json devcontainer.json project.toml app.yaml heroku.yml
		build.bazel module.bazel workspace pants.toml pom.xml build.gradle build.gradle.kts`)
)

func filesOfVersions(r *audit.Repository) []*audit.File {
	var list []*audit.File
	for _, f := range r.Files {
		if f.Format == inspect.Dockerfile && f.Role.CanViolate() || versionFiles[strings.ToLower(path.Base(f.Path))] {
			list = append(list, f)
		}
	}
	return list
}

// declaresRuntime reports whether anything that governs the component says
// which version it runs on: a manifest, a version file, a platform's descriptor,
// an image that something builds or starts it in.
func declaresRuntime(c *audit.Component, runtime string) bool {
	if manifest := c.Repo.File(c.Manifest); manifest != nil && manifest.Failed() != "" && concerns(manifest, c) {
		return true
	}
	if slices.ContainsFunc(audit.OfRepository(c.Repo, filesOfVersions), func(f *audit.File) bool { return concerns(f, c) }) {
		return true
	}
	for v := range audit.AllFacts[inspect.RuntimeVersion](c.Repo, everyRole...) {
		if v.Fact.Runtime == runtime && v.File.Role != source.CI && concerns(v.File, c) {
			return true
		}
	}
	if audit.Has(c, func(p inspect.PlatformService) bool { return p.Runtime != "" || p.Dockerfile != "" || p.Image != "" }) {
		return true
	}
	for s := range audit.AllFacts[inspect.ComposeService](c.Repo, everyRole...) {
		name, _, _ := audit.SplitImage(s.Fact.Image)
		if base := path.Base(name); base == runtime || base == "golang" && runtime == "go" {
			return true
		}
	}
	for s := range audit.AllFacts[inspect.Stage](c.Repo) {
		name, tag, _ := audit.SplitImage(s.Fact.Base)
		if base := path.Base(name); tag != "" && (base == runtime || base == "golang" && runtime == "go") {
			return true // an image that may build it
		}
	}
	return audit.Has(c, func(f inspect.FlyApp) bool { return f.Image != "" })
}
