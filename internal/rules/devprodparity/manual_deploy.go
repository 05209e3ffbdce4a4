package devprodparity

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

var _ = set.Add(audit.Rule{
	ID:     "dev-prod-parity/manual-deploy",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "Nothing deploys or publishes the artefact but people",
	Why: "What is built and pushed by hand is deployed rarely and by few: weeks of changes go out together, written by one " +
		"and deployed by another, and which commit runs is known to whoever typed the command.",
	Fixes: []audit.Fix{
		{For: "Docker", Text: "Add a job to CI that runs on pushes to the main branch and on tags, logs in to the registry and pushes the image, tagged with the commit."},
		{For: "Fly", Text: "Add a job to CI that runs flyctl deploy --remote-only on pushes to the main branch, with FLY_API_TOKEN from CI's secrets."},
		{For: "Serverless", Text: "Add a job on push to the main branch that runs the deploy command of the framework with a role that only CI can take."},
		{Text: "Let CI build the artefact from each merge or tag and push or deploy it, with credentials that only CI has."},
	},
	Severity:   audit.Low,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "000", "001", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Dockerfile --
FROM node:22
COPY . .
CMD ["node", "server.js"]
-- .github/workflows/ci.yml --
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: npm test
      - run: docker build .
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Dockerfile --
FROM node:22
COPY . .
CMD ["node", "server.js"]
-- .github/workflows/ci.yml --
on: {push: {branches: [main]}}
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - run: docker build -t example/shop:$GITHUB_SHA . && docker push example/shop:$GITHUB_SHA
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if audit.OfRepository(c.Repo, anyDelivery) || elsewhere(c) || audit.OfRepository(c.Repo, functionSamples) {
			return
		}
		made, name, fix := artefact(c)
		byHand, command := pushedByHand(c)
		if _, how := deployedFromGit(c); how != "" && !strings.HasPrefix(command, "git push") && !strings.HasPrefix(command, "heroku ") {
			return // unless people push to the platform themselves
		}
		if command != "" && (name != "" || runs(c)) {
			if name == "" {
				name = c.Name
			}
			report.Violation(byHand, "deploy", fmt.Sprintf("%s is published by people who run %s: no pipeline does it", name, command), audit.WithFix(fix))
			return
		}
		if name == "" {
			return
		}
		if built, ok := builtInCI(c); ok {
			report.Violation(built, "deploy", fmt.Sprintf("CI builds and tests %s, but neither publishes nor deploys it", c.Name), audit.WithFix(fix))
			return
		}
		if !collection(c.Repo) {
			report.Violation(made, "deploy", fmt.Sprintf("%s has no pipeline in the repository that publishes or deploys it", name), audit.WithFix(fix))
		}
	},
})

// artefact is what a deploy of the component starts, where the repository says
// how it is made. A Procfile alone leaves that to the platform.
func artefact(c *audit.Component) (at audit.Place, name, fix string) {
	if c.Image != nil && c.Image.File.Role != source.DeployDev {
		return audit.Place{Path: c.Image.File.Path, Line: c.Image.BaseLine, EndLine: c.Image.BaseLine}, "The image of " + c.Image.File.Path, "Docker"
	}
	for f := range audit.Facts[inspect.FlyApp](c, source.Prod, source.DeployProd) {
		return f.At(), "The Fly app of " + f.File.Path, "Fly"
	}
	if c.Class == audit.Function {
		for p := range audit.Facts[inspect.PlatformService](c, source.Prod, source.DeployProd) {
			if p.Fact.Platform == "serverless" || p.Fact.Platform == "aws-sam" {
				return p.At(), "The service of " + p.File.Path, "Serverless"
			}
		}
	}
	for s := range audit.Facts[inspect.ComposeService](c, source.DeployProd) {
		if s.Fact.Build && inProduction.MatchString(path.Base(s.File.Path)) {
			return s.At(), "What " + s.File.Path + " starts", "Docker"
		}
	}
	for m := range audit.Facts[inspect.Manifest](c, source.Prod) {
		if m.Fact.ImagePlugin != "" && m.File.Path == c.Manifest {
			return m.At(), "The image that " + path.Base(m.File.Path) + " makes", "Docker"
		}
		if m.File.Path == c.Manifest && runs(c) && (audit.MakesProgram(m.Fact) || m.Fact.Packaging == "war") && m.Fact.Ecosystem == inspect.Maven && !audit.OfRepository(c.Repo, releasesPackages) {
			return audit.Place{Path: m.File.Path}, "What " + path.Base(m.File.Path) + " packs", ""
		}
	}
	return audit.Place{}, "", ""
}

