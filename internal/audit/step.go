package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// Step is one command that a start comes down to, and where it stands.
type Step struct {
	inspect.Command
	File *File
	Line int
}

// At is the step's place.
func (s Step) At() Place { return Place{Path: s.File.Path, Line: s.Line} }

// Steps follows a start through package.json scripts and shell scripts of the
// repository to the commands that run, the commands on the way included.
func (c *Component) Steps(start inspect.Start, file *File) []Step {
	w := &walk{c: c, seen: map[string]bool{}}
	for _, command := range start.Commands {
		if command.Line == 0 {
			command.Line = start.Line
		}
		w.step(command, file, 0)
	}
	return w.steps
}

// RunSteps are the steps of a process.
func (c *Component) RunSteps(p Process) []Step { return c.Steps(p.Start, p.File) }

type walk struct {
	c     *Component
	seen  map[string]bool
	steps []Step
}

const maxDepth = 8 // of scripts that call scripts

func (w *walk) step(command inspect.Command, file *File, depth int) {
	w.steps = append(w.steps, Step{command, file, command.Line})
	if depth >= maxDepth {
		return
	}
	unwrapped := command
	unwrapped.Argv = Unwrap(command.Argv)
	if nested := shell.NestedCommands(unwrapped); nested != nil {
		for _, inner := range nested {
			w.step(guarded(command, inner), file, depth+1)
		}
		return
	}
	if name, dir, ok := packageScript(command.Argv); ok {
		w.script(command, name, dir, depth)
		return
	}
	for _, name := range inTurn(unwrapped.Argv) {
		w.script(command, name, "", depth)
	}
	for _, name := range scriptFiles(command.Argv) {
		if f := w.c.scriptFile(name, file); f != nil && !w.seen[f.Path] {
			w.seen[f.Path] = true
			args := unwrapped.Argv[slices.Index(unwrapped.Argv, name)+1:]
			for s := range FactsIn[inspect.Command]([]*File{f}, f.Role) {
				inner := guarded(command, s.Fact)
				inner.Line = s.Line
				inner.Argv = WithArguments(inner.Argv, args)
				w.step(inner, f, depth+1)
			}
		}
	}
}

// guarded is a command of a script that another command runs: what is only
// sometimes run runs its commands only sometimes.
func guarded(outer, inner inspect.Command) inspect.Command {
	if outer.Conditional {
		inner.Then = outer.Then && (inner.Then || !inner.Conditional)
		inner.Conditional = true
	}
	return inner
}

// WithArguments is a script's command as it runs when the script is called with
// arguments: "$@" becomes them. Without any it is left as written.
func WithArguments(argv, args []string) []string {
	i := slices.IndexFunc(argv, func(word string) bool { return word == "$@" || word == "${@}" || word == "$*" })
	if i < 0 || len(args) == 0 {
		return argv
	}
	return slices.Concat(argv[:i], args, argv[i+1:])
}

// script follows "npm run name" to package.json, with its pre-script first.
func (w *walk) script(outer inspect.Command, name, dir string, depth int) {
	f := w.c.Repo.File(path.Join(w.c.Path, dir, "package.json"))
	if f == nil || w.seen[f.Path+"#"+name] {
		return
	}
	w.seen[f.Path+"#"+name] = true
	name = chosenScript(f, name)
	for _, wanted := range []string{"pre" + name, name} {
		for s := range FactsIn[inspect.Script]([]*File{f}, f.Role) {
			if s.Fact.Name != wanted {
				continue
			}
			for _, inner := range s.Fact.Command {
				inner = guarded(outer, inner)
				inner.Line = s.Line
				w.step(inner, f, depth+1)
			}
		}
	}
}

// chosenScript is the script that a name with a variable in it means, start-$ENV:
// of those that it can mean, production's, else the first.
func chosenScript(f *File, name string) string {
	start, end := strings.IndexByte(name, '$'), strings.LastIndexByte(name, '}')+1
	if start <= 0 {
		return name
	}
	suffix := ""
	if end > start {
		suffix = name[end:]
	}
	chosen := ""
	for s := range FactsIn[inspect.Script]([]*File{f}, f.Role) {
		rest, ok := strings.CutPrefix(s.Fact.Name, name[:start])
		rest, same := strings.CutSuffix(rest, suffix)
		switch {
		case !ok || !same || rest == "":
		case rest == "prod" || rest == "production":
			return s.Fact.Name
		case chosen == "":
			chosen = s.Fact.Name
		}
	}
	if chosen == "" {
		return name
	}
	return chosen
}

