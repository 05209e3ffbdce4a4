// Package python reads Python source code.
package python

import (
	"bytes"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// pythonFile is one Python file being read: its tree, what its names stand
// for, and what has been found on the way.
type pythonFile struct {
	*inspect.Emitter
	tree   *syntax.Tree
	scopes map[int32]map[string]*pyBinding    // by the node that opens the scope: module, class, function
	fields map[int32]map[string][]syntax.Node // by class: what methods assign to self.NAME

	names  fold.Memo[string]     // resolve's results
	values fold.Memo[fold.Value] // evaluate's results
	depth  fold.Depth            // how far resolve and evaluate have gone

	logins   map[int32]bool        // texts of passwords that a login compares, by node
	guard    syntax.Node           // the body of if __name__ == "__main__"
	wrappers map[int32]*envWrapper // functions that read the variable named by a parameter
	rejected map[*pyBinding]bool   // names that a check ends the program for: true if their value alone does
	modules  map[string]bool       // first segments of imported modules
	seen     map[string]bool       // facts that a file states once
	beside   map[string]bool       // what threads and tasks run; see runsBeside
	rounds   map[int32]bool        // loops that were looked at; see tick
	jsonLogs bool                  // a JSON formatter is made in this file
	django   bool                  // a Django settings file
	star     bool                  // everything of some module is imported

	stated    []statedFact
	steps     int             // nodes of branches looked at; see step
	endpoints map[int32]bool  // literals that a call states as its endpoint
	given     []givenFact     // endpoints given to names
	asked     map[string]bool // programs that the file looks for before it starts them
	holds     map[string]bool // words looked for in the whole source; see mentions
	serving   map[int32]bool  // functions that run while a request is served; see findServing
	apart     map[string]bool // classes with a map that is stated Apart
	instances map[int32]bool  // classes that the module holds an instance of; see hasInstance
	runs      map[string]bool // expressions that name code to run; see runsWritten
}

// Extract reads one Python file, of version 2 or 3.
func Extract(e *inspect.Emitter, content []byte) error {
	return reader().Read(e, content, func(e *inspect.Emitter, content []byte) error {
		_, err := extract(e, content)
		return err
	})
}

// extract reads one file, and gives it back for what else a format of its own
// asks of it; nil when there is nothing to read.
func extract(e *inspect.Emitter, content []byte) (*pythonFile, error) {
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, nil
	}
	tree, err := syntax.Parse(syntax.Python, content)
	if tree == nil {
		return nil, err
	}
	p := &pythonFile{
		Emitter: e, tree: tree,
		scopes: map[int32]map[string]*pyBinding{}, fields: map[int32]map[string][]syntax.Node{},
		wrappers: map[int32]*envWrapper{}, rejected: map[*pyBinding]bool{},
		modules: map[string]bool{}, seen: map[string]bool{}, endpoints: map[int32]bool{}, asked: map[string]bool{}, runs: map[string]bool{}, holds: map[string]bool{},
	}
	p.bindNames()
	p.prepare()
	tree.Root().Walk(func(n syntax.Node) bool { p.visit(n); return true })
	p.wholeFile()
	return p, err
}

// prepare finds what other facts depend on, whatever the order in the file.
func (p *pythonFile) prepare() {
	p.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "if_statement":
			p.findGuard(n)
			p.findRejection(n)
		case "assert_statement":
			p.rejectNames(n)
		case "call", "subscript":
			p.findEnvWrapper(n)
		}
		if n.Is("call") {
			p.jsonLogs = p.jsonLogs || pyJSONFormatters[p.callee(n)]
			p.findAsked(n)
			p.findRun(n)
		}
		return true
	})
	p.django = p.isDjangoSettings()
}

