// Package deploy reads what builds, starts and deploys programs: Dockerfiles,
// Compose, Kubernetes, Actions, Procfiles and the like.
package deploy

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// dockerfileRetries is how many unreadable lines of a Dockerfile are blanked
// before giving up: each costs another pass over the file.
const dockerfileRetries = 8

// maxDockerfileFailures is after how many unreadable instructions the rest of
// a file is left: templates have a dozen control lines, other languages
// thousands.
const maxDockerfileFailures = 200

// Dockerfile reads a Dockerfile instruction by instruction, so that one that
// is not understood (a template's control line) costs only itself.
func Dockerfile(e *inspect.Emitter, content []byte) error {
	content = shell.PlainText(content)
	d := &dockerfileReader{Emitter: e, lines: strings.Split(string(content), "\n"), meta: newDockerScope(), byName: map[string]int{}, bashLike: true}
	result, err := parseDockerfile(content)
	d.note(err)
	if result == nil {
		return d.err
	}
	d.escape = byte(result.EscapeToken)
	for _, node := range result.AST.Children {
		if d.read(node); d.failed > maxDockerfileFailures {
			break
		}
	}
	d.finish()
	return d.err
}

// parseDockerfile splits content into instructions. Where the parser gives up,
// the line it names is blanked and the rest read again: the error returned is
// then the first one. The result is nil when nothing can be read.
func parseDockerfile(content []byte) (*parser.Result, error) {
	result, first := parseOnce(content)
	for err, tries := first, 0; err != nil && result == nil && tries < dockerfileRetries; tries++ {
		var at *parser.LocationError
		if !errors.As(err, &at) || len(at.Locations) == 0 || len(at.Locations[0]) == 0 {
			break
		}
		lines := bytes.SplitAfter(content, []byte("\n"))
		n := at.Locations[0][0].Start.Line
		if n < 1 || n > len(lines) || len(bytes.TrimSpace(lines[n-1])) == 0 {
			break
		}
		lines[n-1] = []byte("\n")
		content = bytes.Join(lines, nil)
		result, err = parseOnce(content)
	}
	return result, first
}

// parseOnce turns a panic of the parser, which slices by what it is given,
// into an error.
func parseOnce(content []byte) (result *parser.Result, err error) {
	defer func() {
		if r := recover(); r != nil {
			result, err = nil, fmt.Errorf("the Dockerfile can't be parsed: %v", r)
		}
	}()
	return parser.Parse(bytes.NewReader(content))
}

type dockerfileReader struct {
	*inspect.Emitter
	lines    []string
	escape   byte
	meta     *dockerScope // ARGs before the first FROM
	stages   []dockerStage
	byName   map[string]int // stage names in lower case
	failed   int            // instructions that could not be read
	bashLike bool           // what SHELL names understands bash's syntax
	pending  []pendingInstruction
	err      error // the first one
}

type dockerStage struct {
	inspect.Stage
	line, end int
	parent    int // index of the stage it is built FROM, or -1
	scope     *dockerScope
}

type pendingInstruction struct {
	inspect.Instruction
	line, end int
}

func (d *dockerfileReader) note(err error) {
	if err != nil && d.err == nil {
		d.err = err
	}
}

func (d *dockerfileReader) read(node *parser.Node) {
	name := strings.ToUpper(node.Value)
	typed, err := parseInstruction(node)
	if err != nil {
		d.failed++
		d.note(inspect.ParseError(node.StartLine, "%s", inspect.ShortError(err.Error())))
	}
	switch {
	case name == "FROM":
		stage, _ := typed.(*instructions.Stage)
		d.from(node, stage)
	case len(d.stages) == 0:
		if arg, ok := typed.(*instructions.ArgCommand); ok {
			d.emitInstruction(node, inspect.Instruction{Stage: -1, Name: name, Pairs: d.arguments(arg, d.meta, nil, node)})
		} else if err == nil {
			d.note(inspect.ParseError(node.StartLine, "%s before the first FROM", name))
		}
	case err == nil:
		d.instruction(node, name, typed)
	}
}

func parseInstruction(node *parser.Node) (typed any, err error) {
	defer func() {
		if r := recover(); r != nil {
			typed, err = nil, fmt.Errorf("%s can't be parsed", node.Value)
		}
	}()
	return instructions.ParseInstruction(node)
}

func (d *dockerfileReader) from(node *parser.Node, parsed *instructions.Stage) {
	stage := dockerStage{line: node.StartLine, end: node.EndLine, parent: -1}
	stage.Index = len(d.stages)
	if parsed != nil {
		stage.Name, stage.Base = parsed.Name, parsed.BaseName
	} else { // a template: FROM {{ base }} AS x
		words := strings.Fields(node.Original)[1:]
		if n := len(words); n > 2 && strings.EqualFold(words[n-2], "as") {
			stage.Name, words = words[n-1], words[:n-2]
		}
		stage.Base = strings.Join(words, " ")
	}
	if base, _ := d.meta.expand(stage.Base); base != stage.Base {
		stage.Written, stage.Base = stage.Base, base
	}
	stage.scope = newDockerScope()
	d.bashLike = true
	if i, own := d.stageOf(stage.Base); own {
		stage.Own, stage.parent = true, i
		if name := d.stages[i].Name; !strings.EqualFold(name, stage.Base) {
			stage.Written, stage.Base = cmp.Or(stage.Written, stage.Base), name
		}
		stage.scope = d.stages[i].scope.inherit()
	}
	if stage.Name != "" {
		d.byName[strings.ToLower(stage.Name)] = stage.Index
	}
	d.stages = append(d.stages, stage)
}

