package deploy

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// podPaths says where each kind of workload keeps its pod template.
var podPaths = map[string][]string{
	"Deployment": {"spec", "template"}, "StatefulSet": {"spec", "template"}, "DaemonSet": {"spec", "template"},
	"ReplicaSet": {"spec", "template"}, "ReplicationController": {"spec", "template"}, "Rollout": {"spec", "template"},
	"Job": {"spec", "template"}, "CronJob": {"spec", "jobTemplate", "spec", "template"}, "Pod": {}, "KnativeService": {"spec", "template"},
}

// maxKubernetesLists bounds lists in lists: a List holds objects, not lists.
const maxKubernetesLists = 2

// kubernetesObject emits one object, or the items of a List.
func kubernetesObject(e *inspect.Emitter, d *document.YAML, m document.Mapping, depth int) {
	kind, version := kubernetesKind(document.Text(m.Get("kind"))), document.Text(m.Get("apiVersion"))
	if strings.HasSuffix(kind, "List") && m.Get("items") != nil {
		for _, item := range d.Sequence(m.Get("items")) {
			if inner := d.Mapping(item); depth < maxKubernetesLists && document.Text(inner.Get("kind")) != "" {
				kubernetesObject(e, d, inner, depth+1)
			}
		}
		return
	}
	if kind == "Service" && strings.HasPrefix(version, "serving.knative.dev/") {
		kind = "KnativeService"
	}
	line := max(m.Line("kind"), 1)
	end := line
	if first := m.Line("apiVersion"); first > 0 && first < line {
		line = first
	}
	for _, p := range m {
		end = max(end, document.LastLine(p.Value))
	}
	k := &kubernetesReader{YAML: d}
	if path, ok := podPaths[kind]; ok {
		e.Emit(line, end, k.workload(kind, m, path))
		return
	}
	e.Emit(line, end, k.object(kind, m))
}

// kubernetesKind is a kind as written; of one that a template chooses, the
// first workload that it can be.
func kubernetesKind(kind string) string {
	if !document.IsTemplated(kind) {
		return kind
	}
	for _, workload := range []string{"Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Rollout", "Pod"} {
		if strings.Contains(kind, workload) {
			return workload
		}
	}
	return kind
}

type kubernetesReader struct {
	*document.YAML
}

// at follows keys down from a mapping.
func (k *kubernetesReader) at(m document.Mapping, path ...string) document.Mapping {
	for _, key := range path {
		m = k.Mapping(m.Get(key))
	}
	return m
}

func (k *kubernetesReader) workload(kind string, m document.Mapping, path []string) inspect.Workload {
	meta, spec := k.at(m, "metadata"), k.at(m, "spec")
	template := k.at(m, path...)
	w := inspect.Workload{
		Type: kind, Name: document.Text(meta.Get("name")), Replicas: wholeNumber(spec.Get("replicas")),
		Hook: k.hook(meta), Schedule: document.Text(spec.Get("schedule")), Containers: []inspect.Container{}, ReplicasOf: templated(spec.Get("replicas")),
	}
	templateMeta := k.at(template, "metadata")
	for _, p := range k.at(templateMeta, "labels") {
		if w.Labels == nil {
			w.Labels = map[string]string{}
		}
		w.Labels[p.Key.Value] = document.Text(p.Value)
	}
	pod := k.at(template, "spec")
	if grace := pod.Get("terminationGracePeriodSeconds"); wholeNumber(grace) != nil {
		w.Grace, w.GraceLine = wholeNumber(grace), grace.Line
	}
	volumes := k.podVolumes(pod)
	for _, claim := range k.Sequence(spec.Get("volumeClaimTemplates")) {
		name := document.Text(k.at(k.Mapping(claim), "metadata").Get("name"))
		volumes[name] = inspect.Volume{Type: "pvc", Source: name}
	}
	for _, key := range []string{"initContainers", "containers"} {
		for _, item := range k.Sequence(pod.Get(key)) {
			if c := k.Mapping(item); c != nil {
				w.Containers = append(w.Containers, k.container(c, item, volumes, key == "initContainers"))
			}
		}
	}
	return w
}

// hook is when a deploy tool runs a workload instead of keeping it up.
func (k *kubernetesReader) hook(meta document.Mapping) string {
	annotations := k.at(meta, "annotations")
	for _, name := range []string{"helm.sh/hook", "argocd.argoproj.io/hook"} {
		if hook := document.Text(annotations.Get(name)); hook != "" {
			return hook
		}
	}
	return ""
}

