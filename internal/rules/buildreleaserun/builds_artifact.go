package buildreleaserun

import (
	"fmt"
	"path"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "build-release-run/builds-artifact",
	Aspect: "a",
	Type:   audit.Positive,
	Title:  "An artefact is built before anything runs",
	Why: "What runs was made once, from one commit: each environment and each instance starts the same bytes, and going " +
		"back is starting the ones before.",
	Sources: []string{"12F", "000", "001", "002", "003", "004"},
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
-- Dockerfile --
FROM node:22
COPY . .
RUN npm ci
CMD ["node", "server.js"]
-- .github/workflows/release.yml --
on: {push: {tags: ["v*"]}}
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: acme/shop:${{ github.ref_name }}
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, p := range publications(c) {
			report.Pass(p.At(), 1, fmt.Sprintf("CI builds and hands on %s", p.what))
			return
		}
		for _, p := range c.Processes {
			if len(buildSteps(c, p)) > 0 {
				return // what is built is built again at each start
			}
		}
		if at, how := builds(c); how != "" {
			report.Pass(at, 0.5, how)
		}
	},
})

// builds tells from the descriptors how the artefact is made, by whomever.
func builds(c *audit.Component) (at audit.Place, how string) {
	if c.Image != nil {
		stages := 0
		for s := range audit.FactsIn[inspect.Stage]([]*audit.File{c.Image.File}, c.Image.File.Role) {
			stages++
			at = s.At()
		}
		if stages > 1 {
			return at, "The Dockerfile builds in stages of its own"
		}
		for _, i := range c.Image.Instructions {
			if i.Fact.Name == "RUN" && makes(i.Fact.Start) {
				return i.At(), "The Dockerfile builds what the image runs"
			}
		}
	}
	for p := range audit.Facts[inspect.Process](c) {
		if p.File.Format == inspect.Procfile && c.Image == nil {
			return p.At(), "A buildpack builds it before the process types of the Procfile start"
		}
	}
	return at, ""
}

// makes reports whether a line of an image makes or installs anything of the
// program, rather than getting the image's system ready.
func makes(run *inspect.Start) bool {
	if run == nil || len(run.Commands) == 0 {
		return true // what can't be read may
	}
	for _, command := range run.Commands {
		if argv := audit.Unwrap(command.Argv); len(argv) > 0 && !readies[path.Base(argv[0])] {
			return true
		}
	}
	return false
}

// readies are programs that get a system ready for what is copied into it.
var readies = map[string]bool{
	"apk": true, "apt": true, "apt-get": true, "yum": true, "dnf": true, "microdnf": true, "zypper": true, "update-ca-certificates": true, "locale-gen": true,
	"mkdir": true, "chmod": true, "chown": true, "rm": true, "ln": true, "touch": true, "echo": true, "printf": true, "true": true, "set": true, "cd": true, "export": true,
	"adduser": true, "addgroup": true, "useradd": true, "groupadd": true, "usermod": true, "setcap": true, "ls": true,
}
