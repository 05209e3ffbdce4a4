package python

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// dictConfig states the handlers that a logger of the configuration uses, and
// by which logger: others are defined and never written to.
func (p *pythonFile) dictConfig(config syntax.Node, via string) {
	handlers := p.entry(config, "handlers")
	if !handlers.OK() || !p.once("dictConfig "+config.Parent().Text()[:min(len(config.Parent().Text()), 40)]) {
		return
	}
	used := map[string]bool{}
	use := func(name string, logger syntax.Node) {
		var sinks []string
		p.follow(p.entry(logger, "handlers")).Walk(func(n syntax.Node) bool {
			if handler, ok := p.literal(n); ok && n.Is("string") {
				used[handler] = true
				sinks = append(sinks, handler)
			}
			return true
		})
		if len(sinks) > 0 {
			p.state(logger, inspect.LogRoute{Via: via + "." + name, Sinks: sinks})
		}
	}
	use("root", p.entry(config, "root"))
	p.entries(p.entry(config, "loggers"), func(name string, _, logger syntax.Node) { use("loggers."+name, logger) })
	p.entries(handlers, func(name string, pair, handler syntax.Node) {
		if used[name] {
			p.dictHandler(name, pair, handler, config, via)
		}
	})
}

func (p *pythonFile) dictHandler(name string, pair, handler, config syntax.Node, via string) {
	class, _ := p.literal(p.entry(handler, "class"))
	if factory := p.entry(handler, "()"); class == "" && factory.OK() {
		if class, _ = p.literal(factory); class == "" {
			class = p.resolve(factory)
		}
	}
	target, known := pyLogHandlers[class]
	if !known && strings.HasSuffix(class, "FileHandler") { // the project's own subclass
		target, known = "file", true
	}
	if !known {
		return
	}
	sink := inspect.LogSink{Via: via + ":" + class, Target: target, Name: name, Debug: p.filtersDebug(handler, config)}
	level, _ := p.literal(p.entry(handler, "level"))
	sink.Severe = level == "ERROR" || level == "CRITICAL"
	switch target {
	case "file":
		sink.Path = p.valueOf(p.entry(handler, "filename"))
		sink.Target = fileTarget(sink.Path)
	case "stderr":
		stream := p.entry(handler, "stream")
		if text, _ := p.literal(stream); strings.HasSuffix(text, "stdout") || p.streamTarget(stream) == "stdout" {
			sink.Target = "stdout"
		}
	}
	if format, ok := p.literal(p.entry(handler, "formatter")); ok {
		formatter := p.entry(p.entry(config, "formatters"), format)
		for _, key := range []string{"()", "class"} {
			made := p.entry(formatter, key)
			text, _ := p.literal(made)
			sink.Structured = sink.Structured || pyJSONFormatters[text] || pyJSONFormatters[p.resolve(made)]
		}
	}
	p.sink(pair, sink)
}

// filtersDebug reports whether a handler has Django's filter that lets nothing
// through unless DEBUG is on.
func (p *pythonFile) filtersDebug(handler, config syntax.Node) bool {
	filters := p.entry(config, "filters")
	return slices.ContainsFunc(p.literals(p.follow(p.entry(handler, "filters"))), func(name string) bool {
		made := p.entry(p.entry(filters, name), "()")
		class, ok := p.literal(made)
		if !ok {
			class = p.resolve(made)
		}
		return class == "django.utils.log.RequireDebugTrue"
	})
}
