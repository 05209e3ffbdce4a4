package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// bakeCall is what a step tells docker buildx bake.
type bakeCall struct {
	files, targets, set []string
	push                bool
}

// joinBakes puts into the steps that run docker buildx bake the targets that they
// build, as the repository's files and the step's variables make them.
func (r *Repository) joinBakes() {
	if !slices.ContainsFunc(r.Files, hasFact[inspect.BakeTarget]) {
		return
	}
	for _, f := range withFacts[inspect.WorkflowStep](r.facts, r.Files) {
		var list []inspect.Signal
		for i, s := range f.signals {
			step, ok := s.Fact.(inspect.WorkflowStep)
			if !ok {
				continue
			}
			if step.Bakes = r.bakes(step); len(step.Bakes) > 0 {
				if list == nil {
					list = slices.Clone(f.signals)
				}
				list[i].Fact = step
			}
		}
		if list != nil {
			f.signals = list
		}
	}
}

// bakes are the targets that a step builds, one for each run of its matrix.
func (r *Repository) bakes(step inspect.WorkflowStep) []inspect.BakeTarget {
	var list []inspect.BakeTarget
	built := map[string]bool{}
	for _, one := range eachRun(step) {
		for _, call := range bakeCalls(one) {
			file := r.bakeFile(one.Dir, call.files)
			if file == nil {
				continue
			}
			b := bakeReader{targets: map[string]inspect.BakeTarget{}, values: map[string]string{}}
			b.read(file, one.Env)
			for _, name := range call.targets {
				for _, target := range b.build(name, 0) {
					target.Outputs = append(target.Outputs, setOutputs(call)...)
					if !built[target.Name] {
						built[target.Name] = true
						list = append(list, target)
					}
				}
			}
		}
	}
	return list
}

// setOutputs are the outputs that a call adds to its targets.
func setOutputs(call bakeCall) []string {
	var list []string
	if call.push {
		list = append(list, "push=true")
	}
	for _, set := range call.set {
		if key, value, ok := strings.Cut(set, "="); ok && (strings.HasSuffix(key, ".output") || strings.HasSuffix(key, ".output+")) {
			list = append(list, value)
		}
	}
	return list
}

// bakeFile is the one file of targets that a call names.
func (r *Repository) bakeFile(dir string, names []string) *File {
	if len(names) == 0 {
		names = []string{"docker-bake.hcl"}
	}
	for _, name := range names {
		if f := r.File(path.Join(dir, strings.TrimPrefix(name, "cwd://"))); f != nil && f.Format == inspect.Bake {
			return f
		}
	}
	return nil
}

// bakeCalls are the calls of bake by an action or by commands.
func bakeCalls(step inspect.WorkflowStep) []bakeCall {
	var list []bakeCall
	if action, _, _ := strings.Cut(strings.ToLower(step.Uses), "@"); action == "docker/bake-action" {
		words := func(name string) []string {
			return strings.FieldsFunc(stepInput(step, name).Text, func(r rune) bool { return strings.ContainsRune("\n, ", r) })
		}
		call := bakeCall{files: words("files"), targets: words("targets"), push: stepInput(step, "push").Text == "true"}
		for line := range strings.Lines(stepInput(step, "set").Text) {
			call.set = append(call.set, strings.TrimSpace(line))
		}
		list = append(list, call.whole())
	}
	for _, c := range step.Commands {
		argv := Unwrap(c.Argv)
		at := slices.Index(argv, "bake")
		if at < 1 || path.Base(argv[0]) != "docker" && path.Base(argv[0]) != "buildx" {
			continue
		}
		var call bakeCall
		for i := at + 1; i < len(argv); i++ {
			name, value, joined := strings.Cut(argv[i], "=")
			takes := name == "-f" || name == "--file" || name == "--set" || name == "--builder" || name == "--progress" || name == "--metadata-file" || name == "--allow"
			if takes && !joined && i+1 < len(argv) {
				i++
				value = argv[i]
			}
			switch {
			case name == "-f" || name == "--file":
				call.files = append(call.files, value)
			case name == "--set":
				call.set = append(call.set, value)
			case name == "--push":
				call.push = value != "false"
			case !strings.HasPrefix(argv[i], "-") && !takes:
				call.targets = append(call.targets, argv[i])
			}
		}
		list = append(list, call.whole())
	}
	return list
}

