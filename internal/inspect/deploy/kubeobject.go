package deploy

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// object reads what is no workload.
func (k *kubernetesReader) object(kind string, m document.Mapping) inspect.KubeObject {
	meta, spec := k.at(m, "metadata"), k.at(m, "spec")
	o := inspect.KubeObject{Type: kind, Name: document.Text(meta.Get("name"))}
	for _, p := range k.at(meta, "annotations") {
		o.Annotations = append(o.Annotations, inspect.EnvEntry{Name: p.Key.Value, Value: annotationValue(document.Text(p.Value)), Line: p.Key.Line})
	}
	switch kind {
	case "Service":
		o.Affinity, o.AffinityAt = document.Text(spec.Get("sessionAffinity")), spec.Line("sessionAffinity")
		for _, item := range k.Sequence(spec.Get("ports")) {
			m := k.Mapping(item)
			port := inspect.ServicePort{Name: document.Text(m.Get("name")), Target: document.Text(m.Get("targetPort")), Line: item.Line}
			if n := wholeNumber(m.Get("port")); n != nil {
				port.Port = *n
			}
			o.Ports = append(o.Ports, port)
		}
		for _, p := range k.at(spec, "selector") {
			if o.Selector == nil {
				o.Selector = map[string]string{}
			}
			o.Selector[p.Key.Value] = document.Text(p.Value)
		}
	case "Ingress":
		o.Backends = k.backends(spec)
	case "BackendConfig", "GCPBackendPolicy":
		for _, m := range []document.Mapping{k.at(spec, "sessionAffinity"), k.at(spec, "default", "sessionAffinity")} {
			for _, key := range []string{"affinityType", "type"} {
				if text := document.Text(m.Get(key)); text != "" {
					o.Affinity, o.AffinityAt = text, m.Line(key)
				}
			}
		}
	case "DestinationRule":
		hash := k.at(spec, "trafficPolicy", "loadBalancer", "consistentHash")
		for _, key := range []string{"httpCookie", "useSourceIp"} {
			if hash.Get(key) != nil {
				o.Affinity, o.AffinityAt = key, hash.Line(key)
			}
		}
	case "IngressRoute", "TraefikService":
		k.traefik(spec, &o)
	case "HorizontalPodAutoscaler", "ScaledObject":
		o.MinReplicas = wholeNumber(spec.Get("minReplicas"))
		if o.MinReplicas == nil {
			o.MinReplicas = wholeNumber(spec.Get("minReplicaCount"))
		}
		if o.MinReplicasOf = templated(spec.Get("minReplicas")); o.MinReplicasOf.Source == inspect.None {
			o.MinReplicasOf = templated(spec.Get("minReplicaCount"))
		}
		if o.MaxReplicas = wholeNumber(spec.Get("maxReplicas")); o.MaxReplicas == nil {
			o.MaxReplicas = wholeNumber(spec.Get("maxReplicaCount"))
		}
		o.Target = document.Text(k.at(spec, "scaleTargetRef").Get("name"))
	case "SealedSecret":
		o.Encrypted = true
	case "ConfigMap":
		o.Data = k.data(m.Get("data"), manifestValue)
	case "Secret":
		o.Data = append(k.data(m.Get("data"), encodedValue), k.data(m.Get("stringData"), secretValue)...)
		o.Encrypted = m.Get("sops") != nil
		for i, entry := range o.Data { // nothing of an encrypted value is a secret
			if o.Encrypted {
				o.Data[i].Value = inspect.Value{Source: inspect.Input}
				o.Data[i].Secret = entry.Secret
			}
		}
	}
	return o
}

// traefik reads the sticky sessions of a route's or a group's services.
func (k *kubernetesReader) traefik(spec document.Mapping, o *inspect.KubeObject) {
	groups := []document.Mapping{k.at(spec, "weighted")}
	for _, route := range k.Sequence(spec.Get("routes")) {
		for _, service := range k.Sequence(k.Mapping(route).Get("services")) {
			groups = append(groups, k.Mapping(service))
		}
	}
	for _, m := range groups {
		if m.Get("sticky") != nil {
			o.Affinity, o.AffinityAt = "cookie", m.Line("sticky")
		}
	}
}

// annotationValue is not judged by the annotation's name: "auth-secret" names a
// Secret, it holds none.
func annotationValue(text string) inspect.Value {
	if document.IsTemplated(text) {
		return inspect.Value{Source: inspect.Input}
	}
	return inspect.ConfigText(text)
}

func (k *kubernetesReader) data(n *yaml.Node, value func(name, text string) inspect.Value) []inspect.EnvEntry {
	var entries []inspect.EnvEntry
	for _, p := range k.Mapping(n) {
		if p.Value.Kind != yaml.ScalarNode {
			continue
		}
		entries = append(entries, inspect.EnvEntry{
			Name: p.Key.Value, Value: value(p.Key.Value, document.Text(p.Value)), Secret: inspect.IsSecretName(p.Key.Value) && !inspect.NamesObject(p.Key.Value, document.Text(p.Value)), Line: p.Key.Line, Delete: p.Value.Tag == "!!null" && p.Value.Value != "",
		})
	}
	return entries
}

// secretValue is a value of a Secret: whatever it is called, it is kept masked.
func secretValue(name, text string) inspect.Value {
	v := manifestValue(name, text)
	if v.Source == inspect.Literal && v.Secret == nil && text != "" {
		return inspect.SecretLit(text)
	}
	return v
}

// encodedValue is a base64 value of a Secret: what it says decides whether it
// only stands for a secret.
func encodedValue(name, text string) inspect.Value {
	decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil || !utf8.Valid(decoded) {
		return secretValue(name, text)
	}
	return secretValue(name, strings.TrimSpace(string(decoded)))
}

// backends are where an Ingress sends requests to, in the form of
// networking.k8s.io/v1 and the one before it.
func (k *kubernetesReader) backends(spec document.Mapping) []inspect.Backend {
	var list []inspect.Backend
	add := func(m document.Mapping) {
		service, port := k.at(m, "service"), k.at(m, "service", "port")
		b := inspect.Backend{Service: document.Text(service.Get("name")), PortName: document.Text(port.Get("name")), Line: port.Line("name")}
		number, line := port.Get("number"), port.Line("number")
		if old := m.Get("servicePort"); old != nil {
			b.Service, number, line = document.Text(m.Get("serviceName")), old, m.Line("servicePort")
			b.PortName = document.Text(old)
		}
		if n := wholeNumber(number); n != nil {
			b.Port, b.PortName, b.Line = *n, "", line
		}
		if b.Service != "" && (b.Port > 0 || b.PortName != "") {
			list = append(list, b)
		}
	}
	for _, key := range []string{"defaultBackend", "backend"} {
		add(k.at(spec, key))
	}
	for _, rule := range k.Sequence(spec.Get("rules")) {
		for _, path := range k.Sequence(k.at(k.Mapping(rule), "http").Get("paths")) {
			add(k.at(k.Mapping(path), "backend"))
		}
	}
	return list
}
