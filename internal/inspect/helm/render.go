// Package helm fills the templates of a chart in as an install would, as far as
// the repository tells: what it does not tell (the release's name, the
// cluster's abilities, values that only the operator has) stays an action of
// the template, and what stands under a condition that is not known is marked.
package helm

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"
	"text/template/parse"
)

// Rendered is a template as one install of its chart fills it in.
type Rendered struct {
	Text   []byte
	Lines  []int // of the template, by line of Text from 0; 0 for a blank one
	Unsure []int // under how many conditions that are not known each line stands
}

const (
	// maxSteps bounds the nodes run for one template; kube-prometheus-stack's
	// largest takes some 20,000.
	maxSteps = 100_000
	// maxAllSteps bounds the nodes run for all charts of a repository; the 46
	// charts of prometheus-community together take some 66,000.
	maxAllSteps = 2_000_000
	// maxOutput bounds the bytes of one template filled in.
	maxOutput = 1 << 20
	// maxIncludes bounds templates that include each other.
	maxIncludes = 40
)

var errTooMuch = errors.New("the template makes more than is read")

// unsureMark stands on a line for each unknown condition that it is under.
const unsureMark = "\uE000"

// named are the templates of a chart and its dependencies by name.
type named map[string]*parse.ListNode

// parseTemplate adds a file's definitions to the set and returns what the file
// itself renders.
func (set named) parseTemplate(name, text string) (*parse.ListNode, error) {
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(strings.ReplaceAll(text, unsureMark, ""), "", "", trees); err != nil {
		return nil, err
	}
	var own *parse.ListNode
	for _, defined := range slices.Sorted(maps.Keys(trees)) {
		if defined == name {
			own = trees[defined].Root
		} else {
			set[defined] = trees[defined].Root
		}
	}
	return own, nil
}

// render fills one template in.
func (set named) render(root *parse.ListNode, text string, context any) (filled *Rendered, cost spent, err error) {
	m := &machine{set: set, starts: lineStarts(text), root: context, out: &writer{lines: []int{0}}}
	m.variables = []variable{{"$", context}}
	m.list(root, context)
	if m.err != nil {
		return nil, spent{m.steps, m.changed}, m.err
	}
	return m.out.rendered(), spent{m.steps, m.changed}, nil
}

// spent is what filling a template in took.
type spent struct {
	steps   int
	changed bool // what it was given is altered
}

// lineStarts are the offsets at which a text's lines start.
func lineStarts(text string) []int {
	starts := []int{0}
	for i, c := range []byte(text) {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// writer collects the output with the line of the template that each line of
// it comes from.
type writer struct {
	text  []byte
	lines []int
	depth int // unknown conditions around what is written
}

// write adds text; when it is the template's own, its line breaks are those of
// the template.
func (w *writer) write(text string, line int, own bool) {
	for i, part := range strings.Split(text, "\n") {
		if i > 0 {
			w.text, w.lines = append(w.text, '\n'), append(w.lines, 0)
			if own {
				line++
			}
		}
		if strings.TrimSpace(part) == "" {
			w.text = append(w.text, part...)
			continue
		}
		if last := len(w.lines) - 1; w.lines[last] == 0 {
			w.lines[last] = line
		}
		w.text = append(w.text, part...)
		w.text = append(w.text, strings.Repeat(unsureMark, w.depth)...)
	}
}

// since is what was written behind a place, and back goes there again.
func (w *writer) since(at int) string { return string(w.text[at:]) }

func (w *writer) back(at int) {
	w.lines = w.lines[:len(w.lines)-strings.Count(string(w.text[at:]), "\n")]
	w.text = w.text[:at]
}

func (w *writer) rendered() *Rendered {
	r := &Rendered{Lines: w.lines}
	for _, line := range strings.Split(string(w.text), "\n") {
		r.Unsure = append(r.Unsure, marksOf(line))
	}
	r.Text = []byte(strings.ReplaceAll(string(w.text), unsureMark, ""))
	return r
}

// marksOf is the deepest condition that a part of a line is under: its parts
// carry their marks each.
func marksOf(line string) int {
	deepest := 0
	for len(line) > 0 {
		at := strings.Index(line, unsureMark)
		if at < 0 {
			break
		}
		line = line[at:]
		n := len(line) - len(strings.TrimLeft(line, unsureMark))
		deepest = max(deepest, n/len(unsureMark))
		line = line[n:]
	}
	return deepest
}

// machine runs one template.
type machine struct {
	set       named
	starts    []int // of the template's lines; nil in what is included
	root      any
	out       *writer
	variables []variable
	steps     int
	includes  int
	leaving   string // "break" or "continue", until the loop is reached
	loopDepth int    // unknown conditions around the innermost loop's round
	changed   bool   // a map was altered that others may hold
	err       error
}

type variable struct {
	name  string
	value any
}

func (m *machine) line(at parse.Pos) int {
	if m.starts == nil {
		return 0
	}
	return sort.SearchInts(m.starts, int(at)+1)
}

// list runs nodes with a dot.
func (m *machine) list(list *parse.ListNode, dot any) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		if m.steps++; m.steps > maxSteps || len(m.out.text) > maxOutput {
			m.err = errTooMuch
		}
		if m.err != nil || m.leaving != "" {
			return
		}
		m.node(node, dot)
	}
}

