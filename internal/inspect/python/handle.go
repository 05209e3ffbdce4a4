package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// assignedHandle states NAME = "redis://…", object.name = …, config["NAME"] = ….
// A class of settings that reads the environment gives defaults.
func (p *pythonFile) assignedHandle(n syntax.Node) {
	text, ok := p.secretText(n.Field("right"))
	if !ok || !strings.Contains(text, "://") {
		return
	}
	name, via := "", "assignment"
	switch left := n.Field("left"); left.Kind() {
	case "identifier":
		name = left.Text()
		if p.evaluate(left).Source == inspect.Env {
			return // replaced when the environment has one
		}
		if class := n.Up("class_definition"); class.OK() && (p.isSettingsClass(class, 0) || inspect.HandleNot.MatchString(class.Field("name").Text())) {
			return
		}
	case "attribute":
		name, via = left.Field("attribute").Text(), "field"
	case "subscript":
		name, _ = p.literal(left.Field("subscript"))
		via = "key"
	}
	if handle, ok := inspect.HandleOf(name, text); ok {
		p.state(n, handle)
	}
	p.givenEndpoint(via, name, n, n.Field("right"), text)
}

// pairHandle states "url": "redis://…" in a dict.
func (p *pythonFile) pairHandle(n syntax.Node) {
	text, ok := p.secretText(n.Field("value"))
	if !ok {
		return
	}
	name, _ := p.literal(n.Field("key"))
	if handle, ok := inspect.HandleOf(name, text); ok {
		p.state(n, handle)
	}
	p.givenEndpoint("key", name, n, n.Field("value"), text)
}
