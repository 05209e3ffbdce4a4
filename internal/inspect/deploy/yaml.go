package deploy

import (
	"bytes"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// YAML reads a YAML file whose path says nothing: each document is told
// apart by its content.
func YAML(e *inspect.Emitter, content []byte) error {
	documents, err := document.Documents(shell.PlainText(content), mayDeploy)
	for _, d := range documents {
		Document(e, d)
		if err == nil {
			err = d.Spent()
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
	if bytes.Contains(chunk, []byte("op")) && bytes.Contains(chunk, []byte("path")) && (bytes.Contains(chunk, []byte("/spec/")) || bytes.Contains(chunk, []byte("/data"))) {
		return true // a JSON patch
	}
	return bytes.Contains(chunk, []byte("services")) && (bytes.Contains(chunk, []byte("image")) || bytes.Contains(chunk, []byte("build")))
}

// Document hands a document to the reader of what it is, if any.
func Document(e *inspect.Emitter, d *document.YAML) {
	root := d.Mapping(d.Root)
	switch {
	case isJSONPatch(d):
		p := inspect.KustomizePatch{Line: d.Root.Line}
		(&kubernetesReader{YAML: d}).operations(d.Sequence(d.Root), &p)
		e.Emit(p.Line, document.LastLine(d.Root), p)
	case document.Text(root.Get("apiVersion")) != "" && document.Text(root.Get("kind")) != "":
		kubernetesObject(e, d, root, 0)
	case isCompose(d, root):
		composeDocument(e, d)
	}
}

// isCompose reports whether a document has a services mapping of which a
// member has an image or a build, as Compose's do. Fields that only a CI
// pipeline has rule it out: its services are none of its own to deploy.
func isCompose(d *document.YAML, root document.Mapping) bool {
	for _, ci := range []string{"jobs", "steps", "pipelines", "stages", "script", "on", "trigger"} {
		if root.Get(ci) != nil {
			return false
		}
	}
	services := root.Get("services")
	if services == nil || services.Kind != yaml.MappingNode {
		return false
	}
	for _, p := range d.Mapping(services) {
		m := d.Mapping(p.Value)
		if m.Get("image") != nil || m.Get("build") != nil {
			return true
		}
	}
	return false
}