// leave ends a loop, or its round. Where that depends on what is not known, it
// goes on: what follows may be rendered.
func (m *machine) leave(how string) {
	if m.out.depth <= m.loopDepth {
		m.leaving = how
	}
}

func (m *machine) node(node parse.Node, dot any) {
	switch n := node.(type) {
	case *parse.TextNode:
		m.out.write(string(n.Text), m.line(n.Pos), true)
	case *parse.ActionNode:
		value := m.pipe(n.Pipe, dot)
		if len(n.Pipe.Decl) == 0 {
			m.print(n.Pipe, value, m.line(n.Pos))
		}
	case *parse.IfNode:
		m.branch(&n.BranchNode, dot, false)
	case *parse.WithNode:
		m.branch(&n.BranchNode, dot, true)
	case *parse.RangeNode:
		m.loop(&n.BranchNode, dot)
	case *parse.TemplateNode:
		var given any
		if n.Pipe != nil {
			given = m.pipe(n.Pipe, dot)
		}
		m.print(n.Pipe, m.include(n.Name, given), m.line(n.Pos))
	case *parse.BreakNode:
		m.leave("break")
	case *parse.ContinueNode:
		m.leave("continue")
	}
}

// print writes a value. One that is not known, or that the chart leaves empty
// for the operator to give, stays an action.
func (m *machine) print(pipe *parse.PipeNode, value any, line int) {
	action := "{{ " + pipe.String() + " }}"
	switch {
	case pipe == nil:
		action = "{{ template }}"
	case m.overridden(pipe): // who looks for the value in the chart's files would find one that does not hold
		action = "{{ given }}"
	}
	whole := pipe != nil && (lastFunction(pipe) == "nindent" || lastFunction(pipe) == "indent")
	text, known := textOf(value)
	part, partly := value.(partial)
	switch {
	case partly && (strings.Contains(string(part), "\n") || entry.MatchString(string(part))):
		m.out.write(string(part), line, false)
	case !known && whole:
		m.out.write("\n"+action, line, false)
	case !known:
		m.out.write(action, line, false)
	case !whole && (text == "" || text == `""` || text == "''") && pipe != nil && asksForValue(pipe):
		m.out.write(action, line, false)
	case strings.Contains(text, "{{") && !strings.Contains(text, "\n") && !strings.Contains(text, "}}"):
		m.out.write(action, line, false)
	case strings.Contains(text, "{{"): // braces that are no action's
		m.out.write(strings.ReplaceAll(text, "{{", "{{ braces }}"), line, false)
	default:
		m.out.write(text, line, false)
	}
}

// entry is a line of a mapping.
var entry = regexp.MustCompile(`^[\w./-]+:\s`)

