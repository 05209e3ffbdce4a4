package golang

import (
	"go/ast"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// Tickers and loops that sleep, whose rounds are a schedule of the application:
// see inspect.TickWork.

var goTickCalls = goCallTable{
	"time.NewTicker": ticks, "time.Tick": ticks, "time.Sleep": sleeps,

	"github.com/reugn/go-quartz/quartz.NewStdScheduler":          schedules,
	"github.com/madflojo/tasks.New":                              schedules,
	"github.com/procyon-projects/chrono.NewDefaultTaskScheduler": schedules,
	"github.com/bamzi/jobrunner.Start":                           schedules,
	"github.com/carlescere/scheduler.Every":                      schedules,
	"github.com/adhocore/gronx/pkg/tasker.New":                   schedules,
	"github.com/netresearch/go-cron.New":                         schedules,
	"github.com/jasonlvhit/gocron.Every":                         schedules,
	"github.com/mileusna/crontab.New":                            schedules,
	"github.com/pocketbase/pocketbase/tools/cron.New":            schedules,
	"github.com/RichardKnop/machinery#RegisterPeriodicTask":      schedulesLocked, // takes a lock in its broker
	"github.com/gocraft/work#PeriodicallyEnqueue":                schedulesLocked,
}

func schedulesLocked(f *goFile, c goCall) {
	f.emit(c.CallExpr, inspect.Scheduler{Via: c.via(), Locked: true})
}

var (
	clockName = regexp.MustCompile(`(?i)(cron|schedul)`)
	sqlChange = regexp.MustCompile(`(?i)^\s*(insert|update|delete|merge|replace|call|truncate|refresh\s+materialized)\b`)
	takesLock = regexp.MustCompile(`(?i)(redsync|redlock|(acquire|with|try|get|take|obtain)lock|advisorylock|isleader|leader)`)
)

// ticks states a ticker by the loops of the function that makes it.
func ticks(f *goFile, c goCall) { f.tick(c, false) }

// sleeps states an endless loop that sleeps beside the program.
func sleeps(f *goFile, c goCall) { f.tick(c, true) }

func (f *goFile) tick(c goCall, asleep bool) {
	var around ast.Node
	var loops []ast.Node
	for i := len(c.stack) - 1; i >= 0 && around == nil; i-- {
		switch n := c.stack[i].(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			around = n
		case *ast.ForStmt:
			if asleep && n.Cond == nil && !leaves(n.Body) {
				loops = append(loops, n.Body)
			}
		case *ast.RangeStmt: // for range time.Tick(d)
			if !asleep && n.X == c.CallExpr {
				loops = append(loops, n.Body)
			}
		}
	}
	fn := c.enclosing()
	if around == nil || fn == nil || inspect.OwnTick(fn.Name.Name) || f.handlerAround(c.stack) != nil || f.debugOnly(c.CallExpr) {
		return
	}
	if asleep && !c.inGoroutine() && !f.runsBeside(fn) {
		return // the program's own work
	}
	if !asleep && len(loops) == 0 {
		loops = loopsOf(around)
	}
	for _, loop := range loops {
		if around == ast.Node(fn) && clockName.MatchString(fn.Name.Name) || f.worksInTick(loop, 3, map[*ast.FuncDecl]bool{}) {
			f.emit(c.CallExpr, inspect.Scheduler{Via: c.via(), Locked: mentionsName(loop, takesLock)})
			return
		}
	}
}

// leaves reports whether a loop's body may end the loop.
func leaves(body *ast.BlockStmt) (found bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			found = true
		case *ast.BranchStmt:
			found = found || n.Tok.String() == "break"
		}
		return !found
	})
	return found
}

// loopsOf are the bodies of a function's own loops that receive from a channel:
// for range ticker.C { … }, for { select { case <-ticker.C: … } }.
func loopsOf(fn ast.Node) (list []ast.Node) {
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return n == fn
		case *ast.ForStmt:
			list = append(list, receives(n.Body)...)
			return false
		case *ast.RangeStmt:
			if isTick(n.X) {
				list = append(list, n.Body)
			}
			return false
		}
		return true
	})
	return list
}

