package settings

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// appenderClasses reads the configurations whose appenders name their class:
// logback's, log4j 1's and log4net's.
func appenderClasses(e *inspect.Emitter, root *document.Element, framework string) {
	l := &logFile{framework: framework}
	var entries []entry
	whole := false
	root.Walk(func(x *document.Element) bool {
		switch strings.ToLower(x.Name) {
		case "property", "variable", "define", "substitutionproperty":
			if name := x.Attr("name"); name != "" && x.Attr("value") != "" {
				entries = append(entries, entry{key: name, text: x.Attr("value"), line: x.Line, end: x.End})
			}
		case "include":
			whole = whole || strings.HasSuffix(x.Attr("resource"), bootBase)
		case "springproperty": // from Spring's environment, under another name
			if name := x.Attr("name"); name != "" && x.Attr("source") != "" {
				entries = append(entries, entry{key: name, text: "${" + x.Attr("source") + hoconDefaultOf(x.Attr("defaultValue")) + "}", line: x.Line, end: x.End})
			}
		}
		return true
	})
	l.names = slices.ContainsFunc(entries, func(known entry) bool { return known.key == "LOG_FILE" })
	if whole && !l.names {
		entries = append(entries, entry{key: "LOG_FILE", text: bootFile})
	}
	l.file = newFile(e, entries, logbackStyle, framework)
	l.elements(root, "", 0)
	l.state()
}

// hoconDefaultOf is a default as logback writes it, "" for none.
func hoconDefaultOf(text string) string {
	if text == "" {
		return ""
	}
	return ":-" + text
}

// included are the parts of Spring Boot's own configuration that files include.
var included = map[string]appender{
	"console-appender.xml":            {LogSink: inspect.LogSink{Target: "stdout", Name: "CONSOLE"}},
	"structured-console-appender.xml": {LogSink: inspect.LogSink{Target: "stdout", Name: "CONSOLE", Structured: true}},
	"file-appender.xml":               {LogSink: inspect.LogSink{Target: "file", Name: "FILE", Rotates: true, Path: inspect.Value{Source: inspect.Env, Env: []string{"LOG_FILE"}}}},
	"structured-file-appender.xml":    {LogSink: inspect.LogSink{Target: "file", Name: "FILE", Rotates: true, Structured: true, Path: inspect.Value{Source: inspect.Env, Env: []string{"LOG_FILE"}}}},
}

// bootBase is Spring Boot's whole configuration: it gives the root logger the
// console and a file, which lies in the directory for temporary files unless
// something names another.
const (
	bootBase = "logging/logback/base.xml"
	bootFile = "${LOG_FILE:-/tmp/spring.log}"
)

// elements reads what stands in the root or in a profile's block.
func (l *logFile) elements(parent *document.Element, profile string, depth int) {
	for _, x := range parent.Each() {
		switch strings.ToLower(x.Name) {
		case "springprofile":
			l.elements(x, profileOf(profile, x.Attr("name")), depth)
		case "if", "then", "else":
			l.elements(x, profile, depth)
		case "appender":
			l.appender(x, profile)
		case "root", "logger", "category":
			l.logger(x, profile)
		case "include":
			if strings.HasSuffix(x.Attr("resource"), bootBase) {
				l.include(x, "console-appender.xml", profile, "base")
				l.include(x, "file-appender.xml", profile, "base")
				l.routes = append(l.routes, route{profile: profile, via: l.framework + " root", sinks: []string{"CONSOLE", "FILE"}, line: x.Line, end: x.End})
			}
			for name := range included {
				if strings.HasSuffix(x.Attr("resource"), name) && !l.told[name] {
					l.told[name] = true
					l.include(x, name, profile, strings.TrimSuffix(name, ".xml"))
					break
				}
			}
		}
	}
}

// include adds an appender of Spring Boot's own. Its file is the one that the
// property LOG_FILE names, where something in the file sets it.
func (l *logFile) include(x *document.Element, name, profile, part string) {
	a := included[name]
	a.line, a.end, a.Via, a.Profile, a.Debug = x.Line, x.End, "org.springframework.boot."+part, profile, inDevelopment(profile)
	if a.Target == "file" && (part == "base" || l.names) {
		a.Path = l.path("${LOG_FILE}", x.Line)
	}
	l.appenders = append(l.appenders, a)
}

