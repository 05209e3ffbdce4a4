package ruby

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// binding is what a name stands for in one scope.
type binding struct {
	param   syntax.Node   // a parameter of a method or block
	values  []syntax.Node // assigned expressions; a zero node where the file does not tell
	ifUnset []syntax.Node // those of ||= among values
	first   syntax.Node   // where the name is first bound
}

// globalScope is where members keeps $names.
const globalScope = -1

var (
	scopeKinds    = []string{"method", "singleton_method", "class", "module", "singleton_class", "program", "block", "do_block", "lambda"}
	closedScopes  = []string{"method", "singleton_method", "class", "module", "singleton_class", "program"}
	functionKinds = []string{"method", "singleton_method", "block", "do_block", "lambda"}
	classKinds    = []string{"class", "module"}
)

func bindIn(scopes map[int32]map[string]*binding, scope int32, name string, at syntax.Node) *binding {
	names := scopes[scope]
	if names == nil {
		names = map[string]*binding{}
		scopes[scope] = names
	}
	b := names[name]
	if b == nil {
		b = &binding{first: at}
		names[name] = b
	}
	return b
}

// local finds the local variable that name stands for at n; nil for methods.
func (f *rubyFile) local(name string, n syntax.Node) *binding {
	for s := f.scopes[n.Index()]; s >= 0; s = f.scopes[s] {
		if b := f.locals[s][name]; b != nil {
			return b
		}
		switch f.tree.At(int(s)).Kind() {
		case "block", "do_block", "lambda": // these see what is around them
		default:
			return nil
		}
	}
	return nil
}

// findScopes tells of each node which scope it stands in.
func (f *rubyFile) findScopes() {
	f.scopes = make([]int32, f.tree.Len())
	for i := range f.scopes {
		up := f.tree.At(i).Parent()
		if !up.OK() {
			f.scopes[i] = -1
			continue
		}
		switch up.Kind() {
		case "method", "singleton_method", "class", "module", "singleton_class", "program", "block", "do_block", "lambda":
			f.scopes[i] = up.Index()
		default:
			f.scopes[i] = f.scopes[up.Index()]
		}
	}
}

// classOf is the innermost class or module around n, 0 for none. A singleton
// class shares what its class has.
func classOf(n syntax.Node) int32 {
	if s := n.Up(classKinds...); s.OK() {
		return s.Index()
	}
	return 0
}

// namespace is the full name of the class or module around n: "App::Models".
func (f *rubyFile) namespace(n syntax.Node) string {
	parts := []string{}
	for s := n.Up(classKinds...); s.OK(); s = s.Up(classKinds...) {
		if n.Inside(s.Field("superclass")) || n == s.Field("name") {
			continue
		}
		parts = append([]string{constantPath(s.Field("name"))}, parts...)
	}
	return strings.Join(parts, "::")
}

// constantPath is the name of a constant as written, "" for anything else.
func constantPath(n syntax.Node) string {
	switch n.Kind() {
	case "constant":
		return n.Text()
	case "scope_resolution":
		name := n.Field("name").Text()
		scope := n.Field("scope")
		if !scope.OK() {
			return name
		}
		if outer := constantPath(scope); outer != "" {
			return outer + "::" + name
		}
	}
	return ""
}

func qualified(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "::" + name
}

// bindNames fills the tables of names in one pass over the file.
func (f *rubyFile) bindNames() {
	f.findScopes()
	var open []syntax.Node // heredocs whose body has not come yet
	f.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "assignment":
			f.bindAssigned(n.Field("left"), n.Field("right"), false)
		case "operator_assignment":
			right := n.Field("right")
			if !n.Has("||=") {
				right = syntax.Node{}
			}
			f.bindAssigned(n.Field("left"), right, n.Has("||="))
		case "method", "singleton_method":
			f.methods[n.Field("name").Text()] = append(f.methods[n.Field("name").Text()], n)
			f.bindParameters(n)
		case "block", "do_block":
			f.bindParameters(n)
		case "lambda":
			f.bindParameters(n)
		case "class", "module":
			name := qualified(f.namespace(n), constantPath(n.Field("name")))
			f.classes[name] = append(f.classes[name], n)
		case "exception_variable":
			f.bindAssigned(n.Child(0), syntax.Node{}, false)
		case "for":
			f.bindAssigned(n.Field("pattern"), syntax.Node{}, false)
		case "heredoc_beginning":
			open = append(open, n)
		case "heredoc_body":
			if len(open) > 0 {
				f.heredocs[open[0].Index()] = n
				open = open[1:]
			}
		}
		return true
	})
}

