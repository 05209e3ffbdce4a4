package audit

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// deployed reports whether a descriptor, not only a package.json, starts it. The
// image of a package that others install may start the program of its base.
func (d *decision) deployed() bool {
	for _, p := range d.c.Processes {
		if p.Image && d.c.Image != nil && d.c.Image.inherited && d.distributed() != "" {
			continue
		}
		if !p.Dev && !p.Release && !p.Scheduled && p.File.Format != inspect.PackageJSON {
			return true
		}
	}
	return false
}

// installed reports whether people install the program or package, and nothing
// here deploys it. A Dockerfile that runs something else, the tests for one,
// deploys nothing, and nor does an image of a released command that opens no
// port: pipelines run it.
func (d *decision) installed() bool {
	given := d.distributed()
	return given != "" && (!d.runsOwn() || strings.Contains(given, "goreleaser") && d.onlyImage() && !d.opensPort())
}

// runsOwn reports whether a descriptor starts the component's own program.
func (d *decision) runsOwn() bool {
	runs := false
	d.started(func(p Process, s Step) bool {
		runs = p.File.Format != inspect.PackageJSON && d.ownProgram(Program(s.Command))
		return !runs
	})
	return runs
}

// interpreters run programs of a language; so do servers and workers that load
// the program that they serve.
var interpreters = map[string][]string{
	"node": scriptLanguages, "bun": scriptLanguages, "deno": scriptLanguages, "npm": scriptLanguages, "yarn": scriptLanguages, "pnpm": scriptLanguages,
	"pm2": scriptLanguages, "pm2-runtime": scriptLanguages, "forever": scriptLanguages, "nodemon": scriptLanguages, "tsx": scriptLanguages, "ts-node": scriptLanguages,
	"python": {"Python"}, "python3": {"Python"}, "java": jvmLanguages, "dotnet": {"C#", "F#", "Visual Basic"}, "ruby": {"Ruby"}, "php": {"PHP"},
	"gunicorn": {"Python"}, "uvicorn": {"Python"}, "hypercorn": {"Python"}, "daphne": {"Python"}, "uwsgi": {"Python"}, "granian": {"Python"},
	"waitress-serve": {"Python"}, "celery": {"Python"}, "rq": {"Python"}, "flask": {"Python"}, "fastapi": {"Python"},
	"puma": {"Ruby"}, "unicorn": {"Ruby"}, "rails": {"Ruby"}, "rackup": {"Ruby"}, "sidekiq": {"Ruby"}, "thin": {"Ruby"}, "falcon": {"Ruby"}, "rake": {"Ruby"}, "passenger": {"Ruby"}, "karafka": {"Ruby"},
	"artisan": {"PHP"}, "php-fpm": {"PHP"}, "apache2-foreground": {"PHP"}, "frankenphp": {"PHP"}, "rr": {"PHP"},
	"mvn": jvmLanguages, "mvnw": jvmLanguages, "gradle": jvmLanguages, "gradlew": jvmLanguages, "catalina.sh": jvmLanguages,
	"next": scriptLanguages, "nuxt": scriptLanguages, "nest": scriptLanguages,
}

var (
	scriptLanguages = []string{"JavaScript", "TypeScript"}
	jvmLanguages    = []string{"Java", "Kotlin", "Scala", "Clojure", "Groovy"}
)

// ownProgram reports whether a started program can be the component's own: an
// interpreter of its language, or a name that it installs or builds.
func (d *decision) ownProgram(program string) bool {
	for _, language := range interpreters[program] {
		if slices.Contains(d.c.Languages, language) {
			return true
		}
	}
	if program == d.c.Name || d.packsServer(program) {
		return true
	}
	for m := range Facts[inspect.Manifest](d.c) {
		for _, bin := range m.Fact.Bin {
			if bin == program {
				return true
			}
		}
	}
	if m := moduleAt(d.c.Repo, d.c.Path); m != nil {
		for _, main := range m.mains {
			if path.Base(main) == program {
				return true
			}
		}
	}
	return false
}

