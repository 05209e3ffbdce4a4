package audit

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
)

// overlay is a kustomization with the files that it deploys.
type overlay struct {
	file  *File
	fact  inspect.Kustomization
	parts []*overlay      // kustomizations that it builds on, in order
	adds  []*overlay      // components: kustomizations that change what the others have
	files map[string]bool // files that it and its parts deploy
	base  bool            // another kustomization builds on it
}

// findOverlays reads the kustomizations and what they build on.
func (r *Repository) findOverlays() {
	at := map[string]*overlay{}
	for k := range AllFacts[inspect.Kustomization](r) {
		o := &overlay{file: k.File, fact: k.Fact, files: map[string]bool{}}
		at[path.Dir(k.File.Path)] = o
		r.overlays = append(r.overlays, o)
	}
	for _, o := range r.overlays {
		dir := path.Dir(o.file.Path)
		for _, resource := range o.fact.Resources {
			name := path.Join(dir, resource)
			if part := at[name]; part != nil && part != o {
				if part.base = true; part.fact.Component || slices.Contains(o.fact.Components, resource) {
					o.adds = append(o.adds, part)
				} else {
					o.parts = append(o.parts, part)
				}
			} else if r.Has(name) {
				o.files[name] = true
			}
		}
	}
}

// chainTo lists the kustomizations that change a file on its way into the
// overlay, innermost first, nil when the overlay does not deploy the file.
func (o *overlay) chainTo(name string, depth int) []*overlay {
	if depth > maxDepth {
		return nil
	}
	var chain []*overlay
	found := o.files[name]
	for _, part := range o.parts {
		if !found {
			chain = part.chainTo(name, depth+1)
			found = chain != nil
		}
	}
	for _, part := range o.adds {
		if found {
			chain = append(slices.Clone(chain), part.steps(depth+1)...)
		} else {
			chain = part.chainTo(name, depth+1)
			found = chain != nil
		}
	}
	if !found {
		return nil
	}
	return append(slices.Clone(chain), o)
}

// steps are all kustomizations that an overlay is made of, in the order in
// which they come to hold, itself last.
func (o *overlay) steps(depth int) []*overlay {
	var list []*overlay
	if depth <= maxDepth {
		for _, part := range append(slices.Clone(o.parts), o.adds...) {
			list = append(list, part.steps(depth+1)...)
		}
	}
	return append(list, o)
}

// EffectiveImage is the image that a container runs in one of the ways in which
// the repository deploys it.
type EffectiveImage struct {
	Image string // as far as the repository tells; templates and variables that it does not resolve stay as written
	At    Place  // what decided its tag: the container, a chart's values, a kustomization
	By    string // path of the outermost kustomization, "" when the file is deployed as it is
}

// isPatch reports whether a file is a kustomization's patch: what it says is
// part of another file's workload.
func (r *Repository) isPatch(f *File) bool {
	for _, o := range r.overlays {
		for _, p := range o.fact.Patches {
			if p.Path != "" && path.Join(path.Dir(o.file.Path), p.Path) == f.Path {
				return true
			}
		}
	}
	return false
}

// waysOf lists the ways in which kustomizations deploy a file to an
// environment, each as chainTo has it. An environment's own are those whose
// path names it; where none does, those that name no other.
func (r *Repository) waysOf(f *File, environment Environment) [][]*overlay {
	var named, plain [][]*overlay
	for _, o := range r.overlays {
		chain := o.chainTo(f.Path, 0)
		switch {
		case o.base || chain == nil:
		case environmentOfPath(path.Dir(o.file.Path)) == environment:
			named = append(named, chain)
		case environmentOfPath(path.Dir(o.file.Path)) == "":
			plain = append(plain, chain)
		}
	}
	if named != nil {
		return named
	}
	return plain
}