// platformArguments are the build arguments that the builder gives by itself,
// with what they are on the platform that most images are built for.
var platformArguments = strings.NewReplacer(
	"${TARGETARCH}", "amd64", "$TARGETARCH", "amd64", "${TARGETOS}", "linux", "$TARGETOS", "linux", "${TARGETVARIANT}", "", "$TARGETVARIANT", "",
	"${BUILDARCH}", "amd64", "$BUILDARCH", "amd64", "${BUILDOS}", "linux", "$BUILDOS", "linux", "${BUILDVARIANT}", "", "$BUILDVARIANT", "",
)

// stageOf is the stage that a base names: "base-${TARGETARCH}" one of several
// for different machines.
func (d *dockerfileReader) stageOf(base string) (index int, own bool) {
	base = strings.ToLower(platformArguments.Replace(base))
	index, own = d.byName[base]
	return index, own
}

func (d *dockerfileReader) current() *dockerStage { return &d.stages[len(d.stages)-1] }

func (d *dockerfileReader) emitInstruction(node *parser.Node, in inspect.Instruction) {
	d.pending = append(d.pending, pendingInstruction{in, node.StartLine, node.EndLine})
}

// instruction reads any instruction but FROM.
func (d *dockerfileReader) instruction(node *parser.Node, name string, typed any) {
	in := inspect.Instruction{Stage: d.current().Index, Name: name}
	scope := d.current().scope
	words := func(list ...string) {
		for _, w := range list {
			expanded, _ := scope.expand(w)
			in.Args = append(in.Args, inspect.MaskWord(expanded))
		}
	}
	switch c := typed.(type) {
	case *instructions.RunCommand:
		in.Start = d.start(node, c.CmdLine, 0)
		for _, flag := range node.Flags {
			in.Secrets = in.Secrets || strings.HasPrefix(flag, "--mount=") && strings.Contains(flag, "type=secret")
			if mount, ok := boundMount(flag, scope); ok {
				in.Mounts = append(in.Mounts, mount)
			}
		}
	case *instructions.CmdCommand:
		in.Start = d.start(node, c.CmdLine, 0)
	case *instructions.EntrypointCommand:
		in.Start = d.start(node, c.CmdLine, 0)
	case *instructions.HealthCheckCommand:
		if len(c.Health.Test) > 1 {
			in.Start = d.start(node, c.Health.Test[1:], 1)
		} else {
			in.Args = c.Health.Test
		}
	case *instructions.EnvCommand:
		in.Pairs = d.environment(c.Env, scope, node)
	case *instructions.ArgCommand:
		in.Pairs = d.arguments(c, scope, d.meta, node)
	case *instructions.LabelCommand:
		for _, label := range c.Labels {
			in.Pairs = append(in.Pairs, d.entry(scope, node, label.Key, label.Value))
		}
	case *instructions.CopyCommand:
		in.From, in.Chmod = c.From, c.Chmod != ""
		words(sourcesAndDest(c.SourcesAndDest)...)
		in.Inline = d.inline(node)
	case *instructions.AddCommand:
		in.Chmod = c.Chmod != ""
		words(sourcesAndDest(c.SourcesAndDest)...)
		in.Inline = d.inline(node)
	case *instructions.ShellCommand:
		in.Args = c.Shell
		d.bashLike = len(c.Shell) > 0 && shell.IsShellName(c.Shell[0])
	case *instructions.ExposeCommand:
		words(c.Ports...)
	case *instructions.UserCommand:
		words(c.User)
	case *instructions.WorkdirCommand:
		words(c.Path)
	case *instructions.VolumeCommand:
		words(c.Volumes...)
	case *instructions.StopSignalCommand:
		words(c.Signal)
	case *instructions.OnbuildCommand:
		d.onBuild(in, node, c.Expression)
		return
	}
	d.emitInstruction(node, in)
}

// boundMount reads --mount=type=bind,from=…,source=…,target=…: bind is what a mount
// is that states no type.
func boundMount(flag string, scope *dockerScope) (inspect.Mount, bool) {
	options, ok := strings.CutPrefix(flag, "--mount=")
	if !ok {
		return inspect.Mount{}, false
	}
	var m inspect.Mount
	for _, option := range strings.Split(options, ",") {
		key, value, _ := strings.Cut(option, "=")
		value, _ = scope.expand(strings.Trim(value, `"'`))
		switch key {
		case "type":
			if value != "bind" {
				return inspect.Mount{}, false
			}
		case "from":
			m.From = value
		case "source", "src":
			m.Source = inspect.MaskWord(value)
		case "target", "dst", "destination":
			m.Target = inspect.MaskWord(value)
		}
	}
	return m, true
}

func sourcesAndDest(c instructions.SourcesAndDest) []string {
	args := append([]string{}, c.SourcePaths...)
	for _, inline := range c.SourceContents {
		args = append(args, "<<"+inline.Path)
	}
	return append(args, c.DestPath)
}

// finish emits all: only now is known which stage is the last one.
func (d *dockerfileReader) finish() {
	final := map[int]bool{}
	for i := len(d.stages) - 1; i >= 0; i = d.stages[i].parent {
		final[i] = true
	}
	for i, s := range d.stages {
		s.Final = i == len(d.stages)-1
		d.Emit(s.line, s.end, s.Stage)
	}
	sort.SliceStable(d.pending, func(i, j int) bool { return d.pending[i].line < d.pending[j].line })
	for _, p := range d.pending {
		p.Final = final[p.Stage]
		d.Emit(p.line, p.end, p.Instruction)
	}
}
