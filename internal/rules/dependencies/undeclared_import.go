package dependencies

import (
	"fmt"
	"path"
	"slices"
	"sort"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/undeclared-import",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "A package is imported but not declared",
	Why: "The program works where somebody once installed the package by hand, or as long as another package happens to " +
		"bring it. A clean install, or an upgrade of that other package, stops it at the import.",
	Fixes: []audit.Fix{
		{For: "handed on", Text: "Import it from ‹holder›, which is declared and exports the same, and leave ‹package› out of the manifest: a second copy of it can be of another version."},
		{For: "locked", Text: "Declare ‹package› at the version that ‹lock› has now (‹command›), and commit both."},
		{For: "together", Text: "Declare them at the versions that ‹lock› has now (‹command›), and commit both."},
		{For: "together", Text: "Declare them at the versions that ‹lock› has now, and commit both."},
		{For: "locked", Text: "Declare ‹package› (‹add› ‹package›) at the version that ‹lock› has now, and commit both."},
		{For: "types", Text: "Declare ‹package› in devDependencies at the version that ‹lock› has now, and commit both."},
		{For: "scripts", Text: "Give the scripts in ‹dir› a manifest of their own that declares what they import, with its lock file, or delete them if nobody starts them any more."},
		{For: "unnamed", Text: "Declare the package that brings ‹module› in the manifest: it may have another name than its module."},
		{For: "Python", Text: "Add ‹package› to requirements.txt or to [project] dependencies in pyproject.toml."},
		{For: "JavaScript", Text: "Add ‹package› to dependencies in package.json and commit the lock file with it."},
		{Text: "Add ‹package› to the manifest, and update the lock file."},
		{Text: "Add the package to the manifest, at the version that the lock file has now where there is one, and update the lock file."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Ratio,
	Sources:    []string{"12F", "000", "003"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "4.19.2"}}
-- server.js --
require("dotenv").config();
require("express")().listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "4.19.2", "dotenv": "16.4.5"}}
-- server.js --
require("dotenv").config();
require("express")().listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		good := map[string]bool{}
		uses := slices.Clone(audit.OfComponent(c, resolveImports).uses)                          // which other rules read meanwhile
		sort.SliceStable(uses, func(i, j int) bool { return uses[i].doubt() < uses[j].doubt() }) // the place that matters most stands for the package
		beside, together := besideProgram(c, uses), lackedTogether(c, uses)
		for _, use := range uses {
			if use.verdict == declared {
				good[use.name] = true
				continue
			}
			if l := together[causeOf(c, use)]; l != nil && len(l.names) > 1 {
				reportLacking(c, use, l, report)
			} else {
				reportUndeclared(c, use, beside[path.Dir(use.File.Path)], report)
			}
		}
		reportDriver(c, report)
		reportServer(c, report)
		report.Good(len(good))
	},
})

// besideProgram are the undeclared packages of scripts that nothing which a deploy
// starts leads to, by their directory.
func besideProgram(c *audit.Component, uses []importUse) map[string][]string {
	names := map[string][]string{}
	for _, use := range uses {
		dir := path.Dir(use.File.Path)
		if use.verdict == undeclared && use.lock == "" && c.LiesAside(use.File) && !slices.Contains(names[dir], use.name) {
			names[dir] = append(names[dir], use.name)
		}
	}
	return names
}

// adds are the commands that declare a package, by the lock that they also write.
var adds = map[string]string{
	"package-lock.json": "npm install --save", "npm-shrinkwrap.json": "npm install --save", "yarn.lock": "yarn add", "pnpm-lock.yaml": "pnpm add", "bun.lock": "bun add",
	"uv.lock": "uv add", "poetry.lock": "poetry add", "pdm.lock": "pdm add", "Pipfile.lock": "pipenv install",
}

// reportUndeclared weighs one undeclared import: what a lock still resolves
// breaks later, and hardly where another part of the workspace asks for it; a script that is run by hand breaks for its author, and a name
// that no table knows may be published under another.
// Scripts of one directory that nothing starts have one finding: scripts are the
// names that those of the use's directory lack, in order.
func reportUndeclared(c *audit.Component, use importUse, scripts []string, report *audit.Report) {
	if c.LiesAside(use.File) && use.lock == "" && len(scripts) > 1 {
		message := fmt.Sprintf("%s are imported by scripts in %s that nothing starts, but no manifest declares them", audit.Enumerated(scripts), path.Dir(use.File.Path))
		report.Violation(use.At(), "scripts in "+path.Dir(use.File.Path), message, audit.WithSeverity(audit.Low), audit.WithConfidence(audit.MediumConfidence), audit.WithFix("scripts"), audit.Naming("dir", path.Dir(use.File.Path)))
		return
	}
	w := weigh(c, use)
	module, _ := packageName(use.Fact.Path)
	options := []audit.Option{audit.WithSeverity(w.severity), audit.WithConfidence(w.confidence), audit.WithFix(w.fix), audit.Naming("module", module), audit.Naming("package", use.name), audit.Naming("add", adds[path.Base(use.lock)]), audit.Naming("lock", path.Base(use.lock)), audit.Naming("holder", use.holder)}
	if d := declaringOf(c, use); d.command != "" {
		options = append(options, audit.NamingCommand("command", d.line([]string{use.name})))
	}
	report.Violation(use.At(), use.name, w.message, options...)
}