// environmentOfPath is the environment that a directory is called by, "" for none.
func environmentOfPath(dir string) Environment {
	for _, word := range strings.FieldsFunc(strings.ToLower(dir), func(r rune) bool { return strings.ContainsRune("/-_.", r) }) {
		switch word {
		case "prod", "production", "live", "prd":
			return Production
		case "dev", "development", "local", "minikube", "kind":
			return Development
		case "test", "testing", "ci", "e2e", "staging", "stage", "stg", "qa", "uat", "preview":
			return Testing
		}
	}
	return ""
}

// patches are the kustomization's patches of an object, in order, each with the
// file that holds it.
func (o *overlay) patches(r *Repository, kind, name string) []Located[inspect.KustomizePatch] {
	var list []Located[inspect.KustomizePatch]
	for _, p := range o.fact.Patches {
		if p.Path == "" {
			if changes(p, kind, name) {
				list = append(list, Located[inspect.KustomizePatch]{p, o.file, p.Line, p.Line})
			}
			continue
		}
		f := r.File(path.Join(path.Dir(o.file.Path), p.Path))
		if f == nil {
			continue
		}
		targeted := p.Type != "" || p.Name != ""
		for _, s := range f.Signals() {
			patch := inspect.KustomizePatch{Line: s.Line}
			own := false
			switch fact := s.Fact.(type) {
			case inspect.KustomizePatch:
				patch = fact
			case inspect.Workload:
				patch.Workload, own = &fact, fact.Type == kind && fact.Name == name
			case inspect.KubeObject:
				patch.Object, own = &fact, fact.Type == kind && fact.Name == name
			default:
				continue
			}
			if targeted && changes(p, kind, name) || !targeted && own {
				list = append(list, Located[inspect.KustomizePatch]{patch, f, s.Line, s.EndLine})
			}
		}
	}
	return list
}

// containerOf is what a patch says of a container: by its name, or by its place
// among the workload's where a JSON patch counts them.
func containerOf(patch *inspect.Workload, w inspect.Workload, k inspect.Container) (found inspect.Container, ok bool) {
	if patch == nil {
		return found, false
	}
	place := placeOf(w, k)
	for _, c := range patch.Containers {
		if c.Name == k.Name || place >= 0 && c.Name == strconv.Itoa(place) {
			return c, true
		}
	}
	return found, false
}

// placeOf is the place of a container among the workload's, -1 for none.
func placeOf(w inspect.Workload, k inspect.Container) int {
	place := -1
	for i, n := 0, 0; i < len(w.Containers); i++ {
		if w.Containers[i].Init {
			continue
		}
		if w.Containers[i].Name == k.Name {
			place = n
		}
		n++
	}
	return place
}

// Images are the images that a container of a file runs: one for each
// kustomization that nothing else builds on, or the file's own. Templates are
// filled in with their chart's values.
func (r *Repository) Images(f *File, k inspect.Container) []EffectiveImage {
	own := EffectiveImage{Image: k.Image, At: Place{Path: f.Path, Line: k.Line, EndLine: k.Line}}
	if c := r.chartOf(f); c != nil {
		if named := c.image(k); named != "" {
			own.Image = named
		} else if filled := c.fill(k.Image); filled != k.Image {
			own.Image = filled
			for _, m := range templateAction.FindAllStringSubmatch(k.Image, -1) {
				if at, ok := c.at[strings.TrimPrefix(m[2], "Values.")]; ok {
					own.At = at // the last is the tag's
				}
			}
		}
	}
	var list []EffectiveImage
	for _, o := range r.overlays {
		chain := o.chainTo(f.Path, 0)
		if o.base || chain == nil {
			continue
		}
		image := own
		image.By = o.file.Path
		for _, step := range chain {
			image = step.image(step.patched(r, f, k, image))
		}
		list = append(list, image)
	}
	if list == nil {
		return []EffectiveImage{own}
	}
	return list
}

