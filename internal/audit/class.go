package audit

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// classOf decides what sort of unit a component is (rules.md A3) and says in
// one sentence what decided. It looks at how the component is started first,
// then at what its program does, and at dependencies last. user is a sibling
// that imports the component, or nil. "" means that it is nothing to audit.
func classOf(c *Component, user *Component) (Class, string) {
	e := &decision{c: c, user: user, files: reachableFiles(c)}
	for _, decide := range []func() (Class, string){
		e.startsServer, e.serverless, e.listens, e.framework, e.startsWorker, e.handles, e.consumes,
		e.bundles, e.commandLine, e.exposes, e.daemon, e.library,
	} {
		if class, why := decide(); class != "" {
			return class, why
		}
	}
	return "", ""
}

// decision is the evidence on one component's class.
type decision struct {
	c     *Component
	user  *Component
	files []*File // prod files that the component's program is built from
}

// reachableFiles are the component's prod files; of a Go program those that its
// mains import, whoever owns them.
func reachableFiles(c *Component) []*File {
	dir := c.Path
	if c.anchor.main != "" {
		dir = c.anchor.module
	}
	m := moduleAt(c.Repo, dir)
	if m == nil || len(m.mains) == 0 {
		return c.Files
	}
	reach := m.reach(m.programs(c)...)
	var list []*File
	for _, f := range c.Repo.Files {
		if f.Format == inspect.Go && reach[path.Dir(f.Path)] {
			list = append(list, f)
		}
	}
	for _, f := range c.Files {
		if f.Format != inspect.Go {
			list = append(list, f)
		}
	}
	return list
}

// programs are the mains that decide a module's class: those that are
// deployed, else those where programs stand by convention, else all.
func (m *module) programs(c *Component) []string {
	if c.anchor.main != "" {
		return []string{c.anchor.main}
	}
	var deployed, conventional []string
	built := map[string]bool{}
	if c.Image != nil {
		for _, main := range m.builds(c.Image.File) {
			built[main] = true
		}
	}
	for _, main := range m.mains {
		base := path.Base(main)
		if main == m.dir {
			base = c.Name
		}
		if built[main] || startsNamed(c, base) {
			deployed = append(deployed, main)
		}
		if main == m.dir || strings.Contains("/"+main, "/cmd/") {
			conventional = append(conventional, main)
		}
	}
	switch {
	case len(deployed) > 0:
		return deployed
	case len(conventional) > 0:
		return conventional
	case m.library:
		return nil // the programs are tools of a library
	}
	return m.mains
}

func startsNamed(c *Component, program string) bool {
	for _, p := range c.Processes {
		for _, s := range c.RunSteps(p) {
			if Program(s.Command) == program {
				return true
			}
		}
	}
	return false
}

// started yields the steps of what a deploy keeps running.
func (d *decision) started(visit func(Process, Step) bool) {
	for _, p := range d.c.Processes {
		if p.Dev || p.Release {
			continue
		}
		for _, s := range d.c.RunSteps(p) {
			if !visit(p, s) {
				return
			}
		}
	}
}

func (d *decision) step(class Class, what string, test func(inspect.Command) bool) (found Class, why string) {
	d.started(func(p Process, s Step) bool {
		if test(s.Command) {
			found, why = class, fmt.Sprintf("%s starts %s, %s.", p.File.Path, Program(s.Command), what)
			return false
		}
		return true
	})
	return found, why
}

func (d *decision) startsServer() (Class, string) {
	return d.step(WebService, "a web server", ServesHTTP)
}

func (d *decision) startsWorker() (Class, string) {
	return d.step(Worker, "a queue worker", TakesJobs)
}

// deployed reports whether a descriptor, not only a package.json, starts it.
func (d *decision) deployed() bool {
	for _, p := range d.c.Processes {
		if !p.Dev && !p.Release && p.File.Format != inspect.PackageJSON {
			return true
		}
	}
	return false
}

// installed reports whether people install the program or package, and nothing
// here deploys it. A Dockerfile that runs something else, the tests for one,
// deploys nothing.
func (d *decision) installed() bool {
	if d.distributed() == "" {
		return false
	}
	runs := false
	d.started(func(p Process, s Step) bool {
		runs = p.File.Format != inspect.PackageJSON && d.ownProgram(Program(s.Command))
		return !runs
	})
	return !runs
}

