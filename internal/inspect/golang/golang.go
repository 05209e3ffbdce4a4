// Package golang reads Go source code.
package golang

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"

	"twelvefold/internal/inspect"
)

// Extract reads Go source. A package's other files are not seen: what they
// define is unknown here. "Via" names packages by import path without major
// version: "github.com/jackc/pgx/pgxpool.New".
func Extract(e *inspect.Emitter, content []byte) error {
	set := token.NewFileSet()
	var head *ast.File
	r := reader()
	r.Also = func(content []byte) bool {
		var err error
		head, err = parseImports(set, content)
		return err != nil || asksImports(content, head)
	}
	return r.Read(e, content, func(e *inspect.Emitter, read []byte) error {
		if len(read) > 0 || head == nil {
			return extract(e, read)
		}
		if head.Name.Name != "_" {
			f := &goFile{e: e, set: set, file: head, content: content}
			f.declarations()
		}
		return nil
	})
}

func extract(e *inspect.Emitter, content []byte) error {
	set := token.NewFileSet()
	// The parser resolves names within the file, which is all that one file
	// can tell; see goFile.binding.
	file, err := parser.ParseFile(set, "", content, parser.ParseComments)
	if file != nil && file.Name != nil && file.Name.Name != "_" {
		f := newGoFile(e, set, file)
		f.content = content
		f.declarations()
		f.env()
		f.logs() // before calls: a file opened for a logger is no other write
		f.calls()
		f.literals()
		f.handlers()
		f.heldState()
		f.madeUpKeys()
		f.startWork()
		f.envBranches()
		f.exports()
		f.endless()
	}
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		return inspect.ParseError(list[0].Pos.Line, "%s", list[0].Msg)
	}
	return err
}

// goFile is one parsed file with what its names stand for.
type goFile struct {
	e    *inspect.Emitter
	set  *token.FileSet
	file *ast.File

	content []byte

	imports    map[string]string // local name → import path without version
	imported   map[string]bool   // import paths without version
	bindings   map[any]*goBinding
	fields     map[string]*goBinding      // by field name, of this file's structs
	structs    []goStruct                 // in source order
	funcs      map[string]*ast.FuncDecl   // functions by name
	methods    map[string][]*ast.FuncDecl // methods by name
	heldFields map[*ast.Field]bool        // maps that heldState has stated
	wrappers   map[string]goWrapper       // functions of this file that read a variable named by an argument
	boot       map[*ast.FuncDecl]bool     // run when the program starts
	named      map[string][]ownCall       // calls by the last name of what is called; nil before it is asked for
	defaults   map[ast.Expr]bool          // literals that only stand in for an unset variable or flag
	sinks      map[ast.Expr]bool          // calls that open a log
	envTags    map[string]inspect.EnvRead // by field name: struct tags of an environment loader
	viper      goViper                    // what the file tells viper
	listens    []goListening              // stated when the whole file is read
	folding    map[any]bool               // names being followed, to stop at cycles
	partial    map[*goBinding]goValue     // what a name holds before it builds on itself
	origins    map[any]goOrigin           // of names, once found
	resolved   map[*ast.CallExpr]goCall
	steps      int // left for following names

	stated    []stated
	serving   map[*ast.FuncDecl]bool // see serves
	holds     map[string]bool        // what the whole file has, once looked for; see once
	callers   map[string][]goCaller
	debug     []span            // branches that run only in development or tests
	endpoints map[ast.Expr]bool // literals that a call states as its endpoint
	asked     map[string]bool   // programs that the file looks for before it starts them

	written map[string]string              // import paths as written, by local name; see importSymbol
	params  map[any]string                 // see parameters
	tagged  map[*ast.Field]inspect.EnvRead // fields of structs that a loader fills
}

// goStruct is a struct type of the file.
type goStruct struct {
	name string
	*ast.StructType
}