func (k *kubernetesReader) container(m document.Mapping, node *yaml.Node, volumes map[string]inspect.Volume, init bool) inspect.Container {
	c := inspect.Container{
		Name: document.Text(m.Get("name")), Image: document.Text(m.Get("image")), Line: m.Line("image"),
		Init:    init && document.Text(m.Get("restartPolicy")) != "Always", // a sidecar otherwise
		Command: inspect.MaskWords(k.Texts(m.Get("command"))), Args: inspect.MaskWords(k.Texts(m.Get("args"))),
		Readiness: !document.IsNull(m.Get("readinessProbe")), Liveness: !document.IsNull(m.Get("livenessProbe")),
		Local:     document.Text(m.Get("imagePullPolicy")) == "Never",
		ImageRefs: document.HelmValues(document.Text(m.Get("image"))), ReadOnlyRoot: isTrue(k.at(m, "securityContext").Get("readOnlyRootFilesystem")),
		PreStop: k.preStop(k.at(m, "lifecycle", "preStop")), Memory: document.Text(k.at(m, "resources", "limits").Get("memory")),
	}
	if c.Memory == "" {
		c.Memory = document.Text(k.at(m, "resources", "requests").Get("memory"))
	}
	c.EnvValues = k.loops(m)
	if c.Line == 0 {
		c.Line = node.Line
	}
	for _, item := range k.Sequence(m.Get("env")) {
		if entry, ok := k.variable(k.Mapping(item), item.Line); ok {
			dependent(&entry, c.Env, document.Text(k.Mapping(item).Get("value")))
			c.Env = append(c.Env, entry)
		}
	}
	for _, item := range k.Sequence(m.Get("envFrom")) {
		from := k.Mapping(item)
		for _, ref := range [][2]string{{"secretRef", "secret"}, {"configMapRef", "configmap"}} {
			if source := from.Get(ref[0]); source != nil {
				c.EnvFrom = append(c.EnvFrom, ref[1])
				c.EnvRefs = append(c.EnvRefs, document.Text(k.Mapping(source).Get("name")))
				c.EnvPrefixes = append(c.EnvPrefixes, document.Text(from.Get("prefix")))
			}
		}
	}
	if strings.Join(c.EnvPrefixes, "") == "" {
		c.EnvPrefixes = nil
	}
	for _, item := range k.Sequence(m.Get("ports")) {
		p := k.Mapping(item)
		if port := wholeNumber(p.Get("containerPort")); port != nil {
			c.Ports, c.PortNames = append(c.Ports, *port), append(c.PortNames, document.Text(p.Get("name")))
		} else if port := templated(p.Get("containerPort")); port.Source != inspect.None {
			c.PortsOf = append(c.PortsOf, port)
		}
	}
	for _, item := range k.Sequence(m.Get("volumeMounts")) {
		mount := k.Mapping(item)
		v := volumes[document.Text(mount.Get("name"))]
		if v.Source == "" {
			v.Source = document.Text(mount.Get("name"))
		}
		v.Target, v.Line = document.Text(mount.Get("mountPath")), item.Line
		v.ReadOnly = v.ReadOnly || isTrue(mount.Get("readOnly"))
		c.Mounts = append(c.Mounts, v)
	}
	return c
}

// variable reads one item of env.
func (k *kubernetesReader) variable(m document.Mapping, line int) (inspect.EnvEntry, bool) {
	name := document.Text(m.Get("name"))
	if name == "" {
		return inspect.EnvEntry{}, false
	}
	entry := inspect.EnvEntry{Name: name, Secret: inspect.IsSecretName(name), Line: line, Delete: document.Text(m.Get("$patch")) == "delete"}
	if from := k.Mapping(m.Get("valueFrom")); from != nil {
		entry.Value = inspect.Value{Source: inspect.Input}
		for _, ref := range [][3]string{{"secretKeyRef", "secret", "key"}, {"configMapKeyRef", "configmap", "key"}, {"fieldRef", "field", "fieldPath"}, {"resourceFieldRef", "field", "resource"}} {
			if source := k.Mapping(from.Get(ref[0])); source != nil {
				entry.From = ref[1]
				entry.Ref = strings.TrimPrefix(document.Text(source.Get("name"))+"/"+document.Text(source.Get(ref[2])), "/")
			}
		}
		return entry, true
	}
	value := m.Get("value")
	if value == nil && m.Get("valueFrom") != nil || value != nil && value.Kind != yaml.ScalarNode {
		entry.Value = inspect.Value{Source: inspect.Input} // a template put it there
		return entry, true
	}
	entry.Value = manifestValue(name, document.Text(value))
	return entry, true
}

