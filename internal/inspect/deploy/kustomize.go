package deploy

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// Kustomize reads a kustomization.yaml. A Kustomization of Flux, which has
// that file's name now and then, is an object as any other.
func Kustomize(e *inspect.Emitter, content []byte) error {
	documents, err := document.Documents(shell.PlainText(content), func([]byte) bool { return true })
	for _, d := range documents {
		root := d.Mapping(d.Root)
		version, kind := document.Text(root.Get("apiVersion")), document.Text(root.Get("kind"))
		if kind != "" && kind != "Kustomization" && kind != "Component" || strings.Contains(version, "fluxcd") {
			Document(e, d)
		} else if len(root) > 0 {
			k := &kubernetesReader{YAML: d}
			e.Emit(root[0].Key.Line, document.LastLine(d.Root), k.kustomization(root))
		}
		if err == nil {
			err = d.Spent()
		}
	}
	return err
}

func (k *kubernetesReader) kustomization(root document.Mapping) inspect.Kustomization {
	out := inspect.Kustomization{
		Component: document.Text(root.Get("kind")) == "Component", Namespace: document.Text(root.Get("namespace")),
		NamePrefix: document.Text(root.Get("namePrefix")), NameSuffix: document.Text(root.Get("nameSuffix")),
	}
	for _, key := range []string{"resources", "bases", "components"} {
		out.Resources = append(out.Resources, k.Texts(root.Get(key))...)
	}
	for _, item := range k.Sequence(root.Get("images")) {
		m := k.Mapping(item)
		out.Images = append(out.Images, inspect.KustomizeImage{Name: document.Text(m.Get("name")), NewName: document.Text(m.Get("newName")), NewTag: document.Text(m.Get("newTag")), Digest: document.Text(m.Get("digest")), Line: item.Line})
	}
	for _, item := range k.Sequence(root.Get("replicas")) {
		m := k.Mapping(item)
		if count := wholeNumber(m.Get("count")); count != nil {
			out.Replicas = append(out.Replicas, inspect.KustomizeCount{Name: document.Text(m.Get("name")), Count: *count})
		}
	}
	for _, kind := range [][2]string{{"configMapGenerator", "ConfigMap"}, {"secretGenerator", "Secret"}} {
		for _, item := range k.Sequence(root.Get(kind[0])) {
			object, files := k.generator(kind[1], k.Mapping(item))
			out.Generators, out.EnvFiles = append(out.Generators, object), append(out.EnvFiles, files...)
		}
	}
	for _, item := range k.Sequence(root.Get("helmCharts")) {
		m := k.Mapping(item)
		out.Charts = append(out.Charts, inspect.Dependency{Ecosystem: inspect.Helm, Name: document.Text(m.Get("name")), Constraint: document.Text(m.Get("version")), Group: inspect.Runtime, Exact: document.Text(m.Get("version")) != "", Location: document.Text(m.Get("repo"))})
	}
	for _, item := range k.Sequence(root.Get("patches")) {
		m := k.Mapping(item)
		out.Patches = append(out.Patches, k.patch(m.Get("patch"), document.Text(m.Get("path")), k.at(m, "target"), item.Line))
	}
	for _, item := range k.Sequence(root.Get("patchesStrategicMerge")) {
		if text := document.Text(item); strings.Contains(text, "\n") {
			out.Patches = append(out.Patches, k.patch(item, "", nil, item.Line))
		} else if text != "" {
			out.Patches = append(out.Patches, inspect.KustomizePatch{Path: text, Line: item.Line})
		}
	}
	for _, item := range k.Sequence(root.Get("patchesJson6902")) {
		m := k.Mapping(item)
		out.Patches = append(out.Patches, k.patch(m.Get("patch"), document.Text(m.Get("path")), k.at(m, "target"), item.Line))
	}
	return out
}

// generator reads what makes a ConfigMap or a Secret: literals, and dotenv
// files by their names.
func (k *kubernetesReader) generator(kind string, m document.Mapping) (inspect.KubeObject, []string) {
	object := inspect.KubeObject{Type: kind, Name: document.Text(m.Get("name"))}
	for _, item := range k.Sequence(m.Get("literals")) {
		name, text, ok := strings.Cut(document.Text(item), "=")
		if !ok {
			continue
		}
		text = strings.Trim(text, `"'`)
		value := manifestValue(name, text)
		if kind == "Secret" {
			value = secretValue(name, text)
		}
		object.Data = append(object.Data, inspect.EnvEntry{Name: name, Value: value, Secret: inspect.IsSecretName(name), Line: item.Line})
	}
	return object, append(k.Texts(m.Get("envs")), k.Texts(m.Get("env"))...)
}

