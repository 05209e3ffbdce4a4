// Package ecmascript reads JavaScript and TypeScript source code.
package ecmascript

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// JavaScript, TypeScript and TSX: one extractor over three grammars. The file
// is parsed, its names are bound to what declares them, and every call, member
// and literal is then looked at once.
//
// Expressions are told apart by their symbol: where a value comes from, spelled
// as a path that starts at a module or a global. `const app = express()` makes
// app.listen the symbol "express().listen"; `const { Pool: P } = require("pg")`
// makes new P() the symbol "pg.Pool()". A name that leads nowhere has no
// symbol, and what has no symbol states nothing.

// Extract reads a file with one of the three grammars.
func Extract(g syntax.Grammar) inspect.Extractor {
	return func(e *inspect.Emitter, content []byte) error {
		r := reader()
		if g != syntax.JavaScript {
			r.Also = func(content []byte) bool { return served(content) || typesPerhaps(content) }
		}
		return r.Read(e, content, func(e *inspect.Emitter, content []byte) error { return extract(g, e, content) })
	}
}

func extract(g syntax.Grammar, e *inspect.Emitter, content []byte) error {
	tree, err := parseECMAScript(g, content)
	if tree == nil {
		return err
	}
	f := newECMAFile(tree, e)
	f.typed = g != syntax.JavaScript
	f.readImports()
	f.readAliases()
	f.readEnv()
	f.readCalls()
	f.readCredentials()
	f.readServiceHandles()
	f.readLinkIn()
	f.readHandlers()
	f.readSharedState()
	f.readRecords()
	f.readHeld()
	f.readStateUses()
	f.readEntryPoint()
	f.readEnvironments()
	f.readStartWork()
	f.readEnvBranches()
	f.readExports()
	f.each(func(n syntax.Node) {
		if loop, ok := syntax.EndlessLoop(n); ok {
			f.say(n, loop)
		}
	}, "while_statement", "for_statement", "do_statement")
	return err
}

// parseECMAScript reads JavaScript that its own grammar stumbles over (type
// annotations of Flow) with TSX's, when that understands more of it.
func parseECMAScript(g syntax.Grammar, content []byte) (*syntax.Tree, error) {
	tree, err := syntax.Parse(g, content)
	if g != syntax.JavaScript || tree == nil {
		return tree, err
	}
	bad := unparsedBytes(tree)
	if bad == 0 {
		return tree, err
	}
	typed, typedErr := syntax.Parse(syntax.TSX, content)
	if typed != nil && unparsedBytes(typed) < bad {
		return typed, typedErr
	}
	return tree, err
}

func unparsedBytes(t *syntax.Tree) (bad int) {
	t.Root().Walk(func(n syntax.Node) bool {
		if !n.Is("ERROR") {
			return true
		}
		from, to := n.Span()
		bad += to - from
		return false
	})
	return bad
}

// followSteps bounds how often names of one file are followed, by its nodes;
// people's files take about one step a node.
const (
	followSteps     = 20_000
	followStepsNode = 10
)

// ecmaFile is one file while its signals are read.
type ecmaFile struct {
	*inspect.Emitter
	tree     *syntax.Tree
	typed    bool         // whether the file is TypeScript, which drops imports of types
	scopes   []*ecmaScope // of each node, by its index
	bindings []*ecmaBinding
	classes  map[int32]map[string]*ecmaMember // of class_body nodes, by their index
	objects  map[int32]*ecmaObject            // of object nodes, by their index
	symbols  map[int32]string                 // what symbol() found, by node index
	fuel     int                              // steps left for following names
	hops     int                              // names being followed at this moment
	calls    []ecmaCall
	uses     map[string]bool // module names that are imported in any way
	serving  map[int32]bool  // functions that run while a request is served
	told     map[int32]bool  // nodes whose fact another signal states
	wrappers map[int32]*ecmaEnvWrapper
	guards   ecmaEnvGuards
	schemas  map[int32]map[string]ecmaEnvField // typed environment objects, by the node that makes them
	said     []saidFact
	previews bool                  // something in the file is shown to developers with values made up
	returns  map[int32]syntax.Node // what functions return at their end; see returned
	loaded   map[string]bool       // expressions that name code to run; see runsWritten
	ticking  *bool                 // whether timers may be a schedule, once asked; see ticksHere
	found    map[string]bool       // programs that the file looks for; see asked
	// imported names by what they stand for, once asked; see erased
	valueUses, typeUses, metadata map[*ecmaBinding]bool

	called map[int32][]syntax.Node // calls of the file's functions, by the function; see callsOf
}