// packageScript tells which package.json script a command runs.
func packageScript(argv []string) (name, dir string, ok bool) {
	argv = Unwrap(argv)
	if len(argv) < 2 {
		return "", "", false
	}
	tool := path.Base(argv[0])
	if tool != "npm" && tool != "pnpm" && tool != "yarn" && tool != "bun" {
		return "", "", false
	}
	args := argv[1:]
	for len(args) > 1 && (args[0] == "--prefix" || args[0] == "--cwd" || args[0] == "-C" || args[0] == "--dir") {
		dir, args = args[1], args[2:]
	}
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	switch {
	case len(args) == 0:
		return "", "", false
	case args[0] == "run" || args[0] == "run-script":
		if len(args) < 2 {
			return "", "", false
		}
		return args[1], dir, true
	case args[0] == "start" || args[0] == "test" || args[0] == "restart":
		return args[0], dir, true
	case tool == "npm":
		return "", "", false
	}
	return args[0], dir, true // yarn x and pnpm x run script x
}

// scriptFiles are the words of a command that may be a shell script: the
// program itself, or the argument of a shell.
func scriptFiles(argv []string) []string {
	argv = Unwrap(argv)
	if len(argv) == 0 {
		return nil
	}
	list := []string{argv[0]}
	switch path.Base(argv[0]) {
	case "sh", "bash", "dash", "ash", "source", ".":
		for _, word := range argv[1:] {
			if !strings.HasPrefix(word, "-") {
				return append(list, word)
			}
		}
	}
	return list
}

// scriptFile finds a script by the path that a container or a shell knows it
// by: relative to the component or to the file that calls it, or by the name of
// one that lies in the component. A bare name is a program's, which the image may
// have a script for.
func (c *Component) scriptFile(name string, from *File) *File {
	if !strings.ContainsAny(name, "/.") && !strings.Contains(name, "entrypoint") {
		for _, candidate := range c.copiedTo(programPlace, name) {
			if f := c.Repo.File(candidate); f != nil && f.Format.IsShell() {
				return f
			}
		}
		return nil
	}
	for _, candidate := range c.placesOf(name, from) {
		if f := c.Repo.File(candidate); f != nil {
			return shellOnly(f)
		}
	}
	var found *File
	for _, f := range c.Files {
		if path.Base(f.Path) == path.Base(name) && f.Format.IsShell() {
			if found != nil {
				return nil // two of that name: which one is copied can't be told
			}
			found = f
		}
	}
	return found
}

// placesOf lists where a file of the repository may lie that a command names.
func (c *Component) placesOf(name string, from *File) []string {
	list := []string{path.Join(c.Path, name)}
	if from != nil {
		list = append(list, path.Join(path.Dir(from.Path), name))
	}
	return append(list, c.copied(name)...)
}

// StartedFile is the source that a command hands to its interpreter, nil when it
// is none of the repository's: aio_run.mjs of node /app/aio_run.mjs.
func (c *Component) StartedFile(name string, from *File) *File {
	for _, candidate := range c.placesOf(name, from) {
		if f := c.Repo.File(candidate); f != nil {
			return f
		}
	}
	if rest, inside := strings.CutPrefix(name, "/app/"); inside { // where images put all that there is
		return c.Repo.File(path.Join(c.Path, rest))
	}
	return nil
}

// copied lists what the image's COPY may have put at a path.
func (c *Component) copied(name string) []string {
	if c.Image == nil {
		return nil
	}
	return append([]string{path.Join(c.BuildContext(), name)}, c.copiedTo(nil, name)...)
}

// copiedTo lists what the image's COPY may have put into places, nil for any, under
// a name, the same or a new one: the source in the component, beside the Dockerfile or in the
// repository, and of another stage's file where that stage may have it from.
func (c *Component) copiedTo(places *regexp.Regexp, name string) []string {
	if c.Image == nil {
		return nil
	}
	var list []string
	for _, i := range c.Image.Instructions {
		if i.Fact.Name != "COPY" && i.Fact.Name != "ADD" || len(i.Fact.Args) < 2 {
			continue
		}
		last := len(i.Fact.Args) - 1
		to := i.Fact.Args[last]
		if places != nil && !places.MatchString(to) {
			continue
		}
		for _, from := range i.Fact.Args[:last] {
			renamed := last == 1 && !strings.HasSuffix(to, "/") && path.Base(to) == path.Base(name)
			if !renamed && path.Base(from) != path.Base(name) {
				continue
			}
			clean := strings.TrimPrefix(path.Clean(from), "/")
			list = append(list, path.Join(c.Path, from), path.Join(path.Dir(c.Image.File.Path), from), clean)
			for rest, more := clean, i.Fact.From != ""; more; { // /app/scripts/start.sh of a stage that has COPY . .
				if _, rest, more = strings.Cut(rest, "/"); more {
					list = append(list, rest)
				}
			}
		}
	}
	return list
}

// programPlace is where images keep programs.
var programPlace = regexp.MustCompile(`^/((usr/)?(local/)?s?bin|opt/\w+/bin)(/|$)`)

func shellOnly(f *File) *File {
	if f.Format.IsShell() || hasFact[inspect.Command](f) {
		return f
	}
	return nil
}
