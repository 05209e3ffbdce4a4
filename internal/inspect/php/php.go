// Package php reads PHP source code, with the HTML around it.
package php

import (
	"bytes"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// script is one PHP file being read: its tree, what its names stand for, and
// what has been found on the way.
type script struct {
	*inspect.Emitter
	tree  *syntax.Tree
	nodes []int32 // of each signal in Emitter, the node it is stated for

	namespace string
	uses      map[string]string             // local class name in lower case: its full name
	functions map[string]string             // local function name in lower case: its full name
	scopes    map[int32]map[string]*binding // variables, by the node of the function; 0 is the file
	globals   map[int32]map[string]bool     // names that a function takes from the file
	classes   map[string]*class             // declared here, by name in lower case
	classOf   map[int32]*class              // the same by their nodes
	defs      map[string]syntax.Node        // functions declared here, by name in lower case
	constants map[string]*binding           // define() and const
	names     fold.Memo[string]             // resolve's results
	values    fold.Memo[fold.Value]         // evaluate's results
	depth     fold.Depth                    // how far these two have gone
	wrappers  map[int32]*wrapper            // functions that read the variable named by a parameter
	rejected  map[*binding]bool             // names that a check ends the program for
	handlers  map[int32]bool                // isHandler's results
	asked     map[string]bool               // programs that the file looks for before it starts them
	included  map[string]bool               // texts of the expressions that are included or run
	returned  map[int32][]syntax.Node       // of functions, what they return
	seen      map[string]bool               // facts that a file states once
	listed    map[int32]bool                // arrays whose entries have been stated as settings
	settings  syntax.Node                   // the array that the whole file returns, of a settings file
	served    syntax.Node                   // the first use of a request outside of any function

	longLived    bool                      // requests share one process: Swoole, Workerman, React …
	jsonLogs     bool                      // a JSON formatter is made in this file
	handler      string                    // the session handler that the file sets, or ""
	displays     map[int32]display         // arrays that have been read
	drains       map[int32]effect          // bodyEffects' results
	stages       map[int32]int             // debugWhen's results
	holds        map[string]bool           // sourceHas' results
	closures     map[int32]map[string]bool // variables that a closure takes along
	lastStart    int32                     // node of the last server or consumer that the file's own statements start; -1 not looked for
	branches     []pending                 // decisions whose branches are still to be read
	usages       map[string]nameUse        // how code uses class names, by name in lower case
	settingCount int                       // of the settings stated
	secretKeys   map[string]bool           // keys of arrays that have been asked: whether they name a secret
	container    containerConfig           // what the file configures Symfony's container with
}

// Extract reads one PHP file.
func Extract(e *inspect.Emitter, content []byte) error {
	if !bytes.Contains(content, []byte("<?")) {
		return nil // a template without code
	}
	return readPart(e, content, extract)
}

func extract(e *inspect.Emitter, content []byte) error {
	tree, err := syntax.Parse(syntax.PHP, content)
	if tree == nil {
		return err
	}
	s := &script{
		Emitter: e, tree: tree, uses: map[string]string{}, functions: map[string]string{},
		scopes: map[int32]map[string]*binding{}, globals: map[int32]map[string]bool{}, classes: map[string]*class{}, classOf: map[int32]*class{},
		defs: map[string]syntax.Node{}, constants: map[string]*binding{},
		wrappers: map[int32]*wrapper{}, rejected: map[*binding]bool{}, handlers: map[int32]bool{}, asked: map[string]bool{}, included: map[string]bool{},
		returned: map[int32][]syntax.Node{}, seen: map[string]bool{}, listed: map[int32]bool{}, displays: map[int32]display{}, drains: map[int32]effect{}, stages: map[int32]int{}, holds: map[string]bool{}, closures: map[int32]map[string]bool{}, lastStart: -1, secretKeys: map[string]bool{},
	}
	s.bindNames()
	s.prepare()
	tree.Root().Walk(func(n syntax.Node) bool { s.visit(n); return true })
	s.wholeFile()
	return err
}

// prepare finds what other facts depend on, whatever the order in the file.
func (s *script) prepare() {
	s.settings = s.settingsArray()
	s.longLived = s.isLongLived()
	s.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "if_statement":
			s.findRejection(n)
		case "function_call_expression":
			s.findWrapper(n)
			s.findQuestion(n)
			s.findSessionHandler(n)
		case "subscript_expression":
			s.findWrapper(n)
			s.findRequest(n)
		case "member_call_expression":
			s.findExecutable(n)
		case "object_creation_expression":
			s.jsonLogs = s.jsonLogs || jsonFormatters[s.className(n.Child(0))]
		case "include_expression", "include_once_expression", "require_expression", "require_once_expression":
			s.included[written(bare(n.Child(0)))] = true
		}
		return true
	})
}

