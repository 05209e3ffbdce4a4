package manifest

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/python"
	"twelvefold/internal/inspect/syntax"
)

// SetupPy reads the call of setup() in a setup.py; without one it is a Python
// file like others. The file is parsed, never run. Names are followed to their only assignment in the file; what is
// computed stays unknown.
func SetupPy(e *inspect.Emitter, content []byte) error {
	if len(strings.TrimSpace(string(content))) == 0 {
		return nil
	}
	tree, err := syntax.Parse(syntax.Python, content)
	if tree == nil {
		return err
	}
	s := setupCall{e: e, assigned: map[string]syntax.Node{}, left: MaxSetupItems}
	var call syntax.Node
	tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "assignment":
			if name := n.Field("left"); name.Is("identifier") {
				if _, twice := s.assigned[name.Text()]; twice {
					s.assigned[name.Text()] = syntax.Node{} // not the only assignment
				} else {
					s.assigned[name.Text()] = n.Field("right")
				}
			}
		case "call":
			if name := n.Field("function").Text(); name == "setup" || name == "setuptools.setup" {
				call = n
			}
		}
		return true
	})
	if !call.OK() {
		return python.Extract(e, content) // a module that only has the name: handlers/setup.py
	}
	s.read(call)
	return err
}

type setupCall struct {
	e        *inspect.Emitter
	assigned map[string]syntax.Node
	left     int // lists that may still be read
}

// maxSetupItems bounds the lists and items of one setup.py: lists made of
// lists by name could stand for billions, or for themselves.
const MaxSetupItems = 5_000

func (s *setupCall) read(call syntax.Node) {
	m := inspect.Manifest{Ecosystem: inspect.PyPI, Publishable: true}
	line := call.Line()
	for argument := call.Field("arguments").First(); argument.OK(); argument = argument.Next() {
		value := s.follow(argument.Field("value"))
		switch argument.Field("name").Text() {
		case "name":
			m.Name, line = inspect.NormalPyPI(pythonLiteral(value)), argument.Line()
		case "version":
			m.Version = pythonLiteral(value)
		case "python_requires":
			if version := pythonLiteral(value); version != "" {
				s.e.Emit(argument.Line(), argument.EndLine(), inspect.RuntimeVersion{Runtime: "python", Version: version, Via: "python_requires"})
			}
		case "classifiers":
			var classifiers []string
			for _, item := range s.items(value) {
				classifiers = append(classifiers, pythonLiteral(item))
			}
			m.Library = classifiedLibrary(classifiers)
		case "install_requires":
			s.requires(value, inspect.Runtime, "")
		case "setup_requires":
			s.requires(value, inspect.Build, "")
		case "tests_require":
			s.requires(value, inspect.Dev, "")
		case "extras_require":
			s.pairs(value, func(extra string, list syntax.Node) { s.requires(list, groupOf(extra), extra) })
		case "entry_points":
			s.pairs(value, func(kind string, list syntax.Node) {
				if kind == "console_scripts" || kind == "gui_scripts" {
					m.Bin = append(m.Bin, s.scripts(list)...)
				}
			})
		}
	}
	s.e.Emit(line, line, m)
}

// follow is the value that a name stands for, or the node itself.
func (s *setupCall) follow(n syntax.Node) syntax.Node {
	for range 10 {
		if !n.Is("identifier") {
			return n
		}
		n = s.assigned[n.Text()]
	}
	return syntax.Node{}
}

// requires emits the literal requirements of a list, or of a string with one a
// line.
func (s *setupCall) requires(n syntax.Node, group inspect.Group, in string) {
	for _, item := range s.items(n) {
		for i, text := range strings.Split(pythonLiteral(item), "\n") {
			if d, ok := requirement(strings.TrimSpace(text), group); ok {
				d.In = in
				at := min(item.Line()+i, item.EndLine())
				s.e.Emit(at, at, d)
			}
		}
	}
}

// items are a list's items with names followed; lists added to lists are one.
func (s *setupCall) items(n syntax.Node) []syntax.Node {
	if s.left--; s.left < 0 {
		return nil
	}
	n = s.follow(n)
	switch n.Kind() {
	case "list", "tuple", "set":
		var all []syntax.Node
		for c := n.First(); c.OK() && s.left > 0; c = c.Next() {
			all = append(all, s.follow(c))
			s.left--
		}
		return all
	case "binary_operator":
		return append(s.items(n.Field("left")), s.items(n.Field("right"))...)
	case "parenthesized_expression":
		return s.items(n.Child(0))
	case "string", "concatenated_string":
		return []syntax.Node{n}
	}
	return nil
}

// pairs visits a dictionary's literal keys.
func (s *setupCall) pairs(n syntax.Node, visit func(key string, value syntax.Node)) {
	n = s.follow(n)
	if !n.Is("dictionary") {
		return
	}
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Is("pair") {
			visit(pythonLiteral(c.Field("key")), c.Field("value"))
		}
	}
}

func (s *setupCall) scripts(list syntax.Node) []string {
	var names []string
	for _, item := range s.items(list) {
		for _, line := range strings.Split(pythonLiteral(item), "\n") {
			if name, _, ok := strings.Cut(line, "="); ok {
				names = append(names, strings.TrimSpace(name))
			}
		}
	}
	return names
}

// pythonLiteral is the text of a string that nothing is put into, or "".
func pythonLiteral(n syntax.Node) string {
	if n.Is("concatenated_string", "parenthesized_expression") {
		var text strings.Builder
		for c := n.First(); c.OK(); c = c.Next() {
			text.WriteString(pythonLiteral(c))
		}
		return text.String()
	}
	if !n.Is("string") {
		return ""
	}
	var text strings.Builder
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "string_content":
			text.WriteString(c.Text())
		case "interpolation":
			return ""
		}
	}
	return text.String()
}
