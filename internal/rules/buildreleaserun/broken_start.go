package buildreleaserun

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "build-release-run/broken-start",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The start command names what is not there",
	Why: "The release is built and fails at its first start: what the command names was copied to another path, may not be " +
		"executed, or does not exist. Nobody has run the image as it is written, so nothing says what runs in production.",
	Fixes: []audit.Fix{
		{For: "mode", Text: "Let git keep the mode (git update-index --chmod=+x ‹what›), or COPY --chmod=755 the script."},
		{For: "npm", Text: "Add the script ‹script› to package.json, or start the program itself by node."},
		{For: "copied", Text: "Commit ‹what›, or take it out of the Dockerfile, and build the image once in CI before it is released."},
		{Text: "Let the start command name what the build puts there instead of ‹what›, and start the image once in CI before it is released."},
		{Text: "Let the start command name what the build puts there, and start the image once in CI before it is released."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "ext"},
	Bad: `
-- requirements.txt --
flask==3.0.0
gunicorn==22.0.0
-- app.py --
from flask import Flask
app = Flask(__name__)
-- entrypoint.sh --
#!/bin/sh
exec gunicorn app:app
-- Dockerfile --
FROM python:3.12
WORKDIR /app
COPY entrypoint.sh /entrypoint.sh
RUN chmod +x /entrypoint.sh
COPY . /app/
CMD ["/docker-entrypoint.sh"]
`,
	Good: `
-- requirements.txt --
flask==3.0.0
gunicorn==22.0.0
-- app.py --
from flask import Flask
app = Flask(__name__)
-- entrypoint.sh --
#!/bin/sh
exec gunicorn app:app
-- Dockerfile --
FROM python:3.12
WORKDIR /app
COPY entrypoint.sh /entrypoint.sh
RUN chmod +x /entrypoint.sh
COPY . /app/
CMD ["/entrypoint.sh"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, p := range c.Processes {
			if p.Dev || p.Release || p.Scheduled {
				continue
			}
			at := audit.Place{Path: p.File.Path, Line: p.Line, EndLine: p.Line}
			for _, command := range firstCommands(p) {
				what, why, fix := missing(c, p, command)
				if why == "" {
					continue
				}
				options := []audit.Option{audit.WithFix(fix), audit.Naming("what", what), audit.Naming("script", strings.TrimPrefix(what, "the script "))}
				report.Violation(at, what, fmt.Sprintf("%s starts %s, %s", p.Title(), what, why), options...)
				break
			}
		}
		reportLostSource(c, report)
	},
})

// firstCommands are the commands of a start that run wherever it does, as long as
// none of them may change the directory, the variables or the files.
func firstCommands(p audit.Process) []inspect.Command {
	var list []inspect.Command
	for _, command := range p.Start.Commands {
		if len(command.Argv) == 0 || command.Conditional && !command.Then || command.Captured {
			continue
		}
		if list = append(list, command); moves[path.Base(command.Argv[0])] {
			return list
		}
	}
	return list
}

// moves are commands after which the next ones see another directory or other files.
var moves = map[string]bool{
	"cd": true, "pushd": true, "source": true, ".": true, "git": true, "npm": true, "yarn": true, "pnpm": true, "make": true, "mv": true, "cp": true, "ln": true,
	"tsc": true, "curl": true, "wget": true, "tar": true, "unzip": true, "nest": true, "go": true, "mvn": true, "gradle": true, "npx": true,
}

// missing tells what a command names that is not there, and why it is known.
func missing(c *audit.Component, p audit.Process, command inspect.Command) (what, why, fix string) {
	if name, ok := packageScript(command); ok {
		if f := packageFile(c, p); f != nil && lacksScript(c, f, name) {
			return "the script " + name, f.Path + " has no such script", "npm"
		}
		return "", "", ""
	}
	name, direct := startedFile(command)
	if name == "" {
		return "", "", ""
	}
	switch {
	case p.Image:
		held, f, changed := c.InImage(name)
		switch {
		case held == audit.HeldNothing && !built(c, name):
			return name, "which nothing copies to that path of the image", ""
		case held == audit.HeldFile && direct && !changed && f.Mode == source.Regular:
			return name, f.Path + " is not executable, and nothing in the image's build makes it so", "mode"
		}
	case p.File.Format == inspect.Procfile:
		if !path.IsAbs(name) && c.Repo.File(path.Join(p.File.Dir(), name)) == nil && !built(c, path.Join(p.File.Dir(), name)) {
			return name, "a file that the repository does not have", ""
		}
	}
	return "", "", ""
}

// scriptFile are the names of files that an interpreter reads as they are.
var scriptFile = regexp.MustCompile(`\.(sh|bash|py|rb|js|mjs|cjs|php|pl)$`)

// interpreters take a file as their first word.
var interpreters = regexp.MustCompile(`^(sh|bash|ash|dash|node|nodejs|python[\d.]*|ruby|php|perl|bun|deno)$`)

// startedFile is the file that a command runs, and whether the system itself has
// to execute it.
func startedFile(command inspect.Command) (name string, direct bool) {
	argv := command.Argv
	for len(argv) > 0 && (initProgram[path.Base(argv[0])] || argv[0] == "exec") {
		argv = argv[1:]
		for len(argv) > 0 && strings.HasPrefix(argv[0], "-") {
			argv = argv[1:]
		}
	}
	if len(argv) == 0 || slices.ContainsFunc(argv[:min(2, len(argv))], func(word string) bool { return strings.ContainsAny(word, "$*`%{") }) {
		return "", false
	}
	if strings.Contains(argv[0], "/") && (scriptFile.MatchString(argv[0]) || strings.Contains(path.Base(argv[0]), "entrypoint")) {
		return argv[0], true
	}
	if interpreters.MatchString(path.Base(argv[0])) && len(argv) > 1 && scriptFile.MatchString(argv[1]) && !strings.HasPrefix(argv[1], "-") {
		return argv[1], false
	}
	return "", false
}

