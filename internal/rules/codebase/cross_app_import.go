package codebase

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "codebase/cross-app-import",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "An app takes code out of another app's directory",
	Why: "The two can't be built, versioned or released apart any more: a change in one app breaks the other without any " +
		"dependency saying so, and an image that holds one directory alone does not start." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{Text: "Move what both need into a package of its own, and let both apps depend on it by name."},
		{For: "JavaScript", Text: "Move it to packages/<name> with a package.json, add the directory to the workspaces, and declare \"workspace:*\" (npm: \"*\") in both apps."},
		{For: "TypeScript", Text: "Move it to packages/<name> with a package.json, add the directory to the workspaces, and declare \"workspace:*\" (npm: \"*\") in both apps."},
		{For: "Python", Text: "Move it to a package with its own pyproject.toml, and declare it in both apps as a path or workspace dependency."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F"},
	Bad: `
-- api/package.json --
{"name": "api", "private": true, "scripts": {"start": "node server.js"}}
-- api/server.js --
require("http").createServer(require("./price")).listen(process.env.PORT)
-- api/price.js --
module.exports = (req, res) => res.end("1")
-- mailer/package.json --
{"name": "mailer", "private": true, "scripts": {"start": "node server.js"}}
-- mailer/server.js --
require("http").createServer(require("../api/price")).listen(process.env.PORT)
`,
	Good: `
-- package.json --
{"private": true, "workspaces": ["api", "mailer", "packages/*"]}
-- api/package.json --
{"name": "api", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"@acme/price": "*"}}
-- api/server.js --
require("http").createServer(require("@acme/price")).listen(process.env.PORT)
-- mailer/package.json --
{"name": "mailer", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"@acme/price": "*"}}
-- mailer/server.js --
require("http").createServer(require("@acme/price")).listen(process.env.PORT)
-- packages/price/package.json --
{"name": "@acme/price", "version": "1.0.0", "private": true, "main": "index.js"}
-- packages/price/index.js --
module.exports = (req, res) => res.end("1")
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if !isApp(c) {
			return
		}
		for i := range audit.Facts[inspect.Import](c, source.Prod) {
			if i.Fact.TypeOnly {
				continue // gone after the build
			}
			if f, other := importedApp(c, i); other != nil {
				report.Violation(i.At(), other.Path, fmt.Sprintf("%s imports %s out of the app %s", path.Base(i.File.Path), f.Path, other.Path))
			}
		}
		if c.Image == nil || path.Dir(c.Image.File.Path) != c.Path {
			return // one image of several apps
		}
		for _, i := range c.Image.Instructions {
			if (i.Fact.Name != "COPY" && i.Fact.Name != "ADD") || i.Fact.From != "" || len(i.Fact.Args) < 2 {
				continue
			}
			for _, from := range i.Fact.Args[:len(i.Fact.Args)-1] {
				if other := copiedApp(c, from); other != nil {
					report.Violation(i.At(), other.Path, fmt.Sprintf("The Dockerfile of %s copies %s out of the app %s", c.Path, path.Clean(from), other.Path))
				}
			}
		}
	},
})

// isApp reports whether a component is something that is deployed by itself.
func isApp(c *audit.Component) bool {
	switch c.Class {
	case audit.WebService, audit.Worker, audit.Function, audit.StaticFrontend:
		return c.Path != "."
	}
	return false
}

// importedApp finds the file of another app that an import names by its path.
func importedApp(c *audit.Component, i audit.Located[inspect.Import]) (*audit.File, *audit.Component) {
	var f *audit.File
	switch i.File.Format {
	case inspect.JavaScript, inspect.TypeScript, inspect.TSX, inspect.Vue, inspect.Svelte, inspect.Ruby, inspect.PHP:
		if strings.HasPrefix(i.Fact.Path, "../") {
			f = sourceAt(c.Repo, path.Join(i.File.Dir(), i.Fact.Path))
		}
	case inspect.Python:
		root, rest, _ := strings.Cut(i.Fact.Path, ".")
		if root != "" && root != c.Path && c.File(path.Join(c.Path, root, "__init__.py")) == nil && c.File(path.Join(c.Path, root+".py")) == nil {
			f = moduleAt(c.Repo, path.Join(root, strings.ReplaceAll(rest, ".", "/")), i.Fact.Names)
		}
	}
	if f == nil || c.File(f.Path) != nil || f.Role != source.Prod {
		return nil, nil
	}
	return f, appOf(c, f)
}

var extensions = []string{"", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".rb", ".php", "/index.ts", "/index.tsx", "/index.js", "/index.mjs"}

// sourceAt finds a source file by its path with or without its extension; a
// compiled name stands for its source.
func sourceAt(repo *audit.Repository, name string) *audit.File {
	for _, stem := range []string{name, strings.TrimSuffix(name, ".js")} {
		for _, ext := range extensions {
			if f := repo.File(stem + ext); f != nil && isCode(f) {
				return f
			}
		}
	}
	return nil
}

// moduleAt finds a Python module below the repository's root.
func moduleAt(repo *audit.Repository, name string, names []string) *audit.File {
	for _, n := range append([]string{""}, names...) {
		for _, ext := range []string{".py", "/__init__.py"} {
			if f := repo.File(path.Join(name, n) + ext); f != nil {
				return f
			}
		}
	}
	return nil
}

// appOf is the other app that a file belongs to, nil when it is none, or when
// one of both lies within the other.
func appOf(c *audit.Component, f *audit.File) *audit.Component {
	for _, other := range c.Repo.Components {
		if other != c && isApp(other) && other.File(f.Path) != nil && strings.HasPrefix(f.Path, other.Path+"/") && !nested(c, other) {
			return other
		}
	}
	return nil
}

func nested(a, b *audit.Component) bool {
	return strings.HasPrefix(a.Path+"/", b.Path+"/") || strings.HasPrefix(b.Path+"/", a.Path+"/")
}

// copiedApp is the other app that a Dockerfile copies code of. A whole app is
// built there, and a manifest only tells what to install.
func copiedApp(c *audit.Component, from string) *audit.Component {
	from = path.Clean(strings.TrimSuffix(from, "/*"))
	if from == "." || strings.ContainsAny(from, "*$") {
		return nil
	}
	for _, other := range c.Repo.Components {
		if other == c || !isApp(other) || other.Class == audit.StaticFrontend || nested(c, other) || !strings.HasPrefix(from, other.Path+"/") {
			continue
		}
		for _, f := range other.Files {
			if f.Role == source.Prod && isCode(f) && (f.Path == from || strings.HasPrefix(f.Path, from+"/")) {
				return other
			}
		}
	}
	return nil
}
