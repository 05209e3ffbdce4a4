package codebase

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "codebase/env-branch",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "An environment has a branch of its own",
	Why: "Deploys then differ by code instead of config: each merge between the branches may lose or gain something, and " +
		"what was tested in one environment is not what runs in the next.",
	Fixes: []audit.Fix{
		{Text: "Keep one trunk. Build one artefact from its commit, deploy that to staging, promote the same artefact to production (an environment with a required approval, or a tag), and move what differs into each environment's variables. Then delete the branch ‹branch›."},
		{Text: "Keep one trunk. Build one artefact from its commit, deploy that to staging, promote the same artefact to production (an environment with a required approval, or a tag), and move what differs into each environment's variables. Then delete the branch."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "001", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .github/workflows/deploy.yml --
on: {push: {branches: [staging, production]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: flyctl deploy --app shop-${{ github.ref_name }}
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .github/workflows/deploy.yml --
on: {push: {branches: [main]}}
jobs:
  staging:
    runs-on: ubuntu-latest
    environment: staging
    steps:
      - run: flyctl deploy --app shop-staging --image registry.fly.io/shop:${{ github.sha }}
  production:
    needs: staging
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: flyctl deploy --app shop --image registry.fly.io/shop:${{ github.sha }}
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		bound := environmentBranches(c)
		for _, b := range bound {
			report.Violation(b.At, b.Branch, fmt.Sprintf("A push to the branch `%s` %s (%s)", b.Branch, does(b.Via), b.Via), audit.Naming("branch", b.Branch), audit.SameCause(b.Branch))
		}
		if c.Class == audit.Library || c.Class == audit.CLI || firstDeployed(c.Repo) != c {
			return
		}
		for _, branch := range c.Repo.Branches {
			deployed := slices.ContainsFunc(audit.OfRepository(c.Repo, deployedBranches), func(b audit.BranchDeploy) bool { return b.Branch == branch })
			if source.NamesEnvironment(branch) && !slices.Contains(c.Repo.Merged, branch) && branch != c.Repo.Branch && !deployed && !mergeBot(c.Repo) {
				report.Violation(c.Absence(), branch, fmt.Sprintf("There is a branch named `%s`, as if an environment had code of its own", branch), audit.Naming("branch", branch),
					audit.WithSeverity(audit.Low), audit.WithConfidence(audit.LowConfidence))
			}
		}
	},
})

var (
	// targetName are names of what a branch is deployed to. Those of ways to work
	// (develop, release, gh-pages) are none.
	targetName = regexp.MustCompile(`(?i)^((env|envs|environments?|deploys?|deployments?|release)[/_-]([\w-]+[/_-])?)?(prod|production|prd|live|staging|stage|stg|uat|qa|pre-?prod|pre-?production)$` +
		`|^(demo|sandbox|cloud|saas|hosted|heroku|dokku|aws|gcp|azure|deploy)$|^(deploy|env|environment|customer|client|tenant)[/_-][\w/-]+$`)
)

// does says what a push brings about: a tool that builds an image and hands it to
// a registry deploys nothing by itself.
func does(via string) string {
	if pushesImage.MatchString(via+"@") || handsOver.MatchString(via) {
		return "builds and pushes an image of its own"
	}
	return "deploys it"
}

var handsOver = regexp.MustCompile(`^(docker|podman|buildah|skopeo) |^docker/build-push-action`)

// environmentBranches lists the branches named for where they are deployed
// whose pushes deploy this component.
func environmentBranches(c *audit.Component) []audit.BranchDeploy {
	var list []audit.BranchDeploy
	for _, b := range audit.OfRepository(c.Repo, deployedBranches) {
		if targetName.MatchString(b.Branch) && b.Branch != c.Repo.Branch && c.Concerns(c.Repo.File(b.At.Path)) {
			list = append(list, b)
		}
	}
	return list
}

// deployedBranches adds to those that a known tool deploys the branches of jobs
// that call themselves a deploy: by ssh, by a script.
func deployedBranches(repo *audit.Repository) []audit.BranchDeploy {
	list := repo.DeployedBranches()
	type job struct{ path, name string }
	known := map[job]bool{}
	for _, b := range list {
		known[job{b.At.Path, b.Branch}] = true
	}
	for s := range audit.AllFacts[inspect.WorkflowStep](repo) {
		if s.Fact.Manual || len(s.Fact.Commands) == 0 && !changesServers(s.Fact) && !pushesImage.MatchString(s.Fact.Uses) {
			continue
		}
		named := deployName.MatchString(s.Fact.Job) || deployName.MatchString(s.Fact.Name) || pushesImage.MatchString(s.Fact.Uses)
		if !named || testName.MatchString(s.Fact.Job) {
			continue
		}
		via := "the job " + s.Fact.Job
		if action, _, ok := strings.Cut(s.Fact.Uses, "@"); ok {
			via = action
		}
		for _, branch := range repo.PushedBranches(s.Fact) {
			if !known[job{s.File.Path, branch}] {
				known[job{s.File.Path, branch}] = true
				list = append(list, audit.BranchDeploy{Branch: branch, Exists: slices.Contains(repo.Branches, branch),
					Via: via, Environment: s.Fact.Environment, At: s.At()})
			}
		}
	}
	return list
}

var (
	deployName = regexp.MustCompile(`(?i)(^|[^a-z])(deploy|deploys|deployment|rollout)([^a-z]|$)`)
	// pushesImage are actions that build an image and always push it.
	pushesImage = regexp.MustCompile(`(?i)/(docker-build-push|publish-docker-github-action|action-kaniko|kaniko-action)@`)
	testName    = regexp.MustCompile(`(?i)(^|[^a-z])(test|tests|lint|check|docs|preview|storybook)([^a-z]|$)`)
)

// changesServers reports whether an action's name says that it deploys.
func changesServers(step inspect.WorkflowStep) bool {
	name, _, _ := strings.Cut(strings.ToLower(step.Uses), "@")
	return strings.Contains(name, "deploy") || strings.Contains(name, "ssh-action")
}

// mergeBot reports whether a bot tests merges on a branch that it calls staging.
func mergeBot(repo *audit.Repository) bool {
	return repo.Has("bors.toml") || repo.Has(".github/bors.toml") || slices.Contains(repo.Branches, "staging.tmp") || slices.Contains(repo.Branches, "trying")
}

// firstDeployed is the first component that is deployed: what concerns the
// whole repository is said there.
func firstDeployed(repo *audit.Repository) *audit.Component {
	for _, c := range repo.Components {
		if c.Class != audit.Library && c.Class != audit.CLI && c.Class != audit.Infra {
			return c
		}
	}
	return nil
}
