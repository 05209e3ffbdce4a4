// Package ruby reads Ruby source code, and the YAML that Rails runs as templates of it.
package ruby

import (
	"bytes"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// rubyFile is one Ruby file being read: its tree, what its names stand for,
// and what has been found on the way.
type rubyFile struct {
	*inspect.Emitter
	tree *syntax.Tree

	scopes   []int32                       // of each node, the one that opens the scope around it
	locals   map[int32]map[string]*binding // by the node that opens the scope: method, class, block
	members  map[int32]map[string]*binding // @x and @@x by class, $x under globalScope
	consts   map[string]*binding           // constants by their full name: "App::LIMIT"
	classes  map[string][]syntax.Node      // classes and modules by their full name, each opening of them
	methods  map[string][]syntax.Node      // method and singleton_method by name
	heredocs map[int32]syntax.Node         // the bodies, by the node that opens them
	calls    []call                        // all, in source order

	names  fold.Memo[string]     // resolve's results
	values fold.Memo[fold.Value] // evaluate's results
	depth  fold.Depth            // how far resolve and evaluate have gone
	fuel   int                   // steps that are left for this file, see burn

	serving   map[int32]bool         // functions that run while a request or a job is served
	jobs      map[int32]bool         // those of them that serve jobs
	wrappers  map[string]*envWrapper // methods that read the variable named by a parameter
	refused   map[string]bool        // variables without which the program ends
	compared  map[string]bool        // variables for whose fallback the program ends
	asked     map[string]bool        // programs that the file asks for before it runs them
	requires  map[string]bool        // first segments of what is required
	seen      map[string]bool        // facts that a file states once
	server    string                 // "puma" or "unicorn" when the file configures one
	tests     bool                   // a file of tests
	script    bool                   // a program that neither serves nor takes jobs
	rake      bool                   // a Rakefile or a file of tasks
	sinatra   bool                   // a Sinatra application
	jsonLogs  bool                   // a JSON formatter is given to a logger in this file
	railsFile bool                   // configures a Rails application
}

// Extract reads one Ruby file: a program, a Rakefile, a config.ru.
func Extract(e *inspect.Emitter, content []byte) error {
	return reader().Read(e, content, func(e *inspect.Emitter, part []byte) error {
		if len(part) < len(content) {
			part = outline(content)
		}
		return extract(e, part)
	})
}

func extract(e *inspect.Emitter, content []byte) error {
	if len(bytes.TrimSpace(content)) == 0 {
		return nil
	}
	tree, err := syntax.Parse(syntax.Ruby, withoutInnerHeredocs(beforeData(content)))
	if tree == nil {
		return err
	}
	f := read(e, tree)
	f.prepare()
	tree.Root().Walk(func(n syntax.Node) bool { f.visit(n); return true })
	for _, c := range f.calls {
		f.call(c)
	}
	f.wholeFile()
	return err
}

// beforeData is a program without what stands behind __END__: that is data.
func beforeData(content []byte) []byte {
	mark := []byte("\n__END__")
	for from := 0; ; {
		at := bytes.Index(content[from:], mark)
		if at < 0 {
			return content
		}
		at += from
		end := at + len(mark)
		if end == len(content) || content[end] == '\n' || content[end] == '\r' {
			return content[:at]
		}
		from = end
	}
}

func read(e *inspect.Emitter, tree *syntax.Tree) *rubyFile {
	f := &rubyFile{
		Emitter: e, tree: tree,
		locals: map[int32]map[string]*binding{}, members: map[int32]map[string]*binding{}, consts: map[string]*binding{},
		classes: map[string][]syntax.Node{}, methods: map[string][]syntax.Node{}, heredocs: map[int32]syntax.Node{},
		serving: map[int32]bool{}, jobs: map[int32]bool{}, wrappers: map[string]*envWrapper{}, refused: map[string]bool{},
		compared: map[string]bool{}, asked: map[string]bool{}, requires: map[string]bool{}, seen: map[string]bool{},
		fuel: maxFuel + 4*len(tree.Source()),
	}
	f.bindNames()
	return f
}

// prepare finds what other facts depend on, whatever the order in the file.
func (f *rubyFile) prepare() {
	f.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("call", "identifier") {
			if c, ok := f.callOf(n); ok {
				f.calls = append(f.calls, c)
			}
		}
		return true
	})
	f.whatFile()
	f.findServing()
	if f.says("ENV") {
		f.findEnvWrappers()
		f.findRefusals()
	}
	if f.says("ogger") || f.says("ograge") || f.says("formatter") {
		f.findJSON()
	}
	for _, c := range f.calls {
		f.asksForProgram(c)
	}
}

