package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// attach gives descriptors that lie elsewhere to the components they deploy.
// A component sees of a shared descriptor only what concerns it.
func attach(repo *Repository, list []*Component) {
	claimed := map[*File]bool{}
	for _, c := range list {
		for _, f := range c.anchor.claims() {
			c.add(f)
			claimed[f] = true
		}
	}
	for _, c := range list { // what one unit is deployed with is not the unit's around it
		for _, f := range slices.Clone(c.Files) {
			if claimed[f] && !slices.Contains(c.anchor.claims(), f) {
				c.remove(f.Path)
			}
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
			attachCompose(repo, f, list, images)
		case hasFact[inspect.Workload](f):
			attachWorkloads(repo, f, list, images)
		case f.Format == inspect.Workflow:
			attachWorkflow(f, list)
		case f.Format == inspect.Systemd:
			attachUnit(f, list)
		}
	}
}

// attachCompose splits a Compose file between the components that it builds
// or runs. Each gets its own services and the backing services that these
// depend on; services that nothing names as its dependency go to all.
func attachCompose(repo *Repository, f *File, list []*Component, images map[string]*Component) {
	owner := map[string]*Component{} // service → component
	dependsOn := map[string][]string{}
	wanted := map[string]bool{}
	for _, s := range f.Signals() {
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
		} else if c := builtByOverride(repo, f, service, list); c != nil {
			owner[service.Name] = c
		} else if c := images[imageBase(imageName(service))]; c != nil && !service.Build && BackingService(imageName(service)) == "" {
			owner[service.Name] = c
		} else if c := images[strings.ToLower(service.Name)]; c != nil && unresolved(imageName(service)+service.Dockerfile) {
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

// builtByOverride is the component of which another Compose file of the directory
// builds the service: deploys pull the image that developers build.
func builtByOverride(repo *Repository, f *File, service inspect.ComposeService, list []*Component) *Component {
	if service.Build || service.Image == "" || BackingService(imageName(service)) != "" {
		return nil
	}
	for _, other := range repo.Files {
		if other == f || other.Format != inspect.Compose || path.Dir(other.Path) != path.Dir(f.Path) || !other.Role.CanViolate() {
			continue
		}
		for _, s := range other.Signals() {
			if same, ok := s.Fact.(inspect.ComposeService); ok && same.Name == service.Name && same.Build && (same.Image == "" || same.Image == service.Image) {
				if c := builtBy(other, same, list); c != nil {
					return c
				}
			}
		}
	}
	return nil
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

// attachWorkloads splits a file of Kubernetes objects between the components
// whose images its workloads run. An object that is named like a workload, or
// that a workload or its scaling refers to, goes where the workload goes.
func attachWorkloads(repo *Repository, f *File, list []*Component, images map[string]*Component) {
	owners := map[string]map[*Component]bool{} // name of an object → components
	for _, s := range f.Signals() {
		if workload, ok := s.Fact.(inspect.Workload); ok {
			runs := runs(repo, f, workload, images)
			for _, name := range append(refs(workload), workload.Name) {
				if owners[name] == nil {
					owners[name] = map[*Component]bool{}
				}
				for c := range runs {
					owners[name][c] = true
				}
			}
		}
	}
	share(f, list, func(c *Component, s inspect.Signal) (keep, mine bool) {
		var those map[*Component]bool
		switch fact := s.Fact.(type) {
		case inspect.Workload:
			those = runs(repo, f, fact, images)
			mine = those[c]
		case inspect.KubeObject:
			those = owners[fact.Name]
			if len(those) == 0 && fact.Target != "" {
				those = owners[fact.Target]
			}
		}
		return len(those) == 0 || those[c], mine
	})
}

// runs is the components whose images a workload runs. An image that a
// template decides says nothing: then the container, the workload or the file
// may have a component's name.
func runs(repo *Repository, f *File, w inspect.Workload, images map[string]*Component) map[*Component]bool {
	found := map[*Component]bool{}
	var candidates []string
	for _, container := range w.Containers {
		image := repo.image(f, container)
		if c := images[imageBase(image)]; c != nil {
			found[c] = true
		}
		if unresolved(image) {
			candidates = append(candidates, container.Name)
		}
	}
	if len(found) > 0 {
		return found
	}
	if len(candidates) == 0 {
		for _, container := range w.Containers {
			if c := images[strings.ToLower(w.Name)]; c != nil && endsIn(imageBase(container.Image), w.Name) && BackingService(container.Image) == "" {
				found[c] = true
			}
		}
		return found
	}
	stem := strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path))
	for _, name := range append([]string{w.Name, stem}, candidates...) {
		if c := images[strings.ToLower(name)]; c != nil {
			found[c] = true
			return found
		}
	}
	return found
}

// endsIn reports whether an image is named for a part of something: shop-web and
// shop_web are the web of shop.
func endsIn(image, part string) bool {
	part = strings.ToLower(part)
	return strings.HasSuffix(image, "-"+part) || strings.HasSuffix(image, "_"+part)
}

// refs are the names of what a workload takes its environment from.
func refs(w inspect.Workload) []string {
	var list []string
	for _, container := range w.Containers {
		list = append(list, container.EnvRefs...)
		for _, e := range container.Env {
			if name, _, ok := strings.Cut(e.Ref, "/"); ok {
				list = append(list, name)
			}
		}
	}
	return list
}

// unresolved reports whether variables or a template decide a text.
func unresolved(text string) bool { return strings.Contains(text, "$") || strings.Contains(text, "{{") }

// attachWorkflow gives a workflow to the components whose directory or
// Dockerfile its steps name. One that names none concerns the whole repository
// and stays with the root.
func attachWorkflow(f *File, list []*Component) {
	builds, named := namedBy(f)
	for _, c := range list {
		if c.Path == "." || c.File(f.Path) != nil {
			continue
		}
		if named[c.Path] || slices.ContainsFunc(builds, func(b imageBuild) bool { return b.builds(c) }) {
			c.add(f)
		}
	}
}

// namedBy lists what a workflow's steps build, and the paths that their
// commands name, with all directories above them.
func namedBy(f *File) (builds []imageBuild, named map[string]bool) {
	named = map[string]bool{}
	for _, s := range f.Signals() {
		step, ok := s.Fact.(inspect.WorkflowStep)
		if !ok {
			continue
		}
		builds = append(builds, stepBuilds(step)...)
		for _, word := range strings.FieldsFunc(step.Run, func(r rune) bool { return strings.ContainsRune(" \n\t'\"=;&|", r) }) {
			name := clean(word)
			for end := len(name); end >= 0; end = strings.LastIndexByte(name[:end], '/') {
				named[name[:end]] = true
			}
		}
	}
	return builds, named
}

// share gives each component that something of the file is about its own view
// of the file. A file that is about nobody stays with its nearest anchor.
func share(f *File, list []*Component, concerns func(*Component, inspect.Signal) (keep, mine bool)) {
	views := map[*Component]*File{}
	for _, c := range list {
		view := *f
		view.signals = nil
		about := false
		for _, s := range f.Signals() {
			keep, mine := concerns(c, s)
			if keep {
				view.signals = append(view.signals, s)
			}
			about = about || mine
		}
		if about {
			view.types = factTypes(view.signals)
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
