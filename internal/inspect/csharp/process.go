package csharp

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var drainWords = regexp.MustCompile(`(?i)(close|stop|shutdown|drain|cancel|join|disconnect|terminate|flush|dispose|cleanup|graceful|finish|complete|^set$|setresult|wait)`)

// exitEvents are the events that the runtime raises when the process ends.
var exitEvents = map[string][]string{
	"System.Console.CancelKeyPress":                               {"SIGINT", "SIGQUIT"},
	"System.AppDomain.CurrentDomain.ProcessExit":                  {"SIGTERM", "EXIT"},
	"System.AppDomain.CurrentDomain.DomainUnload":                 {"EXIT"},
	"System.Runtime.Loader.AssemblyLoadContext.Default.Unloading": {"SIGTERM", "EXIT"},
}

// signalEvent states Console.CancelKeyPress += and its like.
func (f *file) signalEvent(n syntax.Node) {
	if operator(n) != "+=" {
		return
	}
	left := n.Field("left")
	name := f.resolve(left)
	signals, known := exitEvents[name]
	if !known {
		return
	}
	fact := inspect.SignalHandler{Via: plain(name), Signals: signals}
	fact.Drains, fact.Exits = f.handlerEffects(n.Field("right"))
	f.state(n, fact)
}

// signalCall states PosixSignalRegistration.Create and what is registered with
// the host's lifetime.
func (f *file) signalCall(c call) {
	switch {
	case c.name == "System.Runtime.InteropServices.PosixSignalRegistration.Create":
		signal := lastName(c.arg(0, "signal"))
		if !strings.HasPrefix(signal, "SIG") {
			return
		}
		fact := inspect.SignalHandler{Via: c.name, Signals: []string{signal}}
		fact.Drains, fact.Exits = f.handlerEffects(c.arg(1, "handler"))
		f.state(c.Node, fact)
	case c.method == "Register" && (lastName(c.object) == "ApplicationStopping" || lastName(c.object) == "ApplicationStopped"):
		fact := inspect.SignalHandler{Via: "Microsoft.Extensions.Hosting.IHostApplicationLifetime." + lastName(c.object), Signals: []string{"SIGTERM", "SIGINT"}}
		fact.Drains, fact.Exits = f.handlerEffects(c.arg(0, "callback"))
		f.state(c.Node, fact)
	}
}

// handlerEffects reads the body of a handler of this file, and of the
// functions of this file that it calls.
func (f *file) handlerEffects(action syntax.Node) (drains, exits bool) {
	switch {
	case action.Is("lambda_expression", "anonymous_method_expression"):
		return f.bodyEffects(bodyOf(action), 0)
	case action.Is("object_creation_expression"): // new ConsoleCancelEventHandler(F)
		return f.handlerEffects(f.callOf(action).arg(0))
	}
	if def := f.localFunction(action); def.OK() {
		return f.bodyEffects(bodyOf(def), 0)
	}
	return drainWords.MatchString(lastName(action)), false
}

func (f *file) bodyEffects(body syntax.Node, depth int) (drains, exits bool) {
	body.Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "assignment_expression":
			right := n.Field("right")
			name := lastName(n.Field("left"))
			drains = drains || right.Is("boolean_literal") && (name == "Cancel" && right.Text() == "true" || drainWords.MatchString(name) || strings.Contains(strings.ToLower(name), "running"))
		case "invocation_expression":
			if f.exits(n) {
				exits = true
				return false
			}
			function := n.Field("function")
			if drainWords.MatchString(lastName(function)) {
				drains = true
			} else if def := f.localFunction(function); def.OK() && depth < 3 {
				d, e := f.bodyEffects(bodyOf(def), depth+1)
				drains, exits = drains || d, exits || e
			}
		}
		return true
	})
	return drains, exits
}

// execCall states the start of a program whose name the file determines.
func (f *file) execCall(c call) {
	var program syntax.Node
	via := plain(c.name)
	switch c.name {
	case "System.Diagnostics.Process.Start":
		program = c.arg(0, "fileName")
		if made := f.follow(program); made.Is("object_creation_expression", "implicit_object_creation_expression") {
			return // stated where the start is described
		}
	case "System.Diagnostics.ProcessStartInfo":
		if program = c.arg(0, "fileName"); !program.OK() {
			program = property(c.initializer, "FileName")
		}
	case "CliWrap.Cli.Wrap", "SimpleExec.Command.Run", "SimpleExec.Command.RunAsync", "SimpleExec.Command.ReadAsync":
		program = c.arg(0, "name", "targetFilePath")
	default:
		return
	}
	f.execFact(c.Node, via, program)
}

// startInfo states process.StartInfo.FileName = "…".
func (f *file) startInfo(n syntax.Node) {
	left := n.Field("left")
	if lastName(left) != "FileName" || !left.Is("member_access_expression") {
		return
	}
	object := receiver(left)
	if lastName(object) == "StartInfo" || f.resolve(object) == "System.Diagnostics.ProcessStartInfo()" {
		f.execFact(n, "System.Diagnostics.ProcessStartInfo", n.Field("right"))
	}
}

