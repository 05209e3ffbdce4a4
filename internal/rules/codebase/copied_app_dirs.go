package codebase

import (
	"fmt"
	"path"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "codebase/copied-app-dirs",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "An app is kept as several copies of its directory",
	Why: "Every fix must be made in each copy by hand, and soon nobody knows which of them runs where. Versions belong " +
		"in git's history, differences between deploys in their environment." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{Text: "Keep one directory, tag the commit that holds ‹name›, delete that copy, and move what differs between deploys into environment variables."},
		{Text: "Keep one directory, tag the commit that holds the other, delete the copy, and move what differs between deploys into environment variables."},
	},
	Severity:   audit.High,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "001", "004"},
	Bad: `
-- shop-v1/package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- shop-v1/server.js --
require("./cart"); require("http").createServer().listen(process.env.PORT)
-- shop-v1/cart.js --
exports.add = (cart, item) => [...cart, item]
-- shop-v2/package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- shop-v2/server.js --
require("./cart"); require("http").createServer().listen(process.env.PORT || 3000)
-- shop-v2/cart.js --
exports.add = (cart, item) => [...cart, item]
`,
	Good: `
-- shop/package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- shop/server.js --
require("./cart"); require("http").createServer().listen(process.env.PORT)
-- shop/cart.js --
exports.add = (cart, item) => [...cart, item]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, copied := range copiesOf(c) {
			report.Violation(copied.at, path.Base(copied.dir), copied.message(), audit.Naming("name", path.Base(copied.dir)))
		}
	},
})

func (l lookAlike) message() string {
	if l.equal == 0 {
		return fmt.Sprintf("%s repeats %s: %d of its %d files have the same path", l.dir, l.of, l.shared, l.files)
	}
	return fmt.Sprintf("%s repeats %s: %d of its %d files have the same path, %d the same content", l.dir, l.of, l.shared, l.files, l.equal)
}