func lastFunction(pipe *parse.PipeNode) string {
	command := pipe.Cmds[len(pipe.Cmds)-1]
	if f, ok := command.Args[0].(*parse.IdentifierNode); ok {
		return f.Ident
	}
	return ""
}

// asksForValue reports whether a pipeline prints one value as it is given, but
// for quotes and defaults.
func asksForValue(pipe *parse.PipeNode) bool {
	text := pipe.String()
	return strings.ContainsAny(text, ".$") && !strings.Contains(text, "toYaml") && !strings.Contains(text, "include ")
}

// branch runs if and with. Under a condition that is not known both ways are
// run and marked; what is no more than a part of a line stays an action.
func (m *machine) branch(n *parse.BranchNode, dot any, with bool) {
	height := len(m.variables)
	value := m.pipe(n.Pipe, dot)
	inner := dot
	if with {
		inner = value
	}
	switch holds, known := truth(value); {
	case known && holds:
		m.list(n.List, inner)
	case known:
		m.list(n.ElseList, dot)
	default:
		m.unsure(n, func() {
			before := slices.Clone(m.variables)
			m.list(n.List, inner)
			taken := slices.Clone(m.variables[:len(before)])
			m.variables = before
			m.list(n.ElseList, dot)
			for i, v := range taken {
				if !same(v.value, m.variables[i].value) {
					m.variables[i].value = unknown{}
				}
			}
		})
	}
	m.variables = m.variables[:min(height, len(m.variables))]
}

// unsure runs what may or may not be rendered.
func (m *machine) unsure(n *parse.BranchNode, run func()) {
	at := len(m.out.text)
	m.out.depth++
	run()
	m.out.depth--
	m.steps += (len(m.out.text) - at) / stepBytes
	if made := m.out.since(at); made != "" && !strings.Contains(made, "\n") {
		m.out.back(at)
		m.out.write("{{ if "+n.Pipe.String()+" }}", m.line(n.Pos), false)
	}
}

// loop runs range: over a map by its sorted keys.
func (m *machine) loop(n *parse.BranchNode, dot any) {
	height := len(m.variables)
	declared := n.Pipe.Decl
	over := m.commands(n.Pipe, dot)
	each := func(key, value any) {
		m.variables = m.variables[:height]
		switch len(declared) {
		case 1:
			m.variables = append(m.variables, variable{declared[0].Ident[0], value})
		case 2:
			m.variables = append(m.variables, variable{declared[0].Ident[0], key}, variable{declared[1].Ident[0], value})
		}
		m.list(n.List, value)
		if m.leaving == "continue" {
			m.leaving = ""
		}
	}
	outer := m.loopDepth
	defer func() { m.loopDepth, m.leaving = outer, "" }()
	m.loopDepth = m.out.depth
	items, known := itemsOf(over)
	switch {
	case !known:
		m.loopDepth++
		m.unsure(n, func() { each(unknown{}, unknown{}) })
	case len(items) == 0:
		m.list(n.ElseList, dot)
	}
	for _, item := range items {
		if m.err != nil || m.leaving != "" {
			break
		}
		each(item.key, item.value)
	}
	m.variables = m.variables[:height]
}

// include renders a named template by itself.
func (m *machine) include(name string, dot any) any {
	root := m.set[name]
	if root == nil || m.includes >= maxIncludes || m.err != nil {
		return unknown{}
	}
	return m.apart(root, dot)
}

// apart renders nodes into a text of their own.
func (m *machine) apart(root *parse.ListNode, dot any) any {
	inner := &machine{set: m.set, root: m.root, out: &writer{lines: []int{0}}, steps: m.steps, includes: m.includes + 1}
	inner.variables = []variable{{"$", dot}}
	inner.list(root, dot)
	m.steps, m.changed = inner.steps, m.changed || inner.changed
	if inner.err != nil {
		m.err = inner.err
		return unknown{}
	}
	text := string(inner.out.text)
	if strings.Contains(text, "{{") || strings.Contains(text, unsureMark) {
		return partial(text)
	}
	return text
}
