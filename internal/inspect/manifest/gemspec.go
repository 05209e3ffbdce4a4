package manifest

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Gemspec reads a gem's specification: its name, what it needs and what it
// installs. The file is parsed, never run.
func Gemspec(e *inspect.Emitter, content []byte) error {
	tree, names, err := rubySource(content)
	if tree == nil {
		return err
	}
	s := gemspec{e: e, names: names, line: 1}
	s.Ecosystem, s.Publishable = inspect.Gem, true
	found := false
	tree.Root().Walk(func(n syntax.Node) bool {
		switch {
		case n.Is("scope_resolution") && strings.TrimPrefix(n.Text(), "::") == "Gem::Specification":
			found = true
		case n.Is("assignment"):
			s.attribute(n)
		case n.Is("binary") && n.Has("<<") && n.Field("left").Field("method").Text() == "executables":
			s.Bin = append(s.Bin, names.texts(n.Field("right"))...)
		case n.Is("call") && n.Field("method").Text() == "new" && strings.TrimPrefix(n.Field("receiver").Text(), "::") == "Gem::Specification":
			if name, ok := names.text(rubyArguments(n).at(0)); ok && s.Name == "" { // Gem::Specification.new "x", version
				s.Name, s.line = name, n.Line()
				s.Version, _ = names.text(rubyArguments(n).at(1))
			}
		case n.Is("call"):
			s.dependency(n)
		}
		return true
	})
	if found {
		e.Emit(s.line, s.line, s.Manifest)
	}
	return err
}

type gemspec struct {
	inspect.Manifest
	e     *inspect.Emitter
	names rubyNames
	line  int // of the name
}

// attribute reads s.name = "x" and its like.
func (s *gemspec) attribute(n syntax.Node) {
	left, right := n.Field("left"), n.Field("right")
	if !left.Is("call") || !left.Field("receiver").Is("identifier") {
		return
	}
	switch left.Field("method").Text() {
	case "name":
		if name, ok := s.names.text(right); ok {
			s.Name, s.line = name, n.Line()
		}
	case "version":
		s.Version, _ = s.names.text(right)
	case "executables", "executable":
		s.Bin = append(s.Bin, s.names.texts(right)...)
	case "required_ruby_version":
		if list := s.names.texts(right); len(list) > 0 {
			s.e.Emit(n.Line(), n.EndLine(), inspect.RuntimeVersion{Runtime: "ruby", Version: strings.Join(list, ", "), Via: "required_ruby_version"})
		} else if version, ok := s.names.text(right.Field("arguments").Child(0)); ok { // Gem::Requirement.new(">= 3")
			s.e.Emit(n.Line(), n.EndLine(), inspect.RuntimeVersion{Runtime: "ruby", Version: version, Via: "required_ruby_version"})
		}
	}
}

// dependency reads s.add_dependency "x", "~> 1.0".
func (s *gemspec) dependency(n syntax.Node) {
	group := inspect.Runtime
	switch n.Field("method").Text() {
	case "add_dependency", "add_runtime_dependency":
	case "add_development_dependency":
		group = inspect.Dev
	default:
		return
	}
	if !n.Field("receiver").OK() {
		return
	}
	arguments := rubyArguments(n)
	var constraints []string
	for _, at := range arguments.positional[min(1, len(arguments.positional)):] {
		constraints = append(constraints, s.names.texts(at)...)
	}
	constraint := strings.Join(constraints, ", ")
	for _, name := range s.names.each(arguments.at(0)) {
		s.e.Emit(n.Line(), n.EndLine(), inspect.Dependency{Ecosystem: inspect.Gem, Name: name, Constraint: constraint, Group: group, Exact: exactGem.MatchString(constraint)})
	}
}
