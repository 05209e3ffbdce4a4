package settings

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// SpringProperties reads application.properties of Spring Boot, Quarkus and
// Micronaut: a Setting for each key, and what it means. Documents between
// "#---" lines, and Quarkus' "%prod." before a key, limit it to a profile.
func SpringProperties(e *inspect.Emitter, content []byte) error {
	var entries []entry
	from := 0 // first entry of the document that is read
	for _, p := range document.ReadProperties(content) {
		if p.Key == "" {
			limit(entries[from:])
			from = len(entries)
			continue
		}
		key, profile := p.Key, ""
		if strings.HasPrefix(key, "%") {
			if name, rest, ok := strings.Cut(key[1:], "."); ok {
				key, profile = rest, name
			}
		}
		entries = append(entries, entry{key: canonical(key), text: p.Text, line: p.Line, end: p.End, profile: profile})
	}
	limit(entries[from:])
	newFile(e, entries, springStyle, "spring").state()
	return nil
}

// limit sets the profile of a document's entries to the one that it names.
func limit(entries []entry) {
	for _, x := range entries {
		switch x.key {
		case "spring.config.activate.on-profile", "spring.profiles", "spring.profiles.0":
			for i := range entries {
				entries[i].profile = x.text
			}
			return
		}
	}
}

// unquoted is a value that Maven fills in and that YAML does not allow bare.
var unquoted = regexp.MustCompile(`(?m)^([ \t-]*[\w."'-]+:[ \t]+)(@[\w.-]+@[^\n"']*)$`)

// SpringYAML reads application.yml of Spring Boot, Quarkus, Micronaut and
// Ktor. A file of that name that deploys something, as Argo CD's Application
// does, is read as what it is.
func SpringYAML(e *inspect.Emitter, content []byte) error {
	content = shell.PlainText(content)
	if bytes.Contains(content, []byte("apiVersion")) && bytes.Contains(content, []byte("kind")) {
		before := len(e.Signals)
		if err := deploy.YAML(e, content); len(e.Signals) > before || err != nil {
			return err
		}
	}
	if bytes.Contains(content, []byte("@")) {
		content = unquoted.ReplaceAll(content, []byte(`$1"$2"`))
	}
	documents, err := document.Documents(content, func([]byte) bool { return true })
	style := springStyle
	if bytes.Contains(content, []byte("ktor:")) {
		style = ktorStyle
	}
	var entries []entry
	for _, d := range documents {
		r := yamlReader{d: d, bytes: maxKeyBytes}
		r.walk(d.Root, "", "", 0)
		limit(r.entries)
		entries = append(entries, r.entries...)
		if err == nil {
			err = d.Spent()
		}
	}
	newFile(e, entries, style, "spring").state()
	return err
}

type yamlReader struct {
	d       *document.YAML
	entries []entry
	bytes   int // of keys that may still be built
}

const (
	maxKeyDepth = 64      // mappings in mappings that are followed
	maxKey      = 512     // bytes of a dotted key
	maxKeyBytes = 8 << 20 // of all dotted keys of a document: each repeats its prefix
)

// walk lists the scalars of a document under their dotted keys. The top-level
// keys "%dev" of Quarkus name a profile.
func (r *yamlReader) walk(n *yaml.Node, key, profile string, depth int) {
	n = document.Dealias(n)
	if n == nil || depth > maxKeyDepth || len(key) > maxKey {
		return
	}
	if r.bytes -= len(key); r.bytes < 0 {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		for _, p := range r.d.Mapping(n) {
			name := p.Key.Value
			if depth == 0 && strings.HasPrefix(name, "%") {
				r.walk(p.Value, "", name[1:], depth+1)
				continue
			}
			r.at(p.Value, join(key, name), profile, p.Key.Line, depth)
		}
	case yaml.SequenceNode:
		for i, item := range r.d.Sequence(n) {
			r.at(item, join(key, strconv.Itoa(i)), profile, item.Line, depth)
		}
	}
}

func (r *yamlReader) at(n *yaml.Node, key, profile string, line, depth int) {
	n = document.Dealias(n)
	if n == nil || n.Kind != yaml.ScalarNode {
		r.walk(n, key, profile, depth+1)
		return
	}
	if len(key) > maxKey || len(r.entries) >= maxEntries {
		return
	}
	end := line
	if document.LastLine(n) > line {
		end = document.LastLine(n)
	}
	r.entries = append(r.entries, entry{key: canonical(key), text: document.Text(n), line: line, end: end, profile: profile})
}

// maxEntries bounds the settings of one document: the largest seen, of all
// that Spring Boot has, are three thousand.
const maxEntries = 50_000

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}