// profileOf joins the profiles of nested blocks.
func profileOf(outer, inner string) string {
	if outer == "" || inner == "" {
		return outer + inner
	}
	return outer + " & " + inner
}

func (l *logFile) appender(x *document.Element, profile string) {
	class := x.Attr("class")
	if class == "" {
		class = x.Attr("type") // log4net
	}
	a := appender{line: x.Line, end: x.End}
	a.Via, a.Name, a.Profile, a.Debug = strings.TrimSpace(strings.Split(class, ",")[0]), x.Attr("name"), profile, inDevelopment(profile)
	a.Target, a.Rotates = targetOf(class)
	for _, ref := range append(x.All("appender-ref"), x.All("appenderref")...) {
		a.refs = append(a.refs, ref.Attr("ref"))
	}
	if handsOn.MatchString(a.Via[strings.LastIndexByte(a.Via, '.')+1:]) {
		a.Target = ""
		if inner := nested(x, "appender"); inner != nil { // of a sifter
			l.appender(inner, profile)
			if n := len(l.appenders); n > 0 {
				a.refs = append(a.refs, l.appenders[n-1].Name)
			}
		}
	}
	a.Structured = l.isStructured(x)
	switch a.Target {
	case "file":
		text, line := settingOf(x, "file")
		if text == "" {
			policy := x.Get("rollingPolicy")
			text, line = settingOf(policy, "fileNamePattern")
		}
		a.Path = inspect.Value{Source: inspect.Unknown}
		if text != "" {
			a.Path = l.path(text, line)
		}
		a.Rotates = a.Rotates || x.Get("rollingPolicy") != nil
	case "stdout":
		if text, _ := settingOf(x, "target"); strings.Contains(strings.ToLower(text), "err") {
			a.Target = "stderr"
		}
	}
	l.appenders = append(l.appenders, a)
}

// nested is the first element of a name anywhere below.
func nested(x *document.Element, name string) *document.Element {
	var found *document.Element
	for _, child := range x.Each() {
		child.Walk(func(y *document.Element) bool {
			if found == nil && strings.EqualFold(y.Name, name) {
				found = y
			}
			return found == nil
		})
	}
	return found
}

// settingOf is a property of an appender in any of the three forms:
// <file>x</file>, <file value="x"/>, <param name="File" value="x"/>.
func settingOf(x *document.Element, name string) (text string, line int) {
	if child := x.Get(name); child != nil {
		if text = child.Text(); text != "" {
			return text, child.TextLine()
		}
		for _, attribute := range []string{"value", "conversionPattern"} {
			if text = child.Attr(attribute); text != "" {
				return text, child.Line
			}
		}
	}
	for _, child := range x.Each() {
		if strings.EqualFold(child.Name, "param") && strings.EqualFold(child.Attr("name"), name) {
			return child.Attr("value"), child.Line
		}
	}
	return "", 0
}

// isStructured reports whether an encoder or layout writes JSON or the like.
func (l *logFile) isStructured(x *document.Element) bool {
	found := false
	x.Walk(func(y *document.Element) bool {
		switch strings.ToLower(y.Name) {
		case "encoder", "layout":
			class := y.Attr("class") + y.Attr("type")
			found = found || structured.MatchString(class) && !strings.Contains(class, "LayoutWrappingEncoder")
		case "pattern", "conversionpattern":
			found = found || jsonShape.MatchString(y.Text()+y.Attr("value"))
		}
		return !found
	})
	return found
}

func (l *logFile) logger(x *document.Element, profile string) {
	r := route{profile: profile, via: l.framework + " " + strings.ToLower(x.Name), line: x.Line, end: x.End}
	if name := x.Attr("name"); name != "" {
		r.via = l.framework + " logger " + name
	}
	l.refs(x, r)
}

// refs adds the appenders that a logger names, each profile's in a route of its
// own.
func (l *logFile) refs(x *document.Element, r route) {
	r.sinks = nil
	for _, ref := range append(x.All("appender-ref"), x.All("appenderref")...) {
		r.sinks = append(r.sinks, ref.Attr("ref"))
	}
	if len(r.sinks) > 0 {
		l.routes = append(l.routes, r)
	}
	for _, child := range x.Each() {
		switch strings.ToLower(child.Name) {
		case "springprofile":
			inner := r
			inner.profile = profileOf(r.profile, child.Attr("name"))
			l.refs(child, inner)
		case "if", "then", "else":
			l.refs(child, r)
		}
	}
}