// packsServer reports whether the image copies a program of this name, that was
// built outside of it or in another stage, and opens a port for it.
func (d *decision) packsServer(program string) bool {
	return d.c.Image != nil && d.opensPort() && slices.ContainsFunc(d.c.Image.Instructions, func(i Located[inspect.Instruction]) bool {
		return (i.Fact.Name == "COPY" || i.Fact.Name == "ADD") && len(i.Fact.Args) > 1 && slices.ContainsFunc(i.Fact.Args, func(word string) bool { return path.Base(word) == program })
	})
}

// opensPort reports whether the image says that its program listens.
func (d *decision) opensPort() bool {
	return slices.ContainsFunc(d.c.Image.Instructions, func(i Located[inspect.Instruction]) bool { return i.Fact.Name == "EXPOSE" })
}

// ofOtherCommand reports whether a file belongs to a command that the package
// installs besides the one that is deployed: the module has its name.
func (d *decision) ofOtherCommand(f *File) bool {
	other := false
	for m := range Facts[inspect.Manifest](d.c) {
		if len(m.Fact.Bin) < 2 {
			continue
		}
		for _, bin := range m.Fact.Bin {
			if !startsNamed(d.c, bin) && strings.Contains("/"+strings.TrimSuffix(f.Path, path.Ext(f.Path))+"/", "/"+bin+"/") {
				other = true
			}
		}
	}
	return other
}

// pythonServers are packages that run an application.
var pythonServers = map[string]bool{"uvicorn": true, "gunicorn": true, "hypercorn": true, "daphne": true, "granian": true, "waitress": true, "uwsgi": true, "gevent": true}

// publishesPython reports whether a pipeline or a recipe hands packages to PyPI.
func (r *Repository) publishesPython() bool {
	publishes := func(commands []inspect.Command) bool {
		return slices.ContainsFunc(commands, func(c inspect.Command) bool {
			argv := Unwrap(c.Argv)
			return len(argv) > 1 && (path.Base(argv[0]) == "twine" && argv[1] == "upload" || argv[1] == "publish" && slices.Contains([]string{"poetry", "uv", "hatch", "flit", "pdm", "rye"}, path.Base(argv[0])))
		})
	}
	for step := range AllFacts[inspect.WorkflowStep](r) {
		if strings.Contains(step.Fact.Uses, "pypi-publish") || publishes(step.Fact.Commands) {
			return true
		}
	}
	for t := range AllFacts[inspect.Target](r, source.Prod, source.DevTool, source.CI) {
		if publishes(t.Fact.Commands) {
			return true
		}
	}
	return false
}

var argumentParsers = map[string]bool{
	"argparse": true, "optparse": true, "click": true, "typer": true, "fire": true, "docopt": true, "cyclopts": true,
	"commander": true, "yargs": true, "meow": true, "cac": true, "minimist": true, "@oclif/core": true, "sade": true, "clipanion": true,
	"flag": true, "github.com/spf13/cobra": true, "github.com/spf13/pflag": true, "github.com/alecthomas/kong": true,
	"github.com/urfave/cli": true, "github.com/urfave/cli/v2": true, "github.com/urfave/cli/v3": true,
	"github.com/alecthomas/kingpin/v2": true, "gopkg.in/alecthomas/kingpin.v2": true, "gopkg.in/alecthomas/kingpin.v1": true, "github.com/docopt/docopt-go": true, "github.com/mitchellh/cli": true, "github.com/jessevdk/go-flags": true, "github.com/peterbourgon/ff/v3": true,
}

