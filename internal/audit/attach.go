package audit

import (
	"path"
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
		dir := path.Dir(f.Path)
		for _, s := range f.Signals {
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
			case inspect.WorkflowStep:
				for _, b := range stepBuilds(fact) {
					note(b.dockerfile, b.context)
				}
			}
		}
	}
	return contexts
}

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

// imageBuild is one docker build: of which file, where, and the image's name.
type imageBuild struct{ dockerfile, context, image string }

// stepBuilds reads docker build commands and docker/build-push-action.
func stepBuilds(step inspect.WorkflowStep) []imageBuild {
	var list []imageBuild
	if strings.HasPrefix(step.Uses, "docker/build-push-action") {
		b := imageBuild{context: "."}
		for _, with := range step.With {
			switch with.Name {
			case "context":
				b.context = path.Clean(with.Value.Text)
			case "file":
				b.dockerfile = path.Clean(with.Value.Text)
			case "tags":
				b.image = strings.Split(strings.TrimSpace(with.Value.Text), "\n")[0]
			}
		}
		list = append(list, b)
	}
	for _, c := range step.Commands {
		if b, ok := dockerBuild(c.Argv); ok {
			list = append(list, b)
		}
	}
	for i := range list {
		if list[i].dockerfile == "" {
			list[i].dockerfile = path.Join(list[i].context, "Dockerfile")
		}
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
		case name == "--build-arg" || name == "--target" || name == "--platform" || name == "--cache-from" || name == "--cache-to" || name == "--label" || name == "--secret" || name == "--network":
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

// attach gives descriptors that lie elsewhere to the components they deploy.
// A component sees of a shared descriptor only what concerns it.
func attach(repo *Repository, list []*Component) {
	for _, c := range list {
		for _, f := range append(append([]*File(nil), c.anchor.dockerfiles...), c.anchor.deployed...) {
			c.add(f)
		}
	}
	if len(list) < 2 {
		return
	}
	images := imageNames(repo, list)
	for _, f := range repo.Files {
		switch {
		case !f.Role.CanViolate():
		case f.Format == inspect.Compose || hasFact[inspect.ComposeService](f):
			attachCompose(f, list, images)
		case hasFact[inspect.Workload](f):
			attachWorkloads(f, list, images)
		case f.Format == inspect.Workflow:
			attachWorkflow(f, list)
		}
	}
}

func hasFact[F inspect.Fact](f *File) bool {
	for _, s := range f.Signals {
		if _, ok := s.Fact.(F); ok {
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
		if dir := c.Path; dir != "." {
			if path.Base(dir) == "src" && path.Dir(dir) != "." { // the unit has the name of what holds its sources
				dir = path.Dir(dir)
			}
			names[strings.ToLower(path.Base(dir))] = c
		}
	}
	for _, f := range repo.Files {
		for _, s := range f.Signals {
			switch fact := s.Fact.(type) {
			case inspect.ComposeService:
				if c := builtBy(f, fact, list); c != nil && fact.Image != "" {
					names[imageBase(fact.Image)] = c
				}
			case inspect.WorkflowStep:
				for _, b := range stepBuilds(fact) {
					if c := ownerOf(b.dockerfile, b.context, list); c != nil && b.image != "" {
						names[imageBase(b.image)] = c
					}
				}
			}
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
	return ownerOf(dockerfile, context, list)
}

// ownerOf is the component that a Dockerfile builds, else that of its context.
func ownerOf(dockerfile, context string, list []*Component) *Component {
	for _, c := range list {
		for _, f := range c.anchor.dockerfiles {
			if f.Path == dockerfile {
				return c
			}
		}
	}
	for _, c := range list {
		if c.Path == context {
			return c
		}
	}
	return nil
}

// attachCompose splits a Compose file between the components that it builds
// or runs. Each gets its own services and the backing services that these
// depend on; services that nothing names as its dependency go to all.
func attachCompose(f *File, list []*Component, images map[string]*Component) {
	owner := map[string]*Component{} // service → component
	dependsOn := map[string][]string{}
	wanted := map[string]bool{}
	for _, s := range f.Signals {
		service, ok := s.Fact.(inspect.ComposeService)
		if !ok {
			continue
		}
		dependsOn[service.Name] = service.DependsOn
		for _, d := range service.DependsOn {
			wanted[d] = true
		}
		if c := builtBy(f, service, list); c != nil {
			owner[service.Name] = c
		} else if c := images[imageBase(service.Image)]; c != nil && !service.Build && BackingService(service.Image) == "" {
			owner[service.Name] = c
		}
	}
	share(f, list, func(c *Component, s inspect.Signal) (keep, mine bool) {
		service, ok := s.Fact.(inspect.ComposeService)
		if !ok {
			return true, false
		}
		if owner[service.Name] != nil {
			return owner[service.Name] == c, owner[service.Name] == c
		}
		return !wanted[service.Name] || needs(c, service.Name, owner, dependsOn), false
	})
}

// needs reports whether a service of the component depends on the named one,
// directly or through others.
func needs(c *Component, name string, owner map[string]*Component, dependsOn map[string][]string) bool {
	seen := map[string]bool{}
	var visit func(service string) bool
	visit = func(service string) bool {
		if seen[service] {
			return false
		}
		seen[service] = true
		for _, d := range dependsOn[service] {
			if d == name || visit(d) {
				return true
			}
		}
		return false
	}
	for service, o := range owner {
		if o == c && visit(service) {
			return true
		}
	}
	return false
}

func attachWorkloads(f *File, list []*Component, images map[string]*Component) {
	share(f, list, func(c *Component, s inspect.Signal) (keep, mine bool) {
		workload, ok := s.Fact.(inspect.Workload)
		if !ok {
			return true, false
		}
		known := false
		for _, container := range workload.Containers {
			if owner := images[imageBase(container.Image)]; owner != nil {
				known = true
				if owner == c {
					return true, true
				}
			}
		}
		return !known, false
	})
}

// attachWorkflow gives a workflow to the components whose directory or
// Dockerfile its steps name. One that names none concerns the whole repository
// and stays with the root.
func attachWorkflow(f *File, list []*Component) {
	for _, c := range list {
		if c.Path != "." && c.File(f.Path) == nil && names(f, c) {
			c.add(f)
		}
	}
}

func names(f *File, c *Component) bool {
	for _, s := range f.Signals {
		step, ok := s.Fact.(inspect.WorkflowStep)
		if !ok {
			continue
		}
		for _, b := range stepBuilds(step) {
			if ownerOf(b.dockerfile, b.context, []*Component{c}) == c {
				return true
			}
		}
		for _, word := range strings.FieldsFunc(step.Run, func(r rune) bool { return strings.ContainsRune(" \n\t'\"=;&|", r) }) {
			if clean(word) == c.Path || strings.HasPrefix(clean(word), c.Path+"/") {
				return true
			}
		}
	}
	return false
}

// share gives each component that something of the file is about its own view
// of the file. A file that is about nobody stays with its nearest anchor.
func share(f *File, list []*Component, concerns func(*Component, inspect.Signal) (keep, mine bool)) {
	views := map[*Component]*File{}
	for _, c := range list {
		view := *f
		view.Signals = nil
		about := false
		for _, s := range f.Signals {
			keep, mine := concerns(c, s)
			if keep {
				view.Signals = append(view.Signals, s)
			}
			about = about || mine
		}
		if about {
			views[c] = &view
		}
	}
	if len(views) == 0 {
		return
	}
	for _, c := range list {
		if view := views[c]; view != nil {
			c.add(view)
		} else {
			c.remove(f.Path)
		}
	}
}

func (c *Component) remove(name string) {
	for i, f := range c.Files {
		if f.Path == name {
			c.Files = append(c.Files[:i:i], c.Files[i+1:]...)
			return
		}
	}
}