var initProgram = map[string]bool{"tini": true, "dumb-init": true, "docker-init": true, "catatonit": true}

// output are directories that builds write, and what they write of sources.
var output = regexp.MustCompile(`(^|/)(dist|build|out|\.next|\.output|\.nuxt|lib|libs|bundle|public|compiled|target|bin|output|release|publish|generated|node_modules|vendor|venv|\.venv|js|web|standalone)/`)

// built reports whether a file may be what a build makes of another.
func built(c *audit.Component, name string) bool {
	if output.MatchString(name) {
		return true
	}
	if script := path.Ext(name); script != ".js" && script != ".mjs" && script != ".cjs" {
		return false
	}
	for _, f := range c.Files {
		switch path.Ext(f.Path) {
		case ".ts", ".tsx", ".coffee", ".mts", ".cts", ".res", ".elm", ".cljs", ".purs", ".jsx":
			return true
		}
		if base := path.Base(f.Path); strings.HasPrefix(base, "webpack") || strings.HasPrefix(base, "rollup") || strings.HasPrefix(base, "vite.") || strings.HasPrefix(base, "next.config") || strings.HasPrefix(base, "esbuild") || strings.HasPrefix(base, ".babelrc") || strings.HasPrefix(base, "babel.config") || strings.HasPrefix(base, "gulpfile") || strings.HasPrefix(base, "Gruntfile") {
			return true
		}
	}
	return false
}