// weighed is what one undeclared import comes to.
type weighed struct {
	message    string
	severity   audit.Severity
	confidence audit.Confidence
	fix        string
}

func weigh(c *audit.Component, use importUse) weighed {
	w := weighed{fmt.Sprintf("%s is imported, but no manifest declares it", shownName(use)), audit.High, audit.HighConfidence, "locked"}
	if use.lock != "" {
		w.message = fmt.Sprintf("%s is imported without being declared: %s has it only because another package needs it", shownName(use), path.Base(use.lock))
		w.severity = audit.Medium
		if by := askedFor(c.Repo, use.lock, use.name); by != "" {
			w.message = fmt.Sprintf("%s is imported without being declared: %s has it because %s asks for it", shownName(use), path.Base(use.lock), by)
			w.severity = audit.Low
		}
	}
	if use.lock == "" && use.by != "" {
		w.message = fmt.Sprintf("%s is imported without being declared: it is there only because %s needs it", shownName(use), use.by)
		w.severity = audit.Medium
	}
	if use.Fact.Dynamic || !use.certain {
		w.confidence = audit.MediumConfidence
	}
	if use.holder != "" {
		w.fix = "handed on"
	}
	if use.types {
		w.message = fmt.Sprintf("only types of %s are imported, and %s has %s, which holds them, only because another package needs it", use.Fact.Path, path.Base(use.lock), use.name)
		w.severity, w.fix = audit.Low, "types"
	}
	if aside(c, use) {
		w.severity, w.confidence = audit.Low, audit.MediumConfidence
	}
	if use.stub != "" && use.lock == "" { // who asks for its types has it, perhaps from a fork
		w.message += fmt.Sprintf(", though %s is there: a package of another name may bring it", use.stub)
		w.severity, w.confidence, w.fix = audit.Low, audit.LowConfidence, "unnamed"
	}
	if !use.certain && use.lock == "" { // the module's name need not be the package's
		w.fix = "unnamed"
	}
	return w
}

// aside reports whether nothing that a deploy starts needs an import's file.
func aside(c *audit.Component, use importUse) bool {
	return errand(use.File.Path) || c.LiesAside(use.File) || leftCopy(c, use.File)
}

// askedOf is a package that a member of a lock's workspace declares.
type askedOf struct{ dir, name string }

// askedFor is the manifest that declares a package among the members of a lock's
// workspace, the first by path, or "". What has a lock of its own is no member, and
// files of pip are none of another manager's.
func askedFor(r *audit.Repository, lock, name string) string {
	return audit.OfRepository(r, askedOfLocks)[askedOf{path.Dir(lock), name}]
}

func askedOfLocks(r *audit.Repository) map[askedOf]string {
	by := map[askedOf]string{}
	for d := range audit.AllFacts[inspect.Dependency](r) {
		if d.Fact.Indirect || d.File.Format == inspect.Requirements {
			continue
		}
		dir, locked := lockedAt(r, d.Fact.Ecosystem, d.File.Dir())
		if at := (askedOf{dir, d.Fact.Name}); locked && by[at] == "" {
			by[at] = d.File.Path
		}
	}
	return by
}

// lockedAt is the nearest directory with a lock, of a directory and those around it.
func lockedAt(r *audit.Repository, ecosystem inspect.Ecosystem, dir string) (at string, ok bool) {
	for ; ; dir = path.Dir(dir) {
		for _, name := range lockNames[ecosystem] {
			if r.Has(path.Join(dir, name)) {
				return dir, true
			}
		}
		if dir == "." {
			return "", false
		}
	}
}

// doubt orders imports of one package: those that run when the program starts,
// those that may not, those of scripts that are run by hand.
func (u importUse) doubt() int {
	switch {
	case errand(u.File.Path):
		return 2
	case u.Fact.Dynamic:
		return 1
	}
	return 0
}

// shownName is the module, and the package where that has another name.
func shownName(use importUse) string {
	if pkg, _ := packageName(use.Fact.Path); pkg == use.name || !use.certain && use.lock == "" {
		if pkg != use.name {
			return use.Fact.Path
		}
		return use.name
	}
	return fmt.Sprintf("%s (package %s)", use.Fact.Path, use.name)
}
