package infra

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// kubernetesTypes are the Kubernetes provider's resources that run containers,
// without their "_v1".
var kubernetesTypes = map[string]string{
	"kubernetes_deployment": "Deployment", "kubernetes_stateful_set": "StatefulSet", "kubernetes_daemonset": "DaemonSet", "kubernetes_daemon_set": "DaemonSet",
	"kubernetes_job": "Job", "kubernetes_cron_job": "CronJob", "kubernetes_pod": "Pod", "kubernetes_replication_controller": "ReplicationController",
}

// workload states what a resource runs in containers, and the objects of
// Kubernetes that a resource makes.
func (f *file) workload(b *hclsyntax.Block, in inspect.InfraBlock) {
	kind := strings.TrimSuffix(in.Labels[0], "_v1")
	t := treeOf(in.Attributes)
	switch {
	case kind == "aws_ecs_task_definition":
		f.ecsTask(b, in, t)
	case kubernetesTypes[kind] != "":
		f.kubernetesWorkload(b, in, kubernetesTypes[kind], t)
	case kind == "kubernetes_secret", kind == "kubernetes_config_map", kind == "kubernetes_service":
		f.kubernetesObject(b, in, kind, t)
	}
}

func nameOf(t *tree, in inspect.InfraBlock, path ...string) string {
	if name := t.literal(path...); name != "" {
		return name
	}
	return in.Labels[1]
}

// ecsTask reads the container definitions of an ECS task: as HCL in
// jsonencode, or as JSON text.
func (f *file) ecsTask(b *hclsyntax.Block, in inspect.InfraBlock, t *tree) {
	definitions := t.get("container_definitions")
	if definitions == nil {
		return
	}
	if definitions.entry != nil {
		definitions = f.jsonDefinitions(b)
	}
	w := inspect.Workload{Type: "EcsTask", Name: nameOf(t, in, "family"), Containers: []inspect.Container{}}
	for _, item := range definitions.list() {
		if item == nil || item.get("image") == nil {
			continue
		}
		c := inspect.Container{
			Name: item.text("name"), Image: item.text("image"), Line: item.line("image"),
			Command: inspect.MaskWords(item.texts("entryPoint")), Args: inspect.MaskWords(item.texts("command")),
			ReadOnlyRoot: item.isTrue("readonlyRootFilesystem"), Memory: item.text("memory"), Liveness: item.get("healthCheck") != nil,
		}
		for _, e := range item.list("environment") {
			if e.literal("name") != "" { // others come out of a loop, or of another module
				c.Env = append(c.Env, variable(e, inspect.EnvEntry{}))
			}
		}
		for _, e := range item.list("secrets") {
			if e.literal("name") != "" {
				c.Env = append(c.Env, variable(e, inspect.EnvEntry{From: "secret", Ref: e.text("valueFrom")}))
			}
		}
		for _, e := range item.list("portMappings") {
			if port := e.number("containerPort"); port != nil {
				c.Ports = append(c.Ports, *port)
			}
		}
		for _, e := range item.list("mountPoints") {
			c.Mounts = append(c.Mounts, inspect.Volume{Type: "volume", Source: e.text("sourceVolume"), Target: e.text("containerPath"), ReadOnly: e.isTrue("readOnly"), Line: e.line()})
		}
		w.Containers = append(w.Containers, c)
	}
	f.emit(b, w)
}

// variable is one of a container's variables: base with name, value and line.
func variable(t *tree, base inspect.EnvEntry) inspect.EnvEntry {
	base.Name, base.Line = t.text("name"), t.line()
	base.Secret = inspect.IsSecretName(base.Name)
	base.Value = t.value("value")
	if base.From != "" {
		base.Value = inspect.Value{Source: inspect.Input}
	}
	return base
}

// jsonDefinitions reads container_definitions given as JSON text, in which
// references may stand.
func (f *file) jsonDefinitions(b *hclsyntax.Block) *tree {
	attribute := b.Body.Attributes["container_definitions"]
	template, ok := attribute.Expr.(*hclsyntax.TemplateExpr)
	if !ok {
		return nil
	}
	var text strings.Builder
	var open []string
	for _, part := range template.Parts {
		if v, ok := part.(*hclsyntax.LiteralValueExpr); ok {
			text.WriteString(v.Val.AsString())
			continue
		}
		text.WriteString("xTF" + strconv.Itoa(len(open)) + "x")
		open = append(open, f.source(part))
	}
	node, err := document.ReadJSON([]byte(text.String()))
	if err != nil {
		return nil
	}
	j := jsonFlattener{first: attribute.Expr.Range().Start.Line, open: open, left: maxAttributes}
	if r := attribute.Expr.Range(); strings.HasPrefix(f.text(r), "<<") {
		j.first++ // the text starts on the line below <<EOF
	}
	j.add("", "", node)
	return treeOf(j.out)
}

// jsonFlattener lists the values of a JSON text inside Terraform.
type jsonFlattener struct {
	first int      // line of the text's first byte
	open  []string // the references that its placeholders stand for
	out   []inspect.EnvEntry
	left  int
}

