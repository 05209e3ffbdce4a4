package golang

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

var goRuntimeCalls = goCallTable{
	"os/signal.Notify":        func(f *goFile, c goCall) { f.signalHandler(c) },
	"os/signal.NotifyContext": func(f *goFile, c goCall) { f.signalHandler(c) },

	"os.WriteFile":                writes(0),
	"io/ioutil.WriteFile":         writes(0),
	"os.Create":                   writes(0),
	"os.OpenFile":                 func(f *goFile, c goCall) { f.openFile(c) },
	ginPath + "#SaveUploadedFile": writes(1),
	fiberPath + "#SaveFile":       writes(1),

	ginPath + ".SetMode": func(f *goFile, c goCall) { f.ginMode(c) },

	"os/exec.Command":        executes(0),
	"os/exec.CommandContext": executes(1),
	"syscall.Exec":           executes(0),
	"os.StartProcess":        executes(0),

	"github.com/aws/aws-lambda-go/lambda.Start":                                  lambda,
	"github.com/aws/aws-lambda-go/lambda.StartWithOptions":                       lambda,
	"github.com/GoogleCloudPlatform/functions-framework-go/functions.HTTP":       lambda,
	"github.com/GoogleCloudPlatform/functions-framework-go/functions.CloudEvent": lambda,
}

// ginMode states that Gin is told to run in its mode for developers, whatever
// GIN_MODE says.
func (f *goFile) ginMode(c goCall) {
	mode, _ := f.constant(c.arg(0), 0)
	if sel, ok := c.arg(0).(*ast.SelectorExpr); ok && f.packageOf(sel.X) == ginPath {
		mode = map[string]string{"DebugMode": "debug"}[sel.Sel.Name]
	}
	if mode == "debug" && f.atBoot(c) && !f.debugOnly(c.CallExpr) {
		f.emit(c.CallExpr, inspect.Setting{Key: inspect.DebugModeKey, Value: inspect.Lit("gin.SetMode(gin.DebugMode)"), LedBy: f.ledBy(c)})
	}
}

func lambda(f *goFile, c goCall) { f.emit(c.CallExpr, inspect.Handler{Via: c.via(), Lambda: true}) }

func executes(i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		if program, ok := f.constant(c.arg(i), 0); ok {
			f.emit(c.CallExpr, inspect.Exec{Via: c.via(), Program: program, Guarded: f.asked[program]})
			words := []string{program}
			for _, a := range c.Args[i+1:] {
				word, _ := stringLit(a)
				words = append(words, word)
			}
			if schema := inspect.SchemaCommand(words); schema != "" {
				f.emit(c.CallExpr, inspect.Migration{Via: c.via() + " " + schema, Boot: f.atBoot(c)})
			}
		}
	}
}

func writes(i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		if c.arg(i) != nil {
			f.fileWrite(c, c.arg(i), false)
		}
	}
}

func (f *goFile) openFile(c goCall) {
	if len(c.Args) < 2 {
		return
	}
	if mentionsName(c.Args[1], regexp.MustCompile(`^O_(WRONLY|RDWR|APPEND|CREATE|TRUNC)$`)) {
		f.fileWrite(c, c.Args[0], mentionsName(c.Args[1], regexp.MustCompile(`^O_APPEND$`)))
	}
}

// fileWrite states a write, unless the file becomes a logger's: logs, which
// states those, marks them first.
func (f *goFile) fileWrite(c goCall, path ast.Expr, appends bool) {
	if f.sinks[c.CallExpr] {
		return
	}
	fact := inspect.FileWrite{Via: c.via(), Path: f.fold(path).value(), Append: appends, Handler: f.handlerAround(c.stack) != nil, Code: f.runsWritten(c, path), Temporary: namesTemporary(path) || f.removed(c, path), Settings: f.namesSettings(path), Chosen: besideOutput(c), Keeper: keeper(c)}
	fact.Upload = fact.Handler && (c.name == "SaveUploadedFile" || c.name == "SaveFile" || f.takesFiles(c)) || f.givenFile(c)
	f.emit(c.CallExpr, fact)
	if fact.Upload {
		f.emit(c.CallExpr, inspect.Store{Purpose: inspect.ForUploads, Via: fact.Via, Store: inspect.StoreFile, Choice: fact.Path})
	}
}

// keeper is the function around a call where it is named for keeping what people
// gave.
func keeper(c goCall) string {
	for _, n := range c.stack {
		if fn, ok := n.(*ast.FuncDecl); ok {
			return inspect.Keeper(fn.Name.Name)
		}
	}
	return ""
}

var (
	formFile = regexp.MustCompile(`^(FormFile|MultipartForm|MultipartReader|ParseMultipartForm)$`)
	runFile  = regexp.MustCompile(`^(Command|CommandContext|Exec|StartProcess|Open)$`)
)

// takesFiles reports whether the handler around a call reads a form's files.
func (f *goFile) takesFiles(c goCall) bool {
	for i := len(c.stack) - 1; i >= 0; i-- {
		if t := funcType(c.stack[i]); t != nil && f.handlerVia(t) != "" {
			around := c.stack[i]
			return f.once(fmt.Sprint("form ", around.Pos()), func() bool { return mentionsName(around, formFile) })
		}
	}
	return false
}

