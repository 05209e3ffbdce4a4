package inspect

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Templates of YAML: what Helm, Jinja and cookiecutter leave in a file. Their
// control lines are dropped, so that every branch is read; their values become
// words, which are put back after parsing.

var (
	templateAction = regexp.MustCompile(`(?s)\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}`)
	hiddenWord     = regexp.MustCompile(`xTPL([0-9]+)x`)
)

// isTemplated reports whether a text is decided by a template.
func isTemplated(s string) bool { return strings.Contains(s, "{{") || strings.Contains(s, "{%") }

// hideActions replaces template actions: lines that hold nothing else become
// blank, others get a word for each templateAction. Line breaks stay.
func hideActions(chunk string) (plain string, actions []string) {
	var b strings.Builder
	from := 0
	for _, at := range templateAction.FindAllStringIndex(chunk, -1) {
		b.WriteString(chunk[from:at[0]])
		from = at[1]
		held := chunk[at[0]:at[1]]
		breaks := strings.Repeat("\n", strings.Count(held, "\n"))
		if ownLine(chunk, at[0], at[1]) || strings.HasPrefix(held, "{#") {
			b.WriteString(breaks)
			continue
		}
		b.WriteString("xTPL" + strconv.Itoa(len(actions)) + "x" + breaks)
		actions = append(actions, held)
	}
	b.WriteString(chunk[from:])
	return b.String(), actions
}

// maxTemplateLine bounds how far a line is looked along for what else stands
// on it: a file may be one line of many actions.
const maxTemplateLine = 1024

// ownLine reports whether nothing but actions and blanks stands on the lines
// of chunk[from:to].
func ownLine(chunk string, from, to int) bool {
	before := chunk[max(0, from-maxTemplateLine):from]
	after := chunk[to:min(len(chunk), to+maxTemplateLine)]
	start := strings.LastIndexByte(before, '\n')
	if start < 0 && len(before) == maxTemplateLine {
		return false
	}
	end := strings.IndexByte(after, '\n')
	if end < 0 {
		if len(after) == maxTemplateLine {
			return false
		}
		end = len(after)
	}
	rest := before[start+1:] + after[:end]
	return strings.TrimSpace(templateAction.ReplaceAllString(rest, "")) == ""
}

// restoreActions puts the actions back into keys and values.
func restoreActions(n *yaml.Node, actions []string) {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "xTPL") {
		n.Value = hiddenWord.ReplaceAllStringFunc(n.Value, func(word string) string {
			i, err := strconv.Atoi(word[len("xTPL") : len(word)-1])
			if err != nil || i >= len(actions) {
				return word
			}
			return actions[i]
		})
	}
	for _, child := range n.Content {
		restoreActions(child, actions)
	}
}

// hasTemplateKeys reports whether a mapping has a mapping as its key: what
// "name: {{ .Values.name }}" is to a YAML parser.
func hasTemplateKeys(n *yaml.Node) bool {
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Kind == yaml.MappingNode {
				return true
			}
		}
	}
	for _, child := range n.Content {
		if hasTemplateKeys(child) {
			return true
		}
	}
	return false
}
