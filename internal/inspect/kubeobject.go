package inspect

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// object reads what is no workload.
func (k *kubernetesReader) object(kind string, m yamlMap) KubeObject {
	meta, spec := k.at(m, "metadata"), k.at(m, "spec")
	o := KubeObject{Type: kind, Name: yamlText(meta.get("name"))}
	for _, p := range k.at(meta, "annotations") {
		o.Annotations = append(o.Annotations, EnvEntry{Name: p.key.Value, Value: annotationValue(yamlText(p.value)), Line: p.key.Line})
	}
	switch kind {
	case "Service":
		o.Affinity, o.AffinityAt = yamlText(spec.get("sessionAffinity")), spec.line("sessionAffinity")
	case "BackendConfig", "GCPBackendPolicy":
		for _, m := range []yamlMap{k.at(spec, "sessionAffinity"), k.at(spec, "default", "sessionAffinity")} {
			for _, key := range []string{"affinityType", "type"} {
				if text := yamlText(m.get(key)); text != "" {
					o.Affinity, o.AffinityAt = text, m.line(key)
				}
			}
		}
	case "DestinationRule":
		hash := k.at(spec, "trafficPolicy", "loadBalancer", "consistentHash")
		for _, key := range []string{"httpCookie", "useSourceIp"} {
			if hash.get(key) != nil {
				o.Affinity, o.AffinityAt = key, hash.line(key)
			}
		}
	case "IngressRoute", "TraefikService":
		k.traefik(spec, &o)
	case "HorizontalPodAutoscaler", "ScaledObject":
		o.MinReplicas = wholeNumber(spec.get("minReplicas"))
		if o.MinReplicas == nil {
			o.MinReplicas = wholeNumber(spec.get("minReplicaCount"))
		}
		o.Target = yamlText(k.at(spec, "scaleTargetRef").get("name"))
	case "ConfigMap":
		o.Data = k.data(m.get("data"), manifestValue)
	case "Secret":
		o.Data = append(k.data(m.get("data"), encodedValue), k.data(m.get("stringData"), secretValue)...)
	}
	return o
}

// traefik reads the sticky sessions of a route's or a group's services.
func (k *kubernetesReader) traefik(spec yamlMap, o *KubeObject) {
	groups := []yamlMap{k.at(spec, "weighted")}
	for _, route := range k.sequence(spec.get("routes")) {
		for _, service := range k.sequence(k.mapping(route).get("services")) {
			groups = append(groups, k.mapping(service))
		}
	}
	for _, m := range groups {
		if m.get("sticky") != nil {
			o.Affinity, o.AffinityAt = "cookie", m.line("sticky")
		}
	}
}

// annotationValue is not judged by the annotation's name: "auth-secret" names a
// Secret, it holds none.
func annotationValue(text string) Value {
	if isTemplated(text) {
		return Value{Source: Input}
	}
	return configText(text)
}

func (k *kubernetesReader) data(n *yaml.Node, value func(name, text string) Value) []EnvEntry {
	var entries []EnvEntry
	for _, p := range k.mapping(n) {
		if p.value.Kind != yaml.ScalarNode {
			continue
		}
		entries = append(entries, EnvEntry{
			Name: p.key.Value, Value: value(p.key.Value, yamlText(p.value)), Secret: IsSecretName(p.key.Value), Line: p.key.Line,
		})
	}
	return entries
}

// secretValue is a value of a Secret: whatever it is called, it is kept masked.
func secretValue(name, text string) Value {
	v := manifestValue(name, text)
	if v.Source == Literal && v.Secret == nil && text != "" {
		return SecretLit(text)
	}
	return v
}

// encodedValue is a base64 value of a Secret: what it says decides whether it
// only stands for a secret.
func encodedValue(name, text string) Value {
	decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil || !utf8.Valid(decoded) {
		return secretValue(name, text)
	}
	return secretValue(name, strings.TrimSpace(string(decoded)))
}
