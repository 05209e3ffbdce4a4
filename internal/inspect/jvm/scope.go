package jvm

import "twelvefold/internal/inspect/syntax"

// scopedName is a name in the scope that a node opens.
type scopedName struct {
	scope int32
	name  string
}

// binding is what a name stands for in one scope.
type binding struct {
	at     syntax.Node   // the declaration: its modifiers hold the annotations
	name   syntax.Node   // its name
	typ    syntax.Node   // the declared type; none for var and what Kotlin infers
	values []syntax.Node // assigned expressions; a zero node where the file does not tell
	param  bool
	field  bool // of a class, or at Kotlin's top level
}

// bindNames fills around, names, methods and imports in three passes over the
// file: declarations, then assignments to them.
func (f *file) bindNames() {
	f.around = make([]int32, f.tree.Len())
	for i := 1; i < f.tree.Len(); i++ {
		p := f.tree.At(i).Parent()
		if isScope(p) {
			f.around[i] = p.Index()
		} else {
			f.around[i] = f.around[p.Index()]
		}
	}
	f.tree.Root().Walk(func(n syntax.Node) bool { f.bind(n); return true })
	f.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "assignment_expression", "assignment":
			f.bindAssignment(n)
		case "update_expression":
			f.bindUnknown(n.Child(0))
		}
		return true
	})
}

func (f *file) scopeOf(n syntax.Node) int32 { return f.around[n.Index()] }

// bind keeps what a declaration declares.
func (f *file) bind(n syntax.Node) {
	switch n.Kind() {
	case "package_declaration", "package_header":
		f.packageName = dotted(n.Child(0))
	case "import_declaration", "import":
		f.bindImport(n)
	case "variable_declarator", "resource":
		f.bindJava(n)
	case "property_declaration":
		f.bindProperty(n)
	case "enhanced_for_statement":
		f.declare(n.Index(), n.Field("name"), &binding{at: n, typ: n.Field("type"), values: []syntax.Node{{}}})
	case "catch_formal_parameter":
		f.declare(f.scopeOf(n), n.Field("name"), &binding{at: n, typ: childOf(n, "catch_type").Child(0), values: []syntax.Node{{}}})
	case "catch_block":
		f.declare(n.Index(), childOf(n, "identifier"), &binding{at: n, typ: typeIn(n), values: []syntax.Node{{}}})
	case "for_statement":
		if variable := childOf(n, "variable_declaration"); variable.OK() {
			f.declare(n.Index(), childOf(variable, "identifier"), &binding{at: n, typ: typeIn(variable), values: []syntax.Node{{}}})
		}
	case "instanceof_expression":
		f.declare(f.scopeOf(n), n.Field("name"), &binding{at: n, typ: n.Field("right"), values: []syntax.Node{{}}})
	}
	switch kind := n.Kind(); {
	case functionKinds[kind]:
		f.bindParameters(n, false)
		if name := functionName(n); name != "" {
			key := scopedName{f.scopeOf(n), name}
			f.methods[key] = append(f.methods[key], n)
		}
	case lambdaKinds[kind]:
		f.bindParameters(n, false)
	case classKinds[kind]:
		if name := n.Field("name").Text(); name != "" && !f.classes[name].OK() {
			f.classes[name] = n
		}
		f.bindParameters(n, true)
	}
}

func (f *file) declare(scope int32, name syntax.Node, b *binding) {
	if !name.OK() {
		return
	}
	b.name = name
	key := scopedName{scope, name.Text()}
	if old := f.names[key]; old != nil { // a second local of the same name in a part of the scope
		old.values = append(old.values, b.values...)
		return
	}
	f.names[key] = b
}

func (f *file) bindJava(n syntax.Node) {
	decl := n.Parent()
	b := &binding{at: decl, typ: decl.Field("type"), field: decl.Is("field_declaration", "constant_declaration")}
	if n.Is("resource") {
		b.at, b.typ = n, n.Field("type")
	}
	if decl.Is("spread_parameter") {
		return
	}
	if b.typ.Text() == "var" {
		b.typ = syntax.Node{}
	}
	if v := n.Field("value"); v.OK() {
		b.values = []syntax.Node{v}
	}
	f.declare(f.scopeOf(n), n.Field("name"), b)
}

