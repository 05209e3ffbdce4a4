package audit

import (
	"path"
	"slices"

	"twelvefold/internal/inspect"
)

// composeProcess is a service of the component's own that states how it is
// started. One without a command starts what the image says.
func composeProcess(c *Component, f *File, s inspect.ComposeService, dev bool) (Process, bool) {
	if s.Command == nil && s.Entrypoint == nil && s.Build && dev && c.Image == nil {
		return imageProcess(c, f, s)
	}
	if s.Command == nil && s.Entrypoint == nil || BackingService(s.Image) != "" || demanded(s) && !oneOff(s.Name) {
		return Process{}, false
	}
	if !s.Build && !ownImage(c, s.Image) && !overridesOwn(c, f, s) && !builtBeside(c, f, s) && !commandsOwn(c, f, s) {
		return Process{}, false
	}
	entrypoint := s.Entrypoint
	if entrypoint == nil && c.Image != nil {
		entrypoint = c.Image.Entrypoint
	}
	start := join(entrypoint, s.Command)
	line := start.Line
	if s.Command != nil {
		line = s.Command.Line
	}
	return Process{Name: s.Name, Start: *start, File: f, Line: line, Dev: dev, Release: oneOff(s.Name) || awaited(f, s.Name)}, true
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

// imageProcess is what a service starts by the image that it builds, where the
// component has no other: one that is for development alone.
func imageProcess(c *Component, f *File, s inspect.ComposeService) (Process, bool) {
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
	return Process{Name: s.Name, Start: *start, File: dockerfile, Line: start.Line, Dev: true}, true
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
