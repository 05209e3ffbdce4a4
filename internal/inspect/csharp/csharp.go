// Package csharp reads C# source code.
package csharp

import (
	"bytes"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// file is one C# file being read: its tree, what its names stand for, and what
// has been found on the way.
type file struct {
	*inspect.Emitter
	tree    *syntax.Tree
	usings  map[string]bool        // namespaces that using directives open
	aliases map[string]string      // using R = StackExchange.Redis
	statics []string               // using static System.Environment
	types   map[string]syntax.Node // types that the file declares, by simple name
	scopes  map[int32]map[string]*binding
	calls   map[string][]syntax.Node // invocations by the last name of what is called
	made    map[string][]syntax.Node // object creations by simple type name
	methods map[string][]syntax.Node // methods and local functions by name

	names  fold.Memo[string]     // resolve's results
	values fold.Memo[fold.Value] // evaluate's results
	depth  fold.Depth            // how far these two have gone

	wrappers map[int32]*envWrapper
	boots    map[int32]bool    // functions that are called when the program starts
	serves   map[int32]bool    // functions that serve requests
	routed   map[string]bool   // names of functions given to a route; nil before it is asked for
	leavesAt map[int32]int32   // blocks that a program leaves unless in development, by the index of the statement
	rejected map[*binding]bool // names that a check ends the program for
	branches []branch          // decisions by environment, stated when all else is known
	seen     map[string]bool   // facts that a file states once
	aspire   bool              // an Aspire app host: it describes what to run, and connects to nothing
	sought   int               // nodes that brings looked at
	caches   []string          // names of the cache of the process; nil before it is asked for
	noEnv    bool              // the file builds a configuration that leaves the environment out
}

// Extract reads one C# file.
func Extract(e *inspect.Emitter, content []byte) error {
	if len(bytes.TrimSpace(content)) == 0 {
		return nil
	}
	return reader().Read(e, content, func(e *inspect.Emitter, read []byte) error {
		if len(read) == 0 { // nothing but imports
			read, _ = head(content)
		}
		return extract(e, read)
	})
}

func extract(e *inspect.Emitter, content []byte) error {
	tree, err := syntax.Parse(syntax.CSharp, content)
	if tree == nil {
		return err
	}
	f := &file{
		Emitter: e, tree: tree,
		usings: map[string]bool{}, aliases: map[string]string{}, types: map[string]syntax.Node{},
		scopes: map[int32]map[string]*binding{}, calls: map[string][]syntax.Node{}, made: map[string][]syntax.Node{}, methods: map[string][]syntax.Node{},
		wrappers: map[int32]*envWrapper{}, boots: map[int32]bool{}, serves: map[int32]bool{}, leavesAt: map[int32]int32{},
		rejected: map[*binding]bool{}, seen: map[string]bool{},
	}
	f.bindNames()
	f.prepare()
	tree.Root().Walk(func(n syntax.Node) bool { f.visit(n); return true })
	f.wholeFile()
	return err
}

// prepare finds what other facts depend on, whatever the order in the file.
func (f *file) prepare() {
	f.aspire = f.usings["Aspire.Hosting"] || len(f.calls["CreateBuilder"]) > 0 && f.anyCall("CreateBuilder", "Aspire.Hosting.DistributedApplication.CreateBuilder")
	f.noEnv = len(f.made["ConfigurationBuilder"]) > 0 && len(f.calls["AddEnvironmentVariables"]) == 0
	f.findRejections()
	f.findWrappers()
}

// anyCall reports whether one of the calls of that last name resolves to name.
func (f *file) anyCall(last, name string) bool {
	for _, call := range f.calls[last] {
		if f.resolve(call.Field("function")) == name {
			return true
		}
	}
	return false
}

// visit states what one node shows.
func (f *file) visit(n syntax.Node) {
	switch n.Kind() {
	case "while_statement", "for_statement", "do_statement", "do_while_statement":
		if loop, ok := syntax.EndlessLoop(n); ok {
			f.state(n, loop)
		}
	case "using_directive":
		f.importFact(n)
	case "namespace_declaration", "file_scoped_namespace_declaration":
		f.packageFact(n)
	case "invocation_expression":
		f.invocation(n)
	case "object_creation_expression", "implicit_object_creation_expression":
		f.creation(n)
	case "element_access_expression":
		f.configIndexer(n)
	case "assignment_expression":
		f.assignment(n)
	case "variable_declarator", "property_declaration":
		f.declaration(n)
	case "binary_expression":
		f.login(n)
	case "method_declaration":
		f.method(n)
	case "class_declaration", "record_declaration":
		f.class(n)
	case "string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression":
		f.urlCredential(n)
	case "parameter":
		f.cacheUse(n)
	case "if_statement", "conditional_expression", "switch_statement", "switch_expression", "preproc_if":
		f.envBranch(n)
	}
}

// invocation states what one call shows: by its resolved name, or by a
// method's own name where a framework makes it unmistakable.
func (f *file) invocation(n syntax.Node) {
	c := f.callOf(n)
	f.envCall(c)
	f.configCall(c)
	f.listenCall(c)
	f.hostCall(c)
	f.clientCall(c)
	f.sessionCall(c)
	f.storeCall(c)
	f.cacheAsked(c)
	f.codeKept(c)
	f.keyRingCall(c)
	f.logCall(c)
	f.loggedCall(c)
	f.fileCall(c)
	f.execCall(c)
	f.migrationCall(c)
	f.jobCall(c)
	f.signalCall(c)
	f.routeCall(c)
	f.startCall(c)
	f.slowCall(c)
	f.endpointCall(c)
	f.originCall(c)
	f.levelCall(c)
	f.profilerCall(c)
	f.errorPage(c)
	f.resourceCall(c)
	f.argumentCredentials(c)
	f.dynamicImport(c)
}

func (f *file) creation(n syntax.Node) {
	c := f.callOf(n)
	f.clientCall(c)
	f.listenCall(c)
	f.logCall(c)
	f.fileCall(c)
	f.execCall(c)
	f.jobCall(c)
	f.startCall(c)
	f.slowCall(c)
	f.endpointCall(c)
	f.resourceCall(c)
	f.argumentCredentials(c)
}

func (f *file) assignment(n syntax.Node) {
	f.assignedCredential(n)
	f.assignedHandle(n)
	f.assignedEndpoint(n)
	f.assignedResource(n)
	f.ticketStore(n)
	f.signalEvent(n)
	f.startInfo(n)
}

func (f *file) declaration(n syntax.Node) {
	f.declaredCredential(n)
	f.usersTable(n)
	f.declaredHandle(n)
	f.declaredEndpoint(n)
	f.memoryQueue(n)
	f.cacheUse(n)
}

func (f *file) method(n syntax.Node) {
	f.mainMethod(n)
	f.functionHandler(n)
}

func (f *file) class(n syntax.Node) {
	f.handlerClass(n)
	f.workerClass(n)
}

func (f *file) wholeFile() {
	f.topLevel()
	f.sharedState()
	f.consoleOutput()
	f.envBranches()
	f.exports()
}

// once reports whether key is asked for the first time in this file.
func (f *file) once(key string) bool {
	if f.seen[key] {
		return false
	}
	f.seen[key] = true
	return true
}

// state emits a fact on the lines of n. Of a chain of calls only the last name
// and its arguments are n's own: what stands before is another call.
func (f *file) state(n syntax.Node, fact inspect.Fact) {
	from := n
	if n.Is("invocation_expression") {
		from = n.Field("function")
	}
	switch {
	case from.Is("member_access_expression"):
		from = from.Field("name")
	case from.Is("conditional_access_expression"):
		from = from.Child(1)
	}
	f.Emit(from.Line(), n.EndLine(), fact)
}
