package deploy

import (
	"regexp"
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
	out.Components = k.Texts(root.Get("components"))
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
	object := inspect.KubeObject{Type: kind, Name: document.Text(m.Get("name")), EnvFiles: append(k.Texts(m.Get("envs")), k.Texts(m.Get("env"))...)}
	if behavior := document.Text(m.Get("behavior")); behavior != "create" {
		object.Behavior = behavior
	}
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
	return object, object.EnvFiles
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
		sub.operations(operations, &p)
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
		} else if kind == "ConfigMap" || kind == "Secret" {
			object := sub.object(kind, root)
			p.Object = &object
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
// containers' images, variables and arguments; and what it changes of data.
func (k *kubernetesReader) operations(list []*yaml.Node, p *inspect.KustomizePatch) {
	w := inspect.Workload{Type: p.Type, Name: p.Name, Containers: []inspect.Container{}}
	containers := map[string]int{}
	found := false
	for _, item := range list {
		m := k.Mapping(item)
		op, path, value := document.Text(m.Get("op")), document.Text(m.Get("path")), m.Get("value")
		if change, ok := k.change(op, path, value, item.Line); ok {
			p.Operations = append(p.Operations, change)
		}
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
	if found {
		p.Workload = &w
	}
}

var patchedVariables = regexp.MustCompile(`/containers/\d+/env(/|$)`)

// change is an operation on a container's variables or on an object's data.
func (k *kubernetesReader) change(op, path string, value *yaml.Node, line int) (inspect.PatchOperation, bool) {
	out := inspect.PatchOperation{Op: op, Path: path, Line: line}
	data := path == "/data" || strings.HasPrefix(path, "/data/") || path == "/stringData" || strings.HasPrefix(path, "/stringData/")
	switch {
	case op != "add" && op != "replace" && op != "remove" || !data && !patchedVariables.MatchString(path):
		return out, false
	case op == "remove":
	case data && value != nil && value.Kind == yaml.MappingNode:
		out.Entries = k.data(value, manifestValue)
	case data:
		_, name, _ := strings.Cut(path[1:], "/")
		name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		out.Entries = []inspect.EnvEntry{{Name: name, Value: manifestValue(name, document.Text(value)), Secret: inspect.IsSecretName(name), Line: line}}
	case value != nil && value.Kind == yaml.SequenceNode:
		for _, item := range k.Sequence(value) {
			if e, ok := k.variable(k.Mapping(item), item.Line); ok {
				out.Entries = append(out.Entries, e)
			}
		}
	case value != nil && value.Kind == yaml.MappingNode:
		if e, ok := k.variable(k.Mapping(value), value.Line); ok {
			out.Entries = []inspect.EnvEntry{e}
		}
	default:
		out.Entries = []inspect.EnvEntry{{Value: manifestValue("", document.Text(value)), Line: line}}
	}
	return out, true
}

// isJSONPatch reports whether a document is a list of JSON patch operations.
func isJSONPatch(d *document.YAML) bool {
	if d.Root.Kind != yaml.SequenceNode || len(d.Root.Content) == 0 {
		return false
	}
	m := d.Mapping(d.Root.Content[0])
	return document.Text(m.Get("op")) != "" && strings.HasPrefix(document.Text(m.Get("path")), "/")
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
