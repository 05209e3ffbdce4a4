package jvm

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var drainWords = regexp.MustCompile(`(?i)^(close|stop|shutdown|shut_down|drain|cancel|join|disconnect|terminate|flush|dispose|cleanup|clean_up|graceful|finish|unsubscribe|wakeup|awaitTermination|countDown|interrupt|release|destroy|undeploy|deregister)`)

// exitSignals are those on which the JVM runs its shutdown hooks, beside its
// own end.
var exitSignals = []string{"SIGTERM", "SIGINT", "EXIT"}

// processCall states signal handlers and programs that are started.
func (f *file) processCall(c call) {
	switch {
	case c.name == "java.lang.Runtime.addShutdownHook":
		drains, exits := f.effects(f.follow(c.arg(0)), 0)
		f.state(c.Node, inspect.SignalHandler{Via: c.name, Signals: exitSignals, Drains: drains, Exits: exits})
	case c.name == "sun.misc.Signal.handle" || c.name == "jdk.internal.misc.Signal.handle":
		made := f.callOf(f.follow(c.arg(0)))
		name, ok := f.literal(made.arg(0))
		if !ok {
			return
		}
		drains, exits := f.effects(f.follow(c.arg(1)), 0)
		f.state(c.Node, inspect.SignalHandler{Via: c.name, Signals: []string{"SIG" + strings.TrimPrefix(name, "SIG")}, Drains: drains, Exits: exits})
	case c.method == "registerShutdownHook" && strings.HasPrefix(c.name, "org.springframework."), c.method == "setRegisterShutdownHook" && strings.HasPrefix(c.name, "org.springframework."):
		if v, ok := f.literal(c.arg(0)); !ok || v == "true" {
			f.state(c.Node, inspect.SignalHandler{Via: f.via(c.name), Signals: exitSignals, Drains: true})
		}
	case c.method == "setStopAtShutdown" && f.imports("org.eclipse.jetty.server"):
		if v, ok := f.literal(c.arg(0)); !ok || v == "true" {
			f.state(c.Node, inspect.SignalHandler{Via: "org.eclipse.jetty.server.Server.setStopAtShutdown", Signals: exitSignals, Drains: true})
		}
	case c.name == "io.ktor.server.engine.addShutdownHook" || c.method == "addShutdownHook" && f.imports("io.ktor.server.engine"):
		drains, exits := f.effects(c.arg(0), 0)
		f.state(c.Node, inspect.SignalHandler{Via: "io.ktor.server.engine.addShutdownHook", Signals: exitSignals, Drains: drains, Exits: exits})
	default:
		f.execCall(c)
	}
}

// stopEvent states a subscription to the end of a Ktor application, whoever
// gives the events.
func (f *file) stopEvent(c call) {
	if c.method != "subscribe" || len(c.args) != 2 || !f.imports("io.ktor.server.application") {
		return
	}
	event := lastWord(c.args[0])
	if event == "ApplicationStopping" || event == "ApplicationStopped" || event == "ApplicationStopPreparing" {
		drains, exits := f.effects(c.args[1], 0)
		f.state(c.Node, inspect.SignalHandler{Via: "io.ktor.server.application." + event, Signals: exitSignals, Drains: drains, Exits: exits})
	}
}

// stopAnnotations mark methods that run when the program is told to stop.
var stopAnnotations = map[string]bool{"jakarta.annotation.PreDestroy": true, "io.quarkus.runtime.Shutdown": true}

// stopBases have methods that run then.
var stopBases = map[string]string{
	"org.springframework.beans.factory.DisposableBean": "destroy", "org.springframework.context.SmartLifecycle": "stop", "org.springframework.context.Lifecycle": "stop", "io.dropwizard.lifecycle.Managed": "stop",
	"jakarta.servlet.ServletContextListener": "contextDestroyed", "io.vertx.core.AbstractVerticle": "stop",
}

