package audit

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// adoptOrphans finds an owner for the files that no component owns, so that a
// descriptor at the root is seen by someone. The only component that is
// deployed gets them all. Beside several, services to develop against go to
// every program; what else describes deploys makes the root a component of its
// own, of class infra, which gets the rest. kept is some of found.
func adoptOrphans(repo *Repository, found, kept []*Component) []*Component {
	deployed := deployable(kept)
	if len(deployed) == 0 {
		return kept
	}
	orphans := orphansOf(repo, kept)
	if len(deployed) == 1 && !(deployed[0].Class == CLI && slices.ContainsFunc(orphans, deploysElse)) {
		for _, f := range orphans {
			deployed[0].add(f)
		}
		return kept
	}
	for _, f := range orphans {
		if f.Role.CanViolate() && hasFact[inspect.ComposeService](f) && backingOnly(f) {
			for _, c := range deployed {
				if c.Class == WebService || c.Class == Worker || c.Class == Function {
					c.add(f)
				}
			}
		}
	}
	for _, c := range kept {
		if c.Path == "." {
			return kept // the root has its files, and its own class
		}
	}
	if root := descriptors(repo, found, orphans); root != nil {
		kept = append(kept, root)
	}
	return kept
}

// adoptImage gives an image that is built where no unit has its code to the only
// program that has none: a Dockerfile at the root that copies what a build made.
func adoptImage(found, kept []*Component) {
	var without []*Component
	for _, c := range kept {
		if (c.Class == WebService || c.Class == Worker) && c.Image == nil {
			without = append(without, c)
		}
	}
	if len(without) != 1 {
		return
	}
	c := without[0]
	for _, other := range found {
		if other.Class != "" || !Under(c.Path, other.Path) {
			continue
		}
		for _, f := range other.anchor.dockerfiles {
			base := imageBase(readImage(f, imagePlan{}).Base)
			if startsSomething(f) && !fileServers[base] && BackingService(base) == "" && !namedDev(f.Path) {
				c.anchor.dockerfiles = append(c.anchor.dockerfiles, f)
				c.add(f)
				other.remove(f.Path)
			}
		}
	}
	if c.Image = imageOf(c); c.Image != nil {
		c.Processes = processesOf(c)
	}
}

// deploysElse reports whether a file deploys something although the only program
// here is one that people run.
func deploysElse(f *File) bool { return f.Role.CanViolate() && infrastructure(f) }

func deployable(list []*Component) []*Component {
	var deployed []*Component
	for _, c := range list {
		if c.Class != Library {
			deployed = append(deployed, c)
		}
	}
	return deployed
}

func orphansOf(repo *Repository, list []*Component) []*File {
	owned := map[string]bool{}
	for _, c := range list {
		for _, f := range c.Files {
			owned[f.Path] = true
		}
	}
	var orphans []*File
	for _, f := range repo.Files {
		if !owned[f.Path] {
			orphans = append(orphans, f)
		}
	}
	return orphans
}

// descriptors is the component of what deploys the others and belongs to none
// of them, or nil when there is no such thing.
func descriptors(repo *Repository, found []*Component, orphans []*File) *Component {
	root := &Component{Path: ".", Repo: repo, anchor: &anchor{dir: "."}}
	for _, c := range found {
		if c.Path == "." {
			root.Files = c.Files // with its views of shared files
		}
	}
	for _, f := range orphans {
		root.add(f)
	}
	best := len(descriptorOrder)
	for _, f := range root.Files {
		rank := descriptorRank(f)
		higher := strings.Count(f.Path, "/") < strings.Count(root.Manifest, "/")
		if rank < best || rank == best && root.Manifest != "" && higher {
			best, root.Manifest = rank, f.Path
		}
	}
	if root.Manifest == "" {
		return nil
	}
	root.Class, root.Name = Infra, path.Base(repo.Name)
	root.Why = fmt.Sprintf("%s and what lies beside it deploy the other components.", root.Manifest)
	if best == len(descriptorOrder)-1 {
		root.Why = fmt.Sprintf("%s sets variables for deploys of the other components.", root.Manifest)
	}
	return root
}

// descriptorOrder is what describes a deploy, the most telling first.
var descriptorOrder = []func(*File) bool{
	hasFact[inspect.ComposeService], hasFact[inspect.Workload], hasFact[inspect.Process], hasFact[inspect.Stage],
	func(f *File) bool {
		ext := strings.ToLower(path.Ext(f.Path))
		return ext == ".tf" || ext == ".bicep"
	},
	hasFact[inspect.KubeObject], hasFact[inspect.EnvAssignment],
}

// descriptorRank is a file's place in descriptorOrder, its length when the file
// says nothing of how something is deployed.
func descriptorRank(f *File) int {
	if f.Role == source.Prod || f.Role == source.DeployProd {
		for i, describes := range descriptorOrder {
			if describes(f) {
				return i
			}
		}
	}
	return len(descriptorOrder)
}
