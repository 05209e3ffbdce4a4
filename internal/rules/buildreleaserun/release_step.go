package buildreleaserun

import (
	"fmt"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "build-release-run/release-step",
	Aspect: "c",
	Type:   audit.Positive,
	Title:  "A platform releases what was built",
	Why: "A release that a platform or a cluster keeps is an image or slug with its config, under a number: instances are " +
		"replaced by it and never changed, and going back is choosing the one before.",
	Sources: []string{"12F", "000", "001", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .github/workflows/deploy.yml --
on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: helm upgrade --install shop deploy/chart --set image.tag=$GITHUB_SHA
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if len(serverSideDeploys(c)) > 0 || len(hotPatches(c)) > 0 {
			return // something else changes what runs
		}
		for _, s := range scripts(c) {
			if s.step == nil || forTests(s) || onTrialCluster(s) {
				continue
			}
			if via := audit.Delivers(s.step.Fact); releasing(via) {
				report.Pass(s.step.At(), 1, fmt.Sprintf("CI releases it with %s", via))
				return
			}
		}
		if at, how := releasedBy(c); how != "" {
			report.Pass(at, 1, how)
			return
		}
		for w := range audit.Facts[inspect.Workload](c, source.Prod, source.DeployProd) {
			for _, k := range w.Fact.Containers {
				if c.OwnsImage(k.Image) {
					report.Pass(w.At(), 0.5, fmt.Sprintf("Kubernetes replaces the pods of %s by those of another image", w.Fact.Name))
					return
				}
			}
		}
	},
})

// releasing reports whether what a step delivers with makes a release that
// runs. A push to a registry alone only offers one.
func releasing(via string) bool {
	program, word, _ := strings.Cut(via, " ")
	switch program {
	case "":
		return false
	case "docker", "podman", "buildah", "docker/build-push-action", "docker/bake-action", "goreleaser/goreleaser-action":
		return false
	case "heroku":
		return word == "container:release"
	}
	return true
}

// releasedBy tells which platform releases the component by its descriptor.
func releasedBy(c *audit.Component) (audit.Place, string) {
	for f := range audit.Facts[inspect.FlyApp](c, source.Prod, source.DeployProd) {
		return f.At(), "Fly builds an image and keeps each release of it"
	}
	for p := range audit.Facts[inspect.PlatformService](c, source.Prod, source.DeployProd) {
		page := p.Fact.Platform == "netlify" || p.Fact.Platform == "vercel" && c.Class == audit.Worker
		if name := keepsReleases[p.Fact.Platform]; name != "" && (!page || c.Class == audit.StaticFrontend || c.Class == audit.Function) {
			return p.At(), name + " builds it and keeps each release"
		}
	}
	for h := range audit.Facts[inspect.HelmChart](c, source.Prod, source.DeployProd) {
		if !h.Fact.Library {
			return h.At(), "Helm installs each version of the chart as a release that can be rolled back"
		}
	}
	for p := range audit.Facts[inspect.Process](c, source.Prod, source.DeployProd) {
		if p.File.Format == inspect.Procfile && p.File.Dir() == c.Path { // one elsewhere is a supervisor's, in an image
			return p.At(), "A platform makes a slug and starts the process types of the Procfile from it"
		}
	}
	return audit.Place{}, ""
}

// keepsReleases are the platforms of descriptors that number releases.
var keepsReleases = map[string]string{
	"render": "Render", "heroku": "Heroku", "app-engine": "App Engine", "digitalocean": "App Platform", "railway": "Railway",
	"vercel": "Vercel", "netlify": "Netlify", "cloud-run": "Cloud Run",
}