func (d *decision) commandLine() (Class, string) {
	if d.c.anchor.container || d.orchestrates() || d.importable() {
		return "", ""
	}
	if f := d.action(); f != nil {
		return CLI, f.Path + " is an action: workflows run it, and nothing here deploys it."
	}
	for m := range Facts[inspect.Manifest](d.c) {
		if len(m.Fact.Bin) > 0 && path.Dir(m.File.Path) == d.c.Path {
			return CLI, fmt.Sprintf("%s installs the command %s.", m.At(), m.Fact.Bin[0])
		}
	}
	if from := d.distributed(); strings.Contains(from, "goreleaser") {
		return CLI, from + " releases a command for users to install."
	}
	var entry *Located[inspect.EntryPoint]
	var parser *File
	for e := range FactsIn[inspect.EntryPoint](withFacts[inspect.EntryPoint](d.facts, d.files), source.Prod) {
		if entry == nil && !strings.Contains(e.File.Path, "setup.py") {
			entry = &e
		}
	}
	for i := range FactsIn[inspect.Import](withFacts[inspect.Import](d.facts, d.files), source.Prod) {
		root, _, _ := strings.Cut(i.Fact.Path, ".")
		if parser == nil && (argumentParsers[i.Fact.Path] || i.File.Format == inspect.Python && argumentParsers[root]) {
			parser = i.File
		}
	}
	for _, m := range d.manifests() {
		if (m.Fact.Packaging == "exe" || m.Fact.Packaging == "executable-jar") && !d.deployed() {
			return CLI, fmt.Sprintf("%s makes a program that serves nothing, and nothing here deploys it.", m.At())
		}
	}
	if class, _ := d.loops(); class != "" {
		return "", ""
	}
	switch {
	case entry == nil:
	case parser != nil:
		return CLI, fmt.Sprintf("%s is a program that reads arguments and serves nothing.", entry.At())
	case entry.File.Format == inspect.Go && !d.deployed():
		return CLI, fmt.Sprintf("%s is a program, and nothing here deploys it.", entry.At())
	}
	return "", ""
}

// commandDirectory are directories of the mains that people type.
var commandDirectory = regexp.MustCompile(`(?i)(^|[-_])cli$|ctl$`)

// command is a Go program that is called a command, whose image, if it has one,
// opens no port, and that nothing else starts: a server in it is for one of its
// commands.
func (d *decision) command() (Class, string) {
	if d.c.anchor.main == "" || !commandDirectory.MatchString(path.Base(d.c.anchor.main)) || !d.onlyImage() {
		return "", ""
	}
	if d.opensPort() {
		return "", ""
	}
	return CLI, fmt.Sprintf("%s is called a command, and %s opens no port.", d.c.anchor.main, d.c.Image.File.Path)
}

// importable reports whether what installs a command is rather a library: it
// calls itself one, siblings import it, or the command is an extra.
func (d *decision) importable() bool {
	return d.besides() || slices.ContainsFunc(d.manifests(), func(m Located[inspect.Manifest]) bool {
		return m.Fact.Library || d.imported && len(m.Fact.Bin) > 0 && (m.Fact.Ecosystem == inspect.PyPI || len(m.Fact.Entry) > 0)
	})
}

// besides reports whether a Python package's command needs what only an extra of
// the package installs: it comes with a library.
func (d *decision) besides() bool {
	extra := false
	for dep := range Facts[inspect.Dependency](d.c) {
		if dep.Fact.Ecosystem != inspect.PyPI || !argumentParsers[dep.Fact.Name] || path.Dir(dep.File.Path) != d.c.Path {
			continue
		}
		if dep.Fact.Group == inspect.Runtime {
			return false
		}
		extra = extra || dep.Fact.Group == inspect.Optional
	}
	return extra
}

// action is the description of an action of GitHub's that the component is, or nil.
func (d *decision) action() *File {
	for _, name := range []string{"action.yml", "action.yaml"} {
		if f := d.c.Repo.File(path.Join(d.c.Path, name)); f != nil && f.Role.CanViolate() && !d.deployed() && len(d.manifests()) > 0 {
			return f
		}
	}
	return nil
}

