package ecmascript

import (
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	serviceURL = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://[^/\s]+`)
	logObject  = regexp.MustCompile(`(?i)^(console|log|logger|winston|pino|debug)$`)
	debugTool  = regexp.MustCompile(`(?i)dev_?tool|debug|playground|graphiql|hot|reload|errorhandler|webpack|vite|mockserver|storybook|inspector`)
)

// chooses tells what differs between the branches of a decision: by the facts
// that they state, by what they call, and by the names that they set.
func (f *ecmaFile) chooses(whole syntax.Node, branches []syntax.Node) []inspect.Choice {
	found := map[inspect.Choice]bool{}
	add := func(c inspect.Choice) {
		if c != "" {
			found[c] = true
		}
	}
	add(f.chosenName(whole, branches))
	add(f.chosenGroup(branches))
	clients := make([]string, len(branches)) // what each branch constructs
	for i, branch := range branches {
		if !branch.OK() {
			continue
		}
		first := sort.Search(len(f.said), func(i int) bool { return f.said[i].node >= branch.Index() })
		for _, s := range f.said[first:] {
			if !f.tree.At(int(s.node)).Inside(branch) || !f.burn() {
				break
			}
			add(inspect.ChoiceOfFact(s.fact))
			if client, ok := s.fact.(inspect.Client); ok {
				clients[i] += client.Via + " " + client.Handle.Text + " " + strings.Join(client.Handle.Env, " ") + "\n"
			}
		}
		branch.Walk(func(n syntax.Node) bool {
			if !f.burn() || n.Is("throw_statement", "comment") {
				return false
			}
			c, deeper := f.choiceAt(n)
			add(c)
			return deeper
		})
	}
	if len(clients) > 1 && clients[0] != "" && len(slices.Compact(clients)) == 1 {
		delete(found, inspect.ChoosesClient) // the same one: kept over a reload, or told more of what it does
	}
	return slices.Sorted(maps.Keys(found))
}

// chosenName tells what a conditional value is by the name that it is given to.
func (f *ecmaFile) chosenName(whole syntax.Node, branches []syntax.Node) inspect.Choice {
	if !whole.Is("ternary_expression", "binary_expression") {
		return ""
	}
	name := givenName(whole)
	if inspect.IsAddressName(name) {
		for _, b := range branches {
			if text, ok := ecmaString(b); ok && strings.ContainsAny(text, ".:") {
				return inspect.ChoosesURL
			}
		}
	}
	return inspect.ChoiceOfName(name)
}

// givenName is what an expression's value is given to: a variable, a key, a
// member; "" for none.
func givenName(n syntax.Node) string {
	for p := n.Parent(); p.OK(); n, p = p, p.Parent() {
		switch p.Kind() {
		case "parenthesized_expression", "as_expression", "satisfies_expression", "spread_element", "template_substitution", "template_string":
			continue
		case "binary_expression":
			continue
		case "pair":
			return ecmaKey(p.Field("key"))
		case "variable_declarator":
			return p.Field("name").Text()
		case "assignment_expression":
			return ecmaLastName(p.Field("left"))
		}
		return ""
	}
	return ""
}

// choiceAt tells what one node of a branch chooses, and whether to look below it.
func (f *ecmaFile) choiceAt(n syntax.Node) (choice inspect.Choice, deeper bool) {
	switch n.Kind() {
	case "string", "template_string":
		if serviceURL.MatchString(strings.Trim(n.Text(), "\"'`")) {
			return inspect.ChoosesURL, false
		}
	case "identifier", "property_identifier", "shorthand_property_identifier":
		if inspect.IsMockName(n.Text()) {
			return inspect.ChoosesMock, false
		}
	case "pair":
		return inspect.ChoiceOfName(ecmaKey(n.Field("key"))), true
	case "assignment_expression":
		return inspect.ChoiceOfName(ecmaLastName(n.Field("left"))), true
	case "jsx_element", "jsx_self_closing_element":
		name := n.Field("name")
		if !name.OK() {
			name = n.Child(0).Field("name")
		}
		if debugTool.MatchString(name.Text()) {
			return inspect.ChoosesDebug, false
		}
		return inspect.ChoosesFeature, false
	case "call_expression":
		return f.choiceOfCall(f.callOf(n))
	}
	return "", true
}

func (f *ecmaFile) choiceOfCall(c ecmaCall) (choice inspect.Choice, deeper bool) {
	root, _ := ecmaPath(c.recv)
	switch {
	case logObject.MatchString(root.Text()) && root.Is("identifier"):
		if strings.HasPrefix(c.method, "set") || c.method == "add" {
			return inspect.ChoosesLog, true
		}
		return "", false // what a message mentions is no choice
	case f.routes(c) && routeMethods[c.method]:
		if debugTool.MatchString(c.node.Field("arguments").Text()) {
			return inspect.ChoosesDebug, true
		}
		return inspect.ChoosesFeature, true
	}
	return "", true
}
