package dependencies

import (
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// install is one command that installs a manifest's packages.
type install struct {
	ecosystem inspect.Ecosystem
	manager   string
	frozen    bool // takes what the lock holds, and doesn't write it
	loose     bool // but goes on where the manifest asks for something else
	at        audit.Place
	image     bool // in the Dockerfile that the component is deployed with
}

// installs lists the installing commands of the component's Dockerfile, in all
// its stages, and of the jobs of CI that deliver.
func installs(c *audit.Component) []install {
	var list []install
	for i := range audit.Facts[inspect.Instruction](c) {
		if i.Fact.Name != "RUN" || i.Fact.Start == nil {
			continue
		}
		for _, command := range i.Fact.Start.Commands {
			list = appendInstalls(list, command, i.At(), c.Image != nil && i.File.Path == c.Image.File.Path)
		}
	}
	delivers := map[string]bool{}
	for _, d := range c.Deliveries() {
		if d.Trial || d.Perhaps || d.Files || strings.HasPrefix(d.What, "git ") { // what takes a push installs for itself
			continue
		}
		delivers[d.File.Path+" "+d.Fact.Job] = true
	}
	for s := range audit.Facts[inspect.WorkflowStep](c) {
		if !delivers[s.File.Path+" "+s.Fact.Job] {
			continue // what a job of tests installs is never deployed
		}
		for _, command := range s.Fact.Commands {
			at := s.At()
			if command.Line > 0 {
				at.Line, at.EndLine = command.Line, command.Line
			}
			list = appendInstalls(list, command, at, false)
		}
	}
	return list
}

func appendInstalls(list []install, command inspect.Command, at audit.Place, image bool) []install {
	commands := shell.NestedCommands(command)
	if commands == nil {
		commands = []inspect.Command{command}
	}
	for _, c := range commands {
		if i, ok := installOf(c.Argv); ok {
			i.at, i.image = at, image
			list = append(list, i)
		}
	}
	return list
}

// installOf reads one command. What installs one named package is none: it
// says nothing of the manifest.
func installOf(argv []string) (install, bool) {
	argv = bare(argv)
	if len(argv) == 0 {
		return install{}, false
	}
	tool := path.Base(argv[0])
	verb, flags, named := split(argv[1:])
	switch tool {
	case "npm":
		return install{ecosystem: inspect.NPM, manager: "npm", frozen: verb == "ci" || verb == "clean-install"}, npmVerb[verb] && !named
	case "pnpm", "bun":
		return install{ecosystem: inspect.NPM, manager: tool, frozen: flags["--frozen-lockfile"] || verb == "ci"}, (npmVerb[verb] || verb == "fetch") && !named
	case "yarn":
		exact := flags["--frozen-lockfile"] || flags["--immutable"] || verb == "workspaces"
		return install{ecosystem: inspect.NPM, manager: tool, frozen: exact || flags["--pure-lockfile"], loose: !exact}, (verb == "" || verb == "install" || verb == "workspaces") && !named
	case "poetry":
		return install{ecosystem: inspect.PyPI, manager: tool, frozen: true}, verb == "install" || verb == "sync"
	case "pdm":
		return install{ecosystem: inspect.PyPI, manager: tool, frozen: verb == "sync" || flags["--frozen-lockfile"] || flags["--check"]}, verb == "install" || verb == "sync"
	case "pipenv":
		return install{ecosystem: inspect.PyPI, manager: tool, frozen: verb == "sync" || flags["--deploy"] || flags["--ignore-pipfile"]}, (verb == "install" || verb == "sync") && !named
	case "uv":
		return uvInstall(verb, flags, argv)
	case "pip", "pip3":
		return install{ecosystem: inspect.PyPI, manager: "pip", frozen: true}, verb == "install" && (flags["-r"] || flags["--requirement"])
	case "bundle":
		return install{ecosystem: inspect.Gem, manager: "bundler", frozen: true, loose: !flags["--deployment"] && !flags["--frozen"]}, verb == "install" || verb == ""
	case "composer", "composer.phar":
		return install{ecosystem: inspect.Composer, manager: "composer", frozen: verb == "install"}, verb == "install" || verb == "update" && !named
	case "go":
		return install{ecosystem: inspect.GoMod, manager: "go", frozen: !flags["-mod=mod"]}, verb == "build" || verb == "mod" && contains(argv, "download") || verb == "install" && !versioned(argv)
	}
	return install{}, false
}

// uvInstall reads uv: sync takes the lock, and writes it anew unless told not to.
func uvInstall(verb string, flags map[string]bool, argv []string) (install, bool) {
	switch verb {
	case "sync", "export":
		return install{ecosystem: inspect.PyPI, manager: "uv", frozen: flags["--frozen"] || flags["--locked"] || flags["--no-sync"]}, true
	case "pip":
		return install{ecosystem: inspect.PyPI, manager: "pip", frozen: true}, contains(argv, "-r") || contains(argv, "--requirement") || contains(argv, "--requirements") || contains(argv, "sync")
	}
	return install{}, false
}

var npmVerb = words(`ci clean-install install i`)

// bare drops wrappers and "python -m" in front of a package manager.
func bare(argv []string) []string {
	if len(argv) > 0 && path.Base(argv[0]) == "corepack" {
		return argv[1:]
	}
	return audit.Unwrap(argv)
}

// split parts a command's words into its verb, its flags and whether it names
// anything else.
func split(args []string) (verb string, flags map[string]bool, named bool) {
	flags = map[string]bool{}
	skip := false
	for _, word := range args {
		switch {
		case skip:
			skip = false
		case strings.HasPrefix(word, "-"):
			flags[word] = true
			name, _, joined := strings.Cut(word, "=")
			flags[name] = true
			skip = !joined && (takesValue[name])
		case verb == "":
			verb = word
		default:
			named = true
		}
	}
	return verb, flags, named
}

var takesValue = words(`--prefix --cwd -C --dir --filter -F --registry --cache --loglevel --omit --network-timeout --cache-folder --store-dir --include --group --extra`)

func contains(argv []string, word string) bool {
	for _, w := range argv {
		if w == word {
			return true
		}
	}
	return false
}

// versioned reports whether a command names a module at a version: a tool.
func versioned(argv []string) bool {
	for _, w := range argv {
		if strings.Contains(w, "@") {
			return true
		}
	}
	return false
}
