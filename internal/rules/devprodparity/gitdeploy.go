package devprodparity

import (
	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// fromGit are the platforms that build and deploy what is pushed to the branch
// that they are connected to, unless told otherwise.
var fromGit = map[string]string{
	"render": "Render", "railway": "Railway", "vercel": "Vercel", "netlify": "Netlify", "digitalocean": "App Platform",
}

// gitOps are the objects by which a cluster follows a repository.
var gitOps = map[string]string{
	"Application": "Argo CD", "ApplicationSet": "Argo CD", "HelmRelease": "Flux", "ImageUpdateAutomation": "Flux",
}

// deployedFromGit tells what deploys the component without a pipeline: a
// platform that is connected to its repository, or a cluster that follows it.
func deployedFromGit(c *audit.Component) (audit.Place, string) {
	for p := range audit.Facts[inspect.PlatformService](c, source.Prod, source.DeployProd) {
		name := fromGit[p.Fact.Platform]
		page := (p.Fact.Platform == "netlify" || p.Fact.Type == "static") && c.Class != audit.StaticFrontend && c.Class != audit.Function
		if name != "" && !p.Fact.OnDemand && p.Fact.Image == "" && !page {
			return p.At(), name + " builds and deploys what is pushed"
		}
	}
	for o := range audit.AllFacts[inspect.KubeObject](c.Repo, source.Prod, source.DeployProd) {
		if name := gitOps[o.Fact.Type]; name != "" && c.Concerns(o.File) {
			return o.At(), name + " brings the cluster to what the repository says"
		}
	}
	return audit.Place{}, ""
}
