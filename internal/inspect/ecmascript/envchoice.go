package ecmascript

import (
	"regexp"
	"slices"
	"strings"

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
	groups := 0
	object := f.object(n.Field("object"))
	for c := object.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "pair":
			q = q.with(ecmaKey(c.Field("key")))
			branches = append(branches, c.Field("value"))
			if inspect.IsStageName(ecmaKey(c.Field("key"))) && f.isGroup(c.Field("value")) {
				groups++
			}
		case "shorthand_property_identifier":
			q = q.with(c.Text())
			if inspect.IsStageName(c.Text()) {
				groups++
			}
		}
	}
	slices.Sort(q.values)
	chosen := f.chooses(n, branches)
	if plain := len(chosen) == 1 && (chosen[0] == inspect.ChoosesLog || chosen[0] == inspect.ChoosesDebug); !plain && (groups > 1 || !object.OK() && f.holdsGroups(n.Field("object"))) {
		chosen = append(chosen, inspect.ChoosesConfig)
		slices.Sort(chosen)
		chosen = slices.Compact(chosen)
	}
	f.Emit(n.Line(), n.EndLine(), inspect.EnvBranch{Name: q.name, Values: q.values, Chooses: chosen})
}

// holdsGroups reports whether an object of another file holds settings of each
// environment: require("../config/config.json")[env].
func (f *ecmaFile) holdsGroups(object syntax.Node) bool {
	if f.fromGroupFile(object) {
		return true
	}
	object = ecmaBare(f.definition(object))
	if !object.Is("call_expression") || !f.isRequire(object.Field("function")) {
		return false
	}
	path := f.callOf(object).arg(0)
	return !ecmaBare(path).Is("string") && inspect.IsGroupFile(strings.Trim(path.Text(), "\"'`)"))
}

// toolFile are settings of what builds the program.
var toolFile = regexp.MustCompile(`(?i)webpack|babel|rollup|vite|karma|jest|gulp|\.babelrc|esbuild`)

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
			branch := inspect.EnvBranch{Name: q.name, Values: q.values}
			if written := writtenIn(path); inspect.IsGroupFile(written) && !toolFile.MatchString(written) {
				branch.Chooses = []inspect.Choice{inspect.ChoosesConfig}
			}
			f.Emit(c.node.Line(), c.node.EndLine(), branch)
		}
	}
}

// writtenIn is the text that is written in an expression, without what is put
// into it.
func writtenIn(n syntax.Node) string {
	var text strings.Builder
	n.Walk(func(n syntax.Node) bool {
		if n.Is("string_fragment") {
			text.WriteString(n.Text())
		}
		return true
	})
	return text.String()
}
