package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// pyField is a field of a settings class with the variables that it is read from.
type pyField struct {
	node  syntax.Node
	path  string // below the class: "port", "redis.url"
	names []string

	fallback syntax.Node
	required bool
}

// settingsClass states the fields of a pydantic settings class.
func (p *pythonFile) settingsClass(n syntax.Node) {
	if !p.isSettingsClass(n, 0) {
		return
	}
	for _, f := range p.settingsFields(n, "", 0) {
		for _, name := range f.names {
			secret := inspect.IsSecretName(name)
			p.state(f.node, inspect.EnvRead{
				Name: name, Via: "pydantic-settings.BaseSettings", Required: f.required && len(f.names) == 1, Secret: secret,
				Fallback: p.evaluate(f.fallback).Kept(secret),
			})
		}
	}
}

// settingsFields are the fields of a settings class, and of the models that it
// nests where it takes their fields from variables of their own. before is what
// stands before the names of a nested model's fields.
func (p *pythonFile) settingsFields(n syntax.Node, before string, depth int) []pyField {
	prefix, delimiter := before, ""
	if depth == 0 {
		prefix, delimiter = strings.ToUpper(p.settingsOption(n, "env_prefix")), p.settingsOption(n, "env_nested_delimiter")
	}
	var list []pyField
	for statement := n.Field("body").First(); statement.OK(); statement = statement.Next() {
		field := statement.Child(0)
		if !field.Is("assignment") || !field.Field("type").OK() || !field.Field("left").Is("identifier") {
			continue
		}
		name := field.Field("left").Text()
		if strings.HasPrefix(name, "_") || name == "model_config" || inspect.ContainsWord(field.Field("type").Text(), "ClassVar") {
			continue
		}
		if b := p.lookup(field.Field("type").Text(), field); delimiter != "" && b != nil && b.class.OK() && !p.isSettingsClass(b.class, 0) {
			for _, f := range p.settingsFields(b.class, prefix+strings.ToUpper(name)+strings.ToUpper(delimiter), depth+1) {
				f.path = name + "." + f.path
				list = append(list, f)
			}
			continue
		}
		f := p.settingsField(field, p.settingsNames(n, name, prefix))
		f.path = name
		list = append(list, f)
	}
	return list
}

// settingsValue is what a field of a settings class gives.
func (p *pythonFile) settingsValue(f pyField) fold.Value {
	v := fold.Env(f.names...)
	for _, name := range f.names {
		v.Secret = v.Secret || inspect.IsSecretName(name)
	}
	return fold.OrElse(v, p.evaluate(f.fallback))
}

func (p *pythonFile) isSettingsClass(class syntax.Node, depth int) bool {
	for base := class.Field("superclasses").First(); base.OK() && depth < 5; base = base.Next() {
		switch p.resolve(base) {
		case "pydantic.BaseSettings", "pydantic_settings.BaseSettings", "pydantic.v1.BaseSettings":
			return true
		}
		if b := p.lookup(base.Text(), base); b != nil && b.class.OK() && p.isSettingsClass(b.class, depth+1) {
			return true
		}
	}
	return false
}

// settingsOption is a text of the inner class Config or of model_config.
func (p *pythonFile) settingsOption(class syntax.Node, option string) string {
	text := ""
	class.Field("body").Walk(func(n syntax.Node) bool {
		switch {
		case n.Is("assignment") && n.Field("left").Text() == option:
			text, _ = p.literal(n.Field("right"))
		case n.Is("keyword_argument") && n.Field("name").Text() == option:
			text, _ = p.literal(n.Field("value"))
		case n.Is("pair") && strings.Trim(n.Field("key").Text(), `"'`) == option:
			text, _ = p.literal(n.Field("value"))
		}
		return !n.Is("function_definition")
	})
	return text
}

// settingsNames are the variables of a field: by version 1's Config.fields, or
// by its own name.
func (p *pythonFile) settingsNames(class syntax.Node, field, prefix string) []string {
	if config := p.scopes[class.Index()]["Config"]; config != nil && config.class.OK() {
		if fields := p.scopes[config.class.Index()]["fields"]; fields != nil && len(fields.values) == 1 {
			if names := p.literals(p.entry(p.entry(fields.values[0], field), "env")); len(names) > 0 {
				return names
			}
		}
	}
	return []string{prefix + strings.ToUpper(field)}
}

// literals are the texts of a literal, of a list of them, or of the arguments
// of AliasChoices.
func (p *pythonFile) literals(n syntax.Node) []string {
	list := listed(n)
	if n.Is("call") && strings.HasSuffix(p.callee(n), "AliasChoices") {
		list = pyArgsOf(n).positional
	}
	var texts []string
	for _, e := range list {
		if text, ok := p.literal(e); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

func (p *pythonFile) settingsField(field syntax.Node, names []string) pyField {
	fallback := field.Field("right")
	required := !fallback.OK()
	if fallback.Is("call") && strings.HasSuffix(p.callee(fallback), ".Field") {
		args := pyArgsOf(fallback)
		for _, key := range []string{"validation_alias", "env", "alias"} {
			if given := p.literals(args.arg(-1, key)); len(given) > 0 {
				names = given
			}
		}
		required = !args.arg(0, "default", "default_factory").OK()
		fallback = args.arg(0, "default")
	}
	if fallback.Is("ellipsis") {
		required, fallback = true, syntax.Node{}
	}
	return pyField{node: field, names: names, fallback: fallback, required: required}
}