// patched is a container's image after the kustomization's patches.
func (o *overlay) patched(r *Repository, f *File, k inspect.Container, e EffectiveImage) EffectiveImage {
	for w := range FactsIn[inspect.Workload]([]*File{f}, f.Role) {
		if !slices.ContainsFunc(w.Fact.Containers, func(c inspect.Container) bool { return c.Line == k.Line && c.Name == k.Name }) {
			continue
		}
		for _, patch := range o.patches(r, w.Fact.Type, w.Fact.Name) {
			if c, ok := containerOf(patch.Fact.Workload, w.Fact, k); ok && c.Image != "" {
				e.Image, e.At = c.Image, Place{Path: patch.File.Path, Line: c.Line, EndLine: c.Line}
			}
		}
	}
	return e
}

// image is an image after the kustomization's own replacements.
func (o *overlay) image(e EffectiveImage) EffectiveImage {
	for _, change := range o.fact.Images {
		name, tag, digest := SplitImage(e.Image)
		if name != change.Name {
			continue
		}
		if change.NewName != "" {
			name = change.NewName
		}
		switch {
		case change.Digest != "":
			tag, digest = "", change.Digest
		case change.NewTag != "":
			tag, digest = change.NewTag, ""
		}
		e.Image = name
		if tag != "" {
			e.Image += ":" + tag
		}
		if digest != "" {
			e.Image += "@" + digest
		}
		e.At = Place{Path: o.file.Path, Line: change.Line, EndLine: change.Line}
	}
	return e
}

// image is the first of a container's images: what tells whose it is.
func (r *Repository) image(f *File, k inspect.Container) string { return r.Images(f, k)[0].Image }

// EffectiveCount is how many replicas a workload has in one of the ways in
// which the repository deploys it.
type EffectiveCount struct {
	Count int
	At    Place
	By    string // as in EffectiveImage
}

// Replicas are the numbers of replicas of a workload that the repository
// states: the file's own or its chart's values, what kustomizations make of it,
// what an autoscaler starts with. None when nothing says.
func (c *Component) Replicas(w Located[inspect.Workload]) []EffectiveCount {
	r := c.Repo
	var own *EffectiveCount
	if w.Fact.Replicas != nil {
		own = &EffectiveCount{Count: *w.Fact.Replicas, At: w.At()}
	} else if v := r.chartOf(w.File).resolve(w.Fact.ReplicasOf); v.IsLiteral() {
		if n, err := strconv.Atoi(v.Text); err == nil {
			own = &EffectiveCount{Count: n, At: w.At()}
		}
	}
	if scaled := c.scaler(w, func(f *File) bool { return path.Dir(f.Path) == path.Dir(w.File.Path) }); scaled != nil {
		own = scaled
	}
	var list []EffectiveCount
	for _, o := range r.overlays {
		chain := o.chainTo(w.File.Path, 0)
		if o.base || chain == nil {
			continue
		}
		count := own
		if scaled := c.scaler(w, func(f *File) bool { return o.chainTo(f.Path, 0) != nil }); scaled != nil {
			count = scaled
		}
		for _, step := range chain {
			for _, patch := range step.patches(r, w.Fact.Type, w.Fact.Name) {
				if set := patch.Fact.Workload; set != nil && set.Replicas != nil {
					count = &EffectiveCount{Count: *set.Replicas, At: patch.At()}
				}
			}
			for _, change := range step.fact.Replicas {
				if change.Name == w.Fact.Name {
					count = &EffectiveCount{Count: change.Count, At: Place{Path: step.file.Path}}
				}
			}
		}
		if count != nil {
			list = append(list, EffectiveCount{count.Count, count.At, o.file.Path})
		}
	}
	if list == nil && own != nil {
		return []EffectiveCount{*own}
	}
	return list
}

// scaler is the least that an autoscaler of a workload starts, of those in the
// files that are deployed with it.
func (c *Component) scaler(w Located[inspect.Workload], with func(*File) bool) *EffectiveCount {
	for hpa := range Facts[inspect.KubeObject](c) {
		if hpa.Fact.Type == "HorizontalPodAutoscaler" && hpa.Fact.Target == w.Fact.Name && hpa.Fact.MinReplicas != nil && with(hpa.File) {
			return &EffectiveCount{Count: *hpa.Fact.MinReplicas, At: hpa.At()}
		}
	}
	return nil
}
