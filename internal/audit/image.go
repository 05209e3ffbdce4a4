package audit

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// imageOf picks the Dockerfile that a component is deployed with and reads its
// final stage: one that a deploy descriptor names, else the plainest name.
func imageOf(c *Component) *Image {
	var files []*File
	named := deployedDockerfiles(c)
	for _, f := range c.Files {
		if f.Format != inspect.Dockerfile || !f.Role.CanViolate() || !hasFact[inspect.Stage](f) || !packs(c, f) {
			continue
		}
		if image := readImage(f, planOf(c, f.Path)); BackingService(image.Base) == "" && !forAside(f, image, named[f.Path] > 0) {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return nil
	}
	below := groundwork(c.Repo, files)
	sort.SliceStable(files, func(i, j int) bool {
		a, b := files[i], files[j]
		if below[a.Path] != below[b.Path] {
			return below[b.Path]
		}
		if named[a.Path] != named[b.Path] {
			return named[a.Path] > named[b.Path]
		}
		if x, y := startsNothing(a), startsNothing(b); x != y {
			return y
		}
		if x, y := servesFiles(a), servesFiles(b); x != y {
			return y
		}
		if x, y := strings.Count(a.Path, "/"), strings.Count(b.Path, "/"); x != y {
			return x < y
		}
		if x, y := len(path.Base(a.Path)), len(path.Base(b.Path)); x != y {
			return x < y
		}
		return a.Path < b.Path
	})
	image := readImage(files[0], planOf(c, files[0].Path))
	image.inherit(c.Repo, 0)
	return image
}

// servesFiles reports whether a Dockerfile builds on a server of files: beside
// another image, it is the proxy in front of that.
func servesFiles(f *File) bool {
	base := imageBase(readImage(f, imagePlan{}).Base)
	return fileServers[base] || base == "nginx-unprivileged"
}

// startsNothing reports whether a Dockerfile only makes a place for developers
// to work in, into which the program is mounted: it takes nothing of the program
// along, or throws it away again, on a base that starts none either.
func startsNothing(f *File) bool {
	image := readImage(f, imagePlan{})
	if !runtimeImages[imageBase(image.Base)] {
		return false
	}
	emptied := func(i Located[inspect.Instruction]) bool {
		return i.Fact.Start != nil && slices.ContainsFunc(i.Fact.Start.Commands, func(c inspect.Command) bool {
			return len(c.Argv) > 2 && c.Argv[0] == "rm" && image.Workdir() != "" && slices.Contains(c.Argv[1:], image.Workdir()+"/*")
		})
	}
	brings := func(i Located[inspect.Instruction]) bool {
		return i.Fact.Name == "COPY" || i.Fact.Name == "ADD" || len(i.Fact.Mounts) > 0
	}
	if image.Start() == nil && (slices.ContainsFunc(image.Instructions, emptied) || !slices.ContainsFunc(copies(f), isProgram)) {
		return true
	}
	return len(copies(f)) == 0 && !slices.ContainsFunc(image.Instructions, brings)
}

// isProgram reports whether what COPY takes may be more than the list of packages
// that developers need beside the program.
func isProgram(source string) bool { return !packageList.MatchString(path.Base(source)) }

var packageList = regexp.MustCompile(`^([\w.-]*requirements[\w.-]*\.txt|package[\w.*-]*\.json|yarn\.lock|pnpm-lock\.yaml|(Gem|Pip)file[\w.*]*|poetry\.lock|pyproject\.toml|composer\.[\w*]+|go\.(mod|sum|\*))$`)

// packs reports whether a Dockerfile can put the component's program into its
// image: it copies code of the component, or something that is not in the tree
// because it is built first, or nothing at all. One that only copies files that
// are no program packs another's.
func packs(c *Component, f *File) bool {
	context := c.Repo.contexts[f.Path]
	if context == "" {
		context = path.Dir(f.Path)
	}
	list := copies(f)
	for _, from := range list {
		if bringsProgram(c, from, context, path.Dir(f.Path), ".") {
			return true
		}
	}
	if dir := assetsOf(c.Repo, f, context); dir != "" && Under(dir, c.Path) && !hasCodeIn(c.Files) {
		return true
	}
	return len(list) == 0
}

// copies lists what a Dockerfile takes of its context, in any stage: what it
// copies, and what commands see mounted.
func copies(f *File) []string {
	var list []string
	for _, s := range f.Signals() {
		if i, ok := s.Fact.(inspect.Instruction); ok && (i.Name == "COPY" || i.Name == "ADD") && i.From == "" && len(i.Args) > 1 {
			list = append(list, i.Args[:len(i.Args)-1]...)
		} else if ok && i.Name == "RUN" {
			for _, m := range i.Mounts {
				if m.From == "" {
					list = append(list, cmp.Or(m.Source, "."))
				}
			}
		}
	}
	return list
}

// bringsProgram reports whether a source of COPY is code of the component or
// names its dependencies, or is nothing that the tree has; it is looked for in
// each of the directories.
func bringsProgram(c *Component, from string, dirs ...string) bool {
	if strings.ContainsAny(from, "*?[$<") || strings.Contains(from, "://") {
		return true
	}
	there := false
	for _, dir := range dirs {
		name := path.Join(dir, from)
		there = there || c.Repo.hasDir(name)
		for _, file := range c.Files {
			if Under(file.Path, name) && file.Role == source.Prod && (isCode(file) || hasFact[inspect.Dependency](file)) {
				return true
			}
		}
	}
	return !there
}

// deployedDockerfiles ranks the Dockerfiles that deploys and CI name: one that CI
// builds beside others of a matrix is a variant of what they build alone.
func deployedDockerfiles(c *Component) map[string]int {
	named := map[string]int{}
	for _, f := range c.Files {
		if f.Role != source.DeployProd && f.Role != source.CI {
			continue
		}
		for _, s := range f.Signals() {
			switch fact := s.Fact.(type) {
			case inspect.FlyApp:
				if fact.Dockerfile != "" {
					named[path.Join(path.Dir(f.Path), fact.Dockerfile)] = 2
				}
			case inspect.PlatformService:
				if fact.Dockerfile != "" {
					named[path.Join(path.Dir(f.Path), fact.Root, fact.Dockerfile)] = 2
				}
			case inspect.ComposeService:
				if fact.Build {
					_, dockerfile := composeBuild(f, fact)
					named[dockerfile] = 2
				}
			case inspect.WorkflowStep:
				rank := 2
				if len(fact.Runs) > 1 && asksMatrix(fact) {
					rank = 1
				}
				for _, b := range stepBuilds(fact) {
					named[b.dockerfile] = max(rank, named[b.dockerfile])
				}
			}
		}
	}
	return named
}

// readImage reads the stage that deploys build, the last one unless they name
// another, and the own stages that it is built FROM.
func readImage(f *File, plan imagePlan) *Image {
	image := &Image{File: f, args: plan.args}
	stages := map[int]Located[inspect.Stage]{}
	last := -1
	for s := range FactsIn[inspect.Stage]([]*File{f}, f.Role) {
		stages[s.Fact.Index] = s
		last = max(last, s.Fact.Index)
	}
	for i, s := range stages {
		if plan.target != "" && (strings.EqualFold(s.Fact.Name, plan.target) || strconv.Itoa(i) == plan.target) {
			last = i
		}
	}
	line := map[int]bool{}
	for i := last; i >= 0; {
		stage := stages[i]
		line[i] = true
		image.Base, image.BaseLine = plan.base(f, stage.Fact), stage.Line
		i = parentStage(stages, stage.Fact)
	}
	cmdStage := -1
	for i := range FactsIn[inspect.Instruction]([]*File{f}, f.Role) {
		if !line[i.Fact.Stage] {
			continue
		}
		image.Instructions = append(image.Instructions, i)
		switch i.Fact.Name {
		case "ENTRYPOINT":
			image.Entrypoint = i.Fact.Start
			if cmdStage != i.Fact.Stage {
				image.Cmd = nil // an ENTRYPOINT drops the CMD of what the stage is built FROM
			}
		case "CMD":
			image.Cmd, cmdStage = i.Fact.Start, i.Fact.Stage
		}
	}
	if image.Entrypoint == nil && image.Cmd == nil {
		image.Cmd = inheritedStart(image.Base, image.BaseLine)
	}
	return image
}

// parentStage is the index of the own stage that a stage is built FROM, or -1.
func parentStage(stages map[int]Located[inspect.Stage], stage inspect.Stage) int {
	if !stage.Own {
		return -1
	}
	for i := stage.Index - 1; i >= 0; i-- {
		if s, ok := stages[i]; ok && s.Fact.Name != "" && strings.EqualFold(s.Fact.Name, stage.Base) {
			return i
		}
	}
	return -1
}

// Start is what the image runs: the ENTRYPOINT's words followed by the CMD's,
// or nil when it states neither.
func (i *Image) Start() *inspect.Start {
	if i == nil {
		return nil
	}
	return join(i.Entrypoint, i.Cmd)
}

// join is an entrypoint with a command as its arguments, as container engines
// do it: a shell entrypoint takes no arguments.
func join(entrypoint, command *inspect.Start) *inspect.Start {
	switch {
	case entrypoint == nil:
		return command
	case command == nil || entrypoint.Shell || len(entrypoint.Commands) == 0 || len(command.Commands) == 0:
		return entrypoint
	}
	joined := *entrypoint
	first := entrypoint.Commands[0]
	words := command.Commands[0].Argv
	if command.Shell {
		words = []string{"/bin/sh", "-c", command.Text}
	}
	first.Argv = append(append([]string(nil), first.Argv...), words...)
	joined.Commands = []inspect.Command{first}
	joined.Text = strings.TrimSpace(entrypoint.Text + " " + command.Text)
	return &joined
}
