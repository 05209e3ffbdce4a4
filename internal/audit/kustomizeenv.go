package audit

import (
	"iter"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// changes reports whether a patch's target is an object: kind and name are
// patterns of the whole word, and one that is not stated is any.
func changes(p inspect.KustomizePatch, kind, name string) bool {
	return matchesWhole(p.Type, kind) && matchesWhole(p.Name, name)
}

func matchesWhole(pattern, text string) bool {
	if pattern == "" || pattern == text {
		return true
	}
	whole, err := regexp.Compile("^(?:" + pattern + ")$")
	return err == nil && whole.MatchString(text)
}

// containerEnv is what a container is given on its way through kustomizations:
// its own variables, and what it takes as a whole of ConfigMaps and Secrets.
type containerEnv struct {
	env      []Provided
	refs     []string // names of ConfigMaps and Secrets
	kinds    []string // "configmap", "secret", as inspect.Container has them
	prefixes []string
}

func (e *containerEnv) takes(k inspect.Container) {
	e.refs, e.kinds, e.prefixes = k.EnvRefs, k.EnvFrom, k.EnvPrefixes
}

// patch applies what one kustomization changes.
func (e *containerEnv) patch(o *overlay, r *Repository, environment Environment, w inspect.Workload, k inspect.Container) {
	place := strconv.Itoa(placeOf(w, k))
	for _, patch := range o.patches(r, w.Type, w.Name) {
		for _, change := range patch.Fact.Operations {
			_, rest, ok := strings.Cut(change.Path, "/containers/"+place+"/env")
			if ok && !strings.Contains(change.Path, "initContainers/") {
				e.operation(change, strings.TrimPrefix(rest, "/"), entries(patch.File, environment, change.Entries, nil))
			}
		}
		c, ok := containerOf(patch.Fact.Workload, w, k)
		if !ok || patch.Fact.Operations != nil {
			continue
		}
		if len(c.EnvRefs) > 0 { // a list without names to merge by
			e.takes(c)
		}
		list := entries(patch.File, environment, c.Env, nil)
		for i, given := range list {
			e.merge(given, c.Env[i].Delete)
		}
	}
}

// merge is a strategic merge of one variable.
func (e *containerEnv) merge(given Provided, remove bool) {
	at := slices.IndexFunc(e.env, func(p Provided) bool { return p.Name == given.Name })
	switch {
	case remove && at >= 0:
		e.env = slices.Delete(slices.Clone(e.env), at, at+1)
	case remove:
	case at >= 0:
		e.env = slices.Clone(e.env)
		e.env[at] = given
	default:
		e.env = append(slices.Clone(e.env), given)
	}
}

// operation is one operation of a JSON patch; place is what follows "env/" in
// its path: "" for the whole list, "2", "-", "2/value".
func (e *containerEnv) operation(change inspect.PatchOperation, place string, given []Provided) {
	place, field, _ := strings.Cut(place, "/")
	at, err := strconv.Atoi(place)
	list := slices.Clone(e.env)
	switch there := err == nil && at >= 0 && at < len(list); {
	case place == "" && change.Op == "remove":
		list = nil
	case place == "":
		list = given
	case place == "-" && change.Op == "add":
		list = append(list, given...)
	case field == "" && change.Op == "add" && err == nil && at >= 0 && at <= len(list):
		list = slices.Insert(list, at, given...)
	case !there:
	case field == "" && change.Op == "remove":
		list = slices.Delete(list, at, at+1)
	case field == "" && len(given) == 1:
		list[at] = given[0]
	case field == "value" && len(given) == 1:
		list[at].Value, list[at].From, list[at].ref = inspect.Value{}, "", ""
		list[at].File, list[at].Line = given[0].File, given[0].Line
		if list[at].Value = given[0].Value; inspect.IsSecretName(list[at].Name) && list[at].Value.IsLiteral() && list[at].Value.Secret == nil {
			list[at].Value = inspect.SecretLit(list[at].Value.Text)
		}
	default: // a part of it, which is not followed
		list[at].Value = inspect.Value{Source: inspect.Unknown}
	}
	e.env = list
}

// objectData is the data of the ConfigMap or Secret that a workload's file
// refers to, as one way to deploy it has it; known is false when the repository
// has none of that name.
func (p *provider) objectData(kind, name string, f *File, environment Environment, way []*overlay) (list []Provided, known bool) {
	if kind = map[string]string{"configmap": "ConfigMap", "secret": "Secret"}[kind]; kind == "" {
		return nil, false
	}
	if len(way) > 0 {
		d := objectData{repo: p.c.Repo, kind: kind, name: name, environment: environment}
		for _, step := range way[len(way)-1].steps(0) {
			d.step(step)
		}
		if d.known {
			return d.list, true
		}
	}
	beside := func(o *File) bool { return path.Dir(o.Path) == path.Dir(f.Path) }
	for _, from := range []struct {
		objects iter.Seq[Located[inspect.KubeObject]]
		near    func(*File) bool
	}{
		{FactsIn[inspect.KubeObject](p.c.Files), beside},
		{AllFacts[inspect.KubeObject](p.c.Repo), beside}, // of several components, and so of none
		{FactsIn[inspect.KubeObject](p.c.Files), func(o *File) bool { return p.c.Repo.chartOf(f) != nil && p.c.Repo.chartOf(o) == p.c.Repo.chartOf(f) }},
		{FactsIn[inspect.KubeObject](p.c.Files), func(o *File) bool {
			e := environmentOfPath(path.Dir(o.Path))
			return !p.c.Repo.isPatch(o) && (e == "" || e == environment)
		}},
	} {
		for o := range from.objects {
			if o.Fact.Name == name && o.Fact.Type == kind && from.near(o.File) {
				list, known = append(list, entries(o.File, environment, o.Fact.Data, p.c.Repo.chartOf(o.File).entry)...), true
			}
		}
		if known {
			return alternatives(list), true
		}
	}
	return nil, false
}

// objectData is gathered through the steps of an overlay.
type objectData struct {
	repo        *Repository
	kind, name  string
	environment Environment
	list        []Provided
	known       bool
}

func (d *objectData) step(o *overlay) {
	dir := path.Dir(o.file.Path)
	for _, resource := range o.fact.Resources {
		f := d.repo.File(path.Join(dir, resource))
		if f == nil {
			continue
		}
		for object := range FactsIn[inspect.KubeObject]([]*File{f}, source.Roles()...) {
			if object.Fact.Name == d.name && object.Fact.Type == d.kind {
				d.put(entries(f, d.environment, object.Fact.Data, nil))
			}
		}
	}
	for _, g := range o.fact.Generators {
		if g.Name != d.name || g.Type != d.kind {
			continue
		}
		if g.Behavior == "replace" {
			d.list = nil
		}
		for _, name := range g.EnvFiles {
			f := d.repo.File(path.Join(dir, name))
			if f == nil {
				continue // it is made where it is deployed
			}
			for e := range FactsIn[inspect.EnvAssignment]([]*File{f}, source.Roles()...) {
				value := e.Fact.Value
				if d.kind == "Secret" && value.IsLiteral() && value.Secret == nil && value.Text != "" {
					value = inspect.SecretLit(value.Text)
				}
				d.put([]Provided{{Name: e.Fact.Name, Value: value, Environment: d.environment, File: f, Line: e.Line}})
			}
		}
		d.put(entries(o.file, d.environment, g.Data, nil))
	}
	for _, patch := range o.patches(d.repo, d.kind, d.name) {
		if patch.Fact.Object != nil {
			for i, e := range entries(patch.File, d.environment, patch.Fact.Object.Data, nil) {
				if d.put([]Provided{e}); patch.Fact.Object.Data[i].Delete {
					d.remove(e.Name)
				}
			}
		}
		for _, change := range patch.Fact.Operations {
			if key, ok := strings.CutPrefix(change.Path, "/data/"); ok && change.Op == "remove" {
				d.remove(key)
			} else if strings.HasPrefix(change.Path, "/data") || strings.HasPrefix(change.Path, "/stringData") {
				d.put(entries(patch.File, d.environment, change.Entries, nil))
			}
		}
	}
}

func (d *objectData) put(list []Provided) {
	d.known = true
	for _, e := range list {
		d.remove(e.Name)
		d.list = append(d.list, e)
	}
}

func (d *objectData) remove(name string) {
	d.list = slices.DeleteFunc(d.list, func(p Provided) bool { return p.Name == name })
}
