package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var drainWords = regexp.MustCompile(`(?i)(close|stop|shutdown|shut_down|drain|cancel|join|disconnect|terminate|flush|dispose|cleanup|clean_up|graceful|finish|set$)`)

// leavesSignals are calls that hear signals unless they are told not to.
var leavesSignals = map[string]bool{"aiohttp.web.run_app": true, "arq.run_worker": true, "arq.worker.run_worker": true, "arq.worker.Worker": true}

// signalCall states signal.signal(SIGTERM, f), loop.add_signal_handler and
// atexit.register.
func (p *pythonFile) signalCall(c pyCall) {
	via := c.name
	if leavesSignals[via] && c.args.arg(-1, "handle_signals").Is("false") {
		p.state(c.Node, inspect.SignalHandler{Via: via + ".handle_signals", Off: true})
		return
	}
	if via == "atexit.register" {
		p.state(c.Node, inspect.SignalHandler{Via: via, Signals: []string{"EXIT"}, Drains: true})
		return
	}
	if via != "signal.signal" {
		if c.Field("function").Field("attribute").Text() != "add_signal_handler" || !p.modules["asyncio"] && !p.modules["signal"] {
			return
		}
		via = "asyncio.loop.add_signal_handler"
	}
	signals := p.signalNames(c.args.arg(0, "signalnum", "sig"))
	action := c.args.arg(1, "handler", "callback")
	if len(signals) == 0 || !action.OK() || p.resolve(action) == "signal.SIG_DFL" {
		return
	}
	fact := inspect.SignalHandler{Via: via, Signals: signals}
	fact.Drains, fact.Exits = p.handlerEffects(action)
	p.state(c.Node, fact)
}

// signalNames are the signals that an expression stands for: one constant, or
// what a for statement goes over.
func (p *pythonFile) signalNames(n syntax.Node) []string {
	list := []syntax.Node{n}
	if n.Is("identifier") {
		if b := p.lookup(n.Text(), n); b != nil && b.loop.OK() {
			list = p.follow(b.loop).Children()
		}
	}
	var names []string
	for _, item := range list {
		name := strings.TrimPrefix(p.resolve(item), "signal.")
		name = strings.TrimPrefix(name, "Signals.")
		if strings.HasPrefix(name, "SIG") && !strings.HasPrefix(name, "SIG_") {
			names = append(names, name)
		}
	}
	return names
}

// handlerEffects reads the body of a signal handler of this file, and of the
// functions of this file that it calls.
func (p *pythonFile) handlerEffects(action syntax.Node) (drains, exits bool) {
	var body syntax.Node
	switch {
	case action.Is("lambda"):
		body = action.Field("body")
	case action.Is("call"): // partial(f, …)
		if strings.HasSuffix(p.callee(action), "partial") {
			return p.handlerEffects(action.Field("arguments").Child(0))
		}
		return false, false
	default:
		if body = p.localFunction(action).Field("body"); !body.OK() {
			// a bound method such as stop_event.set or server.stop
			return action.Is("attribute") && drainWords.MatchString(action.Field("attribute").Text()), false
		}
	}
	return p.bodyEffects(body, 0)
}

func (p *pythonFile) bodyEffects(body syntax.Node, depth int) (drains, exits bool) {
	body.Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "raise_statement":
			exits = exits || inspect.ContainsWord(n.Text(), "SystemExit") || inspect.ContainsWord(n.Text(), "KeyboardInterrupt")
		case "assignment":
			left := n.Field("left")
			name := left.Text()
			if left.Is("attribute") {
				name = left.Field("attribute").Text()
			}
			drains = drains || n.Field("right").Is("true", "false") && (drainWords.MatchString(name) || inspect.ContainsWord("running run alive active keep_running exit terminate", strings.ToLower(strings.Trim(name, "_"))))
		case "call":
			if pyExits[p.callee(n)] {
				exits = true
				return false
			}
			fn := n.Field("function")
			name := fn.Text()
			if fn.Is("attribute") {
				name = fn.Field("attribute").Text()
			}
			if drainWords.MatchString(name) {
				drains = true
			} else if def := p.localFunction(fn); def.OK() && depth < 3 {
				d, e := p.bodyEffects(def.Field("body"), depth+1)
				drains, exits = drains || d, exits || e
			}
		}
		return true
	})
	return drains, exits
}

