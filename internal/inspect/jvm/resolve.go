package jvm

import (
	"strings"

	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// implied are the classes and functions that need no import.
var implied = map[string]string{
	"System": "java.lang.System", "Runtime": "java.lang.Runtime", "ProcessBuilder": "java.lang.ProcessBuilder", "Thread": "java.lang.Thread",
	"String": "java.lang.String", "Integer": "java.lang.Integer", "Long": "java.lang.Long", "Boolean": "java.lang.Boolean", "Math": "java.lang.Math",
	"println": "kotlin.io.println", "print": "kotlin.io.print", "error": "kotlin.error", "lazy": "kotlin.lazy", "requireNotNull": "kotlin.requireNotNull",
	"checkNotNull": "kotlin.checkNotNull", "mutableMapOf": "kotlin.collections.mutableMapOf", "hashMapOf": "kotlin.collections.hashMapOf",
	"linkedMapOf": "kotlin.collections.linkedMapOf", "mutableListOf": "kotlin.collections.mutableListOf", "arrayListOf": "kotlin.collections.arrayListOf",
	"mutableSetOf": "kotlin.collections.mutableSetOf", "hashSetOf": "kotlin.collections.hashSetOf", "mapOf": "kotlin.collections.mapOf", "listOf": "kotlin.collections.listOf",
	"arrayOf": "kotlin.arrayOf", "arrayDequeOf": "kotlin.collections.ArrayDeque",
	"HashMap": "java.util.HashMap", "LinkedHashMap": "java.util.LinkedHashMap", "ArrayList": "java.util.ArrayList", "HashSet": "java.util.HashSet", "ArrayDeque": "kotlin.collections.ArrayDeque",
}

// javaImplied are those of implied that Java knows, too.
func javaImplied(path string) bool { return strings.HasPrefix(path, "java.lang.") }

// returns are the types of calls whose result is used further.
var returns = map[string]string{
	"java.lang.Runtime.getRuntime": "java.lang.Runtime", "java.lang.System.getenv": "java.lang.System.getenv()",
	"jakarta.servlet.http.HttpServletRequest.getSession": "jakarta.servlet.http.HttpSession",
	"io.vertx.core.Vertx.vertx":                          "io.vertx.core.Vertx", "io.vertx.core.Vertx.createHttpServer": "io.vertx.core.http.HttpServer",
	"io.vertx.core.Vertx.createNetServer":                             "io.vertx.core.net.NetServer",
	"java.util.concurrent.Executors.newScheduledThreadPool":           "java.util.concurrent.ScheduledExecutorService",
	"java.util.concurrent.Executors.newSingleThreadScheduledExecutor": "java.util.concurrent.ScheduledExecutorService",
	"java.util.concurrent.Executors.newFixedThreadPool":               "java.util.concurrent.ExecutorService",
	"java.util.concurrent.Executors.newCachedThreadPool":              "java.util.concurrent.ExecutorService",
	"java.util.concurrent.Executors.newSingleThreadExecutor":          "java.util.concurrent.ExecutorService",
	"java.util.concurrent.Executors.newWorkStealingPool":              "java.util.concurrent.ExecutorService",
	"java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor":  "java.util.concurrent.ExecutorService",
	"com.rabbitmq.client.ConnectionFactory.newConnection":             "com.rabbitmq.client.Connection", "com.rabbitmq.client.Connection.createChannel": "com.rabbitmq.client.Channel",
	"io.github.cdimascio.dotenv.Dotenv.load": "io.github.cdimascio.dotenv.Dotenv", "io.github.cdimascio.dotenv.Dotenv.configure()": "io.github.cdimascio.dotenv.Dotenv",
	"io.github.cdimascio.dotenv.dotenv":  "io.github.cdimascio.dotenv.Dotenv",
	"org.flywaydb.core.Flyway.configure": "org.flywaydb.core.Flyway.configure()", "redis.clients.jedis.JedisPool.getResource": "redis.clients.jedis.Jedis",
	"io.javalin.Javalin.create": "io.javalin.Javalin", "io.javalin.Javalin.start": "io.javalin.Javalin",
	"org.eclipse.microprofile.config.ConfigProvider.getConfig": "org.eclipse.microprofile.config.Config",
	"org.quartz.impl.StdSchedulerFactory.getDefaultScheduler":  "org.quartz.Scheduler", "org.quartz.impl.StdSchedulerFactory.getScheduler": "org.quartz.Scheduler",
	"org.quartz.SchedulerFactory.getScheduler": "org.quartz.Scheduler",
}

// simpleName resolves the simple name of a class or function by imports; of
// those imported whole, only what this package knows of.
func (f *file) simpleName(name string) string {
	if path, ok := f.imported[name]; ok {
		return path
	}
	if path, ok := implied[name]; ok && (f.kotlin || javaImplied(path)) {
		return path
	}
	found := ""
	for _, p := range f.packages {
		if path := p + "." + name; known[path] || constants[name] != "" && settingClasses.MatchString(p) {
			if !strings.HasPrefix(p, "io.ktor.client.") { // get of a client has a receiver, get of a route none
				return path
			}
			found = path
		}
	}
	return found
}

// simpleType is the last word of a type as written, without its arguments.
func simpleType(n syntax.Node) string {
	text := n.Text()
	if at := strings.IndexAny(text, "<[?("); at >= 0 {
		text = text[:at]
	}
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '.')+1:]
}

