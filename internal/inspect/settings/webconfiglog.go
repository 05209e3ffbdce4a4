package settings

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// configuredLogs states the loggers that a program's own configuration file
// sets up: NLog's and log4net's sections, Serilog's settings, trace listeners.
func configuredLogs(e *inspect.Emitter, root *document.Element) {
	if x := root.Get("nlog"); x != nil {
		nlog(e, x)
	}
	if x := root.Get("log4net"); x != nil {
		appenderClasses(e, x, "log4net")
	}
	serilogKeys(e, root.Get("appSettings"))
	for _, listeners := range traceListeners(root.Get("system.diagnostics")) {
		for _, x := range listeners.All("add") {
			class, _, _ := strings.Cut(x.Attr("type"), ",")
			if !traceFile.MatchString(class) || x.Attr("initializeData") == "" {
				continue
			}
			e.Emit(x.Line, x.End, inspect.LogSink{Via: class, Target: "file", Path: inspect.LitOf(slash(x.Attr("initializeData")))})
		}
	}
}

var (
	traceFile  = regexp.MustCompile(`^System\.Diagnostics\.(TextWriter|XmlWriter|DelimitedList|EventSchema)TraceListener$`)
	serilogKey = regexp.MustCompile(`(?i)^(?:serilog:)?write-to:(\w+)(?:\.(\w+))?$`)
)

// traceListeners are the lists of listeners of .NET's tracing.
func traceListeners(diagnostics *document.Element) []*document.Element {
	var lists []*document.Element
	for _, x := range []*document.Element{diagnostics.Get("trace", "listeners"), diagnostics.Get("sharedListeners")} {
		if x != nil {
			lists = append(lists, x)
		}
	}
	for _, source := range diagnostics.Get("sources").All("source") {
		if x := source.Get("listeners"); x != nil {
			lists = append(lists, x)
		}
	}
	return lists
}

// serilogKeys states Serilog's sinks by their keys: serilog:write-to:File.path.
func serilogKeys(e *inspect.Emitter, appSettings *document.Element) {
	type sink struct {
		inspect.LogSink
		line, end int
	}
	var sinks []*sink
	byName := map[string]*sink{}
	for _, x := range appSettings.All("add") {
		m := serilogKey.FindStringSubmatch(x.Attr("key"))
		if m == nil {
			continue
		}
		target, known := serilogTargets[strings.ToLower(m[1])]
		if !known {
			continue
		}
		s := byName[m[1]]
		if s == nil {
			s = &sink{inspect.LogSink{Via: "Serilog:WriteTo:" + m[1], Target: target, Rotates: strings.EqualFold(m[1], "RollingFile")}, x.Line, x.End}
			byName[m[1]], sinks = s, append(sinks, s)
		}
		switch value := x.Attr("value"); strings.ToLower(m[2]) {
		case "path", "pathformat":
			if target == "file" {
				s.Path = inspect.LitOf(slash(value))
			}
		case "rollinginterval":
			s.Rotates = s.Rotates || !strings.HasSuffix(value, "Infinite")
		case "rollonfilesizelimit":
			s.Rotates = s.Rotates || strings.EqualFold(value, "true")
		case "formatter":
			s.Structured = strings.Contains(strings.ToLower(value), "json")
		}
	}
	for _, s := range sinks {
		e.Emit(s.line, s.end, s.LogSink)
	}
}
