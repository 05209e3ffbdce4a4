package audit

import (
	"slices"

	"twelvefold/internal/inspect"
)

// RunsService reports whether a Compose service is the component's own program,
// kept running: it builds the component or runs its image, and no work that ends.
func (c *Component) RunsService(s Located[inspect.ComposeService]) bool {
	if BackingService(s.Fact.Image) != "" || demanded(s.Fact) || oneOff(s.Fact.Name) || awaited(s.File, s.Fact.Name) {
		return false
	}
	return c.builds(imageName(s.Fact)) || s.Fact.Build && builtBy(s.File, s.Fact, []*Component{c}) != nil ||
		slices.ContainsFunc(c.Processes, func(p Process) bool { return p.File == s.File && p.Name == s.Fact.Name && !p.Release })
}

// RunsContainer reports whether a container of a workload is the component's own
// program, kept running.
func (c *Component) RunsContainer(w Located[inspect.Workload], k inspect.Container) bool {
	if k.Init || w.Fact.Type == "Job" || w.Fact.Type == "CronJob" || w.Fact.Hook != "" {
		return false
	}
	image := c.Repo.image(w.File, k)
	return c.builds(image) || c.bears(image, k.Name, w.Fact.Name) ||
		slices.ContainsFunc(c.Processes, func(p Process) bool { return p.File == w.File && p.Line == k.Line })
}

// builds reports whether an image has the component's name, or one that
// something of the repository builds it under.
func (c *Component) builds(image string) bool {
	return ownImage(c, image) || !unresolved(image) && OfRepository(c.Repo, namedImages)[imageBase(image)] == c
}

func namedImages(r *Repository) map[string]*Component { return imageNames(r, r.Components) }
