package ruby

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// assignedHandle states NAME = "redis://…", object.name = …, settings["name"] = ….
func (f *rubyFile) assignedHandle(n, right syntax.Node) {
	text, ok := f.secretText(right)
	if !ok || !strings.Contains(text, "://") || f.debugOnly(n) {
		return
	}
	left := n.Field("left")
	if left.Is("element_reference") && f.resolve(left.Field("object")) == "ENV" || n.Is("operator_assignment") && f.evaluate(left).Source == inspect.Env {
		return // replaced when the environment has one
	}
	if handle, ok := inspect.HandleOf(lastName(left), text); ok {
		f.say(n, handle)
	}
}

// pairHandle states url: "redis://…" in a hash, where no client takes it.
func (f *rubyFile) pairHandle(n syntax.Node) {
	if !strings.Contains(n.Field("value").Text(), "://") {
		return
	}
	text, ok := f.secretText(n.Field("value"))
	if !ok || !strings.Contains(text, "://") || f.debugOnly(n) {
		return
	}
	name, _ := f.key(n.Field("key"))
	handle, ok := inspect.HandleOf(name, text)
	if !ok || f.toldAsClient(n) {
		return
	}
	f.say(n, handle)
}

// toldAsClient reports whether a pair is an argument of a client's
// construction, or of a setting that is stated as one.
func (f *rubyFile) toldAsClient(n syntax.Node) bool {
	for p := n.Parent(); p.Is("hash", "argument_list", "pair", "call", "right_assignment_list", "assignment", "array"); p = p.Parent() {
		switch p.Kind() {
		case "call":
			if _, known := clients[f.callee(p)]; known {
				return true
			}
			return strings.HasSuffix(f.callee(p), "session_store") || strings.HasPrefix(f.callee(p), "ActiveSupport::Cache")
		case "assignment":
			left := p.Field("left")
			return left.Is("call") && handleSettings[left.Field("method").Text()]
		}
	}
	return false
}

// handleSettings are settings whose value is stated as a client.
var handleSettings = map[string]bool{"redis": true, "cache_store": true, "smtp_settings": true, "session_store": true}