func (f *file) stopMethod(n syntax.Node) {
	via := ""
	if a, ok := f.annotated(n, stopAnnotations); ok {
		via = f.via(a.name)
	}
	for _, typ := range supertypes(enclosingClass(n)) {
		if base := f.typeName(typ); stopBases[base] != "" && stopBases[base] == functionName(n) {
			via = f.via(base) + "." + functionName(n)
		}
	}
	for _, p := range parameters(n) {
		if f.typeName(p.typ) == "io.quarkus.runtime.ShutdownEvent" {
			via = "io.quarkus.runtime.ShutdownEvent"
		}
	}
	if via == "" || !bodyOf(n).Child(0).OK() {
		return
	}
	drains, exits := f.bodyEffects(bodyOf(n), 0)
	f.state(n, inspect.SignalHandler{Via: via, Signals: exitSignals, Drains: drains, Exits: exits})
}

// effects reads what a hook does: a lambda, a thread around one, a method of
// this file.
func (f *file) effects(action syntax.Node, depth int) (drains, exits bool) {
	if depth > 3 {
		return false, false
	}
	switch action.Kind() {
	case "method_reference", "callable_reference":
		name := lastChild(action).Text()
		for _, fn := range f.localFunctions(name, action) {
			d, e := f.bodyEffects(bodyOf(fn), depth+1)
			drains, exits = drains || d, exits || e
		}
		return drains || drainWords.MatchString(name), exits
	case "method_invocation", "object_creation_expression", "call_expression":
		c := f.callOf(action)
		if class := f.classes[c.class]; class.OK() { // new ShutdownThread()
			return f.bodyEffects(bodyOf(class), depth+1)
		}
		for _, fn := range f.called(c) {
			return f.bodyEffects(bodyOf(fn), depth+1)
		}
		for _, arg := range c.args {
			d, e := f.effects(f.follow(arg), depth+1)
			drains, exits = drains || d, exits || e
		}
		if body := childOf(action, "class_body"); body.OK() {
			return f.bodyEffects(body, depth+1)
		}
		return drains, exits
	case "lambda_expression", "lambda_literal", "object_literal":
		return f.bodyEffects(action, depth)
	}
	return false, false
}

// deed is what a body does when the program stops.
type deed struct{ drains, exits bool }

func (f *file) bodyEffects(body syntax.Node, depth int) (drains, exits bool) {
	if !body.OK() {
		return false, false
	}
	d := f.deeds[body.Index()]
	if d == nil {
		d = &deed{}
		f.deeds[body.Index()] = d // nothing, while it is read
		d.drains, d.exits = f.readBody(body, depth)
	}
	return d.drains, d.exits
}

func (f *file) readBody(body syntax.Node, depth int) (drains, exits bool) {
	f.look(body, func(n syntax.Node) bool {
		switch {
		case n.Is("assignment", "assignment_expression"):
			v := n.Field("right").Text()
			name := strings.ToLower(lastWord(n.Field("left")))
			drains = drains || (v == "false" || v == "true") && (drainWords.MatchString(name) || inspect.ContainsWord("running run alive active keeprunning closed shuttingdown terminated isrunning", name))
		case isCall(n):
			c := f.callOf(n)
			switch {
			case !c.ok:
			case exitsNow[c.name]:
				exits = true
			case c.method == "set" && strings.HasPrefix(c.on, "java.util.concurrent.atomic."), drainWords.MatchString(c.method):
				drains = true
			case depth < 3:
				for _, fn := range f.called(c) {
					d, e := f.bodyEffects(bodyOf(fn), depth+1)
					drains, exits = drains || d, exits || e
				}
			}
		case n.Is("method_reference", "callable_reference"):
			drains = drains || drainWords.MatchString(lastChild(n).Text())
		}
		return !drains || !exits
	})
	return drains, exits
}

var exitsNow = map[string]bool{"java.lang.System.exit": true, "java.lang.Runtime.exit": true, "java.lang.Runtime.halt": true, "kotlin.system.exitProcess": true}

// execs start programs: the place of the command.
var execs = map[string]int{
	"java.lang.Runtime.exec": 0, "java.lang.ProcessBuilder": 0, "java.lang.ProcessBuilder.command": 0, "org.apache.commons.exec.CommandLine.parse": 0, "org.apache.commons.exec.CommandLine": 0, "org.zeroturnaround.exec.ProcessExecutor": 0,
	"org.zeroturnaround.exec.ProcessExecutor.command": 0, "org.buildobjects.process.ProcBuilder": 0, "cn.hutool.core.util.RuntimeUtil.exec": 0, "java.lang.ProcessBuilder().command": 0,
}

