package ruby

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// hanamiSetting states what a Hanami application's settings say:
// config.actions.sessions = :cookie, {…} and config.logger.stream = "…".
func (f *rubyFile) hanamiSetting(n syntax.Node, name string, right syntax.Node) {
	class := n.Up("class")
	if !class.OK() || f.superOf(class) != "Hanami::App" && f.superOf(class) != "Hanami::Slice" {
		return
	}
	switch name {
	case "config.actions.sessions", "config.sessions":
		store := first(right)
		if v := f.evaluate(store); v.Has && !store.Is("false") {
			kind := sessionStores[v.Text]
			if kind == "" {
				kind = inspect.StoreOther
			}
			f.say(n, inspect.Session{Via: "Hanami.sessions", Store: kind})
		}
	case "config.logger.stream":
		sink := inspect.LogSink{Via: "Hanami.logger", Target: f.streamTarget(right)}
		if sink.Target == "" {
			sink.Path = f.valueOf(right)
			if !sink.Path.HasText && !sink.Path.FromEnv() {
				return
			}
			sink.Target = fileTarget(sink.Path)
		}
		f.saySink(n, sink)
	}
}