// patch reads one patch: a file's name, or in place the part of an object that
// it sets, or JSON patch operations.
func (k *kubernetesReader) patch(n *yaml.Node, file string, target document.Mapping, line int) inspect.KustomizePatch {
	p := inspect.KustomizePatch{Path: file, Type: document.Text(target.Get("kind")), Name: document.Text(target.Get("name")), Line: line}
	n = document.Dealias(n)
	if n == nil || n.Kind != yaml.ScalarNode || !k.Visit(len(n.Value)/64) {
		return p
	}
	inner, err := document.ParseYAML([]byte(n.Value))
	if err != nil || inner == nil {
		return p
	}
	first := n.Line - 1
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		first++
	}
	shift(inner, first)
	sub := &kubernetesReader{YAML: &document.YAML{Root: inner, Left: k.Left}}
	if operations := sub.Sequence(inner); operations != nil {
		p.Workload = sub.operations(operations, p)
	} else if root := sub.Mapping(inner); root != nil {
		kind := document.Text(root.Get("kind"))
		if p.Type == "" {
			p.Type = kind
		}
		if p.Name == "" {
			p.Name = document.Text(sub.at(root, "metadata").Get("name"))
		}
		if path, ok := podPaths[kind]; ok {
			w := sub.workload(kind, root, path)
			p.Workload = &w
		}
	}
	k.Left = sub.Left
	return p
}

func shift(n *yaml.Node, by int) {
	n.Line += by
	for _, child := range n.Content {
		shift(child, by)
	}
}

// operations is what a JSON patch sets of a workload: its replicas, and its
// containers' images, variables and arguments.
func (k *kubernetesReader) operations(list []*yaml.Node, p inspect.KustomizePatch) *inspect.Workload {
	w := inspect.Workload{Type: p.Type, Name: p.Name, Containers: []inspect.Container{}}
	containers := map[string]int{}
	found := false
	for _, item := range list {
		m := k.Mapping(item)
		op, path, value := document.Text(m.Get("op")), document.Text(m.Get("path")), m.Get("value")
		if op != "add" && op != "replace" || value == nil {
			continue
		}
		if path == "/spec/replicas" {
			w.Replicas = wholeNumber(value)
			found = true
			continue
		}
		_, rest, ok := strings.Cut(path, "/containers/")
		place, field, _ := strings.Cut(rest, "/")
		if !ok || field == "" && place != "-" {
			continue
		}
		i, seen := containers[place]
		if !seen {
			i = len(w.Containers)
			containers[place] = i
			w.Containers = append(w.Containers, inspect.Container{Name: place, Line: item.Line})
		}
		found = k.operation(&w.Containers[i], field, value, item) || found
	}
	if !found {
		return nil
	}
	return &w
}

func (k *kubernetesReader) operation(c *inspect.Container, field string, value, item *yaml.Node) bool {
	switch head, index, _ := strings.Cut(field, "/"); head {
	case "": // a container behind the others
		*c = k.container(k.Mapping(value), value, nil, false)
	case "image":
		c.Image, c.Line = document.Text(value), value.Line
		c.ImageRefs = document.HelmValues(c.Image)
	case "env":
		if index == "" {
			for _, entry := range k.Sequence(value) {
				if e, ok := k.variable(k.Mapping(entry), entry.Line); ok {
					c.Env = append(c.Env, e)
				}
			}
		} else if e, ok := k.variable(k.Mapping(value), value.Line); ok {
			c.Env = append(c.Env, e)
		} else if _, field, _ := strings.Cut(index, "/"); field == "value" { // of a variable by its place
			place, _, _ := strings.Cut(index, "/")
			if _, err := strconv.Atoi(place); err == nil {
				c.Env = append(c.Env, inspect.EnvEntry{Name: place, Value: manifestValue("", document.Text(value)), Line: item.Line})
			}
		}
	case "command":
		c.Command = inspect.MaskWords(k.Texts(value))
	case "args":
		c.Args = inspect.MaskWords(k.Texts(value))
	default:
		return false
	}
	return true
}
