package settings

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// log4j2 reads log4j 2's configuration: elements are named after their plugin.
func log4j2(e *inspect.Emitter, root *document.Element) {
	var entries []entry
	for _, properties := range root.All("properties") {
		for _, x := range properties.Each() {
			text := x.Text()
			if text == "" {
				text = x.Attr("value")
			}
			entries = append(entries, entry{key: x.Attr("name"), text: text, line: x.Line, end: x.End})
		}
	}
	l := &logFile{framework: "log4j2", file: newFile(e, entries, log4jStyle, "log4j2")}
	l.plugins(root, "")
	l.state()
}

// plugins reads the blocks of the root or of a profile.
func (l *logFile) plugins(parent *document.Element, profile string) {
	for _, x := range parent.Each() {
		switch strings.ToLower(x.Name) {
		case "springprofile":
			l.plugins(x, profileOf(profile, x.Attr("name")))
		case "appenders":
			l.pluginAppenders(x, profile)
		case "loggers":
			l.pluginLoggers(x, profile)
		}
	}
}

func (l *logFile) pluginAppenders(parent *document.Element, profile string) {
	for _, x := range parent.Each() {
		plugin := x.Name
		switch strings.ToLower(plugin) {
		case "springprofile":
			l.pluginAppenders(x, profileOf(profile, x.Attr("name")))
			continue
		case "appender": // the strict form
			plugin = x.Attr("type")
		}
		a := appender{line: x.Line, end: x.End}
		a.Via, a.Name, a.Profile, a.Debug = "log4j2."+plugin, x.Attr("name"), profile, inDevelopment(profile)
		x.Walk(func(y *document.Element) bool {
			if strings.EqualFold(y.Name, "appenderref") || strings.EqualFold(y.Name, "appender-ref") {
				a.refs = append(a.refs, y.Attr("ref"))
			}
			return true
		})
		if !handsOn.MatchString(plugin) {
			a.Target, a.Rotates = targetOf(plugin)
			l.plugin(&a, x)
		}
		l.appenders = append(l.appenders, a)
	}
}

// plugin fills in what the attributes and children of an appender say.
func (l *logFile) plugin(a *appender, x *document.Element) {
	switch a.Target {
	case "file":
		text, line := x.Attr("fileName"), x.Line
		if at, ok := x.Attribute("fileName"); ok {
			line = at.Line
		} else if at, ok := x.Attribute("filePattern"); ok {
			text, line = at.Value, at.Line
		}
		a.Path = inspect.Value{Source: inspect.Unknown}
		if text != "" {
			a.Path = l.path(text, line)
		}
		a.Rotates = a.Rotates || x.Attr("filePattern") != ""
	case "stdout":
		if strings.Contains(strings.ToLower(x.Attr("target")), "err") {
			a.Target = "stderr"
		}
	}
	for _, child := range x.Each() {
		pattern := child.Attr("pattern")
		if pattern == "" {
			pattern = child.Get("pattern").Text()
		}
		a.Structured = a.Structured || structured.MatchString(child.Name) || jsonShape.MatchString(pattern)
	}
}

func (l *logFile) pluginLoggers(parent *document.Element, profile string) {
	for _, x := range parent.Each() {
		r := route{profile: profile, line: x.Line, end: x.End, via: "log4j2 logger " + x.Attr("name")}
		switch strings.ToLower(x.Name) {
		case "springprofile":
			l.pluginLoggers(x, profileOf(profile, x.Attr("name")))
			continue
		case "root", "asyncroot":
			r.via = "log4j2 root"
		}
		for _, ref := range append(x.All("appenderref"), x.All("appender-ref")...) {
			r.sinks = append(r.sinks, ref.Attr("ref"))
		}
		if len(r.sinks) > 0 {
			l.routes = append(l.routes, r)
		}
	}
}