// execCall states the start of a program whose name the file determines.
func (f *file) execCall(c call) {
	place, known := execs[c.name]
	if !known {
		return
	}
	words := f.commandWords(c, place)
	if len(words) == 0 {
		return
	}
	program := f.firstWord(words[0], len(words) == 1 && c.name != "java.lang.ProcessBuilder")
	if (program == "which" || program == "command" || program == "where") && len(words) > 1 {
		if asked, ok := f.literal(words[len(words)-1]); ok {
			f.asked[asked] = true
		}
	}
	if shells[program] && len(words) > 2 { // sh -c "convert …"
		if flag, ok := f.literal(words[1]); ok && (flag == "-c" || flag == "/c") {
			if inner := f.firstWord(words[2], true); inner != "" {
				program = inner
			}
		}
	}
	if program != "" {
		f.state(c.Node, inspect.Exec{Via: strings.ReplaceAll(c.name, "()", ""), Program: program, Guarded: f.asked[program]})
	}
}

var shells = map[string]bool{"sh": true, "bash": true, "/bin/sh": true, "/bin/bash": true, "cmd": true, "cmd.exe": true, "zsh": true}

// commandWords are the words of a command given as arguments, an array or a
// list.
func (f *file) commandWords(c call, place int) []syntax.Node {
	if len(c.args) <= place {
		return nil
	}
	list := f.follow(c.args[place])
	switch {
	case list.Is("array_creation_expression"):
		return list.Field("value").Children()
	case list.Is("array_initializer"):
		return list.Children()
	case isCall(list):
		made := f.callOf(list)
		if made.class == "ArrayList" && len(made.args) == 1 {
			made = f.callOf(f.follow(made.args[0]))
		}
		switch made.name {
		case "java.util.Arrays.asList", "java.util.List.of", "kotlin.collections.listOf", "kotlin.arrayOf", "kotlin.collections.mutableListOf", "com.google.common.collect.ImmutableList.of":
			return made.args
		}
		if list.Is("method_invocation", "call_expression") && made.method == "split" {
			return []syntax.Node{made.recv}
		}
		if made.class != "" {
			return nil
		}
	}
	if c.name == "java.lang.Runtime.exec" {
		return c.args[:1] // the rest are variables and a directory
	}
	return c.args[place:]
}

// firstWord is the first word of a command line, behind NAME=value; "" when
// the file does not determine it.
func (f *file) firstWord(n syntax.Node, line bool) string {
	text, ok := f.literal(n)
	if !ok && line {
		if lead := f.follow(n); lead.Is("binary_expression") {
			for lead.Is("binary_expression") {
				lead = f.follow(lead.Field("left"))
			}
			text, _ = f.literal(lead)
			if cut := strings.LastIndexAny(text, " \t"); cut > 0 {
				text = text[:cut]
			} else {
				text = ""
			}
		} else if lead.Is("string_literal") && f.kotlin {
			text, _, _ = strings.Cut(strings.Trim(lead.Text(), `"`), "$")
			if cut := strings.LastIndexAny(text, " \t"); cut > 0 {
				text = text[:cut]
			} else {
				text = ""
			}
		}
	}
	words := strings.Fields(text)
	if !line && len(words) > 1 {
		words = []string{text}
	}
	for _, word := range words {
		if name, _, assigned := strings.Cut(word, "="); assigned && plausibleVariable(name) {
			continue
		}
		if strings.ContainsAny(word, "${}%`(<>|&;\"' ") {
			return ""
		}
		return word
	}
	return ""
}

// stopClass states Spring's own way to stop in order; see stopMethod.
func (f *file) stopClass(n syntax.Node) {
	if n.Is("class_declaration", "object_declaration") && f.extends(n, map[string]bool{"org.springframework.boot.web.embedded.tomcat.TomcatConnectorCustomizer": true}) != "" &&
		strings.Contains(n.Text(), "ContextClosedEvent") {
		f.state(n.Field("name"), inspect.SignalHandler{Via: "org.springframework.context.event.ContextClosedEvent", Signals: exitSignals, Drains: true})
	}
}
