package ruby

import "twelvefold/internal/inspect"

// originCall states the pages that may call where Rack::Cors is told:
// allow { origins "…", "…" }, each of them written.
func (f *rubyFile) originCall(c call) {
	if c.method != "origins" || c.receiver.OK() || f.debugOnly(c.Node) || f.tests || !f.says("Cors") {
		return
	}
	var texts []string
	for _, a := range c.args.positional {
		if a.Is("regex") {
			continue
		}
		text, ok := f.literal(f.follow(a))
		if !ok {
			return
		}
		texts = append(texts, text)
	}
	if fact, ok := inspect.OriginsOf(texts); ok {
		f.say(c.Node, fact)
	}
}
