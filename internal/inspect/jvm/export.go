package jvm

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// What a file tells others of the environment: fields, properties and methods
// without parameters, all by the name of the property, and methods that read the
// variable which they are asked for.

// settingsWord are the names of classes that hold settings.
var settingsWord = regexp.MustCompile(`(?i)conf|setting|propert|env|option`)

func (f *file) exports() {
	if len(f.wrappers) == 0 && !inspect.ReadsEnv(f.Signals) {
		return
	}
	f.tree.Root().Walk(func(n syntax.Node) bool {
		if classKinds[n.Kind()] && !n.Is("object_literal") {
			f.exportMembers(n, ownName(n))
		}
		return !functionKinds[n.Kind()] && !lambdaKinds[n.Kind()]
	})
	if f.kotlin {
		f.exportMembers(f.tree.Root(), "")
	}
}

// exportMembers states what a class gives, or a file of Kotlin by itself.
func (f *file) exportMembers(class syntax.Node, owner string) {
	if owner == "" && class.Index() != 0 {
		return
	}
	members := bodyOf(class)
	if class.Index() == 0 {
		members = class
	}
	told := map[string]bool{} // by methods, which may give something else than the field
	for m := members.First(); m.OK(); m = m.Next() {
		if m.Is("method_declaration", "function_declaration") {
			f.exportMethod(m, owner, told)
		}
	}
	field := func(at, name, fallback syntax.Node) {
		if b := f.names[scopedName{class.Index(), name.Text()}]; b != nil && name.OK() && !told[name.Text()] {
			f.exportField(at, joined(owner, name.Text()), b, fallback)
		}
	}
	if class.Index() != 0 {
		for _, p := range parameters(class) {
			field(p.node, p.name, p.fallback)
		}
	}
	for m := members.First(); m.OK(); m = m.Next() {
		switch m.Kind() {
		case "property_declaration":
			name, _ := declared(m)
			field(m, name, syntax.Node{})
		case "field_declaration", "constant_declaration":
			for d := m.First(); d.OK(); d = d.Next() {
				if d.Is("variable_declarator") {
					field(m, d.Field("name"), syntax.Node{})
				}
			}
		}
	}
}

func joined(owner, name string) string {
	if owner == "" {
		return name
	}
	return owner + "." + name
}

func (f *file) exportMethod(m syntax.Node, owner string, told map[string]bool) {
	name := functionName(m)
	if w := f.wrappers[m.Index()]; w != nil {
		if w.place == 0 && !w.spring {
			f.state(m, inspect.EnvWrapper{
				Name: f.packageName + ":" + joined(owner, name), Prefix: w.prefix, Suffix: w.suffix, Upper: w.upper, Required: w.required, Fallback: f.valueOf(w.fallback),
			})
		}
		return
	}
	if len(parameters(m)) > 0 || name == "" {
		return
	}
	name = property(name)
	if bodyOf(m).OK() {
		list := f.returnedBy(m)
		if len(list) == 1 && list[0].Text() == name {
			return // the field tells it
		}
		told[name] = true
		f.tell(m, joined(owner, name), fold.Either(f.evaluateAll(list)...))
	} else if v, settled := f.settingOf[m.Index()]; settled { // of an interface of settings
		f.tell(m, joined(owner, name), v)
	}
}

// exportField states a field: its value, or what it is a part of.
func (f *file) exportField(at syntax.Node, name string, b *binding, fallback syntax.Node) {
	v, settled := f.settingOf[b.name.Index()]
	if !settled {
		v = f.bindingValue(b)
	}
	if b.param && len(b.values) == 0 && v.Source == inspect.Input && len(v.Env) == 0 {
		v = f.evaluate(fallback)
	}
	if f.tell(at, name, v) || settled || !b.typ.OK() {
		return
	}
	if symbol := f.typeSymbol(b.typ); settingsWord.MatchString(symbol) {
		f.tell(at, name, fold.Refer(inspect.Input, symbol))
	}
}

// tell states a value that comes from the environment, or that other files may
// tell.
func (f *file) tell(at syntax.Node, name string, v fold.Value) bool {
	alias := (v.Source == inspect.Input || v.Source == inspect.Unknown) && len(v.Env) > 0 && !slices.ContainsFunc(v.Env, func(reference string) bool {
		asked, symbol := inspect.Reference(reference)
		return asked == "" && !settingsWord.MatchString(symbol) && !strings.HasPrefix(symbol, "spring:") && !strings.HasPrefix(symbol, "conf:")
	})
	if !alias && (v.Source != inspect.Env || len(v.Env) == 0) || !f.once("export "+name) {
		return false
	}
	hidden := inspect.IsSecretName(name[strings.LastIndexByte(name, '.')+1:])
	f.state(at, inspect.EnvExport{Name: f.packageName + ":" + name, Value: v.Kept(hidden)})
	return true
}
