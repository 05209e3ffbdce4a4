package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// buildContexts maps Dockerfiles to the directory that they are built in, as
// Compose files, fly.toml and workflows name it.
func buildContexts(repo *Repository) map[string]string {
	contexts := map[string]string{}
	note := func(dockerfile, context string) {
		if repo.Has(dockerfile) && contexts[dockerfile] == "" && !strings.HasPrefix(context, "..") {
			contexts[dockerfile] = context
		}
	}
	for _, f := range repo.Files {
		if !hasFact[inspect.ComposeService](f) && !hasFact[inspect.FlyApp](f) && !hasFact[inspect.PlatformService](f) && !hasFact[inspect.WorkflowStep](f) {
			continue
		}
		dir := f.Dir()
		for _, s := range f.Signals() {
			switch fact := s.Fact.(type) {
			case inspect.ComposeService:
				if fact.Build {
					context, dockerfile := composeBuild(f, fact)
					note(dockerfile, context)
				}
			case inspect.FlyApp:
				if fact.Dockerfile != "" {
					note(path.Join(dir, fact.Dockerfile), dir)
				}
			case inspect.PlatformService:
				if fact.Dockerfile != "" {
					note(path.Join(dir, fact.Root, fact.Dockerfile), path.Join(dir, fact.Root))
				}
			case inspect.WorkflowStep:
				for _, b := range stepBuilds(fact) {
					note(b.dockerfile, b.context)
				}
			}
		}
	}
	return contexts
}

// BuildContext is the directory that a Dockerfile is built in, as a descriptor or a
// workflow names it; "" where none does.
func (r *Repository) BuildContext(dockerfile string) string { return r.contexts[dockerfile] }

// composeBuild is the context directory and the Dockerfile of a service that
// is built, as paths of the repository.
func composeBuild(f *File, s inspect.ComposeService) (context, dockerfile string) {
	context = path.Join(path.Dir(f.Path), s.Context)
	name := s.Dockerfile
	if name == "" {
		name = "Dockerfile"
	}
	return context, path.Join(context, name)
}

// imageName is a service's image with its variables filled in where they are known.
func imageName(s inspect.ComposeService) string {
	if s.ImageDefault != "" {
		return s.ImageDefault
	}
	return s.Image
}

// imageBuild is one docker build: of which file, where, and the image's name.
type imageBuild struct {
	dockerfile, context, image string
	named                      []string // names that another step of the job gives it
	target                     string
	args                       map[string]inspect.Value
	pushes                     bool
}

// stepBuilds reads docker build commands, docker/build-push-action and the targets
// of bake, one for each run of a matrix where the build says what it takes of it.
func stepBuilds(step inspect.WorkflowStep) []imageBuild {
	var list []imageBuild
	for _, one := range eachRun(step) {
		list = append(list, buildsOnce(one)...)
	}
	for _, target := range step.Bakes {
		list = append(list, bakedBuild(target))
	}
	return list
}

// eachRun is a step for each run of its job's matrix, or as it is where it asks
// for none.
func eachRun(step inspect.WorkflowStep) []inspect.WorkflowStep {
	if len(step.Runs) == 0 || !asksMatrix(step) {
		return []inspect.WorkflowStep{step}
	}
	var list []inspect.WorkflowStep
	for _, run := range step.Runs {
		b := binding{run: run, orphan: true, file: &File{}}
		one := step
		for _, e := range step.Env {
			b.env = append(b.env, b.entry(e))
		}
		one.Env, one.With = b.env, slices.Clone(step.With)
		for i := range one.With {
			one.With[i] = b.entry(one.With[i])
		}
		one.Commands = b.commands(step.Commands, step.Run)
		list = append(list, one)
	}
	return list
}

// asksMatrix reports whether what a step is told depends on the run of a matrix.
func asksMatrix(step inspect.WorkflowStep) bool {
	asks := func(e inspect.EnvEntry) bool { return strings.Contains(e.Value.Text, "matrix.") }
	return strings.Contains(step.Run, "matrix.") || slices.ContainsFunc(step.With, asks) || slices.ContainsFunc(step.Env, asks)
}

func buildsOnce(step inspect.WorkflowStep) []imageBuild {
	var list []imageBuild
	if strings.HasPrefix(step.Uses, "docker/build-push-action") {
		b := imageBuild{context: "."}
		for _, with := range step.With {
			switch with.Name {
			case "context":
				b.context = path.Clean(with.Value.Text)
			case "file":
				b.dockerfile = path.Clean(with.Value.Text)
			case "target":
				b.target = with.Value.Text
			case "push":
				b.pushes = with.Value.Text != "false"
			case "outputs":
				b.pushes = b.pushes || strings.Contains(with.Value.Text, "push=true") || strings.Contains(with.Value.Text, "type=registry")
			case "build-args":
				for _, line := range strings.Split(with.Value.Text, "\n") {
					b.argument(strings.TrimSpace(line))
				}
			case "tags":
				b.image = strings.Split(strings.TrimSpace(with.Value.Text), "\n")[0]
			}
		}
		list = append(list, b)
	}
	pushes := false
	for _, c := range step.Commands {
		if b, ok := dockerBuild(c.Argv); ok {
			list = append(list, b)
		}
		pushes = pushes || len(c.Argv) > 1 && path.Base(c.Argv[0]) == "docker" && slices.Contains(c.Argv[1:min(3, len(c.Argv))], "push")
	}
	for i := range list {
		list[i].pushes = list[i].pushes || pushes
		if list[i].dockerfile == "" {
			list[i].dockerfile = path.Join(list[i].context, "Dockerfile")
		}
	}
	return list
}

