package settings

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// nlog reads NLog's configuration: targets, and rules that write to them.
func nlog(e *inspect.Emitter, root *document.Element) {
	var entries []entry
	for _, x := range root.All("variable") {
		entries = append(entries, entry{key: x.Attr("name"), text: x.Attr("value"), line: x.Line, end: x.End})
	}
	l := &logFile{framework: "nlog", file: newFile(e, entries, log4jStyle, "nlog")}
	for _, targets := range root.All("targets") {
		for _, x := range targets.Each() {
			l.nlogTarget(x, 0)
		}
	}
	for _, rules := range root.All("rules") {
		for _, x := range rules.All("logger") {
			r := route{via: "nlog logger " + x.Attr("name"), line: x.Line, end: x.End}
			r.sinks = strings.FieldsFunc(x.Attr("writeTo")+","+x.Attr("appendTo"), func(c rune) bool { return c == ',' || c == ' ' })
			if len(r.sinks) > 0 {
				l.routes = append(l.routes, r)
			}
		}
	}
	l.state()
}

// nlogTarget reads a target, or the one that a wrapper holds: rules name the
// wrapper.
func (l *logFile) nlogTarget(x *document.Element, depth int) {
	kind := x.Attr("type")
	if kind == "" || depth > maxNesting {
		return
	}
	a := appender{line: x.Line, end: x.End}
	a.Via, a.Name = "NLog.Targets."+kind, x.Attr("name")
	if inner := x.All("target"); len(inner) > 0 && (strings.Contains(strings.ToLower(kind), "wrapper") || strings.Contains(strings.ToLower(kind), "group")) {
		for _, target := range inner {
			l.nlogTarget(target, depth+1)
			if name := target.Attr("name"); name != "" {
				a.refs = append(a.refs, name)
			} else if n := len(l.appenders); n > 0 {
				l.appenders[n-1].Name = a.Name // a wrapped target without a name is reached through the wrapper's
			}
		}
		if len(a.refs) > 0 {
			l.appenders = append(l.appenders, a)
		}
		return
	}
	a.Target, _ = targetOf(kind)
	switch a.Target {
	case "file":
		at, ok := x.Attribute("fileName")
		if !ok {
			child := x.Get("fileName")
			at = document.Attribute{Value: child.Text(), Line: child.TextLine()}
		}
		a.Path = l.nlogPath(at.Value, at.Line)
		for _, name := range []string{"archiveEvery", "archiveAboveSize", "maxArchiveFiles", "archiveFileName"} {
			a.Rotates = a.Rotates || x.Attr(name) != ""
		}
	case "stdout":
		if strings.EqualFold(x.Attr("stdErr"), "true") || strings.EqualFold(x.Attr("error"), "true") {
			a.Target = "stderr"
		}
	}
	layout := x.Get("layout")
	a.Structured = strings.Contains(strings.ToLower(layout.Attr("type")), "json") || jsonShape.MatchString(x.Attr("layout"))
	l.appenders = append(l.appenders, a)
}

var nlogVariable = regexp.MustCompile(`(?i)\$\{(?:environment|env):(?:variable=)?([A-Za-z_][A-Za-z0-9_]*)(?::default=([^}]*))?\}`)

// nlogPath is a file's name in NLog's layouts: ${environment:X} is a variable,
// ${shortdate} and the like are parts of the name.
func (l *logFile) nlogPath(text string, line int) inspect.Value {
	if text == "" {
		return inspect.Value{Source: inspect.Unknown}
	}
	for i := 0; i < maxNesting && strings.Contains(text, "${var:"); i++ {
		from := strings.Index(text, "${var:")
		end := strings.IndexByte(text[from:], '}')
		if end < 0 {
			break
		}
		text = text[:from] + l.file.text(text[from+len("${var:"):from+end], "") + text[from+end+1:]
	}
	at := nlogVariable.FindStringSubmatchIndex(text)
	if at == nil {
		return inspect.LitOf(text)
	}
	x := entry{text: "${env:" + text[at[2]:at[3]] + "}", line: line, end: line}
	if at[4] >= 0 {
		x.text = "${env:" + text[at[2]:at[3]] + ":-" + text[at[4]:at[5]] + "}"
	}
	v := l.expand(x)
	l.environment(x, v, false)
	if !v.partial {
		v.text = text[:at[0]] + v.text + text[at[1]:]
	}
	return v.value(false)
}
