package deploy

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// Chart reads a Chart.yaml: the chart, and an Attachment for each dependency
// that is a backing service.
func Chart(e *inspect.Emitter, content []byte) error {
	documents, err := document.Documents(shell.PlainText(content), func([]byte) bool { return true })
	for _, d := range documents {
		root := d.Mapping(d.Root)
		if document.Text(root.Get("name")) == "" || root.Get("apiVersion") == nil && root.Get("version") == nil || root.Get("kind") != nil {
			Document(e, d)
			continue
		}
		chart := inspect.HelmChart{
			Name: document.Text(root.Get("name")), Version: document.Text(root.Get("version")), AppVersion: document.Text(root.Get("appVersion")), Library: document.Text(root.Get("type")) == "library",
		}
		for _, item := range d.Sequence(root.Get("dependencies")) {
			m := d.Mapping(item)
			version := document.Text(m.Get("version"))
			dependency := inspect.Dependency{Ecosystem: inspect.Helm, Name: document.Text(m.Get("name")), Constraint: version, Group: inspect.Runtime, Exact: exactVersion(version), Location: inspect.MaskText(document.Text(m.Get("repository")))}
			if strings.HasPrefix(dependency.Location, "file:") {
				dependency.Origin = "path"
			}
			if condition := document.Text(m.Get("condition")); condition != "" {
				dependency.Group, dependency.Marker = inspect.Optional, condition
			}
			chart.Dependencies = append(chart.Dependencies, dependency)
			if service := inspect.EngineOf(dependency.Name); service != "" && dependency.Origin == "" {
				e.Emit(item.Line, document.LastLine(item), inspect.Attachment{Platform: "helm", Service: service, Name: dependency.Name})
			}
		}
		e.Emit(max(root.Line("name"), 1), document.LastLine(d.Root), chart)
	}
	return err
}

// exactVersion reports whether a chart's constraint allows one version only.
func exactVersion(text string) bool {
	return text != "" && !strings.ContainsAny(text, "^~*<>=| ,xX")
}

const (
	// maxHelmValues bounds the scalars kept of one values file; the largest
	// real ones (kube-prometheus-stack) have some 2,000.
	maxHelmValues = 4000
	// maxHelmDepth bounds mappings in mappings.
	maxHelmDepth = 24
)

// Values reads a chart's values: a HelmValue for each scalar. A file of that
// name that holds manifests is read as these.
func Values(e *inspect.Emitter, content []byte) error {
	documents, err := document.Documents(shell.PlainText(content), func([]byte) bool { return true })
	for _, d := range documents {
		root := d.Mapping(d.Root)
		if document.Text(root.Get("apiVersion")) != "" && document.Text(root.Get("kind")) != "" || isCompose(d, root) {
			Document(e, d)
			continue
		}
		v := valuesReader{e, d, maxHelmValues}
		v.mapping("", root, 0)
		if err == nil {
			err = d.Spent()
		}
	}
	return err
}

type valuesReader struct {
	*inspect.Emitter
	*document.YAML
	left int
}

func (v *valuesReader) mapping(prefix string, m document.Mapping, depth int) {
	name := document.Text(m.Get("name")) // of a variable whose value stands beside it
	for _, p := range m {
		as := lastKey(prefix, p.Key.Value)
		if p.Key.Value == "value" && name != "" {
			as = name
		}
		v.value(joinKey(prefix, p.Key.Value), as, p.Value, p.Key.Line, depth+1)
	}
}

// lastKey is what a value is called: its key, behind that of what holds it
// when the key alone is a word of any secret ("password.value").
func lastKey(prefix, key string) string {
	if key == "value" {
		return prefix[strings.LastIndexByte(prefix, '.')+1:]
	}
	return key
}

func joinKey(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}

func (v *valuesReader) value(key, name string, n *yaml.Node, line, depth int) {
	if n = document.Dealias(n); n == nil || depth > maxHelmDepth || v.left <= 0 {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		v.mapping(key, v.Mapping(n), depth)
		return
	case yaml.SequenceNode:
		for i, item := range v.Sequence(n) {
			v.value(joinKey(key, strconv.Itoa(i)), name, item, item.Line, depth+1)
		}
		return
	case yaml.ScalarNode:
	default:
		return
	}
	v.left--
	text := document.Text(n)
	secret := inspect.IsSecretName(name) && !refersToSecret(key, name) && !keyOfSecret(name, text) && !inspect.NamesObject(name, text)
	fact := inspect.HelmValue{Key: key, Secret: secret}
	switch {
	case document.IsNull(n):
	case document.IsTemplated(text):
		fact.Value = inspect.Value{Source: inspect.Input, Refs: document.HelmValues(text)}
	case secret && n.Tag == "!!str" && text != "":
		fact.Value = inspect.SecretLit(text)
	default:
		fact.Value = inspect.ConfigText(text)
	}
	v.Emit(line, max(line, document.LastLine(n)), fact)
}

// keyOfSecret reports whether a variable's value is its own name as keys of a
// Secret are written: REDIS_PASSWORD: redis-password.
func keyOfSecret(name, text string) bool {
	letters := strings.NewReplacer("-", "", "_", "", ".", "")
	return strings.ContainsAny(text, "-_.") && strings.EqualFold(letters.Replace(name), letters.Replace(text))
}

// refersToSecret reports whether a value with a secret's name says where the
// secret is kept.
func refersToSecret(key, name string) bool {
	name, key = strings.ToLower(name), strings.ToLower(key)
	for _, word := range []string{"existing", "secretref", "secretname", "pullsecret", "secretkeyref", "valuefrom", "externalsecret", "secretstore", "secretkeys", "secretkeynames"} {
		if strings.Contains(name, word) || strings.Contains(key, word) {
			return true
		}
	}
	return false
}