// typeName resolves a type: a class of this file stands for what it extends.
func (f *file) typeName(n syntax.Node) string {
	if n.Is("nullable_type", "annotated_type", "array_type", "parenthesized_type") {
		inner := n.Field("element")
		if !inner.OK() {
			inner = lastChild(n)
		}
		return f.typeName(inner)
	}
	text := n.Text()
	if at := strings.IndexAny(text, "<["); at >= 0 {
		text = text[:at]
	}
	if strings.ContainsAny(text, " \n\t?") {
		text = strings.TrimRight(dotted(n), "?")
		if at := strings.IndexByte(text, '<'); at >= 0 {
			text = text[:at]
		}
	}
	first, rest, qualified := strings.Cut(text, ".")
	if class, ok := f.classes[text]; ok {
		return f.superclass(class)
	}
	if !capital(first) {
		if qualified && capital(rest[strings.LastIndexByte(rest, '.')+1:]) {
			return f.jakarta(text) // written out
		}
		return ""
	}
	path := f.simpleName(first)
	if path != "" && qualified {
		path += "." + rest
	}
	return path
}

// superclass resolves what a class of this file extends, or the first of what
// it implements that has a name.
func (f *file) superclass(class syntax.Node) string {
	if !class.OK() {
		return ""
	}
	return f.supers.Ask(class.Index(), &f.depth, "", func() string {
		for _, typ := range supertypes(class) {
			if name := f.typeName(typ); name != "" {
				return name
			}
		}
		return ""
	})
}

// extends reports whether a class extends or implements one of these.
func (f *file) extends(class syntax.Node, names map[string]bool) string {
	for _, typ := range supertypes(class) {
		if name := f.typeName(typ); names[name] {
			return name
		}
	}
	return ""
}

// supertypes are the types that a class extends and implements.
func supertypes(class syntax.Node) []syntax.Node {
	var list []syntax.Node
	if class.Is("class_body") { // of an anonymous class
		return []syntax.Node{class.Parent().Field("type")}
	}
	if super := class.Field("superclass"); super.OK() {
		list = append(list, super.Child(0))
	}
	types := class.Field("interfaces")
	if !types.OK() {
		types = childOf(class, "extends_interfaces")
	}
	for c := types.Child(0).First(); c.OK(); c = c.Next() {
		list = append(list, c)
	}
	specifiers := childOf(class, "delegation_specifiers")
	for c := specifiers.First(); c.OK(); c = c.Next() {
		typ := c.Child(0)
		if typ.Is("constructor_invocation", "explicit_delegation") {
			typ = typ.Child(0)
		}
		list = append(list, typ)
	}
	return list
}

// resolve names what an expression is: its type, or the class that it names. A
// chain of calls on what has no known type keeps its beginning:
// "io.undertow.Undertow.builder()". The result is "" where the file does not
// tell.
func (f *file) resolve(n syntax.Node) string {
	if !n.OK() {
		return ""
	}
	return f.resolved.Ask(n.Index(), &f.depth, "", func() string { return fold.Short(f.resolveFresh(n)) })
}

func (f *file) resolveFresh(n syntax.Node) string {
	switch n.Kind() {
	case "identifier", "simple_identifier":
		return f.resolveIdentifier(n)
	case "field_access", "navigation_expression":
		return f.resolveMember(n)
	case "method_invocation", "call_expression", "object_creation_expression":
		return f.resolveCall(n)
	case "cast_expression":
		return f.typeName(n.Field("type"))
	case "as_expression":
		return f.typeName(n.Field("right"))
	case "parenthesized_expression", "await_expression":
		return f.resolve(n.Child(0))
	case "unary_expression":
		if strings.HasSuffix(n.Text(), "!!") {
			return f.resolve(n.Child(0))
		}
	case "ternary_expression", "if_expression":
		_, then, otherwise := branchesOf(n)
		return f.sameName([]syntax.Node{then, otherwise})
	case "binary_expression":
		if isGenericCall(n) {
			return f.resolveCall(n)
		}
		if f.operator(n) == "?:" {
			return f.resolve(n.Field("left"))
		}
	case "this", "this_expression":
		return f.superclass(enclosingClass(n))
	case "object_literal":
		return f.superclass(n)
	case "class_literal":
		return f.typeName(n.Child(0))
	}
	return ""
}

