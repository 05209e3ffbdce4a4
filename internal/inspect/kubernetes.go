package inspect

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
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
func kubernetesObject(e *emitter, d *yamlDocument, m yamlMap, depth int) {
	kind, version := kubernetesKind(yamlText(m.get("kind"))), yamlText(m.get("apiVersion"))
	if strings.HasSuffix(kind, "List") && m.get("items") != nil {
		for _, item := range d.sequence(m.get("items")) {
			if inner := d.mapping(item); depth < maxKubernetesLists && yamlText(inner.get("kind")) != "" {
				kubernetesObject(e, d, inner, depth+1)
			}
		}
		return
	}
	if kind == "Service" && strings.HasPrefix(version, "serving.knative.dev/") {
		kind = "KnativeService"
	}
	line := max(m.line("kind"), 1)
	end := line
	if first := m.line("apiVersion"); first > 0 && first < line {
		line = first
	}
	for _, p := range m {
		end = max(end, yamlLastLine(p.value))
	}
	k := &kubernetesReader{yamlDocument: d}
	if path, ok := podPaths[kind]; ok {
		e.emit(line, end, k.workload(kind, m, path))
		return
	}
	e.emit(line, end, k.object(kind, m))
}

// kubernetesKind is a kind as written; of one that a template chooses, the
// first workload that it can be.
func kubernetesKind(kind string) string {
	if !isTemplated(kind) {
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
	*yamlDocument
}

// at follows keys down from a mapping.
func (k *kubernetesReader) at(m yamlMap, path ...string) yamlMap {
	for _, key := range path {
		m = k.mapping(m.get(key))
	}
	return m
}

func (k *kubernetesReader) workload(kind string, m yamlMap, path []string) Workload {
	meta, spec := k.at(m, "metadata"), k.at(m, "spec")
	template := k.at(m, path...)
	w := Workload{
		Type: kind, Name: yamlText(meta.get("name")), Replicas: wholeNumber(spec.get("replicas")),
		Hook: k.hook(meta), Containers: []Container{},
	}
	templateMeta := k.at(template, "metadata")
	for _, p := range k.at(templateMeta, "labels") {
		if w.Labels == nil {
			w.Labels = map[string]string{}
		}
		w.Labels[p.key.Value] = yamlText(p.value)
	}
	pod := k.at(template, "spec")
	w.Grace = wholeNumber(pod.get("terminationGracePeriodSeconds"))
	volumes := k.podVolumes(pod)
	for _, claim := range k.sequence(spec.get("volumeClaimTemplates")) {
		name := yamlText(k.at(k.mapping(claim), "metadata").get("name"))
		volumes[name] = Volume{Type: "pvc", Source: name}
	}
	for _, key := range []string{"initContainers", "containers"} {
		for _, item := range k.sequence(pod.get(key)) {
			if c := k.mapping(item); c != nil {
				w.Containers = append(w.Containers, k.container(c, item, volumes, key == "initContainers"))
			}
		}
	}
	return w
}

// hook is when a deploy tool runs a workload instead of keeping it up.
func (k *kubernetesReader) hook(meta yamlMap) string {
	annotations := k.at(meta, "annotations")
	for _, name := range []string{"helm.sh/hook", "argocd.argoproj.io/hook"} {
		if hook := yamlText(annotations.get(name)); hook != "" {
			return hook
		}
	}
	return ""
}

func (k *kubernetesReader) container(m yamlMap, node *yaml.Node, volumes map[string]Volume, init bool) Container {
	c := Container{
		Name: yamlText(m.get("name")), Image: yamlText(m.get("image")), Line: m.line("image"),
		Init:    init && yamlText(m.get("restartPolicy")) != "Always", // a sidecar otherwise
		Command: maskWords(k.texts(m.get("command"))), Args: maskWords(k.texts(m.get("args"))),
		Readiness: !yamlIsNull(m.get("readinessProbe")), Liveness: !yamlIsNull(m.get("livenessProbe")),
		Local: yamlText(m.get("imagePullPolicy")) == "Never",
	}
	if c.Line == 0 {
		c.Line = node.Line
	}
	for _, item := range k.sequence(m.get("env")) {
		if entry, ok := k.variable(k.mapping(item), item.Line); ok {
			c.Env = append(c.Env, entry)
		}
	}
	for _, item := range k.sequence(m.get("envFrom")) {
		from := k.mapping(item)
		for _, ref := range [][2]string{{"secretRef", "secret"}, {"configMapRef", "configmap"}} {
			if source := from.get(ref[0]); source != nil {
				c.EnvFrom = append(c.EnvFrom, ref[1])
				c.EnvRefs = append(c.EnvRefs, yamlText(k.mapping(source).get("name")))
			}
		}
	}
	for _, item := range k.sequence(m.get("ports")) {
		if port := wholeNumber(k.mapping(item).get("containerPort")); port != nil {
			c.Ports = append(c.Ports, *port)
		}
	}
	for _, item := range k.sequence(m.get("volumeMounts")) {
		mount := k.mapping(item)
		v := volumes[yamlText(mount.get("name"))]
		if v.Source == "" {
			v.Source = yamlText(mount.get("name"))
		}
		v.Target, v.Line = yamlText(mount.get("mountPath")), item.Line
		v.ReadOnly = v.ReadOnly || isTrue(mount.get("readOnly"))
		c.Mounts = append(c.Mounts, v)
	}
	return c
}

// variable reads one item of env.
func (k *kubernetesReader) variable(m yamlMap, line int) (EnvEntry, bool) {
	name := yamlText(m.get("name"))
	if name == "" {
		return EnvEntry{}, false
	}
	entry := EnvEntry{Name: name, Secret: IsSecretName(name), Line: line}
	if from := k.mapping(m.get("valueFrom")); from != nil {
		entry.Value = Value{Source: Input}
		for _, ref := range [][3]string{{"secretKeyRef", "secret", "key"}, {"configMapKeyRef", "configmap", "key"}, {"fieldRef", "field", "fieldPath"}, {"resourceFieldRef", "field", "resource"}} {
			if source := k.mapping(from.get(ref[0])); source != nil {
				entry.From = ref[1]
				entry.Ref = strings.TrimPrefix(yamlText(source.get("name"))+"/"+yamlText(source.get(ref[2])), "/")
			}
		}
		return entry, true
	}
	value := m.get("value")
	if value == nil && m.get("valueFrom") != nil || value != nil && value.Kind != yaml.ScalarNode {
		entry.Value = Value{Source: Input} // a template put it there
		return entry, true
	}
	entry.Value = manifestValue(name, yamlText(value))
	return entry, true
}

// manifestValue is a value of a Kubernetes object as it may be kept. ${VAR} is
// nothing to Kubernetes: whoever applies the file fills it in.
func manifestValue(name, text string) Value {
	switch {
	case isTemplated(text):
		return Value{Source: Input}
	case strings.Contains(text, "\n") && !IsSecretName(name):
		return configText(text)
	case strings.Contains(text, "${") && len(interpolate(text).env) > 0:
		return Value{Source: Input}
	}
	return literalOf(name, text)
}

// podVolumes are the volumes of a pod by name.
func (k *kubernetesReader) podVolumes(pod yamlMap) map[string]Volume {
	volumes := map[string]Volume{}
	for _, item := range k.sequence(pod.get("volumes")) {
		m := k.mapping(item)
		name := yamlText(m.get("name"))
		for _, p := range m {
			v := Volume{Type: p.key.Value}
			source := k.mapping(p.value)
			switch p.key.Value {
			case "name":
				continue
			case "persistentVolumeClaim":
				v.Type, v.Source, v.ReadOnly = "pvc", yamlText(source.get("claimName")), isTrue(source.get("readOnly"))
			case "hostPath":
				v.Source = yamlText(source.get("path"))
			case "configMap":
				v.Source = yamlText(source.get("name"))
			case "secret":
				v.Source = yamlText(source.get("secretName"))
			case "emptyDir":
				if yamlText(source.get("medium")) == "Memory" {
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
	if v, err := strconv.Atoi(yamlText(n)); err == nil {
		return &v
	}
	return nil
}