func (j *jsonFlattener) add(name, as string, n *document.Node) {
	if j.left--; j.left < 0 {
		return
	}
	line := j.first + n.Line - 1
	for i, item := range n.List() {
		j.add(join(name, strconv.Itoa(i)), "", item)
	}
	inner := n.Get("name").Scalar()
	for _, m := range n.Each() {
		j.add(join(name, m.Key), inner, m.Value)
	}
	if n.IsObject() || n.IsList() {
		return
	}
	attribute := lastWord(name)
	if attribute == "value" && as != "" {
		attribute = as
	}
	j.out = append(j.out, inspect.EnvEntry{Name: name, Value: j.value(attribute, n.Plain()), Line: line, Secret: inspect.IsSecretName(attribute)})
}

func (j *jsonFlattener) value(name, text string) inspect.Value {
	v := inspect.Value{Source: inspect.Input}
	for i, reference := range j.open {
		word := "xTF" + strconv.Itoa(i) + "x"
		if strings.Contains(text, word) {
			text = strings.ReplaceAll(text, word, "${"+reference+"}")
			v.Refs = append(v.Refs, reference)
		}
	}
	if v.Refs == nil {
		return inspect.LiteralOf(name, text)
	}
	if !inspect.IsSecretName(name) {
		v.Text = inspect.MaskText(text)
	}
	return v
}

// kubernetesWorkload reads a resource of the Kubernetes provider, whose names
// are those of the manifest with underscores.
func (f *file) kubernetesWorkload(b *hclsyntax.Block, in inspect.InfraBlock, kind string, t *tree) {
	spec := t.get("spec")
	pod := spec.get("template", "spec")
	switch kind {
	case "Pod":
		pod = spec
	case "CronJob":
		pod = spec.get("job_template", "spec", "template", "spec")
	}
	w := inspect.Workload{Type: kind, Name: nameOf(t, in, "metadata", "name"), Replicas: spec.number("replicas"), Grace: pod.number("termination_grace_period_seconds"), Schedule: spec.literal("schedule"), Containers: []inspect.Container{}}
	if v := spec.value("replicas"); isOpen(v) {
		w.ReplicasOf = v
	}
	for _, key := range []string{"init_container", "container"} {
		for _, item := range pod.list(key) {
			if item != nil && item.get("image") != nil {
				w.Containers = append(w.Containers, kubernetesContainer(item, key == "init_container"))
			}
		}
	}
	f.emit(b, w)
}

func kubernetesContainer(t *tree, init bool) inspect.Container {
	c := inspect.Container{
		Name: t.text("name"), Image: t.text("image"), Line: t.line("image"), Init: init,
		Command: inspect.MaskWords(t.texts("command")), Args: inspect.MaskWords(t.texts("args")),
		Readiness: t.get("readiness_probe") != nil, Liveness: t.get("liveness_probe") != nil,
		ReadOnlyRoot: t.isTrue("security_context", "read_only_root_filesystem"), Memory: t.text("resources", "limits", "memory"),
	}
	for _, e := range t.list("env") {
		entry := inspect.EnvEntry{}
		if secret := e.get("value_from", "secret_key_ref"); secret != nil {
			entry = inspect.EnvEntry{From: "secret", Ref: secret.text("name") + "/" + secret.text("key")}
		} else if configMap := e.get("value_from", "config_map_key_ref"); configMap != nil {
			entry = inspect.EnvEntry{From: "configmap", Ref: configMap.text("name") + "/" + configMap.text("key")}
		}
		c.Env = append(c.Env, variable(e, entry))
	}
	for _, e := range t.list("env_from") {
		for _, ref := range [][2]string{{"secret_ref", "secret"}, {"config_map_ref", "configmap"}} {
			if source := e.get(ref[0]); source != nil {
				c.EnvFrom, c.EnvRefs = append(c.EnvFrom, ref[1]), append(c.EnvRefs, source.text("name"))
			}
		}
	}
	for _, e := range t.list("port") {
		if port := e.number("container_port"); port != nil {
			c.Ports = append(c.Ports, *port)
			c.PortNames = append(c.PortNames, e.literal("name"))
		}
	}
	for _, e := range t.list("volume_mount") {
		c.Mounts = append(c.Mounts, inspect.Volume{Type: "volume", Source: e.text("name"), Target: e.text("mount_path"), ReadOnly: e.isTrue("read_only"), Line: e.line()})
	}
	return c
}

func (f *file) kubernetesObject(b *hclsyntax.Block, in inspect.InfraBlock, kind string, t *tree) {
	o := inspect.KubeObject{Type: map[string]string{"kubernetes_secret": "Secret", "kubernetes_config_map": "ConfigMap", "kubernetes_service": "Service"}[kind], Name: nameOf(t, in, "metadata", "name")}
	if o.Type == "Service" {
		o.Affinity, o.AffinityAt = t.literal("spec", "session_affinity"), t.line("spec", "session_affinity")
		for _, e := range t.list("spec", "port") {
			if port := e.number("port"); port != nil {
				o.Ports = append(o.Ports, inspect.ServicePort{Name: e.literal("name"), Port: *port, Target: e.text("target_port"), Line: e.line("port")})
			}
		}
	}
	if data := t.get("data"); data != nil && o.Type != "Service" {
		for _, key := range data.keys {
			entry := data.kids[key].entry
			if entry == nil {
				continue
			}
			v := entry.Value
			if o.Type == "Secret" && v.IsLiteral() && v.Secret == nil && v.Text != "" {
				v = inspect.SecretLit(v.Text)
			}
			o.Data = append(o.Data, inspect.EnvEntry{Name: key, Value: v, Secret: entry.Secret || inspect.IsSecretName(key), Line: entry.Line})
		}
	}
	f.emit(b, o)
}
