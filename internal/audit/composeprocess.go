package audit

import (
	"cmp"
	"path"
	"slices"

	"twelvefold/internal/inspect"
)

// composeProcess is a service of the component's own that states how it is
// started. One without a command starts what the image says.
func composeProcess(c *Component, f *File, s inspect.ComposeService, dev bool) (Process, bool) {
	other := otherImage(c, f, s)
	if s.Command == nil && s.Entrypoint == nil && s.Build && (dev && c.Image == nil || !dev && other != nil && len(s.Profiles) == 0 && !demanded(s)) {
		return imageProcess(c, f, s, dev)
	}
	if s.Command == nil && s.Entrypoint == nil || BackingService(s.Image) != "" || demanded(s) && !oneOff(s.Name) {
		return Process{}, false
	}
	if !s.Build && !ownImage(c, s.Image) && !overridesOwn(c, f, s) && !builtBeside(c, f, s) {
		return Process{}, false
	}
	entrypoint := s.Entrypoint
	if image := cmp.Or(other, c.Image); entrypoint == nil && image != nil {
		entrypoint = image.Entrypoint
	}
	start := join(entrypoint, s.Command)
	line := start.Line
	if s.Command != nil {
		line = s.Command.Line
	}
	return Process{Name: s.Name, Start: *start, File: f, Line: line, Dev: dev, Release: oneOff(s.Name) || awaited(f, s.Name), Built: other}, true
}

// otherImage is what a service builds from a Dockerfile of the component beside
// that of its image, which the same file starts, too: a worker's, an
// administration's. In a file of its own it is another way to build the same. One
// that serves files or is a backing service's is none of the program.
func otherImage(c *Component, f *File, s inspect.ComposeService) *Image {
	if !s.Build || c.Image == nil {
		return nil
	}
	_, name := composeBuild(f, s)
	dockerfile := c.File(name)
	if dockerfile == nil || dockerfile == c.Image.File || !hasFact[inspect.Stage](dockerfile) || len(copies(dockerfile)) == 0 || !packs(c, dockerfile) || !startsImage(c, f) {
		return nil
	}
	image := readImage(dockerfile, imagePlan{target: s.Target})
	if servesFiles(dockerfile) || BackingService(image.Base) != "" || forAside(dockerfile, image, true) {
		return nil
	}
	image.inherit(c.Repo, 0)
	return image
}

// startsImage reports whether a service of the file runs the component's image.
func startsImage(c *Component, f *File) bool {
	for s := range FactsIn[inspect.ComposeService]([]*File{f}, f.Role) {
		if _, dockerfile := composeBuild(f, s.Fact); s.Fact.Build && dockerfile == c.Image.File.Path || !s.Fact.Build && ownImage(c, s.Fact.Image) {
			return true
		}
	}
	return false
}

// awaited reports whether another service of the file starts after this one has
// ended: then it does something once.
func awaited(f *File, name string) bool {
	for other := range FactsIn[inspect.ComposeService]([]*File{f}, f.Role) {
		if slices.Contains(other.Fact.Awaits, name) {
			return true
		}
	}
	return false
}

// overridesOwn reports whether a service says neither what it builds nor which
// image it runs because a Compose file beside it does: one of the component's.
func overridesOwn(c *Component, f *File, s inspect.ComposeService) bool {
	if s.Build || s.Image != "" {
		return false
	}
	for base := range Facts[inspect.ComposeService](c) {
		if base.File != f && path.Dir(base.File.Path) == path.Dir(f.Path) && base.Fact.Name == s.Name && (base.Fact.Build || ownImage(c, base.Fact.Image)) {
			return true
		}
	}
	return false
}

// imageProcess is what a service starts by the image that it builds, where that is
// not the component's: one that is for development alone, or one beside it.
func imageProcess(c *Component, f *File, s inspect.ComposeService, dev bool) (Process, bool) {
	_, name := composeBuild(f, s)
	dockerfile := c.File(name)
	if dockerfile == nil || !hasFact[inspect.Stage](dockerfile) {
		return Process{}, false
	}
	image := readImage(dockerfile, imagePlan{target: s.Target})
	start := image.Start()
	if start == nil || servesFiles(dockerfile) || BackingService(image.Base) != "" {
		return Process{}, false
	}
	return Process{Name: s.Name, Start: *start, File: dockerfile, Line: start.Line, Dev: dev, Release: !dev && (oneOff(s.Name) || awaited(f, s.Name)), Built: image}, true
}

// runsImage reports whether a Compose service runs the component's image as it
// is, without a command of its own.
func (c *Component) runsImage() bool {
	for s := range Facts[inspect.ComposeService](c) {
		if s.Fact.Command == nil && s.Fact.Entrypoint == nil && (s.Fact.Build || ownImage(c, s.Fact.Image)) {
			return true
		}
	}
	return false
}

// builtBeside reports whether another service of the file builds the image that
// this one runs, from one of the component's Dockerfiles.
func builtBeside(c *Component, f *File, s inspect.ComposeService) bool {
	name, _, _ := SplitImage(imageName(s))
	if name == "" {
		return false
	}
	for other := range FactsIn[inspect.ComposeService]([]*File{f}, f.Role) {
		built, _, _ := SplitImage(imageName(other.Fact))
		if _, dockerfile := composeBuild(f, other.Fact); other.Fact.Build && built == name && c.File(dockerfile) != nil {
			return true
		}
	}
	return false
}

// OwnsImage reports whether an image has the name of the component, of its
// directory or of the repository.
func (c *Component) OwnsImage(image string) bool { return ownImage(c, image) }