var interpreters = map[string]bool{
	"node": true, "python": true, "python3": true, "bun": true, "deno": true, "java": true, "dotnet": true, "ruby": true, "php": true, "npm": true, "yarn": true, "pnpm": true,
}

// ownProgram reports whether a started program can be the component's own: an
// interpreter, or a name that it installs or builds.
func (d *decision) ownProgram(program string) bool {
	if interpreters[program] || program == d.c.Name {
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

// distributed names what says that users install the program or package
// themselves, "" when nothing does.
func (d *decision) distributed() string {
	for m := range Facts[inspect.Manifest](d.c) {
		if path.Dir(m.File.Path) == d.c.Path && !m.Fact.Private && (m.Fact.Publishable || len(m.Fact.Bin) > 0) {
			return m.File.Path
		}
	}
	for _, f := range d.c.Files {
		if base := path.Base(f.Path); base == ".goreleaser.yml" || base == ".goreleaser.yaml" {
			return f.Path
		}
	}
	return ""
}

func (d *decision) serverless() (Class, string) {
	if d.deployed() {
		return "", ""
	}
	for _, f := range d.c.Files {
		switch path.Base(f.Path) {
		case "serverless.yml", "serverless.yaml", "serverless.ts":
			if f.Role.CanViolate() {
				return Function, f.Path + " deploys serverless functions."
			}
		}
	}
	for h := range FactsIn[inspect.Handler](d.files, source.Prod) {
		if h.Fact.Lambda {
			return Function, fmt.Sprintf("%s defines %s, a serverless handler.", h.File.Path, h.Fact.Via)
		}
	}
	return "", ""
}

// listens looks for a listen call. In a program that users install and nothing
// here deploys, a server is a feature, not what the program is.
func (d *decision) listens() (Class, string) {
	if d.installed() {
		return "", ""
	}
	for l := range FactsIn[inspect.Listen](d.files, source.Prod) {
		anyPort := l.Fact.Port.IsLiteral() && l.Fact.Port.Text == "0" // asks for a free port: nobody could reach it
		if !l.Fact.Side && !anyPort && !d.ofOtherCommand(l.File) {
			return WebService, fmt.Sprintf("%s listens through %s.", l.File.Path, l.Fact.Via)
		}
	}
	return "", ""
}

// framework looks for what only a web application has: Django's root settings,
// Next's own server.
func (d *decision) framework() (Class, string) {
	for s := range FactsIn[inspect.Setting](d.files, source.Prod) {
		if s.Fact.Key == "ROOT_URLCONF" || s.Fact.Key == "WSGI_APPLICATION" || s.Fact.Key == "ASGI_APPLICATION" {
			return WebService, fmt.Sprintf("%s sets %s, as a Django site does.", s.File.Path, s.Fact.Key)
		}
	}
	return "", ""
}

func (d *decision) handles() (Class, string) {
	if d.installed() {
		return "", ""
	}
	for h := range FactsIn[inspect.Handler](d.files, source.Prod) {
		if !h.Fact.Lambda && !d.ofOtherCommand(h.File) {
			return WebService, fmt.Sprintf("%s handles requests through %s.", h.File.Path, h.Fact.Via)
		}
	}
	return "", ""
}

func (d *decision) consumes() (Class, string) {
	if d.installed() {
		return "", ""
	}
	for w := range FactsIn[inspect.Consumer](d.files, source.Prod) {
		return Worker, fmt.Sprintf("%s consumes jobs through %s.", w.File.Path, w.Fact.Via)
	}
	return "", ""
}

// ownServers are bundlers whose build can serve itself.
var ownServers = map[string]bool{"next": true, "nuxt": true, "svelte-kit": true, "astro": true, "react-router": true, "remix": true}

// fileServers serve files and run no program.
var fileServers = map[string]bool{"nginx": true, "caddy": true, "httpd": true, "httpd-foreground": true, "serve": true, "http-server": true, "static-web-server": true, "lighttpd": true}

var bundlers = map[string]bool{
	"vite": true, "webpack": true, "react-scripts": true, "parcel": true, "ng": true, "astro": true, "gatsby": true,
	"vue-cli-service": true, "next": true, "nuxt": true, "svelte-kit": true, "craco": true, "rspack": true, "rsbuild": true,
	"ember": true, "eleventy": true, "hexo": true, "vuepress": true, "vitepress": true, "docusaurus": true, "snowpack": true,
}

var pageFrameworks = map[string]bool{
	"react-dom": true, "vue": true, "svelte": true, "preact": true, "@angular/core": true, "solid-js": true, "lit": true,
	"next": true, "nuxt": true, "gatsby": true, "astro": true, "ember-source": true, "jquery": true,
}

// bundles looks for a package that is built into files for a browser. A
// published package that is bundled is a library.
func (d *decision) bundles() (Class, string) {
	f := d.c.Repo.File(path.Join(d.c.Path, "package.json"))
	if f == nil || d.distributed() == f.Path && d.page() == "" {
		return "", ""
	}
	files := d.fileServer()
	for s := range FactsIn[inspect.Script]([]*File{f}, f.Role) {
		if s.Fact.Name != "build" && s.Fact.Name != "start" && !strings.HasPrefix(s.Fact.Name, "build:") {
			continue
		}
		for _, command := range s.Fact.Command {
			program := Program(command)
			if ownServers[program] && files == "" && d.deployed() {
				return WebService, fmt.Sprintf("%s builds with %s, and what it builds is started as a server.", f.Path, program)
			}
			if bundlers[program] || ownServers[program] && files != "" {
				return StaticFrontend, fmt.Sprintf("%s bundles with %s, and nothing here serves.", f.Path, program)
			}
		}
	}
	for dep := range FactsIn[inspect.Dependency]([]*File{f}, f.Role) {
		if pageFrameworks[dep.Fact.Name] && (dep.Fact.Group == inspect.Runtime) && d.page() != "" {
			return StaticFrontend, fmt.Sprintf("%s depends on %s for %s, and nothing here serves.", f.Path, dep.Fact.Name, d.page())
		}
	}
	return "", ""
}

// fileServer is the program that serves the component's files, or "".
func (d *decision) fileServer() (found string) {
	d.started(func(_ Process, s Step) bool {
		if program := Program(s.Command); fileServers[program] {
			found = program
		}
		return found == ""
	})
	if found == "" && d.c.Image != nil && d.c.Image.Start() == nil {
		if base := imageBase(d.c.Image.Base); fileServers[base] || base == "nginx-unprivileged" {
			return base // the base image's own start
		}
	}
	return found
}

// page is the component's index.html, or "".
func (d *decision) page() string {
	for _, dir := range []string{"", "public", "src"} {
		if f := d.c.Repo.File(path.Join(d.c.Path, dir, "index.html")); f != nil {
			return f.Path
		}
	}
	return ""
}

var argumentParsers = map[string]bool{
	"argparse": true, "optparse": true, "click": true, "typer": true, "fire": true, "docopt": true, "cyclopts": true,
	"commander": true, "yargs": true, "meow": true, "cac": true, "minimist": true, "@oclif/core": true, "sade": true, "clipanion": true,
	"flag": true, "github.com/spf13/cobra": true, "github.com/spf13/pflag": true, "github.com/alecthomas/kong": true,
	"github.com/urfave/cli": true, "github.com/urfave/cli/v2": true, "github.com/urfave/cli/v3": true,
	"github.com/alecthomas/kingpin/v2": true, "github.com/jessevdk/go-flags": true, "github.com/peterbourgon/ff/v3": true,
}

func (d *decision) commandLine() (Class, string) {
	if d.c.anchor.container {
		return "", ""
	}
	for m := range Facts[inspect.Manifest](d.c) {
		if len(m.Fact.Bin) > 0 && path.Dir(m.File.Path) == d.c.Path {
			return CLI, fmt.Sprintf("%s installs the command %s.", m.File.Path, m.Fact.Bin[0])
		}
	}
	if from := d.distributed(); strings.Contains(from, "goreleaser") {
		return CLI, from + " releases a command for users to install."
	}
	var entry, parser *File
	for e := range FactsIn[inspect.EntryPoint](d.files, source.Prod) {
		if entry == nil && !strings.Contains(e.File.Path, "setup.py") {
			entry = e.File
		}
	}
	for i := range FactsIn[inspect.Import](d.files, source.Prod) {
		root, _, _ := strings.Cut(i.Fact.Path, ".")
		if parser == nil && (argumentParsers[i.Fact.Path] || i.File.Format == inspect.Python && argumentParsers[root]) {
			parser = i.File
		}
	}
	switch {
	case entry == nil:
	case parser != nil:
		return CLI, fmt.Sprintf("%s is a program that reads arguments and serves nothing.", entry.Path)
	case entry.Format == inspect.Go && !d.deployed():
		return CLI, fmt.Sprintf("%s is a program, and nothing here deploys it.", entry.Path)
	}
	return "", ""
}

// exposes is a program in a language that is not parsed, whose image or
// descriptor opens a port.
func (d *decision) exposes() (Class, string) {
	if !d.deployed() || !hasCodeIn(d.c.Files) {
		return "", ""
	}
	if d.c.Image != nil {
		for _, i := range d.c.Image.Instructions {
			if i.Fact.Name == "EXPOSE" && len(i.Fact.Args) > 0 {
				return WebService, fmt.Sprintf("%s starts it and exposes port %s.", i.File.Path, i.Fact.Args[0])
			}
		}
	}
	for f := range Facts[inspect.FlyApp](d.c) {
		if f.Fact.InternalPort > 0 {
			return WebService, fmt.Sprintf("%s starts it and serves port %d.", f.File.Path, f.Fact.InternalPort)
		}
	}
	return "", ""
}

// daemon is a program that is deployed and neither listens nor says more.
func (d *decision) daemon() (class Class, why string) {
	if !d.deployed() || !hasCodeIn(d.c.Files) {
		return "", ""
	}
	d.started(func(p Process, s Step) bool {
		class, why = Worker, fmt.Sprintf("%s starts it, and nothing in it listens.", p.File.Path)
		return false
	})
	return class, why
}

func hasCodeIn(files []*File) bool {
	for _, f := range files {
		if f.Role == source.Prod && languages[strings.ToLower(path.Ext(f.Path))] != "" {
			return true
		}
	}
	return false
}

func (d *decision) library() (Class, string) {
	if d.c.anchor.container || !hasCodeIn(d.c.Files) {
		return "", ""
	}
	if d.user != nil {
		return Library, fmt.Sprintf("%s imports it, and nothing starts it.", d.user.Manifest)
	}
	if from := d.distributed(); from != "" {
		return Library, from + " publishes a package, and nothing starts it."
	}
	if f := d.c.Repo.File(path.Join(d.c.Path, "go.mod")); f != nil {
		return Library, f.Path + " is a module without a program of its own."
	}
	if f := d.c.File(path.Join(d.c.Path, "setup.py")); f != nil && d.c.anchor.dir == path.Dir(f.Path) && !d.c.Repo.Has(path.Join(d.c.Path, "__init__.py")) {
		return Library, f.Path + " packages it, and nothing starts it."
	}
	return "", ""
}

// importedBySiblings maps a component to the first one that depends on it.
func importedBySiblings(list []*Component) map[*Component]*Component {
	byName := map[string]*Component{}
	for _, c := range list {
		for m := range Facts[inspect.Manifest](c) {
			if path.Dir(m.File.Path) == c.Path && m.Fact.Name != "" {
				byName[m.Fact.Name] = c
			}
		}
	}
	users := map[*Component]*Component{}
	for _, c := range list {
		for d := range Facts[inspect.Dependency](c) {
			if used := byName[d.Fact.Name]; used != nil && used != c && users[used] == nil {
				users[used] = c
			}
		}
		if c.anchor.main == "" {
			continue
		}
		for _, other := range list {
			if other.Path == c.anchor.module && users[other] == nil {
				users[other] = c
			}
		}
	}
	return users
}
