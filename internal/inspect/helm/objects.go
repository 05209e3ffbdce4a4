package helm

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// maxObjects bounds the objects of one file that are looked at.
const maxObjects = 200

// objects are the installs that a file's objects order: Argo CD's Application,
// Flux's HelmRelease and the releases of a helmfile.
func (r *Repository) objects(name string, signals []inspect.Signal) []Install {
	helmfile := strings.HasPrefix(path.Base(name), "helmfile.y") || path.Base(path.Dir(name)) == "helmfile.d" && isYAML(name)
	if !helmfile && !ordersCharts(signals) {
		return nil
	}
	documents, err := document.Documents(r.read(name), func([]byte) bool { return true })
	if err != nil {
		return nil
	}
	var list []Install
	for _, d := range documents[:min(len(documents), maxObjects)] {
		root, _ := valueOf(d, d.Root, 0).(map[string]any)
		spec, _ := root["spec"].(map[string]any)
		switch root["kind"] {
		case "Application":
			list = append(list, r.application(name, root, spec)...)
		case "HelmRelease":
			list = append(list, r.fluxRelease(name, root, spec)...)
		case nil:
			if helmfile {
				list = append(list, r.helmfile(name, root)...)
			}
		}
	}
	return list
}

func isYAML(name string) bool { return path.Ext(name) == ".yaml" || path.Ext(name) == ".yml" }

func ordersCharts(signals []inspect.Signal) bool {
	for _, s := range signals {
		if o, ok := s.Fact.(inspect.KubeObject); ok && (o.Type == "Application" || o.Type == "HelmRelease") {
			return true
		}
	}
	return false
}

// given is an install as an object orders it. Values in place stand over those
// of files, and what --set would give over both. ok is false for what is named
// for anything but production.
func (r *Repository) given(chart string, files []any, dir string, inPlace, set map[string]any, about string) (install Install, ok bool) {
	c := r.charts[path.Clean(chart)]
	if c == nil || hasWord(about, otherWords) && !hasWord(about, productionWords) {
		return Install{}, false
	}
	install = Install{Chart: c.dir, Values: inPlace, Set: set, Production: hasWord(about, productionWords)}
	for _, file := range files {
		text, isText := file.(string)
		if values, isMap := file.(map[string]any); isMap {
			install.Values = merged(install.Values, values)
			continue
		}
		found := ""
		if isText && text != "" {
			found = r.find(text, dir)
		}
		if found == "" {
			return Install{}, false // values that the repository does not hold
		}
		if hasWord(text, otherWords) {
			return Install{}, false
		}
		install.Production = install.Production || hasWord(text, productionWords)
		install.Files = append(install.Files, found)
	}
	return install, true
}

// about is what names an object: its file, its name and where it goes.
func about(name string, root, destination map[string]any) string {
	metadata, _ := root["metadata"].(map[string]any)
	words := []string{name}
	for _, v := range []any{metadata["name"], metadata["namespace"], destination["namespace"], destination["name"]} {
		if text, ok := v.(string); ok {
			words = append(words, text)
		}
	}
	return strings.Join(words, " ")
}

// application reads the sources of an Argo CD Application. A path is seen from
// the root of the repository that the source names; valueFiles from the chart.
func (r *Repository) application(name string, root, spec map[string]any) []Install {
	sources, _ := spec["sources"].([]any)
	if one, ok := spec["source"].(map[string]any); ok {
		sources = append(sources, one)
	}
	destination, _ := spec["destination"].(map[string]any)
	var list []Install
	for _, s := range sources {
		source, _ := s.(map[string]any)
		chart, _ := source["path"].(string)
		helm, _ := source["helm"].(map[string]any)
		if chart == "" || helm == nil {
			continue
		}
		inPlace, _ := helm["valuesObject"].(map[string]any)
		if text, ok := helm["values"].(string); ok && inPlace == nil {
			inPlace = readValues([]byte(text))
		}
		given := map[string]any{}
		parameters, _ := helm["parameters"].([]any)
		for _, p := range parameters {
			parameter, _ := p.(map[string]any)
			key, _ := parameter["name"].(string)
			if key == "" {
				continue
			}
			value, isText := parameter["value"].(string)
			switch {
			case !isText:
				given[key] = parameter["value"]
			default:
				setKey(given, key, setValue(value, parameter["forceString"] == true))
			}
		}
		files, _ := helm["valueFiles"].([]any)
		if install, ok := r.given(chart, files, path.Clean(chart), inPlace, given, about(name, root, destination)); ok {
			list = append(list, install)
		}
	}
	return list
}

// fluxRelease reads a HelmRelease of Flux whose chart is a directory. Values of
// ConfigMaps and Secrets are not in it: what they could give is not known.
func (r *Repository) fluxRelease(name string, root, spec map[string]any) []Install {
	chart, _ := spec["chart"].(map[string]any)
	of, _ := chart["spec"].(map[string]any)
	dir, _ := of["chart"].(string)
	inPlace, _ := spec["values"].(map[string]any)
	files, _ := of["valuesFiles"].([]any)
	if from, has := spec["valuesFrom"].([]any); has && len(from) > 0 || dir == "" {
		return nil
	}
	if install, ok := r.given(dir, files, ".", inPlace, nil, about(name, root, map[string]any{"namespace": spec["targetNamespace"]})); ok {
		return []Install{install}
	}
	return nil
}

// helmfile reads the releases of a helmfile; a release that is switched off is
// none.
func (r *Repository) helmfile(name string, root map[string]any) []Install {
	var list []Install
	releases, _ := root["releases"].([]any)
	for _, item := range releases {
		release, _ := item.(map[string]any)
		chart, _ := release["chart"].(string)
		if !strings.HasPrefix(chart, ".") || release["installed"] == false {
			continue
		}
		given := map[string]any{}
		sets, _ := release["set"].([]any)
		for _, s := range sets {
			one, _ := s.(map[string]any)
			if key, ok := one["name"].(string); ok {
				given[key] = one["value"]
				if _, has := one["value"]; !has {
					given[key] = unknown{}
				}
			}
		}
		files, _ := release["values"].([]any)
		metadata := map[string]any{"metadata": map[string]any{"name": release["name"], "namespace": release["namespace"]}}
		if install, ok := r.given(path.Join(path.Dir(name), chart), files, path.Dir(name), nil, given, about(name, metadata, nil)); ok {
			list = append(list, install)
		}
	}
	return list
}
