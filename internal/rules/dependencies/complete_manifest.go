package dependencies

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/complete-manifest",
	Aspect: "a",
	Type:   audit.Positive,
	Title:  "Every import is declared",
	Why: "All source was read and each package that it imports is in a manifest: a clean machine needs the manifest " +
		"alone to run the program.",
	Sources: []string{"12F", "000", "001", "003", "004"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- Procfile --
web: python app.py
-- app.py --
import flask, requests
flask.Flask(__name__).run(host="0.0.0.0")
`,
	Good: `
-- requirements.txt --
flask==3.0.0
requests==2.32.5
-- Procfile --
web: python app.py
-- app.py --
import flask, requests
flask.Flask(__name__).run(host="0.0.0.0")
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if !understood(c) || beforeModules(c) {
			return
		}
		r := audit.OfComponent(c, resolveImports)
		if r.unknown {
			return
		}
		packages := map[string]bool{}
		for _, use := range r.uses {
			if use.verdict == undeclared {
				return
			}
			packages[use.name] = true
		}
		n := len(packages) + goModules(c)
		if n > 0 {
			report.Pass(c.Absence(), 1, fmt.Sprintf("All source was read, and %s that it imports %s declared", plural(n, "package"), are(n)))
			return
		}
		if len(r.manifests) > 0 || usesFormat(c, inspect.Go) {
			report.Pass(c.Absence(), 0.5, "All source was read, and it imports no package from outside")
		}
	},
})

// beforeModules reports whether a Go program imports packages of others and no
// go.mod stands at its directory or above: their list is in no format that is read.
func beforeModules(c *audit.Component) bool {
	for dir := c.Path; ; dir = path.Dir(dir) {
		if c.Repo.Has(path.Join(dir, "go.mod")) {
			return false
		}
		if dir == "." {
			break
		}
	}
	for i := range audit.Facts[inspect.Import](c) {
		root, _, _ := strings.Cut(i.Fact.Path, "/")
		if i.File.Format == inspect.Go && strings.Contains(root, ".") && !c.Repo.Has(path.Join(path.Dir(i.File.Path), "go.mod")) {
			return true
		}
	}
	return false
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// understood reports whether imports are resolved in each language that the
// component is written in.
func understood(c *audit.Component) bool {
	for _, language := range c.Languages {
		switch language {
		case "Python", "JavaScript", "TypeScript", "Go":
		default:
			return false
		}
	}
	return len(c.Languages) > 0
}

// goModules counts the modules that a Go program requires itself. What it
// imports without requiring does not compile.
func goModules(c *audit.Component) int {
	if !usesFormat(c, inspect.Go) {
		return 0
	}
	files := c.Files
	if f := c.Repo.File(c.Manifest); f != nil && c.File(f.Path) == nil {
		files = append(files[:len(files):len(files)], f)
	}
	n := 0
	for d := range audit.FactsIn[inspect.Dependency](files) {
		if d.Fact.Ecosystem == inspect.GoMod && !d.Fact.Indirect {
			n++
		}
	}
	return n
}
