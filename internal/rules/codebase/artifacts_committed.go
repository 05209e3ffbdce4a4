package codebase

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "codebase/artifacts-committed",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Build output or installed packages are committed",
	Why: "A copy of what the build makes is a second codebase: it drifts from the source, is deployed without anyone " +
		"having reviewed it, and holds what one developer's machine happened to install.",
	Fixes: []audit.Fix{
		{For: "packages", Text: "Untrack ‹name› (git rm -r --cached), add it to .gitignore, and install from the lock file in CI or in the Dockerfile."},
		{For: "output", Text: "Untrack ‹name› (git rm -r --cached), add it to .gitignore, and let the build in CI or in the Dockerfile make it."},
		{For: "library", Text: "Publish ‹file› to a package repository that the build can reach and depend on it by name and version; what the build itself makes, untrack (git rm --cached) and ignore."},
		{For: "leavings", Text: "Untrack ‹name› (git rm -r --cached) and add it to .gitignore."},
		{Text: "Untrack it (git rm -r --cached), add it to .gitignore, and let the build make it from the source and the lock file."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "002"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "4.19.2"}}
-- server.js --
require("express")().listen(process.env.PORT)
-- node_modules/express/package.json --
{"name": "express", "version": "4.19.2"}
-- node_modules/express/index.js --
module.exports = require("./lib/express")
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}, "dependencies": {"express": "4.19.2"}}
-- server.js --
require("express")().listen(process.env.PORT)
-- .gitignore --
node_modules
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, a := range artifacts(c) {
			at := audit.Place{Path: a.first, Line: 1, EndLine: 1}
			report.Violation(at, a.name, a.message(), audit.WithSeverity(a.severity), audit.WithFix(a.fix()), audit.Naming("name", a.name), audit.Naming("file", path.Base(a.first)))
		}
	},
})

// artifact is output of one sort: a directory, or files of one extension.
type artifact struct {
	name     string // of the directory or pattern: "node_modules", "*.pyc"
	what     string // what it is, in a few words
	first    string // path of its first file
	files    int
	severity audit.Severity
	dir      string          // that it lies in, where all of that is output
	in       map[string]bool // the directories whose every file is output
}

// fix is what to do about this sort of output, whatever the program is written in.
func (a artifact) fix() string {
	switch a.what {
	case installed:
		return "packages"
	case compiled:
		return "output"
	case packaged:
		return "library"
	}
	return "leavings"
}

func (a artifact) message() string {
	if a.files == 1 {
		return fmt.Sprintf("%s is committed: %s", path.Base(a.first), a.what)
	}
	return fmt.Sprintf("%s is committed with %d files: %s", a.name, a.files, a.what)
}

