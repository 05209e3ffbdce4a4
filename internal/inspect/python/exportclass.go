package python

import (
	"maps"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// class states a class's attributes, what its instances are made of and its
// bases.
func (x *pyExports) class(name string, class syntax.Node) {
	p := x.p
	x.classes[name] = true
	said := len(x.told)
	if p.isSettingsClass(class, 0) {
		for _, f := range p.settingsFields(class, "", 0) {
			if v := p.settingsValue(f); len(f.names) > 0 {
				x.say(f.node, name+"."+f.path, v)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.scopes[class.Index()])) {
		switch b := p.scopes[class.Index()][key]; {
		case b.def.OK():
			x.method(name, key, b.def)
		case len(b.values) == 1:
			if at := b.values[0]; at.OK() && !x.say(at, name+"."+key, p.fieldValue(at)) && !x.told[name+"."+key] {
				x.alias(at, name+"."+key, p.symbol(at))
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.fields[class.Index()])) {
		if list := p.fields[class.Index()][key]; list[0].OK() {
			if !x.say(list[0], name+"."+key, p.oneOf(list)) && len(list) == 1 {
				x.alias(list[0], name+"."+key, p.symbol(list[0]))
			}
		}
	}
	x.made(name, class)
	x.types(name, class)
	var bases []string
	for base := class.Field("superclasses").First(); base.OK(); base = base.Next() {
		bases = append(bases, p.symbol(base))
	}
	x.alias(class, name, bases...)
	x.classes[name] = len(x.told) > said || p.isConfiguration(class, 0)
}

func (x *pyExports) method(class, name string, def syntax.Node) {
	property := slices.ContainsFunc(decorators(def), func(d syntax.Node) bool {
		return strings.HasSuffix(x.p.decoratorName(d), "property") || d.Text() == "property" || d.Text() == "computed_field"
	})
	if !property {
		name += "()"
	}
	returned := ""
	def.Field("body").Walk(func(n syntax.Node) bool {
		if n.Is("return_statement") && n.Child(0).Is("call") {
			returned = n.Child(0).Field("function").Text()
		}
		return !n.Is("function_definition", "class_definition", "lambda")
	})
	if returned == "cls" || returned == class {
		x.alias(def, class+"."+name, inspect.HereSymbol(class))
		return
	}
	x.answers(def, class+"."+name)
}

// made states what the file gives a class when it makes an instance of it.
func (x *pyExports) made(name string, class syntax.Node) {
	p := x.p
	if p.hasInit(class) {
		return
	}
	order := annotated(class)
	calls := slices.Concat(x.makes()[name], slices.DeleteFunc(slices.Clone(x.makes()["cls"]), func(n syntax.Node) bool { return n.Up("class_definition") != class }))
	slices.SortFunc(calls, func(a, b syntax.Node) int { return int(a.Index()) - int(b.Index()) })
	for _, n := range calls {
		args := pyArgsOf(n)
		for i, v := range args.positional {
			if i < len(order) && !args.spread {
				x.say(v, name+"."+order[i], p.evaluate(v))
			}
		}
		for key, v := range sortedKeywords(args) {
			x.say(v, name+"."+key, p.evaluate(v))
		}
	}
}

// makes are the file's calls of its own classes and of cls, by name.
func (p *pythonFile) makes() map[string][]syntax.Node {
	calls := map[string][]syntax.Node{}
	p.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("call") {
			if fn := n.Field("function"); fn.Is("identifier") {
				if name := fn.Text(); name == "cls" || p.scopes[0][name] != nil {
					calls[name] = append(calls[name], n)
				}
			}
		}
		return true
	})
	return calls
}

func (p *pythonFile) hasInit(class syntax.Node) bool {
	b := p.scopes[class.Index()]["__init__"]
	return b != nil && b.def.OK()
}

// annotated are a class's fields in the order of their annotations.
func annotated(class syntax.Node) []string {
	var list []string
	for s := class.Field("body").First(); s.OK(); s = s.Next() {
		if field := s.Child(0); field.Is("assignment") && field.Field("type").OK() && field.Field("left").Is("identifier") {
			list = append(list, field.Field("left").Text())
		}
	}
	return list
}

// types states of which classes a class's fields are.
func (x *pyExports) types(name string, class syntax.Node) {
	for s := class.Field("body").First(); s.OK(); s = s.Next() {
		field := s.Child(0)
		if left := field.Field("left"); field.Is("assignment") && field.Field("type").OK() && left.Is("identifier") && !x.told[name+"."+left.Text()] {
			x.alias(field, name+"."+left.Text(), x.p.symbol(field.Field("type")))
		}
	}
}

// fieldValue is what a field is without being given anything: field(default=…),
// field(default_factory=lambda: …).
func (p *pythonFile) fieldValue(n syntax.Node) fold.Value {
	if n.Is("call") {
		switch callee := p.callee(n); {
		case callee == "dataclasses.field" || strings.HasSuffix(callee, ".Field") || strings.HasPrefix(callee, "attr"):
			args := pyArgsOf(n)
			if made := args.arg(-1, "default_factory", "factory"); made.Is("lambda") {
				return p.evaluate(made.Field("body"))
			}
			return p.evaluate(args.arg(-1, "default"))
		}
	}
	return p.evaluate(n)
}