// releasesPackages reports whether a build of the repository has a plugin by
// which releases are made: where that runs, the repository doesn't say.
func releasesPackages(r *audit.Repository) bool {
	for m := range audit.AllFacts[inspect.Manifest](r) {
		if slices.ContainsFunc(m.Fact.Plugins, releasePlugin.MatchString) {
			return true
		}
	}
	return false
}

var releasePlugin = regexp.MustCompile(`(?i)maven-release-plugin|jreleaser|nexus-(staging|publish)|central-publishing|net\.researchgate\.release|release-it`)

// inProduction are names of Compose files that say what they are for.
var inProduction = regexp.MustCompile(`(?i)(^|[._-])prod(uction)?([._-])`)

// runs reports whether a component is something that a deploy keeps running.
func runs(c *audit.Component) bool {
	return c.Class == audit.WebService || c.Class == audit.Worker || c.Class == audit.Function
}

// anyDelivery reports whether a pipeline delivers any of the repository's
// programs: then it may well deliver the others in a way that is not recognised.
func anyDelivery(r *audit.Repository) bool {
	return slices.ContainsFunc(r.Components, func(c *audit.Component) bool { return len(c.Deliveries()) > 0 })
}

// collection reports whether a repository is one of many programs that have
// nothing to do with each other: samples, which nobody deploys.
func collection(r *audit.Repository) bool {
	const many = 8
	apart := 0
	for _, c := range r.Components {
		if (c.Image != nil || runs(c)) && c.Class != audit.Library && c.Path != "." && len(c.Imports) == 0 {
			apart++
		}
	}
	return apart > many
}

// functionSamples reports whether a repository is a collection of functions that
// have nothing to do with each other.
func functionSamples(r *audit.Repository) bool {
	const many = 20
	apart := 0
	for _, c := range r.Components {
		if c.Class == audit.Function && c.Path != "." && len(c.Imports) == 0 {
			apart++
		}
	}
	return apart > many
}

// otherPipeline are the files of CI systems whose steps are not read, and of
// tools that deploy from somewhere else.
var otherPipeline = regexp.MustCompile(`(?i)(^|/)(\.drone\.ya?ml|\.drone\.star|\.woodpecker(/.*)?\.ya?ml|\.buildkite/.*|\.semaphore/.*|appveyor\.ya?ml|\.appveyor\.ya?ml|\.teamcity/.*|buildspec\.ya?ml|wercker\.ya?ml|\.gitea/workflows/.*|\.forgejo/workflows/.*|\.build\.ya?ml|\.builds/.*|\.cirrus\.ya?ml|codeship-.*\.ya?ml|screwdriver\.yaml|\.tekton/.*|concourse.*\.ya?ml|dagger\.json|earthfile|copilot/.*pipeline.*|bitrise\.ya?ml|codefresh\.ya?ml|\.harness/.*|\.platform\.app\.yaml|captain-definition|dokku-.*|cloudbuild.*\.ya?ml|google/cloudbuild.*|clouddeploy\.ya?ml|\.koyeb.*|zeabur\.ya?ml|amplify\.ya?ml)$`)

// elsewhere reports whether something else may deploy the component: a pipeline
// that is not read, or that could not be.
func elsewhere(c *audit.Component) bool { return audit.OfRepository(c.Repo, otherPipelines) }

func otherPipelines(r *audit.Repository) bool {
	return slices.ContainsFunc(r.Files, func(f *audit.File) bool {
		return otherPipeline.MatchString(f.Path) && f.Format != inspect.CloudBuild && f.Role != source.Vendored || f.Role == source.CI && f.Failed() != ""
	})
}

