package ecmascript

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Timers of a server's process whose ticks are a schedule of the application:
// see inspect.TickWork.

var (
	// onServer is what only programs of a server write: modules of Node, other
	// files of the server, the process.
	onServer = regexp.MustCompile(`\bmodule\.exports\b|\brequire\(\s*["'` + "`]|" + `\bprocess\.(on|once|exit|argv|pid|cwd|hrtime|memoryUsage|uptime|nextTick|stdout|kill)\b|` +
		"(\\bfrom\\s*|\\bimport\\s*\\(?\\s*|\\brequire\\(\\s*)[\"'`](node:|(fs|fs/promises|path|http|https|net|os|child_process|cluster|crypto|worker_threads|perf_hooks|express|fastify|koa|hono|mongoose|sequelize|typeorm|knex|pg|mysql2?|redis|ioredis|bullmq?|nodemailer|@nestjs/[\\w-]+|@prisma/client|drizzle-orm)[\"'`/]|[^\"'`\\n]*[/@](server|backend|queues?|workers?|jobs?|repositor(y|ies)|db|database|prisma|cron|schedulers?|mailer)([/.\"'`]))")
	inBrowser   = regexp.MustCompile(`\b(window|document|navigator|localStorage|sessionStorage)\s*[?!]?\.|["'](react|react-dom|react-native|vue|svelte|jquery|@angular/core|electron)["']|\$\(`)
	startMethod = regexp.MustCompile(`(?i)^(constructor|_?(start|init|run|begin|boot|launch|setup|schedule|listen|main|register|on_?(module|application)|create)\w*|default)$`)
	sqlChange   = regexp.MustCompile(`(?i)^\s*(insert|update|delete|merge|replace|call|truncate|refresh\s+materialized)\b`)
)

// ticksOnServer reports whether timers of a file may be a schedule.
func ticksOnServer(content []byte) bool {
	return onServer.Match(content) && !inBrowser.Match(content)
}

// readTick states setInterval(work, ms), and the function that sets its own
// timer again, where the program starts it once.
func (f *ecmaFile) readTick(c ecmaCall) {
	again := c.callee == "setTimeout"
	if c.callee != "setInterval" && !again && c.callee != "timers.setInterval" || len(c.args) == 0 || c.fresh {
		return
	}
	fn := f.function(c.args[0])
	if again && (!fn.OK() || !c.node.Inside(fn) || fn != f.tickAround(c.node)) {
		return
	}
	if !f.ticksHere() || f.debugOnly(c.node) || f.servesRequest(c.node) || !f.startedOnce(c.node, fn) {
		return
	}
	if f.tickWorks(c.args[0], 3, map[int32]bool{}) {
		f.say(c.node, inspect.Scheduler{Via: c.callee, Locked: f.locked(c)})
	}
}

// ticksHere asks ticksOnServer of the file, once.
func (f *ecmaFile) ticksHere() bool {
	if f.ticking == nil {
		yes := ticksOnServer(f.tree.Source())
		f.ticking = &yes
	}
	return *f.ticking
}

// tickAround is the function around a call that sets its timer again: not the
// callbacks of its own last statement.
func (f *ecmaFile) tickAround(n syntax.Node) syntax.Node {
	fn := ecmaEnclosing(n)
	for fn.OK() && fn.Parent().Is("arguments") {
		fn = ecmaEnclosing(fn)
	}
	return fn
}

// startedOnce reports whether a timer is the process's own: set at the outer
// level of the file, in a function of it, or in a method that starts something;
// not for each object, connection or call, nor until something has happened.
func (f *ecmaFile) startedOnce(n, tick syntax.Node) bool {
	if clears(tick) {
		return false
	}
	for fn := ecmaEnclosing(n); fn.OK(); fn = ecmaEnclosing(fn) {
		if fn == tick || ecmaCalledInPlace(fn) {
			continue
		}
		name := ecmaFunctionName(fn)
		if inspect.OwnTick(name) {
			return false
		}
		switch {
		case fn.Is("method_definition") && !startMethod.MatchString(name):
			return false
		case fn.Parent().Is("arguments") && fn.Parent().Parent().Is("new_expression"): // new Promise(…)
			return false
		}
	}
	return true
}

// clears reports whether a function stops its own timer.
func clears(fn syntax.Node) (found bool) {
	fn.Walk(func(n syntax.Node) bool {
		found = found || n.Is("identifier") && (n.Text() == "clearInterval" || n.Text() == "clearTimeout")
		return !found
	})
	return found
}

// tickWorks reports whether what a timer runs is work of the application: by
// the calls in it, or, where it is another file's, by its name.
func (f *ecmaFile) tickWorks(work syntax.Node, depth int, seen map[int32]bool) bool {
	work = ecmaBare(work)
	fn := f.function(work)
	if !work.Is(ecmaFunctions...) {
		owner, name := tickName(work)
		if inspect.OwnTick(name) {
			return false
		}
		if inspect.TickWork(owner, name) {
			return true
		}
	}
	if !fn.OK() || depth == 0 || seen[fn.Index()] {
		return false
	}
	seen[fn.Index()] = true
	found := false
	fn.Field("body").Walk(func(n syntax.Node) bool {
		if found || !f.burn() {
			return false
		}
		if n.Is("call_expression") {
			c := f.callOf(n)
			if c.callee != "setTimeout" {
				found = f.leaves(c) || changesRows(n.Field("arguments")) || f.tickWorks(n.Field("function"), depth-1, seen)
			}
		}
		return !found
	})
	return found
}

// changesRows reports whether a tagged template is a statement that changes rows:
// sql`delete from carts`.
func changesRows(template syntax.Node) bool {
	return template.Is("template_string") && sqlChange.MatchString(strings.TrimPrefix(template.Text(), "`"))
}

// leaves reports whether a call is seen outside of the process, by its symbol.
func (f *ecmaFile) leaves(c ecmaCall) bool {
	switch {
	case queueProducer.MatchString(c.callee), slowCalls[c.callee] == "mail":
		return true
	case c.method == "post" || c.method == "put" || c.method == "patch" || c.method == "delete":
		return httpCall.MatchString(c.callee)
	case c.method == "query" || c.method == "execute" || c.method == "exec" || c.method == "raw" || c.method == "run":
		return sqlChange.MatchString(f.value(c.arg(0)).Text)
	}
	switch c.method {
	case "deleteMany", "updateMany", "insertMany", "bulkWrite", "bulkCreate", "findOneAndUpdate", "findOneAndDelete", "deleteOne", "updateOne":
		return true
	}
	return false
}

// tickName splits what is called into owner and name: of db.links.purge.bind(x)
// "db.links" and "purge".
func tickName(n syntax.Node) (owner, name string) {
	n = ecmaBare(n)
	if n.Is("call_expression") {
		target := ecmaBare(n.Field("function"))
		if target.Is("member_expression") && target.Field("property").Text() == "bind" {
			return tickName(target.Field("object"))
		}
		return "", ""
	}
	root, path := ecmaPath(n)
	if !root.Is("identifier", "this") {
		path = append([]string{""}, path...)
	} else {
		path = append([]string{root.Text()}, path...)
	}
	return strings.Join(path[:len(path)-1], "."), path[len(path)-1]
}