// packageScript is the script of package.json that a command runs by name.
func packageScript(command inspect.Command) (name string, ok bool) {
	argv := command.Argv
	if len(argv) > 0 && argv[0] == "exec" {
		argv = argv[1:]
	}
	if len(argv) < 2 || strings.Contains(strings.Join(argv, " "), "$") {
		return "", false
	}
	switch path.Base(argv[0]) {
	case "npm", "yarn", "pnpm":
	default:
		return "", false
	}
	switch {
	case argv[1] == "start" && len(argv) == 2:
		return "start", true
	case argv[1] == "run" && len(argv) > 2 && !slices.ContainsFunc(argv[2:], func(word string) bool { return strings.HasPrefix(word, "-") && word != "--" }):
		return argv[2], true
	}
	return "", false
}

// packageFile is the package.json that a process's package manager reads, nil
// where it can't be told.
func packageFile(c *audit.Component, p audit.Process) *audit.File {
	switch {
	case p.Image:
		held, f, _ := c.InImage("package.json")
		if held == audit.HeldFile {
			return f
		}
	case p.File.Format == inspect.Procfile:
		return c.Repo.File(path.Join(p.File.Dir(), "package.json"))
	}
	return nil
}

// lacksScript reports whether a package.json has scripts or none, and not this
// one. Without a start script npm runs server.js, where there is one.
func lacksScript(c *audit.Component, f *audit.File, name string) bool {
	manifest := false
	for range audit.FactsIn[inspect.Manifest]([]*audit.File{f}, f.Role) {
		manifest = true
	}
	for s := range audit.FactsIn[inspect.Script]([]*audit.File{f}, f.Role) {
		if s.Fact.Name == name {
			return false
		}
	}
	return manifest && (name != "start" || c.Repo.File(path.Join(f.Dir(), "server.js")) == nil)
}

// reportLostSource reports what the image copies and the repository does not
// have, in a directory of which it has other files.
func reportLostSource(c *audit.Component, report *audit.Report) {
	if c.Image == nil {
		return
	}
	for _, i := range c.Image.Instructions {
		if i.Fact.Name != "COPY" || i.Fact.From != "" || len(i.Fact.Args) < 2 || len(i.Fact.Inline) > 0 {
			continue
		}
		for _, from := range i.Fact.Args[:len(i.Fact.Args)-1] {
			if lostSource(c, from) {
				report.Violation(i.At(), from, fmt.Sprintf("the image copies %s, which the repository does not have: it can't be built", from), audit.WithFix("copied"), audit.Naming("what", from))
			}
		}
	}
}

// sourceFile are files that people write and no build makes.
var (
	sourceFile = regexp.MustCompile(`\.(conf|sh|py|rb|php|ini|cfg|cnf)$`)
	madeFile   = regexp.MustCompile(`(?i)(secret|credential|cert|key|token|password|version|commit|build|generated|local|prod|env|release|license|dist)`)
)

func lostSource(c *audit.Component, from string) bool {
	from = strings.TrimPrefix(path.Clean(from), "/")
	if strings.ContainsAny(from, "$*?[<{") || strings.Contains(from, "://") || strings.HasPrefix(from, "..") || !sourceFile.MatchString(from) || madeFile.MatchString(from) || output.MatchString(from) {
		return false
	}
	dirs := []string{c.BuildContext(), c.Image.File.Dir(), c.Path, "."}
	for _, dir := range dirs {
		if c.Repo.Has(path.Join(dir, from)) {
			return false
		}
	}
	parent := path.Dir(path.Join(c.BuildContext(), from))
	if parent == "." || ignoredAnywhere(c, path.Join(c.BuildContext(), from)) {
		return false
	}
	return slices.ContainsFunc(c.Repo.Files, func(f *audit.File) bool { return f.Dir() == parent })
}

// ignoredAnywhere reports whether git leaves a path out, which then is made beside
// the repository.
func ignoredAnywhere(c *audit.Component, name string) bool {
	for f := range audit.AllFacts[inspect.IgnoreFile](c.Repo, source.Roles()...) {
		if path.Base(f.File.Path) == ".gitignore" && f.File.Ignores(strings.TrimPrefix(name, strings.TrimPrefix(f.File.Dir()+"/", "./"))) != "" {
			return true
		}
	}
	return false
}