func newGoFile(e *inspect.Emitter, set *token.FileSet, file *ast.File) *goFile {
	f := &goFile{
		e: e, set: set, file: file,
		imports: map[string]string{}, imported: map[string]bool{},
		bindings: map[any]*goBinding{}, fields: map[string]*goBinding{},
		funcs: map[string]*ast.FuncDecl{}, methods: map[string][]*ast.FuncDecl{},
		wrappers: map[string]goWrapper{}, boot: map[*ast.FuncDecl]bool{},
		defaults: map[ast.Expr]bool{}, sinks: map[ast.Expr]bool{},
		envTags: map[string]inspect.EnvRead{}, folding: map[any]bool{},
		partial: map[*goBinding]goValue{}, origins: map[any]goOrigin{}, resolved: map[*ast.CallExpr]goCall{}, steps: goSteps,
		tagged: map[*ast.Field]inspect.EnvRead{}, endpoints: map[ast.Expr]bool{}, asked: map[string]bool{}, holds: map[string]bool{},
	}
	f.readImports()
	f.bind()
	f.findWrappers()
	f.findDebug()
	f.findBoot()
	return f
}

// once remembers whether the whole file has something: looking costs a walk.
func (f *goFile) once(key string, look func() bool) bool {
	found, known := f.holds[key]
	if !known {
		found = look()
		f.holds[key] = found
	}
	return found
}

// goSteps bounds how far names are followed in one file, so that a file made
// of names of names costs no more than a long one: sixty times what the
// largest real file took.
const goSteps = 2_000_000

// step reports whether a name may still be followed.
func (f *goFile) step() bool {
	f.steps--
	return f.steps > 0
}

// emit states a fact on the node's lines, and whether only a branch for
// development or tests has it.
func (f *goFile) emit(n ast.Node, fact inspect.Fact) {
	if f.debugOnly(n) {
		switch known := fact.(type) {
		case inspect.Client:
			known.Debug = true
			fact = known
		case inspect.LogSink:
			known.Debug = true
			fact = known
		case inspect.Store:
			known.Debug = true
			fact = known
		}
	}
	f.stated = append(f.stated, stated{n.Pos(), fact})
	f.e.Emit(f.line(n.Pos()), f.line(n.End()), fact)
}

func (f *goFile) line(p token.Pos) int { return f.set.PositionFor(p, false).Line }

// declarations states what the file declares itself to be.
func (f *goFile) declarations() {
	f.emit(f.file.Name, inspect.Package{Name: f.file.Name.Name, Build: f.buildConstraint(), Tests: f.takesTest()})
	if f.file.Name.Name == "main" {
		if main := f.funcs["main"]; main != nil {
			f.emit(main.Name, inspect.EntryPoint{Via: "func main"})
		}
	}
	for _, spec := range f.file.Imports {
		path := importPath(spec)
		if path == "" {
			continue
		}
		fact := inspect.Import{Path: path}
		if spec.Name != nil {
			fact.Alias = spec.Name.Name
			if fact.Alias == "." {
				fact.Alias, fact.Names = "", []string{"*"}
			}
		}
		f.emit(spec, fact)
	}
}

// walk visits every node below root with the nodes that enclose it.
func (f *goFile) walk(root ast.Node, visit func(n ast.Node, stack []ast.Node)) {
	ast.PreorderStack(root, nil, func(n ast.Node, stack []ast.Node) bool {
		visit(n, stack)
		return true
	})
}

// findBoot marks what runs when the program starts: main, init, and the
// functions of this file that they call.
func (f *goFile) findBoot() {
	var mark func(decl *ast.FuncDecl)
	mark = func(decl *ast.FuncDecl) {
		if decl == nil || f.boot[decl] || decl.Body == nil {
			return
		}
		f.boot[decl] = true
		ast.Inspect(decl.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && !f.debugOnly(call) {
				if name, ok := call.Fun.(*ast.Ident); ok {
					mark(f.funcs[name.Name])
				}
			}
			return true
		})
	}
	for _, decl := range f.file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && (fn.Name.Name == "init" || fn.Name.Name == "main" && f.file.Name.Name == "main") {
			mark(fn)
		}
	}
}
