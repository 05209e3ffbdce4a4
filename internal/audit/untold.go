package audit

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// untold are the process types of a component of which descriptors only say
// that its image is run: what the image starts is not in the repository, as
// when a build plugin or a buildpack makes it.
func (c *Component) untold() []ProcessType {
	usual := map[Class]ProcessKind{WebService: WebProcess, Worker: WorkerProcess}[c.Class]
	if usual == "" {
		return nil
	}
	var list []ProcessType
	add := func(p Process) {
		for i := range list {
			if list[i].Name == p.Name {
				list[i].Ways = append(list[i].Ways, p)
				return
			}
		}
		kind := c.kindOf(p)
		if kind == OtherProcess {
			kind = usual
		}
		list = append(list, ProcessType{Name: p.Name, Kind: kind, Ways: []Process{p}})
	}
	for w := range Facts[inspect.Workload](c) {
		for _, k := range w.Fact.Containers {
			if deploys(w.File) && !k.Init && len(k.Command)+len(k.Args) == 0 && c.bears(c.Repo.image(w.File, k), k.Name, w.Fact.Name) {
				add(Process{Name: workloadName(w.Fact, k, w.File), File: w.File, Line: k.Line, Release: w.Fact.Type == "Job" || w.Fact.Hook != "", Scheduled: w.Fact.Type == "CronJob"})
				break // the others of the pod are beside it
			}
		}
	}
	for s := range Facts[inspect.ComposeService](c) {
		if deploys(s.File) && s.Fact.Command == nil && s.Fact.Entrypoint == nil && !demanded(s.Fact) && (ownImage(c, imageName(s.Fact)) || s.Fact.Build && builtBy(s.File, s.Fact, []*Component{c}) != nil) {
			add(Process{Name: s.Fact.Name, File: s.File, Line: s.Line})
		}
	}
	return list
}

func deploys(f *File) bool { return f.Role == source.Prod || f.Role == source.DeployProd }

// bears reports whether an image, or where a template decides that a container
// or workload, has the component's name or a part of it: "petclinic" is that of
// spring-petclinic.
func (c *Component) bears(image string, names ...string) bool {
	switch {
	case BackingService(image) != "":
		return false
	case !unresolved(image):
		names = []string{imageBase(image)}
	}
	own := strings.ToLower(c.Name)
	for _, name := range names {
		name = strings.ToLower(name)
		if len(name) > 2 && (name == own || strings.HasPrefix(own, name+"-") || strings.HasSuffix(own, "-"+name)) || ownImage(c, name) {
			return true
		}
	}
	return false
}
