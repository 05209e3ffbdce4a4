package audit

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// each visits the keys of a mapping, those that "<<" merges after its own; known
// is false for anything else. Of a key that stands twice the first counts.
func (p *settingsParser) each(node *yaml.Node, what, example string, visit func(key, value *yaml.Node)) (known bool) {
	if node.Kind != yaml.MappingNode {
		p.warn(node.Line, "%s must be keys with values, such as %s", what, example)
		return false
	}
	seen := map[string]int{} // key to its line
	var merged []*yaml.Node
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], aliased(node.Content[i+1])
		switch line, twice := seen[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			p.warn(key.Line, "a key must be a text")
		case key.Tag == "!!merge":
			merged = append(merged, p.merges(key, value)...)
		case twice:
			p.warn(key.Line, "%q stands in line %d already, which counts: remove one of them", key.Value, line)
		default:
			seen[key.Value] = key.Line
			visit(key, value)
		}
	}
	for _, from := range merged {
		for i := 0; i+1 < len(from.Content); i += 2 {
			key := from.Content[i]
			if _, hidden := seen[key.Value]; hidden || key.Kind != yaml.ScalarNode || key.Tag == "!!merge" {
				continue
			}
			seen[key.Value] = key.Line
			visit(key, aliased(from.Content[i+1]))
		}
	}
	return true
}

// merges are the mappings that a "<<" names. What these merge in turn is not
// followed: the keys of this file are two.
func (p *settingsParser) merges(key, value *yaml.Node) (list []*yaml.Node) {
	from := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		from = value.Content
	}
	for _, n := range from {
		n = aliased(n)
		if n.Kind != yaml.MappingNode || key.Line >= n.Line && contains(n, key) {
			p.warn(key.Line, "\"<<\" takes the keys of a mapping, as in \"<<: *name\"")
			continue
		}
		if len(list) < maxSettings {
			list = append(list, n)
		}
	}
	return list
}

// contains reports whether a key is one of a mapping's own.
func contains(mapping, key *yaml.Node) bool {
	for i := 0; i < len(mapping.Content); i += 2 {
		if mapping.Content[i] == key {
			return true
		}
	}
	return false
}

func (p *settingsParser) list(node *yaml.Node, what string, visit func(*yaml.Node)) {
	if isNull(node) {
		return
	}
	if node.Kind != yaml.SequenceNode {
		p.warn(node.Line, "%s must be a list: begin each entry with \"- \"", what)
		return
	}
	for i, item := range node.Content {
		if i == maxSettings {
			p.warn(item.Line, "%s has more than %d entries, and the rest is left out: use globs that stand for more", what, maxSettings)
			return
		}
		visit(aliased(item))
	}
}

// aliased is the node that an alias names, or the node itself. An alias never
// names another.
func aliased(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode && node.Alias != nil {
		return node.Alias
	}
	return node
}

// text is what a scalar says; "" for null and for anything else.
func text(node *yaml.Node) string {
	if node.Kind != yaml.ScalarNode || isNull(node) {
		return ""
	}
	return node.Value
}

func isNull(node *yaml.Node) bool {
	if node.Kind == yaml.DocumentNode && len(node.Content) > 0 {
		node = node.Content[0]
	}
	return node.Kind == yaml.ScalarNode && node.Tag == "!!null"
}

var yamlLineNumber = regexp.MustCompile(`line (\d+)`)

// yamlReason is what is wrong, without the line that a warning begins with.
func yamlReason(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if _, reason, found := strings.Cut(text, ": "); found && yamlLineNumber.MatchString(text) {
		return reason
	}
	return text
}

func yamlLine(err error) int {
	line := 1
	var typed *yaml.TypeError
	if m := yamlLineNumber.FindStringSubmatch(err.Error()); m != nil && !errors.As(err, &typed) {
		fmt.Sscan(m[1], &line)
	}
	return line
}