// pushedByHand finds the script or recipe by which people push or deploy, and
// names its command.
func pushedByHand(c *audit.Component) (audit.Place, string) {
	look := func(f *audit.File, line int, commands []inspect.Command, local bool) (audit.Place, string) {
		for _, command := range commands {
			if what := audit.Delivers(inspect.WorkflowStep{Commands: []inspect.Command{command}}); what != "" && !onOwnMachine(what, command.Argv) {
				if command.Line > 0 && !local {
					line = command.Line
				}
				return audit.Place{Path: f.Path, Line: line, EndLine: line}, what
			}
		}
		return audit.Place{}, ""
	}
	for t := range audit.AllFacts[inspect.Target](c.Repo) {
		if c.Concerns(t.File) {
			if at, what := look(t.File, t.Line, t.Fact.Commands, false); what != "" {
				return at, what
			}
		}
	}
	for s := range audit.Facts[inspect.Script](c) {
		if at, what := look(s.File, s.Line, s.Fact.Command, true); what != "" {
			return at, what
		}
	}
	for s := range audit.AllFacts[inspect.Command](c.Repo, source.Prod, source.CI, source.DeployDev, source.DeployProd, source.DevTool) {
		if s.File.Format.IsShell() && c.Concerns(s.File) {
			if at, what := look(s.File, s.Line, []inspect.Command{s.Fact}, false); what != "" {
				return at, what
			}
			if program := sendsAway(s.Fact.Argv); program != "" && deployScript.MatchString(path.Base(s.File.Path)) {
				return s.At(), program + " in " + s.File.Path
			}
		}
	}
	return audit.Place{}, ""
}

// deployScript is what people call the script by which they deploy, and
// sendsAway the program in it that puts the code or a command elsewhere.
var deployScript = regexp.MustCompile(`(?i)^deploy([-_.]?(to[-_.]?)?(prod|production|staging|live|heroku|server|remote|app))?(\.(sh|bash))?$`)

func sendsAway(argv []string) string {
	argv = audit.Unwrap(argv)
	if len(argv) < 2 {
		return ""
	}
	switch program := path.Base(argv[0]); program {
	case "git":
		if argv[1] == "push" {
			return "git push"
		}
	case "heroku", "dokku", "rsync", "scp", "sftp", "lftp", "ansible-playbook", "cap":
		return program
	}
	return ""
}

// onOwnMachine reports whether a command deploys to a cluster that a developer
// has, as far as its words tell.
func onOwnMachine(what string, argv []string) bool {
	words := strings.ToLower(strings.Join(argv, " "))
	return strings.HasPrefix(what, "kubectl ") || strings.HasPrefix(what, "skaffold ") || ownMachine.MatchString(words)
}

var ownMachine = regexp.MustCompile(`localhost|127\.0\.0\.1|minikube|kind-|k3d|docker-desktop|(^|[^a-z])(dev|local|test)([^a-z]|$)`)

// builtInCI is the step of a pipeline that builds the component's image, else
// one that builds or tests it.
func builtInCI(c *audit.Component) (audit.Place, bool) {
	var tested audit.Place
	for s := range audit.FactsIn[inspect.WorkflowStep](c.Workflows()) {
		if !onMerge(s.Fact) {
			continue
		}
		for _, command := range s.Fact.Commands {
			words := strings.Join(audit.Unwrap(command.Argv), " ")
			switch {
			case buildsImage.MatchString(words):
				return s.At(), true
			case tested.Path == "" && testsProgram.MatchString(words):
				tested = s.At()
			}
		}
		if strings.HasPrefix(s.Fact.Uses, "docker/build-push-action") {
			return s.At(), true
		}
	}
	return tested, tested.Path != ""
}

var (
	buildsImage  = regexp.MustCompile(`^(docker|podman|nerdctl|buildah) (buildx )?(build|bake|compose.* build)|^docker-compose .*build|spring-boot:build-image|bootBuildImage|jib:dockerBuild|jibDockerBuild`)
	testsProgram = regexp.MustCompile(`^(npm|yarn|pnpm|bun) (run )?(ci:)?(test|build)|^(pytest|tox|rspec|rake|rails test|phpunit|go (test|build|vet)|cargo (test|build)|jest|vitest|\./mvnw|mvn|mvnw|\./gradlew|gradle|gradlew|dotnet (test|build|publish)|make( [a-z-]*(test|build|check|ci))?|manage\.py test|coverage run|ruff|bin/rails|artisan test|(php )?(\./)?vendor/bin|(php )?(\./)?bin/phpunit|pest|nox|unittest)`)
)

// onMerge reports whether merges reach the step: a workflow for issues, stale
// branches or labels says nothing of how the program is built.
func onMerge(step inspect.WorkflowStep) bool {
	return len(step.Events) == 0 || slices.Contains(step.Events, "push") || slices.Contains(step.Events, "pull_request") || slices.Contains(step.Events, "merge_group")
}
