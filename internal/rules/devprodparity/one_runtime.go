package devprodparity

import (
	"fmt"
	"path"
	"slices"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:      "dev-prod-parity/one-runtime",
	Aspect:  "b",
	Type:    audit.Positive,
	Title:   "What is deployed runs on the runtime that it was developed and tested with",
	Why:     "One version of the language's runtime everywhere means that what a developer saw and CI proved is what happens in production.",
	Sources: []string{"12F", "001", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Dockerfile --
FROM node:22
COPY . .
CMD ["node", "server.js"]
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- .nvmrc --
22
-- Dockerfile --
FROM node:22
COPY . .
CMD ["node", "server.js"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if len(runtimeDifferences(c)) > 0 {
			return
		}
		if at, message := oneImage(c); message != "" {
			report.Pass(at, 1, message)
			return
		}
		inCI, follows := tested(c)
		images := deployed(c)
		best := 0.0
		var at audit.Place
		var message string
		for _, runtime := range runtimesOf(c, images) {
			references := ofRuntime(images, runtime)
			others := ofRuntime(slices.Concat(inCI, developed(c), declared(c)), runtime)
			if len(references) == 0 {
				references, others = ofRuntime(inCI, runtime), ofRuntime(slices.Concat(developed(c), declared(c)), runtime)
			}
			for _, r := range references {
				for _, s := range others {
					strength := 0.5 // a range lets it in, and others too
					if s.exact() && s.release == r.release && s.place != r.place {
						strength = 1
					} else if s.exact() || s.constraint == "" {
						continue
					}
					if strength > best {
						best, at = strength, r.place
						message = fmt.Sprintf("%s is %s in %s and %s in %s", runtimeTitle[runtime], r.written, r.by, s.written, s.by)
					}
				}
			}
			if place, ok := follows[runtime]; ok && best < 1 && len(ofRuntime(images, runtime)) == 0 {
				best, at = 1, place
				message = fmt.Sprintf("CI takes the version of %s from the file that developers use", runtimeTitle[runtime])
			}
			if best > 0 {
				break // of the component's own language first
			}
		}
		if best > 0 {
			report.Pass(at, best, message)
		}
	},
})

// oneImage reports whether developers or CI run the component in an image of the
// very Dockerfile that is deployed.
func oneImage(c *audit.Component) (audit.Place, string) {
	if c.Image == nil {
		return audit.Place{}, ""
	}
	for s := range audit.Facts[inspect.ComposeService](c) {
		if !s.Fact.Build || c.EnvironmentOf(s.File) == audit.Production && !mountsSource(s.Fact) {
			continue
		}
		name := s.Fact.Dockerfile
		if name == "" {
			name = "Dockerfile"
		}
		if path.Join(s.File.Dir(), s.Fact.Context, name) == c.Image.File.Path {
			return s.At(), fmt.Sprintf("%s builds the same %s that is deployed", path.Base(s.File.Path), path.Base(c.Image.File.Path))
		}
	}
	return audit.Place{}, ""
}