func (f *rubyFile) bindAssigned(target, assigned syntax.Node, ifUnset bool) {
	var b *binding
	switch target.Kind() {
	case "identifier":
		if b = f.local(target.Text(), target); b == nil {
			b = bindIn(f.locals, f.scopes[target.Index()], target.Text(), target)
		}
	case "constant":
		name := qualified(f.namespace(target), target.Text())
		if b = f.consts[name]; b == nil {
			b = &binding{first: target}
			f.consts[name] = b
		}
	case "instance_variable", "class_variable":
		b = bindIn(f.members, classOf(target), target.Text(), target)
	case "global_variable":
		b = bindIn(f.members, globalScope, target.Text(), target)
	case "left_assignment_list", "destructured_left_assignment":
		targets, values := target.Children(), []syntax.Node(nil)
		if assigned.Is("right_assignment_list", "array") {
			values = assigned.Children()
		}
		for i, part := range targets {
			var v syntax.Node
			if len(values) == len(targets) {
				v = values[i]
			}
			f.bindAssigned(part, v, ifUnset)
		}
		return
	default:
		return
	}
	b.values = append(b.values, assigned)
	if ifUnset {
		b.ifUnset = append(b.ifUnset, assigned)
	}
}

func (f *rubyFile) bindParameters(fn syntax.Node) {
	for param := fn.Field("parameters").First(); param.OK(); param = param.Next() {
		name := param
		if !param.Is("identifier") {
			name = param.Field("name")
		}
		if name.OK() {
			bindIn(f.locals, fn.Index(), name.Text(), param).param = param
		}
	}
}

// variable finds the binding of a variable or constant; nil for anything else.
func (f *rubyFile) variable(n syntax.Node) *binding {
	switch n.Kind() {
	case "identifier":
		return f.local(n.Text(), n)
	case "hash_key_symbol":
		if namesValue(n) {
			return f.local(n.Text(), n)
		}
	case "instance_variable", "class_variable":
		return f.members[classOf(n)][n.Text()]
	case "global_variable":
		return f.members[globalScope][n.Text()]
	case "constant", "scope_resolution":
		if name := f.constant(n); name != "" {
			return f.consts[name]
		}
	}
	return nil
}

// namesValue reports whether a hash's key stands for its value, too: {url:} means
// {url: url}.
func namesValue(key syntax.Node) bool {
	return key.Parent().Is("pair") && !key.Parent().Field("value").OK()
}

// constant is the full name of a constant that this file gives a value, or "".
func (f *rubyFile) constant(n syntax.Node) string {
	return lookupConstant(f, n, func(name string) bool { return f.consts[name] != nil })
}

// classNamed is the first opening of the class or module that a constant names.
func (f *rubyFile) classNamed(n syntax.Node) syntax.Node {
	if name := lookupConstant(f, n, func(name string) bool { return len(f.classes[name]) > 0 }); name != "" {
		return f.classes[name][0]
	}
	return syntax.Node{}
}

// lookupConstant tries a constant's name in the namespaces around it.
func lookupConstant(f *rubyFile, n syntax.Node, has func(string) bool) string {
	path := constantPath(n)
	if path == "" {
		return ""
	}
	if n.Is("scope_resolution") && !n.Field("scope").OK() { // ::Name
		if has(path) {
			return path
		}
		return ""
	}
	for namespace := f.namespace(n); ; {
		if name := qualified(namespace, path); has(name) {
			return name
		}
		if namespace == "" {
			return ""
		}
		if cut := strings.LastIndex(namespace, "::"); cut >= 0 {
			namespace = namespace[:cut]
		} else {
			namespace = ""
		}
	}
}

// enclosing is the method, block or lambda around n; none at the top and in a
// class's body.
func enclosing(n syntax.Node) syntax.Node {
	s := n.Up(scopeKinds...)
	if s.Is(functionKinds...) {
		return s
	}
	return syntax.Node{}
}

// method is the method around n, whatever blocks are between.
func method(n syntax.Node) syntax.Node {
	s := n.Up(closedScopes...)
	if s.Is("method", "singleton_method") {
		return s
	}
	return syntax.Node{}
}
