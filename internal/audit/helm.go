package audit

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// chart is a Helm chart with the values that a production install fills its
// templates with: those of values.yaml, over them those of a values file whose
// name says production. What an operator gives besides is not in the repository.
type chart struct {
	dir        string
	appVersion string
	values     map[string]inspect.Value // by dotted key: "image.tag"
	at         map[string]Place
}

// charts finds the charts by their directories.
func (r *Repository) findCharts() {
	r.charts = map[string]*chart{}
	for _, f := range r.Files {
		if f.Format != inspect.ChartYAML || !f.Role.CanViolate() {
			continue
		}
		c := &chart{dir: path.Dir(f.Path), values: map[string]inspect.Value{}, at: map[string]Place{}}
		for h := range FactsIn[inspect.HelmChart]([]*File{f}, f.Role) {
			c.appVersion = h.Fact.AppVersion
		}
		r.charts[c.dir] = c
	}
	if len(r.charts) == 0 {
		return
	}
	for _, production := range []bool{false, true} {
		for _, f := range r.Files {
			c := r.charts[path.Dir(f.Path)]
			if c == nil && production { // values/production.yaml
				c = r.charts[path.Dir(path.Dir(f.Path))]
			}
			plain := path.Base(f.Path) == "values.yaml" || path.Base(f.Path) == "values.yml"
			named := namedProd(f.Path) || path.Base(path.Dir(f.Path)) != "templates" && environmentOfPath(strings.TrimPrefix(f.Path, chartDir(c))) == Production
			if c == nil || f.Format != inspect.HelmValues || !(plain && !production || named && production) {
				continue
			}
			for v := range FactsIn[inspect.HelmValue]([]*File{f}, f.Role) {
				c.values[v.Fact.Key], c.at[v.Fact.Key] = v.Fact.Value, v.At()
			}
		}
	}
	r.inheritValues()
}

func chartDir(c *chart) string {
	if c == nil {
		return ""
	}
	return c.dir
}

// inheritValues gives subcharts what their parents' values say of them: those
// below the subchart's name, and global ones. Outer charts come first, so that
// the outermost one's values hold.
func (r *Repository) inheritValues() {
	dirs := slices.Sorted(maps.Keys(r.charts))
	for _, dir := range dirs {
		parent := r.charts[path.Dir(path.Dir(dir))]
		if parent == nil || path.Base(path.Dir(dir)) != "charts" {
			continue
		}
		c := r.charts[dir]
		for _, prefix := range []string{path.Base(dir) + ".", "global."} {
			for key, value := range parent.values {
				own, ok := strings.CutPrefix(key, prefix)
				if prefix == "global." {
					own = key
				}
				if ok {
					c.values[own], c.at[own] = value, parent.at[key]
				}
			}
		}
	}
}

// chartOf is the chart that a file is a template of, or nil.
func (r *Repository) chartOf(f *File) *chart {
	if len(r.charts) == 0 {
		return nil
	}
	for dir := path.Dir(f.Path); ; dir = path.Dir(dir) {
		if c := r.charts[dir]; c != nil && f.Path != path.Join(dir, "Chart.yaml") {
			return c
		}
		if dir == "." {
			return nil
		}
	}
}

// templateAction is {{ .Values.a.b }} with at most one function after it.
var templateAction = regexp.MustCompile(`\{\{-?\s*(?:(quote|lower|upper|int|int64|toString|trim|required\s+"[^"]*"|default\s+"[^"]*")\s+)?\(?\$?\.(Values\.[\w.-]+|Chart\.AppVersion)\)?\s*((?:\|[^|}]*)*)-?\}\}`)

var templateDefault = regexp.MustCompile(`^\s*default\s+(?:"([^"]*)"|\$?\.(Values\.[\w.-]+|Chart\.AppVersion)|([\w.-]+))\s*$`)

// fill replaces the template's values where the chart's files tell them. Other
// actions, and values that nobody gives, stay as written.
func (c *chart) fill(text string) string {
	if c == nil || !strings.Contains(text, "{{") {
		return text
	}
	return templateAction.ReplaceAllStringFunc(text, func(action string) string {
		m := templateAction.FindStringSubmatch(action)
		value, known := c.value(m[2])
		for _, function := range append([]string{m[1]}, strings.Split(strings.TrimPrefix(m[3], "|"), "|")...) {
			switch name, _, _ := strings.Cut(strings.TrimSpace(function), " "); {
			case name == "" || name == "quote" || name == "squote" || name == "toString" || name == "trim" || name == "int" || name == "int64" || name == "required":
			case name == "lower":
				value = strings.ToLower(value)
			case name == "upper":
				value = strings.ToUpper(value)
			case templateDefault.MatchString(function):
				d := templateDefault.FindStringSubmatch(function)
				if value != "" {
					continue
				}
				value, known = d[1]+d[3], true
				if d[2] != "" {
					value, known = c.value(d[2])
				}
			default:
				return action // a function that is not followed
			}
		}
		if !known || value == "" {
			return action
		}
		return value
	})
}

// image is what the chart's values give a container whose image a helper of the
// chart puts together: by convention they stand below the container's name, or
// that name in camel case. "" when there is nothing.
func (c *chart) image(k inspect.Container) string {
	if !strings.Contains(k.Image, "include ") && !strings.Contains(k.Image, "template ") {
		return ""
	}
	for _, name := range []string{k.Name, camelCase(k.Name)} {
		repository, known := c.value("Values." + name + ".image.repository")
		if !known || repository == "" {
			continue
		}
		if registry, ok := c.value("Values." + name + ".image.registry"); ok && registry != "" {
			repository = registry + "/" + repository
		}
		if tag, ok := c.value("Values." + name + ".image.tag"); ok && tag != "" {
			repository += ":" + tag
		}
		return repository
	}
	return ""
}

// camelCase is "web-socket" as keys of values are written: "webSocket".
func camelCase(name string) string {
	words := strings.Split(name, "-")
	for i := 1; i < len(words); i++ {
		if words[i] != "" {
			words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
		}
	}
	return strings.Join(words, "")
}

// value is what "Values.image.tag" or "Chart.AppVersion" stands for; known is
// false when no file says.
func (c *chart) value(name string) (text string, known bool) {
	if name == "Chart.AppVersion" {
		return c.appVersion, c.appVersion != ""
	}
	v, ok := c.values[strings.TrimPrefix(name, "Values.")]
	return v.Text, ok && v.IsLiteral() && v.Secret == nil
}

// entry is resolve for a variable.
func (c *chart) entry(e inspect.EnvEntry) inspect.Value { return c.resolve(e.Value) }

// resolve is a value of a template as an install with the chart's own values
// makes it; what the chart does not tell stays as it is.
func (c *chart) resolve(v inspect.Value) inspect.Value {
	if c == nil || v.Source != inspect.Input {
		return v
	}
	if strings.Contains(v.Text, "{{") {
		if filled := c.fill(v.Text); !strings.Contains(filled, "{{") {
			return inspect.LitOf(filled)
		}
		return v
	}
	if len(v.Refs) == 1 && v.Text == "" {
		if given, ok := c.values[strings.TrimPrefix(strings.TrimPrefix(v.Refs[0], "."), "Values.")]; ok {
			return given
		}
	}
	return v
}