// migrationCall states code that changes the schema when it runs.
func (p *pythonFile) migrationCall(c pyCall) {
	p.ownMigration(c)
	switch c.Field("function").Field("attribute").Text() {
	case "execute", "executescript":
		sql := c.args.arg(0)
		if wrapped := pyArgsOf(p.follow(sql)).arg(0); strings.HasSuffix(p.callee(p.follow(sql)), "text") { // SQLAlchemy's
			sql = wrapped
		}
		if text, ok := p.literal(sql); ok && inspect.CreatesTables(text) {
			p.migration(c.Node, inspect.CreateTable, false)
			return
		}
	}
	switch c.name {
	case "django.core.management.call_command":
		if command, ok := p.literal(c.args.arg(0)); ok && command == "migrate" {
			p.migration(c.Node, c.name, false)
		}
	case "django.core.management.execute_from_command_line":
		if command, ok := p.literal(p.follow(c.args.arg(0, "argv")).Child(1)); ok && command == "migrate" {
			p.migration(c.Node, c.name, false)
		}
	case "alembic.command.upgrade", "alembic.config.main", "flask_migrate.upgrade", "yoyo.get_backend().apply_migrations":
		if c.name == "alembic.config.main" && !strings.Contains(c.Field("arguments").Text(), "upgrade") {
			return
		}
		p.migration(c.Node, c.name, false)
	case "flask_sqlalchemy.SQLAlchemy().create_all", "tortoise.Tortoise.generate_schemas", "tortoise.contrib.fastapi.register_tortoise",
		"peewee.SqliteDatabase().create_tables", "peewee.PostgresqlDatabase().create_tables", "peewee.MySQLDatabase().create_tables":
		p.migration(c.Node, c.name, true)
	}
}

// metadataCall states SQLAlchemy's create_all, known by metadata before it or
// by a db object that another file of the project makes.
func (p *pythonFile) metadataCall(c pyCall) {
	fn := c.Field("function")
	if fn.Field("attribute").Text() != "create_all" {
		// conn.run_sync(Base.metadata.create_all) hands the method over
		if first := c.args.arg(0); fn.Field("attribute").Text() == "run_sync" && strings.HasSuffix(first.Text(), "metadata.create_all") {
			p.migration(c.Node, "sqlalchemy.MetaData.create_all", true)
		}
		return
	}
	object := fn.Field("object")
	name := p.resolve(object)
	switch {
	case strings.HasPrefix(name, "flask_sqlalchemy.SQLAlchemy()"):
		if name != "flask_sqlalchemy.SQLAlchemy()" {
			p.migration(c.Node, "flask_sqlalchemy.SQLAlchemy.create_all", true)
		}
	case strings.HasSuffix(object.Text(), "metadata") || strings.HasSuffix(name, ".MetaData()"):
		p.migration(c.Node, "sqlalchemy.MetaData.create_all", true)
	case object.Text() == "db" && strings.HasSuffix(name, ".db"):
		p.migration(c.Node, "flask_sqlalchemy.SQLAlchemy.create_all", true)
	}
}

func (p *pythonFile) migration(n syntax.Node, via string, sync bool) {
	fact := inspect.Migration{Via: pyVia(via), Sync: sync, Boot: p.atBoot(n, 0) && !p.debugOnly(n)}
	if def := p.enclosingFunction(n); def.OK() && !fact.Boot {
		fact.In = def.Field("name").Text()
	}
	p.state(n, fact)
}

// libraryMigration are names of libraries: Alembic's own script of a migration,
// the extension of Flask, classes.
var libraryMigration = regexp.MustCompile(`^(django|alembic|flask_migrate|sqlalchemy|context)\.|\.[A-Z]\w*$`)

// ownMigration states a call of a function of another file that is named for
// migrating, when the program starts.
func (p *pythonFile) ownMigration(c pyCall) {
	at := strings.LastIndexByte(c.name, '.')
	if at < 0 || strings.Contains(c.name, "(") {
		return
	}
	if name := c.name[at+1:]; inspect.NamesMigration(name) && !libraryMigration.MatchString(c.name) && !p.localFunction(c.Field("function")).OK() && p.atBoot(c.Node, 0) && !p.debugOnly(c.Node) {
		p.state(c.Node, inspect.Migration{Via: name, Boot: true, Own: true})
	}
}

var (
	bootNames   = regexp.MustCompile(`^(create_app|make_app|build_app|get_app|app_factory|startup|on_startup|lifespan|init_app|ready|startup_event|on_starting|when_ready)$`)
	bootMarks   = regexp.MustCompile(`(on_event\(\s*["']startup|before_first_request|before_serving|on_startup|lifespan|while_serving)`)
	commandMark = regexp.MustCompile(`(command|task|fixture|argument|option)\b`)
)

// atBoot reports whether n runs when the program starts: at module level,
// under the guard, in a factory or startup hook, or in a function that the
// module calls itself. A command line's commands are not the program's start.
func (p *pythonFile) atBoot(n syntax.Node, depth int) bool {
	def := p.enclosingFunction(n)
	if !def.OK() {
		return true
	}
	for _, d := range decorators(def) {
		if bootMarks.MatchString(d.Text()) {
			return true
		}
		if commandMark.MatchString(d.Text()) {
			return false
		}
	}
	if bootNames.MatchString(def.Field("name").Text()) {
		return true
	}
	name, boot := def.Field("name").Text(), false
	if depth > 3 {
		return false
	}
	p.tree.Root().Walk(func(call syntax.Node) bool {
		if !boot && call.Is("call") && call.Field("function").Text() == name && !call.Inside(def) && p.localFunction(call.Field("function")) == def {
			boot = !p.debugOnly(call) && p.atBoot(call, depth+1)
		}
		return !boot
	})
	return boot
}
