package inspect

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// yamlFile reads a YAML file whose path says nothing: each document is told
// apart by its content.
func yamlFile(e *emitter, content []byte) error {
	documents, err := yamlDocuments(plainText(content), mayDeploy)
	for _, d := range documents {
		deployDocument(e, d)
		if err == nil {
			err = d.spent()
		}
	}
	return err
}

// mayDeploy is the literal prefilter: a document without these words is none
// that a reader below knows, and is not parsed.
func mayDeploy(chunk []byte) bool {
	if bytes.Contains(chunk, []byte("apiVersion")) && bytes.Contains(chunk, []byte("kind")) {
		return true
	}
	return bytes.Contains(chunk, []byte("services")) && (bytes.Contains(chunk, []byte("image")) || bytes.Contains(chunk, []byte("build")))
}

// deployDocument hands a document to the reader of what it is, if any.
func deployDocument(e *emitter, d *yamlDocument) {
	root := d.mapping(d.root)
	switch {
	case yamlText(root.get("apiVersion")) != "" && yamlText(root.get("kind")) != "":
		kubernetesObject(e, d, root, 0)
	case isCompose(d, root):
		composeDocument(e, d)
	}
}

// isCompose reports whether a document has a services mapping of which a
// member has an image or a build, as Compose's do. Fields that only a CI
// pipeline has rule it out: its services are none of its own to deploy.
func isCompose(d *yamlDocument, root yamlMap) bool {
	for _, ci := range []string{"jobs", "steps", "pipelines", "stages", "script", "on", "trigger"} {
		if root.get(ci) != nil {
			return false
		}
	}
	services := root.get("services")
	if services == nil || services.Kind != yaml.MappingNode {
		return false
	}
	for _, p := range d.mapping(services) {
		m := d.mapping(p.value)
		if m.get("image") != nil || m.get("build") != nil {
			return true
		}
	}
	return false
}