func (c bakeCall) whole() bakeCall {
	if len(c.targets) == 0 {
		c.targets = []string{"default"}
	}
	return c
}

// bakeReader works out the targets of one file.
type bakeReader struct {
	targets map[string]inspect.BakeTarget
	values  map[string]string
}

// read takes a file's targets, and its variables with what the environment gives.
func (b *bakeReader) read(f *File, env []inspect.EnvEntry) {
	for _, s := range f.signals {
		switch fact := s.Fact.(type) {
		case inspect.BakeTarget:
			b.targets[fact.Name] = fact
		case inspect.BakeVariable:
			value := fact.Default
			if at := slices.IndexFunc(env, func(e inspect.EnvEntry) bool { return e.Name == fact.Name }); at >= 0 {
				value = env[at].Value
				if !value.IsLiteral() && value.Text != "" && value.Secret == nil { // "${{ github.sha }}" is no less a text
					b.values[fact.Name] = value.Text
				}
			}
			if value.IsLiteral() && value.Secret == nil {
				b.values[fact.Name] = value.Text
			}
		}
	}
}

// build is what a name of a target or group builds.
func (b *bakeReader) build(name string, depth int) []inspect.BakeTarget {
	target, ok := b.targets[name]
	switch {
	case !ok || depth > maxDepth:
		return nil
	case len(target.Members) > 0:
		var list []inspect.BakeTarget
		for _, member := range target.Members {
			list = append(list, b.build(member, depth+1)...)
		}
		return list
	}
	target = b.whole(target, 0)
	text := func(text string) string { return fill(text, b.values) }
	target.Context, target.Dockerfile, target.Stage = text(target.Context), text(target.Dockerfile), text(target.Stage)
	target.Tags = slices.Clone(target.Tags)
	for i := range target.Tags {
		target.Tags[i] = text(target.Tags[i])
	}
	target.Args = slices.Clone(target.Args)
	for i, arg := range target.Args {
		if value := text(arg.Written); arg.Written != "" && !unresolved(value) {
			target.Args[i].Value, target.Args[i].Written = inspect.LiteralOf(arg.Name, value), ""
		}
	}
	return []inspect.BakeTarget{target}
}

// whole is a target with what it inherits: of several, the last one's keys hold.
func (b *bakeReader) whole(target inspect.BakeTarget, depth int) inspect.BakeTarget {
	if depth > maxDepth {
		return target
	}
	for _, name := range slices.Backward(target.Inherits) {
		base, ok := b.targets[name]
		if !ok {
			continue
		}
		base = b.whole(base, depth+1)
		for own, inherited := range map[*string]string{&target.Context: base.Context, &target.Dockerfile: base.Dockerfile, &target.Stage: base.Stage} {
			if *own == "" {
				*own = inherited
			}
		}
		if len(target.Tags) == 0 {
			target.Tags = base.Tags
		}
		if len(target.Outputs) == 0 {
			target.Outputs = base.Outputs
		}
		for _, arg := range base.Args {
			if !slices.ContainsFunc(target.Args, func(own inspect.EnvEntry) bool { return own.Name == arg.Name }) {
				target.Args = append(target.Args[:len(target.Args):len(target.Args)], arg)
			}
		}
	}
	return target
}

// bakedBuild is a target as a docker build.
func bakedBuild(target inspect.BakeTarget) imageBuild {
	b := imageBuild{context: path.Clean(target.Context), target: target.Stage, args: map[string]inspect.Value{}}
	b.dockerfile = path.Join(b.context, "Dockerfile")
	if target.Dockerfile != "" {
		b.dockerfile = path.Join(b.context, target.Dockerfile)
	}
	if len(target.Tags) > 0 {
		b.image, b.named = target.Tags[0], target.Tags[1:]
	}
	for _, arg := range target.Args {
		b.args[arg.Name] = arg.Value
	}
	for _, output := range target.Outputs {
		b.pushes = b.pushes || strings.Contains(output, "push=true") || strings.Contains(output, "type=registry")
	}
	return b
}