// visit states what one node shows.
func (s *script) visit(n syntax.Node) {
	switch n.Kind() {
	case "while_statement", "for_statement", "do_statement", "do_while_statement":
		if loop, ok := syntax.EndlessLoop(n); ok {
			s.state(n, loop)
		}
	case "namespace_definition":
		s.packageFact(n)
	case "namespace_use_declaration":
		s.importFacts(n)
	case "qualified_name":
		s.qualifiedImport(n)
	case "include_expression", "include_once_expression", "require_expression", "require_once_expression":
		s.includeFact(n)
	case "function_call_expression", "member_call_expression", "nullsafe_member_call_expression", "scoped_call_expression", "object_creation_expression":
		s.call(s.callOf(n))
	case "subscript_expression":
		s.envSubscript(n)
	case "assignment_expression":
		s.assignment(n)
	case "binary_expression":
		s.login(n)
	case "array_element_initializer":
		s.pair(n)
	case "const_element":
		s.constant(n)
	case "property_element":
		s.property(n)
	case "simple_parameter", "property_promotion_parameter":
		s.parameterDefault(n)
	case "string", "encapsed_string", "heredoc", "nowdoc":
		s.urlCredential(n)
		s.tokenCredential(n)
		s.headerCredential(n)
		s.symfonyEnv(n)
	case "shell_command_expression":
		s.backticks(n)
	case "class_declaration", "anonymous_class":
		s.classFacts(n)
	case "function_definition", "method_declaration":
		s.function(n)
	case "attribute":
		s.attribute(n)
	case "if_statement", "else_if_clause", "conditional_expression", "switch_statement", "match_expression":
		s.branch(n)
	}
}

// call states what one call or construction shows. Its name decides; a method
// of an unknown receiver has no name and states nothing.
func (s *script) call(c call) {
	s.envCall(c)
	s.originCall(c)
	s.namedCredentials(c)
	s.jobCall(c)
	s.routeCall(c)
	s.loggedCall(c)
	if c.key == "" {
		s.uploadCall(c)
		s.slowCall(c)
		return
	}
	s.listenCall(c)
	s.clientCall(c)
	s.secretArgument(c)
	s.endpointCall(c)
	s.resourceCall(c)
	s.sessionCall(c)
	s.storeCall(c)
	s.logCall(c)
	s.fileCall(c)
	s.execCall(c)
	s.migrationCall(c)
	s.signalCall(c)
	s.scheduleCall(c)
	s.slowCall(c)
	s.defineCall(c)
	s.containerCall(c)
	s.fluentSetting(c)
	s.startWork(c)
	s.debugCall(c)
}

func (s *script) assignment(n syntax.Node) {
	s.assignedCredential(n)
	s.assignedHandle(n)
	s.assignedClient(n)
	s.settingAssignment(n)
	s.workermanLog(n)
}

func (s *script) pair(n syntax.Node) {
	s.pairCredential(n)
	s.pairHandle(n)
}

func (s *script) function(n syntax.Node) {
	s.lambdaFunction(n)
	s.handlerMethod(n)
	s.subscribedSignals(n)
}

func (s *script) classFacts(n syntax.Node) {
	s.consumerClass(n)
	s.kernelClass(n)
	s.configurationClass(n)
}

func (s *script) wholeFile() {
	s.entryPoint()
	s.topLevelHandler()
	s.returnedSettings()
	s.containerFacts()
	s.wordpress()
	s.sharedState()
	s.branchChoices()
	s.exports()
}

// sourceHas reports whether a text stands anywhere in the file.
func (s *script) sourceHas(text string) bool {
	holds, done := s.holds[text]
	if !done {
		holds = bytes.Contains(s.tree.Source(), []byte(text))
		s.holds[text] = holds
	}
	return holds
}

// once reports whether key is asked for the first time in this file.
func (s *script) once(key string) bool {
	if s.seen[key] {
		return false
	}
	s.seen[key] = true
	return true
}

// state emits a fact on the lines of n.
func (s *script) state(n syntax.Node, fact inspect.Fact) {
	s.Emit(n.Line(), n.EndLine(), fact)
	s.nodes = append(s.nodes, n.Index())
}
