package csharp

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// usingOf reads using System; using static System.Math; using R = A.B;
func usingOf(n syntax.Node) (path, alias string, static bool) {
	alias = n.Field("name").Text()
	for c := n.First(); c.OK(); c = c.Next() {
		if c.FieldName() != "name" && !c.IsComment() {
			path = dotted(c)
		}
	}
	head := n.Text()
	if at := strings.Index(head, path); at > 0 {
		head = head[:at]
	}
	return path, alias, inspect.ContainsWord(head, "static")
}

// dotted is a name without blanks, global:: and type arguments.
func dotted(n syntax.Node) string {
	text := strings.TrimPrefix(strings.Join(strings.Fields(n.Text()), ""), "global::")
	text, _, _ = strings.Cut(text, "<")
	return text
}

func (f *file) bindUsing(n syntax.Node) {
	path, alias, static := usingOf(n)
	switch {
	case alias != "":
		f.aliases[alias] = path
	case static:
		f.statics = append(f.statics, path)
	default:
		f.usings[path] = true
	}
}

// importFact states a using directive. One that only some builds have is
// guarded.
func (f *file) importFact(n syntax.Node) {
	path, alias, static := usingOf(n)
	if path == "" {
		return
	}
	fact := inspect.Import{Path: path, Alias: alias, Guarded: n.Up("preproc_if", "preproc_elif", "preproc_else").OK()}
	if static {
		fact.Names = []string{"*"}
	}
	f.state(n, fact)
}

func (f *file) packageFact(n syntax.Node) {
	if name := dotted(n.Field("name")); name != "" && f.once("namespace "+name) {
		f.state(n.Field("name"), inspect.Package{Name: name})
	}
}

// assemblyLoads take the name or file of an assembly that is loaded while the
// program runs.
var assemblyLoads = map[string]bool{
	"System.Reflection.Assembly.Load": true, "System.Reflection.Assembly.LoadFrom": true, "System.Reflection.Assembly.LoadFile": true,
}

func (f *file) dynamicImport(c call) {
	if !assemblyLoads[c.name] {
		return
	}
	if name, ok := f.literal(c.arg(0, "assemblyString", "assemblyFile", "path")); ok && name != "" {
		f.state(c.Node, inspect.Import{Path: name, Dynamic: true, Guarded: c.Up("try_statement").OK()})
	}
}

// mainMethod states static void Main, in a class.
func (f *file) mainMethod(n syntax.Node) {
	if isMain(n) {
		f.state(n.Field("name"), inspect.EntryPoint{Via: "Main"})
	}
}

func isMain(n syntax.Node) bool {
	return n.Is("method_declaration") && n.Field("name").Text() == "Main" && hasModifier(n, "static") && n.Up(typeKinds...).Is("class_declaration", "struct_declaration", "record_declaration")
}

// topLevel states that the file is a program by its statements outside of any
// type.
func (f *file) topLevel() {
	for c := f.tree.Root().First(); c.OK(); c = c.Next() {
		if declares[c.Kind()] {
			return // statements stand before all declarations: what follows is what the grammar stumbled over
		}
		if c.Is("global_statement") && !c.Child(0).Is("local_function_statement") {
			f.Emit(c.Line(), c.Line(), inspect.EntryPoint{Via: "top-level statements"})
			return
		}
	}
}

// declares are the kinds of declarations of a file.
var declares = map[string]bool{
	"namespace_declaration": true, "file_scoped_namespace_declaration": true, "class_declaration": true, "record_declaration": true,
	"struct_declaration": true, "interface_declaration": true, "enum_declaration": true, "delegate_declaration": true,
}

func hasModifier(n syntax.Node, word string) bool {
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Is("modifier") && c.Text() == word {
			return true
		}
	}
	return false
}
