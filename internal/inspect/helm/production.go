package helm

import (
	"maps"
	"path"
	"slices"
	"strings"
)

var (
	productionWords = []string{"production", "prod", "prd", "live"}
	otherWords      = []string{"dev", "development", "staging", "stage", "stg", "test", "testing", "tests", "qa", "uat", "local", "ci", "example", "examples", "sample", "preview", "sandbox", "minikube", "kind", "demo", "e2e", "preprod", "integration"}
)

// wordsOf are the words of a path's names.
func wordsOf(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("/._- ", r) })
}

func hasWord(name string, words []string) bool {
	return slices.ContainsFunc(wordsOf(name), func(w string) bool { return slices.Contains(words, w) })
}

// production are the values that production gives a chart: its own, over them
// those that an install names, else those of the files that are named for
// production. What several ways give differently is unknown.
func (r *Repository) production(c *chart, installs []Install) map[string]any {
	var ways []map[string]any
	own := c.own(r)
	for _, install := range deployed(c.dir, installs) {
		values := merged(own, nil)
		for _, name := range install.Files {
			values = merged(values, readValues(r.read(name)))
		}
		values = merged(values, install.Values)
		for _, key := range slices.Sorted(maps.Keys(install.Set)) { // an outer key before what is below it
			values = merged(values, nested(strings.Split(key, "."), install.Set[key]))
		}
		ways = append(ways, values)
	}
	if len(ways) == 0 {
		for _, name := range r.namedFiles(c) {
			ways = append(ways, merged(own, readValues(r.read(name))))
		}
	}
	if len(ways) == 0 {
		return merged(own, nil)
	}
	all := any(ways[0])
	for _, way := range ways[1:] {
		all = agreed(all, way)
	}
	values, _ := all.(map[string]any)
	return values
}

// deployed are the installs of a chart that production may be: those that are
// named for it, else those that are named for nothing else.
func deployed(dir string, installs []Install) []Install {
	var named, plain []Install
	for _, i := range installs {
		switch {
		case i.Chart != dir:
		case i.Production:
			named = append(named, i)
		case !slices.ContainsFunc(i.Files, func(name string) bool { return hasWord(name, otherWords) }):
			plain = append(plain, i)
		}
	}
	if named != nil {
		return named
	}
	return slices.DeleteFunc(plain, func(i Install) bool { return len(i.Files) == 0 && len(i.Set) == 0 && len(i.Values) == 0 })
}

// namedFiles are the files of values inside a chart that are named for
// production.
func (r *Repository) namedFiles(c *chart) []string {
	var list []string
	for _, name := range r.paths {
		rest, ok := strings.CutPrefix(name, c.dir+"/")
		if c.dir == "." {
			rest, ok = name, true
		}
		ext, depth := path.Ext(rest), strings.Count(rest, "/")
		if !ok || ext != ".yaml" && ext != ".yml" || depth > 2 || !hasWord(rest, productionWords) || hasWord(rest, otherWords) {
			continue
		}
		first := wordsOf(rest)[0]
		if depth > 0 && slices.Contains([]string{"templates", "charts", "crds"}, first) || !slices.ContainsFunc(wordsOf(rest), func(w string) bool {
			return w == "values" || w == "environments" || w == "envs" || w == "env"
		}) {
			continue
		}
		list = append(list, name)
	}
	return list
}

// nested is a value below dotted keys.
func nested(keys []string, value any) map[string]any {
	for i := len(keys) - 1; i > 0; i-- {
		value = map[string]any{keys[i]: value}
	}
	return map[string]any{keys[0]: value}
}
