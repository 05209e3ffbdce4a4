package inspect

import "strings"

// setupPy reads the call of setup() in a setup.py; without one it is a Python
// file like others. The file is parsed, never run. Names are followed to their only assignment in the file; what is
// computed stays unknown.
func setupPy(e *emitter, content []byte) error {
	if len(strings.TrimSpace(string(content))) == 0 {
		return nil
	}
	tree, err := parseSource(pythonGrammar, content)
	if tree == nil {
		return err
	}
	s := setupCall{e: e, assigned: map[string]node{}, left: maxSetupItems}
	var call node
	tree.root().walk(func(n node) bool {
		switch n.kind() {
		case "assignment":
			if name := n.field("left"); name.is("identifier") {
				if _, twice := s.assigned[name.text()]; twice {
					s.assigned[name.text()] = node{} // not the only assignment
				} else {
					s.assigned[name.text()] = n.field("right")
				}
			}
		case "call":
			if name := n.field("function").text(); name == "setup" || name == "setuptools.setup" {
				call = n
			}
		}
		return true
	})
	if !call.ok() {
		return python(e, content) // a module that only has the name: handlers/setup.py
	}
	s.read(call)
	return err
}

type setupCall struct {
	e        *emitter
	assigned map[string]node
	left     int // lists that may still be read
}

// maxSetupItems bounds the lists and items of one setup.py: lists made of
// lists by name could stand for billions, or for themselves.
const maxSetupItems = 5_000

func (s *setupCall) read(call node) {
	m := Manifest{Ecosystem: PyPI, Publishable: true}
	line := call.line()
	for argument := call.field("arguments").first(); argument.ok(); argument = argument.next() {
		value := s.follow(argument.field("value"))
		switch argument.field("name").text() {
		case "name":
			m.Name, line = NormalPyPI(pythonLiteral(value)), argument.line()
		case "version":
			m.Version = pythonLiteral(value)
		case "python_requires":
			if version := pythonLiteral(value); version != "" {
				s.e.emit(argument.line(), argument.endLine(), RuntimeVersion{Runtime: "python", Version: version, Via: "python_requires"})
			}
		case "install_requires":
			s.requires(value, Runtime, "")
		case "setup_requires":
			s.requires(value, Build, "")
		case "tests_require":
			s.requires(value, Dev, "")
		case "extras_require":
			s.pairs(value, func(extra string, list node) { s.requires(list, groupOf(extra), extra) })
		case "entry_points":
			s.pairs(value, func(kind string, list node) {
				if kind == "console_scripts" || kind == "gui_scripts" {
					m.Bin = append(m.Bin, s.scripts(list)...)
				}
			})
		}
	}
	s.e.emit(line, line, m)
}

// follow is the value that a name stands for, or the node itself.
func (s *setupCall) follow(n node) node {
	for range 10 {
		if !n.is("identifier") {
			return n
		}
		n = s.assigned[n.text()]
	}
	return node{}
}

// requires emits the literal requirements of a list, or of a string with one a
// line.
func (s *setupCall) requires(n node, group Group, in string) {
	for _, item := range s.items(n) {
		for i, text := range strings.Split(pythonLiteral(item), "\n") {
			if d, ok := requirement(strings.TrimSpace(text), group); ok {
				d.In = in
				at := min(item.line()+i, item.endLine())
				s.e.emit(at, at, d)
			}
		}
	}
}

// items are a list's items with names followed; lists added to lists are one.
func (s *setupCall) items(n node) []node {
	if s.left--; s.left < 0 {
		return nil
	}
	n = s.follow(n)
	switch n.kind() {
	case "list", "tuple", "set":
		var all []node
		for c := n.first(); c.ok() && s.left > 0; c = c.next() {
			all = append(all, s.follow(c))
			s.left--
		}
		return all
	case "binary_operator":
		return append(s.items(n.field("left")), s.items(n.field("right"))...)
	case "parenthesized_expression":
		return s.items(n.child(0))
	case "string", "concatenated_string":
		return []node{n}
	}
	return nil
}

// pairs visits a dictionary's literal keys.
func (s *setupCall) pairs(n node, visit func(key string, value node)) {
	n = s.follow(n)
	if !n.is("dictionary") {
		return
	}
	for c := n.first(); c.ok(); c = c.next() {
		if c.is("pair") {
			visit(pythonLiteral(c.field("key")), c.field("value"))
		}
	}
}

func (s *setupCall) scripts(list node) []string {
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
func pythonLiteral(n node) string {
	if n.is("concatenated_string", "parenthesized_expression") {
		var text strings.Builder
		for c := n.first(); c.ok(); c = c.next() {
			text.WriteString(pythonLiteral(c))
		}
		return text.String()
	}
	if !n.is("string") {
		return ""
	}
	var text strings.Builder
	for c := n.first(); c.ok(); c = c.next() {
		switch c.kind() {
		case "string_content":
			text.WriteString(c.text())
		case "interpolation":
			return ""
		}
	}
	return text.String()
}