// artifacts groups what is no source among the component's files, sorted by name.
func artifacts(c *audit.Component) []artifact {
	tree := listing(c)
	found := map[string]*artifact{}
	var dir string
	var onPurpose, telling bool
	for i, f := range c.Files {
		if here := f.Dir(); i == 0 || here != dir { // files are sorted by path
			dir, onPurpose, telling = here, staged(here), tree.telling(here)
		}
		if onPurpose || f.Role == source.Test || f.Role == source.Example || f.Role == source.Docs {
			continue
		}
		a, ok := tree.file(f.Path)
		if telling {
			a, ok = tree.artifact(f.Path)
		}
		if !ok {
			continue
		}
		known := found[a.name]
		if known == nil {
			a.first, a.in = f.Path, map[string]bool{}
			known = &a
			found[a.name] = known
		}
		if a.dir != "" {
			known.in[a.dir] = true
		} else {
			known.files++
		}
	}
	for _, a := range found {
		a.files += filesBelow(c, a.in)
		if a.what == compiled && comparedInCI(c, a.name) {
			a.severity = audit.Low // it can't differ from what its source makes
		}
	}
	list := make([]artifact, 0, len(found))
	for _, a := range found {
		list = append(list, *a)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list
}

// filesBelow counts the component's files in directories, whatever they are.
func filesBelow(c *audit.Component, dirs map[string]bool) int {
	n := 0
	for _, f := range c.Files {
		for dir := f.Dir(); len(dirs) > 0; dir = path.Dir(dir) {
			if dirs[dir] {
				n++
				break
			}
			if dir == "." {
				break
			}
		}
	}
	return n
}

// comparedInCI reports whether CI builds a directory again and looks with git
// whether that changes anything.
func comparedInCI(c *audit.Component, name string) bool {
	compares := func(command inspect.Command) bool {
		argv := command.Argv
		return len(argv) > 2 && path.Base(argv[0]) == "git" && (slices.Contains(argv, "diff") || slices.Contains(argv, "status")) &&
			slices.ContainsFunc(argv[2:], func(word string) bool { return strings.Contains(strings.ToLower(word), strings.ToLower(name)) })
	}
	for s := range audit.AllFacts[inspect.WorkflowStep](c.Repo, source.CI) {
		for _, step := range c.Steps(inspect.Start{Commands: s.Fact.Commands}, s.File) {
			if compares(step.Command) {
				return true
			}
		}
	}
	return false
}

// staged reports whether a directory is where tests, examples and documentation
// keep such files on purpose.
func staged(dir string) bool {
	for dir := range strings.SplitSeq(strings.ToLower(dir), "/") {
		switch dir {
		case "test", "tests", "testdata", "fixtures", "__fixtures__", "fixture", "spec", "specs", "e2e", "mocks", "__mocks__",
			"examples", "example", "samples", "demo", "docs", "doc", "documentation", "third_party", "testing", "test-data", "test_data":
			return true
		}
	}
	return false
}

// paths are the names that the component's files are known by.
type paths struct {
	c       *audit.Component
	names   map[string][]string // of the files in each directory
	tells   map[string]bool     // directories that telling was asked of
	from    map[string]bool     // directories that a build starts from
	library bool                // its output is what others install, or a published action
}

func listing(c *audit.Component) paths {
	p := paths{c: c, names: map[string][]string{}, tells: map[string]bool{".": c.File("pyvenv.cfg") != nil}, from: builtFrom(c), library: c.Class == audit.Library}
	for start := 0; start < len(c.Files); {
		dir, end := c.Files[start].Dir(), start
		for end < len(c.Files) && c.Files[end].Dir() == dir { // files are sorted by path
			end++
		}
		names := p.names[dir]
		for _, f := range c.Files[start:end] {
			names = append(names, path.Base(f.Path))
		}
		p.names[dir] = names
		start = end
	}
	for m := range audit.Facts[inspect.Manifest](c) {
		p.library = p.library || m.Fact.Publishable && m.Fact.Ecosystem == inspect.NPM
	}
	return p
}

func (p paths) has(dir string, names ...string) bool {
	for _, name := range names {
		if dir != "." {
			name = dir + "/" + name
		}
		if p.c.File(name) != nil {
			return true
		}
	}
	return false
}

const (
	installed = "packages that the lock file can install again"
	compiled  = "output of a build of the source beside it"
	packaged  = "a packaged program or library, which the build can fetch or make"
)

// tellingDirectories are the names that directory looks at.
var tellingDirectories = map[string]bool{
	"node_modules": true, "bower_components": true, "site-packages": true, "vendor": true, "bundle": true, "__pycache__": true, ".pytest_cache": true,
	".mypy_cache": true, ".next": true, ".nuxt": true, ".svelte-kit": true, ".parcel-cache": true, ".turbo": true, "htmlcov": true, "lcov-report": true,
	"dist": true, "build": true, "target": true, "bin": true, "obj": true,
}

// telling reports whether a directory, or one around it, can be output at all.
func (p paths) telling(dir string) bool {
	tells, known := p.tells[dir]
	if !known {
		tells = tellingDirectories[path.Base(dir)] || slices.Contains(p.names[dir], "pyvenv.cfg") || p.telling(path.Dir(dir))
		p.tells[dir] = tells
	}
	return tells
}

// artifact tells what sort of output a file is.
func (p paths) artifact(name string) (artifact, bool) {
	dirs := strings.Split(path.Dir(name), "/")
	for i, dir := range dirs {
		parent := path.Join(append([]string{"."}, dirs[:i]...)...)
		if a, ok := p.directory(parent, dir, path.Join(dirs[i+1:]...)+"/"+path.Base(name)); ok {
			a.dir = path.Join(parent, dir)
			return a, true
		}
	}
	return p.file(name)
}

// directory tells what a directory's name, its parent and the path below say.
func (p paths) directory(parent, dir, rest string) (artifact, bool) {
	rest = strings.TrimPrefix(rest, "/")
	here := path.Join(parent, dir)
	switch {
	case dir == "node_modules" || dir == "bower_components":
		return artifact{name: dir, what: installed, severity: audit.Medium}, true
	case p.has(here, "pyvenv.cfg"), dir == "site-packages":
		return artifact{name: virtualenv(parent, dir), what: installed, severity: audit.Medium}, true
	case dir == "vendor" && p.has(parent, "composer.json") && p.has(here, "composer/installed.json"),
		dir == "bundle" && path.Base(parent) == "vendor" && p.has(path.Dir(parent), "Gemfile"):
		return artifact{name: dir, what: installed, severity: audit.Medium}, true
	case dir == "__pycache__" || dir == ".pytest_cache" || dir == ".mypy_cache":
		return artifact{name: dir, what: "a cache that Python writes anew", severity: audit.Low}, true
	case dir == ".next" || dir == ".nuxt" || dir == ".svelte-kit" || dir == ".parcel-cache" || dir == ".turbo":
		return artifact{name: dir, what: compiled, severity: audit.Medium}, true
	case (dir == "htmlcov" || dir == "lcov-report") && strings.HasSuffix(rest, ".html"):
		return artifact{name: dir, what: "a coverage report", severity: audit.Low}, true
	case (dir == "dist" || dir == "build") && !p.bundler(here) && p.bundled(parent, rest):
		return artifact{name: dir, what: compiled, severity: audit.Medium}, true
	case dir == "target" && (p.has(parent, "pom.xml") && compiledJava(rest) || p.has(parent, "Cargo.toml") && (strings.HasPrefix(rest, "debug/") || strings.HasPrefix(rest, "release/"))):
		return artifact{name: dir, what: compiled, severity: audit.Medium}, true
	case (dir == "bin" || dir == "obj") && p.dotnet(parent) && (strings.HasPrefix(rest, "Debug/") || strings.HasPrefix(rest, "Release/")):
		return artifact{name: dir, what: compiled, severity: audit.Medium}, true
	}
	return artifact{}, false
}

// virtualenv is the name of the directory that a site-packages lies in: env in
// env/lib/python3.12/site-packages.
func virtualenv(parent, dir string) string {
	if dir != "site-packages" {
		return dir
	}
	up := path.Dir(path.Dir(parent))
	if path.Base(parent) == "Lib" {
		up = path.Dir(parent)
	}
	if up == "." || up == "/" {
		return dir
	}
	return path.Base(up)
}

// bundled reports whether a file below dist or build is a bundler's output of
// the package beside it. A library's output is what it publishes, and a GitHub
// action must commit its own.
func (p paths) bundled(parent, rest string) bool {
	if p.library || !p.has(parent, "package.json") || p.has(parent, "action.yml", "action.yaml") {
		return false
	}
	switch path.Ext(rest) {
	case ".js", ".mjs", ".cjs", ".css", ".map":
		return true
	}
	return rest == "index.html"
}

// bundler reports whether a directory holds a bundler's settings, or the file that
// it begins with: what makes the output, not the output.
func (p paths) bundler(dir string) bool {
	return p.from[dir] || slices.ContainsFunc(p.names[dir], bundlerSettings.MatchString)
}

var bundlerSettings = regexp.MustCompile(`^(webpack|rollup|vite|esbuild|rspack)([.-][a-z0-9_-]+)*[.-]conf(ig)?([.-][a-z0-9_-]+)*\.(js|cjs|mjs|ts)$|^gulpfile\.(js|ts)$`)

func compiledJava(rest string) bool {
	switch path.Ext(rest) {
	case ".class", ".jar", ".war", ".ear":
		return true
	}
	return strings.HasPrefix(rest, "classes/") || strings.HasPrefix(rest, "surefire-reports/")
}

func (p paths) dotnet(dir string) bool {
	return slices.ContainsFunc(p.names[dir], func(name string) bool { return path.Ext(name) == ".csproj" })
}

// outputs are the extensions that file looks at.
var outputs = map[string]bool{
	".pyc": true, ".pyo": true, ".class": true, ".o": true, ".obj": true, ".jar": true, ".war": true, ".ear": true, ".log": true,
}

// file tells what a file's own name says: compiled with its source beside it,
// or written by a program that ran. A jar that a build wrapper starts is none.
func (p paths) file(name string) (artifact, bool) {
	ext := strings.ToLower(path.Ext(name))
	if !outputs[ext] {
		return artifact{}, false
	}
	dir, base := path.Dir(name), path.Base(name)
	stem := strings.TrimSuffix(base, path.Ext(base))
	switch ext {
	case ".pyc", ".pyo":
		return artifact{name: "*" + ext, what: compiled, severity: audit.Low}, p.has(dir, stem+".py")
	case ".class":
		stem, _, _ = strings.Cut(stem, "$")
		return artifact{name: "*.class", what: compiled, severity: audit.Medium}, p.has(dir, stem+".java", stem+".kt", stem+".scala")
	case ".o", ".obj":
		return artifact{name: "*" + ext, what: compiled, severity: audit.Medium}, p.has(dir, stem+".c", stem+".cc", stem+".cpp", stem+".rs")
	case ".jar", ".war", ".ear":
		wrapper := base == "gradle-wrapper.jar" || base == "maven-wrapper.jar"
		return artifact{name: "*" + ext, what: packaged, severity: audit.Medium}, !wrapper
	case ".log":
		return artifact{name: "*.log", what: "what a program printed on one machine", severity: audit.Low}, !strings.Contains(strings.ToLower(stem), "change")
	}
	return artifact{}, false
}
