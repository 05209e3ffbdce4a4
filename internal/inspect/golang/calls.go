package golang

import (
	"go/ast"
	"strings"

	"twelvefold/internal/inspect"
)

// goCalls says what a call of a resolved name states: "pkg.Func" or
// "pkg#Method". Each family of facts has its file.
var goCalls = merge(goListenCalls, goClientCalls, goSessionCalls, goRuntimeCalls, goJobCalls, goStoreCalls, goRemoteCalls, goTickCalls)

// goDistinct are methods whose name alone, in a file that imports the package,
// tells what they are: their receivers often come from another file.
var goDistinct = map[string][]string{
	"SaveUploadedFile":    {ginPath},
	"DialAndSend":         {"github.com/wneessen/go-mail", "github.com/go-mail/mail", "github.com/go-gomail/gomail"},
	"Insert":              {riverPath},
	"InsertTx":            {riverPath},
	"InsertMany":          {riverPath},
	"InsertManyTx":        {riverPath},
	"Enqueue":             {asynqPath},
	"EnqueueContext":      {asynqPath},
	"PublishWithContext":  {amqpPath},
	"AutoMigrate":         {gormPath, oldGormPath},
	"Sync2":               {xormPath, oldXormPath},
	"ConsumeWithContext":  {amqpPath},
	"ExecuteWorkflow":     {"go.temporal.io/sdk/client"},
	"ApplyURI":            {MongoOptionsPath},
	"AddBroker":           {pahoPath},
	"AddFunc":             {cronPath},
	"ListenAndServe":      {"net/http"},
	"ListenAndServeTLS":   {"net/http"},
	"WriteMessages":       {kafkaPath},
	"ReadMessage":         {kafkaPath},
	"SendTaskWithContext": {"github.com/RichardKnop/machinery"},
}

type goCallTable map[string]func(f *goFile, c goCall)

func merge(tables ...goCallTable) goCallTable {
	all := goCallTable{}
	for _, table := range tables {
		for key, state := range table {
			if all[key] != nil {
				panic("inspect: two meanings of " + key)
			}
			all[key] = state
		}
	}
	return all
}

// calls states what the file's calls and composite literals state.
func (f *goFile) calls() {
	f.walk(f.file, func(n ast.Node, stack []ast.Node) {
		switch n := n.(type) {
		case *ast.CallExpr:
			c := f.resolve(n)
			c.stack = stack
			if c.method && c.pkg == "" {
				for _, pkg := range goDistinct[c.name] {
					if f.imported[pkg] {
						c.pkg = pkg
						break
					}
				}
			}
			state := goCalls[c.key()]
			if state == nil && c.method {
				state = goCalls["#"+c.name] // generated packages have no path of their own
			}
			if state != nil {
				state(f, c)
			} else {
				f.ownRouter(c)
				f.ownMigration(c)
				f.createTables(c)
			}
			f.slowWork(c)
			f.logged(c)
			f.originCall(n)
		case *ast.SendStmt:
			f.channelQueue(n, stack)
		case *ast.CompositeLit:
			f.sdkInput(n)
			pkg, name := f.typeOrigin(n.Type)
			if state := goComposites[pkg+"."+name]; state != nil {
				state(f, n)
			}
		}
	})
	f.finishListens()
}

// goComposites says what a composite literal of a resolved type states.
var goComposites = map[string]func(f *goFile, lit *ast.CompositeLit){
	lumberjackPath + ".Logger": func(f *goFile, lit *ast.CompositeLit) {
		f.emit(lit, inspect.LogSink{Via: lumberjackPath + ".Logger", Target: "file", Path: f.fold(keyed(lit, "Filename")).value(), Rotates: true})
	},
	asynqPath + ".RedisClientOpt": func(f *goFile, lit *ast.CompositeLit) {
		f.client(lit, inspect.Redis, asynqPath+".RedisClientOpt", keyed(lit, "Addr"))
	},
	kafkaPath + ".Writer": func(f *goFile, lit *ast.CompositeLit) {
		f.client(lit, inspect.Kafka, kafkaPath+".Writer", keyed(lit, "Addr"))
	},
}

// enclosing is the function declaration around a call, or nil.
func (c goCall) enclosing() *ast.FuncDecl {
	for _, n := range c.stack {
		if fn, ok := n.(*ast.FuncDecl); ok {
			return fn
		}
	}
	return nil
}

// inGoroutine reports whether a call runs beside its function.
func (c goCall) inGoroutine() bool {
	for i, n := range c.stack {
		switch n := n.(type) {
		case *ast.GoStmt:
			return true
		case *ast.CallExpr: // group.Go(func() error { … })
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Go" && i < len(c.stack)-1 {
				return true
			}
		}
	}
	return false
}

// atBoot reports whether a call runs whenever the program starts: reached from
// main, or in a function that sets something up, and under no condition but
// the check of its own error.
func (f *goFile) atBoot(c goCall) bool {
	fn := c.enclosing()
	if fn == nil {
		return true // a package variable's initial value
	}
	return (f.boot[fn] || setsUp(fn.Name.Name)) && c.unconditional(0)
}

// unconditional reports whether a call is made whenever the function at this
// depth of its stack runs.
func (c goCall) unconditional(from int) bool {
	for i := from; i < len(c.stack); i++ {
		n := c.stack[i]
		next := ast.Node(c.CallExpr)
		if i+1 < len(c.stack) {
			next = c.stack[i+1]
		}
		switch n := n.(type) {
		case *ast.IfStmt:
			if (next == n.Body || next == n.Else) && !errorCheck(n) {
				return false
			}
		case *ast.CaseClause:
			return false
		case *ast.FuncLit:
			// A closure is run by whoever is given it: a command, a hook.
			if parent, ok := c.stack[i-1].(*ast.CallExpr); !ok || ast.Unparen(parent.Fun) != n {
				return false
			}
		}
	}
	return true
}

func setsUp(name string) bool {
	lower := strings.ToLower(name)
	for _, prefix := range []string{"new", "init", "connect", "setup", "mustinit", "mustconnect", "open", "bootstrap"} {
		if strings.HasPrefix(lower, prefix) {
			return true
		}
	}
	return false
}

// errorCheck reports whether an if statement only looks at an error.
func errorCheck(n *ast.IfStmt) bool {
	cond, ok := n.Cond.(*ast.BinaryExpr)
	if !ok {
		return false
	}
	id, ok := cond.X.(*ast.Ident)
	return ok && strings.HasPrefix(strings.ToLower(id.Name), "err")
}