func (f *file) resolveIdentifier(n syntax.Node) string {
	if n.Text() == "this" {
		return f.superclass(enclosingClass(n))
	}
	if b := f.bindingOf(n.Text(), n); b != nil {
		return f.resolveBinding(b)
	}
	if class, ok := f.classes[n.Text()]; ok {
		return f.superclass(class)
	}
	if path := f.simpleName(n.Text()); path != "" {
		return path
	}
	return f.inheritedField(n)
}

// inherited are fields that a class has from what it extends.
var inherited = map[string]map[string]string{
	"io.vertx.core.AbstractVerticle":               {"vertx": "io.vertx.core.Vertx"},
	"io.vertx.core.VerticleBase":                   {"vertx": "io.vertx.core.Vertx"},
	"io.vertx.kotlin.coroutines.CoroutineVerticle": {"vertx": "io.vertx.core.Vertx"},
}

func (f *file) inheritedField(n syntax.Node) string {
	if n.Text() != "vertx" {
		return ""
	}
	for class := enclosingClass(n); class.OK(); class = enclosingClass(class) {
		if fields := inherited[f.superclass(class)]; fields != nil {
			return fields[n.Text()]
		}
	}
	return ""
}

func (f *file) resolveBinding(b *binding) string {
	if b.typ.OK() {
		if name := f.typeName(b.typ); name != "" || b.param {
			return name
		}
	}
	if b.param {
		return ""
	}
	return f.sameName(b.values)
}

func (f *file) resolveMember(n syntax.Node) string {
	object, member := n.Child(0), lastChild(n).Text()
	if object.Text() == "this" {
		if b := f.fieldOf(enclosingClass(n), member); b != nil {
			return f.resolveBinding(b)
		}
		return ""
	}
	if object.Is("identifier") {
		if class, ok := f.classes[object.Text()]; ok && f.bindingOf(object.Text(), object) == nil {
			if b := f.fieldOf(class, member); b != nil {
				return f.resolveBinding(b)
			}
		}
	}
	if base := f.resolve(object); base != "" {
		if path := base + "." + accessor("get", member); f.kotlin && returns[path] != "" {
			return returns[path]
		}
		if strings.HasSuffix(base, "()") {
			return base
		}
		return base + "." + member
	}
	if text := n.Text(); capital(member) && text[0] >= 'a' && text[0] <= 'z' && !strings.ContainsAny(text, "( \n?!") {
		first, _, _ := strings.Cut(text, ".")
		if f.bindingOf(first, n) == nil {
			return f.jakarta(text) // java.lang.System written out
		}
	}
	return ""
}

// sameCalls give back what they are called on.
var sameCalls = map[string]bool{"apply": true, "also": true, "takeIf": true, "takeUnless": true}

func (f *file) resolveCall(n syntax.Node) string {
	c := f.callOf(n)
	switch {
	case !c.ok:
		return ""
	case c.class != "":
		return c.name
	case f.kotlin && sameCalls[c.method] && c.recv.OK():
		return f.resolve(c.recv)
	case c.name == "":
		return f.sameName(f.returned(c))
	}
	if c.name == "java.lang.System.getenv" && len(c.args) > 0 {
		return "java.lang.String"
	}
	if typ, known := returns[c.name]; known {
		return typ
	}
	if strings.HasSuffix(c.on, "()") {
		if typ, known := returns[c.on]; known && (c.method == "load" || c.method == "build") {
			return typ
		}
		return c.on
	}
	return c.name + "()"
}

// sameName is the one name that expressions have, or "" if they differ; what
// has no name does not count.
func (f *file) sameName(list []syntax.Node) string { return fold.Same(list, f.resolve) }

// returned are the expressions that a function of this file returns to a call.
func (f *file) returned(c call) []syntax.Node {
	var list []syntax.Node
	for _, fn := range f.called(c) {
		list = append(list, f.returnedBy(fn)...)
	}
	return list
}

// maxReturns bounds how many results of one function are looked at.
const maxReturns = 8

func (f *file) returnedBy(fn syntax.Node) []syntax.Node {
	if list, done := f.results[fn.Index()]; done {
		return list
	}
	var list []syntax.Node
	body := bodyOf(fn)
	if body.Is("function_body") && !body.Child(0).Is("block") {
		list = append(list, body.Child(0))
	} else {
		f.look(body, func(n syntax.Node) bool {
			if n.Is("return_statement", "return_expression") {
				if v := lastChild(n); v.OK() && v.FieldName() != "label" {
					list = append(list, v)
				}
			}
			return len(list) < maxReturns && !lambdaKinds[n.Kind()] && !isClass(n)
		})
	}
	f.results[fn.Index()] = list
	return list
}