func (d *decision) library() (Class, string) {
	if d.c.anchor.container || !hasCodeIn(d.c.Files) || d.orchestrates() {
		return "", ""
	}
	if d.user != "" {
		return Library, fmt.Sprintf("%s depends on it, and nothing starts it.", d.user)
	}
	if m := moduleAt(d.c.Repo, d.c.Path); m != nil && len(m.imports) > 0 {
		return Library, path.Join(m.dir, "go.mod") + " is a module without a program of its own."
	}
	if from := d.distributed(); from != "" {
		return Library, from + " publishes a package, and nothing starts it."
	}
	for _, m := range d.manifests() {
		built := (m.File.Format == inspect.Gradle || m.File.Format == inspect.GradleKotlin) && m.Fact.Packaging == ""
		if m.Fact.Packaging == "jar" || m.Fact.Packaging == "library" || built && (!d.starts() || d.onlyPart()) {
			return Library, m.At().String() + " makes a library of it, and nothing starts it."
		}
	}
	if f := d.c.File(path.Join(d.c.Path, "setup.py")); f != nil && d.c.anchor.dir == path.Dir(f.Path) && !d.c.Repo.Has(path.Join(d.c.Path, "__init__.py")) {
		return Library, f.Path + " packages it, and nothing starts it."
	}
	return "", ""
}

// use is one component's dependency on another.
type use struct {
	by      *Component
	at      Place
	runtime bool // by needs it to run
}

// siblingUses maps each component to the others that depend on it, by the name
// that it has in its own registry's world or by its directory.
func siblingUses(list []*Component) map[*Component][]use {
	type name struct {
		ecosystem inspect.Ecosystem
		text      string
	}
	byName, at := map[name]*Component{}, map[string]*Component{}
	for _, c := range list {
		at[c.Path] = c
		for m := range Facts[inspect.Manifest](c) {
			if path.Dir(m.File.Path) == c.Path && m.Fact.Name != "" {
				byName[name{m.Fact.Ecosystem, m.Fact.Name}] = c
			}
		}
	}
	users := map[*Component][]use{}
	note := func(used, by *Component, place Place, runtime bool) {
		if used == nil || used == by {
			return
		}
		if i := slices.IndexFunc(users[used], func(u use) bool { return u.by == by }); i >= 0 {
			users[used][i].runtime = users[used][i].runtime || runtime
			return
		}
		users[used] = append(users[used], use{by, place, runtime})
	}
	for _, c := range list {
		for d := range Facts[inspect.Dependency](c) {
			used := byName[name{d.Fact.Ecosystem, d.Fact.Name}]
			if used == nil {
				used = at[located(c.Repo, d)]
			}
			note(used, c, d.At(), d.Fact.Group == inspect.Runtime)
		}
		if c.anchor.main != "" {
			note(at[c.anchor.module], c, Place{Path: c.Manifest}, true)
		}
	}
	return users
}

// gradleRoot is the directory of the Gradle settings that a directory is under.
func (r *Repository) gradleRoot(dir string) (root string, ok bool) {
	for {
		prefix := dir + "/"
		if dir == "." {
			prefix = ""
		}
		if r.Has(prefix+"settings.gradle") || r.Has(prefix+"settings.gradle.kts") {
			return dir, true
		}
		if dir == "." {
			return "", false
		}
		dir = parentOf(dir)
	}
}

// located is the directory that a dependency on a path of the repository names,
// "" for none: "../Shared/Shared.csproj" is a project's file, ":core:api" a
// project below the nearest Gradle settings.
func located(repo *Repository, d Located[inspect.Dependency]) string {
	at := d.Fact.Location
	if d.Fact.Origin != "path" && d.Fact.Origin != "workspace" || at == "" {
		return ""
	}
	dir := d.File.Dir()
	if strings.HasPrefix(at, ":") {
		root, ok := repo.gradleRoot(dir)
		if !ok {
			return ""
		}
		return path.Join(root, strings.ReplaceAll(at, ":", "/"))
	}
	at = path.Join(dir, strings.ReplaceAll(at, "\\", "/"))
	if strings.HasSuffix(at, "proj") {
		at = path.Dir(at)
	}
	return at
}