// visit states what one node shows.
func (p *pythonFile) visit(n syntax.Node) {
	switch n.Kind() {
	case "import_statement", "import_from_statement":
		p.importFacts(n)
	case "call":
		p.call(n)
	case "subscript":
		p.envSubscript(n)
		if p.modules["dynaconf"] {
			p.dynaconfRead(n)
		}
	case "attribute":
		if p.modules["dynaconf"] {
			p.dynaconfRead(n)
		}
	case "comparison_operator":
		p.envMembership(n)
		p.comparedSecret(n)
	case "boolean_operator":
		p.login(n)
	case "while_statement":
		if loop, ok := syntax.EndlessLoop(n); ok {
			p.state(n, loop)
		}
	case "assignment":
		p.assignment(n)
	case "augmented_assignment":
		p.settingAppend(n)
	case "function_definition":
		p.function(n)
	case "class_definition":
		p.class(n)
	case "default_parameter", "typed_default_parameter":
		p.defaultCredential(n)
	case "pair":
		p.pairCredential(n)
		p.pairHandle(n)
		p.mailedDomain(n)
	case "string":
		p.urlCredential(n)
		p.linkIn(n)
	}
}

// call states what one call shows. Its name decides; a method of an unknown
// receiver has no name and states nothing.
func (p *pythonFile) call(n syntax.Node) {
	c := pyCall{Node: n, name: p.callee(n), args: pyArgsOf(n)}
	p.envCall(c)
	p.keywordCredentials(c)
	p.configUpdate(c)
	p.flaskConfig(c)
	p.originCall(c)
	p.jobCall(c)
	p.signalCall(c)
	p.metadataCall(c)
	p.loggedCall(c)
	if p.modules["dynaconf"] {
		p.dynaconfRead(n)
		p.dynaconfValidators(c)
	}
	if c.name == "" {
		if p.modules["pandas"] || p.modules["polars"] || p.savesGiven(c) {
			p.fileCall(c)
		}
		return
	}
	p.dynamicImport(c)
	p.splitSettings(c)
	p.listenCall(c)
	p.application(c)
	p.clientCall(c)
	p.vectorFolder(c)
	p.keyArgument(c)
	p.sessionCall(c)
	p.logCall(c)
	p.fileCall(c)
	p.execCall(c)
	p.migrationCall(c)
	p.storeCall(c)
	p.endpointCall(c)
	p.resourceCall(c)
	p.slowWork(c)
}

func (p *pythonFile) assignment(n syntax.Node) {
	p.assignedCredential(n)
	p.assignedHandle(n)
	p.originName(n)
	p.link(n)
	p.wellKnownConfig(n)
	p.settingAssignment(n)
	p.settingsModule(n)
	p.scheduleConfig(n)
	p.loggingDict(n)
	p.configClass(n)
	p.flaskAssigned(n)
	p.resourceSetting(n)
}

func (p *pythonFile) function(n syntax.Node) {
	p.lambdaHandler(n)
	p.taskDeclaration(n)
	p.memoizedStore(n)
}

func (p *pythonFile) class(n syntax.Node) {
	p.settingsClass(n)
	p.workerClass(n)
}

func (p *pythonFile) wholeFile() {
	p.entryPoint()
	p.sharedState()
	p.flaskSession()
	p.djangoClients()
	p.djangoSession()
	p.djangoStores()
	p.givenEndpoints()
	p.startWork()
	p.envBranches()
	p.exports()
}

// once reports whether key is asked for the first time in this file.
func (p *pythonFile) once(key string) bool {
	if p.seen[key] {
		return false
	}
	p.seen[key] = true
	return true
}

// mentions reports whether a word stands anywhere in the file.
func (p *pythonFile) mentions(word string) bool {
	found, known := p.holds[word]
	if !known {
		found = bytes.Contains(p.tree.Source(), []byte(word))
		p.holds[word] = found
	}
	return found
}

// state emits a fact on the lines of n.
func (p *pythonFile) state(n syntax.Node, fact inspect.Fact) {
	p.stated = append(p.stated, statedFact{n.Index(), fact})
	p.Emit(n.Line(), n.EndLine(), fact)
}
