// Package jvm reads Java and Kotlin source code: two grammars, one meaning.
package jvm

import (
	"bytes"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// file is one source file being read: its tree, what its names stand for, and
// what has been found on the way.
type file struct {
	*inspect.Emitter
	tree   *syntax.Tree
	kotlin bool

	around   []int32                 // of each node, the scope that encloses it: a block, function, lambda or class
	names    map[scopedName]*binding // what is declared where
	methods  map[scopedName][]syntax.Node
	classes  map[string]syntax.Node // classes of the file, by their simple name
	imported map[string]string      // simple names of imports, Kotlin's aliases among them
	packages []string               // imported whole: "java.util.*"
	javax    bool                   // imports the frameworks of before Jakarta
	modules  map[string]bool        // imported paths

	resolved fold.Memo[string]       // resolve's results
	supers   fold.Memo[string]       // superclass's results
	values   fold.Memo[fold.Value]   // evaluate's results
	depth    fold.Depth              // how far these three have gone
	calls    map[int32]call          // callOf's results
	answers  map[int32]*answer       // asks' results
	deeds    map[int32]*deed         // what bodies do when the program stops
	boots    map[int32]bool          // functions that run at the start
	fuel     int                     // nodes that walks beside the one over the file may still visit
	results  map[int32][]syntax.Node // of functions: what they return

	wrappers    map[int32]*envWrapper   // functions that read the variable named by a parameter
	rejected    map[*binding]bool       // names that a check ends the program for: true if their value alone does
	callers     map[string][]call       // calls without a receiver, by name
	handlers    map[int32]bool          // isHandler's results
	entryValues map[entryKey]fold.Value // entryOf's results
	putCalls    map[*binding][]call     // puts into named maps; nil until asked
	seen        map[string]bool         // facts that a file states once
	jsonLogs    bool                    // a JSON layout is made in this file
	asked       map[string]bool         // programs that the file asks for before it starts them
	packageName string
	settingOf   map[int32]fold.Value // of the names of settings that a framework fills, and of methods that give them
	embedded    []syntax.Node        // URLs of engines inside the process among a call's arguments
}

// Java reads one Java file.
func Java(e *inspect.Emitter, content []byte) error {
	return javaReader().Read(e, content, func(e *inspect.Emitter, content []byte) error { return extract(e, content, syntax.Java) })
}

// Kotlin reads one Kotlin file or script.
func Kotlin(e *inspect.Emitter, content []byte) error {
	return kotlinReader().Read(e, content, func(e *inspect.Emitter, content []byte) error { return extract(e, content, syntax.Kotlin) })
}

func extract(e *inspect.Emitter, content []byte, grammar syntax.Grammar) error {
	if len(bytes.TrimSpace(content)) == 0 {
		return nil
	}
	tree, err := syntax.Parse(grammar, content)
	if tree == nil {
		return err
	}
	f := &file{
		Emitter: e, tree: tree, kotlin: grammar == syntax.Kotlin,
		names: map[scopedName]*binding{}, methods: map[scopedName][]syntax.Node{}, classes: map[string]syntax.Node{},
		imported: map[string]string{}, modules: map[string]bool{},
		results: map[int32][]syntax.Node{}, calls: map[int32]call{}, entryValues: map[entryKey]fold.Value{}, answers: map[int32]*answer{}, deeds: map[int32]*deed{}, boots: map[int32]bool{},
		wrappers: map[int32]*envWrapper{}, rejected: map[*binding]bool{}, callers: map[string][]call{},
		handlers: map[int32]bool{}, seen: map[string]bool{}, asked: map[string]bool{}, settingOf: map[int32]fold.Value{},
	}
	f.fuel = fuelPerNode*tree.Len() + 10_000
	f.bindNames()
	f.prepare()
	tree.Root().Walk(func(n syntax.Node) bool { f.visit(n); return true })
	f.wholeFile()
	return err
}

// prepare finds what other facts depend on, whatever the order in the file.
func (f *file) prepare() {
	f.tree.Root().Walk(func(n syntax.Node) bool {
		switch {
		case n.Is("if_statement", "if_expression"):
			f.findRejection(n)
		case n.Is("class_declaration", "record_declaration", "object_declaration", "interface_declaration"):
			f.settingsClass(n)
		case isCall(n):
			c := f.callOf(n)
			if !c.ok {
				break
			}
			if !c.recv.OK() && c.method != "" {
				f.callers[c.method] = append(f.callers[c.method], c)
			}
			f.findWrapper(c)
			f.jsonLogs = f.jsonLogs || jsonLayouts[c.name]
		}
		return true
	})
}

// visit states what one node shows.
func (f *file) visit(n syntax.Node) {
	switch n.Kind() {
	case "while_statement", "for_statement", "do_statement", "do_while_statement":
		if loop, ok := syntax.EndlessLoop(n); ok {
			f.state(n, loop)
		}
	case "package_declaration", "package_header":
		f.packageFact(n)
	case "import_declaration", "import":
		f.importFact(n)
	case "method_invocation", "object_creation_expression", "call_expression", "explicit_constructor_invocation", "constructor_invocation", "binary_expression":
		if c := f.callOf(n); c.ok {
			f.call(c)
		}
		f.login(n)
	case "conjunction_expression", "disjunction_expression":
		f.login(n)
	case "assignment_expression", "assignment":
		f.assignment(n)
	case "variable_declarator", "property_declaration":
		f.declaration(n)
	case "marker_annotation", "annotation":
		f.annotation(n)
	case "method_declaration", "function_declaration":
		f.function(n)
	case "class_declaration", "record_declaration", "object_declaration", "interface_declaration":
		f.class(n)
	case "string_literal", "multiline_string_literal":
		f.urlCredential(n)
		f.embeddedURL(n)
	case "array_access", "index_expression":
		f.envIndex(n)
	case "if_statement", "if_expression", "ternary_expression", "switch_expression", "when_expression":
		f.envBranch(n)
	}
}

// call states what one call shows. Its resolved name decides; a method of an
// unknown receiver has no name.
func (f *file) call(c call) {
	f.envCall(c)
	f.argumentCredential(c)
	f.originCall(c)
	f.stopEvent(c)
	f.seeds(c)
	f.madeSession(c)
	f.springLogin(c)
	f.rememberMeKey(c)
	f.loggedCall(c)
	f.asksForMail(c)
	if c.name == "" {
		return
	}
	f.handlerCall(c)
	f.entryCall(c)
	f.listenCall(c)
	f.clientCall(c)
	f.keyArgument(c)
	f.sessionCall(c)
	f.madeUpKey(c)
	f.storeCall(c)
	f.jobCall(c)
	f.processCall(c)
	f.migrationCall(c)
	f.startWork(c)
	f.slowWork(c)
	f.logCall(c)
	f.fileCall(c)
	f.endpointCall(c)
	f.resourceCall(c)
	f.settingCall(c)
}

// assignment states a = b; Kotlin's a.b = c is also a.setB(c).
func (f *file) assignment(n syntax.Node) {
	f.assignedCredential(n)
	f.assignedHandle(n.Field("left"), n.Field("right"), n)
	if c := f.setterOf(n); c.ok {
		f.call(c)
	}
	if c := f.indexPut(n); c.ok {
		f.call(c)
	}
}

// declaration states T a = b and val a = b.
func (f *file) declaration(n syntax.Node) {
	name, v := declared(n)
	f.declaredCredential(n, name, v)
	f.usersTable(n, name, v)
	f.assignedHandle(name, v, n)
}

func (f *file) function(n syntax.Node) {
	f.mainFunction(n)
	f.handlerFunction(n)
	f.stopMethod(n)
	f.lambdaHandler(n)
}

func (f *file) class(n syntax.Node) {
	f.stopClass(n)
}

func (f *file) wholeFile() {
	f.sharedState()
	f.embeddedClients()
	f.implicitListen()
	f.exports()
}

// fuelPerNode bounds what is looked at again and again: with it a file costs
// what its size is, whatever it holds.
const fuelPerNode = 40

// look is Walk for all but the main walk over the file: it ends when the fuel
// does.
func (f *file) look(n syntax.Node, visit func(syntax.Node) bool) {
	n.Walk(func(m syntax.Node) bool {
		f.fuel--
		return f.fuel > 0 && visit(m)
	})
}

// once reports whether key is asked for the first time in this file.
func (f *file) once(key string) bool {
	if f.seen[key] {
		return false
	}
	f.seen[key] = true
	return true
}

// state emits a fact on the lines of n.
func (f *file) state(n syntax.Node, fact inspect.Fact) { f.Emit(n.Line(), n.EndLine(), fact) }
