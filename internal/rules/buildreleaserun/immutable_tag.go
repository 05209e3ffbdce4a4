package buildreleaserun

import (
	"fmt"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "build-release-run/immutable-tag",
	Aspect: "b",
	Type:   audit.Positive,
	Title:  "Releases are identified for good",
	Why: "A version, commit or digest in the image's name says what runs and what ran, and makes going back to it a matter of " +
		"naming it.",
	Sources: []string{"12F", "001", "003", "004"},
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
		for _, p := range publications(c) {
			for _, r := range p.references() {
				if r.kind == fixed {
					report.Pass(p.At(), 1, "CI names each image by its version or commit")
					return
				}
			}
		}
		for _, d := range deployedImages(c) {
			if kindOfImage(d.image) == fixed {
				report.Pass(d.at, 1, fmt.Sprintf("%s is deployed by its version", d.image))
				return
			}
		}
	},
})
