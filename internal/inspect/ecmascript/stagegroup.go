package ecmascript

import (
	"slices"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Groups of settings of which the environment's name chooses one.

// chosenGroup tells whether a decision takes one of several groups of settings,
// or reads one of several variables for one thing.
func (f *ecmaFile) chosenGroup(branches []syntax.Node) inspect.Choice {
	return syntax.ChosenGroup(branches, f.takesGroup, f.variablesIn)
}

// takesGroup reports whether a branch is a group of settings, or gives one to
// the module's exports or to what is called config.
func (f *ecmaFile) takesGroup(branch syntax.Node) bool {
	if !branch.Is("statement_block", "expression_statement", "else_clause", "switch_body") {
		return f.isStageGroup(branch)
	}
	found := false
	branch.Walk(func(n syntax.Node) bool {
		if n.Is("assignment_expression") && f.burn() {
			left := n.Field("left")
			if left.Text() == "module.exports" || settingsObject.MatchString(ecmaLastName(left)) {
				found = found || f.isStageGroup(n.Field("right"))
			}
		}
		return !found && f.burn() && !n.Is(ecmaFunctions...)
	})
	return found
}

// isStageGroup reports whether an expression is the settings of one
// environment: prodConfig, require("./config/production").
func (f *ecmaFile) isStageGroup(n syntax.Node) bool {
	n = ecmaBare(n)
	switch n.Kind() {
	case "member_expression":
		return inspect.IsStageGroup(ecmaLastName(n))
	case "identifier":
		if inspect.IsStageGroup(n.Text()) {
			return true
		}
	case "call_expression":
	default:
		return false
	}
	symbol := f.symbol(n)
	return ownModule(symbol) && inspect.IsStageFile(symbol)
}

// fromGroupFile reports whether an expression comes from a module of settings.
func (f *ecmaFile) fromGroupFile(n syntax.Node) bool {
	symbol := f.symbol(n)
	return ownModule(symbol) && inspect.IsGroupFile(symbol)
}

// isGroup reports whether an entry of an object by environments is a group.
func (f *ecmaFile) isGroup(n syntax.Node) bool {
	n = ecmaBare(n)
	if n.Is("identifier") {
		if symbol := f.symbol(n); ownModule(symbol) {
			return true
		}
	}
	if n.Is("call_expression") { // Object.assign({}, production, defaults)
		c := f.callOf(n)
		if c.method == "assign" || c.method == "extend" || c.method == "merge" || c.method == "defaults" {
			return slices.ContainsFunc(c.args, f.isGroup)
		}
		return ownModule(f.symbol(n))
	}
	object := f.object(n)
	return object.OK() && object.First().OK()
}

// variablesIn are the variables that a branch reads, by names of several words.
func (f *ecmaFile) variablesIn(branch syntax.Node) (names []string) {
	branch.Walk(func(n syntax.Node) bool {
		if n.Is("member_expression", "subscript_expression") && f.burn() {
			if site, ok := f.envAt(n); ok && inspect.IsVariableName(site.name) {
				names = append(names, site.name)
				return false
			}
		}
		return f.burn()
	})
	return names
}
