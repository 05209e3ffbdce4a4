package ecmascript

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Choices by the environment's name without a condition.

// readChosenByKey states config[process.env.NODE_ENV], where config holds one
// entry per environment.
func (f *ecmaFile) readChosenByKey(n syntax.Node) {
	q := f.stageAsked(ecmaBare(n.Field("index")))
	if q.name == "" || envObjects[f.symbol(n.Field("object"))] {
		return
	}
	var branches []syntax.Node
	object := f.object(n.Field("object"))
	for c := object.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "pair":
			q = q.with(ecmaKey(c.Field("key")))
			branches = append(branches, c.Field("value"))
		case "shorthand_property_identifier":
			q = q.with(c.Text())
		}
	}
	f.sayBranch(n, q, n, branches)
}

// readChosenFiles states require(`./config.${process.env.NODE_ENV}`).
func (f *ecmaFile) readChosenFiles() {
	for _, c := range f.calls {
		target := c.node.Field("function")
		if !target.Is("import") && (target.Text() != "require" || !f.isRequire(target)) {
			continue
		}
		path := ecmaBare(c.arg(0))
		if !path.Is("template_string", "binary_expression", "call_expression") {
			continue
		}
		if v := f.fold(path, maxHops); v.Source != inspect.Env && v.Source != inspect.Unknown {
			continue
		}
		var q question
		path.Walk(func(n syntax.Node) bool {
			if q.name == "" && n.Is("identifier", "member_expression") {
				q = f.stageAsked(n)
			}
			return q.name == ""
		})
		if q.name != "" {
			f.sayBranch(c.node, q, c.node, nil)
		}
	}
}
