package dependencies

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/locked-build",
	Aspect: "b",
	Type:   audit.Positive,
	Title:  "Builds install what the lock file holds",
	Why: "With a committed lock and an install that obeys it, the same commit gives the same packages everywhere. A lock " +
		"that the build may rewrite is half of it.",
	Sources: []string{"12F", "001", "002", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "^4.19.2"}}
-- server.js --
require("express")().listen(process.env.PORT)
-- Dockerfile --
FROM node:22.4.0
COPY . .
RUN npm install
CMD ["node", "server.js"]
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "^4.19.2"}}
-- package-lock.json --
{"name": "shop", "lockfileVersion": 3, "packages": {"": {"dependencies": {"express": "^4.19.2"}}, "node_modules/express": {"version": "4.19.2"}}}
-- server.js --
require("express")().listen(process.env.PORT)
-- Dockerfile --
FROM node:22.4.0
COPY . .
RUN npm ci
CMD ["node", "server.js"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		var locked []evidence
		for _, b := range buildsOf(c) {
			if b.lock != nil {
				locked = append(locked, evidenceOf(c, b))
			} else if !silentBuild(c, b) {
				return // one open half leaves the build open
			}
		}
		named, ok := namedVersions(c)
		if !ok {
			return
		}
		locked = append(locked, named...)
		strength := 1.0
		for _, e := range locked {
			strength = min(strength, e.strength)
		}
		for _, e := range locked {
			report.Pass(e.at, strength, e.message)
		}
	},
})

// evidence is how far the packages of one ecosystem are held.
type evidence struct {
	strength float64
	at       audit.Place
	message  string
}

// evidenceOf is whole where the deployed image, or CI where the image installs
// nothing, installs from the lock, and half for the lock alone.
func evidenceOf(c *audit.Component, b build) evidence {
	var chosen *install
	for _, i := range installs(c) {
		if i.ecosystem != b.ecosystem || i.image != inImage(c, b.ecosystem) {
			continue
		}
		i.frozen = i.frozen && !(i.loose && !bundleFrozen(c, i)) && (i.manager != "pip" || b.lock.Format == inspect.Requirements)
		if chosen == nil || !i.frozen {
			chosen = &i
		}
	}
	if chosen != nil && chosen.frozen {
		return evidence{1, chosen.at, fmt.Sprintf("%s installs exactly what %s holds", chosen.manager, path.Base(b.lock.Path))}
	}
	at := audit.Place{Path: b.lock.Path, Line: 1, EndLine: 1}
	return evidence{0.5, at, fmt.Sprintf("%s holds the versions of the dependencies", path.Base(b.lock.Path))}
}

// bundleFrozen reports whether Bundler is told elsewhere than in its command to
// take nothing but what the lock holds.
func bundleFrozen(c *audit.Component, i install) bool {
	if i.manager != "bundler" {
		return false
	}
	for instruction := range audit.Facts[inspect.Instruction](c) {
		if instruction.Fact.Name == "ENV" && slices.ContainsFunc(instruction.Fact.Pairs, func(e inspect.EnvEntry) bool { return e.Name == "BUNDLE_DEPLOYMENT" || e.Name == "BUNDLE_FROZEN" }) {
			return true
		}
		if instruction.Fact.Start != nil && strings.Contains(instruction.Fact.Start.Text, "bundle config") && (strings.Contains(instruction.Fact.Start.Text, "deployment") || strings.Contains(instruction.Fact.Start.Text, "frozen")) {
			return true
		}
	}
	return false
}

// inImage reports whether the deployed image installs packages of this
// ecosystem: then what CI does is not what is deployed.
func inImage(c *audit.Component, ecosystem inspect.Ecosystem) bool {
	for _, i := range installs(c) {
		if i.ecosystem == ecosystem && i.image {
			return true
		}
	}
	return false
}
