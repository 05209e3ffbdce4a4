package buildreleaserun

import (
	"fmt"
	"path"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "build-release-run/server-side-deploy",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "A deploy changes the code on a server in place",
	Why: "What runs is whatever a pull, an install and a copy left on that one machine: no artefact says which release it " +
		"is, a second server may get another, and going back means doing it all again.",
	Fixes: []audit.Fix{
		{For: "PHP", Text: "Build an image with the code and composer install --no-dev in CI, tag it with the commit, and let the server pull that tag; without containers, unpack one built archive for each release beside the last and switch a link."},
		{Text: "Build an image or archive in CI, tag it with the commit, and let the deploy only fetch that tag and restart what runs."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "003", "004"},
	Bad: `
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
      - run: ssh deploy@shop.example.org "cd /srv/shop && git pull && npm ci && pm2 restart shop"
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
      - run: docker build -t acme/shop:$GITHUB_SHA . && docker push acme/shop:$GITHUB_SHA
      - run: ssh deploy@shop.example.org "docker pull acme/shop:$GITHUB_SHA && /srv/shop/run $GITHUB_SHA"
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, d := range serverSideDeploys(c) {
			options := []audit.Option{audit.WithConfidence(d.confidence)}
			if d.releases {
				options = append(options, audit.WithSeverity(audit.Low))
			}
			report.Violation(d.at, d.subject, d.message(), options...)
		}
	},
})

// inPlace is a deploy that changes code on a server.
type inPlace struct {
	at         audit.Place
	subject    string // "git pull over ssh"
	what       string // command or action: "`git pull`"
	where      string // "on a server over ssh"
	releases   bool   // each release gets a directory of its own
	confidence audit.Confidence
}

func (d inPlace) message() string {
	text := fmt.Sprintf("%s runs %s %s", path.Base(d.at.Path), d.what, d.where)
	if d.releases {
		text += ", in a directory for each release"
	}
	return text
}

// serverSideDeploys lists the deploys of a component that change code in place.
func serverSideDeploys(c *audit.Component) []inPlace { return audit.OfComponent(c, findInPlace) }

func findInPlace(c *audit.Component) []inPlace {
	var list []inPlace
	for _, s := range scripts(c) {
		if forTests(s) {
			continue
		}
		if d, ok := changes(s, remoteSteps(s), "over ssh"); ok {
			list = append(list, d)
		}
		for _, command := range s.commands {
			commands, remote := remoteCommands(c, s, command)
			if !remote {
				continue
			}
			if d, ok := changes(s, commands, "over ssh"); ok {
				list = append(list, d)
			}
		}
		if d, ok := onTheServer(s); ok {
			list = append(list, d)
		}
		if c.Class != audit.StaticFrontend { // a page's files are its artefact
			list = append(list, uploads(c, s)...)
		}
	}
	return append(list, deployTools(c)...)
}