// saidFact is a fact with the node that states it.
type saidFact struct {
	node int32
	fact inspect.Fact
}

// ecmaCall is a call, a construction or a tagged template.
type ecmaCall struct {
	node   syntax.Node
	callee string      // symbol of what is called; "" when it leads nowhere
	recv   syntax.Node // what the method is called on
	method string      // the method's name
	args   []syntax.Node
	fresh  bool // new
}

func newECMAFile(tree *syntax.Tree, e *inspect.Emitter) *ecmaFile {
	f := &ecmaFile{
		Emitter: e, tree: tree,
		fuel: followSteps + followStepsNode*tree.Len(), objects: map[int32]*ecmaObject{},
		classes: map[int32]map[string]*ecmaMember{}, symbols: map[int32]string{}, uses: map[string]bool{},
		serving: map[int32]bool{}, told: map[int32]bool{},
		wrappers: map[int32]*ecmaEnvWrapper{}, returns: map[int32]syntax.Node{}, schemas: map[int32]map[string]ecmaEnvField{},
		previews: strings.Contains(tree.Root().Text(), ".PreviewProps"),
	}
	f.bindNames()
	f.bindWrites()
	f.findCalls()
	f.findServing()
	f.findEnvLoaders()
	return f
}

func (f *ecmaFile) say(n syntax.Node, fact inspect.Fact) {
	if f.previews && inPreview(n) {
		return
	}
	f.said = append(f.said, saidFact{n.Index(), fact})
	f.Emit(n.Line(), n.EndLine(), fact)
}

// inPreview reports whether a node lies in the values that a preview is shown with:
// Mail.PreviewProps = {…}.
func inPreview(n syntax.Node) bool {
	for a := n.Up("assignment_expression"); a.OK(); a = a.Up("assignment_expression") {
		if a.Field("left").Field("property").Text() == "PreviewProps" {
			return true
		}
	}
	return false
}

// each visits every named node of one of the kinds, in source order.
func (f *ecmaFile) each(visit func(syntax.Node), kinds ...string) {
	f.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is(kinds...) {
			visit(n)
		}
		return true
	})
}

// findCalls lists the file's calls with their symbols.
//
// It goes backwards, so that of a.b().c() the symbol of a.b() is known first and
// a chain of any length costs one step a call.
func (f *ecmaFile) findCalls() {
	for i := f.tree.Len() - 1; i >= 0; i-- {
		if n := f.tree.At(i); n.Is("call_expression", "new_expression") {
			f.calls = append(f.calls, f.callOf(n))
		}
	}
	slices.Reverse(f.calls)
}

func (f *ecmaFile) callOf(n syntax.Node) ecmaCall {
	c := ecmaCall{node: n, fresh: n.Is("new_expression"), args: ecmaArgs(n)}
	target := n.Field("function")
	if c.fresh {
		target = n.Field("constructor")
	}
	target = ecmaBare(target)
	if target.Is("super") { // makes what its class extends
		c.callee, c.fresh = f.symbol(heritage(n.Up("class_body").Parent())), true
		return c
	}
	if target.Is("member_expression") {
		c.recv, c.method = target.Field("object"), target.Field("property").Text()
	}
	if target.Is("subscript_expression") {
		if text, ok := ecmaString(target.Field("index")); ok {
			c.recv, c.method = target.Field("object"), text
		}
	}
	c.callee = f.symbol(target)
	return c
}

// arg is the i-th argument, or none.
func (c ecmaCall) arg(i int) syntax.Node {
	if i < 0 || i >= len(c.args) {
		return syntax.Node{}
	}
	return c.args[i]
}

// readCalls lets every table look at every call.
func (f *ecmaFile) readCalls() {
	for _, c := range f.calls {
		c = f.settled(c)
		f.readEnvListed(c)
		f.readTransport(c)
		f.readListen(c)
		f.readClient(c)
		f.readSession(c)
		f.readSignalHandler(c)
		f.readLogSink(c)
		f.readExec(c)
		f.readMigration(c)
		f.readQueue(c)
		f.readTick(c)
		f.readCredentialArguments(c)
		f.readStore(c)
		f.readEndpoint(c)
		f.readOriginCall(c)
		f.readDefine(c)
		f.readResource(c)
		f.readSlowWork(c)
		f.readLogged(c)
	}
	for _, c := range f.calls { // after the log sinks, which claim their streams
		f.readFileWrite(c)
	}
	f.readConsole()
	f.readDecorators()
}