// manifestValue is a value of a Kubernetes object as it may be kept. ${VAR} is
// nothing to Kubernetes: whoever applies the file fills it in.
func manifestValue(name, text string) inspect.Value {
	switch {
	case document.IsTemplated(text):
		return templatedValue(name, text)
	case strings.Contains(text, "\n") && !inspect.IsSecretName(name):
		return inspect.ConfigText(text)
	case strings.Contains(text, "${") && len(interpolate(text).env) > 0:
		return inspect.Value{Source: inspect.Input}
	}
	return inspect.LiteralOf(name, text)
}

// templatedValue is a value that a template decides.
func templatedValue(name, text string) inspect.Value {
	v := inspect.Value{Source: inspect.Input, Refs: document.HelmValues(text)}
	if v.Refs != nil && !inspect.IsSecretName(name) && len(text) < inspect.MaxText {
		v.Text = inspect.MaskText(text)
	}
	return v
}

// templated is a scalar that a template decides, or none.
func templated(n *yaml.Node) inspect.Value {
	if text := document.Text(n); document.IsTemplated(text) {
		return templatedValue("", text)
	}
	return inspect.Value{}
}

// preStop is what runs in a container before it is told to stop.
func (k *kubernetesReader) preStop(m document.Mapping) []string {
	if words := k.Texts(k.at(m, "exec").Get("command")); words != nil {
		return inspect.MaskWords(words)
	}
	if seconds := document.Text(k.at(m, "sleep").Get("seconds")); seconds != "" {
		return []string{"sleep", seconds}
	}
	if path := document.Text(k.at(m, "httpGet").Get("path")); path != "" {
		return []string{"GET", path}
	}
	return nil
}

// loops are the Helm values of which loops and toYaml below a container's env
// make variables: their actions stand on lines of their own, which the parser
// never sees.
func (k *kubernetesReader) loops(m document.Mapping) []string {
	var list []string
	for _, key := range []string{"env", "envFrom"} {
		at := m.Line(key)
		if at == 0 || !k.IsTemplate() {
			continue
		}
		for _, action := range k.Actions(at) {
			if strings.Contains(action, "range") || strings.Contains(action, "toYaml") || strings.Contains(action, "include") && strings.Contains(action, "indent") {
				for _, value := range document.HelmValues(action) {
					if !slices.Contains(list, value) {
						list = append(list, value)
					}
				}
			}
		}
	}
	return list
}

// podVolumes are the volumes of a pod by name.
func (k *kubernetesReader) podVolumes(pod document.Mapping) map[string]inspect.Volume {
	volumes := map[string]inspect.Volume{}
	for _, item := range k.Sequence(pod.Get("volumes")) {
		m := k.Mapping(item)
		name := document.Text(m.Get("name"))
		for _, p := range m {
			v := inspect.Volume{Type: p.Key.Value}
			source := k.Mapping(p.Value)
			switch p.Key.Value {
			case "name":
				continue
			case "persistentVolumeClaim":
				v.Type, v.Source, v.ReadOnly = "pvc", document.Text(source.Get("claimName")), isTrue(source.Get("readOnly"))
			case "hostPath":
				v.Source = document.Text(source.Get("path"))
			case "configMap":
				v.Source = document.Text(source.Get("name"))
			case "secret":
				v.Source = document.Text(source.Get("secretName"))
			case "emptyDir":
				if document.Text(source.Get("medium")) == "Memory" {
					v.Type = "tmpfs"
				}
			case "ephemeral":
				v.Type = "emptyDir"
			}
			volumes[name] = v
		}
	}
	return volumes
}

// wholeNumber is a number as stated, or nil.
func wholeNumber(n *yaml.Node) *int {
	if v, err := strconv.Atoi(document.Text(n)); err == nil {
		return &v
	}
	return nil
}
