package python

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// Settings of Django that are classes: django-configurations'.

// isConfiguration reports whether a class holds settings.
func (p *pythonFile) isConfiguration(class syntax.Node, depth int) bool {
	for base := class.Field("superclasses").First(); base.OK() && depth < 5; base = base.Next() {
		switch p.resolve(base) {
		case "configurations.Configuration", "configurations.base.Configuration", "class_settings.Settings", "cbs.BaseSettings", "cbs.GlobalSettings":
			return true
		}
		if b := p.lookup(base.Text(), base); b != nil && b.class.OK() && p.isConfiguration(b.class, depth+1) {
			return true
		}
	}
	return false
}

// configurationValue is the variable that values.Value() reads: that of the
// attribute's name behind a prefix, unless it is told another.
func (p *pythonFile) configurationValue(c pyCall, name, prefix string) (pyEnvRead, bool) {
	read := pyEnvRead{via: pyVia(c.name), fallback: c.args.arg(0, "default")}
	if c.args.arg(-1, "environ").Is("false") {
		return read, false
	}
	if name == "" {
		at := c.Parent()
		if !at.Is("assignment") || !at.Field("left").Is("identifier") {
			return read, false
		}
		name = at.Field("left").Text()
	}
	if text, ok := p.literal(c.args.arg(-1, "environ_name")); ok {
		name = text
	}
	if given := c.args.arg(-1, "environ_prefix"); given.OK() {
		prefix, _ = p.literal(given)
	}
	if prefix != "" {
		name = prefix + "_" + name
	}
	read.name = strings.ToUpper(name)
	read.required = strings.HasSuffix(c.name, ".SecretValue") || c.args.arg(-1, "environ_required").Is("true")
	return read, plausibleVariable(read.name)
}

// settingClass is the settings class that an assignment stands in: "" at module
// level; ok is false anywhere else.
func (p *pythonFile) settingClass(n syntax.Node) (name string, ok bool) {
	around := n.Up("function_definition", "class_definition")
	switch {
	case !around.OK():
		return "", true
	case around.Is("class_definition") && !around.Up("function_definition", "class_definition").OK() && p.isConfiguration(around, 0):
		return around.Field("name").Text(), true
	}
	return "", false
}

// holdsConfiguration reports whether a class of the module holds settings.
func (p *pythonFile) holdsConfiguration() bool {
	for _, b := range p.scopes[0] {
		if b.class.OK() && p.isConfiguration(b.class, 0) {
			return true
		}
	}
	return false
}
