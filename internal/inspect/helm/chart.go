package helm

import (
	"maps"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// Install is how something of the repository deploys a chart: what its command
// line, or its object, gives besides the chart's own values.
type Install struct {
	Chart      string // directory
	Files      []string
	Values     map[string]any // given in place, over those of files
	Set        map[string]any // --set, by key
	Production bool           // it, or a file of it, is named for production
}

// chart is a directory with a Chart.yaml.
type chart struct {
	dir          string
	name         string
	about        open // .Chart
	library      bool
	dependencies []dependency
	values       map[string]any
	files        any      // .Files
	templates    []string // paths, sorted
	below        bool     // it is a dependency of another chart of the repository
}

type dependency struct {
	name, alias, condition, location string
}

// Repository is the charts of a repository.
type Repository struct {
	read   func(name string) []byte
	paths  []string // sorted
	charts map[string]*chart
}

// maxChartFile bounds the files of charts that are read; the largest real
// template seen has some 100 KB.
const maxChartFile = 512 << 10

// Charts finds the charts of a repository's files. It is nil without any. read
// gives a file's content, nil when it can't be read.
func Charts(paths []string, read func(name string) []byte) *Repository {
	r := &Repository{paths: slices.Sorted(slices.Values(paths)), charts: map[string]*chart{}}
	known := map[string][]byte{}
	r.read = func(name string) []byte {
		content, ok := known[name]
		if !ok {
			if content = read(name); len(content) > maxChartFile {
				content = nil
			}
			known[name] = content
		}
		return content
	}
	for _, name := range r.paths {
		if base := path.Base(name); base == "Chart.yaml" || base == "Chart.yml" {
			if c := readChart(path.Dir(name), r.read(name)); c != nil {
				r.charts[c.dir] = c
			}
		}
	}
	if len(r.charts) == 0 {
		return nil
	}
	for _, name := range r.paths {
		if c := r.charts[beforeTemplates(name)]; c != nil {
			c.templates = append(c.templates, name)
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(r.charts)) {
		for _, d := range r.charts[dir].dependencies {
			if sub := r.dependency(r.charts[dir], d); sub != nil {
				sub.below = true
			}
		}
	}
	return r
}

// beforeTemplates is the directory that a template's chart would have.
func beforeTemplates(name string) string {
	dir, _, ok := strings.Cut("/"+name, "/templates/")
	if !ok || path.Base(name) == "NOTES.txt" {
		return ""
	}
	if dir == "" {
		return "."
	}
	return dir[1:]
}

func readChart(dir string, content []byte) *chart {
	documents, err := document.Documents(content, func([]byte) bool { return true })
	if err != nil || len(documents) == 0 || documents[0].IsTemplate() {
		return nil
	}
	d := documents[0]
	root := d.Mapping(d.Root)
	c := &chart{dir: dir, name: document.Text(root.Get("name")), library: document.Text(root.Get("type")) == "library", about: open{}}
	if c.name == "" {
		return nil
	}
	for key, name := range map[string]string{"Name": "name", "Version": "version", "AppVersion": "appVersion", "Type": "type", "Description": "description"} {
		c.about[key] = document.Text(root.Get(name))
	}
	for _, item := range d.Sequence(root.Get("dependencies")) {
		m := d.Mapping(item)
		c.dependencies = append(c.dependencies, dependency{
			name: document.Text(m.Get("name")), alias: document.Text(m.Get("alias")),
			condition: document.Text(m.Get("condition")), location: document.Text(m.Get("repository")),
		})
	}
	return c
}

// dependency is the chart of the repository that another one needs, nil when it
// comes from elsewhere.
func (r *Repository) dependency(of *chart, d dependency) *chart {
	if at, ok := strings.CutPrefix(d.location, "file://"); ok {
		if c := r.charts[path.Join(of.dir, at)]; c != nil {
			return c
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(r.charts)) {
		if path.Dir(dir) == path.Join(of.dir, "charts") && r.charts[dir].name == d.name {
			return r.charts[dir]
		}
	}
	return nil
}

// all are a chart's dependencies with those that only lie in its charts
// directory.
func (r *Repository) all(c *chart) []dependency {
	list := slices.Clone(c.dependencies)
	for _, dir := range slices.Sorted(maps.Keys(r.charts)) {
		sub := r.charts[dir]
		listed := slices.ContainsFunc(list, func(d dependency) bool { return d.name == sub.name })
		if path.Dir(dir) == path.Join(c.dir, "charts") && !listed {
			list = append(list, dependency{name: sub.name})
			sub.below = true
		}
	}
	return list
}

// Templates fills in every template of the charts, for each way in which it is
// installed. A template that is not installed has no way; one that can't be
// followed is not in the answer.
func (r *Repository) Templates(installs []Install) map[string][]Rendered {
	rendering := &rendering{Repository: r, out: map[string][]Rendered{}, failed: map[string]bool{}}
	dirs := slices.Sorted(maps.Keys(r.charts))
	for _, dir := range dirs {
		r.all(r.charts[dir])
	}
	for _, dir := range dirs {
		c := r.charts[dir]
		named := slices.ContainsFunc(installs, func(i Install) bool { return i.Chart == dir })
		if c.library || c.below && !named {
			continue
		}
		rendering.install(c, r.production(c, installs), nil, 0)
	}
	for name := range rendering.failed {
		delete(rendering.out, name)
	}
	return rendering.out
}

type rendering struct {
	*Repository
	out    map[string][]Rendered
	failed map[string]bool
	steps  int // run so far
}

// install renders a chart and what it depends on with the values that are given
// over its own.
func (r *rendering) install(c *chart, values map[string]any, set named, depth int) {
	if _, ok := values["global"].(map[string]any); !ok {
		values["global"] = map[string]any{}
	}
	if set == nil {
		set = named{}
		r.define(c, set, 0)
	}
	pristine := (&machine{}).copied(values) // a template may change what it is given
	context := map[string]any{
		"Values": values, "Chart": c.about, "Release": open{"Service": "Helm"}, "Capabilities": open{},
		"Files": r.files(c), "Template": open{}, "Subcharts": open{},
	}
	for _, name := range c.templates {
		if inspect.FormatOf(name) == "" || path.Base(name)[0] == '_' {
			continue
		}
		text := string(r.read(name))
		if r.steps > maxAllSteps {
			r.failed[name] = true
			continue
		}
		root, err := maps.Clone(set).parseTemplate(name, text)
		var rendered *Rendered
		if err == nil && root != nil {
			var cost spent
			if rendered, cost, err = set.render(root, text, context); cost.changed {
				values, _ = (&machine{}).copied(pristine).(map[string]any)
				context = maps.Clone(context)
				context["Values"] = values
			}
			if r.steps += cost.steps; r.steps > maxAllSteps {
				err = errTooMuch
			}
		}
		switch {
		case err != nil:
			r.failed[name] = true
		case root == nil:
			r.out[name] = append(r.out[name], Rendered{Lines: []int{0}, Unsure: []int{0}})
		case !slices.ContainsFunc(r.out[name], func(known Rendered) bool { return string(known.Text) == string(rendered.Text) }):
			r.out[name] = append(r.out[name], *rendered)
		}
	}
	for _, d := range r.all(c) {
		sub := r.dependency(c, d)
		if sub == nil || sub.library || depth >= maxDepth {
			continue
		}
		if off(d.condition, values) {
			r.leaveOut(sub, 0)
			continue
		}
		name := d.name
		if d.alias != "" {
			name = d.alias
		}
		own := merged(sub.own(r.Repository), nil)
		if given, ok := values[name].(map[string]any); ok {
			own = merged(own, given)
		}
		global, _ := own["global"].(map[string]any)
		above, _ := values["global"].(map[string]any)
		own["global"] = merged(global, above)
		r.install(sub, own, set, depth+1)
	}
}

// leaveOut says that a chart's templates are not installed, unless another way
// does install them.
func (r *rendering) leaveOut(c *chart, depth int) {
	for _, name := range c.templates {
		if _, known := r.out[name]; !known {
			r.out[name] = nil
		}
	}
	for _, d := range r.all(c) {
		if sub := r.dependency(c, d); sub != nil && depth < maxDepth {
			r.leaveOut(sub, depth+1)
		}
	}
}

// define adds the named templates of a chart and of what it depends on; those
// of the chart itself stand above.
func (r *rendering) define(c *chart, set named, depth int) {
	for _, d := range r.all(c) {
		if sub := r.dependency(c, d); sub != nil && depth < maxDepth {
			r.define(sub, set, depth+1)
		}
	}
	for _, name := range c.templates {
		if _, err := set.parseTemplate(name, string(r.read(name))); err != nil {
			continue // what it would define is not known
		}
	}
}

// off reports whether a dependency's condition is stated to be false: the first
// of its keys that the values have decides.
func off(condition string, values map[string]any) bool {
	for _, key := range strings.Split(condition, ",") {
		if held, ok := lookup(values, strings.Split(strings.TrimSpace(key), ".")); ok {
			on, isBool := held.(bool)
			return isBool && !on
		}
	}
	return false
}

func lookup(values map[string]any, keys []string) (any, bool) {
	for i, key := range keys {
		held, ok := values[key]
		if !ok || i == len(keys)-1 {
			return held, ok
		}
		if values, ok = held.(map[string]any); !ok {
			return nil, false
		}
	}
	return nil, false
}

// own are the values of the chart's own file.
func (c *chart) own(r *Repository) map[string]any {
	if c.values == nil {
		c.values = map[string]any{}
		for _, name := range []string{"values.yaml", "values.yml"} {
			if own := readValues(r.read(path.Join(c.dir, name))); own != nil {
				c.values = own
				break
			}
		}
	}
	return c.values
}