// givenFile reports whether the function around a call is given a form's file.
func (f *goFile) givenFile(c goCall) bool {
	for _, n := range c.stack {
		t := funcType(n)
		if t == nil || t.Params == nil {
			continue
		}
		for _, field := range t.Params.List {
			if pkg, name := f.typeOrigin(field.Type); pkg == "mime/multipart" && (name == "File" || name == "FileHeader") {
				return true
			}
		}
	}
	return false
}

// runsWritten reports whether the same function starts or loads the file that
// it writes.
func (f *goFile) runsWritten(c goCall, path ast.Expr) bool {
	fn, written := c.enclosing(), objectOf(path)
	if fn == nil || written == nil {
		return false
	}
	found := false
	ast.Inspect(fn, func(n ast.Node) bool {
		if !f.step() {
			return false
		}
		if call, ok := n.(*ast.CallExpr); ok && call.Pos() > c.Pos() {
			other := f.resolve(call)
			if (other.pkg == "os/exec" || other.pkg == "syscall" || other.pkg == "plugin") && runFile.MatchString(other.name) {
				for _, a := range call.Args {
					found = found || objectOf(a) == written
				}
			}
		}
		return !found
	})
	return found
}

// signalHandler states a subscription to signals.
func (f *goFile) signalHandler(c goCall) {
	fact := inspect.SignalHandler{Via: c.via()}
	for _, a := range c.Args[min(1, len(c.Args)):] {
		f.signalNames(a, &fact.Signals)
	}
	if len(c.Args) == 1 { // all of them
		fact.Signals = []string{"SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"}
	}
	if len(fact.Signals) == 0 {
		return // chosen elsewhere
	}
	var around ast.Node = f.file
	if fn := c.enclosing(); fn != nil {
		around = fn
	}
	fact.Drains = f.drains(around, c)
	fact.Exits = f.exitsAfter(around, c.End())
	fact.Late = f.late(c)
	f.emit(c.CallExpr, fact)
}

// signalNames reads os.Interrupt, syscall.SIGTERM, and lists of them.
func (f *goFile) signalNames(e ast.Expr, names *[]string) {
	if lit := f.composite(e, 0); lit != nil {
		for _, element := range lit.Elts {
			f.signalNames(element, names)
		}
		return
	}
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return
	}
	name := sel.Sel.Name
	if f.packageOf(sel.X) == "os" {
		name = map[string]string{"Interrupt": "SIGINT", "Kill": "SIGKILL"}[name]
	}
	if strings.HasPrefix(name, "SIG") && !slices.Contains(*names, name) {
		*names = append(*names, name)
	}
}

var (
	drainAnywhere = regexp.MustCompile(`(?i)^(shutdown|graceful|drain)|shutdown$|gracefully$`)
	drainAfter    = regexp.MustCompile(`^(Stop|Close|Wait|StopAndCancel|Terminate|cancel|shutdown|stop|close|cleanup)`)
)

// drains reports whether something ends in order once the signal is there:
// something is shut down in the file, or stopped, closed or awaited after the
// subscription, or the signal's context is handed on, so that its end is theirs.
func (f *goFile) drains(around ast.Node, c goCall) bool {
	found := false
	ast.Inspect(f.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || found {
			return !found
		}
		callee := f.resolve(call)
		found = drainAnywhere.MatchString(callee.name) && callee.pkg != "os/signal"
		return !found
	})
	var context any // of NotifyContext
	var stop any
	ast.Inspect(around, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Rhs) == 1 && n.Rhs[0] == c.CallExpr && c.name == "NotifyContext" && len(n.Lhs) == 2 {
				context, stop = objectOf(n.Lhs[0]), objectOf(n.Lhs[1])
			}
		case *ast.CallExpr:
			if n.Pos() < c.End() || found {
				return !found
			}
			callee := f.resolve(n)
			isStop := stop != nil && objectOf(n.Fun) == stop
			found = drainAfter.MatchString(callee.name) && callee.pkg != "os/signal" && !isStop
			for _, a := range n.Args {
				found = found || context != nil && objectOf(a) == context
			}
		}
		return !found
	})
	return found
}

// objectOf is what identifies a name within the file, or nil.
func objectOf(e ast.Expr) any {
	if id, ok := e.(*ast.Ident); ok && id.Obj != nil {
		return id.Obj
	}
	return nil
}

// exitsAfter reports whether the process exits after a position, other than
// for an error.
func (f *goFile) exitsAfter(around ast.Node, after token.Pos) bool {
	found := false
	ast.Inspect(around, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			if errorCheck(n) {
				return false
			}
		case *ast.CallExpr:
			found = found || n.Pos() > after && f.resolve(n).key() == "os.Exit"
		}
		return !found
	})
	return found
}

// namesTemporary reports whether a path is made of names for what may be lost.
func namesTemporary(path ast.Expr) bool {
	found := false
	ast.Inspect(path, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			found = found || inspect.NamesTemporary(n.Name)
		case *ast.BasicLit:
			found = found || inspect.NamesTemporary(n.Value)
		}
		return !found
	})
	return found
}

// namesSettings reports whether a path is made of names for the program's own
// settings.
func (f *goFile) namesSettings(path ast.Expr) bool {
	found := inspect.NamesSettings(f.fold(path).value().Text)
	ast.Inspect(path, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			found = found || inspect.NamesSettings(n.Name)
		case *ast.BasicLit:
			found = found || inspect.NamesSettings(n.Value)
		}
		return !found
	})
	return found
}