// argument notes one NAME=value of a build. What a workflow's expression or a
// variable of the shell decides is not known.
func (b *imageBuild) argument(text string) {
	name, value, given := strings.Cut(text, "=")
	if name == "" {
		return
	}
	if b.args == nil {
		b.args = map[string]inspect.Value{}
	}
	b.args[name] = inspect.Value{Source: inspect.Unknown}
	if given && !unresolved(value) {
		b.args[name] = inspect.LiteralOf(name, value)
	}
}

// given are the texts by which a build may say what it builds.
func (b imageBuild) given() []string {
	list := []string{imageBase(b.image)}
	for _, value := range b.args {
		list = append(list, value.Text)
	}
	return list
}

func dockerBuild(argv []string) (imageBuild, bool) {
	if len(argv) < 3 || path.Base(argv[0]) != "docker" && path.Base(argv[0]) != "podman" && path.Base(argv[0]) != "buildah" {
		return imageBuild{}, false
	}
	args := argv[1:]
	if args[0] == "buildx" {
		args = args[1:]
	}
	if len(args) == 0 || args[0] != "build" && args[0] != "bud" {
		return imageBuild{}, false
	}
	b := imageBuild{context: "."}
	for i := 1; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i], "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		switch {
		case name == "-f" || name == "--file":
			b.dockerfile = path.Clean(value)
		case name == "-t" || name == "--tag":
			b.image = value
		case name == "--target":
			b.target = value
		case args[i] == "--build-arg":
			b.argument(value)
		case name == "--build-arg":
			b.argument(strings.TrimPrefix(args[i], "--build-arg="))
		case args[i] == "--push":
			b.pushes = true
			continue
		case name == "--platform" || name == "--cache-from" || name == "--cache-to" || name == "--label" || name == "--secret" || name == "--network":
		case strings.HasPrefix(args[i], "-"):
			continue // a flag without a value
		default:
			b.context = path.Clean(args[i])
			continue
		}
		if !joined {
			i++
		}
	}
	return b, true
}

// workflowExpression is what a workflow fills in for each job of a matrix.
var workflowExpression = regexp.MustCompile(`\$\{\{.*?\}\}`)

// builds reports whether a build is one of the component's images. The value
// of an expression in its paths may be any part of them.
func (b imageBuild) builds(c *Component) bool {
	if !strings.Contains(b.dockerfile+b.context, "${{") {
		return ownerOf(b.dockerfile, b.context, []*Component{c}) == c
	}
	literals := workflowExpression.Split(b.dockerfile, -1)
	for i := range literals {
		literals[i] = regexp.QuoteMeta(literals[i])
	}
	pattern := regexp.MustCompile("^" + strings.Join(literals, `[A-Za-z0-9_./-]+`) + "$")
	for _, f := range c.anchor.dockerfiles {
		if pattern.MatchString(f.Path) {
			return true
		}
	}
	return false
}

// imageNames maps image names, without registry, organisation and tag, to the
// component that they are built from: by a Compose file or workflow that says
// so, else by the directory's or manifest's name.
func imageNames(repo *Repository, list []*Component) map[string]*Component {
	names := map[string]*Component{}
	for _, c := range list {
		if c.Path != "." {
			names[strings.ToLower(dirName(c.Path))] = c
		}
	}
	built := map[string]*Component{}
	note := func(image string, c *Component) {
		name := imageBase(image)
		if owner := built[name]; owner != nil && owner != c {
			names[name] = nil // one name with a tag for each: it tells nothing
			return
		}
		built[name], names[name] = c, c
	}
	for _, f := range repo.Files {
		for _, s := range f.Signals() {
			if fact, ok := s.Fact.(inspect.ComposeService); ok && fact.Image != "" {
				if c := builtBy(f, fact, list); c != nil {
					note(imageName(fact), c)
				}
			}
		}
		for _, b := range fileBuilds(f) {
			for _, image := range b.images() {
				if c := ownerOf(b.dockerfile, b.context, list, append(b.given(), imageBase(image))...); c != nil && !unresolved(imageBase(image)) {
					note(image, c)
				}
			}
		}
	}
	for name, c := range names {
		if c == nil {
			delete(names, name)
		}
	}
	return names
}

func imageBase(image string) string {
	name, _, _ := SplitImage(image)
	return strings.ToLower(path.Base(name))
}

func builtBy(f *File, s inspect.ComposeService, list []*Component) *Component {
	if !s.Build {
		return nil
	}
	context, dockerfile := composeBuild(f, s)
	given := []string{s.Name, imageBase(imageName(s))}
	for _, e := range s.BuildArgs {
		given = append(given, e.Value.Text)
	}
	return ownerOf(dockerfile, context, list, given...)
}

// ownerOf is the component that a Dockerfile builds, of several that share it
// the one that what a build is given names, else that of its context.
func ownerOf(dockerfile, context string, list []*Component, given ...string) *Component {
	var owners []*Component
	for _, c := range list {
		if slices.ContainsFunc(c.anchor.dockerfiles, func(f *File) bool { return f.Path == dockerfile }) {
			owners = append(owners, c)
		}
	}
	switch len(owners) {
	case 0:
	case 1:
		return owners[0]
	default:
		return ownerAmong(owners, context, given...)
	}
	for _, c := range list {
		if c.Path == context {
			return c
		}
	}
	return nil
}