// receives are the parts of a loop that run at a tick: the cases of a select
// that receive one, or all of a body that waits for one.
func receives(body *ast.BlockStmt) (list []ast.Node) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CommClause:
			if n.Comm != nil && receivesTick(n.Comm) {
				list = append(list, n)
			}
		case *ast.ExprStmt:
			if receivesTick(n) && len(list) == 0 {
				list = append(list, body)
			}
		}
		return true
	})
	return list
}

func receivesTick(statement ast.Stmt) (found bool) {
	ast.Inspect(statement, func(n ast.Node) bool {
		if u, ok := n.(*ast.UnaryExpr); ok && u.Op.String() == "<-" && isTick(u.X) {
			found = true
		}
		_, body := n.(*ast.BlockStmt)
		return !found && !body
	})
	return found
}

// isTick tells ticker.C and names of what time.Tick gives.
func isTick(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		return e.Sel.Name == "C"
	case *ast.Ident:
		return strings.Contains(strings.ToLower(e.Name), "tick")
	}
	return false
}

// runsBeside reports whether a function of this file is started as a goroutine.
func (f *goFile) runsBeside(fn *ast.FuncDecl) bool {
	return f.once("go "+fn.Name.Name, func() bool {
		found := false
		ast.Inspect(f.file, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok {
				switch called := g.Call.Fun.(type) {
				case *ast.Ident:
					found = found || called.Name == fn.Name.Name && fn.Recv == nil
				case *ast.SelectorExpr:
					found = found || called.Sel.Name == fn.Name.Name && fn.Recv != nil
				}
			}
			return !found
		})
		return found
	})
}

// worksInTick reports whether code calls what is work of the application.
func (f *goFile) worksInTick(code ast.Node, depth int, seen map[*ast.FuncDecl]bool) (found bool) {
	ast.Inspect(code, func(n ast.Node) bool {
		if found || !f.step() {
			return false
		}
		if call, ok := n.(*ast.CallExpr); ok {
			found = f.workInTick(f.resolve(call), depth, seen)
		}
		return !found
	})
	return found
}

func (f *goFile) workInTick(c goCall, depth int, seen map[*ast.FuncDecl]bool) bool {
	if inspect.OwnTick(c.name) || standard(c.pkg) && !strings.HasPrefix(c.pkg, "net/") && c.pkg != "database/sql" {
		return false
	}
	switch key := c.key(); {
	case goSlowCalls[key] == "mail", tickEnqueues[key]:
		return true
	case c.name == "Exec" || c.name == "ExecContext":
		for _, a := range c.Args[:min(len(c.Args), 2)] {
			if text, _ := f.constant(a, 0); sqlChange.MatchString(text) {
				return true
			}
		}
		return false
	case inspect.TickWork(ownerOf(c), c.name):
		return true
	}
	var fn *ast.FuncDecl
	if !c.method && c.pkg == "" {
		fn = f.funcs[c.name]
	} else if own := f.methods[c.name]; c.method && c.pkg == "" && len(own) == 1 {
		fn = own[0]
	}
	if fn == nil || fn.Body == nil || depth == 0 || seen[fn] {
		return false
	}
	seen[fn] = true
	return f.worksInTick(fn.Body, depth-1, seen)
}

// tickEnqueues put a job or a message on a queue.
var tickEnqueues = map[string]bool{
	riverPath + "#Insert": true, riverPath + "#InsertMany": true, riverPath + "#InsertTx": true, asynqPath + "#Enqueue": true, asynqPath + "#EnqueueContext": true,
	amqpPath + "#Publish": true, amqpPath + "#PublishWithContext": true, kafkaPath + "#WriteMessages": true, saramaPath + "#SendMessage": true,
	"github.com/RichardKnop/machinery#SendTask": true, "github.com/gocraft/work#Enqueue": true,
}

// ownerOf is what a method is called on, or the package of a function.
func ownerOf(c goCall) string {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	owner := ""
	for e, steps := sel.X, 0; steps < 6; steps++ {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			return x.Name + "." + owner
		case *ast.SelectorExpr:
			owner, e = x.Sel.Name+"."+owner, x.X
		case *ast.CallExpr:
			e = x.Fun
		default:
			return owner
		}
	}
	return owner
}