func (f *file) execFact(n syntax.Node, via string, program syntax.Node) {
	v := f.evaluate(program)
	if v.Source != inspect.Literal || !v.Has || v.Text == "" || strings.Contains(v.Text, "://") {
		return
	}
	fields := strings.Fields(v.Text)
	if len(fields) == 0 || strings.ContainsAny(v.Text, "{}<>|&;$") || strings.HasPrefix(v.Text, ".") && len(v.Text) == 1 {
		return
	}
	f.state(n, inspect.Exec{Via: via, Program: v.Text, Guarded: f.guardedExec(n)})
}

// guardedExec reports whether the program asks first whether another is there,
// or on which system it runs.
func (f *file) guardedExec(n syntax.Node) bool {
	for s := n.Parent(); s.OK(); s = s.Parent() {
		switch s.Kind() {
		case "if_statement", "conditional_expression":
			text := s.Field("condition").Text()
			for _, word := range []string{"File.Exists", "IsWindows", "IsOSPlatform", "IsMacOS", "IsOSX"} {
				if !n.Inside(s.Field("condition")) && strings.Contains(text, word) {
					return true
				}
			}
		case "try_statement":
			for c := s.First(); c.OK(); c = c.Next() {
				if c.Is("catch_clause") && strings.Contains(c.Text()[:min(60, len(c.Text()))], "Win32Exception") {
					return true
				}
			}
		}
	}
	return false
}

// migrationCall states code that changes the schema when it runs.
func (f *file) migrationCall(c call) {
	database := lastName(c.object) == "Database" && c.object.Is("member_access_expression", "conditional_access_expression", "identifier")
	switch {
	case database && (c.method == "Migrate" || c.method == "MigrateAsync"):
		f.migration(c, "Microsoft.EntityFrameworkCore."+c.method, false)
	case database && (c.method == "EnsureCreated" || c.method == "EnsureCreatedAsync"):
		f.migration(c, "Microsoft.EntityFrameworkCore."+c.method, true)
	case c.method == "MigrateUp" && (f.resolve(c.object) == "FluentMigrator.Runner.IMigrationRunner()" || f.importsUnder("FluentMigrator")):
		f.migration(c, "FluentMigrator.Runner.IMigrationRunner.MigrateUp", false)
	case c.method == "PerformUpgrade" && f.importsUnder("DbUp"):
		f.migration(c, "DbUp.PerformUpgrade", false)
	case c.method == "Migrate" && f.resolve(c.object) == "EvolveDb.Evolve()":
		f.migration(c, "EvolveDb.Evolve.Migrate", false)
	case c.method == "AddMigration" && c.object.OK() && typeArgument(c.Field("function")).OK() && len(f.methods["AddMigration"]) == 0:
		// eShop's: a hosted service that migrates when the host starts
		f.state(c.Node, inspect.Migration{Via: "AddMigration", Boot: !f.inDebugBranch(c.Node)})
	}
}

func (f *file) migration(c call, via string, sync bool) {
	fact := inspect.Migration{Via: via, Sync: sync, Boot: f.atBoot(c.Node, 0) && !f.inDebugBranch(c.Node) && !asked(c.Node)}
	if fact.Boot {
		fact.LedBy = f.ledBy(c.Node)
	}
	f.state(c.Node, fact)
}

// asked reports whether n runs only when an argument of the command line asks
// for it.
func asked(n syntax.Node) bool {
	for s := n.Up("if_statement"); s.OK(); s = s.Up("if_statement") {
		if n.Inside(s.Field("consequence")) && inspect.ContainsWord(s.Field("condition").Text(), "args") {
			return true
		}
	}
	return false
}

var (
	bootMethods = setOf(strings.Fields("Main Configure ConfigureServices StartAsync StartingAsync StartedAsync ExecuteAsync"))
	bootClasses = regexp.MustCompile(`(?i)(seed|initiali[sz]er|startup)`)
	hostTypes   = setOf(strings.Fields("WebApplication IApplicationBuilder IHost IWebHost WebApplicationBuilder IHostApplicationBuilder IServiceProvider IServiceCollection"))
)

// atBoot reports whether n runs when the program starts: in a top-level
// statement, Main or a hook of the host, in an extension of the application
// that is being built, in a class that says that it seeds, or in a function
// that such code of this file calls.
func (f *file) atBoot(n syntax.Node, depth int) bool {
	def := enclosingMethod(n)
	if !def.OK() {
		return n.Up("global_statement").OK() && !f.handler(n).OK()
	}
	if f.handler(n).OK() || depth > 4 {
		return false
	}
	name := def.Field("name").Text()
	class := def.Up("class_declaration", "record_declaration")
	if bootMethods[name] && (name != "StartAsync" && name != "ExecuteAsync" || f.hasBase(class, "BackgroundService", "IHostedService", "IHostedLifecycleService")) {
		return true
	}
	if params := parameters(def); len(params) > 0 && hasModifier(def, "static") && hostTypes[simpleName(params[0].Field("type"))] && strings.Contains(params[0].Text(), "this ") && !hasModifier(def, "private") {
		return true
	}
	if bootClasses.MatchString(class.Field("name").Text()) && def.Is("method_declaration") && !hasModifier(def, "private") {
		return true
	}
	if boot, done := f.boots[def.Index()]; done {
		return boot
	}
	f.boots[def.Index()] = false // a function that calls itself
	boot := len(f.methods[name]) <= 3 && slices.ContainsFunc(f.calls[name], func(call syntax.Node) bool {
		return !call.Inside(def) && !f.inDebugBranch(call) && f.atBoot(call, depth+1)
	})
	f.boots[def.Index()] = boot
	return boot
}
