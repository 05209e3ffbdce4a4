package csharp

import (
	"maps"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// What a file tells others of the environment: members that read it, the
// properties of options, and which section of the configuration fills them.

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (f *file) exports() {
	reads := len(f.wrappers) > 0 || inspect.ReadsEnv(f.Signals)
	f.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("class_declaration", "record_declaration", "struct_declaration") && (reads || optionsClass.MatchString(n.Field("name").Text())) {
			f.exportMembers(n)
		}
		return !isFunction[n.Kind()]
	})
}

func (f *file) exportMembers(class syntax.Node) {
	symbol := f.ownSymbol(class)
	options := optionsClass.MatchString(class.Field("name").Text())
	for m := class.Field("body").First(); m.OK(); m = m.Next() {
		if !hasModifier(m, "public") && !hasModifier(m, "internal") && !hasModifier(m, "protected") {
			continue
		}
		switch m.Kind() {
		case "property_declaration":
			f.exportProperty(m, class, symbol, options)
		case "field_declaration":
			variable := m.Child(0)
			for variable.OK() && !variable.Is("variable_declaration") {
				variable = variable.Next()
			}
			for d := variable.First(); d.OK(); d = d.Next() {
				if b := f.scopes[class.Index()][d.Field("name").Text()]; d.Is("variable_declarator") && b != nil {
					v := f.boundValue(b)
					f.tell(m, symbol+"."+d.Field("name").Text(), v, options && v.IsLiteral() && hasModifier(m, "const") && b.typ.Text() == "string")
				}
			}
		case "method_declaration":
			f.exportMethod(m, symbol)
		}
	}
}

// exportProperty states what a property reads. Of options it states each: with
// the default of those that a section fills, or the type of what is below them.
func (f *file) exportProperty(m, class syntax.Node, symbol string, options bool) {
	name := m.Field("name").Text()
	b := f.scopes[class.Index()][name]
	if b == nil {
		return
	}
	v := f.boundValue(b)
	if options && b.settable {
		v = fold.Input
		if below := f.typeSymbol(b.typ); below != "" {
			v = fold.Refer(inspect.Input, below)
		} else if given := f.evaluate(m.Field("value")); given.IsLiteral() {
			v.Text, v.Has = given.Text, given.Text != ""
		}
	}
	f.tell(m, symbol+"."+name, v, options && b.settable && !b.static)
}

func (f *file) exportMethod(m syntax.Node, symbol string) {
	name := symbol + "." + m.Field("name").Text()
	if w := f.wrappers[m.Index()]; w != nil {
		if w.place == 0 {
			f.state(m.Field("name"), inspect.EnvWrapper{Name: name, Prefix: w.prefix, Required: w.required, Fallback: f.valueOf(w.fallback)})
		}
		return
	}
	if len(parameters(m)) == 0 {
		var list []fold.Value
		for _, result := range returnsOf(bodyOf(m)) {
			list = append(list, f.evaluate(result))
		}
		f.tell(m, name+"()", fold.Either(list...), false)
	}
}

// tell states a value that comes from the environment, or any with always.
func (f *file) tell(at syntax.Node, name string, v fold.Value, always bool) {
	alias := (v.Source == inspect.Input || v.Source == inspect.Unknown) && slices.ContainsFunc(v.Env, func(name string) bool {
		_, symbol := inspect.Reference(name)
		return symbol != ""
	})
	if !always && !alias && (v.Source != inspect.Env || len(v.Env) == 0) || !f.once("export "+name) {
		return
	}
	f.state(at, inspect.EnvExport{Name: name, Value: v.Kept(inspect.IsSecretName(name[strings.LastIndexByte(name, '.')+1:]))})
}

// bindTo states which section fills the options of a type: by its key, or by the
// symbol of another file's constant that holds it.
func (f *file) bindTo(n syntax.Node, key, constant string, typ syntax.Node) {
	symbol := f.typeSymbol(typ)
	switch {
	case symbol == "":
	case constant != "":
		f.state(n, inspect.EnvExport{Name: symbol, Value: fold.Refer(inspect.Input, "dotnet:{"+constant+"}").Kept(false)})
	case plausibleVariable(variableOf(key)):
		f.state(n, inspect.EnvExport{Name: symbol, Value: fold.Refer(inspect.Input, "dotnet:"+variableOf(key)).Kept(false)})
	}
}
