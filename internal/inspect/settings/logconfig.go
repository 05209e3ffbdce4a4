package settings

import (
	"bytes"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// LogConfig reads what a program hands to its logging library: Python's
// dictConfig as JSON or YAML, its fileConfig, log4js's and Serilog's JSON. It
// states a LogSink for each handler that a logger uses, and a LogRoute for each
// such logger. Other files of these names state nothing.
func LogConfig(e *inspect.Emitter, content []byte) error {
	if isINI(content) {
		fileConfig(e, content)
		return nil
	}
	if root, err := document.ReadJSON(content); err == nil && root.Get("Serilog").IsObject() {
		(&appSettings{e: e}).serilog(root)
		return nil
	}
	documents, err := document.Documents(content, func([]byte) bool { return true })
	for _, d := range documents {
		r := yamlReader{d: d, bytes: maxKeyBytes}
		r.walk(d.Root, "", "", 0)
		limit(r.entries)
		dictConfig(e, r.entries)
		if err == nil {
			err = d.Spent()
		}
	}
	return err
}

// isINI reports whether a file is made of [sections].
func isINI(content []byte) bool {
	for _, line := range bytes.Split(content, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' && line[0] != ';' {
			return line[0] == '[' && iniSection.Match(line)
		}
	}
	return false
}

var (
	iniSection   = regexp.MustCompile(`^\[\s*([\w.-]+)\s*\]`)
	iniText      = regexp.MustCompile(`['"]([^'"]*)['"]`)
	logListIndex = regexp.MustCompile(`[.\[]\d+\]?$`)
)

// handler is one destination of such a file while it is read.
type handler struct {
	name, class, path, stream, formatter string
	line, end                            int
	rotates                              bool
}

// handlersOf collects handlers and the loggers that name them.
type handlersOf struct {
	list   []*handler
	byName map[string]*handler
	used   map[string]bool
	routes []route
	json   map[string]bool // formatters that write JSON
	via    string
}

func newHandlers(via string) *handlersOf {
	return &handlersOf{byName: map[string]*handler{}, used: map[string]bool{}, json: map[string]bool{}, via: via}
}

func (h *handlersOf) at(name string, line int) *handler {
	if h.byName[name] == nil {
		h.byName[name] = &handler{name: name, line: line, end: line}
		h.list = append(h.list, h.byName[name])
	}
	h.byName[name].end = max(h.byName[name].end, line)
	return h.byName[name]
}

func (h *handlersOf) use(logger string, names []string, line int) {
	for _, name := range names {
		h.used[name] = true
	}
	if n := len(h.routes); n > 0 && h.routes[n-1].via == h.via+"."+logger {
		h.routes[n-1].sinks, h.routes[n-1].end = append(h.routes[n-1].sinks, names...), line
		return
	}
	h.routes = append(h.routes, route{via: h.via + "." + logger, sinks: names, line: line, end: line})
}

func (h *handlersOf) state(e *inspect.Emitter) {
	for _, r := range h.routes {
		e.Emit(r.line, r.end, inspect.LogRoute{Via: r.via, Sinks: r.sinks})
	}
	for _, x := range h.list {
		if !h.used[x.name] || x.class == "" {
			continue
		}
		sink := inspect.LogSink{Via: h.via + ":" + x.class, Name: x.name, Structured: h.json[x.formatter], Rotates: x.rotates || rolls.MatchString(x.class)}
		switch class := strings.ToLower(x.class[strings.LastIndexByte(x.class, '.')+1:]); {
		case class == "streamhandler" || class == "console" || class == "stdout" || class == "stderr" || class == "richhandler":
			sink.Target = "stderr"
			if strings.Contains(x.stream, "stdout") || class == "stdout" || class == "console" {
				sink.Target = "stdout"
			}
			sink.Rotates = false
		case class == "file" || class == "datefile" || class == "filesync" || class == "multifile" || strings.HasSuffix(class, "filehandler"):
			sink.Target, sink.Path = "file", inspect.Value{Source: inspect.Unknown}
			if x.path != "" {
				sink.Path = inspect.LitOf(x.path)
			}
			sink.Rotates = sink.Rotates || class == "datefile"
			switch x.path {
			case "/dev/stdout", "/proc/1/fd/1", "/proc/self/fd/1", "/dev/fd/1":
				sink.Target = "stdout"
			case "/dev/stderr", "/proc/1/fd/2", "/proc/self/fd/2", "/dev/fd/2":
				sink.Target = "stderr"
			}
		default:
			if sink.Target, _ = targetOf(x.class); sink.Target == "" || sink.Target == "file" {
				continue
			}
		}
		e.Emit(x.line, x.end, sink)
	}
}

// dictConfig reads handlers and formatters by their dotted keys: of Python's
// dictConfig and, as appenders and categories, of log4js.
func dictConfig(e *inspect.Emitter, entries []entry) {
	h := newHandlers("logging.config")
	for _, x := range entries {
		section, rest, _ := strings.Cut(x.key, ".")
		name, field, _ := strings.Cut(rest, ".")
		switch section {
		case "handlers", "appenders":
			y := h.at(name, x.line)
			switch field {
			case "class", "type", "()":
				y.class = x.text
			case "filename":
				y.path = x.text
			case "stream":
				y.stream = x.text
			case "formatter":
				y.formatter = x.text
			case "layout.type":
				h.json[name] = strings.Contains(strings.ToLower(x.text), "json")
				y.formatter = name
			case "maxBytes", "maxLogSize", "backupCount":
				y.rotates = x.text != "0"
			}
		case "formatters":
			h.json[name] = h.json[name] || strings.Contains(strings.ToLower(x.text), "json")
		case "root":
			if logListIndex.ReplaceAllString(rest, "") == "handlers" {
				h.use("root", []string{x.text}, x.line)
			}
		case "loggers", "categories":
			if i := strings.LastIndex(rest, ".handlers"); i > 0 {
				h.use(rest[:i], []string{x.text}, x.line)
			} else if i := strings.LastIndex(rest, ".appenders"); i > 0 {
				h.use(rest[:i], []string{x.text}, x.line)
			}
		}
	}
	h.state(e)
}

// fileConfig reads the sections of Python's fileConfig.
func fileConfig(e *inspect.Emitter, content []byte) {
	h := newHandlers("logging.config")
	section := ""
	for i, raw := range strings.Split(string(content), "\n") {
		line := strings.TrimSpace(raw)
		if m := iniSection.FindStringSubmatch(line); m != nil {
			section = m[1]
			if name, ok := strings.CutPrefix(section, "handler_"); ok {
				h.at(name, i+1)
			}
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if name, ok := strings.CutPrefix(section, "handler_"); ok {
			x := h.at(name, i+1)
			switch key {
			case "class":
				x.class = value
			case "formatter":
				x.formatter = value
			case "args", "kwargs":
				if m := iniText.FindStringSubmatch(value); m != nil && x.path == "" && key == "args" {
					x.path = m[1]
				}
				x.stream += value
			}
		} else if name, ok := strings.CutPrefix(section, "formatter_"); ok {
			h.json[name] = h.json[name] || key == "class" && strings.Contains(strings.ToLower(value), "json")
		} else if name, ok := strings.CutPrefix(section, "logger_"); ok && key == "handlers" {
			var names []string
			for _, word := range strings.Split(value, ",") {
				if word = strings.TrimSpace(word); word != "" {
					names = append(names, word)
				}
			}
			if len(names) > 0 {
				h.use(name, names, i+1)
			}
		}
	}
	h.state(e)
}
