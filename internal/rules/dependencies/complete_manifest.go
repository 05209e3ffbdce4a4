package dependencies

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
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
		proofs, ok := proofsOf(c)
		if !ok || beforeModules(c) {
			return
		}
		r := audit.OfComponent(c, resolveImports)
		if r.unknown && !assetsOf(c, proofs) {
			return
		}
		packages := map[string]bool{}
		for _, use := range r.uses {
			if use.verdict == undeclared {
				return
			}
			packages[use.name] = true
		}
		for _, p := range proofs {
			report.Pass(p.at, p.strength, p.message)
		}
		n := len(packages) + goModules(c)
		if n > 0 {
			report.Pass(c.Absence(), 1, fmt.Sprintf("All source was read, and %s that it imports %s declared", plural(n, "package"), are(n)))
			return
		}
		if len(proofs) > 0 {
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

// proofsOf collects the proof of each language whose imports are not resolved,
// false where one of the component's languages has none.
func proofsOf(c *audit.Component) ([]proof, bool) {
	var list []proof
	for i, language := range c.Languages {
		if resolvedLanguages[language] {
			continue
		}
		prove, known := byBuild[language]
		if !known {
			if i > 0 && filesIn(c, language)*strayShare <= filesIn(c, c.Languages[0]) {
				continue
			}
			return nil, false
		}
		p, ok := prove(c, language)
		if !ok {
			return nil, false
		}
		list = append(list, p)
	}
	return list, len(c.Languages) > 0
}

// strayShare is how many files of the component's main language stand against
// one in a language that nothing resolves: a stray script decides nothing.
const strayShare = 20

func filesIn(c *audit.Component, language string) int {
	n := 0
	for _, f := range c.Files {
		if f.Role == source.Prod && audit.LanguageOf(f.Path) == language {
			n++
		}
	}
	return n
}

// assetsOf reports whether the imports that can't be told are aside of a program
// in a proven language: a few stray files, or scripts for browsers which it hands
// out, and which its framework declares in its own way when npm has no manifest.
func assetsOf(c *audit.Component, proofs []proof) bool {
	if len(proofs) == 0 || resolvedLanguages[c.Languages[0]] {
		return false
	}
	files := map[string]int{}
	for _, language := range c.Languages {
		files[language] = filesIn(c, language)
	}
	python, others := files["Python"], files["JavaScript"]+files["TypeScript"]+files["Go"]
	whole := files[c.Languages[0]]
	if python*strayShare > whole || (python+others)*strayShare <= whole {
		return python*strayShare <= whole
	}
	for m := range audit.Facts[inspect.Manifest](c) {
		if m.Fact.Ecosystem == inspect.NPM {
			return false
		}
	}
	return true
}

// understood reports whether imports are resolved in each language that the
// component is written in.
func understood(c *audit.Component) bool {
	for _, language := range c.Languages {
		if !resolvedLanguages[language] {
			return false
		}
	}
	return len(c.Languages) > 0
}

var resolvedLanguages = map[string]bool{"Python": true, "JavaScript": true, "TypeScript": true, "Go": true}

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
