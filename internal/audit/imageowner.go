package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// ownImage reports whether an image has the name of the component, of its
// directory or of the repository, or a name that can only be the component's
// for what the repository's files say. image may be a bare name.
func ownImage(c *Component, image string) bool {
	base := imageBase(image)
	for _, name := range []string{c.Name, path.Base(c.Path), path.Base(c.Repo.Name)} {
		name, _, _ = strings.Cut(strings.ToLower(name), ".")
		if name != "" && base == name {
			return true
		}
	}
	if base == "" || c.anchor == nil || unresolved(image) || BackingService(image) != "" {
		return false
	}
	owners := OfRepository(c.Repo, imageOwners)[base]
	if len(owners) == 0 {
		return false
	}
	for _, o := range owners {
		public := o.weak && !strings.Contains(image, "/") // an image of that name may be anybody's
		if public || o.place != c.Path && !slices.ContainsFunc(c.anchor.dockerfiles, func(f *File) bool { return f.Path == o.place }) {
			return false
		}
	}
	return true
}

// imageOwner is one thing of the repository that an image may have its name of.
type imageOwner struct {
	place string // a Dockerfile, or a program's directory; "" where builds of one name differ
	weak  bool   // the name is one that people give many things
}

// imageOwners lists by name, in lower case, whose image one can be. Where a
// build says what its image is called, that alone decides. Else it is whatever
// has the name: a manifest's package, the directory of a program or of a
// Dockerfile, the ending of a Dockerfile's name, a service that Compose builds,
// and, as a name for all Dockerfiles together, the repository's only chart.
func imageOwners(r *Repository) map[string][]imageOwner {
	owners := map[string][]imageOwner{}
	note := func(name string, o imageOwner) {
		if name = strings.ToLower(name); name != "" && name != "." && !unresolved(name) && !slices.Contains(owners[name], o) {
			owners[name] = append(owners[name], o)
		}
	}
	var dockerfiles []*File
	var charts []string
	for _, f := range r.Files {
		if !f.Role.CanViolate() {
			continue
		}
		for s := range f.Of(inspect.Manifest{}, inspect.ComposeService{}, inspect.HelmChart{}) {
			switch fact := s.Fact.(type) {
			case inspect.Manifest:
				note(moduleBase(fact.Name), imageOwner{place: f.Dir()})
				note(dirName(f.Dir()), imageOwner{place: f.Dir()})
			case inspect.ComposeService:
				if _, dockerfile := composeBuild(f, fact); fact.Build && fact.Image == "" && r.Has(dockerfile) {
					note(fact.Name, imageOwner{dockerfile, true})
				}
				if dir, ok := startsProgramAt(r, f, fact); ok {
					note(imageBase(imageName(fact)), imageOwner{dir, true})
				}
			case inspect.HelmChart:
				if !fact.Library && !strings.Contains(f.Path, "/charts/") {
					charts = append(charts, fact.Name)
				}
			}
		}
		if f.Format == inspect.Dockerfile && hasFact[inspect.Stage](f) && f.Role != source.DeployDev && !namedDev(f.Path) {
			dockerfiles = append(dockerfiles, f)
		}
	}
	for _, f := range dockerfiles {
		base := imageBase(readImage(f, imagePlan{}).Base)
		for _, name := range dockerfileNames(f.Path) {
			if name != base { // an image that adjusts another one is often called like that
				note(name, imageOwner{f.Path, true})
			}
		}
		if len(charts) == 1 {
			note(charts[0], imageOwner{place: f.Path})
		}
	}
	for name, dockerfile := range OfRepository(r, builtImages) {
		owners[name] = []imageOwner{{place: dockerfile}}
	}
	return owners
}

// dockerfileNames are what a Dockerfile's path calls its image: the directory,
// and what stands before or behind "Dockerfile".
func dockerfileNames(name string) []string {
	base := strings.ToLower(path.Base(name))
	own := strings.Trim(strings.Replace(base, "dockerfile", "", 1), "._-")
	return []string{strings.ToLower(dirName(path.Dir(name))), own}
}

// builtImages maps the names of the images that Compose files and workflows
// build to their Dockerfiles, "" for a name that several have.
func builtImages(r *Repository) map[string]string {
	built := map[string]string{}
	note := func(image, dockerfile string) {
		name := imageBase(image)
		if name == "" || unresolved(name) || !r.Has(dockerfile) {
			return
		}
		if other, known := built[name]; known && other != dockerfile {
			dockerfile = ""
		}
		built[name] = dockerfile
	}
	for _, f := range r.Files {
		for s := range FactsIn[inspect.ComposeService]([]*File{f}, f.Role) {
			if s.Fact.Build && s.Fact.Image != "" {
				_, dockerfile := composeBuild(f, s.Fact)
				note(imageName(s.Fact), dockerfile)
			}
		}
		for _, b := range fileBuilds(f) {
			for _, image := range b.images() {
				note(image, b.dockerfile)
			}
		}
	}
	return built
}

// fileBuilds are the images that the steps of a workflow build. Where a job
// builds one and asks docker/metadata-action for its names, those are the names.
func fileBuilds(f *File) []imageBuild {
	if !hasFact[inspect.WorkflowStep](f) {
		return nil
	}
	type job struct{ names, builds []int }
	var list []imageBuild
	var names [][]string
	jobs := map[string]*job{}
	for _, s := range f.Signals() {
		step, ok := s.Fact.(inspect.WorkflowStep)
		if !ok {
			continue
		}
		j := jobs[step.Job]
		if j == nil {
			j = &job{}
			jobs[step.Job] = j
		}
		if strings.HasPrefix(step.Uses, "docker/metadata-action") {
			j.names = append(j.names, len(names))
			names = append(names, metadataImages(step))
		}
		for _, b := range stepBuilds(step) {
			j.builds = append(j.builds, len(list))
			list = append(list, b)
		}
	}
	for _, j := range jobs {
		if len(j.names) != 1 {
			continue
		}
		dockerfiles := map[string]bool{}
		for _, i := range j.builds {
			dockerfiles[list[i].dockerfile] = true
		}
		for _, i := range j.builds {
			if len(dockerfiles) == 1 && (list[i].image == "" || unresolved(list[i].image)) {
				list[i].named = names[j.names[0]]
			}
		}
	}
	return list
}

// images are the names that a build gives its image.
func (b imageBuild) images() []string {
	if b.image == "" {
		return b.named
	}
	return append([]string{b.image}, b.named...)
}

// metadataImages are the images that docker/metadata-action makes tags for, with
// the workflow's own variables filled in: a line each, plain or as "name=".
func metadataImages(step inspect.WorkflowStep) []string {
	var list []string
	for _, with := range step.With {
		if with.Name != "images" {
			continue
		}
		for line := range strings.Lines(with.Value.Text) {
			name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "name="), ",")
			name = workflowExpression.ReplaceAllStringFunc(name, func(expression string) string {
				variable, ok := strings.CutPrefix(strings.Trim(expression, "${} "), "env.")
				at := slices.IndexFunc(step.Env, func(e inspect.EnvEntry) bool { return ok && e.Name == variable })
				if at < 0 || !step.Env[at].Value.IsLiteral() {
					return expression
				}
				return step.Env[at].Value.Text
			})
			if name != "" && !strings.HasPrefix(name, "#") {
				list = append(list, name)
			}
		}
	}
	return list
}
