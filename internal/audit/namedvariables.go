package audit

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// NamedVariables are the names that any descriptor or dotenv file of the
// repository gives a value to or asks one for.
func (r *Repository) NamedVariables() map[string]bool { return OfRepository(r, namedVariables) }

func namedVariables(r *Repository) map[string]bool {
	names := map[string]bool{}
	add := func(list []inspect.EnvEntry) {
		for _, e := range list {
			names[e.Name] = true
		}
	}
	all := source.Roles()
	for a := range AllFacts[inspect.EnvAssignment](r, all...) {
		names[a.Fact.Name] = true
	}
	for s := range AllFacts[inspect.ComposeService](r, all...) {
		add(s.Fact.Environment)
	}
	for s := range AllFacts[inspect.PlatformService](r, all...) {
		add(s.Fact.Env)
	}
	for s := range AllFacts[inspect.FlyApp](r, all...) {
		add(s.Fact.Env)
	}
	for w := range AllFacts[inspect.Workload](r, all...) {
		for _, k := range w.Fact.Containers {
			add(k.Env)
		}
	}
	for o := range AllFacts[inspect.KubeObject](r, all...) {
		add(o.Fact.Data)
	}
	patch := func(p inspect.KustomizePatch) {
		if p.Workload != nil {
			for _, k := range p.Workload.Containers {
				add(k.Env)
			}
		}
		if p.Object != nil {
			add(p.Object.Data)
		}
		for _, o := range p.Operations {
			add(o.Entries)
		}
	}
	for p := range AllFacts[inspect.KustomizePatch](r, all...) {
		patch(p.Fact)
	}
	for k := range AllFacts[inspect.Kustomization](r, all...) {
		for _, g := range k.Fact.Generators {
			add(g.Data)
		}
		for _, p := range k.Fact.Patches {
			patch(p)
		}
	}
	for s := range AllFacts[inspect.WorkflowStep](r, all...) {
		add(s.Fact.Env)
	}
	for v := range AllFacts[inspect.HelmValue](r, all...) {
		names[v.Fact.Key[strings.LastIndexByte(v.Fact.Key, '.')+1:]] = true
	}
	for in := range AllFacts[inspect.Instruction](r, all...) {
		add(in.Fact.Pairs)
	}
	return names
}

// readVariables are the names that any code of the repository reads, and any
// setting refers to: a library's reads are those of who uses it.
func readVariables(r *Repository) map[string]bool {
	names := map[string]bool{}
	all := source.Roles()
	for read := range AllFacts[inspect.EnvRead](r, all...) {
		names[read.Fact.Name] = true
	}
	for s := range AllFacts[inspect.Setting](r, all...) {
		for _, name := range s.Fact.Value.Env {
			names[name] = true
		}
	}
	return names
}

// seemsUnread reports whether a variable that is given to the program is one
// that its code would mention if it used it: no template's, none that only the
// image's own build has, and none that a start command expands.
func (v *Variable) seemsUnread(c *Component) bool {
	if !variableName.MatchString(v.Name) || readByRuntime(v.Name) || OfRepository(c.Repo, readVariables)[v.Name] {
		return false
	}
	outside := false
	for _, g := range v.Given {
		if f := c.Repo.File(g.At.Path); f == nil || f.Format != inspect.Dockerfile {
			outside = true
		}
	}
	for _, p := range c.Processes {
		if strings.Contains(p.Start.Text, "$"+v.Name) || strings.Contains(p.Start.Text, "${"+v.Name) {
			return false
		}
	}
	return outside
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// givesVariable reports whether a descriptor of the repository gives a variable
// to some program, though what leads from there to this one is not known. An
// example file gives nothing.
func (r *Repository) givesVariable(v *Variable) bool {
	return len(v.Documented) == 0 && r.NamedVariables()[v.Name]
}
