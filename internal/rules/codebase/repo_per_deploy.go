package codebase

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "codebase/repo-per-deploy",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "One app is kept in several repositories",
	Why: "With a repository for each environment or customer every fix is made several times or forgotten, and no commit " +
		"says what all of them run. One codebase has many deploys, which differ by their config.",
	Fixes: []audit.Fix{
		{Text: "Merge them into one repository (git remote add, git merge; what differs moves into environment variables), deploy every environment and customer from it, and archive the others."},
	},
	Severity:   audit.High,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "001", "004"},
	Bad: `
repository acme/shop-production
root 1f0e
sibling acme/shop-development root=1f0e

-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
`,
	Good: `
repository acme/shop
root 1f0e
sibling acme/shop-infra root=77aa
sibling acme/money root=c4d2

-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c != speaker(c.Repo) {
			return
		}
		for _, r := range audit.OfRepository(c.Repo, relatives) {
			report.Violation(c.Absence(), r.name, r.message())
		}
	},
})

// relative is another repository of the owner that holds the same app.
type relative struct {
	name    string // "owner/name"
	history bool   // they begin with the same commit
	shared  int    // percent of the smaller one's contents that both have
}

func (r relative) message() string {
	if r.history {
		return fmt.Sprintf("%s is the same app in another repository: both begin with the same commit", r.name)
	}
	return fmt.Sprintf("%s is the same app in another repository: %d %% of the files are equal", r.name, r.shared)
}

// minBlobs is the least number of files that tell repositories to be copies.
const minBlobs = 5

// relatives lists the owner's repositories that hold the same app, by name:
// those of the same stem that share the first commit or most of the contents.
// A fork is somebody's work on the same codebase.
func relatives(repo *audit.Repository) []relative {
	if repo.Siblings == nil {
		return nil
	}
	stem, varied := stemOf(path.Base(repo.Name))
	var own map[string]bool
	var list []relative
	for _, s := range repo.Siblings.Others {
		other, variant := stemOf(path.Base(s.Name))
		if s.Fork || s.Name == repo.Name || other != stem || !varied && !variant {
			continue
		}
		r := relative{name: s.Name, history: s.Root != "" && s.Root == repo.Siblings.Root}
		if own == nil {
			own = blobsOf(repo)
		}
		r.shared = share(own, s.Blobs)
		if r.history || float64(r.shared) >= 100*minShare {
			list = append(list, r)
		}
	}
	return list
}

func blobsOf(repo *audit.Repository) map[string]bool {
	blobs := map[string]bool{}
	for _, f := range repo.Files {
		if f.Blob() != "" && !f.Empty() {
			blobs[f.Blob()] = true
		}
	}
	return blobs
}

// share is how many percent of the smaller set of contents are in both.
func share(own map[string]bool, blobs []string) int {
	theirs := map[string]bool{}
	common := 0
	for _, blob := range blobs {
		if !theirs[blob] && own[blob] {
			common++
		}
		theirs[blob] = true
	}
	smaller := min(len(own), len(theirs))
	if smaller < minBlobs {
		return 0
	}
	return 100 * common / smaller
}

// speaker is the component that says what concerns the whole repository: the
// first that is deployed, else the first.
func speaker(repo *audit.Repository) *audit.Component {
	if c := firstDeployed(repo); c != nil {
		return c
	}
	for _, c := range repo.Components {
		if !strings.HasPrefix(c.Path, ".") || c.Path == "." {
			return c
		}
	}
	return nil
}
