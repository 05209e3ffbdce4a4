package document

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
	// templateControl are actions that put no text of their own.
	templateControl = regexp.MustCompile(`^(\{%|\{\{-?\s*(if|else|end|range|with|define|block)\b)`)
	hiddenWord      = regexp.MustCompile(`xTPL([0-9]+)x`)
)

// IsTemplated reports whether a text is decided by a template.
func IsTemplated(s string) bool { return strings.Contains(s, "{{") || strings.Contains(s, "{%") }

// hidden is a document with its template actions replaced.
type hidden struct {
	plain   string
	actions []string     // that the words in plain stand for
	cut     map[int]bool // lines that lost a control action
}

// hideActions replaces template actions: lines that hold nothing else become
// blank, others get a word for each action. Line breaks stay. With cut,
// control actions within a line ({% if … %}) go without a word: what is left
// of the line may be of several branches.
func hideActions(chunk string, cut bool) hidden {
	h := hidden{cut: map[int]bool{}}
	var b strings.Builder
	from, line := 0, 1
	for _, at := range templateAction.FindAllStringIndex(chunk, -1) {
		b.WriteString(chunk[from:at[0]])
		line += strings.Count(chunk[from:at[0]], "\n")
		from = at[1]
		held := chunk[at[0]:at[1]]
		breaks := strings.Repeat("\n", strings.Count(held, "\n"))
		switch {
		case ownLine(chunk, at[0], at[1]) || strings.HasPrefix(held, "{#"):
		case cut && templateControl.MatchString(held):
			h.cut[line] = true
		default:
			b.WriteString("xTPL" + strconv.Itoa(len(h.actions)) + "x")
			h.actions = append(h.actions, held)
		}
		b.WriteString(breaks)
		line += len(breaks)
	}
	b.WriteString(chunk[from:])
	h.plain = b.String()
	return h
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

// restore puts the actions back into keys and values; a value on a line that
// lost one is marked as templated too.
func (h hidden) restore(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "xTPL") {
		n.Value = hiddenWord.ReplaceAllStringFunc(n.Value, func(word string) string {
			i, err := strconv.Atoi(word[len("xTPL") : len(word)-1])
			if err != nil || i >= len(h.actions) {
				return word
			}
			return h.actions[i]
		})
	}
	for i, child := range n.Content {
		h.restore(child)
		isKey := n.Kind == yaml.MappingNode && i%2 == 0
		if child.Kind == yaml.ScalarNode && !isKey && h.cut[child.Line] {
			child.Value = "{% %}" + child.Value
		}
	}
}

// IsTemplate reports whether the document was read with its actions replaced.
func (d *YAML) IsTemplate() bool { return d.templated }

// maxActionLines bounds how far below a key its actions are looked for.
const maxActionLines = 200

// Actions are the template actions that stand below the key of a line: up to
// the next line of YAML that is indented no deeper than the key.
func (d *YAML) Actions(line int) []string {
	if line < 1 || line > len(d.lines) || !d.Visit(1) {
		return nil
	}
	indent := func(text string) int { return len(text) - len(strings.TrimLeft(text, " -")) }
	deep := indent(d.lines[line-1])
	var list []string
	for _, text := range d.lines[line:min(len(d.lines), line+maxActionLines)] {
		trimmed := strings.TrimSpace(text)
		if trimmed == "" {
			continue
		}
		if !strings.HasPrefix(trimmed, "{{") && (indent(text) < deep || indent(text) == deep && !strings.HasPrefix(trimmed, "-")) {
			break
		}
		list = append(list, templateAction.FindAllString(text, -1)...)
	}
	return list
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
