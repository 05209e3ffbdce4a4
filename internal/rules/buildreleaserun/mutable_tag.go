package buildreleaserun

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "build-release-run/mutable-tag",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The deployed image has a tag that moves",
	Why: "Under latest or a branch's name stands another image tomorrow: two instances can run different code, nobody can tell " +
		"which, and there is no earlier release to go back to.",
	Fixes: []audit.Fix{
		{For: "published", Text: "Deploy the tag of ‹image› that ‹workflow› makes for each version or commit (or its digest), instead of one that moves."},
		{Text: "Tag each image of ‹image› with its commit's SHA or a version in CI, and deploy that tag (or the digest). latest may stay as a second name that nothing deploys."},
		{Text: "Tag each image with its commit's SHA or a version in CI, and deploy that tag (or the digest). latest may stay as a second name that nothing deploys."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"001", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- k8s/shop.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers: [{name: web, image: "acme/shop:latest"}]
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- k8s/shop.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      containers: [{name: web, image: "acme/shop:v1.4.2"}]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, d := range deployedImages(c) {
			if kindOfImage(d.image) == moving {
				name, tag, _ := audit.SplitImage(d.image)
				if tag == "" {
					tag = "no tag, which means latest"
				}
				report.Violation(d.at, name, fmt.Sprintf("%s is deployed under %s: the release can't be told", name, tag), append(publishedBy(c), imageFix(name))...)
			}
		}
		for _, d := range imagesPutToWork(c) {
			if kindOfImage(d.image) == moving {
				name, tag, _ := audit.SplitImage(masked(d.image))
				name = cmp.Or(path.Base(name), "the image")
				if strings.Contains(name, "$") {
					name = "the image"
				}
				report.Violation(d.at, name, fmt.Sprintf("%s is deployed under %s, and the release can't be told", name, cmp.Or(tag, "no tag, which means latest")), append(publishedBy(c), imageFix(name))...)
			}
		}
		judgePushes(publications(c), report)
	},
})

// judgePushes reports a CI that pushes nothing but tags that move.
func judgePushes(list []publication, report *audit.Report) {
	var first *publication
	image := ""
	for i := range list {
		references := list[i].references()
		if list[i].what == "an image" && len(references) == 0 {
			return // its tags are made elsewhere
		}
		for _, r := range references {
			if r.kind != moving {
				return
			}
			if first == nil {
				first, image = &list[i], r.image
			}
		}
	}
	if first == nil {
		return
	}
	name, _, _ := audit.SplitImage(image)
	if name == "" || strings.ContainsAny(name, "${") {
		name = "The image"
	}
	report.Violation(first.At(), path.Base(name), fmt.Sprintf("%s is only ever pushed under tags that move", name), imageFix(name))
}

// deployedImage is an own image that a descriptor deploys.
type deployedImage struct {
	image string
	at    audit.Place
}

// deployedImages lists the component's own images in what deploys it, as
// written. What a deploy tool fills in is left out: templates, variables, and
// manifests that Kustomize, Skaffold or a step of CI rewrites.
func deployedImages(c *audit.Component) []deployedImage {
	var list []deployedImage
	add := func(image string, file *audit.File, line int) {
		if image != "" && !strings.ContainsAny(image, "${<") && owns(c, image) {
			list = append(list, deployedImage{image, audit.Place{Path: file.Path, Line: line, EndLine: line}})
		}
	}
	for s := range audit.Facts[inspect.ComposeService](c, source.Prod, source.DeployProd) {
		if !s.Fact.Build || remoteContext.MatchString(s.Fact.Context) { // whoever installs it takes the image
			add(byDefault(s.Fact), s.File, max(s.Fact.ImageLine, s.Line))
		}
	}
	rewritten := audit.OfRepository(c.Repo, rewritesManifests)
	for w := range audit.Facts[inspect.Workload](c, source.Prod, source.DeployProd) {
		for _, container := range w.Fact.Containers {
			if !rewritten || kindOfImage(container.Image) == fixed {
				add(container.Image, w.File, container.Line)
			}
		}
	}
	return list
}

// byDefault is a service's image of which variables choose no more than the
// registry, as it is called where nobody sets them.
func byDefault(s inspect.ComposeService) string {
	name, tag, digest := audit.SplitImage(s.Image)
	if s.ImageDefault == "" || strings.Contains(tag+digest+path.Base(name), "$") {
		return s.Image
	}
	return strings.TrimPrefix(s.ImageDefault, "docker.io/")
}

// remoteContext matches a context that Compose fetches itself, so that the file
// is one for people who have no checkout.
var remoteContext = regexp.MustCompile(`^(https?://|git@|git://|ssh://|github\.com/)`)

// owns reports whether an image is the component's own, by its name or by the
// name of what holds it: acme/shop/web is web of the repository shop.
func owns(c *audit.Component, image string) bool {
	if audit.BackingService(image) != "" {
		return false
	}
	if c.OwnsImage(image) {
		return true
	}
	name, _, _ := audit.SplitImage(image)
	if path.Dir(name) != "." && c.OwnsImage(path.Dir(name)) {
		return true
	}
	unit := strings.ToLower(path.Base(c.Path)) // shop-web and shop_web are web's
	return c.Path != "." && (strings.HasSuffix(path.Base(name), "-"+unit) || strings.HasSuffix(path.Base(name), "_"+unit))
}

// rewritesManifests reports whether something puts tags into Kubernetes
// manifests before they are applied.
func rewritesManifests(repo *audit.Repository) bool {
	for _, f := range repo.Files {
		switch strings.ToLower(path.Base(f.Path)) {
		case "kustomization.yaml", "kustomization.yml", "skaffold.yaml", "skaffold.yml", "tiltfile":
			return true
		}
	}
	for step := range audit.AllFacts[inspect.WorkflowStep](repo) {
		for _, mark := range []string{"set image", "envsubst", "kustomize edit", "sed -i", "sed -e", "yq "} {
			if strings.Contains(step.Fact.Run, mark) {
				return true
			}
		}
		if strings.HasPrefix(strings.ToLower(step.Fact.Uses), "azure/k8s-deploy@") && with(step.Fact, "images") != "" {
			return true
		}
	}
	return false
}

// publishedBy asks for the fix of those whose CI publishes each version already.
func publishedBy(c *audit.Component) []audit.Option {
	for _, p := range publications(c) {
		for _, r := range p.references() {
			if r.kind == fixed {
				return []audit.Option{audit.WithFix("published"), audit.Naming("workflow", path.Base(p.File.Path))}
			}
		}
	}
	return nil
}

// imageFix names an image in the fix, where it has a name.
func imageFix(name string) audit.Option {
	if strings.Contains(name, " ") {
		name = ""
	}
	return audit.Naming("image", name)
}
