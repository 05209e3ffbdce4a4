package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// Delivery is a step of a pipeline that deploys or publishes the component, by
// itself or through what it calls.
type Delivery struct {
	Located[inspect.WorkflowStep]
	What    string // "flyctl deploy", "docker/build-push-action"
	Trial   bool   // to try something out, torn down afterwards
	Untold  bool   // nothing says what starts it: Cloud Build's and Jenkins's triggers are kept elsewhere
	Perhaps bool   // only its name says that it delivers: what it runs is not in the repository
	Files   bool   // it hands out packages or archives, not what a deploy starts
}

// Automatic reports whether a merge, a tag, a release or the time starts it.
func (d Delivery) Automatic() bool {
	if d.Fact.Manual || d.Trial || d.Untold || d.Perhaps {
		return false
	}
	return slices.ContainsFunc(d.Fact.Events, func(event string) bool {
		switch event {
		case "push", "release", "workflow_run", "schedule", "create", "merge_group", "deployment", "registry_package", "repository_dispatch":
			return true
		}
		return false
	})
}

// Deliveries lists the steps that deploy or publish the component, in the order
// of files and lines. What a step calls is looked into: actions and workflows of
// the repository, its scripts, recipes and package scripts.
func (c *Component) Deliveries() []Delivery { return OfComponent(c, deliveries) }

func deliveries(c *Component) []Delivery {
	var list []Delivery
	for _, f := range OfRepository(c.Repo, pipelines) {
		if f.Format == inspect.Action {
			continue
		}
		concerned := c.Concerns(f)
		for _, s := range f.Signals() {
			step, ok := s.Fact.(inspect.WorkflowStep)
			if !ok || !concerned && !c.IsAbout(step) || docsJob.MatchString(step.Job+" "+step.Workflow+" "+step.Dir) && !docsJob.MatchString(c.Repo.Name+" "+c.Path) {
				continue
			}
			d := Delivery{Located: Located[inspect.WorkflowStep]{Fact: step, File: f, Line: s.Line, EndLine: s.EndLine}}
			d.What = c.delivers(f, step, 0)
			if !concerned && handsImage(d.What) && len(stepBuilds(step)) == 0 && strings.Contains(d.What, " ") {
				continue // docker push alone, of an image that others have
			}
			if d.What == "" {
				if d.What = perhaps(c.Repo, f, step); d.What == "" {
					continue
				}
				d.Perhaps = true
			}
			d.Trial = trialJob.MatchString(step.Job) && !handsImage(d.What) || trialJob.MatchString(step.Environment) || trialFile.MatchString(path.Base(f.Path)) || trialCluster(f)
			d.Files = releaseAction.MatchString(d.What+"@") || filesWord.MatchString(d.What)
			d.Untold = len(step.Events) == 0 && (f.Format == inspect.CloudBuild || f.Format == inspect.Jenkinsfile)
			list = append(list, d)
		}
	}
	return list
}

// pipelines are the files whose steps a CI system runs.
func pipelines(r *Repository) []*File {
	var list []*File
	for _, f := range withFacts[inspect.WorkflowStep](r.facts, r.Files) {
		if f.Role.CanViolate() {
			list = append(list, f)
		}
	}
	return list
}

var (
	// trialJob are names of jobs that deploy to try something out.
	trialJob  = regexp.MustCompile(`(?i)(^|[^a-z])(tests?|testing|e2e|preview|smoke|lint|kind|minikube|integration)([^a-z]|$)`)
	trialFile = regexp.MustCompile(`(?i)(^|[-_.])(e2e|preview|smoke|pr|tests?)([-_.]|$)`)
	docsJob   = regexp.MustCompile(`(?i)(^|[^a-z])(docs?|documentation|storybook|gh-?pages|changelog|openapi)([^a-z]|$)`)
	filesWord = regexp.MustCompile(`^(gh release|goreleaser|semantic-release|release-it|jreleaser|mvnw? .*deploy|gradlew? .*publish|npm|yarn|pnpm)`)
	// trialAction set up a cluster that ends with the job.
	trialAction = regexp.MustCompile(`(?i)^(helm/kind-action|engineerd/setup-kind|medyagh/setup-minikube|manusa/actions-setup-minikube|abdelsfane/k3d-action|nolar/setup-k3d-k3s|jupyterhub/action-k3s-helm)@`)
)

// handsImage reports whether what delivers only pushes an image: a job of that
// is no trial because it tests the image first.
func handsImage(what string) bool {
	return strings.HasPrefix(what, "docker") || strings.HasPrefix(what, "podman") || publishAction.MatchString(what)
}

// IsAbout reports whether a step of a pipeline that other components have a part
// in may be for this one: it builds its image, works where it is, or is for
// whatever a matrix names, or for all.
func (c *Component) IsAbout(step inspect.WorkflowStep) bool {
	builds := stepBuilds(step)
	if ofMatrix(step) && !slices.ContainsFunc(builds, func(b imageBuild) bool { return !unresolved(b.dockerfile) }) {
		return true
	}
	for _, b := range builds {
		if c.Image != nil && b.dockerfile == c.Image.File.Path {
			return true
		}
	}
	if len(builds) > 0 {
		return false
	}
	dir := path.Clean(step.Dir)
	for _, with := range step.With {
		if workDir.MatchString(with.Name) && with.Value.IsLiteral() {
			dir = path.Clean(with.Value.Text)
		}
	}
	if dir != "." {
		return Under(c.Path, dir) || Under(dir, c.Path)
	}
	called := strings.ToLower(step.Job + " " + step.Name + " " + step.Workflow)
	for _, other := range c.Repo.Components {
		if !c.Is(other) && other.Path != "." && len(other.Name) > 2 && strings.Contains(called, strings.ToLower(path.Base(other.Path))) && !strings.Contains(called, strings.ToLower(path.Base(c.Path))) {
			return false // it says for which
		}
	}
	return true
}