func (f *file) bindProperty(n syntax.Node) {
	field := isClass(f.tree.At(int(f.scopeOf(n)))) || f.scopeOf(n) == 0
	if several := childOf(n, "multi_variable_declaration"); several.OK() {
		for c := several.First(); c.OK(); c = c.Next() {
			f.declare(f.scopeOf(n), childOf(c, "identifier"), &binding{at: n, values: []syntax.Node{{}}, field: field})
		}
		return
	}
	name, v := declared(n)
	b := &binding{at: n, typ: typeIn(name.Parent()), field: field}
	if v.OK() {
		b.values = []syntax.Node{v}
	} else if body := childOf(childOf(n, "getter"), "function_body"); body.OK() && !body.Child(0).Is("block") {
		b.values = []syntax.Node{body.Child(0)}
	}
	f.declare(f.scopeOf(n), name, b)
}

func (f *file) bindParameters(fn syntax.Node, class bool) {
	list := parameters(fn)
	for _, p := range list {
		at := p.node
		if p.modifiers.OK() && p.modifiers.Is("parameter_modifiers") {
			at = p.modifiers
		}
		b := &binding{at: at, typ: p.typ, param: true, field: class}
		f.declare(fn.Index(), p.name, b)
	}
}

// bindAssignment adds what is assigned to a name or a field of this class.
func (f *file) bindAssignment(n syntax.Node) {
	v := n.Field("right")
	if op := f.operator(n); op != "=" {
		v = syntax.Node{}
	}
	left := n.Field("left")
	if b := f.bindingAt(left); b != nil {
		b.values = append(b.values, v)
	}
}

func (f *file) bindUnknown(left syntax.Node) {
	if b := f.bindingAt(left); b != nil {
		b.values = append(b.values, syntax.Node{})
	}
}

// bindingAt is what an expression names: a local, or a field of this.
func (f *file) bindingAt(n syntax.Node) *binding {
	switch n.Kind() {
	case "identifier":
		return f.bindingOf(n.Text(), n)
	case "field_access", "navigation_expression":
		if object := n.Child(0).Text(); object == "this" {
			return f.fieldOf(enclosingClass(n), lastChild(n).Text())
		} else if class, ok := f.classes[object]; ok && f.bindingOf(object, n) == nil { // Store.items
			for _, scope := range []int32{class.Index(), f.companion(class)} {
				if b := f.names[scopedName{scope, lastChild(n).Text()}]; b != nil {
					return b
				}
			}
		}
	}
	return nil
}

func (f *file) fieldOf(class syntax.Node, name string) *binding {
	for range 4 { // an inner class sees the outer one's
		if !class.OK() {
			return nil
		}
		if b := f.names[scopedName{class.Index(), name}]; b != nil {
			return b
		}
		class = enclosingClass(class)
	}
	return nil
}

// bindingOf finds what a name stands for at n; nil for what the file does not
// declare. Kotlin's companion objects are a part of their class.
func (f *file) bindingOf(name string, n syntax.Node) *binding {
	for s := f.around[n.Index()]; ; s = f.around[s] {
		if b := f.names[scopedName{s, name}]; b != nil {
			return b
		}
		if class := f.tree.At(int(s)); class.Is("class_declaration") && f.kotlin {
			if b := f.names[scopedName{f.companion(class), name}]; b != nil {
				return b
			}
		}
		if s == 0 {
			return nil
		}
	}
}

// companion is the scope of a class's companion object, -1 without.
func (f *file) companion(class syntax.Node) int32 {
	if object := childOf(childOf(class, "class_body"), "companion_object"); object.OK() {
		return object.Index()
	}
	return -1
}

// localFunctions are the functions of this file that a bare name calls at n.
func (f *file) localFunctions(name string, n syntax.Node) []syntax.Node {
	for s := f.around[n.Index()]; ; s = f.around[s] {
		if list := f.methods[scopedName{s, name}]; len(list) > 0 {
			return list
		}
		if class := f.tree.At(int(s)); class.Is("class_declaration") && f.kotlin {
			if list := f.methods[scopedName{f.companion(class), name}]; len(list) > 0 {
				return list
			}
		}
		if s == 0 {
			return nil
		}
	}
}

// called are the functions of this file that a call runs: f(), this.f(),
// Local.f().
func (f *file) called(c call) []syntax.Node {
	if c.method == "" {
		return nil
	}
	switch {
	case !c.recv.OK():
		return f.localFunctions(c.method, c.Node)
	case c.recv.Text() == "this":
		return f.methods[scopedName{enclosingClass(c.Node).Index(), c.method}]
	case c.recv.Is("identifier"):
		class := f.classes[c.recv.Text()]
		if !class.OK() {
			return nil
		}
		if list := f.methods[scopedName{class.Index(), c.method}]; len(list) > 0 {
			return list
		}
		return f.methods[scopedName{f.companion(class), c.method}]
	}
	return nil
}