// says reports whether the file has a word anywhere: what is told of it only is
// not looked for in others.
func (f *rubyFile) says(word string) bool { return bytes.Contains(f.tree.Source(), []byte(word)) }

// visit states what one node other than a call shows.
func (f *rubyFile) visit(n syntax.Node) {
	switch n.Kind() {
	case "element_reference":
		f.envElement(n)
	case "assignment":
		f.assignment(n, n.Field("right"))
	case "operator_assignment":
		if n.Has("||=") {
			f.assignment(n, n.Field("right"))
		}
	case "class":
		f.class(n)
	case "module":
		f.module(n)
		f.resqueModule(n)
	case "method", "singleton_method":
		f.lambdaHandler(n)
	case "if", "unless", "elsif", "if_modifier", "unless_modifier", "conditional", "case", "binary":
		f.envBranch(n)
		f.mainGuard(n)
		f.login(n)
	case "while", "until", "while_modifier", "until_modifier":
		f.waitLoop(n)
		f.endless(n)
	case "call":
		f.endless(n)
	case "retry":
		f.waitRetry(n)
	case "string":
		f.urlCredential(n)
	case "heredoc_beginning":
		f.urlCredential(n)
	case "pair":
		f.pairSecret(n)
		f.pairHandle(n)
	case "optional_parameter", "keyword_parameter":
		f.parameterSecret(n)
	case "subshell":
		f.subshell(n)
	}
}

// call states what one call shows. Its name decides; a method of an unknown
// receiver has no name, and only what no other library has is stated for it.
func (f *rubyFile) call(c call) {
	f.envCall(c)
	f.methodOnly(c)
	f.loggedCall(c)
	if c.name == "" {
		return
	}
	f.importCall(c)
	f.listenCall(c)
	f.serverConfig(c)
	f.clientCall(c)
	f.castingHelpers(c)
	f.envTable(c)
	f.sessionCall(c)
	f.storeCall(c)
	f.secretCall(c)
	f.signalCall(c)
	f.schedulerCall(c)
	f.jobCall(c)
	f.logCall(c)
	f.fileCall(c)
	f.execCall(c)
	f.migrationCall(c)
	f.startCall(c)
	f.slowCall(c)
	f.endpointCall(c)
	f.resourceCall(c)
	f.handlerCall(c)
	f.settingCall(c)
	f.sinatraSettings(c)
	f.taskCall(c)
}

// methodOnly states what the method's own name tells, whoever receives it.
func (f *rubyFile) methodOnly(c call) {
	f.enqueueCall(c)
	f.mailCall(c)
	f.basicAuth(c)
	f.originCall(c)
}

// assignment states what a value given to a name shows.
func (f *rubyFile) assignment(n, right syntax.Node) {
	f.assignedSecret(n, right)
	f.assignedHandle(n, right)
	f.assignedEndpoint(n, right)
	f.settingAssignment(n, right)
}

func (f *rubyFile) wholeFile() {
	f.entryPoint()
	f.rackup()
	f.sharedState()
	f.sinatraListen()
	f.exports()
}

// once reports whether key is asked for the first time in this file.
func (f *rubyFile) once(key string) bool {
	if f.seen[key] {
		return false
	}
	f.seen[key] = true
	return true
}

// say emits a fact on the lines of n. A call with a block stands on the lines
// before it: what the block holds has lines of its own.
func (f *rubyFile) say(n syntax.Node, fact inspect.Fact) {
	end := n.EndLine()
	if block := n.Field("block"); n.Is("call") && block.OK() {
		end = max(n.Line(), lineBefore(block))
	}
	f.Emit(n.Line(), end, fact)
}

// lineBefore is the line on which a block opens.
func lineBefore(block syntax.Node) int { return block.Line() }

// maxFuel bounds the steps of following names in one file, beside four for
// each of its bytes.
const maxFuel = 400_000

// burn takes one step of following, and reports whether there was one left.
func (f *rubyFile) burn() bool {
	f.fuel--
	return f.fuel > 0
}
