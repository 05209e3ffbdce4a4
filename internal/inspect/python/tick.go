package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Loops that sleep beside the program, in a thread or a task of the event loop,
// and whose rounds are a schedule of the application: see inspect.TickWork.

var (
	clockName = regexp.MustCompile(`(?i)(cron|schedul)`)
	sqlChange = regexp.MustCompile(`(?i)^\s*(insert|update|delete|merge|replace|call|truncate|refresh\s+materialized)\b`)
	sqlCalls  = map[string]bool{"execute": true, "executemany": true, "exec": true, "raw": true}
	posts     = map[string]bool{"post": true, "put": true, "patch": true, "delete": true}
	takesLock = regexp.MustCompile(`(?i)(redlock|(acquire|with|try|get|take|obtain)_?lock|advisory_?lock|is_?leader|_lock\b|\block\()`)
)

// tick states the loop around a call that sleeps.
func (p *pythonFile) tick(c pyCall) {
	loop, def := c.Up("while_statement"), p.enclosingFunction(c.Node)
	if !loop.OK() || !def.OK() || !loop.Inside(def) || p.debugOnly(c.Node) || p.handler(c.Node).OK() {
		return
	}
	name := def.Field("name").Text()
	if inspect.OwnTick(name) || !p.runsBeside(name) || c.name == "asyncio.sleep" && p.valueOf(c.args.arg(0)).Text == "0" {
		return
	}
	if p.rounds == nil {
		p.rounds = map[int32]bool{}
	}
	if p.rounds[loop.Index()] {
		return
	}
	p.rounds[loop.Index()] = true
	body := loop.Field("body")
	if clockName.MatchString(name) || p.worksInTick(body, 3, map[int32]bool{}) {
		p.state(loop.Field("condition"), inspect.Scheduler{Via: pyVia(c.name), Locked: takesLock.MatchString(body.Text())})
	}
}

// runsBeside reports whether a function is what a thread or a task runs.
func (p *pythonFile) runsBeside(name string) bool {
	if p.beside == nil {
		p.beside = p.besideTasks()
	}
	return p.beside[name]
}

// worksInTick reports whether code calls what is work of the application.
func (p *pythonFile) worksInTick(code syntax.Node, depth int, seen map[int32]bool) (found bool) {
	code.Walk(func(n syntax.Node) bool {
		if found || n.Is("function_definition", "class_definition") && n != code {
			return false
		}
		if n.Is("call") && p.step() {
			found = p.workInTick(n, depth, seen)
		}
		return !found
	})
	return found
}

func (p *pythonFile) workInTick(n syntax.Node, depth int, seen map[int32]bool) bool {
	fn := n.Field("function")
	owner, name := "", fn.Text()
	if fn.Is("attribute") {
		owner, name = fn.Field("object").Text(), fn.Field("attribute").Text()
	}
	if inspect.OwnTick(name) || len(name) > 100 {
		return false
	}
	callee := p.callee(n)
	switch {
	case pyEnqueues[callee], slowCalls[callee] == "mail", posts[name] && httpCalls.MatchString(callee),
		(name == "delay" || name == "apply_async") && owner != "":
		return true
	case sqlCalls[name]:
		return sqlChange.MatchString(p.valueOf(pyArgsOf(n).arg(0)).Text)
	case inspect.TickWork(owner[:min(len(owner), 200)], name):
		return true
	}
	def := p.localFunction(fn)
	if !def.OK() || depth == 0 || seen[def.Index()] {
		return false
	}
	seen[def.Index()] = true
	return p.worksInTick(def.Field("body"), depth-1, seen)
}

// ticksItself states the timer that its own function sets again.
func (p *pythonFile) ticksItself(c pyCall) {
	def := p.localFunction(c.args.arg(1, "function"))
	if def.OK() && c.Inside(def) && !inspect.OwnTick(def.Field("name").Text()) {
		p.state(c.Node, inspect.Scheduler{Via: c.name})
	}
}

// lockedClock reports whether a clock and its like agree by themselves on who runs a task.
func lockedClock(name string) bool {
	return strings.HasPrefix(name, "rq_scheduler.") || strings.HasPrefix(name, "django_rq.") || strings.HasPrefix(name, "django_q.") || strings.HasPrefix(name, "procrastinate.")
}
