package audit

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
)

// OwnContainer is a container of a Kubernetes workload that runs the component.
type OwnContainer struct {
	inspect.Container
	Workload Located[inspect.Workload]
	Title    string // what people call it: the workload's name, or its file where a chart fills that in
	Kind     ProcessKind
}

// At is the place of the container's image.
func (o OwnContainer) At() Place {
	return Place{Path: o.Workload.File.Path, Line: o.Line, EndLine: o.Line}
}

// OwnContainers lists the containers that run the component in workloads that a
// deploy keeps running: neither jobs, nor what is for development, nor patches
// of other files. A probe or preStop hook that a kustomization adds counts as
// the container's own.
func (c *Component) OwnContainers() []OwnContainer { return OfComponent(c, ownContainers) }

func ownContainers(c *Component) []OwnContainer {
	usual := map[Class]ProcessKind{WebService: WebProcess, Worker: WorkerProcess}[c.Class]
	if usual == "" {
		return nil
	}
	var list []OwnContainer
	for w := range Facts[inspect.Workload](c) {
		if !deploys(w.File) || w.Fact.Type == "Job" || w.Fact.Type == "CronJob" || w.Fact.Hook != "" || c.Repo.isPatch(w.File) {
			continue
		}
		first := true
		for _, k := range w.Fact.Containers {
			if k.Init || k.Image == "" {
				continue
			}
			kind, own := c.runsIn(w, k, first)
			first = false
			if !own {
				continue
			}
			if kind == OtherProcess {
				kind = usual
			}
			title := workloadName(w.Fact, k, w.File)
			if strings.Contains(title, "{{") {
				title = w.File.Path
			}
			list = append(list, OwnContainer{c.Repo.patched(w, k), w, title, kind})
		}
	}
	return list
}

// runsIn tells what a container runs of the component: a process with a command
// of its own, or what the image starts. The workload's name speaks of its first
// container: the others are beside it.
func (c *Component) runsIn(w Located[inspect.Workload], k inspect.Container, first bool) (kind ProcessKind, own bool) {
	image := c.Repo.image(w.File, k)
	if BackingService(image) != "" || backingProgram(k.Command) {
		return "", false
	}
	for _, p := range c.Processes {
		if p.File.Path == w.File.Path && p.Line == k.Line && !p.Image && !p.Release && !p.Scheduled {
			return c.kindOf(p), true
		}
	}
	name := workloadName(w.Fact, k, w.File)
	if len(k.Command)+len(k.Args) > 0 || !c.bears(image, k.Name) && !(first && (c.bears(image, w.Fact.Name, name) || c.onlyFor(w, image))) {
		return "", false
	}
	return c.kindOf(Process{Name: name, File: w.File, Line: k.Line}), true
}

// onlyFor reports whether a workload can be no one else's: its image is a
// template's in a repository of one component, or its file, which lies outside
// of the component, was attached to it and has no other workload of a program.
func (c *Component) onlyFor(w Located[inspect.Workload], image string) bool {
	if len(c.Repo.Components) < 2 {
		return unresolved(w.Fact.Containers[0].Image) && c.Repo.chartOf(w.File) != nil && (unresolved(image) || ownImage(c, image))
	}
	if c.Path == "." || Under(w.File.Path, c.Path) {
		return false
	}
	programs := 0
	for other := range FactsIn[inspect.Workload]([]*File{w.File}, w.File.Role) {
		for _, k := range other.Fact.Containers {
			if !k.Init && BackingService(c.Repo.image(w.File, k)) == "" {
				programs++
			}
		}
	}
	return programs == 1
}

// patched is a container with the probes and hooks that kustomizations give it.
func (r *Repository) patched(w Located[inspect.Workload], k inspect.Container) inspect.Container {
	for _, o := range r.overlays {
		for _, step := range o.chainTo(w.File.Path, 0) {
			for _, patch := range step.patches(r, w.Fact.Type, w.Fact.Name) {
				if p, ok := containerOf(patch.Fact.Workload, w.Fact, k); ok {
					k.Readiness, k.Liveness = k.Readiness || p.Readiness, k.Liveness || p.Liveness
					if len(k.PreStop) == 0 {
						k.PreStop = p.PreStop
					}
				}
			}
		}
	}
	return k
}

// OwnServices lists the Compose services that run the component in production:
// those that build it, and those that run its image.
func (c *Component) OwnServices() []Service {
	var list []Service
	for _, s := range c.Services(Production) {
		if s.Build && !c.buildsAside(s) || !s.Build && BackingService(imageName(s.ComposeService)) == "" && ownImage(c, imageName(s.ComposeService)) {
			list = append(list, s)
		}
	}
	return list
}

// buildsAside reports whether a service builds an image of its own for a backing
// service or for a web server in front, beside the component's.
func (c *Component) buildsAside(s Service) bool {
	name := s.Dockerfile
	if name == "" {
		name = "Dockerfile"
	}
	f := c.Repo.File(path.Join(path.Dir(s.Files[0].File.Path), s.Context, name))
	if f == nil || c.Image != nil && f == c.Image.File || !hasFact[inspect.Stage](f) {
		return false
	}
	image := readImage(f, planOf(c, f.Path))
	return BackingService(image.Base) != "" || servesFiles(f) && c.Class != StaticFrontend && (c.Image == nil || !servesFiles(c.Image.File))
}

// KindOf is what kind of process type runs under a name that a descriptor
// gives, of a service that states no command: by the name, else by the class.
func (c *Component) KindOf(f *File, name string) ProcessKind {
	for _, p := range c.Processes {
		if p.File.Path == f.Path && p.Name == name {
			return c.kindOf(p)
		}
	}
	if strings.TrimSpace(name) == "" {
		name = c.Name
	}
	if kind := c.kindOf(Process{Name: name, File: f}); kind != OtherProcess {
		return kind
	}
	return map[Class]ProcessKind{WebService: WebProcess, Worker: WorkerProcess}[c.Class]
}
