package settings

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// LogProperties reads log4j.properties, log4j2.properties and the JDK's
// logging.properties.
func LogProperties(e *inspect.Emitter, content []byte) error {
	var entries []entry
	for _, p := range document.ReadProperties(content) {
		if p.Key != "" {
			entries = append(entries, entry{key: p.Key, text: p.Text, line: p.Line, end: p.End})
		}
	}
	l := &logFile{framework: "log4j", file: newFile(e, entries, logbackStyle, "log4j")}
	for _, x := range entries {
		switch {
		case strings.HasPrefix(x.key, "log4j."):
			l.log4j1(x)
		case strings.HasPrefix(x.key, "appender.") && strings.HasSuffix(x.key, ".type") && strings.Count(x.key, ".") == 2,
			strings.HasPrefix(x.key, "rootLogger"), strings.HasPrefix(x.key, "logger."):
			l.style, l.reads, l.framework = log4jStyle, "log4j2", "log4j2"
			l.log4j2Property(x)
		case x.key == "handlers" || strings.HasSuffix(x.key, ".handlers"):
			l.julHandlers(x)
		}
	}
	l.state()
	return nil
}

// group are the appenders below one prefix, in order.
func (l *logFile) setting(key string) (string, int) {
	if at := l.byKey[plain(key)]; len(at) > 0 {
		x := l.entries[at[len(at)-1]]
		return x.text, x.line
	}
	return "", 0
}

var log4jAppender = regexp.MustCompile(`^log4j\.appender\.([^.]+)$`)

// log4j1 reads log4j.appender.NAME=class and log4j.rootLogger=LEVEL, NAME.
func (l *logFile) log4j1(x entry) {
	if m := log4jAppender.FindStringSubmatch(x.key); m != nil {
		a := appender{line: x.line, end: x.end}
		a.Via, a.Name = x.text, m[1]
		a.Target, a.Rotates = targetOf(x.text)
		layout, _ := l.setting(x.key + ".layout")
		a.Structured = structured.MatchString(layout)
		switch a.Target {
		case "file":
			text, line := l.setting(x.key + ".File")
			a.Path = inspect.Value{Source: inspect.Unknown}
			if text != "" {
				a.Path = l.path(text, line)
			}
		case "stdout":
			if target, _ := l.setting(x.key + ".target"); strings.Contains(strings.ToLower(target), "err") {
				a.Target = "stderr"
			}
		}
		if handsOn.MatchString(x.text[strings.LastIndexByte(x.text, '.')+1:]) {
			a.Target = ""
		}
		l.appenders = append(l.appenders, a)
		return
	}
	via := ""
	switch {
	case x.key == "log4j.rootLogger" || x.key == "log4j.rootCategory":
		via = "log4j root"
	case strings.HasPrefix(x.key, "log4j.logger.") || strings.HasPrefix(x.key, "log4j.category."):
		via = "log4j logger " + strings.SplitN(x.key, ".", 3)[2]
	default:
		return
	}
	if names := strings.Split(x.text, ","); len(names) > 1 {
		l.routes = append(l.routes, route{via: via, sinks: trimmed(names[1:]), line: x.line, end: x.end})
	}
}

func trimmed(names []string) []string {
	var list []string
	for _, name := range names {
		if name = strings.TrimSpace(name); name != "" {
			list = append(list, name)
		}
	}
	return list
}

// log4j2Property reads appender.ID.type and rootLogger.appenderRef.ID.ref.
func (l *logFile) log4j2Property(x entry) {
	if id, ok := strings.CutSuffix(x.key, ".type"); ok && strings.HasPrefix(x.key, "appender.") {
		a := appender{line: x.line, end: x.end}
		a.Via = "log4j2." + x.text
		if a.Name, _ = l.setting(id + ".name"); a.Name == "" {
			a.Name = strings.TrimPrefix(id, "appender.")
		}
		a.Target, a.Rotates = targetOf(x.text)
		layout, _ := l.setting(id + ".layout.type")
		a.Structured = structured.MatchString(layout)
		if a.Target == "file" {
			text, line := l.setting(id + ".fileName")
			if text == "" {
				text, line = l.setting(id + ".filePattern")
			}
			a.Path = inspect.Value{Source: inspect.Unknown}
			if text != "" {
				a.Path = l.path(text, line)
			}
		}
		if handsOn.MatchString(x.text) {
			a.Target = ""
		}
		l.appenders = append(l.appenders, a)
		return
	}
	via := "log4j2 root"
	if strings.HasPrefix(x.key, "logger.") {
		via = "log4j2 logger " + strings.SplitN(x.key, ".", 3)[1]
	}
	switch {
	case strings.HasSuffix(x.key, ".ref"):
		l.routes = append(l.routes, route{via: via, sinks: []string{x.text}, line: x.line, end: x.end})
	case x.key == "rootLogger" || strings.Count(x.key, ".") == 1:
		if names := strings.Split(x.text, ","); len(names) > 1 { // "INFO, STDOUT": references by the appenders' ids
			var sinks []string
			for _, id := range trimmed(names[1:]) {
				if name, _ := l.setting("appender." + id + ".name"); name != "" {
					id = name
				}
				sinks = append(sinks, id)
			}
			l.routes = append(l.routes, route{via: via, sinks: sinks, line: x.line, end: x.end})
		}
	}
}

// julHandlers reads java.util.logging's handlers, which are in use by being
// listed.
func (l *logFile) julHandlers(x entry) {
	for _, class := range strings.FieldsFunc(x.text, func(c rune) bool { return c == ',' || c == ' ' }) {
		a := appender{line: x.line, end: x.end}
		a.Via, a.Name = class, class
		name := class[strings.LastIndexByte(class, '.')+1:]
		switch {
		case name == "ConsoleHandler":
			a.Target = "stderr"
		case fileClass.MatchString(name):
			a.Target, a.Rotates = "file", true
			a.Path = inspect.Value{Source: inspect.Unknown}
			if text, line := l.setting(class + ".pattern"); text != "" {
				a.Path = l.path(text, line)
			} else if text, _ := l.setting(class + ".directory"); text != "" {
				a.Path = inspect.LitOf(text)
			}
		case name == "SocketHandler":
			a.Target = "network"
		}
		formatter, _ := l.setting(class + ".formatter")
		a.Structured = structured.MatchString(formatter)
		l.appenders = append(l.appenders, a)
		l.routes = append(l.routes, route{via: "java.util.logging " + x.key, sinks: []string{class}, line: x.line, end: x.end})
	}
}