var workDir = regexp.MustCompile(`(?i)^(working-?directory|work-?dir|directory|package|path|folder|app-dir)$`)

// ofMatrix reports whether a step builds one of several programs, which a matrix
// names.
func ofMatrix(step inspect.WorkflowStep) bool {
	for _, with := range step.With {
		if strings.Contains(with.Value.Text, "matrix.") && buildInput.MatchString(with.Name) {
			return true
		}
	}
	return false
}

var buildInput = regexp.MustCompile(`(?i)^(file|context|tags|dockerfile|image|workdir|directory|path)`)

// trialCluster reports whether a workflow deploys to a cluster of its own.
func trialCluster(f *File) bool {
	return slices.ContainsFunc(f.Signals(), func(s inspect.Signal) bool {
		step, ok := s.Fact.(inspect.WorkflowStep)
		return ok && trialAction.MatchString(step.Uses)
	})
}

// calledDepth bounds how far calls are followed: a workflow that calls one that
// runs a recipe that runs a script.
const calledDepth = 4

// delivers names what a step deploys or publishes with, "" when it doesn't.
func (c *Component) delivers(f *File, step inspect.WorkflowStep, depth int) string {
	if what := Delivers(step); what != "" {
		return what
	}
	if what := publishes(step); what != "" {
		return what
	}
	if depth >= calledDepth {
		return ""
	}
	if len(c.Repo.calledBy(step)) > 0 {
		for _, inner := range c.Repo.Called(step) {
			if docsJob.MatchString(inner.Fact.Job) {
				continue
			}
			if what := c.delivers(inner.File, inner.Fact, depth+1); what != "" {
				return what
			}
		}
		return ""
	}
	return c.commandsDeliver(f, step.Dir, step.Commands, depth)
}

// commandsDeliver looks into what commands run: a script of the repository, a
// recipe, a script of package.json.
func (c *Component) commandsDeliver(f *File, dir string, commands []inspect.Command, depth int) string {
	for _, command := range commands {
		argv := Unwrap(command.Argv)
		if len(argv) == 0 || slices.Contains(argv, "--dry-run") {
			continue
		}
		for _, inner := range c.runBy(f, dir, argv) {
			if what := c.delivers(inner.file, inspect.WorkflowStep{Commands: inner.commands, Dir: inner.file.Dir()}, depth+1); what != "" {
				return what
			}
		}
	}
	return ""
}

// innerScript are the commands of a script that a command runs.
type innerScript struct {
	file     *File
	commands []inspect.Command
}

func (c *Component) runBy(f *File, dir string, argv []string) []innerScript {
	program, args := path.Base(argv[0]), argv[1:]
	switch program {
	case "make", "just", "task", "gmake":
		return targetsOf(c.Repo, f, dir, args)
	case "npm", "pnpm", "yarn", "bun", "composer":
		return packageScripts(c.Repo, f, dir, args)
	case "bash", "sh", "zsh", "source", ".":
		args = skipFlags(args)
		if len(args) == 0 {
			return nil
		}
		program = args[0]
	default:
		program = argv[0]
	}
	if !strings.HasSuffix(program, ".sh") && !strings.Contains(program, "/") {
		return nil
	}
	script := c.Repo.File(path.Join(dir, program))
	if script == nil {
		script = c.Repo.File(path.Clean(program))
	}
	if script == nil || script == f {
		return nil
	}
	var commands []inspect.Command
	for s := range FactsIn[inspect.Command]([]*File{script}, script.Role) {
		commands = append(commands, s.Fact)
	}
	return []innerScript{{script, commands}}
}

// targetsOf are the recipes that words of a command line name, and what they need.
func targetsOf(r *Repository, f *File, dir string, args []string) []innerScript {
	for i, word := range args {
		if word == "-C" && i+1 < len(args) {
			dir = path.Join(dir, args[i+1])
		}
	}
	var list []innerScript
	wanted := slices.Clone(args)
	for s := range AllFacts[inspect.Target](r) {
		if s.File == f || s.File.Dir() == path.Clean(dir) || s.File.Dir() == "." {
			if slices.Contains(wanted, s.Fact.Name) {
				list = append(list, innerScript{s.File, s.Fact.Commands})
				wanted = append(wanted, s.Fact.Needs...)
			}
		}
	}
	return list
}

func packageScripts(r *Repository, f *File, dir string, args []string) []innerScript {
	var list []innerScript
	for s := range AllFacts[inspect.Script](r) {
		if (s.File == f || s.File.Dir() == path.Clean(dir)) && slices.Contains(args, s.Fact.Name) {
			list = append(list, innerScript{s.File, s.Fact.Command})
		}
	}
	return list
}

// perhaps names a step that calls what is not in the repository under a name
// that speaks of delivering.
func perhaps(r *Repository, f *File, step inspect.WorkflowStep) string {
	action, _, _ := strings.Cut(step.Uses, "@")
	if notDelivering.MatchString(action) {
		return ""
	}
	if action != "" && len(r.calledBy(step)) == 0 && publishWord.MatchString(strings.TrimPrefix(action, "actions/")) {
		return action
	}
	if action == "" && len(step.Commands) > 0 || f.Format == inspect.CircleCI && action != "" {
		if publishWord.MatchString(step.Job) || publishWord.MatchString(step.Name) || publishWord.MatchString(step.Environment) {
			return "the job " + step.Job
		}
	}
	return ""
}
