package codebase

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
	ID:     "codebase/promotes-one-ref",
	Aspect: "b",
	Type:   audit.Positive,
	Title:  "Several environments are deployed from one ref",
	Why: "The same commit goes to each environment, and only config differs: what was tested is what runs, and there is " +
		"nothing to merge from one environment's code into another's.",
	Sources: []string{"12F", "000", "001", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .github/workflows/deploy.yml --
on: {push: {branches: [staging, production]}}
jobs:
  staging:
    if: github.ref == 'refs/heads/staging'
    runs-on: ubuntu-latest
    environment: staging
    steps: [{run: flyctl deploy --app shop-staging}]
  production:
    if: github.ref == 'refs/heads/production'
    runs-on: ubuntu-latest
    environment: production
    steps: [{run: flyctl deploy --app shop}]
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
    steps: [{run: flyctl deploy --app shop-staging}]
  production:
    needs: staging
    runs-on: ubuntu-latest
    environment: production
    steps: [{run: flyctl deploy --app shop}]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if len(environmentBranches(c)) > 0 {
			return
		}
		if at, names := promotedBy(c); len(names) > 1 {
			report.Pass(at, 1, fmt.Sprintf("One ref is deployed to %s", strings.Join(names, " and ")))
			return
		}
		if at, names := describedEnvironments(c); len(names) > 1 {
			report.Pass(at, 1, fmt.Sprintf("The same tree describes %s: they differ by their descriptors", strings.Join(names, " and ")))
		}
	},
})

// promotedBy finds a workflow that deploys several environments from what one
// push brings.
func promotedBy(c *audit.Component) (at audit.Place, names []string) {
	type ref struct{ path, branches, tags string }
	found := map[ref][]string{}
	for s := range audit.AllFacts[inspect.WorkflowStep](c.Repo) {
		name := strings.ToLower(s.Fact.Environment)
		if name == "" || strings.ContainsAny(name, "$ ") || !environmentWord.MatchString(name) || strings.Contains(name, "preview") || !c.Concerns(s.File) || audit.Delivers(s.Fact) == "" && !deployName.MatchString(s.Fact.Job) {
			continue
		}
		key := ref{s.File.Path, strings.Join(c.Repo.PushedBranches(s.Fact), " "), strings.Join(s.Fact.Tags, " ")}
		if strings.Contains(s.Fact.If, "refs/tags") {
			key.tags += " alone"
		}
		if !slices.Contains(found[key], name) {
			found[key] = append(found[key], name)
		}
		if len(found[key]) > 1 {
			return s.At(), found[key]
		}
	}
	return at, nil
}

// environmentWord is the name of an environment in that of a descriptor, or in
// that of its directory. A developer's own is none.
var environmentWord = regexp.MustCompile(`(?i)(^|[/._-])(production|prod|staging|stage|stg|uat|qa|preprod|pre-prod|sandbox)([/._-]|$)`)

// describedEnvironments finds descriptors of one sort for several environments:
// overlays, values of a chart, variables.
func describedEnvironments(c *audit.Component) (at audit.Place, names []string) {
	found := map[string][]string{}
	for _, f := range c.Files {
		if f.Role != source.DeployProd && f.Role != source.Prod && f.Role != source.DeployDev {
			continue
		}
		switch f.Format {
		case inspect.Kustomize, inspect.HelmValues, inspect.Fly, inspect.TerraformVars:
		default:
			continue
		}
		m := environmentWord.FindStringSubmatchIndex(f.Path)
		if m == nil {
			continue
		}
		key := path.Clean(f.Path[:m[4]] + "*" + f.Path[m[5]:])
		name := strings.ToLower(f.Path[m[4]:m[5]])
		if !slices.Contains(found[key], name) {
			found[key] = append(found[key], name)
		}
		if len(found[key]) > 1 {
			return audit.Place{Path: f.Path, Line: 1, EndLine: 1}, found[key]
		}
	}
	return at, nil
}
